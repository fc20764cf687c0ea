package mlx

import (
	"context"
	"time"

	"github.com/zmlx/zmlx/mlx/msl"
)

// RawDevice is a Device that also runs whole .metal files, with buffers bound
// by index as a Metal program binds them.
type RawDevice interface {
	Device
	// If ctx ends meanwhile, functions of opt may still be called once it has returned.
	CompileFile(ctx context.Context, name, text string, opt msl.Options) (RawProgram, error)
}

// RawProgram is a compiled .metal file. It can be launched concurrently.
type RawProgram interface {
	Entries() []EntryInfo
	Warnings() []Diagnostic
	CompileTime() time.Duration
	Launch(ctx context.Context, l RawLaunch) (*RawResult, error)
}

// EntryInfo describes a kernel function.
type EntryInfo struct {
	Name       string     `json:"name"`
	Buffers    []EntryArg `json:"buffers"`
	Local      []EntryArg `json:"threadgroup"` // dynamic threadgroup memory
	MaxThreads int        `json:"max_threads"` // 0 if not declared
	LocalBytes int        `json:"threadgroup_bytes"`
	// Constants are the function constants that the text declares.
	Constants []EntryConstant `json:"function_constants,omitempty"`
}

// EntryConstant is a function constant as a kernel function sees it.
type EntryConstant struct {
	Name     string `json:"name"`
	Index    int    `json:"index"`
	Type     string `json:"type"`
	Required bool   `json:"required"` // the kernel reads it, and does not ask whether it is defined
}

// EntryArg is a parameter of a kernel function that is bound by index.
type EntryArg struct {
	Name     string `json:"name"`
	Index    int    `json:"index"`
	Type     string `json:"type"` // as written: "float4"
	ElemSize int    `json:"element_bytes"`
	ReadOnly bool   `json:"read_only"`
	Ref      bool   `json:"ref"` // one element, not an array
}

// RawLaunch is one dispatch of a kernel function.
type RawLaunch struct {
	Entry       string // may be empty if there is only one
	Grid        [3]int // threads
	Threadgroup [3]int
	Buffers     map[int][]byte // by [[buffer(n)]]; written in place
	Pointers    []RawPointer   // what argument buffers hold
	LocalBytes  map[int]int    // by [[threadgroup(n)]]
	Options     LaunchOptions
	// New holds the sizes, in bytes, of the elements of buffers that are filled
	// with Poison, by index. With TrackWrites what still has it then, of whole
	// elements, counts as unwritten.
	New map[int]int

	undefined map[int]bool // buffers whose contents mean nothing yet
}

// Poison is every byte of a buffer that a launch shall fill: a NaN in every
// float type.
const Poison = 0xff

// RawPointer says that a buffer holds the address of another during the launch,
// as Metal's argument buffers do: 8 bytes at Offset of Buffers[In]. Buffers[To]
// need not be an argument of the kernel.
type RawPointer struct{ In, Offset, To int }

// RawResult is what a RawLaunch leaves besides the buffers' contents.
type RawResult struct {
	Findings    []Finding
	Log         []string
	Unwritten   map[int]int   // bytes of elements that were not stored to as a whole, by new buffer; nil without TrackWrites
	Lines       []LineCount   // with Count
	Buffers     []BufferCount // with Count
	Path        []PathStep    // with Follow
	Writer      *[3]uint32    // with WriterOf
	Steps       int64         // as LaunchOptions.StepBudget counts them; interp alone does
	RunTime     time.Duration
	Executor    string
	Fallback    string // why the host's usual executor did not run it, "" if it did
	CopiedParts int    // in how many parts it ran over copies of its arrays, 0 if they were used where they lie
}
