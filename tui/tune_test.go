package tui

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/work"
	"github.com/zmlx/zmlx/workbench"
)

// The fastest configuration is set in the text that was tuned, and only there.
func TestTuneSet(t *testing.T) {
	p := newPlayer(fakeOptions(), config{}, nil, cells.NoColor, 120, 40)
	d := p.m.space.Doc
	text := d.Editor.Text()
	p.Keys("alt+U")
	require.Equal(t, text, d.Editor.Text(), "nothing was tuned")
	p.Keys("alt+u", "alt+U")
	require.Equal(t, "# TG=512\n"+text, d.Editor.Text())
	p.Keys("alt+U")
	require.Equal(t, "# TG=512\n"+text, d.Editor.Text(), "that is another text")
	p.Keys("2", "ctrl+z")
	d.Editor.Undo()
	require.Equal(t, text, d.Editor.Text())
}

// A tuning that was stopped says what is known.
func TestStoppedTuning(t *testing.T) {
	j := work.Job{Done: true, Err: &workbench.Error{Code: workbench.CodeCancelled, Message: "cancelled"},
		Tuned: &workbench.TuneResult{Partial: true, Configs: 9, Trials: []workbench.Trial{{Config: "TG=64", Own: true, Status: workbench.StatusOK}}}}
	require.Equal(t, "cancelled; stopped with 1 of 9 configurations checked, of which 1 are right: nothing is measured yet", j.Verdict())
}
