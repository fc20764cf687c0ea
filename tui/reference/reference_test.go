package reference

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryLineIsAnEntry(t *testing.T) {
	lines := 0
	for line := range strings.Lines(source) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			lines++
		}
	}
	require.Len(t, All(), lines)
	seen := map[string]bool{}
	for _, e := range All() {
		require.False(t, seen[e.Name], e.Name)
		seen[e.Name] = true
		require.NotEmpty(t, e.Kind)
		require.True(t, strings.HasSuffix(e.Doc, "."), e.Name)
	}
	require.Contains(t, Entry{Signature: "T f(T x)", Doc: "A doc.", Kind: "function"}.Text(), "A doc.")
}

func TestSpecNamesAreExplained(t *testing.T) {
	entries, ok := OfSpec(`zmlx: 1
name: f
params: {N: 8, M: N * 2}
template: {T: float32}
inputs: {x: {dtype: T, shape: [N, 2]}}
outputs: {y: {dtype: float16, shape: [M]}}
launch: {grid: [N, 1, 1], threadgroup: [N, 1, 1]}
source: y[0] = x[0];
`)
	require.True(t, ok)
	signatures := map[string]string{}
	for _, e := range entries {
		signatures[e.Name] = e.Signature
	}
	require.Equal(t, "const device T* x", signatures["x"])
	require.Equal(t, "device float16* y", signatures["y"])
	require.Equal(t, "const constant int* x_shape", signatures["x_shape"])
	require.Equal(t, "constant constexpr auto N = 8", signatures["N"])
	require.Equal(t, "T = float32", signatures["T"])
	_, ok = OfSpec("name: [")
	require.False(t, ok)
}
