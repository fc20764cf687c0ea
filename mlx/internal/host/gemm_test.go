package host

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/internal/core"
)

// smallIntegers makes a matrix whose products are exact in any order and type.
func smallIntegers(rng *rand.Rand, d core.DType, rows, cols int) *tensor {
	v := make([]float32, rows*cols)
	for i := range v {
		v[i] = float32(rng.IntN(5) - 2)
	}
	return convert(fromFloats(core.Float32, []int{rows, cols}, v), d)
}

// TestProducts compares products with their definition, for every kernel and
// every way in which the operands may lie in memory.
func TestProducts(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	layouts := map[string]func(*tensor) *tensor{
		"rows":    func(x *tensor) *tensor { return x },
		"columns": func(x *tensor) *tensor { return transpose(transpose(x, []int{1, 0}).dense(), []int{1, 0}) },
		"gaps": func(x *tensor) *tensor {
			wide := alloc(x.dtype, []int{2 * x.shape[0], 3 * x.shape[1]})
			v := slice(wide, []int{1, 2}, []int{2 * x.shape[0], 3 * x.shape[1]}, []int{2, 3})
			copyInto(v, x)
			return v
		},
		"padded rows": func(x *tensor) *tensor {
			wide := alloc(x.dtype, []int{x.shape[0], x.shape[1] + 5})
			v := slice(wide, []int{0, 2}, []int{x.shape[0], x.shape[1] + 2}, []int{1, 1})
			copyInto(v, x)
			return v
		},
		"backwards": func(x *tensor) *tensor {
			last, before, back := []int{x.shape[0] - 1, x.shape[1] - 1}, []int{-1, -1}, []int{-1, -1}
			return slice(slice(x, last, before, back).dense(), last, before, back)
		},
		"rows backwards": func(x *tensor) *tensor {
			from, to, back := []int{x.shape[0] - 1, 0}, []int{-1, x.shape[1]}, []int{-1, 1}
			return slice(slice(x, from, to, back).dense(), from, to, back)
		},
	}
	for _, s := range [][3]int{{1, 1, 1}, {1, 33, 17}, {3, 40, 7}, {5, 3, 9}, {40, 2, 19}, {40, 11, 1}, {11, 40, 2}, {17, 31, 63}, {100, 48, 300}, {9, 2100, 5}, {2, 300, 1100}} {
		m, n, k := s[0], s[1], s[2]
		a, b := smallIntegers(rng, core.Float32, m, k), smallIntegers(rng, core.Float32, k, n)
		x, y := elems[float32](a), elems[float32](b)
		want := make([]float32, m*n)
		for i := range m {
			for p := range k {
				for j := range n {
					want[i*n+j] += x[i*k+p] * y[p*n+j]
				}
			}
		}
		for la, layA := range layouts {
			for lb, layB := range layouts {
				name := fmt.Sprintf("%v %s %s", s, la, lb)
				for _, d := range []core.DType{core.Float32, core.Float16, core.Bfloat16, core.Float64, core.Complex64} {
					va, vb := layA(convert(a, d)), layB(convert(b, d))
					got := product(va, vb, []int{va.offset}, []int{vb.offset})
					require.Equal(t, elems[float32](convert(fromFloats(core.Float32, []int{1, m, n}, want), d)), elems[float32](got), "%s %v", name, d)
				}
				va, vb := layA(a), layB(b)
				got := make([]float32, m*n)
				gemm(&kernel[float32]{4, 4, tile4[float32]}, got, rowsOf(va, va.offset, native32()), columnsOf(vb, vb.offset, native32()), m, n, k)
				require.Equal(t, want, got, "%s in Go", name)
			}
		}
	}
}

// TestVectorCode compares the routines of the processor with those in Go.
func TestVectorCode(t *testing.T) {
	for _, f := range []*format{&half, &bfloat} {
		all := make([]uint16, 1<<16)
		for i := range all {
			all[i] = uint16(i)
		}
		wide := make([]float32, len(all))
		f.widen(wide, all)
		for i, v := range wide {
			want := f.toFloat(uint16(i))
			require.True(t, math.Float32bits(want) == math.Float32bits(v) || want != want && v != v, "%#x", i)
		}
		// Around every number, its midpoints with the next among them.
		var near []float32
		for _, v := range wide {
			bits := math.Float32bits(v)
			for _, d := range []uint32{0, 1, 0xfff, 0x1000, 0x1001, 0x7fff, 0x8000, 0x8001} {
				near = append(near, math.Float32frombits(bits+d))
			}
		}
		narrow := make([]uint16, len(near))
		f.narrow(narrow, near)
		for i, v := range near {
			if want := f.fromFloat(v); want != narrow[i] {
				t.Fatalf("%x: got %#x, want %#x", math.Float32bits(v), narrow[i], want)
			}
		}
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for n := range 70 {
		x := elems[float32](smallIntegers(rng, core.Float32, 1, n))
		y := elems[float32](smallIntegers(rng, core.Float32, 1, n))
		want := float32(dotWide(x, y))
		require.Equal(t, want, dot32(x, y))
		narrow := make([]uint16, n)
		for _, f := range []*format{&half, &bfloat} {
			f.narrow(narrow, y)
			require.Equal(t, want, f.dot(x, narrow))
		}
		// Four rows, three elements apart where they do not fill what is between.
		rows := elems[float32](smallIntegers(rng, core.Float32, 4, n+3))
		var got [4]float32
		check := func() {
			for i, v := range got {
				require.Equal(t, float32(dotWide(rows[i*(n+3):][:n], y)), v)
			}
		}
		fourDots32(&got, rows, n+3, y)
		check()
		factors := [4]float32{2, -1, 3, 5}
		want4 := append([]float32(nil), x...)
		for i, s := range factors {
			axpy(want4, s, rows[i*(n+3):][:n])
		}
		sum4 := append([]float32(nil), x...)
		fourAxpys32(sum4, &factors, rows, n+3)
		require.Equal(t, want4, sum4)
		for _, f := range []*format{&half, &bfloat} {
			f.narrow(narrow, y)
			f.fourDots(&got, rows, n+3, narrow)
			check()
			narrowRows := make([]uint16, len(rows))
			f.narrow(narrowRows, rows)
			sum4 := append([]float32(nil), x...)
			f.fourAxpys(sum4, &factors, narrowRows, n+3)
			require.Equal(t, want4, sum4)
		}
		sum := append([]float32(nil), x...)
		axpy32(sum, 3, y)
		for _, f := range []*format{&half, &bfloat} {
			f.narrow(narrow, y)
			f.axpy(sum, 2, narrow)
		}
		for i := range sum {
			require.Equal(t, x[i]+7*y[i], sum[i])
		}
		withNaN := append(append([]float32(nil), x...), float32(math.NaN()), -7)
		require.Equal(t, largest(withNaN), largest32(withNaN))
	}
}

// TestExpSum bounds the error of the softmax's exponential.
func TestExpSum(t *testing.T) {
	const hi = 0 // the subtraction is exact
	var v []float32
	for x := float32(hi); x > -90; x -= 0.0137 {
		v = append(v, x)
	}
	v = append(v, float32(math.Inf(-1)), float32(math.NaN()), -1e30, -84.4, 0, -1, -2, -3)
	in := append([]float32(nil), v...)
	sum := expSum32(v[:len(v)-8], hi)
	expSum32(v[len(v)-8:], hi)
	total := 0.0
	for i, x := range in {
		want := math.Exp(float64(x))
		switch {
		case want != want:
			require.True(t, v[i] != v[i])
		case want < 0x1p-126:
			require.Less(t, v[i], float32(0x1p-126), "exp(%g)", x)
		default:
			total += want
			require.InEpsilon(t, want, v[i], 2e-7, "exp(%g)", x)
		}
	}
	require.InEpsilon(t, total-1-math.Exp(-1)-math.Exp(-2)-math.Exp(-3)-math.Exp(-84.4), sum, 1e-6)
}
