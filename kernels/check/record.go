package check

import (
	"context"
	"errors"
	"fmt"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/dsl"
	"github.com/zmlx/zmlx/mlx"
)

// RecordReport is the result of checking a launch record; as JSON it is one
// line of "zmlx check".
type RecordReport struct {
	File        string             `json:"file"`
	Name        string             `json:"name"`
	Device      string             `json:"device"`
	Status      Status             `json:"status"`
	Outputs     []RecordComparison `json:"outputs"`
	Diagnostics []RecordDiagnostic `json:"diagnostics"`
	Findings    []mlx.Finding      `json:"findings"`
	Message     string             `json:"message,omitempty"`
	CompileMS   float64            `json:"compile_ms"`
	RunMS       float64            `json:"run_ms"`

	// Results are the outputs that were computed.
	Results []*mlx.Array `json:"-"`
	// Problems are what is wrong with the record itself.
	Problems kernels.Problems `json:"-"`
}

// RecordComparison is a Comparison in the form of launch records.
type RecordComparison struct {
	Name       string `json:"name"`
	Mismatches int    `json:"mismatches"`
	MaxAbs     Number `json:"max_abs"`
	MaxRel     Number `json:"max_rel"`
	MaxULP     uint64 `json:"max_ulp"`
	First      *Bad   `json:"first"`
	Unwritten  int    `json:"unwritten"`
}

// RecordDiagnostic is a message of the compiler; lines count from 1 in the
// record's source or header.
type RecordDiagnostic struct {
	Severity mlx.Severity `json:"severity"`
	Code     string       `json:"code"`
	Message  string       `json:"message"`
	Part     mlx.Part     `json:"part"`
	Line     int          `json:"line"`
	Column   int          `json:"column"`
	Rendered string       `json:"-"`
}

// RecordFile loads and checks a launch record. The error is the context's;
// everything else is in the report.
func RecordFile(ctx context.Context, dev mlx.Device, path string, opt Options) (*RecordReport, error) {
	rec, err := kernels.LoadRecord(path)
	if err != nil {
		r := newRecordReport(dev, path, "")
		r.fail(err)
		return r, nil
	}
	return Record(ctx, dev, rec, opt)
}

func newRecordReport(dev mlx.Device, file, name string) *RecordReport {
	return &RecordReport{File: file, Name: name, Device: dev.Name(), Outputs: []RecordComparison{}, Diagnostics: []RecordDiagnostic{}, Findings: []mlx.Finding{}}
}

// Record checks a launch record. The error is the context's; everything else
// is in the report.
func Record(ctx context.Context, dev mlx.Device, rec *kernels.Record, opt Options) (*RecordReport, error) {
	r := newRecordReport(dev, rec.File, rec.Name)
	if err := r.check(ctx, dev, rec, opt); err != nil {
		if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, ctx.Err()
		}
		r.fail(err)
	}
	return r, nil
}

func (r *RecordReport) fail(err error) {
	var ce *mlx.CompileError
	switch {
	case errors.As(err, &ce):
		r.Status = CompileError
		r.diagnose(ce.Diagnostics)
	case errors.Is(err, context.DeadlineExceeded):
		r.Status, r.Message = Timeout, "the time is over"
	default:
		r.Status, r.Message = Failed, err.Error()
		errors.As(err, &r.Problems)
		if len(r.Problems) > 0 {
			r.Message = r.Problems[0].String()
		}
	}
}

func (r *RecordReport) diagnose(ds []mlx.Diagnostic) {
	for _, d := range ds {
		r.Diagnostics = append(r.Diagnostics, RecordDiagnostic{d.Severity, d.Code, d.Message, d.Part, d.Line, d.Column, d.Rendered})
	}
}

func (r *RecordReport) check(ctx context.Context, dev mlx.Device, rec *kernels.Record, opt Options) error {
	inputs, err := rec.Arrays()
	if err != nil {
		return err
	}
	want, err := expected(ctx, rec, inputs)
	if err != nil {
		return err
	}
	l, err := run(ctx, dev, rec.Kernel, inputs, rec.Config, false, opt)
	if err != nil {
		return err
	}
	r.CompileMS, r.RunMS, r.Results = l.compileMS, l.runMS, l.outputs
	r.diagnose(l.warnings)
	if len(l.findings) > 0 {
		r.Findings, r.Status = l.findings, statusOf(l.findings)
		return nil
	}
	return mlx.Do(func() error {
		r.Status = OK
		for i, got := range l.outputs {
			name := rec.Kernel.OutputNames[i]
			c := RecordComparison{Name: name, Unwritten: l.unwritten[i]}
			if want[i] != nil {
				o := rec.Outputs[i]
				full := Compare(name, got, want[i], Tolerance{RTol: o.RTol, ATol: o.ATol, AnyNaN: o.AnyNaN})
				c.Mismatches, c.MaxAbs, c.MaxRel, c.MaxULP, c.First = full.Mismatches, full.MaxAbs, full.MaxRel, full.MaxULP, full.First
				if o.AnyNaN { // what nobody compares need not be written
					c.Unwritten = max(c.Unwritten-full.WantNaN, 0)
				}
			}
			if c.Mismatches > 0 || c.Unwritten > 0 {
				r.Status = Mismatch
			}
			r.Outputs = append(r.Outputs, c)
		}
		return nil
	})
}

// expected is what the outputs should be, nil for those that the record does
// not say.
func expected(ctx context.Context, rec *kernels.Record, inputs []*mlx.Array) ([]*mlx.Array, error) {
	want := make([]*mlx.Array, len(rec.Outputs))
	var computed map[string]*mlx.Array
	if rec.Reference != nil {
		vars := map[string]any{}
		for i, n := range rec.Kernel.InputNames {
			vars[n] = inputs[i]
		}
		var err error
		if computed, err = rec.Reference.Eval(ctx, vars, dsl.Options{Wide: true}); err != nil {
			return nil, fmt.Errorf("%s: reference: %w", rec.File, err)
		}
	}
	for i, name := range rec.Kernel.OutputNames {
		e, err := rec.Expected(i)
		if err != nil {
			return nil, err
		}
		if e == nil && computed != nil {
			if e = computed[name]; e == nil && len(want) == 1 {
				e = computed[""]
			}
		}
		want[i] = e
	}
	return want, nil
}
