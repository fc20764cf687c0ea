package syntax

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestKey holds the table to spellings that have one key, or would without the
// bit that says that it is not theirs alone.
func TestKey(t *testing.T) {
	require.True(t, keyOf("threadIdx").whole())
	require.False(t, keyOf("threadIdx_").whole())
	row := strings.Repeat("_", 63)
	require.Equal(t, keyOf("x"+row+"y"), keyOf("y"+row+"x"))
	table := newIdentTable(nil)
	words := map[word]string{}
	for _, name := range []string{"", "a", "\x00a", "\x00", "a\x00", "\u00e9", "C)", "x" + row + "y", "y" + row + "x", "threadIdx", "threadIdx_", "_threadIdx"} {
		id := table.get(name)
		require.Equal(t, name, id.name)
		require.Same(t, id, table.get(name))
		require.NotContains(t, words, id.word, name)
		words[id.word] = name
	}
}
