package syntax

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// Print renders a tree as nested lists for tests and for reading: the kind of
// node and its parts, without positions; declarations and statements have
// lines of their own.
func Print(n Node) string {
	pr := printer{}
	pr.node(reflect.ValueOf(n))
	return pr.b.String() + "\n"
}

// PrintUnit is Print for all declarations of a unit.
func PrintUnit(u *Unit) string {
	var b strings.Builder
	for _, d := range u.Decls {
		b.WriteString(Print(d))
	}
	return b.String()
}

type printer struct {
	b      strings.Builder
	indent int
}

var (
	rangeType  = reflect.TypeFor[Range]()
	rangesType = reflect.TypeFor[[]Range]()
	nameType   = reflect.TypeFor[*Name]()
	posType    = reflect.TypeFor[diag.Pos]()
)

func (pr *printer) node(v reflect.Value) {
	if !v.IsValid() {
		pr.b.WriteString("nil")
		return
	}
	for v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer && v.Type() != nameType {
		if v.IsNil() {
			pr.b.WriteString("nil")
			return
		}
		v = v.Elem()
	}
	if v.Type() == nameType {
		pr.name(v.Interface().(*Name))
		return
	}
	if pr.short(v) {
		return
	}
	pr.b.WriteString("(" + strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(v.Type().Name(), "Expr"), "Type"), "Stmt"))
	for i := range v.NumField() {
		pr.field(v.Type().Field(i), v.Field(i))
	}
	pr.b.WriteString(")")
}

// short prints the commonest nodes without parentheses.
func (pr *printer) short(v reflect.Value) bool {
	switch n := v.Addr().Interface().(type) {
	case *IdentExpr:
		pr.name(&n.Name)
	case *NamedType:
		if n.Typename {
			pr.b.WriteString("typename ")
		}
		pr.name(&n.Name)
	case *BasicType:
		pr.b.WriteString(n.Name)
	case *IntLit:
		fmt.Fprintf(&pr.b, "%d%s", n.Value, n.Suffix)
	case *FloatLit:
		pr.b.WriteString(n.Text + n.Suffix)
	case *StringLit:
		fmt.Fprintf(&pr.b, "%q", n.Value)
	case *BoolLit:
		fmt.Fprint(&pr.b, n.Value)
	default:
		return false
	}
	return true
}

func (pr *printer) field(f reflect.StructField, v reflect.Value) {
	if v.IsZero() || !f.IsExported() || f.Type == rangeType || f.Type == rangesType || f.Type == posType || f.Name == "Order" || f.Name == "Init" && f.Type == reflect.TypeFor[*InitList]() {
		return
	}
	switch x := v.Interface().(type) {
	case bool:
		pr.b.WriteString(" " + strings.ToLower(f.Name))
	case string:
		pr.b.WriteString(" " + x)
	case Kind:
		pr.b.WriteString(" " + x.String())
	case Quals, Specifiers, InitKind, ParamKind:
		pr.b.WriteString(" " + flagWords(x))
	case *Name:
		pr.b.WriteByte(' ')
		pr.name(x)
	case Name:
		pr.b.WriteByte(' ')
		pr.name(&x)
	default:
		switch v.Kind() {
		case reflect.Slice:
			pr.list(f, v)
		case reflect.Struct, reflect.Interface, reflect.Pointer:
			switch f.Name {
			case "Init", "Default", "Else", "BitWidth", "Value", "Underlying", "DefaultType", "DefaultExpr":
				pr.b.WriteString(" " + strings.ToLower(f.Name) + "=")
			default:
				pr.b.WriteByte(' ')
			}
			pr.node(v)
		default:
			fmt.Fprintf(&pr.b, " %v", x)
		}
	}
}

func (pr *printer) list(f reflect.StructField, v reflect.Value) {
	lines := f.Name == "Decls" || f.Name == "Members" || f.Name == "Stmts"
	if !lines {
		pr.b.WriteString(" " + strings.ToLower(f.Name) + "=[")
	}
	pr.indent++
	for i := range v.Len() {
		if lines {
			pr.b.WriteString("\n" + strings.Repeat("  ", pr.indent))
		} else if i > 0 {
			pr.b.WriteByte(' ')
		}
		if e := v.Index(i); e.Kind() == reflect.Struct {
			pr.node(e.Addr())
		} else if e.Kind() == reflect.String {
			pr.b.WriteString(e.String())
		} else {
			pr.node(e)
		}
	}
	pr.indent--
	if !lines {
		pr.b.WriteByte(']')
	}
}

func (pr *printer) name(n *Name) {
	if n == nil {
		pr.b.WriteByte('_')
		return
	}
	if n.Of != nil {
		pr.name(n.Of)
	}
	if n.Of != nil || n.Global {
		pr.b.WriteString("::")
	}
	if t := n.Decltype(); t != nil {
		pr.node(reflect.ValueOf(t))
		return
	}
	pr.b.WriteString(n.Ident)
	if t := n.Conversion(); t != nil {
		pr.b.WriteByte(' ')
		pr.node(reflect.ValueOf(t))
	}
	if !n.HasArgs {
		return
	}
	pr.b.WriteByte('<')
	for i := range n.Args {
		if i > 0 {
			pr.b.WriteString(", ")
		}
		pr.arg(&n.Args[i])
	}
	pr.b.WriteByte('>')
}

func (pr *printer) arg(a *TemplateArg) {
	if a.Type != nil {
		pr.node(reflect.ValueOf(a.Type))
	} else {
		pr.node(reflect.ValueOf(a.Expr))
	}
	if a.Type != nil && a.Expr != nil {
		pr.b.WriteByte('?')
	}
	if a.Pack {
		pr.b.WriteString("...")
	}
}

// flagWords spells a set of flags.
func flagWords(x any) string {
	var names []string
	bits := 0
	switch x := x.(type) {
	case InitKind:
		return [...]string{"", "=", "()", "{}"}[x]
	case ParamKind:
		return [...]string{"type", "value", "template"}[x]
	case Quals:
		bits = int(x)
		names = []string{"const", "volatile", "device", "constant", "threadgroup", "thread", "other-space", "coherent", "restrict", "&", "&&"}
	case Specifiers:
		bits = int(x)
		names = []string{"static", "inline", "constexpr", "extern", "typedef", "kernel", "graphics", "explicit", "friend", "mutable", "thread"}
	}
	var set []string
	for i, n := range names {
		if bits>>i&1 != 0 {
			set = append(set, n)
		}
	}
	return strings.Join(set, "+")
}
