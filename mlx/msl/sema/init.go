package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// initObject initialises an object with a value.
func (c *checker) initObject(dst, v Value, at diag.Span, why purpose) bool {
	if v.bad() {
		return false
	}
	t := dst.Type.unqual()
	if v.list() != nil && !t.T.inRegisters() {
		return c.initFromList(dst, v.list().node, at)
	}
	if t.T.Kind == TArray && (v.Type.T != t.T || v.Cat == LValue && why == forInit && v.Type.T.Kind == TArray) {
		c.errorf(at, "array-init", "array initializer must be an initializer list")
		return false
	}
	if t.T.isRef() {
		r := c.convert(v, t, at, why)
		if r.bad() {
			return false
		}
		object := c.materialise(r).addr
		c.b.Store(ir.Ptr, dst.addr, []ir.Reg{c.b.Pointer(object)}, 0)
		c.fr.lends(object, dst.addr)
		return true
	}
	out := c.convert(v, t, at, why)
	if out.bad() {
		return false
	}
	return c.copyObject(dst, out, at)
}

// needsInit reports records whose default initialisation does something.
func (c *checker) needsInit(r *Record) bool {
	if !c.complete(r, diag.Span{}) {
		return false
	}
	for _, f := range r.ctors {
		if f.required() == 0 && !f.decl.Default {
			return true
		}
	}
	return len(r.ctors)+len(r.ctorTs) > 0 && !r.aggr || c.needsInitFields(r)
}

// needsInitFields is needsInit of a record that is initialised member by member.
func (c *checker) needsInitFields(r *Record) bool {
	if r.hasInits {
		return true
	}
	for i := range r.Fields {
		if in := innermost(r.Fields[i].Type.T).Record; in != nil && in.answer(needsInitialising, func() bool { return c.needsInit(in) }) {
			return true
		}
	}
	return false
}

// defaultInit initialises an object without an initialiser; zero asks for
// value initialisation, which clears what has no constructor.
func (c *checker) defaultInit(dst Value, zero bool, at diag.Span) bool {
	t := dst.Type.T
	r := innermost(t).Record
	if t.Kind == TArray && r != nil && !c.needsInit(r) && !c.defaultable(r, at) {
		return false
	}
	switch {
	case t.Kind == TArray && r != nil && c.needsInit(r):
		return c.defaultElements(dst, 0, zero, at)
	case t.Kind == TRecord:
		if !c.complete(t.Record, at) {
			return false
		}
		return c.initRecord(dst, nil, at, nil, zero)
	}
	if zero {
		if t.inRegisters() {
			c.store(dst, c.zero(t))
		} else {
			c.zeroMem(dst.addr, t.size())
		}
	}
	return true
}

// unset reports a data member that has no value unless it is given one: a
// reference, or what is const and has no initialiser.
func (f *Field) unset() bool {
	if f.decl != nil && f.decl.InitKind != syntax.NoInit || f.decl == nil && !f.anon {
		return false
	}
	if f.Type.T.isRef() {
		return true
	}
	if r := innermost(f.Type.T).Record; r != nil {
		return r.constant && len(r.ctors)+len(r.ctorTs) == 0 && !r.Union &&
			r.answer(leavesUnset, func() bool { return slices.ContainsFunc(r.Fields, func(f Field) bool { return f.unset() }) })
	}
	return f.Type.isConst()
}

// defaultable reports whether a class can be made without values for its
// members, and says why not.
func (c *checker) defaultable(r *Record, at diag.Span) bool {
	if r.Union {
		return c.defaultableUnion(r, at)
	}
	if !r.constant {
		return true
	}
	i := slices.IndexFunc(r.Fields, func(f Field) bool { return f.unset() })
	if i < 0 {
		return true
	}
	c.report(diag.Diagnostic{Code: "deleted-function", Message: "call to implicitly-deleted default constructor of '" + r.Name + "'", Span: at,
		Notes: []diag.Note{r.notDefaultable(&r.Fields[i])}})
	return false
}

// notDefaultable says that a class has no default constructor for a data member without a value.
func (r *Record) notDefaultable(f *Field) diag.Note {
	why := "default constructor of '" + r.Name + "' is implicitly deleted because "
	switch {
	case f.anon:
		return diag.Note{Message: why + "'" + f.Type.T.String() + "' has a deleted default constructor", Span: r.at}
	case f.Type.T.isRef():
		why += "field '" + f.Name + "' of reference type '" + f.Type.String() + "' would not be initialized"
	case innermost(f.Type.T).Record != nil:
		why += "field '" + f.Name + "' has a deleted default constructor"
	default:
		why += "field '" + f.Name + "' of const-qualified type '" + f.Type.String() + "' would not be initialized"
	}
	return diag.Note{Message: why, Span: f.decl.NamePos.Span()}
}

// defaultableUnion is defaultable of a union: no member that has a constructor of
// its own is made without being asked for.
func (c *checker) defaultableUnion(r *Record, at diag.Span) bool {
	if r.hasInits {
		return true
	}
	for i := range r.Fields {
		f := &r.Fields[i]
		if m := innermost(f.Type.T).Record; m == nil || f.decl == nil || m.trivial() {
			continue
		}
		c.report(diag.Diagnostic{Code: "deleted-function", Message: "call to implicitly-deleted default constructor of '" + r.Name + "'", Span: at,
			Notes: []diag.Note{{Message: "default constructor of '" + r.Name + "' is implicitly deleted because variant field '" + f.Name + "' has a non-trivial default constructor", Span: f.decl.NamePos.Span()}}})
		return false
	}
	return true
}

// trivial reports a class whose default constructor does nothing.
func (r *Record) trivial() bool {
	if len(r.ctors)+len(r.ctorTs) > 0 && !slices.ContainsFunc(r.ctors, func(f *Function) bool { return f.decl.Default && len(f.params) == 0 }) {
		return false
	}
	return !r.hasInits && !slices.ContainsFunc(r.Fields, func(f Field) bool {
		m := innermost(f.Type.T).Record
		return m != nil && !m.answer(isTrivial, m.trivial)
	})
}

// initialised reports a class whose objects have values without being given any.
func (r *Record) initialised() bool {
	if slices.ContainsFunc(r.ctors, func(f *Function) bool { return f.required() == 0 && !f.decl.Default }) || len(r.ctorTs) > 0 || r.broken {
		return true
	}
	return !slices.ContainsFunc(r.Fields, func(f Field) bool {
		if f.decl != nil && f.decl.InitKind != syntax.NoInit {
			return false
		}
		m := innermost(f.Type.T).Record
		return m == nil || !m.answer(isInitialised, m.initialised)
	})
}

// defaultElements initialises the elements of an array from the one at first.
func (c *checker) defaultElements(dst Value, first int, zero bool, at diag.Span) bool {
	t := dst.Type.T
	el := t.Elem
	el.Q &^= Const
	return c.overElements(t, first, func(place func(Addr) Addr) bool {
		return c.defaultInit(lvalue(el, place(dst.addr)), zero, at)
	})
}

// overElements runs f for the elements of an array from the one at first: a few
// one after the other, many in a loop. An element lies at the place that f is
// given for the address of its array.
func (c *checker) overElements(t *Type, first int, f func(place func(Addr) Addr) bool) bool {
	size := t.Elem.T.size()
	ok, ends, each := true, len(c.fr.ends), f
	f = func(place func(Addr) Addr) bool {
		defer c.leave(ends)
		return each(place)
	}
	if t.N-first <= maxUnrolledInit {
		for i := first; i < t.N; i++ {
			ok = f(func(a Addr) Addr { return a.plus(i * size) }) && ok
		}
		return ok
	}
	at64 := c.b.Temp(ir.Type{Kind: ir.I64})
	c.b.Mov(at64, c.b.Int(ir.I64, int64(first*size)))
	c.b.Loop(func(depth int) {
		c.b.If(c.b.Op(ir.Lt, ir.I64, at64, c.b.Int(ir.I64, int64(t.N*size))), nil, func() { c.b.BreakTo(depth) })
		ok = f(func(a Addr) Addr { return regAddr(c.b.PtrAdd(a.Space, c.b.Pointer(a), at64), a.Space) })
	}, func(int) {
		c.b.Mov(at64, c.b.Op(ir.Add, ir.I64, at64, c.b.Int(ir.I64, int64(size))))
	})
	return ok
}

// defaultField gives a field its default initialiser, or clears it.
func (c *checker) defaultField(dst Value, f *Field, zero bool) bool {
	v := c.part(dst, f)
	ok := false
	r := dst.Type.T.Record
	if f.decl != nil && f.decl.InitKind != syntax.NoInit && f.decl.Init != nil {
		fr := c.fr
		this, has, home := fr.this, fr.hasThis, fr.home()
		local := home.member
		fr.this, fr.hasThis, home.member = dst, true, r.Scope.local()
		ends := len(fr.ends)
		c.in(r.Scope, func() { ok = c.initFrom(v, f.decl.Init, f.decl.InitKind, forMember) })
		c.leave(ends)
		fr.this, fr.hasThis, home.member = this, has, local
		return ok
	}
	c.in(r.Scope, func() { ok = c.defaultInit(v, zero, diag.Span{Start: c.b.pos, End: c.b.pos}) })
	return ok
}

// initFrom initialises an object from a written initialiser, if there is one.
func (c *checker) initFrom(dst Value, init syntax.Expr, kind syntax.InitKind, why purpose) bool {
	t := dst.Type.T
	if init == nil {
		return c.defaultInit(dst, false, diag.Span{Start: c.b.pos, End: c.b.pos})
	}
	switch x := init.(type) {
	case *syntax.InitList:
		if t.inRegisters() {
			v := c.registersFromList(t, x, x.Span())
			c.store(dst, v)
			return !v.bad()
		}
		return c.initFromList(dst, x, x.Span())
	case *syntax.ParenList:
		args, spans, ok := c.arguments(x.Args)
		if !ok {
			return false
		}
		if t.Kind == TRecord {
			return c.initRecord(dst, args, x.Span(), spans, true)
		}
		if len(args) == 0 {
			return c.defaultInit(dst, true, x.Span())
		}
		if t.inRegisters() {
			v := c.fromParens(dst.Type.unqual(), args, spans, x.Span(), why)
			c.store(dst, v)
			return !v.bad()
		}
		if len(args) > 1 {
			c.errorf(spans[1], "excess-elements", "excess elements in scalar initializer")
			return false
		}
		return c.initObject(dst, args[0], spans[0], why)
	case *syntax.StringLit:
		if t.Kind == TArray {
			return c.initString(dst, x)
		}
	}
	if kind == syntax.DirectInit {
		v := c.expr(init)
		if t.Kind == TRecord {
			return !v.bad() && c.initRecord(dst, []Value{v}, init.Span(), []diag.Span{init.Span()}, true)
		}
		return c.initObject(dst, v, init.Span(), why)
	}
	return c.initObject(dst, c.expr(init), init.Span(), why)
}
