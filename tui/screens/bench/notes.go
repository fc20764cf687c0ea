package bench

import (
	"fmt"

	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/widget"
)

// newNotes lists what makes the numbers less sure, and where they were taken.
func newNotes(s *Screen) *pane.List {
	p := &pane.List{}
	p.Empty = "Warnings, and what was skipped and why, stand here."
	p.Name = func() string { return "Notes" }
	return p
}

func (s *Screen) noteRows() []widget.Row {
	j := s.space.Bench
	if j == nil {
		return nil
	}
	var rows []widget.Row
	add := func(sign, text, right string) {
		rows = append(rows, widget.Row{ID: fmt.Sprint(len(rows)), Sign: sign, Text: text, Right: right})
	}
	if j.Err != nil {
		add("✖", j.Err.Error(), string(j.Err.Code))
	}
	if j.Bench == nil {
		return rows
	}
	for _, l := range j.Bench.Lines {
		where := l.Params + " " + l.DType
		if l.Reason != "" {
			add("✖", l.Reason, where)
		}
		if l.RoofGBps > 0 && l.GBps > l.RoofGBps {
			add("▲", "faster than a copy of as many bytes: the data stays in a cache, or the kernel skips work", where)
		}
		for _, w := range l.Summary.Warnings {
			add("▲", w, where)
		}
	}
	for _, d := range j.Bench.Diagnostics {
		add("▲", d.Message, d.Code)
	}
	return rows
}
