package msl_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// TestFMAs uses numbers in several fma, which keeps them as float64: in chains, where they are
// assigned between, under masks, and around loops.
func TestFMAs(t *testing.T) {
	const threads = 2100
	x := make([]byte, 4*(threads+2))
	rng := rand.New(rand.NewPCG(5, 6))
	for i := range threads + 2 {
		v := rng.Float64()*2 - 1
		switch rng.IntN(4) {
		case 0:
			v = math.Round(v*64) / 64
		case 1:
			v = math.Ldexp(math.Round(v*64)/64, -rng.IntN(30))
		case 2:
			v = math.Ldexp(v, -rng.IntN(140))
		}
		binary.LittleEndian.PutUint32(x[4*i:], math.Float32bits(float32(v)))
	}
	for name, body := range map[string]string{
		"chain":               "r = fma(r, a, b); r = fma(r, r, a); a = fma(a, b, r); r = fma(a, r, a);",
		"assigned between":    "r = fma(a, b, r); a = a + r; r = fma(a, b, r); b = r; r = fma(a, b, b);",
		"exchanged":           "r = fma(a, b, r); float c = a; a = b; b = c; r = fma(a, r, b);",
		"under a mask":        "if (a > 0) r = fma(a, b, r); r = fma(r, b, a); if (b < a) { a = fma(r, a, b); r = fma(a, r, b); } r = fma(r, a, b);",
		"both sides":          "if (a > b) { r = fma(a, b, r); a = fma(a, r, b); } else { r = fma(b, a, b); } r = fma(r, a, r);",
		"one side by itself":  "r = fma(a, b, r); if (x[0] > 2) { a = 1; r = fma(a, b, r); } r = fma(a, b, r);",
		"loop":                "for (uint k = 0; k < m; k++) { r = fma(r, a, b); if (r > 0.5f) a = r; r = fma(a, r, b * 0.5f); }",
		"changes in the loop": "float c = fma(a, b, r); for (uint k = 0; k < m; k++) { r = fma(c, a, r * 0.5f); if (k == (i & 3)) c = a; } r = fma(c, a, r);",
		"leaves one by one":   "uint k = 0; while (k < 9 && r < 0.5f) { r = fma(r, a, 0.25f); k++; if (r < -0.5f) break; b = fma(r, 0.5f, b * 0.5f); } r = fma(r, a, b);",
		"leaves after one":    "for (uint k = 0; k < m; k++) { if (r > 0.2f) { r = fma(a, b, r * 0.5f); break; } r = fma(r, a, b); b = fma(r, r, a * 0.5f); if (b > 0.2f) continue; r = fma(b, r, 0.1f); } r = fma(r, a, b);",
		"assigned in an arm":  "if (a > 0) { r = fma(a, b, r); y[i] = r; r = fma(r, b, a); } b = fma(r, a, b); if (b > 0) { a = fma(b, r, 0.5f); for (uint k = 0; k < uint(a * 4); k++) r = fma(a, b, r * 0.5f); } r = fma(a, r, b);",
		"of a row":            "for (uint k = 0; k < 7; k++) r = fma(x[(i + k) % 2000], b, r * 0.5f);",
		"all share":           "float u = x[0]; for (uint k = 0; k < 8; k++) { u = fma(u, x[k], x[1]); r = fma(r, u, a); } r = fma(u, 0.5f, r);",
		"all share a factor":  "float u = x[7]; r = fma(u, a, b); u = fma(u, u, x[2]); r = fma(u, r, u); r = fma(r, r, u);",
		"meeting":             "threadgroup float s[64]; s[j] = a = fma(a, b, r); threadgroup_barrier(mem_flags::mem_threadgroup); r = fma(s[63 - j], a, r); r = fma(s[j / 2], a, r);",
	} {
		text := "#include <metal_stdlib>\nusing namespace metal;\nkernel void f(device const float *x [[buffer(0)]], device float *y [[buffer(1)]], uint i [[thread_position_in_grid]], uint j [[thread_index_in_threadgroup]]) {\n" +
			"float a = x[i], b = x[i + 1], r = x[i + 2]; const uint m = 5 + uint(fabs(x[0]));\n" + body + "\ny[i] = r;\n}"
		agree(t, text, exec.Launch{Grid: exec.Dim{threads, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{
			0: {Data: x, ReadOnly: true}, 1: {Data: make([]byte, 4*threads)}}}, name)
	}
}
