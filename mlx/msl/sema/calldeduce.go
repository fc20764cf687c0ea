package sema

import (
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// templateCandidate deduces the arguments of a function template from a call.
func (c *checker) templateCandidate(t *Template, set *overloads, args []Value, at diag.Span) *candidate {
	fd := t.decl.Decl.(*syntax.FuncDecl)
	x := c.mem.work.candidates.new()
	x.tmpl, x.pos = t, fd.NamePos.Span()
	explicit := set.args
	if set.part != nil && set.hasArg && explicit == nil {
		ok, first := c.try(func() { explicit = c.templateArgs(set.part.Args) })
		if !ok {
			x.why = because("invalid explicitly-specified argument: " + first.Message)
			return x
		}
	}
	full, why := c.deduceCall(t, fd, explicit, args)
	if why.kind != viable {
		x.why = why
		return x
	}
	var room [64]byte
	key, simple := callArgsKey(room[:0], full)
	var f *Function
	if simple {
		f = t.calls[string(key)]
	}
	var ok bool
	var first diag.Diagnostic
	if f == nil {
		if ok, first = c.try(func() { f = c.instantiateFunc(t, full, at) }); !ok {
			f = nil
		} else if f != nil && simple {
			t.called(string(key), f)
		}
	}
	if f == nil {
		x.tried, x.disabled = full, first.Code == "no-member" && strings.Contains(first.Message, "enable_if<false")
		x.why = reason{kind: untold}
		if first.Message != "" && first.Code != "substitution" {
			x.why = because(x.why.String() + ": " + first.Message)
		}
		return x
	}
	y := c.functionCandidate(f, set.this, args)
	y.tmpl = t
	y.pos = x.pos
	return y
}

// callArgsKey is a key of the arguments of a call, with defaults absent; ok is false if they hold more than
// types and values.
func callArgsKey(k []byte, args []Arg) (key []byte, ok bool) {
	for i := range args {
		switch a := &args[i]; {
		case a.Kind == absentArg:
			k = append(k, '_')
		case (a.Kind == typeArg || a.Kind == valueArg) && a.Type.T != nil && !a.Type.T.isError():
			k = appendArgKey(k, a)
			if a.object != nil { // which the parameter may refer to
				k = append(strconv.AppendUint(append(k, '&'), a.object.global.number, 36), ',')
			}
		default:
			return nil, false
		}
	}
	return k, true
}

func (t *Template) called(key string, f *Function) {
	if t.calls == nil {
		t.calls = map[string]*Function{}
	}
	t.calls[key] = f
}

// requirement is the condition of the enable_if that rules a candidate out,
// with the arguments that were tried, in clang's words.
func (c *checker) requirement(x *candidate) string {
	fd := x.tmpl.decl.Decl.(*syntax.FuncDecl)
	cond := ""
	look := func(n syntax.Node) {
		t, ok := n.(*syntax.NamedType)
		if !ok || cond != "" {
			return
		}
		for p := &t.Name; p != nil; p = p.Of {
			if (p.Ident == "enable_if" || p.Ident == "enable_if_t") && len(p.Args) > 0 {
				cond = c.prog.Sources.Written(p.Args[0].Span())
			}
		}
	}
	for i := range x.tmpl.params {
		syntax.Inspect(x.tmpl.params[i].DefaultType, look)
		syntax.Inspect(x.tmpl.params[i].Type, look)
	}
	syntax.Inspect(fd.Result, look)
	for _, p := range fd.Params {
		syntax.Inspect(p.Type, look)
	}
	if cond == "" {
		return x.reason()
	}
	var with []string
	for i, a := range x.tried {
		if i < len(x.tmpl.params) && x.tmpl.params[i].Name != "" && a.Kind != absentArg {
			with = append(with, x.tmpl.params[i].Name+" = "+argList([]Arg{a}))
		}
	}
	why := "requirement '" + cond + "' was not satisfied"
	if len(with) > 0 {
		why += " [with " + strings.Join(with, ", ") + "]"
	}
	return why
}

// deduceCall deduces the arguments of a function template.
func (c *checker) deduceCall(t *Template, fd *syntax.FuncDecl, explicit []Arg, args []Value) ([]Arg, reason) {
	d := newDeduction(c, t.params, t.scope)
	fixed := 0
	for i := range t.params {
		if fixed >= len(explicit) {
			break
		}
		if t.params[i].Pack {
			d.bound[i] = Arg{Kind: packOf, Pack: append([]Arg(nil), explicit[fixed:]...)}
			d.set[i] = i < len(t.params)-1
			fixed = len(explicit)
			break
		}
		a := explicit[fixed]
		if a.Type.T != nil && a.Type.T.isError() && a.Kind == typeArg {
			return nil, reason{kind: badExplicit, text: t.params[i].Name}
		}
		if t.params[i].Kind == syntax.TypeParam && a.Kind != typeArg || t.params[i].Kind == syntax.ValueParam && a.Kind == typeArg {
			return nil, reason{kind: badExplicit, text: t.params[i].Name}
		}
		d.bound[i], d.set[i] = a, true
		c.bindName(d.scope, &t.params[i], a)
		fixed++
	}
	if fixed < len(explicit) {
		return nil, because("too many explicit template arguments")
	}
	var room [fewParams]bool
	explicitly := append(room[:0], d.set...)
	n := 0
	for i, p := range fd.Params {
		pattern := p.Type
		if e, ok := pattern.(*syntax.PackType); ok {
			pattern = e.Elem
		}
		if p.Pack || isPackType(p.Type) {
			if i < len(fd.Params)-1 {
				if !d.mentions(pattern, make([]bool, len(t.params))) { // a pack of the class
					c.in(d.scope, func() {
						more, _ := c.packLen(p.Span(), func() { c.typeOf(pattern) })
						n += more
					})
				} else {
					n += d.given(pattern)
				}
				continue // not deducible
			}
			d.emptyPacks(pattern)
			for j := 0; n < len(args); j, n = j+1, n+1 {
				d.elem = j
				ok := d.fromValue(pattern, args[n])
				d.elem = -1
				if !ok {
					return nil, d.reason(n)
				}
			}
			break
		}
		if n >= len(args) {
			if p.Default == nil {
				return nil, wrongNumber(len(fd.Params), fd.Params[0].Name, requiredParams(fd), len(args))
			}
			break
		}
		if d.mentions(pattern, explicitly) && !d.fromValue(pattern, args[n]) {
			return nil, d.reason(n)
		}
		n++
	}
	if n < len(args) && !fd.Variadic {
		return nil, wrongNumber(len(fd.Params), firstParam(fd), requiredParams(fd), len(args))
	}
	if c.resultHint != nil && fd.Result != nil && d.mentions(fd.Result, explicitly) {
		d.typ(fd.Result, *c.resultHint)
	}
	return d.complete()
}

// given is the number of explicit arguments of the pack that a pattern expands.
func (d *deduction) given(pattern syntax.TypeExpr) int {
	for i := range d.params {
		others := make([]bool, len(d.params))
		for j := range others {
			others[j] = j != i
		}
		if d.params[i].Pack && d.mentions(pattern, others) {
			return len(d.bound[i].Pack)
		}
	}
	return 0
}

func requiredParams(fd *syntax.FuncDecl) int {
	n := 0
	for _, p := range fd.Params {
		if p.Default != nil || p.Pack || isPackType(p.Type) {
			break
		}
		n++
	}
	return n
}

func firstParam(fd *syntax.FuncDecl) string {
	if len(fd.Params) == 0 {
		return ""
	}
	return fd.Params[0].Name
}

func (d *deduction) reason(i int) reason {
	if d.note.kind != viable {
		return d.note
	}
	return reason{kind: noMatch, arg: int32(i)}
}

// complete gives the deduced arguments, or why one is missing.
func (d *deduction) complete() ([]Arg, reason) {
	for i := range d.params {
		p := &d.params[i]
		if !d.set[i] && !p.Pack && !p.Defaulted() {
			return nil, reason{kind: notInferred, text: p.Name}
		}
	}
	return d.result(), reason{}
}

// result is the list of arguments with gaps for defaults.
func (d *deduction) result() []Arg {
	out := d.c.mem.work.args.make(len(d.bound))
	for i := range d.bound {
		switch {
		case d.params[i].Pack:
			out[i] = d.bound[i]
			out[i].Kind = packOf
		case d.set[i]:
			out[i] = d.bound[i]
		default:
			out[i] = Arg{Kind: absentArg}
		}
	}
	return out
}

// fromValue deduces from an argument of a call.
func (d *deduction) fromValue(pattern syntax.TypeExpr, v Value) bool {
	if v.bad() {
		return true
	}
	if v.list() != nil {
		return true // a braced list deduces nothing
	}
	array, isArray := pattern.(*syntax.ArrayType)
	if isArray {
		pattern = &syntax.PointerType{Range: array.Range, Elem: array.Elem}
	}
	ref, isRef := pattern.(*syntax.RefType)
	if v.Type.T == stringType {
		el := Of(Scalar(ir.I8))
		v = Value{Type: QualType{T: d.c.arrayOf(el, len(v.text())+1), Q: Const, Space: ir.Constant}, Cat: LValue}
	}
	if v.set() != nil {
		f := d.c.onlyFunction(v.set())
		if f == nil {
			return true
		}
		v = Value{Type: Of(d.c.typeOfFunction(f))}
	}
	t := v.Type
	if isRef {
		if t.Space == ir.NoSpace {
			t.Space = ir.Thread
		}
		if ref.RValue {
			// A plain T && forwards: lvalues deduce a reference.
			if n, ok := ref.Elem.(*syntax.NamedType); ok && d.param(&n.Name) >= 0 && v.Cat == LValue {
				return d.typ(n, Of(d.c.refTo(t)))
			}
			t.Space = ir.NoSpace
			return d.typ(ref.Elem, t)
		}
		if v.Cat != LValue && !hasSpace(ref.Elem) {
			t.Space = ir.NoSpace
		}
		if t.Space == ir.Thread && !hasSpace(ref.Elem) {
			t.Space = ir.NoSpace
		}
		return d.typ(ref.Elem, t)
	}
	switch t.T.Kind {
	case TArray:
		el := t.T.Elem
		el.Q |= t.Q
		el.Space = t.Space
		if el.Space == ir.NoSpace {
			el.Space = ir.Thread
		}
		t = Of(d.c.pointerTo(el))
	case TFunc:
		t = Of(d.c.pointerTo(t))
	}
	t = t.unqual()
	if isArray && t.T.Kind == TPointer && t.T.Elem.Space == ir.Thread && !hasSpace(array.Elem) {
		t = Of(d.c.pointerTo(t.T.Elem.in(ir.NoSpace)))
	}
	if q, ok := pattern.(*syntax.QualType); ok && q.Quals&allSpaces == 0 {
		pattern = q.Elem
	}
	return d.typ(pattern, t)
}

func hasSpace(t syntax.TypeExpr) bool {
	q, ok := t.(*syntax.QualType)
	return ok && q.Quals&allSpaces != 0
}

// mentions reports whether a pattern holds a parameter that is still to be
// deduced.
func (d *deduction) mentions(t syntax.TypeExpr, fixed []bool) bool {
	switch t := t.(type) {
	case *syntax.NamedType:
		if i := d.param(&t.Name); i >= 0 {
			return !fixed[i]
		}
		if t.Name.Of != nil && !t.Name.HasArgs {
			return false // T::type is not deduced
		}
		for p := &t.Name; p != nil; p = p.Of {
			for _, a := range p.Args {
				if a.Type != nil && d.mentions(a.Type, fixed) {
					return true
				}
				if id, ok := a.Expr.(*syntax.IdentExpr); ok && d.param(&id.Name) >= 0 && !fixed[d.param(&id.Name)] {
					return true
				}
			}
		}
	case *syntax.QualType:
		return d.mentions(t.Elem, fixed)
	case *syntax.PointerType:
		return d.mentions(t.Elem, fixed)
	case *syntax.MemberPointerType:
		return d.mentions(t.Elem, fixed) || d.mentions(t.Class, fixed)
	case *syntax.RefType:
		return d.mentions(t.Elem, fixed)
	case *syntax.ArrayType:
		if id, ok := t.Size.(*syntax.IdentExpr); ok && d.param(&id.Name) >= 0 {
			return true
		}
		return d.mentions(t.Elem, fixed)
	case *syntax.PackType:
		return d.mentions(t.Elem, fixed)
	case *syntax.FuncType:
		if d.mentions(t.Result, fixed) {
			return true
		}
		for _, p := range t.Params {
			if d.mentions(p.Type, fixed) {
				return true
			}
		}
	case *syntax.AutoType:
		return true
	}
	return false
}
