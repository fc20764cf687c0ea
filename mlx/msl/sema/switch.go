package sema

import (
	"slices"
	"strings"
	"unicode"

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
	ends := len(c.fr.ends)
	x, at := c.selector(s)
	if x.Type.T != nil && x.Type.T.Kind == TRecord {
		f, _ := c.soleConversion(x, func(t *Type) bool { return t.isIntegral() || t.Kind == TEnum })
		if f != nil && c.mayName(f, &x) {
			x = c.loaded(c.callNullary(f, &x, at))
		}
	}
	v := c.decayed(x)
	if s.XDecl == nil {
		c.leave(ends)
	}
	if v.bad() {
		return
	}
	if !v.Type.T.isIntegral() && v.Type.T.Kind != TEnum {
		c.report(diag.Diagnostic{Code: "switch", Message: "statement requires expression of integer type ('" + x.Type.String() + "' invalid)", Span: at, Caret: s.Span().Start})
		return
	}
	if x.Type.T == boolType() && c.concrete() {
		c.remark(diag.Diagnostic{Code: "switch-bool", Message: "switch condition has boolean value", Span: at, Caret: s.Span().Start})
	}
	c.remarkEmpty(s.Span().Start, s.Body, "switch statement")
	body, ok := s.Body.(*syntax.BlockStmt)
	if !ok {
		body = &syntax.BlockStmt{Range: syntax.Range(s.Body.Span()), Stmts: []syntax.Stmt{s.Body}}
	}
	if v.Type.T.Kind == TScalar {
		v = c.coerced(v, Scalar(promoted(v.Type.T.Scalar)), at)
	}
	inner := innerLabels(body)
	var groups []caseGroup
	if inner == nil {
		groups = c.caseGroups(body)
	} else {
		for _, cs := range inner {
			groups = append(groups, caseGroup{cases: []*syntax.CaseStmt{cs}})
		}
	}
	c.checkJumps(body.Stmts, nil)
	fallback, covers := c.caseValues(groups, v, at)
	b := c.b
	fr := c.fr
	brk := fr.brk
	c.push()
	c.scope.governed = true
	deadEnd := (fallback >= 0 || covers) && !hasBreak(body)
	b.Scope(func(depth int) {
		fr.brk = c.landing(depth)
		if inner != nil {
			deadEnd = false
			jump := &caseJump{c: c, labels: inner, matches: c.caseMatches(groups, fallback, v), running: b.Temp(ir.Type{Kind: ir.Bool})}
			b.Mov(jump.running, b.Bool(false))
			jump.stmts(body.Stmts)
			return
		}
		if _, known := b.Known(v.regs[0]); known || !slices.ContainsFunc(groups, func(g caseGroup) bool { return len(g.values) > 0 }) {
			c.knownSwitch(s, groups, c.caseMatches(groups, fallback, v))
			deadEnd = deadEnd && b.dead
			return
		}
		flag := b.Temp(ir.Type{Kind: ir.Bool})
		b.Mov(flag, b.Bool(false))
		for i, g := range groups {
			body := func() {
				c.caseBody(g.stmts)
				c.perhaps(fr.brk.ends)
				if i == len(groups)-1 {
					deadEnd = deadEnd && b.dead
				}
			}
			if i == fallback && i == len(groups)-1 {
				body() // what no earlier label took is here, and what none took out of the switch
				return
			}
			// The comparison stands where it is needed: those of all labels would live across all bodies.
			match := c.caseMatch(g.values, v)
			if i == fallback {
				match = b.Op(ir.Or, ir.Bool, match, c.noneMatches(groups[i+1:], v))
			}
			b.Mov(flag, b.Op(ir.Or, ir.Bool, flag, match))
			b.If(flag, body, nil)
		}
	})
	fr.brk = brk
	c.pop()
	switch {
	case !deadEnd || fr.escapes || len(groups) == 0:
	case fallback >= 0:
		b.dead = true
	default:
		fr.covers = s
	}
}

// knownSwitch emits what a switch over a known value runs.
func (c *checker) knownSwitch(s *syntax.SwitchStmt, groups []caseGroup, matches []ir.Reg) {
	if w := c.b.watched; w != nil && s.X != nil {
		w.known[s.X.Span()] = true
	}
	running := false
	for i, g := range groups {
		if m, _ := c.b.Known(matches[i]); m != 0 {
			running = true
		}
		if running {
			c.caseBody(g.stmts)
		} else {
			c.unreached(func() { c.caseBody(g.stmts) })
		}
	}
}

// caseValues finds the values of the labels of each group; fallback is the
// group of default, or -1, and covers tells whether every enumerator has a label.
func (c *checker) caseValues(groups []caseGroup, v Value, at diag.Span) (fallback int, covers bool) {
	seen := takenCases{over: at, kind: v.Type.T.Scalar, single: map[uint64]diag.Span{}}
	fallback, byDefault, known := -1, diag.Span{}, true
	for i := range groups {
		for _, cs := range groups[i].cases {
			if cs.Value == nil {
				if fallback >= 0 {
					c.report(diag.Diagnostic{Code: "switch", Message: "multiple default labels in one switch", Span: cs.Label(),
						Notes: []diag.Note{{Message: "previous case defined here", Span: byDefault}}})
				}
				fallback, byDefault = i, cs.Label()
			} else if r, ok := c.caseRange(cs, v, &seen); ok {
				groups[i].values = append(groups[i].values, r)
			} else {
				known = false
			}
		}
	}
	e := v.Type.T.Enum
	if e == nil || !known {
		return fallback, false
	}
	values, missing := c.unhandled(e, seen)
	if !c.concrete() {
		return fallback, len(missing) == 0
	}
	for _, g := range groups {
		for _, r := range g.values {
			if r.low == r.high && !values[r.low] {
				c.remark(diag.Diagnostic{Code: "switch", Message: "case value not in enumerated type '" + v.Type.T.String() + "'", Span: r.at})
			}
		}
	}
	if fallback < 0 {
		c.remarkSwitch(at, missing)
	}
	return fallback, len(missing) == 0
}

// caseRange evaluates the value of a label, or its range.
func (c *checker) caseRange(cs *syntax.CaseStmt, v Value, seen *takenCases) (r caseRange, ok bool) {
	r.at = cs.Value.Span()
	if r.low, ok = c.caseValue(cs.Value, v.Type, seen.kind); !ok {
		return r, false
	}
	r.high = r.low
	if cs.Last != nil {
		if r.high, ok = c.caseValue(cs.Last, v.Type, seen.kind); !ok {
			return r, false
		}
		if lessBits(seen.kind, r.high, r.low) {
			c.remark(diag.Diagnostic{Code: "switch", Message: "empty case range specified", Span: diag.Span{Start: r.at.Start, End: cs.Last.Span().End}})
			return r, false
		}
	}
	c.remarkCase(cs.Value, v.Type.T, seen.over)
	c.addCase(seen, r)
	return r, true
}

// caseMatch compares the value of a switch with those of labels.
func (c *checker) caseMatch(values []caseRange, v Value) ir.Reg {
	b, k := c.b, v.Type.T.Scalar
	any := b.Bool(false)
	for _, r := range values {
		match := ir.NoReg
		if r.low == r.high {
			match = b.Op(ir.Eq, k, v.regs[0], b.Const(k, r.low))
		} else {
			match = b.Op(ir.And, ir.Bool, b.Op(ir.Le, k, b.Const(k, r.low), v.regs[0]), b.Op(ir.Le, k, v.regs[0], b.Const(k, r.high)))
		}
		any = b.Op(ir.Or, ir.Bool, any, match)
	}
	return any
}

// noneMatches tells whether the value of a switch leads to none of the labels of groups.
func (c *checker) noneMatches(groups []caseGroup, v Value) ir.Reg {
	none := c.b.Bool(true)
	for _, g := range groups {
		none = c.b.Op(ir.And, ir.Bool, none, c.b.Op(ir.Not, ir.Bool, c.caseMatch(g.values, v)))
	}
	return none
}

// caseMatches tells of each group whether the value of a switch leads to it.
func (c *checker) caseMatches(groups []caseGroup, fallback int, v Value) []ir.Reg {
	matches := make([]ir.Reg, len(groups))
	for i, g := range groups {
		matches[i] = c.caseMatch(g.values, v)
	}
	if fallback >= 0 {
		matches[fallback] = c.b.Op(ir.Or, ir.Bool, matches[fallback], c.noneMatches(groups, v))
	}
	return matches
}

// selector evaluates what a switch is over, which may be a variable that it
// declares.
func (c *checker) selector(s *syntax.SwitchStmt) (Value, diag.Span) {
	if s.XDecl == nil {
		return c.whole(s.X), s.X.Span()
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
	low := convertBits(k, t.Scalar, v)
	if t.isIntegral() && !sameInteger(k, low, t.Scalar, v) {
		c.errorf(e.Span(), "narrowing", "case value evaluates to %s, which cannot be narrowed to type '%s'", constantText(t, v), Scalar(k))
		return 0, false
	}
	return low, true
}

// takenCases are the values that the cases of a switch have taken.
type takenCases struct {
	over   diag.Span // what the switch is over
	kind   ir.Kind
	single map[uint64]diag.Span
	ranges []caseRange
}

type caseRange struct {
	low, high uint64
	at        diag.Span
}

// taken is where the first of the values from low to high was taken that is.
func (s *takenCases) taken(low, high uint64) (uint64, diag.Span, bool) {
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

// addCase takes the values of a case.
func (c *checker) addCase(s *takenCases, r caseRange) {
	if v, at, dup := s.taken(r.low, r.high); dup {
		value := constantText(Scalar(s.kind), v)
		var message string
		if old, now := c.caseName(at, value), c.caseName(r.at, value); old != now {
			message = "duplicate case value: '" + old + "' and '" + now + "' both equal '" + value + "'"
		} else {
			message = "duplicate case value '" + now + "'"
		}
		c.report(diag.Diagnostic{Code: "duplicate-case", Message: message, Span: r.at,
			Notes: []diag.Note{{Message: "previous case defined here", Span: at}}})
	}
	if r.low == r.high {
		s.single[r.low] = r.at
	} else {
		s.ranges = append(s.ranges, r)
	}
}

// caseName is what a label names, or its value if that is written otherwise.
func (c *checker) caseName(at diag.Span, value string) string {
	name := c.prog.Sources.Written(at)
	if i := strings.LastIndex(name, "::"); i >= 0 {
		name = name[i+2:]
	}
	word := func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
	if strings.TrimFunc(name, word) != "" || name == "" || unicode.IsDigit(rune(name[0])) || name == "true" || name == "false" {
		return value
	}
	return name
}

// lessBits compares two values of an integer kind.
func lessBits(k ir.Kind, a, b uint64) bool {
	if isSigned(k) {
		return signExtend(k, a) < signExtend(k, b)
	}
	return a < b
}

func (c *checker) caseBody(stmts []syntax.Stmt) {
	for _, s := range stmts {
		c.stmt(s)
	}
}

// caseGroup is a run of labels and the statements up to the next one.
type caseGroup struct {
	cases  []*syntax.CaseStmt
	values []caseRange
	stmts  []syntax.Stmt
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
