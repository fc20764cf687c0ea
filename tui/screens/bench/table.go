package bench

import (
	"fmt"

	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/results"
	"github.com/zmlx/zmlx/tui/theme"
	"github.com/zmlx/zmlx/tui/widget"
	"github.com/zmlx/zmlx/tui/work"
	"github.com/zmlx/zmlx/workbench"
)

// tablePane lists the cases with their times.
type tablePane struct {
	pane.Table
	screen *Screen
}

func newTable(s *Screen) *tablePane {
	p := &tablePane{screen: s}
	p.Columns = []widget.Column{
		{Title: "case", Grow: true}, {Title: "type"}, {Title: "median", Right: true}, {Title: "± 95 %", Right: true},
		{Title: "GB/s", Right: true}, {Title: "of roof", Right: true}, {Title: "against op", Right: true}, {Title: "against disk", Right: true}, {Title: "samples"},
	}
	p.Empty = "Press F9 to measure the kernel's cases. Unsaved changes are compared with the version on disk."
	p.Name = func() string { return "Times" }
	p.Script = func() string { return s.space.CommandLine("bench") }
	p.Info = func() string {
		if j := s.space.Bench; j != nil {
			return j.Doc.Name + ": " + j.Verdict()
		}
		return ""
	}
	p.Above = results.Progress(s.space, func() *work.Job { return s.space.Bench })
	return p
}

// refresh fills the table.
func (p *tablePane) refresh() {
	j := p.screen.space.Bench
	if j == nil {
		return
	}
	p.Empty = "measuring"
	if j.Done {
		p.Empty = j.Verdict()
	}
	var rows [][]widget.Cell
	if j.Bench != nil {
		for _, l := range j.Bench.Lines {
			rows = append(rows, row(l, p.screen.shell.Theme()))
		}
	}
	p.SetRows(rows)
}

func row(l workbench.BenchLine, t *theme.Theme) []widget.Cell {
	name := l.Params
	if name == "" {
		name = "default"
	}
	out := []widget.Cell{{Text: name}, {Text: l.DType, Style: t.Syntax(2)}}
	if len(l.Samples) == 0 {
		sign, word, style := results.Sign(t, l.Status)
		out = append(out, widget.Cell{Text: sign + " " + word, Style: style})
		for len(out) < 9 {
			out = append(out, widget.Cell{})
		}
		return out
	}
	number := func(v float64, text string) widget.Cell { return widget.Cell{Text: text, Value: v, Sort: true} }
	half := (l.Summary.Hi - l.Summary.Lo) / 2
	share := number(l.OfRoof, fmt.Sprintf("%.1f %%", 100*l.OfRoof))
	if l.OfRoof == 0 { // roofs are measured last
		share.Text = ""
	}
	if l.OfRoof > 1 { // nothing is faster than what it moves: say so instead of cheering
		share.Text, share.Style = "! "+share.Text, t.Warning
	}
	return append(out,
		number(l.Summary.Median, results.Time(l.Summary.Median)),
		number(half, results.Time(half)),
		number(float64(l.GBps), plot.Number(float64(l.GBps))),
		share,
		rival(l.Op, t), rival(l.Baseline, t),
		widget.Cell{Text: sparkline(l.Samples), Style: t.Info},
	)
}

func sparkline(samples []float64) string { return plot.Sparkline(samples, 16) }

// rival says how many times as fast the kernel is, and ~ where the difference
// is lost in noise.
func rival(r *workbench.Rival, t *theme.Theme) widget.Cell {
	if r == nil || r.Shift.Ratio <= 0 {
		return widget.Cell{}
	}
	speed := 1 / r.Shift.Ratio
	c := widget.Cell{Text: fmt.Sprintf("%.2f×", speed), Value: speed, Sort: true}
	switch {
	case !r.Shift.Significant():
		c.Text, c.Style = "~ "+c.Text, t.Muted
	case speed > 1:
		c.Text, c.Style = "▲ "+c.Text, t.OK
	default:
		c.Text, c.Style = "▼ "+c.Text, t.Error
	}
	return c
}
