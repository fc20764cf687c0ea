package mlx_test

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/zmlx/zmlx/mlx"
)

func normal(seed uint64, d mlx.DType, shape ...int) *mlx.Array {
	return mlx.RandomNormal(mlx.Key(seed), shape, d, nil, nil)
}

func flops(b *testing.B, n float64) {
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

// BenchmarkMatmul multiplies; the names give m, n and k, and what the operands
// are.
func BenchmarkMatmul(b *testing.B) {
	for _, d := range []mlx.DType{mlx.Float32, mlx.Float16, mlx.Bfloat16, mlx.Float64} {
		for _, s := range [][3]int{{1024, 1024, 1024}, {1021, 1021, 1021}, {16, 4096, 4096}} {
			m, n, k := s[0], s[1], s[2]
			x, y := normal(0, mlx.Float32, m, k).AsType(d), normal(1, mlx.Float32, k, n).AsType(d)
			for name, right := range map[string]*mlx.Array{"": y, " transposed": y.Transpose().AsContiguous().Transpose()} {
				b.Run(fmt.Sprintf("%v %dx%dx%d%s", d, m, n, k, name), func(b *testing.B) {
					for b.Loop() {
						x.Matmul(right)
					}
					flops(b, 2*float64(m)*float64(n)*float64(k))
				})
			}
		}
	}
	b.Run("batch of 1024 64x64x64", func(b *testing.B) {
		x := normal(0, mlx.Float32, 1024, 64, 64)
		for b.Loop() {
			x.Matmul(x)
		}
		flops(b, 1024*2*64*64*64)
	})
}

// BenchmarkMatrixVector reports the bandwidth over the matrix, alone and as a
// part of what a copy moves, in the same minute.
func BenchmarkMatrixVector(b *testing.B) {
	const n = 4096
	x, w := normal(0, mlx.Float32, 1, n), normal(1, mlx.Float32, n, n)
	for _, d := range []mlx.DType{mlx.Float32, mlx.Bfloat16, mlx.Float16} {
		v, m := x.AsType(d), w.AsType(d)
		for name, right := range map[string]*mlx.Array{"": m, " transposed": m.Transpose()} {
			b.Run(d.String()+name, func(b *testing.B) {
				bandwidth(b, m.NBytes(), func() { v.Matmul(right) })
			})
		}
	}
	for _, bits := range []int{4, 8, 3} {
		q := mlx.Quantize(w, mlx.Quantization{Bits: bits})
		b.Run(fmt.Sprintf("%d bits", bits), func(b *testing.B) {
			bandwidth(b, q.Packed.NBytes()+q.Scales.NBytes()+q.Biases.NBytes(), func() { mlx.QuantizedMatmul(x, q, true) })
		})
	}
}

// bandwidth times f, which moves that many bytes.
func bandwidth(b *testing.B, bytes int, f func()) {
	for b.Loop() {
		f()
	}
	rate := float64(bytes) * float64(b.N) / b.Elapsed().Seconds()
	b.ReportMetric(rate/1e9, "GB/s")
	b.ReportMetric(100*rate/copyBandwidth(), "%copy")
}

// copyBandwidth is the best rate at which all cores copy arrays larger than the
// caches, in bytes a second, read and written ones.
func copyBandwidth() float64 {
	const size = 64 << 20
	src, dst := make([]byte, size), make([]byte, size)
	part := size / runtime.GOMAXPROCS(0)
	best := time.Duration(math.MaxInt64)
	for range 10 {
		start := time.Now()
		var wg sync.WaitGroup
		for at := 0; at+part <= size; at += part {
			wg.Go(func() { copy(dst[at:at+part], src[at:]) })
		}
		wg.Wait()
		best = min(best, time.Since(start))
	}
	return 2 * size / best.Seconds()
}

func BenchmarkQuantizedMatmul(b *testing.B) {
	const n = 4096
	for _, bits := range []int{4, 8, 3} {
		w := mlx.Quantize(normal(1, mlx.Float32, n, n), mlx.Quantization{Bits: bits})
		for _, m := range []int{8, 16, 64} {
			x := normal(0, mlx.Float32, m, n)
			b.Run(fmt.Sprintf("%d bits %d rows", bits, m), func(b *testing.B) {
				for b.Loop() {
					mlx.QuantizedMatmul(x, w, true)
				}
				flops(b, 2*float64(m)*n*n)
			})
		}
	}
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
		"silu":      func() { x.SiLU() },
		"tanh":      func() { x.Tanh() },
		"rope":      func() { mlx.RoPE(x.Reshape(1, 8, 1024, 128), mlx.RoPEOptions{Dims: 128, Base: 10000, Scale: 1}) },
		"rms norm":  func() { mlx.RMSNorm(x, y, 1e-5) },
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

// BenchmarkAttention has four heads of queries for each of keys.
func BenchmarkAttention(b *testing.B) {
	const heads, shared, keys, dim = 32, 4, 1024, 128
	for _, d := range []mlx.DType{mlx.Float32, mlx.Bfloat16} {
		array := func(seed uint64, heads, length int) *mlx.Array {
			return normal(seed, mlx.Float32, 1, heads, length, dim).AsType(d)
		}
		k, v := array(1, heads/shared, keys), array(2, heads/shared, keys)
		for name, length := range map[string]int{"decode": 1, "eight tokens": 8, "prefill": keys} {
			q := array(3, heads, length)
			b.Run(fmt.Sprintf("%s %v", name, d), func(b *testing.B) {
				for b.Loop() {
					mlx.Attention(q, k, v, mlx.AttentionOptions{Scale: 0.1})
				}
				flops(b, 4*heads*float64(length)*keys*dim)
			})
		}
	}
}
