package workbench

import (
	"context"
	"fmt"
	"time"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/check"
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/profile"
)

// BenchJob measures the cases of a spec: correctness first, then samples of
// the kernel, of the reference op, and of a baseline's kernel if there is one,
// taken in turn. Its result is a BenchResult.
type BenchJob struct {
	Document Document  `json:"document"`
	Baseline *Document `json:"baseline,omitempty"` // another version of the same spec
	Device   string    `json:"device,omitempty"`
	Seed     uint64    `json:"seed"`
	Cases    []int     `json:"cases,omitempty"`   // nil is all of them
	DTypes   []string  `json:"dtypes,omitempty"`  // nil is all that the spec gives a tolerance for
	Samples  int       `json:"samples,omitempty"` // of each; 0 is DefaultSamples
}

// DefaultSamples is how many samples are taken of each candidate.
const DefaultSamples = 30

// Label implements Job.
func (j BenchJob) Label() string { return "bench " + j.Document.Path }

// BenchResult holds a line for each case and type.
type BenchResult struct {
	File        string       `json:"file"`
	Name        string       `json:"name"`
	Status      Status       `json:"status"`
	Environment Environment  `json:"environment"`
	Lines       []BenchLine  `json:"lines"`
	Diagnostics []Diagnostic `json:"diagnostics"`
}

// Outcome implements Result.
func (r *BenchResult) Outcome() Status { return r.Status }

// BenchLine is what was measured of one case in one type. Times are of one
// launch, in milliseconds; GBps counts each input and output once.
type BenchLine struct {
	Kernel   string          `json:"kernel"`
	Case     int             `json:"case"`
	Params   string          `json:"params"`
	DType    string          `json:"dtype"`
	Device   string          `json:"device"`
	Executor string          `json:"executor,omitempty"`
	Status   Status          `json:"status"`
	Reason   string          `json:"reason,omitempty"` // why there is no number
	Samples  []float64       `json:"samples_ms"`
	Batch    int             `json:"batch"` // launches per sample
	MedianMS float64         `json:"median_ms"`
	Summary  profile.Summary `json:"summary"`
	Bytes    int64           `json:"bytes"`
	GBps     float64         `json:"gbps"`
	RoofGBps float64         `json:"roof_gbps"` // copying as many bytes, measured in the same run
	GFlops   *float64        `json:"gflops"`    // nil where the operations were not counted
	Op       *Rival          `json:"op,omitempty"`
	Baseline *Rival          `json:"baseline,omitempty"`
}

// Rival is what a kernel is compared with in the same run. Shift is the
// kernel's against the rival: below 1 the kernel is faster.
type Rival struct {
	Name     string          `json:"name"`
	Samples  []float64       `json:"samples_ms"`
	MedianMS float64         `json:"median_ms"`
	Summary  profile.Summary `json:"summary"`
	Shift    profile.Shift   `json:"shift"`
}

// minSample is how long a sample lasts at least: far above the clock's
// resolution and the cost of a launch.
const minSample = time.Millisecond

// maxBatch bounds the launches of a sample.
const maxBatch = 1000

// candidate is something that is timed. once runs it n times and returns the
// time of all.
type candidate struct {
	once    func(ctx context.Context, n int) (time.Duration, error)
	count   func(ctx context.Context) ([]mlx.LineCount, error) // of a kernel
	batch   int
	samples []float64 // of one execution, in milliseconds
}

// lane is a case in a type with all that is timed for it.
type lane struct {
	line              BenchLine
	kernel, op, rival *candidate
	diagnostics       []Diagnostic
	flops             *int64 // of one launch, nil if not known
}

func (t *task) bench(job BenchJob) (*BenchResult, error) {
	out := &BenchResult{File: job.Document.Path, Name: job.Document.Path, Status: StatusOK, Lines: []BenchLine{}, Diagnostics: []Diagnostic{}}
	if job.Document.Kind() != SpecDocument {
		return nil, usagef("", "only specs can be measured; %s is a %s", job.Document.Path, job.Document.Kind())
	}
	device, err := t.engine.device(job.Device)
	if err != nil {
		return nil, err
	}
	out.Environment = environment(device)
	spec, ds, err := parseSpec(job.Document)
	if err != nil || spec == nil {
		out.Status, out.Diagnostics = StatusSpecError, ds
		return out, err
	}
	out.Name = spec.Name
	var base *kernels.Spec
	if job.Baseline != nil {
		if base, ds, err = parseSpec(*job.Baseline); err != nil || base == nil {
			out.Status, out.Diagnostics = StatusSpecError, ds
			return out, err
		}
	}
	plan, err := choosePlan(spec, CheckJob{Cases: job.Cases, DTypes: job.DTypes})
	if err != nil {
		return nil, err
	}
	var lanes []*lane
	flops := map[int]int64{} // by case: they are the same in every type
	for i, p := range plan {
		t.push(Progress{Label: "check", Done: int64(i), Total: int64(len(plan))})
		l, err := t.prepare(job, device, spec, base, p, flops)
		if err != nil {
			return nil, err
		}
		lanes = append(lanes, l)
		out.Diagnostics = append(out.Diagnostics, l.diagnostics...)
	}
	if err := t.sampleLanes(lanes, job); err != nil {
		return nil, err
	}
	codes := []int{ExitOK}
	for _, l := range lanes {
		out.Lines = append(out.Lines, l.finish())
		codes = append(codes, l.line.Status.ExitCode())
	}
	for _, l := range out.Lines {
		if l.Status.ExitCode() == WorstExit(codes...) {
			out.Status = l.Status
			break
		}
	}
	return out, nil
}

func parseSpec(doc Document) (*kernels.Spec, []Diagnostic, error) {
	spec, err := kernels.Parse(doc.Path, []byte(doc.Text))
	if err != nil {
		_, ds, err := faults(doc, err)
		return nil, ds, err
	}
	return spec, nil, nil
}

// prepare checks one case and makes its candidates ready. A case that does
// not pass gets no candidates, and so no number.
func (t *task) prepare(job BenchJob, device mlx.Device, spec, base *kernels.Spec, p plannedCase, flops map[int]int64) (*lane, error) {
	r, err := check.Spec(t.ctx, device, spec, p.job, check.Options{Seed: job.Seed, Workers: t.engine.workers})
	if err != nil {
		return nil, err
	}
	report := caseReport(CheckJob{Document: job.Document}, p.index, r, specTexts(job.Document, r.Results.Source))
	l := &lane{line: BenchLine{Kernel: spec.Name, Case: p.index, Params: report.Params, DType: report.DType, Device: device.Name(), Status: report.Status},
		diagnostics: report.Diagnostics}
	if report.Status != StatusOK {
		l.line.Reason = "the check failed: no number without a right result"
		return l, nil
	}
	src, inputs := r.Results.Source, r.Results.Inputs
	if src.Empty() {
		l.line.Reason = "all outputs are empty"
		return l, nil
	}
	for _, a := range append(inputs[:len(inputs):len(inputs)], r.Results.Outputs...) {
		l.line.Bytes += int64(a.NBytes())
	}
	if l.kernel, err = t.kernelCandidate(device, src, inputs, &l.line.Executor); err != nil {
		return nil, err
	}
	if err := l.countOperations(t.ctx, flops, p.index); err != nil {
		return nil, err
	}
	l.op = &candidate{once: func(ctx context.Context, n int) (time.Duration, error) {
		start := time.Now()
		for range n {
			if _, err := src.Reference(ctx, inputs, false); err != nil {
				return 0, err
			}
		}
		return time.Since(start), nil
	}}
	if base != nil {
		if err := t.addBaseline(job, device, base, p, l); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// addBaseline adds the same case of another version, if it has that case and
// is right too.
func (t *task) addBaseline(job BenchJob, device mlx.Device, base *kernels.Spec, p plannedCase, l *lane) error {
	r, err := check.Spec(t.ctx, device, base, p.job, check.Options{Seed: job.Seed, Workers: t.engine.workers})
	if err != nil {
		return err
	}
	if r.Status != check.OK {
		l.line.Reason = fmt.Sprintf("the baseline does not pass this case (%s)", r.Status)
		return nil
	}
	l.rival, err = t.kernelCandidate(device, r.Results.Source, r.Results.Inputs, new(string))
	return err
}

func (t *task) kernelCandidate(device mlx.Device, src *kernels.Source, inputs []*mlx.Array, executor *string) (*candidate, error) {
	k, err := device.Compile(t.ctx, src.Kernel, src.ArgInfos(), src.Config)
	if err != nil {
		return nil, deviceError(err)
	}
	count := func(ctx context.Context) ([]mlx.LineCount, error) {
		r, err := k.Launch(ctx, inputs, src.Config, mlx.LaunchOptions{Count: true, Workers: t.engine.workers})
		if err != nil {
			return nil, err
		}
		return r.Lines, nil
	}
	return &candidate{count: count, once: func(ctx context.Context, n int) (time.Duration, error) {
		var total time.Duration
		for range n {
			r, err := k.Launch(ctx, inputs, src.Config, mlx.LaunchOptions{Workers: t.engine.workers})
			if err != nil {
				return 0, err
			}
			total += r.RunTime
			*executor = r.Executor
		}
		return total, nil
	}}, nil
}

// countOperations counts a case's floating-point operations in one launch. A
// device that cannot count leaves them unknown.
func (l *lane) countOperations(ctx context.Context, known map[int]int64, index int) error {
	n, ok := known[index]
	if !ok {
		lines, err := l.kernel.count(ctx)
		if err != nil {
			return deviceError(err)
		}
		if lines == nil {
			return nil
		}
		for _, c := range lines {
			n += c.FLOPs
		}
		known[index] = n
	}
	l.flops = &n
	return nil
}
