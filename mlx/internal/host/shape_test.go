package host

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// TestTransposeCopies compares tiled copies with one element at a time.
func TestTransposeCopies(t *testing.T) {
	for _, shape := range [][]int{{3, 5}, {70, 33}, {2, 40, 65}, {4, 3, 33, 34}} {
		x := alloc(core.Int32, shape)
		for i := range elems[int32](x) {
			elems[int32](x)[i] = int32(i)
		}
		n := len(shape)
		for _, order := range [][]int{{n - 1, n - 2}, {n - 2, n - 1}} {
			axes := make([]int, n)
			for i := range axes {
				axes[i] = i
			}
			axes[n-2], axes[n-1] = order[0], order[1]
			if n > 2 {
				axes[0], axes[n-1] = axes[n-1], axes[0]
			}
			v := transpose(x, axes)
			var want []int32
			walk(v.shape, v.strides, func(_, at int) { want = append(want, elems[int32](x)[at]) })
			require.Equal(t, want, elems[int32](clone(v)), "%v %v", shape, axes)
		}
	}
}
