package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/workbench"
)

const pathSchema = "zmlx.debug/1"

// Path prints what one thread of a launch did.
func Path(w io.Writer, r *workbench.RunResult, opt Options) error {
	switch opt.Format {
	case JSON, NDJSON:
		value := struct {
			Schema string `json:"schema"`
			*workbench.RunResult
		}{pathSchema, r}
		if opt.Format == JSON {
			return writeJSON(w, value)
		}
		return writeLine(w, value)
	case CSV, Markdown:
		return writeTable(w, pathRows(r, r.Path, false), opt)
	}
	if r.Followed == nil {
		_, err := fmt.Fprintf(w, "%s  %s\n", opt.Paint.Status(r.Status), opt.Paint.Bold(r.Name))
		return err
	}
	thread := r.Followed.Thread
	in := 1 // linear, in a threadgroup that may be smaller at the edge of the grid
	at, size, group := 0, 1, [3]uint32{}
	for d := range 3 {
		tg := uint32(r.Threadgroup[d])
		group[d] = thread[d] / tg
		at += int(thread[d]%tg) * in
		size = min(r.Threadgroup[d], r.Grid[d]-int(group[d]*tg))
		in *= size
	}
	fmt.Fprintf(w, "%s\n%s\n", strings.TrimSpace(opt.Paint.Bold(r.Name)+"  "+r.Case), opt.Paint.Dim(fmt.Sprintf("thread (%s) of the grid; in threadgroup (%s) thread %d, lane %d of SIMD-group %d",
		dims(thread), dims(group), at, at%32, at/32)))
	if r.Followed.Why != "" {
		fmt.Fprintf(w, "%s\n", opt.Paint.Dim(r.Followed.Why))
	}
	fmt.Fprintln(w)
	steps, left := r.Path, 0
	if r.Status == workbench.StatusTimeout && len(steps) > endlessFirst+endlessLast { // which are the same ones over and over
		left = len(steps) - endlessFirst - endlessLast
		steps = steps[:endlessFirst]
	}
	t := pathRows(r, steps, opt.Paint)
	if left > 0 {
		t.add("", opt.Paint.Dim(fmt.Sprintf("(%d steps, in --format csv)", left)), "")
		t.rows = append(t.rows, pathRows(r, r.Path[endlessFirst+left:], opt.Paint).rows...)
	}
	if err := t.write(w, opt.Paint, opt.Width); err != nil {
		return err
	}
	if len(r.Path) == exec.MaxSteps {
		fmt.Fprintf(w, "%s\n", opt.Paint.Dim(fmt.Sprintf("(the first %d steps)", exec.MaxSteps)))
	}
	_, err := fmt.Fprintf(w, "\n%s\n", opt.Paint.Status(r.Status))
	return err
}

// endlessFirst and endlessLast are how many steps of a thread are shown that does not end.
const endlessFirst, endlessLast = 40, 20

// sourceWidth leaves room for the values.
const sourceWidth = 60

func pathRows(r *workbench.RunResult, steps []workbench.PathStep, paint Paint) *table {
	t := &table{columns: []column{{"line", right}, {"source", left}, {"values", wrapped}}}
	own := "" // the file whose lines need no name
	if i := slices.IndexFunc(r.Path, func(s workbench.PathStep) bool { return s.Line > 0 }); i >= 0 {
		own = r.Path[i].File
	}
	for _, s := range steps {
		line, text := strconv.Itoa(s.Line), ansi.Truncate(s.Text, sourceWidth, "…")
		if s.Line == 0 {
			line, text = "", paint.Dim("(arguments)")
		}
		if s.Line > 0 && s.File != own {
			line = s.File + ":" + line
		}
		var values []string
		for _, v := range s.Values {
			if text := v.Text(); v.Store {
				values = append(values, text)
			} else {
				values = append(values, paint.Dim(text))
			}
		}
		t.add(line, strings.Repeat("  ", s.Depth-1)+text, strings.Join(values, "  "))
	}
	return t
}
