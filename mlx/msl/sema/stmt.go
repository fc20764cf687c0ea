package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// stmt checks a statement and emits it.
func (c *checker) stmt(s syntax.Stmt) {
	if c.bag.Full() {
		return
	}
	if c.depth++; c.depth > maxDepth {
		c.tooMuch(s.Span(), "too-deep", "statements are nested too deeply: more than %d levels", maxDepth)
		c.depth--
		return
	}
	defer func() { c.depth-- }()
	c.b.pos = s.Span().Start
	switch s := s.(type) {
	case *syntax.BlockStmt:
		c.block(s)
	case *syntax.DeclStmt:
		for _, d := range s.Decls {
			writes := c.writes
			c.declare(d)
			if v, ok := d.(*syntax.VarDecl); ok && v.Init != nil {
				c.remarkUnsequenced(v.Init, writes)
			}
		}
		if len(s.Decls) > 1 {
			c.sameAuto(s.Decls)
		}
	case *syntax.ExprStmt:
		operators, ends := c.operators, len(c.fr.ends)
		c.ignored = unparenthesised(s.X)
		c.remarkUnused(s.X, c.whole(s.X), operators, false)
		c.leave(ends)
	case *syntax.IfStmt:
		c.ifStmt(s)
	case *syntax.ForStmt:
		c.forStmt(s)
	case *syntax.RangeForStmt:
		c.rangeFor(s)
	case *syntax.WhileStmt:
		c.push()
		c.loop(loopHeader{word: "while", cond: s.Cond, decl: s.CondDecl}, s.Body)
		c.pop()
	case *syntax.DoStmt:
		c.push()
		c.loop(loopHeader{word: "do", cond: s.Cond, after: true}, s.Body)
		c.pop()
	case *syntax.SwitchStmt:
		c.switchStmt(s)
	case *syntax.CaseStmt:
		c.errorf(s.Span(), "case", "'%s' statement not in switch statement", map[bool]string{true: "default", false: "case"}[s.Value == nil])
	case *syntax.BreakStmt:
		if c.fr.brk.depth == 0 {
			c.errorf(s.Span(), "break", "'break' statement not in loop or switch statement")
			return
		}
		c.fr.escapes = c.fr.escapes || c.fr.inExpr > 0
		c.end(c.fr.brk.ends, Addr{})
		c.b.BreakTo(c.fr.brk.depth)
	case *syntax.ContinueStmt:
		if c.fr.cont.depth == 0 {
			c.errorf(s.Span(), "continue", "'continue' statement not in loop statement")
			return
		}
		c.end(c.fr.cont.ends, Addr{})
		c.b.ContinueTo(c.fr.cont.depth)
	case *syntax.ReturnStmt:
		c.returnStmt(s)
	}
}

func (c *checker) block(s *syntax.BlockStmt) {
	c.push()
	c.stmts(s)
	c.pop()
}

func (c *checker) stmts(s *syntax.BlockStmt) {
	c.remarkLoops(s.Stmts)
	for _, x := range s.Stmts {
		c.stmt(x)
	}
}

func (c *checker) ifStmt(s *syntax.IfStmt) {
	if longChain(s) {
		c.ifChain(s)
		return
	}
	c.push()
	defer c.pop()
	if s.Init != nil {
		c.stmt(s.Init)
	}
	if s.Constexpr {
		v, k := c.constantValue(s.Cond)
		if len(k) != 1 && c.general {
			c.scoped(s.Then)
			if s.Else != nil {
				c.scoped(s.Else)
			}
		}
		if v.bad() {
			return
		}
		if len(k) != 1 {
			c.errorf(s.Cond.Span(), "constexpr-if", "constexpr if condition is not a constant expression")
			return
		}
		if w := c.b.watched; w != nil {
			w.known[s.Cond.Span()] = k[0] != 0
		}
		if k[0] != 0 {
			c.fr.home().partial = c.fr.home().partial || s.Else != nil
			c.scoped(s.Then)
			return
		}
		c.fr.home().partial = true
		if s.Else != nil {
			c.scoped(s.Else)
		}
		return
	}
	cond := c.ifCondition(s)
	var els func()
	if s.Else != nil {
		els = func() { c.scoped(s.Else) }
	}
	if k, ok := c.b.Known(cond); ok {
		// Both branches are checked, one is emitted.
		live, dead := s.Then, s.Else
		if k == 0 {
			live, dead = s.Else, s.Then
		}
		if dead != nil {
			c.unreached(func() { c.scoped(dead) })
		}
		if live != nil {
			c.scoped(live)
		}
		return
	}
	c.b.If(cond, func() { c.scoped(s.Then) }, els)
}

// ifCondition evaluates what decides an if.
func (c *checker) ifCondition(s *syntax.IfStmt) (cond ir.Reg) {
	c.remarkIf(s)
	if s.CondDecl != nil {
		cond = c.condition(c.declared(s.CondDecl), s.CondDecl.Span())
	} else {
		c.remarkCondition(s.Cond)
		ends := len(c.fr.ends)
		cond = c.truth(s.Cond, c.whole(s.Cond), diag.Span{Start: s.Start, End: s.Start + 2})
		c.leave(ends)
	}
	c.b.pos = s.Span().Start
	return cond
}

// maxNested is how many ifs may follow each other behind else as blocks in
// blocks, which all that reads the IR goes through again and again.
const maxNested = 64

// longChain reports an if that more follow behind else than may be nested.
func longChain(s *syntax.IfStmt) bool {
	n := 0
	for ok := true; ok && !s.Constexpr && n <= maxNested; n++ {
		s, ok = s.Else.(*syntax.IfStmt)
	}
	return n > maxNested
}

// ifChain emits ifs that follow each other behind else one after the other, in a
// scope that what is taken leaves.
func (c *checker) ifChain(s *syntax.IfStmt) {
	outer, ends, objects := c.scope, true, len(c.fr.ends)
	var els syntax.Stmt = s
	c.b.Scope(func(depth int) {
		for ok := true; ok && !s.Constexpr && !c.bag.Full(); s, ok = els.(*syntax.IfStmt) {
			if s.Init != nil || s.CondDecl != nil { // which what follows sees, too
				c.push()
				c.scope.governed = true
				c.push()
			}
			if s.Init != nil {
				c.stmt(s.Init)
			}
			then, cond := s.Then, c.ifCondition(s)
			els = s.Else
			if k, ok := c.b.Known(cond); ok && k == 0 {
				c.unreached(func() { c.scoped(then) })
				continue
			}
			c.b.If(cond, func() {
				c.scoped(then)
				ends = ends && c.b.dead
				c.end(objects, Addr{})
				c.b.BreakTo(depth)
			}, nil)
		}
		if els != nil {
			c.scoped(els)
		}
		ends = ends && c.b.dead
		c.leave(objects)
	})
	c.scope = outer
	c.b.dead = c.b.dead || ends
}

// unreached checks code that is never executed: its errors count, its
// instructions do not.
func (c *checker) unreached(f func()) {
	b := c.b
	outer, private, shared, ends := b.dead, len(b.fn.Private), len(b.fn.Threadgroup), len(c.fr.ends)
	b.dead = true
	f()
	c.fr.ends = c.fr.ends[:ends]
	b.dead = outer
	b.dropSlots(private, shared)
}

// scoped is a statement with a scope of its own that a header governs.
func (c *checker) scoped(s syntax.Stmt) {
	c.push()
	c.scope.governed = true
	if b, ok := s.(*syntax.BlockStmt); ok {
		c.stmts(b)
	} else {
		c.stmt(s)
	}
	c.pop()
}

func (c *checker) forStmt(s *syntax.ForStmt) {
	c.push()
	if s.Init != nil {
		c.stmt(s.Init)
	}
	c.loop(loopHeader{word: "for", cond: s.Cond, decl: s.CondDecl, post: s.Post}, s.Body)
	c.pop()
}

// loopHeader is what decides how often a loop runs.
type loopHeader struct {
	word  string          // that the loop begins with
	cond  syntax.Expr     // nil for always
	decl  *syntax.VarDecl // instead of cond: a variable of each turn
	post  syntax.Expr
	after bool      // cond is evaluated behind the body
	jump  *caseJump // enters the body at a label, where cond is not looked at
}

// loop emits a loop in the scope of its header. The condition is evaluated
// before the body, or after it in the continuing block.
func (c *checker) loop(h loopHeader, body syntax.Stmt) {
	fr := c.fr
	brk, cont := fr.brk, fr.cont
	at, ended := c.b.pos, false
	forever, ends := h.cond == nil && h.decl == nil, len(fr.ends)
	test := func(depth int) {
		var r ir.Reg
		switch {
		case h.decl != nil:
			r = c.condition(c.declared(h.decl), h.decl.Span())
		case h.cond != nil:
			c.remarkCondition(h.cond)
			r = c.truth(h.cond, c.whole(h.cond), diag.Span{Start: at, End: at + diag.Pos(len(h.word))})
			c.leave(ends)
		default:
			return
		}
		if k, ok := c.b.Known(r); ok && k != 0 {
			forever = true
			return
		}
		c.b.pos = at
		c.b.If(r, nil, func() {
			c.end(ends, Addr{})
			c.b.BreakTo(depth)
		})
	}
	if h.decl != nil {
		c.push()
		c.scope.governed = true
		defer c.pop()
	}
	c.b.pos = at
	c.b.Loop(func(depth int) {
		fr.brk, fr.cont = c.landing(depth), c.landing(depth)
		switch {
		case h.jump != nil && !h.after:
			c.b.If(h.jump.running, func() { test(depth) }, nil)
		case !h.after:
			test(depth)
		}
		if h.jump != nil {
			h.jump.scoped(body)
		} else {
			c.scoped(body)
		}
		ended = c.b.dead
		c.leave(ends) // the variable of this turn
	}, func(depth int) {
		fr.brk, fr.cont = brk, cont
		if h.post != nil {
			operators := c.operators
			c.remarkUnused(h.post, c.whole(h.post), operators, false)
			c.leave(ends)
		}
		if h.after {
			test(depth)
		}
	})
	fr.brk, fr.cont = brk, cont
	once := h.after && h.jump == nil && ended && !hasContinue(body) // no way leads to the condition
	if (forever || once) && !fr.escapes && !hasBreak(body) {
		c.b.dead = true
	}
}

// hasContinue reports a continue statement in a body, be it that of a loop in it.
func hasContinue(s syntax.Stmt) (found bool) {
	syntax.Inspect(s, func(n syntax.Node) {
		_, ok := n.(*syntax.ContinueStmt)
		found = found || ok
	})
	return found
}

// hasBreak reports a break statement that leaves the loop of a body.
func hasBreak(s syntax.Stmt) bool {
	switch s := s.(type) {
	case *syntax.BreakStmt:
		return true
	case *syntax.BlockStmt:
		for _, x := range s.Stmts {
			if hasBreak(x) {
				return true
			}
		}
	case *syntax.IfStmt:
		return hasBreak(s.Then) || s.Else != nil && hasBreak(s.Else)
	case *syntax.CaseStmt:
		return s.Body != nil && hasBreak(s.Body)
	}
	return false
}
