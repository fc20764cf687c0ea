package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// expr checks an expression and emits its evaluation.
func (c *checker) expr(e syntax.Expr) Value {
	if c.exprDepth++; c.exprDepth > maxExprDepth {
		c.exprDepth--
		return c.errorf(e.Span(), "too-deep", "expression is nested too deeply")
	}
	saved := c.b.pos
	c.b.pos = e.Span().Start
	v := c.exprIn(e)
	if v.mem {
		v.at = e.Span().Start
	}
	c.b.pos = saved
	c.exprDepth--
	return v
}

func (c *checker) exprIn(e syntax.Expr) Value {
	switch e := e.(type) {
	case *syntax.IdentExpr:
		return c.ident(e)
	case *syntax.IntLit:
		return c.intLit(e)
	case *syntax.FloatLit:
		k := ir.F32
		switch e.Suffix {
		case "h":
			k = ir.F16
		case "bf":
			k = ir.BF16
		case "l":
			return c.errorf(e.Span(), "no-double", "'long double' is not supported in Metal")
		}
		return rvalue(Scalar(k), c.b.Float(k, e.Value))
	case *syntax.CharLit:
		return rvalue(Scalar(ir.I8), c.b.Int(ir.I8, e.Value))
	case *syntax.StringLit:
		return Value{Type: Of(stringType), str: e.Value}
	case *syntax.BoolLit:
		return rvalue(boolType(), c.b.Bool(e.Value))
	case *syntax.NullptrLit:
		return rvalue(nullptrType, c.b.Null(ir.Thread))
	case *syntax.ThisExpr:
		if !c.fr.hasThis {
			return c.errorf(e.Span(), "this", "invalid use of 'this' outside of a non-static member function")
		}
		return rvalue(c.pointerTo(c.fr.this.Type), c.b.Pointer(c.fr.this.addr))
	case *syntax.ParenExpr:
		v := c.expr(e.X)
		v.lit0 = false
		return v
	case *syntax.UnaryExpr:
		return c.unary(e)
	case *syntax.PostfixExpr:
		return c.increment(e.X, e.Op, e, true)
	case *syntax.BinaryExpr:
		return c.binary(e)
	case *syntax.CondExpr:
		return c.conditional(e)
	case *syntax.CallExpr:
		return c.call(e)
	case *syntax.ConstructExpr:
		return c.constructExpr(e)
	case *syntax.CastExpr:
		return c.cast(e)
	case *syntax.IndexExpr:
		return c.index1(e)
	case *syntax.MemberExpr:
		return c.memberExpr(e)
	case *syntax.SizeofExpr:
		return c.sizeof(e)
	case *syntax.InitList:
		return Value{Type: Of(initListType), list: &initList{node: e}}
	case *syntax.LambdaExpr:
		return c.lambdaExpr(e)
	case *syntax.FoldExpr:
		return c.foldExpr(e)
	case *syntax.PackExpr:
		return c.errorf(e.Span(), "unexpanded-pack", "pack expansion does not stand in a list")
	case *syntax.TraitExpr:
		return c.traitExpr(e)
	case *packElem:
		return c.packElement(e)
	}
	return c.errorf(e.Span(), "expression", "expected expression")
}

func (c *checker) intLit(e *syntax.IntLit) Value {
	k := ir.I32
	unsigned := false
	long := false
	for _, r := range e.Suffix {
		unsigned = unsigned || r == 'u'
		long = long || r == 'l'
	}
	switch {
	case unsigned && (long || e.Value > 1<<32-1):
		k = ir.U64
	case unsigned:
		k = ir.U32
	case long && (e.Value <= 1<<63-1 || !e.Hex):
		k = ir.I64
	case long:
		k = ir.U64
	case e.Value <= 1<<31-1:
	case e.Hex && e.Value <= 1<<32-1:
		k = ir.U32
	case e.Value <= 1<<63-1:
		k = ir.I64
	default:
		k = ir.U64
	}
	v := rvalue(Scalar(k), c.b.Const(k, e.Value))
	v.lit0 = e.Value == 0
	return v
}

// ident evaluates a name.
func (c *checker) ident(e *syntax.IdentExpr) Value {
	f := c.find(e.Name)
	if !f.ok {
		return poison
	}
	if f.binding == nil {
		if f.part.Ident == "" {
			return poison
		}
		return c.undeclared(e.Span(), f.part.Ident)
	}
	return c.named(f, e.Span(), len(e.Name.Parts) > 1 || e.Name.Global)
}

// named evaluates what a lookup found as an expression.
func (c *checker) named(f found, at diag.Span, qualified bool) Value {
	switch {
	case f.value != nil:
		return c.variable(f.value, at)
	case f.pack != nil:
		if f.pack.vars != nil {
			return c.packVar(f.pack, at)
		}
		a, ok := c.packArg(f.pack, at)
		if !ok {
			return poison
		}
		switch a.Kind {
		case valueArg:
			return c.constantsOf(a.Type.T, []uint64{a.Bits})
		case funcArg:
			return Value{Type: Of(overloadType), set: &overloads{name: a.Fn.Name, funcs: []*Function{a.Fn}}}
		}
	case f.tmpl != nil && f.tmpl.kind == varTemplate && f.part.HasArgs:
		v := c.variableTemplate(f.tmpl, c.templateArgs(f.part.Args), at)
		if v == nil {
			return poison
		}
		return c.variable(v, at)
	case f.field && f.typ == nil && len(f.funcs)+len(f.ftmpls) == 0:
		// A data member of the object at hand.
		if r := c.scope.enclosingRecord(); c.fr.hasThis && (f.rec != nil || r != nil) {
			return c.member(c.fr.this, f.part.Ident, at)
		}
		if c.unevaluated > 0 && f.rec != nil {
			return c.member(lvalue(Of(f.rec.Type), Addr{Space: ir.Thread}), f.part.Ident, at)
		}
		return c.errorf(at, "member", "invalid use of non-static data member '%s'", f.part.Ident)
	}
	if len(f.funcs)+len(f.ftmpls)+len(f.fams) > 0 {
		set := &overloads{name: f.part.Ident, funcs: f.funcs, tmpls: f.ftmpls, fams: f.fams, hasArg: f.part.HasArgs, part: f.part, qual: qualified}
		if set.hasArg {
			set.args = c.templateArgs(f.part.Args)
		}
		if c.fr != nil && c.fr.hasThis {
			set.this = &c.fr.this
		}
		return Value{Type: Of(overloadType), set: set}
	}
	if f.field && c.fr.hasThis {
		return c.member(c.fr.this, f.part.Ident, at)
	}
	if f.typ != nil || f.tmpl != nil {
		return c.errorf(at, "unexpected-type", "unexpected type name '%s': expected expression", f.part.Ident)
	}
	return c.errorf(at, "unexpected-name", "unexpected name '%s': expected expression", f.part.Ident)
}

func (c *checker) packVar(p *pack, at diag.Span) Value {
	x := c.expand
	if x == nil {
		return c.errorf(at, "unexpanded-pack", "expression contains unexpanded parameter pack")
	}
	if x.length < 0 {
		x.length = len(p.vars)
	}
	if x.index >= len(p.vars) {
		x.bad = true
		c.failQuietly(at)
		return poison
	}
	return c.variable(p.vars[x.index], at)
}

// variable evaluates a variable: a constant, or an lvalue.
func (c *checker) variable(v *Variable, at diag.Span) Value {
	if g := v.global; g != nil {
		c.globalValue(v, at)
		if v.Type.T.isError() {
			return poison
		}
		if g.again {
			return c.reevaluate(v)
		}
		if g.fconst > 0 && v.konst == nil {
			fc := c.prog.FuncConst[g.fconst-1]
			r := c.b.Run(ir.Type{Kind: fc.Kind}, fc.N)
			c.b.Emit(ir.Instr{Op: ir.FuncConst, Kind: fc.Kind, N: uint8(fc.N), Dst: r, Imm: uint64(g.fconst - 1)})
			return rvalue(v.Type.T, runOf(r, fc.N)...)
		}
	}
	if v.Type.T == nil || v.Type.T.isError() {
		return poison
	}
	if v.Type.T == autoType && !v.bound {
		return c.errorf(at, "self-reference", "variable '%s' declared with deduced type 'auto' cannot appear in its own initializer", v.Name)
	}
	if v.prvalue {
		return c.constantsOf(v.Type.T, v.konst)
	}
	out := v.val
	if v.data > 0 && out.addr.owner != c.b {
		out.addr = Addr{Base: baseConst, Index: v.data - 1, Space: ir.Thread}
	}
	out.refVar = v.ref
	out.konst = v.konst
	if !v.bound {
		out = lvalue(v.Type, Addr{Space: v.Type.Space})
		if out.addr.Space == ir.NoSpace {
			out.addr.Space, out.Type.Space = ir.Thread, ir.Thread
		}
		out.konst = v.konst
		out.refVar = v.ref
	}
	return out
}

// memberExpr evaluates x.name and x->name.
func (c *checker) memberExpr(e *syntax.MemberExpr) Value {
	x := c.expr(e.X)
	if x.bad() {
		return poison
	}
	if e.Arrow {
		x = c.arrow(x, e)
		if x.bad() {
			return poison
		}
	} else if x.Type.T.isPtr() {
		op := e.Name.Span().Start
		return c.report(diag.Diagnostic{Code: "member-of-pointer", Message: "member reference type '" + x.Type.String() + "' is a pointer; did you mean to use '->'?", Span: e.Span(),
			Caret: op, Fixes: []diag.Fix{{Span: diag.Span{Start: op - 1, End: op}, Text: "->"}}})
	}
	last := &e.Name.Parts[len(e.Name.Parts)-1]
	return c.memberNamed(x, e.Name, last)
}

// arrow dereferences the left side of ->.
func (c *checker) arrow(x Value, e *syntax.MemberExpr) Value {
	p := c.decay(x)
	if p.Type.T.isPtr() {
		return c.deref(p)
	}
	if x.Type.T.Kind == TRecord {
		if set := c.memberFunctions(x, "operator->"); set != nil {
			if cand := c.resolve(set, nil, e.Span()); cand != nil {
				return c.deref(c.load(c.callFunction(cand.fn, &x, nil, e.Span())))
			}
			return poison
		}
	}
	return c.errorf(e.Span(), "arrow", "member reference type '%s' is not a pointer; did you mean to use '.'?", x.Type)
}

func (c *checker) deref(p Value) Value {
	el := p.Type.T.Elem
	return lvalue(el, regAddr(p.regs[0], el.Space))
}

// memberNamed finds a member of an object by a written name.
func (c *checker) memberNamed(x Value, n *syntax.Name, last *syntax.NamePart) Value {
	t := x.Type.T
	at := last.Span()
	switch t.Kind {
	case TVector, TPacked:
		return c.swizzle(x, last.Ident, at)
	case TSimdMatrix:
		if last.Ident == "thread_elements" {
			return Value{Type: Of(overloadType), set: &overloads{name: last.Ident, this: &x}}
		}
	case TRecord:
		if !c.complete(t.Record, at) {
			return poison
		}
		if len(n.Parts) > 1 {
			if _, rec, ok := c.qualifier(n, len(n.Parts)-1); !ok {
				return poison
			} else if rec != nil && t.Record.derivesFrom(rec.Type) {
				x = c.toBase(x, QualType{T: rec.Type, Q: x.Type.Q})
			}
		}
		if last.Conversion != nil {
			return c.conversionMember(x, last)
		}
		b := c.within(x.Type.T.Record.Scope, last.Ident)
		if b == nil {
			if t.Record.broken {
				return poison
			}
			break
		}
		if b.field || x.Type.T.Record.path(last.Ident) != nil {
			return c.member(x, last.Ident, at)
		}
		if b.value != nil {
			return c.variable(b.value, at)
		}
		f := found{binding: b, part: last, ok: true, rec: t.Record}
		if len(b.funcs)+len(b.ftmpls) > 0 {
			set := &overloads{name: last.Ident, funcs: b.funcs, tmpls: b.ftmpls, hasArg: last.HasArgs, part: last, this: &x}
			if set.hasArg {
				set.args = c.templateArgs(last.Args)
			}
			return Value{Type: Of(overloadType), set: set}
		}
		return c.named(f, at, true)
	case TError, TOverload:
		if t.Kind == TOverload {
			return c.errorf(at, "member", "reference to overloaded function could not be resolved; did you mean to call it?")
		}
		return poison
	default:
		return c.errorf(at, "member", "member reference base type '%s' is not a structure or union", QualType{T: t})
	}
	d := diag.Diagnostic{Code: "no-member", Message: "no member named '" + last.Ident + "' in '" + t.String() + "'", Span: at}
	if t.Record != nil {
		best, limit := "", (len(last.Ident)+2)/3
		for i := range t.Record.Fields {
			fn := t.Record.Fields[i].Name
			if dist := editDistance(last.Ident, fn, limit); dist <= limit && fn != "" && (best == "" || dist < limit) {
				best, limit = fn, dist
			}
		}
		if best != "" && len(last.Ident) > 2 {
			d.Message += "; did you mean '" + best + "'?"
			d.Fixes = []diag.Fix{{Span: at, Text: best}}
		}
	}
	return c.report(d)
}

// conversionMember is x.operator T.
func (c *checker) conversionMember(x Value, part *syntax.NamePart) Value {
	t := c.typeOf(part.Conversion)
	if t.T.isError() {
		return poison
	}
	f, _ := c.conversionFunction(x, t, true)
	if f == nil {
		return c.errorf(part.Span(), "no-member", "no member named 'operator %s' in '%s'", t, x.Type.T)
	}
	return Value{Type: Of(overloadType), set: &overloads{name: f.Name, funcs: []*Function{f}, this: &x}}
}

// member is a data member of an object, by name.
func (c *checker) member(x Value, name string, at diag.Span) Value {
	r := x.Type.T.Record
	path := r.path(name)
	if path == nil {
		for _, b := range r.Bases {
			if b.Record.path(name) != nil {
				return c.member(c.toBase(x, QualType{T: b, Q: x.Type.Q}), name, at)
			}
		}
		return c.errorf(at, "no-member", "no member named '%s' in '%s'", name, r.Name)
	}
	if !x.mem {
		return poison
	}
	out := x
	for _, f := range path {
		q := out.Type.Q
		if f.mutable() {
			q &^= Const
		}
		t := f.Type
		t.Q |= q
		addr := out.addr.plus(f.Offset)
		if t.T.isRef() {
			p := c.b.Load(t.T.regType(), 1, addr, 0)
			out = lvalue(t.T.Elem, regAddr(p[0], t.T.Elem.Space))
			out.refVar = true
			continue
		}
		cat := out.Cat
		out = lvalue(t, addr)
		out.Cat = cat
		if x.Cat == PRValue {
			out.Cat = XValue
		}
		if f.Bits > 0 {
			out.bits = &bitfield{f.BitOff, f.Bits}
		}
	}
	return out
}

// swizzle selects components of a vector.
func (c *checker) swizzle(x Value, name string, at diag.Span) Value {
	t := x.Type.T
	set := -1
	comps := make([]uint8, 0, 4)
	for i := range len(name) {
		k := -1
		for j, s := range []string{"xyzw", "rgba"} {
			for l := range 4 {
				if s[l] == name[i] {
					k = l
					if set >= 0 && set != j {
						return c.errorf(at, "swizzle", "illegal vector component name '%s'", name)
					}
					set = j
				}
			}
		}
		if k < 0 || len(name) > 4 {
			return c.errorf(at, "swizzle", "illegal vector component name '%s'", name)
		}
		if k >= t.N {
			return c.errorf(at, "swizzle", "vector component access exceeds type '%s'", t)
		}
		comps = append(comps, uint8(k))
	}
	res := Vector(t.Scalar, len(comps))
	if x.konst != nil {
		x = c.constantsOf(t, x.konst)
	}
	if !x.mem {
		out := Value{Type: Of(res)}
		for _, k := range comps {
			out.regs = append(out.regs, x.regs[k])
		}
		return out
	}
	q := QualType{T: res, Q: x.Type.Q, Space: x.Type.Space}
	if x.swz != nil {
		for i, k := range comps {
			comps[i] = x.swz[k]
		}
		t = x.vec
	}
	if len(comps) == 1 {
		out := lvalue(q, x.addr.plus(int(comps[0])*kindSize(t.Scalar)))
		out.Cat = x.Cat
		return out
	}
	out := Value{Type: q, Cat: x.Cat, addr: x.addr, mem: true, swz: comps, vec: t}
	return out
}

// index1 evaluates x[i].
func (c *checker) index1(e *syntax.IndexExpr) Value {
	x := c.expr(e.X)
	i := c.expr(e.Index)
	if x.bad() || i.bad() {
		return poison
	}
	if x.Type.T.Kind == TRecord || i.Type.T.Kind == TRecord && !x.Type.T.isVec() && x.Type.T.Kind != TArray && x.Type.T.Kind != TPointer {
		return c.operatorCall("[]", e.Span(), e.Span().Start, x, &i, e.X.Span(), e.Index.Span())
	}
	return c.subscript(x, i, e.Span(), e.Index.Span())
}

func (c *checker) subscript(x, i Value, at, iat diag.Span) Value {
	if i.Type.T.Kind == TRecord {
		i = c.arithmeticOperand(i, iat)
	}
	idx := c.decay(i)
	if idx.bad() {
		return poison
	}
	t := x.Type.T
	if t.Kind != TArray && t.Kind != TPointer && (idx.Type.T.Kind == TPointer || i.Type.T.Kind == TArray) {
		return c.subscript(i, x, at, iat) // 2[p]
	}
	if !idx.Type.T.isIntegral() {
		return c.errorf(iat, "subscript", "array subscript is not an integer")
	}
	known, isKnown := c.b.Known(idx.regs[0])
	n := signExtend(idx.Type.T.Scalar, known)
	wide := func() ir.Reg { return c.b.Convert(ir.I64, idx.Type.T.Scalar, idx.regs[0]) }
	switch t.Kind {
	case TArray:
		el := t.Elem
		el.Q |= x.Type.Q
		if isKnown && t.N >= 0 && (n < 0 || n >= int64(t.N)) && c.trap == nil && c.unevaluated == 0 {
			c.warnf(iat, "array-bounds", "array index %d is outside of the array's %d elements", n, t.N)
		}
		out := lvalue(el, c.offset(x.addr, el.T.size(), n, isKnown, wide))
		out.Cat = x.Cat
		if x.Cat == PRValue {
			out.Cat = XValue
		}
		return out
	case TPointer:
		p := c.load(x)
		el := t.Elem
		if el.T == voidType || el.T.Kind == TFunc {
			return c.errorf(at, "subscript", "subscript of pointer to incomplete type '%s'", el)
		}
		if el.T.Kind == TRecord && !c.complete(el.T.Record, at) {
			return poison
		}
		return lvalue(el, c.offset(regAddr(p.regs[0], el.Space), el.T.size(), n, isKnown, wide))
	case TVector, TPacked:
		if isKnown && (n < 0 || n >= int64(t.N)) {
			return c.errorf(iat, "subscript", "vector component access exceeds type '%s'", t)
		}
		el := Scalar(t.Scalar)
		if x.mem && x.swz == nil && x.konst == nil {
			q := QualType{T: el, Q: x.Type.Q, Space: x.Type.Space}
			out := lvalue(q, c.offset(x.addr, kindSize(t.Scalar), n, isKnown, wide))
			out.Cat = x.Cat
			return out
		}
		v := c.load(x)
		if x.konst != nil {
			v = c.constantsOf(t, x.konst)
		}
		return rvalue(el, c.pick(v.regs, el.regType(), idx, n, isKnown))
	case TMatrix:
		if isKnown && (n < 0 || n >= int64(t.N)) {
			return c.errorf(iat, "subscript", "matrix column access exceeds type '%s'", t)
		}
		col := Vector(t.Scalar, t.M)
		if x.mem {
			q := QualType{T: col, Q: x.Type.Q, Space: x.Type.Space}
			out := lvalue(q, c.offset(x.addr, col.size(), n, isKnown, wide))
			out.Cat = x.Cat
			return out
		}
		out := Value{Type: Of(col)}
		for r := range t.M {
			var column []ir.Reg
			for k := range t.N {
				column = append(column, x.regs[k*t.M+r])
			}
			out.regs = append(out.regs, c.pick(column, col.regType(), idx, n, isKnown))
		}
		return out
	}
	return c.errorf(at, "subscript", "subscripted value is not an array, pointer, or vector")
}

// pick selects one of several registers by an index.
func (c *checker) pick(regs []ir.Reg, t ir.Type, idx Value, n int64, known bool) ir.Reg {
	if known {
		return regs[n]
	}
	k := idx.Type.T.Scalar
	r := regs[0]
	for i := 1; i < len(regs); i++ {
		r = c.b.Select(t, c.b.Op(ir.Eq, k, idx.regs[0], c.b.Int(k, int64(i))), regs[i], r)
	}
	return r
}

// offset is the address of element n, or of a computed element.
func (c *checker) offset(a Addr, size int, n int64, known bool, wide func() ir.Reg) Addr {
	if known && n > -1<<40 && n < 1<<40 {
		return a.plus(int(n) * size)
	}
	bytes := wide()
	if size != 1 {
		bytes = c.b.Op(ir.Mul, ir.I64, bytes, c.b.Int(ir.I64, int64(size)))
	}
	out := regAddr(c.b.PtrAdd(a.Space, c.b.Address(a), bytes), a.Space)
	out.Off = a.Off
	return out
}

func (c *checker) sizeof(e *syntax.SizeofExpr) Value {
	size := func(n int) Value { return rvalue(ulongType(), c.b.Int(ir.U64, int64(n))) }
	if e.Op == "sizeof..." {
		b := c.lookup(c.scope, e.Pack)
		if b == nil || b.pack == nil {
			return c.errorf(e.Span(), "sizeof-pack", "'%s' does not refer to the name of a parameter pack", e.Pack)
		}
		return size(b.pack.len())
	}
	var t QualType
	if e.Type != nil {
		t = c.typeOf(e.Type)
	} else {
		var v Value
		c.unevaluated++
		c.scratch(func() { v = c.expr(e.X) })
		c.unevaluated--
		t = v.Type
	}
	if t.T.isRef() {
		t = t.T.Elem
	}
	switch {
	case t.T.isError():
		return poison
	case t.T.Kind == TRecord:
		if !c.complete(t.T.Record, e.Span()) {
			return poison
		}
	case t.T == voidType || t.T.Kind == TFunc || t.T.Kind == TOverload:
		return c.errorf(e.Span(), "sizeof", "invalid application of '%s' to type '%s'", e.Op, t)
	}
	if e.Op == "alignof" {
		return size(t.T.align())
	}
	return size(t.T.size())
}
