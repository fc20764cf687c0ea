package workbench

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/check"
	"github.com/zmlx/zmlx/mlx"
)

// checkSpec checks the cases of a spec in its types, one after the other.
func (t *task) checkSpec(job CheckJob) (*CheckResult, error) {
	start := t.engine.now()
	out := newCheckResult(job.Document)
	device, err := t.engine.device(job.Device)
	if err != nil {
		return nil, err
	}
	out.Device = device.Name()
	spec, err := kernels.Parse(job.Document.Path, []byte(job.Document.Text))
	if err != nil {
		_, ds, err := faults(job.Document, err)
		out.Status, out.Diagnostics = StatusSpecError, ds
		t.push(Diagnosed{ds})
		return out, err
	}
	out.Name = spec.Name
	out.Timings.Parse = t.since(start)
	plan, err := choosePlan(spec, job)
	if err != nil {
		return nil, err
	}
	for i, p := range plan {
		progress := t.progress(fmt.Sprintf("case %d of %d, %s", i+1, len(plan), p.job.DType))
		t.late(job, out, p.index, p.job.Case.String(), p.job.DType.String())
		r, err := check.Spec(t.ctx, device, spec, p.job, check.Options{Seed: job.Seed, Sanitize: job.Sanitize, Executor: job.Executor, Workers: t.engine.workers, Progress: progress})
		if err = cmp.Or(err, t.ctx.Err()); err != nil {
			return nil, err
		}
		report := caseReport(job, p.index, r, specTexts(job.Document, r.Results.Source))
		for _, line := range r.Results.Log {
			t.push(Log{line})
		}
		out.Cases = append(out.Cases, report)
		out.Timings.Compile += r.CompileMS
		out.Timings.Run += r.RunMS
		t.push(CaseDone{report})
	}
	if job.Grad || spec.Grad {
		t.late(job, out, 0, "gradients", "")
		if err := t.checkGradients(device, spec, plan, job, out); err != nil {
			return nil, err
		}
	}
	out.settle()
	out.Timings.Total = t.since(start)
	return out, nil
}

// late says what the result is if the time limit passes in a case: it is that case's.
func (t *task) late(job CheckJob, out *CheckResult, index int, params, dtype string) {
	so := *out
	so.Status = StatusTimeout
	so.Cases = append(slices.Clip(out.Cases), CaseReport{Case: index, Params: params, DType: dtype, Status: StatusTimeout, Outputs: []OutputReport{},
		Diagnostics: []Diagnostic{messageAt(job.Document, SeverityError, asError(t.ctx, context.DeadlineExceeded).Error())}})
	t.push(late{&so})
}

// settle gives the result the most serious status of its cases, and takes
// messages that all cases share out of them.
func (r *CheckResult) settle() {
	codes := []int{ExitOK}
	for _, c := range r.Cases {
		codes = append(codes, c.Status.ExitCode())
	}
	if slices.ContainsFunc(r.Gradients, func(g GradientReport) bool { return !g.OK }) {
		codes = append(codes, ExitFailed)
		r.Status = StatusMismatch
	}
	worst := WorstExit(codes...)
	for _, c := range r.Cases {
		if c.Status.ExitCode() == worst {
			r.Status = c.Status
			break
		}
	}
	seen := map[string]bool{}
	for i := range r.Cases {
		own := r.Cases[i].Diagnostics[:0:0]
		for _, d := range r.Cases[i].Diagnostics {
			if !seen[d.Rendered] {
				own = append(own, d)
			}
			seen[d.Rendered] = true
		}
		r.Cases[i].Diagnostics = own
	}
}

type plannedCase struct {
	index int
	job   check.Job
}

// choosePlan lists the cases and types that a job asks for.
func choosePlan(spec *kernels.Spec, job CheckJob) ([]plannedCase, error) {
	cases := spec.AllCases()
	for _, c := range job.Cases {
		if c < 0 || c >= len(cases) {
			return nil, usagef("", "%s has no case %d; its cases count to %d", spec.Name, c, len(cases)-1)
		}
	}
	dtypes := spec.DTypes()
	if len(job.DTypes) > 0 {
		dtypes = nil
		for _, name := range job.DTypes {
			d, err := mlx.ParseDType(name)
			if err != nil {
				return nil, usagef("", "%v", err)
			}
			dtypes = append(dtypes, d)
		}
	}
	var plan []plannedCase
	for i, c := range cases {
		if job.Cases != nil && !slices.Contains(job.Cases, i) {
			continue
		}
		for _, d := range dtypes {
			plan = append(plan, plannedCase{i, check.Job{Case: c, DType: d}})
		}
	}
	return plan, nil
}

// caseReport turns the report of a case or of a record into ours. texts knows
// where the compiler's lines stand.
func caseReport(job CheckJob, index int, r *check.Report, texts documentTexts) CaseReport {
	out := CaseReport{Case: index, Params: r.Case, DType: r.DType, Status: Status(r.Status), Outputs: []OutputReport{},
		Diagnostics: append(problems(job.Document, r.Diagnostics), texts.diagnostics(r.Results.Compiler)...),
		Findings:    texts.findings(r.Results.Findings), CompileMS: r.CompileMS, RunMS: r.RunMS, Fallback: r.Fallback}
	if r.Message != "" && !hasErrors(out.Diagnostics) {
		out.Diagnostics = append(out.Diagnostics, messageAt(job.Document, SeverityError, r.Message))
	}
	for i, c := range r.Outputs {
		o := outputReport(c)
		switch {
		case r.Results.Truth[i] == nil:
			o.Note = "not compared: the record expects nothing of it"
		case job.Keep:
			keep(&o, r.Results.Outputs[i], r.Results.Truth[i])
		}
		out.Outputs = append(out.Outputs, o)
	}
	if !job.Sanitize && out.Status == StatusMismatch && slices.ContainsFunc(out.Outputs, func(o OutputReport) bool {
		return o.Unwritten == 0 && o.First != nil && o.First.Got == "nan"
	}) {
		out.Diagnostics = append(out.Diagnostics, messageAt(job.Document, SeverityNote,
			"a NaN is also what is read where nothing was written, as by a thread that waits for no barrier: check --sanitize tells (alt+r in the workbench)"))
	}
	return out
}

func messageAt(doc Document, severity Severity, message string) Diagnostic {
	d := Diagnostic{Severity: severity, Code: string(severity), Message: message, File: doc.Path, Part: PartSpec}
	d.Rendered = documentTexts{doc: doc}.render(d)
	return d
}

func outputReport(c check.Comparison) OutputReport {
	o := OutputReport{Name: c.Name, DType: c.DType, Shape: c.Shape, Elements: 1, Mismatches: c.Mismatches,
		MaxAbs: Number(c.MaxAbs), MaxRel: Number(c.MaxRel), MaxULP: Number(c.MaxULP), RMS: Number(c.RMS),
		RTol: Number(c.RTol), ATol: Number(c.ATol), NaN: c.GotNaN, Inf: c.GotInf, Unwritten: c.Unwritten, First: firstOf(c.First)}
	for _, d := range c.Shape {
		o.Elements *= d
	}
	if c.PlainRMS != nil {
		plain := Number(*c.PlainRMS)
		o.RMSPlain = &plain
	}
	return o
}

func firstOf(b *check.Bad) *First {
	if b == nil {
		return nil
	}
	return &First{Index: b.Index, Got: floatValue(b.Got, 64), Want: floatValue(b.Want, 64)}
}

// keep hands out the compared arrays, the truth rounded to the output's type.
func keep(o *OutputReport, got, truth *mlx.Array) {
	g, w := tensorOf(got), tensorOf(truth.AsType(got.DType()))
	o.Got, o.Want = &g, &w
}
