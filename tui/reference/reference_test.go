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
	e, ok := Lookup("simd_sum")
	require.True(t, ok)
	require.Contains(t, e.Text(), "sum over the active lanes")
	_, ok = Lookup("nope")
	require.False(t, ok)
}
