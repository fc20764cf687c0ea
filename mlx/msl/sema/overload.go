package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// overloads is a name that denotes functions.
type overloads struct {
	name    string
	funcs   []*Function
	tmpls   []*Template
	fams    []famRef
	args    []Arg // explicit template arguments
	hasArg  bool
	this    *Value // object of a member call
	qual    bool   // qualified: no lookup by argument
	part    *syntax.NamePart
	members *overloads // of an operator: member functions of the left operand
}

// candidate is one function that a call may mean.
type candidate struct {
	fn     *Function
	tmpl   *Template
	fam    *famRef
	over   *stdOverload
	params []QualType
	seqs   []sequence
	this   sequence
	member bool      // an operator that is a member of the first operand
	why    string    // that it is not viable
	pos    diag.Span // of its declaration
}

func (x *candidate) viable() bool { return x.why == "" }

// resolve chooses the function of a set that fits arguments best. It reports
// an error and gives nil if there is none, or more than one.
func (c *checker) resolve(set *overloads, args []Value, at diag.Span) *candidate {
	for _, a := range args {
		if a.bad() {
			return nil
		}
	}
	cands := c.candidates(set, args, at)
	best, ambiguous := c.choose(cands)
	switch {
	case best != nil:
		return best
	case len(ambiguous) > 0:
		d := diag.Diagnostic{Code: "ambiguous-call", Message: "call to '" + set.name + "' is ambiguous", Span: at}
		for i, x := range ambiguous {
			if i == maxCandidateNotes {
				break
			}
			d.Notes = append(d.Notes, diag.Note{Message: "candidate function" + x.signatureText(), Span: x.pos})
		}
		c.report(d)
	default:
		c.noMatch(set, cands, args, at)
	}
	return nil
}

// signatureText describes a standard function, which has no text to point at.
func (x *candidate) signatureText() string {
	if x.over == nil {
		return ""
	}
	return " '" + x.over.String() + "'"
}

func (c *checker) noMatch(set *overloads, cands []*candidate, args []Value, at diag.Span) {
	if c.trap != nil {
		c.errorf(at, "no-matching-function", "no matching function for call to '%s'", set.name)
		return
	}
	what := "function"
	if set.this != nil {
		what = "member function"
	}
	d := diag.Diagnostic{Code: "no-matching-function", Message: "no matching " + what + " for call to '" + set.name + "'", Span: at}
	std := 0
	for _, x := range cands {
		if len(d.Notes) == maxCandidateNotes {
			break
		}
		switch {
		case x.over != nil:
			if std++; std > 3 {
				continue
			}
			d.Notes = append(d.Notes, diag.Note{Message: "candidate function '" + x.over.String() + "' not viable: " + x.why})
		case x.tmpl != nil && x.fn == nil:
			d.Notes = append(d.Notes, diag.Note{Message: "candidate template ignored: " + x.why, Span: x.pos})
		default:
			d.Notes = append(d.Notes, diag.Note{Message: "candidate function not viable: " + x.why, Span: x.pos})
		}
	}
	c.report(d)
}

// candidates gathers the functions of a set with their conversions.
func (c *checker) candidates(set *overloads, args []Value, at diag.Span) []*candidate {
	var out []*candidate
	if !set.hasArg {
		for _, f := range set.funcs {
			out = append(out, c.functionCandidate(f, set.this, args))
		}
	}
	for _, t := range set.tmpls {
		out = append(out, c.templateCandidate(t, set, args, at))
	}
	for i := range set.fams {
		out = c.familyCandidates(out, &set.fams[i], set, args)
	}
	return out
}

func (c *checker) functionCandidate(f *Function, this *Value, args []Value) *candidate {
	x := &candidate{fn: f, pos: f.decl.NamePos.Span(), tmpl: f.tmpl}
	if f.broken {
		x.why = "its declaration is erroneous"
		return x
	}
	if len(args) < f.required() || len(args) > len(f.params) && !f.decl.Variadic {
		x.why = arity(len(f.params), f.required(), len(args))
		return x
	}
	if f.record != nil && !f.static && !f.ctor {
		if this == nil {
			x.why = "call to non-static member function without an object argument"
			return x
		}
		x.this = c.thisSequence(*this, f)
		if x.this.rank == impossible {
			x.why = thisProblem(*this, f)
			return x
		}
	}
	x.params = f.paramTypes()
	c.convertAll(x, args)
	return x
}

func arity(most, least, given int) string {
	args := func(n int) string {
		if n == 1 {
			return "1 argument"
		}
		return itoa(n) + " arguments"
	}
	was := " were provided"
	if given == 1 {
		was = " was provided"
	}
	switch {
	case most == least:
		return "requires " + args(most) + ", but " + itoa(given) + was
	case given > most:
		return "requires at most " + args(most) + ", but " + itoa(given) + was
	}
	return "requires at least " + args(least) + ", but " + itoa(given) + was
}

// convertAll finds the conversion of each argument to its parameter.
func (c *checker) convertAll(x *candidate, args []Value) {
	x.seqs = make([]sequence, len(args))
	for i, a := range args {
		if i >= len(x.params) {
			x.seqs[i] = sequence{rank: ellipsis}
			continue
		}
		x.seqs[i] = c.implicit(a, x.params[i])
		if x.seqs[i].rank == impossible {
			x.why = argumentProblem(a, x.params[i], i)
			return
		}
	}
}

func argumentProblem(a Value, to QualType, i int) string {
	from := a.Type
	if to.T.isRef() {
		el := to.T.Elem
		switch {
		case a.Cat == LValue && from.T == el.T && from.Space != el.Space:
			return "cannot pass pointer to address space '" + spaceName(from.Space) + "' as a reference to '" + spaceName(el.Space) + "' in " + ordinal(i) + " argument"
		case a.Cat == LValue && from.T == el.T && from.Q&^el.Q != 0:
			return ordinal(i) + " argument ('" + from.String() + "') would lose " + qualNames(from.Q&^el.Q) + " qualifier"
		case a.Cat != LValue && from.T == el.T:
			return "expects an lvalue for " + ordinal(i) + " argument"
		}
	}
	if from.T.Kind == TPointer && to.T.Kind == TPointer && from.T.Elem.T == to.T.Elem.T {
		if from.T.Elem.Space != to.T.Elem.Space {
			return "cannot pass pointer to address space '" + spaceName(from.T.Elem.Space) + "' as a pointer to '" + spaceName(to.T.Elem.Space) + "' in " + ordinal(i) + " argument"
		}
		return ordinal(i) + " argument ('" + from.String() + "') would lose " + qualNames(from.T.Elem.Q&^to.T.Elem.Q) + " qualifier"
	}
	from.Space = ir.NoSpace
	return "no known conversion from '" + from.String() + "' to '" + to.String() + "' for " + ordinal(i) + " argument"
}

func spaceName(s ir.Space) string {
	if s == ir.NoSpace {
		return "thread"
	}
	return spaceNames[s]
}

func ordinal(i int) string {
	switch n := i + 1; {
	case n%10 == 1 && n%100 != 11:
		return itoa(n) + "st"
	case n%10 == 2 && n%100 != 12:
		return itoa(n) + "nd"
	case n%10 == 3 && n%100 != 13:
		return itoa(n) + "rd"
	default:
		return itoa(n) + "th"
	}
}

// thisSequence is the conversion of an object to the method's *this.
func (c *checker) thisSequence(this Value, f *Function) sequence {
	q := this.Type
	held := q.Space
	if held == ir.NoSpace || this.Cat != LValue && !this.mem {
		held = ir.Thread
	}
	if held != f.thisSpace() {
		return never()
	}
	want := Quals(0)
	if f.constMethod() || f.space == ir.Constant {
		want = Const
	}
	if q.Q&Const&^want != 0 {
		return never()
	}
	s := sequence{base: baseDistance(q.T, f.record.Type)}
	if want&^q.Q != 0 {
		s.qualify = 1
	}
	return s
}

func thisProblem(this Value, f *Function) string {
	held := spaceName(this.Type.Space)
	if want := spaceName(f.thisSpace()); held != want {
		return "'this' object is in address space '" + held + "', but method expects object in address space '" + want + "'"
	}
	return "'this' argument has type '" + this.Type.String() + "', but method is not marked const"
}

// templateCandidate deduces the arguments of a function template from a call.
func (c *checker) templateCandidate(t *Template, set *overloads, args []Value, at diag.Span) *candidate {
	fd := t.decl.Decl.(*syntax.FuncDecl)
	x := &candidate{tmpl: t, pos: fd.NamePos.Span()}
	explicit := set.args
	if set.part != nil && set.hasArg && explicit == nil {
		ok, first := c.try(func() { explicit = c.templateArgs(set.part.Args) })
		if !ok {
			x.why = "invalid explicitly-specified argument: " + first.Message
			return x
		}
	}
	full, why := c.deduceCall(t, fd, explicit, args)
	if why != "" {
		x.why = why
		return x
	}
	var f *Function
	ok, first := c.try(func() { f = c.instantiateFunc(t, full, at) })
	if !ok || f == nil {
		x.why = "substitution failure: " + first.Message
		if first.Message == "" {
			x.why = "substitution failure"
		}
		return x
	}
	y := c.functionCandidate(f, set.this, args)
	y.tmpl = t
	y.pos = x.pos
	return y
}

// deduceCall deduces the arguments of a function template.
func (c *checker) deduceCall(t *Template, fd *syntax.FuncDecl, explicit []Arg, args []Value) ([]Arg, string) {
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
			return nil, "invalid explicitly-specified argument for template parameter '" + t.params[i].Name + "'"
		}
		if t.params[i].Kind == syntax.TypeParam && a.Kind != typeArg || t.params[i].Kind == syntax.ValueParam && a.Kind == typeArg {
			return nil, "invalid explicitly-specified argument for template parameter '" + t.params[i].Name + "'"
		}
		d.bound[i], d.set[i] = a, true
		c.bindName(d.scope, &t.params[i], a)
		fixed++
	}
	if fixed < len(explicit) {
		return nil, "too many explicit template arguments"
	}
	explicitly := append([]bool(nil), d.set...)
	n := 0
	for i, p := range fd.Params {
		pattern := p.Type
		if e, ok := pattern.(*syntax.PackType); ok {
			pattern = e.Elem
		}
		if p.Pack || isPackType(p.Type) {
			if i < len(fd.Params)-1 {
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
				return nil, arity(len(fd.Params), requiredParams(fd), len(args))
			}
			break
		}
		if d.mentions(pattern, explicitly) && !d.fromValue(pattern, args[n]) {
			return nil, d.reason(n)
		}
		n++
	}
	if n < len(args) {
		return nil, arity(len(fd.Params), requiredParams(fd), len(args))
	}
	return d.complete()
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

func (d *deduction) reason(i int) string {
	if d.note != "" {
		return d.note
	}
	return "could not match the type of the " + ordinal(i) + " argument"
}

// complete gives the deduced arguments, or why one is missing.
func (d *deduction) complete() ([]Arg, string) {
	for i := range d.params {
		p := &d.params[i]
		if !d.set[i] && !p.Pack && p.DefaultType == nil && p.DefaultExpr == nil {
			return nil, "couldn't infer template argument '" + p.Name + "'"
		}
	}
	return d.result(), ""
}

// result is the list of arguments with gaps for defaults.
func (d *deduction) result() []Arg {
	out := make([]Arg, len(d.bound))
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
	if v.list != nil {
		return true // a braced list deduces nothing
	}
	array, isArray := pattern.(*syntax.ArrayType)
	if isArray {
		pattern = &syntax.PointerType{Range: array.Range, Elem: array.Elem}
	}
	ref, isRef := pattern.(*syntax.RefType)
	if v.set != nil {
		f := d.c.onlyFunction(v.set)
		if f == nil {
			return true
		}
		v = Value{Type: Of(d.c.funcType(f.result, f.paramTypes()))}
	}
	t := v.Type
	if isRef {
		if t.Space == ir.NoSpace {
			t.Space = ir.Thread
		}
		if ref.RValue {
			// A plain T && forwards: lvalues deduce a reference.
			if n, ok := ref.Elem.(*syntax.NamedType); ok && d.param(n.Name) >= 0 && v.Cat == LValue {
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
		if i := d.param(t.Name); i >= 0 {
			return !fixed[i]
		}
		if len(t.Name.Parts) > 1 && !t.Name.Parts[len(t.Name.Parts)-1].HasArgs {
			return false // T::type is not deduced
		}
		for _, p := range t.Name.Parts {
			for _, a := range p.Args {
				if a.Type != nil && d.mentions(a.Type, fixed) {
					return true
				}
				if id, ok := a.Expr.(*syntax.IdentExpr); ok && d.param(id.Name) >= 0 && !fixed[d.param(id.Name)] {
					return true
				}
			}
		}
	case *syntax.QualType:
		return d.mentions(t.Elem, fixed)
	case *syntax.PointerType:
		return d.mentions(t.Elem, fixed)
	case *syntax.RefType:
		return d.mentions(t.Elem, fixed)
	case *syntax.ArrayType:
		if id, ok := t.Size.(*syntax.IdentExpr); ok && d.param(id.Name) >= 0 {
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

// choose finds the candidate that is better than all others.
func (c *checker) choose(cands []*candidate) (best *candidate, ambiguous []*candidate) {
	for _, x := range cands {
		if x.viable() && (best == nil || c.betterThan(x, best)) {
			best = x
		}
	}
	if best == nil {
		return nil, nil
	}
	for _, x := range cands {
		if x != best && x.viable() && !c.betterThan(best, x) {
			ambiguous = append(ambiguous, x)
		}
	}
	if len(ambiguous) > 0 {
		return nil, append([]*candidate{best}, ambiguous...)
	}
	return best, nil
}

// betterThan orders viable candidates.
func (c *checker) betterThan(a, b *candidate) bool {
	better := false
	judge := func(x, y sequence) bool {
		if y.better(x) {
			return false
		}
		better = better || x.better(y)
		return true
	}
	if a.fn != nil && b.fn != nil && a.fn.record != nil && b.fn.record != nil && !judge(a.this, b.this) {
		return false
	}
	for i := range a.seqs {
		if !judge(a.seqs[i], b.seqs[i]) {
			return false
		}
	}
	if better {
		return true
	}
	switch {
	case (a.over == nil) != (b.over == nil):
		return a.over == nil // the user's own function hides the library's
	case a.over != nil:
		return false
	case (a.tmpl == nil) != (b.tmpl == nil):
		return a.tmpl == nil
	case a.tmpl != nil && a.tmpl != b.tmpl:
		ab, ba := c.moreSpecialised(a.tmpl, b.tmpl, len(a.seqs)), c.moreSpecialised(b.tmpl, a.tmpl, len(a.seqs))
		return ab && (!ba || !a.tmpl.endsInPack() && b.tmpl.endsInPack())
	}
	return false
}

// endsInPack reports a function template whose last parameter is a pack.
func (t *Template) endsInPack() bool {
	f, ok := t.decl.Decl.(*syntax.FuncDecl)
	if !ok || len(f.Params) == 0 {
		return false
	}
	last := f.Params[len(f.Params)-1]
	return last.Pack || isPackType(last.Type)
}

// moreSpecialised reports whether b's parameters can be deduced from a's.
func (c *checker) moreSpecialised(a, b *Template, n int) bool {
	fa, ok1 := a.decl.Decl.(*syntax.FuncDecl)
	fb, ok2 := b.decl.Decl.(*syntax.FuncDecl)
	if !ok1 || !ok2 {
		return false
	}
	result := true
	c.try(func() {
		var types []QualType
		c.in(c.opaqueScope(a.params, a.scope), func() {
			for i, p := range fa.Params {
				if i >= n && !p.Pack {
					break
				}
				te := p.Type
				if e, ok := te.(*syntax.PackType); ok {
					te = e.Elem
				}
				var t QualType
				if p.Pack || isPackType(p.Type) {
					c.expand = &expansion{length: 1}
					t = c.typeOf(te)
					c.expand = nil
				} else {
					t = c.typeOf(te)
				}
				types = append(types, t)
			}
		})
		d := newDeduction(c, b.params, b.scope)
		for i, p := range fb.Params {
			if i >= n && !p.Pack {
				break
			}
			te := p.Type
			pack := p.Pack
			if e, ok := te.(*syntax.PackType); ok {
				te, pack = e.Elem, true
			}
			if pack {
				d.emptyPacks(te)
				for j := i; j < len(types); j++ {
					d.elem = j - i
					ok := d.typ(stripRef(te), stripTypeRef(types[j]))
					d.elem = -1
					result = result && ok
				}
				return
			}
			if i >= len(types) {
				result = false
				return
			}
			if types[i].T.isError() {
				continue
			}
			if i < len(fa.Params) && (fa.Params[i].Pack || isPackType(fa.Params[i].Type)) {
				result = false
				return
			}
			result = result && d.typ(stripRef(te), stripTypeRef(types[i]))
		}
		if len(fa.Params) > len(fb.Params) && n > len(fb.Params) {
			result = false
		}
	})
	return result
}

func stripRef(t syntax.TypeExpr) syntax.TypeExpr {
	if r, ok := t.(*syntax.RefType); ok {
		return r.Elem
	}
	return t
}

func stripTypeRef(t QualType) QualType {
	if t.T.isRef() {
		return t.T.Elem
	}
	return t
}

// onlyFunction is the function of a set if there is no choice.
func (c *checker) onlyFunction(set *overloads) *Function {
	if len(set.funcs) == 1 && len(set.tmpls) == 0 && len(set.fams) == 0 && !set.hasArg {
		return set.funcs[0]
	}
	if !set.hasArg || len(set.tmpls) == 0 {
		return nil
	}
	// A template-id denotes one function if its arguments are complete and
	// fit one template only.
	var only *Function
	n := 0
	c.try(func() {
		args := set.args
		if args == nil && set.part != nil {
			args = c.templateArgs(set.part.Args)
		}
		for _, t := range set.tmpls {
			if len(args) > len(t.params) && !t.params[len(t.params)-1].Pack {
				continue
			}
			var f *Function
			if ok, _ := c.try(func() { f = c.instantiateFunc(t, args, diag.Span{}) }); ok && f != nil {
				only = f
				n++
			}
		}
	})
	if n != 1 {
		return nil
	}
	return only
}

// pickFunction finds the function of a set that has a type.
func (c *checker) pickFunction(set *overloads, t *Type) *Function {
	for _, f := range set.funcs {
		if !set.hasArg && c.funcType(f.result, f.paramTypes()) == t {
			return f
		}
	}
	for _, tm := range set.tmpls {
		fd := tm.decl.Decl.(*syntax.FuncDecl)
		args := set.args
		if set.part != nil && args == nil {
			args = c.templateArgs(set.part.Args)
		}
		vals := make([]Value, len(t.Params))
		for i, p := range t.Params {
			vals[i] = Value{Type: p}
			if p.T.isRef() {
				vals[i] = Value{Type: p.T.Elem, Cat: LValue, mem: true}
			}
		}
		full, why := c.deduceCall(tm, fd, args, vals)
		if why != "" {
			continue
		}
		var f *Function
		if ok, _ := c.try(func() { f = c.instantiateFunc(tm, full, diag.Span{}) }); ok && f != nil && c.funcType(f.result, f.paramTypes()) == t {
			return f
		}
	}
	return nil
}

// functionFits reports whether a function has the pointer or function type
// that a template parameter wants.
func (c *checker) functionFits(f *Function, want QualType) bool {
	t := want.T
	if t == autoType {
		return true
	}
	if t.Kind == TPointer || t.isRef() {
		t = t.Elem.T
	}
	return t == autoType || t.Kind == TFunc && c.funcType(f.result, f.paramTypes()) == t
}

// chooseFunction picks the function of a set for a template parameter.
func (c *checker) chooseFunction(set *overloads, want QualType, at diag.Span) *Function {
	t := want.T
	if t.Kind == TPointer || t.isRef() {
		t = t.Elem.T
	}
	if set != nil && t.Kind == TFunc {
		if f := c.pickFunction(set, t); f != nil {
			return f
		}
	}
	c.errorf(at, "template-argument", "no function of this name has type '%s'", want)
	return nil
}
