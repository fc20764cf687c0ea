package wasm

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// earlyProgram makes a kernel with loops of a few iterations that data may end before.
func earlyProgram(rng *rand.Rand) string {
	pick := func(of ...string) string { return of[rng.IntN(len(of))] }
	holds := func(n string) string {
		return strings.ReplaceAll(pick("x[i + N] == z[N]", "x[i + N] != z[0]", "w[i] > z[N]", "w[i + N] == x[N]", "(s & 3) != 3", "x[i * 2 + N] < w[N]", "m > N", "x[N] != 1", "x[s & 15] == x[i]", "i > N"), "N", n)
	}
	step := func(n, again string) string {
		return pick("s += w[i + "+n+"]; ", "s = s * 3 + z["+n+"]; ", "m = m * 2 + "+n+"; ", "y[i + 300] = m; ", "",
			"if ("+holds(n)+") s += 5; ", "if ("+holds(n)+") "+again+"; ", "if ("+holds(n)+") break; ", "if ("+holds(n)+") return; ")
	}
	loop := func(n, end string) string {
		more, next := n+" < "+end, pick(n+"++", n+"++", n+" += 2")
		body := func(again string) string { return step(n, again) + step(n, again) }
		switch rng.IntN(4) {
		case 0:
			return fmt.Sprintf("while (%s && %s) { %s%s; }\n", more, holds(n), body("s ^= 1"), next)
		case 1:
			return fmt.Sprintf("for (; %s; %s) { %sif (!(%s)) break; %s}\n", more, next, body("continue"), holds(n), step(n, "continue"))
		case 2:
			return fmt.Sprintf("do { %s%s; } while (%s && %s);\n", body("s ^= 2"), next, more, holds(n))
		default:
			return fmt.Sprintf("for (; %s && %s; %s) { %s}\n", holds(n), more, next, body("continue"))
		}
	}
	var b strings.Builder
	scalar := pick("uchar", "uint", "ushort", "int", "char")
	fmt.Fprintf(&b, "#include <metal_stdlib>\nusing namespace metal;\nkernel void f(device const %[1]s *x, constant %[1]s *z, device const %[1]s *w, device uint *y, uint i [[thread_position_in_grid]]) {\n", scalar)
	fmt.Fprintf(&b, "uint n = %s, s = 0, m = %s;\n%s", pick("0", "0", "1", "i % 3"), pick("3", "7", "i"), loop("n", pick("2", "3", "4", "5", "8", "9")))
	if rng.IntN(2) == 0 {
		fmt.Fprintf(&b, "uint k = 0;\nfor (uint j = 0; j < %s; ++j) {\nk = %s;\n%s%s\n}\ns += k;\n", pick("2", "3", "6"), pick("0", "j", "j & 1"), loop("k", pick("2", "3", "4")), pick("if (k == 2) break;", "s += k;", "if (s > 40) continue; m += k;"))
	}
	return b.String() + "y[i] = s + 1000 * n + 100000 * m;\n}\n"
}

// Loops that data may end early come to what interp makes of them as they are written, also
// where buffers end too early.
func TestEarly(t *testing.T) {
	unrolled := 0
	const programs = 100
	for seed := range uint64(programs) {
		rng := rand.New(rand.NewPCG(seed, 0))
		source := earlyProgram(rng)
		res := msl.Compile("f.metal", source, msl.Options{})
		require.NotNil(t, res.Program, "%v\n%s", res.Diagnostics, source)
		p, err := ir.Optimize(res.Program)
		require.NoError(t, err)
		if !strings.Contains(p.String(), "loop {") {
			unrolled++
		}
		l := exec.Launch{Grid: exec.Dim{1 + rng.Uint32N(90), 1, 1}, Threadgroup: exec.Dim{1 + rng.Uint32N(90), 1, 1}, Buffers: map[int]exec.Buffer{}, Workers: 1}
		for i := range 3 {
			in := make([]byte, 4*220)
			for j := range in {
				in[j] = byte(rng.Uint32N(3) * rng.Uint32N(2))
			}
			if rng.IntN(3) == 0 {
				in = in[:4*rng.IntN(220)]
			}
			l.Buffers[i] = exec.Buffer{Data: in[:len(in):len(in)], ReadOnly: true}
		}
		run := func(e exec.Executor, p *ir.Program) ([]byte, bool) {
			out := make([]byte, 4*400)
			l.Entry, l.Buffers[3] = p.Entries[0], exec.Buffer{Data: out}
			res, err := e.Run(context.Background(), p, l)
			require.NoError(t, err, source)
			return out, len(res.Findings) > 0
		}
		want, _ := run(interp.Executor{}, res.Program)
		_, outside := run(interp.Executor{}, p) // what is loaded for nothing is not told
		got, told := run(Executor{}, p)
		require.True(t, bytes.Equal(want, got), "seed %d, %v threads in %v\n%s", seed, l.Grid, l.Threadgroup, source)
		require.Equal(t, outside, told, "seed %d, %v threads in %v\n%s", seed, l.Grid, l.Threadgroup, source)
	}
	require.Greater(t, unrolled, programs/3)
}
