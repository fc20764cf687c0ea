package gokernel

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

func typeName(n any) string { return fmt.Sprintf("%T", n) }

// scoped writes a block around a statement that has a simple statement in
// front of it.
func (t *translator) scoped(init ast.Stmt, body func()) {
	if init == nil {
		body()
		return
	}
	t.line("{")
	t.indent++
	t.statement(init)
	body()
	t.indent--
	t.line("}")
}

func (t *translator) ifStatement(s *ast.IfStmt) {
	t.scoped(s.Init, func() {
		t.at(s)
		t.line("if (%s) {", t.expr(s.Cond).text)
		t.block(s.Body)
		t.at(endOf(s.Body))
		for {
			next, ok := s.Else.(*ast.IfStmt)
			if !ok || next.Init != nil {
				break
			}
			s = next
			t.at(s)
			t.line("} else if (%s) {", t.expr(s.Cond).text)
			t.block(s.Body)
			t.at(endOf(s.Body))
		}
		switch e := s.Else.(type) {
		case *ast.BlockStmt:
			t.line("} else {")
			t.block(e)
			t.at(endOf(e))
		case *ast.IfStmt:
			t.line("} else {")
			t.indent++
			t.statement(e)
			t.indent--
		}
		t.line("}")
	})
}

func (t *translator) forStatement(s *ast.ForStmt) {
	outer, init := s.Init, ""
	if a, ok := s.Init.(*ast.AssignStmt); ok && len(a.Lhs) == 1 && len(a.Rhs) == 1 {
		outer, init = nil, t.simple(a)
	}
	t.scoped(outer, func() {
		t.at(s)
		cond, post := "", ""
		if s.Cond != nil {
			cond = t.expr(s.Cond).text
		}
		if s.Post != nil {
			post = t.simple(s.Post)
		}
		switch {
		case init == "" && post == "" && cond == "":
			t.line("while (true) {")
		case init == "" && post == "":
			t.line("while (%s) {", cond)
		default:
			t.line("for (%s; %s; %s) {", init, cond, post)
		}
		t.block(s.Body)
		t.at(endOf(s.Body))
		t.line("}")
	})
}

// rangeStatement writes a loop over an integer, or over the indices of an
// array or a buffer.
func (t *translator) rangeStatement(s *ast.RangeStmt) {
	if s.Value != nil {
		t.fail(s.Value, "range over the indices and read the element in the body", "the values of a range are not supported in kernels")
	}
	ty, count := types.Type(types.Typ[types.Int]), ""
	if isInteger(t.info.TypeOf(s.X)) {
		if ty = t.info.TypeOf(s.X); s.Key != nil {
			ty = t.info.TypeOf(s.Key)
		}
		count = t.expr(s.X).text
	} else {
		count = t.length(s.X)
	}
	if b, ok := ty.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		ty = types.Typ[types.Int]
	}
	name := ""
	switch key, _ := s.Key.(*ast.Ident); {
	case s.Key == nil || key != nil && key.Name == "_":
		name = t.temp("i")
	case s.Tok != token.DEFINE || key == nil:
		t.fail(s.Key, "declare it: for i := range n", "a range over a variable that exists is not supported in kernels")
	default:
		name = t.name(key)
		t.unassigned(s.Body, t.info.Defs[key])
	}
	decl := t.scalar(s, ty)
	if tv := t.info.Types[s.X]; tv.Value == nil && isInteger(tv.Type) {
		end := t.temp("n")
		t.line("for (%s %s = 0, %s = %s; %s < %s; ++%s) {", decl, name, end, count, name, end, name)
	} else {
		t.line("for (%s %s = 0; %s < %s; ++%s) {", decl, name, name, count, name)
	}
	t.block(s.Body)
	t.at(endOf(s.Body))
	t.line("}")
}

// unassigned refuses to assign the variable of a range: in Go that does not
// change the loop.
func (t *translator) unassigned(body *ast.BlockStmt, v types.Object) {
	check := func(x ast.Expr) {
		if id, ok := ast.Unparen(x).(*ast.Ident); ok && t.info.Uses[id] == v {
			t.fail(x, "use for i := 0; i < n; i++", "the variable of a range cannot be assigned in kernels")
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				check(l)
			}
		case *ast.IncDecStmt:
			check(n.X)
		}
		return true
	})
}

// conditions writes a switch without a tag as a chain of ifs.
func (t *translator) conditions(s *ast.SwitchStmt) {
	t.unbroken(s.Body)
	t.scoped(s.Init, func() {
		var last *ast.CaseClause
		word := "if"
		for _, c := range s.Body.List {
			clause := c.(*ast.CaseClause)
			if clause.List == nil {
				last = clause
				continue
			}
			t.at(clause)
			var conds []string
			for _, x := range clause.List {
				conds = append(conds, t.expr(x).text)
			}
			cond := conds[0]
			if len(conds) > 1 {
				cond = "(" + strings.Join(conds, ") || (") + ")"
			}
			t.line("%s (%s) {", word, cond)
			t.clause(clause)
			word = "} else if"
		}
		switch {
		case last != nil && word == "if":
			t.line("{")
		case last != nil:
			t.line("} else {")
		case word == "if":
			return
		}
		if last != nil {
			t.clause(last)
		}
		t.at(endOf(s.Body))
		t.line("}")
	})
}

func (t *translator) clause(c *ast.CaseClause) {
	t.indent++
	for _, b := range c.Body {
		t.statement(b)
	}
	t.indent--
}

// unbroken refuses what ends or leaves a case of a switch over conditions.
func (t *translator) unbroken(body *ast.BlockStmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt:
			return false // its own
		case *ast.BranchStmt:
			if n.Tok == token.FALLTHROUGH || n.Tok == token.BREAK {
				t.fail(n, "write if and else if", "%s in a switch over conditions is not supported in kernels", n.Tok)
			}
		}
		return true
	})
}

func (t *translator) switchStatement(s *ast.SwitchStmt) {
	if s.Tag == nil {
		t.conditions(s)
		return
	}
	if !isInteger(t.info.TypeOf(s.Tag)) {
		t.fail(s, "write if and else if", "only a switch over conditions or an integer is supported in kernels")
	}
	t.scoped(s.Init, func() {
		t.at(s)
		t.line("switch (%s) {", t.expr(s.Tag).text)
		for _, c := range s.Body.List {
			clause := c.(*ast.CaseClause)
			t.at(clause)
			for _, x := range clause.List {
				if t.info.Types[x].Value == nil {
					t.fail(x, "write if and else if", "a case must be constant in kernels")
				}
				t.line("case %s:", t.expr(x).text)
			}
			if clause.List == nil {
				t.line("default:")
			}
			t.line("{")
			t.indent++
			through := false
			for _, b := range clause.Body {
				t.statement(b)
				branch, ok := b.(*ast.BranchStmt)
				through = ok && branch.Tok == token.FALLTHROUGH
			}
			if !through {
				t.line("break;")
			}
			t.indent--
			t.line("}")
		}
		t.at(endOf(s.Body))
		t.line("}")
	})
}
