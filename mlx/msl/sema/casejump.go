package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// caseJump emits the body of a switch with labels inside of loops and other
// statements, as Duff's device has them. Statements run once a label that
// matched has been passed; constructs on the way to one are entered for it.
type caseJump struct {
	c       *checker
	labels  []*syntax.CaseStmt
	matches []ir.Reg // by label
	running ir.Reg   // says that a label was passed
}

// stmts emits statements in turn.
func (j *caseJump) stmts(list []syntax.Stmt) {
	for len(list) > 0 {
		n := 0
		for n < len(list) && len(labelsIn(list[n])) == 0 {
			n++
		}
		if n > 0 {
			j.c.b.If(j.running, func() {
				ends := len(j.c.fr.ends)
				j.c.caseBody(list[:n])
				j.c.perhaps(ends)
			}, nil)
		} else {
			j.stmt(list[0])
			n = 1
		}
		list = list[n:]
	}
}

// scoped is a statement with a scope of its own.
func (j *caseJump) scoped(s syntax.Stmt) {
	if s == nil {
		return
	}
	j.c.push()
	j.stmts([]syntax.Stmt{s})
	j.c.pop()
}

// leads tells whether control goes to a label inside of a statement.
func (j *caseJump) leads(s syntax.Stmt) ir.Reg {
	b := j.c.b
	any := b.Bool(false)
	for _, cs := range labelsIn(s) {
		any = b.Op(ir.Or, ir.Bool, any, j.matches[slices.Index(j.labels, cs)])
	}
	return any
}

// stmt emits a statement with labels in it.
func (j *caseJump) stmt(s syntax.Stmt) {
	c, b := j.c, j.c.b
	b.pos = s.Span().Start
	loop := func(h loopHeader, body syntax.Stmt) {
		h.jump = j
		b.If(b.Op(ir.Or, ir.Bool, j.running, j.leads(body)), func() { c.loop(h, body) }, nil)
	}
	switch s := s.(type) {
	case *syntax.CaseStmt:
		b.Mov(j.running, b.Op(ir.Or, ir.Bool, j.running, j.matches[slices.Index(j.labels, s)]))
		if s.Body != nil {
			j.stmts([]syntax.Stmt{s.Body})
		}
	case *syntax.BlockStmt:
		c.push()
		j.stmts(s.Stmts)
		c.pop()
	case *syntax.IfStmt:
		if s.Init != nil || s.CondDecl != nil || s.Constexpr {
			return // no label in it can be jumped to
		}
		then := b.Temp(ir.Type{Kind: ir.Bool})
		b.Mov(then, j.leads(s.Then))
		b.If(j.running, func() { b.Mov(then, c.condition(c.expr(s.Cond), s.Cond.Span())) }, nil)
		b.If(then, func() { j.scoped(s.Then) }, func() { j.scoped(s.Else) })
	case *syntax.ForStmt:
		c.push()
		if s.Init != nil {
			b.If(j.running, func() { c.stmt(s.Init) }, nil)
		}
		loop(loopHeader{word: "for", cond: s.Cond, post: s.Post}, s.Body)
		c.pop()
	case *syntax.WhileStmt:
		loop(loopHeader{word: "while", cond: s.Cond}, s.Body)
	case *syntax.DoStmt:
		loop(loopHeader{word: "do", cond: s.Cond, after: true}, s.Body)
	}
}

// innerLabels are all labels of a switch, if some stand inside of a statement.
func innerLabels(body *syntax.BlockStmt) []*syntax.CaseStmt {
	var all []*syntax.CaseStmt
	inner := false
	for _, s := range body.Stmts {
		for cs, ok := s.(*syntax.CaseStmt); ok; cs, ok = s.(*syntax.CaseStmt) {
			all, s = append(all, cs), cs.Body
		}
		in := labelsIn(s)
		all, inner = append(all, in...), inner || len(in) > 0
	}
	if !inner {
		return nil
	}
	return all
}

// labelsIn are the labels in a statement, but for those of switches in it.
func labelsIn(s syntax.Stmt) []*syntax.CaseStmt {
	switch s := s.(type) {
	case *syntax.CaseStmt:
		return append([]*syntax.CaseStmt{s}, labelsIn(s.Body)...)
	case *syntax.BlockStmt:
		var all []*syntax.CaseStmt
		for _, x := range s.Stmts {
			all = append(all, labelsIn(x)...)
		}
		return all
	case *syntax.IfStmt:
		return append(labelsIn(s.Then), labelsIn(s.Else)...)
	case *syntax.ForStmt:
		return labelsIn(s.Body)
	case *syntax.RangeForStmt:
		return labelsIn(s.Body)
	case *syntax.WhileStmt:
		return labelsIn(s.Body)
	case *syntax.DoStmt:
		return labelsIn(s.Body)
	}
	return nil
}

// objectMade reports a variable without an initialiser that is an object with a constructor
// or a destructor.
func (c *checker) objectMade(d *syntax.VarDecl) (made bool) {
	c.try(func() {
		r := innermost(c.typeOf(d.Type).T).Record
		made = r != nil && (c.needsInit(r) || r.ends)
	})
	return made
}

// checkJumps reports labels that a switch reaches past the initialisation of a
// variable, or of what cannot be entered otherwise; passed are the reasons.
func (c *checker) checkJumps(list []syntax.Stmt, passed []diag.Note) {
	note := func(message string, at diag.Span) {
		passed = append(passed[:len(passed):len(passed)], diag.Note{Message: message, Span: at})
	}
	declared := func(s syntax.Stmt) {
		ds, ok := s.(*syntax.DeclStmt)
		if !ok {
			return
		}
		for _, d := range ds.Decls {
			if x, ok := d.(*syntax.BindingDecl); ok {
				d = x.Var
			}
			if v, ok := d.(*syntax.VarDecl); ok && v.Specs&syntax.Static == 0 && (v.Init != nil || c.objectMade(v)) {
				note("jump bypasses variable initialization", v.NamePos.Span())
			}
		}
	}
	inside := func(init syntax.Stmt, decl *syntax.VarDecl, bodies ...syntax.Stmt) {
		outer := passed
		declared(init)
		if decl != nil {
			note("jump bypasses variable initialization", decl.NamePos.Span())
		}
		for _, b := range bodies {
			c.checkJumps([]syntax.Stmt{b}, passed)
		}
		passed = outer
	}
	for _, s := range list {
		cs, ok := s.(*syntax.CaseStmt)
		for ; ok; cs, ok = s.(*syntax.CaseStmt) {
			if len(passed) > 0 {
				c.report(diag.Diagnostic{Code: "case-jump", Message: "cannot jump from switch statement to this case label", Span: cs.Label(), Notes: slices.Clone(passed)})
			}
			s = cs.Body
		}
		switch s := s.(type) {
		case *syntax.DeclStmt:
			declared(s)
		case *syntax.BlockStmt:
			c.checkJumps(s.Stmts, passed)
		case *syntax.IfStmt:
			outer := passed
			if s.Constexpr {
				note("jump enters controlled statement of constexpr if", diag.Span{Start: s.Start, End: s.Start + 2})
			}
			inside(s.Init, s.CondDecl, s.Then, s.Else)
			passed = outer
		case *syntax.ForStmt:
			inside(s.Init, s.CondDecl, s.Body)
		case *syntax.RangeForStmt:
			inside(nil, s.Var, s.Body)
		case *syntax.WhileStmt:
			inside(nil, s.CondDecl, s.Body)
		case *syntax.DoStmt:
			inside(nil, nil, s.Body)
		}
	}
}
