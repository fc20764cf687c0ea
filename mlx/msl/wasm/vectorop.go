package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

var (
	vector32 = map[ir.Op]wc.Op{ir.Add: wc.I32x4Add, ir.Sub: wc.I32x4Sub, ir.Mul: wc.I32x4Mul, ir.And: wc.V128And, ir.Or: wc.V128Or, ir.Xor: wc.V128Xor,
		ir.Eq: wc.I32x4Eq, ir.Ne: wc.I32x4Ne, ir.Neg: wc.I32x4Neg, ir.Not: wc.V128Not}
	vectorSigned   = map[ir.Op]wc.Op{ir.Lt: wc.I32x4LtS, ir.Le: wc.I32x4LeS, ir.Min: wc.I32x4MinS, ir.Max: wc.I32x4MaxS, ir.Abs: wc.I32x4Abs}
	vectorUnsigned = map[ir.Op]wc.Op{ir.Lt: wc.I32x4LtU, ir.Le: wc.I32x4LeU, ir.Min: wc.I32x4MinU, ir.Max: wc.I32x4MaxU}
	vectorFloat    = map[ir.Op]wc.Op{ir.Add: wc.F32x4Add, ir.Sub: wc.F32x4Sub, ir.Mul: wc.F32x4Mul, ir.Div: wc.F32x4Div,
		ir.Eq: wc.F32x4Eq, ir.Ne: wc.F32x4Ne, ir.Lt: wc.F32x4Lt, ir.Le: wc.F32x4Le, ir.Sqrt: wc.F32x4Sqrt, ir.Floor: wc.F32x4Floor, ir.Ceil: wc.F32x4Ceil,
		ir.Trunc: wc.F32x4Trunc, ir.Rint: wc.F32x4Nearest}
)

// vector lowers an operation whose result varies over the lanes.
func (g *gen) vector(n *node) {
	in := n.in
	switch in.Op {
	case ir.Mov:
		g.move(n, in.Args[0])
		return
	case ir.Select:
		g.selectVector(n)
		return
	case ir.Convert:
		g.convertVector(n)
		return
	case ir.Bitcast:
		g.bitcastVector(n)
		return
	}
	switch {
	case in.Kind.IsFloat():
		g.vectorFloatOp(n)
	case wide(in.Kind):
		g.vectorWide(n)
	default:
		g.vectorInt(n)
	}
}

func (g *gen) move(n *node, from ir.Reg) {
	if wide(g.fn.Regs[from].Kind) {
		g.half(from, 0)
		g.half(from, 1)
		g.setHalves(n, n.in.Dst)
		return
	}
	g.vec(from)
	g.set(n, n.in.Dst)
}

func (g *gen) selectVector(n *node) {
	f, a := g.f, n.in.Args
	if wide(g.fn.Regs[n.in.Dst].Kind) {
		for h := range 2 {
			g.half(a[1], h)
			g.half(a[2], h)
			g.vec(a[0])
			f.Emit(widenMask[h], wc.V128Bitselect)
		}
		g.setHalves(n, n.in.Dst)
		return
	}
	zero := func(r ir.Reg) bool { c, ok := g.consts[r]; return ok && c == 0 }
	op, ok := g.pseudo(n)
	both, joins := g.joins(n.in)
	switch {
	case joins:
		g.vec(a[0])
		g.vec(both.other)
		f.Emit(both.op)
	case ok:
		g.vec(a[2])
		g.vec(a[1])
		f.Emit(op)
	case zero(a[2]):
		g.vec(a[1])
		g.vec(a[0])
		f.Emit(wc.V128And)
	case zero(a[1]):
		g.vec(a[2])
		g.vec(a[0])
		f.Emit(wc.V128Andnot)
	default:
		g.vec(a[1])
		g.vec(a[2])
		g.vec(a[0])
		f.Emit(wc.V128Bitselect)
	}
	g.set(n, n.in.Dst)
}

// junction is an And or an Or of truth values.
type junction struct {
	op    wc.Op
	other ir.Reg
}

// joins finds what a select of one truth value by itself comes to: c ? x : c is c && x.
func (g *gen) joins(in *ir.Instr) (j junction, ok bool) {
	same := func(r ir.Reg) bool {
		for d := g.origin(r); r != in.Args[0]; d = g.origin(r) {
			if d == nil || d.in.Op != ir.Mov || !g.single[d.in.Args[0]] {
				return false
			}
			r = d.in.Args[0]
		}
		return g.single[r]
	}
	switch c, a := g.fn.Regs[in.Dst].Kind, in.Args; {
	case c != ir.Bool:
	case same(a[2]):
		return junction{wc.V128And, a[1]}, true
	case same(a[1]):
		return junction{wc.V128Or, a[2]}, true
	}
	return j, false
}

// pseudo is the operation that a select of the lesser or greater of two floats
// comes to: of b and a for  a < b ? a : b  and the like. NaN and zeros fall out
// as the comparison has it.
func (g *gen) pseudo(n *node) (op wc.Op, ok bool) {
	c, a, b := n.in.Args[0], n.in.Args[1], n.in.Args[2]
	d := g.origin(c)
	if n.in.Kind != ir.F32 || d == nil || d.in.Op != ir.Lt || d.in.Kind != ir.F32 || !dominates(d, n) {
		return 0, false
	}
	for _, r := range []ir.Reg{a, b} { // what was compared is what is selected
		if from := g.origin(r); !g.single[r] || from != nil && from.pos > d.pos {
			return 0, false
		}
	}
	switch x, y := d.in.Args[0], d.in.Args[1]; {
	case x == a && y == b:
		return wc.F32x4Pmin, true
	case x == b && y == a:
		return wc.F32x4Pmax, true
	}
	return 0, false
}

// origins reports whether a pointer is to the beginning of its memory.
func (g *gen) origins(p ir.Reg) bool {
	d := g.origin(p)
	if d == nil {
		return g.single[p] && g.roots[p] != nil // a parameter
	}
	return d.in.Op == ir.SlotAddr || d.in.Op == ir.ConstAddr
}

// origin is the one node that assigns a register, nil if there are others.
func (s *shapes) origin(r ir.Reg) *node {
	if !s.single[r] {
		return nil
	}
	for _, x := range s.refs[r] {
		if x.def {
			return x.n
		}
	}
	return nil
}

// shiftLeft shifts the lanes on the stack by a constant. A multiplication is
// one instruction, where wazero takes five to move a shift count.
func (g *gen) shiftLeft(count uint64) {
	if count == 1 {
		v := g.temp(wc.V128)
		g.f.Tee(v)
		g.f.Get(v)
		g.f.Emit(wc.I32x4Add)
		g.free(wc.V128, v)
		return
	}
	g.with(splat32(1<<count), wc.I32x4Mul)
}

// shiftRight shifts the lanes on the stack, of a register, by a constant; it
// reports whether there is a way that costs less than a shift. Bytes change places. Of
// either half a product moves a part into the upper half, and another one from there; both
// take halves for numbers with a sign, which must be right or not be looked at.
func (g *gen) shiftRight(in *ir.Instr, count uint64) bool {
	k, most, looked := in.Kind, g.limit[in.Args[0]], g.looked(in.Dst)
	low := k.IsSigned() && k.Bits() <= 16 || most <= 1<<15-1 || looked<<count <= 1<<16-1
	high := k.IsSigned() || most <= 1<<31-1 || looked <= (1<<32-1)>>count
	switch {
	case count == 16 && high:
		g.with(upperHalf, wc.I32x4DotI16x8S)
	case count > 0 && count%8 == 0 && (!k.IsSigned() || most <= k.Mask()>>1):
		var from [16]byte
		for i := range from {
			from[i] = 0x80 // none
			if i%4+int(count/8) < 4 {
				from[i] = byte(i + int(count/8))
			}
		}
		g.with(from, wc.I8x16Swizzle)
	case 2 <= count && count < 16 && low:
		g.with(splat32(1<<(16-count)), wc.I32x4DotI16x8S)
		g.with(upperHalf, wc.I32x4DotI16x8S)
	case count >= 18 && high:
		g.with(splat32(1<<(48-count)), wc.I32x4DotI16x8S)
		g.with(upperHalf, wc.I32x4DotI16x8S)
	default:
		return false
	}
	return true
}

// looked are the bits of a register of 32 that are looked at: all, or those that masks leave.
func (g *gen) looked(r ir.Reg) (bits uint64) {
	for _, x := range g.refs[r] {
		c, masks := uint64(0), false
		if in := x.n.in; in.Op == ir.And && g.pack == nil && g.single[r] && in.Kind.Bits() == 32 {
			c, masks = g.consts[in.Args[1]]
		}
		switch {
		case x.def:
		case masks:
			bits |= c & (1<<32 - 1)
		default:
			return 1<<32 - 1
		}
	}
	return bits
}

// rotate pushes lanes of 32 bits rotated by a scalar: bytes change places, or two
// shifts make up for each other.
func (g *gen) rotate(in *ir.Instr) {
	f := g.f
	g.vec(in.Args[0])
	c, known := g.consts[in.Args[1]]
	if known && c%8 == 0 {
		var from [16]byte
		for i := range from {
			from[i] = byte(i&^3 | (i-int(c/8))&3)
		}
		g.with(from, wc.I8x16Swizzle)
		return
	}
	if known {
		g.shiftLeft(c & 31)
	} else {
		g.sc(in.Args[1])
		f.Emit(wc.I32x4Shl)
	}
	g.vec(in.Args[0])
	if known {
		f.I32(int32(-c & 31))
	} else {
		f.I32(0)
		g.sc(in.Args[1])
		f.Emit(wc.I32Sub)
	}
	f.Emit(wc.I32x4ShrU, wc.V128Or)
}

// powers makes two to the power of the lanes on the stack, which count modulo the
// width of a kind: of the bytes of a lane the one in which the power has its bit
// finds it in a table; the others are beyond that.
func (g *gen) powers(k ir.Kind) {
	f := g.f
	g.with(splat32(uint32(k.Bits()-1)), wc.V128And)
	g.with(splat32(0x01010101), wc.I32x4Mul)
	g.with(splat32(0x18100800), wc.I8x16Sub)
	at := g.temp(wc.V128)
	f.Set(at)
	g.constant4([16]byte{1, 2, 4, 8, 16, 32, 64, 128})
	f.Get(at)
	f.Emit(wc.I8x16Swizzle)
	g.free(wc.V128, at)
}

// narrowVector brings the lanes on the stack into the range of a small kind.
func (g *gen) narrowVector(k ir.Kind) {
	f := g.f
	switch k {
	case ir.I8: // the sign's bit counts the other way
		g.with(splat32(0xff), wc.V128And)
		g.with(splat32(0x80), wc.V128Xor)
		g.with(splat32(0x80), wc.I32x4Sub)
	case ir.I16:
		g.with(splat32(1), wc.I32x4DotI16x8S)
	case ir.U8, ir.U16:
		g.constant4(splat32(uint32(k.Mask())))
		f.Emit(wc.V128And)
	}
}

// vectorIntOp is the instruction of an operation on 32-bit lanes of integers, if there is one.
func vectorIntOp(op ir.Op, k ir.Kind) (instr wc.Op, ok bool) {
	if instr, ok = vector32[op]; ok {
		return instr, true
	}
	if k.IsSigned() {
		instr, ok = vectorSigned[op]
	} else {
		instr, ok = vectorUnsigned[op]
	}
	return instr, ok
}

// keepsBesides reports whether an operation under a mask changes a register by a
// number, as in  n += 1:  lanes that keep what they have take zero for the number.
func (g *gen) keepsBesides(n *node) bool {
	in := n.in
	changes := in.Op == ir.Add || in.Op == ir.Sub || in.Op == ir.Or || in.Op == ir.Xor
	return changes && in.Args[0] == in.Dst && g.of[in.Dst].form == varying && g.blend[n] && g.cur.some && g.second[n] == nil
}

func (g *gen) vectorInt(n *node) {
	f, in, k := g.f, n.in, n.in.Kind
	arg := func(i int) { g.vec(in.Args[i]) }
	op, ok := vectorIntOp(in.Op, k)
	switch {
	case in.Op == ir.Lt || in.Op == ir.Le:
		g.less(in)
	case ok && g.keepsBesides(n):
		f.Get(g.loc[in.Dst][0])
		arg(1)
		f.Get(g.cur.local)
		f.Emit(wc.V128And, op)
		g.narrowVector(k)
		f.Set(g.loc[in.Dst][0])
		return
	case ok:
		for i := range in.Args {
			arg(i)
		}
		f.Emit(op)
	case in.Op == ir.Abs:
		arg(0)
	case (in.Op == ir.Shl || in.Op == ir.Shr) && g.of[in.Args[1]].scalar():
		arg(0)
		if c, ok := g.consts[in.Args[1]]; ok {
			c &= uint64(k.Bits() - 1)
			if in.Op == ir.Shl {
				g.shiftLeft(c)
				break
			}
			if g.shiftRight(in, c) {
				break
			}
		}
		g.shiftCount(in, func() { g.sc(in.Args[1]) })
		switch {
		case in.Op == ir.Shl:
			f.Emit(wc.I32x4Shl)
		case k.IsSigned():
			f.Emit(wc.I32x4ShrS)
		default:
			f.Emit(wc.I32x4ShrU)
		}
	case in.Op == ir.Shl:
		arg(0)
		arg(1)
		g.powers(k)
		f.Emit(wc.I32x4Mul)
	case in.Op == ir.Rotl && g.of[in.Args[1]].scalar():
		g.rotate(in)
	case in.Op >= ir.Clz && in.Op <= ir.ReverseBits:
		g.countVector(in)
		g.set(n, in.Dst)
		return
	case in.Op == ir.Div || in.Op == ir.Rem:
		if k, ok := g.powerOf(in); ok {
			g.divideByPower(in, k)
			break
		}
		if _, ok := g.divisor(in); ok {
			if g.dividesLanes(n) {
				g.lanewise(n, g.fn.Regs[in.Dst].Kind, in)
				return
			}
			g.divideOnce(n)
			break
		}
		arg(0)
		arg(1)
		g.call(bySign(k, helperDivS4, helperDivU4))
		if in.Op == ir.Rem {
			// a - q*b, and 0 where b is 0
			q := g.temp(wc.V128)
			f.Set(q)
			arg(0)
			f.Get(q)
			arg(1)
			f.Emit(wc.I32x4Mul, wc.I32x4Sub)
			arg(1)
			f.V128([16]byte{})
			f.Emit(wc.I32x4Ne, wc.V128And)
			g.free(wc.V128, q)
		}
	default:
		g.lanewise(n, g.fn.Regs[in.Dst].Kind, in)
		return
	}
	if g.fn.Regs[in.Dst].Kind != ir.Bool {
		g.narrowVector(k)
	}
	g.set(n, in.Dst)
}
