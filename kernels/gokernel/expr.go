package gokernel

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"strconv"
	"strings"
)

// maxDepth bounds the nesting of an expression.
const maxDepth = 200

// Precedences of C++, the higher the tighter.
const (
	comma = iota
	orOr
	andAnd
	bitwise // | ^ & and shifts always stand in parentheses
	equality
	relation
	additive
	multiplicative
	unary
	primary
)

var precedences = map[token.Token]int{token.LOR: orOr, token.LAND: andAnd, token.OR: bitwise, token.XOR: bitwise, token.AND: bitwise,
	token.SHL: bitwise, token.SHR: bitwise, token.EQL: equality, token.NEQ: equality, token.LSS: relation, token.LEQ: relation,
	token.GTR: relation, token.GEQ: relation, token.ADD: additive, token.SUB: additive, token.MUL: multiplicative,
	token.QUO: multiplicative, token.REM: multiplicative}

// code is an expression of C++.
type code struct {
	text string
	prec int
}

// in is the expression where one of at least prec is needed.
func (c code) in(prec int) string {
	if c.prec < prec {
		return "(" + c.text + ")"
	}
	return c.text
}

func (t *translator) expr(x ast.Expr) code {
	t.depth++
	defer func() { t.depth-- }()
	if t.depth > maxDepth {
		t.fail(x, "keep parts of it in variables", "the expression is nested too deeply")
	}
	if tv := t.info.Types[x]; tv.Value != nil {
		return t.constant(x, tv)
	}
	switch x := x.(type) {
	case *ast.ParenExpr:
		return t.expr(x.X)
	case *ast.Ident:
		if _, ok := t.info.ObjectOf(x).(*types.Var); !ok {
			t.fail(x, "", "%s is not a value in kernels", x.Name)
		}
		return code{t.name(x), primary}
	case *ast.IndexExpr:
		return code{t.expr(x.X).in(primary) + "[" + t.expr(x.Index).text + "]", primary}
	case *ast.SelectorExpr:
		if s := t.info.Selections[x]; s != nil && s.Kind() == types.FieldVal {
			return code{t.expr(x.X).in(primary) + "." + strings.ToLower(x.Sel.Name), primary}
		}
		t.fail(x, "call it", "%s is not a value in kernels", x.Sel.Name)
	case *ast.UnaryExpr:
		return t.unary(x)
	case *ast.BinaryExpr:
		return t.binary(x)
	case *ast.CallExpr:
		return t.call(x)
	case *ast.SliceExpr:
		t.fail(x, "use an index, or hand s[low:] to a function", "a slice is not a value in kernels")
	case *ast.CompositeLit:
		t.fail(x, "declare an array: a := [2]float32{1, 2}", "composite values are supported only to declare arrays")
	case *ast.FuncLit:
		t.fail(x, "write a function of its own", "function literals are not supported in kernels")
	case *ast.StarExpr:
		t.fail(x, "use a slice", "pointers are not supported in kernels")
	}
	t.fail(x, "", "this expression is not supported in kernels")
	return code{}
}

func (t *translator) unary(x *ast.UnaryExpr) code {
	ops := map[token.Token]string{token.SUB: "-", token.ADD: "", token.NOT: "!", token.XOR: "~"}
	op, ok := ops[x.Op]
	if !ok {
		t.fail(x, "use a slice", "the operator %s is not supported in kernels", x.Op)
	}
	ty := t.info.TypeOf(x)
	t.noFloat64(x, ty)
	inner := t.expr(x.X).in(unary)
	if op == "-" && strings.HasPrefix(inner, "-") {
		inner = "(" + inner + ")"
	}
	return t.narrow(x, ty, code{op + inner, unary})
}

func (t *translator) binary(x *ast.BinaryExpr) code {
	ty := t.info.TypeOf(x)
	t.noFloat64(x, t.info.TypeOf(x.X))
	switch t.info.TypeOf(x.X).Underlying().(type) {
	case *types.Basic:
	default:
		t.fail(x, "compare the elements", "only numbers and bools can be compared in kernels")
	}
	left, right := t.expr(x.X), t.expr(x.Y)
	if x.Op == token.AND_NOT {
		return t.narrow(x, ty, code{left.in(unary) + " & ~" + right.in(unary), bitwise})
	}
	prec := precedences[x.Op]
	switch {
	case prec == bitwise:
		if x.Op == token.SHL || x.Op == token.SHR {
			t.shiftCount(x.Y, ty)
		}
		return t.narrow(x, ty, code{left.in(unary) + " " + x.Op.String() + " " + right.in(unary), prec})
	case prec == orOr && left.prec == andAnd:
		left = code{"(" + left.text + ")", primary}
	}
	if prec == orOr && right.prec == andAnd {
		right = code{"(" + right.text + ")", primary}
	}
	return t.narrow(x, ty, code{left.in(prec) + " " + x.Op.String() + " " + right.in(prec+1), prec})
}

// shiftCount refuses a constant count that Metal does not define.
func (t *translator) shiftCount(x ast.Expr, ty types.Type) {
	if n, ok := t.integer(x); ok && n >= int64(width(ty)) {
		t.fail(x, "Go gives 0 (or -1) here, Metal anything", "a shift of a %s by %d", types.TypeString(ty, qualify), n)
	}
}

// narrow rounds a result that C++ computes in a wider type.
func (t *translator) narrow(x ast.Expr, ty types.Type, c code) code {
	small := isInteger(ty) && width(ty) < 32
	for _, p := range t.opt.Types {
		if n, ok := ty.(*types.Named); ok && n.Obj().Name() == p.Name {
			small = small || p.DType.Size() == 2
		}
	}
	if !small || isBoolean(ty) {
		return c
	}
	return code{t.scalar(x, ty) + "(" + c.text + ")", primary}
}

// integer is the value of a constant expression.
func (t *translator) integer(x ast.Expr) (int64, bool) {
	v := t.info.Types[x].Value
	if v == nil {
		return 0, false
	}
	return constant.Int64Val(constant.ToInt(v))
}

// constant writes a parameter of the spec by name, any other constant as its
// value, in both cases with the type that it has here.
func (t *translator) constant(x ast.Expr, tv types.TypeAndValue) code {
	metal := t.scalar(x, tv.Type)
	if id, ok := ast.Unparen(x).(*ast.Ident); ok {
		for _, c := range t.opt.Constants {
			if obj := t.info.Uses[id]; c.Name == id.Name && obj != nil && obj.Parent() == t.pkg.Scope() && !(c.Local && t.helper) {
				if c.Type == metal {
					return code{c.Name, primary}
				}
				return code{metal + "(" + c.Name + ")", primary}
			}
		}
	}
	switch {
	case isBoolean(tv.Type):
		return code{tv.Value.String(), primary}
	case isFloat(tv.Type):
		f, _ := constant.Float64Val(tv.Value)
		text := floatText(float32(f))
		if metal != "float" {
			return code{metal + "(" + text + ")", primary}
		}
		if f < 0 {
			return code{text, unary}
		}
		return code{text, primary}
	case isInteger(tv.Type):
		return integerText(metal, constant.ToInt(tv.Value))
	}
	t.fail(x, "", "values of type %s are not supported in kernels", tv.Type)
	return code{}
}

func floatText(f float32) string {
	if math.IsInf(float64(f), 0) {
		return "INFINITY"
	}
	s := strconv.FormatFloat(float64(f), 'g', -1, 32)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s + "f"
}

func integerText(metal string, v constant.Value) code {
	s := v.ExactString()
	suffix := map[string]string{"uint": "u", "long": "l", "ulong": "ul"}[metal]
	switch {
	case s == "-9223372036854775808":
		return code{"-9223372036854775807l - 1", additive}
	case s == "-2147483648" && suffix == "":
		return code{"-2147483647 - 1", additive}
	case s[0] == '-':
		return code{s + suffix, unary}
	case suffix == "" && metal != "int":
		return code{fmt.Sprintf("%s(%s)", metal, s), primary}
	}
	return code{s + suffix, primary}
}
