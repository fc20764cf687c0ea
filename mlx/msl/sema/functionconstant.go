package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// functionConstant reports what names a function constant.
func (f found) functionConstant() bool {
	return f.binding != nil && f.value != nil && f.value.global != nil && f.value.global.fconst > 0
}

// functionConstant declares [[function_constant(n)]].
func (c *checker) functionConstant(v *Variable, a syntax.Attr) {
	g := v.global
	g.state = done
	t := c.typeOf(g.decl.Type)
	v.Type = t.with(Const)
	if t.T.isError() {
		return
	}
	valid := false
	defer func() {
		if !valid {
			v.Type = Of(errorType)
		}
	}()
	if t.Space != ir.Constant {
		c.errorf(v.pos, "global-space", "program scope variable must reside in constant address space")
		return
	}
	if t.T.Kind != TScalar && t.T.Kind != TVector {
		c.errorf(v.pos, "function-constant", "type '%s' is not valid for a function constant: expected a scalar or a vector", t.unqual())
		return
	}
	if len(a.Args) != 1 {
		c.errorf(a.Span(), "attribute", "'function_constant' attribute takes one argument")
		return
	}
	n, _, ok := c.constant(a.Args[0])
	if !ok {
		return
	}
	if n > 65535 {
		c.errorf(a.Args[0].Span(), "attribute", "'function_constant' attribute parameter is out of bounds: must be between 0 and 65535")
		return
	}
	if g.decl.Init != nil {
		c.errorf(v.pos, "function-constant", "function constant '%s' cannot be initialized", v.Name)
	}
	valid = true
	c.prog.FuncConst = append(c.prog.FuncConst, ir.FunctionConstant{Name: v.Name, Index: int(n), Kind: t.T.Scalar, N: t.T.regCount(), Pos: v.pos.Start})
	g.fconst = len(c.prog.FuncConst)
	if c.opts.FunctionConstant == nil {
		return
	}
	for _, b := range c.opts.FunctionConstant(v.Name, int(n), t.T.String()) {
		if b = truncBits(t.T.Scalar, b); t.T.Scalar == ir.Bool && b != 0 {
			b = 1
		}
		v.konst = append(v.konst, b)
	}
}

// FunctionConstant gives the value of the constant that the text declares with
// [[function_constant(index)]], as the bits of each component of its type
// ("bool", "float2"). None leave it undefined.
type FunctionConstant func(name string, index int, typ string) []uint64
