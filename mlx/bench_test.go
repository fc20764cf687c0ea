package mlx_test

import (
	"testing"

	"github.com/zmlx/zmlx/mlx"
)

func normal(seed uint64, d mlx.DType, shape ...int) *mlx.Array {
	return mlx.RandomNormal(mlx.Key(seed), shape, d, nil, nil)
}

func flops(b *testing.B, n float64) {
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

func BenchmarkMatmul(b *testing.B) {
	for _, d := range []mlx.DType{mlx.Float32, mlx.Bfloat16, mlx.Float64} {
		b.Run(d.String(), func(b *testing.B) {
			const n = 1024
			x, y := normal(0, mlx.Float32, n, n).AsType(d), normal(1, mlx.Float32, n, n).AsType(d)
			for b.Loop() {
				x.Matmul(y)
			}
			flops(b, 2*n*n*n)
		})
	}
	b.Run("transposed", func(b *testing.B) {
		const n = 1024
		x, y := normal(0, mlx.Float32, n, n), normal(1, mlx.Float32, n, n).Transpose()
		for b.Loop() {
			x.Matmul(y)
		}
		flops(b, 2*n*n*n)
	})
	b.Run("vector", func(b *testing.B) {
		const n = 4096
		x, y := normal(0, mlx.Float32, 1, n), normal(1, mlx.Float32, n, n).Transpose()
		b.SetBytes(4 * n * n)
		for b.Loop() {
			x.Matmul(y)
		}
	})
}

func BenchmarkSoftmax(b *testing.B) {
	x := normal(0, mlx.Float32, 4096, 1024)
	b.SetBytes(int64(2 * x.NBytes()))
	for b.Loop() {
		x.Softmax(false, -1)
	}
}

func BenchmarkElementwise(b *testing.B) {
	x, y := normal(0, mlx.Float32, 1024, 1024), normal(1, mlx.Float32, 1024)
	for name, f := range map[string]func(){
		"add":       func() { x.Add(x) },
		"broadcast": func() { x.Multiply(y) },
		"exp":       func() { x.Exp() },
		"sum":       func() { x.Sum(mlx.DropDims, -1) },
		"sum rows":  func() { x.Sum(mlx.DropDims, 0) },
		"transpose": func() { x.Transpose().AsContiguous() },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(x.NBytes()))
			for b.Loop() {
				f()
			}
		})
	}
}

func BenchmarkQuantizedMatmul(b *testing.B) {
	const n = 4096
	x := normal(0, mlx.Float32, 1, n)
	for _, bits := range []int{4, 8, 3} {
		w := mlx.Quantize(normal(1, mlx.Float32, n, n), mlx.Quantization{Bits: bits})
		b.Run(map[int]string{3: "3 bits", 4: "4 bits", 8: "8 bits"}[bits], func(b *testing.B) {
			b.SetBytes(int64(w.Packed.NBytes() + w.Scales.NBytes() + w.Biases.NBytes()))
			for b.Loop() {
				mlx.QuantizedMatmul(x, w, true)
			}
		})
	}
	b.Run("copy", func(b *testing.B) {
		src, dst := make([]byte, 64<<20), make([]byte, 64<<20)
		b.SetBytes(int64(len(src)))
		for b.Loop() {
			copy(dst, src)
		}
	})
}

func BenchmarkAttention(b *testing.B) {
	const heads, keys, dim = 8, 1024, 128
	k, v := normal(1, mlx.Float32, 1, heads, keys, dim), normal(2, mlx.Float32, 1, heads, keys, dim)
	for name, length := range map[string]int{"decode": 1, "prefill": 256} {
		q := normal(3, mlx.Float32, 1, heads, length, dim)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				mlx.Attention(q, k, v, mlx.AttentionOptions{Scale: 0.1, Causal: true})
			}
			flops(b, 4*heads*float64(length)*keys*dim)
		})
	}
}
