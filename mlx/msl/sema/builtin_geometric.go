package sema

import "github.com/zmlx/zmlx/mlx/msl/ir"

var (
	floatVectors = TypeSet{Kinds: floatKinds, MinN: 2, MaxN: 4}
	floatTriples = TypeSet{Kinds: floatKinds, MinN: 3, MaxN: 3}
)

// geometricFamilies is <metal_geometric>.
var geometricFamilies = []Family{
	{Names: "cross", Sig: "T(T, T)", Types: floatTriples, Fast: true, Emit: cross},
	{Names: "distance", Sig: "E(T, T)", Types: floatVectors, Fast: true, Emit: func(c *Call) Value {
		l, d := c.difference()
		return c.Values(l.op(ir.Sqrt, dot(l, d, d)))
	}},
	{Names: "distance_squared", Sig: "E(T, T)", Types: floatVectors, Fast: true, Emit: func(c *Call) Value {
		l, d := c.difference()
		return c.Values(dot(l, d, d))
	}},
	{Names: "dot", Sig: "E(T, T)", Types: floatVectors, Fast: true, Emit: func(c *Call) Value {
		return c.Values(dot(c.lane(), c.Regs(0), c.Regs(1)))
	}},
	{Names: "faceforward", Sig: "T(T, T, T)", Types: floatVectors, Fast: true, Emit: faceforward},
	{Names: "length", Sig: "E(T)", Types: floatVectors, Fast: true, Emit: func(c *Call) Value {
		l := c.lane()
		return c.Values(l.op(ir.Sqrt, dot(l, c.Regs(0), c.Regs(0))))
	}},
	{Names: "length_squared", Sig: "E(T)", Types: floatVectors, Fast: true, Emit: func(c *Call) Value {
		return c.Values(dot(c.lane(), c.Regs(0), c.Regs(0)))
	}},
	{Names: "normalize", Sig: "T(T)", Types: floatVectors, Fast: true, Emit: func(c *Call) Value {
		l, x := c.lane(), c.Regs(0)
		scale := l.op(ir.Rsqrt, dot(l, x, x))
		return c.Each(func(a []ir.Reg) ir.Reg { return l.mul(a[0], scale) })
	}},
	{Names: "reflect", Sig: "T(T, T)", Types: floatVectors, Fast: true, Emit: reflect},
	{Names: "refract", Sig: "T(T, T, E)", Types: floatVectors, Fast: true, Emit: refract},
}

// dot adds the products in ascending order.
func dot(l lane, x, y []ir.Reg) ir.Reg {
	sum := l.mul(x[0], y[0])
	for i := 1; i < len(x); i++ {
		sum = l.add(sum, l.mul(x[i], y[i]))
	}
	return sum
}

func (c *Call) difference() (lane, []ir.Reg) {
	l, x, y := c.lane(), c.Regs(0), c.Regs(1)
	d := make([]ir.Reg, len(x))
	for i := range d {
		d[i] = l.sub(x[i], y[i])
	}
	return l, d
}

func cross(c *Call) Value {
	l, x, y := c.lane(), c.Regs(0), c.Regs(1)
	minor := func(i, j int) ir.Reg { return l.sub(l.mul(x[i], y[j]), l.mul(x[j], y[i])) }
	return c.Values(minor(1, 2), minor(2, 0), minor(0, 1))
}

// faceforward(n, i, nref) is n where i meets the surface from the front.
func faceforward(c *Call) Value {
	l := c.lane()
	front := l.lt(dot(l, c.Regs(2), c.Regs(1)), l.float(0))
	return c.Each(func(a []ir.Reg) ir.Reg { return l.sel(front, a[0], l.neg(a[0])) })
}

// reflect(i, n) is i - 2 (n·i) n.
func reflect(c *Call) Value {
	l := c.lane()
	k := l.mul(l.float(2), dot(l, c.Regs(1), c.Regs(0)))
	return c.Each(func(a []ir.Reg) ir.Reg { return l.sub(a[0], l.mul(k, a[1])) })
}

// refract(i, n, eta) is eta i - (eta n·i + √k) n with k = 1 - eta² (1 - (n·i)²),
// and 0 at total reflection, where k is negative.
func refract(c *Call) Value {
	l, eta := c.lane(), c.Reg(2)
	cos := dot(l, c.Regs(1), c.Regs(0))
	one := l.float(1)
	k := l.sub(one, l.mul(l.mul(eta, eta), l.sub(one, l.mul(cos, cos))))
	bend := l.add(l.mul(eta, cos), l.op(ir.Sqrt, k))
	total := l.lt(k, l.float(0))
	return c.Each(func(a []ir.Reg) ir.Reg {
		return l.sel(total, l.float(0), l.sub(l.mul(eta, a[0]), l.mul(bend, a[1])))
	})
}
