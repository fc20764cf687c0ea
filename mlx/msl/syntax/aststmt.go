package syntax

import "github.com/zmlx/zmlx/mlx/msl/diag"

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
		Init     Stmt
		Cond     Expr     // or nil when CondDecl is set, or always true
		CondDecl *VarDecl // for (…; T x = …; …)
		Post     Expr
		Body     Stmt
		Pragmas  []Pragma // unroll and the like, before the loop
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
		Cond     Expr     // or nil when CondDecl is set
		CondDecl *VarDecl // while (T x = …)
		Body     Stmt
		Pragmas  []Pragma
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

// Label is the word that a case statement begins with.
func (s *CaseStmt) Label() diag.Span {
	word := "case"
	if s.Value == nil {
		word = "default"
	}
	return diag.Span{Start: s.Start, End: s.Start + diag.Pos(len(word))}
}
