package host

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func randomFloats(rng *rand.Rand, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(rng.IntN(9) - 4)
	}
	return out
}

// TestGemm compares the products with their definition on small integers,
// which are exact in any order of summation.
func TestGemm(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, s := range [][3]int{{1, 1, 1}, {1, 33, 17}, {3, 5, 7}, {4, 4, 4}, {17, 31, 63}, {64, 48, 80}} {
		m, n, k := s[0], s[1], s[2]
		a, b := randomFloats(rng, m*k), randomFloats(rng, k*n)
		want := make([]float32, m*n)
		bt := make([]float32, n*k)
		for i := range m {
			for j := range n {
				for p := range k {
					want[i*n+j] += a[i*k+p] * b[p*n+j]
					bt[j*k+p] = b[p*n+j]
				}
			}
		}
		for name, mul := range map[string]func(dst []float32){
			"gemm32":     func(dst []float32) { gemm32(dst, operand[float32]{data: a}, operand[float32]{data: b}, m, n, k) },
			"transposed": func(dst []float32) { gemm32(dst, operand[float32]{data: a}, operand[float32]{bt, true}, m, n, k) },
			"tiled":      func(dst []float32) { gemmTiled(dst, a, b, m, n, k) },
			"naive":      func(dst []float32) { gemmNaive(dst, operand[float32]{data: a}, operand[float32]{data: b}, m, n, k) },
		} {
			got := make([]float32, m*n)
			mul(got)
			require.Equal(t, want, got, "%s %v", name, s)
		}
	}
}

// BenchmarkGemm compares the vector code with what other platforms run.
func BenchmarkGemm(b *testing.B) {
	const n = 512
	rng := rand.New(rand.NewPCG(5, 6))
	x, y, dst := randomFloats(rng, n*n), randomFloats(rng, n*n), make([]float32, n*n)
	for name, mul := range map[string]func(){
		"default":  func() { gemm32(dst, operand[float32]{data: x}, operand[float32]{data: y}, n, n, n) },
		"portable": func() { gemmTiled(dst, x, y, n, n, n) },
	} {
		b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
			for b.Loop() {
				mul()
			}
			b.ReportMetric(2*n*n*n*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
