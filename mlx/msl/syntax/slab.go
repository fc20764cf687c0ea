package syntax

import "sync"

// slab hands out values from arrays, which costs a fraction of allocating
// each by itself. The nodes of a unit live and die together; the arrays are
// used again.
type slab[T any] struct {
	chunk  []T
	used   int
	chunks [][]T
	next   int // of chunks, after the current one
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

// grow goes on to a chunk with room for n values.
func (s *slab[T]) grow(n int) {
	for s.used = 0; s.next < len(s.chunks); {
		s.chunk = s.chunks[s.next]
		if s.next++; len(s.chunk) >= n {
			return
		}
	}
	s.chunk = make([]T, max(n, firstChunk, min(2*len(s.chunk), lastChunk)))
	s.chunks = append(s.chunks, s.chunk)
	s.next++
}

// reset takes back all values, and forgets what they were.
func (s *slab[T]) reset() {
	for _, c := range s.chunks[:s.next] {
		clear(c)
	}
	s.chunk, s.used, s.next = nil, 0, 0
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

func (b *builder[T]) reset() {
	clear(b.stack[:cap(b.stack)])
	b.stack = b.stack[:0]
	b.slab.reset()
}

// nodes are where a session's nodes and lists come from, those that kernels
// have many of, and what the session knows of names.
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
	selects   slab[MemberExpr]
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

	macros   slab[macro]
	bodies   slab[Token]
	scopes   slab[scope]
	members  slab[member]
	bindings slab[binding]

	nests slab[[]TemplateParam] // the lists of a template and those around it

	attrs slab[Attr]
	decls slab[Decl]

	exprList     builder[Expr]
	stmtList     builder[Stmt]
	paramList    builder[*ParamDecl]
	argList      builder[TemplateArg]
	templateList builder[TemplateParam]
}

// nodeRoom holds the nodes of sessions that were closed, emptied.
var nodeRoom = sync.Pool{New: func() any { return new(nodes) }}

// reset takes back all nodes.
func (n *nodes) reset() {
	for _, s := range []interface{ reset() }{
		&n.names, &n.idents, &n.ints, &n.floats, &n.strings, &n.unaries, &n.postfixes, &n.binaries, &n.parens,
		&n.calls, &n.indexes, &n.selects, &n.casts, &n.values, &n.named, &n.basics, &n.quals, &n.pointers, &n.refs,
		&n.vars, &n.params, &n.functions, &n.templates, &n.exprStmts, &n.declStmts, &n.blocks, &n.ifs, &n.fors,
		&n.returns, &n.macros, &n.bodies,
		&n.scopes, &n.members, &n.bindings, &n.nests, &n.attrs, &n.decls, &n.exprList, &n.stmtList, &n.paramList, &n.argList, &n.templateList,
	} {
		s.reset()
	}
}
