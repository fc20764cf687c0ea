package wasm

import "github.com/zmlx/zmlx/mlx/msl/ir"

// pads reports whether each row of a threadgroup begins with a chunk of its
// own, so that positions advance evenly in all of them. Nobody sees that where
// threads do not meet and do not ask for their index.
func (g *gen) pads(t *tree) bool {
	if g.v.aligned || t.root.split || 3*padded(g.v.tg[0]) > 4*g.v.tg[0] {
		return false
	}
	for _, n := range t.nodes[1:] {
		if n.in.Op >= ir.SimdSum && n.in.Op <= ir.SimdActive { // a quad function
			return false
		}
	}
	i := 0
	for _, a := range g.entry.Args {
		for range a.Params() {
			index := a.Kind == ir.ArgBuiltin && a.Builtin >= ir.ThreadIndexInThreadgroup && a.Builtin <= ir.QuadgroupIndexInThreadgroup
			if index && len(t.refs[t.fn.Params[i]]) > 0 {
				return false
			}
			i++
		}
	}
	return true
}

// padded is the length of a row in whole chunks.
func padded(row uint32) uint32 { return (row + 3) &^ 3 }
