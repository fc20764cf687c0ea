package workbench

import (
	"cmp"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/profile"
)

// kernelDevice runs every kernel as a Go function of its inputs.
type kernelDevice struct {
	mlx.Device
	name    string            // "fake" if empty
	source  *mlx.KernelSource // the last one compiled
	steps   int64             // instructions of a threadgroup
	compile func(src mlx.KernelSource) error
	launch  func(ctx context.Context, inputs []*mlx.Array, cfg mlx.LaunchConfig) (*mlx.LaunchResult, error)
}

func (d *kernelDevice) Name() string         { return cmp.Or(d.name, "fake") }
func (d *kernelDevice) Info() mlx.DeviceInfo { return mlx.DeviceInfo{Name: d.Name(), Cores: 1} }

func (d *kernelDevice) Compile(_ context.Context, src mlx.KernelSource, inputs []mlx.ArgInfo, cfg mlx.LaunchConfig) (mlx.Kernel, error) {
	d.source = &src
	if d.compile != nil {
		if err := d.compile(src); err != nil {
			return nil, err
		}
	}
	g, err := src.Generate(inputs, cfg)
	return fakeKernel{d, g}, err
}

type fakeKernel struct {
	device    *kernelDevice
	generated mlx.Generated
}

func (k fakeKernel) Generated() mlx.Generated   { return k.generated }
func (k fakeKernel) Warnings() []mlx.Diagnostic { return nil }
func (k fakeKernel) CompileTime() time.Duration { return time.Millisecond }
func (k fakeKernel) Launch(ctx context.Context, inputs []*mlx.Array, cfg mlx.LaunchConfig, opt mlx.LaunchOptions) (*mlx.LaunchResult, error) {
	if opt.Progress != nil {
		opt.Progress(1, 2)
	}
	if opt.StepBudget > 0 && k.device.steps > opt.StepBudget {
		return &mlx.LaunchResult{Findings: []mlx.Finding{{Kind: "endless-loop"}}}, nil
	}
	return k.device.launch(ctx, inputs, cfg)
}

// quiet is a machine with nothing else to do.
func quiet() profile.Conditions { return profile.Conditions{} }

func (d *kernelDevice) engine() *Engine {
	return New(Options{OpenDevice: func(string) (mlx.Device, error) { return d, nil }, Conditions: quiet})
}

const plusOne = `zmlx: 1
name: plus_one
params: {N: 4}
template: {T: float32}
inputs: {x: {dtype: T, shape: [N], init: arange}}
outputs: {y: {dtype: T, shape: [N]}}
launch: {grid: [N, 1, 1], threadgroup: [N, 1, 1]}
header: |
  // text before the kernel
source: |
  uint i = thread_position_in_grid.x;
  y[i] = x[i] + N;
reference: y = x + 1
tolerance: {float32: 1e-6, float16: 1e-3}
cases: [{N: 1}]
`

var plusOneDoc = Document{Path: "plus_one.yaml", Text: plusOne}

func addOne(_ context.Context, inputs []*mlx.Array, _ mlx.LaunchConfig) (*mlx.LaunchResult, error) {
	return &mlx.LaunchResult{Outputs: []*mlx.Array{inputs[0].Add(1)}, UnwrittenElements: []int{0}, Executor: "fake"}, nil
}

func TestCheckRunsEveryCaseInEveryType(t *testing.T) {
	d := &kernelDevice{launch: addOne}
	run := d.engine().Start(t.Context(), CheckJob{Document: plusOneDoc, Keep: true})
	var cases []CaseReport
	for _, e := range collect(run) {
		if c, ok := e.(CaseDone); ok {
			cases = append(cases, c.Report)
		}
	}
	result, err := run.Wait()
	require.NoError(t, err)
	r := result.(*CheckResult)
	require.Equal(t, StatusOK, r.Status)
	require.Len(t, r.Cases, 4)
	require.Equal(t, r.Cases, cases)
	var labels []string
	for _, c := range r.Cases {
		labels = append(labels, c.Params+" "+c.DType)
	}
	require.Equal(t, []string{"default float32", "default float16", "N=1 float32", "N=1 float16"}, labels)

	o := r.Cases[0].Outputs[0]
	require.Equal(t, "y", o.Name)
	require.Equal(t, 4, o.Elements)
	require.NotNil(t, o.RMSPlain)
	require.Equal(t, o.Want, o.Got)
	require.Equal(t, Value("4"), element(*o.Got, 3))
}

// A case that takes minutes is told of before its launch tells of itself.
func TestCheckTellsWhichCaseBegins(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	told := make(chan bool)
	d := &kernelDevice{launch: addOne, compile: func(mlx.KernelSource) error {
		select {
		case <-told:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}}
	run := d.engine().Start(ctx, CheckJob{Document: plusOneDoc, Cases: []int{1}, DTypes: []string{"float16"}})
	require.IsType(t, Started{}, <-run.Events())
	require.Equal(t, Progress{Label: "case 1 of 1, float16"}, <-run.Events())
	close(told)
	_, err := run.Wait()
	require.NoError(t, err)
}

// A time limit that passes in a case leaves the cases before it and says which it was,
// whether the device notices or not; a replay has nothing to compare with.
func TestCheckStoppedInACase(t *testing.T) {
	for _, heeds := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			d := &kernelDevice{launch: func(c context.Context, in []*mlx.Array, cfg mlx.LaunchConfig) (*mlx.LaunchResult, error) {
				switch {
				case in[0].DType() != mlx.Float16:
				case heeds:
					<-c.Done()
					return nil, c.Err()
				default:
					<-t.Context().Done()
				}
				return addOne(c, in, cfg)
			}}
			job := CheckJob{Document: plusOneDoc}
			result, err := d.engine().Start(ctx, job).Wait()
			var failed *Error
			require.ErrorAs(t, err, &failed)
			require.Equal(t, CodeTimeout, failed.Code)
			r := result.(*CheckResult)
			require.Equal(t, StatusTimeout, r.Status)
			require.Len(t, r.Cases, 2)
			require.Equal(t, StatusOK, r.Cases[0].Status)
			require.Equal(t, []any{"default", "float16", StatusTimeout}, []any{r.Cases[1].Params, r.Cases[1].DType, r.Cases[1].Status})
			require.Contains(t, r.Cases[1].Diagnostics[0].Rendered, "the time limit passed; raise it")

			entry, err := NewEntry("test", time.Now(), 0, job, result, failed)
			require.NoError(t, err)
			_, why, err := Replayable(entry, "")
			require.NoError(t, err)
			require.Equal(t, "it was stopped before its end", why)
		})
	}
}

func TestCheckSelectsCasesAndTypes(t *testing.T) {
	d := &kernelDevice{launch: addOne}
	result, err := d.engine().Start(t.Context(), CheckJob{Document: plusOneDoc, Cases: []int{1}, DTypes: []string{"float16"}}).Wait()
	require.NoError(t, err)
	r := result.(*CheckResult)
	require.Len(t, r.Cases, 1)
	require.Equal(t, "float16", r.Cases[0].DType)
	require.Nil(t, r.Cases[0].Outputs[0].Got)
}

func TestCheckReportsTheFirstMismatch(t *testing.T) {
	d := &kernelDevice{launch: func(_ context.Context, in []*mlx.Array, _ mlx.LaunchConfig) (*mlx.LaunchResult, error) {
		return &mlx.LaunchResult{Outputs: []*mlx.Array{in[0].Multiply(2)}, UnwrittenElements: []int{0}}, nil
	}}
	result, err := d.engine().Start(t.Context(), CheckJob{Document: plusOneDoc, Cases: []int{0}, DTypes: []string{"float32"}}).Wait()
	require.NoError(t, err)
	r := result.(*CheckResult)
	require.Equal(t, StatusMismatch, r.Status)
	require.Equal(t, &First{Index: []int{0}, Got: "0", Want: "1"}, r.Cases[0].Outputs[0].First)
	require.Equal(t, 3, r.Cases[0].Outputs[0].Mismatches)
}

func TestSpecDiagnosticsStandAtTheSpecsLine(t *testing.T) {
	d := &kernelDevice{compile: func(mlx.KernelSource) error {
		return &mlx.CompileError{Diagnostics: []mlx.Diagnostic{{Severity: mlx.SeverityError, Code: "no", Message: "no x", Part: mlx.PartSource,
			Line: 2, Column: 8, EndLine: 2, EndColumn: 9,
			Notes: []mlx.Note{{Message: "a constant", Part: mlx.PartHeader, Line: 2, Column: 1,
				Fixes: []mlx.Fix{{Part: mlx.PartHeader, Line: 2, Column: 4, EndLine: 2, EndColumn: 9}}}},
			Fixes: []mlx.Fix{{Part: mlx.PartSource, Line: 2, Column: 8, EndLine: 2, EndColumn: 9, Text: "z"}}}}}
	}}
	result, err := d.engine().Start(t.Context(), CompileJob{Document: plusOneDoc}).Wait()
	require.NoError(t, err)
	r := result.(*CompileResult)
	require.Equal(t, StatusCompileError, r.Status)
	require.Len(t, r.Diagnostics, 1)
	got := r.Diagnostics[0]
	require.Equal(t, 12, got.Line)
	require.Equal(t, 10, got.Column)
	require.Equal(t, 2, got.PartLine)
	require.Equal(t, []Fix{{12, 10, 12, 11, "z"}}, got.Fixes)
	require.Equal(t, `plus_one.yaml:12:10: error: no x
   12 |   y[i] = x[i] + N;
      |          ^
    + |   y[i] = z[i] + N;
plus_one.yaml:9:3: note: a constant
    9 |   // text before the kernel
      |   ^
    + |   // before the kernel
`, got.Rendered)

	require.Contains(t, r.Generated.DocumentLines, 12)
	require.NotContains(t, r.Generated.DocumentLines, 1)
}

func TestInspectLinksIRToTheDocument(t *testing.T) {
	result, err := New(Options{}).Start(t.Context(), CompileJob{Document: plusOneDoc, Inspect: true}).Wait()
	require.NoError(t, err)
	r := result.(*CompileResult)
	lines := strings.Split(r.IR, "\n")
	require.Len(t, r.IRLines, len(lines))
	loads := 0
	for i, line := range lines {
		require.NotRegexp(t, ` @\d`, line)
		if strings.Contains(line, "= load") || strings.Contains(line, "store.f32.device") {
			loads++
			require.Equal(t, 12, r.IRLines[i], line)
		}
	}
	require.Equal(t, 2, loads)
	require.Contains(t, r.WAT, "(module")
	require.Regexp(t, `;; source:\d+: .*x\[`, r.WAT, "lines that the code comes from")
}

func TestSpecErrorIsAResult(t *testing.T) {
	doc := Document{Path: "a.yaml", Text: "zmlx: 1\nname: a\nparms: {}\n"}
	for _, job := range []Job{CompileJob{Document: doc}, RunJob{Document: doc}, CheckJob{Document: doc}} {
		result, err := (&kernelDevice{launch: addOne}).engine().Start(t.Context(), job).Wait()
		require.NoError(t, err)
		require.Equal(t, StatusSpecError, result.Outcome())
		require.Equal(t, ExitUsage, result.Outcome().ExitCode())
	}
}

func TestCheckCanBeCancelledBetweenCases(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	launches := 0
	d := &kernelDevice{}
	d.launch = func(c context.Context, in []*mlx.Array, cfg mlx.LaunchConfig) (*mlx.LaunchResult, error) {
		if launches++; launches == 2 {
			cancel()
			return nil, context.Canceled
		}
		return addOne(c, in, cfg)
	}
	_, err := d.engine().Start(ctx, CheckJob{Document: plusOneDoc}).Wait()
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, CodeCancelled, e.Code)
	require.Equal(t, 2, launches)
}

func TestRunReplacesParametersAndTypes(t *testing.T) {
	d := &kernelDevice{launch: addOne}
	job := RunJob{Document: plusOneDoc, Variant: Variant{Params: map[string]string{"N": "3"}, Template: map[string]string{"T": "bfloat16"}}}
	result, err := d.engine().Start(t.Context(), job).Wait()
	require.NoError(t, err)
	r := result.(*RunResult)
	require.Equal(t, "N=3 T=bfloat16", r.Case)
	require.Equal(t, []int{3}, r.Outputs[0].Shape)
	require.Equal(t, "bfloat16", r.Outputs[0].DType)
	require.Equal(t, []Value{"1", "2", "3"}, r.Outputs[0].Head)
	require.Equal(t, [3]int{3, 1, 1}, r.Grid)
	require.Contains(t, d.source.Header, "constant constexpr int N = 3;")
}

func TestEveryTemplateIsAValidSpec(t *testing.T) {
	for _, k := range SpecKinds() {
		doc, err := NewSpec(k.Name, "mine")
		require.NoError(t, err)
		require.Equal(t, "mine.yaml", doc.Path)
		src, diagnostics, err := resolve(doc, Variant{})
		require.NoError(t, err)
		require.Empty(t, diagnostics, k.Name)
		require.Equal(t, "mine", src.Spec.Name)
	}
}

func TestBinaryMetal(t *testing.T) {
	result, err := New(Options{}).Start(t.Context(), CheckJob{Document: Document{Path: "a.metal", Text: "MTLB\x00\xfe"}}).Wait()
	require.NoError(t, err)
	ds := result.(*CheckResult).Diagnostics
	require.Len(t, ds, 1)
	require.Equal(t, "a.metal: error: this is no text file; Metal source is text in UTF-8\n", ds[0].Rendered)
}
