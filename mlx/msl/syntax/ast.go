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

// Decomposed reports the variable of a structured binding.
func (d *VarDecl) Decomposed() bool { return strings.HasPrefix(d.Name.Ident, "[") }

// Label is the word that a case statement begins with.
func (s *CaseStmt) Label() diag.Span {
	word := "case"
	if s.Value == nil {
		word = "default"
	}
	return diag.Span{Start: s.Start, End: s.Start + diag.Pos(len(word))}
}

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
		Elem     TypeExpr
	}
	// PointerType is Elem *; qualifiers of the pointer itself wrap it.
	PointerType struct {
		Range
		Elem TypeExpr
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
	// FuncType is a function type: Result(Params).
	FuncType struct {
		Range
		Result TypeExpr
		Params []*ParamDecl
	}
	// PackType is a pack expansion of a type: T...
	PackType struct {
		Range
		Elem TypeExpr
	}
)

// ---- declarations ----

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
	Thread_ // member function qualifier "thread": see FuncDecl.Quals
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
	}
	// MemberInit is one mem-initialiser of a constructor.
	MemberInit struct {
		Range
		Name Name
		Args []Expr
		List bool // {..} rather than (..)
		Pack bool
	}
	// RecordDecl is a struct, class or union.
	RecordDecl struct {
		Range
		Key        string // struct, class, union
		Attrs      []Attr
		Name       *Name // nil if anonymous; template arguments present for specialisations
		NamePos    Range
		Bases      []TypeExpr // Metal has no derived classes; type traits use them
		Members    []Decl     // VarDecl, FuncDecl, AliasDecl, RecordDecl, EnumDecl, TemplateDecl, StaticAssert, FriendDecl…
		Pack       int        // bound of #pragma pack, 0 for none
		Definition bool
	}
	// EnumDecl is an enum or enum class.
	EnumDecl struct {
		Range
		Class      bool
		Name       *Name
		NamePos    Range
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
	// UsingDecl is using a::b or using enum a::b.
	UsingDecl struct {
		Range
		Name Name
		Enum bool
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
		Inline bool
		Names  []string
		Decls  []Decl
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
		Decl   Decl // FuncDecl, RecordDecl, AliasDecl, VarDecl or, for member templates, TemplateDecl
	}
	// TemplateParam is one parameter of a template.
	TemplateParam struct {
		Range
		Kind        ParamKind
		Name        string
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
		Attrs []Attr
		Decl  Decl
	}
	// StaticAssert is static_assert(cond, msg).
	StaticAssert struct {
		Range
		Cond Expr
		Msg  string
	}
	// EmptyDecl is a stray ; or, with Access, public: and the like.
	EmptyDecl struct {
		Range
		Access string // public, private, protected
	}
	// PragmaDecl is a pragma between declarations.
	PragmaDecl struct {
		Range
		Pragma Pragma
	}
	// FriendDecl is friend decl.
	FriendDecl struct {
		Range
		Decl Decl
	}
)

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

// ---- statements ----

// Stmt is a statement.
type Stmt interface{ Node }

type (
	// BlockStmt is { … }.
	BlockStmt struct {
		Range
		Stmts []Stmt
	}
	// DeclStmt is a declaration in a block.
	DeclStmt struct {
		Range
		Decls []Decl
	}
	// ExprStmt is e;
	ExprStmt struct {
		Range
		X Expr
	}
	// IfStmt is if [constexpr] ([init;] cond) then [else].
	IfStmt struct {
		Range
		Constexpr  bool
		Init       Stmt
		Cond       Expr     // or nil when CondDecl is set
		CondDecl   *VarDecl // if (T x = …)
		Then, Else Stmt
		ElsePos    diag.Pos
	}
	// ForStmt is for (init; cond; post) body.
	ForStmt struct {
		Range
		Init    Stmt
		Cond    Expr
		Post    Expr
		Body    Stmt
		Pragmas []Pragma // unroll and the like, before the loop
	}
	// RangeForStmt is for (decl : range) body; Names are those of a structured
	// binding.
	RangeForStmt struct {
		Range
		Var   *VarDecl
		Names []Binding
		X     Expr
		Body  Stmt
	}
	// WhileStmt is while (cond) body.
	WhileStmt struct {
		Range
		Cond    Expr
		Body    Stmt
		Pragmas []Pragma
	}
	// DoStmt is do body while (cond);
	DoStmt struct {
		Range
		Body    Stmt
		Cond    Expr
		Pragmas []Pragma
	}
	// SwitchStmt is switch ([init;] x) body; Body holds CaseStmts.
	SwitchStmt struct {
		Range
		Init  Stmt
		X     Expr     // or nil when XDecl is set
		XDecl *VarDecl // switch (T x = …)
		Body  Stmt
	}
	// CaseStmt is case v:, case v ... w: or, with Value nil, default: followed
	// by its first statement.
	CaseStmt struct {
		Range
		Value, Last Expr
		Body        Stmt // may be nil before }
	}
	// BreakStmt is break;
	BreakStmt struct{ Range }
	// ContinueStmt is continue;
	ContinueStmt struct{ Range }
	// ReturnStmt is return [x]; x may be an InitList.
	ReturnStmt struct {
		Range
		X Expr
	}
	// EmptyStmt is ;
	EmptyStmt struct{ Range }
	// PragmaStmt is a pragma that stands before no loop: METAL fp …
	PragmaStmt struct {
		Range
		Pragma Pragma
	}
)

// Pragma is a #pragma or _Pragma that reached the parser: its text after the word pragma.
type Pragma struct {
	Range
	Text string
}

// ---- expressions ----

// Expr is an expression.
type Expr interface{ Node }

type (
	// IdentExpr is a name used as a value.
	IdentExpr struct{ Name }
	// IntLit is an integer literal; Suffix is lower-cased: u, l, ul…
	IntLit struct {
		Range
		Value  uint64
		Suffix string
		Hex    bool // hexadecimal, octal or binary: may become unsigned
	}
	// FloatLit is a floating literal; Suffix is "", f, h or bf.
	FloatLit struct {
		Range
		Text   string // without suffix
		Value  float64
		Suffix string
	}
	// CharLit is 'c'.
	CharLit struct {
		Range
		Value int64
	}
	// StringLit is a string, adjacent ones joined.
	StringLit struct {
		Range
		Value string
	}
	// BoolLit is true or false.
	BoolLit struct {
		Range
		Value bool
	}
	// NullptrLit is nullptr.
	NullptrLit struct{ Range }
	// ThisExpr is this.
	ThisExpr struct{ Range }
	// ParenExpr is (x).
	ParenExpr struct {
		Range
		X Expr
	}
	// UnaryExpr is op x; Op is one of + - ! ~ * & ++ --.
	UnaryExpr struct {
		Range
		Op string
		X  Expr
	}
	// PostfixExpr is x++ or x--.
	PostfixExpr struct {
		Range
		Op string
		X  Expr
	}
	// BinaryExpr is x op y, assignments and the comma included.
	BinaryExpr struct {
		Range
		Op    string
		OpPos diag.Pos
		X, Y  Expr
	}
	// CondExpr is c ? x : y, or c ?: y, of which X is nil.
	CondExpr struct {
		Range
		Cond, X, Y Expr
	}
	// CallExpr is f(args).
	CallExpr struct {
		Range
		Fun  Expr
		Args []Expr
	}
	// ConstructExpr is T(args), T{args} or (T){args}.
	ConstructExpr struct {
		Range
		Type TypeExpr
		Args []Expr // of T{…}: the values without their designators
		List bool
		Init *InitList // the whole {…} if List
	}
	// CastExpr is (T)x or static_cast<T>(x) and its relatives.
	CastExpr struct {
		Range
		Kind string // "c", "static", "reinterpret", "const", "as_type"
		Type TypeExpr
		X    Expr
	}
	// IndexExpr is x[i].
	IndexExpr struct {
		Range
		X, Index Expr
	}
	// MemberExpr is x.name or x->name.
	MemberExpr struct {
		Range
		X     Expr
		Arrow bool
		OpPos diag.Pos // of the . or ->
		Name  Name
	}
	// SizeofExpr is sizeof, alignof of a type or expression, or sizeof...(pack).
	SizeofExpr struct {
		Range
		Op   string // sizeof, alignof, sizeof...
		Type TypeExpr
		X    Expr
		Pack string
	}
	// InitList is { a, .x = b, … }.
	InitList struct {
		Range
		Items []InitItem
	}
	// InitItem is an element of an InitList; Field or Index designates it, or
	// Index and IndexEnd for [a ... b], both included.
	InitItem struct {
		Range
		Field    string
		Index    Expr
		IndexEnd Expr
		X        Expr
		Nested   bool // another designator follows this one
	}
	// ParenList is the (a, b) of a direct initialisation.
	ParenList struct {
		Range
		Args []Expr
	}
	// LambdaExpr is [captures](params) quals -> result { body }.
	LambdaExpr struct {
		Range
		Default  string // "", "=", "&"
		Captures []Capture
		Params   []*ParamDecl
		Template []TemplateParam
		Result   TypeExpr
		Body     *BlockStmt
		Mutable  bool
		Intro    Range // the brackets
	}
	// Capture is an element of a lambda's capture list.
	Capture struct {
		Range
		Ref  bool
		Name string
		Init Expr
		This bool
	}
	// FoldExpr is (pack op ...), (... op pack) or (a op ... op b).
	FoldExpr struct {
		Range
		Op          string
		Left, Right Expr // the one that holds the pack stands where it was written
		PackLeft    bool // (pack op ...) or (pack op ... op init)
	}
	// StmtExpr is ({ … }), whose value is that of its last statement.
	StmtExpr struct {
		Range
		Body *BlockStmt
	}
	// OffsetofExpr is __builtin_offsetof(T, a.b[i]): Path has the members and
	// the subscripts.
	OffsetofExpr struct {
		Range
		Type TypeExpr
		Path []InitItem
	}
	// PackExpr is x..., a pack expansion in an argument or initialiser list.
	PackExpr struct {
		Range
		X Expr
	}
	// TraitExpr is a compiler intrinsic on types: __is_same(T, U) and the like.
	TraitExpr struct {
		Range
		Name  string
		Types []TypeExpr
	}
)
