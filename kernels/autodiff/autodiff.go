// Package autodiff differentiates graphs of array operations.
//
// VJP is reverse mode, JVP is forward mode. Both return nodes of the same
// graph, so derivatives share subexpressions with what they are derived from,
// are simplified as they are made, and can be differentiated again.
//
// Where a function has no derivative, the conventions are MLX's: at equal
// operands maximum and minimum give the gradient to the second one; a maximum
// over an axis shares it among the equal greatest elements; rounding,
// comparisons and integers have none. That of a running product divides by its
// operand, so it is NaN at 0; running maxima and minima have none that could be
// written.
package autodiff

import (
	"math"
	"slices"

	"github.com/zmlx/zmlx/kernels/graph"
	"github.com/zmlx/zmlx/mlx"
)

// VJP returns, for each input node of wrt, the sum over outputs of the
// cotangent times the derivative. Cotangents have the outputs' shapes.
func VJP(g *graph.Graph, outputs, cotangents, wrt []*graph.Node) (grads []*graph.Node, err error) {
	defer recoverError(&err)
	d := &differ{g: g}
	total := map[*graph.Node]*graph.Node{}
	order := graph.Below(outputs...)
	needed := reaches(order, wrt)
	for i, o := range outputs {
		d.accumulate(total, o, cotangents[i])
	}
	for i := len(order) - 1; i >= 0; i-- {
		n := order[i]
		ct, ok := total[n]
		if !ok || !needed[n] || n.Op == graph.Input {
			continue
		}
		for k, a := range n.Args {
			if needed[a] && a.IsFloat() {
				if c := d.pull(n, k, ct); c != nil {
					d.accumulate(total, a, d.unbroadcast(c, a.Shape))
				}
			}
		}
	}
	for _, w := range wrt {
		c, ok := total[w]
		if !ok {
			c = g.Float(0)
		}
		grads = append(grads, g.BroadcastTo(c, w.Shape))
	}
	return grads, nil
}

// JVP returns the derivative of each output in the direction of the tangents
// of wrt.
func JVP(g *graph.Graph, outputs, wrt, tangents []*graph.Node) (out []*graph.Node, err error) {
	defer recoverError(&err)
	d := &differ{g: g}
	dot := map[*graph.Node]*graph.Node{}
	for i, w := range wrt {
		dot[w] = tangents[i]
	}
	for _, n := range graph.Below(outputs...) {
		if _, ok := dot[n]; ok || !n.IsFloat() {
			continue
		}
		var sum *graph.Node
		for k, a := range n.Args {
			t, ok := dot[a]
			if !ok {
				continue
			}
			if c := d.push(n, k, t); c != nil && sum == nil {
				sum = c
			} else if c != nil {
				sum = g.Binary(graph.Add, sum, c)
			}
		}
		if sum != nil {
			dot[n] = g.BroadcastTo(sum, n.Shape)
		}
	}
	for _, o := range outputs {
		t, ok := dot[o]
		if !ok {
			t = g.BroadcastTo(g.Float(0), o.Shape)
		}
		out = append(out, t)
	}
	return out, nil
}

func recoverError(err *error) {
	if r := recover(); r != nil {
		e, ok := r.(*graph.Error)
		if !ok {
			panic(r)
		}
		*err = e
	}
}

// reaches marks the nodes that depend on one of wrt.
func reaches(order, wrt []*graph.Node) map[*graph.Node]bool {
	m := map[*graph.Node]bool{}
	for _, n := range order {
		m[n] = slices.Contains(wrt, n) || slices.ContainsFunc(n.Args, func(a *graph.Node) bool { return m[a] })
	}
	return m
}

type differ struct{ g *graph.Graph }

func (d *differ) accumulate(total map[*graph.Node]*graph.Node, n, c *graph.Node) {
	if old, ok := total[n]; ok {
		c = d.g.Binary(graph.Add, old, c)
	}
	total[n] = c
}

// unbroadcast sums what an operand of that shape was repeated for.
func (d *differ) unbroadcast(c *graph.Node, shape []int) *graph.Node {
	extra := len(c.Shape) - len(shape)
	var axes []int
	for i, n := range c.Shape {
		if i < extra || shape[i-extra] == 1 && n != 1 {
			axes = append(axes, i)
		}
	}
	c = d.g.Reduce(graph.Sum, c, axes)
	if extra > 0 {
		c = d.g.Reshape(c, c.Shape[extra:])
	}
	return c // may still be smaller than shape; operations broadcast it
}

// pull is the part of operand k in the cotangent of n.
func (d *differ) pull(n *graph.Node, k int, ct *graph.Node) *graph.Node {
	g, x := d.g, n.Args[k]
	switch n.Op {
	case graph.Sum:
		return g.BroadcastTo(ct, x.Shape)
	case graph.Mean:
		return g.BroadcastTo(g.Binary(graph.Div, ct, g.Length(x, n.Axes)), x.Shape)
	case graph.ReduceMax, graph.ReduceMin:
		hit := g.Cast(g.Binary(graph.Equal, x, n), mlx.Float32)
		return g.Binary(graph.Mul, hit, g.Binary(graph.Div, ct, g.Reduce(graph.Sum, hit, n.Axes)))
	case graph.Prod:
		return g.Binary(graph.Mul, ct, d.others(x, n.Axes))
	case graph.CumSum:
		return g.Scan(graph.CumSum, ct, n.Axes[0], !n.Reverse, n.Before)
	case graph.CumProd:
		return g.Binary(graph.Div, g.Scan(graph.CumSum, g.Binary(graph.Mul, ct, n), n.Axes[0], !n.Reverse, n.Before), x)
	case graph.Reshape:
		return g.Reshape(g.BroadcastTo(ct, n.Shape), x.Shape)
	case graph.Broadcast:
		return g.BroadcastTo(ct, n.Shape) // summed by unbroadcast
	case graph.Where:
		zero := g.Float(0)
		if k == 1 {
			return g.Where(n.Args[0], ct, zero)
		}
		return g.Where(n.Args[0], zero, ct)
	}
	if !n.Op.Elementwise() {
		d.fail(n)
	}
	if p := d.partial(n, k); p != nil {
		return g.BroadcastTo(g.Binary(graph.Mul, ct, p), n.Shape)
	}
	return nil
}

// push is the part of operand k's tangent in that of n.
func (d *differ) push(n *graph.Node, k int, t *graph.Node) *graph.Node {
	g, x := d.g, n.Args[k]
	switch n.Op {
	case graph.Sum, graph.Mean:
		return g.Reduce(n.Op, g.BroadcastTo(t, x.Shape), n.Axes)
	case graph.ReduceMax, graph.ReduceMin:
		hit := g.Cast(g.Binary(graph.Equal, x, n), mlx.Float32)
		return g.Binary(graph.Div, g.Reduce(graph.Sum, g.Binary(graph.Mul, hit, t), n.Axes), g.Reduce(graph.Sum, hit, n.Axes))
	case graph.Prod:
		return g.Reduce(graph.Sum, g.Binary(graph.Mul, t, d.others(x, n.Axes)), n.Axes)
	case graph.CumSum:
		return g.Scan(n.Op, g.BroadcastTo(t, x.Shape), n.Axes[0], n.Reverse, n.Before)
	case graph.CumProd:
		return g.Binary(graph.Mul, n, g.Scan(graph.CumSum, g.Binary(graph.Div, t, x), n.Axes[0], n.Reverse, n.Before))
	case graph.Reshape:
		return g.Reshape(g.BroadcastTo(t, x.Shape), n.Shape)
	case graph.Broadcast:
		return g.BroadcastTo(t, n.Shape)
	case graph.Where:
		zero := g.Float(0)
		if k == 1 {
			return g.Where(n.Args[0], t, zero)
		}
		return g.Where(n.Args[0], zero, t)
	}
	if !n.Op.Elementwise() {
		d.fail(n)
	}
	if p := d.partial(n, k); p != nil {
		return g.Binary(graph.Mul, p, t)
	}
	return nil
}

// others is, for each element, the product of all others along axes; unlike a
// division it is right where elements are 0.
func (d *differ) others(x *graph.Node, axes []int) *graph.Node {
	rest, along := x, axes[0]
	if len(axes) > 1 {
		rest = d.g.Reduce(graph.Prod, x, axes[1:])
	}
	p := d.mul(d.g.Scan(graph.CumProd, rest, along, false, true), d.g.Scan(graph.CumProd, rest, along, true, true))
	if len(axes) > 1 {
		p = d.mul(p, d.others(x, axes[1:]))
	}
	return p
}

func (d *differ) fail(n *graph.Node) {
	panic(graph.NewError("give the derivative as an expression of its own", "%s cannot be differentiated", n.Op))
}

// partial is the derivative of an elementwise operation for operand k, nil if
// it is 0 everywhere.
func (d *differ) partial(n *graph.Node, k int) *graph.Node {
	x := n.Args[0]
	if len(n.Args) == 2 {
		return d.binary(n, k, x, n.Args[1])
	}
	one := d.num(1)
	switch n.Op {
	case graph.Neg:
		return d.num(-1)
	case graph.Cast:
		return one
	case graph.Abs:
		return d.un(graph.Sign, x)
	case graph.Sqrt:
		return d.div(d.num(0.5), n)
	case graph.Rsqrt:
		return d.mul(d.num(-0.5), d.mul(n, d.mul(n, n)))
	case graph.Exp:
		return n
	case graph.Expm1:
		return d.add(n, one)
	case graph.Log:
		return d.div(one, x)
	case graph.Log1p:
		return d.div(one, d.add(one, x))
	case graph.Log2:
		return d.div(d.num(1/math.Ln2), x)
	case graph.Log10:
		return d.div(d.num(1/math.Ln10), x)
	case graph.Sin:
		return d.un(graph.Cos, x)
	case graph.Cos:
		return d.neg(d.un(graph.Sin, x))
	case graph.Tan:
		return d.add(one, d.mul(n, n))
	case graph.Sinh:
		return d.un(graph.Cosh, x)
	case graph.Cosh:
		return d.un(graph.Sinh, x)
	case graph.Tanh:
		return d.sub(one, d.mul(n, n))
	case graph.Asin:
		return d.un(graph.Rsqrt, d.sub(one, d.mul(x, x)))
	case graph.Acos:
		return d.neg(d.un(graph.Rsqrt, d.sub(one, d.mul(x, x))))
	case graph.Atan:
		return d.div(one, d.add(one, d.mul(x, x)))
	case graph.Asinh:
		return d.un(graph.Rsqrt, d.add(d.mul(x, x), one))
	case graph.Acosh:
		return d.un(graph.Rsqrt, d.sub(d.mul(x, x), one))
	case graph.Atanh:
		return d.div(one, d.sub(one, d.mul(x, x)))
	case graph.Erf:
		return d.mul(d.num(2/math.Sqrt(math.Pi)), d.un(graph.Exp, d.neg(d.mul(x, x))))
	case graph.Sigmoid:
		return d.mul(n, d.sub(one, n))
	case graph.Sign, graph.Floor, graph.Ceil, graph.Round, graph.StopGradient:
		return nil
	}
	d.fail(n)
	return nil
}

func (d *differ) binary(n *graph.Node, k int, x, y *graph.Node) *graph.Node {
	first := k == 0
	pick := func(a, b func() *graph.Node) *graph.Node {
		if first {
			return a()
		}
		return b()
	}
	one := d.num(1)
	switch n.Op {
	case graph.Add:
		return one
	case graph.Sub:
		return pick(func() *graph.Node { return one }, func() *graph.Node { return d.num(-1) })
	case graph.Mul:
		return n.Args[1-k]
	case graph.Div:
		return pick(func() *graph.Node { return d.div(one, y) }, func() *graph.Node { return d.neg(d.div(n, y)) })
	case graph.Pow:
		return pick(func() *graph.Node {
			p := d.mul(y, d.g.Binary(graph.Pow, x, d.sub(y, one)))
			if y.Op == graph.Const {
				return p
			}
			return d.g.Where(d.g.Binary(graph.Equal, y, d.num(0)), d.num(0), p)
		},
			func() *graph.Node { // 0 * log(0) is 0 here
				return d.g.Where(d.g.Binary(graph.NotEqual, n, d.num(0)), d.mul(n, d.un(graph.Log, x)), d.num(0))
			})
	case graph.Max:
		return d.truth(pick(func() *graph.Node { return d.g.Binary(graph.Less, y, x) }, func() *graph.Node { return d.g.Binary(graph.LessEqual, x, y) }))
	case graph.Min:
		return d.truth(pick(func() *graph.Node { return d.g.Binary(graph.Less, x, y) }, func() *graph.Node { return d.g.Binary(graph.LessEqual, y, x) }))
	case graph.LogAddExp:
		return d.un(graph.Sigmoid, d.sub(n.Args[k], n.Args[1-k]))
	case graph.Atan2:
		r := d.add(d.mul(x, x), d.mul(y, y))
		return pick(func() *graph.Node { return d.div(y, r) }, func() *graph.Node { return d.neg(d.div(x, r)) })
	case graph.Rem:
		return pick(func() *graph.Node { return one }, func() *graph.Node { return d.neg(d.un(graph.Floor, d.div(x, y))) })
	case graph.FloorDiv:
		return nil
	}
	d.fail(n)
	return nil
}

func (d *differ) num(v float64) *graph.Node                 { return d.g.Float(v) }
func (d *differ) un(op graph.Op, x *graph.Node) *graph.Node { return d.g.Unary(op, x) }
func (d *differ) neg(x *graph.Node) *graph.Node             { return d.g.Unary(graph.Neg, x) }
func (d *differ) add(x, y *graph.Node) *graph.Node          { return d.g.Binary(graph.Add, x, y) }
func (d *differ) sub(x, y *graph.Node) *graph.Node          { return d.g.Binary(graph.Sub, x, y) }
func (d *differ) mul(x, y *graph.Node) *graph.Node          { return d.g.Binary(graph.Mul, x, y) }
func (d *differ) div(x, y *graph.Node) *graph.Node          { return d.g.Binary(graph.Div, x, y) }
func (d *differ) truth(x *graph.Node) *graph.Node           { return d.g.Cast(x, mlx.Float32) }
