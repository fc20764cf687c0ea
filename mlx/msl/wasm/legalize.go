package wasm

import (
	"math"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// legalize returns an entry and its function in which operations without an
// equivalent in WebAssembly are spelled out in simpler ones, with the same
// bits. With tiles, loads and stores of matrices become those of their
// elements.
func legalize(p *ir.Program, e *ir.Entry, v variant, tiles bool) (*ir.Entry, *ir.Func) {
	entry, fn := *e, *p.Funcs[e.Func]
	fn.Regs = append([]ir.Type(nil), fn.Regs...)
	fn.Params = append([]ir.Reg(nil), fn.Params...)
	l := &legalizer{prog: p, v: v, fn: &fn, entry: &entry, tiles: tiles, lane: ir.NoReg}
	fn.Body = l.rename(l.mergeStores(l.returns(l.loadOnce(l.block(l.splitPointers(fn.Body))))))
	l.moves()
	return &entry, &fn
}

type legalizer struct {
	prog  *ir.Program
	v     variant
	fn    *ir.Func
	entry *ir.Entry
	tiles bool
	lane  ir.Reg // thread_index_in_simdgroup, added as a parameter on demand
	out   ir.Block
}

func (l *legalizer) block(b ir.Block) ir.Block {
	outer := l.out
	l.out = nil
	for i := range b {
		in := b[i]
		in.MapBlocks(l.block)
		if !l.expand(&in) {
			l.out = append(l.out, in)
		}
	}
	out := l.out
	l.out = outer
	return out
}

// nullOffset stands for the null pointer. A pointer is the offset into what it
// points into, of which 0 is the first byte.
const nullOffset = 1 << 62

// expand spells out an instruction; it reports false for those that stay.
func (l *legalizer) expand(in *ir.Instr) bool {
	a := func(i int) ir.Reg { return in.Args[i] }
	narrow := in.Kind == ir.F16 || in.Kind == ir.BF16
	switch {
	case in.Op == ir.Frexp:
		frac, exp := l.frexp(l.toF32(in.Kind, a(0)))
		l.result(in, 0, l.fromF32(in.Kind, frac))
		l.result(in, 1, exp)
	case in.Op == ir.Ilogb:
		l.result(in, 0, l.ilogb(l.toF32(in.Kind, a(0))))
	case in.Op == ir.NextAfter:
		l.result(in, 0, l.nextAfter(in.Kind, a(0), a(1)))
	case in.Op == ir.Rsqrt && narrow:
		l.result(in, 0, l.fromF32(in.Kind, l.op(ir.Rsqrt, ir.F32, l.toF32(in.Kind, a(0)))))
	case in.Op == ir.Ldexp && narrow:
		l.result(in, 0, l.fromF32(in.Kind, l.op(ir.Ldexp, ir.F32, l.toF32(in.Kind, a(0)), a(1))))
	case in.Op == ir.Rotl && in.Kind.Bits() < 32:
		l.result(in, 0, l.rotate(in.Kind, a(0), a(1)))
	case in.Op == ir.MulHi && in.Kind.Bits() == 64:
		l.result(in, 0, l.mulHi(in.Kind, a(0), a(1)))
	case in.Op == ir.ReverseBits && in.Kind.Bits() == 64:
		lo, hi := l.split(in.Kind, a(0))
		l.result(in, 0, l.join(in.Kind, l.op(ir.ReverseBits, ir.U32, hi), l.op(ir.ReverseBits, ir.U32, lo)))
	case in.Op == ir.Convert && in.Kind == ir.BF16 && (in.From == ir.I64 || in.From == ir.U64):
		l.result(in, 0, l.toBF16(in.From, a(0)))
	case in.Op == ir.SimdFillUp || in.Op == ir.SimdFillDown:
		l.result(in, 0, l.fill(in))
	case in.Op >= ir.SimdAnd && in.Op <= ir.SimdXor && in.Kind.Bits() == 64,
		in.Op >= ir.SimdBroadcast && in.Op <= ir.SimdRotateDown && in.Kind.Bits() == 64 && in.Kind != ir.Ptr:
		l.result(in, 0, l.halves(in))
	case in.Imm == 4 && (in.Op == ir.SimdShuffleUp || in.Op == ir.SimdShuffleDown):
		l.result(in, 0, l.quadShift(in))
	case l.tiles && in.Op == ir.MatrixLoad, l.tiles && in.Op == ir.MatrixStore,
		in.Op == ir.MatrixLoad && in.Flags&ir.Transpose != 0, in.Op == ir.MatrixStore && in.Flags&ir.Transpose != 0:
		l.tile(in)
	case in.Op == ir.Const && in.Kind == ir.Ptr && in.Imm == 0:
		in.Imm = nullOffset
		return false
	default:
		return false
	}
	return true
}

func (l *legalizer) reg(k ir.Kind) ir.Reg {
	l.fn.Regs = append(l.fn.Regs, ir.Type{Kind: k})
	return ir.Reg(len(l.fn.Regs) - 1)
}

func (l *legalizer) emit(in ir.Instr, k ir.Kind) ir.Reg {
	in.Dst = l.reg(k)
	l.out = append(l.out, in)
	return in.Dst
}

// op emits an operation whose result has the kind of its operands.
func (l *legalizer) op(op ir.Op, k ir.Kind, args ...ir.Reg) ir.Reg {
	return l.emit(ir.Instr{Op: op, Kind: k, Args: args}, k)
}

func (l *legalizer) compare(op ir.Op, k ir.Kind, a, b ir.Reg) ir.Reg {
	return l.emit(ir.Instr{Op: op, Kind: k, Args: []ir.Reg{a, b}}, ir.Bool)
}

func (l *legalizer) constant(k ir.Kind, bits uint64) ir.Reg {
	return l.emit(ir.Instr{Op: ir.Const, Kind: k, Imm: bits & k.Mask()}, k)
}

func (l *legalizer) number(v int64) ir.Reg { return l.constant(ir.I32, uint64(v)) }

func (l *legalizer) convert(to, from ir.Kind, r ir.Reg) ir.Reg {
	if to == from {
		return r
	}
	return l.emit(ir.Instr{Op: ir.Convert, Kind: to, From: from, Args: []ir.Reg{r}}, to)
}

func (l *legalizer) bitcast(to, from ir.Kind, r ir.Reg) ir.Reg {
	return l.emit(ir.Instr{Op: ir.Bitcast, Kind: to, From: from, Args: []ir.Reg{r}}, to)
}

func (l *legalizer) choose(k ir.Kind, c, a, b ir.Reg) ir.Reg { return l.op(ir.Select, k, c, a, b) }

func (l *legalizer) toF32(k ir.Kind, r ir.Reg) ir.Reg   { return l.convert(ir.F32, k, r) }
func (l *legalizer) fromF32(k ir.Kind, r ir.Reg) ir.Reg { return l.convert(k, ir.F32, r) }

// result assigns the i-th result of the instruction in hand.
func (l *legalizer) result(in *ir.Instr, i int, r ir.Reg) {
	dst := in.Dst + ir.Reg(i)
	l.out = append(l.out, ir.Instr{Op: ir.Mov, Kind: l.fn.Regs[dst].Kind, Dst: dst, Args: []ir.Reg{r}, Pos: in.Pos})
}

// parts returns the bits of x scaled out of the subnormals, the exponent that
// this left out, and whether x is zero, infinite or NaN.
func (l *legalizer) parts(x ir.Reg) (bits, adjust, special ir.Reg) {
	const smallest = 1 << 23 // bits of the smallest normal float
	magnitude := l.op(ir.Abs, ir.F32, x)
	tiny := l.compare(ir.Lt, ir.U32, l.bitcast(ir.U32, ir.F32, magnitude), l.constant(ir.U32, smallest))
	scaled := l.op(ir.Mul, ir.F32, x, l.constant(ir.F32, uint64(math.Float32bits(1<<25))))
	bits = l.bitcast(ir.U32, ir.F32, l.choose(ir.F32, tiny, scaled, x))
	adjust = l.choose(ir.I32, tiny, l.number(-25), l.number(0))
	zero := l.compare(ir.Eq, ir.F32, x, l.constant(ir.F32, 0))
	inf := l.compare(ir.Le, ir.U32, l.constant(ir.U32, 0x7f800000), l.bitcast(ir.U32, ir.F32, magnitude))
	return bits, adjust, l.op(ir.Or, ir.Bool, zero, inf)
}

// exponent returns the exponent of the float with the given bits, as frexp
// counts it.
func (l *legalizer) exponent(bits, adjust ir.Reg) ir.Reg {
	e := l.op(ir.And, ir.U32, l.op(ir.Shr, ir.U32, bits, l.constant(ir.U32, 23)), l.constant(ir.U32, 255))
	e = l.op(ir.Sub, ir.I32, l.convert(ir.I32, ir.U32, e), l.number(126))
	return l.op(ir.Add, ir.I32, e, adjust)
}

func (l *legalizer) frexp(x ir.Reg) (frac, exp ir.Reg) {
	bits, adjust, special := l.parts(x)
	m := l.op(ir.Or, ir.U32, l.op(ir.And, ir.U32, bits, l.constant(ir.U32, 0x807fffff)), l.constant(ir.U32, 126<<23))
	frac = l.choose(ir.F32, special, x, l.bitcast(ir.F32, ir.U32, m))
	return frac, l.choose(ir.I32, special, l.number(0), l.exponent(bits, adjust))
}

func (l *legalizer) ilogb(x ir.Reg) ir.Reg {
	bits, adjust, special := l.parts(x)
	e := l.op(ir.Sub, ir.I32, l.exponent(bits, adjust), l.number(1))
	zero := l.compare(ir.Eq, ir.F32, x, l.constant(ir.F32, 0))
	limit := l.choose(ir.I32, zero, l.number(math.MinInt32), l.number(math.MaxInt32))
	return l.choose(ir.I32, special, limit, e)
}

// nextAfter steps the bits of x by one.
func (l *legalizer) nextAfter(k ir.Kind, x, y ir.Reg) ir.Reg {
	u := ir.U32
	if k != ir.F32 {
		u = ir.U16
	}
	sign := k.Mask()>>1 + 1
	xb, yb := l.bitcast(u, k, x), l.bitcast(u, k, y)
	one := l.constant(u, 1)
	negative := l.compare(ir.Ne, u, l.op(ir.And, u, xb, l.constant(u, sign)), l.constant(u, 0))
	away := l.op(ir.Xor, ir.Bool, l.compare(ir.Lt, k, x, y), negative)
	step := l.choose(u, away, l.op(ir.Add, u, xb, one), l.op(ir.Sub, u, xb, one))
	fromZero := l.op(ir.Or, u, l.op(ir.And, u, yb, l.constant(u, sign)), one)
	r := l.choose(u, l.compare(ir.Eq, k, x, l.constant(k, 0)), fromZero, step)
	r = l.choose(u, l.compare(ir.Eq, k, x, y), yb, r)
	nan := l.op(ir.Or, ir.Bool, l.compare(ir.Ne, k, x, x), l.compare(ir.Ne, k, y, y))
	r = l.choose(u, nan, l.constant(u, ir.FloatBits(k, math.NaN())), r)
	return l.bitcast(k, u, r)
}

// rotate is a rotation of 8 or 16 bits.
func (l *legalizer) rotate(k ir.Kind, x, n ir.Reg) ir.Reg {
	u := ir.U8
	if k.Bits() == 16 {
		u = ir.U16
	}
	x, n = l.convert(u, k, x), l.convert(u, k, n)
	back := l.op(ir.Sub, u, l.constant(u, uint64(k.Bits())), n) // shifts count modulo the width
	return l.convert(k, u, l.op(ir.Or, u, l.op(ir.Shl, u, x, n), l.op(ir.Shr, u, x, back)))
}

// split returns the halves of a 64-bit value as U32.
func (l *legalizer) split(k ir.Kind, x ir.Reg) (lo, hi ir.Reg) {
	x = l.convert(ir.U64, k, x)
	return l.convert(ir.U32, ir.U64, x), l.convert(ir.U32, ir.U64, l.op(ir.Shr, ir.U64, x, l.constant(ir.U64, 32)))
}

func (l *legalizer) join(k ir.Kind, lo, hi ir.Reg) ir.Reg {
	high := l.op(ir.Shl, ir.U64, l.convert(ir.U64, ir.U32, hi), l.constant(ir.U64, 32))
	return l.convert(k, ir.U64, l.op(ir.Or, ir.U64, high, l.convert(ir.U64, ir.U32, lo)))
}

// mulHi multiplies by halves; a signed product lacks what a negative operand
// takes from the other.
func (l *legalizer) mulHi(k ir.Kind, x, y ir.Reg) ir.Reg {
	u := ir.U64
	shift, low := l.constant(u, 32), l.constant(u, 1<<32-1)
	xu, yu := l.convert(u, k, x), l.convert(u, k, y)
	x0, x1 := l.op(ir.And, u, xu, low), l.op(ir.Shr, u, xu, shift)
	y0, y1 := l.op(ir.And, u, yu, low), l.op(ir.Shr, u, yu, shift)
	t := l.op(ir.Add, u, l.op(ir.Mul, u, x1, y0), l.op(ir.Shr, u, l.op(ir.Mul, u, x0, y0), shift))
	m := l.op(ir.Add, u, l.op(ir.Mul, u, x0, y1), l.op(ir.And, u, t, low))
	hi := l.op(ir.Add, u, l.op(ir.Mul, u, x1, y1), l.op(ir.Add, u, l.op(ir.Shr, u, t, shift), l.op(ir.Shr, u, m, shift)))
	if k == ir.I64 {
		sign := l.constant(ir.I64, 63)
		for _, pair := range [2][2]ir.Reg{{x, yu}, {y, xu}} {
			mask := l.convert(u, k, l.op(ir.Shr, k, pair[0], sign))
			hi = l.op(ir.Sub, u, hi, l.op(ir.And, u, mask, pair[1]))
		}
	}
	return l.convert(k, u, hi)
}

// toBF16 converts a 64-bit integer with one rounding: it keeps 24 bits, the
// last of which is sticky.
func (l *legalizer) toBF16(k ir.Kind, x ir.Reg) ir.Reg {
	u := ir.U64
	negative, mag := ir.NoReg, x
	if k == ir.I64 {
		negative = l.compare(ir.Lt, k, x, l.constant(k, 0))
		mag = l.convert(u, k, l.op(ir.Abs, k, x))
	}
	zero, one := l.constant(u, 0), l.constant(u, 1)
	width := l.op(ir.Sub, u, l.constant(u, 64), l.op(ir.Clz, u, mag))
	shift := l.op(ir.Sub, u, l.op(ir.Max, u, width, l.constant(u, 24)), l.constant(u, 24))
	lost := l.op(ir.And, u, mag, l.op(ir.Sub, u, l.op(ir.Shl, u, one, shift), one))
	sticky := l.choose(u, l.compare(ir.Ne, u, lost, zero), one, zero)
	kept := l.op(ir.Or, u, l.op(ir.Shr, u, mag, shift), sticky)
	f := l.convert(ir.F32, ir.U32, l.convert(ir.U32, u, kept))
	scale := l.op(ir.Shl, ir.U32, l.op(ir.Add, ir.U32, l.convert(ir.U32, u, shift), l.constant(ir.U32, 127)), l.constant(ir.U32, 23))
	f = l.op(ir.Mul, ir.F32, f, l.bitcast(ir.F32, ir.U32, scale))
	if negative != ir.NoReg {
		f = l.choose(ir.F32, negative, l.op(ir.Neg, ir.F32, f), f)
	}
	return l.fromF32(ir.BF16, f)
}

// laneIndex returns the register of thread_index_in_simdgroup.
func (l *legalizer) laneIndex() ir.Reg {
	if l.lane == ir.NoReg {
		l.lane = l.reg(ir.U32)
		l.fn.Params = append(l.fn.Params, l.lane)
		l.entry.Args = append(append([]ir.Arg(nil), l.entry.Args...),
			ir.Arg{Kind: ir.ArgBuiltin, Builtin: ir.ThreadIndexInSimdgroup, Scalar: ir.U32, N: 1})
	}
	return l.lane
}

func (l *legalizer) shuffle(in *ir.Instr, x, lane ir.Reg) ir.Reg {
	k := l.fn.Regs[x].Kind
	return l.emit(ir.Instr{Op: ir.SimdShuffle, Kind: k, Imm: in.Imm, Args: []ir.Reg{x, lane}}, k)
}

// fill is simd_shuffle_and_fill: lanes within modulo of each other shift, and
// what comes in at the edge is the filling's. All lanes of either read from as far away.
func (l *legalizer) fill(in *ir.Instr) ir.Reg {
	u := ir.U32
	size := l.constant(u, uint64(in.Group()))
	one, zero := l.constant(u, 1), l.constant(u, 0)
	m := in.Args[3]
	below := l.op(ir.Sub, u, m, one)
	bad := l.op(ir.Or, ir.Bool, l.compare(ir.Ne, u, l.op(ir.And, u, m, below), zero),
		l.op(ir.Or, ir.Bool, l.compare(ir.Eq, u, m, zero), l.compare(ir.Lt, u, size, m)))
	m = l.choose(u, bad, size, m)
	below = l.op(ir.Sub, u, m, one)
	lane := l.laneIndex()
	delta, pos := l.op(ir.And, u, in.Args[2], below), l.op(ir.And, u, lane, below)
	back := l.op(ir.Sub, u, m, delta)
	inside, there, other := ir.NoReg, ir.SimdRotateDown, ir.SimdRotateUp
	if in.Op == ir.SimdFillUp {
		inside, there, other = l.compare(ir.Le, u, delta, pos), other, there
	} else {
		inside = l.compare(ir.Lt, u, l.op(ir.Add, u, pos, delta), m)
	}
	fill := func(k ir.Kind, data, filling ir.Reg) ir.Reg {
		turn := func(op ir.Op, x, by ir.Reg) ir.Reg {
			return l.emit(ir.Instr{Op: op, Kind: k, Imm: in.Imm, Args: []ir.Reg{x, by}}, k)
		}
		return l.choose(k, inside, turn(there, data, delta), turn(other, filling, back))
	}
	if in.Kind.Bits() == 64 {
		return l.joined(in.Kind, in.Args[0], in.Args[1], func(a, b ir.Reg) ir.Reg { return fill(u, a, b) })
	}
	return fill(in.Kind, in.Args[0], in.Args[1])
}

// joined applies f to the halves of two 64-bit values.
func (l *legalizer) joined(k ir.Kind, x, y ir.Reg, f func(a, b ir.Reg) ir.Reg) ir.Reg {
	x0, x1 := l.split(k, x)
	y0, y1 := l.split(k, y)
	return l.join(k, f(x0, y0), f(x1, y1))
}

// halves runs a SIMD-group function that works bit by bit on each half.
func (l *legalizer) halves(in *ir.Instr) ir.Reg {
	one := func(x ir.Reg) ir.Reg {
		half := *in
		half.Kind = ir.U32
		half.Args = append([]ir.Reg{x}, in.Args[1:]...)
		if in.Imm == 4 && (in.Op == ir.SimdShuffleUp || in.Op == ir.SimdShuffleDown) {
			return l.quadShift(&half)
		}
		return l.emit(half, ir.U32)
	}
	lo, hi := l.split(in.Kind, in.Args[0])
	return l.join(in.Kind, one(lo), one(hi))
}

// quadShift is quad_shuffle_up or _down: the edge lanes keep their own value.
func (l *legalizer) quadShift(in *ir.Instr) ir.Reg {
	u := ir.U32
	pos := l.op(ir.And, u, l.laneIndex(), l.constant(u, 3))
	var edge, from ir.Reg
	if in.Op == ir.SimdShuffleUp {
		edge = l.compare(ir.Lt, u, pos, in.Args[1])
		from = l.op(ir.Sub, u, pos, in.Args[1])
	} else {
		edge = l.compare(ir.Le, u, l.op(ir.Sub, u, l.constant(u, 4), pos), in.Args[1])
		from = l.op(ir.Add, u, pos, in.Args[1])
	}
	return l.shuffle(in, in.Args[0], l.choose(u, edge, pos, from))
}

// tile loads or stores the two elements that a lane holds of a matrix.
func (l *legalizer) tile(in *ir.Instr) {
	args := in.Args[1:]
	if in.Op == ir.MatrixStore {
		args = in.Args[3:]
	}
	u, w := ir.U32, ir.I64
	lane := l.laneIndex()
	bit := func(shift, mask, scale uint64) ir.Reg {
		b := l.op(ir.And, u, l.op(ir.Shr, u, lane, l.constant(u, shift)), l.constant(u, mask))
		return l.op(ir.Mul, u, b, l.constant(u, scale))
	}
	row := l.convert(w, u, l.op(ir.Add, u, bit(4, 1, 4), bit(1, 3, 1)))
	col := l.convert(w, u, l.op(ir.Add, u, bit(3, 1, 4), bit(0, 1, 2)))
	for half := range int64(2) {
		r, c := row, l.op(ir.Add, w, col, l.constant(w, uint64(half)))
		if in.Flags&ir.Transpose != 0 {
			r, c = c, r
		}
		index := l.op(ir.Mul, w, l.op(ir.Add, w, args[2], r), args[0])
		index = l.op(ir.Add, w, index, l.op(ir.Add, w, args[1], c))
		off := l.op(ir.Mul, w, index, l.constant(w, uint64(in.Kind.Size())))
		p := l.emit(ir.Instr{Op: ir.PtrAdd, Kind: ir.Ptr, Args: []ir.Reg{in.Args[0], off}}, ir.Ptr)
		l.fn.Regs[p].Space = in.Space
		if in.Op == ir.MatrixLoad {
			l.out = append(l.out, ir.Instr{Op: ir.Load, Kind: in.Kind, Space: in.Space, Dst: in.Dst + ir.Reg(half), Args: []ir.Reg{p}, Pos: in.Pos})
		} else {
			l.out = append(l.out, ir.Instr{Op: ir.Store, Kind: in.Kind, Space: in.Space, Dst: ir.NoReg, Args: []ir.Reg{p, in.Args[1+half]}, Pos: in.Pos})
		}
	}
}
