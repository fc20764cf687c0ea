// Package wasmcode builds WebAssembly modules: a list of instructions per
// function that can be encoded to bytes and printed as text.
//
// It knows the binary format and block nesting, and nothing of kernels. It
// does not validate: the engine that loads the module does.
package wasmcode

import (
	"math"
	"slices"
)

// Type is a value type.
type Type byte

// The value types.
const (
	I32  Type = 0x7f
	I64  Type = 0x7e
	F32  Type = 0x7d
	F64  Type = 0x7c
	V128 Type = 0x7b
	none Type = 0x40
)

// Inst is one instruction with its immediates.
type Inst struct {
	Op  Op
	Imm int64 // constant, index, memory offset, label
	Aux uint8 // lane, or log2 of the alignment
	V   *[16]byte
}

// Func is a function under construction.
type Func struct {
	Name    string
	Params  []Type
	Results []Type
	locals  []Type
	code    []Inst
	tail    []Inst        // memory for what Insert moves
	blocks  []Op          // that are open
	spares  map[spare]int // locals of spelled-out instructions
	notes   []note

	segments []segment
}

// note says what the code from an instruction on comes from.
type note struct{ at, from int }

// From notes that what follows comes from a place of the source, a number that
// WAT gives back.
func (f *Func) From(place int) {
	if n := len(f.notes); n == 0 || f.notes[n-1].from != place {
		f.notes = append(f.notes, note{len(f.code), place})
	}
}

// spare names a local that a spelled-out instruction uses.
type spare struct {
	t Type
	n int
}

// NewFunc starts a function; parameters are the first locals.
func NewFunc(name string, params, results []Type) *Func {
	return &Func{Name: name, Params: params, Results: results}
}

// Local declares a new local and returns its index.
func (f *Func) Local(t Type) int {
	f.locals = append(f.locals, t)
	return len(f.Params) + len(f.locals) - 1
}

// Size is the number of instructions so far.
func (f *Func) Size() int { return len(f.code) }

// Joins counts the blocks between where locals get their values and where these are
// read: a compiler to static single assignment visits each, and mostly makes a phi.
func (f *Func) Joins() int {
	n, block, at := 0, 0, make([]int, len(f.Params)+len(f.locals))
	for _, in := range f.code {
		switch in.Op {
		case Block, Loop, If, Else, End, BrIf:
			block++
		case LocalGet:
			n += block - at[in.Imm]
			at[in.Imm] = block
		case LocalSet, LocalTee:
			at[in.Imm] = block
		}
	}
	return n
}

// Uses reports whether an instruction from position at on reads a local.
func (f *Func) Uses(at, local int) bool {
	for _, in := range f.code[at:] {
		if in.Op == LocalGet && in.Imm == int64(local) {
			return true
		}
	}
	return false
}

// Holds reports whether locals are not set between a position and here, and whether whatever
// runs here ran there before.
func (f *Func) Holds(at int, locals ...int) bool {
	var open []Op
	for _, in := range f.code[at:] {
		switch in.Op {
		case Block, Loop, If:
			open = append(open, in.Op)
		case Else, End:
			if len(open) == 0 {
				return false
			}
			if in.Op == End {
				open = open[:len(open)-1]
			}
		case LocalSet, LocalTee:
			if slices.Contains(locals, int(in.Imm)) {
				return false
			}
		}
	}
	return !slices.Contains(open, Loop) // which may set them before it comes here again
}

// Insert puts what emit appends at an earlier position; it must not open or
// close blocks.
func (f *Func) Insert(at int, emit func()) {
	tail := append(f.tail[:0], f.code[at:]...)
	f.tail = nil // emit may insert, too
	f.code = f.code[:at]
	emit()
	for i := range f.notes {
		if f.notes[i].at >= at {
			f.notes[i].at += len(f.code) - at
		}
	}
	for i := range f.segments {
		s := &f.segments[i]
		if s.lo > at {
			s.lo += len(f.code) - at
		}
		if s.hi > at {
			s.hi += len(f.code) - at
		}
	}
	f.code = append(f.code, tail...)
	f.tail = tail
}

// Emit appends instructions without immediates. Some are spelled out: wazero
// 1.12 computes them in registers that it changes in place, and where it has to
// reload an operand meanwhile, it may spill such a register and get back what it
// held before the change. Splats are, too: wazero inserts the scalar into a
// register with a stale value, which the processor waits for; inserting into
// zero does not.
func (f *Func) Emit(ops ...Op) {
	for _, op := range ops {
		if spell := spelledOut[op]; spell != nil {
			spell(f)
		} else {
			f.code = append(f.code, Inst{Op: op})
		}
	}
}

var spelledOut [len(opTable)]func(*Func)

func init() {
	spelledOut[V128Bitselect] = (*Func).bitselect
	spelledOut[F32Copysign] = (*Func).copysign
	spelledOut[F32ConvertI64U] = (*Func).convertI64U
	spelledOut[I64x2Mul] = (*Func).mul64x2
	spelledOut[I32x4Splat] = func(f *Func) { f.splat(I32, I32x4ReplaceLane, 4) }
	spelledOut[F32x4Splat] = func(f *Func) { f.splat(F32, F32x4ReplaceLane, 4) }
	spelledOut[I64x2Splat] = func(f *Func) { f.splat(I64, I64x2ReplaceLane, 8) }
}

// splat copies a scalar of so many bytes to all lanes.
func (f *Func) splat(t Type, insert Op, size int) {
	x := f.spare(t, 1)
	f.Set(x)
	f.V128([16]byte{})
	f.Get(x)
	f.Lane(insert, 0)
	var from [16]byte
	for i := range from {
		from[i] = byte(i % size)
	}
	f.V128(from)
	f.Emit(I8x16Swizzle)
}

// bitselect is x&mask | y&^mask.
func (f *Func) bitselect() {
	y, mask := f.spare(V128, 0), f.spare(V128, 1)
	f.Set(mask)
	f.Set(y)
	f.Get(mask)
	f.Emit(V128And)
	f.Get(y, mask)
	f.Emit(V128Andnot, V128Or)
}

// copysign joins the bits of x with the sign of y.
func (f *Func) copysign() {
	y := f.spare(F32, 0)
	f.Set(y)
	f.Emit(I32ReinterpretF32)
	f.I32(math.MaxInt32)
	f.Emit(I32And)
	f.Get(y)
	f.Emit(I32ReinterpretF32)
	f.I32(math.MinInt32)
	f.Emit(I32And, I32Or, F32ReinterpretI32)
}

// convertI64U converts the upper half of the numbers by half, the last bit kept.
func (f *Func) convertI64U() {
	x := f.spare(I64, 0)
	upper := func() {
		f.Get(x)
		f.I64(0)
		f.Emit(I64LtS)
	}
	f.Tee(x)
	f.I64(1)
	f.Emit(I64ShrU)
	f.Get(x)
	f.I64(1)
	f.Emit(I64And, I64Or)
	f.Get(x)
	upper()
	f.Emit(Select, F32ConvertI64S)
	f.I32(0x40000000) // 2
	f.I32(0x3f800000) // 1
	upper()
	f.Emit(Select, F32ReinterpretI32, F32Mul)
}

// mul64x2 multiplies lane by lane.
func (f *Func) mul64x2() {
	x, y := f.spare(V128, 0), f.spare(V128, 1)
	f.Set(y)
	f.Set(x)
	f.V128([16]byte{})
	for l := range uint8(2) {
		for _, v := range []int{x, y} {
			f.Get(v)
			f.Lane(I64x2ExtractLane, l)
		}
		f.Emit(I64Mul)
		f.Lane(I64x2ReplaceLane, l)
	}
}

// SelectFloat is select of floats of a type, which Emit would have to spell out
// if it knew the type.
func (f *Func) SelectFloat(t Type) {
	bits, number := I32ReinterpretF32, F32ReinterpretI32
	if t == F64 {
		bits, number = I64ReinterpretF64, F64ReinterpretI64
	}
	y, cond := f.spare(t, 0), f.spare(I32, 0)
	f.Set(cond)
	f.Set(y)
	f.Emit(bits)
	f.Get(y)
	f.Emit(bits)
	f.Get(cond)
	f.Emit(Select, number)
}

func (f *Func) spare(t Type, n int) int {
	l, ok := f.spares[spare{t, n}]
	if !ok {
		if f.spares == nil {
			f.spares = map[spare]int{}
		}
		l = f.Local(t)
		f.spares[spare{t, n}] = l
	}
	return l
}

// Get pushes locals.
func (f *Func) Get(locals ...int) {
	for _, l := range locals {
		f.code = append(f.code, Inst{Op: LocalGet, Imm: int64(l)})
	}
}

// Set pops into a local.
func (f *Func) Set(local int) { f.code = append(f.code, Inst{Op: LocalSet, Imm: int64(local)}) }

// Tee stores the top of the stack into a local and keeps it.
func (f *Func) Tee(local int) { f.code = append(f.code, Inst{Op: LocalTee, Imm: int64(local)}) }

// I32 pushes a constant.
func (f *Func) I32(v int32) { f.code = append(f.code, Inst{Op: I32Const, Imm: int64(v)}) }

// I64 pushes a constant.
func (f *Func) I64(v int64) { f.code = append(f.code, Inst{Op: I64Const, Imm: v}) }

// F32 pushes a constant given by its bits.
func (f *Func) F32(bits uint32) { f.code = append(f.code, Inst{Op: F32Const, Imm: int64(bits)}) }

// F64 pushes a constant.
func (f *Func) F64(v float64) {
	f.code = append(f.code, Inst{Op: F64Const, Imm: int64(math.Float64bits(v))})
}

// V128 pushes a constant.
func (f *Func) V128(v [16]byte) { f.code = append(f.code, Inst{Op: V128Const, V: &v}) }

// Shuffle selects 16 bytes out of the two vectors on the stack.
func (f *Func) Shuffle(lanes [16]byte) { f.code = append(f.code, Inst{Op: I8x16Shuffle, V: &lanes}) }

// Shuffle32 selects four 32-bit lanes, 0 to 3 of the first vector and 4 to 7
// of the second.
func (f *Func) Shuffle32(a, b, c, d byte) {
	var v [16]byte
	for i, l := range [4]byte{a, b, c, d} {
		for j := range byte(4) {
			v[i*4+int(j)] = l*4 + j
		}
	}
	f.Shuffle(v)
}

// Half pushes a vector whose lower half is the lower or the upper one of a local; the other may
// be anything. It takes wazero four instructions at most on amd64, where a shuffle takes seven.
func (f *Func) Half(x, half int) {
	f.Get(x)
	if half > 0 {
		f.Get(x)
		f.Lane(F64x2ExtractLane, 1)
		f.Lane(F64x2ReplaceLane, 0)
	}
}

// LowerHalves pushes the lower halves of two locals.
func (f *Func) LowerHalves(x, y int) {
	f.Get(x, y)
	f.Lane(F64x2ExtractLane, 0)
	f.Lane(F64x2ReplaceLane, 1)
}

// UpperHalves pushes the upper halves of two locals.
func (f *Func) UpperHalves(x, y int) {
	f.Get(y, x)
	f.Lane(F64x2ExtractLane, 1)
	f.Lane(F64x2ReplaceLane, 0)
}

// Mem emits a load or store with a constant offset. The alignment hint is 1
// for plain accesses; atomics need their natural one.
func (f *Func) Mem(op Op, offset uint32) {
	var align uint8
	if opTable[op].prefix == 0xfe {
		switch op {
		case I64AtomicRmwCmpxchg, I64AtomicLoad:
			align = 3
		case I32AtomicLoad8U, I32AtomicStore8, I32AtomicRmw8XchgU, I32AtomicRmw8CmpxchgU:
		default:
			align = 2
		}
	}
	f.code = append(f.code, Inst{Op: op, Imm: int64(offset), Aux: align})
}

// MemLane emits a lane load or store.
func (f *Func) MemLane(op Op, offset uint32, lane uint8) {
	f.code = append(f.code, Inst{Op: op, Imm: int64(offset), Aux: lane})
}

// Lane emits an extract or replace.
func (f *Func) Lane(op Op, lane uint8) { f.code = append(f.code, Inst{Op: op, Aux: lane}) }

// Label names an open block or loop.
type Label int

// Block opens a block; a branch to its label leaves it.
func (f *Func) Block() Label { return f.open(Block) }

// Loop opens a loop; a branch to its label repeats it.
func (f *Func) Loop() Label { return f.open(Loop) }

// If opens a conditional on the i32 on the stack.
func (f *Func) If() Label { return f.open(If) }

// Else begins the other arm of the innermost If.
func (f *Func) Else() { f.Emit(Else) }

func (f *Func) open(op Op) Label {
	f.code = append(f.code, Inst{Op: op})
	f.blocks = append(f.blocks, op)
	return Label(len(f.blocks))
}

// End closes the innermost block.
func (f *Func) End() {
	f.blocks = f.blocks[:len(f.blocks)-1]
	f.Emit(End)
}

// Br branches to a label.
func (f *Func) Br(l Label) { f.branch(Br, l) }

// BrIf branches if the i32 on the stack is not zero. A loop is repeated out of an If,
// as wazero 1.12 does not join a comparison with a branch to where several lead.
func (f *Func) BrIf(l Label) {
	if f.blocks[l-1] != Loop {
		f.branch(BrIf, l)
		return
	}
	f.If()
	f.Br(l)
	f.End()
}

// BrUnless branches if the i32 on the stack is zero.
func (f *Func) BrUnless(l Label) {
	f.If()
	f.Else()
	f.Br(l)
	f.End()
}

func (f *Func) branch(op Op, l Label) {
	f.code = append(f.code, Inst{Op: op, Imm: int64(len(f.blocks) - int(l))})
}

// Call calls a function of the module by index.
func (f *Func) Call(index int) { f.code = append(f.code, Inst{Op: Call, Imm: int64(index)}) }
