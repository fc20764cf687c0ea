package mlx_test

import (
	"testing"

	"github.com/zmlx/zmlx/mlx"
)

// BenchmarkRuntimes runs the same work on each runtime that is there.
func BenchmarkRuntimes(b *testing.B) {
	runtimes := []mlx.Runtime{mlx.Host()}
	if n, err := mlx.Native(); err == nil {
		runtimes = append(runtimes, n.CPU)
	} else {
		b.Logf("without MLX: %v", err)
	}
	for _, rt := range runtimes {
		x, y := normal(0, mlx.Float32, 1024, 1024).On(rt), normal(1, mlx.Float32, 1024, 1024).On(rt)
		b.Run("matmul/"+rt.Name(), func(b *testing.B) {
			for b.Loop() {
				x.Matmul(y).Sum(mlx.DropDims).Item()
			}
			flops(b, 2<<30)
		})
		b.Run("softmax/"+rt.Name(), func(b *testing.B) {
			for b.Loop() {
				x.Softmax(false, -1).Sum(mlx.DropDims).Item()
			}
		})
		q := mlx.Quantize(x, mlx.Quantization{})
		row := y.Get(mlx.Range(0, 1))
		b.Run("qmv/"+rt.Name(), func(b *testing.B) {
			for b.Loop() {
				mlx.QuantizedMatmul(row, q, true).Sum(mlx.DropDims).Item()
			}
		})
	}
}
