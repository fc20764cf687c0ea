package tui

import (
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/work"
)

// TestPanicKeepsWork checks that a panic ends the program in order, and that
// unsaved text can be restored afterwards.
func TestPanicKeepsWork(t *testing.T) {
	o := fakeOptions()
	o.Drafts = t.TempDir()
	p := newPlayer(o, config{}, nil, cells.NoColor, 120, 40)
	p.Keys("2")
	p.Type("precious")
	p.m.catalog.Add(&action.Action{ID: "boom", Scope: action.Global, Keys: []string{"f12"}, Run: func(string) tea.Cmd { panic("boom") }})
	_, cmd := p.m.Update(keyNamed("f12"))
	require.Equal(t, tea.QuitMsg{}, cmd())
	require.Equal(t, "boom", p.m.crash.value)
	require.Contains(t, p.m.View(), "unsaved text is kept")
	require.NoError(t, p.m.space.Rescue())
	require.Equal(t, []work.Entry{{Name: "fake"}}, work.ListDrafts(o.Drafts))

	again := newPlayer(o, config{}, nil, cells.NoColor, 120, 40)
	require.Contains(t, again.Frame().String(), "Unsaved work")
	require.NotContains(t, again.Frame().String(), "changed since")
	again.Keys("r")
	require.Contains(t, again.Frame().String(), "preciouszmlx: 1")

	o.Catalog = func() ([]work.Entry, error) {
		entries, err := fakeCatalog()
		for i := range entries {
			entries[i].Text += "# another\n"
		}
		return entries, err
	}
	require.Contains(t, newPlayer(o, config{}, nil, cells.NoColor, 120, 40).Frame().String(), "changed since")
}

// TestCancel ends a run that would never end.
func TestCancel(t *testing.T) {
	o := fakeOptions()
	o.Engine = &fakeEngine{gate: make(chan struct{})}
	p := newPlayer(o, config{}, nil, cells.NoColor, 120, 40)
	p.send(keyNamed("f5"))
	p.send(<-p.msgs)
	require.Contains(t, p.Frame().String(), "case 1/2 float32")
	p.Keys("ctrl+c")
	require.Contains(t, p.Frame().String(), "cancelled")
	p.Keys("ctrl+c")
	require.False(t, p.m.left, "a key too late to cancel the run must not end the program")
	p.m.space.Now = func() time.Time { return o.Now().Add(time.Minute) }
	p.Keys("ctrl+c")
	require.True(t, p.m.left)
}

// TestUnseenKeys: where the terminal is too small to show the text, keys do not
// change it, and one that quits still does.
func TestUnseenKeys(t *testing.T) {
	p := newPlayer(fakeOptions(), config{}, nil, cells.NoColor, 100, 30)
	p.Keys("2")
	before := p.Frame().String()
	p.Resize(60, 20)
	require.Contains(t, p.Frame().String(), "at least 80 × 24")
	p.Type("lost")
	p.Paste("lost")
	p.Keys("f3", "enter")
	p.Resize(100, 30)
	require.Equal(t, before, p.Frame().String())
	p.Resize(60, 20)
	p.Frame()
	p.Keys("ctrl+q")
	require.True(t, p.m.left)
}
