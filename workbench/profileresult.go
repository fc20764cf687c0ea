package workbench

import (
	"cmp"
	"strings"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/profile/chip"
	"github.com/zmlx/zmlx/profile/trace"
)

// ProfileResult says what a launch did.
type ProfileResult struct {
	File     string          `json:"file"`
	Text     string          `json:"text"` // of the document, of a record's source, or of the Metal that a spec becomes, as it was profiled
	Name     string          `json:"name"`
	Device   string          `json:"device"`
	Case     string          `json:"case,omitempty"`
	Status   Status          `json:"status"`
	Lines    []ProfileLine   `json:"lines"`
	Totals   Counts          `json:"totals"`
	Buffers  []BufferTraffic `json:"buffers"`
	Roof     *MeasureResult  `json:"roof,omitempty"` // of the device, if it was measured
	Memory   MemoryUse       `json:"memory"`
	Cost     *kernels.Cost   `json:"cost,omitempty"` // what the spec's formula says that it takes
	Geometry Geometry        `json:"geometry"`
	// Estimates are modelled times on the chips that the job names.
	Estimates []chip.Estimate `json:"estimates,omitempty"`
	Advice    []string        `json:"advice"` // what to do next, the most important first
	RunMS     float64         `json:"run_ms"` // median of launches without counting, the first left out
	Launches  []float64       `json:"launches_ms"`
	// Timeline shows everything between the request and the last launch; the
	// launch that counts comes after it.
	Timeline    *trace.Timeline `json:"timeline"`
	Diagnostics []Diagnostic    `json:"diagnostics"`
	Findings    []Finding       `json:"findings"`
}

// Outcome implements Result.
func (r *ProfileResult) Outcome() Status { return r.Status }

// ProfileLine is what one line of the profiled text did over all threads. Line
// is 0 for text that the document does not have.
type ProfileLine struct {
	File string `json:"file"`
	Line int    `json:"line"`
	// Document is the document's line from which a line of generated text comes.
	Document int    `json:"document_line,omitempty"`
	Part     Part   `json:"part"`
	Text     string `json:"text"` // the line itself
	Counts
}

// DocumentLine is the line of the document that a line belongs to, 0 if none: those
// of other files, and of a record's source, have none.
func (r *ProfileResult) DocumentLine(l ProfileLine) int {
	if l.Document == 0 && l.File != r.File {
		return 0
	}
	return cmp.Or(l.Document, l.Line)
}

// Counts are events, each counted once a thread unless it says otherwise.
type Counts struct {
	Instructions   int64 `json:"instructions"`
	Slots          int64 `json:"slots"` // lanes of the SIMD-groups that executed them, active or not
	Loads          int64 `json:"loads"`
	Stores         int64 `json:"stores"`
	LoadBytes      int64 `json:"load_bytes"`
	StoreBytes     int64 `json:"store_bytes"`
	Transactions   int64 `json:"transactions"`   // segments of 128 bytes that SIMD-groups touch
	BankConflicts  int64 `json:"bank_conflicts"` // further passes for threadgroup memory
	FLOPs          int64 `json:"flops"`          // a fused multiply-add counts 2
	Transcendental int64 `json:"transcendental"`
	Atomics        int64 `json:"atomics"`
	Barriers       int64 `json:"barriers"`  // once a SIMD-group
	Branches       int64 `json:"branches"`  // once a SIMD-group
	Divergent      int64 `json:"divergent"` // branches on which a SIMD-group disagrees
}

func (c *Counts) add(o Counts) {
	c.Instructions += o.Instructions
	c.Slots += o.Slots
	c.Loads += o.Loads
	c.Stores += o.Stores
	c.LoadBytes += o.LoadBytes
	c.StoreBytes += o.StoreBytes
	c.Transactions += o.Transactions
	c.BankConflicts += o.BankConflicts
	c.FLOPs += o.FLOPs
	c.Transcendental += o.Transcendental
	c.Atomics += o.Atomics
	c.Barriers += o.Barriers
	c.Branches += o.Branches
	c.Divergent += o.Divergent
}

func countsOf(l mlx.LineCount) Counts {
	return Counts{l.Instructions, l.Slots, l.Loads, l.Stores, l.LoadBytes, l.StoreBytes, l.Transactions, l.BankConflicts,
		l.FLOPs, l.Transcendental, l.Atomics, l.Barriers, l.Branches, l.Divergent}
}

// MemoryUse compares what a kernel must move with what it moves.
type MemoryUse struct {
	Needed    int64  `json:"needed"`    // bytes of all inputs and outputs, once
	Touched   int64  `json:"touched"`   // bytes of the distinct transactions: what a cache without end would move
	Moved     int64  `json:"moved"`     // bytes of all transactions: what no cache would move
	Useful    int64  `json:"useful"`    // bytes of those that lanes asked for
	Intensity Number `json:"intensity"` // floating-point operations per needed byte
}

// Geometry is the size of a launch.
type Geometry struct {
	Threads      int64 `json:"threads"`
	Threadgroups int64 `json:"threadgroups"`
}

func geometryOf(cfg mlx.LaunchConfig) Geometry {
	g := Geometry{1, 1}
	for i, n := range cfg.Grid {
		group := max(1, min(n, cfg.Threadgroup[i]))
		g.Threads *= int64(n)
		g.Threadgroups *= int64((n + group - 1) / group)
	}
	return g
}

// Work is what was counted, for package chip.
func (r *ProfileResult) Work() chip.Work {
	w := chip.Work{Threads: r.Geometry.Threads, Threadgroups: r.Geometry.Threadgroups, Slots: r.Totals.Slots, FLOPs: r.Totals.FLOPs,
		Transcendental: r.Totals.Transcendental, BankConflicts: r.Totals.BankConflicts}
	for _, b := range r.Buffers {
		w.Buffers = append(w.Buffers, chip.Buffer{Touched: b.Segments * exec.TransactionBytes, Useful: b.Useful, Moved: b.Moved})
	}
	return w
}

// findChips looks chips up by name; "all" is each of them.
func findChips(names []string) ([]chip.Chip, error) {
	var out []chip.Chip
	for _, name := range names {
		c, ok := chip.Find(name)
		switch {
		case name == "all":
			out = append(out, chip.Chips...)
		case ok:
			out = append(out, c)
		default:
			return nil, usagef(cmp.Or(DidYouMean(name, chip.IDs()), "say m4-max, or m4-max-32 for the one with 32 cores"), "there is no chip %q", name)
		}
	}
	return out, nil
}

// BufferTraffic is what a launch did with one buffer, or with threadgroup
// memory.
type BufferTraffic struct {
	mlx.BufferCount
	Moved     int64  `json:"moved_bytes"` // of its transactions
	Coalesced Number `json:"coalesced"`   // share of them that lanes asked for: 1 is perfect
	Reread    Number `json:"reread"`      // how often each touched segment was moved: 1 is once
}

func trafficOf(c mlx.BufferCount) BufferTraffic {
	b := BufferTraffic{BufferCount: c, Moved: c.Transactions * exec.TransactionBytes}
	if c.Transactions > 0 {
		b.Coalesced = Number(float64(c.Useful) / float64(b.Moved))
		b.Reread = Number(float64(c.Transactions) / float64(c.Segments))
	}
	return b
}

// SourceLine is a line of the profiled text with what it did, if it did
// anything.
type SourceLine struct {
	Line   int
	Text   string
	Counts *Counts
}

// Shown is the name of the profiled text: the document's, that of the text
// generated from it, or that of a record's source.
func (r *ProfileResult) Shown() string {
	for _, l := range r.Lines {
		if l.Document > 0 || l.File == r.File+":"+string(PartSource) {
			return l.File
		}
	}
	return r.File
}

// Source is the profiled text with its counts.
func (r *ProfileResult) Source() []SourceLine {
	counts, shown := map[int]*Counts{}, r.Shown()
	for i, l := range r.Lines {
		if l.File == shown && (l.Part == PartSource || counts[l.Line] == nil) {
			counts[l.Line] = &r.Lines[i].Counts
		}
	}
	var out []SourceLine
	for i, text := range strings.Split(strings.TrimRight(r.Text, "\n"), "\n") {
		out = append(out, SourceLine{i + 1, text, counts[i+1]})
	}
	return out
}
