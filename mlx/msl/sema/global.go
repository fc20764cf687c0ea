package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// Variable is a variable, parameter, enumerator or template value parameter.
type Variable struct {
	Name      string
	Type      QualType
	pos       diag.Span
	whole     diag.Span         // the declarator with its type and initialiser
	init      syntax.Expr       // of a local reference
	param     *syntax.ParamDecl // nil of others
	used      bool
	home      *frame             // of variables of functions: the function, or the body that is emitted into its caller
	captor    *syntax.LambdaExpr // the lambda whose capture it is
	constexpr bool
	frozen    bool      // const because that lambda is not mutable, not by its type
	val       Value     // lvalue of a local variable or bound reference
	bound     bool      // val is set
	konst     []uint64  // known value, by register
	prvalue   bool      // not an object: an enumerator or template parameter
	object    *Variable // that a template parameter points at
	ref       bool      // declared as a reference
	rvalue    bool      // an rvalue one
	data      int       // constant data with the value of a constexpr aggregate, plus 1
	global    *globalVar
	next      *Variable // in a variableList
}

// refersTo makes a variable the reference that a type is.
func (v *Variable) refersTo(t *Type) {
	v.ref, v.rvalue, v.Type = true, t.Kind == TRValueRef, t.Elem
}

// variableList is a list of variables, each of which is in one at most.
type variableList struct{ first, last *Variable }

func (l *variableList) add(v *Variable) {
	if l.first == nil {
		l.first = v
	} else {
		l.last.next = v
	}
	l.last = v
}

// globalVar is what belongs to variables of program scope and to static
// members: they are evaluated when first used.
type globalVar struct {
	decl    *syntax.VarDecl
	scope   *Scope
	state   completion
	tmpl    string
	fconst  int  // index into Program.FuncConst plus 1
	again   bool // depends on function constants: evaluated where it is used
	special bool // of one instance of a class template, by template <>
	input   *input
	lost    bool   // it should be in constant memory, which is reported
	written bool   // though it is lost, and that is reported, too
	number  uint64 // as a template argument
}

// declareGlobal declares a variable of program scope or a static member.
func (c *checker) declareGlobal(d *syntax.VarDecl) {
	name := d.Name.Ident
	if d.Name.Of != nil {
		c.defineMember(d, false)
		return
	}
	if d.Name.HasArgs {
		c.headless(d, d.NamePos.Span())
		c.specialise(d, nil)
		return
	}
	if f := c.globalFunction(d); f != nil {
		if r := c.scope.record; r != nil {
			c.declareMethod(r, f)
		} else {
			c.declareFunc(f)
		}
		return
	}
	b := c.scope.bind(name)
	v, g := c.mem.variables.new(), c.mem.globals.new()
	if old := b.value; old != nil && old.global != nil && c.scope.kind == namespaceScope {
		was := old.global.decl
		switch {
		case was == d: // see definedBehind
			return
		case defines(was) && defines(d):
			c.redefined(name, d.NamePos.Span(), was.NamePos.Span())
			return
		case !c.sameVariable(old, d), !defines(d):
			return
		}
		v = old // by whatever name it is known
		*v = Variable{}
	}
	g.decl, g.scope = d, c.scope
	v.Name, v.pos, v.global = name, d.NamePos.Span(), g
	if !c.variableSpecifiers(d) {
		v.Type, g.state = Of(errorType), done
		b.value = v
		return
	}
	kind := variableSymbol
	if c.scope.kind == recordScope {
		kind = fieldSymbol
	}
	if c.otherKind(kind, b, name, v.pos) {
		return
	}
	b.value = v
	for _, a := range d.Attrs {
		if a.Name == "function_constant" {
			c.functionConstant(v, a)
			return
		}
		if input, ok := builtinAttrs[a.Name]; ok && c.scope.kind == namespaceScope {
			c.globalInput(v, input)
			return
		}
		if (a.Name == "buffer" || a.Name == "threadgroup") && c.scope.kind == namespaceScope {
			c.globalBinding(v, a)
			return
		}
		c.attribute(a, globalAttr)
	}
	if c.lazily() || c.scope.templated {
		return
	}
	c.globalValue(v, v.pos)
}

// defines reports whether a declaration at namespace scope is the definition of its variable.
func defines(d *syntax.VarDecl) bool {
	return d.Specs&syntax.Extern == 0 || d.InitKind != syntax.NoInit
}

// variableSpecifiers reports what only functions and data members are declared
// with; it gives whether there was none.
func (c *checker) variableSpecifiers(d *syntax.VarDecl) bool {
	at := d.NamePos.Span()
	switch {
	case d.Specs&syntax.Friend != 0:
		c.errorf(at, "friend", "'friend' used outside of class")
	case d.Specs&syntax.Kernel != 0:
		c.errorf(at, "attribute", "'kernel' attribute only applies to functions")
	case d.Specs&syntax.Explicit != 0:
		c.errorf(at, "explicit", "'explicit' can only appear on non-static member functions")
	case d.Specs&syntax.Mutable != 0:
		c.errorf(at, "mutable", "'mutable' can only be applied to member variables")
	case d.Specs&syntax.Extern != 0 && c.scope.kind == blockScope:
		c.errorf(at, "extern", "variables in function scope cannot be declared extern")
	case d.Specs&syntax.Inline != 0 && c.scope.kind == blockScope:
		c.errorf(at, "inline", "inline declaration of '%s' not allowed in block scope", d.Name.Ident)
	default:
		return true
	}
	return false
}

// defineMember takes the value of a static member from its definition outside
// the class, which may be that of one instance of a class template.
func (c *checker) defineMember(d *syntax.VarDecl, special bool) {
	s, r, ok := c.declarer(d.Name, d.NamePos.Span())
	if !ok || d.Init == nil && !special {
		return
	}
	b := s.names.get(d.Name.Ident)
	if b == nil || b.value == nil || b.value.global == nil {
		c.errorf(d.NamePos.Span(), "no-member", "no static member named '%s' in '%s'", d.Name.Ident, s.name)
		return
	}
	switch g := b.value.global; {
	case g.decl == d: // see definedBehind
	case special && (r == nil || r.tmpl == nil):
		c.errorf(d.NamePos.Span(), "template", "extraneous 'template<>' in declaration of variable '%s'", d.Name.Ident)
	case special && !g.special && g.state != declared:
		c.report(specialisedLate(d.Name.Ident, d.NamePos.Span()))
	case !special && !g.special && r != nil && r.implicit():
		c.headless(d, d.NamePos.Span())
	case g.special == special && g.decl.InitKind != syntax.NoInit:
		c.redefined(d.Name.Ident, d.NamePos.Span(), g.decl.NamePos.Span())
	case c.sameVariable(b.value, d):
		g.decl, g.state, g.special = d, declared, special
	}
}

// sameVariable reports a declaration of a variable with another type than the one before.
func (c *checker) sameVariable(v *Variable, d *syntax.VarDecl) bool {
	g := v.global
	var was, is QualType
	c.in(g.scope, func() { was, is = c.typeOf(g.decl.Type), c.typeOf(d.Type) })
	if was.T == is.T || was.T.isError() || is.T.isError() || holdsAuto(is.T) {
		return true
	}
	if was.T.Kind == TArray && is.T.Kind == TArray && was.T.Elem == is.T.Elem && (was.T.N < 0 || is.T.N < 0) {
		return true
	}
	c.report(diag.Diagnostic{Code: "redefinition", Message: "redefinition of '" + d.Name.Ident + "' with a different type: '" + is.in(ir.NoSpace).String() + "' vs '" + was.in(ir.NoSpace).String() + "'",
		Span: d.NamePos.Span(), Notes: []diag.Note{{Message: "previous declaration is here", Span: g.decl.NamePos.Span()}}})
	v.Type, g.state = Of(errorType), done
	return false
}

// definedBehind takes the definition of a variable from behind its use, if there is one.
func (c *checker) definedBehind(v *Variable) bool {
	d := c.definitionOf(v, c.root, c.decls)
	if d == nil || d == v.global.decl {
		return false
	}
	if c.sameVariable(v, d) {
		v.global.decl, v.global.state = d, declared
	}
	return true
}

// definitionOf looks for the definition of a variable in declarations of a namespace.
func (c *checker) definitionOf(v *Variable, s *Scope, decls []syntax.Decl) *syntax.VarDecl {
	for _, d := range decls {
		switch d := d.(type) {
		case *syntax.NamespaceDecl:
			in := s
			if len(d.Names) == 0 {
				in = s.anonymous()
			}
			for i := 0; i < len(d.Names) && in != nil; i++ {
				if b := in.names.get(d.Names[i]); b != nil {
					in = b.ns
				} else {
					in = nil
				}
			}
			if in == nil {
				continue
			}
			if found := c.definitionOf(v, in, d.Decls); found != nil {
				return found
			}
		case *syntax.VarDecl:
			if d.InitKind == syntax.NoInit || d.Name.Ident != v.Name || d.Start < v.pos.Start {
				continue
			}
			of := s
			if d.Name.Of != nil {
				c.try(func() { c.in(s, func() { of, _, _ = c.qualifier(d.Name) }) })
			}
			if of == v.global.scope {
				return d
			}
		}
	}
	return nil
}

// globalValue evaluates a variable of program scope once.
func (c *checker) globalValue(v *Variable, at diag.Span) {
	g := v.global
	switch g.state {
	case done:
		return
	case inProgress:
		c.errorf(v.pos, "self-reference", "variable '%s' declared with its own value", v.Name)
		v.Type = Of(errorType)
		return
	}
	g.state = inProgress
	stack := c.stack
	what := g.tmpl
	if what == "" && g.scope.kind == recordScope && g.scope.templated {
		what = "static data member '" + g.scope.name + "::" + v.Name + "'"
	}
	c.detached(g.scope, func() {
		c.stack = stack
		if what == "" {
			c.evaluateGlobal(v)
		} else if !c.instantiating("in instantiation of % requested here", what, at, func() { c.evaluateGlobal(v) }) {
			v.Type = Of(errorType)
		}
	})
	g.state = done
}

// writtenByKernels says where a variable of program scope belongs that is written.
func writtenByKernels(v *Variable) diag.Note {
	return diag.Note{Message: "what kernels write lies in buffers, which are their parameters, such as 'device " + innermost(v.Type.T).String() + " *" + v.Name + " [[buffer(0)]]'", Span: v.pos}
}

func (c *checker) evaluateGlobal(v *Variable) {
	g, d := v.global, v.global.decl
	t := c.initialisedType(d.Type, d.Init)
	v.Type = t
	if t.T.isError() {
		return
	}
	where := t.Space
	if t.T.Kind == TArray && where == ir.NoSpace {
		where = t.T.innermost().Space
	}
	if where != ir.Constant && !t.T.isRef() {
		g.lost = true
		what := "program scope variable"
		switch {
		case g.scope.kind == recordScope:
			what = "static data member"
		case d.Specs&syntax.Extern != 0:
			what = "extern variable"
		}
		dg := diag.Diagnostic{Code: "global-space", Message: what + " must reside in constant address space", Span: v.pos}
		switch at := v.pos; {
		case g.scope.kind == recordScope:
		case where == ir.Threadgroup:
			dg.Notes = []diag.Note{{Message: "threadgroup memory is declared in the kernel that uses it, or is a parameter of it", Span: at}}
			c.report(dg)
			v.Type = Of(errorType)
			return
		case where == ir.Device:
			dg.Notes = []diag.Note{writtenByKernels(v)}
		}
		if start := d.Type.Span().Start; d.Init != nil && where == ir.NoSpace {
			if t.T.isPtr() || t.T.Kind == TArray && t.T.innermost().T.isPtr() { // in front is what it points to
				start = v.pos.Start
			}
			dg.Fixes = []diag.Fix{{Span: diag.Span{Start: start, End: start}, Text: "constant "}}
		}
		c.report(dg)
		// Its value is still of use to what follows.
		t.Space = ir.Constant
		v.Type = t
		if d.Init == nil {
			v.Type = Of(errorType)
			return
		}
	}
	v.Type.Q |= Const
	if d.Init == nil && d.InitKind == syntax.NoInit && !(v.Type.T.Kind == TRecord && c.needsInit(v.Type.T.Record)) {
		switch member := g.scope.kind == recordScope; {
		case member && d.Specs&syntax.Constexpr != 0:
			c.errorf(v.pos, "const-init", "declaration of constexpr static data member '%s' requires an initializer", v.Name)
		case d.Specs&syntax.Extern != 0 || member && where == ir.Constant:
			return
		default:
			c.errorf(v.pos, "const-init", "variable in constant address space must be initialized")
		}
		v.Type = Of(errorType)
		return
	}
	c.export(v)
	c.evaluateInto(v, d, true)
	c.declAlign(d, v.Type)
	v.constexpr = d.Specs&syntax.Constexpr != 0
	c.endable(v)
}
