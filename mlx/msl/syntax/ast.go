package syntax

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// The tree is untyped and keeps what was written. Nodes are immutable after
// parsing, so one tree serves any number of instantiations.

// Node is implemented by every node through the embedded Range.
type Node interface{ Span() diag.Span }

// Range is the text that a node covers.
type Range struct{ Start, End diag.Pos }

// Span returns the range as a diag.Span.
func (r Range) Span() diag.Span { return diag.Span(r) }

// Unit is a translation unit.
type Unit struct {
	Decls []Decl
	// Lost are the names in what could not be read: they may have been
	// declared there.
	Lost map[string]bool
	// Start is where the unit's own file begins; Library says that it includes
	// headers of Metal's library.
	Start   diag.Pos
	Library bool
	// LeftOut is the first word kernel of that file that is not read, as the condition
	// of the directive Behind does not hold.
	LeftOut, Behind diag.Span
}

// Name is a possibly qualified name, such as a::b<int>::c: its last component
// and, in Of, what stands in front of that.
type Name struct {
	Range            // with the qualifier
	Own     diag.Pos // where the last component begins
	Global  bool     // :: stands in front; Of is nil then
	HasArgs bool     // <...> follows
	Ident   string   // identifier, or "operator+" and the like, or "~T"; see Conversion and Decltype
	Of      *Name
	// Args are the template arguments. Of "operator T" and decltype(e), which
	// have none, it holds the type.
	Args []TemplateArg
}

// Simple reports whether the name is a single component.
func (n *Name) Simple() bool { return n.Of == nil && !n.Global }

// OwnSpan is the range of the last component, with its template arguments.
func (n *Name) OwnSpan() diag.Span { return diag.Span{Start: n.Own, End: n.End} }

// Operator reports whether the name is that of an operator or a conversion.
func (n *Name) Operator() bool {
	rest, ok := strings.CutPrefix(n.Ident, "operator")
	return ok && (rest == "" || class[rest[0]] < cHigh)
}

// Conversion is the type T of "operator T", nil of other names.
func (n *Name) Conversion() TypeExpr { return n.typeIf("operator") }

// Decltype is the type of a decltype(e) that stands in front of ::, nil of
// other names.
func (n *Name) Decltype() TypeExpr { return n.typeIf("decltype") }

func (n *Name) typeIf(ident string) TypeExpr {
	if n.Ident != ident || len(n.Args) != 1 {
		return nil
	}
	return n.Args[0].Type
}

// Outermost is the first component.
func (n *Name) Outermost() *Name {
	for n.Of != nil {
		n = n.Of
	}
	return n
}

// TemplateArg is a type or an expression; an argument that could be either
// (a bare dependent name) is given as a type with Expr set too.
type TemplateArg struct {
	Range
	Type TypeExpr
	Expr Expr
	Pack bool // followed by ...
}

// ---- types as written ----

// Quals are cv and address-space qualifiers.
type Quals uint16

// The qualifiers.
const (
	Const Quals = 1 << iota
	Volatile
	SpaceDevice
	SpaceConstant
	SpaceThreadgroup
	SpaceThread
	SpaceOther // threadgroup_imageblock, ray_data, object_data: refused by name
	Coherent   // coherent(system) and the like
	Restrict
	OfLValues // & and && behind the parameters of a member function
	OfRValues
)

// TypeExpr is a type as written.
type TypeExpr interface{ Node }

type (
	// NamedType is a named type: float4, vec<T, 4>, typename T::type.
	NamedType struct {
		Range
		Name     Name
		Typename bool
	}
	// BasicType is a keyword type, normalised: void bool char uchar short
	// ushort int uint long ulong half float double bfloat.
	BasicType struct {
		Range
		Name string
	}
	// AutoType is auto or, with Decltype, decltype(auto).
	AutoType struct {
		Range
		Decltype bool
	}
	// DecltypeType is decltype(e) or, with Typeof, __typeof__(e).
	DecltypeType struct {
		Range
		Expr   Expr
		Typeof bool
	}
	// RecordType is struct/class/union/enum used as a type: a definition in
	// place (Decl set) or an elaborated name.
	RecordType struct {
		Range
		Key  string // struct, class, union, enum
		Decl Decl   // *RecordDecl or *EnumDecl, nil for an elaborated name
		Name *Name
	}
	// QualType adds qualifiers.
	QualType struct {
		Range
		Quals    Quals
		ConstPos Range // the word const and the blank behind it, to take away
		SpacePos Range // the address space
		Elem     TypeExpr
	}
	// PointerType is Elem *; qualifiers of the pointer itself wrap it.
	PointerType struct {
		Range
		Elem TypeExpr
	}
	// MemberPointerType is Elem Class::*.
	MemberPointerType struct {
		Range
		Elem, Class TypeExpr
	}
	// RefType is Elem & or Elem &&.
	RefType struct {
		Range
		Elem   TypeExpr
		RValue bool
	}
	// ArrayType is Elem[Size]; Size is nil for [].
	ArrayType struct {
		Range
		Elem TypeExpr
		Size Expr
	}
	// FuncType is a function type: Result(Params), of a member function with Quals.
	FuncType struct {
		Range
		Result TypeExpr
		Params []*ParamDecl
		Quals  Quals
	}
	// PackType is a pack expansion of a type: T...
	PackType struct {
		Range
		Elem TypeExpr
	}
)
