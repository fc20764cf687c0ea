package graph

import (
	"errors"
	"slices"

	"github.com/zmlx/zmlx/kernels/dsl"
	"github.com/zmlx/zmlx/mlx"
)

// Array describes an input of a program.
type Array struct {
	Name  string
	DType mlx.DType
	Shape []int
}

// Lower makes the graph of a program. Values are int64, float64, bool or
// mlx.DType. The result holds the nodes of all assigned names; a bare
// expression has the name "". Errors are *dsl.Error.
func Lower(g *Graph, p *dsl.Program, inputs []Array, values map[string]any) (map[string]*Node, error) {
	l := &lowerer{g: g, text: p.Text, scope: map[string]any{}}
	for name, v := range values {
		l.scope[name] = l.constant(v)
	}
	for _, in := range inputs {
		l.scope[in.Name] = g.Input(in.Name, in.DType, in.Shape)
	}
	out := map[string]*Node{}
	for _, s := range p.Stmts {
		if err := l.guard(func() { l.stmt(s, out) }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// lowerer walks the tree; values are *Node, mlx.DType, string, []any or none.
type lowerer struct {
	g     *Graph
	text  string
	scope map[string]any
	at    dsl.Span
	depth int // of definitions that are being spelled out
}

type none struct{}

func (l *lowerer) guard(f func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *dsl.Error:
			err = r
		case *Error:
			err = dsl.Errorf(l.text, l.at, r.Hint, "%s", r.Msg)
		default:
			panic(r)
		}
	}()
	f()
	return nil
}

func (l *lowerer) fail(at dsl.Span, hint, format string, args ...any) {
	panic(dsl.Errorf(l.text, at, hint, format, args...))
}

func (l *lowerer) constant(v any) any {
	switch v := v.(type) {
	case int64:
		d := mlx.Int32
		if int64(int32(v)) != v {
			d = mlx.Int64
		}
		return l.g.Integer(v, d)
	case float64:
		return l.g.Float(v)
	case bool:
		return l.g.Integer(boolInt(v), mlx.Bool)
	}
	return v
}

func (l *lowerer) stmt(s *dsl.Stmt, out map[string]*Node) {
	v := l.expr(s.Value)
	names := []string{""}
	if s.Targets != nil {
		names = names[:0]
		for _, t := range s.Targets {
			names = append(names, t.Ident)
		}
	}
	values := []any{v}
	if len(names) > 1 {
		list, ok := v.([]any)
		if !ok || len(list) != len(names) {
			l.fail(s.Span, "", "the right side does not have %d results", len(names))
		}
		values = list
	}
	for i, name := range names {
		l.scope[name] = values[i]
		if n, ok := values[i].(*Node); ok {
			out[name] = n
		}
	}
}

// node is the value of e as a node.
func (l *lowerer) node(e dsl.Expr) *Node {
	n, ok := l.expr(e).(*Node)
	if !ok {
		l.fail(e.Pos(), "", "this is not an array")
	}
	return n
}

func (l *lowerer) expr(e dsl.Expr) any {
	switch e := e.(type) {
	case *dsl.Number:
		if e.IsInt {
			return l.constant(e.Int)
		}
		return l.g.Float(e.Float)
	case *dsl.Bool:
		return l.constant(e.Value)
	case *dsl.None:
		return none{}
	case *dsl.String:
		return e.Value
	case *dsl.Name:
		if v, ok := l.scope[e.Ident]; ok {
			return v
		}
		if d, err := mlx.ParseDType(e.Ident); err == nil {
			return d
		}
		l.fail(e.Span, "", "unknown name %q", e.Ident)
	case *dsl.List:
		list := make([]any, len(e.Elems))
		for i, x := range e.Elems {
			list[i] = l.expr(x)
		}
		return list
	case *dsl.Unary:
		x := l.node(e.X)
		l.at = e.Span
		switch e.Op {
		case dsl.Neg:
			return l.g.Unary(Neg, x)
		case dsl.Not:
			return l.g.Unary(Not, x)
		case dsl.Invert:
			return l.g.Unary(BitNot, x)
		}
		return x
	case *dsl.Binary:
		return l.binary(e)
	case *dsl.Cond:
		c := l.node(e.If)
		if c.Op == Const {
			if c.Value != 0 {
				return l.expr(e.Then)
			}
			return l.expr(e.Else)
		}
		x, y := l.node(e.Then), l.node(e.Else)
		l.at = e.Span
		return l.g.Where(c, x, y)
	case *dsl.Call:
		return l.call(e)
	case *dsl.Attr:
		return l.attr(e)
	case *dsl.Index:
		return l.index(e)
	}
	l.fail(e.Pos(), "", "this can only stand in a subscript")
	return nil
}

var binaryOps = map[dsl.Op]Op{
	dsl.Or: Or, dsl.And: And, dsl.Lt: Less, dsl.Le: LessEqual, dsl.Eq: Equal, dsl.Ne: NotEqual,
	dsl.BitOr: BitOr, dsl.BitXor: BitXor, dsl.BitAnd: BitAnd, dsl.Shl: Shl, dsl.Shr: Shr,
	dsl.Add: Add, dsl.Sub: Sub, dsl.Mul: Mul, dsl.Div: Div, dsl.FloorDiv: FloorDiv, dsl.Mod: Rem, dsl.Pow: Pow,
}

func (l *lowerer) binary(e *dsl.Binary) any {
	x, y := l.node(e.X), l.node(e.Y)
	l.at = e.Span
	switch e.Op {
	case dsl.Gt:
		return l.g.Binary(Less, y, x)
	case dsl.Ge:
		return l.g.Binary(LessEqual, y, x)
	case dsl.MatMul:
		l.fail(e.Span, "write a source", "matrix products are not supported in generated kernels")
	}
	if x.Op == Const && y.Op == Const && !x.IsFloat() && !y.IsFloat() {
		if v, ok := foldInt(e.Op, x.Int, y.Int); ok {
			return l.constant(v)
		}
	}
	return l.g.Binary(binaryOps[e.Op], x, y)
}

// foldInt computes integer constants as the language does.
func foldInt(op dsl.Op, x, y int64) (any, bool) {
	switch op {
	case dsl.Add:
		return x + y, true
	case dsl.Sub:
		return x - y, true
	case dsl.Mul:
		return x * y, true
	case dsl.Div:
		return float64(x) / float64(y), true
	case dsl.FloorDiv:
		if y > 0 && x >= 0 {
			return x / y, true
		}
	case dsl.Lt:
		return x < y, true
	case dsl.Le:
		return x <= y, true
	case dsl.Eq:
		return x == y, true
	case dsl.Ne:
		return x != y, true
	}
	return nil, false
}

func (l *lowerer) attr(e *dsl.Attr) any {
	x := l.node(e.X)
	switch e.Name.Ident {
	case "ndim":
		return l.constant(int64(len(x.Shape)))
	case "size":
		return l.constant(int64(x.Size()))
	case "shape":
		list := make([]any, len(x.Shape))
		for i, d := range x.Shape {
			if list[i] = l.constant(int64(d)); x.Op == Input {
				list[i] = l.g.axisLength(x, i)
			}
		}
		return list
	}
	l.fail(e.Name.Span, "write a source", ".%s is not supported in generated kernels", e.Name.Ident)
	return nil
}

// index supports new axes, whole axes, the only element of an axis, and
// elements of lists.
func (l *lowerer) index(e *dsl.Index) any {
	v := l.expr(e.X)
	if list, ok := v.([]any); ok && len(e.Subs) == 1 {
		if i := l.integer(e.Subs[0]); i >= -len(list) && i < len(list) {
			return list[(i+len(list))%len(list)]
		}
		l.fail(e.Span, "", "the index is out of range for a list of %d", len(list))
	}
	x, ok := v.(*Node)
	if !ok {
		l.fail(e.X.Pos(), "", "this is not an array")
	}
	var shape []int
	axis, rest := 0, len(x.Shape)
	for _, s := range e.Subs {
		switch s.(type) {
		case *dsl.Slice, *dsl.Number:
			rest--
		}
	}
	for _, s := range e.Subs {
		switch s := s.(type) {
		case *dsl.None:
			shape = append(shape, 1)
			continue
		case *dsl.Ellipsis:
			shape = append(shape, x.Shape[axis:axis+max(rest, 0)]...)
			axis, rest = axis+max(rest, 0), 0
			continue
		case *dsl.Slice:
			if s.Lo == nil && s.Hi == nil && s.Step == nil && axis < len(x.Shape) {
				shape = append(shape, x.Shape[axis])
				axis++
				continue
			}
		case *dsl.Number:
			if axis < len(x.Shape) && x.Shape[axis] == 1 && s.IsInt && s.Int == 0 {
				axis++
				continue
			}
		}
		l.fail(s.Pos(), "make the part an input of its own, or write a source", "generated kernels take whole arrays and new axes only")
	}
	l.at = e.Span
	return l.g.Reshape(x, append(shape, x.Shape[axis:]...))
}

func (l *lowerer) integer(e dsl.Expr) int {
	n := l.node(e)
	if n.Op != Const || n.IsFloat() {
		l.fail(e.Pos(), "", "wanted an integer")
	}
	return int(n.Int)
}

// axes are those of an argument, normalised; all of them if it is absent.
func (l *lowerer) axes(v any, at dsl.Span, ndim int) []int {
	var list []any
	switch v := v.(type) {
	case nil, none:
		axes := make([]int, ndim)
		for i := range axes {
			axes[i] = i
		}
		return axes
	case []any:
		list = v
	default:
		list = []any{v}
	}
	var axes []int
	for _, v := range list {
		n, ok := v.(*Node)
		if !ok || n.Op != Const || n.IsFloat() {
			l.fail(at, "", "wanted an axis")
		}
		a := int(n.Int)
		if a < 0 {
			a += ndim
		}
		if a < 0 || a >= ndim || slices.Contains(axes, a) {
			l.fail(at, "", "axis %d does not fit an array of %d dimensions", n.Int, ndim)
		}
		axes = append(axes, a)
	}
	return axes
}

// AsError returns the *dsl.Error in err's chain.
func AsError(err error) (*dsl.Error, bool) {
	var e *dsl.Error
	return e, errors.As(err, &e)
}
