package dsl

import (
	"github.com/zmlx/zmlx/mlx"
)

func init() {
	reductions()
	shapes()
	indexing()
	creation()
}

func reductions() {
	type reduction = func(x *mlx.Array, keep bool, axes ...int) *mlx.Array
	for name, f := range map[string]struct {
		real bool
		f    reduction
	}{
		"sum": {false, (*mlx.Array).Sum}, "prod": {false, (*mlx.Array).Prod}, "max": {false, (*mlx.Array).Max}, "min": {false, (*mlx.Array).Min},
		"all": {false, (*mlx.Array).All}, "any": {false, (*mlx.Array).Any},
		"mean": {true, (*mlx.Array).Mean}, "logsumexp": {true, (*mlx.Array).LogSumExp}, "median": {true, (*mlx.Array).Median},
	} {
		define(name, "x, axis=none, keepdims=false", func(a *arguments) any {
			x := a.array(0)
			if f.real {
				x = a.ev.float(x)
			}
			return f.f(x, a.bool(2, false), a.ints(1)...)
		})
	}
	define("var", "x, axis=none, keepdims=false, ddof=0", func(a *arguments) any {
		return a.float().Var(a.int(3, 0), a.bool(2, false), a.ints(1)...)
	})
	define("std", "x, axis=none, keepdims=false, ddof=0", func(a *arguments) any {
		return a.float().Std(a.int(3, 0), a.bool(2, false), a.ints(1)...)
	})
	for name, f := range map[string]func(*mlx.Array, int, bool) *mlx.Array{"argmax": (*mlx.Array).ArgMax, "argmin": (*mlx.Array).ArgMin} {
		define(name, "x, axis=none, keepdims=false", func(a *arguments) any {
			x := a.array(0)
			if !a.has(1) {
				x = x.Flatten()
			}
			return f(x, a.int(1, 0), a.bool(2, false))
		})
	}
	for name, f := range map[string]func(*mlx.Array, int, bool, bool) *mlx.Array{
		"cumsum": (*mlx.Array).CumSum, "cumprod": (*mlx.Array).CumProd, "cummax": (*mlx.Array).CumMax, "cummin": (*mlx.Array).CumMin,
		"logcumsumexp": (*mlx.Array).LogCumSumExp,
	} {
		define(name, "x, axis=none, reverse=false, inclusive=true", func(a *arguments) any {
			x := a.array(0)
			if !a.has(1) {
				x = x.Flatten()
			}
			return f(x, a.int(1, 0), a.bool(2, false), a.bool(3, true))
		})
	}
	define("softmax", "x, axis=none, precise=false", func(a *arguments) any {
		return a.float().Softmax(a.bool(2, false), a.ints(1)...)
	})
	for name, f := range map[string]func(*mlx.Array, int) *mlx.Array{"sort": (*mlx.Array).Sort, "argsort": (*mlx.Array).ArgSort} {
		define(name, "x, axis=-1", func(a *arguments) any { return f(a.array(0), a.int(1, -1)) })
	}
	for name, f := range map[string]func(*mlx.Array, int, int) *mlx.Array{
		"partition": (*mlx.Array).Partition, "argpartition": (*mlx.Array).ArgPartition,
	} {
		define(name, "x, kth, axis=-1", func(a *arguments) any { return f(a.array(0), a.int(1, 0), a.int(2, -1)) })
	}
	define("topk", "x, k, axis=-1", func(a *arguments) any { return a.array(0).TopK(a.int(1, 1), a.int(2, -1)) })
}

func shapes() {
	define("reshape", "x, shape", func(a *arguments) any { return a.array(0).Reshape(a.ints(1)...) })
	define("flatten", "x, start_axis=0, end_axis=-1", func(a *arguments) any {
		return a.array(0).FlattenAxes(a.int(1, 0), a.int(2, -1))
	})
	define("unflatten", "x, axis, shape", func(a *arguments) any { return a.array(0).Unflatten(a.int(1, 0), a.ints(2)...) })
	define("transpose", "x, axes=none", func(a *arguments) any { return a.array(0).Transpose(a.ints(1)...) })
	define("swapaxes", "x, axis1, axis2", func(a *arguments) any { return a.array(0).SwapAxes(a.int(1, 0), a.int(2, 0)) })
	define("moveaxis", "x, source, destination", func(a *arguments) any { return a.array(0).MoveAxis(a.int(1, 0), a.int(2, 0)) })
	define("expand_dims", "x, axis", func(a *arguments) any { return a.array(0).ExpandDims(a.ints(1)...) })
	define("squeeze", "x, axis=none", func(a *arguments) any { return a.array(0).Squeeze(a.ints(1)...) })
	define("broadcast_to", "x, shape", func(a *arguments) any { return a.array(0).BroadcastTo(a.shape(1)...) })
	define("concatenate", "arrays, axis=0", func(a *arguments) any { return mlx.Concatenate(a.arrays(0), a.int(1, 0)) })
	define("stack", "arrays, axis=0", func(a *arguments) any { return mlx.Stack(a.arrays(0), a.int(1, 0)) })
	define("split", "x, indices_or_sections, axis=0", func(a *arguments) any {
		var parts []*mlx.Array
		if _, ok := a.values[1].([]any); ok {
			parts = a.array(0).SplitAt(a.ints(1), a.int(2, 0))
		} else {
			parts = a.array(0).Split(a.int(1, 1), a.int(2, 0))
		}
		list := make([]any, len(parts))
		for i, p := range parts {
			list[i] = p
		}
		return list
	})
	define("repeat", "x, repeats, axis=none", func(a *arguments) any {
		x, n := a.array(0), a.int(1, 1)
		if n > 0 && x.Size() > maxCreated/n {
			a.fail(1, "%d repeats make the array too large", n)
		}
		if !a.has(2) {
			x = x.Flatten()
		}
		return x.Repeat(n, a.int(2, 0))
	})
	define("tile", "x, reps", func(a *arguments) any {
		n := a.array(0).Size()
		for _, r := range a.ints(1) {
			if r > 0 && n > maxCreated/r {
				a.fail(1, "the repetitions make the array too large")
			}
			n *= max(r, 1)
		}
		return a.array(0).Tile(a.ints(1)...)
	})
	define("flip", "x, axis=none", func(a *arguments) any { return a.array(0).Flip(a.ints(1)...) })
	define("roll", "x, shift, axis=none", func(a *arguments) any {
		if !a.has(2) {
			return a.array(0).RollFlat(a.int(1, 0))
		}
		return a.array(0).Roll(a.int(1, 0), a.int(2, 0))
	})
	define("pad", "x, pad_width, value=0", func(a *arguments) any {
		return a.array(0).Pad(a.number(2, 0), a.widths(1)...)
	})
	define("tril", "x, k=0", func(a *arguments) any { return a.array(0).Tril(a.int(1, 0)) })
	define("triu", "x, k=0", func(a *arguments) any { return a.array(0).Triu(a.int(1, 0)) })
	define("diag", "x, k=0", func(a *arguments) any { return a.array(0).Diag(a.int(1, 0)) })
	define("diagonal", "x, offset=0, axis1=0, axis2=1", func(a *arguments) any {
		return a.array(0).Diagonal(a.int(1, 0), a.int(2, 0), a.int(3, 1))
	})
	define("trace", "x, offset=0, axis1=0, axis2=1", func(a *arguments) any {
		return a.array(0).Trace(a.int(1, 0), a.int(2, 0), a.int(3, 1))
	})
}

// widths are pad's: n, (before, after), or a list of pairs.
func (a *arguments) widths(i int) [][2]int {
	list, ok := a.values[i].([]any)
	if !ok {
		n := a.int(i, 0)
		return [][2]int{{n, n}}
	}
	var out [][2]int
	for _, v := range list {
		pair, ok := v.([]any)
		if !ok {
			p := a.ints(i)
			if len(p) != 2 {
				a.fail(i, "wanted (before, after) or a list of such pairs")
			}
			return [][2]int{{p[0], p[1]}}
		}
		if len(pair) != 2 {
			a.fail(i, "wanted (before, after) or a list of such pairs")
		}
		before, ok1 := pair[0].(int64)
		after, ok2 := pair[1].(int64)
		if !ok1 || !ok2 || before < 0 || after < 0 || before > maxCreated || after > maxCreated {
			a.fail(i, "wanted pairs of small numbers")
		}
		out = append(out, [2]int{int(before), int(after)})
	}
	return out
}

func indexing() {
	define("take", "x, indices, axis=none", func(a *arguments) any {
		x := a.array(0)
		if !a.has(2) {
			return x.TakeFlat(a.array(1))
		}
		return x.Take(a.array(1), a.int(2, 0))
	})
	define("take_along_axis", "x, indices, axis", func(a *arguments) any { return a.array(0).TakeAlongAxis(a.array(1), a.int(2, 0)) })
	define("put_along_axis", "x, indices, values, axis", func(a *arguments) any {
		return a.array(0).PutAlongAxis(a.array(1), a.ev.operand(a.expr(2), a.values[2]), a.int(3, 0))
	})
	define("scatter_add_axis", "x, indices, values, axis", func(a *arguments) any {
		return a.array(0).ScatterAddAxis(a.array(1), a.ev.operand(a.expr(2), a.values[2]), a.int(3, 0))
	})
}

func creation() {
	define("zeros", "shape, dtype=float32", func(a *arguments) any { return mlx.Zeros(a.shape(0), a.dtype(1, mlx.Float32)) })
	define("ones", "shape, dtype=float32", func(a *arguments) any { return mlx.Ones(a.shape(0), a.dtype(1, mlx.Float32)) })
	define("full", "shape, value, dtype=none", func(a *arguments) any {
		v := a.array(1)
		return mlx.Full(a.shape(0), v, a.dtype(2, v.DType()))
	})
	define("zeros_like", "x", func(a *arguments) any { return mlx.ZerosLike(a.array(0)) })
	define("ones_like", "x", func(a *arguments) any { return mlx.OnesLike(a.array(0)) })
	define("arange", "start, stop=none, step=1, dtype=none", func(a *arguments) any {
		start, stop, step := 0.0, a.number(0, 0), a.number(2, 1)
		if a.has(1) {
			start, stop = stop, a.number(1, 0)
		}
		def := mlx.Int32
		for i := range 3 {
			if _, ok := a.values[i].(float64); ok {
				def = mlx.Float32
			}
		}
		if step == 0 || (stop-start)/step > maxCreated {
			a.fail(0, "the range is too long")
		}
		return mlx.Arange(start, stop, step, a.dtype(3, def))
	})
	define("linspace", "start, stop, num=50, dtype=float32", func(a *arguments) any {
		if n := a.int(2, 50); n < 0 || n > maxCreated {
			a.fail(2, "%d is not a reasonable length", n)
		}
		return mlx.Linspace(a.number(0, 0), a.number(1, 0), a.int(2, 50), a.dtype(3, mlx.Float32))
	})
	define("eye", "n, m=none, k=0, dtype=float32", func(a *arguments) any {
		n := a.int(0, 0)
		m := a.int(1, n)
		if n < 0 || m < 0 || n > 0 && m > maxCreated/n {
			a.fail(0, "the matrix is too large")
		}
		return mlx.Eye(n, m, a.int(2, 0), a.dtype(3, mlx.Float32))
	})
}
