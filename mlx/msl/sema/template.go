package sema

import (
	"strconv"
	"strings"

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
	key    string    // of the arguments of an explicit one, of the text of a partial one
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

type argKind uint8

const (
	typeArg argKind = iota
	valueArg
	templateArg
	funcArg
	objectArg // of a reference or a pointer
	packOf
	absentArg // takes its default
)

// Arg is a template argument.
type Arg struct {
	Kind argKind
	Type QualType // of typeArg, or the type of a value
	Bits uint64   // of valueArg; of objectArg its number, 0 for a null pointer
	Tmpl *Template
	Fn   *Function
	Pack []Arg
	set  *overloads // functions of which one is still to be chosen
	at   diag.Span

	object *Variable // that is named or, with addr, whose address is taken
	addr   bool
}

func appendArgKey(k []byte, a *Arg) []byte {
	switch a.Kind {
	case typeArg:
		k = appendTypeKey(k, a.Type)
	case valueArg:
		k = strconv.AppendUint(append(k, '#'), uint64(a.Type.T.id), 36)
		k = append(strconv.AppendUint(append(k, ':'), a.Bits, 36), ',')
	case objectArg:
		k = strconv.AppendUint(append(k, 'o'), uint64(a.Type.T.id), 36)
		k = append(strconv.AppendUint(append(k, ':'), a.Bits, 36), ',')
	case templateArg:
		k = append(append(append(k, 't'), a.Tmpl.key()...), ',')
	case funcArg:
		k = append(append(append(k, 'f'), a.Fn.key()...), ',')
	case packOf:
		k = append(k, '(')
		for i := range a.Pack {
			k = appendArgKey(k, &a.Pack[i])
		}
		k = append(k, ')')
	}
	return k
}

func argsKey(args []Arg) string {
	var room [64]byte
	k := room[:0]
	for i := range args {
		k = appendArgKey(k, &args[i])
	}
	return string(k)
}

func (t *Template) key() string {
	if t.decl != nil {
		return strconv.FormatUint(uint64(t.decl.Span().Start), 36) + t.Name
	}
	return t.Name
}

// String prints an argument as clang does.
func (a Arg) String() string {
	switch a.Kind {
	case typeArg:
		return a.Type.String()
	case valueArg:
		return constantText(a.Type.T, a.Bits)
	case templateArg:
		return a.Tmpl.Name
	case funcArg:
		return "&" + a.Fn.Name
	case objectArg:
		switch {
		case a.object == nil:
			return "nullptr"
		case a.addr:
			return "&" + a.object.Name
		}
		return a.object.Name
	}
	return argList(a.Pack)
}

// constantText prints a constant of a scalar type.
func constantText(t *Type, bits uint64) string {
	switch {
	case t.Scalar == basicKinds["bool"]:
		return strconv.FormatBool(bits != 0)
	case isFloat(t.Scalar):
		return strconv.FormatFloat(floatOf(t.Scalar, bits), 'g', -1, 32)
	case isSigned(t.Scalar):
		return strconv.FormatInt(signExtend(t.Scalar, bits), 10)
	}
	return strconv.FormatUint(bits, 10)
}

// argList prints arguments separated by commas.
func argList(args []Arg) string {
	s := make([]string, 0, len(args))
	for _, a := range args {
		if a.Kind == packOf && len(a.Pack) == 0 {
			continue
		}
		text := a.String()
		if len(text) > maxArgText {
			text = text[:maxArgText] + "…"
		}
		s = append(s, text)
	}
	return strings.Join(s, ", ")
}

// maxArgText bounds an argument in the name of a specialisation, which would
// otherwise double with every template around it.
const maxArgText = 1000

// templateArgs evaluates a written argument list. Values keep the type of
// their expression; binding converts them.
func (c *checker) templateArgs(list []syntax.TemplateArg) []Arg {
	args := c.mem.args.make(len(list))[:0]
	for i := range list {
		a := &list[i]
		if a.Pack {
			args = append(args, expandPack(c, a.Span(), func() Arg { return c.templateArg(a) })...)
			continue
		}
		args = append(args, c.templateArg(a))
	}
	return args
}

func (c *checker) templateArg(a *syntax.TemplateArg) Arg {
	out := Arg{at: a.Span()}
	if a.Type != nil {
		// A name may turn out to be a type, a template or a value.
		if n, ok := a.Type.(*syntax.NamedType); ok {
			f := c.find(&n.Name)
			if !f.ok {
				out.Type = Of(errorType)
				return out
			}
			if f.binding != nil {
				if f.pack != nil && !f.part.HasArgs {
					e, ok := c.packArg(f.pack, a.Span())
					if !ok {
						e.Type = Of(errorType)
					}
					return e
				}
				isType := f.typ != nil && !f.part.HasArgs
				if f.tmpl != nil && !f.part.HasArgs && (!isType || f.typ.injected) && !isType {
					out.Kind, out.Tmpl = templateArg, f.tmpl
					return out
				}
				if !isType && (f.value != nil || len(f.funcs)+len(f.ftmpls)+len(f.fams) > 0) || f.tmpl != nil && f.tmpl.kind == varTemplate {
					e := a.Expr
					if e == nil {
						e = &syntax.IdentExpr{Name: n.Name}
					}
					return c.valueTemplateArg(out, e)
				}
			} else {
				out.Type = c.noType(n, f, "use of undeclared identifier") // a type or a value
				return out
			}
		} else if a.Expr != nil {
			var t QualType
			if ok, _ := c.try(func() { t = c.typeOf(a.Type) }); !ok || t.T.isError() {
				return c.valueTemplateArg(out, a.Expr)
			}
		}
		out.Type = c.typeOf(a.Type)
		return out
	}
	return c.valueTemplateArg(out, a.Expr)
}

// valueTemplateArg evaluates an argument that is an expression.
func (c *checker) valueTemplateArg(out Arg, e syntax.Expr) Arg {
	v, k := c.constantValue(e)
	if !v.bad() && v.set() == nil {
		out.object, out.addr = c.namedObject(e)
	}
	switch {
	case v.bad():
		out.Type = Of(errorType)
	case v.set() != nil:
		set := *v.set() // lasts as long as the argument
		out.Kind, out.set = funcArg, &set
		if f := c.onlyFunction(v.set()); f != nil {
			out.Fn = f
		}
	case len(k) == 1:
		out.Kind, out.Type, out.Bits = valueArg, v.Type.unqual(), k[0]
	case out.object != nil || v.Type.T.Kind == TNullptr:
		if out.Kind, out.Type = objectArg, v.Type.unqual(); out.object != nil {
			out.Bits = out.object.global.number
		}
	default:
		if !c.general { // else it may hang on what is not known
			c.errorf(e.Span(), "template-argument", "non-type template argument is not a constant expression")
		}
		out.Type = Of(errorType)
	}
	return out
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
