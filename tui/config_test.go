package tui

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/tui/cells"
)

// TestKeysAreRebound reads a configuration: what works is bound, and all that
// does not is reported at the start.
func TestKeysAreRebound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	require.NoError(t, os.WriteFile(path, []byte("theme: light\nkeys:\n  run: [f7, ctrl+i]\n  nothing: [x]\n"), 0o644))
	c, problems := readConfig(path)
	require.Empty(t, problems)
	p := newPlayer(fakeOptions(), c, nil, cells.NoColor, 120, 40)
	frame := p.Frame().String()
	require.Contains(t, frame, `there is no action "nothing"`)
	require.Contains(t, frame, `terminals send "ctrl+i" as tab`)
	require.Contains(t, frame, `"f7" stands for both run and problem-previous`)
	p.Keys("esc", "f7")
	require.Contains(t, p.Frame().String(), "all 4 agree")

	require.NoError(t, os.WriteFile(path, []byte("kyes: {}\n"), 0o644))
	_, problems = readConfig(path)
	require.Len(t, problems, 1)
	require.Contains(t, problems[0], `unknown field "kyes"`)
}
