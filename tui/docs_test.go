package tui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/work"
)

//go:generate go run ../internal/screenshot -keys ../docs/keys.md

// TestKeysDocument fails if docs/keys.md is older than the catalogue.
func TestKeysDocument(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "docs", "keys.md"))
	require.NoError(t, err)
	require.Equal(t, KeysDocument(), string(doc), "run `go generate ./tui`")
}

// TestKeysAreSound checks that keys exist on terminals, stand for one action
// in their scope, and that no letter of a text pane is taken from its text.
func TestKeysAreSound(t *testing.T) {
	m := newModel(work.New(work.Options{}), cells.NoColor, config{})
	require.Empty(t, m.catalog.Bind(nil))
	for _, a := range m.catalog.All() {
		require.NotEmpty(t, a.Title, a.ID)
		require.NotNil(t, a.Run, a.ID)
		for _, k := range a.Keys {
			require.NoError(t, action.CheckKey(k), a.ID)
			if a.Scope == "editor" || a.Scope == "text" || a.Scope == "completion" {
				require.Greater(t, len(k), 1, "%s takes %q from the text", a.ID, k)
			}
		}
	}
}

// TestEveryActionRuns runs each action that can be done, on each screen.
func TestEveryActionRuns(t *testing.T) {
	leaves := map[string]bool{"quit": true, "interrupt": true, "suspend": true, "edit-outside": true}
	for i := range screens {
		p := newPlayer(fakeOptions(), config{}, nil, cells.NoColor, 120, 40)
		p.Keys("f5")
		for _, a := range p.m.catalog.All() {
			if leaves[a.ID] {
				continue
			}
			for pane := range p.m.screens[i].panes {
				p.m.current, p.m.screens[i].focus, p.m.modals = i, pane, nil
				p.start(p.m.track(p.m.do(a, "")))
				p.wait()
				require.Nil(t, p.m.crash, a.ID)
				p.Frame()
			}
		}
	}
}

// TestEveryViewHasItsCommand checks that what the panes show can be had
// without the terminal.
func TestEveryViewHasItsCommand(t *testing.T) {
	for keys, want := range map[string]string{
		"f2 1": "zmlx kernels", "f2 3": "zmlx kernels show fake --only metal", "f2 4": "zmlx check fake",
		"f3 1": "zmlx check fake", "f4 1": "zmlx bench fake", "f4 1 ]": "zmlx tune fake --dtype float32", "f4 1 ] ]": "zmlx profile fake --dtype float32", "f4 1 ] ] ]": "zmlx profile fake --dtype float32 --view top-down",
		"f4 1 ] ] 2": "zmlx profile fake --dtype float32 --plot roofline", "f6 1": "zmlx devices",
	} {
		p := newPlayer(fakeOptions(), config{}, nil, cells.NoColor, 120, 40)
		p.Keys("f5", "p", "f9")
		p.Keys(strings.Fields(keys)...)
		require.Equal(t, want, p.m.script("")(), keys)
	}
}

// TestNewKernel starts one from a template: it is unsaved until it is saved.
func TestNewKernel(t *testing.T) {
	t.Chdir(t.TempDir())
	p := newPlayer(fakeOptions(), config{}, nil, cells.NoColor, 120, 40)
	p.Keys(":")
	p.Type("new mine rowwise")
	p.Keys("enter")
	require.Contains(t, p.Frame().String(), "name: mine")
	require.Contains(t, p.Frame().String(), "1 unsaved")
	require.NoFileExists(t, "mine.yaml")
	p.Keys("ctrl+s")
	require.FileExists(t, "mine.yaml")
	require.NotContains(t, p.Frame().String(), "unsaved")
}
