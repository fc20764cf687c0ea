// Package exec is the contract between whoever launches a compiled kernel and
// the executors of package ir: interp, which defines the meaning, and wasm,
// which is fast. Both take the same Launch and fill the same Result.
package exec

import (
	"context"
	"time"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// Dim is a size or an index in up to three dimensions.
type Dim [3]uint32

// Launch is one dispatch of an entry. Grid counts threads; threadgroups at the
// edge of the grid are smaller, as with Metal's dispatchThreads.
type Launch struct {
	Entry       *ir.Entry
	Grid        Dim
	Threadgroup Dim
	Buffers     map[int]Buffer // by [[buffer(n)]] index
	Pointers    []Pointer      // addresses that buffers hold
	LocalBytes  map[int]int    // sizes of dynamic threadgroup memory by [[threadgroup(n)]] index

	// StepBudget bounds the instructions that one threadgroup may execute, so
	// that an endless loop ends; 0 means DefaultStepBudget.
	StepBudget int64
	// Progress, if set, is told how many threadgroups are done. It is called
	// from several goroutines, at most a few hundred times per launch.
	Progress func(done, total int64)
	// Workers is how many cores to use; 0 means all.
	Workers int

	// Checks, Count, Follow and WriterOf ask for what only interp does, on one core. They want
	// the program linked but not optimized, so that it reads and writes memory
	// where the source does.
	Checks   Checks
	Count    bool
	Follow   *Dim  // thread_position_in_grid of a thread whose path is wanted
	WriterOf *Span // bytes of which the thread is wanted that stores there last
}

// Span is a part of a buffer, which has the name of the kernel's argument.
type Span struct {
	Buffer   string
	From, To int // bytes
}

// Checks select what interp looks for beyond memory safety.
type Checks uint8

// The checks.
const (
	Races         Checks = 1 << iota // data races in threadgroup and device memory
	Uninitialised                    // reads of memory that nothing has written
)

// DefaultStepBudget is generous for real kernels and still ends within
// seconds.
const DefaultStepBudget = 1 << 31

// Buffer is the memory bound to an index. The executor writes Data in place.
type Buffer struct {
	Data     []byte
	ReadOnly bool
	Name     string
	// Written, if not nil, has one bit per byte of Data and is set where the
	// kernel stores.
	Written []uint64
	// Undefined says that the contents mean nothing before the kernel stores, and
	// that all bytes are alike.
	Undefined bool
}

// Pointer says that a buffer holds the address of another during the launch: 8
// bytes at Offset of buffer In. Buffer To need not be an argument of the entry.
type Pointer struct{ In, Offset, To int }

// FindingKind classifies what went wrong at run time.
type FindingKind string

// The kinds of findings.
const (
	OutOfBounds      FindingKind = "out-of-bounds"
	Misaligned       FindingKind = "misaligned" // carried out all the same, but for atomics
	ReadOnlyStore    FindingKind = "store-to-read-only"
	DivergentBarrier FindingKind = "divergent-barrier"
	EndlessLoop      FindingKind = "endless-loop"
	NullPointer      FindingKind = "null-pointer"
	StackOverflow    FindingKind = "stack-overflow"
	DataRace         FindingKind = "data-race"
	UninitRead       FindingKind = "uninitialised-read"
)

// Finding is a run-time error of a kernel with the place where it happened.
// Equal findings of many threads are one finding with a count.
type Finding struct {
	Kind        FindingKind
	Message     string
	Pos         diag.Pos
	Buffer      string // the buffer concerned, "" if none
	Thread      Dim    // thread_position_in_grid of the first thread
	Threadgroup Dim
	Lane        int
	Count       int64
	Other       *Party // of a data race
}

// Party is the thread that a data race is with, and what it did.
type Party struct {
	Pos         diag.Pos
	Thread      Dim
	Threadgroup Dim
	Store       bool
}

// Count is what the instructions of one position did, over all threads.
type Count struct {
	Pos            diag.Pos
	Instructions   int64 // executed, counted once a thread
	Slots          int64 // lanes of the SIMD-groups that executed them, active or not
	Loads          int64 // of device, constant and threadgroup memory, once a thread
	Stores         int64
	LoadBytes      int64
	StoreBytes     int64
	Transactions   int64 // segments of TransactionBytes that SIMD-groups touch in device and constant memory
	BankConflicts  int64 // further passes that SIMD-groups need for threadgroup memory
	FLOPs          int64 // float operations; FMA counts 2
	Transcendental int64 // calls of the maths library
	Atomics        int64
	Barriers       int64 // once a SIMD-group
	Branches       int64 // conditions evaluated by SIMD-groups
	Divergent      int64 // those on which a SIMD-group disagrees
}

// BufferCount is what a launch did with one buffer, or with all threadgroup
// memory, which has no transactions and no segments.
type BufferCount struct {
	Name         string
	Bytes        int64 // its size
	Loads        int64
	Stores       int64
	LoadBytes    int64
	StoreBytes   int64
	Atomics      int64
	Transactions int64
	Useful       int64 // bytes of the transactions that lanes asked for, each once a SIMD-group
	Segments     int64 // distinct segments of TransactionBytes that were touched
}

// What counts of memory accesses assume of the hardware.
const (
	TransactionBytes = 128
	Banks            = 32 // of 4 bytes
)

// Step is a line of the source that the followed thread went through, or a part
// of one, if calls or the line itself, repeated, lie between.
type Step struct {
	Pos    diag.Pos // of the line's first instruction
	Depth  int      // calls in progress, 1 in the kernel itself
	Values []StepValue
}

// StepValue is something that a step loaded from buffers or threadgroup memory, or
// stored anywhere, as the source names it: "x[5]", "sum", "p.b[2]", "v.xy".
type StepValue struct {
	Name  string
	Value string // "1.5", "{1, 2}", "true", "&x[512]"
	Store bool
}

// What a path keeps of a thread that does more.
const (
	MaxSteps      = 1 << 16
	MaxStepValues = 32 // of a step
)

// Result is what a launch leaves besides the buffers' contents.
type Result struct {
	Findings []Finding
	Log      []string      // lines of os_log, in threadgroup order
	Counts   []Count       // by position, if asked for
	Buffers  []BufferCount // those that were touched, if counts are asked for
	Path     []Step        // of the followed thread: its first MaxSteps steps
	Writer   *Dim          // thread_position_in_grid of the thread asked for, nil if none stores there
	Steps    int64         // instructions of threads, as StepBudget counts them; 0 if the executor does not count
	Duration time.Duration
	Executor string // name of the executor that ran it
	Fallback string // why it is not the one that was asked, "" if it is
	// CopiedParts is in how many parts the launch ran over copies of its arrays,
	// which one memory could not hold where they lie; 0 if they were used there.
	CopiedParts int
}

// Executor runs verified programs.
type Executor interface {
	Name() string
	// Run executes a launch. The error is for what is wrong with the launch
	// itself or a cancelled context; what the kernel does wrong is a finding.
	Run(ctx context.Context, p *ir.Program, l Launch) (Result, error)
}
