package host

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// TestUnary32 compares the vector forms with what float64 gives: the same but where that
// lies in the middle between two float32.
func TestUnary32(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	src := []float32{0, float32(math.Copysign(0, -1)), 1, -1, 1e-45, -1e-45, 1e-38, 1.0 / 32, -1.0 / 32, 88.7, 88.8, -87.4, -103.9, -104, 800, -800,
		float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), math.MaxFloat32, -math.MaxFloat32}
	for range 100_000 {
		src = append(src, math.Float32frombits(rng.Uint32()), float32(rng.NormFloat64()), float32(40*rng.NormFloat64()), float32(0.02*rng.NormFloat64()))
	}
	dst := make([]float32, len(src))
	for op, f := range map[core.UnaryOp]func(float64) float64{core.Exp: math.Exp, core.Sigmoid: sigmoid, core.Tanh: math.Tanh, core.Erf: math.Erf} {
		unary32(op, dst, src)
		other := 0
		for i, v := range src {
			want, got := float32(f(float64(v))), dst[i]
			if math.Float32bits(want) == math.Float32bits(got) || want != want && got != got {
				continue
			}
			other++
			require.LessOrEqual(t, math.Abs(float64(int32(math.Float32bits(want))-int32(math.Float32bits(got)))), 1.0, "%v of %g: %g, not %g", op, v, got, want)
		}
		require.Less(t, other, 10, op)
	}
}

// TestSimpleLoops: loops without calls give what the functions in float64 give.
func TestSimpleLoops(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	src := []float32{0, float32(math.Copysign(0, -1)), 1, -1, 1e-45, -1e-45, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), math.MaxFloat32}
	for range 100_000 {
		src = append(src, math.Float32frombits(rng.Uint32()))
	}
	dst := make([]float32, len(src))
	for op, loop := range simpleLoops {
		if loop == nil || core.UnaryOp(op) == core.Erf { // TestUnary32 has erf
			continue
		}
		loop(dst, src)
		for i, v := range src {
			want := float32(floatFuncs[op](float64(v)))
			if math.Float32bits(want) != math.Float32bits(dst[i]) && (want == want || dst[i] == dst[i]) {
				t.Fatalf("%v of %g: %g, not %g", op, v, dst[i], want)
			}
		}
	}
}

// TestExtremes: a NaN anywhere in a row is its greatest and its least element.
func TestExtremes(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for _, n := range []int{1, 15, 63, 64, 79, 200} {
		row := make([]float32, n)
		for i := range row {
			row[i] = float32(rng.NormFloat64())
		}
		most, least := foldFloats[float32](core.Max), foldFloats[float32](core.Min)
		require.Equal(t, slices.Max(row), most(row))
		require.Equal(t, slices.Min(row), least(row))
		for i := range row {
			v := row[i]
			row[i] = float32(math.NaN())
			require.True(t, most(row) != most(row) && least(row) != least(row), "%d of %d", i, n)
			row[i] = v
		}
	}
}
