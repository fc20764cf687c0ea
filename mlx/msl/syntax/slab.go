package syntax

import "github.com/zmlx/zmlx/mlx/msl/diag"

// slab hands out values from arrays, which costs a fraction of allocating
// each by itself.
type slab[T any] struct{ free []T }

const slabSize = 64

func (s *slab[T]) new() *T {
	if len(s.free) == 0 {
		s.free = make([]T, slabSize)
	}
	v := &s.free[0]
	s.free = s.free[1:]
	return v
}

// slabs are for the nodes that a kernel has most of.
type slabs struct {
	names    slab[Name]
	idents   slab[IdentExpr]
	binaries slab[BinaryExpr]
	ints     slab[IntLit]
	indexes  slab[IndexExpr]
	members  slab[MemberExpr]
	stmts    slab[ExprStmt]
	types    slab[NamedType]
	basics   slab[BasicType]
	vars     slab[VarDecl]
}

func (p *parser) binaryExpr(op Kind, at diag.Pos, x, y Expr) Expr {
	b := p.slabs.binaries.new()
	b.Range, b.Op, b.OpPos, b.X, b.Y = p.from(startOfExpr(x)), op.String(), at, x, y
	return b
}
