package syntax

import "github.com/zmlx/zmlx/mlx/msl/diag"

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
	// CharLit is 'c', or several characters, which make an int.
	CharLit struct {
		Range
		Value   int64
		Several bool
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
		Op Kind
		X  Expr
	}
	// PostfixExpr is x++ or x--.
	PostfixExpr struct {
		Range
		Op Kind
		X  Expr
	}
	// BinaryExpr is x op y, assignments and the comma included.
	BinaryExpr struct {
		Range
		Op    Kind
		OpPos diag.Pos
		X, Y  Expr
	}
	// CondExpr is c ? x : y, or c ?: y, of which X is nil.
	CondExpr struct {
		Range
		Cond, X, Y Expr
		OpPos      diag.Pos // of the question mark
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
		Args []Expr
		List *InitList // of T{…} and (T){…}
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
	// DestroyExpr is x.~T() and x->~T().
	DestroyExpr struct {
		Range
		X     Expr
		Arrow bool
		OpPos diag.Pos // of the . or ->
		Type  TypeExpr
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
		Items  []InitItem
		Direct bool // x{…} or T{…}: not behind =, nor an argument
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
		Copy bool // *this
		Pack bool // name...
	}
	// FoldExpr is (pack op ...), (... op pack) or (a op ... op b).
	FoldExpr struct {
		Range
		Op          Kind
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
