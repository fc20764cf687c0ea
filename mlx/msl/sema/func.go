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
	Name    string
	decl    *syntax.FuncDecl
	scope   *Scope // binds template parameters or is the enclosing scope
	record  *Record
	tmpl    *Template
	args    []Arg
	result  QualType
	params  []param
	types   []QualType // of the parameters, once asked for
	space   ir.Space   // of *this; NoSpace counts as thread
	private bool
	static  bool
	ctor    bool
	signed  completion // of the signature
	broken  bool
	legible bool       // broken, but only types of parameters are missing
	refers  bool       // the body names functions or constant data
	state   completion // of the body
	index   int        // in Program.Funcs plus 1
	at      diag.Span  // where it was instantiated
	top     syntax.Decl
	stack   []context
	lambda  *closure
}

// param is a parameter of a function; a pack gives several of one name.
type param struct {
	name string
	typ  QualType
	decl *syntax.ParamDecl
	pack bool
}

func (f *Function) constMethod() bool { return f.decl.Quals&syntax.Const != 0 }

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

// required is the least number of arguments.
func (f *Function) required() int {
	n := len(f.params)
	for n > 0 && (f.params[n-1].decl.Default != nil || f.params[n-1].pack) {
		if f.params[n-1].pack && f.params[n-1].decl.Default == nil {
			break
		}
		n--
	}
	return n
}

func (c *checker) newFunction(d *syntax.FuncDecl, s *Scope) *Function {
	return &Function{Name: d.Name.Ident, decl: d, scope: s.lasting(), top: c.top}
}

// signature resolves the types of a function's declaration.
func (c *checker) signature(f *Function) bool {
	if f.signed == done {
		return !f.broken
	}
	f.signed = inProgress
	d := f.decl
	ok := true
	run := func() {
		// A trailing result type sees the parameters.
		scope := newBlock(c.scope)
		c.in(scope, func() {
			if f.record != nil && !f.static {
				c.bindThis(f)
			}
			if f.params == nil && len(d.Params) > 0 {
				f.params = make([]param, 0, len(d.Params))
			}
			for _, p := range d.Params {
				one := func() { ok = c.parameter(f, p, scope) && ok }
				if p.Pack || isPackType(p.Type) {
					first := len(f.params)
					if c.packOfParam(p, func(te syntax.TypeExpr) {
						q := *p
						q.Type = te
						ok = c.parameter(f, &q, nil) && ok
						f.params[len(f.params)-1].pack = true
					}) == 0 && p.Name != "" {
						scope.bind(p.Name).pack = &pack{vars: []*Variable{}}
					} else if p.Name != "" {
						vars := &pack{}
						for _, q := range f.params[first:] {
							vars.vars = append(vars.vars, &Variable{Name: p.Name, Type: q.typ})
						}
						scope.bind(p.Name).pack = vars
					}
					continue
				}
				one()
			}
			if d.Variadic && !c.lazily() {
				c.errorf(d.NamePos.Span(), "variadic", "variadic functions are not supported")
				ok = false
			}
			switch {
			case f.ctor:
				f.result = Of(voidType)
			case d.Result == nil && d.Name.Conversion() != nil:
				f.result = c.typeOf(d.Name.Conversion())
			case d.Result == nil:
				c.errorf(d.NamePos.Span(), "result-type", "a type specifier is required for all declarations")
				ok = false
			default:
				f.result = c.typeOf(d.Result)
			}
		})
	}
	mark := c.mem.work.mark()
	c.scratch(func() { c.in(f.scope, run) })
	c.mem.work.release(mark)
	if ok && f.result.T != nil && f.result.T.Kind == TArray {
		c.errorf(d.NamePos.Span(), "result-type", "function cannot return array type '%s'", f.result)
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
	n := c.packLen(p.Span(), func() { c.typeOf(te) })
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
	q := QualType{T: f.record.Type, Space: f.thisSpace()}
	if f.constMethod() || q.Space == ir.Constant {
		q.Q |= Const
	}
	c.fr.hasThis = true
	c.fr.this = lvalue(q, Addr{Space: q.Space})
}

func (f *Function) thisSpace() ir.Space {
	if f.space == ir.NoSpace {
		return ir.Thread
	}
	return f.space
}

// parameter resolves one parameter; scope, if given, binds its name.
func (c *checker) parameter(f *Function, p *syntax.ParamDecl, scope *Scope) bool {
	t := c.typeOf(p.Type)
	if t.T.isError() {
		f.params = append(f.params, param{name: p.Name, typ: t, decl: p})
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
		t = Of(c.pointerTo(t))
	case TVoid:
		c.report(diag.Diagnostic{Code: "void-parameter", Message: "argument may not have 'void' type", Span: p.Span(), Caret: p.NamePos.Start})
		return false
	}
	if t.Space != ir.NoSpace && t.Space != ir.Thread && !t.T.isRef() && f.decl.Specs&syntax.Kernel == 0 {
		c.errorf(p.Span(), "parameter-space", "parameter may not be qualified with an address space")
		return false
	}
	if t.T.Kind == TAuto || t.T.isRef() && t.T.Elem.T == autoType || t.T.isPtr() && t.T.Elem.T == autoType {
		if f.lambda == nil && f.tmpl == nil {
			c.errorf(p.Span(), "auto-parameter", "'auto' not allowed in function prototype")
			return false
		}
	}
	t.Space = ir.NoSpace
	f.params = append(f.params, param{name: p.Name, typ: t, decl: p})
	if scope != nil && p.Name != "" {
		v := scope.newVariable()
		*v = Variable{Name: p.Name, Type: t, pos: p.NamePos.Span()}
		v.Type, v.ref = t, t.T.isRef()
		if v.ref {
			v.Type = t.T.Elem
		}
		scope.bind(p.Name).value = v
	}
	return true
}
