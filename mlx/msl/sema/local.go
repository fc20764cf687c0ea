package sema

import (
	"cmp"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// localVar declares a variable in a function.
func (c *checker) localVar(d *syntax.VarDecl) {
	name := d.Name.Ident
	v := c.scope.room().variables.new()
	v.Name, v.pos, v.whole, v.home = name, d.NamePos.Span(), d.Span(), c.fr.home()
	c.initialiser = d.Init
	t := c.initialisedType(d.Type, d.Init)
	c.initialiser = nil
	if f := c.functionOf(d, t.T); f != nil {
		c.declareFunc(f)
		return
	}
	c.variableSpecifiers(d)
	v.Type = t
	define := func() {
		if !c.unusedAllowed(d.Attrs) {
			v.home.locals.add(v)
		}
		c.bindLocal(v)
	}
	if t.T.isError() {
		define()
		switch x := d.Init.(type) { // may have errors of its own
		case nil, *syntax.InitList:
		case *syntax.ParenList:
			c.arguments(x.Args)
		default:
			c.initValue(x)
		}
		return
	}
	for _, a := range d.Attrs {
		c.attribute(a, localAttr)
	}
	if t.T.Kind == TArray && t.T.N < 0 {
		t = c.sizedByInit(t, d.Init, d.NamePos.Span())
		v.Type = t
		if t.T.isError() {
			define()
			return
		}
	}
	space := t.Space
	if t.T.isRef() {
		space = ir.NoSpace
	}
	if d.Specs&syntax.Static != 0 && space != ir.Constant && space != ir.Threadgroup {
		dg := diag.Diagnostic{Code: "static-local", Message: "variables in function scope cannot be declared static", Span: v.pos}
		if at := c.written(d.Span(), "static "); (d.Specs&syntax.Constexpr != 0 || t.isConst()) && at.End > 0 {
			dg.Fixes = []diag.Fix{{Span: at}} // every thread has the constant
		} else if !t.isConst() {
			dg.Notes = []diag.Note{{Message: "a function keeps nothing from one call to the next; what is to stay lies in a buffer", Span: v.pos}}
		}
		c.report(dg)
		v.Type = Of(errorType)
		define()
		return
	}
	switch {
	case space == ir.Device:
		c.errorf(v.pos, "variable-space", "automatic variable qualified with an invalid address space")
		v.Type = Of(errorType)
		define()
		return
	case space == ir.Constant && d.Specs&(syntax.Static|syntax.Constexpr) == 0:
		dg := diag.Diagnostic{Code: "variable-space", Message: "automatic variable qualified with an address space", Span: v.pos}
		if at := c.written(d.Span(), "constant "); at.End > 0 && t.T.Kind != TPointer && d.Init != nil {
			dg.Fixes = []diag.Fix{{Span: diag.Span{Start: at.Start, End: at.End - 1}, Text: "const"}}
		}
		c.report(dg)
		v.Type = Of(errorType)
		define()
		return
	case space == ir.Constant && t.T.Kind != TPointer:
		v.global = &globalVar{decl: d, scope: c.scope, state: inProgress}
		v.Type.Q |= Const
		define()
		if d.Init == nil && !(t.T.Kind == TRecord && c.needsInit(t.T.Record)) {
			c.errorf(v.pos, "const-init", "variable in constant address space must be initialized")
			v.Type = Of(errorType)
		} else {
			c.evaluateInto(v, d, true)
		}
		v.global.state = done
		return
	case space == ir.Threadgroup:
		define()
		c.threadgroupVar(v, d)
		return
	}
	c.automatic(v, t, d, define)
}

// unusedAllowed reports attributes that say that nothing may use a variable.
func (c *checker) unusedAllowed(attrs []syntax.Attr) bool {
	for _, a := range attrs {
		if name := strings.Trim(a.Name, "_"); name == "unused" || name == "maybe_unused" {
			return true
		}
	}
	return false
}

// checkRedefinition reports a second variable of a name in a block, or one that
// the header of its statement declares.
func (c *checker) checkRedefinition(v *Variable) {
	s := c.scope
	if s.kind != blockScope {
		return
	}
	b := s.names.get(v.Name)
	for ; (b == nil || b.value == nil) && s.governed; s = s.parent {
		b = s.parent.names.get(v.Name)
	}
	if b == nil || b.value == nil {
		return
	}
	old := b.value
	msg := "redefinition of '" + v.Name + "'"
	t, u := v.Type, old.Type
	if t.T != nil && u.T != nil && t.T != u.T && !t.T.isError() && !u.T.isError() && !holdsAuto(t.T) && !holdsAuto(u.T) {
		t.Space, u.Space = ir.NoSpace, ir.NoSpace
		msg += " with a different type: '" + t.String() + "' vs '" + u.String() + "'"
	}
	c.report(diag.Diagnostic{Code: "redefinition", Message: msg, Span: v.pos,
		Notes: []diag.Note{{Message: "previous definition is here", Span: old.pos}}})
}

// hostSized says what an array of threadgroup memory becomes whose size is not known.
const hostSized = "threadgroup memory whose size the host sets is a kernel's parameter, 'threadgroup T *name [[threadgroup(0)]]'"

// sizedByInit gives an array of unknown bound the length of its initialiser.
func (c *checker) sizedByInit(t QualType, init syntax.Expr, at diag.Span) QualType {
	switch x := init.(type) {
	case *syntax.InitList:
		n := 0
		most := 0
		for _, it := range c.listItems(x) {
			if it.Index != nil {
				at := it.Index
				if it.IndexEnd != nil {
					at = it.IndexEnd
				}
				if k, ok := c.designator(at, maxPrivateBytes*16); ok {
					n = k
				}
			}
			n++
			most = max(most, n)
		}
		if el := t.T.Elem.T; el.Kind == TArray && len(x.Items) > 0 {
			if _, nested := x.Items[0].X.(*syntax.InitList); !nested {
				most = (most + el.N - 1) / max(el.N, 1)
			}
		}
		return QualType{T: c.arrayOf(t.T.Elem, most), Q: t.Q, Space: t.Space}
	case *syntax.StringLit:
		return QualType{T: c.arrayOf(t.T.Elem, len(x.Value)+1), Q: t.Q, Space: t.Space}
	}
	what := "definition of variable with array type needs an explicit size or an initializer"
	if t.Space == ir.Threadgroup {
		what += "; " + hostSized
	}
	c.errorf(at, "array-size", "%s", what)
	return Of(errorType)
}

// threadgroupVar makes a variable of the threadgroup.
func (c *checker) threadgroupVar(v *Variable, d *syntax.VarDecl) {
	t := v.Type
	zero := d.Init != nil && zeroList(d.Init)
	if d.Init != nil && !zero && !c.constantStart(d.Init) {
		c.errorf(v.pos, "threadgroup-init", "variable in threadgroup address space cannot have an initializer")
	}
	if t.T.Kind == TRecord && !c.complete(t.T.Record, v.pos) || t.T == autoType {
		v.Type = Of(errorType)
		return
	}
	v.bound = true
	v.val = lvalue(t, c.b.Variable(v.Name, ir.Threadgroup, t.T, c.declAlign(d, t), v.pos.Start))
	switch {
	case zero:
		c.zeroMem(v.val.addr, t.T.size())
	case d.Init == nil:
	case t.T.inRegisters():
		if x := c.initRegisters(t, d); !x.bad() {
			c.store(v.val, x)
		}
	default:
		c.initFrom(v.val, d.Init, d.InitKind, forInit)
	}
	if c.fr.fn != nil && c.fr.fn.decl.Specs&syntax.Kernel == 0 && c.trap == nil && c.fr.fn.lambda == nil && c.fr.inline == nil && !c.scope.templated {
		c.report(diag.Diagnostic{Code: "threadgroup-variable", Message: "variables in the threadgroup address space can only be declared in a kernel function", Span: v.pos,
			Notes: []diag.Note{{Message: "declare it in the kernel, and let '" + c.fr.fn.Name + "' take a 'threadgroup' pointer or reference to it", Span: v.pos}}})
	}
}

// constantStart reports an initialiser of values that are known now. Apple's
// compiler takes them, as those of a static; here every thread stores them.
func (c *checker) constantStart(e syntax.Expr) bool {
	switch x := e.(type) {
	case *syntax.InitList:
		return !slices.ContainsFunc(x.Items, func(it syntax.InitItem) bool { return !c.constantStart(it.X) })
	case *syntax.ParenList:
		return !slices.ContainsFunc(x.Args, func(arg syntax.Expr) bool { return !c.constantStart(arg) })
	}
	v, k := c.constantValue(e)
	return v.bad() || k != nil
}

// zeroList reports {} and {0}, which variables of the threadgroup may have.
func zeroList(e syntax.Expr) bool {
	l, ok := e.(*syntax.InitList)
	if !ok {
		return false
	}
	for _, it := range l.Items {
		switch x := it.X.(type) {
		case *syntax.IntLit:
			if x.Value != 0 {
				return false
			}
		case *syntax.FloatLit:
			if x.Value != 0 {
				return false
			}
		default:
			if !zeroList(it.X) {
				return false
			}
		}
	}
	return true
}

// declAlign is the alignment of a variable: its type's, or more if it asks for that.
func (c *checker) declAlign(d *syntax.VarDecl, t QualType) int {
	n := c.aliasAlign(d.Type)
	least := cmp.Or(n, t.T.align())
	for _, a := range d.Attrs {
		if name := strings.Trim(a.Name, "_"); name == "aligned" || name == "alignas" {
			n = max(n, c.alignment(a))
			c.checkAlignment(a, n, least, t)
		}
	}
	return max(n, t.T.align())
}

// written is where a text stands first in a span; nowhere if it does not.
func (c *checker) written(in diag.Span, text string) diag.Span {
	i := strings.Index(c.prog.Sources.Written(in), text)
	if i < 0 {
		return diag.Span{}
	}
	start := in.Start + diag.Pos(i)
	return diag.Span{Start: start, End: start + diag.Pos(len(text))}
}
