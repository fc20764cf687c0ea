package wasm

import (
	"bytes"
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

// crossedProgram makes a kernel that computes with vectors of four, mostly element by element.
func crossedProgram(rng *rand.Rand, scalar string) string {
	var b strings.Builder
	pick := func(of ...string) string { return of[rng.IntN(len(of))] }
	vector := scalar + "4"
	place := func() string { return pick("i", "i", "i", "i + 1", "2 * i", "95 - i", "at[i]", "at[0]", "i / 2") }
	fmt.Fprintf(&b, "kernel void f(device const %[1]s *x, device const %[1]s *z, device const uint *at, device %[1]s *y, device %[1]s *w, uint2 p [[thread_position_in_grid]]", vector)
	b.WriteString(", uint q [[thread_index_in_threadgroup]]) {\nuint i = p.y * 48 + p.x;\n")
	fmt.Fprintf(&b, "%s s = %s(at[1]);\n", scalar, scalar)
	values := []string{fmt.Sprintf("x[%s]", place()), fmt.Sprintf("z[%s]", place()), vector + "(s)", vector + "(3)"}
	some := func() string { return values[rng.IntN(len(values))] }
	expr := func() string {
		if scalar == "bfloat" { // without functions
			return pick(some()+" + "+some(), some()+" * "+some(), some()+" - "+some(), "bfloat4(float4("+some()+") * 0.5f)", some()+".wzyx")
		}
		switch rng.IntN(10) {
		case 0:
			return fmt.Sprintf("select(%s, %s, %s < %s)", some(), some(), some(), some())
		case 1:
			return fmt.Sprintf(pick("%s(int4(%s))", "%s(float4(%s))", "%s(clamp(float4(%s) * 0.7f, 0.0f, 99.0f))"), vector, some())
		case 2:
			return pick(some()+".wzyx", some()+" * "+vector+"(1, 2, 3, 4)", vector+"("+some()+".x)", some()+" + "+scalar+"(i)", "abs("+some()+")", "-"+some())
		case 3:
			return fmt.Sprintf("clamp(%s, %s, %s)", some(), vector+"(-1)", vector+"(s)")
		default:
			return pick(some()+" + "+some(), some()+" - "+some(), some()+" * "+some(), some()+" * "+some(), "min("+some()+", "+some()+")", "max("+some()+", "+some()+")")
		}
	}
	compute := func(name string) {
		for j := range 1 + rng.IntN(5) {
			v := fmt.Sprint(name, j)
			fmt.Fprintf(&b, "%s %s = %s;\n", vector, v, expr())
			values = append(values, v)
		}
	}
	if rng.IntN(3) == 0 {
		b.WriteString("if (i >= at[2]) return;\n")
	}
	compute("a")
	switch rng.IntN(5) {
	case 0:
		fmt.Fprintf(&b, "if (%s) w[i] = %s;\n", pick("i % 3 == 0", "at[i] > 40", some()+".y > 0"), some())
	case 1:
		outer := len(values)
		b.WriteString("for (uint k = i; k < 96; k += 48) {\n")
		values = append(values, "x[k]", "z[k]")
		compute("c")
		fmt.Fprintf(&b, "w[k + 96 * p.y] = %s;\n}\n", values[len(values)-1])
		values = values[:outer]
	case 2:
		fmt.Fprintf(&b, "%[1]s sum = %[2]s;\nfor (uint k = 0; k < at[i] %% 5; ++k) sum = sum * s + x[k * 4 + %[3]s];\nw[i] = sum;\n", vector, some(), pick("0", "i"))
	case 3:
		other := "q ^ 1"
		if scalar == "bfloat" { // what a thread that returned did not write is NaN
			other = "q"
		}
		fmt.Fprintf(&b, "threadgroup %[1]s tile[96];\ntile[q] = %[2]s;\nthreadgroup_barrier(mem_flags::mem_threadgroup);\nw[i] = tile[%[4]s] + %[3]s;\n", vector, some(), some(), other)
	default:
		fmt.Fprintf(&b, "w[%s] = %s;\n", pick("i", "95 - i", "2 * i"), some())
	}
	fmt.Fprintf(&b, "y[i] = %s;\n}\n", values[len(values)-1])
	return "#include <metal_stdlib>\nusing namespace metal;\n" + b.String()
}

// Vectors whose lanes are elements come to what interp makes of them, also where buffers end too early.
func TestCrossed(t *testing.T) {
	const programs = 300
	scalars := []string{"float", "int", "uint", "half", "bfloat", "short", "ushort", "char", "uchar"}
	sizes := []int{4, 4, 4, 2, 2, 2, 2, 1, 1}
	crossed := map[int]int{} // by the size of elements
	for seed := range uint64(programs) {
		rng := rand.New(rand.NewPCG(seed, 0))
		scalar := scalars[seed%9]
		size := sizes[seed%9]
		source := crossedProgram(rng, scalar)
		res := msl.Compile("f.metal", source, msl.Options{})
		require.NotNil(t, res.Program, "%v\n%s", res.Diagnostics, source)
		p, err := ir.Optimize(res.Program)
		require.NoError(t, err)
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{48, 2, 1}, Threadgroup: exec.Dim{uint32(rng.IntN(3)+1) * 16, uint32(rng.IntN(2) + 1), 1}, Buffers: map[int]exec.Buffer{}, Workers: 1}
		if rng.IntN(3) == 0 {
			l.Grid[0] = 1 + rng.Uint32N(48)
		}
		for i, elements := range []int{200 * 4, 200 * 4, 96} {
			var in []byte
			for j := range elements {
				v, f, n := uint64(rng.Uint32N(96)), float64(rng.Float32()*4-2), size
				switch {
				case i == 2:
					n = 4
				case scalar == "float":
					v = ir.FloatBits(ir.F32, f)
				case scalar == "half":
					v = ir.FloatBits(ir.F16, f)
				case scalar == "bfloat":
					v = ir.FloatBits(ir.BF16, f)
				case n < 4:
					v = rng.Uint64()
				}
				in = append(in, binary.LittleEndian.AppendUint64(nil, v+uint64(j&1))[:n]...)
			}
			if i < 2 && rng.IntN(6) == 0 {
				in = in[:rng.IntN(elements*size)]
			}
			l.Buffers[i] = exec.Buffer{Data: in[:len(in):len(in)], ReadOnly: true}
		}
		run := func(e exec.Executor) ([]byte, []uint64) {
			out, first := make([]byte, 3*96*4*size), 96*4*size
			var written []uint64
			if seed%2 == 0 { // what is tracked are bytes of elements, whatever these hold
				written = make([]uint64, 2*96*4*size/64)
			}
			l.Buffers[3], l.Buffers[4] = exec.Buffer{Data: out[:first:first]}, exec.Buffer{Data: out[first:], Written: written}
			res, err := e.Run(context.Background(), p, l)
			require.NoError(t, err, source)
			require.Equal(t, e.Name(), res.Executor, "%s\n%s", res.Fallback, source)
			return out, written
		}
		want, stored := run(interp.Executor{})
		got, tracked := run(Executor{})
		require.Equal(t, stored, tracked, "seed %d\n%s", seed, source)
		require.True(t, bytes.Equal(want, got), "seed %d, %v threads in %v\n%s", seed, l.Grid, l.Threadgroup, source)
		text, err := WAT(p, l, nil)
		require.NoError(t, err)
		last := map[int]string{4: "v128.load offset=48", 2: "v128.load16x4_u offset=24", 1: "v128.load32_zero offset=12"}[size]
		if strings.Contains(text, last) && !strings.Contains(text, "i8x16.shuffle") {
			crossed[size]++
		}
	}
	for _, size := range []int{1, 2, 4} {
		require.Greater(t, crossed[size], programs/40, "elements of %d bytes", size)
	}
}

// So do those of a kernel in which threads meet, between two such points.
func TestCrossedBetweenBarriers(t *testing.T) {
	res := msl.Compile("f.metal", `#include <metal_stdlib>
using namespace metal;
kernel void f(device const float4 *x, device float4 *y, uint i [[thread_position_in_grid]], uint q [[thread_index_in_threadgroup]]) {
  threadgroup float t[64];
  y[i] = x[i] * clamp(x[i] + 3.0f, 0.0f, 6.0f);
  t[q] = float(q);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  y[i + 64] = x[i] - x[i + 64] * t[0];
}
`, msl.Options{})
	require.NotNil(t, res.Program, "%v", res.Diagnostics)
	p, err := ir.Optimize(res.Program)
	require.NoError(t, err)
	l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{64, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{
		0: {Data: make([]byte, 128*16), ReadOnly: true}, 1: {Data: make([]byte, 128*16)}}}
	text, err := WAT(p, l, nil)
	require.NoError(t, err)
	require.NotContains(t, text, "i8x16.shuffle")
}
