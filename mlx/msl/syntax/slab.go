package syntax

// slab hands out values from arrays, which costs a fraction of allocating
// each by itself. The nodes of a unit live and die together.
type slab[T any] struct {
	chunk []T
	used  int
}

// The first chunk is for a kernel of a few lines; each is twice the one before.
const (
	firstChunk = 8
	lastChunk  = 256
)

// new returns a zero value.
func (s *slab[T]) new() *T {
	if s.used == len(s.chunk) {
		s.grow(1)
	}
	s.used++
	return &s.chunk[s.used-1]
}

// put returns a copy of v that lives as long as the unit.
func (s *slab[T]) put(v T) *T {
	x := s.new()
	*x = v
	return x
}

// room returns an empty list with capacity for n values.
func (s *slab[T]) room(n int) []T {
	if len(s.chunk)-s.used < n {
		s.grow(n)
	}
	s.used += n
	return s.chunk[s.used-n : s.used-n : s.used]
}

func (s *slab[T]) grow(n int) {
	s.chunk = make([]T, max(n, firstChunk, min(2*len(s.chunk), lastChunk)))
	s.used = 0
}

// builder makes lists. Those of nested nodes are built on top of each other, so
// what mark has begun, take must end.
type builder[T any] struct {
	stack []T
	slab  slab[T]
}

func (b *builder[T]) mark() int { return len(b.stack) }

func (b *builder[T]) add(v T) { b.stack = append(b.stack, v) }

// take returns what was added since mark gave from, nil for nothing.
func (b *builder[T]) take(from int) []T {
	n := len(b.stack) - from
	if n == 0 {
		return nil
	}
	list := append(b.slab.room(n), b.stack[from:]...)
	b.stack = b.stack[:from]
	return list
}

// nodes are where a unit's nodes and lists come from: those that kernels have
// many of.
type nodes struct {
	names     slab[Name]
	idents    slab[IdentExpr]
	ints      slab[IntLit]
	floats    slab[FloatLit]
	strings   slab[StringLit]
	unaries   slab[UnaryExpr]
	postfixes slab[PostfixExpr]
	binaries  slab[BinaryExpr]
	parens    slab[ParenExpr]
	calls     slab[CallExpr]
	indexes   slab[IndexExpr]
	members   slab[MemberExpr]
	casts     slab[CastExpr]
	values    slab[ConstructExpr]

	named    slab[NamedType]
	basics   slab[BasicType]
	quals    slab[QualType]
	pointers slab[PointerType]
	refs     slab[RefType]

	vars      slab[VarDecl]
	params    slab[ParamDecl]
	functions slab[FuncDecl]
	templates slab[TemplateDecl]

	exprStmts slab[ExprStmt]
	declStmts slab[DeclStmt]
	blocks    slab[BlockStmt]
	ifs       slab[IfStmt]
	fors      slab[ForStmt]
	returns   slab[ReturnStmt]

	attrs slab[Attr]
	decls slab[Decl]

	exprList     builder[Expr]
	stmtList     builder[Stmt]
	paramList    builder[*ParamDecl]
	argList      builder[TemplateArg]
	templateList builder[TemplateParam]
}
