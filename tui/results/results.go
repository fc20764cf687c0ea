// Package results turns the reports of a check into rows and texts.
package results

import (
	"fmt"
	"strings"
	"time"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
	"github.com/zmlx/zmlx/tui/widget"
	"github.com/zmlx/zmlx/tui/work"
	"github.com/zmlx/zmlx/workbench"
)

// Sign is the sign, the word and the style of a status.
func Sign(t *theme.Theme, s workbench.Status) (sign, word string, style cells.Style) {
	switch s {
	case workbench.StatusOK:
		return "✓", "agrees", t.OK
	case workbench.StatusMismatch:
		return "≠", "differs", t.Error
	case workbench.StatusFinding:
		return "!", "memory", t.Error
	case workbench.StatusCompileError:
		return "✖", "compile", t.Error
	case workbench.StatusTimeout:
		return "⧗", "timeout", t.Warning
	case workbench.StatusInconclusive:
		return "?", "no reference", t.Warning
	}
	return "✖", "error", t.Error
}

// Columns are those of Rows.
var Columns = []widget.Column{
	{Title: "result"}, {Title: "case", Grow: true}, {Title: "type"}, {Title: "output"},
	{Title: "differ", Right: true}, {Title: "max ULP", Right: true}, {Title: "max abs", Right: true}, {Title: "max rel", Right: true},
	{Title: "RMS", Right: true}, {Title: "NaN", Right: true}, {Title: "run", Right: true},
}

// Row says which report and output a row of Rows is about. Output is -1 where
// a report has none.
type Row struct{ Report, Output int }

// Rows makes a row of each output of each report.
func Rows(reports []workbench.CaseReport, t *theme.Theme) ([][]widget.Cell, []Row) {
	var rows [][]widget.Cell
	var index []Row
	for i, r := range reports {
		sign, word, style := Sign(t, r.Status)
		head := []widget.Cell{
			{Text: sign + " " + word, Style: style},
			{Text: caseName(r)}, {Text: r.DType, Style: t.Syntax(2)},
		}
		if len(r.Outputs) == 0 {
			row := head
			if message := firstMessage(r); message != "" {
				row[1].Text += " · " + message // in the column that takes what room there is
			}
			for len(row) < len(Columns) {
				row = append(row, widget.Cell{})
			}
			rows, index = append(rows, row), append(index, Row{i, -1})
			continue
		}
		for k, o := range r.Outputs {
			row := append([]widget.Cell(nil), head...)
			if r.Status == workbench.StatusMismatch && o.Mismatches == 0 { // another one differs
				sign, word, style := Sign(t, workbench.StatusOK)
				row[0] = widget.Cell{Text: sign + " " + word, Style: style}
			}
			row = append(row,
				widget.Cell{Text: o.Name},
				count(o.Mismatches, t.Error),
				number(o.MaxULP), number(o.MaxAbs), number(o.MaxRel), number(o.RMS),
				count(o.NaN, t.Warning),
				widget.Cell{Text: work.Duration(time.Duration(r.RunMS * float64(time.Millisecond))), Value: r.RunMS, Sort: true, Style: t.Muted},
			)
			rows, index = append(rows, row), append(index, Row{i, k})
		}
	}
	return rows, index
}

func caseName(r workbench.CaseReport) string {
	if r.Params == "" {
		return "default"
	}
	return r.Params
}

func firstMessage(r workbench.CaseReport) string {
	switch {
	case len(r.Findings) > 0:
		return r.Findings[0].Message
	case len(r.Diagnostics) > 0:
		return r.Diagnostics[0].Message
	}
	return ""
}

func count(n int, s cells.Style) widget.Cell {
	c := widget.Cell{Text: fmt.Sprint(n), Value: float64(n), Sort: true}
	if n > 0 {
		c.Style = s
	}
	return c
}

func number(n workbench.Number) widget.Cell {
	return widget.Cell{Text: Number(float64(n)), Value: float64(n), Sort: true}
}

// Number writes a figure in few cells.
func Number(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v == float64(int64(v)) && v < 1e6 && v > -1e6:
		return fmt.Sprintf("%d", int64(v))
	}
	return fmt.Sprintf("%.3g", v)
}

// Describe says everything about one output of a report.
func Describe(r workbench.CaseReport, output int) string {
	var out strings.Builder
	line := func(label, format string, args ...any) {
		fmt.Fprintf(&out, "%-12s %s\n", label, fmt.Sprintf(format, args...))
	}
	line("case", "%s", caseName(r))
	line("type", "%s", r.DType)
	line("compile", "%s", work.Duration(time.Duration(r.CompileMS*float64(time.Millisecond))))
	line("run", "%s", work.Duration(time.Duration(r.RunMS*float64(time.Millisecond))))
	if output >= 0 && output < len(r.Outputs) {
		o := r.Outputs[output]
		out.WriteByte('\n')
		line("output", "%s %s%v", o.Name, o.DType, o.Shape)
		line("differ", "%d of %d", o.Mismatches, o.Elements)
		line("tolerance", "%s + %s × |want|", Number(float64(o.ATol)), Number(float64(o.RTol)))
		line("max abs", "%s", Number(float64(o.MaxAbs)))
		line("max rel", "%s", Number(float64(o.MaxRel)))
		line("max ULP", "%s", Number(float64(o.MaxULP)))
		line("RMS", "%s", Number(float64(o.RMS)))
		if o.RMSPlain != nil {
			line("  plain op", "%s", Number(float64(*o.RMSPlain)))
		}
		line("NaN, Inf", "%d, %d", o.NaN, o.Inf)
		line("unwritten", "%d", o.Unwritten)
		if f := o.First; f != nil {
			line("first", "%s%v", o.Name, f.Index)
			line("  got", "%v", f.Got)
			line("  want", "%v", f.Want)
		}
		if o.Note != "" {
			out.WriteString("\n" + o.Note + "\n")
		}
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&out, "\n%s: %s (×%d)\n", f.Kind, f.Message, f.Count)
		if f.Rendered != "" {
			out.WriteString(f.Rendered + "\n")
		}
	}
	for _, d := range r.Diagnostics {
		fmt.Fprintf(&out, "\n%s\n", d.Message)
	}
	return out.String()
}

// Time writes milliseconds in a unit that suits them.
func Time(ms float64) string {
	switch {
	case ms >= 1000:
		return fmt.Sprintf("%.3g s", ms/1000)
	case ms >= 1 || ms == 0:
		return fmt.Sprintf("%.3g ms", ms)
	case ms >= 1e-3:
		return fmt.Sprintf("%.3g µs", ms*1e3)
	}
	return fmt.Sprintf("%.3g ns", ms*1e6)
}

// Bytes writes a size with a binary prefix.
func Bytes(n int64) string {
	for _, p := range []struct {
		size float64
		name string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if float64(n) >= p.size {
			return fmt.Sprintf("%.1f %s", float64(n)/p.size, p.name)
		}
	}
	return fmt.Sprintf("%d B", n)
}
