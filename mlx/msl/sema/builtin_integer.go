package sema

import "github.com/zmlx/zmlx/mlx/msl/ir"

var words = TypeSet{Kinds: []ir.Kind{ir.I32, ir.U32}, MaxN: 4}

// integerFamilies is <metal_integer>.
var integerFamilies = []Family{
	{Names: "abs", Sig: "T(T)", Types: ints, Emit: Op(ir.Abs)},
	{Names: "absdiff", Sig: "Z(T, T)", Types: ints, Emit: lanes(absdiff)},
	{Names: "addsat", Sig: "T(T, T)", Types: ints, Emit: lanes(addsat)},
	{Names: "clamp", Sig: "T(T, T, T)", Types: ints, Emit: lanes(clamp)},
	{Names: "clz", Sig: "T(T)", Types: ints, Emit: Op(ir.Clz)},
	{Names: "ctz", Sig: "T(T)", Types: ints, Emit: Op(ir.Ctz)},
	{Names: "extract_bits", Sig: "T(T, uint, uint)", Types: ints, Emit: lanes(extractBits)},
	{Names: "hadd", Sig: "T(T, T)", Types: ints, Emit: lanes(hadd)},
	{Names: "insert_bits", Sig: "T(T, T, uint, uint)", Types: ints, Emit: lanes(insertBits)},
	{Names: "mad24", Sig: "T(T, T, T)", Types: words, Emit: lanes(mad)},
	{Names: "madhi", Sig: "T(T, T, T)", Types: ints, Emit: lanes(madhi)},
	{Names: "madsat", Sig: "T(T, T, T)", Types: ints, Emit: lanes(madsat)},
	{Names: "max", Sig: "T(T, T)", Types: ints, Emit: Op(ir.Max)},
	{Names: "max3", Sig: "T(T, T, T)", Types: ints, Emit: lanes(max3)},
	{Names: "median3", Sig: "T(T, T, T)", Types: ints, Emit: lanes(median3)},
	{Names: "min", Sig: "T(T, T)", Types: ints, Emit: Op(ir.Min)},
	{Names: "min3", Sig: "T(T, T, T)", Types: ints, Emit: lanes(min3)},
	{Names: "mul24", Sig: "T(T, T)", Types: words, Emit: Op(ir.Mul)},
	{Names: "mulhi", Sig: "T(T, T)", Types: ints, Emit: Op(ir.MulHi)},
	{Names: "popcount", Sig: "T(T)", Types: ints, Emit: Op(ir.Popcount)},
	{Names: "reverse_bits", Sig: "T(T)", Types: ints, Emit: Op(ir.ReverseBits)},
	{Names: "rhadd", Sig: "T(T, T)", Types: ints, Emit: lanes(rhadd)},
	{Names: "rotate", Sig: "T(T, T)", Types: ints, Emit: Op(ir.Rotl)},
	{Names: "subsat", Sig: "T(T, T)", Types: ints, Emit: lanes(subsat)},
}

// absdiff cannot overflow in the unsigned type.
func absdiff(l lane, a []ir.Reg) ir.Reg {
	u := unsigned(l.k)
	d := l.sel(l.lt(a[0], a[1]), l.sub(a[1], a[0]), l.sub(a[0], a[1]))
	return l.b.Convert(u, l.k, d)
}

// limit is the bound that a signed result beyond the range on x's side takes.
func limit(l lane, x ir.Reg) ir.Reg {
	top := int64(1)<<(kindBits(l.k)-1) - 1
	return l.sel(l.lt(x, l.int(0)), l.int(-top-1), l.int(top))
}

func addsat(l lane, a []ir.Reg) ir.Reg {
	x, y := a[0], a[1]
	s := l.add(x, y)
	if !isSigned(l.k) {
		return l.sel(l.lt(s, x), l.int(-1), s)
	}
	overflow := l.and(l.xor(x, s), l.xor(y, s)) // the sum's sign is neither's
	return l.sel(l.lt(overflow, l.int(0)), limit(l, x), s)
}

func subsat(l lane, a []ir.Reg) ir.Reg {
	x, y := a[0], a[1]
	d := l.sub(x, y)
	if !isSigned(l.k) {
		return l.sel(l.lt(x, y), l.int(0), d)
	}
	overflow := l.and(l.xor(x, y), l.xor(x, d))
	return l.sel(l.lt(overflow, l.int(0)), limit(l, x), d)
}

// hadd is (x + y) >> 1 without overflow.
func hadd(l lane, a []ir.Reg) ir.Reg {
	return l.add(l.and(a[0], a[1]), l.shr(l.xor(a[0], a[1]), l.int(1)))
}

// rhadd is (x + y + 1) >> 1 without overflow.
func rhadd(l lane, a []ir.Reg) ir.Reg {
	return l.sub(l.or(a[0], a[1]), l.shr(l.xor(a[0], a[1]), l.int(1)))
}

func mad(l lane, a []ir.Reg) ir.Reg { return l.add(l.mul(a[0], a[1]), a[2]) }

func madhi(l lane, a []ir.Reg) ir.Reg { return l.add(l.op(ir.MulHi, a[0], a[1]), a[2]) }

// madsat adds z to the double-width product hi:lo.
func madsat(l lane, a []ir.Reg) ir.Reg {
	hi, lo, z := l.op(ir.MulHi, a[0], a[1]), l.mul(a[0], a[1]), a[2]
	sum := l.add(lo, z)
	u := l.as(unsigned(l.k))
	carried := u.lt(l.b.Convert(u.k, l.k, sum), l.b.Convert(u.k, l.k, lo))
	hi = l.add(hi, l.sel(carried, l.int(1), l.int(0)))
	if !isSigned(l.k) {
		return l.sel(l.ne(hi, l.int(0)), l.int(-1), sum)
	}
	top := l.int(int64(kindBits(l.k) - 1))
	hi = l.add(hi, l.shr(z, top)) // z's upper half
	return l.sel(l.ne(hi, l.shr(sum, top)), limit(l, hi), sum)
}

// extractBits shifts the field up to the sign and down again.
func extractBits(l lane, a []ir.Reg) ir.Reg {
	offset, bits := field(l, a[1], a[2])
	width := l.int(int64(kindBits(l.k)))
	up := l.sub(l.sub(width, bits), offset)
	v := l.shr(l.shl(a[0], up), l.sub(width, bits))
	return l.sel(l.eq(bits, l.int(0)), l.int(0), v)
}

func insertBits(l lane, a []ir.Reg) ir.Reg {
	u := l.as(unsigned(l.k))
	offset, bits := field(u, a[2], a[3])
	mask := u.shl(u.shr(u.int(-1), u.sub(u.int(int64(kindBits(l.k))), bits)), offset)
	mask = u.sel(u.eq(bits, u.int(0)), u.int(0), mask)
	base, insert := l.b.Convert(u.k, l.k, a[0]), l.b.Convert(u.k, l.k, a[1])
	v := u.or(u.and(base, u.not(mask)), u.and(u.shl(insert, offset), mask))
	return l.b.Convert(l.k, u.k, v)
}

// field brings the uint offset and length of a bit-field to a lane's kind.
func field(l lane, offset, bits ir.Reg) (ir.Reg, ir.Reg) {
	return l.b.Convert(l.k, ir.U32, offset), l.b.Convert(l.k, ir.U32, bits)
}
