package sema

import (
	"strconv"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// Function is a function that is not a template: declared as such, or an
// instance of a template.
type Function struct {
	Name     string
	decl     *syntax.FuncDecl
	scope    *Scope // binds template parameters or is the enclosing scope
	defaults *Scope // of default arguments, where the definition calls template parameters otherwise
	record   *Record
	tmpl     *Template
	args     []Arg
	result   QualType
	params   []param
	types    []QualType // of the parameters, once asked for
	space    ir.Space   // of *this; NoSpace counts as thread
	access   access
	static   bool
	ctor     bool
	special  bool       // an explicit specialisation
	order    int        // of its first declaration, see inFront
	signed   completion // of the signature
	broken   bool
	legible  bool       // broken, but only types of parameters are missing
	state    completion // of the body
	index    int        // in Program.Funcs plus 1
	called   bool       // or would be, if what calls it were evaluated
	idle     bool       // only templates that are checked for all arguments call it
	at       diag.Span  // where it was instantiated
	top      syntax.Decl
	stack    []context
	lambda   *closure
	invoker  *Function // the call operator of a lambda, without an object
	inlined  int       // calls of it that are being emitted into their caller
	apart    *Function // what such a call calls to call it again
	outer    *[]Addr   // what that uses of the function that it was to be emitted into
	round    int       // in which that was looked for
	locals   map[*syntax.RecordDecl]*Record
	// delegate is the constructor that this one hands over to.
	delegate *Function
}

// param is a parameter of a function; a pack gives several of one name.
type param struct {
	name string
	typ  QualType
	decl *syntax.ParamDecl
	pack int32 // its place among the elements of a pack, from 1
}

// method reports a member function that is called on an object.
func (f *Function) method() bool { return f.record != nil && !f.static }

func (f *Function) constMethod() bool { return f.decl.Quals&syntax.Const != 0 }

// thisQuals are the qualifiers of *this.
func (f *Function) thisQuals() (q Quals) {
	if f.constMethod() || f.space == ir.Constant {
		q = Const
	}
	if f.decl.Quals&syntax.Volatile != 0 {
		q |= Volatile
	}
	return q
}

func (f *Function) isConstexpr() bool { return f.decl.Specs&syntax.Constexpr != 0 }

func (f *Function) key() string {
	return f.Name + "@" + strconv.FormatUint(uint64(f.decl.Span().Start), 36) + "<" + argsKey(f.args) + ">"
}

func (f *Function) paramTypes() []QualType {
	if len(f.types) != len(f.params) {
		f.types = make([]QualType, len(f.params))
		for i, p := range f.params {
			f.types[i] = p.typ
		}
	}
	return f.types
}

// String names a function as notes do: f<float>.
func (f *Function) String() string {
	s := f.Name
	if f.record != nil {
		s = f.record.Name + "::" + s
	}
	if len(f.args) > 0 && f.tmpl != nil {
		s += "<" + argList(f.args) + ">"
	}
	return s
}

// spelled is the name of a function as one writes it.
func (f *Function) spelled() string {
	if f.decl.Name.Conversion() != nil {
		return f.Name + " " + f.result.String()
	}
	return f.Name
}

// required is the least number of arguments.
func (f *Function) required() int {
	n := len(f.params)
	for n > 0 && (f.params[n-1].decl.Default != nil || f.params[n-1].pack > 0) {
		if f.params[n-1].pack > 0 && f.params[n-1].decl.Default == nil {
			break
		}
		n--
	}
	return n
}

func (c *checker) newFunction(d *syntax.FuncDecl, s *Scope) *Function {
	f := c.mem.functions.new()
	*f = Function{Name: d.Name.Ident, decl: d, scope: s.lasting(), top: c.top, order: c.orderOf(d)}
	return f
}

// signature resolves the types of a function's declaration.
func (c *checker) signature(f *Function) bool {
	if f.signed == done {
		return !f.broken
	}
	if f.decl.Body == nil && f.tmpl == nil && !c.lazily() {
		c.parameterNames(f.decl)
	}
	f.signed = inProgress
	mark := c.mem.work.mark()
	ok := false
	resolve := func() {
		outer := c.scope
		c.scope = newBlock(f.scope)
		c.scope.signature = f // a trailing result type sees the parameters
		c.scope.order = f.decl.Order
		ok = c.signatureTypes(f)
		c.scope = outer
	}
	if f.method() {
		c.scratch(func() {
			c.bindThis(f)
			resolve()
		})
	} else {
		resolve()
	}
	c.mem.work.release(mark)
	if ok && f.result.T != nil && (f.result.T.Kind == TArray || f.result.T.Kind == TFunc) {
		kind := "array"
		if f.result.T.Kind == TFunc {
			kind = "function"
		}
		c.errorf(f.decl.NamePos.Span(), "result-type", "function cannot return %s type '%s'", kind, f.result)
		ok = false
	}
	f.signed = done
	if !ok || f.result.T == nil || f.result.T.isError() {
		f.broken = true
	}
	if !f.broken {
		f.result.Space = ir.NoSpace
	}
	return !f.broken
}

// signatureTypes resolves the types of the parameters and of the result.
func (c *checker) signatureTypes(f *Function) bool {
	d := f.decl
	ok := true
	if f.params == nil && len(d.Params) > 0 {
		f.params = c.mem.params.make(len(d.Params))[:0]
	}
	for _, p := range d.Params {
		if !p.Pack && !isPackType(p.Type) {
			ok = c.parameter(f, p, 0) && ok
			continue
		}
		first := len(f.params)
		q := *p
		c.packOfParam(p, func(te syntax.TypeExpr) {
			q.Type = te // the same for all
			ok = c.parameter(f, &q, int32(len(f.params)-first+1)) && ok
		})
		if p.Name == "" {
			continue
		}
		elems := f.params[first:]
		vars := make([]Variable, len(elems))
		list := make([]*Variable, len(elems))
		for i, q := range elems {
			vars[i] = Variable{Name: p.Name, Type: q.typ}
			list[i] = &vars[i]
		}
		c.scope.bind(p.Name).pack = &pack{vars: list}
	}
	if d.Variadic && d.Specs&syntax.Kernel != 0 {
		c.errorf(d.NamePos.Span(), "variadic", "kernel function '%s' cannot be variadic", f.Name)
		ok = false
	}
	switch {
	case f.ctor:
		f.result = Of(voidType)
	case d.Result == nil && d.Name.Conversion() != nil:
		f.result = c.typeOf(d.Name.Conversion())
	case d.Result == nil:
		c.errorf(d.NamePos.Span(), "result-type", "a type specifier is required for all declarations")
		f.result, ok = Of(errorType), false
	default:
		f.result = c.typeOf(d.Result)
		if s := f.result.Space; s != ir.NoSpace && s != ir.Thread && !c.lazily() {
			c.errorf(d.Result.Span(), "result-type", "return type may not be qualified with an address space")
			ok = false
		}
	}
	return ok
}

// parameter makes the variable of a parameter whose name is looked up in a
// signature.
func (s *Scope) parameter(name string) *binding {
	list := s.signature.params
	for i := len(list) - 1; i >= 0; i-- {
		p := &list[i]
		if p.pack > 0 {
			i -= int(p.pack) - 1
			continue
		}
		if name == "" || p.name != name {
			continue
		}
		v := s.room().variables.new()
		v.Name, v.Type, v.pos, v.param = name, p.typ, p.decl.NamePos.Span(), p.decl
		if p.typ.T.isRef() {
			v.refersTo(p.typ.T)
		} else if p.typ.T.isError() {
			v.val = poison
		}
		b := s.bind(name)
		b.value = v
		return b
	}
	return nil
}

func isPackType(t syntax.TypeExpr) bool {
	_, ok := t.(*syntax.PackType)
	return ok
}

// packOfParam calls f for each element of a parameter that is a pack.
func (c *checker) packOfParam(p *syntax.ParamDecl, f func(te syntax.TypeExpr)) int {
	te := p.Type
	if e, ok := te.(*syntax.PackType); ok {
		te = e.Elem
	}
	n, _ := c.packLen(p.Span(), func() { c.typeOf(te) })
	outer := c.expand
	for i := range n {
		c.expand = &expansion{index: i, length: n}
		f(te)
	}
	c.expand = outer
	return n
}

// bindThis makes `this` usable in the declaration of a method.
func (c *checker) bindThis(f *Function) {
	q := QualType{T: f.record.Type, Space: f.thisSpace(), Q: f.thisQuals()}
	c.fr.hasThis = true
	c.fr.this = lvalue(q, Addr{Space: q.Space})
}

func (f *Function) thisSpace() ir.Space {
	if f.space == ir.NoSpace {
		return ir.Thread
	}
	return f.space
}

// parameter resolves one parameter, or one element of a parameter pack.
func (c *checker) parameter(f *Function, p *syntax.ParamDecl, pack int32) bool {
	t := c.typeOf(p.Type)
	if t.T.isError() {
		f.params = append(f.params, param{name: p.Name, typ: t, decl: p, pack: pack})
		return false
	}
	if t.T == voidType && len(f.decl.Params) == 1 && p.Name == "" {
		return true
	}
	switch t.T.Kind {
	case TArray:
		// Decays to a pointer to the element.
		el := QualType{T: t.T.Elem.T, Q: t.T.Elem.Q | t.Q, Space: t.Space}
		if el.Space == ir.NoSpace {
			el.Space = ir.Thread
		}
		t = Of(c.pointerTo(el))
	case TFunc:
		if !c.pointsToFunction(t, p.Span(), "pointer") {
			return false
		}
		t = Of(c.pointerTo(t))
	case TVoid:
		c.report(diag.Diagnostic{Code: "void-parameter", Message: "argument may not have 'void' type", Span: p.Span(), Caret: p.NamePos.Start})
		return false
	}
	if t.Space != ir.NoSpace && t.Space != ir.Thread && !t.T.isRef() {
		d := diag.Diagnostic{Code: "parameter-space", Message: "parameter may not be qualified with an address space", Span: p.Span()}
		if name := p.NamePos.Span().Start; t.Space <= ir.Constant && f.decl.Specs&syntax.Kernel != 0 && p.Name != "" {
			d.Notes = []diag.Note{{Message: "a value that the host gives is a reference to " + spaceNames[t.Space] + " memory", Span: p.NamePos.Span(),
				Fixes: []diag.Fix{{Span: diag.Span{Start: name, End: name}, Text: "&"}}}}
		}
		c.report(d)
		return false
	}
	if t.T.Kind == TAuto || t.T.isRef() && t.T.Elem.T == autoType || t.T.isPtr() && t.T.Elem.T == autoType {
		if f.tmpl == nil {
			c.errorf(p.Span(), "auto-parameter", "'auto' not allowed in function prototype")
			return false
		}
	}
	t.Space = ir.NoSpace
	name := p.Name
	if name == "" && f.decl.Default {
		name = defaultedParam
	}
	f.params = append(f.params, param{name: name, typ: t, decl: p, pack: pack})
	return true
}
