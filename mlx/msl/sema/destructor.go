package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// destructor takes note of a destructor.
func (c *checker) destructor(r *Record, d *syntax.FuncDecl) {
	outside := r.state == done
	switch old := r.destructor; {
	case d.Name.Ident != "~"+r.baseName() && d.Name.Ident != "~"+declName(r.decl):
		c.errorf(d.NamePos.Span(), "destructor", "expected the class name after '~' to name the enclosing class")
	case len(d.Params) > 0:
		c.errorf(d.NamePos.Span(), "destructor", "destructor cannot have any parameters")
	case old != nil && (!outside || old.Body != nil || old.Default):
		message, note := "destructor cannot be redeclared", "previous declaration is here"
		if outside {
			message = "redefinition of '" + d.Name.Ident + "'"
		}
		if old.Body != nil {
			note = "previous definition is here"
		}
		c.report(diag.Diagnostic{Code: "redefinition", Message: message, Span: d.NamePos.Span(), Notes: []diag.Note{{Message: note, Span: old.NamePos.Span()}}})
	case old == nil && outside:
		c.errorf(d.NamePos.Span(), "out-of-class", "out-of-line definition of '%s' does not match any declaration in '%s'", d.Name.Ident, r.Name)
	}
	if r.destructor, r.ending = d, r.Scope; outside {
		c.destroys(r, d, r.Scope)
	} else {
		r.endAccess = r.hidden
	}
}

// destroys makes the function that a destructor is, whose names are looked up in a
// scope. One that does nothing is none. All members of the class are known.
func (c *checker) destroys(r *Record, d *syntax.FuncDecl, s *Scope) {
	if d.Deleted || r.ender == nil && (d.Default || d.Body != nil && len(d.Body.Stmts) == 0) {
		return
	}
	own := *d
	own.Result = &syntax.BasicType{Range: d.NamePos, Name: "void"}
	if f := r.ender; f != nil { // it is defined outside of the class
		f.decl, f.scope = &own, s
	} else {
		r.ender = c.newFunction(&own, s)
		r.ender.record = r
		c.signature(r.ender)
	}
	switch {
	case d.Body == nil || r.tmpl != nil: // which lowers it where an object ends
	case r.state == done:
		c.lower(r.ender)
	default:
		r.bodies = append(r.bodies, r.ender)
	}
}

// implied gives a class a destructor if it has none and its members have.
func (c *checker) implied(r *Record) {
	if r.ends && r.ender == nil {
		at := syntax.Range(r.at)
		name := "~" + r.baseName()
		r.ender = &Function{Name: name, decl: &syntax.FuncDecl{Range: at, Name: &syntax.Name{Range: at, Ident: name}, NamePos: at, Default: true},
			scope: r.Scope, record: r, signed: done, result: Of(voidType)}
	}
}

// parts are what of an object ends behind its destructor: those of its bases and its
// members, in the order in which they are made.
func (c *checker) parts(object Value) []Value {
	r := object.Type.T.Record
	if r.Union {
		return nil // which member there is, is not known
	}
	var out []Value
	for _, b := range r.Bases {
		out = append(out, c.toBase(object, Of(b)))
	}
	for i := range r.Fields {
		if f := &r.Fields[i]; !f.anon || !slices.Contains(r.Bases, f.Type.T) {
			out = append(out, c.fieldValue(object, f))
		}
	}
	return slices.DeleteFunc(out, func(v Value) bool { return !v.Type.T.ends() })
}

// ends reports a type whose objects do something when they end.
func (t *Type) ends() bool {
	r := innermost(t).Record
	return r != nil && r.ends
}

// endable reports a variable whose object cannot end here, or not as a constant does.
func (c *checker) endable(v *Variable) {
	r := innermost(v.Type.T).Record
	if r == nil {
		return
	}
	tell := func(code, what, why string, r *Record) {
		c.report(diag.Diagnostic{Code: code, Message: what, Span: v.pos, Notes: []diag.Note{{Message: why, Span: r.destructor.NamePos.Span()}}})
	}
	if d := r.deleted[destructor]; d != nil {
		c.report(diag.Diagnostic{Code: "deleted-function", Message: "attempt to use a deleted function", Span: v.pos, Notes: d.notes()})
	} else if d := r.destructor; d != nil && !c.inside(r, r.endAccess, nil) {
		a := r.endAccess.String()
		tell("private-member", "variable of type '"+v.Type.String()+"' has "+a+" destructor", "declared "+a+" here", r)
	} else if own := r.ownEnd; v.constexpr && own != nil {
		tell("constexpr", "constexpr variable cannot have non-literal type '"+v.Type.String()+"'", "'"+own.Name+"' is not literal because it has a user-provided destructor", own)
	}
}

// destroyExpr ends an object before its time. Of what is no object of a class, it does
// nothing.
func (c *checker) destroyExpr(e *syntax.DestroyExpr) Value {
	x := c.expr(e.X)
	if e.Arrow && !x.bad() {
		x = c.arrow(x, &syntax.MemberExpr{Range: e.Range, X: e.X, Arrow: true, OpPos: e.OpPos})
	}
	if x.bad() {
		return poison
	}
	r, t := x.Type.T.Record, QualType{}
	if n, ok := e.Type.(*syntax.NamedType); ok && r != nil && n.Name.Simple() && !n.Name.HasArgs && c.complete(r, e.X.Span()) {
		if b := c.within(r.Scope, n.Name.Ident); b != nil && b.typ != nil { // which need not be seen from here
			t = Of(b.typ.typ.T)
		}
	}
	if t.T == nil {
		t = c.typeOf(e.Type)
	}
	if t.T.isError() {
		return poison
	}
	if t.T != x.Type.T && c.baseDistance(x.Type.T, t.T) == 0 || t.T.Kind == TArray {
		return c.report(diag.Diagnostic{Code: "destructor", Span: e.Type.Span(), Ranges: []diag.Span{e.X.Span()},
			Message: "destructor type '" + t.String() + "' in object destruction expression does not match the type '" + x.Type.String() + "' of the object being destroyed"})
	}
	if r = t.T.Record; r == nil {
		return void()
	}
	if !c.completeFor(r, e.X.Span(), e.OpPos, "member access into incomplete type") {
		return poison
	}
	if d := r.deleted[destructor]; d != nil {
		return c.report(diag.Diagnostic{Code: "deleted-function", Message: "attempt to use a deleted function", Span: e.Type.Span(), Notes: d.notes()})
	} else if d := r.destructor; d != nil && !c.inside(r, r.endAccess, nil) {
		c.closedMember(e.Type.Span(), d.Name.Ident, r, r.endAccess, d.NamePos.Span())
		return poison
	}
	if !t.T.ends() {
		return void()
	}
	if x = c.materialise(x); spaceName(x.addr.Space) != spaceNames[ir.Thread] {
		return c.errorf(e.Span(), "destructor", "objects in address space '%s' cannot be destroyed: the destructor of '%s' is of those in 'thread'", spaceName(x.addr.Space), t)
	}
	c.destroy(c.toBase(x, t))
	return void()
}

// destroy ends an object: the elements of an array from the last on.
func (c *checker) destroy(object Value) {
	if object.Type.T.Kind == TArray {
		c.destroyElements(object)
		return
	}
	c.callNullary(object.Type.T.Record.ender, &object, diag.Span{Start: c.b.pos, End: c.b.pos})
}

func (c *checker) destroyElements(array Value) {
	t, b := array.Type.T, c.b
	element := func(a Addr) { c.destroy(lvalue(Of(t.Elem.T), a)) }
	size := t.Elem.T.size()
	if t.N <= maxUnrolledInit {
		for i := t.N - 1; i >= 0; i-- {
			element(array.addr.plus(i * size))
		}
		return
	}
	at := b.Temp(ir.Type{Kind: ir.I64})
	b.Mov(at, b.Int(ir.I64, int64(t.N*size)))
	b.Loop(func(depth int) {
		b.If(b.Op(ir.Eq, ir.I64, at, b.Int(ir.I64, 0)), func() { b.BreakTo(depth) }, nil)
		b.Mov(at, b.Op(ir.Sub, ir.I64, at, b.Int(ir.I64, int64(size))))
		element(regAddr(b.PtrAdd(array.addr.Space, b.Pointer(array.addr), at), array.addr.Space))
	}, func(int) {})
}
