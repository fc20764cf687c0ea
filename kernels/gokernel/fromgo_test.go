package gokernel_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/check"
	"github.com/zmlx/zmlx/mlx"
)

// TestFromGo makes a spec from a Go file and runs it.
func TestFromGo(t *testing.T) {
	const path, golden = "../../examples/go/leaky.go", "testdata/files/leaky.yaml"
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	text, err := kernels.FromGo(path, "leaky", data)
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(text), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), text)

	s, err := kernels.Parse("leaky.yaml", []byte(text+"reference: y = where(x < 0, Slope * x, x)\ntolerance: {float32: 1e-6, bfloat16: 1e-2}\n"))
	require.NoError(t, err)
	dev, err := mlx.OpenDevice("host")
	require.NoError(t, err)
	for _, job := range check.Plan(s) {
		r, err := check.Spec(context.Background(), dev, s, job, check.Options{})
		require.NoError(t, err)
		require.Equal(t, check.OK, r.Status, "%+v", r)
	}
}

func TestFromGoProblems(t *testing.T) {
	for text, want := range map[string]string{
		"package k\n\nvar v int\n\nfunc k(y []float32) { y[0] = 1 }\n": "k.go:3:5: error: package variables",
		"package k\n\nfunc k(y []string) {}\n":                         "k.go:3:10: error: string is not an element type",
		"package k\n\nconst c int8 = 1\n\nfunc k(y []float32) {}\n":    "k.go:3:7: error: a constant of a spec",
		"package k\n\nfunc k(y []float32) { y[0] = z }\n":              "k.go:3:30: error: undefined: z",
		"package k\n": "k.go:1:9: error: the file has no function",
	} {
		_, err := kernels.FromGo("k.go", "", []byte(text))
		require.ErrorContains(t, err, want)
	}
}

// TestPlace: what a compiler says of a generated line stands at the Go line.
func TestPlace(t *testing.T) {
	data, err := os.ReadFile("../../examples/go/rmsnorm.yaml")
	require.NoError(t, err)
	s, err := kernels.Parse("rmsnorm.yaml", data)
	require.NoError(t, err)
	src, err := s.Source(kernels.Case{}, mlx.Float32)
	require.NoError(t, err)
	for _, c := range []struct {
		part mlx.Part
		text string // of the generated line
		line string // of the spec
	}{
		{mlx.PartSource, src.Kernel.Source, "s = gpu.SIMDSum(s)"},
		{mlx.PartSource, src.Kernel.Source, "scale := gpu.Rsqrt(s/D + eps)"},
		{mlx.PartHeader, src.Kernel.Header, "v := float32(row[j])"},
	} {
		generated := map[string]string{"s = gpu.SIMDSum(s)": "s = simd_sum(s);", "scale := gpu.Rsqrt(s/D + eps)": "float scale",
			"v := float32(row[j])": "float v ="}[c.line]
		at := strings.Index(c.text, generated)
		require.Positive(t, at)
		place := src.Place(c.part, 1+strings.Count(c.text[:at], "\n"), 3, 1)
		require.Equal(t, c.line, strings.TrimSpace(strings.Split(string(data), "\n")[place.Line-1]))
	}
}
