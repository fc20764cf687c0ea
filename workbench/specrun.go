package workbench

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/tensorfile"
)

// compileSpec generates and compiles one variant of a spec.
func (t *task) compileSpec(job CompileJob) (*CompileResult, error) {
	start := t.engine.now()
	out := newCompileResult(job.Document)
	src, diagnostics, err := resolve(job.Document, job.Variant)
	if err != nil {
		return nil, err
	}
	out.Diagnostics = diagnostics
	out.Timings.Parse = t.since(start)
	if src == nil {
		out.Status = StatusSpecError
		t.push(Diagnosed{out.Diagnostics})
		return out, nil
	}
	out.Name = src.Spec.Name
	if src.Empty() { // there is no text for an empty grid
		return out, nil
	}
	if out.Generated, err = generated(src); err != nil {
		return nil, deviceError(err)
	}
	device, err := t.engine.device(job.Device)
	if err != nil {
		return nil, err
	}
	out.Device = device.Name()
	texts := specTexts(job.Document, src)
	k, ds, err := compileKernel(t.ctx, device, src.Kernel, src.ArgInfos(), src.Config, texts)
	if err != nil {
		return nil, err
	}
	if job.Inspect && k != nil {
		if err := out.inspect(k, texts, src.Config.Threadgroup); err != nil {
			return nil, err
		}
	}
	out.Diagnostics = append(out.Diagnostics, ds...)
	if hasErrors(ds) {
		out.Status = StatusCompileError
	}
	out.Timings.Total = t.since(start)
	out.Timings.Compile = out.Timings.Total - out.Timings.Parse
	t.push(Diagnosed{out.Diagnostics})
	return out, nil
}

// compileKernel compiles a kernel on a device. A nil Kernel without an error
// means that the diagnostics say why.
func compileKernel(ctx context.Context, d mlx.Device, src mlx.KernelSource, infos []mlx.ArgInfo, cfg mlx.LaunchConfig, texts documentTexts) (mlx.Kernel, []Diagnostic, error) {
	k, err := d.Compile(ctx, src, infos, cfg)
	var failed *mlx.CompileError
	switch {
	case errors.As(err, &failed):
		return nil, texts.diagnostics(failed.Diagnostics), nil
	case err != nil:
		return nil, nil, deviceError(err)
	}
	return k, texts.diagnostics(k.Warnings()), nil
}

// launchPlan is a kernel with its inputs, ready to be launched.
type launchPlan struct {
	kernel mlx.KernelSource
	config mlx.LaunchConfig
	inputs []*mlx.Array
	texts  documentTexts
	src    *kernels.Source // nil for a record
	rec    *kernels.Record // nil for a spec
	empty  bool            // all outputs are empty: there is nothing to launch
}

// elements tells of the outputs what elementSpan needs.
func (p *launchPlan) elements() (names []string, shapes [][]int, sizes []int) {
	for _, d := range p.config.OutputDTypes {
		sizes = append(sizes, d.Size())
	}
	return p.kernel.OutputNames, p.config.OutputShapes, sizes
}

// runSpec launches one variant of a spec.
func (t *task) runSpec(job RunJob) (*RunResult, error) {
	start := t.engine.now()
	out := newRunResult(job)
	src, diagnostics, err := resolve(job.Document, job.Variant)
	if err != nil {
		return nil, err
	}
	out.Diagnostics = diagnostics
	out.Timings.Parse = t.since(start)
	if src == nil {
		out.Status = StatusSpecError
		return out, nil
	}
	out.Name, out.Case = src.Spec.Name, variantLabel(src)
	if !src.Empty() { // there is no text for an empty grid
		if out.Generated, err = generated(src); err != nil {
			return nil, deviceError(err)
		}
	}
	if err := checkNames("output", keys(job.Save), src.Kernel.OutputNames); err != nil {
		return nil, err
	}
	if err := savable(slices.Collect(maps.Values(job.Save))); err != nil {
		return nil, err
	}
	device, err := t.engine.device(job.Device)
	if err != nil {
		return nil, err
	}
	out.Device, out.Grid, out.Threadgroup = device.Name(), src.Config.Grid, src.Config.Threadgroup
	given, err := loadInputs(job, src)
	if err != nil {
		return nil, err
	}
	inputs, err := src.Draw(job.Seed, given)
	if err != nil {
		_, ds, err := faults(job.Document, err)
		out.Status, out.Diagnostics = StatusSpecError, append(out.Diagnostics, ds...)
		return out, err
	}
	out.Timings.Inputs = t.since(start) - out.Timings.Parse
	plan := launchPlan{kernel: src.Kernel, config: src.Config, inputs: inputs, texts: specTexts(job.Document, src), src: src, empty: src.Empty()}
	if err := t.launch(job, plan, out); err != nil {
		return nil, err
	}
	out.Timings.Total = t.since(start)
	return out, nil
}

func variantLabel(src *kernels.Source) string {
	var parts []string
	for _, v := range src.Values {
		parts = append(parts, v.Name+"="+v.Value.String())
	}
	for _, a := range src.Config.Template {
		if a.Kind == mlx.TemplateDType {
			parts = append(parts, a.Name+"="+a.DType.String())
		}
	}
	return strings.Join(parts, " ")
}

// launch compiles and runs a plan and fills the result.
func (t *task) launch(job RunJob, plan launchPlan, out *RunResult) error {
	device, err := t.engine.device(job.Device)
	if err != nil {
		return err
	}
	if err := checkCapture(device, job.Capture); err != nil {
		return err
	}
	out.Device, out.Grid, out.Threadgroup = device.Name(), plan.config.Grid, plan.config.Threadgroup
	for i, a := range plan.inputs {
		out.Inputs = append(out.Inputs, describe(plan.kernel.InputNames[i], a))
	}
	if plan.empty && job.Follow != nil {
		return usagef("choose another case", "all outputs of this case are empty: there is no thread to follow")
	}
	if plan.empty {
		for i, name := range plan.kernel.OutputNames {
			out.Outputs = append(out.Outputs, describe(name, mlx.Zeros(plan.config.OutputShapes[i], plan.config.OutputDTypes[i])))
		}
		return t.save(job, out)
	}
	start := t.engine.now()
	k, ds, err := compileKernel(t.ctx, device, plan.kernel, mlx.ArgInfos(plan.inputs), plan.config, plan.texts)
	if err != nil {
		return err
	}
	out.Timings.Compile = t.since(start)
	out.Diagnostics = append(out.Diagnostics, ds...)
	t.push(Diagnosed{out.Diagnostics})
	if k == nil {
		out.Status = StatusCompileError
		return nil
	}
	opt := mlx.LaunchOptions{Poison: true, TrackWrites: true, Sanitize: job.Sanitize, Executor: job.Executor, Workers: t.engine.workers, Progress: t.progress("launch")}
	if err := job.Follow.apply(&opt, plan.config.Grid, plan.elements); err != nil {
		return err
	}
	start = t.engine.now()
	startMemory(device)
	var r *mlx.LaunchResult
	err = capture(device, job.Capture, func() (err error) {
		r, err = k.Launch(t.ctx, plan.inputs, plan.config, opt)
		return err
	})
	if err != nil {
		return deviceError(err)
	}
	out.PeakBytes = peakMemory(device)
	out.Timings.Run = t.since(start)
	out.Executor, out.Fallback, out.CopiedParts, out.Log = r.Executor, r.Fallback, r.CopiedParts, r.Log
	if out.Path, err = plan.path(r.Path, job.Document.Path); err != nil {
		return err
	}
	out.writer = r.Writer
	if job.Follow != nil && job.Follow.compare {
		if out.wrong, err = t.firstWrong(plan, r.Outputs); err != nil {
			return err
		}
	}
	out.Findings = plan.texts.findings(r.Findings)
	out.Status = findingStatus(r.Findings)
	for i, a := range r.Outputs {
		d := describe(plan.kernel.OutputNames[i], a)
		if r.UnwrittenElements != nil && plan.config.InitValue == nil {
			d.Unwritten = r.UnwrittenElements[i]
		}
		out.Outputs = append(out.Outputs, d)
	}
	if out.Status != StatusOK {
		if job.SaveDir != "" || len(job.Save) > 0 {
			t.notSaved()
		}
		return nil
	}
	return t.save(job, out)
}

// notSaved says what becomes of the outputs of a launch with findings.
func (t *task) notSaved() {
	t.push(Log{"the outputs are not saved, as the kernel did something wrong"})
}

// findingStatus is the verdict on a launch: an endless loop is a timeout, any
// other finding is one.
func findingStatus(fs []mlx.Finding) Status {
	if len(fs) == 0 {
		return StatusOK
	}
	if slices.ContainsFunc(fs, func(f mlx.Finding) bool { return f.Kind == "endless-loop" }) {
		return StatusTimeout
	}
	return StatusFinding
}

// loadInputs reads the files that replace inputs.
func loadInputs(job RunJob, src *kernels.Source) (map[string]*mlx.Array, error) {
	if err := checkNames("input", keys(job.Inputs), src.Kernel.InputNames); err != nil {
		return nil, err
	}
	given := map[string]*mlx.Array{}
	for _, path := range job.InputFiles {
		if err := loadArchive(path, src, given); err != nil {
			return nil, err
		}
	}
	for name, path := range job.Inputs {
		t, err := tensorfile.LoadNpy(path)
		if err != nil {
			return nil, fileError(err)
		}
		given[name] = arrayFor(src, name, t)
	}
	return given, nil
}

// loadArchive takes the arrays that have the name of an input.
func loadArchive(path string, src *kernels.Source, given map[string]*mlx.Array) error {
	a, err := tensorfile.Open(path)
	if err != nil {
		return fileError(err)
	}
	defer a.Close()
	found := false
	for _, name := range a.Names() {
		if !slices.Contains(src.Kernel.InputNames, name) {
			continue
		}
		t, err := a.Read(name)
		if err != nil {
			return fileError(err)
		}
		given[name], found = arrayFor(src, name, t), true
	}
	if !found {
		return usagef("its arrays are "+shortList(a.Names()), "%s has no array named as an input (%s)", path, shortList(src.Kernel.InputNames))
	}
	return nil
}

// arrayFor makes an array of a file's content. Where a bfloat16 input is
// wanted, uint16 elements are its bit patterns, as .npy files hold them.
func arrayFor(src *kernels.Source, name string, t tensorfile.Tensor) *mlx.Array {
	for _, in := range src.Inputs {
		if in.Name == name && in.DType == mlx.Bfloat16 && t.DType == mlx.Uint16 {
			t.DType = mlx.Bfloat16
		}
	}
	return mlx.Adopt(mlx.Host(), t.DType, t.Shape, t.Data)
}

// checkNames refuses names that the kernel does not have.
func checkNames(what string, given, known []string) error {
	for _, name := range given {
		if !slices.Contains(known, name) {
			return usagef(DidYouMean(name, known), "there is no %s %q", what, name)
		}
	}
	return nil
}

// save writes the outputs that the job wants to keep.
func (t *task) save(job RunJob, out *RunResult) error {
	return commit(t.ctx, func() error { return t.saveOutputs(job, out) })
}

func (t *task) saveOutputs(job RunJob, out *RunResult) error {
	archives := map[string]map[string]tensorfile.Tensor{}
	write := func(path string, a Array) error {
		if tensorfile.IsSafetensors(path) {
			if archives[path] == nil {
				archives[path] = map[string]tensorfile.Tensor{}
			}
			archives[path][a.Name] = *a.Tensor
			return nil
		}
		out.Saved = append(out.Saved, path)
		return tensorfile.SaveNpy(t.ctx, path, *a.Tensor)
	}
	if job.SaveDir != "" {
		if err := os.MkdirAll(job.SaveDir, 0o755); err != nil {
			return fileError(err)
		}
	}
	for _, a := range out.Outputs {
		if path, ok := job.Save[a.Name]; ok {
			if err := write(path, a); err != nil {
				return fileError(err)
			}
		}
		if job.SaveDir != "" {
			if err := write(filepath.Join(job.SaveDir, a.Name+".npy"), a); err != nil {
				return fileError(err)
			}
		}
	}
	for _, path := range keys(archives) {
		if err := tensorfile.SaveSafetensors(t.ctx, path, archives[path], map[string]string{"kernel": out.Name}); err != nil {
			return fileError(fmt.Errorf("saving outputs: %w", err))
		}
		out.Saved = append(out.Saved, path)
	}
	return nil
}
