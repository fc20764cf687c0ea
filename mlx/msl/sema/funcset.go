package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// explicitArgs evaluates the arguments that are written behind a function's name, if any, and says
// whether all are known.
func (c *checker) explicitArgs(set *overloads) bool {
	if set.hasArg {
		set.args = c.templateArgs(set.part.Args)
	}
	return !slices.ContainsFunc(set.args, func(a Arg) bool { return a.Type.T != nil && a.Type.T.isError() })
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

// pickFunction finds the function of a set that a pointer of a type may point to.
func (c *checker) pickFunction(set *overloads, ptr *Type) *Function {
	t := ptr.Elem.T
	fits := func(f *Function) bool {
		return f.method() == (ptr.Kind == TMember) && (!f.method() || set.pointed) && c.typeOfFunction(f) == t
	}
	for _, f := range set.funcs {
		if !set.hasArg && fits(f) {
			return f
		}
	}
	for _, tm := range set.tmpls {
		fd := tm.decl.Decl.(*syntax.FuncDecl)
		args := set.args
		if set.part != nil && args == nil {
			args = c.templateArgs(set.part.Args)
		}
		full, why := c.deduceCall(tm, fd, args, c.argumentsOf(t))
		if why.kind != viable {
			continue
		}
		var f *Function
		if ok, _ := c.try(func() { f = c.instantiateFunc(tm, full, diag.Span{}) }); ok && f != nil && fits(f) {
			return f
		}
	}
	return nil
}

// argumentsOf are values of the types of a function type's parameters.
func (c *checker) argumentsOf(t *Type) []Value {
	vals := make([]Value, len(t.Params))
	for i, p := range t.Params {
		vals[i] = Value{Type: p}
		if p.T.isRef() {
			vals[i] = Value{Type: p.T.Elem, Cat: LValue, mem: true}
		}
	}
	return vals
}

// functionFits reports whether a function has the pointer or function type
// that a template parameter wants.
func (c *checker) functionFits(f *Function, want QualType) bool {
	t := want.T
	if t == autoType {
		return true
	}
	if t.Kind == TPointer || t.Kind == TFuncPtr || t.isRef() {
		t = t.Elem.T
	}
	return t == autoType || t.Kind == TFunc && c.typeOfFunction(f) == t
}

// chooseFunction picks the function of a set for a template parameter.
func (c *checker) chooseFunction(set *overloads, want QualType, at diag.Span) *Function {
	t := want.T
	if t.isRef() {
		t = t.Elem.T
	}
	if t.Kind == TFunc {
		t = c.pointerTo(Of(t))
	}
	if set != nil && t.isNumbered() && t.Elem.T.Kind == TFunc {
		if f := c.pickFunction(set, t); f != nil {
			return f
		}
	}
	c.errorf(at, "template-argument", "no function of this name has type '%s'", want)
	return nil
}
