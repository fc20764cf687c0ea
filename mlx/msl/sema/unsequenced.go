package sema

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// touch is what an expression does to a variable.
type touch struct {
	name string // of the variable, or this->name
	kind touchKind
	at   diag.Span // of the name or the operator
}

type touchKind uint8

const (
	gets    touchKind = iota
	sets              // before the expression has its value
	setting           // at any time before what follows in sequence
)

// sequencing looks for variables that an expression changes and reads, or changes twice, in no
// order that the language gives.
type sequencing struct {
	*checker
	read map[diag.Pos]bool // expressions whose object is loaded
	told map[string]bool
}

// whole evaluates an expression that is part of no other one.
func (c *checker) whole(e syntax.Expr) Value {
	writes := c.writes
	v := c.expr(e)
	c.remarkUnsequenced(e, writes)
	return v
}

// remarkUnsequenced warns of i = i++ + 1 and f(i++, i). writes is how many objects were written
// to before the expression.
func (c *checker) remarkUnsequenced(e syntax.Expr, writes int) {
	n := c.writes - writes
	if n > 0 && written(unparenthesised(e)) != nil {
		n-- // nothing stands beside it
	}
	if n <= 0 || c.trap != nil || c.general || c.unevaluated > 0 || c.b.dead || e.Span().Start < c.user || !repeated(e) {
		return
	}
	s := sequencing{c, map[diag.Pos]bool{}, map[string]bool{}}
	c.try(func() {
		w := newWatched()
		c.b.watched = w
		c.expr(e)
		s.read = w.read
	})
	s.visit(e, e.Span().Start)
}

// written is the operand that an expression gives a value, if it does.
func written(e syntax.Expr) syntax.Expr {
	switch e := e.(type) {
	case *syntax.PostfixExpr:
		return e.X
	case *syntax.UnaryExpr:
		if e.Op == syntax.PlusPlus || e.Op == syntax.MinusMinus {
			return e.X
		}
	case *syntax.BinaryExpr:
		if isAssignment(e.Op) {
			return e.X
		}
	}
	return nil
}

// variableName tells names and members of *this apart.
func variableName(e syntax.Expr) string {
	switch e := unparenthesised(e).(type) {
	case *syntax.IdentExpr:
		if e.Name.Of == nil {
			return e.Name.Ident
		}
	case *syntax.MemberExpr:
		if _, this := e.X.(*syntax.ThisExpr); this && e.Arrow {
			return "this->" + e.Name.Ident
		}
	}
	return ""
}

// repeated reports an expression that names a variable twice which it changes.
func repeated(e syntax.Expr) bool {
	named, changed := map[string]int{}, map[string]bool{}
	nameOf := func(e syntax.Expr) string { return strings.TrimPrefix(variableName(e), "this->") }
	syntax.Inspect(e, func(n syntax.Node) {
		x, ok := n.(syntax.Expr)
		if !ok {
			return
		}
		if _, paren := x.(*syntax.ParenExpr); !paren {
			named[nameOf(x)]++
		}
		if w := written(x); w != nil {
			changed[nameOf(w)] = true
		}
	})
	for name := range changed {
		if name != "" && named[name] > 1 {
			return true
		}
	}
	return false
}

// variableIn is the name of the variable of a built-in type that an expression denotes.
func (s sequencing) variableIn(e syntax.Expr) (name string, pointer bool) {
	if name = variableName(e); name == "" {
		return "", false
	}
	var t *Type
	s.try(func() { t = s.expr(unparenthesised(e)).Type.T })
	if t == nil || t.Kind == TRecord || t.Kind == TOverload || t.isError() {
		return "", false
	}
	if b := s.lookup(s.scope, name); b != nil && b.field {
		name = "this->" + name
	}
	return name, t.isPtr()
}

// visit gives what an expression that an access is noted at a place for does to variables, in the order of the text.
func (s sequencing) visit(e syntax.Expr, at diag.Pos) []touch {
	switch e := e.(type) {
	case *syntax.IdentExpr:
		if s.read[at] {
			return s.gets(e)
		}
	case *syntax.MemberExpr:
		if _, this := e.X.(*syntax.ThisExpr); this {
			if s.read[at] {
				return s.gets(e)
			}
			return nil
		}
		return s.based(e.X, e.Arrow)
	case *syntax.ParenExpr:
		return s.visit(e.X, at)
	case *syntax.IndexExpr:
		base, index := s.based(e.X, true), s.operand(e.Index)
		return s.join(base, index, s.opts.Version >= 400)
	case *syntax.UnaryExpr:
		if written(e) != nil {
			return s.writes(s.place(e.X), e.X, sets, operatorAt(e.Span().Start, e.Op))
		}
		if e.Op == syntax.Amp {
			return s.place(e.X)
		}
		return s.operand(e.X)
	case *syntax.PostfixExpr:
		return s.writes(s.place(e.X), e.X, setting, operatorAt(e.Span().End-2, e.Op))
	case *syntax.CastExpr:
		return s.operand(e.X)
	case *syntax.BinaryExpr:
		return s.binary(e)
	case *syntax.CondExpr:
		return append(complete(s.operand(e.Cond)), append(s.operand(e.X), s.operand(e.Y)...)...)
	case *syntax.CallExpr:
		return complete(s.join(s.operand(e.Fun), s.arguments(e.Args), s.opts.Version >= 400))
	case *syntax.ConstructExpr:
		var t *Type
		s.try(func() { t = s.expr(e).Type.T })
		if e.List == nil && t != nil && t.Kind == TRecord {
			return s.arguments(e.Args)
		}
		var all []touch
		for _, x := range e.Args { // components, from the left
			all = s.join(all, s.operand(x), true)
		}
		return all
	case *syntax.ParenList:
		return s.arguments(e.Args)
	}
	return nil
}

// operand is visit for an expression that stands by itself; nil does nothing.
func (s sequencing) operand(e syntax.Expr) []touch {
	if e == nil {
		return nil
	}
	return s.visit(e, e.Span().Start)
}

// place visits what is denoted and not loaded.
func (s sequencing) place(e syntax.Expr) []touch {
	if variableName(e) != "" {
		return nil
	}
	return s.operand(e)
}

// based visits what a member or an element is of; a pointer is loaded.
func (s sequencing) based(e syntax.Expr, follows bool) []touch {
	if name, pointer := s.variableIn(e); name != "" && pointer && follows {
		return s.gets(e)
	}
	return s.place(e)
}

func (s sequencing) gets(e syntax.Expr) []touch {
	name, _ := s.variableIn(e)
	if name == "" {
		return nil
	}
	return []touch{{name, gets, unparenthesised(e).Span()}}
}

// writes adds that an operator changes a variable to what its operands do, which give their values
// before.
func (s sequencing) writes(operands []touch, e syntax.Expr, kind touchKind, op diag.Span) []touch {
	name, _ := s.variableIn(e)
	if name == "" {
		return operands
	}
	for _, t := range operands {
		if t.name == name && t.kind == setting {
			s.clash(t, touch{name, kind, op})
		}
	}
	return append(operands, touch{name, kind, op})
}

func (s sequencing) binary(e *syntax.BinaryExpr) []touch {
	later := s.opts.Version >= 400 // which is C++17
	switch {
	case isAssignment(e.Op):
		op := operatorAt(e.OpPos, e.Op)
		x, y := s.place(e.X), s.operand(e.Y)
		if name, _ := s.variableIn(e.X); name != "" && e.Op != syntax.Assign {
			x = append(x, touch{name, gets, op})
		}
		if later {
			return s.writes(s.join(y, x, true), e.X, sets, op)
		}
		return s.writes(s.join(x, y, false), e.X, sets, op)
	case e.Op == syntax.Comma || isLogical(e.Op):
		return s.join(s.operand(e.X), s.operand(e.Y), true)
	}
	return s.join(s.operand(e.X), s.operand(e.Y), later && (e.Op == syntax.Shl || e.Op == syntax.Shr))
}

// arguments are evaluated in any order.
func (s sequencing) arguments(list []syntax.Expr) (all []touch) {
	for _, e := range list {
		all = s.join(all, s.operand(e), false)
	}
	return all
}

// join gives what two operands do, and warns of what they do to the same variable if neither comes
// first.
func (s sequencing) join(x, y []touch, inOrder bool) []touch {
	if inOrder {
		return append(complete(x), y...)
	}
	for _, b := range y {
		for _, a := range x {
			if a.name == b.name && (a.kind != gets || b.kind != gets) {
				s.clash(a, b)
			}
		}
	}
	return append(x, y...)
}

// complete is what has been done once something follows in sequence.
func complete(all []touch) []touch {
	for i := range all {
		if all[i].kind == setting {
			all[i].kind = sets
		}
	}
	return all
}

func (s sequencing) clash(a, b touch) {
	if s.told[a.name] {
		return
	}
	s.told[a.name] = true
	what := "multiple unsequenced modifications to '"
	if a.kind == gets || b.kind == gets {
		what = "unsequenced modification and access to '"
	}
	if a.kind == gets {
		a, b = b, a
	}
	name := strings.TrimPrefix(a.name, "this->")
	s.remark(diag.Diagnostic{Code: "unsequenced", Message: what + name + "'", Span: b.at, Caret: a.at.Start})
}

func operatorAt(at diag.Pos, op syntax.Kind) diag.Span {
	return diag.Span{Start: at, End: at + diag.Pos(len(op.String()))}
}
