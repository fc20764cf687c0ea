package mlxtest

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
)

// compare returns where got differs from want: |got-want| > atol + rtol*|want|,
// NaN against a number, or different infinities.
func compare(got, want *mlx.Array, rtol, atol float64) error {
	if got.DType() != want.DType() || !slices.Equal(got.Shape(), want.Shape()) {
		return fmt.Errorf("got %v %v, want %v %v", got.DType(), got.Shape(), want.DType(), want.Shape())
	}
	if rtol == 0 && atol == 0 && !want.DType().IsInexact() {
		if !slices.Equal(got.Bytes(), want.Bytes()) {
			return fmt.Errorf("got %v, want %v", got, want)
		}
		return nil
	}
	parts := func(a *mlx.Array) []float64 {
		if a.DType() == mlx.Complex64 {
			return append(a.Real().Float64s(), a.Imag().Float64s()...)
		}
		return a.Float64s()
	}
	g, w := parts(got), parts(want)
	bad, first, worst := 0, 0, 0.0
	for i := range w {
		if close(g[i], w[i], rtol, atol) {
			continue
		}
		if bad == 0 {
			first = i
		}
		bad++
		worst = max(worst, math.Abs(g[i]-w[i]))
	}
	if bad == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d elements differ, by up to %g (rtol %g, atol %g): at %d got %v, want %v", bad, len(w), worst, rtol, atol, first, g[first], w[first])
}

func close(got, want, rtol, atol float64) bool {
	switch {
	case got == want || got != got && want != want:
		return true
	case math.IsInf(got, 0) || math.IsInf(want, 0):
		return false
	default:
		return math.Abs(got-want) <= atol+rtol*math.Abs(want)
	}
}

// checks are the properties that a case may name in place of a comparison.
var checks = map[string]func(t *testing.T, c goldenCase, in, got, want []*mlx.Array){
	"quantized":    checkQuantized,
	"sorted_equal": checkSorted,
	"partition":    checkPartition,
	"argpartition": func(t *testing.T, c goldenCase, in, got, want []*mlx.Array) {
		x, axis := in[0], axisOf(c)
		if c.Args["axis"] == nil {
			x = x.Flatten()
		}
		require.Equal(t, mlx.Uint32, got[0].DType())
		checkPartition(t, c, in, []*mlx.Array{x.TakeAlongAxis(got[0], axis)}, []*mlx.Array{x.TakeAlongAxis(want[0], axis)})
	},
}

func axisOf(c goldenCase) int {
	if axis, ok := c.Args["axis"].(float64); ok {
		return int(axis)
	}
	return 0
}

func checkSorted(t *testing.T, c goldenCase, _, got, want []*mlx.Array) {
	require.NoError(t, compare(got[0].Sort(axisOf(c)), want[0].Sort(axisOf(c)), c.RTol, c.ATol))
}

// checkPartition wants the same element at kth and the same multisets beside it.
func checkPartition(t *testing.T, c goldenCase, _, got, want []*mlx.Array) {
	axis, kth := axisOf(c), int(c.Args["kth"].(float64))
	g, w := got[0].SplitAt([]int{kth, kth + 1}, axis), want[0].SplitAt([]int{kth, kth + 1}, axis)
	for i := range g {
		require.NoError(t, compare(g[i].Sort(axis), w[i].Sort(axis), 0, 0))
	}
}

// checkQuantized allows codes that differ by one at fewer than 1 % of the
// elements.
func checkQuantized(t *testing.T, c goldenCase, _, got, want []*mlx.Array) {
	for i := 1; i < len(want); i++ {
		require.NoError(t, compare(got[i], want[i], c.RTol, c.ATol))
	}
	require.Equal(t, want[0].Shape(), got[0].Shape())
	bits := int(c.Args["bits"].(float64))
	g, w := codes(got[0].Bytes(), bits), codes(want[0].Bytes(), bits)
	off := 0
	for i := range w {
		if d := g[i] - w[i]; d != 0 {
			require.LessOrEqual(t, d*d, 1, "code %d is %d, want %d", i, g[i], w[i])
			off++
		}
	}
	require.Less(t, off, max(1, len(w)/100), "codes that differ")
}

// codes reads a bit stream, lowest bit first.
func codes(b []byte, bits int) []int {
	out := make([]int, len(b)*8/bits)
	for i := range out {
		for k := range bits {
			at := i*bits + k
			out[i] |= int(b[at/8]>>(at%8)&1) << k
		}
	}
	return out
}
