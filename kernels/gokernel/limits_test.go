package gokernel_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels/gokernel"
	"github.com/zmlx/zmlx/kernels/gokernel/gpu"
	"github.com/zmlx/zmlx/mlx"
)

// TestLimits: texts that nest or repeat without end are refused at once.
func TestLimits(t *testing.T) {
	opt := gokernel.Options{Outputs: []gokernel.Buffer{{Name: "y", DType: mlx.Int32, Len: 1}}}
	body := func(s string) string { return "func k(y []int32) {\n" + s + "\n}" }
	for name, c := range map[string]struct{ text, want string }{
		"sum":    {body("y[0] = y[0]" + strings.Repeat("+y[0]", 20000)), "nested too deeply"},
		"parens": {body("y[0] = " + strings.Repeat("(", 5000) + "y[0]" + strings.Repeat(")", 5000)), "nested too deeply"},
		"blocks": {body(strings.Repeat("{", 5000) + strings.Repeat("}", 5000)), "nested too deeply"},
		"elses":  {body(strings.Repeat("if a := y[0]; a > 0 {} else ", 2000) + "{}"), "nested too deeply"},
		"array":  {body("var a [1<<30]int32\na[0] = 1"), "an array has 1 to 32768 elements"},
		"arrays": {body("var a [9][9][9][9][9]int32\na[0][0][0][0][0] = 1"), "an array has 1 to 32768 elements"},
		"shifts": {body("y[0] = 1" + strings.Repeat("<<500", 1000)), "overflow"},
		"bytes":  {strings.Repeat(" ", gokernel.MaxBytes+1), "more than"},
		"name":   {body("é := y[0]\ny[0] = é"), "is not ASCII"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := gokernel.Translate(c.text, opt)
			require.ErrorContains(t, err, c.want)
		})
	}
}

// TestOnCPU: maths functions run outside of kernels, positions do not.
func TestOnCPU(t *testing.T) {
	require.InDelta(t, 0.5, gpu.Rsqrt(float32(4)), 1e-7)
	require.Equal(t, int32(3), gpu.Clamp[int32](7, 0, 3))
	require.Panics(t, func() { gpu.ThreadPositionInGrid() })
	require.Panics(t, gpu.ThreadgroupBarrier)
}
