package sema

import (
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
	switch {
	case m != nil && m.List != nil:
		u.init(m.List)
	case m != nil:
		u.init(&syntax.ParenList{Args: m.Args})
	case fd.decl != nil && fd.decl.Init != nil:
		u.bare = true
		u.init(fd.decl.Init)
		u.bare = false
	default:
		return // it stays as it is
	}
	u.set[fd.Name] = true
}

func (u *unsetFields) init(e syntax.Expr) {
	switch e := e.(type) {
	case *syntax.ParenList:
		for _, x := range e.Args {
			u.value(x)
		}
	case *syntax.InitList:
		for _, it := range e.Items {
			u.init(it.X)
		}
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
		if !isAssignment(e.Op) {
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
