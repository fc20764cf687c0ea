package wasm

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// Reciprocal roots are those that ir rounds from float64: over the two binades that
// tell all others, and where there is none.
func TestRsqrt(t *testing.T) {
	var x []byte
	add := func(bits uint32) { x = binary.LittleEndian.AppendUint32(x, bits) }
	for b := math.Float32bits(1); b < math.Float32bits(4); b += 37 {
		add(b)
	}
	for b := uint64(0); b < 1<<32; b += 1<<21 - 5 {
		add(uint32(b))
	}
	for _, b := range []uint32{0, 1, 2, 0x007fffff, 0x00800000, 0x7f7fffff, 0x7f800000, 0x7fc00000} {
		add(b)
		add(b | 1<<31)
	}
	p := parse(t, fmt.Sprintf(convertKernel, 2, "f32", "f32", "%8:f32 = rsqrt %7", 2, "f32"))
	y := make([]byte, len(x))
	l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{uint32(len(x) / 4), 1, 1}, Threadgroup: exec.Dim{256, 1, 1},
		Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: y}}}
	res, err := Executor{}.Run(context.Background(), p, l)
	require.NoError(t, err)
	require.Equal(t, "wasm", res.Executor)
	rsqrt := ir.Unary(ir.Rsqrt, ir.F32, ir.Void)
	for i := 0; i < len(x); i += 4 {
		in, got := binary.LittleEndian.Uint32(x[i:]), y[i:i+4]
		want := binary.LittleEndian.AppendUint32(nil, uint32(rsqrt(uint64(in))))
		if string(got) != string(want) && !(isNaN("f32", got) && isNaN("f32", want)) {
			t.Fatalf("rsqrt of %#x: % x, want % x", in, got, want)
		}
	}
}
