package wasm

import (
	"context"
	"encoding/binary"
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

func edgeLaunch(t *testing.T, body string, size, width, rows int, group exec.Dim) (*ir.Program, exec.Launch) {
	source := fmt.Sprintf(`#include <metal_stdlib>
using namespace metal;
kernel void f(device const %[1]s *x, device %[1]s *y, constant int *c, uint2 g [[thread_position_in_grid]]) {
  int2 p = int2(g); const int W = %[2]d, H = %[3]d; int i = p.y * W + p.x;
  %[4]s
}
`, map[int]string{1: "uchar", 2: "short", 4: "float"}[size], width, rows, body)
	res := msl.Compile("f.metal", source, msl.Options{})
	require.NotNil(t, res.Program, "%v\n%s", res.Diagnostics, source)
	p, err := ir.Optimize(res.Program)
	require.NoError(t, err)
	x := make([]byte, width*rows*size)
	for i := range x {
		x[i] = byte(i * i >> 3)
	}
	for i := 0; size == 4 && i < len(x); i += 4 {
		binary.LittleEndian.PutUint32(x[i:], uint32(ir.FloatBits(ir.F32, float64(i*i%997))))
	}
	return p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{uint32(width), uint32(rows), 1}, Threadgroup: group, Workers: 1, Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 2: {Data: make([]byte, maxContents), ReadOnly: true}}}
}

// agree compares what both executors make of an edgeLaunch.
func agree(t *testing.T, p *ir.Program, l exec.Launch, what string) {
	run := func(e exec.Executor) []byte {
		out := make([]byte, len(l.Buffers[0].Data))
		l.Buffers[1] = exec.Buffer{Data: out}
		res, err := e.Run(context.Background(), p, l)
		require.NoError(t, err, what)
		require.Equal(t, e.Name(), res.Executor, "%s\n%s", res.Fallback, what)
		require.Empty(t, res.Findings, what)
		return out
	}
	require.Equal(t, run(interp.Executor{}), run(Executor{}), what)
}

// Neighbours that stay at an edge give what interp gives, in rows of all lengths, and by
// whatever says so.
func TestEdges(t *testing.T) {
	left := []string{"min(p.x, 1)", "min(p.x, 2)", "(p.x > 0)", "(p.x > 1 ? 2 : p.x)", "min(p.x, 9)"}
	right := []string{"min(W - 1 - p.x, 1)", "min(W - 1 - p.x, 3)", "(p.x < W - 1)", "(p.x == W - 1 ? 0 : 1)", "0"}
	up := []string{"W * min(p.y, 1)", "(p.y > 0 ? W : 0)", "0"}
	for seed := range uint64(120) {
		rng := rand.New(rand.NewPCG(seed, 0))
		pick := func(of []string) string { return of[rng.IntN(len(of))] }
		size := []int{4, 4, 2, 1}[rng.IntN(4)]
		body := fmt.Sprintf("y[i] = x[i - %s] + x[i + %s] + x[i - %s] + x[i];", pick(left), pick(right), pick(up))
		width := []int{64, 128, 256, 16 + rng.IntN(300)}[rng.IntN(4)]
		group := []exec.Dim{{32, 4, 1}, {64, 1, 1}, {128, 2, 1}, {20, 1, 1}}[rng.IntN(4)]
		p, l := edgeLaunch(t, body, size, width, 1+rng.IntN(5), group)
		agree(t, p, l, fmt.Sprintf("seed %d: %v by %v, elements of %d\n%s", seed, l.Grid, l.Threadgroup, size, body))
	}
}

// They are seen to be in bounds, and in rows of 16 vectors two runs of seven lie between those
// with edges, which go one by one.
func TestRunsBetweenEdges(t *testing.T) {
	for body, width := range map[string]int{
		"y[i] = x[i - min(p.x, 1)] + x[i + min(W - 1 - p.x, 1)] + x[i - W * min(p.y, 1)] + x[i];": 64,
		"y[i] = x[i - min(p.x, 1)] + x[i];": 256,
	} {
		p, l := edgeLaunch(t, body, 4, width, 4, exec.Dim{32, 2, 1})
		l.Buffers[1] = exec.Buffer{Data: make([]byte, len(l.Buffers[0].Data))}
		text, err := WAT(p, l, nil)
		require.NoError(t, err)
		text = strings.Join(strings.Fields(text), " ")
		require.NotContains(t, text, "i64.lt_u", "bounds")
		chunks := map[int]int{64: 7, 256: 6}[width]
		require.Equal(t, 1, strings.Count(text, fmt.Sprintf("i32.const %d i32.add local.get", 4*chunks)), "%s\n%d", body, strings.Count(text, "v128.store"))
		require.Equal(t, chunks+1, strings.Count(text, "v128.store"), body)
	}
}

// Where an index that is out of the row at one of its ends is guarded, as those of windows are that
// zeros surround, three runs of five of the row's 16 vectors take what is in bounds.
func TestRunsOfPaddedRows(t *testing.T) {
	for _, shift := range []int{-1, 0, 1, 3} {
		body := fmt.Sprintf("int r = p.x + %d; float v = 0; if (r >= 0 && r < W) v = x[p.y * W + r]; y[i] = v;", shift)
		p, l := edgeLaunch(t, body, 4, 64, 4, exec.Dim{64, 2, 1})
		agree(t, p, l, body)
		text, err := WAT(p, l, nil)
		require.NoError(t, err)
		require.Equal(t, 5+1, strings.Count(text, "v128.store"), body)
	}
}

// A stride that a buffer holds is 1 in all runs or in none: where it is not, the next chunk is no whole one either.
func TestEdgesAndStrides(t *testing.T) {
	body := "int s = int(x[0]) + %d; y[i] = x[p.x * s] + x[(p.x - min(p.x, 1)) * s];"
	for _, stride := range []int{1, 3} {
		body := fmt.Sprintf(body, stride)
		p, l := edgeLaunch(t, body, 4, 64, 4, exec.Dim{64, 1, 1})
		agree(t, p, l, body)
		text, err := WAT(p, l, nil)
		require.NoError(t, err)
		require.Equal(t, 8+8+1, strings.Count(text, "v128.store"), "runs of strides of 1, of others, and a chunk alone")
	}
}
