package sema

import (
	"cmp"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// copier copies an object to another of its type.
type copier func(dst, src Value, at diag.Span) bool

// copyObject initialises an object with another of its type. If that has a
// name, the copy constructors of its class or of its members run.
func (c *checker) copyObject(dst, src Value, at diag.Span) bool {
	if r := innermost(dst.Type.T).Record; r != nil && src.Cat != PRValue && !c.constructs(r, constructing(src), at) {
		return false
	}
	if r := dst.Type.T.Record; r != nil && r.copies && src.Cat != PRValue {
		x := c.copyConstructor(r, []Value{src})
		if x == nil && !c.copyable(r, src, at) {
			return false
		}
		if x != nil && !x.fn.decl.Default {
			return c.callConstructor(dst, x, []Value{src}, at, []diag.Span{at})
		}
		if x == nil && !r.moves || x != nil && !x.fn.takesRvalue() {
			src.Cat = LValue
		}
		return c.memberwiseCopy(dst, src, at, c.copyObject)
	}
	c.fr.takesPlace(src)
	c.store(dst, c.loaded(src))
	return true
}

// assignObject is dst = src for objects of a type, where the assignment
// operators of its members run if its class has none.
func (c *checker) assignObject(dst, src Value, at diag.Span) bool {
	if r := dst.Type.T.Record; r != nil && r.assigns {
		var best *candidate
		var cands []*candidate
		if set := c.memberFunctions(dst, "operator="); set != nil && r.assignment() != nil {
			cands = c.candidates(set, []Value{src}, at)
			if best, _ = c.choose(cands); best != nil && !best.fn.decl.Default {
				v := c.callCandidate(best, &dst, []Value{src}, at, []diag.Span{at})
				return !v.bad()
			}
		}
		if best == nil && (r.assignment() != nil || r.alter(assigning(src), src)) {
			c.report(diag.Diagnostic{Code: "conversion", Message: "no viable overloaded '='", Span: at, Caret: c.b.pos, Notes: candidateNotes(cands)})
			return false
		}
		if !r.moves && !slices.ContainsFunc(r.assignments(), (*Function).takesRvalue) {
			src.Cat = LValue
		}
		return c.memberwiseCopy(dst, src, at, c.assignObject)
	}
	c.store(dst, c.loaded(src))
	return true
}

// memberwiseCopy copies the members of an object one by one.
func (c *checker) memberwiseCopy(dst, src Value, at diag.Span, one copier) bool {
	r := dst.Type.T.Record
	if r.Union {
		c.store(dst, src)
		return true
	}
	if !c.goesOn("copying", "copies", r) {
		return false
	}
	outer := c.scope
	defer func() { c.scope = outer }()
	c.scope = r.Scope // whose functions may name what is private to members that befriend it
	ok := true
	for i := range r.Fields {
		f := &r.Fields[i]
		if f.Name != "" || f.anon {
			from := c.fieldValue(src, f)
			from.Type.Q |= src.Type.Q
			if src.Cat != LValue && innermost(f.Type.T).Kind == TRecord {
				from.Cat = XValue // what is moved from has its members moved from
			}
			ok = c.copyMember(c.part(dst, f), from, at, one) && ok
		}
	}
	return ok
}

// copyMember copies a member, arrays of objects element by element.
func (c *checker) copyMember(dst, src Value, at diag.Span, one copier) bool {
	t := dst.Type.T
	if r := innermost(t).Record; t.Kind != TArray || r == nil || !r.copies && !r.assigns {
		return one(dst, src, at)
	}
	return c.overElements(t, 0, func(place func(Addr) Addr) bool {
		to, from := t.Elem.with(dst.Type.Q), t.Elem.with(src.Type.Q)
		element := lvalue(from, place(src.addr))
		element.Cat = src.Cat
		return c.copyMember(lvalue(to, place(dst.addr)), element, at, one)
	})
}

// innermost is the type of the elements of an array of arrays.
func innermost(t *Type) *Type {
	for t.Kind == TArray {
		t = t.Elem.T
	}
	return t
}

// noteCopies notes what copying and assigning objects of a class runs, and
// whether they hold closures.
func (r *Record) noteCopies() {
	r.assigns, r.ends = r.assignment() != nil, r.ender != nil
	r.moves = r.destructor == nil && !slices.ContainsFunc(r.ctors, (*Function).takesOwn) && len(r.assignments()) == 0
	if r.destructor != nil && !r.destructor.Default {
		r.ownEnd = r
	}
	for _, f := range r.ctors {
		r.copies = r.copies || f.copiesOwn()
	}
	for s := range destructor {
		r.alters[s] = r.altersBy(s)
	}
	for i := range r.Fields {
		r.constant = r.constant || r.Fields[i].Type.isConst() || r.Fields[i].Type.T.isRef()
		if m := innermost(r.Fields[i].Type.T).Record; m != nil {
			r.copies, r.assigns = r.copies || m.copies, r.assigns || m.assigns
			r.constant = r.constant || m.constant && m.assignment() == nil
			r.ends, r.ownEnd = r.ends || m.ends && !r.Union, cmp.Or(r.ownEnd, m.ownEnd)
		}
		r.holdsClosure = r.holdsClosure || takesClosure(r.Fields[i].Type.T)
	}
	for _, b := range r.Bases {
		r.ends, r.ownEnd = r.ends || b.Record.ends, cmp.Or(r.ownEnd, b.Record.ownEnd)
	}
	for _, b := range r.Bases { // which may know what is derived from them
		b.Record.holdsClosure = b.Record.holdsClosure || r.holdsClosure && b.Record.tmpl != nil
	}
}

// copyable reports an object that none of a class's constructors copies, if it is not copied without one.
func (c *checker) copyable(r *Record, v Value, at diag.Span) bool {
	if r.uncopied(v) {
		c.report(diag.Diagnostic{Code: "no-matching-constructor", Message: "no matching constructor for initialization of '" + r.Name + "'", Span: at,
			Notes: constructorNotes(c.candidates(&overloads{name: r.Name, funcs: r.ctors}, []Value{v}, at), true)})
		return false
	}
	return true
}

// uncopied reports an object that a class does not copy, if none of its constructors does.
func (r *Record) uncopied(v Value) bool {
	return len(r.declaredAs(copyConstructor)) > 0 || r.alter(constructing(v), v)
}

// alter reports a special member that alters what it copies or moves, which it cannot as that is
// const or no variable.
func (r *Record) alter(s special, v Value) bool {
	return r.alters[s] && (v.Type.isConst() || v.Cat != LValue)
}

// altersBy works out whether a special member may alter what it copies or moves: one that is
// declared to, or has none to do it with for a base or member.
func (r *Record) altersBy(s special) bool {
	own := r.declaredAs(s)
	if len(own) == 0 && s.moves() && len(r.declaredAs(s-1)) > 0 {
		return r.alters[s-1]
	}
	if len(own) > 0 {
		return !slices.ContainsFunc(own, func(f *Function) bool {
			t := f.params[0].typ.T
			return t.Kind != TRef || t.Elem.isConst()
		})
	}
	return r.partAlters(s)
}

// partAlters reports a base or member for which a special member may alter what it copies.
func (r *Record) partAlters(s special) bool {
	return slices.ContainsFunc(r.Fields, func(f Field) bool {
		m := innermost(f.Type.T).Record
		return m != nil && m.alters[s]
	})
}

// defaultedConst reports special members declared = default that promise not to alter what they copy, though a part does.
func (c *checker) defaultedConst(r *Record) {
	for _, s := range []special{copyConstructor, copyAssignment} {
		for _, f := range r.declaredAs(s) {
			if t := f.params[0].typ.T; f.decl.Default && t.isRef() && t.Elem.isConst() && r.partAlters(s) {
				c.errorf(f.decl.NamePos.Span(), "default-function", "the parameter for this explicitly-defaulted %s is const, but a member or base requires it to be non-const", s)
			}
		}
	}
}

// copiesOwn reports a constructor or operator, written or deleted by the user,
// that takes another object of its class.
func (f *Function) copiesOwn() bool {
	return f.takesOwn() && !f.decl.Default
}

// takesOwn reports a constructor or operator that takes another object of its class.
func (f *Function) takesOwn() bool {
	if len(f.params) == 0 || f.required() > 1 {
		return false
	}
	t := f.params[0].typ.T
	return t == f.record.Type || t.isRef() && t.Elem.T == f.record.Type
}

// takesRvalue reports a function that takes an rvalue reference.
func (f *Function) takesRvalue() bool {
	return f.params[0].typ.T.Kind == TRValueRef
}

// assignments are the operators declared in a class that assign another object of it.
func (r *Record) assignments() []*Function {
	var out []*Function
	if b := r.Scope.names.get("operator="); b != nil {
		for _, f := range b.funcs {
			if f.record == r && f.takesOwn() {
				out = append(out, f)
			}
		}
	}
	return out
}

// assignment is a copy assignment operator that the user wrote for a class.
func (r *Record) assignment() *Function {
	for _, f := range r.assignments() {
		if f.copiesOwn() {
			return f
		}
	}
	return nil
}

// copyConstructor is a constructor, declared by the user, that copies; nil if there
// is none.
func (c *checker) copyConstructor(r *Record, args []Value) *candidate {
	var cands []*candidate
	for _, f := range r.ctors {
		if f.takesOwn() {
			cands = append(cands, c.functionCandidate(f, nil, args))
		}
	}
	best, _ := c.choose(cands)
	return best
}

// defaulted emits the body of a special member declared = default.
func (c *checker) defaulted(f *Function) {
	if s := f.asAssignment(); s == specials || f.record.deleted[s] != nil {
		return
	}
	src := c.variable(c.scope.names.get(f.params[0].name).value, f.decl.Span())
	if f.takesRvalue() {
		src.Cat = XValue
	}
	if !c.memberwiseCopy(c.fr.this, src, f.decl.Span(), c.assignObject) || !f.result.T.isRef() {
		return
	}
	if c.fr.inline != nil {
		c.returnInline(f.result.T, c.fr.this)
	} else {
		c.emitReturn(c.fr.this)
	}
}

// impliedAssignment gives a class that declares no assignment the operator that it has
// all the same, once that is named.
func (c *checker) impliedAssignment(r *Record, name string) {
	if name != "operator=" || r.state != done || r.Scope.names.get(name) != nil {
		return
	}
	at := syntax.Range(r.at)
	d := &syntax.FuncDecl{Range: at, Name: &syntax.Name{Range: at, Ident: name}, NamePos: at, Default: true,
		Params: []*syntax.ParamDecl{{Range: at, Name: defaultedParam, NamePos: at}}}
	own := QualType{T: r.Type, Q: Const, Space: ir.Thread}
	f := &Function{Name: name, decl: d, scope: r.Scope, record: r, signed: done, result: Of(c.refTo(QualType{T: r.Type, Space: ir.Thread})),
		params: []param{{name: defaultedParam, typ: Of(c.refTo(own)), decl: d.Params[0]}}}
	r.methods = append(r.methods, f)
	r.Scope.bind(name).funcs = []*Function{f}
}

// defaultedParam names the parameter of a defaulted function that has no name.
const defaultedParam = "other"
