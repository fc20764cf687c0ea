package workbench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/check"
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/profile"
)

// BenchJob measures the cases of a spec: correctness first, then samples of
// the kernel, of the reference op, of a baseline's kernel if there is one, and
// of other specs that compute the same, all taken in turn. Its result is a
// BenchResult.
type BenchJob struct {
	Document Document   `json:"document"`
	Baseline *Document  `json:"baseline,omitempty"` // another version of the same spec
	Against  []Document `json:"against,omitempty"`  // specs of the same parameters, inputs and outputs
	Device   string     `json:"device,omitempty"`   // or several: "host,mlx-cpu"
	Seed     uint64     `json:"seed"`
	Cases    []int      `json:"cases,omitempty"`   // nil is all of them
	DTypes   []string   `json:"dtypes,omitempty"`  // nil is all that the spec gives a tolerance for
	Samples  int        `json:"samples,omitempty"` // of each; 0 is DefaultSamples
	Cold     bool       `json:"cold,omitempty"`    // other data is in the caches before each launch
	// Patience is how long to go on, beyond the samples that were asked for, to
	// replace those in which the machine was disturbed, and until the level at one
	// pace (profile.Run) is known to Resolution: 0.01 is an interval of 1 % to both
	// sides, 0 is any. When to end is so decided before anything is compared.
	Patience   time.Duration `json:"patience,omitempty"`
	Resolution float64       `json:"resolution,omitempty"`
	Capture    string        `json:"capture,omitempty"` // records a launch of each kernel to this .gputrace file, on a device that can
}

// DefaultSamples is how many samples are taken of each candidate,
// DefaultPatience how long programs wait for a quiet machine, and GateResolution
// how well runs should know what is compared with others.
const (
	DefaultSamples  = 30
	DefaultPatience = 20 * time.Second
	GateResolution  = 0.005
)

// Label implements Job.
func (j BenchJob) Label() string { return "bench " + j.Document.Path }

// BenchResult holds a line for each case, type and device.
type BenchResult struct {
	File        string       `json:"file"`
	Name        string       `json:"name"`
	Status      Status       `json:"status"`
	Lines       []BenchLine  `json:"lines"`
	Warnings    []string     `json:"warnings"` // about the machine, and what was not counted
	Diagnostics []Diagnostic `json:"diagnostics"`
}

// Outcome implements Result.
func (r *BenchResult) Outcome() Status { return r.Status }

// BenchLine is what was measured of one case in one type on one device. Times
// are of one launch, in milliseconds; GBps counts each input and output once.
type BenchLine struct {
	Kernel      string          `json:"kernel"`
	Case        int             `json:"case"`
	Params      string          `json:"params"`
	DType       string          `json:"dtype"`
	Device      string          `json:"device"`
	Executor    string          `json:"executor,omitempty"`
	Fallback    string          `json:"fallback,omitempty"` // as in RunResult
	Status      Status          `json:"status"`
	Reason      string          `json:"reason,omitempty"` // why there is no number
	Samples     []float64       `json:"samples_ms"`       // of the device's work alone
	Batch       int             `json:"batch"`            // launches per sample
	MedianMS    Reading         `json:"median_ms"`
	Summary     profile.Summary `json:"summary"`
	WallMS      []float64       `json:"wall_ms"` // the same samples with all that a launch takes on the host
	Bytes       int64           `json:"bytes"`
	GBps        Reading         `json:"gbps"`
	RoofGBps    float64         `json:"roof_gbps"`              // copying as many bytes, measured in the same run
	GFlops      *float64        `json:"gflops"`                 // nil where the operations were not counted
	RoofGFlops  float64         `json:"roof_gflops"`            // of the fastest arithmetic, measured in the same run
	OfRoof      float64         `json:"of_roof"`                // share of what the two roofs allow
	LaunchMS    float64         `json:"launch_ms"`              // of an empty kernel, timed alike: a part of each sample
	Probes      []profile.Probe `json:"probes_ms"`              // what work that never changes took after each sample, of those below too: computing, copying
	Disturbed   []float64       `json:"disturbed_ms,omitempty"` // samples that do not count, as the machine was slower than it can be
	Busy        bool            `json:"busy,omitempty"`         // it was so most of the time: the line is not compared with those of other runs
	Cold        bool            `json:"cold,omitempty"`         // measured with other data in the caches
	PeakBytes   int64           `json:"peak_bytes,omitempty"`   // of the device's memory in a launch, where it counts that
	Op          *Rival          `json:"op,omitempty"`
	Baseline    *Rival          `json:"baseline,omitempty"`
	Against     []Rival         `json:"against,omitempty"`
	Environment Environment     `json:"environment"`
}

// Rival is what a kernel is compared with. Shift is the kernel's against the
// rival: below 1 the kernel is faster. The reference op is compared by wall
// time, as it has no other.
type Rival struct {
	Name     string          `json:"name"`
	Samples  []float64       `json:"samples_ms"`
	MedianMS float64         `json:"median_ms"`
	Summary  profile.Summary `json:"summary"`
	Shift    profile.Shift   `json:"shift"`
	Run      *OtherRun       `json:"run,omitempty"` // where the rival was measured in another one: Shift is then that of CompareRuns
}

// OtherRun tells of the run in which a rival was measured.
type OtherRun struct {
	Busy bool    `json:"busy,omitempty"`
	Pace float64 `json:"pace,omitempty"` // how long the machine took for the same work in this run: 1.1 is 10 % longer; 0 is not known
	// Ranks compare the samples that count at one pace by Hodges and Lehmann's
	// shift and Mann and Whitney's test: that of all launches, where levels are
	// that of the quickest. They do not know what a process drew once.
	Ranks profile.Shift `json:"ranks"`
}

// minSample is how long a sample lasts at least: far above the clock's
// resolution and the wake-up of a core.
const minSample = 4 * time.Millisecond

// maxBatch bounds the launches of a sample.
const maxBatch = 1000

// candidate is something that is timed. once runs it n times and returns the
// device's time and the wall time of all.
type candidate struct {
	name    string
	once    func(ctx context.Context, n int) (run, wall time.Duration, err error)
	count   func(ctx context.Context) ([]mlx.LineCount, error) // of a kernel
	batch   int
	samples []float64 // of one execution, in milliseconds
	wall    []float64
	probes  []profile.Probe // the probe after each sample
	paces   []float64       // the slower one of the probes around it
	pacer   *pacer
}

// lane is a case in a type on a device with all that is timed for it.
type lane struct {
	line                 BenchLine
	device               mlx.Device
	kernel, op, baseline *candidate
	against              []*candidate
	diagnostics          []Diagnostic
	failed               []Status // of rivals that the user named and that cannot be measured
	flops                *int64   // of one launch, nil if not known
	uncounted            bool     // as that would take too long
}

func (t *task) bench(job BenchJob) (*BenchResult, error) {
	out := &BenchResult{File: job.Document.Path, Name: job.Document.Path, Status: StatusOK, Lines: []BenchLine{}, Warnings: []string{}, Diagnostics: []Diagnostic{}}
	documents := append([]Document{job.Document}, job.Against...)
	if job.Baseline != nil {
		documents = append(documents, *job.Baseline)
	}
	var specs []*kernels.Spec
	for _, doc := range documents {
		if doc.Kind() != SpecDocument {
			return nil, notSpec(doc.Path, "measured")
		}
		spec, ds, err := parseSpec(doc)
		if err != nil || spec == nil {
			out.Status, out.Diagnostics = StatusSpecError, ds
			return out, err
		}
		specs = append(specs, spec)
	}
	out.Name = specs[0].Name
	plan, err := choosePlan(specs[0], CheckJob{Cases: job.Cases, DTypes: job.DTypes})
	if err != nil {
		return nil, err
	}
	var devices []mlx.Device
	for name := range strings.SplitSeq(job.Device, ",") {
		d, err := t.engine.device(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		devices = append(devices, d)
	}
	if err := checkCapture(capturerAmong(devices), job.Capture); err != nil {
		return nil, err
	}
	before := t.engine.conditions()
	var lanes []*lane
	flops := map[int]int64{} // by case: they are the same in every type
	for i, p := range plan {
		for _, device := range devices {
			t.push(Progress{Label: "check", Done: int64(i), Total: int64(len(plan))})
			l, err := t.prepare(job, device, specs, p, flops)
			if err != nil {
				return nil, err
			}
			lanes = append(lanes, l)
			out.Diagnostics = append(out.Diagnostics, l.diagnostics...)
		}
	}
	if err := t.measureLaunches(lanes); err != nil {
		return nil, err
	}
	if err := t.sampleLanes(lanes, job, out); err != nil {
		return nil, err
	}
	if err := t.measureRoofs(lanes); err != nil {
		return nil, err
	}
	if err := t.captureLanes(lanes, job.Capture); err != nil {
		return nil, err
	}
	out.Warnings = append(out.Warnings, before.Warnings(t.engine.conditions())...)
	if slices.ContainsFunc(lanes, func(l *lane) bool { return l.uncounted }) {
		out.Warnings = append(out.Warnings, fmt.Sprintf("the operations of %s were not counted: a launch executes more than %.0f billion instructions", out.Name, countBudget/1e9))
	}
	out.Lines = append(out.Lines, finishAll(lanes)...)
	out.Status = worstOf(lanes, out.Lines)
	return out, nil
}

// worstOf is the gravest status of the lines and of what they were to be compared
// with.
func worstOf(lanes []*lane, lines []BenchLine) Status {
	var all []Status
	var codes []int
	for i, l := range lines {
		for _, s := range append(lanes[i].failed, l.Status) {
			all, codes = append(all, s), append(codes, s.ExitCode())
		}
	}
	for _, s := range all {
		if s.ExitCode() == WorstExit(codes...) {
			return s
		}
	}
	return StatusOK
}

// What is said instead of a time.
const (
	noNumber    = "the check failed: no number without a right result"
	noReference = "there is no reference to compare with: no number without a right result"
)

// SameKernel reports specs of one name as an error: results, baselines and the
// history go by it.
func SameKernel(docs []Document) error {
	files := map[string]string{}
	for _, doc := range docs {
		spec, _, err := parseSpec(doc)
		if err != nil || spec == nil {
			continue // which its check tells
		}
		if other := files[spec.Name]; other != "" {
			return usagef("name one of them otherwise, or measure it --against the other", "%s and %s both hold a kernel %s, and results go by that name", other, doc.Path, spec.Name)
		}
		files[spec.Name] = doc.Path
	}
	return nil
}

func parseSpec(doc Document) (*kernels.Spec, []Diagnostic, error) {
	spec, err := kernels.Parse(doc.Path, []byte(doc.Text))
	if err != nil {
		_, ds, err := faults(doc, err)
		return nil, ds, err
	}
	return spec, nil, nil
}

// prepare checks one case and makes its candidates ready: the first spec is
// measured, the others are compared with it, and the last of them is the
// baseline if there is one. A case that does not pass gets no candidates, and
// so no number.
func (t *task) prepare(job BenchJob, device mlx.Device, specs []*kernels.Spec, p plannedCase, flops map[int]int64) (*lane, error) {
	r, err := check.Spec(t.ctx, device, specs[0], p.job, check.Options{Seed: job.Seed, Workers: t.engine.workers})
	if err != nil {
		return nil, err
	}
	report := caseReport(CheckJob{Document: job.Document}, p.index, r, specTexts(job.Document, r.Results.Source))
	l := &lane{device: device, diagnostics: report.Diagnostics, line: BenchLine{Kernel: specs[0].Name, Case: p.index, Params: report.Params, DType: report.DType,
		Device: device.Name(), Cold: job.Cold, Fallback: report.Fallback, Status: report.Status, Samples: []float64{}, WallMS: []float64{}, Environment: environment(device)}}
	if report.Status != StatusOK {
		l.line.Reason = noNumber
		if report.Status == StatusInconclusive {
			l.line.Reason = noReference
		}
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
	if l.kernel, err = t.kernelCandidate(job, device, src, inputs, &l.line.Executor); err != nil {
		return nil, err
	}
	if err := l.countOperations(t.ctx, flops, p.index); err != nil {
		return nil, err
	}
	if l.op, err = t.opCandidate(job, device, src, inputs); err != nil {
		return nil, err
	}
	for i, spec := range specs[1:] {
		c, status, why, err := t.rival(job, device, spec, p, src)
		named := i < len(job.Against)
		switch {
		case err != nil:
			return nil, err
		case c == nil:
			l.line.Reason = why
			if named { // a version that git has may be as wrong as it was
				l.failed = append(l.failed, status)
			}
		case named:
			l.against = append(l.against, c)
		default:
			c.name = "baseline"
			l.baseline = c
		}
	}
	return l, nil
}

// rival makes a candidate of the same case of another spec. nil means that it
// cannot be compared, and why.
func (t *task) rival(job BenchJob, device mlx.Device, spec *kernels.Spec, p plannedCase, src *kernels.Source) (c *candidate, status Status, why string, err error) {
	r, err := check.Spec(t.ctx, device, spec, p.job, check.Options{Seed: job.Seed, Workers: t.engine.workers})
	switch {
	case err != nil:
		return nil, "", "", err
	case r.Status != check.OK:
		return nil, Status(r.Status), fmt.Sprintf("%s does not pass this case (%s)", spec.Name, r.Status), nil
	case !slices.EqualFunc(r.Results.Source.Config.OutputShapes, src.Config.OutputShapes, slices.Equal):
		return nil, StatusSpecError, fmt.Sprintf("%s has outputs of other shapes", spec.Name), nil
	}
	c, err = t.kernelCandidate(job, device, r.Results.Source, r.Results.Inputs, new(string))
	return c, StatusOK, "", err
}

func (t *task) kernelCandidate(job BenchJob, device mlx.Device, src *kernels.Source, inputs []*mlx.Array, executor *string) (*candidate, error) {
	k, err := device.Compile(t.ctx, src.Kernel, src.ArgInfos(), src.Config)
	if err != nil {
		return nil, deviceError(err)
	}
	count := func(ctx context.Context) ([]mlx.LineCount, error) {
		groups := int64(1)
		for i, n := range src.Config.Grid {
			groups *= int64((n + src.Config.Threadgroup[i] - 1) / src.Config.Threadgroup[i])
		}
		r, err := k.Launch(ctx, inputs, src.Config, mlx.LaunchOptions{Count: true, Workers: t.engine.workers, StepBudget: max(1, countBudget/groups)})
		if err == nil && len(r.Findings) > 0 { // the check has found none without a budget
			err = errTooManySteps
		}
		if err != nil {
			return nil, err
		}
		return r.Lines, nil
	}
	evict, err := t.evictor(job, device)
	if err != nil {
		return nil, err
	}
	*executor = device.Info().Executor
	return &candidate{name: src.Spec.Name, count: count, once: func(ctx context.Context, n int) (run, wall time.Duration, err error) {
		placed, before, evicting := relocated(device, inputs), evict, time.Duration(0)
		if evict != nil {
			before = func() error {
				start := t.engine.now()
				defer func() { evicting += t.engine.now().Sub(start) }()
				return evict()
			}
		}
		start := t.engine.now()
		run, err = t.timeAfter(ctx, before, k, placed, src.Config, n, executor)
		return run, t.engine.now().Sub(start) - evicting, err
	}}, nil
}

// relocated copies inputs on the host to other memory. How an array lies in the
// caches depends on where it lies, so that samples over one place all err to the
// same side; the outputs are anew in each sample by themselves.
func relocated(device mlx.Device, inputs []*mlx.Array) []*mlx.Array {
	out := slices.Clone(inputs)
	for i, a := range inputs {
		if mlx.RuntimeOf(device) == mlx.Host() && a.Contiguous() {
			out[i] = mlx.FromBytesOn(mlx.Host(), a.DType(), a.Shape(), slices.Clone(a.Bytes()))
		}
	}
	return out
}

// countBudget bounds the instructions of the launch that counts, which is a hundred
// times as slow as others: some seconds. A kernel that executes more has no GFLOP/s.
const countBudget = 2e9

var errTooManySteps = errors.New("too many instructions to be counted")

// countOperations counts a case's floating-point operations in one launch. A
// device that cannot count leaves them unknown.
func (l *lane) countOperations(ctx context.Context, known map[int]int64, index int) error {
	n, ok := known[index]
	if !ok {
		lines, err := l.kernel.count(ctx)
		if errors.Is(err, errTooManySteps) {
			l.uncounted = true
			return nil
		}
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
