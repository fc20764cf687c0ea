package report

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/workbench"
)

const checkSchema = "zmlx.check/1"

// Checker prints check results as they come, or all at the end, as the format
// wants it.
type Checker struct {
	w       io.Writer
	opt     Options
	brief   bool
	results []*workbench.CheckResult
	said    said
}

// NewChecker returns a Checker that prints to w. A brief table has one line
// for a document that passes.
func NewChecker(w io.Writer, opt Options, brief bool) *Checker {
	return &Checker{w: w, opt: opt, brief: brief, said: said{}}
}

// Add takes the next result.
func (c *Checker) Add(r *workbench.CheckResult) error {
	c.results = append(c.results, r)
	switch c.opt.Format {
	case Table:
		if c.brief && r.Status == workbench.StatusOK && len(r.Diagnostics) == 0 {
			return briefLine(c.w, r, c.opt)
		}
		return checkTable(c.w, r, c.opt)
	case NDJSON:
		for _, v := range verdicts(r) {
			if err := writeLine(c.w, v); err != nil {
				return err
			}
		}
	case GitHub:
		return githubAnnotations(c.w, r, c.opt.Root, c.said)
	}
	return nil
}

// Close prints what the format prints last.
func (c *Checker) Close(exitCode int) error {
	switch c.opt.Format {
	case Table:
		return c.summary()
	case JSON:
		if c.results == nil {
			c.results = []*workbench.CheckResult{}
		}
		return writeJSON(c.w, struct {
			Schema   string                   `json:"schema"`
			ExitCode int                      `json:"exit_code"`
			Results  []*workbench.CheckResult `json:"results"`
		}{checkSchema, exitCode, c.results})
	case CSV:
		return writeTable(c.w, c.columns(exact), c.opt)
	case Markdown:
		return writeTable(c.w, c.columns(number), c.opt)
	case JUnit:
		return junit(c.w, c.results)
	case SARIF:
		return sarif(c.w, c.results, c.opt.Root)
	}
	return nil
}

// columns is one row for each output of each case.
func (c *Checker) columns(num func(workbench.Number) string) *table {
	t := &table{columns: []column{{"kernel", left}, {"case", left}, {"dtype", left}, {"status", left}, {"output", left}, {"mismatches", right},
		{"max abs", right}, {"max rel", right}, {"max ulp", right}, {"rms", right}, {"rms of plain op", right}, {"nan", right}, {"inf", right},
		{"unwritten", right}, {"first mismatch", left}, {"file", left}}}
	for _, r := range c.results {
		if len(r.Cases) == 0 {
			t.add(r.Name, "", "", string(r.Status), "", "", "", "", "", "", "", "", "", "", firstMessage(r.Diagnostics), r.File)
		}
		for _, k := range r.Cases {
			for _, o := range k.Outputs {
				t.add(r.Name, k.Params, k.DType, string(k.Status), o.Name, strconv.Itoa(o.Mismatches), num(o.MaxAbs), num(o.MaxRel), num(o.MaxULP),
					num(o.RMS), optional(o.RMSPlain, num), strconv.Itoa(o.NaN), strconv.Itoa(o.Inf), strconv.Itoa(o.Unwritten), first(o.First), r.File)
			}
			if len(k.Outputs) == 0 {
				t.add(r.Name, k.Params, k.DType, string(k.Status), "", "", "", "", "", "", "", "", "", "", caseMessage(k), r.File)
			}
		}
		for _, g := range r.Gradients {
			t.add(r.Name, g.Params, g.DType, string(gradientStatus(g)), "gradient to "+g.Input, "", num(g.MaxAbs), num(g.Error), "", "", "", "", "", "", g.Note, r.File)
		}
	}
	return t
}

func firstMessage(ds []workbench.Diagnostic) string {
	for _, d := range ds {
		if d.Severity == workbench.SeverityError {
			return d.Message
		}
	}
	return ""
}

func first(f *workbench.First) string {
	if f == nil {
		return ""
	}
	return fmt.Sprintf("[%s]: got %s, want %s", joinInts(f.Index, ","), shortValue(string(f.Got)), shortValue(string(f.Want)))
}

// checkTable prints one document's cases.
func checkTable(w io.Writer, r *workbench.CheckResult, opt Options) error {
	paint := opt.Paint
	fmt.Fprintf(w, "%s  %s", paint.Status(r.Status), paint.Bold(title(r)))
	if r.Device != "" && r.Timings.Total > 0 {
		fmt.Fprint(w, paint.Dim(fmt.Sprintf("  on %s in %s", r.Device, millis(r.Timings.Total))))
	}
	fmt.Fprintln(w)
	Diagnostics(w, r.Diagnostics, nil, opt)
	if r.Kind == workbench.MetalDocument {
		return nil
	}
	t := &table{columns: []column{{"  case", left}, {"dtype", left}, {"output", left}, {"max abs", right}, {"max rel", right}, {"max ulp", right},
		{"rms", right}, {"plain op", right}, {"mismatches", right}, {"", wrapped}}, spare: []string{"plain op", "rms", "max ulp", "max rel"}}
	uncompiled := 0
	for _, k := range r.Cases {
		if k.Status == workbench.StatusCompileError {
			uncompiled++
		}
	}
	for _, k := range r.Cases {
		for i, o := range k.Outputs {
			params := "  " + k.Params
			if i > 0 {
				params = "  "
			}
			if o.Note != "" {
				t.add(params, k.DType, o.Name, "", "", "", "", "", "", remark(k, o, paint))
				continue
			}
			t.add(params, k.DType, o.Name, number(o.MaxAbs), number(o.MaxRel), number(o.MaxULP), number(o.RMS), optional(o.RMSPlain, number),
				share(o.Mismatches, o.Elements), remark(k, o, paint))
		}
		if len(k.Outputs) > 0 || len(r.Cases) == 1 {
			continue
		}
		status := paint.Status(k.Status)
		if k.Status == workbench.StatusCompileError { // mostly in all cases, for one reason
			if uncompiled == 0 {
				continue
			}
			if uncompiled > 1 {
				status += fmt.Sprintf(", and in %d more", uncompiled-1)
			}
			uncompiled = 0
		}
		t.add("  "+k.Params, k.DType, "", "", "", "", "", "", "", status)
	}
	if slices.ContainsFunc(r.Cases, func(k workbench.CaseReport) bool { return len(k.Outputs) > 0 }) {
		if err := t.write(w, paint, opt.Width); err != nil {
			return err
		}
	}
	for _, k := range r.Cases {
		Diagnostics(w, k.Diagnostics, nil, opt)
	}
	findings(w, r.Cases, opt)
	if line := debugLine(r); line != "" {
		fmt.Fprintln(w, paint.Dim("  how the first one came to be: "+line))
	}
	return gradients(w, r, opt)
}

// debugLine is the command that shows how the first wrong element came to be, ""
// if there is none.
func debugLine(r *workbench.CheckResult) string {
	at := slices.IndexFunc(r.Cases, func(k workbench.CaseReport) bool { return k.Status == workbench.StatusMismatch })
	if at < 0 || r.File == "<stdin>" {
		return ""
	}
	line := "zmlx debug " + r.File
	if strings.HasPrefix(r.File, "catalog/") {
		line = "zmlx debug " + r.Name
	}
	if k := r.Cases[at]; r.Kind == workbench.SpecDocument {
		if k.Case > 0 {
			line += fmt.Sprintf(" --case %d", k.Case)
		}
		line += " --dtype " + k.DType
	}
	return line
}

// findings prints what cases did in memory that they must not: each error once,
// with the first case that made it.
func findings(w io.Writer, cases []workbench.CaseReport, opt Options) {
	in := map[workbench.FindingKey]int{} // cases
	for _, k := range cases {
		for _, f := range k.Findings {
			in[f.Key()]++
		}
	}
	for _, k := range cases {
		for _, f := range k.Findings {
			n := in[f.Key()]
			if n == 0 {
				continue
			}
			in[f.Key()] = 0
			Diagnostics(w, nil, []workbench.Finding{f}, opt)
			if len(cases) > 1 {
				fmt.Fprintf(w, "%s: note: in the case %s %s", f.File, k.Params, k.DType)
				if n > 1 {
					fmt.Fprintf(w, ", and in %d more", n-1)
				}
				fmt.Fprintln(w)
			}
		}
	}
}

// gradients prints how the derivatives of a spec fare.
func gradients(w io.Writer, r *workbench.CheckResult, opt Options) error {
	if len(r.Gradients) == 0 {
		return nil
	}
	t := &table{columns: []column{{"  case", left}, {"dtype", left}, {"gradient", left}, {"error", right}, {"kernel's max abs", right}, {"", wrapped}}}
	for _, g := range r.Gradients {
		t.add("  "+g.Params, g.DType, "to "+g.Input, number(g.Error), number(g.MaxAbs), opt.Paint.Status(gradientStatus(g))+pad(g.Note))
	}
	return t.write(w, opt.Paint, opt.Width)
}

func gradientStatus(g workbench.GradientReport) workbench.Status {
	if g.OK {
		return workbench.StatusOK
	}
	return workbench.StatusMismatch
}

// title is the name of a document, with the file of a spec where that is of
// another name than its kernel.
func title(r *workbench.CheckResult) string {
	base := filepath.Base(r.File)
	if r.Kind == workbench.SpecDocument && filepath.Ext(base) != "" && r.Name != r.File && r.Name != strings.TrimSuffix(base, filepath.Ext(base)) {
		return r.Name + " (" + r.File + ")"
	}
	return r.Name
}

// briefLine says how a document passed, with its largest error in each type.
func briefLine(w io.Writer, r *workbench.CheckResult, opt Options) error {
	name := title(r)
	if r.Kind != workbench.SpecDocument {
		name = r.File
	}
	text := fmt.Sprintf("%s  %-28s", opt.Paint.Status(r.Status), name)
	var dtypes []string
	worst := map[string]workbench.Number{}
	for _, k := range r.Cases {
		for _, o := range k.Outputs {
			if _, seen := worst[o.DType]; !seen {
				dtypes = append(dtypes, o.DType)
			}
			worst[o.DType] = max(worst[o.DType], o.MaxAbs)
		}
	}
	if len(r.Cases) > 0 {
		text += fmt.Sprintf(" %9s %9s", plural(len(r.Cases), "case"), millis(r.Timings.Total))
	}
	for i, d := range dtypes {
		lead := ", "
		if i == 0 {
			lead = "   max abs "
		}
		text += lead + fmt.Sprintf("%s %s", d, format(worst[d], 2))
	}
	_, err := fmt.Fprintln(w, truncate(strings.TrimRight(text, " "), opt.Width))
	return err
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func share(n, of int) string {
	if n == 0 || of == 0 {
		return "0"
	}
	return fmt.Sprintf("%d (%.3g%%)", n, 100*float64(n)/float64(of))
}

// remark says in a few words what is wrong with an output.
func remark(k workbench.CaseReport, o workbench.OutputReport, paint Paint) string {
	text := ""
	switch {
	case o.Unwritten > 0:
		text = fmt.Sprintf("%d of %d elements never written", o.Unwritten, o.Elements)
	case o.First != nil:
		text = "first at " + first(o.First)
	case o.Note != "":
		text = o.Note
	}
	if k.Status == workbench.StatusOK && o.Note == "" {
		if text == "" && k.Fallback != "" {
			text = "on interp, as " + k.Fallback
		}
		return paint.Status(workbench.StatusOK) + pad(text)
	}
	if o.Mismatches == 0 && (k.Status == workbench.StatusMismatch || k.Status == workbench.StatusOK) {
		return "·" + pad(text)
	}
	return paint.Status(k.Status) + pad(text)
}

func pad(text string) string {
	if text == "" {
		return ""
	}
	return "  " + text
}

// summary counts what passed, if there was more than one document.
func (c *Checker) summary() error {
	passed, cases := 0, 0
	for _, r := range c.results {
		cases += len(r.Cases)
		if r.Status == workbench.StatusOK {
			passed++
		}
	}
	if len(c.results) < 2 {
		return nil
	}
	text := fmt.Sprintf("%d of %d passed", passed, len(c.results))
	if passed == len(c.results) {
		text = c.opt.Paint.Good("✓ " + text)
	} else {
		text = c.opt.Paint.Bad("✗ " + text)
	}
	if cases > 0 {
		text += ", " + plural(cases, "case")
	}
	_, err := fmt.Fprintf(c.w, "\n%s\n", text)
	return err
}
