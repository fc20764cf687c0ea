package tui

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/tui/cells"
)

// What the program says of nothing, of the catalogue, and of long titles.
func TestTexts(t *testing.T) {
	for keys, want := range map[string]string{
		"f4 1 y":            "the table has no rows to copy",
		"alt+h":             "┃   zmlx check fake  ",
		"w d i s k enter":   "Metal: fake.yaml of the catalogue → now",
		"f5 f3 1 s y":       "copied the table as CSV",
		"1 : u n d o enter": "the pane shows no text",
	} {
		p := newPlayer(fakeOptions(), config{}, nil, cells.NoColor, 80, 24)
		p.Keys(strings.Fields(keys)...)
		require.Contains(t, p.Frame().String(), want, keys)
	}
}
