package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/workbench"
)

// The formats of a profile that others do not have.
const (
	Chrome Format = "chrome" // a trace for Perfetto
	Folded Format = "folded" // stacks for flame graphs
)

// Profiles are the formats of a profile.
var Profiles = append(slices.Clone(Tabular), Chrome, Folded)

// Profile prints what the lines of a kernel do.
func Profile(w io.Writer, r *workbench.ProfileResult, opt Options) error {
	switch opt.Format {
	case JSON, NDJSON:
		value := struct {
			Schema string `json:"schema"`
			*workbench.ProfileResult
		}{"zmlx.profile/1", r}
		if opt.Format == JSON {
			return writeJSON(w, value)
		}
		return writeLine(w, value)
	case Chrome:
		return r.Timeline.WriteChrome(w)
	case Folded:
		return folded(w, r)
	case CSV, Markdown:
		return writeTable(w, profileColumns(r, func(n int64) string { return fmt.Sprint(n) }), opt)
	}
	return profileTable(w, r, opt)
}

func profileColumns(r *workbench.ProfileResult, show func(int64) string) *table {
	t := &table{columns: []column{{"line", right}, {"instr", right}, {"active", right}, {"loads", right}, {"stores", right}, {"bytes", right},
		{"transactions", right}, {"conflicts", right}, {"flops", right}, {"maths", right}, {"atomics", right}, {"barriers", right}, {"divergent", right}, {"source", left}}}
	row := func(line string, c workbench.Counts, text string) {
		active := ""
		if c.Slots > 0 {
			active = fmt.Sprintf("%.0f %%", 100*float64(c.Instructions)/float64(c.Slots))
		}
		t.add(line, show(c.Instructions), active, show(c.Loads), show(c.Stores), show(c.LoadBytes+c.StoreBytes), show(c.Transactions), show(c.BankConflicts),
			show(c.FLOPs), show(c.Transcendental), show(c.Atomics), show(c.Barriers), show(c.Divergent), text)
	}
	for _, l := range r.Lines {
		line := fmt.Sprint(l.Line)
		if l.File != r.File {
			line = l.File + ":" + line
		}
		if l.Line == 0 {
			line = "generated"
		}
		row(line, l.Counts, l.Text)
	}
	row("total", r.Totals, "")
	return t
}

// brief shows a count in at most five columns; nothing for 0.
func brief(n int64) string {
	switch {
	case n == 0:
		return "·"
	case n < 100_000:
		return fmt.Sprint(n)
	case n < 10_000_000:
		return fmt.Sprintf("%dk", n/1000)
	case n < 10_000_000_000:
		return fmt.Sprintf("%dM", n/1_000_000)
	}
	return fmt.Sprintf("%dG", n/1_000_000_000)
}

func profileTable(w io.Writer, r *workbench.ProfileResult, opt Options) error {
	paint := opt.Paint
	fmt.Fprintf(w, "%s  %s on %s  %s\n", paint.Status(r.Status), paint.Bold(r.Name), r.Device, paint.Dim(r.Case))
	if len(r.Lines) == 0 {
		return nil
	}
	fmt.Fprintln(w)
	if err := profileColumns(r, brief).write(w, paint, opt.Width); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nmemory   %s needed (inputs and outputs, once), %s moved in transactions of 128 bytes, %s operations a byte\n",
		bytesOf(r.Memory.Needed), bytesOf(r.Memory.Moved), number(r.Memory.Intensity))
	fmt.Fprintf(w, "time     %s a launch\n", millis(r.RunMS))
	for i, advice := range r.Advice {
		lead := "next     "
		if i > 0 {
			lead = "         "
		}
		if _, err := fmt.Fprintln(w, lead+advice); err != nil {
			return err
		}
	}
	return nil
}

func bytesOf(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	case n < 1<<30:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.2f GiB", float64(n)/(1<<30))
}

// folded prints a stack and its instructions a line, as flame graphs take it.
func folded(w io.Writer, r *workbench.ProfileResult) error {
	for _, l := range r.Lines {
		if l.Instructions == 0 {
			continue
		}
		frame := "generated"
		if l.Line > 0 {
			frame = fmt.Sprintf("%s:%d %s", l.File, l.Line, strings.TrimSpace(strings.ReplaceAll(l.Text, ";", "")))
		}
		if _, err := fmt.Fprintf(w, "%s;%s %d\n", r.Name, frame, l.Instructions); err != nil {
			return err
		}
	}
	return nil
}
