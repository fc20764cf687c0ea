package pane

import (
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
)

// heading is what lists and tables have around their rows.
type heading struct {
	Name   func() string
	Info   func() string                                                  // nil for none
	Above  func(b *cells.Buffer, r cells.Rect, t *theme.Theme) cells.Rect // draws on top and returns what is left
	Script func() string                                                  // the command that prints the same, nil for none
	above  int
}

// CommandLine implements screen.Scripted.
func (h *heading) CommandLine() string { return textOf(h.Script) }

// Title implements screen.Pane.
func (h *heading) Title() string { return h.Name() }

// Status implements screen.Pane.
func (h *heading) Status() string { return textOf(h.Info) }

func textOf(f func() string) string {
	if f == nil {
		return ""
	}
	return f()
}

// drawAbove draws what is above the rows and returns what is left to them.
func (h *heading) drawAbove(b *cells.Buffer, r cells.Rect, t *theme.Theme) cells.Rect {
	top := r.Y
	if h.Above != nil {
		r = h.Above(b, r, t)
	}
	h.above = r.Y - top
	return r
}
