package check

import (
	"context"
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/dsl"
	"github.com/zmlx/zmlx/mlx"
)

// Record checks a launch record. The error is the context's; everything else
// is in the report.
func Record(ctx context.Context, dev mlx.Device, rec *kernels.Record, opt Options) (*Report, error) {
	r := newReport(dev, rec.Name, rec.File)
	return r, r.settle(ctx, r.record(ctx, dev, rec, opt))
}

func (r *Report) record(ctx context.Context, dev mlx.Device, rec *kernels.Record, opt Options) error {
	inputs, err := rec.Arrays()
	if err != nil {
		return err
	}
	want, err := expected(ctx, rec, inputs)
	if err != nil {
		return err
	}
	l, err := r.launch(ctx, dev, rec.Kernel, inputs, rec.Config, opt)
	if err != nil || r.Status != OK {
		return err
	}
	r.Results.Truth = want
	if ps := nothingExpected(rec, want); ps != nil {
		r.Status, r.Diagnostics = Inconclusive, append(r.Diagnostics, ps...)
	}
	comparisons, err := compareRecord(rec, want, l.outputs)
	for i, c := range comparisons {
		c.Unwritten = l.unwritten[i]
		if rec.Outputs[i].AnyNaN { // what nobody compares need not be written
			c.Unwritten = max(c.Unwritten-c.WantNaN, 0)
		}
		r.add(c)
	}
	return err
}

// RecordOutputs compares what a launch of a record gave for its inputs with
// what it expects, output by output.
func RecordOutputs(ctx context.Context, rec *kernels.Record, inputs, outputs []*mlx.Array) ([]Comparison, error) {
	want, err := expected(ctx, rec, inputs)
	if err != nil {
		return nil, err
	}
	if ps := nothingExpected(rec, want); ps != nil {
		return nil, ps
	}
	return compareRecord(rec, want, outputs)
}

// nothingExpected is what is wrong with a record that expects nothing of any output, nil if it does.
func nothingExpected(rec *kernels.Record, want []*mlx.Array) kernels.Problems {
	if slices.ContainsFunc(want, func(a *mlx.Array) bool { return a != nil }) {
		return nil
	}
	return kernels.Problems{{File: rec.File, Warning: true, Code: "no-reference", Hint: `add "expected" to an output, or a "reference"`, Message: "the record does not say what the outputs should be"}}
}

// compareRecord compares outputs with what is expected of them; where nothing
// is, the comparison finds nothing.
func compareRecord(rec *kernels.Record, want, outputs []*mlx.Array) (out []Comparison, err error) {
	err = mlx.Do(func() error {
		for i, got := range outputs {
			o := rec.Outputs[i]
			c := Comparison{Name: rec.Kernel.OutputNames[i], DType: got.DType().String(), Shape: got.Shape(), RTol: o.RTol, ATol: o.ATol}
			if want[i] != nil {
				c = Compare(c.Name, got, want[i], Tolerance{RTol: o.RTol, ATol: o.ATol, AnyNaN: o.AnyNaN})
			}
			out = append(out, c)
		}
		return nil
	})
	return out, err
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
		if e == nil && computed != nil {
			return nil, fmt.Errorf("%s: the reference does not compute the output %q", rec.File, name)
		}
		want[i] = e
	}
	return want, nil
}
