package syntax

import "strings"

// Decl is a declaration.
type Decl interface{ Node }

// Attr is one attribute of [[...]] or __attribute__: name and arguments.
type Attr struct {
	Range
	Scope string // of scope::name
	Name  string
	Args  []Expr
}

// Specifiers of a declaration.
type Specifiers uint16

// The declaration specifiers. Kernel is the keyword or [[kernel]].
const (
	Static Specifiers = 1 << iota
	Inline
	Constexpr
	Extern
	Typedef
	Kernel
	Vertex // and Fragment, Mesh…: graphics stages, refused by name
	Explicit
	Friend
	Mutable
)

type (
	// VarDecl declares one variable, data member or, with Typedef, none.
	// A declaration of several declarators becomes several nodes.
	VarDecl struct {
		Range
		Specs    Specifiers
		Attrs    []Attr
		Type     TypeExpr
		Name     *Name // qualified if a static member is defined outside
		NamePos  Range
		BitWidth Expr // bit-field
		Init     Expr // = e, or InitList for {..}, or ParenInit for (..); nil if none
		InitKind InitKind
	}
	// BindingDecl is auto [x, y] = e: Var is the variable whose elements the
	// names are. The list of names is its own name; see Decomposed.
	BindingDecl struct {
		Range
		Var   *VarDecl
		Names []Binding
	}
	// Binding is a name of a BindingDecl.
	Binding struct {
		Range
		Name string
	}
	// ParamDecl is a function or template value parameter.
	ParamDecl struct {
		Range
		Attrs   []Attr
		Type    TypeExpr
		Name    string
		NamePos Range
		Default Expr
		Pack    bool
		open    bool // T(x) was read, which might be an expression
	}
	// FuncDecl is a function, member function, constructor, conversion or
	// operator, declared or defined.
	FuncDecl struct {
		Range
		Specs    Specifiers
		Attrs    []Attr
		Result   TypeExpr // nil for constructors and conversions; the trailing type if one is given
		Name     *Name
		NamePos  Range
		Params   []*ParamDecl
		Variadic bool  // C ...
		Quals    Quals // after the parameter list: const, device, thread, threadgroup, constant
		Inits    []MemberInit
		Body     *BlockStmt // nil for a declaration
		Broken   bool       // the end of the body is not known
		Deleted  bool
		Default  bool // = default
		Guide    bool // a deduction guide of the class template Name
		Order    int  // that of the unit's functions, whatever files they are in
	}
	// MemberInit is one mem-initialiser of a constructor.
	MemberInit struct {
		Range
		Name Name
		Args []Expr
		List *InitList // of m{…}
		Pack bool
	}
	// RecordDecl is a struct, class or union.
	RecordDecl struct {
		Range
		Key        string // struct, class, union
		Attrs      []Attr
		Name       *Name // nil if anonymous; template arguments present for specialisations
		NamePos    Range
		Bases      []Base
		Members    []Decl // VarDecl, FuncDecl, AliasDecl, RecordDecl, EnumDecl, TemplateDecl, StaticAssert, FriendDecl…
		Pack       int    // bound of #pragma pack, 0 for none
		Definition bool
		Broken     bool // a member could not be read
	}
	// Base is a base class of a RecordDecl.
	Base struct {
		Range
		Type    TypeExpr
		Private bool // or protected
	}
	// EnumDecl is an enum or enum class.
	EnumDecl struct {
		Range
		Class      bool
		Name       *Name
		NamePos    Range
		Attrs      []Attr
		Underlying TypeExpr
		Items      []EnumItem
		Definition bool
	}
	// EnumItem is one enumerator.
	EnumItem struct {
		Range
		Name  string
		Value Expr
	}
	// AliasDecl is typedef T n or using n = T.
	AliasDecl struct {
		Range
		Attrs   []Attr
		Typedef bool
		Name    string
		NamePos Range
		Type    TypeExpr
	}
	// UsingDecl is using a::b, using a::b... or using enum a::b.
	UsingDecl struct {
		Range
		Name Name
		Enum bool
		Pack bool
	}
	// UsingDirective is using namespace n.
	UsingDirective struct {
		Range
		Name Name
	}
	// NamespaceDecl is namespace n { … }; Names has several for a::b, none
	// for an anonymous one.
	NamespaceDecl struct {
		Range
		Inline  bool
		Names   []string
		NamePos []Range
		Decls   []Decl
	}
	// NamespaceAlias is namespace a = b.
	NamespaceAlias struct {
		Range
		Name   string
		Target Name
	}
	// TemplateDecl is template <…> decl; Params is empty for template <>.
	TemplateDecl struct {
		Range
		Params []TemplateParam
		// Unknown are the names in an outermost template that nothing declares
		// in front of them, as far as the parser knows.
		Unknown []string
		Decl    Decl // FuncDecl, RecordDecl, AliasDecl, VarDecl or, for member templates, TemplateDecl
	}
	// TemplateParam is one parameter of a template.
	TemplateParam struct {
		Range
		Kind        ParamKind
		Name        string
		Was         []string // its names in other declarations, which default arguments from there use
		Pack        bool
		Type        TypeExpr // of a value parameter
		DefaultType TypeExpr
		DefaultExpr Expr
		Params      []TemplateParam // of a template template parameter
	}
	// Instantiation is template decl: explicit instantiation of a function or
	// class, as host_name instantiations use it. For the form
	// "template [[host_name("n")]] [[kernel]] decltype(f<T>) f<T>;" Decl is a
	// VarDecl with a DecltypeType and the template-id as its name.
	Instantiation struct {
		Range
		Attrs  []Attr
		Extern bool
		Decl   Decl
	}
	// StaticAssert is static_assert(cond, msg).
	StaticAssert struct {
		Range
		Cond Expr
		Msg  string
	}
	// EmptyDecl is a stray ; or, with Access, public: and the like, or a type
	// alone, as in T;.
	EmptyDecl struct {
		Range
		Access string // public, private, protected
		Type   TypeExpr
	}
	// PragmaDecl is a pragma between declarations.
	PragmaDecl struct {
		Range
		Pragma Pragma
	}
	// FriendDecl is friend decl, or with Type friend struct S or friend T.
	FriendDecl struct {
		Range
		Decl Decl
		Type TypeExpr
	}
)

// At is an initialiser of a pack for one of its elements: f gives the values.
func (m *MemberInit) At(f func(Expr) Expr) *MemberInit {
	one := *m
	one.Pack, one.Args = false, nil
	for _, x := range m.Args {
		one.Args = append(one.Args, f(x))
	}
	if m.List != nil {
		list := *m.List
		list.Items = nil
		for _, it := range m.List.Items {
			it.X = f(it.X)
			list.Items = append(list.Items, it)
		}
		one.List = &list
	}
	return &one
}

// ParamKind is the kind of a template parameter.
type ParamKind uint8

// The kinds of template parameters.
const (
	TypeParam ParamKind = iota
	ValueParam
	TemplateTemplateParam
)

// InitKind is how a variable is initialised.
type InitKind uint8

// The forms of initialisation.
const (
	NoInit     InitKind = iota
	CopyInit            // = e
	DirectInit          // (e, …): Init is a ParenList
	ListInit            // {…}: Init is an InitList
)

// Defaulted reports a parameter with a default argument.
func (p *TemplateParam) Defaulted() bool { return p.DefaultType != nil || p.DefaultExpr != nil }

// Decomposed reports the variable of a structured binding.
func (d *VarDecl) Decomposed() bool { return strings.HasPrefix(d.Name.Ident, "[") }
