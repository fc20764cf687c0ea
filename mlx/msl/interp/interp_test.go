package interp

import (
	"context"
	"flag"
	"math"
	"path/filepath"
	"sort"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec/exectest"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

var update = flag.Bool("update", false, "rewrite the wanted sections of testdata")

// TestArchives runs testdata/*.txtar as they are and optimized.
func TestArchives(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			a := exectest.Read(t, file)
			l := a.Launch(a.Program)
			res, err := Executor{}.Run(context.Background(), a.Program, l)
			a.Check(t, a.Text(l, res, err), *update)

			opt, err := ir.Optimize(a.Program)
			require.NoError(t, err)
			o := a.Launch(opt)
			_, err = Executor{}.Run(context.Background(), opt, o)
			require.NoError(t, err)
			require.Equal(t, a.Buffers(l), a.Buffers(o), "optimized to\n%s", opt)
		})
	}
}

// The loops of the hot table compute what package ir defines; which NaN a sum of
// two is depends on the order in which Go's compiler takes them.
func TestHotLoops(t *testing.T) {
	samples := []uint64{0, 1, 2, 7, 0x7fffffff, 0x80000000, 0xffffffff, 0x3f800000, 0xbf800000, 0x7f800000, 0x7fc00000, 0x00000001, 0x0effffff}
	keys := make([]hotKey, 0, len(hot))
	for k := range hot {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		return keys[i].op < keys[j].op || keys[i].op == keys[j].op && keys[i].kind < keys[j].kind
	})
	for _, k := range keys {
		f := ir.Binary(k.op, k.kind)
		if k.op == ir.PtrAdd {
			f = ptrAdd
		}
		for _, a := range samples {
			for _, b := range samples {
				g := &group{stride: 1, regs: []uint64{a, b, 0}}
				hot[k](g, &inst{a: 0, b: 1, dst: 2}, []int32{0})
				want, got := f(a, b), g.regs[2]
				if k.kind.IsFloat() && math.IsNaN(ir.FloatValue(k.kind, want)) && math.IsNaN(ir.FloatValue(k.kind, got)) {
					continue
				}
				require.Equal(t, want, got, "%s.%s %#x %#x", k.op, k.kind, a, b)
			}
		}
	}
}
