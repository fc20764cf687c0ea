package mlx

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// Device compiles and launches custom kernels. Its methods may be called from
// several goroutines.
type Device interface {
	Name() string // "host", "metal"
	Info() DeviceInfo

	// Compile builds the kernel for inputs of these shapes and types. What is
	// wrong with the kernel's text is a *CompileError, what is wrong with the
	// arguments an *Error.
	Compile(ctx context.Context, src KernelSource, inputs []ArgInfo, cfg LaunchConfig) (Kernel, error)
}

// DeviceInfo describes a device.
type DeviceInfo struct {
	Name         string `json:"name"`
	Description  string `json:"description"` // "embedded executor on AMD EPYC"
	Architecture string `json:"architecture"`
	Cores        int    `json:"cores"`        // 0 if not known
	MemoryBytes  int64  `json:"memory_bytes"` // 0 if not known
	SimdWidth    int    `json:"simd_width"`
	MaxThreads   int    `json:"max_threads_per_threadgroup"`
	LocalBytes   int    `json:"max_threadgroup_bytes"`
	Executor     string `json:"executor"` // what runs the kernels: "interp", "wasm", "metal"

	// Of MLX's devices:
	MLX        string `json:"mlx,omitempty"`               // version
	Library    string `json:"library,omitempty"`           // path of libmlxc
	WorkingSet int64  `json:"working_set_bytes,omitempty"` // what a GPU recommends not to exceed
	MaxBuffer  int64  `json:"max_buffer_bytes,omitempty"`
}

// Kernel is a compiled KernelSource. It can be launched many times, also
// concurrently, with inputs of the shapes and types that it was compiled for.
type Kernel interface {
	Generated() Generated
	Warnings() []Diagnostic
	CompileTime() time.Duration

	// Launch runs the kernel. The error is for what is wrong with the launch;
	// what the kernel does wrong is among the result's findings.
	Launch(ctx context.Context, inputs []*Array, cfg LaunchConfig, opt LaunchOptions) (*LaunchResult, error)
}

// Timer is a Kernel that is best timed by several launches together.
type Timer interface {
	// Time launches the kernel n times and returns the time of all. What a
	// program does not pay for when it launches again and again is not in it: on
	// a GPU launches are dispatched together as far as memory allows, and the host
	// uses the memory of the outputs again. The outputs are those of the last launch.
	Time(ctx context.Context, inputs []*Array, cfg LaunchConfig, opt LaunchOptions, n int) (*LaunchResult, error)
}

// Capturer is a Device that records its work for Xcode.
type Capturer interface {
	// Capture runs f and writes what the device does in it to a .gputrace file.
	Capture(path string, f func() error) error
}

// MemoryCounter is a Device that counts its memory.
type MemoryCounter interface {
	// Memory returns the bytes of arrays: now, and at most since the last call.
	Memory() (active, peak int64)
}

// LaunchOptions steer how a launch is watched.
type LaunchOptions struct {
	// Poison fills the outputs with 0xFF bytes (a NaN in every float type)
	// before the launch, unless an InitValue is given.
	Poison bool
	// TrackWrites counts the elements that the kernel never stores to. With an
	// InitValue all elements count as stored.
	TrackWrites bool
	// Sanitize also looks for data races and for reads of memory that nothing
	// has written; Count counts what each line does. Both are slow.
	Sanitize bool
	Count    bool
	// Follow is the thread_position_in_grid of a thread whose path is wanted,
	// WriterOf a part of a buffer of which the thread is wanted that stores there
	// last. Both are slow, too.
	Follow   *[3]uint32
	WriterOf *exec.Span
	// Executor names the host's executor, "interp" or "wasm"; "" is the faster
	// one where it can do what is asked for.
	Executor string
	// Progress, if set, is told how many threadgroups are done. It is called
	// from several goroutines.
	Progress func(done, total int64)
	// StepBudget bounds the instructions of one threadgroup; 0 is a generous
	// default.
	StepBudget int64
	// Workers is how many cores to use; 0 means all.
	Workers int
	// Before, if set, is called before each launch that a Timer times, and is not
	// in its time.
	Before func() error
}

// LaunchResult is what a launch gives.
type LaunchResult struct {
	Outputs  []*Array
	Findings []Finding
	Log      []string // what the kernel printed
	// UnwrittenElements counts, for each output, the elements that the kernel
	// did not store to as a whole; nil without TrackWrites.
	UnwrittenElements []int
	Lines             []LineCount   // with Count, in order of part and line
	Buffers           []BufferCount // with Count
	Path              []PathStep    // with Follow
	Writer            *[3]uint32    // with WriterOf; nil if no thread stores there
	Steps             int64         // instructions of all threads, as StepBudget counts them; interp alone counts
	CompileTime       time.Duration
	RunTime           time.Duration
	Executor          string
	Fallback          string // why the host's usual executor did not run it, "" if it did
	CopiedParts       int    // in how many parts it ran over copies of its arrays, 0 if they were used where they lie
}

// Finding is an error that a kernel made at run time, at its first thread.
type Finding struct {
	Kind        string    `json:"kind"` // "out-of-bounds"; see package exec
	Message     string    `json:"message"`
	Part        Part      `json:"part"`
	File        string    `json:"file,omitempty"` // of an included file
	Line        int       `json:"line"`
	Column      int       `json:"column"`
	Thread      [3]uint32 `json:"thread"`
	Threadgroup [3]uint32 `json:"threadgroup"`
	Lane        int       `json:"lane"`
	Buffer      string    `json:"buffer,omitempty"`
	Count       int64     `json:"count"`           // how many accesses made the same error
	Other       *Party    `json:"other,omitempty"` // of a data race
}

// Party is the thread that a data race is with, and what it did.
type Party struct {
	Part        Part      `json:"part"`
	File        string    `json:"file,omitempty"` // of an included file
	Line        int       `json:"line"`
	Column      int       `json:"column"`
	Thread      [3]uint32 `json:"thread"`
	Threadgroup [3]uint32 `json:"threadgroup"`
	Store       bool      `json:"store"`
}

// PathStep is a line that the followed thread went through; package exec explains it.
type PathStep struct {
	Part   Part
	File   string // of an included file
	Line   int
	Depth  int // calls in progress, 1 in the kernel itself
	Values []exec.StepValue
}

// LineCount is what a line of a kernel did, over all threads. Package exec
// explains the numbers.
type LineCount struct {
	Part           Part   `json:"part"`
	File           string `json:"file,omitempty"`
	Line           int    `json:"line"`
	Instructions   int64  `json:"instructions"`
	Slots          int64  `json:"slots"`
	Loads          int64  `json:"loads"`
	Stores         int64  `json:"stores"`
	LoadBytes      int64  `json:"load_bytes"`
	StoreBytes     int64  `json:"store_bytes"`
	Transactions   int64  `json:"transactions"`
	BankConflicts  int64  `json:"bank_conflicts"`
	FLOPs          int64  `json:"flops"`
	Transcendental int64  `json:"transcendental"`
	Atomics        int64  `json:"atomics"`
	Barriers       int64  `json:"barriers"`
	Branches       int64  `json:"branches"`
	Divergent      int64  `json:"divergent"`
}

// BufferCount is what a launch did with one buffer; threadgroup memory is one
// of them. Package exec explains the numbers.
type BufferCount struct {
	Name         string `json:"name"`
	Bytes        int64  `json:"bytes"`
	Loads        int64  `json:"loads"`
	Stores       int64  `json:"stores"`
	LoadBytes    int64  `json:"load_bytes"`
	StoreBytes   int64  `json:"store_bytes"`
	Atomics      int64  `json:"atomics"`
	Transactions int64  `json:"transactions"`
	Useful       int64  `json:"useful_bytes"`
	Segments     int64  `json:"segments"`
}

// Part says which text of a kernel a line is counted in.
type Part string

// The parts of a kernel's text. Lines of PartSource and PartHeader count from
// 1 in KernelSource's own text, those of PartSignature in Generated.Text.
const (
	PartSource    Part = "source"
	PartHeader    Part = "header"
	PartSignature Part = "signature" // the generated function head or instantiation
	PartFile      Part = "file"      // a whole .metal file
)

// Severity is that of a diagnostic.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Diagnostic is a message of the compiler, placed in the user's own text.
// Columns count bytes from 1; the span ends before EndColumn.
type Diagnostic struct {
	Severity  Severity    `json:"severity"`
	Code      string      `json:"code"`
	Message   string      `json:"message"`
	Part      Part        `json:"part"`
	File      string      `json:"file,omitempty"` // of an included file
	Line      int         `json:"line"`
	Column    int         `json:"column"`
	EndLine   int         `json:"end_line"`
	EndColumn int         `json:"end_column"`
	Ranges    []TextRange `json:"ranges,omitempty"`   // what is underlined, in the same text
	Includes  []Note      `json:"includes,omitempty"` // the directives that led to File, outermost first
	Notes     []Note      `json:"notes,omitempty"`
	Fixes     []Fix       `json:"fixes,omitempty"`
	Rendered  string      `json:"rendered,omitempty"` // with the line and a caret, as clang prints it
}

// String returns "source:3:7: error: message".
func (d Diagnostic) String() string {
	return fmt.Sprintf("%s:%d:%d: %s: %s", d.Part, d.Line, d.Column, d.Severity, d.Message)
}

// Note is a remark that belongs to a diagnostic.
type Note struct {
	Message string      `json:"message"`
	Part    Part        `json:"part"`           // empty if the note has no place
	File    string      `json:"file,omitempty"` // of an included file
	Line    int         `json:"line"`
	Column  int         `json:"column"`
	Ranges  []TextRange `json:"ranges,omitempty"` // what is underlined
	Fixes   []Fix       `json:"fixes,omitempty"`  // one of several remedies
}

// TextRange is a stretch of the text that a message is about.
type TextRange struct {
	Line      int `json:"line"`
	Column    int `json:"column"`
	EndLine   int `json:"end_line"`
	EndColumn int `json:"end_column"`
}

// Fix is a proposed edit of one part: replace the span by Text.
type Fix struct {
	Part      Part   `json:"part"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
	Text      string `json:"text"`
}

// CompileError is a kernel that does not compile.
type CompileError struct {
	Kernel      string
	Diagnostics []Diagnostic // errors and warnings, in order of place
}

// Error returns the first error and how many more there are.
func (e *CompileError) Error() string {
	var errs []Diagnostic
	for _, d := range e.Diagnostics {
		if d.Severity == SeverityError {
			errs = append(errs, d)
		}
	}
	if len(errs) == 0 {
		return fmt.Sprintf("kernel %s does not compile", e.Kernel)
	}
	msg := fmt.Sprintf("kernel %s does not compile: %v", e.Kernel, errs[0])
	if n := len(errs) - 1; n > 0 {
		msg += fmt.Sprintf(" (and %d more)", n)
	}
	return msg
}

// Devices lists the devices of this machine, the best one first. It looks for
// MLX's library.
func Devices() []Device {
	n, err := Native()
	if err != nil {
		return []Device{HostDevice()}
	}
	return n.Rank()
}

// Rank lists the library's devices and the host, the best one first: a GPU, and
// then the host, as it needs no copies to and from MLX.
func (n *NativeLibrary) Rank() []Device {
	var gpus, cpus []Device
	for _, d := range n.Devices {
		if RuntimeOf(d) == n.GPU {
			gpus = append(gpus, d)
		} else {
			cpus = append(cpus, d)
		}
	}
	return slices.Concat(gpus, []Device{HostDevice()}, cpus)
}

// OpenDevice returns the device of this name; "" is the best one.
func OpenDevice(name string) (Device, error) {
	switch {
	case name == "host", name == "" && !MetalPossible(): // without looking for MLX
		return HostDevice(), nil
	case name == "":
		return Devices()[0], nil
	}
	var names []string
	for _, d := range Devices() {
		if d.Name() == name {
			return d, nil
		}
		names = append(names, d.Name())
	}
	e := &Error{Op: "device", Code: Unsupported,
		Msg:  fmt.Sprintf("there is no device %q here", name),
		Next: "use one of: " + strings.Join(names, ", ")}
	for _, a := range AbsentDevices() {
		if a.Name == name {
			e.Msg = fmt.Sprintf("the device %s is not here: %s", name, a.Reason)
			for _, t := range a.Tried {
				e.Msg += "\n  " + t
			}
			e.Next = a.Next
		}
	}
	return nil, e
}

// RuntimeOf returns the runtime whose arrays a device works on.
func RuntimeOf(d Device) Runtime {
	if r, ok := d.(interface{ Runtime() Runtime }); ok {
		return r.Runtime()
	}
	return Host()
}
