package sema

import (
	"fmt"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// unsetFields are the members of an object under construction that have no value yet.
type unsetFields struct {
	c    *checker
	of   *Record
	set  map[string]bool // those that have one, or may
	bare bool            // the expression stands in the class, where no parameters hide members
}

// remarkFields warns of members of a class that the initialiser of one of them reads before
// they have a value, as they are initialised in the order of the class.
func (u *unsetFields) remarkFields(fd *Field, m *syntax.MemberInit) {
	read := u.value
	if !fd.Type.T.inRegisters() { // a reference, or an object whose constructor may take some
		read = u.operand
	}
	switch {
	case m != nil && m.List != nil:
		u.init(m.List, read)
	case m != nil:
		u.init(&syntax.ParenList{Args: m.Args}, read)
	case fd.decl != nil && fd.decl.Init != nil:
		u.bare = true
		u.init(fd.decl.Init, read)
		u.bare = false
	default:
		return // it stays as it is
	}
	u.set[fd.Name] = true
}

func (u *unsetFields) init(e syntax.Expr, read func(syntax.Expr)) {
	switch e := e.(type) {
	case *syntax.ParenList:
		for _, x := range e.Args {
			u.init(x, read)
		}
	case *syntax.InitList:
		for _, it := range e.Items {
			u.init(it.X, read)
		}
	default:
		read(e)
	}
}

// operand looks at an expression that a reference may be bound to, which reads nothing of it.
func (u *unsetFields) operand(e syntax.Expr) {
	switch e := unparenthesised(e).(type) {
	case *syntax.IdentExpr, *syntax.MemberExpr, *syntax.CastExpr:
	case *syntax.CondExpr:
		u.value(e.Cond)
		u.operand(e.X)
		u.operand(e.Y)
	default:
		u.value(e)
	}
}

// value looks at an expression whose value is read, as far as that is certain: arguments of
// functions may be references.
func (u *unsetFields) value(e syntax.Expr) {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		u.value(e.X)
	case *syntax.IdentExpr:
		if b := u.c.lookup(u.c.scope, e.Name.Ident); e.Name.Simple() && (u.bare || b != nil && b.field) {
			u.read(e.Name.Ident, e.Span())
		}
	case *syntax.MemberExpr:
		if _, this := e.X.(*syntax.ThisExpr); this && e.Name.Simple() {
			u.read(e.Name.Ident, e.Name.Span())
		}
	case *syntax.CastExpr:
		u.value(e.X)
	case *syntax.UnaryExpr:
		switch e.Op {
		case syntax.Minus, syntax.Plus, syntax.Tilde, syntax.Not:
			u.value(e.X)
		}
	case *syntax.CondExpr:
		u.value(e.Cond)
		u.value(e.X)
		u.value(e.Y)
	case *syntax.BinaryExpr:
		if e.Op == syntax.Comma {
			u.operand(e.X)
		} else if !isAssignment(e.Op) {
			u.value(e.X)
		} else if name := u.c.memberName(e.X); name != "" {
			u.set[name] = true
		}
		u.value(e.Y)
	}
}

func (u *unsetFields) read(name string, at diag.Span) {
	for i := range u.of.Fields {
		if f := &u.of.Fields[i]; f.Name == name && !u.set[name] && f.Type.T.inRegisters() {
			u.c.remark(diag.Diagnostic{Code: "uninitialized", Message: "field '" + name + "' is uninitialized when used here", Span: at})
		}
	}
}

// remarkDanglingField warns of a reference or a pointer to a parameter of the constructor, which
// ends with it.
func (c *checker) remarkDanglingField(fd *Field, m *syntax.MemberInit) {
	if len(m.Args) != 1 || c.trap != nil || c.general {
		return
	}
	e, what, message := unparenthesised(m.Args[0]), "reference", "binding reference member '%s' to stack allocated parameter '%s'"
	if fd.Type.T.isPtr() {
		address, ok := e.(*syntax.UnaryExpr)
		if !ok || address.Op != syntax.Amp {
			return
		}
		e, what, message = unparenthesised(address.X), "pointer", "initializing pointer member '%s' with the stack address of parameter '%s'"
	} else if !fd.Type.T.isRef() {
		return
	}
	id, ok := e.(*syntax.IdentExpr)
	if !ok || !id.Name.Simple() {
		return
	}
	b := c.lookup(c.scope, id.Name.Ident)
	if b == nil || b.value == nil || b.value.param == nil || b.value.ref {
		return
	}
	if s := c.implicit(lvalue(b.value.Type, Addr{}), fd.Type); fd.Type.T.isRef() && (s.temp || s.rank >= userDefined) {
		return // what it refers to is not the parameter
	}
	c.remark(diag.Diagnostic{Code: "dangling-field", Message: fmt.Sprintf(message, fd.Name, b.value.Name), Span: id.Span(), Notes: fd.memberHere(what)})
}

// bindsTemporary reports a reference to what ends with the constructor, as an error.
func (c *checker) bindsTemporary(fd *Field, m *syntax.MemberInit) bool {
	if !fd.Type.T.isRef() || len(m.Args) != 1 {
		return false
	}
	var v Value
	c.try(func() { v = c.expr(m.Args[0]) })
	if s := c.implicit(v, fd.Type); v.bad() || v.Cat == XValue || s.rank == impossible || !s.temp {
		return false
	}
	c.report(diag.Diagnostic{Code: "reference-binding", Message: "reference member '" + fd.Name + "' binds to a temporary object whose lifetime would be shorter than the lifetime of the constructed object",
		Span: m.Args[0].Span(), Notes: fd.memberHere("reference")})
	return true
}

func (f *Field) memberHere(what string) []diag.Note {
	return []diag.Note{{Message: what + " member declared here", Span: f.decl.NamePos.Span()}}
}
