package dsl

import (
	"context"
	"errors"

	"github.com/zmlx/zmlx/internal/spelling"
	"github.com/zmlx/zmlx/mlx"
)

// Options steer an evaluation.
type Options struct {
	// Wide computes in float64: floating-point arrays are converted before they
	// are used, and conversions to other real floating-point types do nothing.
	// Integers stay integers.
	Wide bool
}

// Eval runs the program. A variable is an *mlx.Array, int64, float64, bool or
// mlx.DType. The result holds every assigned name; the value of a bare
// expression has the name "". Errors are *Error, or the context's.
func (p *Program) Eval(ctx context.Context, vars map[string]any, opt Options) (map[string]*mlx.Array, error) {
	ev := &evaluator{ctx: ctx, text: p.Text, wide: opt.Wide, rt: mlx.Host(), vars: map[string]any{}}
	for name, v := range vars {
		ev.vars[name] = v
		if a, ok := v.(*mlx.Array); ok {
			ev.vars[name], ev.rt = ev.widen(a), a.Runtime()
		}
	}
	out := map[string]*mlx.Array{}
	for _, s := range p.Stmts {
		if err := ev.guard(func() { ev.stmt(s, out) }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// evaluator holds the variables; values are those of Eval, and also int (a
// shape's length), none, string and []any.
type evaluator struct {
	ctx  context.Context
	text string
	wide bool
	rt   mlx.Runtime // of the variables' arrays
	vars map[string]any
	at   Span // of the operation being computed, for errors of package mlx
}

type none struct{}

func (ev *evaluator) guard(f func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Error:
			err = r
		case *mlx.Error:
			hint := r.Next
			err = errorAt(ev.text, ev.at, hint, "%s", (&mlx.Error{Op: r.Op, Code: r.Code, Msg: r.Msg, Shapes: r.Shapes}).Error())
		case cancelled:
			err = r.err
		default:
			panic(r)
		}
	}()
	f()
	return nil
}

type cancelled struct{ err error }

func (ev *evaluator) fail(at Span, hint, format string, args ...any) {
	panic(errorAt(ev.text, at, hint, format, args...))
}

func (ev *evaluator) stmt(s *Stmt, out map[string]*mlx.Array) {
	v := ev.eval(s.Value)
	if s.Targets == nil {
		out[""] = ev.array(s.Value, v)
		return
	}
	values := []any{v}
	if len(s.Targets) > 1 {
		list, ok := v.([]any)
		if !ok || len(list) != len(s.Targets) {
			ev.fail(s.Span, "", "the right side does not have %d results", len(s.Targets))
		}
		values = list
	}
	for i, t := range s.Targets {
		ev.vars[t.Ident] = values[i]
		switch values[i].(type) {
		case *mlx.Array, int64, float64, bool:
			out[t.Ident] = ev.array(s.Value, values[i])
		}
	}
}

// widen converts a floating-point array if the evaluation is wide.
func (ev *evaluator) widen(a *mlx.Array) *mlx.Array {
	if ev.wide && a.DType().IsFloat() {
		return a.AsType(mlx.Float64)
	}
	return a
}

// dtype is the type that stands for d in this evaluation.
func (ev *evaluator) dtype(d mlx.DType) mlx.DType {
	if ev.wide && d.IsFloat() {
		return mlx.Float64
	}
	return d
}

// float is a in a floating-point type; in a wide evaluation, integers become
// float64 instead of float32.
func (ev *evaluator) float(a *mlx.Array) *mlx.Array {
	if ev.wide && !a.DType().IsInexact() {
		return a.AsType(mlx.Float64)
	}
	return a
}

// array makes an array of a value.
func (ev *evaluator) array(e Expr, v any) *mlx.Array {
	switch v := v.(type) {
	case *mlx.Array:
		return v
	case float64:
		if ev.wide {
			return mlx.FromFloat64s(mlx.Float64, []float64{v}).Reshape().On(ev.rt)
		}
		return mlx.Scalar(v).On(ev.rt)
	case int64, bool:
		return mlx.Scalar(v).On(ev.rt)
	case []any:
		return ev.arrayOf(e, v)
	}
	ev.fail(e.Pos(), "", "%s is not an array", describe(v))
	return nil
}

// arrayOf makes a 1-d array of numbers.
func (ev *evaluator) arrayOf(e Expr, list []any) *mlx.Array {
	parts := make([]*mlx.Array, len(list))
	for i, v := range list {
		switch v.(type) {
		case int64, float64, bool:
			parts[i] = ev.array(e, v)
		default:
			ev.fail(e.Pos(), "", "a list with %s is not an array", describe(v))
		}
	}
	if len(parts) == 0 {
		ev.fail(e.Pos(), "", "an empty list is not an array")
	}
	return mlx.Stack(parts, 0)
}

func describe(v any) string {
	switch v.(type) {
	case *mlx.Array:
		return "an array"
	case int64:
		return "an integer"
	case float64:
		return "a number"
	case bool:
		return "a truth value"
	case string:
		return "a string"
	case mlx.DType:
		return "an element type"
	case []any:
		return "a list"
	}
	return "none"
}

// eval computes an expression. Constants are made on the host and join the
// variables on their runtime.
func (ev *evaluator) eval(e Expr) any {
	v := ev.value(e)
	if a, ok := v.(*mlx.Array); ok {
		return a.On(ev.rt)
	}
	return v
}

func (ev *evaluator) value(e Expr) any {
	switch e := e.(type) {
	case *Number:
		if e.IsInt {
			return e.Int
		}
		return e.Float
	case *Bool:
		return e.Value
	case *None:
		return none{}
	case *String:
		return e.Value
	case *Name:
		return ev.name(e)
	case *List:
		list := make([]any, len(e.Elems))
		for i, x := range e.Elems {
			list[i] = ev.eval(x)
		}
		return list
	case *Unary:
		return ev.unary(e)
	case *Binary:
		return ev.binary(e)
	case *Cond:
		return ev.cond(e)
	case *Call:
		return ev.call(e)
	case *Attr:
		return ev.attr(e)
	case *Index:
		return ev.index(e)
	}
	ev.fail(e.Pos(), "", "this can only stand in a subscript")
	return nil
}

func (ev *evaluator) name(e *Name) any {
	if v, ok := ev.vars[e.Ident]; ok {
		return v
	}
	if d, err := mlx.ParseDType(e.Ident); err == nil {
		return d
	}
	var names []string
	for n := range ev.vars {
		names = append(names, n)
	}
	ev.fail(e.Span, spelling.Hint(e.Ident, names), "unknown name %q", e.Ident)
	return nil
}

// begin marks the operation at e as the one that errors are about.
func (ev *evaluator) begin(e Expr) {
	if err := ev.ctx.Err(); err != nil {
		panic(cancelled{err})
	}
	ev.at = e.Pos()
}

func (ev *evaluator) cond(e *Cond) any {
	c := ev.eval(e.If)
	if b, ok := c.(bool); ok {
		if b {
			return ev.eval(e.Then)
		}
		return ev.eval(e.Else)
	}
	x, y := ev.eval(e.Then), ev.eval(e.Else)
	ev.begin(e)
	return ev.where(e, c, x, y)
}

func (ev *evaluator) where(e Expr, c, x, y any) any {
	_, xa := x.(*mlx.Array)
	_, ya := y.(*mlx.Array)
	if !xa && !ya {
		x = ev.array(e, x)
	}
	return mlx.Where(ev.array(e, c), ev.operand(e, x), ev.operand(e, y))
}

// operand is an array or a number beside an array.
func (ev *evaluator) operand(e Expr, v any) mlx.Operand {
	switch v.(type) {
	case *mlx.Array, int64, float64, bool:
		return v
	}
	return ev.array(e, v)
}

func (ev *evaluator) attr(e *Attr) any {
	a := ev.array(e.X, ev.eval(e.X))
	ev.begin(e)
	switch e.Name.Ident {
	case "shape":
		list := make([]any, a.NDim())
		for i, n := range a.Shape() {
			list[i] = int64(n)
		}
		return list
	case "ndim":
		return int64(a.NDim())
	case "size":
		return int64(a.Size())
	case "dtype":
		return a.DType()
	case "T":
		return a.Transpose()
	}
	ev.fail(e.Name.Span, "known are .shape, .ndim, .size, .dtype and .T", "unknown attribute %q", e.Name.Ident)
	return nil
}

func (ev *evaluator) unary(e *Unary) any {
	v := ev.eval(e.X)
	ev.begin(e)
	switch x := v.(type) {
	case int64:
		switch e.Op {
		case Neg:
			return -x
		case Invert:
			return ^x
		case Not:
			return x == 0
		}
		return x
	case float64:
		switch e.Op {
		case Neg:
			return -x
		case Not:
			return x == 0
		case Plus:
			return x
		}
	case bool:
		if e.Op == Not {
			return !x
		}
	}
	a := ev.array(e.X, v)
	switch e.Op {
	case Neg:
		return a.Negative()
	case Not:
		return a.LogicalNot()
	case Invert:
		return a.BitwiseInvert()
	}
	return a
}

// binary computes numbers as Python does and arrays as MLX does.
func (ev *evaluator) binary(e *Binary) any {
	x := ev.eval(e.X)
	if b, ok := x.(bool); ok && (e.Op == And && !b || e.Op == Or && b) {
		return x
	}
	y := ev.eval(e.Y)
	ev.begin(e)
	_, xa := x.(*mlx.Array)
	_, ya := y.(*mlx.Array)
	if !xa && !ya {
		if v, ok := ev.scalars(e, x, y); ok {
			return v
		}
	}
	return ev.arrays(e, x, y)
}

func (ev *evaluator) arrays(e *Binary, x, y any) any {
	f, ok := binaryMethods[e.Op]
	if !ok {
		ev.fail(e.Span, "", "%s does not take arrays", e.Op)
	}
	xa, xok := x.(*mlx.Array)
	ya, yok := y.(*mlx.Array)
	_, xf := x.(float64)
	_, yf := y.(float64)
	if ev.wide { // an integer array meets a real number, or is divided
		if xok && (yf || e.Op == Div) {
			xa, x = ev.float(xa), ev.float(xa)
		}
		if yok && (xf || e.Op == Div) {
			ya, y = ev.float(ya), ev.float(ya)
		}
	}
	if !xok { // a number on the left takes the type of the array on the right
		if !yok {
			ya = ev.array(e.Y, y)
			y = ya
		}
		switch x.(type) {
		case int64, float64, bool:
			xa = ev.like(x, ya).On(ev.rt)
		default:
			xa = ev.array(e.X, x)
		}
	}
	return f(xa, ev.operand(e.Y, y))
}

// like makes a 0-d array of a number with the type that it takes beside a.
func (ev *evaluator) like(v any, a *mlx.Array) *mlx.Array {
	one := mlx.Zeros([]int{}, a.DType())
	if _, ok := v.(bool); ok {
		return mlx.Scalar(v).AsType(a.DType())
	}
	if _, ok := v.(float64); ok && !a.DType().IsInexact() {
		return ev.array(nil, v)
	}
	if i, ok := v.(int64); ok && a.DType() == mlx.Bool {
		return mlx.Scalar(i)
	}
	return one.Add(v)
}

var binaryMethods = map[Op]func(*mlx.Array, mlx.Operand) *mlx.Array{
	Or: (*mlx.Array).LogicalOr, And: (*mlx.Array).LogicalAnd,
	Lt: (*mlx.Array).Less, Le: (*mlx.Array).LessEqual, Gt: (*mlx.Array).Greater, Ge: (*mlx.Array).GreaterEqual,
	Eq: (*mlx.Array).Equal, Ne: (*mlx.Array).NotEqual,
	BitOr: (*mlx.Array).BitwiseOr, BitXor: (*mlx.Array).BitwiseXor, BitAnd: (*mlx.Array).BitwiseAnd,
	Shl: (*mlx.Array).LeftShift, Shr: (*mlx.Array).RightShift,
	Add: (*mlx.Array).Add, Sub: (*mlx.Array).Subtract, Mul: (*mlx.Array).Multiply, Div: (*mlx.Array).Divide,
	FloorDiv: (*mlx.Array).FloorDivide, Mod: (*mlx.Array).Remainder, Pow: (*mlx.Array).Power,
	MatMul: func(a *mlx.Array, b mlx.Operand) *mlx.Array {
		m, ok := b.(*mlx.Array)
		if !ok {
			m = mlx.Scalar(b)
		}
		return a.Matmul(m)
	},
}

// AsError returns the *Error in err's chain.
func AsError(err error) (*Error, bool) {
	var e *Error
	return e, errors.As(err, &e)
}
