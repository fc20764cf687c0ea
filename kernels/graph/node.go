package graph

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/mlx"
)

// Op is what a node computes.
type Op uint8

// The operations.
const (
	Input Op = iota // Name
	Const           // Value
	Iota            // 0, 1, … along the only axis
	Cast            // to the node's type; through Round if that is set

	Neg
	Abs
	Sign
	Sqrt
	Rsqrt
	Exp
	Expm1
	Log
	Log1p
	Log2
	Log10
	Sin
	Cos
	Tan
	Sinh
	Cosh
	Tanh
	Asin
	Acos
	Atan
	Asinh
	Acosh
	Atanh
	Erf
	Sigmoid
	Floor
	Ceil
	Round
	Not
	BitNot
	IsNaN
	IsInf
	StopGradient

	Add
	Sub
	Mul
	Div
	FloorDiv
	Rem
	Pow
	Max
	Min
	LogAddExp
	Atan2
	Less
	LessEqual
	Equal
	NotEqual
	And
	Or
	BitAnd
	BitOr
	BitXor
	Shl
	Shr

	Where // condition, then, else

	Sum // over Axes, kept with length 1
	Prod
	Mean
	ReduceMax
	ReduceMin

	CumSum // along Axes[0]
	CumProd
	CumMax
	CumMin

	Reshape   // to the node's shape
	Broadcast // to the node's shape
)

var opNames = [...]string{"input", "const", "arange", "astype", "negative", "abs", "sign", "sqrt", "rsqrt", "exp", "expm1", "log", "log1p", "log2", "log10",
	"sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "arcsinh", "arccosh", "arctanh", "erf", "sigmoid", "floor", "ceil", "round",
	"logical_not", "bitwise_invert", "isnan", "isinf", "stop_gradient", "add", "subtract", "multiply", "divide", "floor_divide", "remainder", "power",
	"maximum", "minimum", "logaddexp", "arctan2", "less", "less_equal", "equal", "not_equal", "logical_and", "logical_or", "bitwise_and", "bitwise_or",
	"bitwise_xor", "left_shift", "right_shift", "where", "sum", "prod", "mean", "max", "min", "cumsum", "cumprod", "cummax", "cummin", "reshape", "broadcast_to"}

// String is the name of the language's function.
func (o Op) String() string { return opNames[o] }

// Reduction reports whether o folds axes.
func (o Op) Reduction() bool { return o >= Sum && o <= ReduceMin }

// Scan reports whether o accumulates along an axis.
func (o Op) Scan() bool { return o >= CumSum && o <= CumMin }

// Elementwise reports whether element i of the result depends on elements i of
// the operands only.
func (o Op) Elementwise() bool { return o < Sum }

// Node is an operation of a graph. It is immutable.
type Node struct {
	Op    Op
	Args  []*Node
	DType mlx.DType
	Shape []int

	Name    string    // of an input; of a constant that is the length of an axis: x.shape[0]
	Value   float64   // of a constant
	Int     int64     // of an integer constant
	Axes    []int     // of reductions and scans, not negative
	Round   mlx.DType // of a cast: a storage type that the value passes through
	Reverse bool      // of scans: from the end
	Before  bool      // of scans: without the element itself

	ID int // position in the graph; operands come before their users
}

// IsConst reports whether n is the constant v.
func (n *Node) IsConst(v float64) bool {
	return n.Op == Const && (n.Value == v || math.IsNaN(v) && math.IsNaN(n.Value))
}

// IsFloat reports whether n is computed in floating point.
func (n *Node) IsFloat() bool { return n.DType == mlx.Float32 }

// Size is the number of elements.
func (n *Node) Size() int {
	size := 1
	for _, d := range n.Shape {
		size *= d
	}
	return size
}

// Graph makes nodes and shares equal ones.
type Graph struct {
	Nodes []*Node // in the order in which they were made
	known map[string]*Node
}

// New returns an empty graph.
func New() *Graph { return &Graph{known: map[string]*Node{}} }

// add returns the node that equals n, or n itself, now part of the graph.
func (g *Graph) add(n *Node) *Node {
	var k strings.Builder
	fmt.Fprintf(&k, "%d %d %v %s %x %d %v %d %t %t", n.Op, n.DType, n.Shape, n.Name, math.Float64bits(n.Value), n.Int, n.Axes, n.Round, n.Reverse, n.Before)
	for _, a := range n.Args {
		k.WriteString(" " + strconv.Itoa(a.ID))
	}
	if old, ok := g.known[k.String()]; ok {
		return old
	}
	n.ID = len(g.Nodes)
	g.Nodes = append(g.Nodes, n)
	g.known[k.String()] = n
	return n
}

// Input is an array that is given. Floating-point types are computed in
// float32.
func (g *Graph) Input(name string, d mlx.DType, shape []int) *Node {
	return g.add(&Node{Op: Input, Name: name, DType: computeType(d), Shape: slices.Clone(shape)})
}

func computeType(d mlx.DType) mlx.DType {
	if d.IsFloat() {
		return mlx.Float32
	}
	return d
}

// Float is a real constant.
func (g *Graph) Float(v float64) *Node {
	return g.add(&Node{Op: Const, Value: v, DType: mlx.Float32, Shape: []int{}})
}

// Integer is a constant of an integer type or bool.
func (g *Graph) Integer(v int64, d mlx.DType) *Node {
	if d == mlx.Float32 {
		return g.Float(float64(v))
	}
	return g.add(&Node{Op: Const, Value: float64(v), Int: v, DType: d, Shape: []int{}})
}

// Error says why a graph cannot be made.
type Error struct {
	Msg, Hint string
}

func (e *Error) Error() string { return e.Msg }

func fail(hint, format string, args ...any) {
	panic(&Error{fmt.Sprintf(format, args...), hint})
}

// broadcast returns the shape of an operation on operands of shapes a and b.
func broadcast(a, b []int) []int {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := slices.Clone(a)
	for i := range b {
		at := len(a) - len(b) + i
		switch {
		case b[i] == a[at] || b[i] == 1:
		case a[at] == 1:
			out[at] = b[i]
		default:
			fail("", "shapes %v and %v do not broadcast", a, b)
		}
	}
	return out
}

// NewError makes an Error.
func NewError(hint, format string, args ...any) *Error {
	return &Error{fmt.Sprintf(format, args...), hint}
}
