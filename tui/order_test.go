package tui

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/tui/cells"
)

// TestInOrder: what the first of several commands brings is handled before the next
// one begins, whatever order messages come in.
func TestInOrder(t *testing.T) {
	p := newPlayer(fakeOptions(), config{}, nil, cells.NoColor, 120, 40)
	wrote := func(path string) tea.Cmd { return func() tea.Msg { return exported{path: path} } }
	_, rest := p.m.Update(p.m.track(inOrder(wrote("first"), wrote("second")))())
	require.Contains(t, p.Frame().String(), "wrote first")
	p.start(rest)
	p.wait()
	require.Contains(t, p.Frame().String(), "wrote second")
}
