package sema

import (
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// instantiation handles template decl; — an explicit instantiation, which for
// kernels makes an entry.
func (c *checker) instantiation(d *syntax.Instantiation) {
	if c.scope.kind != namespaceScope {
		c.errorf(d.Span(), "instantiation", "explicit instantiation must occur at namespace scope")
		return
	}
	switch x := d.Decl.(type) {
	case *syntax.RecordDecl:
		if x.Name == nil {
			c.errorf(x.Span(), "instantiation", "cannot declare a class template with no name")
			return
		}
		c.instantiateClass(d, x)
	case *syntax.VarDecl:
		c.instantiateNamed(d, x.Name, x.Type, nil, append(d.Attrs[:len(d.Attrs):len(d.Attrs)], x.Attrs...))
	case *syntax.FuncDecl:
		c.instantiateNamed(d, x.Name, nil, x, append(d.Attrs[:len(d.Attrs):len(d.Attrs)], x.Attrs...))
	default:
		c.errorf(d.Span(), "instantiation", "explicit instantiation of this declaration is not supported")
	}
}

// instantiateClass instantiates a class and what is defined of it.
func (c *checker) instantiateClass(d *syntax.Instantiation, x *syntax.RecordDecl) {
	f := c.find(x.Name)
	t, ok := c.typeFrom(f)
	switch at := x.NamePos.Span(); {
	case !f.ok || t.T.isError():
	case f.binding == nil:
		c.errorf(at, "instantiation", "explicit instantiation of undeclared template %s '%s'", x.Key, f.part.Ident)
	case !f.part.HasArgs && (!ok || t.T.Kind != TRecord || !t.T.Record.ofInstance):
		c.errorf(d.Span(), "instantiation", "explicit instantiation of non-templated type '%s'", f.part.Ident)
	case ok && t.T.Kind == TRecord && c.complete(t.T.Record, x.Span()):
		r := t.T.Record
		if r.tmpl != nil && c.instantiatedAside(r.tmpl.scope, x.Name, r.tmpl.pos()) || !c.explicitly(d, r, r.Name, !r.implicit(), r.at, at) {
			return
		}
		for _, m := range r.methods {
			if m.decl.Body != nil && (m.special || c.explicitly(d, m, m.String(), false, m.at, at)) {
				c.index(m)
			}
		}
	}
}

// explicitly notes the explicit instantiation of something, of which there is one at most.
// It reports whether there was none before; where a specialisation is written, none has an effect.
func (c *checker) explicitly(d *syntax.Instantiation, what any, name string, special bool, written, at diag.Span) bool {
	was, twice := c.instantiated[what]
	switch {
	case special:
		c.remark(diag.Diagnostic{Code: "instantiation-after-specialization", Message: "explicit instantiation of '" + name + "' that occurs after an explicit specialization has no effect", Span: at,
			Notes: []diag.Note{{Message: "previous template specialization is here", Span: written}}})
	case twice && d.Extern:
		c.report(diag.Diagnostic{Code: "instantiation", Message: "explicit instantiation declaration (with 'extern') follows explicit instantiation definition (without 'extern')", Span: at,
			Notes: []diag.Note{{Message: "explicit instantiation definition is here", Span: was}}})
	case twice:
		c.report(diag.Diagnostic{Code: "instantiation", Message: "duplicate explicit instantiation of '" + name + "'", Span: at,
			Notes: []diag.Note{{Message: "previous explicit instantiation is here", Span: was}}})
	case !d.Extern:
		c.instantiated[what] = at
	}
	return !twice
}

// instantiateMember instantiates a member function of an instance of a class template, and
// reports whether a declaration is of one.
func (c *checker) instantiateMember(d *syntax.Instantiation, n *syntax.Name, fd *syntax.FuncDecl) bool {
	if fd == nil || n.Of == nil || n.HasArgs {
		return false
	}
	_, r, ok := c.definer(n)
	if !ok || r == nil || !r.implicit() {
		return !ok
	}
	if r.destructor != nil && n.Ident == r.destructor.Name.Ident {
		return true
	}
	var want *Function
	c.in(r.Scope, func() {
		if ok, _ := c.try(func() { want = c.newMethod(r, unqualified(fd), r.Scope); c.signature(want) }); !ok {
			want = nil
		}
	})
	for _, m := range r.methods {
		if want != nil && m.Name == want.Name && likeResult(m, want) && sameSignature(m, want) {
			if !c.instantiatedAside(r.Scope, n, m.decl.NamePos.Span()) && c.explicitly(d, m, m.String(), m.special, m.decl.NamePos.Span(), fd.NamePos.Span()) && m.decl.Body != nil {
				c.index(m)
			}
			return true
		}
	}
	if t := n.Conversion(); t != nil && len(r.convTs) == 0 {
		c.errorf(n.OwnSpan(), "instantiation", "explicit instantiation of 'operator %s' does not refer to a member function", c.typeOf(t))
		return true
	}
	return false
}

// instantiateNamed instantiates the function that a template-id names. fd
// gives its type where the declaration spells it out, else typ does.
func (c *checker) instantiateNamed(d *syntax.Instantiation, n *syntax.Name, typ syntax.TypeExpr, fd *syntax.FuncDecl, attrs []syntax.Attr) {
	if c.instantiateMember(d, n, fd) {
		return
	}
	f := c.find(n)
	if !f.ok {
		return
	}
	last := f.part
	if f.binding == nil {
		c.undeclared(last.OwnSpan(), last.Ident)
		return
	}
	if t := f.tmplOf(varTemplate); t != nil && last.HasArgs {
		if c.instantiatedAside(t.scope, n, t.pos()) {
			return
		}
		if v := c.variableTemplate(t, c.templateArgs(last.Args), n.Span()); v != nil && c.explicitly(d, v, v.Name, !v.global.scope.templated, v.pos, n.Span()) {
			c.globalValue(v, n.Span())
		}
		return
	}
	if f.value != nil || len(f.ftmpls) == 0 {
		if len(f.ftmpls) == 0 && f.value == nil {
			c.errorf(n.Span(), "instantiation", "explicit instantiation of '%s' does not refer to a function template", last.Ident)
		}
		return
	}
	var args []Arg
	if last.HasArgs {
		args = c.templateArgs(last.Args)
		for _, a := range args {
			if a.Kind == typeArg && a.Type.T.isError() {
				return
			}
		}
	}
	var params []Value
	var spelled []*Type
	result, whole := Of(autoType), Of(autoType)
	if fd == nil {
		if whole = c.typeOf(typ); whole.T.isError() {
			return
		}
	} else {
		if result = c.typeOf(fd.Result); result.T.isError() {
			return
		}
		for _, p := range fd.Params {
			t := c.typeOf(p.Type)
			if t.T.isError() {
				return
			}
			if t.T == voidType {
				continue
			}
			v := c.paramValue(t)
			if params = append(params, v); !t.T.isRef() {
				t = v.Type
			}
			spelled = append(spelled, t.T)
		}
	}
	var found []*Function
	why := ""
	for _, t := range f.ftmpls {
		decl := t.decl.Decl.(*syntax.FuncDecl)
		full := args
		if fd != nil {
			var problem reason
			if full, problem = c.deduceCall(t, decl, args, params); problem.kind != viable {
				why = problem.String()
				continue
			}
		}
		var fn *Function
		ok, first := c.try(func() { fn = c.instantiateFunc(t, full, n.Span()) })
		if !ok || fn == nil {
			why = first.Message
			continue
		}
		if fd != nil && deducesResult(fd) != deducesResult(decl) || result != fn.result && !holdsAuto(result.T) && !holdsAuto(fn.result.T) {
			why = "its result is '" + fn.result.String() + "'"
			continue
		}
		if fd == nil && !holdsAuto(fn.result.T) && c.typeOfFunction(fn) != whole.T {
			why = "its type is '" + c.typeOfFunction(fn).String() + "'"
			continue
		}
		if fd != nil {
			if other := otherParam(fn.params, spelled); other != "" {
				why = other
				continue
			}
		}
		found = append(found, fn)
	}
	if len(found) == 0 {
		d := diag.Diagnostic{Code: "instantiation", Message: "explicit instantiation of '" + last.Ident + "' does not refer to a function template", Span: n.Span()}
		if why != "" {
			d.Notes = []diag.Note{{Message: "candidate template ignored: " + why, Span: f.ftmpls[0].decl.Decl.(*syntax.FuncDecl).NamePos.Span()}}
		}
		c.report(d)
		return
	}
	fn := found[0]
	for _, o := range found[1:] {
		if c.moreSpecialised(o.tmpl, fn.tmpl, len(o.params)) {
			fn = o
		}
	}
	if c.instantiatedAside(fn.tmpl.scope, n, fn.tmpl.pos()) {
		return
	}
	kernel := fn.decl.Specs&syntax.Kernel != 0
	for _, a := range attrs {
		if a.Name == "kernel" {
			kernel = true
		}
	}
	if !(kernel && fn.special) && !c.explicitly(d, fn, fn.String(), fn.special, fn.decl.NamePos.Span(), n.Span()) {
		return
	}
	fn.stack = nil
	fn.at = n.Span()
	if kernel {
		span := n.Span()
		if fn.state != declared && c.kernelOf[fn] {
			c.aliasKernel(fn, attrs, span)
			return
		}
		c.kernelOf[fn] = true
		c.kernel(fn, attrs, &span)
		return
	}
	c.index(fn)
}

// otherParam says which parameter has not the type that is spelled out.
func otherParam(params []param, spelled []*Type) string {
	if len(params) != len(spelled) {
		return fmt.Sprintf("it has %d parameters", len(params))
	}
	for i, p := range params {
		if p.typ.T != spelled[i] && !holdsAuto(spelled[i]) {
			return fmt.Sprintf("its %s parameter is '%s'", ordinal(i), p.typ)
		}
	}
	return ""
}

// aliasKernel makes a second entry of one instance under another name.
func (c *checker) aliasKernel(f *Function, attrs []syntax.Attr, at diag.Span) {
	for _, e := range c.prog.Entries {
		if e.Func != f.index-1 {
			continue
		}
		for _, a := range attrs {
			if a.Name != "host_name" || len(a.Args) != 1 {
				continue
			}
			if s, ok := a.Args[0].(*syntax.StringLit); ok && s.Value != e.Name {
				if c.entries[s.Value] != nil {
					c.errorf(at, "redefinition", "duplicate kernel name '%s'", s.Value)
					return
				}
				c.entries[s.Value] = f
				copied := *e
				copied.Name, copied.Pos = s.Value, at.Start
				c.prog.Entries = append(c.prog.Entries, &copied)
			}
		}
		return
	}
}

// paramValue is an argument that matches a parameter type exactly.
func (c *checker) paramValue(t QualType) Value {
	if t.T.isRef() {
		return Value{Type: t.T.Elem, Cat: LValue, mem: true, addr: Addr{Space: t.T.Elem.Space}}
	}
	if t.T.Kind == TArray {
		el := t.T.Elem
		el.Space, el.Q = t.Space, el.Q|t.Q
		t = Of(c.pointerTo(el))
	}
	if t.T.Kind == TFunc {
		t = Of(c.pointerTo(t))
	}
	return Value{Type: t.unqual(), mem: !t.T.inRegisters()}
}

// explicitFunction records an explicit specialisation of a function template.
func (c *checker) explicitFunction(d *syntax.FuncDecl) {
	f := c.find(d.Name)
	if !f.ok {
		return
	}
	name := f.part.Ident
	if f.binding == nil || len(f.ftmpls) == 0 {
		c.errorf(d.NamePos.Span(), "specialisation", "no function template matches function template specialization '%s'", name)
		return
	}
	if d.Name.Simple() && c.scope.kind == namespaceScope && !c.lazily() {
		f.ftmpls = slices.DeleteFunc(slices.Clone(f.ftmpls), func(t *Template) bool { return !c.scope.declares(t.scope.enclosingNamespace()) })
	}
	scope, fn := c.scope, c.newFunction(d, c.scope)
	if f.rec != nil {
		d, scope = unqualified(d), f.rec.Scope
		fn = c.newMethod(f.rec, d, scope)
	}
	if !c.signature(fn) {
		return
	}
	primary := c.specialised(f, fn)
	if primary == nil {
		c.errorf(d.NamePos.Span(), "specialisation", "no function template matches function template specialization '%s'", name)
		return
	}
	if primary.special && primary.decl.Body != nil && d.Body != nil {
		c.redefined(primary.String(), d.NamePos.Span(), primary.decl.NamePos.Span())
		return
	}
	if !primary.special && primary.needed() {
		d := specialisedLate(primary.String(), d.NamePos.Span())
		d.Notes = []diag.Note{{Message: "instantiation first required here", Span: primary.at}}
		c.report(d)
		return
	}
	for _, p := range d.Params {
		if p.Default != nil {
			c.errorf(p.Span(), "default-argument", "default argument not permitted on an explicit specialization of function '%s'", name)
		}
	}
	if primary.special = true; primary.state == declared || primary.decl.Body == nil {
		// The specialisation takes the place of the primary's instance.
		d.Specs |= primary.decl.Specs & syntax.Static
		fn.takeDefaults(primary)
		if primary.defaults == nil {
			primary.defaults = primary.scope
		}
		primary.decl, primary.scope, primary.params, primary.result = d, scope, fn.params, fn.result
		primary.state = declared
	}
	if d.Body == nil || c.lazily() {
		return
	}
	if d.Specs&syntax.Kernel != 0 {
		span := d.NamePos.Span()
		c.kernelOf[primary] = true
		c.kernel(primary, nil, &span)
		return
	}
	c.lower(primary)
}

// implicit reports a class that a template's declaration makes, not one that is written out
// for its arguments, nor a class in such a one.
func (r *Record) implicit() bool {
	for s := r.Scope; s.kind != namespaceScope; s = s.parent {
		if s.kind == templateScope || s.record != nil && s.record.special {
			return s.kind == templateScope
		}
	}
	return false
}

// headless reports a specialisation without template<> in front of it.
func (c *checker) headless(d syntax.Decl, at diag.Span) {
	start := d.Span().Start
	c.report(diag.Diagnostic{Code: "specialisation", Message: "template specialization requires 'template<>'", Span: at,
		Fixes: []diag.Fix{{Span: diag.Span{Start: start, End: start}, Text: "template<> "}}})
}

// needed reports an instance whose body is used or checked.
func (f *Function) needed() bool { return f.index > 0 && !f.idle || f.state != declared }

// specialisedLate says that something is specialised where an instance of the template's is in use.
func specialisedLate(name string, at diag.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "specialisation", Message: "explicit specialization of '" + name + "' after instantiation", Span: at}
}

// specialised is the instance of a function template that a declaration names,
// of the most specialised one; nil if there is none.
func (c *checker) specialised(f found, fn *Function) *Function {
	var args []Arg
	if f.part.HasArgs {
		args = c.templateArgs(f.part.Args)
	}
	vals := make([]Value, len(fn.params))
	for i, p := range fn.params {
		vals[i] = c.paramValue(p.typ)
	}
	var best *Function
	for _, t := range f.ftmpls {
		c.resultHint = &fn.result
		full, why := c.deduceCall(t, t.decl.Decl.(*syntax.FuncDecl), args, vals)
		c.resultHint = nil
		if why.kind != viable {
			continue
		}
		var primary *Function
		if ok, _ := c.try(func() { primary = c.instantiateFunc(t, full, fn.decl.NamePos.Span()) }); !ok || primary == nil {
			continue
		}
		same := len(primary.params) == len(fn.params) && (primary.result.T == fn.result.T || holdsAuto(primary.result.T) || holdsAuto(fn.result.T))
		for i := 0; same && i < len(fn.params); i++ {
			same = primary.params[i].typ.T == fn.params[i].typ.T
		}
		if same && (best == nil || c.moreSpecialised(t, best.tmpl, len(fn.params))) {
			best = primary
		}
	}
	return best
}

// variableTemplate gives the instance of a variable template.
func (c *checker) variableTemplate(t *Template, args []Arg, at diag.Span) *Variable {
	full, _, ok := c.bindArgs(t, args, at)
	if !ok {
		return nil
	}
	key := argsKey(full)
	if in := t.insts[key]; in != nil {
		return in.vari
	}
	d, scope, ok := c.chooseSpecialisation(t, full, at)
	if !ok {
		return nil
	}
	vd, ok := d.(*syntax.VarDecl)
	if !ok {
		return nil
	}
	v := &Variable{Name: t.Name, pos: vd.NamePos.Span(), global: &globalVar{decl: vd, scope: scope, tmpl: "variable template specialization '" + t.Name + "<" + argList(full) + ">'"}}
	t.remember(key, &instance{vari: v})
	return v
}
