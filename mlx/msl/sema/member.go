package sema

import (
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

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
		if x.Type.T.Elem.T.Kind == TRecord {
			return c.report(diag.Diagnostic{Code: "member-of-pointer", Message: "member reference type '" + x.Type.String() + "' is a pointer; did you mean to use '->'?",
				Span: diag.Span{Start: e.Span().Start, End: e.OpPos + 1}, Caret: e.OpPos, Fixes: []diag.Fix{{Span: diag.Span{Start: e.OpPos, End: e.OpPos + 1}, Text: "->"}}})
		}
	}
	return c.memberNamed(x, e)
}

// arrow dereferences the left side of ->: what the operators of objects give, until
// that is a pointer.
func (c *checker) arrow(x Value, e *syntax.MemberExpr) Value {
	for called := []*Function{}; ; {
		if p := c.decayed(x); p.Type.T.isPtr() {
			return c.deref(p)
		}
		var set *overloads
		if x.Type.T.Kind == TRecord {
			set = c.memberFunctions(x, "operator->")
		}
		switch {
		case set == nil && len(called) > 0:
			return c.report(diag.Diagnostic{Code: "arrow", Message: "member reference type '" + x.Type.String() + "' is not a pointer", Span: diag.Span{Start: e.Span().Start, End: e.OpPos + 2}, Caret: e.OpPos})
		case set == nil:
			return c.report(diag.Diagnostic{Code: "arrow", Message: "member reference type '" + x.Type.String() + "' is not a pointer; did you mean to use '.'?",
				Span: diag.Span{Start: e.Span().Start, End: e.OpPos + 2}, Caret: e.OpPos, Fixes: []diag.Fix{{Span: diag.Span{Start: e.OpPos, End: e.OpPos + 2}, Text: "."}}})
		}
		cand := c.resolve(set, nil, nil, e.Span())
		if cand == nil {
			return poison
		}
		if slices.Contains(called, cand.fn) {
			return c.errorf(e.Span(), "arrow", "circular pointer delegation detected")
		}
		called = append(called, cand.fn)
		object := x
		if x = c.loaded(c.callNullary(cand.fn, &object, e.Span())); x.bad() {
			return poison
		}
	}
}

func (c *checker) deref(p Value) Value {
	el := p.Type.T.Elem
	return lvalue(el, regAddr(p.regs[0], el.Space))
}

// memberNamed finds a member of an object by a written name.
func (c *checker) memberNamed(x Value, e *syntax.MemberExpr) Value {
	t, n := x.Type.T, &e.Name
	at := n.OwnSpan()
	object := func() *Value {
		o := c.mem.work.values.new()
		*o = x
		return o
	}
	switch t.Kind {
	case TVector, TPacked:
		return c.swizzle(x, n.Ident, at)
	case TMatrix:
		if n.Ident == "columns" {
			m := c.materialise(x)
			return lvalue(QualType{T: c.arrayOf(Of(Vector(t.Scalar, t.M)), t.N), Q: x.Type.Q}, m.addr)
		}
		return c.errorf(at, "no-member", "no member named '%s' in '%s'", n.Ident, t)
	case TSimdMatrix:
		if n.Ident == "thread_elements" {
			return Value{Type: Of(overloadType), what: &overloads{name: n.Ident, this: object()}}
		}
	case TRecord:
		if !c.completeFor(t.Record, e.X.Span(), e.OpPos, "member access into incomplete type") {
			return poison
		}
		if n.Of != nil {
			if _, rec, ok := c.qualifier(n); !ok {
				return poison
			} else if rec != nil && t.Record.derivesFrom(rec.Type) {
				if c.severalTimes(t.Record, rec.Type, at) {
					return poison
				}
				x = c.toBase(x, QualType{T: rec.Type, Q: x.Type.Q})
			}
		}
		if n.Conversion() != nil {
			return c.conversionMember(x, n)
		}
		c.impliedAssignment(x.Type.T.Record, n.Ident)
		b := c.within(x.Type.T.Record.Scope, n.Ident)
		if b == nil {
			if t.Record.broken {
				return poison
			}
			break
		}
		if c.ambiguous(b, n) || c.closed(b, n) {
			return poison
		}
		if b.field || x.Type.T.Record.path(n.Ident) != nil {
			return c.memberOf(x, n.Ident, at, t.Record)
		}
		if b.value != nil {
			return c.variable(b.value, at)
		}
		if len(b.funcs) > 0 && b.funcs[0].record != nil {
			if from, base := c.sealedBetween(t.Record, b.funcs[0].record.Type); base != nil && n.Of == nil && !c.opened(t.Record, n.Ident) {
				return c.inheritedPrivately(at, n.Ident, from, base)
			}
		}
		f := found{binding: b, part: n, ok: true, rec: t.Record}
		if len(b.funcs)+len(b.ftmpls) > 0 {
			set := c.mem.work.sets.new()
			*set = overloads{name: n.Ident, funcs: b.funcs, tmpls: b.ftmpls, hasArg: n.HasArgs, part: n, this: object()}
			if set.hasArg {
				c.needTemplate(e)
			}
			if !c.explicitArgs(set) {
				return poison
			}
			return Value{Type: Of(overloadType), what: set}
		}
		return c.named(f, at)
	case TError, TOverload:
		if t.Kind == TOverload {
			return c.errorf(at, "member", "reference to overloaded function could not be resolved; did you mean to call it?")
		}
		return poison
	default:
		d := diag.Diagnostic{Code: "member", Message: "member reference base type '" + t.String() + "' is not a structure or union", Span: e.Span(), Caret: e.OpPos}
		if t.isPtr() && slices.Contains([]string{"length", "size", "count", "shape"}, n.Ident) {
			d.Notes = []diag.Note{{Message: "a pointer has no length; pass it as an argument", Span: at}}
		}
		return c.report(d)
	}
	if c.lost[n.Ident] {
		c.failQuietly(at)
		return poison
	}
	d := diag.Diagnostic{Code: "no-member", Message: "no member named '" + n.Ident + "' in '" + t.String() + "'", Span: e.X.Span(), Caret: at.Start}
	if t.Record != nil {
		if best := c.nearestMember(t.Record, n.Ident); best != "" {
			d.Message += "; did you mean '" + best + "'?"
			d.Span, d.Fixes = at, []diag.Fix{{Span: at, Text: best}}
			if path := t.Record.path(best); len(path) > 0 {
				d.Notes = c.declaredAt(path[len(path)-1].decl.NamePos.Span(), best)
				c.report(d)
				return c.member(x, best, at)
			} else {
				d.Notes = c.declaredHere(c.within(t.Record.Scope, best), best)
			}
		}
	}
	return c.report(d)
}

// nearestMember is the member whose name is most like a given one.
func (c *checker) nearestMember(r *Record, name string) string {
	near := newNearest(name)
	if len(name) > 2 {
		near.limit = (len(name) + 2) / 3
	}
	for i := range r.Fields {
		near.consider(r.Fields[i].Name)
	}
	r.Scope.names.visit(func(n string, b *binding) {
		if len(b.funcs)+len(b.ftmpls) > 0 {
			near.consider(n)
		}
	})
	return near.best
}

// conversionMember is x.operator T.
func (c *checker) conversionMember(x Value, name *syntax.Name) Value {
	t := c.typeOf(name.Conversion())
	if t.T.isError() {
		return poison
	}
	f, _, _ := c.conversionFunction(x, t, true)
	if f == nil {
		return c.errorf(name.OwnSpan(), "no-member", "no member named 'operator %s' in '%s'", t, x.Type.T)
	}
	return Value{Type: Of(overloadType), what: &overloads{name: f.Name, funcs: []*Function{f}, this: &x}}
}

// member is a data member of an object, by name.
func (c *checker) member(x Value, name string, at diag.Span) Value {
	return c.memberOf(x, name, at, x.Type.T.Record)
}

// memberOf is member of the part of an object that a base class is, or of the
// whole object.
func (c *checker) memberOf(x Value, name string, at diag.Span, object *Record) Value {
	r := x.Type.T.Record
	path := r.path(name)
	if path == nil {
		for _, b := range r.Bases {
			if b.Record.path(name) != nil {
				return c.memberOf(c.toBase(x, QualType{T: b, Q: x.Type.Q}), name, at, object)
			}
		}
		return c.errorf(at, "no-member", "no member named '%s' in '%s'", name, r)
	}
	if !x.mem {
		return poison
	}
	out := x
	open := c.opened(r, name)
	for _, f := range path {
		if !open && c.unreachable(f, out.Type.T.Record, name, object, at) {
			return poison
		}
		if f.decl != nil && f.Name == name {
			c.remarkDeprecated(f.decl.Attrs, name, at)
		}
		q := out.Type.Q
		if f.mutable() && out.Type.Space != ir.Constant {
			q &^= Const
		}
		t := f.Type
		t.Q |= q
		addr := out.addr.field(f)
		if t.T.isRef() {
			p := c.b.Load(t.T.regType(), 1, addr, 0)
			out = lvalue(t.T.Elem, regAddr(p[0], t.T.Elem.Space))
			out.refVar, out.rvalueVar = true, t.T.Kind == TRValueRef
			continue
		}
		cat := out.Cat
		out = lvalue(t, addr)
		out.Cat = cat
		if x.Cat == PRValue {
			out.Cat = XValue
		}
		if f.Bits > 0 {
			out.what = &bitfield{f.BitOff, f.Bits}
		}
	}
	return out
}

// unreachable reports a part of a class on the way to a member that may not be named here.
func (c *checker) unreachable(f *Field, r *Record, name string, object *Record, at diag.Span) bool {
	if f.access == openAccess || c.inside(r, f.access, object) {
		return false
	}
	if f.anon {
		c.inheritedPrivately(at, name, r, f.Type.T)
	} else {
		c.closedMember(at, f.Name, r, f.access, f.decl.NamePos.Span())
	}
	return true
}

// half is the components of the half that name denotes of a vector of n, of an odd n
// as if it had one more; none if it denotes none.
func half(name string, n int, comps []uint8) []uint8 {
	first, step := 0, 1
	switch name {
	case "lo":
	case "hi":
		first = (n + 1) / 2
	case "even":
		step = 2
	case "odd":
		first, step = 1, 2
	default:
		return comps
	}
	for i := range (n + 1) / 2 {
		comps = append(comps, uint8(first+i*step))
	}
	return comps
}

// components appends those of a vector that a name selects, by letters or, as in s0f, by hexadecimal
// digits; false if it is none of theirs.
func (c *checker) components(t *Type, name string, at diag.Span, comps []uint8) ([]uint8, bool) {
	if comps = half(name, t.N, comps); len(comps) == 0 {
		names, of := name, "xyzw"
		switch {
		case len(name) > 1 && (name[0] == 's' || name[0] == 'S'):
			names, of = name[1:], "0123456789abcdefABCDEF"
		case strings.IndexByte(of, name[0]) < 0:
			of = "rgba"
		}
		if len(names) > ir.MaxScalars {
			c.errorf(at, "swizzle", "a vector has %d components at most: '%s' names %d", ir.MaxScalars, name, len(names))
			return nil, false
		}
		for i := range len(names) {
			k := strings.IndexByte(of, names[i])
			switch {
			case k < 0:
				c.errorf(at, "swizzle", "illegal vector component name '%s'", names[i:i+1])
				return nil, false
			case k > 0xf:
				k -= 6
			}
			comps = append(comps, uint8(k))
		}
	}
	if slices.ContainsFunc(comps, func(k uint8) bool { return int(k) >= t.N }) {
		c.errorf(at, "swizzle", "vector component access exceeds type '%s'", t)
		return nil, false
	}
	return comps, true
}

// swizzle selects components of a vector.
func (c *checker) swizzle(x Value, name string, at diag.Span) Value {
	t := x.Type.T
	var buf [ir.MaxScalars]uint8
	comps, ok := c.components(t, name, at, buf[:0])
	if !ok {
		return poison
	}
	res := Vector(t.Scalar, len(comps))
	if x.konst() != nil {
		x = c.constantsOf(t, x.konst())
	}
	if !x.mem {
		out := c.b.room(res)
		for _, k := range comps {
			out.regs = append(out.regs, x.regs[k])
		}
		return out
	}
	q := QualType{T: res, Q: x.Type.Q, Space: x.Type.Space}
	if x.swz() != nil {
		for i, k := range comps {
			comps[i] = x.swz().comps[k]
		}
		t = x.swz().of
	}
	if len(comps) == 1 {
		out := lvalue(q, x.addr.plus(int(comps[0])*kindSize(t.Scalar)))
		out.Cat, out.component = x.Cat, true
		return out
	}
	out := Value{Type: q, Cat: x.Cat, addr: x.addr, mem: true, what: &swizzle{slices.Clone(comps), t}}
	return out
}
