package mlxtest

import (
	"fmt"
	"maps"
	"slices"

	"github.com/zmlx/zmlx/mlx"
)

// views make an array of the same elements that lie differently in memory.
var views = map[string]func(x *mlx.Array) *mlx.Array{
	"a part": func(x *mlx.Array) *mlx.Array {
		return copied(mlx.Stack([]*mlx.Array{mlx.OnesLike(x), x, mlx.OnesLike(x)}, 0)).Get(1)
	},
	"columns": func(x *mlx.Array) *mlx.Array {
		return copied(mlx.Stack([]*mlx.Array{mlx.OnesLike(x), x}, -1)).Get(mlx.Ellipsis, 1)
	},
	"transposed": func(x *mlx.Array) *mlx.Array { return copied(x.Transpose()).Transpose() },
	"backwards":  func(x *mlx.Array) *mlx.Array { return copied(x.Flip()).Flip() },
}

// copied has x's elements one behind the other in memory of its own.
func copied(x *mlx.Array) *mlx.Array {
	return mlx.FromBytesOn(x.Runtime(), x.DType(), x.Shape(), x.Bytes())
}

// ofViews runs a case over views of its inputs and returns where the results differ from those
// over the inputs themselves.
func ofViews(c call, op operation, want []*mlx.Array) error {
	for _, name := range slices.Sorted(maps.Keys(views)) {
		in := make([]*mlx.Array, len(c.in))
		for i, x := range c.in {
			in[i] = views[name](x)
		}
		for i, got := range op(call{goldenCase: c.goldenCase, in: in, rt: c.rt}) {
			if err := compare(got, want[i], c.RTol, c.ATol); err != nil {
				return fmt.Errorf("output %d where each input is %s: %w", i, name, err)
			}
		}
	}
	return nil
}
