package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// destructor takes note of a destructor. What it would do is not done when
// objects end, so that it may do nothing that is seen afterwards.
func (c *checker) destructor(r *Record, d *syntax.FuncDecl) {
	outside := r.state == done
	switch old := r.destructor; {
	case d.Name.Ident != "~"+r.baseName() && d.Name.Ident != "~"+declName(r.decl):
		c.errorf(d.NamePos.Span(), "destructor", "expected the class name after '~' to name the enclosing class")
	case len(d.Params) > 0:
		c.errorf(d.NamePos.Span(), "destructor", "destructor cannot have any parameters")
	case old != nil && (!outside || old.Body != nil || old.Default):
		message, note := "destructor cannot be redeclared", "previous declaration is here"
		if outside {
			message = "redefinition of '" + d.Name.Ident + "'"
		}
		if old.Body != nil {
			note = "previous definition is here"
		}
		c.report(diag.Diagnostic{Code: "redefinition", Message: message, Span: d.NamePos.Span(), Notes: []diag.Note{{Message: note, Span: old.NamePos.Span()}}})
	case old == nil && outside:
		c.errorf(d.NamePos.Span(), "out-of-class", "out-of-line definition of '%s' does not match any declaration in '%s'", d.Name.Ident, r.Name)
	}
	if r.destructor, r.ending = d, r.Scope; outside {
		c.destroys(r, d, r.Scope)
	}
}

// destroys checks the body of a destructor, whose names are looked up in a scope.
// All members of the class are known.
func (c *checker) destroys(r *Record, d *syntax.FuncDecl, s *Scope) {
	if d.Body == nil || len(d.Body.Stmts) == 0 {
		return
	}
	own := *d
	own.Result = &syntax.BasicType{Range: d.NamePos, Name: "void"}
	f := c.newFunction(&own, s)
	f.record = r
	if c.signature(f); r.state == done {
		c.lower(f)
	} else {
		r.bodies = append(r.bodies, f)
	}
	for _, x := range d.Body.Stmts {
		if !r.forgets(x) {
			c.errorf(d.NamePos.Span(), "destructor", "destructors that do more than set members to constants are not supported: call a function where '%s' ends", r.baseName())
			return
		}
	}
}

// forgets reports a statement of a destructor that only gives a member a
// constant: nothing can read that any more.
func (r *Record) forgets(s syntax.Stmt) bool {
	x, ok := s.(*syntax.ExprStmt)
	if !ok {
		return false
	}
	e, ok := x.X.(*syntax.BinaryExpr)
	if !ok || e.Op != syntax.Assign || !nameless(e.Y) {
		return false
	}
	name := ""
	switch m := e.X.(type) {
	case *syntax.IdentExpr:
		if m.Name.Simple() {
			name = m.Name.Ident
		}
	case *syntax.MemberExpr:
		if _, this := m.X.(*syntax.ThisExpr); this && m.Name.Simple() {
			name = m.Name.Ident
		}
	}
	plain := true // what is written and what is given
	syntax.Inspect(e.Y, func(n syntax.Node) {
		switch n.(type) {
		case *syntax.CallExpr, *syntax.BinaryExpr, *syntax.PostfixExpr, *syntax.StmtExpr:
			plain = false
		}
	})
	path := r.path(name)
	if len(path) == 0 {
		_, this := e.X.(*syntax.MemberExpr)
		return this && name != "" // which is reported
	}
	if !plain {
		return false
	}
	t := path[len(path)-1].Type.T
	return t.isError() || !t.isRef() && t.inRegisters()
}
