package tui

import (
	"strings"
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

// What the launch did wrong stands below the thread, and leads to its line.
func TestDebugFindings(t *testing.T) {
	p := newPlayer(fakeOptions(), config{}, nil, cells.NoColor, 120, 40)
	p.Keys("alt+t")
	require.Contains(t, p.Frame().String(), "line 4: endless-loop: it is still running (×1, first thread [5 0 0])")
	p.Keys("3", "enter")
	require.Equal(t, 3, p.m.space.Doc.Editor.Cursor().Line)
	p.Keys("f5", "f3")
	require.NotContains(t, p.Frame().String(), "endless-loop")
	p.Keys("1", "]")
	require.Contains(t, p.Frame().String(), "endless-loop")
}

// What a case failed of stands below the table, which has no room for it, and leads to its line.
func TestFailedCases(t *testing.T) {
	p := newPlayer(fakeOptions(), config{}, nil, cells.NoColor, 80, 24)
	p.Keys("2", "end")
	p.Type(" unfit")
	p.Keys("f5", "f3", "3")
	require.Equal(t, 1, strings.Count(p.Frame().String(), "✖ line 15: the reference gives y the shape [3]"))
	p.Keys("enter")
	require.Equal(t, 14, p.m.space.Doc.Editor.Cursor().Line)
}
