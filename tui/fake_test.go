package tui

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/zmlx/zmlx/profile"
	"github.com/zmlx/zmlx/profile/trace"
	"github.com/zmlx/zmlx/tui/work"
	"github.com/zmlx/zmlx/workbench"
)

// fakeEngine answers at once, from the text alone: the word "oops" does not
// compile, "wrong" makes a kernel that differs from its reference, and "unfit" a reference that fails. A
// check waits for the gate, if there is one.
type fakeEngine struct{ gate chan struct{} }

type fakeRun struct {
	events chan workbench.Event
	done   chan struct{}
	result workbench.Result
	cancel context.CancelFunc
}

func (r *fakeRun) Events() <-chan workbench.Event  { return r.events }
func (r *fakeRun) Wait() (workbench.Result, error) { <-r.done; return r.result, nil }
func (r *fakeRun) Cancel()                         { r.cancel() }

func (f *fakeEngine) Start(ctx context.Context, job workbench.Job) work.Run {
	ctx, cancel := context.WithCancel(ctx)
	r := &fakeRun{events: make(chan workbench.Event, 100), done: make(chan struct{}), cancel: cancel}
	switch job := job.(type) {
	case workbench.CompileJob:
		r.result = fakeCompile(job.Document)
		close(r.done)
	case workbench.CheckJob:
		go f.check(ctx, r, job.Document)
	case workbench.BenchJob:
		r.result = fakeBench()
		r.events <- workbench.Finished{Result: r.result, Elapsed: time.Second}
		close(r.events)
		close(r.done)
	case workbench.RunJob:
		r.result = fakePath(job)
		r.events <- workbench.Finished{Result: r.result, Elapsed: time.Second}
		close(r.events)
		close(r.done)
	case workbench.TuneJob:
		r.result = fakeTune()
		r.events <- workbench.Finished{Result: r.result, Elapsed: time.Second}
		close(r.events)
		close(r.done)
	case workbench.ProfileJob:
		r.result = fakeProfile()
		if c := fakeCompile(job.Document); c.Status != workbench.StatusOK {
			r.result = &workbench.ProfileResult{Name: "fake", Status: c.Status, Diagnostics: c.Diagnostics, Timeline: &trace.Timeline{}}
		}
		r.events <- workbench.Finished{Result: r.result, Elapsed: time.Second}
		close(r.events)
		close(r.done)
	case workbench.MeasureJob:
		r.result = &workbench.MeasureResult{Device: "host", CopyGBps: 12, GFlops: 20, GFlopsVec: 60, GFlopsMatrix: 80}
		r.events <- workbench.Finished{Result: r.result, Elapsed: time.Second}
		close(r.events)
		close(r.done)
	case workbench.DevicesJob:
		r.result = &workbench.DevicesResult{Devices: []workbench.DeviceInfo{
			{Name: "host", Kind: "embedded", Available: true, Facts: []workbench.Fact{{Name: "cores", Value: "2"}, {Name: "executor", Value: "wasm"}}},
			{Name: "metal", Kind: "Apple GPU", Reason: "Metal runs on Macs with Apple silicon only; use --device host: it runs the same kernels on the processor of any machine"},
		}}
		close(r.done)
	default:
		panic(fmt.Sprintf("the fake engine knows no %T", job))
	}
	return r
}

func fakeBench() *workbench.BenchResult {
	out := &workbench.BenchResult{Name: "fake", Status: workbench.StatusMismatch}
	for i, params := range []string{"", "N=1000"} {
		l := workbench.BenchLine{Kernel: "fake", Case: i, Params: params, DType: "float32", Device: "host", Status: workbench.StatusOK,
			Batch: 4, MedianMS: 0.5, Bytes: 1 << 20, GBps: 2.1, RoofGBps: 12, OfRoof: 0.175}
		l.Op = &workbench.Rival{Name: "reference op", MedianMS: 1}
		for k := range 30 {
			l.Samples = append(l.Samples, 0.45+0.01*float64(k*7%11))
			l.Op.Samples = append(l.Op.Samples, 0.9+0.02*float64(k*5%13))
		}
		l.Summary, l.Op.Summary = profile.Summarise(l.Samples), profile.Summarise(l.Op.Samples)
		l.Op.Shift = profile.Compare(l.Op.Samples, l.Samples)
		out.Lines = append(out.Lines, l)
	}
	out.Lines = append(out.Lines, workbench.BenchLine{Kernel: "fake", Case: 1, Params: "N=1000", DType: "float16",
		Status: workbench.StatusMismatch, Reason: "the check failed: no number without a right result"})
	return out
}

// fakePath is of a thread that computes a wrong element.
func fakePath(job workbench.RunJob) *workbench.RunResult {
	step := func(line, depth int, text string, values ...workbench.PathValue) workbench.PathStep {
		return workbench.PathStep{File: job.Document.Path, Part: workbench.PartSource, Line: line, Depth: depth, Text: text, Values: values}
	}
	return &workbench.RunResult{Status: workbench.StatusMismatch, Name: "fake",
		Followed: &workbench.Followed{Thread: [3]uint32{3, 0, 0}, Why: "its y[3] is 9 and should be 6"},
		Findings: []workbench.Finding{{Line: 4, Kind: "endless-loop", Message: "it is still running", Count: 1, Thread: [3]uint32{5, 0, 0}}},
		Path: []workbench.PathStep{
			step(0, 1, "", workbench.PathValue{Name: "thread_position_in_grid", Value: "{3, 0, 0}", Store: true}),
			step(12, 1, "float v = twice(x[thread_position_in_grid.x]);", workbench.PathValue{Name: "x[3]", Value: "3"}),
			step(4, 2, "return v * v;", workbench.PathValue{Name: "v", Value: "3", Store: true}),
			step(12, 1, "float v = twice(x[i]);", workbench.PathValue{Name: "v", Value: "9", Store: true}),
			step(13, 1, "y[i] = v;", workbench.PathValue{Name: "y[3]", Value: "9", Store: true}),
		}}
}

// fakeTune has found that a threadgroup of 512 is faster, which it sets in line 1.
func fakeTune() *workbench.TuneResult {
	out := &workbench.TuneResult{Name: "fake", DType: "float32", Status: workbench.StatusOK, Warnings: []string{"the machine was busy before the start: load 2.0 on 2 cores"}}
	own := func(k int) float64 { return 0.5 + 0.001*float64(k*5%13) }
	for i, n := range []int{512, 256, 64} {
		t := workbench.Trial{Config: fmt.Sprintf("TG=%d", n), Own: n == 256, Status: workbench.StatusOK}
		var base []float64
		for k := range 30 - 10*(i/2) {
			base = append(base, own(k))
			t.Samples = append(t.Samples, own(k)*(0.8+0.2*float64(i)+0.001*float64(k*7%11)))
		}
		s := profile.Summarise(t.Samples)
		if t.Summary = &s; !t.Own {
			shift := profile.ComparePaired(base, t.Samples)
			t.Shift = &shift
		}
		out.Trials = append(out.Trials, t)
	}
	out.Trials = append(out.Trials, workbench.Trial{Config: "TG=1024", Status: workbench.StatusMismatch, Reason: "3 of 1000 elements of y are wrong"})
	out.Best = &workbench.Gain{Config: "TG=512", Shift: *out.Trials[0].Shift, Fixes: []workbench.Fix{{Line: 1, Column: 1, EndLine: 1, EndColumn: 1, Text: "# TG=512\n"}}}
	return out
}

func fakeProfile() *workbench.ProfileResult {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	span := func(name, start, dur int) trace.Span { return trace.Span{Name: name, Start: ms(start), Dur: ms(dur)} }
	out := &workbench.ProfileResult{File: "fake.yaml", Name: "fake", Device: "host", Status: workbench.StatusOK, RunMS: 4,
		Advice: []string{"memory: twice as many bytes are moved as inputs and outputs have, most of it in line 13"},
		Timeline: &trace.Timeline{
			Names: []string{"profile fake.yaml", "parse", "compile", "optimize", "launch", "threadgroups"},
			Tracks: []trace.TrackSpans{
				{Name: "engine", Rows: [][]trace.Span{{span(0, 0, 20)}, {span(1, 0, 2), span(2, 2, 6), span(4, 9, 4), span(4, 14, 4)}, {span(3, 4, 3)}}},
				{Name: "core 0", Rows: [][]trace.Span{{span(5, 9, 3), span(5, 14, 4)}}},
			},
		}}
	for i, l := range []string{"uint i = thread_position_in_grid.x;", "float v = x[i];  // the only load", "y[i] = simd_sum(v) * 0.5f;"} {
		c := workbench.Counts{Instructions: int64(100 * (i + 1)), Slots: int64(100 * (i + 1)), Transactions: int64(i), FLOPs: int64(32 * i)}
		out.Lines = append(out.Lines, workbench.ProfileLine{File: "fake.yaml", Line: 12 + i, Text: l, Counts: c})
		out.Totals.Slots += c.Slots
		out.Totals.Transactions += c.Transactions
		out.Totals.FLOPs += c.FLOPs
	}
	out.Memory.Intensity = 0.25
	out.Totals.FLOPs = 8e6
	return out
}

func fakeCompile(d workbench.Document) *workbench.CompileResult {
	c := &workbench.CompileResult{Status: workbench.StatusOK, Name: "fake", Device: "host"}
	c.Timings.Total = 1.5
	text := []string{"kernel void fake(", "    const device float* x [[buffer(0)]],", "    device float* y [[buffer(1)]],", "    uint3 thread_position_in_grid [[thread_position_in_grid]]) {"}
	lines := make([]int, len(text))
	inside := false
	for i, line := range strings.Split(d.Text, "\n") {
		if at := strings.Index(line, "oops"); at >= 0 {
			c.Status = workbench.StatusCompileError
			c.Diagnostics = append(c.Diagnostics, workbench.Diagnostic{
				Severity: workbench.SeverityError, Code: "undeclared-identifier", Message: "use of undeclared identifier 'oops'",
				Line: i + 1, Column: at + 1, EndLine: i + 1, EndColumn: at + 5, Rendered: "fake.yaml: error: use of undeclared identifier 'oops'\n" + line,
			})
		}
		switch {
		case strings.HasPrefix(line, "source:"):
			inside = true
		case inside && strings.HasPrefix(line, "  "):
			text, lines = append(text, line), append(lines, i+1)
		default:
			inside = false
		}
	}
	if c.Status == workbench.StatusOK {
		c.Generated = workbench.Generated{Text: strings.Join(append(text, "}"), "\n"), Entry: "fake", DocumentLines: append(lines, 0)}
	}
	return c
}

func (f *fakeEngine) check(ctx context.Context, r *fakeRun, d workbench.Document) {
	r.events <- workbench.Started{Label: "check"}
	r.events <- workbench.Progress{Label: "case 1/2 float32", Done: 3, Total: 8}
	var err *workbench.Error
	if f.gate != nil {
		select {
		case <-f.gate:
		case <-ctx.Done():
			err = &workbench.Error{Code: workbench.CodeCancelled, Message: "cancelled"}
		}
	}
	result := &workbench.CheckResult{Name: "fake", Device: "host", Status: workbench.StatusOK}
	compile := fakeCompile(d)
	result.Diagnostics = compile.Diagnostics
	if compile.Status != workbench.StatusOK {
		result.Status = compile.Status
	} else {
		for i, params := range []string{"", "N=1000"} {
			for _, dtype := range []string{"float32", "float16"} {
				report := workbench.CaseReport{Case: i, Params: params, DType: dtype, Status: workbench.StatusOK, CompileMS: 2, RunMS: 12.5 * float64(i+1)}
				o := workbench.OutputReport{Name: "y", DType: dtype, Shape: []int{4, 8}, Elements: 32, MaxAbs: 1e-7, MaxRel: 2e-7, MaxULP: 1, RMS: 3e-8, RTol: 1e-5}
				if strings.Contains(d.Text, "wrong") {
					report.Status, result.Status = workbench.StatusMismatch, workbench.StatusMismatch
					o.Mismatches, o.MaxAbs, o.MaxULP = 5, 0.25, 4096
					o.First = &workbench.First{Index: []int{0, 3}, Got: "1.25", Want: "1"}
				}
				report.Outputs = []workbench.OutputReport{o}
				if strings.Contains(d.Text, "unfit") {
					report.Status, report.Outputs, result.Status = workbench.StatusSpecError, nil, workbench.StatusSpecError
					report.Diagnostics = []workbench.Diagnostic{{Severity: workbench.SeverityError, Line: 15, Message: "the reference gives y the shape [3]"}}
				}
				result.Cases = append(result.Cases, report)
				r.events <- workbench.CaseDone{Report: report}
			}
		}
	}
	finished := workbench.Finished{Elapsed: 420 * time.Millisecond, Err: err}
	if err == nil {
		finished.Result = result
	}
	r.events <- finished
	close(r.events)
	close(r.done)
}

const fakeSpec = `zmlx: 1
name: fake
doc: Copies its input.
params: {N: 32}
template: {T: float32}
inputs:
  x: {dtype: T, shape: [N]}
outputs:
  y: {dtype: T, shape: [N]}
launch: {grid: [N, 1, 1], threadgroup: [32, 1, 1]}
source: |
  uint i = thread_position_in_grid.x;
  float v = x[i];  // the only load
  y[i] = simd_sum(v) * 0.5f;
reference: y = x
`

func fakeCatalog() ([]work.Entry, error) {
	out := []work.Entry{{Name: "fake", Group: "test", Doc: "Copies its input.", Text: fakeSpec}}
	for i := range 30 {
		out = append(out, work.Entry{Name: fmt.Sprintf("kernel_%02d", i), Group: "test", Text: fakeSpec})
	}
	return out, nil
}

func fakeOptions() work.Options {
	return work.Options{
		Engine: work.Engine(&fakeEngine{}), Catalog: fakeCatalog,
		Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
	}
}
