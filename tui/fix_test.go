package tui

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/work"
	"github.com/zmlx/zmlx/workbench"
)

// What a message proposes is done at a key, as one step of undo, wherever the
// proposal stands: with the message, or with one of its notes.
func TestFix(t *testing.T) {
	const text = "zmlx: 1\nname: f\nparams: {N: 8}\ninputs: {x: {dtype: float32, shape: [N]}}\noutputs: {y: {dtype: float32, shape: [N]}}\n" +
		"launch: {grid: [N, 1, 1], threadgroup: [N, 1, 1]}\nsource: |\n  uint i = thread_position_in_grid.x;\n  float é, value;\n  if (i > 2) value = x[i];\n  y[i] = vaule + value;\nreference: y = x\n"
	o := fakeOptions()
	o.Engine = work.Workbench(workbench.New(workbench.Options{}))
	p := newPlayer(o, config{}, nil, cells.NoColor, 120, 40)
	d := p.m.space.Doc
	p.Keys("2", "ctrl+a")
	p.Paste(text)
	p.Keys("f8")
	require.Contains(t, p.Frame().String(), "has a fix")
	p.Keys("alt+enter")
	fixed := strings.Replace(text, "vaule", "value", 1)
	require.Equal(t, fixed, d.Editor.Text())
	p.Keys("f8", "f8", "alt+enter") // behind the unused one: with an error, neither is looked for
	fixed = strings.Replace(fixed, "é, value;", "é, value = 0.0;", 1)
	require.Equal(t, fixed, d.Editor.Text())
	p.Keys("alt+enter")
	require.Equal(t, fixed, d.Editor.Text(), "there is nothing more to change in this line")
	p.Keys("ctrl+z", "ctrl+z")
	require.Equal(t, text, d.Editor.Text())
	require.NotContains(t, p.Frame().String(), "of an earlier text", "the Metal is the one with the faults")
	p.Keys("ctrl+home")
	p.Type("x")
	require.Contains(t, p.Frame().String(), "of an earlier text")
}

// All of a message can be read where it is wider than the screen; the line of the
// source under it keeps its columns.
func TestWideMessage(t *testing.T) {
	const text = "zmlx: 1\nname: f\ninputs: {x: {dtype: float32, shape: [8]}}\noutputs: {y: {dtype: float32, shape: [8]}}\n" +
		"launch: {grid: [8, 1, 1], threadgroup: [8, 1, 1]}\nheader: |\n  float  first() { return x[0]; }\nsource: |\n  y[0] = first();\nreference: y = x\n"
	o := fakeOptions()
	o.Engine = work.Workbench(workbench.New(workbench.Options{}))
	p := newPlayer(o, config{}, nil, cells.NoColor, 80, 24)
	p.Keys("2", "ctrl+a")
	p.Paste(text)
	p.Keys("f8", "f10")
	frame := p.Frame().String()
	require.Contains(t, frame, "    7 |   float  first() { return x[0]; }")
	require.Regexp(t, `the header stands before the kernel,.*\n.*pass it to the function as an argument`, frame)
}
