package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// argumentName is the name that a template argument consists of, in parentheses or behind & if
// at all, and what it was found to be. Looking it up evaluates the arguments of what qualifies
// it, so that looking twice would double the work at each level of A<A<1>::n>::n. In another
// scope, that of another instance, the same name is another thing.
type argumentName struct {
	name  *syntax.Name
	scope *Scope
	found found
	known bool
}

// argumentName is that of an argument that may be an expression of another kind.
func (c *checker) argumentName(e syntax.Expr) argumentName {
	switch x := e.(type) {
	case *syntax.ParenExpr:
		return c.argumentName(x.X)
	case *syntax.UnaryExpr:
		if x.Op == syntax.Amp {
			return c.argumentName(x.X)
		}
	case *syntax.IdentExpr:
		return argumentName{name: &x.Name, scope: c.scope}
	}
	return argumentName{}
}

// findOnce is find for a name in an expression.
func (c *checker) findOnce(n *syntax.Name) found {
	if c.argument.name != n || c.argument.scope != c.scope {
		return c.find(n)
	}
	if !c.argument.known {
		c.argument.found = c.find(n)
		c.argument.known = true
	}
	return c.argument.found
}

// namedObject is the constant of program scope that a template argument names,
// as c in f<c> or f<&c>, for parameters that are references and pointers. addr
// says that its address was taken.
func (c *checker) namedObject(e syntax.Expr) (v *Variable, addr bool) {
	switch x := e.(type) {
	case *syntax.ParenExpr:
		return c.namedObject(x.X)
	case *syntax.UnaryExpr:
		if x.Op != syntax.Amp {
			return nil, false
		}
		v, addr = c.namedObject(x.X)
		return v, !addr
	case *syntax.IdentExpr:
		f := c.findOnce(&x.Name)
		switch {
		case !f.ok || f.binding == nil:
		case f.pack != nil && f.pack.args != nil:
			if a, ok := c.packArg(f.pack, x.Span()); ok && a.Kind == objectArg {
				return a.object, a.addr
			}
		case f.value == nil:
		case f.value.object != nil: // a parameter of the template around
			return f.value.object, true
		case f.value.global != nil:
			if f.value.global.number == 0 {
				c.nextID++
				f.value.global.number = uint64(c.nextID)
			}
			return f.value, false
		}
	}
	return nil, false
}

// bindObject checks an argument of a parameter that is a reference or a pointer.
func (c *checker) bindObject(a Arg, want QualType, at diag.Span) (Arg, bool) {
	if a.Kind == valueArg && a.object == nil && a.Bits >= firstFreeID && c.trap != nil {
		return a, true // of a template that is compared with another
	}
	if a.Kind == objectArg && a.Type.T == want.T && (want.T.isRef() || a.addr || a.object == nil) {
		return a, true
	}
	var got QualType // what want points at
	switch null := a.object == nil && a.Type.T.Kind == TNullptr; {
	case null && want.T.isPtr():
		got = want.T.Elem
	case a.object == nil:
	case want.T.isRef() && !a.addr, want.T.isPtr() && a.addr:
		got = a.object.Type
	case want.T.isPtr() && a.object.Type.T.Kind == TArray:
		got = a.object.Type.T.Elem
		got.Space = a.object.Type.Space
	}
	switch {
	case got.T == nil || want.T.Elem.T != autoType:
	case want.T.isRef():
		want = Of(c.refTo(got))
	default:
		want = Of(c.pointerTo(got))
	}
	if got.T == nil || want.T.Elem.T != got.T || want.T.Elem.Space != got.Space {
		c.errorf(at, "template-argument", "non-type template argument of type '%s' cannot be converted to a value of type '%s'", a.Type, want)
		return a, false
	}
	a.Kind, a.Type, a.addr = objectArg, want.unqual(), want.T.isPtr()
	if a.Bits = 0; a.object != nil {
		a.Bits = a.object.global.number
	}
	return a, true
}

// variable is what a parameter's name stands for: the object, or its address.
func (a *Arg) variable(name string) *Variable {
	if a.object != nil && !a.addr {
		return a.object
	}
	return &Variable{Name: name, Type: a.Type, object: a.object, prvalue: true}
}

// address is the value of a parameter that is a pointer.
func (c *checker) address(v *Variable, at diag.Span) Value {
	if v.object == nil {
		return c.zero(v.Type.T)
	}
	x := c.variable(v.object, at)
	if x.bad() {
		return x
	}
	if !x.mem {
		return c.errorf(at, "address-of", "cannot take the address of an rvalue of type '%s'", x.Type)
	}
	return c.b.rvalue(v.Type.T, c.b.Pointer(x.addr))
}
