package sema

import (
	"strconv"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

type templateKind uint8

const (
	classTemplate templateKind = iota
	funcTemplate
	aliasTemplate
	varTemplate
)

// Template is a template of any kind; instances are made on demand and
// remembered by their arguments.
type Template struct {
	Name    string
	kind    templateKind
	decl    *syntax.TemplateDecl
	params  []syntax.TemplateParam
	scope   *Scope  // that the template is declared in
	record  *Record // that it is a member of
	access  access  // a private member
	order   int     // of a function's first declaration, see inFront
	specs   []*specialisation
	guides  []*Template                                         // deduction guides of a class template
	implied []*Template                                         // by its constructors, see implicitGuides
	builtin func(c *checker, args []Arg, at diag.Span) QualType // vec and the like
	insts   map[string]*instance
	calls   map[string]*Function // instances by the arguments that calls gave or that were deduced from them
}

// specialisation is an explicit or partial specialisation.
type specialisation struct {
	params []syntax.TemplateParam
	args   []syntax.TemplateArg
	decl   syntax.Decl
	scope  *Scope
	key    string    // of the arguments of an explicit one, of the text of a partial one: see head
	at     diag.Span // of the name
}

// instance is what a template gave for one list of arguments.
type instance struct {
	typ  QualType
	fn   *Function
	vari *Variable
	busy bool
}

func (t *Template) what() string {
	return [...]string{"class template", "function template", "alias template", "variable template"}[t.kind]
}

func (t *Template) allDefaulted() bool {
	for i := range t.params {
		if p := &t.params[i]; !p.Defaulted() && !p.Pack {
			return false
		}
	}
	return t.builtin == nil
}

func (t *Template) key() string {
	if t.decl != nil {
		return strconv.FormatUint(uint64(t.decl.Span().Start), 36) + t.Name
	}
	return t.Name
}

// bindArgs matches arguments with the parameters of a template: it fills in
// defaults, gathers packs and converts values. The scope binds the parameters.
func (c *checker) bindArgs(t *Template, args []Arg, at diag.Span) ([]Arg, *Scope, bool) {
	return c.bindParams(t.params, t.scope, args, at, t)
}

// wrongCount reports too few or too many template arguments.
func (c *checker) wrongCount(t *Template, how string, at diag.Span) {
	c.report(diag.Diagnostic{Code: "template-arguments", Message: "too " + how + " template arguments for " + t.what() + " '" + t.Name + "'", Span: at, Notes: t.declaredHere(c.user)})
}

// declaredHere is the note that points at a template in the user's text.
func (t *Template) declaredHere(user diag.Pos) []diag.Note {
	at := t.pos()
	if at.Start < user {
		return nil
	}
	return []diag.Note{{Message: "template is declared here", Span: at}}
}

func (c *checker) bindParams(params []syntax.TemplateParam, outer *Scope, args []Arg, at diag.Span, t *Template) ([]Arg, *Scope, bool) {
	s := newScope(templateScope, outer)
	full := c.mem.args.make(len(params))[:0]
	next := 0
	for i := range params {
		p := &params[i]
		if p.Pack {
			rest := Arg{Kind: packOf}
			if next < len(args) && args[next].Kind == packOf {
				rest = args[next]
				next++
			} else if i == len(params)-1 {
				rest.Pack = append(rest.Pack, args[min(next, len(args)):]...)
				next = len(args)
			}
			conv := make([]Arg, len(rest.Pack))
			for j, a := range rest.Pack {
				var ok bool
				if conv[j], ok = c.bindArg(s, p, a, at); !ok {
					return nil, nil, false
				}
			}
			rest.Pack = conv
			full = append(full, rest)
			c.bindName(s, p, rest)
			continue
		}
		var a Arg
		switch {
		case next < len(args) && args[next].Kind != absentArg:
			a = args[next]
			next++
		case p.Defaulted():
			c.in(s, func() {
				a = c.templateArg(&syntax.TemplateArg{Range: p.Range, Type: p.DefaultType, Expr: p.DefaultExpr})
			})
			next++
		default:
			c.wrongCount(t, "few", at)
			return nil, nil, false
		}
		a, ok := c.bindArg(s, p, a, at)
		if !ok {
			return nil, nil, false
		}
		full = append(full, a)
		c.bindName(s, p, a)
	}
	if next < len(args) {
		c.wrongCount(t, "many", at)
		return nil, nil, false
	}
	return full, s, true
}

// bindName makes a parameter's name denote its argument.
func (c *checker) bindName(s *Scope, p *syntax.TemplateParam, a Arg) {
	for _, name := range p.Was {
		if name != "" && s.names.get(name) == nil {
			c.bindArgument(s, name, a)
		}
	}
	if p.Name != "" {
		c.bindArgument(s, p.Name, a)
	}
}

func (c *checker) bindArgument(s *Scope, name string, a Arg) {
	b := s.bind(name)
	*b = binding{}
	switch a.Kind {
	case typeArg:
		b.typ = s.room().typeNames.new()
		b.typ.typ = a.Type
	case valueArg:
		b.value = s.room().variables.new()
		*b.value = Variable{Name: name, Type: a.Type, konst: c.mem.words.copy([]uint64{a.Bits}), prvalue: true}
	case templateArg:
		b.tmpl = a.Tmpl
	case objectArg:
		b.value = a.variable(name)
	case funcArg:
		b.funcs = []*Function{a.Fn}
	case packOf:
		b.pack = &pack{args: a.Pack}
	}
}

// bindArg checks an argument against its parameter.
func (c *checker) bindArg(s *Scope, p *syntax.TemplateParam, a Arg, at diag.Span) (Arg, bool) {
	if a.at != (diag.Span{}) {
		at = a.at
	}
	if a.Kind == typeArg && a.Type.T != nil && a.Type.T.isError() {
		return a, false
	}
	switch p.Kind {
	case syntax.TypeParam:
		if a.Kind == templateArg {
			c.report(diag.Diagnostic{Code: "template-arguments", Message: "use of " + a.Tmpl.what() + " '" + a.Tmpl.Name + "' requires template arguments", Span: at, Notes: a.Tmpl.declaredHere(c.user)})
			return a, false
		}
		if a.Kind != typeArg {
			c.errorf(at, "template-argument", "template argument for template type parameter must be a type")
			return a, false
		}
		if a.Type.T == autoType {
			c.errorf(at, "template-argument", "'auto' not allowed in template argument")
			return a, false
		}
		return a, true
	case syntax.TemplateTemplateParam:
		if a.Kind != templateArg {
			c.errorf(at, "template-argument", "template argument for template template parameter must be a class template or type alias template")
			return a, false
		}
		if a.Tmpl.builtin == nil && !sameParams(p.Params, a.Tmpl.params) {
			c.report(diag.Diagnostic{Code: "template-argument", Message: "template template argument has different template parameters than its corresponding template template parameter", Span: at,
				Notes: a.Tmpl.declaredHere(c.user)})
			return a, false
		}
		return a, true
	}
	if a.Kind != valueArg && a.Kind != funcArg && a.Kind != objectArg {
		if a.Kind == typeArg && a.Type.T.Kind == TOpaque {
			return a, true
		}
		c.errorf(at, "template-argument", "template argument for non-type template parameter must be an expression")
		return a, false
	}
	var want QualType
	c.in(s, func() { want = c.typeOf(p.Type) })
	if want.T.isError() {
		return a, false
	}
	if a.Kind == funcArg && want.T.Kind == TMember {
		f := c.chooseFunction(a.set, want, at)
		if f == nil {
			return a, false
		}
		a = Arg{Kind: valueArg, Type: Of(c.pointerToFunction(f)), Bits: c.numberOf(f), at: a.at}
	}
	if a.Kind == funcArg {
		if a.Fn == nil || !c.functionFits(a.Fn, want) {
			a.Fn = c.chooseFunction(a.set, want, at)
		}
		return a, a.Fn != nil
	}
	if want.T == autoType {
		want = a.Type.unqual()
	}
	if !c.nonType(want, at) {
		return a, false
	}
	if want.T.isRef() || want.T.isPtr() {
		return c.bindObject(a, want, at)
	}
	if want.T.Kind == TMember {
		return c.bindMember(a, want, at)
	}
	if a.Kind == objectArg && a.object != nil { // whose value is not known
		c.errorf(at, "template-argument", "non-type template argument is not a constant expression")
		return a, false
	}
	if want.T == a.Type.T || a.Type.T.Kind == TOpaque {
		return a, true
	}
	if !a.Type.T.isNumeric() || want.T.Kind == TEnum {
		c.errorf(at, "template-argument", "non-type template argument of type '%s' cannot be converted to a value of type '%s'", a.Type, want)
		return a, false
	}
	if want.T.isIntegral() && isFloat(a.Type.T.Scalar) {
		c.errorf(at, "template-argument", "conversion from '%s' to '%s' is not allowed in a converted constant expression", a.Type, want)
		return a, false
	}
	bits := convertBits(want.T.Scalar, a.Type.T.Scalar, a.Bits)
	if want.T.isIntegral() && a.Type.T.isIntegral() && !sameInteger(want.T.Scalar, bits, a.Type.T.Scalar, a.Bits) {
		c.errorf(at, "narrowing", "non-type template argument evaluates to %s, which cannot be narrowed to type '%s'", constantText(a.Type.T, a.Bits), want)
		return a, false
	}
	a.Bits, a.Type = bits, want.unqual()
	return a, true
}

// valueParamType is the type of a value parameter; int where that depends on
// other parameters.
func (c *checker) valueParamType(p *syntax.TemplateParam, s *Scope) QualType {
	t := Of(intType())
	c.try(func() {
		c.in(s, func() {
			if own := c.typeOf(p.Type); own.T.isNumeric() {
				t = own.unqual()
			}
		})
	})
	return t
}

// sameParams reports whether a template whose parameters are given may stand
// for one that takes want: a pack stands for any number, and defaults fill up.
func sameParams(want, given []syntax.TemplateParam) bool {
	for i := range given {
		switch {
		case given[i].Pack:
			return true
		case i >= len(want):
			return given[i].Defaulted()
		case want[i].Pack:
			return true
		case want[i].Kind != given[i].Kind:
			return false
		}
	}
	return len(want) <= len(given) || want[len(given)].Pack
}
