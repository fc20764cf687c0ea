package sema

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

func (c *checker) floatLit(e *syntax.FloatLit) Value {
	k := ir.F32
	switch e.Suffix {
	case "h":
		k = ir.F16
	case "bf":
		k = ir.BF16
		c.needs(310, "literal of type 'bfloat'", e.Span())
	}
	c.remarkLiteral(e, k)
	v := c.b.rvalue(Scalar(k), c.b.Float(k, e.Value))
	v.literal = true
	return v
}

// intKind is the type that the value and suffix of a literal give it.
func intKind(e *syntax.IntLit) ir.Kind {
	k := ir.I32
	unsigned := false
	long := false
	for _, r := range e.Suffix {
		unsigned = unsigned || r == 'u'
		long = long || r == 'l'
	}
	switch {
	case unsigned && (long || e.Value > 1<<32-1):
		k = ir.U64
	case unsigned:
		k = ir.U32
	case long && (e.Value <= 1<<63-1 || !e.Hex):
		k = ir.I64
	case long:
		k = ir.U64
	case e.Value <= 1<<31-1:
	case e.Hex && e.Value <= 1<<32-1:
		k = ir.U32
	case e.Value <= 1<<63-1:
		k = ir.I64
	default:
		k = ir.U64
	}
	return k
}

func (c *checker) intLit(e *syntax.IntLit) (v Value) {
	k := intKind(e)
	if !e.Hex && e.Value > 1<<63-1 && !strings.Contains(e.Suffix, "u") {
		at := e.Span().Start
		c.remark(diag.Diagnostic{Code: "implicitly-unsigned-literal", Span: diag.Span{Start: at, End: at},
			Message: "integer literal is too large to be represented in a signed integer type, interpreting as unsigned"})
	}
	v = c.b.rvalue(Scalar(k), c.b.Const(k, e.Value))
	v.lit0 = e.Value == 0
	return v
}
