package tui

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/workbench"
)

// playFile opens a file with the real engine.
func playFile(t *testing.T, name, text string, o Options) *Player {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	o.Engine, o.Open = workbench.New(workbench.Options{}), []string{name}
	return NewPlayer(o, cells.NoColor, 120, 40)
}

// A .metal file is compiled as the flags say, and not launched.
func TestMetalFile(t *testing.T) {
	p := playFile(t, "add.metal", "#include \"bias.h\"\nkernel void add(device float* y) { y[0] += BIAS + N; }\n",
		Options{Metal: workbench.MetalOptions{IncludeDirs: []string{"."}, Defines: map[string]string{"N": "3"}, Std: "metal3.1"}})
	require.Contains(t, p.Frame().String(), "'bias.h' file not found")
	require.NoError(t, os.WriteFile("bias.h", []byte("#define BIAS 1\n"), 0o600))
	p.Keys("f5")
	require.Contains(t, p.Frame().String(), "compiles; zmlx run launches its kernels")
	require.Equal(t, "zmlx check add.metal -I . -D N=3 --std metal3.1", p.m.catalog.Get("run").CommandLine())
	require.NoError(t, os.WriteFile("bias.h", []byte("#define BIAS offset\n"), 0o600))
	p.Keys("f5", "f2")
	require.Contains(t, p.Frame().String(), "✖ 1 ")
	for _, key := range []string{"f9", "ctrl+t", "alt+r"} {
		p.Keys(key)
		require.Contains(t, p.Frame().String(), "a .metal file is only compiled here")
	}
	require.Equal(t, "kernels", p.m.screen().ID())
	require.Empty(t, p.m.catalog.Get("bench").CommandLine())
}

// A barrier that is missing is told on request.
func TestSanitize(t *testing.T) {
	p := playFile(t, "reverse.yaml", `zmlx: 1
name: reverse
inputs: {x: {dtype: float32, shape: [64]}}
outputs: {y: {dtype: float32, shape: [64]}}
launch: {grid: [64, 1, 1], threadgroup: [64, 1, 1]}
source: |
  threadgroup float tile[64];
  uint i = thread_position_in_grid.x;
  tile[i] = x[i];
  y[i] = tile[63 - i];
reference: y = x[::-1]
cases: [{}, {}]
`, Options{})
	p.Keys("f5")
	require.Contains(t, p.Frame().String(), "≠ differs")
	p.Keys("f3")
	require.Contains(t, p.Frame().String(), "check --sanitize") // of a message that is broken, not cut
	p.Keys("alt+r", "f2")
	require.Contains(t, p.Frame().String(), "✖ 1 ") // the same in all cases
	require.Contains(t, p.Frame().String(), "load of tile races")
	require.Equal(t, "zmlx check --sanitize reverse.yaml", p.m.catalog.Get("sanitize").CommandLine())
}
