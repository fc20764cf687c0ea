package wasm

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/ir/irgen"
)

// resumedDiffers runs a launch as it is and as launches of some iterations of a loop
// each, on interp. It reports whether iterations were left after all of them.
func resumedDiffers(launch func() exec.Launch, p *ir.Program, r *resumable, ends []int64) (diff string, left bool) {
	want, got := launch(), launch()
	want.Entry, got.Entry = p.Entries[0], r.p.Entries[0]
	want.StepBudget, got.StepBudget = 1<<24, 1<<24
	res, err := interp.Executor{}.Run(context.Background(), p, want)
	if err != nil || len(res.Findings) > 0 {
		return "", true // interp does not run it
	}
	threads := int(got.Grid[0]) * int(got.Grid[1]) * int(got.Grid[2])
	got.Buffers[r.state] = exec.Buffer{Data: make([]byte, threads*r.bytes)}
	from := int64(0)
	for _, to := range append(slices.Clone(ends), afterLoop) {
		if to == afterLoop {
			from = to
		}
		got.Buffers[r.span] = exec.Buffer{Data: spanOf(part{from: from, to: to}), ReadOnly: true}
		res, err := interp.Executor{}.Run(context.Background(), r.p, got)
		if err != nil {
			return err.Error(), false
		}
		if f := res.Findings; len(f) > 0 {
			if to == afterLoop && f[0].Kind == exec.OutOfBounds {
				return "", true
			}
			return fmt.Sprint(f), false
		}
		from = to
	}
	for i := range want.Buffers {
		if !slices.Equal(want.Buffers[i].Data, got.Buffers[i].Data) {
			return fmt.Sprintf("buffer %d differs", i), false
		}
	}
	return "", false
}

// manyEnds cuts some loops after each iteration, and elsewhere.
var manyEnds = [][]int64{{1 << 20}, {1, 2, 3, 4, 5, 6, 7, 8, 1 << 20}, {3, 5, 1 << 20}}

// Random kernels give the same bits when they are left and resumed in their loops.
func TestResumedRandomPrograms(t *testing.T) {
	loops := 0
	for seed := range uint64(120) {
		c := irgen.New(seed, 5+int(seed%40))
		p, err := ir.Optimize(c.Program)
		require.NoError(t, err)
		for _, r := range resumables(p, p.Entries[0]) {
			for _, ends := range manyEnds {
				diff, left := resumedDiffers(c.Clone, p, r, ends)
				require.Empty(t, diff, "seed %d, ends %v\n%v", seed, ends, c.Program)
				if left {
					break
				}
				loops++
			}
		}
	}
	require.Greater(t, loops, 200)
}

// What surrounds a loop runs as often as it should, and what cannot be left in the
// middle is told.
func TestResumed(t *testing.T) {
	for _, k := range []struct {
		body  string
		loops int // that can be resumed
	}{
		{"b[p.x] = 1; for (uint i = 0; i < n[0]; i++) b[p.x] += a[i];", 1},
		{"if (p.x & 1) { for (uint i = 0; i < n[0]; i++) b[p.x] += a[i]; b[p.x] *= 2; } else { b[p.x] += 3; } b[p.x] -= 1;", 1},
		{"uint k = 1, m = 0; for (uint i = 0; i < n[0]; i++) { m ^= k * i; if (uint(a[i]) % 3 == 0) continue; k += 3; } b[p.x] = k + m;", 1},
		{"if (p.x > 20) return; uint i = p.x; do { if (a[i] > 5) { i += 7; continue; } i += 2; b[p.x] += i; } while (i < n[0]);", 1},
		{"float x = 0; for (uint i = 0; i < n[0]; i++) x += a[i]; for (int i = n[0]; i > int(p.x); i -= 3) x -= a[i - 1]; b[p.x] = x / 2;", 2},
		{"float x = 0, y = 0; for (uint i = 0; i < n[0]; i++) { x += a[i]; y = x; } b[p.x] = y;", 1},
		{"float x = b[p.x]; for (uint i = 0; i < n[0]; i++) b[p.x] = x + a[i] * b[p.x];", 0},
		{"for (uint i = 0; i < n[0]; i++) { if (a[i] > 9) return; b[p.x] += a[i]; }", 0},
		{"threadgroup float t[64]; t[q.x] = 0; for (uint i = 0; i < n[0]; i++) t[q.x] += a[i]; b[p.x] = t[q.x];", 0},
		{"float x[4] = {1, 2, 3, 4}; for (uint i = 0; i < n[0]; i++) x[uint(a[i]) & 3] += i; b[p.x] = x[p.x & 3];", 0},
		{"float x = p.x; for (uint i = 0; i < n[0]; i++) { if (i > p.x) break; x += simd_shuffle(x, 31 - p.x); } b[p.x] = x;", 0},
	} {
		b := big{name: k.body, args: "device const float* a, device float* b", body: k.body, grid: exec.Dim{70, 1, 1}, group: exec.Dim{64, 1, 1}, sizes: []int{4 * w, 4 * 70}}
		p, launch := b.launch(t)
		rs := resumables(p, p.Entries[0])
		require.Len(t, rs, k.loops, k.body)
		for _, r := range rs {
			for _, ends := range manyEnds {
				diff, left := resumedDiffers(func() exec.Launch {
					l := launch()
					for i := range w {
						binary.LittleEndian.PutUint32(l.Buffers[0].Data[4*i:], math.Float32bits(float32(i*7%11)))
					}
					return l
				}, p, r, ends)
				require.Empty(t, diff, "%s, ends %v", k.body, ends)
				require.False(t, left)
			}
		}
	}
}

// Registers that advance in some iterations only, by what another iteration knew, or by
// what is not known in the first.
func TestResumedUneven(t *testing.T) {
	for _, body := range []string{
		`%8:bool = eq.u32 %7, %2
    if %8 {
      continue
    } else {
    }
    %4:u32 = add %4, %2`,
		`%4:u32 = add %4, %9
    %9:u32 = const 5`,
		`%9:u32 = add %10, %2
    %10:u32 = mov %4
    %4:u32 = mov %9`,
		`%10:u32 = mov %9
    %9:u32 = mov %10
    %4:u32 = add %10, %2`,
	} {
		p := parse(t, `func @f(%0:ptr.device, %1:u32) {
  %2:u32 = const 1
  %3:u32 = const 0
  %4:u32 = const 0
  %5:u32 = const 9
  %9:u32 = const 3
  %10:u32 = const 2
  loop {
    %6:bool = lt.u32 %3, %5
    if %6 {
    } else {
      break
    }
    %7:u32 = and %3, %2
    `+body+`
    store.u32.device %0, %4
  } continuing {
    %3:u32 = add %3, %2
  }
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device type "uint" elem u32 size 4
  builtin thread_position_in_grid "t" u32 x1
}`)
		launch := func() exec.Launch {
			return exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{1, 1, 1}, Threadgroup: exec.Dim{1, 1, 1}, Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 4)}}}
		}
		for _, ends := range manyEnds {
			diff, left := resumedDiffers(launch, p, resumables(p, p.Entries[0])[0], ends)
			require.Empty(t, diff, "%s, ends %v", body, ends)
			require.False(t, left)
		}
	}
}
