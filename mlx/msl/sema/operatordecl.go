package sema

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// operatorDeclared checks the declaration of an operator: how many operands
// it has, and that one of them is the user's own type.
func (c *checker) operatorDeclared(f *Function) bool {
	op, ok := strings.CutPrefix(f.Name, "operator")
	if !ok || op == "" || f.decl.Name.Conversion() != nil || op[0] == '_' || op[0] >= 'a' && op[0] <= 'z' || f.decl.NamePos.Start < c.user {
		return true // a literal's suffix, or a name that begins so
	}
	at := f.decl.NamePos.Span()
	member := f.record != nil && f.decl.Specs&syntax.Friend == 0
	operands := len(f.params)
	if member && f.static {
		c.errorf(at, "operator-declaration", "overloaded 'operator%s' cannot be a static member function", op)
		return false
	}
	if member {
		operands++
	}
	switch op {
	case "()":
		if !member {
			c.errorf(at, "operator-declaration", "overloaded 'operator()' must be a non-static member function")
		}
		return member
	case "=", "[]", "->":
		if !member {
			c.errorf(at, "operator-declaration", "overloaded 'operator%s' must be a non-static member function", op)
			return false
		}
	}
	for i := range f.params {
		if p := f.params[i].decl; p.Default != nil {
			c.errorf(p.NamePos.Span(), "operator-declaration", "parameter of overloaded 'operator%s' cannot have a default argument", op)
			return false
		}
		if f.params[i].pack > 0 {
			return true
		}
	}
	least, most := operandsOf(op)
	if operands < least || operands > most {
		kind := "a binary operator"
		switch {
		case least != most:
			kind = "a unary or binary operator"
		case most == 1:
			kind = "a unary operator"
		}
		c.errorf(at, "operator-declaration", "overloaded 'operator%s' must be %s (has %d parameter%s)", op, kind, operands, plural(operands))
		return false
	}
	if step := map[string]string{"++": "increment", "--": "decrement"}[op]; step != "" && operands == 2 {
		if last := f.params[len(f.params)-1]; last.typ.T != Scalar(ir.I32) {
			c.report(diag.Diagnostic{Code: "operator-declaration", Message: "parameter of overloaded post-" + step + " operator must have type 'int' (not '" + last.typ.String() + "')",
				Span: last.decl.Span(), Caret: last.decl.NamePos.Start})
			return false
		}
	}
	if member {
		return true
	}
	for _, p := range f.params {
		t := p.typ.T
		if t.isRef() {
			t = t.Elem.T
		}
		if t.Kind == TRecord || t.Kind == TEnum || t.Kind == TMatrix || t.Kind == TSimdMatrix || t.isError() {
			return true
		}
	}
	c.errorf(at, "operator-declaration", "overloaded 'operator%s' must have at least one parameter of class or enumeration type", op)
	return false
}

// operandsOf is how few and how many operands an operator takes.
func operandsOf(op string) (least, most int) {
	switch op {
	case "+", "-", "*", "&", "++", "--":
		return 1, 2
	case "!", "~", "->":
		return 1, 1
	}
	return 2, 2
}
