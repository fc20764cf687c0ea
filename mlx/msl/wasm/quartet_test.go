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

// quartetProgram makes a kernel that computes with several elements of its own a thread, each
// in a loop, mostly in the same way, and from one buffer to another or in place.
func quartetProgram(rng *rand.Rand, scalar string) string {
	var b strings.Builder
	pick := func(of ...string) string { return of[rng.IntN(len(of))] }
	count := pick("4", "4", "4", "8", "8", "3", "5", "12")
	step := pick(count, count, count, "13", "13") // threads write apart from each other
	fmt.Fprintf(&b, "kernel void f(device %[1]s *x, device const %[1]s *z, device const uint *at, device %[1]s *y, uint i [[thread_position_in_grid]], uint q [[thread_index_in_threadgroup]]) {\n", scalar)
	fmt.Fprintf(&b, "%s s = %s(at[1]);\n", scalar, scalar)
	switch rng.IntN(6) {
	case 0:
		b.WriteString("if (i >= at[2]) return;\n")
	case 1:
		b.WriteString("if (at[i] > 40) return;\n")
	case 2:
		fmt.Fprintf(&b, "if (%s * i + %s > 16 * at[2]) return;\n", step, count)
	}
	open, end := pick("", "", "", "if (at[i] > 30) {\n", "for (uint k = 0; k < at[i] % 3; ++k) {\n", "for (uint k = 0; k < 2; ++k) {\n"), ""
	if open != "" {
		end = "}\n"
	}
	b.WriteString(open)
	from, to, offset := pick("x", "x", "z"), pick("y", "x"), pick("0", "0", "1", "i % 2")
	if to == "x" { // or one would read what another one writes
		offset = "0"
	}
	behind := "0" // or one reads what it wrote before
	if step == "13" {
		behind = pick("0", "1", "at[3] % 2", "at[3] % 2")
	}
	fmt.Fprintf(&b, "device const %[1]s *r = %[2]s + %[3]s * i + %[4]s;\ndevice %[1]s *w = %[5]s + %[3]s * i + %[6]s;\n", scalar, from, step, offset, to, behind)
	fmt.Fprintf(&b, "for (uint j = 0; j < %s; ++j) {\n", count)
	fmt.Fprintf(&b, "%s v = r[j], u = %s;\n", scalar, pick("z["+step+" * i + j]", "v", "s", scalar+"(at[i])", scalar+"(j)", "z[j]"))
	for range rng.IntN(4) {
		e := pick("v + u", "v * u", "v - s", "u * s", "v * v")
		if scalar != "bfloat" {
			e = pick(e, "max(v, u)", "min(v, s)")
		}
		fmt.Fprintf(&b, "v = %s;\n", e)
	}
	if rng.IntN(8) == 0 {
		fmt.Fprintf(&b, "if (v < u) v = u;\n")
	}
	b.WriteString("w[j] = v;\n")
	if rng.IntN(4) == 0 {
		fmt.Fprintf(&b, "y[%s * i + j + 900] = %s;\n", step, pick("u", "v", "s"))
	}
	b.WriteString("}\n" + end + "}\n")
	return "#include <metal_stdlib>\nusing namespace metal;\n" + b.String()
}

// Elements beside each other come to what interp makes of them as vectors, too: where some
// threads do not take part, in place, and where buffers end among them.
func TestQuartets(t *testing.T) {
	const programs, elements = 270, 1600
	scalars, sizes := []string{"float", "int", "uint", "half", "bfloat", "short", "ushort", "char", "uchar"}, []int{4, 4, 4, 2, 2, 2, 2, 1, 1}
	crossed := map[int]int{} // by the size of elements
	for seed := range uint64(programs) {
		rng := rand.New(rand.NewPCG(seed, 0))
		scalar, size := scalars[seed%9], sizes[seed%9]
		source := quartetProgram(rng, scalar)
		res := msl.Compile("f.metal", source, msl.Options{})
		require.NotNil(t, res.Program, "%v\n%s", res.Diagnostics, source)
		p, err := ir.Optimize(res.Program)
		require.NoError(t, err)
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{1 + rng.Uint32N(64), 1, 1}, Threadgroup: exec.Dim{uint32(rng.IntN(4)+1) * 16, 1, 1}, Buffers: map[int]exec.Buffer{}, Workers: 1}
		var in [3][]byte
		for i, n := range []int{elements, elements, 96} {
			for j := range n {
				v, f, width := uint64(rng.Uint32N(96)), float64(rng.Float32()*4-2), size
				switch {
				case i == 2:
					width = 4
				case scalar == "float":
					v = ir.FloatBits(ir.F32, f)
				case scalar == "half":
					v = ir.FloatBits(ir.F16, f)
				case scalar == "bfloat":
					v = ir.FloatBits(ir.BF16, f)
				case width < 4:
					v = rng.Uint64()
				}
				in[i] = append(in[i], binary.LittleEndian.AppendUint64(nil, v+uint64(j&1))[:width]...)
			}
			if i < 2 && rng.IntN(4) == 0 {
				in[i] = in[i][:rng.IntN(n)*size]
			}
		}
		const guard = 64
		end := elements * size
		if rng.IntN(3) == 0 {
			end = rng.IntN(elements) * size
		}
		run := func(e exec.Executor) []byte {
			memory := make([]byte, guard+end+guard)
			x := append([]byte(nil), in[0]...)
			for i, data := range [][]byte{x, in[1], in[2], memory[guard : guard+end : guard+end]} {
				l.Buffers[i] = exec.Buffer{Data: data[:len(data):len(data)], ReadOnly: i == 1 || i == 2}
			}
			res, err := e.Run(context.Background(), p, l)
			require.NoError(t, err, source)
			require.Equal(t, e.Name(), res.Executor, "%s\n%s", res.Fallback, source)
			return append(memory, x...)
		}
		require.True(t, bytes.Equal(run(interp.Executor{}), run(Executor{})), "seed %d, %v threads in %v, y of %d bytes\n%s", seed, l.Grid, l.Threadgroup, end, source)
		text, err := WAT(p, l, nil)
		require.NoError(t, err)
		if strings.Contains(text, map[int]string{4: "v128.load offset=48", 2: "v128.load16x4_u offset=24", 1: "v128.load32_zero offset=12"}[size]) {
			crossed[size]++
		}
	}
	for _, size := range []int{1, 2, 4} {
		require.Greater(t, crossed[size], programs/90, "elements of %d bytes", size)
	}
}
