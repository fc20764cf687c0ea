package report

import (
	"fmt"
	"io"

	"github.com/zmlx/zmlx/workbench"
)

// Tune prints what tuning has found.
func Tune(w io.Writer, r *workbench.TuneResult, opt Options) error {
	switch opt.Format {
	case JSON:
		return writeJSON(w, struct {
			Schema string `json:"schema"`
			*workbench.TuneResult
		}{workbench.TuneSchema, r})
	case NDJSON:
		for _, t := range r.Trials {
			if err := writeLine(w, t); err != nil {
				return err
			}
		}
		return nil
	case CSV:
		return writeTable(w, tuneColumns(r, inCSV, opt.Paint), opt)
	}
	t := tuneColumns(r, inTables, opt.Paint)
	if opt.Format != Table || len(t.rows) > 0 {
		if err := writeTable(w, t, opt); err != nil || opt.Format != Table {
			return err
		}
	}
	_, err := fmt.Fprintln(w, r.Conclusion())
	return err
}

func tuneColumns(r *workbench.TuneResult, style benchStyle, paint Paint) *table {
	t := &table{columns: []column{{"configuration", left}, {"median" + style.unit, right}}, spare: []string{"compile", "n", "95 % interval"}}
	bounds := []string{"95 % interval"}
	if style.unit != "" {
		bounds = []string{"low" + style.unit, "high" + style.unit}
	}
	for _, title := range append(bounds, "than its own", "n", "compile"+style.unit) {
		t.columns = append(t.columns, column{title, right})
	}
	remark := ""
	if style.unit != "" {
		remark = "remark"
	}
	t.columns = append(t.columns, column{remark, wrapped})
	for _, trial := range r.Trials {
		if r.Partial && trial.Status == workbench.StatusOK && trial.Summary == nil && style.unit == "" {
			continue // there may be thousands, of which the conclusion tells
		}
		cells, note := []string{trial.Config}, ""
		if s := trial.Summary; s != nil {
			cells = append(append(cells, style.show(s.Median)), style.interval(style.show(s.Lo), style.show(s.Hi))...)
		} else {
			cells = append(cells, make([]string, 1+len(bounds))...)
		}
		switch {
		case trial.Status != workbench.StatusOK:
			note = paint.Status(trial.Status) + pad(trial.Reason)
		case trial.Own:
			note = "the spec's own"
		case r.Best != nil && r.Best.Config == trial.Config:
			note = paint.Good("✓ fastest")
		default:
			note = trial.Reason
		}
		than, compiled := "", ""
		if trial.CompileMS > 0 {
			compiled = style.show(trial.CompileMS)
		}
		if trial.Shift != nil {
			than = against(&workbench.Rival{Shift: *trial.Shift})
		}
		t.add(append(cells, than, fmt.Sprint(len(trial.Samples)), compiled, note)...)
	}
	return t
}
