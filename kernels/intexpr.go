package kernels

import (
	"errors"
	"fmt"
	"math"
	"math/bits"

	"github.com/zmlx/zmlx/internal/spelling"
	"github.com/zmlx/zmlx/kernels/dsl"
)

// Expr is an expression over parameters; see the package comment.
type Expr struct {
	Text Text
	tree dsl.Expr
}

// exprError is a fault at a place of an expression.
type exprError struct {
	at        dsl.Span
	msg, hint string
}

func (e *exprError) Error() string { return e.msg }

// scope gives the values of parameters and the sizes of element types.
type scope interface {
	lookup(*dsl.Name) (Value, error)
	size(*dsl.Name) (Value, error)
}

// eval computes the value.
func (e Expr) eval(in scope) (v Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			x, ok := r.(*exprError)
			if !ok {
				panic(r)
			}
			err = x
		}
	}()
	return (&constEval{in}).expr(e.tree), nil
}

type constEval struct{ scope }

// known is the value of a name, or fails.
func (c *constEval) known(e *dsl.Name, v Value, err error) Value {
	var x *exprError
	switch {
	case errors.As(err, &x):
		c.fail(e, x.hint, "%s", x.msg)
	case err != nil:
		c.fail(e, "", "%v", err)
	}
	return v
}

func (c *constEval) fail(e dsl.Expr, hint, format string, args ...any) {
	panic(&exprError{e.Pos(), fmt.Sprintf(format, args...), hint})
}

func (c *constEval) expr(e dsl.Expr) Value {
	switch e := e.(type) {
	case *dsl.Number:
		if e.IsInt {
			return Int(e.Int)
		}
		return Float(e.Float)
	case *dsl.Bool:
		return Bool(e.Value)
	case *dsl.Name:
		v, err := c.lookup(e)
		return c.known(e, v, err)
	case *dsl.Cond:
		if c.expr(e.If).truth() {
			return c.expr(e.Then)
		}
		return c.expr(e.Else)
	case *dsl.Unary:
		return c.unary(e)
	case *dsl.Binary:
		return c.binary(e)
	case *dsl.Call:
		return c.call(e)
	}
	c.fail(e, "", "arrays, lists and strings cannot stand here")
	return Value{}
}

func (c *constEval) unary(e *dsl.Unary) Value {
	x := c.expr(e.X)
	switch {
	case e.Op == dsl.Not:
		return Bool(!x.truth())
	case e.Op == dsl.Invert && x.Kind == IntValue:
		return Int(^x.Int)
	case e.Op == dsl.Invert:
		c.fail(e, "", "~ takes an integer")
	case e.Op == dsl.Plus:
		return x
	case x.Kind == FloatValue:
		return Float(-x.Float)
	}
	return c.integer(e, dsl.Sub, 0, x.int())
}

func (c *constEval) binary(e *dsl.Binary) Value {
	x := c.expr(e.X)
	switch {
	case e.Op == dsl.And && !x.truth(), e.Op == dsl.Or && x.truth():
		return x
	case e.Op == dsl.And || e.Op == dsl.Or:
		return c.expr(e.Y)
	}
	y := c.expr(e.Y)
	floats := x.Kind == FloatValue || y.Kind == FloatValue
	switch {
	case e.Op.Comparison() && floats:
		return compare(e.Op, x.float(), y.float())
	case e.Op.Comparison():
		return compare(e.Op, x.int(), y.int())
	case floats:
		return c.floats(e, x.float(), y.float())
	case e.Op == dsl.Pow && y.int() < 0:
		return Float(math.Pow(x.float(), y.float()))
	}
	return c.integer(e, e.Op, x.int(), y.int())
}

func compare[T int64 | float64](op dsl.Op, x, y T) Value {
	switch op {
	case dsl.Lt:
		return Bool(x < y)
	case dsl.Le:
		return Bool(x <= y)
	case dsl.Gt:
		return Bool(x > y)
	case dsl.Ge:
		return Bool(x >= y)
	case dsl.Eq:
		return Bool(x == y)
	}
	return Bool(x != y)
}

func (c *constEval) floats(e *dsl.Binary, x, y float64) Value {
	switch e.Op {
	case dsl.Add:
		return Float(x + y)
	case dsl.Sub:
		return Float(x - y)
	case dsl.Mul:
		return Float(x * y)
	case dsl.Div:
		return Float(x / y)
	case dsl.FloorDiv:
		return Float(math.Floor(x / y))
	case dsl.Mod:
		return Float(x - y*math.Floor(x/y))
	case dsl.Pow:
		return Float(math.Pow(x, y))
	}
	c.fail(e, "", "%s takes integers", e.Op)
	return Value{}
}

func (c *constEval) integer(e dsl.Expr, op dsl.Op, x, y int64) Value {
	r, ok := int64(0), true
	switch op {
	case dsl.Add:
		r = x + y
		ok = (r > x) == (y > 0)
	case dsl.Sub:
		r = x - y
		ok = (r < x) == (y > 0)
	case dsl.Mul:
		r, ok = mulInt(x, y)
	case dsl.Div, dsl.FloorDiv, dsl.Mod:
		if y == 0 {
			c.fail(e, "", "division by zero")
		}
		if x == math.MinInt64 && y == -1 {
			c.fail(e, "", "the result does not fit in 64 bits")
		}
		q, m := x/y, x%y
		if m != 0 && (m < 0) != (y < 0) {
			q, m = q-1, m+y
		}
		if r = q; op == dsl.Mod {
			r = m
		}
	case dsl.Pow:
		r, ok = powInt(x, y)
	case dsl.Shl, dsl.Shr:
		if y < 0 || y > 62 {
			c.fail(e, "", "a shift by %d bits", y)
		}
		if r = x >> y; op == dsl.Shl {
			r, ok = mulInt(x, 1<<y)
		}
	case dsl.BitAnd:
		r = x & y
	case dsl.BitOr:
		r = x | y
	case dsl.BitXor:
		r = x ^ y
	default:
		c.fail(e, "", "%s cannot stand here", op)
	}
	if !ok {
		c.fail(e, "", "the result does not fit in 64 bits")
	}
	return Int(r)
}

func mulInt(x, y int64) (int64, bool) {
	if x == math.MinInt64 || y == math.MinInt64 {
		return x * y, x == 0 || y == 0 || x == 1 || y == 1
	}
	hi, lo := bits.Mul64(uint64(max(x, -x)), uint64(max(y, -y)))
	return x * y, hi == 0 && lo <= math.MaxInt64
}

// powInt raises x to a power that is not negative.
func powInt(x, y int64) (r int64, ok bool) {
	r, ok = 1, true
	switch x {
	case 0, 1, -1:
		y = min(y, 2-y%2) // the same parity, and no long loop
	}
	for ; y > 0 && ok; y-- {
		r, ok = mulInt(r, x)
	}
	return r, ok
}

var constFuncs = []string{"min", "max", "abs", "ceildiv", "align", "pow2", "sqrt", "rsqrt", "exp", "log", "sizeof"}

func (c *constEval) call(e *dsl.Call) Value {
	if len(e.Kwargs) > 0 {
		c.fail(e.Kwargs[0].Name, "", "%s takes no keyword arguments here", e.Func.Ident)
	}
	if e.Func.Ident == "sizeof" {
		return c.sizeof(e)
	}
	args := make([]Value, len(e.Args))
	floats := false
	for i, a := range e.Args {
		args[i] = c.expr(a)
		floats = floats || args[i].Kind == FloatValue
	}
	need := func(n int) {
		if len(args) != n {
			c.fail(e, "", "%s takes %d arguments, not %d", e.Func.Ident, n, len(args))
		}
	}
	switch e.Func.Ident {
	case "min", "max":
		if len(args) == 0 {
			c.fail(e, "", "%s takes at least one argument", e.Func.Ident)
		}
		best := args[0]
		for _, a := range args[1:] {
			less := a.float() < best.float()
			if !floats {
				less = a.int() < best.int()
			}
			if less == (e.Func.Ident == "min") {
				best = a
			}
		}
		return best
	case "abs":
		need(1)
		if floats {
			return Float(math.Abs(args[0].Float))
		}
		if args[0].int() < 0 {
			return c.integer(e, dsl.Sub, 0, args[0].int())
		}
		return args[0]
	case "ceildiv", "align", "pow2":
		if floats {
			c.fail(e, "", "%s takes integers", e.Func.Ident)
		}
		if e.Func.Ident == "pow2" {
			need(1)
			return c.pow2(e, args[0].int())
		}
		need(2)
		n, d := args[0].int(), args[1].int()
		if d <= 0 {
			c.fail(e, "", "%s by %d, which is not positive", e.Func.Ident, d)
		}
		q := n / d
		if n%d > 0 {
			q++
		}
		if e.Func.Ident == "align" {
			return c.integer(e, dsl.Mul, q, d)
		}
		return Int(q)
	case "sqrt", "rsqrt", "exp", "log":
		need(1)
		x := args[0].float()
		return Float(map[string]func() float64{
			"sqrt":  func() float64 { return math.Sqrt(x) },
			"rsqrt": func() float64 { return 1 / math.Sqrt(x) },
			"exp":   func() float64 { return math.Exp(x) },
			"log":   func() float64 { return math.Log(x) },
		}[e.Func.Ident]())
	}
	c.fail(e.Func, spelling.Hint(e.Func.Ident, constFuncs), "unknown function %q", e.Func.Ident)
	return Value{}
}

// sizeof is the size of an element type in bytes.
func (c *constEval) sizeof(e *dsl.Call) Value {
	if len(e.Args) == 1 {
		if n, ok := e.Args[0].(*dsl.Name); ok {
			v, err := c.size(n)
			return c.known(n, v, err)
		}
	}
	c.fail(e, "write sizeof(T) or sizeof(float32)", "sizeof takes the name of an element type")
	return Value{}
}

func (c *constEval) pow2(e dsl.Expr, n int64) Value {
	if n > 1<<62 {
		c.fail(e, "", "the result does not fit in 64 bits")
	}
	if n <= 1 {
		return Int(1)
	}
	return Int(1 << bits.Len64(uint64(n-1)))
}
