package workbench

import (
	"fmt"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/check"
	"github.com/zmlx/zmlx/mlx"
)

// checkRecord compares a launch record with what it expects.
func (t *task) checkRecord(job CheckJob) (*CheckResult, error) {
	start := t.engine.now()
	out := newCheckResult(job.Document)
	device, err := t.engine.device(job.Device)
	if err != nil {
		return nil, err
	}
	out.Device = device.Name()
	rec, ds, err := openRecord(job.Document, Variant{}, 0)
	if rec == nil {
		out.Status, out.Diagnostics = StatusSpecError, ds
		return out, err
	}
	out.Name = rec.Name
	out.Timings.Parse = t.since(start)
	r, err := check.Record(t.ctx, device, rec, check.Options{Sanitize: job.Sanitize, Executor: job.Executor, Workers: t.engine.workers, Progress: t.progress("launch")})
	if err != nil {
		return nil, err
	}
	report := caseReport(job, 0, r, recordTexts(job.Document, rec))
	out.Status, out.Cases = report.Status, []CaseReport{report}
	out.Timings.Compile, out.Timings.Run, out.Timings.Total = r.CompileMS, r.RunMS, t.since(start)
	t.push(CaseDone{report})
	return out, nil
}

// openRecord reads a launch record, which leaves no choice. What is wrong with
// it comes back as diagnostics, with a nil Record.
func openRecord(doc Document, v Variant, seed uint64) (*kernels.Record, []Diagnostic, error) {
	if v.chosen() || seed != 0 {
		return nil, nil, usagef("edit the record, or take a spec, which draws its inputs", "a launch record fixes its inputs and parameters")
	}
	rec, err := kernels.ParseRecord(doc.Path, []byte(doc.Text))
	if err != nil {
		_, ds, err := faults(doc, err)
		return nil, ds, err
	}
	return rec, nil, nil
}

// recordInputs loads what a record is launched with.
func recordInputs(rec *kernels.Record) ([]*mlx.Array, error) {
	inputs, err := rec.Arrays()
	if err != nil {
		return nil, fileError(fmt.Errorf("%s: %w", rec.File, err))
	}
	return inputs, nil
}

// recordTexts shows places in a record's source and header, which have no
// lines of their own in the file.
func recordTexts(doc Document, rec *kernels.Record) documentTexts {
	return documentTexts{doc: doc, parts: map[mlx.Part]string{mlx.PartSource: rec.Kernel.Source, mlx.PartHeader: rec.Kernel.Header}}
}

// compileRecord compiles a record's kernel.
func (t *task) compileRecord(job CompileJob) (*CompileResult, error) {
	start := t.engine.now()
	out := newCompileResult(job.Document)
	rec, ds, err := openRecord(job.Document, job.Variant, 0)
	if rec == nil {
		out.Status, out.Diagnostics = StatusSpecError, ds
		return out, err
	}
	out.Name = rec.Name
	out.Timings.Parse = t.since(start)
	infos := make([]mlx.ArgInfo, len(rec.Inputs))
	for i, in := range rec.Inputs {
		infos[i] = mlx.ArgInfo{DType: in.DType, Shape: in.Shape}
	}
	g, err := rec.Kernel.Generate(infos, rec.Config)
	if err != nil {
		return nil, deviceError(err)
	}
	out.Generated = Generated{Text: g.Text, Entry: g.Entry, DocumentLines: make([]int, len(g.Lines))}
	device, err := t.engine.device(job.Device)
	if err != nil {
		return nil, err
	}
	out.Device = device.Name()
	texts := recordTexts(job.Document, rec)
	k, ds, err := compileKernel(t.ctx, device, rec.Kernel, infos, rec.Config, texts)
	if err != nil {
		return nil, err
	}
	if job.Inspect && k != nil {
		if err := out.inspect(k, texts, rec.Config.Threadgroup); err != nil {
			return nil, err
		}
	}
	if out.Diagnostics = ds; hasErrors(ds) {
		out.Status = StatusCompileError
	}
	out.Timings.Total = t.since(start)
	out.Timings.Compile = out.Timings.Total - out.Timings.Parse
	t.push(Diagnosed{ds})
	return out, nil
}

// runRecord launches a record's kernel on its own inputs.
func (t *task) runRecord(job RunJob) (*RunResult, error) {
	start := t.engine.now()
	out := newRunResult(job)
	if len(job.Inputs)+len(job.InputFiles) > 0 {
		return nil, usagef("edit the record, or take a spec", "a launch record fixes its inputs")
	}
	rec, ds, err := openRecord(job.Document, job.Variant, job.Seed)
	if rec == nil {
		out.Status, out.Diagnostics = StatusSpecError, ds
		return out, err
	}
	out.Name = rec.Name
	out.Timings.Parse = t.since(start)
	if err := checkNames("output", keys(job.Save), rec.Kernel.OutputNames); err != nil {
		return nil, err
	}
	inputs, err := recordInputs(rec)
	if err != nil {
		return nil, err
	}
	out.Timings.Inputs = t.since(start) - out.Timings.Parse
	plan := launchPlan{kernel: rec.Kernel, config: rec.Config, inputs: inputs, texts: recordTexts(job.Document, rec), rec: rec}
	if err := t.launch(job, plan, out); err != nil {
		return nil, err
	}
	out.Timings.Total = t.since(start)
	return out, nil
}
