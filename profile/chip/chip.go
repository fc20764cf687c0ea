// Package chip knows Apple's GPUs by their published numbers and models how
// long a kernel takes on one of them, from what the embedded device counted.
//
// An Estimate is a model and not a measurement: it says so, gives what bounds
// the kernel, and lists what it assumes. It is for telling which of two kernels
// or chips is likely to be faster, and what limits them, without the Mac at
// hand.
package chip

import (
	"regexp"
	"strconv"
	"strings"
)

// Chip is a GPU as sold.
type Chip struct {
	Name   string  `json:"name"`  // "M4 Max"
	Cores  int     `json:"cores"` // of the GPU
	GHz    float64 `json:"ghz"`
	GBps   float64 `json:"gbps"`     // of the unified memory, nominal
	Cache  int64   `json:"cache"`    // bytes of the system level cache, the last one before memory
	Source string  `json:"evidence"` // of clock and cache; cores and bandwidth are Apple's own figures
}

// What all these GPUs have in common, after the public reverse engineering of
// the M1 and M2 (github.com/philipturner/metal-benchmarks): a core issues to 128
// lanes a cycle, an FMA each, and holds 3,072 threads at most; its first-level
// cache gives 64 bytes a cycle, and it fetches 32 bytes a cycle from beyond.
const (
	LanesPerCore   = 128
	SIMDWidth      = 32
	ThreadsPerCore = 3072
	cacheBytes     = 64
	fetchBytes     = 32
)

const mib = 1 << 20

// The evidence for clocks and caches. Apple publishes neither.
const (
	measured = "clock and cache measured by third parties"
	reported = "clock as reported by tools that read it, cache assumed as in the generation before"
	assumed  = "clock assumed from the base chip, cache assumed as in the generation before"
)

// Chips are all that are sold, with their binned variants: the first of a name
// is the full one. Cores and bandwidth are from Apple's technical
// specifications (support.apple.com/specs) and press releases; clocks from
// powermetrics and IORegistry readings that others published, M1 and M2 also
// from metal-benchmarks (see above).
var Chips = []Chip{
	{"M1", 8, 1.278, 68.25, 8 * mib, measured},
	{"M1", 7, 1.278, 68.25, 8 * mib, measured},
	{"M1 Pro", 16, 1.296, 204.8, 24 * mib, measured},
	{"M1 Pro", 14, 1.296, 204.8, 24 * mib, measured},
	{"M1 Max", 32, 1.296, 409.6, 48 * mib, measured},
	{"M1 Max", 24, 1.296, 409.6, 48 * mib, measured},
	{"M1 Ultra", 64, 1.296, 819.2, 96 * mib, measured},
	{"M1 Ultra", 48, 1.296, 819.2, 96 * mib, measured},
	{"M2", 10, 1.398, 102.4, 8 * mib, measured},
	{"M2", 8, 1.398, 102.4, 8 * mib, measured},
	{"M2 Pro", 19, 1.398, 204.8, 24 * mib, measured},
	{"M2 Pro", 16, 1.398, 204.8, 24 * mib, measured},
	{"M2 Max", 38, 1.398, 409.6, 48 * mib, measured},
	{"M2 Max", 30, 1.398, 409.6, 48 * mib, measured},
	{"M2 Ultra", 76, 1.398, 819.2, 96 * mib, measured},
	{"M2 Ultra", 60, 1.398, 819.2, 96 * mib, measured},
	{"M3", 10, 1.398, 102.4, 8 * mib, reported},
	{"M3", 8, 1.398, 102.4, 8 * mib, reported},
	{"M3 Pro", 18, 1.398, 153.6, 12 * mib, reported},
	{"M3 Pro", 14, 1.398, 153.6, 12 * mib, reported},
	{"M3 Max", 40, 1.398, 409.6, 48 * mib, reported},
	{"M3 Max", 30, 1.398, 307.2, 48 * mib, reported},
	{"M3 Ultra", 80, 1.398, 819.2, 96 * mib, reported},
	{"M3 Ultra", 60, 1.398, 819.2, 96 * mib, reported},
	{"M4", 10, 1.47, 120, 8 * mib, reported},
	{"M4", 8, 1.47, 120, 8 * mib, reported},
	{"M4 Pro", 20, 1.578, 273, 24 * mib, reported},
	{"M4 Pro", 16, 1.578, 273, 24 * mib, reported},
	{"M4 Max", 40, 1.578, 546, 48 * mib, reported},
	{"M4 Max", 32, 1.578, 410, 48 * mib, reported},
	{"M5", 10, 1.74, 153.6, 8 * mib, reported},
	{"M5", 8, 1.74, 153.6, 8 * mib, reported},
	{"M5 Pro", 20, 1.74, 307, 24 * mib, assumed},
	{"M5 Pro", 16, 1.74, 307, 24 * mib, assumed},
	{"M5 Max", 40, 1.74, 614, 48 * mib, assumed},
	{"M5 Max", 32, 1.74, 460, 48 * mib, assumed},
}

// ID is the chip's name for command lines: "m4-max-40".
func (c Chip) ID() string {
	return strings.ReplaceAll(strings.ToLower(c.Name), " ", "-") + "-" + strconv.Itoa(c.Cores)
}

// String is "M4 Max, 40 cores".
func (c Chip) String() string { return c.Name + ", " + strconv.Itoa(c.Cores) + " cores" }

var notName = regexp.MustCompile(`[^a-z0-9]+`)

// Find finds a chip by name in any spelling ("m4-max", "Apple M4 Max"), the
// full one unless the number of cores follows ("M4 Max 32").
func Find(name string) (Chip, bool) {
	id := strings.Trim(notName.ReplaceAllString(strings.ToLower(name), "-"), "-")
	id = strings.TrimSuffix(strings.TrimPrefix(id, "apple-"), "-cores")
	for _, c := range Chips {
		if id == c.ID() || id+"-"+strconv.Itoa(c.Cores) == c.ID() {
			return c, true
		}
	}
	return Chip{}, false
}

// IDs are those of all chips.
func IDs() []string {
	out := make([]string, len(Chips))
	for i, c := range Chips {
		out[i] = c.ID()
	}
	return out
}
