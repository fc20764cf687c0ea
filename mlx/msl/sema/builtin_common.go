package sema

import "github.com/zmlx/zmlx/mlx/msl/ir"

// commonFamilies is <metal_common>.
var commonFamilies = []Family{
	{Names: "clamp", Sig: "T(T, T, T)", Types: floats, Fast: true, Emit: lanes(clamp)},
	{Names: "mix", Sig: "T(T, T, T)", Types: floats, Fast: true, Emit: lanes(mix)},
	{Names: "saturate", Sig: "T(T)", Types: floats, Fast: true, Emit: lanes(saturate)},
	{Names: "sign", Sig: "T(T)", Types: floats, Fast: true, Emit: lanes(sign)},
	{Names: "smoothstep", Sig: "T(T, T, T)", Types: floats, Fast: true, Emit: lanes(smoothstep)},
	{Names: "step", Sig: "T(T, T)", Types: floats, Fast: true, Emit: lanes(step)},
}

func clamp(l lane, a []ir.Reg) ir.Reg { return l.clamp(a[0], a[1], a[2]) }

func mix(l lane, a []ir.Reg) ir.Reg { return l.add(a[0], l.mul(l.sub(a[1], a[0]), a[2])) }

func saturate(l lane, a []ir.Reg) ir.Reg { return l.clamp(a[0], l.float(0), l.float(1)) }

// sign keeps the sign of a zero; the sign of a NaN is 0.
func sign(l lane, a []ir.Reg) ir.Reg {
	x, zero := a[0], l.float(0)
	one := l.op(ir.CopySign, l.float(1), x)
	return l.sel(l.ne(x, x), zero, l.sel(l.eq(x, zero), x, one))
}

// smoothstep is the Hermite polynomial 3t² - 2t³ between the edges.
func smoothstep(l lane, a []ir.Reg) ir.Reg {
	t := l.div(l.sub(a[2], a[0]), l.sub(a[1], a[0]))
	t = l.clamp(t, l.float(0), l.float(1))
	return l.mul(l.mul(t, t), l.sub(l.float(3), l.mul(l.float(2), t)))
}

func step(l lane, a []ir.Reg) ir.Reg { return l.sel(l.lt(a[1], a[0]), l.float(0), l.float(1)) }

// relationalFamilies is <metal_relational>.
var relationalFamilies = []Family{
	{Names: "all", Sig: "bool(T)", Types: bools, Emit: reduce(ir.And)},
	{Names: "any", Sig: "bool(T)", Types: bools, Emit: reduce(ir.Or)},
	{Names: "isfinite", Sig: "B(T)", Types: floats, Emit: lanes(isfinite)},
	{Names: "isinf", Sig: "B(T)", Types: floats, Emit: lanes(isinf)},
	{Names: "isnan", Sig: "B(T)", Types: floats, Emit: lanes(isnan)},
	{Names: "isnormal", Sig: "B(T)", Types: floats, Emit: lanes(isnormal)},
	{Names: "isordered", Sig: "B(T, T)", Types: floats, Emit: lanes(isordered)},
	{Names: "isunordered", Sig: "B(T, T)", Types: floats, Emit: lanes(isunordered)},
	{Names: "signbit", Sig: "B(T)", Types: floats, Emit: lanes(signbit)},
	{Names: "select", Sig: "T(T, T, B)", Types: TypeSet{Kinds: allKinds, MaxN: 4}, Emit: lanes(choose)},
}

// reduce combines the components of a vector.
func reduce(op ir.Op) func(c *Call) Value {
	return func(c *Call) Value {
		r := c.Regs(0)
		acc := r[0]
		for _, x := range r[1:] {
			acc = c.B.Op(op, c.Kind(), acc, x)
		}
		return c.Values(acc)
	}
}

func isfinite(l lane, a []ir.Reg) ir.Reg { return l.lt(l.abs(a[0]), inf(l)) }

func isinf(l lane, a []ir.Reg) ir.Reg { return l.eq(l.abs(a[0]), inf(l)) }

func isnan(l lane, a []ir.Reg) ir.Reg { return l.ne(a[0], a[0]) }

func isnormal(l lane, a []ir.Reg) ir.Reg {
	x := l.abs(a[0])
	return l.as(ir.Bool).and(l.le(l.float(minNormal(l.k)), x), l.lt(x, inf(l)))
}

func minNormal(k ir.Kind) float64 {
	if k == ir.F16 {
		return 0x1p-14
	}
	return 0x1p-126
}

func isordered(l lane, a []ir.Reg) ir.Reg {
	return l.as(ir.Bool).and(l.eq(a[0], a[0]), l.eq(a[1], a[1]))
}

func isunordered(l lane, a []ir.Reg) ir.Reg {
	return l.as(ir.Bool).or(l.ne(a[0], a[0]), l.ne(a[1], a[1]))
}

func signbit(l lane, a []ir.Reg) ir.Reg {
	k := ir.I32
	if kindSize(l.k) == 2 {
		k = ir.I16
	}
	bits := l.as(k)
	return bits.lt(l.b.Bitcast(k, l.k, a[0]), bits.int(0))
}

// choose is c ? b : a for select(a, b, c).
func choose(l lane, a []ir.Reg) ir.Reg { return l.sel(a[2], a[1], a[0]) }
