package mlx

import "github.com/zmlx/zmlx/mlx/internal/core"

// Eval computes arrays of one runtime. MLX puts work off until an array's
// elements are asked for; on the host nothing is left to do.
func Eval(arrays ...*Array) {
	if len(arrays) > 0 {
		arrays[0].rt.Eval(tensors(arrays)...)
	}
}

// Scope runs f and then frees the arrays that were made on rt in it, but for
// those that f returns: MLX's memory is given back at once, not when Go's
// garbage collector comes by. Scopes nest. MLX's thread runs f, so that
// operations in it are cheapest; other goroutines wait meanwhile.
func Scope(rt Runtime, f func() []*Array) []*Array {
	var kept []*Array
	rt.Scope(func() []core.Tensor {
		kept = f()
		return tensors(kept)
	})
	return kept
}

func tensors(arrays []*Array) []core.Tensor {
	ts := make([]core.Tensor, len(arrays))
	for i, a := range arrays {
		ts[i] = a.t
	}
	return ts
}
