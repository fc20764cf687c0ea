package sema

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// declareMethod declares a member function, constructor or conversion.
func (c *checker) declareMethod(r *Record, d *syntax.FuncDecl) {
	f := c.newMethod(r, d, r.Scope)
	if f == nil {
		return
	}
	if d.Specs&syntax.Kernel != 0 {
		c.errorf(d.NamePos.Span(), "kernel-member", "kernel function '%s' cannot be a member of a class", f.Name)
		return
	}
	if !c.signature(f) {
		if d.Result != nil { // what calls it has no error of its own
			b := r.Scope.bind(f.Name)
			b.funcs = c.mem.named.append(b.funcs, f)
		}
		return
	}
	if !c.operatorDeclared(f) {
		return
	}
	if !c.memberSpecifiers(r, d) || !c.specialMember(f) {
		return
	}
	if f.ctor && f.copiesOwn() && !f.params[0].typ.T.isRef() {
		at := d.Params[0].NamePos.Start
		c.report(diag.Diagnostic{Code: "copy-by-value", Message: "copy constructor must pass its first argument by reference",
			Span: diag.Span{Start: at, End: at}, Fixes: []diag.Fix{{Span: diag.Span{Start: at, End: at}, Text: "const thread &"}}})
		return
	}
	if c.otherKind(functionSymbol, r.Scope.names.get(f.Name), f.Name, d.NamePos.Span()) || c.redeclared(r, f) {
		return
	}
	r.methods = append(r.methods, f)
	switch {
	case f.ctor:
		r.ctors = append(r.ctors, f)
		if !d.Default {
			r.aggr = false
		}
	case d.Name.Conversion() != nil:
		r.convs = append(r.convs, f)
	default:
		b := r.Scope.bind(f.Name)
		b.funcs = c.mem.named.append(b.funcs, f)
	}
}

// newMethod makes a member function; nil for destructors.
func (c *checker) newMethod(r *Record, d *syntax.FuncDecl, s *Scope) *Function {
	f := c.newFunction(d, s)
	f.record = r
	f.access = r.hidden
	f.static = d.Specs&syntax.Static != 0
	if strings.HasPrefix(f.Name, "~") {
		c.destructor(r, d)
		return nil
	}
	f.ctor = d.Result == nil && !d.Name.Operator()
	if f.ctor && f.static {
		c.errorf(d.NamePos.Span(), "static-constructor", "constructor cannot be declared 'static'")
		f.static = false
	}
	q := d.Quals & allSpaces
	if q != 0 {
		space := spaceOf[q]
		if space == ir.NoSpace {
			c.errorf(d.NamePos.Span(), "multiple-spaces", "multiple address spaces specified for type")
			return nil
		}
		f.space = space
	}
	return f
}

// memberSpecifiers checks what a member function, or a template of some, is
// declared as.
func (c *checker) memberSpecifiers(r *Record, d *syntax.FuncDecl) bool {
	dg := diag.Diagnostic{Span: d.NamePos.Span()}
	switch {
	case d.Result != nil && declName(d) == r.baseName():
		dg.Code, dg.Message = "constructor", "constructor cannot have a return type"
	case d.Specs&syntax.Mutable != 0:
		dg.Code, dg.Message = "mutable", "'mutable' cannot be applied to functions"
	case d.Specs&syntax.Static != 0 && d.Quals&syntax.Const != 0:
		dg.Code, dg.Message = "static-const", "static member function cannot have 'const' qualifier"
	case d.Specs&syntax.Explicit != 0 && d.Result != nil && d.Name.Conversion() == nil:
		dg.Code, dg.Message = "explicit", "'explicit' can only be applied to a constructor or conversion function"
		if explicit := c.written(d.Span(), "explicit "); explicit.End > 0 {
			dg.Fixes = []diag.Fix{{Span: explicit}}
		}
	default:
		return true
	}
	c.report(dg)
	return dg.Code != "constructor" // a function is declared, so that no call of it has an error of its own
}

// specialMember checks what only constructors, conversions and the functions
// that a class has by itself may and may not have.
func (c *checker) specialMember(f *Function) bool {
	d := f.decl
	at := d.NamePos.Span()
	conversion := d.Name.Conversion() != nil
	switch {
	case f.ctor && d.Quals&syntax.Const != 0:
		c.errorf(at, "constructor", "'const' qualifier is not allowed on a constructor")
	case f.ctor && d.Quals&syntax.Volatile != 0:
		c.errorf(at, "constructor", "'volatile' qualifier is not allowed on a constructor")
	case f.ctor && d.Quals&syntax.OfLValues != 0:
		c.errorf(at, "constructor", "ref-qualifier '&' is not allowed on a constructor")
	case f.ctor && d.Quals&syntax.OfRValues != 0:
		c.errorf(at, "constructor", "ref-qualifier '&&' is not allowed on a constructor")
	case f.ctor && d.Specs&syntax.Static != 0:
		c.errorf(at, "constructor", "constructor cannot be declared 'static'")
	case !f.ctor && len(d.Inits) > 0:
		c.errorf(d.Inits[0].Span(), "member-init", "only constructors take base initializers")
	case conversion && len(f.params) > 0:
		c.errorf(at, "conversion-function", "conversion function cannot have any parameters")
	case conversion && d.Result != nil:
		c.errorf(at, "conversion-function", "conversion function cannot have a return type")
	case d.Default && !f.ctor && f.Name != "operator=":
		c.errorf(at, "default-function", "only special member functions may be defaulted")
	case d.Default && !f.ctor && !(f.result.T.isRef() && f.result.T.Elem.unqual() == Of(f.record.Type)):
		c.errorf(at, "default-function", "explicitly-defaulted assignment operator must return a reference to '%s'", f.record.Name)
	default:
		return true
	}
	return false
}
