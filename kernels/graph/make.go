package graph

import (
	"fmt"
	"math"
	"slices"

	"github.com/zmlx/zmlx/mlx"
)

// Unary makes a node of one operand, converted to the type that the operation
// takes.
func (g *Graph) Unary(op Op, x *Node) *Node {
	out := x.DType
	switch op {
	case Neg, Abs, Sign, StopGradient:
	case Floor, Ceil, Round:
		if !x.IsFloat() {
			return x
		}
	case Not:
		x, out = g.Cast(x, mlx.Bool), mlx.Bool
	case BitNot:
		if x.IsFloat() {
			fail("", "~ takes integers")
		}
	case IsNaN, IsInf:
		if !x.IsFloat() {
			return g.full(g.Integer(0, mlx.Bool), x.Shape)
		}
		out = mlx.Bool
	default:
		x, out = g.Cast(x, mlx.Float32), mlx.Float32
	}
	if x.Op == Const {
		if v, ok := foldUnary(op, x.Value); ok && x.IsFloat() {
			return g.Float(v)
		}
		if op == Neg && !x.IsFloat() && x.DType != mlx.Bool {
			return g.Integer(-x.Int, x.DType)
		}
	}
	switch {
	case op == Neg && x.Op == Neg:
		return x.Args[0]
	case op == Neg && x.Op == Sub && x.IsFloat():
		return g.Binary(Sub, x.Args[1], x.Args[0])
	case op == Neg && x.Op == Mul && x.Args[0].Op == Const && x.IsFloat():
		return g.Binary(Mul, g.Float(-x.Args[0].Value), x.Args[1])
	case op == Abs && (x.Op == Abs || x.Op == Exp || x.Op == Sqrt):
		return x
	}
	return g.add(&Node{Op: op, Args: []*Node{x}, DType: out, Shape: x.Shape})
}

func foldUnary(op Op, x float64) (float64, bool) {
	switch op {
	case Neg:
		return -x, true
	case Abs:
		return math.Abs(x), true
	case Sqrt:
		return math.Sqrt(x), true
	case Rsqrt:
		return 1 / math.Sqrt(x), true
	case Exp:
		return math.Exp(x), true
	case Log:
		return math.Log(x), true
	}
	return 0, false
}

// full broadcasts a constant.
func (g *Graph) full(c *Node, shape []int) *Node { return g.BroadcastTo(c, shape) }

// promote converts the operands of an operation to one type.
func (g *Graph) promote(x, y *Node) (*Node, *Node) {
	// A constant takes the type of the array that it meets, if that can hold its kind.
	weak := func(c, other *Node) *Node {
		if c.Op != Const || len(c.Shape) > 0 || c.DType == other.DType {
			return c
		}
		if other.IsFloat() || !c.IsFloat() && other.DType != mlx.Bool {
			return g.Cast(c, other.DType)
		}
		return c
	}
	x, y = weak(x, y), weak(y, x)
	if x.DType == y.DType {
		return x, y
	}
	to := computeType(mlx.Promote(x.DType, y.DType))
	return g.Cast(x, to), g.Cast(y, to)
}

// Binary makes a node of two operands, converted to one type.
func (g *Graph) Binary(op Op, x, y *Node) *Node {
	switch op {
	case And, Or:
		x, y = g.Cast(x, mlx.Bool), g.Cast(y, mlx.Bool)
	case Div, LogAddExp, Atan2:
		x, y = g.Cast(x, mlx.Float32), g.Cast(y, mlx.Float32)
	default:
		x, y = g.promote(x, y)
	}
	out := x.DType
	switch {
	case op >= Less && op <= NotEqual:
		out = mlx.Bool
	case op >= BitAnd && op <= Shr && x.IsFloat():
		fail("", "%s takes integers", op)
	}
	shape := broadcast(x.Shape, y.Shape)
	if n := g.simplify(op, x, y, shape); n != nil {
		return n
	}
	if commutes(op) && (y.Op == Const && x.Op != Const || x.Op != Const && y.ID < x.ID) {
		x, y = y, x
	}
	return g.add(&Node{Op: op, Args: []*Node{x, y}, DType: out, Shape: shape})
}

func commutes(op Op) bool {
	switch op {
	case Add, Mul, Max, Min, LogAddExp, Equal, NotEqual, And, Or, BitAnd, BitOr, BitXor:
		return true
	}
	return false
}

// simplify returns an equal, simpler node, or nil. It only does what is exact
// for all numbers but signed zeros, NaN and infinities multiplied by 0.
func (g *Graph) simplify(op Op, x, y *Node, shape []int) *Node {
	if !x.IsFloat() {
		return nil
	}
	same := func(n *Node) *Node { return g.BroadcastTo(n, shape) }
	if x.Op == Const && y.Op == Const && x.Name == "" && y.Name == "" {
		if v, ok := foldBinary(op, x.Value, y.Value); ok {
			return g.Float(v)
		}
	}
	switch op {
	case Add:
		switch {
		case x.IsConst(0):
			return same(y)
		case y.IsConst(0):
			return same(x)
		case y.Op == Neg:
			return g.Binary(Sub, x, y.Args[0])
		case x.Op == Neg:
			return g.Binary(Sub, y, x.Args[0])
		}
	case Sub:
		switch {
		case y.IsConst(0):
			return same(x)
		case x.IsConst(0):
			return same(g.Unary(Neg, y))
		case y.Op == Neg:
			return g.Binary(Add, x, y.Args[0])
		case x == y:
			return same(g.Float(0))
		}
	case Mul:
		if y.Op == Const {
			x, y = y, x
		}
		switch {
		case x.IsConst(0):
			return same(x)
		case x.IsConst(1):
			return same(y)
		case x.IsConst(-1):
			return same(g.Unary(Neg, y))
		case x.Op == Const && y.Op == Mul && y.Args[0].Op == Const && x.Name == "" && y.Args[0].Name == "":
			return same(g.Binary(Mul, g.Float(x.Value*y.Args[0].Value), y.Args[1]))
		case x.Op == Neg && y.Op == Neg:
			return g.Binary(Mul, x.Args[0], y.Args[0])
		case y.Op == Neg:
			return g.Unary(Neg, g.Binary(Mul, x, y.Args[0]))
		case x.Op == Neg:
			return g.Unary(Neg, g.Binary(Mul, x.Args[0], y))
		}
	case Div:
		switch {
		case y.IsConst(1):
			return same(x)
		case x.IsConst(0):
			return same(x)
		}
	case Pow:
		switch {
		case y.IsConst(1):
			return same(x)
		case y.IsConst(0):
			return same(g.Float(1))
		case y.IsConst(2):
			return same(g.Binary(Mul, x, x))
		case y.IsConst(3):
			return same(g.Binary(Mul, g.Binary(Mul, x, x), x))
		case y.IsConst(0.5):
			return same(g.Unary(Sqrt, x))
		case y.IsConst(-0.5):
			return same(g.Unary(Rsqrt, x))
		case y.IsConst(-1):
			return same(g.Binary(Div, g.Float(1), x))
		}
	}
	return nil
}

func foldBinary(op Op, x, y float64) (float64, bool) {
	switch op {
	case Add:
		return x + y, true
	case Sub:
		return x - y, true
	case Mul:
		return x * y, true
	case Div:
		return x / y, true
	case Pow:
		return math.Pow(x, y), true
	case Max:
		return max(x, y), true
	case Min:
		return min(x, y), true
	}
	return 0, false
}

// Where takes x where cond holds, else y.
func (g *Graph) Where(cond, x, y *Node) *Node {
	cond = g.Cast(cond, mlx.Bool)
	x, y = g.promote(x, y)
	if x == y {
		return g.BroadcastTo(x, broadcast(cond.Shape, x.Shape))
	}
	return g.add(&Node{Op: Where, Args: []*Node{cond, x, y}, DType: x.DType, Shape: broadcast(broadcast(cond.Shape, x.Shape), y.Shape)})
}

// Cast converts; to a storage type such as float16 the value is rounded.
func (g *Graph) Cast(x *Node, to mlx.DType) *Node {
	if to == mlx.Complex64 || x.DType == mlx.Complex64 {
		fail("write a source", "complex numbers are not supported in generated kernels")
	}
	compute := computeType(to)
	rounds := to == mlx.Float16 || to == mlx.Bfloat16
	if x.DType == compute && !rounds {
		return x
	}
	if x.Op == Const && x.Name != "" && compute == mlx.Float32 && !rounds {
		c := *x
		c.DType, c.Int = compute, 0
		return g.add(&c)
	}
	if x.Op == Const && !rounds {
		switch {
		case compute == mlx.Float32:
			return g.Float(x.Value)
		case compute == mlx.Bool:
			return g.Integer(boolInt(x.Value != 0), compute)
		case !x.IsFloat():
			return g.Integer(x.Int, compute)
		}
	}
	n := &Node{Op: Cast, Args: []*Node{x}, DType: compute, Shape: x.Shape, Round: compute}
	if rounds {
		n.Round = to
	}
	return g.add(n)
}

func boolInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Reduce folds axes, which stay with length 1.
func (g *Graph) Reduce(op Op, x *Node, axes []int) *Node {
	shape := slices.Clone(x.Shape)
	for _, a := range axes {
		shape[a] = 1
	}
	if len(axes) == 0 {
		return x
	}
	switch {
	case op == Mean:
		x = g.Cast(x, mlx.Float32)
	case x.DType == mlx.Bool && (op == Sum || op == Prod):
		x = g.Cast(x, mlx.Int32)
	case x.DType.Size() < 4 && !x.IsFloat() && (op == Sum || op == Prod):
		wide := mlx.Int32
		if x.DType == mlx.Uint8 || x.DType == mlx.Uint16 {
			wide = mlx.Uint32
		}
		x = g.Cast(x, wide)
	}
	return g.add(&Node{Op: op, Args: []*Node{x}, DType: x.DType, Shape: shape, Axes: slices.Sorted(slices.Values(axes))})
}

// Scan accumulates along an axis.
func (g *Graph) Scan(op Op, x *Node, axis int, reverse, before bool) *Node {
	if x.DType == mlx.Bool {
		x = g.Cast(x, mlx.Int32)
	}
	return g.add(&Node{Op: op, Args: []*Node{x}, DType: x.DType, Shape: x.Shape, Axes: []int{axis}, Reverse: reverse, Before: before})
}

// Reshape gives x another shape of the same size.
func (g *Graph) Reshape(x *Node, shape []int) *Node {
	if slices.Equal(x.Shape, shape) {
		return x
	}
	if x.Op == Reshape {
		x = x.Args[0]
	}
	n := &Node{Op: Reshape, Args: []*Node{x}, DType: x.DType, Shape: slices.Clone(shape)}
	if n.Size() != x.Size() {
		fail("", "shape %v does not hold the elements of %v", shape, x.Shape)
	}
	return g.add(n)
}

// BroadcastTo repeats x to a shape.
func (g *Graph) BroadcastTo(x *Node, shape []int) *Node {
	if slices.Equal(x.Shape, shape) {
		return x
	}
	if !slices.Equal(broadcast(x.Shape, shape), shape) {
		fail("", "shape %v does not broadcast to %v", x.Shape, shape)
	}
	return g.add(&Node{Op: Broadcast, Args: []*Node{x}, DType: x.DType, Shape: slices.Clone(shape)})
}

// Iota is 0, 1, …, n-1 as int32.
func (g *Graph) Iota(n int) *Node {
	return g.add(&Node{Op: Iota, DType: mlx.Int32, Shape: []int{n}})
}

// Pick takes element index of each row of x; indices have one element a row,
// along a last axis of length 1.
func (g *Graph) Pick(x, index *Node) *Node {
	last := len(x.Shape) - 1
	hit := g.Binary(Equal, g.Cast(g.Iota(x.Shape[last]), index.DType), index)
	return g.Reduce(Sum, g.Where(hit, x, g.Integer(0, x.DType)), []int{last})
}

// Length is the number of elements that a reduction over axes folds.
func (g *Graph) Length(x *Node, axes []int) *Node {
	n := 1
	for _, a := range axes {
		n *= x.Shape[a]
	}
	if len(axes) != 1 {
		return g.Float(float64(n))
	}
	for _, in := range Below(x) {
		if in.Op == Input && len(in.Shape) == len(x.Shape) && in.Shape[axes[0]] == n {
			return g.Cast(g.axisLength(in, axes[0]), mlx.Float32)
		}
	}
	return g.Float(float64(n))
}

// axisLength is the length of an input's axis: a constant with a name, so that
// it can be read from the array and need not be written into a kernel.
func (g *Graph) axisLength(in *Node, axis int) *Node {
	n := int64(in.Shape[axis])
	return g.add(&Node{Op: Const, Name: fmt.Sprintf("%s.shape[%d]", in.Name, axis), Value: float64(n), Int: n, DType: mlx.Int32, Shape: []int{}})
}
