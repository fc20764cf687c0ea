package mlxtest

import (
	"github.com/zmlx/zmlx/mlx"
)

var shapeOps = map[string]operation{
	"concatenate": one(func(c call) *mlx.Array { return mlx.Concatenate(c.in, c.int("axis", 0)) }),
	"stack":       one(func(c call) *mlx.Array { return mlx.Stack(c.in, c.int("axis", 0)) }),
	"split": func(c call) []*mlx.Array {
		if n, ok := c.Args["indices_or_sections"].(float64); ok {
			return c.in[0].Split(int(n), c.int("axis", 0))
		}
		return c.in[0].SplitAt(c.ints("indices_or_sections"), c.int("axis", 0))
	},
	"pad": one(func(c call) *mlx.Array {
		widths := padWidths(c)
		if c.Args["mode"] == "edge" {
			return c.in[0].PadEdge(widths...)
		}
		return c.in[0].Pad(c.number("constant_values", 0), widths...)
	}),
	"roll": one(func(c call) *mlx.Array {
		shifts, axes := c.ints("shift"), c.ints("axis")
		if axes == nil {
			return c.in[0].RollFlat(shifts[0])
		}
		out := c.in[0]
		for i, axis := range axes {
			out = out.Roll(shifts[min(i, len(shifts)-1)], axis)
		}
		return out
	}),
	"flip":              one(func(c call) *mlx.Array { return c.in[0].Get(c.subscript()...) }),
	"tile":              one(func(c call) *mlx.Array { return c.in[0].Tile(c.ints("reps")...) }),
	"repeat":            alongAxis(func(a *mlx.Array, axis int, c call) *mlx.Array { return a.Repeat(c.int("repeats", 1), axis) }),
	"transpose":         one(func(c call) *mlx.Array { return c.in[0].Transpose(c.ints("axes")...) }),
	"transpose_reshape": one(func(c call) *mlx.Array { return c.in[0].Transpose(c.ints("axes")...).Reshape(c.ints("shape")...) }),
	"moveaxis":          one(func(c call) *mlx.Array { return c.in[0].MoveAxis(c.int("source", 0), c.int("destination", 0)) }),
	"swapaxes":          one(func(c call) *mlx.Array { return c.in[0].SwapAxes(c.int("axis1", 0), c.int("axis2", 0)) }),
	"reshape":           one(func(c call) *mlx.Array { return c.in[0].Reshape(c.ints("shape")...) }),
	"broadcast_to":      one(func(c call) *mlx.Array { return c.in[0].BroadcastTo(c.ints("shape")...) }),
	"tril":              one(func(c call) *mlx.Array { return c.in[0].Tril(c.int("k", 0)) }),
	"triu":              one(func(c call) *mlx.Array { return c.in[0].Triu(c.int("k", 0)) }),
	"trace": one(func(c call) *mlx.Array {
		return c.in[0].Trace(c.int("offset", 0), c.int("axis1", 0), c.int("axis2", 1))
	}),
	"diagonal": one(func(c call) *mlx.Array {
		return c.in[0].Diagonal(c.int("offset", 0), c.int("axis1", 0), c.int("axis2", 1))
	}),
	"diag":        one(func(c call) *mlx.Array { return c.in[0].Diag(c.int("k", 0)) }),
	"flatten":     one(func(c call) *mlx.Array { return c.in[0].FlattenAxes(c.int("start_axis", 0), c.int("end_axis", -1)) }),
	"unflatten":   one(func(c call) *mlx.Array { return c.in[0].Unflatten(c.int("axis", 0), c.ints("shape")...) }),
	"squeeze":     one(func(c call) *mlx.Array { return c.in[0].Squeeze(c.ints("axis")...) }),
	"expand_dims": one(func(c call) *mlx.Array { return c.in[0].ExpandDims(c.ints("axis")...) }),
	"as_strided": one(func(c call) *mlx.Array {
		return c.in[0].AsStrided(c.ints("shape"), c.ints("strides"), c.int("offset", 0))
	}),
	"meshgrid": func(c call) []*mlx.Array { return mlx.Meshgrid(c.in, c.Args["indexing"] == "xy") },
}

func padWidths(c call) [][2]int {
	list, ok := c.Args["pad_width"].([]any)
	if !ok {
		w := c.int("pad_width", 0)
		return [][2]int{{w, w}}
	}
	if _, pair := list[0].(float64); pair {
		return [][2]int{{int(list[0].(float64)), int(list[1].(float64))}}
	}
	var widths [][2]int
	for _, p := range list {
		pair := p.([]any)
		widths = append(widths, [2]int{int(pair[0].(float64)), int(pair[1].(float64))})
	}
	return widths
}

var indexOps = map[string]operation{
	"take":            alongAxis(func(a *mlx.Array, axis int, c call) *mlx.Array { return a.Take(c.in[1], axis) }),
	"take_along_axis": alongAxis(func(a *mlx.Array, axis int, c call) *mlx.Array { return a.TakeAlongAxis(c.in[1], axis) }),
	"put_along_axis":  alongAxis(func(a *mlx.Array, axis int, c call) *mlx.Array { return a.PutAlongAxis(c.in[1], c.in[2], axis) }),
	"getitem1":        one(func(c call) *mlx.Array { return c.in[0].Get(c.subscript(c.in[1])...) }),
	"getitem2":        one(func(c call) *mlx.Array { return c.in[0].Get(c.subscript(c.in[1], c.in[2])...) }),
	"setitem1":        one(func(c call) *mlx.Array { return c.in[0].Set(c.in[2], c.subscript(c.in[1])...) }),
	"slice":           one(func(c call) *mlx.Array { return c.in[0].Get(c.subscript()...) }),
	"slice_assign":    one(func(c call) *mlx.Array { return c.in[0].Set(c.in[1], c.subscript()...) }),
	"dynamic_slice":   one(func(c call) *mlx.Array { return c.in[0].DynamicSlice(c.in[1], c.ints("axes"), c.ints("slice_size")) }),
	"slice_update":    one(func(c call) *mlx.Array { return c.in[0].DynamicSliceUpdate(c.in[1], c.in[2], c.ints("axes")) }),
	"at_add":          one(at), "at_multiply": one(at), "at_maximum": one(at), "at_minimum": one(at), "at_subtract": one(at),
}

var createOps = map[string]operation{
	"arange": one(func(c call) *mlx.Array {
		args := c.Args["args"].([]any)
		v := [3]float64{0, 0, 1}
		dtype := mlx.Int32
		for i, x := range args {
			v[i] = x.(float64)
			if v[i] != float64(int(v[i])) {
				dtype = mlx.Float32
			}
		}
		if len(args) == 1 {
			v[0], v[1] = 0, v[0]
		}
		if c.has("dtype") {
			dtype = c.dtype("dtype")
		}
		return mlx.Arange(v[0], v[1], v[2], dtype)
	}),
	"linspace": one(func(c call) *mlx.Array {
		return mlx.Linspace(c.number("start", 0), c.number("stop", 0), c.int("num", 50), c.dtype("dtype"))
	}),
	"eye":      one(func(c call) *mlx.Array { return mlx.Eye(c.int("n", 0), c.int("m", 0), c.int("k", 0), mlx.Float32) }),
	"tri":      one(func(c call) *mlx.Array { return mlx.Tri(c.int("n", 0), c.int("m", 0), c.int("k", 0), mlx.Float32) }),
	"hanning":  one(func(c call) *mlx.Array { return mlx.Hanning(c.int("M", 0)) }),
	"hamming":  one(func(c call) *mlx.Array { return mlx.Hamming(c.int("M", 0)) }),
	"blackman": one(func(c call) *mlx.Array { return mlx.Blackman(c.int("M", 0)) }),
	"bartlett": one(func(c call) *mlx.Array { return mlx.Bartlett(c.int("M", 0)) }),
}
