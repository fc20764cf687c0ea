// Package ir is the typed intermediate representation between the Metal
// front end and the executors.
//
// # Shape
//
// A Program holds functions, kernel entries and constant data. A function is
// a tree of blocks: control flow is structured (If, Loop, Scope, Break,
// Continue, Return), as Metal has no goto. Values live in registers that may
// be assigned more than once; every register holds one scalar. A vector is a
// run of consecutive registers, so a swizzle costs nothing; loads and stores
// move a whole run. Aggregates whose address is taken live in byte-addressed
// memory slots of the thread, threadgroup or constant address space.
//
// # Evaluation rules
//
//   - Executors run a function over all threads of a threadgroup in lockstep:
//     each instruction executes for every active thread before the next one
//     starts. If, Break, Continue and Return narrow the set of active threads;
//     a construct's end restores those that have not left it.
//   - Integer arithmetic wraps. Division by zero and MIN/-1 give 0 and MIN;
//     a remainder by zero gives 0. Shift counts are taken modulo the width.
//   - Float arithmetic is IEEE-754 in the instruction's kind, rounded to
//     nearest even after each instruction; there is no contraction. F16 and
//     BF16 operations round once from the exact result.
//   - Float to integer conversion truncates, saturates, and maps NaN to 0.
//   - Pointers are opaque 64-bit values that carry their allocation; only
//     PtrAdd, PtrDiff, comparisons, conversions to and from U64, loads and
//     stores look into them.
//   - A register that was never assigned reads as 0. Private and threadgroup
//     memory starts with every byte 0xff, which no kernel can mistake for data.
//   - SIMD-groups are 32 consecutive threads by thread_index_in_threadgroup.
//     Reductions are a tree over all 32 lanes: v[i] = v[i] op v[i+s] for
//     i < s, with s = 16, 8, 4, 2, 1; v[0] is the result. Inactive lanes hold
//     the operation's identity (-0 for float sums, the infinities for Min and
//     Max). Scans go through active lanes in ascending order. Lane operands
//     count modulo the group's size; reading an inactive lane gives what its
//     register holds, a lane without a thread gives 0.
//   - Float Min is (a < b || b != b) ? a : b, Max is (b < a || b != b) ? a : b.
//   - The run of a Load or Store is one access. If it is misaligned or touches
//     a byte outside its allocation the load gives 0 in all components and the
//     store has no effect.
//   - A function that ends without Return, or at Unreachable, returns zeros.
//   - A thread has at most MaxCalls calls in progress; one more ends the launch, as
//     does one whose variables find no room.
//
// A program is executable once Verify has accepted it.
package ir

import (
	"math/bits"
	"sync"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// Kind is the type of a scalar.
type Kind uint8

// The scalar kinds. Signedness belongs to the kind, as in Metal.
const (
	Void Kind = iota
	Bool
	I8
	U8
	I16
	U16
	I32
	U32
	I64
	U64
	F16
	BF16
	F32
	Ptr
)

// Space is a Metal address space.
type Space uint8

// The address spaces. Thread is private memory of one thread.
const (
	NoSpace Space = iota
	Device
	Constant
	Threadgroup
	Thread
)

// Type is the type of a register: a kind and, for pointers, the space that
// they point into.
type Type struct {
	Kind  Kind
	Space Space
}

// Reg names a register of a function; registers count from 0.
type Reg int32

// NoReg stands for an absent operand or result.
const NoReg Reg = -1

// Program is a compiled translation unit.
type Program struct {
	Funcs     []*Func
	Entries   []*Entry
	Constants []Data             // program-scope constant data
	FuncConst []FunctionConstant // declared [[function_constant(n)]]
	Formats   []string           // of os_log
	Sources   *diag.Sources      // resolves every Pos
	verified  bool
	memo      *sync.Map
}

// Func is one function with all templates instantiated.
type Func struct {
	Name        string
	Params      []Reg    // flattened: a float4 parameter is four registers
	Results     []Type   // flattened
	Regs        []Type   // type of each register
	Names       []string // source name of each register, "" for temporaries; may be shorter than Regs
	Private     []Slot   // thread memory, one instance per thread and call
	Threadgroup []Slot   // threadgroup memory, one instance per threadgroup
	Body        Block
	Pos         diag.Pos
	sealed      bool     // by Seal
	outside     []*Instr // if sealed
}

// PrivateSize is how many bytes of thread memory a call of f has.
func (f *Func) PrivateSize() (bytes int) {
	for _, s := range f.Private {
		bytes += s.Size
	}
	return bytes
}

// Slot is a fixed piece of memory.
type Slot struct {
	Name  string
	Size  int // bytes
	Align int // bytes, a power of two
	Pos   diag.Pos
	// Stored is set where what is loaded was surely stored before, so that nobody has
	// to fill the slot.
	Stored bool
	Layout *Layout // what people are told of it; nil if that is not known
}

// Data is constant memory with its contents. Pointers are not allowed in it.
type Data struct {
	Name   string
	Bytes  []byte
	Align  int
	Layout *Layout // for display; nil if that is not known
}

// FunctionConstant is a value that the host gives when it makes a pipeline.
// FuncConst instructions refer to it by its place in Program.FuncConst.
type FunctionConstant struct {
	Name  string
	Index int // the n of [[function_constant(n)]]
	Kind  Kind
	N     int // components
	Pos   diag.Pos
}

// Entry is a kernel function as the host sees it.
type Entry struct {
	Name            string // host name
	Func            int    // index into Program.Funcs; its Params are those of Args in order
	Args            []Arg
	MaxThreads      int // [[max_total_threads_per_threadgroup(n)]], 0 if absent
	ThreadgroupSize int // bytes of static threadgroup memory, callees included
	Pos             diag.Pos
}

// ArgKind says what an entry's parameter is bound to.
type ArgKind uint8

// The kinds of entry parameters.
const (
	ArgBuffer      ArgKind = iota // device or constant pointer or reference, [[buffer(n)]]
	ArgThreadgroup                // dynamic threadgroup memory, [[threadgroup(n)]]
	ArgBuiltin                    // thread_position_in_grid and the like
)

// Arg is a parameter of an entry. A buffer or threadgroup argument takes one
// Ptr register; a builtin takes N registers of its Kind.
type Arg struct {
	Kind     ArgKind
	Name     string
	Index    int     // of [[buffer(n)]] or [[threadgroup(n)]]
	Space    Space   // of a buffer
	ReadOnly bool    // pointee is const
	Atomic   bool    // pointee is an atomic type
	Type     string  // the pointee as written, for display: "float", "device half4"
	ElemKind Kind    // scalar kind of the pointee, Void for structures
	ElemSize int     // bytes of one pointee
	Layout   *Layout // of one pointee, for display; nil if that is not known
	Ref      bool    // a reference: exactly one element is accessed
	Builtin  Builtin // for ArgBuiltin
	Scalar   Kind    // register kind of a builtin: U32 or U16
	N        int     // registers of a builtin: 1, 2 or 3
	Pos      diag.Pos
}

// Params is how many parameters of the function the argument takes.
func (a *Arg) Params() int {
	if a.Kind == ArgBuiltin {
		return max(a.N, 1)
	}
	return 1
}

// Block is a sequence of instructions.
type Block []Instr

// Instr is one instruction. Which fields count depends on Op; see its doc.
type Instr struct {
	Op    Op
	Kind  Kind  // kind of the operands (of the result where there are none)
	From  Kind  // source kind of Convert and Bitcast
	Space Space // of Load, Store, Atomic*, slots and fences
	N     uint8 // length of the run for Load, Store, builtins; 0 counts as 1
	Flags Flags
	Dst   Reg // first result register, NoReg if none
	Pos   diag.Pos
	Imm   uint64 // constant bits, index, byte offset or depth
	Args  []Reg
	Nest  *Nest // of If, Loop and Scope
}

// Nest holds the blocks of a construct.
type Nest struct {
	Body Block // If: then; Loop, Scope: body
	Else Block // If: else; Loop: continuing block
}

// Body is the instruction's first block, empty if it has none.
func (in *Instr) Body() Block {
	if in.Nest == nil {
		return nil
	}
	return in.Nest.Body
}

// Else is the instruction's second block, empty if it has none.
func (in *Instr) Else() Block {
	if in.Nest == nil {
		return nil
	}
	return in.Nest.Else
}

// MapBlocks gives a construct blocks of its own: what f makes of those that it
// has, in their order.
func (in *Instr) MapBlocks(f func(Block) Block) {
	if in.Nest != nil {
		in.Nest = &Nest{f(in.Nest.Body), f(in.Nest.Else)}
	}
}

// Align returns what the address of a Load or Store must be a multiple of: the size
// of its run, rounded up to a power of two, unless flags ask for less.
func (in *Instr) Align() int {
	switch {
	case in.Flags&Unaligned != 0:
		return 1
	case in.Flags&Packed != 0:
		return in.Kind.Size()
	}
	return in.Kind.Size() << bits.Len(uint(in.Run()-1))
}

// Flags qualify an instruction.
type Flags uint16

// The flags.
const (
	Fast     Flags = 1 << iota // fast:: variant of a maths function
	Volatile                   // the access must happen as written
	MemDevice
	MemThreadgroup
	MemTexture
	SimdScope // barrier or fence of one SIMD-group
	Transpose // SimdMatrix load or store
	Uniform   // promise that all threads agree on the condition
	Unaligned // Load or Store of a packed member, which may begin at any byte
	Packed    // Load or Store of a packed vector, aligned as its components are
	Inside    // Load or Store that is surely in bounds
	Kept      // Load of what is stored again beside a bit-field, which the kernel does not read
)
