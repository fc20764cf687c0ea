package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// switchStmt emits a switch as a Scope: a flag says that a case has matched,
// and every group of statements runs if the flag is set.
func (c *checker) switchStmt(s *syntax.SwitchStmt) {
	x := c.expr(s.X)
	if x.Type.T != nil && x.Type.T.Kind == TRecord {
		x = c.arithmeticOperand(x, s.X.Span())
	}
	v := c.decay(x)
	if v.bad() {
		return
	}
	if !v.Type.T.isIntegral() && v.Type.T.Kind != TEnum {
		c.report(diag.Diagnostic{Code: "switch", Message: "statement requires expression of integer type ('" + x.Type.String() + "' invalid)", Span: s.X.Span(), Caret: s.Span().Start})
		return
	}
	body, ok := s.Body.(*syntax.BlockStmt)
	if !ok {
		body = &syntax.BlockStmt{Range: syntax.Range(s.Body.Span()), Stmts: []syntax.Stmt{s.Body}}
	}
	if v.Type.T.Kind == TScalar {
		v = c.castTo(v, Scalar(promoted(v.Type.T.Scalar)), s.X.Span())
	}
	groups := c.caseGroups(body)
	if groups == nil {
		return
	}
	k := v.Type.T.Scalar
	b := c.b
	seen := map[uint64]diag.Span{}
	matches := make([]ir.Reg, len(groups))
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
			kv, kt, ok := c.constantFor(cs.Value, "case value is not a constant expression")
			if !ok {
				continue
			}
			if !kt.isIntegral() && kt != v.Type.T {
				c.errorf(cs.Value.Span(), "switch", "value of type '%s' is not implicitly convertible to '%s'", kt, v.Type)
				continue
			}
			kv = convertBits(k, kt.Scalar, kv)
			if at, dup := seen[kv]; dup {
				c.report(diag.Diagnostic{Code: "duplicate-case", Message: "duplicate case value '" + constantText(Scalar(k), kv) + "'", Span: cs.Value.Span(),
					Notes: []diag.Note{{Message: "previous case defined here", Span: at}}})
			}
			seen[kv] = cs.Value.Span()
			eq := b.Op(ir.Eq, k, v.regs[0], b.Const(k, kv))
			matches[i] = b.Op(ir.Or, ir.Bool, matches[i], eq)
			none = b.Op(ir.And, ir.Bool, none, b.Op(ir.Not, ir.Bool, eq))
		}
	}
	if e := v.Type.T.Enum; e != nil && fallback < 0 && c.concrete() {
		c.remarkSwitch(s, e, seen, k)
	}
	if fallback >= 0 {
		matches[fallback] = b.Op(ir.Or, ir.Bool, matches[fallback], none)
	}
	fr := c.fr
	brk := fr.brk
	c.push()
	deadEnd := fallback >= 0 && !hasBreak(body)
	b.Scope(func(depth int) {
		fr.brk = depth
		_, allKnown := knownAll(b, matches)
		if allKnown {
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
			deadEnd = deadEnd && b.dead()
			return
		}
		flag := b.Temp(ir.Type{Kind: ir.Bool})
		b.Mov(flag, b.Bool(false))
		for i, g := range groups {
			b.Mov(flag, b.Op(ir.Or, ir.Bool, flag, matches[i]))
			b.If(flag, func() {
				c.caseBody(g.stmts)
				if i == len(groups)-1 {
					deadEnd = deadEnd && b.dead()
				}
			}, nil)
		}
	})
	fr.brk = brk
	c.pop()
	if deadEnd && len(groups) > 0 {
		b.blocks[len(b.blocks)-1].dead = true
	}
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
