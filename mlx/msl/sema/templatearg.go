package sema

import (
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

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
	case t.Kind == TMember:
		return memberText(t, bits)
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
					return c.valueTemplateArg(out, e, &f)
				}
			} else {
				out.Type = c.noType(n, f, "use of undeclared identifier") // a type or a value
				return out
			}
			out.Type = c.foundType(n, f)
			return out
		}
		if a.Expr != nil {
			var t QualType
			if ok, _ := c.try(func() { t = c.typeOf(a.Type) }); !ok || t.T.isError() {
				return c.valueTemplateArg(out, a.Expr, nil)
			}
			out.Type = t
			return out
		}
		out.Type = c.typeOf(a.Type)
		return out
	}
	return c.valueTemplateArg(out, a.Expr, nil)
}

// valueTemplateArg evaluates an argument that is an expression, or a name that was found to be f.
func (c *checker) valueTemplateArg(out Arg, e syntax.Expr, f *found) Arg {
	outer := c.argument
	c.argument = c.argumentName(e)
	if f != nil {
		c.argument.found, c.argument.known = *f, true
	}
	defer func() { c.argument = outer }()
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
