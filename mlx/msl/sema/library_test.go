package sema_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/lower"
)

// TestLibrary runs testdata/library/*.txt: every line is an expression in
// Metal that must be true in each of the 32 threads of a SIMD-group. A(x) is
// x, but not known to the compiler.
func TestLibrary(t *testing.T) {
	files, err := filepath.Glob("testdata/library/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			var exprs []string
			for line := range strings.Lines(string(text)) {
				if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
					exprs = append(exprs, line)
				}
			}
			for i, ok := range evaluate(t, name == "mlx", exprs) {
				assert.True(t, ok, exprs[i])
			}
		})
	}
}

// TestRefused compiles the expressions of testdata/refused.txt, each for
// itself, and compares the first error.
func TestRefused(t *testing.T) {
	text, err := os.ReadFile("testdata/refused.txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		expr, want, ok := strings.Cut(strings.TrimSpace(line), " => ")
		if !ok {
			continue
		}
		src := "#include <metal_stdlib>\nusing namespace metal;\nkernel void k(device int *p, device bfloat *b, threadgroup int *t) { " + expr + "; }\n"
		r := msl.Compile("refused.metal", src, msl.Options{})
		if assert.NotEmpty(t, r.Diagnostics, "%s is accepted", expr) {
			assert.Equal(t, want, r.Diagnostics[0].Message, expr)
		}
	}
}

// evaluate runs boolean expressions, each for itself in one kernel.
func evaluate(t *testing.T, preamble bool, exprs []string) []bool {
	t.Helper()
	var src strings.Builder
	src.WriteString("#include <metal_stdlib>\nusing namespace metal;\n")
	src.WriteString("template <typename T> T A(T x) { T y = x; return y; }\n")
	src.WriteString("kernel void k(device bool *out [[buffer(0)]], device atomic_uint *words [[buffer(1)]],\n")
	src.WriteString("    uint lane [[thread_index_in_simdgroup]]) {\n  threadgroup atomic_uint storage[1];\n")
	src.WriteString("  threadgroup atomic_uint *local = storage;\n  uint expected = 0;\n  int exponent; float part;\n")
	src.WriteString("  ushort row = lane / 16 * 4 + lane / 2 % 4, col = lane / 8 % 2 * 4 + lane % 2 * 2;\n")
	src.WriteString("  threadgroup float tile[128];\n  for (uint i = lane; i < 128; i += 32) tile[i] = i;\n")
	src.WriteString("  simdgroup_barrier(mem_flags::mem_threadgroup);\n")
	for i, e := range exprs {
		n := strconv.Itoa(i)
		src.WriteString("  { device atomic_uint *word = words + 2 * " + n + "; device atomic_ulong *longword = (device atomic_ulong *)word; out[32 * " + n + " + lane] = " + e + "; }\n")
	}
	src.WriteString("}\n")
	r := msl.Compile("library.metal", src.String(), msl.Options{Preamble: preamble})
	require.NotNil(t, r.Program, diag.RenderAll(r.Sources, r.Diagnostics))
	p, err := lower.Prepare(context.Background(), r.Program, nil)
	require.NoError(t, err)
	out := make([]byte, 32*len(exprs))
	res, err := interp.Executor{}.Run(context.Background(), p, exec.Launch{
		Entry: p.Entries[0], Grid: exec.Dim{32, 1, 1}, Threadgroup: exec.Dim{32, 1, 1},
		Buffers: map[int]exec.Buffer{0: {Data: out}, 1: {Data: make([]byte, 8*len(exprs))}},
	})
	require.NoError(t, err)
	require.Empty(t, res.Findings)
	ok := make([]bool, len(exprs))
	for i := range ok {
		ok[i] = !bytes.Contains(out[32*i:32*i+32], []byte{0})
	}
	return ok
}
