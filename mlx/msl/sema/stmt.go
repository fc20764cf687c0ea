package sema

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// stmt checks a statement and emits it.
func (c *checker) stmt(s syntax.Stmt) {
	if c.bag.Full() {
		return
	}
	if c.exprDepth++; c.exprDepth > maxExprDepth {
		c.errorf(s.Span(), "too-deep", "statements are nested too deeply")
		c.exprDepth--
		return
	}
	defer func() { c.exprDepth-- }()
	c.b.pos = s.Span().Start
	switch s := s.(type) {
	case *syntax.BlockStmt:
		c.block(s)
	case *syntax.DeclStmt:
		for _, d := range s.Decls {
			c.declare(d)
		}
	case *syntax.ExprStmt:
		c.expr(s.X)
	case *syntax.IfStmt:
		c.ifStmt(s)
	case *syntax.ForStmt:
		c.forStmt(s)
	case *syntax.RangeForStmt:
		c.rangeFor(s)
	case *syntax.WhileStmt:
		c.loop(nil, s.Cond, nil, s.Body, false)
	case *syntax.DoStmt:
		c.loop(nil, s.Cond, nil, s.Body, true)
	case *syntax.SwitchStmt:
		c.switchStmt(s)
	case *syntax.CaseStmt:
		c.errorf(s.Span(), "case", "'%s' statement not in switch statement", map[bool]string{true: "default", false: "case"}[s.Value == nil])
	case *syntax.BreakStmt:
		if c.fr.brk == 0 {
			c.errorf(s.Span(), "break", "'break' statement not in loop or switch statement")
			return
		}
		c.b.BreakTo(c.fr.brk)
	case *syntax.ContinueStmt:
		if c.fr.cont == 0 {
			c.errorf(s.Span(), "continue", "'continue' statement not in loop statement")
			return
		}
		c.b.ContinueTo(c.fr.cont)
	case *syntax.ReturnStmt:
		c.returnStmt(s)
	}
}

func (c *checker) block(s *syntax.BlockStmt) {
	pop := c.push()
	for _, x := range s.Stmts {
		c.stmt(x)
	}
	pop()
}

func (c *checker) ifStmt(s *syntax.IfStmt) {
	pop := c.push()
	defer pop()
	if s.Init != nil {
		c.stmt(s.Init)
	}
	if s.Constexpr {
		v, k := c.constantValue(s.Cond)
		if v.bad() {
			return
		}
		if len(k) != 1 {
			c.errorf(s.Cond.Span(), "constexpr-if", "constexpr if condition is not a constant expression")
			return
		}
		if k[0] != 0 {
			c.scoped(s.Then)
		} else if s.Else != nil {
			c.scoped(s.Else)
		}
		return
	}
	var cond ir.Reg
	if s.CondDecl != nil {
		c.localVar(s.CondDecl)
		b := c.scope.names[s.CondDecl.Name.Parts[0].Ident]
		if b == nil || b.value == nil {
			return
		}
		cond = c.condition(c.variable(b.value, s.CondDecl.Span()), s.CondDecl.Span())
	} else {
		cond = c.condition(c.expr(s.Cond), s.Cond.Span())
	}
	c.b.pos = s.Span().Start
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

// unreached checks code that is never executed: its errors count, its
// instructions do not.
func (c *checker) unreached(f func()) {
	b := c.b
	n, private, shared := len(b.blocks), len(b.fn.Private), len(b.fn.Threadgroup)
	b.blocks = append(b.blocks, block{dead: true})
	f()
	b.blocks = b.blocks[:n]
	b.fn.Private, b.fn.Threadgroup = b.fn.Private[:private], b.fn.Threadgroup[:shared]
}

// scoped is a statement with a scope of its own.
func (c *checker) scoped(s syntax.Stmt) {
	pop := c.push()
	c.stmt(s)
	pop()
}

func (c *checker) forStmt(s *syntax.ForStmt) {
	pop := c.push()
	if s.Init != nil {
		c.stmt(s.Init)
	}
	c.loop(s.Pragmas, s.Cond, s.Post, s.Body, false)
	pop()
}

// loop emits a loop. The condition is evaluated before the body, or after it
// in the continuing block.
func (c *checker) loop(_ []syntax.Pragma, cond, post syntax.Expr, body syntax.Stmt, after bool) {
	fr := c.fr
	brk, cont := fr.brk, fr.cont
	at := c.b.pos
	forever := cond == nil
	broke := fr.broke
	fr.broke = false
	test := func(depth int) {
		if cond == nil {
			return
		}
		r := c.condition(c.expr(cond), cond.Span())
		if k, ok := c.b.Known(r); ok && k != 0 {
			forever = true
			return
		}
		c.b.pos = at
		c.b.If(r, nil, func() { c.b.BreakTo(depth) })
		if k, ok := c.b.Known(r); ok && k == 0 {
			return
		}
	}
	c.b.pos = at
	c.b.Loop(func(depth int) {
		fr.brk, fr.cont = depth, depth
		if !after {
			test(depth)
		}
		c.scoped(body)
	}, func(depth int) {
		fr.brk, fr.cont = brk, cont
		if post != nil {
			c.expr(post)
		}
		if after {
			test(depth)
		}
	})
	fr.brk, fr.cont = brk, cont
	if forever && !hasBreak(body) {
		c.b.blocks[len(c.b.blocks)-1].dead = true
	}
	fr.broke = broke
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

// rangeFor is for (decl : array).
func (c *checker) rangeFor(s *syntax.RangeForStmt) {
	x := c.expr(s.X)
	if x.bad() {
		return
	}
	if x.Type.T.Kind != TArray {
		c.errorf(s.X.Span(), "range-for", "invalid range expression of type '%s'; only arrays are supported", x.Type)
		return
	}
	n := x.Type.T.N
	slot := c.b.Slot("", ir.Thread, 8, 8, c.b.pos)
	idx := lvalue(Of(longType()), slot)
	c.store(idx, rvalue(longType(), c.b.Int(ir.I64, 0)))
	fr := c.fr
	brk, cont := fr.brk, fr.cont
	c.b.Loop(func(depth int) {
		fr.brk, fr.cont = depth, depth
		i := c.load(idx)
		c.b.If(c.b.Op(ir.Lt, ir.I64, i.regs[0], c.b.Int(ir.I64, int64(n))), nil, func() { c.b.BreakTo(depth) })
		pop := c.push()
		c.localFrom(s.Var, c.subscript(x, i, s.X.Span(), s.X.Span()))
		c.stmt(s.Body)
		pop()
	}, func(int) {
		i := c.load(idx)
		c.store(idx, rvalue(longType(), c.b.Op(ir.Add, ir.I64, i.regs[0], c.b.Int(ir.I64, 1))))
	})
	fr.brk, fr.cont = brk, cont
}

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
		c.errorf(s.X.Span(), "switch", "statement requires expression of integer type ('%s' invalid)", x.Type)
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
	fallback := -1
	for i, g := range groups {
		matches[i] = b.Bool(false)
		for _, cs := range g.cases {
			if cs.Value == nil {
				if fallback >= 0 {
					c.errorf(cs.Span(), "switch", "multiple default labels in one switch")
				}
				fallback = i
				continue
			}
			kv, kt, ok := c.constant(cs.Value)
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
	if fallback >= 0 {
		matches[fallback] = b.Op(ir.Or, ir.Bool, matches[fallback], none)
	}
	fr := c.fr
	brk := fr.brk
	pop := c.push()
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
	pop()
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

func (c *checker) returnStmt(s *syntax.ReturnStmt) {
	fr := c.fr
	if fr.fn == nil {
		c.errorf(s.Span(), "return", "'return' outside of a function")
		return
	}
	var v Value
	if s.X != nil {
		if l, ok := s.X.(*syntax.InitList); ok {
			v = Value{Type: Of(initListType), list: &initList{node: l}}
		} else {
			v = c.expr(s.X)
		}
	} else {
		v = void()
	}
	if v.bad() {
		if fr.deduce {
			fr.result, fr.deduce = Of(errorType), false
		}
		if fr.inline != nil {
			c.b.BreakTo(fr.inline.depth)
		} else {
			c.b.Emit(ir.Instr{Op: ir.Unreachable, Dst: ir.NoReg})
		}
		return
	}
	if fr.deduce {
		c.deduceReturn(v, s)
	}
	t := fr.result.T
	if t.isError() {
		return
	}
	c.b.pos = s.Span().Start
	switch {
	case t == voidType:
		if s.X != nil && v.Type.T != voidType {
			c.errorf(s.X.Span(), "return", "void function '%s' should not return a value", fr.fn.Name)
			return
		}
		if fr.inline != nil {
			c.b.BreakTo(fr.inline.depth)
			return
		}
		c.b.Emit(ir.Instr{Op: ir.Return, Dst: ir.NoReg})
		return
	case s.X == nil:
		c.errorf(s.Span(), "return", "non-void function '%s' should return a value", fr.fn.Name)
		return
	}
	out := c.convert(v, fr.result.unqual(), s.X.Span(), forReturn)
	if out.bad() {
		return
	}
	if fr.inline != nil {
		c.returnInline(t, out)
		return
	}
	ret := ir.Instr{Op: ir.Return, Dst: ir.NoReg}
	switch {
	case t.isRef():
		ret.Args = []ir.Reg{c.b.Pointer(c.materialise(out).addr)}
	case t.inRegisters():
		ret.Args = c.load(out).regs
	default:
		c.copyMem(fr.sret, out.addr, t.size())
	}
	c.b.pos = s.Span().Start
	c.b.Emit(ret)
}

// returnInline leaves the result of a body that is emitted into its caller.
func (c *checker) returnInline(t *Type, v Value) {
	in := c.fr.inline
	if !in.made {
		in.made = true
		in.slot = c.b.Slot("", ir.Thread, t.size(), t.align(), c.b.pos)
	}
	switch {
	case t.isRef():
		c.b.Store(ir.Ptr, in.slot, []ir.Reg{c.b.Pointer(c.materialise(v).addr)}, 0)
	default:
		c.store(lvalue(Of(t), in.slot), c.load(v))
	}
	c.b.BreakTo(in.depth)
}

// deduceReturn sets the result of a function declared auto.
func (c *checker) deduceReturn(v Value, s *syntax.ReturnStmt) {
	fr := c.fr
	fr.deduce = false
	if v.list != nil {
		c.errorf(s.Span(), "auto-result", "cannot deduce return type from initializer list")
		fr.result = Of(errorType)
		return
	}
	want := fr.result.T
	switch {
	case want.isRef():
		fr.result = Of(c.refTo(v.Type))
	default:
		d := v
		if v.Type.T.Kind == TArray {
			d = c.decay(v)
		}
		fr.result = d.Type.unqual()
	}
}

// localVar declares a variable in a function.
func (c *checker) localVar(d *syntax.VarDecl) {
	name := d.Name.Parts[0].Ident
	v := &Variable{Name: name, pos: d.NamePos.Span()}
	t := c.typeOf(d.Type)
	v.Type = t
	define := func() {
		b := c.scope.bind(name)
		if b.value != nil && c.scope.kind == blockScope {
			c.report(diag.Diagnostic{Code: "redefinition", Message: "redefinition of '" + name + "'", Span: v.pos,
				Notes: []diag.Note{{Message: "previous definition is here", Span: b.value.pos}}})
		}
		b.value = v
		b.typ, b.funcs, b.ftmpls, b.tmpl, b.fams = nil, nil, nil, nil, nil
	}
	if t.T.isError() {
		define()
		c.checkInit(d)
		return
	}
	for _, a := range d.Attrs {
		c.attribute(a, localAttr)
	}
	if t.T.Kind == TArray && t.T.N < 0 {
		t = c.sizedByInit(t, d)
		v.Type = t
		if t.T.isError() {
			define()
			return
		}
	}
	space := t.Space
	if t.T.isRef() {
		space = ir.NoSpace
	}
	if d.Specs&syntax.Static != 0 && space != ir.Constant && space != ir.Threadgroup {
		c.errorf(v.pos, "static-local", "static local variable must reside in constant address space")
		space, v.Type.Space = ir.Constant, ir.Constant
		t = v.Type
	}
	switch {
	case space == ir.Device:
		c.errorf(v.pos, "variable-space", "automatic variable qualified with an invalid address space")
		v.Type = Of(errorType)
		define()
		return
	case space == ir.Constant && t.T.Kind != TPointer:
		v.global = &globalVar{decl: d, scope: c.scope, state: inProgress}
		v.Type.Q |= Const
		define()
		if d.Init == nil {
			c.errorf(v.pos, "const-init", "default initialization of an object of const type '%s'", v.Type)
			v.Type = Of(errorType)
		} else {
			c.evaluateInto(v, d, true)
		}
		v.global.state = done
		return
	case space == ir.Threadgroup:
		define()
		c.threadgroupVar(v, d)
		return
	}
	c.automatic(v, t, d, define)
}

// checkInit looks for further errors in an initialiser whose variable has no
// valid type.
func (c *checker) checkInit(d *syntax.VarDecl) {
	if d.Init == nil {
		return
	}
	switch x := d.Init.(type) {
	case *syntax.InitList, *syntax.ParenList:
		_ = x
	default:
		c.expr(d.Init)
	}
}

// sizedByInit gives an array of unknown bound the length of its initialiser.
func (c *checker) sizedByInit(t QualType, d *syntax.VarDecl) QualType {
	switch x := d.Init.(type) {
	case *syntax.InitList:
		n := 0
		most := 0
		for _, it := range c.listItems(x) {
			if it.Index != nil {
				if k, _, ok := c.constant(it.Index); ok {
					n = int(k)
				}
			}
			n++
			most = max(most, n)
		}
		if el := t.T.Elem.T; el.Kind == TArray && len(x.Items) > 0 {
			if _, nested := x.Items[0].X.(*syntax.InitList); !nested {
				most = (most + el.N - 1) / max(el.N, 1)
			}
		}
		return QualType{T: c.arrayOf(t.T.Elem, most), Q: t.Q, Space: t.Space}
	case *syntax.StringLit:
		return QualType{T: c.arrayOf(t.T.Elem, len(x.Value)+1), Q: t.Q, Space: t.Space}
	}
	c.errorf(d.NamePos.Span(), "array-size", "definition of variable with array type needs an explicit size or an initializer")
	return Of(errorType)
}

// threadgroupVar makes a variable of the threadgroup.
func (c *checker) threadgroupVar(v *Variable, d *syntax.VarDecl) {
	t := v.Type
	if d.Init != nil && !zeroList(d.Init) {
		c.errorf(v.pos, "threadgroup-init", "variable in threadgroup address space cannot have an initializer")
	}
	if t.T.Kind == TRecord && !c.complete(t.T.Record, v.pos) || t.T == autoType {
		v.Type = Of(errorType)
		return
	}
	v.bound = true
	v.val = lvalue(t, c.b.Slot(v.Name, ir.Threadgroup, t.T.size(), max(t.T.align(), c.declAlign(d)), v.pos.Start))
	if d.Init != nil {
		c.zeroMem(v.val.addr, t.T.size())
	}
	if c.fr.fn != nil && c.fr.fn.decl.Specs&syntax.Kernel == 0 && c.trap == nil && c.fr.fn.lambda == nil && c.fr.inline == nil && !c.scope.inTemplate() {
		c.errorf(v.pos, "threadgroup-variable", "variables in the threadgroup address space can only be declared in a kernel function")
	}
}

// zeroList reports {} and {0}, which variables of the threadgroup may have.
func zeroList(e syntax.Expr) bool {
	l, ok := e.(*syntax.InitList)
	if !ok {
		return false
	}
	for _, it := range l.Items {
		switch x := it.X.(type) {
		case *syntax.IntLit:
			if x.Value != 0 {
				return false
			}
		case *syntax.FloatLit:
			if x.Value != 0 {
				return false
			}
		default:
			if !zeroList(it.X) {
				return false
			}
		}
	}
	return true
}

func (c *checker) declAlign(d *syntax.VarDecl) int {
	n := 1
	for _, a := range d.Attrs {
		if name := strings.Trim(a.Name, "_"); name == "aligned" || name == "alignas" {
			n = max(n, c.alignment(a))
		}
	}
	return n
}
