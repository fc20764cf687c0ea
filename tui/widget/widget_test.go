package widget

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
)

func TestLine(t *testing.T) {
	l := Line{}
	l.Insert("añb c")
	for _, k := range []string{"left", "left", "backspace"} {
		require.True(t, l.Key(k))
	}
	require.Equal(t, "añ c", l.Text())
	l.Key("home")
	l.Key("delete")
	l.Insert("x\ny")
	require.Equal(t, "x yñ c", l.Text())
	l.Key("end")
	l.Key("ctrl+w")
	require.Equal(t, "x yñ ", l.Text())
	l.Key("ctrl+u")
	require.Empty(t, l.Text())
	require.False(t, l.Key("f1"))
}

func TestListFilter(t *testing.T) {
	l := List{}
	filter := func(text string) {
		l.FilterKey("ctrl+u")
		l.Type(text)
	}
	l.SetRows([]Row{{ID: "1", Text: "softmax"}, {ID: "2", Text: "rmsnorm", Words: "root mean square"}, {ID: "3", Text: "silu"}})
	l.Select("3")
	l.Type("rms")
	require.Equal(t, "2", l.Selected().ID)
	filter("'mean")
	require.Equal(t, 1, l.Len())
	filter("!s")
	require.Equal(t, 0, l.Len())
	l.Filtering = true
	filter("sil")
	l.FilterKey("esc")
	require.Equal(t, "3", l.Selected().ID)
	require.Equal(t, 3, l.Len())
	l.SetRows([]Row{{ID: "0"}, {ID: "3"}})
	require.Equal(t, "3", l.Selected().ID)
}

func TestTableSortsAndFits(t *testing.T) {
	tb := Table{Columns: []Column{{Title: "name", Grow: true}, {Title: "n", Right: true}, {Title: "a column that has no room"}}}
	tb.SetRows([][]Cell{
		{{Text: "b"}, {Text: "10", Value: 10, Sort: true}, {}},
		{{Text: "a"}, {Text: "9", Value: 9, Sort: true}, {}},
	})
	tb.SortNext()
	tb.SortNext()
	require.Equal(t, "name,n,a column that has no room\na,9,\nb,10,\n", tb.CSV())
	require.Equal(t, 0, tb.Selected()) // the row, not the place
	tb.SortReverse()
	tb.Move(1)
	require.Equal(t, 1, tb.Selected())
	th, err := theme.New("dark", cells.NoColor)
	require.NoError(t, err)
	b := cells.New(30, 4, th.Base)
	tb.Draw(b, b.Bounds(), th, true)
	require.NotContains(t, b.String(), "a column")
	require.Contains(t, b.String(), "n↓")
}

// What a field shows ends at its cursor, whatever was pasted: each frame looked through
// all of a text for each of its characters.
func TestLineShowsItsCursor(t *testing.T) {
	th, err := theme.New("dark", cells.NoColor)
	require.NoError(t, err)
	draw := func(text string) string {
		l := Line{Prompt: "> "}
		l.Insert(text)
		b := cells.New(8, 1, th.Base)
		l.Draw(b, 0, 0, 8, th, th.Base, true)
		return strings.TrimRight(b.String(), " \n")
	}
	require.Equal(t, ">", draw(""))
	require.Equal(t, "> abcde", draw("abcde"))
	require.Equal(t, "> bcdef", draw("abcdef"))
	require.Equal(t, "> 漢字", draw("漢漢字"))
	require.Equal(t, "> 6789x", draw(strings.Repeat("0123456789", 1<<17)+"x"))
}
