package bench

import (
	"fmt"

	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/widget"
	"github.com/zmlx/zmlx/tui/work"
	"github.com/zmlx/zmlx/workbench"
)

// newNotes lists what to do next, and what makes the numbers less sure.
func newNotes() *pane.List {
	p := &pane.List{}
	p.Empty = "Advice, warnings, and what was skipped and why, stand here."
	p.Name = func() string { return "Advice and notes" }
	return p
}

func (s *Screen) noteRows() []widget.Row {
	var rows []widget.Row
	add := func(sign, text, right string) {
		rows = append(rows, widget.Row{ID: fmt.Sprint(len(rows)), Sign: sign, Text: text, Right: right})
	}
	for _, j := range []*work.Job{s.space.Profile, s.space.Bench, s.space.Tuning} {
		if j != nil && j.Err != nil {
			add("✖", j.Label+": "+j.Err.Error(), string(j.Err.Code))
		}
	}
	if r := s.profile(); r != nil {
		for _, advice := range r.Advice {
			add("→", advice, "advice")
		}
		for _, f := range r.Findings {
			add("!", fmt.Sprintf("line %d: %s: %s", f.Line, f.Kind, f.Message), "memory")
		}
	}
	if j := s.space.Profile; j != nil && j.Profile != nil { // one that does not compile has these alone
		for _, d := range j.Profile.Diagnostics {
			add(signOf(d), placed(d), d.Code)
		}
	}
	if r := s.tuned(); r != nil {
		if r.Best != nil {
			add("→", r.Conclusion(), "tuning")
		}
		for _, w := range r.Warnings {
			add("▲", w, "machine")
		}
		for _, d := range r.Diagnostics {
			add(signOf(d), placed(d), d.Code)
		}
	}
	j := s.space.Bench
	if j == nil || j.Bench == nil {
		return rows
	}
	for _, w := range j.Bench.Warnings {
		add("▲", w, "machine")
	}
	for _, l := range j.Bench.Lines {
		where := l.Params + " " + l.DType
		switch {
		case l.Reason != "" && l.Status == workbench.StatusOK:
			add("·", l.Reason, where)
		case l.Reason != "":
			add("✖", l.Reason, where)
		}
		if l.RoofGBps > 0 && float64(l.GBps) > l.RoofGBps {
			add("▲", "faster than a copy of as many bytes: the data stays in a cache, or the kernel skips work", where)
		}
		switch n := len(l.Disturbed); {
		case l.Busy:
			add("▲", "the machine was disturbed most of the time: not compared with other runs", where)
		case n > 0:
			add("▲", fmt.Sprintf("%d of %d samples do not count, as the machine was disturbed", n, n+len(l.Samples)), where)
		}
		for _, w := range l.Summary.Warnings {
			add("▲", w, where)
		}
	}
	for _, d := range j.Bench.Diagnostics {
		add(signOf(d), placed(d), d.Code)
	}
	return rows
}

func signOf(d workbench.Diagnostic) string {
	if d.Severity == workbench.SeverityError {
		return "✖"
	}
	return "▲"
}

// placed is the message of a diagnostic with its line, if it has one.
func placed(d workbench.Diagnostic) string {
	if d.Line == 0 {
		return d.Message
	}
	return fmt.Sprintf("line %d: %s", d.Line, d.Message)
}
