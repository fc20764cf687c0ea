package graph

import (
	"strings"
	"sync"

	"github.com/zmlx/zmlx/kernels/dsl"
	"github.com/zmlx/zmlx/mlx"
)

var unaryCalls = func() map[string]Op {
	m := map[string]Op{}
	for op := Neg; op <= StopGradient; op++ {
		m[op.String()] = op
	}
	return m
}()

var binaryCalls = map[string]Op{
	"add": Add, "subtract": Sub, "multiply": Mul, "divide": Div, "floor_divide": FloorDiv, "remainder": Rem, "power": Pow, "pow": Pow,
	"maximum": Max, "minimum": Min, "logaddexp": LogAddExp, "arctan2": Atan2,
	"less": Less, "less_equal": LessEqual, "equal": Equal, "not_equal": NotEqual, "logical_and": And, "logical_or": Or,
	"bitwise_and": BitAnd, "bitwise_or": BitOr, "bitwise_xor": BitXor, "left_shift": Shl, "right_shift": Shr,
}

var reduceCalls = map[string]Op{"sum": Sum, "prod": Prod, "mean": Mean, "max": ReduceMax, "min": ReduceMin}

var scanCalls = map[string]Op{"cumsum": CumSum, "cumprod": CumProd, "cummax": CumMax, "cummin": CumMin}

// definitions spell out functions in the language itself. Their parameters
// are those of the function; the last statement is the result.
const definitions = `
greater(x, y): y < x
greater_equal(x, y): y <= x
square(x): x * x
reciprocal(x): 1.0 / x
degrees(x): x * 57.29577951308232
radians(x): x * 0.017453292519943295
isfinite(x): not (isnan(x) or isinf(x))
isposinf(x): x == inf
isneginf(x): x == -inf
relu(x): maximum(x, 0)
relu2(x): square(maximum(x, 0))
relu6(x): minimum(maximum(x, 0), 6.0)
silu(x): x * sigmoid(x)
gelu(x): x * (1 + erf(x * 0.7071067811865476)) * 0.5
gelu_approx(x): x * sigmoid(1.5957691216057308 * (x + 0.044715 * (x * x * x)))
gelu_tanh(x): x * sigmoid(1.5957691216057308 * (x + 0.044715 * (x * x * x)))
gelu_fast_approx(x): x * sigmoid(1.702 * x)
softplus(x): logaddexp(x, 0.0)
softsign(x): x / (1 + abs(x))
mish(x): x * tanh(logaddexp(x, 0.0))
hard_swish(x): x * minimum(maximum(x + 3, 0), 6.0) / 6
hard_sigmoid(x): minimum(maximum(x + 3, 0), 6.0) / 6
hard_tanh(x): minimum(maximum(x, -1.0), 1.0)
tanh_shrink(x): x - tanh(x)
log_sigmoid(x): -logaddexp(-x, 0.0)
elu(x, alpha=1): where(x > 0, x, alpha * expm1(x))
selu(x): 1.0507 * where(x > 0, x, 1.67326 * expm1(x))
celu(x, alpha=1): maximum(x, 0.0) + alpha * expm1(minimum(x, 0.0) / alpha)
leaky_relu(x, negative_slope=0.01): maximum(x, x * negative_slope)
step(x, threshold=0): where(x > threshold, 1, 0)
softmax(x, axis=none, precise=false): e = exp(x - stop_gradient(max(x, axis=axis, keepdims=true))); out = e / sum(e, axis=axis, keepdims=true)
logsumexp(x, axis=none, keepdims=false): m = stop_gradient(max(x, axis=axis, keepdims=true)); s = m + log(sum(exp(x - m), axis=axis, keepdims=true)); out = s if keepdims else squeeze(s, axis=axis)
log_softmax(x, axis=-1): c = x - stop_gradient(max(x, axis=axis, keepdims=true)); out = c - log(sum(exp(c), axis=axis, keepdims=true))
var(x, axis=none, keepdims=false, ddof=0): c = x - mean(x, axis=axis, keepdims=true); out = mean(c * c, axis=axis, keepdims=keepdims)
std(x, axis=none, keepdims=false, ddof=0): sqrt(var(x, axis=axis, keepdims=keepdims))
rms_norm(x, weight=none, eps=1e-5): y = x * rsqrt(mean(x * x, axis=-1, keepdims=true) + eps); out = scaled(y, weight)
layer_norm(x, weight=none, bias=none, eps=1e-5): c = x - mean(x, axis=-1, keepdims=true); y = c * rsqrt(mean(c * c, axis=-1, keepdims=true) + eps); out = shifted(scaled(y, weight), bias)
`

type definition struct {
	params   []string
	defaults []dsl.Expr
	body     *dsl.Program
}

var defined = sync.OnceValue(func() map[string]definition {
	m := map[string]definition{}
	for _, line := range strings.Split(strings.TrimSpace(definitions), "\n") {
		head, body, _ := strings.Cut(line, "): ")
		name, params, _ := strings.Cut(head, "(")
		var d definition
		for _, p := range strings.Split(params, ", ") {
			n, def, ok := strings.Cut(p, "=")
			d.params = append(d.params, n)
			var e dsl.Expr
			if ok {
				e = parsed(dsl.ParseExpr(def))
			}
			d.defaults = append(d.defaults, e)
		}
		d.body = parsed(dsl.Parse(body))
		m[name] = d
	}
	return m
})

func parsed[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (l *lowerer) call(e *dsl.Call) any {
	name := e.Func.Ident
	if name == "scaled" || name == "shifted" { // of definitions, by an optional operand
		x, y := l.node(e.Args[0]), l.expr(e.Args[1])
		if n, ok := y.(*Node); ok && name == "scaled" {
			return l.g.Binary(Mul, x, n)
		} else if ok {
			return l.g.Binary(Add, x, n)
		}
		return x
	}
	bound, err := dsl.Bind(l.text, e)
	if err != nil && l.depth == 0 {
		panic(err)
	} else if err != nil {
		l.fail(l.at, "", "%v", err)
	}
	args := make([]any, len(bound))
	for i, b := range bound {
		if b != nil {
			args[i] = l.expr(b)
		}
	}
	if l.depth == 0 {
		l.at = e.Span
	}
	return l.apply(e, args)
}

// array is argument i of a call.
func (l *lowerer) array(e *dsl.Call, args []any, i int) *Node {
	n, ok := args[i].(*Node)
	if !ok {
		l.fail(l.span(e), "", "argument %d of %s is not an array", i+1, e.Func.Ident)
	}
	return n
}

// span is the place of a call in the user's text.
func (l *lowerer) span(e *dsl.Call) dsl.Span {
	if l.depth > 0 {
		return l.at
	}
	return e.Span
}

func (l *lowerer) apply(e *dsl.Call, args []any) any {
	name := e.Func.Ident
	if op, ok := unaryCalls[name]; ok && (len(args) == 1 || args[1] == nil) {
		return l.g.Unary(op, l.array(e, args, 0))
	}
	if op, ok := binaryCalls[name]; ok {
		return l.g.Binary(op, l.array(e, args, 0), l.array(e, args, 1))
	}
	if op, ok := reduceCalls[name]; ok {
		return l.reduce(e, op, args)
	}
	if op, ok := scanCalls[name]; ok {
		return l.scan(e, op, args)
	}
	if d, ok := defined()[name]; ok {
		return l.define(e, d, args)
	}
	x := func() *Node { return l.array(e, args, 0) }
	switch name {
	case "where":
		return l.g.Where(x(), l.array(e, args, 1), l.array(e, args, 2))
	case "clip":
		out := x()
		if n, ok := args[1].(*Node); ok {
			out = l.g.Binary(Max, out, n)
		}
		if n, ok := args[2].(*Node); ok {
			out = l.g.Binary(Min, out, n)
		}
		return out
	case "astype":
		d, ok := args[1].(mlx.DType)
		if !ok {
			l.fail(l.span(e), "", "wanted an element type such as float32")
		}
		return l.g.Cast(x(), d)
	case "arange":
		if n, ok := args[0].(*Node); ok && len(args) > 1 && args[1] == nil && args[2] == nil && n.Op == Const && !n.IsFloat() {
			return l.g.Iota(int(n.Int))
		}
		l.fail(l.span(e), "", "generated kernels know arange(n) only")
	case "take_along_axis":
		index, axes := l.array(e, args, 1), l.axes(args[2], l.span(e), len(x().Shape))
		if n := len(x().Shape); axes[0] != n-1 || len(index.Shape) != n || index.Shape[n-1] != 1 {
			l.fail(l.span(e), "write a source", "generated kernels take one element along the last axis")
		}
		return l.g.Pick(x(), index)
	case "reshape":
		return l.g.Reshape(x(), l.shape(e, args[1]))
	case "broadcast_to":
		return l.g.BroadcastTo(x(), l.shape(e, args[1]))
	case "squeeze":
		return l.squeeze(e, x(), args[1])
	case "expand_dims":
		shape := x().Shape
		for _, a := range l.axes(args[1], l.span(e), len(shape)+1) {
			shape = append(append(append([]int{}, shape[:a]...), 1), shape[a:]...)
		}
		return l.g.Reshape(x(), shape)
	case "zeros_like", "ones_like":
		return l.g.full(l.g.Integer(boolInt(name == "ones_like"), x().DType), x().Shape)
	}
	l.fail(l.span(e), "write a source", "%s is not supported in generated kernels", name)
	return nil
}

// define spells a function out.
func (l *lowerer) define(e *dsl.Call, d definition, args []any) any {
	inner := &lowerer{g: l.g, text: d.body.Text, scope: map[string]any{}, at: l.span(e), depth: l.depth + 1}
	for i, p := range d.params {
		switch {
		case i < len(args) && args[i] != nil:
			inner.scope[p] = args[i]
		default:
			inner.scope[p] = inner.expr(d.defaults[i])
		}
	}
	if n, ok := inner.scope["ddof"].(*Node); ok && !n.IsConst(0) {
		l.fail(l.span(e), "", "ddof is not supported in generated kernels")
	}
	out := map[string]*Node{}
	for _, s := range d.body.Stmts {
		if err := inner.guard(func() { inner.stmt(s, out) }); err != nil {
			if de, ok := AsError(err); ok {
				l.fail(l.span(e), de.Hint, "%s", de.Message)
			}
			panic(err)
		}
	}
	if n, ok := out["out"]; ok {
		return n
	}
	return out[""]
}

// shape is a list of lengths.
func (l *lowerer) shape(e *dsl.Call, v any) []int {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	shape := []int{}
	for _, v := range list {
		n, ok := v.(*Node)
		if !ok || n.Op != Const || n.IsFloat() || n.Int < 0 {
			l.fail(l.span(e), "", "wanted a shape")
		}
		shape = append(shape, int(n.Int))
	}
	return shape
}

func (l *lowerer) reduce(e *dsl.Call, op Op, args []any) any {
	x := l.array(e, args, 0)
	axes := l.axes(args[1], l.span(e), len(x.Shape))
	y := l.g.Reduce(op, x, axes)
	if keep, ok := args[2].(*Node); ok && keep.Op == Const && keep.Value != 0 {
		return y
	}
	return l.g.Reshape(y, without(y.Shape, axes))
}

func without(shape, axes []int) []int {
	out := []int{}
	for i, d := range shape {
		drop := false
		for _, a := range axes {
			drop = drop || a == i
		}
		if !drop {
			out = append(out, d)
		}
	}
	return out
}

func (l *lowerer) squeeze(e *dsl.Call, x *Node, axis any) any {
	axes := []int{}
	if _, absent := axis.(none); absent || axis == nil {
		for i, d := range x.Shape {
			if d == 1 {
				axes = append(axes, i)
			}
		}
	} else {
		axes = l.axes(axis, l.span(e), len(x.Shape))
	}
	for _, a := range axes {
		if x.Shape[a] != 1 {
			l.fail(l.span(e), "", "axis %d of shape %v is not 1", a, x.Shape)
		}
	}
	return l.g.Reshape(x, without(x.Shape, axes))
}

func (l *lowerer) scan(e *dsl.Call, op Op, args []any) any {
	x := l.array(e, args, 0)
	axes := l.axes(args[1], l.span(e), len(x.Shape))
	if len(axes) != 1 {
		l.fail(l.span(e), "give the axis", "%s runs along one axis", e.Func.Ident)
	}
	flag := func(i int, def bool) bool {
		if n, ok := args[i].(*Node); ok && n.Op == Const {
			return n.Value != 0
		}
		return def
	}
	return l.g.Scan(op, x, axes[0], flag(2, false), !flag(3, true))
}
