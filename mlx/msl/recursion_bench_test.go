package msl_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
)

// deep are functions that call themselves often, besides those of recursive.
var deep = []struct{ name, functions, result string }{
	{"fibonacci of one number", "uint f(uint n) { return n < 2 ? n : f(n - 1) + f(n - 2); }", "f(16 + v / 1000000000)"},
	{"fibonacci of many", "uint f(uint n) { return n < 2 ? n : f(n - 1) + f(n - 2); }", "f(v % 19)"},
	{"sum down", "uint f(uint n) { return n == 0 ? 1 : n + 3 * f(n - 1); }", "f(40) + f(v % 50)"},
	{"a walk in a tree", "float f(device const float *t, uint at, float q) {\n  if (at >= 4096) return q;\n  float c = t[at];\n  float near = f(t, 2 * at + (q < c), q);\n  if (abs(q - c) < 1e6f) near = min(near, f(t, 2 * at + !(q < c), q));\n  return min(near, abs(q - c));\n}", "uint(f((device const float*)x, 1, float(v)))"},
	{"quicksort", "void f(thread uint *a, int lo, int hi) {\n  if (lo >= hi) return;\n  uint p = a[(lo + hi) / 2];\n  int i = lo, j = hi;\n  while (i <= j) {\n    while (a[i] < p) i++;\n    while (a[j] > p) j--;\n    if (i <= j) { uint t = a[i]; a[i++] = a[j]; a[j--] = t; }\n  }\n  f(a, lo, j);\n  f(a, i, hi);\n}\nuint g(uint v) {\n  uint a[32];\n  for (int i = 0; i < 32; i++) a[i] = (v = v * 1664525 + 1013904223);\n  f(a, 0, 31);\n  return a[5];\n}", "g(v)"},
}

// BenchmarkRecursion compares the executors on kernels that call themselves, with a
// thread each: how many times as fast as interp wasm is.
func BenchmarkRecursion(b *testing.B) {
	for _, c := range append(recursive[:len(recursive):len(recursive)], deep...) {
		b.Run(strings.ReplaceAll(c.name, " ", "_"), func(b *testing.B) {
			res := msl.Compile("f.metal", recursiveKernel(c.functions, c.result, 1), msl.Options{Version: 400})
			require.NotNil(b, res.Program, diag.RenderAll(res.Sources, res.Diagnostics))
			p, err := ir.Optimize(res.Program)
			require.NoError(b, err)
			l := recursiveLaunch(1, 1<<14, 256)
			l.Entry = p.Entries[0]
			launch := func(x exec.Executor) time.Duration {
				start := time.Now()
				r, err := x.Run(context.Background(), p, l)
				require.NoError(b, err)
				require.Empty(b, r.Fallback)
				require.Empty(b, r.Findings)
				return time.Since(start)
			}
			launch(wasm.Executor{})
			slow := launch(interp.Executor{})
			fast := time.Hour
			for b.Loop() {
				fast = min(fast, launch(wasm.Executor{}))
				slow = min(slow, launch(interp.Executor{}))
			}
			b.ReportMetric(float64(fast)/1e6, "ms")
			b.ReportMetric(float64(slow)/float64(fast), "x-interp")
			b.ReportMetric(0, "ns/op")
		})
	}
}
