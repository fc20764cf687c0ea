package bench

import (
	"fmt"

	"github.com/zmlx/zmlx/profile"
	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/results"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/workbench"
)

// samplePanes show the samples of the selected case in several ways.
func (s *Screen) samplePanes() []screen.Pane {
	var out []screen.Pane
	for _, view := range []struct {
		name   string
		figure func(l *workbench.BenchLine) plot.Figure
	}{
		{"Distribution", func(l *workbench.BenchLine) plot.Figure { return l.Distribution() }},
		{"Histogram", func(l *workbench.BenchLine) plot.Figure {
			return plot.Histogram{Label: "samples by time", Unit: "ms", Values: l.Samples}
		}},
		{"Order", func(l *workbench.BenchLine) plot.Figure { return l.InOrder() }},
	} {
		out = append(out, &pane.Plot{
			Name: view.name,
			Source: func() plot.Figure {
				if l := s.shown(); l != nil && len(l.Samples) > 0 {
					return view.figure(l)
				}
				return nil
			},
			Empty: func() string {
				if l := s.shown(); l != nil {
					return l.Reason
				}
				return "The samples of the selected case are shown here."
			},
			Info: func() string {
				if l := s.shown(); l != nil {
					disturbed := ""
					if n := len(l.Disturbed); n > 0 {
						disturbed = fmt.Sprintf(", %d disturbed", n)
					}
					return fmt.Sprintf("%d samples × %d%s", len(l.Samples), max(l.Batch, 1), disturbed)
				}
				return ""
			},
			Notes: func() []string { return summary(*s.shown()) },
		})
	}
	return out
}

// summary says in a few lines what was measured.
func summary(l workbench.BenchLine) []string {
	s := l.Summary
	out := []string{fmt.Sprintf("median %s, 95 %% interval %s … %s, MAD %s", results.Time(s.Median), results.Time(s.Lo), results.Time(s.Hi), results.Time(s.MAD))}
	if l.Bytes > 0 { // of a measurement
		rate := plot.Number(float64(l.GBps)) + " GB/s"
		if l.RoofGBps > 0 { // roofs are measured last
			rate += " of " + plot.Number(l.RoofGBps) + " GB/s that a copy reaches"
		}
		out = append(out, rate+", "+results.Bytes(l.Bytes)+" moved")
	}
	for _, rival := range []*workbench.Rival{l.Op, l.Baseline} {
		if rival != nil && len(rival.Samples) > 0 {
			out = append(out, against(*rival))
		}
	}
	return out
}

// against says how a kernel stands to a rival.
func against(r workbench.Rival) string {
	change := "no difference that can be told from noise"
	if r.Shift.Significant() {
		change = fmt.Sprintf("%.2f× as fast", 1/r.Shift.Ratio)
	}
	text := fmt.Sprintf("against %s (%s): %s, %s", r.Name, results.Time(r.MedianMS), change, shift(r.Shift))
	if r.Run != nil {
		text += "; by ranks " + shift(r.Run.Ranks)
	}
	return text
}

func shift(s profile.Shift) string {
	return fmt.Sprintf("shift %+.1f %% (%+.1f … %+.1f), p=%.2g", 100*s.Delta, 100*s.Lo, 100*s.Hi, s.P)
}
