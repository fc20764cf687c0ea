package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// Remarks on statements.

// remarkCondition warns of = where == was probably meant, of |= where != was, and
// of == in parentheses that make it look like =.
func (c *checker) remarkCondition(cond syntax.Expr) {
	if p, ok := cond.(*syntax.ParenExpr); ok {
		c.remarkEquality(p)
		return
	}
	e, ok := cond.(*syntax.BinaryExpr)
	if !ok || e.Op != syntax.Assign && e.Op != syntax.PipeEq {
		return
	}
	op, s := diag.Span{Start: e.OpPos, End: e.OpPos}, e.Span()
	use, instead := "use '==' to turn this assignment into an equality comparison", "=="
	if e.Op == syntax.PipeEq {
		use, instead = "use '!=' to turn this compound assignment into an inequality comparison", "!="
	}
	c.remark(diag.Diagnostic{Code: "parentheses", Message: "using the result of an assignment as a condition without parentheses", Span: s, Caret: e.OpPos,
		Notes: []diag.Note{
			{Message: "place parentheses around the assignment to silence this warning", Span: op,
				Fixes: []diag.Fix{{Span: diag.Span{Start: s.Start, End: s.Start}, Text: "("}, {Span: diag.Span{Start: s.End, End: s.End}, Text: ")"}}},
			{Message: use, Span: op, Fixes: []diag.Fix{{Span: diag.Span{Start: e.OpPos, End: e.OpPos + diag.Pos(len(e.Op.String()))}, Text: instead}}},
		}})
}

// remarkEquality warns of ((x == y)), which is how an assignment is written.
func (c *checker) remarkEquality(p *syntax.ParenExpr) {
	e, ok := unparenthesised(p).(*syntax.BinaryExpr)
	if !ok || e.Op != syntax.EqEq || c.trap != nil || c.prog.Sources.InMacro(p.Start) { // what is tried here tries no more
		return
	}
	assignable := false
	c.try(func() {
		x := c.expr(e.X)
		assignable = x.Cat == LValue && x.Type.Q&Const == 0
	})
	if !assignable {
		return
	}
	op := diag.Span{Start: e.OpPos, End: e.OpPos + 2}
	c.remark(diag.Diagnostic{Code: "parentheses-equality", Message: "equality comparison with extraneous parentheses", Span: e.Span(), Caret: e.OpPos,
		Notes: []diag.Note{
			{Message: "remove extraneous parentheses around the comparison to silence this warning", Span: op,
				Fixes: []diag.Fix{{Span: diag.Span{Start: p.Start, End: p.Start + 1}}, {Span: diag.Span{Start: p.End - 1, End: p.End}}}},
			{Message: "use '=' to turn this equality comparison into an assignment", Span: op, Fixes: []diag.Fix{{Span: op, Text: "="}}}}})
}

// remarkUnused warns of a statement, or left side of a comma, that does
// nothing. operators is how many user-defined ones were called before it.
func (c *checker) remarkUnused(e syntax.Expr, v Value, operators int, comma bool) {
	if !v.bad() && c.operators == operators && c.remarkDiscarded(e) {
		return
	}
	if v.bad() || v.Type.T == voidType || v.Type.Q&Volatile != 0 || c.operators != operators || !idle(e) || comma && within(c.asVector, e.Span()) || c.prog.Sources.InMacro(e.Span().Start) {
		return
	}
	for {
		if p, ok := e.(*syntax.ParenExpr); ok {
			e = p.X
		} else if b, ok := e.(*syntax.BinaryExpr); ok && b.Op == syntax.Comma {
			e = b.Y
		} else if cond, ok := e.(*syntax.CondExpr); ok {
			e = cond.Y
		} else {
			break
		}
	}
	d := diag.Diagnostic{Code: "unused-value", Message: "expression result unused", Span: e.Span()}
	switch x := e.(type) {
	case *syntax.BinaryExpr:
		d.Caret, d.Span, d.Ranges = x.OpPos, x.X.Span(), []diag.Span{x.Y.Span()}
		if compares(x.Op) {
			d.Code, d.Message, d.Span, d.Ranges = "unused-comparison", "relational comparison result unused", x.Span(), nil
			switch x.Op {
			case syntax.EqEq:
				d.Message = "equality comparison result unused"
				d.Notes = []diag.Note{{Message: "use '=' to turn this equality comparison into an assignment", Span: diag.Span{Start: x.OpPos, End: x.OpPos + 2},
					Fixes: []diag.Fix{{Span: diag.Span{Start: x.OpPos, End: x.OpPos + 2}, Text: "="}}}}
			case syntax.NotEq:
				d.Message = "inequality comparison result unused"
			}
		}
	case *syntax.MemberExpr:
		d.Caret = x.Name.Span().Start
	}
	if comma {
		d.Code, d.Message, d.Notes = "unused-value", "left operand of comma operator has no effect", nil
	}
	c.remark(d)
}

// nullConstant reports nullptr or 0, whatever it is cast to.
func nullConstant(e syntax.Expr) bool {
	for {
		switch x := e.(type) {
		case *syntax.ParenExpr:
			e = x.X
		case *syntax.CastExpr:
			e = x.X
		case *syntax.IntLit:
			return x.Value == 0
		default:
			_, null := e.(*syntax.NullptrLit)
			return null
		}
	}
}

// idle reports expressions that only give a value.
func idle(e syntax.Expr) bool {
	switch x := e.(type) {
	case *syntax.ParenExpr:
		return idle(x.X)
	case *syntax.IdentExpr, *syntax.IntLit, *syntax.FloatLit, *syntax.BoolLit, *syntax.CharLit, *syntax.NullptrLit, *syntax.SizeofExpr,
		*syntax.MemberExpr, *syntax.IndexExpr, *syntax.CastExpr, *syntax.LambdaExpr:
		return true
	case *syntax.UnaryExpr:
		return x.Op != syntax.PlusPlus && x.Op != syntax.MinusMinus
	case *syntax.CondExpr:
		return x.X != nil && idle(x.X) || idle(x.Y)
	case *syntax.BinaryExpr:
		switch {
		case x.Op == syntax.Comma || x.Op == syntax.AndAnd || x.Op == syntax.OrOr:
			return idle(x.Y)
		case isAssignment(x.Op):
			return false
		}
		return true
	}
	return false
}

// remarkIf warns of an else that belongs to another if than it seems to, and
// of an if that decides nothing.
func (c *checker) remarkIf(s *syntax.IfStmt) {
	if s.Else == nil {
		if at := trailingElse(s.Then); at != 0 {
			c.remark(diag.Diagnostic{Code: "dangling-else", Message: "add explicit braces to avoid dangling else", Span: diag.Span{Start: at, End: at + 4}})
		}
	}
	c.remarkEmpty(s.Span().Start, s.Then, "if statement")
}

// trailingElse is where an else ends a statement that has no braces.
func trailingElse(s syntax.Stmt) diag.Pos {
	switch s := s.(type) {
	case *syntax.IfStmt:
		if s.Else != nil {
			return s.ElsePos
		}
		return trailingElse(s.Then)
	case *syntax.ForStmt:
		return trailingElse(s.Body)
	case *syntax.WhileStmt:
		return trailingElse(s.Body)
	}
	return 0
}

// remarkEmpty warns of a semicolon that is the body of the statement on its
// line.
func (c *checker) remarkEmpty(start diag.Pos, body syntax.Stmt, what string) {
	semi, ok := body.(*syntax.EmptyStmt)
	src := c.prog.Sources
	if !ok || src.InMacro(semi.Start) || src.InMacro(start) || semi.Start == semi.End {
		return
	}
	if src.Resolve(semi.Start-1).Line != src.Resolve(semi.Start).Line || src.Written(diag.Span{Start: semi.Start - 1, End: semi.Start}) == "" {
		return // not directly behind the header
	}
	at := semi.Span()
	c.remark(diag.Diagnostic{Code: "empty-body", Message: what + " has empty body", Span: at,
		Notes: []diag.Note{{Message: "put the semicolon on a separate line to silence this warning", Span: at}}})
}

// remarkLoops warns of loops with an empty body in front of what looks like one: a
// block, or a statement that is indented further.
func (c *checker) remarkLoops(list []syntax.Stmt) {
	for i := 0; i+1 < len(list); i++ {
		start, next := list[i].Span().Start, list[i+1].Span().Start
		if _, block := list[i+1].(*syntax.BlockStmt); !block && c.prog.Sources.Resolve(next).Column <= c.prog.Sources.Resolve(start).Column {
			continue
		}
		switch s := list[i].(type) {
		case *syntax.ForStmt:
			c.remarkEmpty(start, s.Body, "for loop")
		case *syntax.RangeForStmt:
			c.remarkEmpty(start, s.Body, "range-based for loop")
		case *syntax.WhileStmt:
			c.remarkEmpty(start, s.Body, "while loop")
		}
	}
}

// unhandled gives the values of an enumeration, and those of its names whose value
// no label of a switch has.
func (c *checker) unhandled(e *Enum, seen takenCases) (values map[uint64]bool, missing []string) {
	values = map[uint64]bool{}
	for _, it := range e.decl.Items {
		b := e.scope.names.get(it.Name)
		if b == nil || b.value == nil {
			continue
		}
		v := truncBits(seen.kind, b.value.konst[0])
		if _, _, ok := seen.taken(v, v); !ok && !values[v] {
			missing = append(missing, "'"+it.Name+"'")
		}
		values[v] = true
	}
	return values, missing
}

// remarkCase warns of a label that is an enumerator of another enumeration than the switch is over.
func (c *checker) remarkCase(e syntax.Expr, over *Type, at diag.Span) {
	if over.Enum == nil || c.trap != nil {
		return
	}
	if t := c.asOperand(e).Type.T; unlikeEnums(over, t) {
		c.remark(diag.Diagnostic{Code: "enum-compare-switch", Span: e.Span(), Ranges: []diag.Span{at},
			Message: "comparison of different enumeration types in switch statement ('" + over.String() + "' and '" + t.String() + "')"})
	}
}

// remarkSwitch warns of enumerators that a switch without default leaves out.
func (c *checker) remarkSwitch(at diag.Span, missing []string) {
	var msg string
	switch n := len(missing); {
	case n == 0:
		return
	case n == 1:
		msg = "enumeration value " + missing[0] + " not handled in switch"
	case n == 2:
		msg = "2 enumeration values not handled in switch: " + missing[0] + " and " + missing[1]
	case n == 3:
		msg = "3 enumeration values not handled in switch: " + missing[0] + ", " + missing[1] + " and " + missing[2]
	default:
		msg = itoa(n) + " enumeration values not handled in switch: " + missing[0] + ", " + missing[1] + ", " + missing[2] + "..."
	}
	c.remark(diag.Diagnostic{Code: "switch", Message: msg, Span: at})
}

// remarkVariables warns of the variables of a function that nothing names.
func (c *checker) remarkVariables(fr *frame) {
	if fr.partial {
		return
	}
	for v := fr.locals.first; v != nil; v = v.next {
		if r := innermost(v.Type.T).Record; v.used || v.Type.T.isError() || r != nil && (r.ends || r.copies || len(r.ctors)+len(r.ctorTs) > 0) {
			continue
		}
		c.remark(diag.Diagnostic{Code: "unused-variable", Message: "unused variable '" + v.Name + "'", Span: v.pos})
	}
}

// remarkPacked warns of the address of a member of a packed structure: a
// pointer says that what it points to is aligned.
func (c *checker) remarkPacked(e syntax.Expr) {
	for x := e; ; {
		switch at := x.(type) {
		case *syntax.ParenExpr:
			x = at.X
			continue
		case *syntax.IndexExpr:
			x = at.X
			continue
		case *syntax.MemberExpr:
			var r *Record
			c.try(func() {
				v := c.expr(at.X)
				if t := v.Type.T; t.isPtr() {
					r = t.Elem.T.Record
				} else {
					r = t.Record
				}
			})
			if r != nil {
				if path := r.path(at.Name.Ident); len(path) > 0 && path[len(path)-1].packed {
					c.remark(diag.Diagnostic{Code: "address-of-packed-member", Span: e.Span(),
						Message: "taking address of packed member '" + at.Name.Ident + "' of class or structure '" + r.Name + "' may result in an unaligned pointer value"})
					return
				}
			}
			x = at.X
			continue
		}
		return
	}
}
