package msl_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
)

// TestFirstOfTheEndless: the first threadgroup that does not end is told of, whichever
// of those that run beside it fails sooner.
func TestFirstOfTheEndless(t *testing.T) {
	p := msl.Compile("f.metal", `int deeper(int n) { return n < 0 ? n : deeper(n + 1) + 1; }
kernel void f(device int *y [[buffer(0)]], uint g [[threadgroup_position_in_grid]]) {
  if (g > 0) y[g] = deeper(1);
  else while (y[g] == 0) {}
}`, msl.Options{}).Program
	require.NotNil(t, p)
	l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{64, 1, 1}, Threadgroup: exec.Dim{1, 1, 1}, StepBudget: 1 << 22, Workers: 4,
		Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 4*64)}}}
	r, err := interp.Executor{}.Run(t.Context(), p, l)
	require.NoError(t, err)
	require.Equal(t, exec.EndlessLoop, r.Findings[0].Kind)
	require.Equal(t, exec.Dim{}, r.Findings[0].Thread)
}

// TestLoopsThatSeemToCount: loops that look as if they ended after a few repetitions, and do
// not, are found by both executors. k has 0, 1, 2 and 3.
func TestLoopsThatSeemToCount(t *testing.T) {
	for _, c := range []struct {
		loop string
		ends bool
	}{
		{"for (uint i = 0; i < 10; i++) s += i;", true},
		{"for (uint i = 0; i < 10; i = one + 1) s += i;", false},
		{"for (uint i = 0; i < 10; i = one + i) s += i;", true},
		{"for (uint i = 0; i < 10; i += k[0]) s += i;", false},
		{"for (uint i = 0; i < 10; i += 0) s += i;", false},
		{"for (uint i = 0; i < 10; i++) { s += i; if (s > 3) i = one; }", false},
		{"for (uint i = 0; i < 10; i++) { s += i; i -= one; }", false},
		{"for (uint i = 0; i < 10; i++, i = k[i & 1]) s += i;", false},
		{"for (uint i = 0; i < 10; i++) { s += i; if (i == one) { i--; continue; } }", false},
		{"for (uint i = 0; i < 10; i -= 1) s += i;", true}, // wraps
		{"for (uint i = 0; i < one * 10; i += 4 * k[0]) s += i;", false},
		{"for (uint i = 0; s < 10; i++) s = one + (i & 3);", false},
		{"for (uint i = 0, j = 0; j < 10; i++) s += i;", false},
		{"for (uint j = 0; j < 3; j++) for (uint i = 0; i < 10; i++) { s += i; if (i == 9) j = 0; }", false},
		{"uint i = 0; for (uint j = 0; j < 3; j++) for (; i < 10; i++) s += i;", true},
		{"uint i = 0; do { s += i; if (k[0]) i++; } while (i < 10);", false},
		{"uint i = k[3]; while (i != 10) { i += 2; s += i; }", false},
	} {
		p := msl.Compile("f.metal", fmt.Sprintf("kernel void f(device uint *y [[buffer(0)]], constant uint *k [[buffer(1)]], uint at [[thread_position_in_grid]]) {\nuint s = 0, one = k[1];\n%s\ny[at] = s;\n}", c.loop), msl.Options{}).Program
		require.NotNil(t, p, c.loop)
		var y [2][]byte
		for k, x := range []exec.Executor{interp.Executor{}, wasm.Executor{}} {
			l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{32, 1, 1}, Threadgroup: exec.Dim{32, 1, 1}, StepBudget: 1 << 22,
				Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 4*32)}, 1: {Data: make([]byte, 16), ReadOnly: true}}}
			for i := range uint32(4) {
				binary.LittleEndian.PutUint32(l.Buffers[1].Data[4*i:], i)
			}
			r, err := x.Run(t.Context(), p, l)
			require.NoError(t, err, c.loop)
			if y[k] = l.Buffers[0].Data; c.ends {
				require.Empty(t, r.Findings, c.loop)
				require.Equal(t, x.Name(), r.Executor, c.loop)
				continue
			}
			require.Len(t, r.Findings, 1, c.loop)
			require.Equal(t, exec.EndlessLoop, r.Findings[0].Kind, c.loop)
		}
		if c.ends {
			require.Equal(t, y[0], y[1], c.loop)
		}
	}
}
