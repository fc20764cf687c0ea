package ir_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// edges are bits that are near the ends of every kind, and of floats.
var edges = []uint64{0, 1, 2, 3, 5, 7, 8, 10, 31, 32, 63, 64, 127, 128, 255, 256, 0x3c00, 0x3f80, 0x4000, 0x7c00, 0x7fff, 0x8000, 0xbc00, 0xffff, 1 << 16, 12345678, 1<<31 - 1, 1 << 31, 1<<31 + 1,
	0x3f000000, 0x3f800000, 0x40000000, 0x41000000, 0xbf800000, 0x7f800000, 0x7fc00000, 1<<32 - 8, 1<<32 - 1, 1 << 32, 1 << 40, 1<<63 - 1, 1 << 63, 1<<64 - 8, 1<<64 - 2, 1<<64 - 1}

// byConstants is a kernel of which each thread computes its number op each constant and the
// other way round.
func byConstants(op ir.Op, k ir.Kind) string {
	_, results, _ := op.Signature(k)
	var b strings.Builder
	fmt.Fprintf(&b, `func @f(%%0:ptr.device, %%1:ptr.device, %%2:u32) {
  %%3:i64 = convert.u32 %%2
  %%4:i64 = const 8
  %%5:i64 = mul %%3, %%4
  %%6:ptr.device = ptradd %%0, %%5
  %%7:%s = load.device %%6
  %%8:i64 = const %d
  %%9:i64 = mul %%3, %%8
  %%10:ptr.device = ptradd %%1, %%9
`, k, 16*len(edges))
	kind := "." + k.String()
	if op < ir.Eq || op > ir.Le { // the result shows it
		kind = ""
	}
	for i, c := range edges {
		r := 11 + 3*i
		fmt.Fprintf(&b, "  %%%d:%s = const 0x%x\n  %%%d:%s = %s%s %%7, %%%d\n  %%%d:%s = %s%s %%%d, %%7\n", r, k, c&k.Mask(), r+1, results[0], op, kind, r, r+2, results[0], op, kind, r)
		fmt.Fprintf(&b, "  store.%s.device +%d, %%10, %%%d\n  store.%s.device +%d, %%10, %%%d\n", results[0], 16*i, r+1, results[0], 16*i+8, r+2)
	}
	return b.String() + `}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device type "ulong" elem u64 size 8
  buffer 1 "y" device type "ulong" elem u64 size 8
  builtin thread_position_in_grid "i" u32 x1
}
`
}

// TestOptimizeByConstants: operations of all kinds with a constant give what they gave.
func TestOptimizeByConstants(t *testing.T) {
	x := make([]byte, 8*len(edges))
	for i, e := range edges {
		binary.LittleEndian.PutUint64(x[8*i:], e)
	}
	ops, changed := 0, 0
	for op := ir.Mov; op < ir.NumOps; op++ {
		for k := ir.Bool; k <= ir.F32; k++ {
			if args, results, ok := op.Signature(k); !ok || len(args) != 2 || args[0] != k || args[1] != k || len(results) != 1 || op >= ir.Exp && op <= ir.Rsqrt {
				continue
			}
			p, err := ir.Parse(byConstants(op, k))
			require.NoError(t, err)
			require.NoError(t, ir.Verify(p))
			opt, err := ir.Optimize(p)
			require.NoError(t, err)
			var y [2][]byte
			for i, p := range []*ir.Program{p, opt} {
				y[i] = make([]byte, 16*len(edges)*len(edges))
				res, err := run(p, exec.Launch{Grid: exec.Dim{uint32(len(edges)), 1, 1}, Threadgroup: exec.Dim{uint32(len(edges)), 1, 1},
					Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}, 1: {Data: y[i]}}})
				require.NoError(t, err)
				require.Empty(t, res.Findings)
			}
			for i := 0; i < len(y[0]); i += 8 {
				a, b := binary.LittleEndian.Uint64(y[0][i:]), binary.LittleEndian.Uint64(y[1][i:])
				if a != b && !(k.IsFloat() && bothNaN(k, a, b)) {
					t.Fatalf("%s of %s: %#x and %#x, order %d: %#x becomes %#x", op, k, edges[i/(16*len(edges))], edges[i/16%len(edges)], i/8%2, a, b)
				}
			}
			if ops++; opt.String() != p.String() {
				changed++
			}
		}
	}
	require.Greater(t, ops, 150)
	require.Greater(t, changed, 100)
}

func bothNaN(k ir.Kind, a, b uint64) bool {
	x, y := ir.FloatValue(k, a&k.Mask()), ir.FloatValue(k, b&k.Mask())
	return x != x && y != y
}
