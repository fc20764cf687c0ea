package syntax

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestKey holds the table to spellings that would have one key without the bit
// that says that it is not theirs alone, and keys to differing where spellings
// do: names with one key would take a time of their square.
func TestKey(t *testing.T) {
	require.True(t, keyOf("threadIdx").whole())
	require.False(t, keyOf("threadIdx_").whole())
	row := strings.Repeat("_", 63)
	require.NotEqual(t, keyOf("x"+row+"y"), keyOf("y"+row+"x"))
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

// TestKeySpread holds names of one end, as those of enumerators and macros often
// are, to slots of their own.
func TestKeySpread(t *testing.T) {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	slots := map[uint32]int{}
	for _, a := range letters {
		for _, b := range letters {
			slots[keyOf(string([]rune{a, b})+"_common").hash()&4095]++
		}
	}
	most := 0
	for _, n := range slots {
		most = max(most, n)
	}
	require.Less(t, most, 16)
}
