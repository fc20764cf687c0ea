package codegen

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/kernels/graph"
	"github.com/zmlx/zmlx/mlx"
)

// Float writes a float32 constant of the Metal Shading Language.
func Float(f float64) string {
	f32 := float64(float32(f))
	switch {
	case math.IsNaN(f):
		return "NAN"
	case math.IsInf(f32, 1):
		return "INFINITY"
	case math.IsInf(f32, -1):
		return "-INFINITY"
	}
	s := strconv.FormatFloat(f32, 'g', -1, 32)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s + "f"
}

// literal writes a constant of a node.
func literal(n *graph.Node) string {
	switch {
	case n.IsFloat():
		if s := Float(n.Value); !strings.HasPrefix(s, "-") {
			return s
		} else {
			return "(" + s + ")"
		}
	case n.DType == mlx.Bool:
		return strconv.FormatBool(n.Value != 0)
	}
	return fmt.Sprintf("%s(%d)", n.DType.MetalName(), n.Int)
}

// typeName is the type in which a node is computed.
func typeName(n *graph.Node) string { return n.DType.MetalName() }

// scope writes statements. A node that is used more than once becomes a
// variable where it is first needed; others are written in place.
type scope struct {
	out    *strings.Builder
	indent string
	uses   map[*graph.Node]int
	vars   map[site]string
	leaf   func(n *graph.Node, p place) (string, bool) // what the surroundings already hold
	used   map[string]bool                             // helper functions
}

// site is a node at a place.
type site struct {
	node *graph.Node
	at   string
}

func siteOf(n *graph.Node, p place) site { return site{n, p.String()} }

// countUses counts how often each node below roots is an operand.
func countUses(roots []*graph.Node) map[*graph.Node]int {
	uses := map[*graph.Node]int{}
	var visit func(n *graph.Node)
	visit = func(n *graph.Node) {
		if uses[n]++; uses[n] > 1 {
			return
		}
		for _, a := range n.Args {
			visit(a)
		}
	}
	for _, r := range roots {
		visit(r)
	}
	return uses
}

func (s *scope) line(format string, args ...any) {
	fmt.Fprintf(s.out, s.indent+format+"\n", args...)
}

// value is an expression for a node at a place; it may write statements first.
func (s *scope) value(n *graph.Node, p place) string {
	if v, ok := s.vars[siteOf(n, p)]; ok {
		return v
	}
	if v, ok := s.leaf(n, p); ok {
		return v
	}
	switch {
	case n.Op == graph.Const:
		return literal(n)
	case n.Op.Scan() && n.Before: // of one element
		return neutral(n)
	case n.Op == graph.Reshape, n.Op == graph.Broadcast, n.Op == graph.StopGradient, n.Op.Reduction(), n.Op.Scan():
		return s.value(n.Args[0], argument(n, 0, p))
	}
	args := make([]string, len(n.Args))
	for i, a := range n.Args {
		args[i] = s.value(a, argument(n, i, p))
	}
	text := s.op(n, args)
	if promoted(n) {
		text = fmt.Sprintf("%s(%s)", typeName(n), strip(text))
	}
	if s.uses[n] > 1 {
		return s.declare(n, p, text)
	}
	return text
}

// declare makes a variable of a node's value.
func (s *scope) declare(n *graph.Node, p place, text string) string {
	name := fmt.Sprintf("t%d_", n.ID)
	for at := range s.vars {
		if at.node == n { // the same node at another place
			name = fmt.Sprintf("t%d_%d_", n.ID, len(s.vars))
		}
	}
	s.line("%s %s = %s;", typeName(n), name, strip(text))
	s.vars[siteOf(n, p)] = name
	return name
}

// promoted reports whether C++ computes n in int although its type is smaller.
func promoted(n *graph.Node) bool {
	switch n.Op {
	case graph.Add, graph.Sub, graph.Mul, graph.FloorDiv, graph.Neg, graph.BitNot, graph.BitAnd, graph.BitOr, graph.BitXor, graph.Shl, graph.Shr:
		return !n.IsFloat() && n.DType.Size() < 4
	}
	return false
}

// strip takes the brackets off an expression that stands alone.
func strip(e string) string {
	if !strings.HasPrefix(e, "(") {
		return e
	}
	depth := 0
	for i, c := range e {
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 && i < len(e)-1 {
				return e
			}
		}
	}
	return e[1 : len(e)-1]
}

var infix = map[graph.Op]string{
	graph.Add: "+", graph.Sub: "-", graph.Mul: "*", graph.Div: "/", graph.Less: "<", graph.LessEqual: "<=", graph.Equal: "==", graph.NotEqual: "!=",
	graph.And: "&&", graph.Or: "||", graph.BitAnd: "&", graph.BitOr: "|", graph.BitXor: "^", graph.Shl: "<<", graph.Shr: ">>",
}

var calls = map[graph.Op]string{
	graph.Sqrt: "sqrt", graph.Rsqrt: "rsqrt", graph.Exp: "exp", graph.Log: "log", graph.Log2: "log2", graph.Log10: "log10", graph.Log1p: "log1p",
	graph.Sin: "sin", graph.Cos: "cos", graph.Tan: "tan", graph.Sinh: "sinh", graph.Cosh: "cosh", graph.Tanh: "tanh",
	graph.Asin: "asin", graph.Acos: "acos", graph.Atan: "atan", graph.Asinh: "asinh", graph.Acosh: "acosh", graph.Atanh: "atanh",
	graph.Floor: "floor", graph.Ceil: "ceil", graph.Round: "rint", graph.IsNaN: "isnan", graph.IsInf: "isinf", graph.Atan2: "atan2",
}

// helped are operations that a helper function computes; see helpers.
var helped = map[graph.Op]string{
	graph.Expm1: "expm1_", graph.Erf: "erf_", graph.Sigmoid: "sigmoid_", graph.LogAddExp: "logaddexp_", graph.Rem: "remainder_",
	graph.Max: "maximum_", graph.Min: "minimum_", graph.Sign: "sign_",
}

func (s *scope) op(n *graph.Node, args []string) string {
	if o, ok := infix[n.Op]; ok {
		return fmt.Sprintf("(%s %s %s)", args[0], o, args[1])
	}
	if f, ok := calls[n.Op]; ok {
		return fmt.Sprintf("%s(%s)", f, joinArgs(args))
	}
	if f, ok := helped[n.Op]; ok {
		s.used[f] = true
		return fmt.Sprintf("%s(%s)", f, joinArgs(args))
	}
	switch n.Op {
	case graph.Neg:
		return "(-" + args[0] + ")"
	case graph.Not:
		return "(!" + args[0] + ")"
	case graph.BitNot:
		if n.DType == mlx.Bool {
			return "(!" + args[0] + ")"
		}
		return "(~" + args[0] + ")"
	case graph.Abs:
		if n.DType == mlx.Bool || n.DType == mlx.Uint8 || n.DType == mlx.Uint16 || n.DType == mlx.Uint32 || n.DType == mlx.Uint64 {
			return args[0]
		}
		return "abs(" + strip(args[0]) + ")"
	case graph.Where:
		return fmt.Sprintf("(%s ? %s : %s)", args[0], args[1], args[2])
	case graph.FloorDiv:
		if n.IsFloat() {
			return fmt.Sprintf("floor(%s / %s)", args[0], args[1])
		}
		return fmt.Sprintf("(%s / %s)", args[0], args[1])
	case graph.Pow:
		if n.IsFloat() {
			return fmt.Sprintf("pow(%s)", joinArgs(args))
		}
		s.used["ipow_"] = true
		return fmt.Sprintf("ipow_(%s)", joinArgs(args))
	case graph.Cast:
		return cast(n, strip(args[0]))
	}
	panic(&graph.Error{Msg: fmt.Sprintf("%s cannot stand here in a generated kernel", n.Op), Hint: "write a source"})
}

func cast(n *graph.Node, arg string) string {
	switch {
	case n.Round == mlx.Float16 || n.Round == mlx.Bfloat16:
		return fmt.Sprintf("float(%s(%s))", n.Round.MetalName(), arg)
	case n.DType == mlx.Bool:
		return fmt.Sprintf("(%s != 0)", arg)
	}
	return fmt.Sprintf("%s(%s)", typeName(n), arg)
}

func joinArgs(args []string) string {
	stripped := make([]string, len(args))
	for i, a := range args {
		stripped[i] = strip(a)
	}
	return strings.Join(stripped, ", ")
}

// store converts a value to the type of an output.
func store(v string, from *graph.Node, to mlx.DType) string {
	if from.DType == to {
		return strip(v)
	}
	if to == mlx.Bool {
		return v + " != 0"
	}
	return fmt.Sprintf("%s(%s)", to.MetalName(), strip(v))
}

// helpers in the order in which they must be defined.
var helpers = []struct{ name, text string }{
	{"load4", `// MLX passes arrays of fewer than eight elements in constant memory.
template <typename T>
vec<T, 4> load4(const device T* p) { return *(const device vec<T, 4>*)p; }
template <typename T>
vec<T, 4> load4(const constant T* p) { return *(const constant vec<T, 4>*)p; }
`},
	{"dense_", `// Whether the elements lie in row order without gaps.
inline bool dense_(const constant int* shape, const constant int64_t* strides, int ndim) {
  int64_t next = 1;
  for (int d = ndim - 1; d >= 0; --d) {
    if (shape[d] != 1 && strides[d] != next) return false;
    next *= shape[d];
  }
  return true;
}
`},
	{"maximum_", `// The greater one, or NaN if either is.
template <typename F>
F maximum_(F x, F y) { return x > y || x != x ? F(x) : F(y); }
`},
	{"minimum_", `// The smaller one, or NaN if either is.
template <typename F>
F minimum_(F x, F y) { return x < y || x != x ? F(x) : F(y); }
`},
	{"sign_", `template <typename F>
F sign_(F x) { return x != x ? x : F((x > F(0)) - (x < F(0))); }
`},
	{"sigmoid_", `inline float sigmoid_(float x) { return 1.0f / (1.0f + exp(-x)); }
`},
	{"logaddexp_", `inline float logaddexp_(float x, float y) {
  float hi = max(x, y), lo = min(x, y);
  if (x != x || y != y) return NAN;
  return lo == -INFINITY || hi == INFINITY ? hi : hi + log1p(exp(lo - hi));
}
`},
	{"expm1_", `// exp(x) - 1 without cancellation: u = exp(x) is off by a rounding that
// (u - 1) / log(u) takes back.
inline float expm1_(float x) {
  float u = exp(x);
  if (u == 1.0f) return x;
  float v = u - 1.0f;
  return v == -1.0f || u == INFINITY ? v : v * (x / log(u));
}
`},
	{"erf_", erfText},
	{"remainder_", `// The remainder with the sign of the divisor.
inline float remainder_(float x, float y) {
  float r = fmod(x, y);
  return r != 0.0f && (r < 0.0f) != (y < 0.0f) ? r + y : r;
}
template <typename I>
I remainder_(I x, I y) {
  I r = x % y;
  return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}
`},
	{"ipow_", `template <typename I>
I ipow_(I x, I y) {
  I r = 1;
  for (; y > 0; y >>= 1) {
    if (y & 1) r *= x;
    x *= x;
  }
  return r;
}
`},
	{"simd_maximum_", `// NaN if any lane has one.
inline float simd_maximum_(float x) { return simd_any(x != x) ? NAN : simd_max(x); }
`},
	{"simd_minimum_", `// NaN if any lane has one.
inline float simd_minimum_(float x) { return simd_any(x != x) ? NAN : simd_min(x); }
`},
	{"join64_sum", join64("sum", "x + y")},
	{"join64_product", join64("product", "x * y")},
	{"join64_max", join64("max", "max(x, y)")},
	{"join64_min", join64("min", "min(x, y)")},
}

// join64 is a reduction over a SIMD-group for types of 64 bits.
func join64(name, both string) string {
	return fmt.Sprintf(`template <typename I>
I join64_%s(I x) {
  for (ushort d = 16; d > 0; d /= 2) {
    I y = simd_shuffle_down(x, d);
    x = %s;
  }
  return simd_shuffle(x, ushort(0));
}
`, name, both)
}

// header writes the helpers that were used and the functions of kernels.
func (g *generator) header() string {
	var parts []string
	for _, h := range helpers {
		if g.used[h.name] {
			parts = append(parts, h.text)
		}
	}
	return strings.Join(append(parts, g.functions...), "\n")
}

// sortedInputs are the input nodes below roots, by name.
func sortedInputs(roots []*graph.Node) []*graph.Node {
	var ins []*graph.Node
	for n := range countUses(roots) {
		if n.Op == graph.Input {
			ins = append(ins, n)
		}
	}
	slices.SortFunc(ins, func(a, b *graph.Node) int { return strings.Compare(a.Name, b.Name) })
	return ins
}
