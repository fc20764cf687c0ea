package cells

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWrap(t *testing.T) {
	require.Equal(t, []string{"one two", "three", "", "four"}, Wrap("one two three\n\nfour", 8))
	require.Equal(t, []string{"世界", "人"}, Wrap("世界 人", 5))
	require.Equal(t, []string{"longest"}, Wrap("longest", 3))

	b := New(9, 3, Style{})
	b.TextBlock(Rect{1, 1, 7, 2}, "one two three four five", Style{})
	require.Equal(t, "\n one two\n three …", b.String())
}

// TestClustersDoNotShiftTheLine: terminals disagree about the width of some
// characters with marks, so what follows names its column.
func TestClustersDoNotShiftTheLine(t *testing.T) {
	b := New(6, 1, Style{})
	b.Text(0, 0, "a👩\u0301x", Style{})
	require.Equal(t, "a👩\u0301\x1b[4Gx  ", b.ANSI(NoColor))
}

// TestEmojiStaySeparate: terminals join some of them to one, of less cells.
func TestEmojiStaySeparate(t *testing.T) {
	b := New(9, 1, Style{})
	end := b.Text(0, 0, "👩\u200d👧❤\ufe0f👍🏽x", Style{})
	require.Equal(t, "👩👧❤👍x ", b.ANSI(NoColor))
	require.Equal(t, 8, end)
}
