package mlx

import "github.com/zmlx/zmlx/mlx/internal/core"

// AsType converts the elements.
func (a *Array) AsType(to DType) *Array {
	if a.DType() == to {
		return a
	}
	return wrap(a.rt, a.rt.AsType(a.t, to))
}

// Flatten returns the elements in row-major order as a 1-d array.
func (a *Array) Flatten() *Array {
	return wrap(a.rt, a.rt.Reshape(a.t, []int{core.NumElements(a.Shape())}))
}

func (a *Array) head(n int) *Array {
	n = min(n, a.Size())
	return wrap(a.rt, a.rt.Slice(a.t, []int{0}, []int{n}, []int{1}))
}
