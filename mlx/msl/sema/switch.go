package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// switchStmt emits a switch as a Scope: a flag says that a case has matched,
// and every group of statements runs if the flag is set.
func (c *checker) switchStmt(s *syntax.SwitchStmt) {
	c.push()
	defer c.pop()
	if s.Init != nil {
		c.stmt(s.Init)
	}
	x, at := c.selector(s)
	if x.Type.T != nil && x.Type.T.Kind == TRecord {
		x = c.arithmeticOperand(x, at)
	}
	v := c.decayed(x)
	if v.bad() {
		return
	}
	if !v.Type.T.isIntegral() && v.Type.T.Kind != TEnum {
		c.report(diag.Diagnostic{Code: "switch", Message: "statement requires expression of integer type ('" + x.Type.String() + "' invalid)", Span: at, Caret: s.Span().Start})
		return
	}
	body, ok := s.Body.(*syntax.BlockStmt)
	if !ok {
		body = &syntax.BlockStmt{Range: syntax.Range(s.Body.Span()), Stmts: []syntax.Stmt{s.Body}}
	}
	if v.Type.T.Kind == TScalar {
		v = c.coerced(v, Scalar(promoted(v.Type.T.Scalar)), at)
	}
	jump := &caseJump{c: c}
	var groups []caseGroup
	if inner := innerLabels(body); inner == nil {
		groups = c.caseGroups(body)
	} else {
		for _, cs := range inner {
			groups = append(groups, caseGroup{cases: []*syntax.CaseStmt{cs}})
		}
		jump.labels = inner
	}
	c.checkJumps(body.Stmts, nil)
	matches, fallback := c.caseMatches(groups, v, at)
	b := c.b
	fr := c.fr
	brk := fr.brk
	c.push()
	c.scope.governed = true
	deadEnd := fallback >= 0 && !hasBreak(body)
	b.Scope(func(depth int) {
		fr.brk = depth
		if jump.labels != nil {
			deadEnd = false
			jump.matches, jump.running = matches, b.Temp(ir.Type{Kind: ir.Bool})
			b.Mov(jump.running, b.Bool(false))
			jump.stmts(body.Stmts)
			return
		}
		_, allKnown := knownAll(b, matches)
		if allKnown {
			if w := b.watched; w != nil && s.X != nil {
				w.known[s.X.Span()] = true
			}
			running := false
			for i, g := range groups {
				if m, _ := b.Known(matches[i]); m != 0 {
					running = true
				}
				if running {
					c.caseBody(g.stmts)
				} else {
					c.unreached(func() { c.caseBody(g.stmts) })
				}
			}
			deadEnd = deadEnd && b.dead
			return
		}
		flag := b.Temp(ir.Type{Kind: ir.Bool})
		b.Mov(flag, b.Bool(false))
		for i, g := range groups {
			b.Mov(flag, b.Op(ir.Or, ir.Bool, flag, matches[i]))
			b.If(flag, func() {
				c.caseBody(g.stmts)
				if i == len(groups)-1 {
					deadEnd = deadEnd && b.dead
				}
			}, nil)
		}
	})
	fr.brk = brk
	c.pop()
	if deadEnd && !fr.escapes && len(groups) > 0 {
		b.dead = true
	}
}

// caseMatches tells of each group whether the value of a switch leads to one of
// its labels; fallback is the group of default, or -1.
func (c *checker) caseMatches(groups []caseGroup, v Value, at diag.Span) (matches []ir.Reg, fallback int) {
	b := c.b
	seen := caseValues{kind: v.Type.T.Scalar, single: map[uint64]diag.Span{}}
	matches = make([]ir.Reg, len(groups))
	none := b.Bool(true)
	fallback, byDefault := -1, diag.Span{}
	for i, g := range groups {
		matches[i] = b.Bool(false)
		for _, cs := range g.cases {
			if cs.Value == nil {
				if fallback >= 0 {
					c.report(diag.Diagnostic{Code: "switch", Message: "multiple default labels in one switch", Span: cs.Label(),
						Notes: []diag.Note{{Message: "previous case defined here", Span: byDefault}}})
				}
				fallback, byDefault = i, cs.Label()
				continue
			}
			if match, ok := c.caseMatch(cs, v, &seen); ok {
				matches[i] = b.Op(ir.Or, ir.Bool, matches[i], match)
				none = b.Op(ir.And, ir.Bool, none, b.Op(ir.Not, ir.Bool, match))
			}
		}
	}
	if e := v.Type.T.Enum; e != nil && fallback < 0 && c.concrete() {
		c.remarkSwitch(at, e, seen)
	}
	if fallback >= 0 {
		matches[fallback] = b.Op(ir.Or, ir.Bool, matches[fallback], none)
	}
	return matches, fallback
}

// caseMatch compares the value of a switch with that of a label, or its range.
func (c *checker) caseMatch(cs *syntax.CaseStmt, v Value, seen *caseValues) (match ir.Reg, ok bool) {
	b, k := c.b, seen.kind
	low, ok := c.caseValue(cs.Value, v.Type, k)
	if !ok {
		return ir.NoReg, false
	}
	if cs.Last == nil {
		match = b.Op(ir.Eq, k, v.regs[0], b.Const(k, low))
		c.addCase(seen, cs, low, low)
		return match, true
	}
	high, ok := c.caseValue(cs.Last, v.Type, k)
	if !ok {
		return ir.NoReg, false
	}
	if lessBits(k, high, low) {
		c.remark(diag.Diagnostic{Code: "switch", Message: "empty case range specified", Span: diag.Span{Start: cs.Value.Span().Start, End: cs.Last.Span().End}})
		return ir.NoReg, false
	}
	match = b.Op(ir.And, ir.Bool, b.Op(ir.Le, k, b.Const(k, low), v.regs[0]), b.Op(ir.Le, k, v.regs[0], b.Const(k, high)))
	c.addCase(seen, cs, low, high)
	return match, true
}

// selector evaluates what a switch is over, which may be a variable that it
// declares.
func (c *checker) selector(s *syntax.SwitchStmt) (Value, diag.Span) {
	if s.XDecl == nil {
		return c.expr(s.X), s.X.Span()
	}
	return c.declared(s.XDecl), s.XDecl.Span()
}

// declared declares the variable of a condition and evaluates it.
func (c *checker) declared(d *syntax.VarDecl) Value {
	c.localVar(d)
	b := c.scope.names.get(d.Name.Ident)
	if b == nil || b.value == nil {
		return poison
	}
	return c.variable(b.value, d.Span())
}

// caseValue evaluates the value of a case as the kind that the switch is over.
func (c *checker) caseValue(e syntax.Expr, over QualType, k ir.Kind) (uint64, bool) {
	v, t, ok := c.constantFor(e, "case value is not a constant expression")
	if !ok {
		return 0, false
	}
	scoped := over.T.Enum != nil && over.T.Enum.Scoped
	if (scoped || !t.isIntegral()) && t != over.T {
		c.errorf(e.Span(), "switch", "value of type '%s' is not implicitly convertible to '%s'", t, over)
		return 0, false
	}
	return convertBits(k, t.Scalar, v), true
}

// caseValues are the values that the cases of a switch have taken.
type caseValues struct {
	kind   ir.Kind
	single map[uint64]diag.Span
	ranges []caseRange
}

type caseRange struct {
	low, high uint64
	at        diag.Span
}

// taken is where the first of the values from low to high was taken that is.
func (s *caseValues) taken(low, high uint64) (uint64, diag.Span, bool) {
	if at, dup := s.single[low]; dup {
		return low, at, true
	}
	if low != high {
		for v, at := range s.single {
			if !lessBits(s.kind, v, low) && !lessBits(s.kind, high, v) {
				return v, at, true
			}
		}
	}
	for _, r := range s.ranges {
		if !lessBits(s.kind, r.high, low) && !lessBits(s.kind, high, r.low) {
			if lessBits(s.kind, low, r.low) {
				low = r.low
			}
			return low, r.at, true
		}
	}
	return 0, diag.Span{}, false
}

// addCase takes the values from low to high for a case.
func (c *checker) addCase(s *caseValues, cs *syntax.CaseStmt, low, high uint64) {
	if v, at, dup := s.taken(low, high); dup {
		c.report(diag.Diagnostic{Code: "duplicate-case", Message: "duplicate case value '" + constantText(Scalar(s.kind), v) + "'", Span: cs.Value.Span(),
			Notes: []diag.Note{{Message: "previous case defined here", Span: at}}})
	}
	if low == high {
		s.single[low] = cs.Value.Span()
	} else {
		s.ranges = append(s.ranges, caseRange{low, high, cs.Value.Span()})
	}
}

// lessBits compares two values of an integer kind.
func lessBits(k ir.Kind, a, b uint64) bool {
	if isSigned(k) {
		return signExtend(k, a) < signExtend(k, b)
	}
	return a < b
}

func knownAll(b *Builder, regs []ir.Reg) (any, all bool) {
	all = true
	for _, r := range regs {
		if _, ok := b.Known(r); ok {
			any = true
		} else {
			all = false
		}
	}
	return any, all
}

func (c *checker) caseBody(stmts []syntax.Stmt) {
	for _, s := range stmts {
		c.stmt(s)
	}
}

// caseGroup is a run of labels and the statements up to the next one.
type caseGroup struct {
	cases []*syntax.CaseStmt
	stmts []syntax.Stmt
}

func (c *checker) caseGroups(body *syntax.BlockStmt) []caseGroup {
	groups := []caseGroup{}
	for _, s := range body.Stmts {
		cs, ok := s.(*syntax.CaseStmt)
		if !ok {
			if len(groups) == 0 {
				if _, decl := s.(*syntax.DeclStmt); !decl {
					c.unreached(func() { c.stmt(s) })
				} else {
					c.stmt(s)
				}
				continue
			}
			g := &groups[len(groups)-1]
			g.stmts = append(g.stmts, s)
			continue
		}
		g := caseGroup{}
		for {
			g.cases = append(g.cases, cs)
			next, ok := cs.Body.(*syntax.CaseStmt)
			if !ok {
				if cs.Body != nil {
					g.stmts = append(g.stmts, cs.Body)
				}
				break
			}
			cs = next
		}
		groups = append(groups, g)
	}
	return groups
}
