package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// deduction finds template arguments by matching patterns, which are types as
// written, with the types of arguments.
type deduction struct {
	c      *checker
	params []syntax.TemplateParam
	bound  []Arg
	set    []bool
	scope  *Scope // binds what is known so far
	elem   int    // element of packs that is matched, -1 outside of an expansion
	note   reason
	auto   *QualType // receives what auto stands for
	room   [fewParams]bool
	strict bool // const is demanded where it is written, to order templates; to others it may be added
}

// fewParams is how many parameters most templates have at most.
const fewParams = 8

func newDeduction(c *checker, params []syntax.TemplateParam, outer *Scope) *deduction {
	d := c.mem.work.deductions.new()
	*d = deduction{c: c, params: params, bound: c.mem.work.args.make(len(params)), elem: -1}
	if d.set = d.room[:min(len(params), fewParams)]; len(params) > fewParams {
		d.set = make([]bool, len(params))
	}
	d.scope = briefScope(templateScope, outer)
	return d
}

// param is the index of the parameter that a name denotes, -1 if none.
func (d *deduction) param(n *syntax.Name) int {
	if !n.Simple() {
		return -1
	}
	for i := range d.params {
		if d.params[i].Name == n.Ident && d.params[i].Name != "" {
			return i
		}
	}
	return -1
}

// give binds a parameter, or compares with what it is bound to.
func (d *deduction) give(i int, a Arg) bool {
	p := &d.params[i]
	if p.Pack && a.Kind != packOf {
		if d.elem < 0 {
			return false
		}
		el := d.bound[i].Pack
		d.bound[i].Kind = packOf
		d.set[i] = true
		if d.elem < len(el) {
			return sameArg(el[d.elem], a)
		}
		d.bound[i].Pack = append(el, a)
		return true
	}
	if d.set[i] {
		if sameArg(d.bound[i], a) {
			return true
		}
		if d.note.kind == viable {
			d.note = reason{kind: inconsistent, clash: &clash{p.Name, d.bound[i], a}}
		}
		return false
	}
	d.bound[i], d.set[i] = a, true
	d.c.bindName(d.scope, p, a)
	return true
}

func sameArg(a, b Arg) bool {
	if a.Kind == valueArg && b.Kind == valueArg {
		// Array bounds and the like are deduced with a type of their own.
		return signExtend(a.Type.T.Scalar, a.Bits) == signExtend(b.Type.T.Scalar, b.Bits)
	}
	return argsKey([]Arg{a}) == argsKey([]Arg{b})
}

// typ matches a pattern with a type.
func (d *deduction) typ(pattern syntax.TypeExpr, t QualType) bool {
	if t.T.isError() {
		return true
	}
	switch p := pattern.(type) {
	case *syntax.NamedType:
		return d.named(p, t)
	case *syntax.QualType:
		if d.strict && p.Quals&syntax.Const != 0 && !t.isConst() {
			return false
		}
		elsewhere := false
		if s := p.Quals & allSpaces; s != 0 {
			elsewhere = t.Space != ir.NoSpace && spaceOf[s] != t.Space
			t.Space = ir.NoSpace
			if s == syntax.SpaceConstant {
				t.Q &^= Const
			}
		}
		if p.Quals&syntax.Const != 0 {
			t.Q &^= Const
		}
		if p.Quals&syntax.Volatile != 0 {
			t.Q &^= Volatile
		}
		t.Q &^= Coherent
		same := d.typ(p.Elem, t)
		if same && elsewhere && d.note.kind == viable {
			d.note = because("address spaces do not match")
		}
		return same && !elsewhere
	case *syntax.PointerType:
		return (t.T.Kind == TPointer || t.T.Kind == TFuncPtr) && d.typ(p.Elem, t.T.Elem)
	case *syntax.MemberPointerType:
		return t.T.Kind == TMember && d.typ(p.Elem, t.T.Elem) && d.typ(p.Class, Of(t.T.Class))
	case *syntax.RefType:
		if !t.T.isRef() || p.RValue != (t.T.Kind == TRValueRef) {
			return false
		}
		el := t.T.Elem
		if p.RValue && el.Space == ir.Thread && !hasSpace(p.Elem) {
			el.Space = ir.NoSpace // which T && has of itself
		}
		return d.typ(p.Elem, el)
	case *syntax.ArrayType:
		if t.T.Kind != TArray || !d.typ(p.Elem, QualType{T: t.T.Elem.T, Q: t.T.Elem.Q | t.Q, Space: t.Space}) {
			return false
		}
		return p.Size == nil || t.T.N < 0 || d.value(p.Size, ulongType(), uint64(t.T.N))
	case *syntax.FuncType:
		if t.T.Kind != TFunc || p.Quals&^syntax.SpaceThread != t.T.method || !d.typ(p.Result, t.T.Elem) {
			return false
		}
		list := make([]syntax.TypeExpr, len(p.Params))
		for i, q := range p.Params {
			list[i] = q.Type
			if q.Pack {
				list[i] = &syntax.PackType{Range: q.Range, Elem: q.Type}
			}
		}
		return d.types(list, t.T.Params)
	case *syntax.AutoType:
		if d.auto != nil {
			*d.auto = t
		}
		return true
	}
	return d.concrete(pattern, t)
}

// types matches a list of patterns, of which the last may be an expansion.
func (d *deduction) types(patterns []syntax.TypeExpr, ts []QualType) bool {
	for i, p := range patterns {
		if e, ok := p.(*syntax.PackType); ok {
			rest := ts[min(i, len(ts)):]
			d.emptyPacks(e.Elem)
			for j, t := range rest {
				d.elem = j
				ok := d.typ(e.Elem, t)
				d.elem = -1
				if !ok {
					return false
				}
			}
			return true
		}
		if i >= len(ts) || !d.typ(p, ts[i]) {
			return false
		}
	}
	return len(ts) == len(patterns)
}

// emptyPacks marks the packs of an expansion as deduced, perhaps to nothing.
func (d *deduction) emptyPacks(syntax.Node) {
	for i := range d.params {
		if d.params[i].Pack && !d.set[i] {
			d.set[i], d.bound[i].Kind = true, packOf
		}
	}
}

// concrete compares a pattern without parameters that can be deduced from it.
func (d *deduction) concrete(pattern syntax.TypeExpr, t QualType) bool {
	var u QualType
	ok, _ := d.c.try(func() { d.c.in(d.scope, func() { u = d.c.typeOf(pattern) }) })
	if !ok {
		return true // not deducible here; checked after substitution
	}
	return u.T == t.T || u.T.isError()
}

func (d *deduction) named(p *syntax.NamedType, t QualType) bool {
	if i := d.param(&p.Name); i >= 0 && !p.Name.HasArgs {
		if d.params[i].Kind != syntax.TypeParam {
			return true
		}
		if t.T.Kind == TOpaque && t.T.M == 1 && !d.params[i].Pack {
			return false // one type for any number of them
		}
		if t.T.Kind == TVoid && t.Space == ir.NoSpace && d.elem >= 0 {
			return d.give(i, Arg{Kind: typeArg, Type: t})
		}
		return d.give(i, Arg{Kind: typeArg, Type: t})
	}
	if !p.Name.HasArgs {
		return d.concrete(p, t)
	}
	// A template-id: the type must be an instance of the template.
	var f found
	var tmpl *Template
	if i := d.param(&p.Name); i >= 0 {
		// template <template <typename> class C> f(C<T>)
		own, args := d.c.instanceOf(t.T)
		if own == nil || !d.give(i, Arg{Kind: templateArg, Tmpl: own}) {
			return false
		}
		return d.args(p.Name.Args, args)
	}
	ok, _ := d.c.try(func() { d.c.in(d.scope, func() { f = d.c.find(&p.Name) }) })
	if !ok || f.binding == nil || f.tmpl == nil {
		return true
	}
	tmpl = f.tmpl
	if tmpl.kind == aliasTemplate {
		return d.alias(tmpl, p.Name.Args, t)
	}
	return d.instance(tmpl, p.Name.Args, t.T)
}

// instance matches template arguments with those of a class or, where that
// fails, of the one class among its bases that they match.
func (d *deduction) instance(tmpl *Template, patterns []syntax.TemplateArg, t *Type) bool {
	own, args := d.c.instanceOf(t)
	if t.Kind != TRecord {
		return own == tmpl && d.args(patterns, args)
	}
	before := d.state()
	if own == tmpl && d.args(patterns, args) {
		return true
	}
	if !d.c.complete(t.Record, diag.Span{}) {
		return false
	}
	var match *deductionState
	for _, base := range t.Record.Bases {
		d.restore(before)
		if !d.instance(tmpl, patterns, base) {
			continue
		}
		if match != nil && !match.same(d) {
			return false
		}
		match = d.state()
	}
	if match != nil {
		d.restore(match)
	}
	return match != nil
}

// deductionState is what is deduced so far.
type deductionState struct {
	bound []Arg
	set   []bool
}

func (d *deduction) state() *deductionState {
	s := &deductionState{slices.Clone(d.bound), slices.Clone(d.set)}
	for i := range s.bound {
		s.bound[i].Pack = slices.Clip(s.bound[i].Pack) // what is added later is of d alone
	}
	return s
}

func (d *deduction) restore(s *deductionState) {
	copy(d.bound, s.bound)
	copy(d.set, s.set)
	for i, set := range s.set {
		if set {
			d.c.bindName(d.scope, &d.params[i], s.bound[i])
		}
	}
}

// same reports that as much was deduced as d has.
func (s *deductionState) same(d *deduction) bool {
	for i, set := range s.set {
		if set != d.set[i] || set && !sameArg(s.bound[i], d.bound[i]) {
			return false
		}
	}
	return true
}

// alias matches an alias template by its own pattern where its parameters
// stand for those being deduced.
func (d *deduction) alias(t *Template, args []syntax.TemplateArg, typ QualType) bool {
	inner := newDeduction(d.c, t.params, t.scope)
	if !inner.typ(t.decl.Decl.(*syntax.AliasDecl).Type, typ) {
		return false
	}
	bound := inner.result()
	if n := len(bound) - 1; t.params[n].Pack && !inner.set[n] { // as in void_t<T...>
		bound, args = bound[:n], args[:min(n, len(args))]
	}
	return d.args(args, bound)
}

// args matches written template arguments with those of an instance.
func (d *deduction) args(patterns []syntax.TemplateArg, args []Arg) bool {
	flat := make([]Arg, 0, len(args))
	for _, a := range args {
		if a.Kind == packOf {
			flat = append(flat, a.Pack...)
		} else {
			flat = append(flat, a)
		}
	}
	for i := range patterns {
		p := &patterns[i]
		if p.Pack {
			d.emptyPacks(p)
			for j, a := range flat[min(i, len(flat)):] {
				d.elem = j
				ok := d.arg(p, a)
				d.elem = -1
				if !ok {
					return false
				}
			}
			return true
		}
		if i >= len(flat) || !d.arg(p, flat[i]) {
			return false
		}
	}
	return true // defaults of the template are checked after substitution
}

func (d *deduction) arg(p *syntax.TemplateArg, a Arg) bool {
	switch a.Kind {
	case typeArg:
		return p.Type != nil && d.typExact(p.Type, a.Type)
	case templateArg:
		if n, ok := p.Type.(*syntax.NamedType); ok {
			if i := d.param(&n.Name); i >= 0 {
				return d.give(i, a)
			}
			f := d.c.lookup(d.scope, n.Name.Outermost().Ident)
			return f != nil && f.tmpl == a.Tmpl
		}
		return false
	case valueArg:
		e := p.Expr
		if n, ok := p.Type.(*syntax.NamedType); ok && e == nil {
			e = &syntax.IdentExpr{Name: n.Name}
		}
		return e != nil && d.value(e, a.Type.T, a.Bits)
	case objectArg, funcArg:
		if i := d.param(&syntax.Name{Ident: soleName(p)}); i >= 0 {
			return d.give(i, a)
		}
		own := d.c.templateArg(p)
		return own.object == a.object && own.Fn == a.Fn
	}
	return true
}

// typExact matches where qualifiers must agree, as in template arguments.
func (d *deduction) typExact(p syntax.TypeExpr, t QualType) bool {
	if q, ok := p.(*syntax.QualType); ok {
		if q.Quals&syntax.Const != 0 && t.Q&Const == 0 || q.Quals&syntax.Volatile != 0 && t.Q&Volatile == 0 {
			return false
		}
		if s := q.Quals & allSpaces; s != 0 && spaceOf[s] != t.Space {
			return false
		}
	}
	if _, ok := p.(*syntax.NamedType); !ok {
		return d.typ(p, t)
	}
	n := p.(*syntax.NamedType)
	if i := d.param(&n.Name); i < 0 && (t.Q != 0 || t.Space != 0) {
		var u QualType
		ok, _ := d.c.try(func() { d.c.in(d.scope, func() { u = d.c.typeOf(p) }) })
		return !ok || u == t
	}
	return d.typ(p, t)
}

// value matches an expression with a constant.
func (d *deduction) value(e syntax.Expr, t *Type, bits uint64) bool {
	for {
		p, ok := e.(*syntax.ParenExpr)
		if !ok {
			break
		}
		e = p.X
	}
	if id, ok := e.(*syntax.IdentExpr); ok {
		if i := d.param(&id.Name); i >= 0 {
			if d.params[i].Kind != syntax.ValueParam {
				return false
			}
			return d.give(i, Arg{Kind: valueArg, Type: Of(t), Bits: bits})
		}
	}
	var v uint64
	var vt *Type
	ok, _ := d.c.try(func() {
		d.c.in(d.scope, func() {
			if got, typ, ok := d.c.constant(e); ok {
				v, vt = got, typ
			}
		})
	})
	if !ok || vt == nil {
		return true // depends on what is not known yet
	}
	return signExtend(vt.Scalar, v) == signExtend(t.Scalar, bits)
}

// instanceOf is the template that a type is an instance of, and its arguments.
func (c *checker) instanceOf(t *Type) (*Template, []Arg) {
	num := func(n int) Arg { return Arg{Kind: valueArg, Type: Of(intType()), Bits: uint64(n)} }
	el := Arg{Kind: typeArg, Type: Of(t.elemType())}
	switch t.Kind {
	case TRecord:
		return t.Record.tmpl, t.Record.args
	case TVector:
		return builtinTemplate("vec"), []Arg{el, num(t.N)}
	case TPacked:
		return builtinTemplate("packed_vec"), []Arg{el, num(t.N)}
	case TMatrix:
		return builtinTemplate("matrix"), []Arg{el, num(t.N), num(t.M)}
	case TSimdMatrix:
		return builtinTemplate("simdgroup_matrix"), []Arg{el, num(8), num(8)}
	case TAtomic:
		return builtinTemplate("atomic"), []Arg{el}
	}
	return nil, nil
}

func flatten(args []Arg) []Arg {
	out := make([]Arg, 0, len(args))
	for _, a := range args {
		if a.Kind == packOf {
			out = append(out, a.Pack...)
		} else {
			out = append(out, a)
		}
	}
	return out
}
