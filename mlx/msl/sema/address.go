package sema

import (
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// Remarks on addresses: those that end with a function, and those that are never null.

// truth is the condition that an expression makes of its value; by is the operator or the word that
// asks for one.
func (c *checker) truth(e syntax.Expr, v Value, by diag.Span) ir.Reg {
	c.remarkAddress(e, &v, by)
	return c.condition(v, e.Span())
}

// remarkAddress warns of an address that is used as a condition.
func (c *checker) remarkAddress(e syntax.Expr, v *Value, by diag.Span) {
	what, of, reference := c.certain(e, v)
	if what == "" {
		return
	}
	d := diag.Diagnostic{Code: "pointer-bool-conversion", Message: what + " will always evaluate to 'true'", Span: of.Span(), Caret: ownStart(of), Ranges: []diag.Span{by}}
	if !strings.HasPrefix(what, "address") {
		d.Message = "address of " + d.Message
	}
	if reference != "" {
		d.Code, d.Message = "undefined-bool-conversion", reference+"; pointer may be assumed to always convert to true"
	}
	if f := c.namedFunction(v); f != nil {
		at, end := diag.Span{Start: d.Caret, End: d.Caret}, diag.Span{Start: of.Span().End, End: of.Span().End}
		d.Notes = []diag.Note{byAddress(of)}
		if len(f.params) == 0 && f.result.T == boolType() {
			d.Notes = append(d.Notes, diag.Note{Message: "suffix with parentheses to turn this into a function call", Span: at, Fixes: []diag.Fix{{Span: end, Text: "()"}}})
		}
	}
	c.remark(d)
}

// remarkNull warns of an address that is compared with null.
func (c *checker) remarkNull(e *syntax.BinaryExpr, x, y *Value) {
	null := func(v *Value) bool { return v.Type.T.Kind == TNullptr || v.lit0 }
	side, other, v := e.X, e.Y, x
	if null(x) {
		side, other, v = e.Y, e.X, y
	} else if !null(y) {
		return
	}
	what, of, reference := c.certain(side, v)
	if what == "" {
		return
	}
	how, result := " equal to a null pointer is always false", "false"
	if e.Op == syntax.NotEq {
		how, result = " not equal to a null pointer is always true", "true"
	}
	d := diag.Diagnostic{Code: "tautological-pointer-compare", Message: "comparison of " + what + how, Span: of.Span(), Caret: ownStart(of), Ranges: []diag.Span{other.Span()}}
	if reference != "" {
		d.Code, d.Message = "tautological-undefined-compare", reference+"; comparison may be assumed to always evaluate to "+result
	}
	if c.namedFunction(v) != nil {
		d.Notes = []diag.Note{byAddress(of)}
	}
	c.remark(d)
}

// namedFunction is the function that a name alone denotes.
func (c *checker) namedFunction(v *Value) *Function {
	if v.set() == nil {
		return nil
	}
	f := c.onlyFunction(v.set())
	if f == nil || f.method() {
		return nil
	}
	return f
}

func byAddress(e syntax.Expr) diag.Note {
	at := diag.Span{Start: e.Span().Start, End: e.Span().Start}
	return diag.Note{Message: "prefix with the address-of operator to silence this warning", Span: at, Fixes: []diag.Fix{{Span: at, Text: "&"}}}
}

// certain describes an address that is never null, and what it is the address of. reference says
// why if that is no object that is known to be there.
func (c *checker) certain(e syntax.Expr, v *Value) (what string, of syntax.Expr, reference string) {
	e = unparenthesised(e)
	function := c.namedFunction(v) != nil
	array := v.Type.T.Kind == TArray || function
	if c.trap != nil || c.unevaluated > 0 || !array && !v.Type.T.isPtr() || c.prog.Sources.InMacro(e.Span().Start) {
		return "", nil, ""
	}
	of = e
	if _, this := e.(*syntax.ThisExpr); this {
		return "this", e, "'this' pointer cannot be null in well-defined C++ code"
	}
	if !array {
		u, ok := e.(*syntax.UnaryExpr)
		if !ok || u.Op != syntax.Amp {
			return "", nil, ""
		}
		of = unparenthesised(u.X)
		c.try(func() {
			if c.expr(of).refVar {
				reference = "reference cannot be bound to dereferenced null pointer in well-defined C++ code"
			}
		})
	}
	switch of.(type) {
	case *syntax.IdentExpr, *syntax.MemberExpr:
	default:
		return "", nil, ""
	}
	text := "'" + c.prog.Sources.Written(of.Span()) + "'"
	switch {
	case function:
		return "function " + text, of, ""
	case array:
		return "array " + text, of, ""
	}
	return "address of " + text, of, reference
}

// ownStart is where clang's caret stands: at the name of a member.
func ownStart(e syntax.Expr) diag.Pos {
	if m, ok := e.(*syntax.MemberExpr); ok {
		return m.Name.Span().Start
	}
	return e.Span().Start
}

// leaving looks for the variables that a returned value refers to, and that end with the function.
type leaving struct {
	*checker
	result *Type
	notes  []diag.Note
}

// remarkReturned warns of an address of, or reference to, a variable or a temporary object that
// ends with the function.
func (c *checker) remarkReturned(e syntax.Expr, result *Type, v *Value) {
	if c.trap != nil {
		return
	}
	l := leaving{checker: c, result: result}
	switch {
	case result.isPtr():
		l.pointer(e)
	case result.isRef():
		if at, ok := c.temporary(e, v, result.Elem.T); ok {
			c.remark(diag.Diagnostic{Code: "return-stack-address", Message: "returning reference to local temporary object", Span: at})
			return
		}
		l.object(e)
	case result.Kind == TRecord:
		l.parts(e)
	}
}

// temporary is the object without a name that a reference to a type is bound to: a value, a member of
// one, or what a number is converted to.
func (c *checker) temporary(e syntax.Expr, v *Value, to *Type) (at diag.Span, ok bool) {
	if from := v.Type.T; v.Cat == PRValue || from.Kind == TScalar && to.Kind == TScalar && from != to {
		return e.Span(), v.list() == nil && v.set() == nil
	}
	inner := e
	for m, ok := inner.(*syntax.MemberExpr); ok && !m.Arrow; m, ok = inner.(*syntax.MemberExpr) {
		inner = m.X
	}
	if v.Cat == XValue && inner != e {
		c.try(func() { ok = c.expr(inner).Cat == PRValue })
	}
	return inner.Span(), ok
}

// pointer looks at an expression that is an address.
func (l leaving) pointer(e syntax.Expr) {
	switch x := e.(type) {
	case *syntax.ParenExpr:
		l.pointer(x.X)
		return
	case *syntax.CastExpr:
		l.pointer(x.X)
		return
	case *syntax.CondExpr:
		if x.X != nil {
			l.pointer(x.X)
		}
		l.pointer(x.Y)
		return
	case *syntax.UnaryExpr:
		if x.Op == syntax.Amp {
			l.object(x.X)
		}
		return
	case *syntax.BinaryExpr:
		switch x.Op {
		case syntax.Plus, syntax.Minus:
			l.pointer(x.X)
		case syntax.Comma:
			l.pointer(x.Y)
		}
		return
	case *syntax.IdentExpr, *syntax.MemberExpr, *syntax.IndexExpr:
	default:
		return
	}
	array := false
	l.try(func() { array = l.expr(e).Type.T.Kind == TArray })
	if array {
		l.object(e)
	}
}

// object looks at an expression that denotes an object.
func (l leaving) object(e syntax.Expr) {
	switch x := e.(type) {
	case *syntax.ParenExpr:
		l.object(x.X)
	case *syntax.MemberExpr:
		if !x.Arrow {
			l.object(x.X)
		}
	case *syntax.IndexExpr:
		l.pointer(x.X)
	case *syntax.CondExpr:
		if x.X != nil {
			l.object(x.X)
		}
		l.object(x.Y)
	case *syntax.UnaryExpr:
		if x.Op == syntax.Star {
			l.pointer(x.X)
		}
	case *syntax.BinaryExpr:
		if x.Op == syntax.Comma {
			l.object(x.Y)
		}
	case *syntax.IdentExpr:
		if v, _ := l.rootVariable(x); v != nil {
			l.variable(v, x.Span())
		}
	}
}

// variable looks at a variable, or what a reference is bound to.
func (l leaving) variable(v *Variable, at diag.Span) {
	if !v.bound || v.home == nil || v.home != l.fr.home() || v.val.addr.Space != ir.Thread {
		return
	}
	if v.ref {
		root, direct := l.rootVariable(v.init)
		if v.init == nil || root == nil || root == v || !direct {
			return
		}
		l.notes = append(l.notes, diag.Note{Message: "binding reference variable '" + v.Name + "' here", Span: v.pos, Ranges: []diag.Span{v.init.Span()}})
		l.variable(root, at)
		return
	}
	what := "reference to"
	if !l.result.isRef() {
		what = "address of"
	}
	kind := "local variable"
	if v.param != nil {
		kind = "parameter"
	}
	l.remark(diag.Diagnostic{Code: "return-stack-address", Message: what + " stack memory associated with " + kind + " '" + v.Name + "' returned", Span: at, Notes: l.notes})
}

// parts looks at the elements of a list, and at what a lambda captures by reference.
func (l leaving) parts(e syntax.Expr) {
	switch x := unparenthesised(e).(type) {
	case *syntax.InitList:
		for _, it := range x.Items {
			if u, ok := unparenthesised(it.X).(*syntax.UnaryExpr); ok && u.Op == syntax.Amp && l.result.Record.aggr {
				l.pointer(u)
			}
		}
	case *syntax.ConstructExpr:
		if x.List != nil {
			l.parts(x.List)
		}
	case *syntax.LambdaExpr:
		l.captures(x)
	}
}

func (l leaving) captures(e *syntax.LambdaExpr) {
	own := map[string]bool{} // names of the lambda, or captured already
	for _, cp := range e.Captures {
		own[cp.Name] = true
		if v := l.local(cp.Name); v != nil && cp.Ref && cp.Init == nil {
			at := diag.Span{Start: cp.End - diag.Pos(len(cp.Name)), End: cp.End}
			l.notes = []diag.Note{{Message: "captured by reference here", Span: at}}
			l.variable(v, at)
		}
	}
	if e.Default != "&" {
		return
	}
	for _, p := range e.Params {
		own[p.Name] = true
	}
	syntax.Inspect(e.Body, func(n syntax.Node) {
		if d, ok := n.(*syntax.VarDecl); ok && d.Name != nil {
			own[d.Name.Ident] = true
		}
	})
	mark := diag.Span{Start: e.Intro.Start + 1, End: e.Intro.Start + 2}
	syntax.Inspect(e.Body, func(n syntax.Node) {
		x, ok := n.(*syntax.IdentExpr)
		if !ok || own[x.Name.Ident] || x.Name.Of != nil {
			return
		}
		own[x.Name.Ident] = true
		if v := l.local(x.Name.Ident); v != nil {
			l.notes = []diag.Note{{Message: "implicitly captured by reference due to use here", Span: x.Span(), Ranges: []diag.Span{mark}}}
			l.variable(v, mark)
		}
	})
}

// local is the variable of a name.
func (l leaving) local(name string) *Variable {
	if b := l.lookup(l.scope, name); b != nil {
		return b.value
	}
	return nil
}

// remarkPointers warns of comparisons of addresses that always have the same result.
func (c *checker) remarkPointers(e *syntax.BinaryExpr, x, y *Value) {
	if e.Op == syntax.EqEq || e.Op == syntax.NotEq {
		c.remarkNull(e, x, y)
	}
	if x.Type.T.Kind != TArray || y.Type.T.Kind != TArray || c.prog.Sources.InMacro(e.OpPos) {
		return
	}
	_, named := unparenthesised(e.X).(*syntax.IdentExpr)
	_, both := unparenthesised(e.Y).(*syntax.IdentExpr)
	message := "array comparison always evaluates to "
	switch {
	case sameObject(e.X, e.Y):
		message = "self-comparison always evaluates to " + strconv.FormatBool(selfCompares(e.Op))
	case !named || !both:
		return
	case e.Op == syntax.EqEq || e.Op == syntax.NotEq:
		message += strconv.FormatBool(e.Op == syntax.NotEq)
	default:
		message += "a constant"
	}
	c.remark(diag.Diagnostic{Code: "tautological-compare", Message: message, Span: diag.Span{Start: e.OpPos, End: e.OpPos}})
}

// selfCompares is the result of a comparison of a value with itself.
func selfCompares(op syntax.Kind) bool {
	return op == syntax.EqEq || op == syntax.LessEq || op == syntax.GreaterEq
}
