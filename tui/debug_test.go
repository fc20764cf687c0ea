package tui

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/tui/cells"
)

// A step of a thread leads to its line, and arguments to none.
func TestDebugJumps(t *testing.T) {
	p := newPlayer(fakeOptions(), config{}, nil, cells.NoColor, 120, 40)
	p.Keys("alt+t", "enter")
	require.Contains(t, p.Frame().String(), "float v = twice(x[thread_…  x[3] is 3")
	require.Contains(t, p.Frame().String(), "this has no line in the document")
	p.Keys("down", "enter")
	require.Equal(t, 11, p.m.space.Doc.Editor.Cursor().Line)
	require.Contains(t, p.Frame().String(), "▸Kernels")
}
