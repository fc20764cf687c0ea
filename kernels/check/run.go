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
	Failed       Status = "error" // nothing could be compared
)

// Options steer a check.
type Options struct {
	Seed       uint64
	Inputs     map[string]*mlx.Array // in place of drawn ones
	StepBudget int64                 // of a threadgroup; 0 is the device's default
	Workers    int
	Progress   func(done, total int64) // of the launch
}

// Report is the result of checking one launch of a spec.
type Report struct {
	Spec        string           `json:"spec"`
	File        string           `json:"file,omitempty"`
	Case        string           `json:"case"`
	DType       string           `json:"dtype"`
	Device      string           `json:"device"`
	Seed        uint64           `json:"seed"`
	Status      Status           `json:"status"`
	Outputs     []Comparison     `json:"outputs"`
	Diagnostics kernels.Problems `json:"diagnostics"` // of the spec and the compiler
	Findings    kernels.Problems `json:"findings"`
	Message     string           `json:"message,omitempty"` // why nothing was compared
	CompileMS   float64          `json:"compile_ms"`
	RunMS       float64          `json:"run_ms"`

	// Results are the arrays that were computed; nil where the check did not
	// get that far.
	Results Results `json:"-"`
}

// Results are the outputs of a launch and of the reference.
type Results struct {
	Inputs, Outputs, Truth, Plain []*mlx.Array
	Log                           []string
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
	r := &Report{Spec: s.Name, File: s.File, Case: job.Case.String(), DType: job.DType.String(), Device: dev.Name(), Seed: opt.Seed,
		Outputs: []Comparison{}, Diagnostics: kernels.Problems{}, Findings: kernels.Problems{}}
	src, err := s.Source(job.Case, job.DType)
	if err == nil {
		r.Diagnostics = append(r.Diagnostics, src.Warnings...)
		err = r.check(ctx, dev, src, opt)
	}
	if err != nil {
		if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, ctx.Err()
		}
		r.fail(err)
	}
	return r, nil
}

// fail sorts an error into the report.
func (r *Report) fail(err error) {
	var ps kernels.Problems
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		r.Status, r.Message = Timeout, "the time is over"
	case errors.As(err, &ps):
		r.Diagnostics = append(r.Diagnostics, ps...)
		if r.Status = Failed; len(ps) > 0 {
			r.Message = ps[0].String()
		}
	default:
		r.Status, r.Message = Failed, err.Error()
	}
}

func (r *Report) check(ctx context.Context, dev mlx.Device, src *kernels.Source, opt Options) error {
	inputs, err := src.Draw(opt.Seed, opt.Inputs)
	if err != nil {
		return err
	}
	r.Results.Inputs = inputs
	l, err := run(ctx, dev, src.Kernel, inputs, src.Config, src.Empty(), opt)
	var ce *mlx.CompileError
	if errors.As(err, &ce) {
		r.Status = CompileError
		r.Diagnostics = append(r.Diagnostics, src.Diagnose(ce.Diagnostics)...)
		return nil
	}
	if err != nil {
		return err
	}
	r.CompileMS, r.RunMS = l.compileMS, l.runMS
	r.Diagnostics = append(r.Diagnostics, src.Diagnose(l.warnings)...)
	r.Results.Outputs, r.Results.Log = l.outputs, l.log
	if len(l.findings) > 0 {
		r.Status = statusOf(l.findings)
		for _, f := range l.findings {
			r.Findings = append(r.Findings, src.Find(f))
		}
		return nil
	}
	if r.Results.Truth, err = src.Reference(ctx, inputs, true); err != nil {
		return err
	}
	if r.Results.Plain, err = src.Reference(ctx, inputs, false); err != nil {
		return err
	}
	tol := toleranceOf(src)
	return mlx.Do(func() error {
		r.Status = OK
		for i, got := range l.outputs {
			c := Compare(src.Kernel.OutputNames[i], got, r.Results.Truth[i], tol)
			c.Unwritten = l.unwritten[i]
			if got.DType().IsInexact() {
				plain := Compare("", r.Results.Plain[i].AsType(got.DType()), r.Results.Truth[i], tol).RMS
				c.PlainRMS = &plain
			}
			if !c.OK() {
				r.Status = Mismatch
			}
			r.Outputs = append(r.Outputs, c)
		}
		return nil
	})
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
