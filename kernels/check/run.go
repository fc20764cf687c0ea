package check

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
)

// Status is the verdict on a launch.
type Status string

// The verdicts.
const (
	OK           Status = "ok"
	Mismatch     Status = "mismatch"
	CompileError Status = "compile_error"
	Finding      Status = "finding" // out of bounds and the like
	Timeout      Status = "timeout"
	Inconclusive Status = "inconclusive" // nothing is wrong, and there is nothing to compare with
	Failed       Status = "error"        // nothing could be compared
)

// Options steer a check.
type Options struct {
	Seed       uint64
	Inputs     map[string]*mlx.Array // in place of drawn ones
	StepBudget int64                 // of a threadgroup; 0 is the device's default
	Workers    int
	Sanitize   bool                    // also look for data races and uninitialised reads; slow
	Executor   string                  // of the host device: "interp" or "wasm"; "" is the faster one that can do it
	Progress   func(done, total int64) // of the launch
}

// Report is the result of checking one launch, of a spec or of a record.
type Report struct {
	Name        string
	File        string
	Case        string
	DType       string
	Device      string
	Seed        uint64
	Status      Status
	Outputs     []Comparison
	Diagnostics kernels.Problems // of the spec or record
	Message     string           // why nothing was compared
	CompileMS   float64
	RunMS       float64
	Fallback    string // as in mlx.LaunchResult

	// Results are the arrays that were computed; nil where the check did not
	// get that far.
	Results Results
}

// Results are what a report was made from. Compiler and Findings count lines in
// the parts of the kernel; for a spec, Source maps them to its own lines.
type Results struct {
	Source   *kernels.Source // nil for a record
	Compiler []mlx.Diagnostic
	Findings []mlx.Finding
	Log      []string

	Inputs, Outputs []*mlx.Array
	Truth           []*mlx.Array // nil where a record does not say
	Plain           []*mlx.Array // nil for a record
}

// Problems are the compiler's messages and the findings at the spec's own
// lines; nil for a record.
func (r *Results) Problems() kernels.Problems {
	if r.Source == nil {
		return nil
	}
	ps := r.Source.Diagnose(r.Compiler)
	for _, f := range r.Findings {
		ps = append(ps, r.Source.Find(f))
	}
	return ps
}

// Job is one launch of a spec that is to be checked.
type Job struct {
	Case  kernels.Case
	DType mlx.DType
}

// Plan lists every case of a spec in every working type.
func Plan(s *kernels.Spec) []Job {
	var jobs []Job
	for _, c := range s.AllCases() {
		for _, d := range s.DTypes() {
			jobs = append(jobs, Job{c, d})
		}
	}
	return jobs
}

// Spec checks one job. The error is the context's; everything else is in the
// report.
func Spec(ctx context.Context, dev mlx.Device, s *kernels.Spec, job Job, opt Options) (*Report, error) {
	r := newReport(dev, s.Name, s.File)
	r.Case, r.DType, r.Seed = job.Case.String(), job.DType.String(), opt.Seed
	return r, r.settle(ctx, r.spec(ctx, dev, s, job, opt))
}

func newReport(dev mlx.Device, name, file string) *Report {
	return &Report{Name: name, File: file, Device: dev.Name(), Outputs: []Comparison{}, Diagnostics: kernels.Problems{}}
}

// settle sorts an error into the report, or returns it if the context was
// cancelled.
func (r *Report) settle(ctx context.Context, err error) error {
	var ps kernels.Problems
	var ce *mlx.CompileError
	switch {
	case err == nil:
	case errors.Is(err, context.DeadlineExceeded):
		r.Status, r.Message = Timeout, "the time is over"
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &ce):
		r.Status, r.Results.Compiler = CompileError, ce.Diagnostics
	case errors.As(err, &ps):
		r.Diagnostics = append(r.Diagnostics, ps...)
		if r.Status = Failed; len(ps) > 0 {
			r.Message = ps[0].String()
		}
	default:
		r.Status, r.Message = Failed, err.Error()
	}
	return nil
}

// launch runs the kernel and reports whether there are outputs to compare.
func (r *Report) launch(ctx context.Context, dev mlx.Device, k mlx.KernelSource, inputs []*mlx.Array, cfg mlx.LaunchConfig, opt Options) (*launched, error) {
	l, err := run(ctx, dev, k, inputs, cfg, opt)
	if err != nil {
		return nil, err
	}
	r.CompileMS, r.RunMS, r.Fallback = l.compileMS, l.runMS, l.fallback
	r.Results.Inputs, r.Results.Outputs = inputs, l.outputs
	r.Results.Compiler, r.Results.Findings, r.Results.Log = l.warnings, l.findings, l.log
	r.Status = OK
	if len(l.findings) > 0 {
		r.Status = statusOf(l.findings)
	}
	return l, nil
}

func (r *Report) spec(ctx context.Context, dev mlx.Device, s *kernels.Spec, job Job, opt Options) error {
	src, err := s.Source(job.Case, job.DType)
	if err != nil {
		return err
	}
	r.Results.Source = src
	r.Diagnostics = append(r.Diagnostics, src.Warnings...)
	inputs, err := src.Draw(opt.Seed, opt.Inputs)
	if err != nil {
		return err
	}
	l, err := r.launch(ctx, dev, src.Kernel, inputs, src.Config, opt)
	if err != nil || r.Status != OK {
		return err
	}
	r.Results.Truth, err = src.Reference(ctx, inputs, true)
	var ps kernels.Problems
	if errors.As(err, &ps) && s.Reference == nil {
		ps[0].Warning = true
		r.Status, r.Diagnostics = Inconclusive, append(r.Diagnostics, ps[0])
		return nil
	}
	if err != nil {
		return err
	}
	if r.Results.Plain, err = src.Reference(ctx, inputs, false); err != nil {
		return err
	}
	tol := toleranceOf(src)
	return mlx.Do(func() error {
		for i, got := range l.outputs {
			c := Compare(src.Kernel.OutputNames[i], got, r.Results.Truth[i], tol)
			if got.DType().IsInexact() {
				plain := Compare("", r.Results.Plain[i].AsType(got.DType()), r.Results.Truth[i], tol).RMS
				c.PlainRMS = &plain
			}
			c.Unwritten = l.unwritten[i]
			r.add(c)
		}
		return nil
	})
}

// Outputs compares what a launch of a source gave for these inputs with the
// reference in float64, output by output.
func Outputs(ctx context.Context, src *kernels.Source, inputs, outputs []*mlx.Array) (out []Comparison, err error) {
	truth, err := src.Reference(ctx, inputs, true)
	if err != nil {
		return nil, err
	}
	err = mlx.Do(func() error {
		for i, got := range outputs {
			out = append(out, Compare(src.Kernel.OutputNames[i], got, truth[i], toleranceOf(src)))
		}
		return nil
	})
	return out, err
}

func (r *Report) add(c Comparison) {
	if !c.OK() {
		r.Status = Mismatch
	}
	r.Outputs = append(r.Outputs, c)
}

// defaultTolerances hold for specs that give none: a few roundings of the
// type.
var defaultTolerances = map[mlx.DType]float64{mlx.Float32: 1e-5, mlx.Float16: 2e-3, mlx.Bfloat16: 2e-2, mlx.Complex64: 1e-5}

func toleranceOf(src *kernels.Source) Tolerance {
	if t, ok := src.Spec.Tolerance(src.DType); ok {
		return Tolerance{RTol: t.RTol, ATol: t.ATol}
	}
	t := defaultTolerances[src.DType]
	return Tolerance{RTol: t, ATol: t}
}

func statusOf(fs []mlx.Finding) Status {
	if slices.ContainsFunc(fs, func(f mlx.Finding) bool { return f.Kind == "endless-loop" }) {
		return Timeout
	}
	return Finding
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
