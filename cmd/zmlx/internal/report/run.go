package report

import (
	"fmt"
	"io"
	"strconv"

	"github.com/zmlx/zmlx/workbench"
)

const runSchema = "zmlx.run/1"

// Run prints the result of a launch.
func Run(w io.Writer, r *workbench.RunResult, opt Options) error {
	switch opt.Format {
	case JSON, NDJSON:
		value := struct {
			Schema string `json:"schema"`
			*workbench.RunResult
		}{runSchema, r}
		if opt.Format == JSON {
			return writeJSON(w, value)
		}
		return writeLine(w, value)
	case CSV:
		return writeTable(w, runColumns(r, exact), opt)
	case Markdown:
		return writeTable(w, runColumns(r, number), opt)
	}
	return runTable(w, r, opt)
}

// because names an executor with the reason that it had to serve.
func because(executor, why string) string {
	if why == "" {
		return executor
	}
	return executor + ", as " + why
}

// overCopies says that a launch did not use its arrays where they lie.
func overCopies(parts int) string {
	switch parts {
	case 0:
		return ""
	case 1:
		return ", over copies of its arrays"
	}
	return fmt.Sprintf(", over copies of its arrays in %d parts", parts)
}

func runColumns(r *workbench.RunResult, num func(workbench.Number) string) *table {
	t := &table{columns: []column{{"output", left}, {"dtype", left}, {"shape", left}, {"min", right}, {"max", right}, {"mean", right},
		{"nan", right}, {"inf", right}, {"unwritten", right}, {"first elements", left}}}
	for _, o := range r.Outputs {
		t.add(o.Name, o.DType, shape(o.Shape), num(o.Min), num(o.Max), num(o.Mean), strconv.Itoa(o.NaN), strconv.Itoa(o.Inf),
			strconv.Itoa(o.Unwritten), values(o.Head, elements(o.Shape)))
	}
	return t
}

func runTable(w io.Writer, r *workbench.RunResult, opt Options) error {
	paint := opt.Paint
	if r.Status == workbench.StatusSpecError {
		_, err := fmt.Fprintf(w, "%s  %s\n", paint.Status(r.Status), paint.Bold(r.Name))
		return err
	}
	where := r.Device
	if r.Executor != "" {
		where += " (" + because(r.Executor, r.Fallback) + overCopies(r.CopiedParts) + ")"
	}
	fmt.Fprintf(w, "%s on %s", paint.Bold(r.Name), where)
	if r.Case != "" {
		fmt.Fprintf(w, "  %s", r.Case)
	}
	fmt.Fprintf(w, "\n%s\n", paint.Dim(fmt.Sprintf("grid %s, threadgroup %s, seed %d", joinInts(r.Grid[:], "×"), joinInts(r.Threadgroup[:], "×"), r.Seed)))
	if r.Status == workbench.StatusCompileError {
		fmt.Fprintln(w, paint.Status(r.Status))
		return nil
	}
	fmt.Fprintln(w)
	t := runColumns(r, number)
	for i, o := range r.Outputs {
		for col, n := range map[int]int{6: o.NaN, 7: o.Inf, 8: o.Unwritten} {
			if n > 0 {
				t.rows[i][col] = paint.Warn(t.rows[i][col])
			}
		}
	}
	if err := t.write(w, paint, opt.Width); err != nil {
		return err
	}
	for _, line := range r.Log {
		fmt.Fprintf(w, "kernel: %s\n", line)
	}
	for _, path := range r.Saved {
		fmt.Fprintf(w, "wrote %s\n", path)
	}
	_, err := fmt.Fprintf(w, "\n%s  compile %s, run %s, total %s\n", paint.Status(r.Status),
		millis(r.Timings.Compile), millis(r.Timings.Run), millis(r.Timings.Total))
	return err
}

// Diagnostics prints messages and findings as a compiler does.
func Diagnostics(w io.Writer, ds []workbench.Diagnostic, fs []workbench.Finding, opt Options) {
	for _, d := range ds {
		printRendered(w, fit(d.Rendered, opt.Width), string(d.Severity)+": ", func(s string) string { return opt.Paint.severity(d.Severity, s) })
	}
	for _, f := range fs {
		printRendered(w, fit(f.Rendered, opt.Width), "error: ", opt.Paint.Bad)
		fmt.Fprintf(w, "%s: note: %s", f.File, firstThread(f))
	}
}

func firstThread(f workbench.Finding) string {
	times := "once"
	if f.Count > 1 {
		times = fmt.Sprintf("%d times", f.Count)
	}
	return fmt.Sprintf("%s, %s; first at thread (%s) of threadgroup (%s), lane %d\n", f.Kind, times,
		dims(f.Thread), dims(f.Threadgroup), f.Lane)
}

func dims(d [3]uint32) string { return fmt.Sprintf("%d, %d, %d", d[0], d[1], d[2]) }
