package wasm

import (
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// simdBinary is the operation that a reduction or scan repeats.
var simdBinary = map[ir.Op]ir.Op{ir.SimdSum: ir.Add, ir.SimdProduct: ir.Mul, ir.SimdMin: ir.Min, ir.SimdMax: ir.Max,
	ir.SimdAnd: ir.And, ir.SimdAll: ir.And, ir.SimdOr: ir.Or, ir.SimdAny: ir.Or, ir.SimdXor: ir.Xor,
	ir.SimdPrefixSum: ir.Add, ir.SimdExclSum: ir.Add, ir.SimdPrefixProduct: ir.Mul, ir.SimdExclProduct: ir.Mul}

// simdCall says what a SIMD-group function does. It is a WebAssembly function
// that reads its operands from the frame and leaves its result there, for all
// SIMD-groups of the threadgroup: one serves every place of the kernel that does
// the same, so that kernels stay short.
type simdCall struct {
	op      ir.Op
	kind    ir.Kind
	masked  bool // some lanes may be inactive
	blend   bool // and keep what they had
	ragged  bool // some SIMD-group has less than 32 threads
	perLane bool // the result varies in a chunk; otherwise it is one scalar for each
	number  bool // the second operand is one number, and not in the frame
}

func (g *gen) simd(n *node) {
	f, in := g.f, n.in
	dst := in.Dst
	if len(g.refs[dst]) < 2 {
		return // nobody reads it
	}
	if _, fold := simdBinary[in.Op]; wide(in.Kind) && !fold {
		panic(unsupported{in.Op.String() + " of " + in.Kind.String()})
	}
	c := simdCall{op: in.Op, kind: in.Kind, masked: g.maskedHere(), ragged: g.v.ragged, perLane: g.of[dst].form == varying}
	c.blend = c.masked && c.perLane && g.blend[n]
	var src, arg int
	if len(in.Args) > 0 {
		src = g.inFrame(in.Args[0])
	}
	if len(in.Args) > 1 {
		c.number = g.of[in.Args[1]].form == uniform
		if !c.number {
			arg = g.inFrame(in.Args[1])
		}
	}
	f.Get(g.area, g.threads)
	for _, at := range []int{src, g.home(dst), max(g.tmask, 0)} {
		f.I32(int32(at))
	}
	if c.number {
		g.sc(in.Args[1])
	} else {
		f.I32(int32(arg))
	}
	if g.simdSide == 0 {
		g.simdSide = g.reserve(128+16, 16)
	}
	g.reserve(16, 16) // so that a vector may begin within what any of these has
	f.I32(int32(g.simdSide))
	g.callShared(c, c.function)
	g.extra += simdCost * g.chunks / 8
}

// simdCost is what a SIMD-group function takes of the fuel, for a SIMD-group.
const simdCost = 500

// simdFunc builds the function of a call. Its fields are locals, those of rows
// addresses: of the operand, the result, the active lanes, the second operand,
// which may be a number, and of memory for 36 lanes.
type simdFunc struct {
	*gen
	simdCall
	threads, src, dst, active, arg, side int

	first int // the SIMD-group's first thread
	at    int // 16 times the number of the chunk in the SIMD-group,
	known int // or that number, if it is not -1
}

// name is one that no other call of the module has.
func (c simdCall) name() string {
	name := fmt.Sprintf("%v_%v", c.op, c.kind)
	for _, p := range []struct {
		is     bool
		suffix string
	}{{c.masked, "_masked"}, {c.blend, "_blend"}, {c.perLane, "_lanes"}, {c.number, "_number"}} {
		if p.is {
			name += p.suffix
		}
	}
	return name
}

func (c simdCall) function() *wc.Func {
	f := wc.NewFunc(c.name(), slices.Repeat([]wc.Type{wc.I32}, 7), nil)
	const area, threads, src, dst, active, arg, side = 0, 1, 2, 3, 4, 5, 6
	s := &simdFunc{gen: helperGen(f), simdCall: c, threads: threads, src: src, dst: dst, active: active, arg: arg, side: side,
		first: f.Local(wc.I32), at: f.Local(wc.I32), known: -1}
	rows := []int{src, dst, active, side}
	if !c.number {
		rows = append(rows, arg)
	}
	for _, r := range rows {
		f.Get(area, r)
		f.Emit(wc.I32Add)
		f.Set(r)
	}
	top := f.Loop()
	switch {
	case wide(c.kind):
		s.wideFold()
	case c.op >= ir.SimdSum && c.op <= ir.SimdXor, c.op == ir.SimdAll, c.op == ir.SimdAny:
		s.reduce()
	case c.op >= ir.SimdPrefixSum && c.op <= ir.SimdExclProduct:
		s.scan()
	case c.op == ir.SimdBallot, c.op == ir.SimdActive, c.op == ir.SimdIsFirst:
		s.ballot()
	default:
		s.shuffle()
	}
	operand := 128
	if wide(c.kind) {
		operand = 256
	}
	for _, step := range []struct{ local, bytes int }{{src, operand}, {dst, 8 * s.bytes(c.perLane)}, {active, 128}, {arg, 128}} {
		if step.local != arg || !c.number {
			s.advance(step.local, step.bytes)
		}
	}
	s.advance(s.first, 32)
	f.Get(s.first, threads)
	f.Emit(wc.I32LtU)
	f.BrIf(top)
	f.End()
	return f
}

func (s *simdFunc) advance(local, by int) {
	s.f.Get(local)
	s.f.I32(int32(by))
	s.f.Emit(wc.I32Add)
	s.f.Set(local)
}

// bytes is what a chunk takes in a row of the frame.
func (s *simdFunc) bytes(vector bool) int {
	switch {
	case !vector:
		return 8
	case wide(s.kind) || s.op == ir.SimdBallot || s.op == ir.SimdActive:
		return 32
	}
	return 16
}

// eachKnown emits code for each chunk of the SIMD-group, whether it has threads
// or not.
func (s *simdFunc) eachKnown(do func()) {
	for s.known = range 8 {
		do()
	}
	s.known = -1
}

// each emits a loop over the chunks of the SIMD-group that have threads.
func (s *simdFunc) each(do func()) {
	f := s.f
	f.I32(0)
	f.Set(s.at)
	top := f.Loop()
	do()
	s.advance(s.at, 16)
	f.Get(s.at)
	f.I32(128)
	f.Emit(wc.I32LtU)
	if s.ragged {
		s.thread()
		f.Get(s.threads)
		f.Emit(wc.I32LtU, wc.I32And)
	}
	f.BrIf(top)
	f.End()
}

// lane0 pushes the number of the chunk's first lane in its SIMD-group.
func (s *simdFunc) lane0() {
	if s.known >= 0 {
		s.f.I32(int32(4 * s.known))
		return
	}
	s.f.Get(s.at)
	s.f.I32(2)
	s.f.Emit(wc.I32ShrU)
}

// lanes pushes the numbers of the chunk's lanes.
func (s *simdFunc) lanes() {
	s.lane0()
	s.f.Emit(wc.I32x4Splat)
	s.f.V128(iota32(1))
	s.f.Emit(wc.I32x4Add)
}

// thread pushes the index of the chunk's first thread.
func (s *simdFunc) thread() {
	s.lane0()
	s.f.Get(s.first)
	s.f.Emit(wc.I32Add)
}

// place pushes the address of the chunk in a row, and returns the offset to add.
func (s *simdFunc) place(row, bytes int) uint32 {
	f := s.f
	f.Get(row)
	if s.known >= 0 {
		return uint32(bytes * s.known)
	}
	f.Get(s.at)
	switch bytes {
	case 8:
		f.I32(1)
		f.Emit(wc.I32ShrU)
	case 32:
		f.I32(1)
		f.Emit(wc.I32Shl)
	}
	f.Emit(wc.I32Add)
	return 0
}

// operand pushes the chunk's vector of a row.
func (s *simdFunc) operand(row int) { s.f.Mem(wc.V128Load, s.place(row, 16)) }

// pushActive pushes the mask of the chunk's lanes that take part, of a chunk
// that has threads.
func (s *simdFunc) pushActive() {
	if s.masked {
		s.operand(s.active)
		return
	}
	s.f.V128(splat32(^uint32(0)))
}

// exist pushes the mask of the chunk's lanes that have a thread.
func (s *simdFunc) exist() {
	f := s.f
	s.thread()
	f.Emit(wc.I32x4Splat)
	f.V128(iota32(1))
	f.Emit(wc.I32x4Add)
	f.Get(s.threads)
	f.Emit(wc.I32x4Splat, wc.I32x4LtU)
}

// give makes the vector that push pushes the chunk's result.
func (s *simdFunc) give(push func()) {
	f := s.f
	at := s.place(s.dst, s.bytes(s.perLane))
	push()
	switch {
	case !s.perLane && s.kind.IsFloat():
		f.Lane(wc.F32x4ExtractLane, 0)
		f.Mem(wc.F32Store, at)
	case !s.perLane:
		f.Lane(wc.I32x4ExtractLane, 0)
		if s.kind == ir.Bool {
			f.I32(1)
			f.Emit(wc.I32And)
		}
		f.Mem(wc.I32Store, at)
	default:
		if s.blend {
			s.operand(s.dst)
			s.pushActive()
			f.Emit(wc.V128Bitselect)
		}
		f.Mem(wc.V128Store, at)
	}
}

// giveWide does the same with two vectors of 64-bit lanes.
func (s *simdFunc) giveWide(push func(half int)) {
	f := s.f
	if !s.perLane {
		at := s.place(s.dst, 8)
		push(0)
		f.Lane(wc.I64x2ExtractLane, 0)
		f.Mem(wc.I64Store, at)
		return
	}
	for h := range 2 {
		at := s.place(s.dst, 32) + uint32(16*h)
		push(h)
		if s.blend {
			old := s.place(s.dst, 32) + uint32(16*h)
			f.Mem(wc.V128Load, old)
			s.pushActive()
			s.pushActive()
			f.Shuffle32(byte(2*h), byte(2*h), byte(2*h+1), byte(2*h+1))
			f.Emit(wc.V128Bitselect)
		}
		f.Mem(wc.V128Store, at)
	}
}
