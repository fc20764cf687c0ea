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
	for seed := range uint64(150) {
		rng := rand.New(rand.NewPCG(seed, 3))
		pick := func(of ...string) string { return of[rng.IntN(len(of))] }
		body := "float v = x[i], u = 1; bool k = false;\n"
		end := "y[i] = v + u;"
		body += "if (" + pick("v > 20", "v > 20 || p.x == 5", "x[i] < 100", "p.x % 3 == int(v) % 3") + ") {\n"
		for range 1 + rng.IntN(4) {
			guard, at := "p.x > 0", "- 1"
			switch rng.IntN(7) {
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
			}
			value := "float(x[i " + at + "])"
			body += fmt.Sprintf(pick(
				"  if (%[1]s) v = max(v, %[2]s);\n",
				"  if (%[1]s) u += %[2]s;\n",
				"  if (%[1]s) { v += %[2]s; k = true; } else u = v;\n",
				"  if (%[1]s) { if (k) v = min(v, %[2]s); }\n",
				"  if (!(%[1]s)) u += 2; else v = %[2]s + x[i];\n"), guard, value)
		}
		body += "}" + pick("", " else v = 3;", " else u = v;") + "\n" + end
		width := []int{64, 128, 256, 16 + rng.IntN(300)}[rng.IntN(4)]
		group := []exec.Dim{{32, 4, 1}, {64, 1, 1}, {128, 2, 1}, {20, 1, 1}}[rng.IntN(4)]
		p, l := edgeLaunch(t, body, []int{4, 4, 2, 1}[rng.IntN(4)], width, 1+rng.IntN(5), group)
		agree(t, p, l, fmt.Sprintf("seed %d: %v by %v\n%s", seed, l.Grid, l.Threadgroup, body))
		taken += lifts(t, body, width)
	}
	require.Greater(t, taken, 100)
}

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
		return 0
	}
	for _, k := range g.nodes[1:] {
		if guard := k.parent; k.in.Op == ir.Load && guard.in.Op == ir.If && guard.parent == g.root && g.positional(guard.in.Args[0]) {
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
		{"float v = x[i]; if (p.x > 0) { if (v > 20) v = max(v, x[i - 1]); } y[i] = v;", 0},
		{"float v = x[i]; if (v > 20) { if (p.x > 0) v = max(v, x[i - 2]); } y[i] = v;", 0},
		{"float v = x[i]; if (v > 20) { if (v < 90) v = max(v, x[i - 1]); } y[i] = v;", 0},
		{"float v = x[i]; if (v > 20) { if (p.x > 0) v = max(v, x[(i - 1) & int(v)]); } y[i] = v;", 0},
		{"float v = x[i]; if (v > 20) { if (p.x > 0 && p.x < W - 3) v = max(v, x[(int(x[0]) & 3) + i - 1]); } y[i] = v;", 0},
		{"float v = x[i]; if (v > 20) { if (p.x > 0) v = int(v) / int(x[i - 1]); } y[i] = v;", 0},
		{"float v = x[i]; if (v > 20) { y[i] = 1; if (p.x > 0) v = max(v, x[i - 1]); } y[i] = v;", 0},
	} {
		require.Equal(t, c.n, lifts(t, c.body, 64), c.body)
	}
}
