package workbench

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/msl"
)

// fakeDevice is a raw device whose launch is a function of the test.
type fakeDevice struct {
	mlx.Device
	compile func(ctx context.Context) ([]mlx.Diagnostic, error)
	launch  func(ctx context.Context, l mlx.RawLaunch) (*mlx.RawResult, error)
}

func (d fakeDevice) Name() string { return "fake" }

func (d fakeDevice) CompileFile(ctx context.Context, _, _ string, _ msl.Options) (mlx.RawProgram, error) {
	if d.compile != nil {
		if w, err := d.compile(ctx); err != nil || len(w) > 0 {
			return fakeProgram{d, w}, err
		}
	}
	return fakeProgram{d, nil}, nil
}

type fakeProgram struct {
	device   fakeDevice
	warnings []mlx.Diagnostic
}

func (p fakeProgram) Entries() []mlx.EntryInfo {
	return []mlx.EntryInfo{{Name: "k", Buffers: []mlx.EntryArg{{Name: "y", Index: 0, Type: "float", ElemSize: 4}}}}
}
func (p fakeProgram) Warnings() []mlx.Diagnostic { return p.warnings }
func (p fakeProgram) CompileTime() time.Duration { return time.Millisecond }
func (p fakeProgram) Launch(ctx context.Context, l mlx.RawLaunch) (*mlx.RawResult, error) {
	return p.device.launch(ctx, l)
}

func engineOn(d fakeDevice) *Engine {
	return New(Options{OpenDevice: func(string) (mlx.Device, error) { return d, nil }})
}

var metalRun = RunJob{
	Document: Document{Path: "k.metal", Text: "kernel void k(device float* y) {\n  y[0] = 1;\n}\n"},
	Raw: &RawLaunch{Grid: [3]int{1, 1, 1}, Threadgroup: [3]int{1, 1, 1},
		Buffers: map[int]RawBuffer{0: {New: "float32:2"}}},
}

func fillOnes(_ context.Context, l mlx.RawLaunch) (*mlx.RawResult, error) {
	copy(l.Buffers[0], []byte{0, 0, 0x80, 0x3f})
	return &mlx.RawResult{Executor: "fake", Unwritten: map[int]int{0: 4}}, nil
}

func collect(r *Run) []Event {
	var events []Event
	for e := range r.Events() {
		events = append(events, e)
	}
	return events
}

func TestRunDescribesOutputs(t *testing.T) {
	run := engineOn(fakeDevice{launch: fillOnes}).Start(t.Context(), metalRun)
	events := collect(run)
	result, err := run.Wait()
	require.NoError(t, err)
	out := result.(*RunResult)
	require.Equal(t, StatusOK, out.Status)
	require.Equal(t, "k", out.Name)
	require.Len(t, out.Outputs, 1)
	y := out.Outputs[0]
	require.Equal(t, []Value{"1", "nan"}, y.Head)
	require.Equal(t, 1, y.NaN)
	require.Equal(t, 1, y.Unwritten)
	require.Equal(t, Number(1), y.Max)

	require.IsType(t, Started{}, events[0])
	last := events[len(events)-1].(Finished)
	require.Equal(t, result, last.Result)
	require.Nil(t, last.Err)
}

func TestCompileErrorIsAResult(t *testing.T) {
	d := fakeDevice{compile: func(context.Context) ([]mlx.Diagnostic, error) {
		return nil, &mlx.CompileError{Kernel: "k", Diagnostics: []mlx.Diagnostic{{
			Severity: mlx.SeverityError, Code: "undeclared-identifier", Message: "use of undeclared identifier 'z'",
			Part: mlx.PartFile, Line: 2, Column: 3, EndLine: 2, EndColumn: 7}}}
	}}
	result, err := engineOn(d).Start(t.Context(), metalRun).Wait()
	require.NoError(t, err)
	require.Equal(t, StatusCompileError, result.Outcome())
	require.Equal(t, ExitCompile, result.Outcome().ExitCode())
	diagnostics := result.(*RunResult).Diagnostics
	require.Len(t, diagnostics, 1)
	require.Equal(t, "k.metal:2:3: error: use of undeclared identifier 'z'\n"+
		"    2 |   y[0] = 1;\n"+
		"      |   ^~~~\n", diagnostics[0].Rendered)
}

func TestMarginsHoldLongNumbers(t *testing.T) {
	n := Note{Line: 123456, Column: 10, Ranges: []Range{{123456, 10, 123456, 11}},
		Fixes: []Fix{{Line: 123456, Column: 10, EndLine: 123456, EndColumn: 11, Text: "y"}}}
	var b strings.Builder
	excerpt(&b, "  y[0] = z;", n)
	mended(&b, "  y[0] = z;", n)
	require.Equal(t, "123456 |   y[0] = z;\n       |          ^\n     + |   y[0] = y;\n", b.String())
}

func TestFindingsGetTheirLine(t *testing.T) {
	d := fakeDevice{launch: func(context.Context, mlx.RawLaunch) (*mlx.RawResult, error) {
		return &mlx.RawResult{Findings: []mlx.Finding{{Kind: "out-of-bounds", Message: "store past the end", Part: mlx.PartFile, Line: 2, Column: 3, Count: 7}}}, nil
	}}
	result, err := engineOn(d).Start(t.Context(), metalRun).Wait()
	require.NoError(t, err)
	require.Equal(t, StatusFinding, result.Outcome())
	require.Contains(t, result.(*RunResult).Findings[0].Rendered, "    2 |   y[0] = 1;\n      |   ^\n")
}

func TestErrorsHaveCodes(t *testing.T) {
	failing := func(err error) fakeDevice {
		return fakeDevice{launch: func(context.Context, mlx.RawLaunch) (*mlx.RawResult, error) { return nil, err }}
	}
	cases := []struct {
		name   string
		device fakeDevice
		job    Job
		code   Code
		exit   int
	}{
		{"panic", fakeDevice{launch: func(context.Context, mlx.RawLaunch) (*mlx.RawResult, error) { panic("boom") }}, metalRun, CodeInternal, ExitInternal},
		{"any error", failing(errors.New("boom")), metalRun, CodeInternal, ExitInternal},
		{"misuse", failing(&mlx.Error{Code: mlx.BadArgument, Msg: "threadgroup too large"}), metalRun, CodeUsage, ExitUsage},
		{"unsupported", failing(&mlx.Error{Code: mlx.Unsupported, Msg: "no"}), metalRun, CodeDevice, ExitDevice},
		{"deadline", failing(context.DeadlineExceeded), metalRun, CodeTimeout, ExitTimeout},
		{"no launch", fakeDevice{}, RunJob{Document: metalRun.Document}, CodeUsage, ExitUsage},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := engineOn(c.device).Start(t.Context(), c.job).Wait()
			var e *Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, c.code, e.Code, e.Message)
			require.Equal(t, c.exit, e.ExitCode())
		})
	}
}

func TestUnknownDevice(t *testing.T) {
	job := metalRun
	job.Device = "toaster"
	_, err := New(Options{}).Start(t.Context(), job).Wait()
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, ExitDevice, e.ExitCode())
	require.Contains(t, e.Error(), `"toaster"`)
}

func TestCancel(t *testing.T) {
	launched := make(chan struct{})
	hanging := fakeDevice{launch: func(ctx context.Context, _ mlx.RawLaunch) (*mlx.RawResult, error) {
		close(launched)
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	run := engineOn(hanging).Start(t.Context(), metalRun)
	<-launched
	run.Cancel()
	run.Cancel()
	_, err := run.Wait()
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, CodeCancelled, e.Code)
	require.Equal(t, ExitCancelled, e.ExitCode())
	events := collect(run)
	require.Equal(t, e, events[len(events)-1].(Finished).Err)
}

func TestASlowReaderSeesTheNewestProgress(t *testing.T) {
	chatty := fakeDevice{launch: func(_ context.Context, l mlx.RawLaunch) (*mlx.RawResult, error) {
		for i := range int64(100_000) {
			l.Options.Progress(i+1, 100_000)
		}
		return &mlx.RawResult{}, nil
	}}
	run := engineOn(chatty).Start(t.Context(), metalRun)
	<-run.Done()
	var progress []Progress
	for _, e := range collect(run) {
		if p, ok := e.(Progress); ok {
			progress = append(progress, p)
		}
	}
	require.Equal(t, []Progress{{Label: "launch", Done: 100_000, Total: 100_000}}, progress)
}

func TestLogsAreBounded(t *testing.T) {
	q := newQueue()
	for range maxPendingLogs + 5 {
		q.push(Log{Text: "x"})
	}
	q.close()
	var logs []string
	for e := range q.subscribe() {
		logs = append(logs, e.(Log).Text)
	}
	require.Len(t, logs, maxPendingLogs+1)
	require.Equal(t, "… 5 earlier lines dropped", logs[0])
}

func TestJobsAndResultsEncode(t *testing.T) {
	text, err := json.Marshal(metalRun)
	require.NoError(t, err)
	var job RunJob
	require.NoError(t, json.Unmarshal(text, &job))
	require.Equal(t, metalRun, job)

	result, err := engineOn(fakeDevice{launch: fillOnes}).Start(t.Context(), job).Wait()
	require.NoError(t, err)
	text, err = json.Marshal(result)
	require.NoError(t, err)
	var back RunResult
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, []Value{"1", "nan"}, back.Outputs[0].Head)
}
