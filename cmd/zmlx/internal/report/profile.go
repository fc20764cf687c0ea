package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/zmlx/zmlx/profile/chip"
	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/profile/trace"
	"github.com/zmlx/zmlx/workbench"
)

// The formats of a profile that others do not have.
const (
	Chrome Format = "chrome" // a trace for Perfetto
	Folded Format = "folded" // stacks for flame graphs
	PProf  Format = "pprof"  // counts by line for go tool pprof
	Trace  Format = "trace"  // the timeline in zmlx's own form, which profile reads
	SVG    Format = "svg"    // one plot
	HTML   Format = "html"   // all plots and tables in one file
)

// Profiles are the formats of a profile.
var Profiles = append(slices.Clone(Tabular), Chrome, Folded, PProf, Trace, SVG, HTML)

// View chooses what the tabular formats and folded stacks show of a profile.
type View string

// The views of a profile.
const (
	LinesView    View = "lines"     // what each line counts
	SourceView   View = "source"    // the whole source with its counts
	BuffersView  View = "buffers"   // traffic by buffer
	TopDownView  View = "top-down"  // times by what is around
	BottomUpView View = "bottom-up" // own times, and from where
)

// ProfileViews are the views of a profile, the usual one first.
var ProfileViews = []string{string(LinesView), string(SourceView), string(BuffersView), string(TopDownView), string(BottomUpView)}

// ProfileOptions choose what is printed of a profile. A plot replaces the view.
type ProfileOptions struct {
	View View
	Plot string
}

// Profile prints a profile.
func Profile(w io.Writer, r *workbench.ProfileResult, choice ProfileOptions, opt Options) error {
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
	case Trace:
		return r.Timeline.Write(w)
	case PProf:
		return pprof(w, r)
	case Folded:
		if choice.View == TopDownView {
			return r.Timeline.TopDown(r.Timeline.All()).WriteFolded(w)
		}
		return folded(w, r)
	case HTML:
		return profilePage(w, r)
	}
	if choice.Plot != "" || opt.Format == SVG {
		for _, f := range r.Figures() {
			if f.Name == choice.Plot || choice.Plot == "" {
				return plotAs(w, f, opt.Format)
			}
		}
		return &workbench.Error{Code: workbench.CodeUsage, Message: "a timeline alone has no plot " + choice.Plot, Next: "profile the kernel itself"}
	}
	if opt.Format == Table {
		if choice.View == LinesView && len(r.Lines) > 0 {
			return profileTable(w, r, opt)
		}
	}
	return writeTable(w, viewOf(r, choice.View, opt.Format), opt)
}

// viewOf is the table of a view. Without counts the lines are those of times.
func viewOf(r *workbench.ProfileResult, v View, format Format) *table {
	show, exactly := brief, format == CSV
	if format != Table {
		show = func(n int64) string { return fmt.Sprint(n) }
	}
	switch {
	case v == BuffersView:
		return bufferColumns(r, show)
	case v == SourceView:
		return sourceColumns(r, show)
	case v == BottomUpView:
		return nodeColumns(trace.BottomUp(r.Timeline.TopDown(r.Timeline.All())), false, exactly)
	case v == TopDownView || len(r.Lines) == 0:
		return nodeColumns(r.Timeline.TopDown(r.Timeline.All()), true, exactly)
	}
	return profileColumns(r, show)
}

// bufferColumns says how much of what is moved was asked for.
func bufferColumns(r *workbench.ProfileResult, show func(int64) string) *table {
	t := &table{columns: []column{{"buffer", left}, {"size", right}, {"loads", right}, {"stores", right}, {"atomics", right}, {"accessed", right},
		{"transactions", right}, {"moved", right}, {"asked for", right}, {"coalesced", right}, {"moved again", right}},
		spare: []string{"atomics", "asked for", "accessed", "stores", "loads"}}
	for _, b := range r.Buffers {
		size, coalesced, again := show(b.Bytes), "", ""
		if b.Transactions > 0 {
			coalesced, again = fmt.Sprintf("%.0f %%", 100*float64(b.Coalesced)), number(b.Reread)+"×"
		}
		t.add(b.Name, size, show(b.Loads), show(b.Stores), show(b.Atomics), show(b.LoadBytes+b.StoreBytes), show(b.Transactions), show(b.Moved), show(b.Useful), coalesced, again)
	}
	return t
}

// nodeColumns prints a table of times as a tree, without what takes less than
// a thousandth. Shares are those of the track, where there are tracks. For
// programs times are milliseconds, names are paths, and nothing is left out.
func nodeColumns(root *trace.Node, tracks, exactly bool) *table {
	t := &table{columns: []column{{"share", right}, {"total", right}, {"self", right}, {"count", right}, {"what", left}}}
	roots := []*trace.Node{root}
	if tracks {
		roots = root.Children
	}
	for _, r := range roots {
		var path []string
		r.Walk(func(n *trace.Node, depth int) bool {
			share := n.Share(r.Total)
			if exactly {
				path = append(path[:depth], n.Name)
				t.add(fmt.Sprint(share), exactMS(n.Total.Seconds()*1e3), exactMS(n.Self.Seconds()*1e3), fmt.Sprint(n.Count), strings.Join(path, ";"))
			} else if share >= 0.001 {
				t.add(fmt.Sprintf("%.1f %%", 100*share), plot.Duration(n.Total), plot.Duration(n.Self), fmt.Sprint(n.Count), strings.Repeat("  ", depth)+n.Name)
			}
			return exactly || share >= 0.001
		})
	}
	return t
}

// estimateBlock prints modelled times with what they assume.
func estimateBlock(w io.Writer, estimates []chip.Estimate, paint Paint) error {
	if len(estimates) == 0 {
		return nil
	}
	fmt.Fprintf(w, "\n%s\n", paint.Warn("modelled times: a model from the counts, nothing of this was measured"))
	if err := estimateColumns(estimates).write(w, paint, 0); err != nil {
		return err
	}
	for _, text := range chip.Assumptions {
		fmt.Fprintln(w, paint.Dim("assumes: "+text))
	}
	_, err := fmt.Fprintln(w)
	return err
}

func estimateColumns(estimates []chip.Estimate) *table {
	t := &table{columns: []column{{"chip", left}, {"modelled", right}, {"bound by", left}, {"memory", right}, {"arithmetic", right}, {"cache", right},
		{"GB/s", right}, {"GFLOP/s", right}, {"evidence", left}}}
	for _, e := range estimates {
		part := map[string]float64{}
		for _, p := range e.Parts {
			part[p.Name] = p.MS
		}
		t.add(e.Chip.String(), brieflyMS(e.MS), e.Bound, brieflyMS(part["memory"]), brieflyMS(part["arithmetic"]), brieflyMS(part["cache"]),
			fmt.Sprintf("%.3g", e.GBps), fmt.Sprintf("%.3g", e.GFlops), e.Chip.Source)
	}
	return t
}

// ProfileDiff prints how the times of two timelines differ.
func ProfileDiff(w io.Writer, before, after *trace.Timeline, opt Options) error {
	t := &table{columns: []column{{"before", right}, {"after", right}, {"change", right}, {"count before", right}, {"count after", right}, {"what", left}}}
	d := trace.Diff(before.TopDown(before.All()), after.TopDown(after.All()))
	whole := max(d.Before, d.After)
	var path []string
	d.Walk(func(c *trace.Change, depth int) bool {
		show, what := plot.Duration, strings.Repeat("  ", depth)+c.Name
		if opt.Format == CSV {
			path = append(path[:depth], c.Name)
			show, what = func(d time.Duration) string { return exactMS(d.Seconds() * 1e3) }, strings.Join(path, ";")
		} else if max(c.Before, c.After) < whole/1000 {
			return false
		}
		t.add(show(c.Before), show(c.After), show(c.After-c.Before), fmt.Sprint(c.Counts[0]), fmt.Sprint(c.Counts[1]), what)
		return true
	})
	return writeTable(w, t, opt)
}

// countTitles are the columns of counts, between a line's number and its text.
var countTitles = []string{"instr", "active", "loads", "stores", "bytes", "transactions", "conflicts", "flops", "maths", "atomics", "barriers", "divergent"}

func countCells(c workbench.Counts, show func(int64) string) []string {
	active := ""
	if c.Slots > 0 {
		active = fmt.Sprintf("%.0f %%", 100*float64(c.Instructions)/float64(c.Slots))
	}
	return []string{show(c.Instructions), active, show(c.Loads), show(c.Stores), show(c.LoadBytes + c.StoreBytes), show(c.Transactions), show(c.BankConflicts),
		show(c.FLOPs), show(c.Transcendental), show(c.Atomics), show(c.Barriers), show(c.Divergent)}
}

func countTable() *table {
	t := &table{columns: []column{{"line", right}}, spare: []string{"atomics", "barriers", "stores", "loads", "maths", "divergent", "conflicts", "flops", "bytes"}}
	for _, title := range countTitles {
		t.columns = append(t.columns, column{title, right})
	}
	t.columns = append(t.columns, column{"source", left})
	return t
}

func profileColumns(r *workbench.ProfileResult, show func(int64) string) *table {
	t := countTable()
	row := func(line string, c workbench.Counts, text string) {
		t.add(append(append([]string{line}, countCells(c, show)...), text)...)
	}
	for _, l := range r.Lines {
		line := fmt.Sprint(l.Line)
		if l.File != r.Shown() {
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

// sourceColumns shows the whole document with its counts at its lines, and the
// share of the lanes' time that each takes.
func sourceColumns(r *workbench.ProfileResult, show func(int64) string) *table {
	t := countTable()
	t.columns = slices.Insert(t.columns, 1, column{"share", right})
	for _, l := range r.Source() {
		cells := append([]string{fmt.Sprint(l.Line)}, make([]string, 1+len(countTitles))...)
		if l.Counts != nil {
			cells = append([]string{cells[0], fmt.Sprintf("%.1f %%", 100*float64(l.Counts.Slots)/float64(max(r.Totals.Slots, 1)))}, countCells(*l.Counts, show)...)
		}
		t.add(append(cells, l.Text)...)
	}
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
	if l := r.Lines[0]; l.Document > 0 {
		fmt.Fprintln(w, paint.Dim(fmt.Sprintf("lines of the Metal that %s:%d becomes; --view source shows all of it", r.File, l.Document)))
	}
	fmt.Fprintln(w)
	if err := profileColumns(r, brief).write(w, paint, opt.Width); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nmemory   %s\n", memoryLine(r))
	if r.Cost != nil {
		fmt.Fprintf(w, "formula  %s\n", costLine(r))
	}
	if r.RunMS > 0 {
		fmt.Fprintf(w, "time     %s a launch\n", brieflyMS(r.RunMS))
	}
	if err := estimateBlock(w, r.Estimates, paint); err != nil {
		return err
	}
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
