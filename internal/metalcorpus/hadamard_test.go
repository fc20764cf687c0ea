package main

import (
	"fmt"
	"math/bits"
	"strings"
	"testing"

	"github.com/zmlx/zmlx/mlx"
)

// TestHadamard launches what MLX generates for Hadamard's transforms: of powers
// of two, contiguous and strided, and of matrices of 12, 20 and 28, whose signs
// are written into the source. Here they are others than MLX's.
func TestHadamard(t *testing.T) {
	t.Parallel()
	corpus(t)
	const batch = 2
	for _, d := range floats {
		for _, n := range []int{2, 4, 16, 64, 1024, 8192} {
			radix, read := min(n, 16), min(n, 4)
			x := normal(37, d, batch, n)
			steps := (log2(n) + 3) / 4
			l := launch{
				text: hadamardUnit(1), instance: fmt.Sprintf("hadamard_n, %s, %d, %d, %d", names[d], n, radix, read),
				grid: [3]int{n / radix, batch, 1}, group: [3]int{n / radix, 1, 1}, buffers: []any{x, out(d, batch, n), reals(0.25)},
			}
			nearHadamard(t, l, l.run(t), x, 0.25, steps)
			const stride = 6
			columns := normal(38, d, batch, n, stride)
			rows := columns.Transpose(0, 2, 1).AsContiguous().Reshape(batch*stride, n)
			l = launch{
				text: hadamardUnit(1), instance: fmt.Sprintf("hadamard_n, %s, %d, %d, %d, %d", names[d], n, radix, read, stride),
				grid: [3]int{n / radix, batch, stride}, group: [3]int{n / radix, 1, 1}, buffers: []any{columns, out(d, batch, n, stride), reals(1)},
			}
			nearHadamard(t, l, l.run(t).Transpose(0, 2, 1).AsContiguous(), rows, 1, steps)
		}
		for _, m := range []int{12, 20, 28} {
			const n = 64
			read := map[int]int{12: 4, 20: 4, 28: 2}[m]
			x := normal(39, d, batch, m, n)
			l := launch{
				text: hadamardUnit(m), instance: fmt.Sprintf("hadamard_m, %s, %d, %d, %d", names[d], n, m, read),
				grid: [3]int{n / read, batch, 1}, group: [3]int{n / read, 1, 1}, buffers: []any{x, out(d, batch, m, n), reals(0.25)},
			}
			nearHadamard(t, l, l.run(t).Transpose(0, 2, 1).AsContiguous(), x.Transpose(0, 2, 1).AsContiguous().Reshape(batch*n, m), 0.25, 0)
		}
	}
}

func log2(n int) int { return bits.Len(uint(n)) - 1 }

// hadamardSigns is a symmetric matrix of n rows.
func hadamardSigns(n int) *mlx.Array {
	v := make([]float64, 0, n*n)
	for i := range n {
		for j := range n {
			v = append(v, float64(1-2*(i*j%3&1)))
		}
	}
	return mlx.FromFloat64s(mlx.Float64, v, n, n)
}

// hadamardUnit has the product with the matrix of m.
func hadamardUnit(m int) string {
	var b strings.Builder
	b.WriteString("#include \"mlx/backend/metal/kernels/utils.h\"\nMETAL_FUNC void hadamard_radix_m(thread float* x) {\n")
	if m > 1 {
		fmt.Fprintf(&b, "float tmp[%d];\n", m)
		signs := hadamardSigns(m).Float64s()
		for i := range m {
			fmt.Fprintf(&b, "tmp[%d] =", i)
			for j, s := range signs[i*m:][:m] {
				fmt.Fprintf(&b, " %c x[%d]", map[bool]byte{true: '+', false: '-'}[s > 0], j)
			}
			b.WriteString(";\n")
		}
		fmt.Fprintf(&b, "for (int i = 0; i < %d; i++) { x[i] = tmp[i]; }\n", m)
	}
	b.WriteString("}\n#include \"mlx/backend/metal/kernels/hadamard.h\"\n")
	return b.String()
}

// nearHadamard compares with sums in float64, of which a kernel rounds some to
// the type on its way.
func nearHadamard(t *testing.T, l launch, got, rows *mlx.Array, scale float64, rounded int) {
	t.Helper()
	n, d := rows.Dim(-1), got.DType()
	size := rows.AsType(mlx.Float64).Abs().Sum(false, -1).Float64s()
	want := rows.AsType(mlx.Float64)
	if n&(n-1) == 0 {
		want = mlx.HadamardTransform(want, scale)
	} else {
		want = want.Matmul(hadamardSigns(n)).Multiply(scale)
	}
	near(t, l.instance, got, want.Float64s(), func(i int) float64 {
		return scale * size[i/n] * (float64(min(n, 28))*unit[mlx.Float32] + float64(rounded)*unit[d])
	})
}
