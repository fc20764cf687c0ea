package wasm

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// Neighbours that guards and data keep from being loaded give what interp gives.
func TestLifted(t *testing.T) {
	taken := 0
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 3))
		pick := func(of ...string) string { return of[rng.IntN(len(of))] }
		body := "float v = x[i], u = 1; bool k = false;\n"
		end := "y[i] = v + u;"
		body += "if (" + pick("v > 20", "v > 20 || p.x == 5", "x[i] < 100", "p.x % 3 == int(v) % 3") + ") {\n"
		for range 1 + rng.IntN(4) {
			guard, at := "p.x > 0", "- 1"
			switch rng.IntN(8) {
			case 1:
				guard, at = "p.x < W - 1", "+ 1"
			case 2:
				guard, at = "p.y > 0", "- W"
			case 3:
				guard, at = "p.y < H - 1", "+ W"
			case 4:
				guard, at = "p.x > 0 && p.y < H - 1", "+ W - 1"
			case 5:
				guard, at = "p.x > 2", "- 3"
			case 6:
				guard, at = "p.x > 0 && v < 90", "- 1"
			case 7:
				guard, at = "p.x > c[1]", "- 1"
			}
			value := "float(x[i " + at + "])"
			body += fmt.Sprintf(pick(
				"  if (%[1]s) v = max(v, %[2]s);\n",
				"  if (%[1]s) u += %[2]s;\n",
				"  if (%[1]s) v = %[2]s;\n",
				"  if (%[1]s) { v += %[2]s; k = true; } else u = v;\n",
				"  if (%[1]s) { if (k) v = min(v, %[2]s); }\n",
				"  if (!(%[1]s)) u += 2; else v = %[2]s + x[i];\n"), guard, value)
		}
		body += "}" + pick("", " else v = 3;", " else u = v;") + "\n" + end
		width := []int{64, 128, 256, 16 + rng.IntN(300)}[rng.IntN(4)]
		group := []exec.Dim{{32, 4, 1}, {64, 1, 1}, {128, 2, 1}, {20, 1, 1}}[rng.IntN(4)]
		p, l := edgeLaunch(t, body, []int{4, 4, 2, 1}[rng.IntN(4)], width, 1+rng.IntN(5), group)
		agree(t, p, l, fmt.Sprintf("seed %d: %v by %v\n%s", seed, l.Grid, l.Threadgroup, body))
		taken += max(0, lifts(t, body, width))
	}
	require.Greater(t, taken, 100)
}

// stays is what lifts gives where nothing becomes straight.
const stays = -1

// lifts is how many loads stand under nothing but guards once those that go ahead have.
func lifts(t *testing.T, body string, width int) (n int) {
	p, l := edgeLaunch(t, body, 4, width, 8, exec.Dim{64, 1, 1})
	l.Buffers[1] = exec.Buffer{Data: make([]byte, len(l.Buffers[0].Data))}
	key, err := keyOf(p, l, nil)
	require.NoError(t, err)
	g, _, err := prepare(p, l.Entry, key.v, nil, key.facts, key.v.ragged)
	require.NoError(t, err)
	g.bounds()
	g.solve()
	if g = g.straightened(); g == nil {
		return stays
	}
	for _, k := range g.nodes[1:] {
		p := k.parent
		for p != g.root && p.in.Op == ir.If && g.positional(p.in.Args[0]) {
			p = p.parent
		}
		if k.in.Op == ir.Load && k.parent != g.root && p == g.root {
			n++
		}
	}
	return n
}

// They go ahead if what the position says keeps them in bounds, data does not choose where
// they are, and little is done with them.
func TestLiftedWhere(t *testing.T) {
	for _, c := range []struct {
		body string
		n    int
	}{
		{"float v = x[i]; if (v > 20) { if (p.x > 0) v = max(v, x[i - 1]); } y[i] = v;", 1},
		{"float v = x[i]; if (v > 20) { if (p.x > 0) v = max(v, x[i - 1]); if (p.y > 0) v = max(v, x[i - W]); } y[i] = v;", 2},
		{"float v = x[i]; if (p.x > 0) { if (v > 20) v = max(v, x[i - 1]); } y[i] = v;", stays},
		{"float v = x[i]; if (v > 20) { if (p.x > 0) v = max(v, x[i - 2]); } y[i] = v;", stays},
		{"float v = x[i]; if (v > 20) { if (v < 90) v = max(v, x[i - 1]); } y[i] = v;", stays},
		{"float v = x[i]; if (v > 20) { if (p.x > 0) v = max(v, x[(i - 1) & int(v)]); } y[i] = v;", stays},
		{"float v = x[i]; if (v > 20) { if (p.x > 0 && p.x < W - 3) v = max(v, x[(int(x[0]) & 3) + i - 1]); } y[i] = v;", stays},
		{"float v = x[i]; if (v > 20) { if (p.x > 0) v = int(v) / int(x[i - 1]); } y[i] = v;", stays},
		{"float v = x[i]; if (v > 20) { y[i] = 1; if (p.x > 0) v = max(v, x[i - 1]); } y[i] = v;", stays},
		{"float v = x[i]; int s = c[1]; if (v > 20) { if (p.x > s) v = max(v, x[i - 1]); } y[i] = v;", 1},
		{"float v = x[i]; int2 s = *(constant int2 *)(c + 2); if (v > 20) { if (p.x > s.y) v = max(v, x[i - 1]); } y[i] = v;", 1},
		{"float v = x[i]; if (v > 20) { if (p.x > 0) { if (x[i - 1] > 5) { if (p.y > 0) v += x[i - W]; } } } y[i] = v;", 2},
		{"float v = x[i]; if (v > 20) { if (p.x > 0) { if (p.x > c[p.x - 1]) { if (p.y > 0) v += x[i - W]; } } } y[i] = v;", 2},
		{"float v = x[i]; if (v > 20) { if (p.y > 0) v = max(v, x[p.x]); } y[i] = v;", 0},
	} {
		require.Equal(t, c.n, lifts(t, c.body, 64), c.body)
	}
}

// What a loop counts from zero, which nothing assigns, is made of itself.
func TestLiftedInLoop(t *testing.T) {
	p := parse(t, `func @f(%x.0:ptr.device, %y.1:ptr.device, %i.2:u32) {
  %3:i64 = convert.u32 %i.2
  %4:i64 = const 2
  %5:i64 = shl %3, %4
  %6:ptr.device = ptradd.device %x.0, %5
  %7:f32 = load.device %6
  %8:f32 = const 20.0
  %9:bool = lt.f32 %8, %7
  %10:u32 = const 1
  %11:u32 = const 4
  loop {
    %12:bool = lt.u32 %13, %11
    if %12 {
    } else {
      break
    }
    if %9 {
      %14:bool = lt.u32 %10, %13
      if %14 {
        %15:f32 = load.device +4, %6
        %7:f32 = add %7, %15
      }
    }
    %13:u32 = add %13, %10
  }
  %16:ptr.device = ptradd.device %y.1, %5
  store.f32.device %16, %7
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "t" elem f32 size 4
  buffer 1 "y" device type "t" elem f32 size 4
  builtin thread_position_in_grid "i" u32 x1
}`)
	x := make([]byte, 4*130)
	for i := range x {
		x[i] = byte(i * i)
	}
	agree(t, p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{128, 1, 1}, Threadgroup: exec.Dim{64, 1, 1}, Buffers: map[int]exec.Buffer{0: {Data: x, ReadOnly: true}}}, "")
}

// Launches whose guards hold in one alone share no code.
func TestLiftedKey(t *testing.T) {
	p, l := edgeLaunch(t, "float v = x[i]; if (v > 20 && p.x < 30) { if (p.x > 0) v = max(v, x[p.x - 1]); } y[i] = v;", 4, 64, 1, exec.Dim{64, 1, 1})
	x := l.Buffers[0].Data
	l.Buffers[1] = exec.Buffer{Data: make([]byte, len(x))}
	key := func(n int) string {
		l.Buffers[0] = exec.Buffer{Data: x[:4*n], ReadOnly: true}
		k, err := keyOf(p, l, nil)
		require.NoError(t, err)
		_, proofs, err := prepare(p, l.Entry, k.v, nil, k.facts, k.v.ragged)
		require.NoError(t, err)
		return proofs
	}
	require.Equal(t, key(63), key(63))
	require.NotEqual(t, key(63), key(62))
}
