package chip

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

// Work is what a launch does, as the embedded device counts it.
type Work struct {
	Threads        int64
	Threadgroups   int64
	Slots          int64 // lanes that instructions occupy, active or not
	FLOPs          int64
	Transcendental int64 // of lanes
	BankConflicts  int64 // further passes of SIMD-groups
	Buffers        []Buffer
}

// Buffer is the traffic of one buffer.
type Buffer struct {
	Touched int64 // bytes of the distinct segments that are touched
	Useful  int64 // bytes that SIMD-groups ask for, each once an instruction
	Moved   int64 // bytes of their transactions
}

// Scale is the work of n times as many threadgroups over n times as much data.
func (w Work) Scale(n float64) Work {
	times := func(v int64) int64 { return int64(float64(v) * n) }
	out := Work{times(w.Threads), times(w.Threadgroups), times(w.Slots), times(w.FLOPs), times(w.Transcendental), times(w.BankConflicts), nil}
	for _, b := range w.Buffers {
		out.Buffers = append(out.Buffers, Buffer{times(b.Touched), times(b.Useful), times(b.Moved)})
	}
	return out
}

// Estimate is a modelled time.
type Estimate struct {
	Chip        Chip     `json:"chip"`
	Model       bool     `json:"model"` // always: this was not measured
	MS          float64  `json:"modelled_ms"`
	Bound       string   `json:"bound"` // the largest of Parts
	Parts       []Part   `json:"parts"` // they overlap: the time is the largest and the dispatch
	GBps        float64  `json:"gbps"`  // of memory
	GFlops      float64  `json:"gflops"`
	Assumptions []string `json:"assumptions"`
}

// Part is a resource and how long it alone would take.
type Part struct {
	Name string  `json:"name"`
	MS   float64 `json:"ms"`
}

// The model's constants.
const (
	dispatch      = 5 * time.Microsecond // of a command encoder that is busy
	memoryShare   = 0.85                 // of the nominal bandwidth that kernels reach
	machinePerIR  = 0.5                  // instructions that Apple's compiler leaves of those counted
	specialSlots  = 4                    // a transcendental occupies its lane as long as so many instructions
	hidingPerCore = 12                   // SIMD-groups that keep a core busy
)

// Assumptions are those of every estimate.
var Assumptions = []string{
	"a model from counted work, not a measurement; no other work on the GPU, no thermal limit",
	fmt.Sprintf("%.0f %% of the nominal memory bandwidth can be reached", 100*memoryShare),
	fmt.Sprintf("Apple's compiler leaves %.0f %% of the counted instructions; a transcendental counts as %d", 100*machinePerIR, specialSlots),
	"what is read again comes from a cache unless what runs at a time does not fit in the system level cache",
	fmt.Sprintf("a core needs %d SIMD-groups to be busy", hidingPerCore),
	fmt.Sprintf("a dispatch costs %v; waiting for the result is not counted", dispatch),
	"the matrix units of the M5 (Neural Accelerators) are not used: simdgroup_matrix runs on the lanes",
}

// Model estimates how long a launch takes on a chip.
func Model(w Work, c Chip) Estimate {
	groups := float64(max(w.Threadgroups, 1))
	cores := min(float64(c.Cores), groups)
	simds := groups * max(1, math.Ceil(float64(w.Threads)/groups/SIMDWidth))
	busy := min(1, simds/cores/hidingPerCore)
	cycles := cores * c.GHz * 1e9 // a second

	slots := machinePerIR * float64(w.Slots+specialSlots*w.Transcendental)
	slots = max(slots, float64(w.FLOPs)/2) + SIMDWidth*float64(w.BankConflicts)
	arithmetic := slots / (cycles * busy * LanesPerCore)

	resident := min(1, float64(c.Cores)*ThreadsPerCore/float64(max(w.Threads, 1)))
	var fetched, moved float64
	for _, b := range w.Buffers {
		touched := float64(b.Touched)
		atATime := touched * resident
		missing := max(0, atATime-float64(c.Cache)) / max(atATime, 1)
		again := max(0, float64(b.Useful)/max(touched, 1)-1)
		fetched += touched * (1 + again*missing)
		moved += float64(b.Moved)
	}
	memory := fetched / min(memoryShare*c.GBps*1e9, cycles*fetchBytes)
	cache := moved / (cycles * cacheBytes)

	e := Estimate{Chip: c, Model: true, Assumptions: append(slices.Clone(Assumptions), c.Source), Parts: []Part{
		{"memory", 1e3 * memory}, {"arithmetic", 1e3 * arithmetic}, {"cache", 1e3 * cache}, {"dispatch", 1e3 * dispatch.Seconds()}}}
	slices.SortStableFunc(e.Parts, func(a, b Part) int { return cmp.Compare(b.MS, a.MS) })
	e.Bound = e.Parts[0].Name
	e.MS = 1e3 * (dispatch.Seconds() + max(memory, arithmetic, cache))
	e.GBps, e.GFlops = fetched/(e.MS*1e6), float64(w.FLOPs)/(e.MS*1e6)
	return e
}
