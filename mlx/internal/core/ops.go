package core

// UnaryOp is an operation on each element.
type UnaryOp uint8

// The unary operations.
const (
	Abs UnaryOp = iota
	Negative
	Sign
	Square
	Sqrt
	Rsqrt
	Reciprocal
	Exp
	Expm1
	Log
	Log2
	Log10
	Log1p
	Sin
	Cos
	Tan
	Sinh
	Cosh
	Tanh
	Arcsin
	Arccos
	Arctan
	Arcsinh
	Arccosh
	Arctanh
	Erf
	Erfinv
	Sigmoid
	Floor
	Ceil
	Round // half to even
	LogicalNot
	BitwiseInvert
	Conjugate
	Real
	Imag
	ToFP8   // float -> E4M3 as Uint8
	FromFP8 // E4M3 as Uint8 -> Float32
	NumUnary
)

// BinaryOp is an operation on pairs of elements.
type BinaryOp uint8

// The binary operations.
const (
	Add BinaryOp = iota
	Subtract
	Multiply
	Divide
	Maximum
	Minimum
	Power
	Remainder // sign of the divisor
	FloorDivide
	LogAddExp
	Arctan2
	LogicalAnd
	LogicalOr
	BitwiseAnd
	BitwiseOr
	BitwiseXor
	LeftShift
	RightShift
)

// CompareOp is a comparison of pairs of elements.
type CompareOp uint8

// The comparisons.
const (
	Equal CompareOp = iota
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
)

// ReduceOp folds elements.
type ReduceOp uint8

// The folds. All and Any give Bool.
const (
	Sum ReduceOp = iota
	Prod
	Max
	Min
	All
	Any
	LogSumExp
)

// ScatterOp says how an update meets the element that stands.
type ScatterOp uint8

// The scatter operations.
const (
	ScatterSet ScatterOp = iota
	ScatterAdd
	ScatterProd
	ScatterMax
	ScatterMin
)
