package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/workbench"
)

// GoBench is the format of Go's benchmarks, which benchstat reads.
const GoBench Format = "gobench"

// Benches are the formats of a bench.
var Benches = []Format{Table, JSON, NDJSON, CSV, Markdown, GoBench, JUnit, SVG, HTML}

// Histories are the formats of what was measured before.
var Histories = append(slices.Clone(Tabular), SVG, HTML)

// Judged is a measured line with what a gate says about it; Verdict is ""
// without a gate.
type Judged struct {
	workbench.BenchLine
	Verdict workbench.Verdict `json:"verdict,omitempty"`
	Why     string            `json:"why,omitempty"`
}

// Trouble says what keeps the line from being a good one, "" if nothing does.
func (l Judged) Trouble() string {
	what, why := string(l.Verdict), l.Why
	if l.Status != workbench.StatusOK {
		what, why = string(l.Status), l.Reason
	} else if l.Verdict == "" || l.Verdict == workbench.Passed || l.Verdict == workbench.Accepted {
		return ""
	}
	return fmt.Sprintf("%s %s %s on %s: %s: %s", l.Kernel, l.Params, l.DType, l.Device, what, why)
}

// BenchPlots are the plots of a bench, the usual one first.
var BenchPlots = []string{"roofline", "samples", "order"}

// benchPlot draws the one figure of a name.
func benchPlot(w io.Writer, figures []workbench.NamedFigure, name string) error {
	figures = slices.DeleteFunc(figures, func(f workbench.NamedFigure) bool { return f.Name != name })
	if len(figures) != 1 {
		return &workbench.Error{Code: workbench.CodeUsage, Message: fmt.Sprintf("there are %d plots %q, and an SVG holds one", len(figures), name),
			Next: "choose with --case, --dtype and --device, or take --format html"}
	}
	return plotAs(w, figures[0], SVG)
}

// Bench prints measured lines; plotName chooses what SVG shows.
func Bench(w io.Writer, lines []Judged, plotName string, opt Options) error {
	switch opt.Format {
	case JSON:
		return writeJSON(w, struct {
			Schema string   `json:"schema"`
			Lines  []Judged `json:"lines"`
		}{workbench.BenchSchema, lines})
	case NDJSON:
		for _, l := range lines {
			if err := writeLine(w, l); err != nil {
				return err
			}
		}
		return nil
	case GoBench:
		return goBench(w, lines)
	case JUnit:
		return benchJUnit(w, lines)
	case SVG:
		return benchPlot(w, workbench.BenchFigures(benchLines(lines)), plotName)
	case HTML:
		return benchPage(w, lines)
	case CSV:
		return writeTable(w, benchColumns(lines, inCSV, opt.Paint), opt)
	}
	if err := writeTable(w, benchColumns(lines, inTables, opt.Paint), opt); err != nil || opt.Format != Table {
		return err
	}
	return benchNote(w, lines, opt.Paint)
}

// benchNote says what is a part of each time, and how much memory it took.
func benchNote(w io.Writer, lines []Judged, paint Paint) error {
	var launch float64
	var peak int64
	counted, disturbed, busy, cold := 0, 0, 0, false
	for _, l := range lines {
		launch, peak = max(launch, l.LaunchMS), max(peak, l.PeakBytes)
		counted, disturbed, cold = counted+len(l.Samples), disturbed+len(l.Disturbed), cold || l.Cold
		if l.Busy {
			busy++
		}
	}
	if launch == 0 {
		return nil
	}
	note := fmt.Sprintf("launching an empty kernel takes %s", brieflyMS(launch))
	if peak > 0 {
		note += fmt.Sprintf("; at most %.1f MiB of the device's memory were in use", float64(peak)/(1<<20))
	}
	if disturbed > 0 {
		note += fmt.Sprintf("; samples that do not count, as the machine was disturbed: %d of %d", disturbed, counted+disturbed)
	}
	if busy > 0 {
		note += fmt.Sprintf("; lines that no other run is compared with, as the machine was disturbed most of the time: %d of %d", busy, len(lines))
	}
	if cold {
		note += "; caches were cold"
	}
	_, err := fmt.Fprintln(w, paint.Dim(note))
	return err
}

func benchLines(lines []Judged) []workbench.BenchLine {
	out := make([]workbench.BenchLine, len(lines))
	for i, l := range lines {
		out[i] = l.BenchLine
	}
	return out
}

func benchPage(w io.Writer, lines []Judged) error {
	p := &page{Title: "Measurements"}
	seen := map[workbench.Environment]bool{}
	for _, l := range lines {
		if e := l.Environment; !seen[e] {
			seen[e] = true
			p.Facts = append(p.Facts, fact{e.Device, fmt.Sprintf("%s, %d cores, %s, on %s", e.Description, e.Cores, e.Executor, e.Host)})
		}
	}
	p.addFigures(workbench.BenchFigures(benchLines(lines)))
	p.Tables = []pageTable{{"All cases", "Medians with 95 % intervals; ~ where a difference may be chance.", benchColumns(lines, inPages, Paint(false))}}
	return p.write(w)
}

func brieflyMS(ms float64) string { return plot.Duration(time.Duration(ms * 1e6)) }

func exactMS(ms float64) string { return exact(workbench.Number(ms)) }

// benchStyle is how measured lines are tabulated.
type benchStyle struct {
	show  func(ms float64) string
	unit  string // of times, in their titles; then each bound has a column of its own
	brief bool   // without what hardly anybody looks at
}

var (
	inTables = benchStyle{show: brieflyMS, brief: true}
	inPages  = benchStyle{show: brieflyMS}
	inCSV    = benchStyle{show: exactMS, unit: " ms"}
)

// interval is the 95 % interval of the median, as cells.
func (s benchStyle) interval(lo, hi string) []string {
	if s.unit == "" {
		return []string{lo + " – " + hi}
	}
	return []string{lo, hi}
}

func benchColumns(lines []Judged, style benchStyle, paint Paint) *table {
	t := &table{columns: []column{{"kernel", left}, {"case", left}, {"dtype", left}, {"device", left}, {"median" + style.unit, right}},
		spare: []string{"MAD", "p90", "p10", "n", "p", "GFLOP/s", "GB/s", "of roof", "device", "95 % interval", "than op"}}
	bounds := []string{"95 % interval"}
	if style.unit != "" {
		bounds = []string{"low" + style.unit, "high" + style.unit}
	}
	for _, title := range slices.Concat(bounds, []string{"p10" + style.unit, "p90" + style.unit, "MAD" + style.unit, "GB/s", "GFLOP/s", "of roof", "than op"}) {
		t.columns = append(t.columns, column{title, right})
	}
	untimed := len(t.columns) - 4 // columns of a line without a number
	show, brief := style.show, style.brief
	var rivals []string // beside the op
	for _, l := range lines {
		for _, r := range l.rivals() {
			if !slices.Contains(rivals, r.Name) {
				rivals = append(rivals, r.Name)
				t.columns = append(t.columns, column{"than " + r.Name, right})
			}
		}
	}
	t.columns = append(t.columns, column{"p", right}, column{"n", right})
	if !brief {
		t.columns = append(t.columns, column{"disturbed", right})
	}
	remark := ""
	if style.unit != "" {
		remark = "remark"
	}
	t.columns = append(t.columns, column{remark, wrapped})
	for _, l := range lines {
		cells := []string{l.Kernel, l.Params, l.DType, l.Device}
		if len(l.Samples) == 0 {
			t.add(append(cells, slices.Concat(make([]string, untimed+len(rivals)+1), l.counts(brief), []string{paint.Status(l.Status) + pad(l.Reason)})...)...)
			continue
		}
		s := l.Summary
		cells = append(append(cells, show(s.Median)), style.interval(show(s.Lo), show(s.Hi))...)
		cells = append(cells, show(s.P10), show(s.P90), show(s.MAD),
			fmt.Sprintf("%.3g", l.GBps), gflops(l), ofRoof(l), against(l.Op))
		p := "" // of the last that the kernel is compared with
		if l.Op != nil {
			p = fmt.Sprintf("%.2g", l.Op.Shift.P)
		}
		for _, name := range rivals {
			cell := ""
			for _, r := range l.rivals() {
				if r.Name == name {
					cell, p = against(&r), fmt.Sprintf("%.2g", r.Shift.P)
				}
			}
			cells = append(cells, cell)
		}
		t.add(append(append(append(cells, p), l.counts(brief)...), benchRemark(l, brief, paint))...)
	}
	if brief {
		t.addMeans(lines, rivals)
	}
	return t
}

// counts are how many samples count, and how many do not.
func (l Judged) counts(brief bool) []string {
	out := []string{fmt.Sprint(len(l.Samples))}
	if !brief {
		out = append(out, fmt.Sprint(len(l.Disturbed)))
	}
	return out
}

// addMeans ends the table with the geometric means of the ratios, if there are
// several.
func (t *table) addMeans(lines []Judged, rivals []string) {
	columns := map[string]int{opColumn: 12}
	for i, name := range rivals {
		columns[name] = 13 + i
	}
	cells, any := make([]string, len(t.columns)), false
	for name, column := range columns {
		sum, n := 0.0, 0
		for _, l := range lines {
			for _, r := range append(l.rivals(), opOf(l)...) {
				if r.Name == name && r.Shift.Ratio > 0 {
					sum, n = sum+math.Log(r.Shift.Ratio), n+1
				}
			}
		}
		if n > 1 {
			cells[column], any = ratio(math.Exp(sum/float64(n))), true
		}
	}
	if any {
		cells[0] = "geometric mean"
		t.add(cells...)
	}
}

// opColumn is the name of the reference op among the rivals.
const opColumn = "reference op"

func opOf(l Judged) []workbench.Rival {
	if l.Op == nil {
		return nil
	}
	return []workbench.Rival{*l.Op}
}

// rivals are what the kernel is compared with beside the op.
func (l Judged) rivals() []workbench.Rival {
	out := slices.Clone(l.Against)
	if l.Baseline != nil {
		out = append(out, *l.Baseline)
	}
	return out
}

func ofRoof(l Judged) string {
	if l.OfRoof == 0 {
		return ""
	}
	return format(workbench.Number(100*l.OfRoof), 2) + " %"
}

func gflops(l Judged) string {
	if l.GFlops == nil {
		return ""
	}
	return fmt.Sprintf("%.3g", *l.GFlops)
}

// against shows a ratio of times, or ~ where the difference may be chance.
func against(r *workbench.Rival) string {
	if r == nil {
		return ""
	}
	if !r.Shift.Significant() {
		return "~"
	}
	return ratio(r.Shift.Ratio)
}

func ratio(r float64) string {
	if r > 1 {
		return fmt.Sprintf("%.3g× slower", r)
	}
	return fmt.Sprintf("%.3g× faster", 1/r)
}

func benchRemark(l Judged, brief bool, paint Paint) string {
	var parts []string
	switch l.Verdict {
	case workbench.Passed:
		parts = append(parts, paint.Good("✓ passed"))
	case workbench.Regression:
		parts = append(parts, paint.Bad("✗ regression"))
	case workbench.Inconclusive:
		parts = append(parts, paint.Warn("? inconclusive"))
	case workbench.Accepted:
		parts = append(parts, paint.Warn("✓ accepted"))
	default:
		if l.Status != workbench.StatusOK {
			parts = append(parts, paint.Status(l.Status))
		}
	}
	if l.Executor != "" && l.Executor != l.Environment.Executor {
		parts = append(parts, paint.Warn("ran on "+because(l.Executor, l.Fallback)))
	}
	for _, text := range []string{l.Why, l.Reason} {
		if text != "" {
			parts = append(parts, text)
		}
	}
	if brief && len(l.Summary.Warnings) > 0 {
		parts = append(parts, paint.Warn("! "+strings.Join(l.Summary.Warnings, ", ")))
	} else {
		parts = append(parts, l.Summary.Warnings...)
	}
	return strings.Join(parts, "  ")
}

// goBench prints each sample as a line, so that benchstat does the
// statistics.
func goBench(w io.Writer, lines []Judged) error {
	var b strings.Builder
	var env workbench.Environment
	for _, l := range lines {
		if l.Environment != env {
			env = l.Environment
			fmt.Fprintf(&b, "goos: %s\ngoarch: %s\npkg: zmlx\ncpu: %s\n", env.OS, env.Arch, env.Description)
		}
		name := "Benchmark" + benchName(l.Kernel) + "/" + subName(l.Params) + "/" + l.DType + "/" + l.Device
		for _, ms := range l.Samples {
			fmt.Fprintf(&b, "%s %d %.1f ns/op", name, l.Batch, ms*1e6)
			if ms > 0 {
				fmt.Fprintf(&b, " %.2f MB/s", float64(l.Bytes)/(ms*1e3))
			}
			b.WriteByte('\n')
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func benchName(kernel string) string {
	r := []rune(kernel)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}

func subName(params string) string { return strings.ReplaceAll(params, " ", ",") }

func benchJUnit(w io.Writer, lines []Judged) error {
	suite := junitSuite{Name: "zmlx bench"}
	for _, l := range lines {
		c := junitCase{Name: strings.TrimSpace(l.Params + " " + l.DType), Class: l.Kernel, Time: seconds(l.Summary.Median)}
		switch {
		case l.Status != workbench.StatusOK:
			c.Error = &junitProblem{Type: string(l.Status), Message: l.Reason}
			suite.Errors++
		case l.Verdict == workbench.Regression, l.Verdict == workbench.Inconclusive:
			c.Failure = &junitProblem{Type: string(l.Verdict), Message: l.Why}
			suite.Failures++
		}
		suite.Tests++
		suite.Cases = append(suite.Cases, c)
	}
	return writeXML(w, junitSuites{Suites: []junitSuite{suite}})
}

func writeXML(w io.Writer, value any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(value); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// History prints the course of each kernel over time.
func History(w io.Writer, entries []workbench.HistoryEntry, opt Options) error {
	switch figures := workbench.HistoryFigures(entries); opt.Format {
	case SVG:
		if len(figures) != 1 {
			return &workbench.Error{Code: workbench.CodeUsage, Message: fmt.Sprintf("there are %d plots, and an SVG holds one", len(figures)),
				Next: "name a kernel, or take --format html"}
		}
		return plotAs(w, figures[0], SVG)
	case HTML:
		p := &page{Title: "History of measurements"}
		p.addFigures(figures)
		return p.write(w)
	}
	if opt.Format != Table {
		list := NewListing("zmlx.history/1", "entries", "at", "kernel", "case", "dtype", "device", "median ms", "GB/s", "host")
		for _, e := range entries {
			list.Add(e, e.At.Format("2006-01-02 15:04:05"), e.Kernel, e.Case(), e.DType, e.Device, exactMS(e.MedianMS), fmt.Sprintf("%.3g", e.GBps), e.Host)
		}
		return list.Write(w, opt)
	}
	type key struct{ kernel, params, dtype, device, host string }
	var order []key
	courses := map[key][]workbench.HistoryEntry{}
	for _, e := range entries {
		k := key{e.Kernel, e.Case(), e.DType, e.Device, e.Host}
		if courses[k] == nil {
			order = append(order, k)
		}
		courses[k] = append(courses[k], e)
	}
	t := &table{columns: []column{{"kernel", left}, {"case", left}, {"dtype", left}, {"device", left}, {"runs", right}, {"first", right},
		{"last", right}, {"best", right}, {"course (higher is slower)", left}}}
	for _, k := range order {
		course := courses[k]
		medians := make([]float64, len(course))
		best := course[0].MedianMS
		for i, e := range course {
			medians[i] = e.MedianMS
			best = min(best, e.MedianMS)
		}
		t.add(k.kernel, k.params, k.dtype, k.device, fmt.Sprint(len(course)), brieflyMS(medians[0]), brieflyMS(medians[len(medians)-1]), brieflyMS(best), plot.Sparkline(medians, 60))
	}
	return t.write(w, opt.Paint, opt.Width)
}
