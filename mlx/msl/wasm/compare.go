package wasm

import (
	"math"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// wazero has one instruction for whether a lane is less than another with a sign, two
// for less or equal, and four for less without a sign. So numbers that are seen to be
// small compare with a sign, and of  x < c  and  x <= c - 1  the cheaper one is asked.

// less pushes a comparison of integers by Lt or Le.
func (g *gen) less(in *ir.Instr) {
	x, y := in.Args[0], in.Args[1]
	if in.Kind == ir.Bool {
		g.vec(x)
		g.vec(y)
		g.f.Emit(vectorUnsigned[in.Op])
		return
	}
	op, signs := in.Op, vectorUnsigned
	signed := in.Kind.IsSigned() || max(g.limit[x], g.limit[y]) <= math.MaxInt32
	if signed {
		signs = vectorSigned
	}
	var by [2]uint32 // what the operands are moved by
	if signed == (op == ir.Le) {
		up, ends := uint32(1), [2]uint32{math.MaxUint32, 0}
		if signed {
			up, ends = ^uint32(0), [2]uint32{1 << 31, math.MaxInt32}
		}
		for i, r := range in.Args {
			c, known := g.consts[r]
			if known && g.of[r].scalar() && extend(in.Kind, c) != ends[i] {
				by[i], op = up, ir.Lt+ir.Le-op
				break
			}
			up = -up
		}
	}
	for i, r := range in.Args {
		if by[i] == 0 {
			g.vec(r)
		} else {
			g.constant4(splat32(extend(in.Kind, g.consts[r]) + by[i]))
		}
	}
	g.f.Emit(signs[op])
}
