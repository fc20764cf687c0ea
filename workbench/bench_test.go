package workbench

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/profile"
)

// timedDevice computes x + 1 and says that it took as long as cost says.
func timedDevice(cost func(n int) time.Duration) *kernelDevice {
	d := &kernelDevice{}
	d.launch = func(c context.Context, in []*mlx.Array, cfg mlx.LaunchConfig) (*mlx.LaunchResult, error) {
		if in[0].NDim() == 2 { // a probe, of which nobody looks at what it computes
			return &mlx.LaunchResult{Outputs: in[:1], UnwrittenElements: []int{0}, Executor: "fake", RunTime: time.Millisecond}, nil
		}
		r, err := addOne(c, in, cfg)
		r.RunTime = cost(in[0].Size())
		r.Lines = []mlx.LineCount{{Part: mlx.PartSource, Line: 2, FLOPs: int64(in[0].Size())}}
		return r, err
	}
	return d
}

// steady is a cost of about 5 ms with noise.
func steady(scale float64) func(int) time.Duration {
	rng := rand.New(rand.NewPCG(1, uint64(scale*1000)))
	return func(int) time.Duration {
		return time.Duration(scale * float64(5*time.Millisecond) * (1 + 0.01*rng.NormFloat64()))
	}
}

func benchOn(t *testing.T, d *kernelDevice, job BenchJob) *BenchResult {
	t.Helper()
	if job.Document.Path == "" {
		job.Document = plusOneDoc
	}
	result, err := d.engine().Start(t.Context(), job).Wait()
	require.NoError(t, err)
	return result.(*BenchResult)
}

func TestBenchMeasuresEveryCase(t *testing.T) {
	r := benchOn(t, timedDevice(steady(1)), BenchJob{Samples: 12})
	require.Equal(t, StatusOK, r.Status)
	require.Len(t, r.Lines, 4)
	l := r.Lines[0]
	require.Equal(t, "plus_one", l.Kernel)
	require.Equal(t, "float32", l.DType)
	require.Len(t, l.Samples, 12)
	require.Equal(t, 1, l.Batch)
	require.InDelta(t, 5, l.Summary.Median, 0.1)
	require.Equal(t, int64(32), l.Bytes)
	require.InDelta(t, 32/(l.Summary.Median*1e6), float64(l.GBps), 1e-12)
	require.InDelta(t, 4/(l.Summary.Median*1e6), *l.GFlops, 1e-12)
	require.Equal(t, "reference op", l.Op.Name)
	require.Len(t, l.Op.Samples, 12)
	require.Nil(t, l.Baseline)
}

// A kernel that would take minutes to count is measured without GFLOP/s.
func TestLongKernelsAreNotCounted(t *testing.T) {
	d := timedDevice(steady(1))
	d.steps = countBudget
	r := benchOn(t, d, BenchJob{Samples: 3, Cases: []int{0}, DTypes: []string{"float32"}})
	require.NotNil(t, r.Lines[0].GFlops)
	require.Empty(t, r.Warnings)
	d.steps++
	r = benchOn(t, d, BenchJob{Samples: 3, Cases: []int{0}, DTypes: []string{"float32"}})
	require.Equal(t, StatusOK, r.Status)
	require.Len(t, r.Lines[0].Samples, 3)
	require.Nil(t, r.Lines[0].GFlops)
	require.Equal(t, []string{"the operations of plus_one were not counted: a launch executes more than 2 billion instructions"}, r.Warnings)
}

// Those who save at the same time keep each other's lines.
func TestSavingAtTheSameTime(t *testing.T) {
	t.Setenv("ZMLX_HOME", t.TempDir())
	line := benchOn(t, timedDevice(steady(1)), BenchJob{Samples: 3, Cases: []int{0}, DTypes: []string{"float32"}}).Lines[0]
	var wg sync.WaitGroup
	for i := range 8 {
		l := line
		l.Kernel = fmt.Sprint("k", i)
		wg.Go(func() {
			_, err := SaveBaseline("main", "", time.Unix(0, 0), []BenchLine{l})
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	b, err := LoadBaseline("main")
	require.NoError(t, err)
	require.Len(t, b.Lines, 8)
}

func TestShortKernelsAreBatched(t *testing.T) {
	r := benchOn(t, timedDevice(func(int) time.Duration { return 10 * time.Microsecond }), BenchJob{Samples: 3, Cases: []int{0}, DTypes: []string{"float32"}})
	require.Equal(t, 401, r.Lines[0].Batch)
	require.InDelta(t, 0.01, r.Lines[0].Summary.Median, 1e-9)
}

func TestAWrongKernelGetsNoNumber(t *testing.T) {
	d := timedDevice(steady(1))
	right := d.launch
	d.launch = func(c context.Context, in []*mlx.Array, cfg mlx.LaunchConfig) (*mlx.LaunchResult, error) {
		r, err := right(c, in, cfg)
		if in[0].DType() == mlx.Float16 {
			r.Outputs[0] = in[0].Multiply(3)
		}
		return r, err
	}
	r := benchOn(t, d, BenchJob{Samples: 3, Cases: []int{0}})
	require.Equal(t, StatusMismatch, r.Status)
	require.Equal(t, StatusOK, r.Lines[0].Status)
	require.Equal(t, StatusMismatch, r.Lines[1].Status)
	require.Empty(t, r.Lines[1].Samples)
	require.Zero(t, r.Lines[1].MedianMS)
	require.Contains(t, r.Lines[1].Reason, "no number without a right result")
}

func TestAboveTheRoofIsAnError(t *testing.T) {
	doc := Document{Path: "big.yaml", Text: strings.Replace(plusOne, "{N: 4}", "{N: 1000}", 1)}
	doc.Text = strings.Replace(doc.Text, "threadgroup: [N", "threadgroup: [4", 1)
	r := benchOn(t, timedDevice(func(int) time.Duration { return time.Nanosecond }), BenchJob{Document: doc, Samples: 3, Cases: []int{0}, DTypes: []string{"float32"}})
	require.Equal(t, StatusMismatch, r.Status)
	require.Contains(t, r.Lines[0].Reason, "above the measured roof")
}

// Other work that keeps a roof low for a while makes no error of a kernel.
func TestALowRoofIsMeasuredAgain(t *testing.T) {
	d, tries := timedDevice(steady(1)), 0
	d.compile = func(src mlx.KernelSource) error {
		if src.Name == "zmlx_probe_"+probes.scalar.name { // the first of each look for a roof
			tries++
		}
		return nil
	}
	launch := d.launch
	d.launch = func(c context.Context, in []*mlx.Array, cfg mlx.LaunchConfig) (*mlx.LaunchResult, error) {
		r, err := launch(c, in, cfg)
		if in[0].NDim() == 2 && in[0].Dim(0) >= 1<<12 && tries < 2 { // a probe of arithmetic
			r.RunTime = 1 << 61
		}
		return r, err
	}
	r := benchOn(t, d, BenchJob{Samples: 3, Cases: []int{0}, DTypes: []string{"float32"}})
	require.Equal(t, 2, tries)
	require.Equal(t, StatusOK, r.Status, r.Lines[0].Reason)
}

func TestBaselineOfAnotherVersionIsMeasuredInTurn(t *testing.T) {
	d := timedDevice(nil)
	var order []string
	fast, slow := steady(1), steady(1.2)
	// The two versions differ in their threadgroup.
	d.launch = func(c context.Context, in []*mlx.Array, cfg mlx.LaunchConfig) (*mlx.LaunchResult, error) {
		r, err := addOne(c, in, cfg)
		switch {
		case in[0].NDim() == 2: // a probe
			r.RunTime = time.Millisecond
		case cfg.Threadgroup[0] == 2:
			order = append(order, "old")
			r.RunTime = fast(0)
		default:
			order = append(order, "new")
			r.RunTime = slow(0)
		}
		return r, err
	}
	old := Document{Path: "plus_one.yaml", Text: strings.Replace(plusOne, "threadgroup: [N", "threadgroup: [2", 1)}
	r := benchOn(t, d, BenchJob{Baseline: &old, Samples: 20, Cases: []int{0}, DTypes: []string{"float32"}})
	b := r.Lines[0].Baseline
	require.NotNil(t, b)
	require.InDelta(t, 1.2, b.Shift.Ratio, 0.02)
	require.True(t, b.Shift.Significant())
	last := order[len(order)-4:]
	require.True(t, last[0] != last[1] && last[1] == last[2] && last[2] != last[3], "there and back: %v", last)
}

func TestGate(t *testing.T) {
	t.Setenv("ZMLX_HOME", t.TempDir())
	before := benchOn(t, timedDevice(steady(1)), BenchJob{Samples: 30, Cases: []int{0}, DTypes: []string{"float32"}})
	path, err := SaveBaseline("main", "first", time.Unix(0, 0), before.Lines)
	require.NoError(t, err)
	require.FileExists(t, path)
	gate, err := ParseGate("median:5%")
	require.NoError(t, err)

	for _, c := range []struct {
		name    string
		scale   float64
		samples int
		want    Verdict
	}{
		{"the same", 1, 30, Passed},
		{"faster", 0.8, 30, Passed},
		{"a little slower", 1.02, 30, Passed},
		{"slower", 1.2, 30, Regression},
		{"slower by the gate's size", 1.05, 30, Regression},
		{"slower by few samples", 1.2, 5, Inconclusive},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := benchOn(t, timedDevice(steady(c.scale)), BenchJob{Samples: c.samples, Cases: []int{0}, DTypes: []string{"float32"}})
			b, err := LoadBaseline("main")
			require.NoError(t, err)
			require.Equal(t, "first", b.Reason)
			require.Empty(t, b.Compare(r.Lines))
			verdict, why := gate.Judge(r.Lines[0])
			require.Equal(t, c.want, verdict, why)
		})
	}

	b, err := LoadBaseline(path)
	require.NoError(t, err)
	b.Lines[0].Environment.Host = "elsewhere"
	r := benchOn(t, timedDevice(steady(1)), BenchJob{Samples: 12, Cases: []int{0}, DTypes: []string{"float32"}})
	require.Contains(t, b.Compare(r.Lines)[0], "measured on another machine (elsewhere)")
	verdict, why := gate.Judge(r.Lines[0])
	require.Equal(t, Inconclusive, verdict)
	require.Equal(t, "there is no comparable baseline", why)
	require.Equal(t, ExitInconclusive, verdict.ExitCode())

	// A case without elements has nothing that could be slower, unless it had some before.
	empty := []BenchLine{{Kernel: "plus_one", Params: "N=0", Status: StatusOK, Reason: "all outputs are empty"}}
	require.Empty(t, b.Compare(empty))
	verdict, _ = gate.Judge(empty[0])
	require.Equal(t, Passed, verdict)
	b.Lines = append(b.Lines, BenchLine{Kernel: "plus_one", Params: "N=0", Status: StatusOK, Samples: make([]float64, 30)})
	require.Contains(t, b.Compare(empty)[0], "has numbers for plus_one N=0  on , which has none now: all outputs are empty")
	verdict, _ = gate.Judge(empty[0])
	require.Equal(t, Inconclusive, verdict)

	_, err = LoadBaseline("mian")
	require.ErrorContains(t, err, `did you mean "main"?`)
}

func TestGateOfPairsTakenInTurn(t *testing.T) {
	samples := make([]float64, minGateSamples)
	for _, c := range []struct {
		shift   profile.Shift
		verdict Verdict
		why     string
	}{
		{profile.Shift{Delta: 0.1, Lo: 0.08, Hi: 0.12, P: 0.001}, Regression, "10.0 % slower than baseline, between 8.0 % and 12.0 %"},
		{profile.Shift{Delta: 0.388, Lo: 0.083, Hi: 1.078, P: 0.15}, Inconclusive,
			"38.8 % slower than baseline, between 8.3 % and 107.8 %: take more samples, or measure on a quieter machine"},
		{profile.Shift{Delta: -0.078, Lo: -0.262, Hi: 0.176, P: 0.98}, Inconclusive,
			"7.8 % faster than baseline, between 26.2 % faster and 17.6 % slower: take more samples, or measure on a quieter machine"},
		{profile.Shift{Delta: -0.01, Lo: -0.02, Hi: 0.01, P: 0.5}, Passed, ""},
	} {
		line := BenchLine{Status: StatusOK, Samples: samples, Baseline: &Rival{Name: "baseline", Samples: samples, Shift: c.shift}}
		verdict, why := Gate{Limit: 0.05}.Judge(line)
		require.Equal(t, c.verdict, verdict)
		require.Equal(t, c.why, why)
	}
}

func TestSavingKeepsTheLinesOfOthers(t *testing.T) {
	t.Setenv("ZMLX_HOME", t.TempDir())
	for _, dtype := range []string{"float32", "float16"} {
		r := benchOn(t, timedDevice(steady(1)), BenchJob{Samples: 3, Cases: []int{0}, DTypes: []string{dtype}})
		_, err := SaveBaseline("main", "", time.Unix(0, 0), r.Lines)
		require.NoError(t, err)
	}
	b, err := LoadBaseline("main")
	require.NoError(t, err)
	require.Len(t, b.Lines, 2)
}

func TestAcceptedRegressionsAreTheNewBaseline(t *testing.T) {
	t.Setenv("ZMLX_HOME", t.TempDir())
	job := BenchJob{Samples: 20, Cases: []int{0}}
	before := benchOn(t, timedDevice(steady(1)), job)
	_, err := SaveBaseline("main", "", time.Unix(0, 0), before.Lines)
	require.NoError(t, err)
	b, err := LoadBaseline("main")
	require.NoError(t, err)
	after := benchOn(t, timedDevice(steady(1.2)), job)
	require.Empty(t, b.Compare(after.Lines))
	_, err = b.Accept("worth it", time.Unix(9, 0), after.Lines[:1])
	require.NoError(t, err)

	b, err = LoadBaseline("main")
	require.NoError(t, err)
	require.Equal(t, after.Lines[0].Samples, b.Lines[0].Samples)
	require.Equal(t, before.Lines[1].Samples, b.Lines[1].Samples)
	require.Len(t, b.Accepted, 1)
	require.Equal(t, []any{"worth it", "plus_one default float32 on fake"}, []any{b.Accepted[0].Reason, b.Accepted[0].Line})
	require.InDelta(t, 0.2, b.Accepted[0].Shift, 0.02)
}

// Several specs, devices and the op are measured in turn, and each is compared.
func TestCandidatesAndDevicesAreMeasuredInTurn(t *testing.T) {
	var order []string
	fast, slow := steady(1), steady(1.5)
	device := func(name string) *kernelDevice {
		d := &kernelDevice{name: name}
		d.launch = func(c context.Context, in []*mlx.Array, cfg mlx.LaunchConfig) (*mlx.LaunchResult, error) {
			r, err := addOne(c, in, cfg)
			switch {
			case in[0].NDim() == 2: // a probe
				r.RunTime = time.Millisecond
				return r, err
			case cfg.Threadgroup[0] == 2:
				r.RunTime = slow(0)
			default:
				r.RunTime = fast(0)
			}
			order = append(order, name)
			return r, err
		}
		return d
	}
	one, two := device("one"), device("two")
	e := New(Options{OpenDevice: func(name string) (mlx.Device, error) { return map[string]mlx.Device{"one": one, "two": two}[name], nil }})
	other := Document{Path: "other.yaml", Text: strings.Replace(strings.Replace(plusOne, "threadgroup: [N", "threadgroup: [2", 1), "name: plus_one", "name: other", 1)}
	result, err := e.Start(t.Context(), BenchJob{Document: plusOneDoc, Against: []Document{other}, Device: "one,two", Samples: 20, Cases: []int{0}, DTypes: []string{"float32"}}).Wait()
	require.NoError(t, err)
	lines := result.(*BenchResult).Lines
	require.Equal(t, []string{"one", "two"}, []string{lines[0].Device, lines[1].Device})
	for _, l := range lines {
		require.Equal(t, l.Device, l.Environment.Device)
		require.Len(t, l.Against, 1)
		require.Equal(t, "other", l.Against[0].Name)
		require.InDelta(t, 1/1.5, l.Against[0].Shift.Ratio, 0.03)
		require.True(t, l.Against[0].Shift.Significant())
		require.Len(t, l.WallMS, 20)
	}
	last := order[len(order)-8:]
	require.Equal(t, []string{last[7], last[6], last[5], last[4]}, last[:4], "there and back")
}

// Whoever looks on sees the numbers as they come in, and can cancel.
func TestBenchIsLive(t *testing.T) {
	var clock atomic.Int64 // what is cancelled may look at it once more, beside whoever tells the end
	now := func() time.Time { return time.Unix(0, clock.Add(int64(50*time.Millisecond))) }
	d := timedDevice(steady(1))
	e := New(Options{OpenDevice: func(string) (mlx.Device, error) { return d, nil }, Now: now, Conditions: quiet})
	run := e.Start(t.Context(), BenchJob{Document: plusOneDoc, Cases: []int{0}, DTypes: []string{"float32"}, Samples: 1000})
	var seen []int
	for event := range run.Events() {
		if m, ok := event.(Measured); ok {
			l := m.Result.Lines[0]
			require.Equal(t, len(l.Samples), l.Summary.N)
			if seen = append(seen, l.Summary.N); len(seen) == 3 {
				run.Cancel()
			}
		}
	}
	require.GreaterOrEqual(t, len(seen), 3)
	require.IsIncreasing(t, seen)
	result, err := run.Wait()
	var failed *Error
	require.ErrorAs(t, err, &failed)
	require.Equal(t, CodeCancelled, failed.Code)
	known := result.(*BenchResult)
	require.Equal(t, "plus_one", known.Name)
	require.GreaterOrEqual(t, known.Lines[0].Summary.N, seen[2])
}

// What is printed as JSON or NDJSON is read again without loss.
func TestResultsAreReadAgain(t *testing.T) {
	r := benchOn(t, timedDevice(steady(1)), BenchJob{Samples: 12})
	text, err := json.Marshal(Baseline{Schema: BenchSchema, Lines: r.Lines})
	require.NoError(t, err)
	var rows []byte
	for _, l := range r.Lines {
		row, err := json.Marshal(l)
		require.NoError(t, err)
		rows = append(append(rows, row...), '\n')
	}
	for name, data := range map[string][]byte{"r.json": text, "r.ndjson": rows} {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		b, err := LoadBaseline(path)
		require.NoError(t, err)
		require.Equal(t, r.Lines, b.Lines)
		require.NoError(t, os.WriteFile(path, data[:len(data)-9], 0o600))
		_, err = LoadBaseline(path)
		require.ErrorContains(t, err, path+" holds no results of a bench: ")
	}
}

func TestGateTexts(t *testing.T) {
	for _, bad := range []string{"", "median", "median:5", "mean:5%", "median:-1%", "median:nan%", "median:x%"} {
		_, err := ParseGate(bad)
		require.Error(t, err, bad)
	}
	g, err := ParseGate("median:2.5%")
	require.NoError(t, err)
	require.InDelta(t, 0.025, g.Limit, 1e-12)
}

// Regressions are accepted into the file that they were judged by, and what others
// have saved there meanwhile stays.
func TestAcceptingKeepsTheFile(t *testing.T) {
	t.Setenv("ZMLX_HOME", t.TempDir())
	job := BenchJob{Samples: 20, Cases: []int{0}, DTypes: []string{"float32"}}
	saved, err := SaveBaseline("main", "", time.Unix(0, 0), benchOn(t, timedDevice(steady(1)), job).Lines)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "ci.json")
	text, err := os.ReadFile(saved)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, text, 0o600))
	b, err := LoadBaseline(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(text), `"created"`, `"reason": "meanwhile", "created"`, 1)), 0o600))
	after := benchOn(t, timedDevice(steady(1.2)), job)
	require.Empty(t, b.Compare(after.Lines))
	accepted, err := b.Accept("worth it", time.Unix(9, 0), after.Lines)
	require.NoError(t, err)
	require.Equal(t, path, accepted)
	b, err = LoadBaseline(path)
	require.NoError(t, err)
	require.Equal(t, "meanwhile", b.Reason)
	require.Len(t, b.Accepted, 1)
	unchanged, err := os.ReadFile(saved)
	require.NoError(t, err)
	require.Equal(t, text, unchanged)
}

func TestAnUnreadableBaselineIsNotReplaced(t *testing.T) {
	t.Setenv("ZMLX_HOME", t.TempDir())
	require.NoError(t, CheckBaselineName("main"))
	require.NoError(t, os.MkdirAll(filepath.Dir(baselinePath("main")), 0o755))
	require.NoError(t, os.WriteFile(baselinePath("main"), []byte("{not"), 0o600))
	require.ErrorContains(t, CheckBaselineName("main"), "delete the file, or save under another name")
	r := benchOn(t, timedDevice(steady(1)), BenchJob{Samples: 3, Cases: []int{0}, DTypes: []string{"float32"}})
	_, err := SaveBaseline("main", "", time.Unix(0, 0), r.Lines)
	require.ErrorContains(t, err, "holds no results of a bench")
}

func TestHistorySurvivesATornTail(t *testing.T) {
	t.Setenv("ZMLX_HOME", t.TempDir())
	r := benchOn(t, timedDevice(steady(1)), BenchJob{Samples: 3, Cases: []int{0}, DTypes: []string{"float32"}})
	for i := range 3 {
		require.NoError(t, AppendHistory(time.Unix(int64(i), 0), r))
	}
	path := historyPath()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	text = append([]byte(strings.Repeat("x", 1<<17)+"\n{}\n"), text...)
	require.NoError(t, os.WriteFile(path, text[:len(text)-20], 0o644))
	entries, err := History("plus_one")
	require.NoError(t, err)
	require.Len(t, entries, 2)
	require.InDelta(t, r.Lines[0].Summary.Median, entries[0].MedianMS, 1e-9)
	require.NoError(t, AppendHistory(time.Unix(9, 0), r))
	entries, err = History()
	require.NoError(t, err)
	require.Len(t, entries, 3)
	entries, err = History("other")
	require.NoError(t, err)
	require.Empty(t, entries)
	require.Equal(t, "history.ndjson", filepath.Base(path))
}

func TestMeasureIsKept(t *testing.T) {
	t.Setenv("ZMLX_HOME", t.TempDir())
	d := &kernelDevice{launch: func(_ context.Context, in []*mlx.Array, cfg mlx.LaunchConfig) (*mlx.LaunchResult, error) {
		return &mlx.LaunchResult{Outputs: in, RunTime: time.Duration(cfg.Grid[0]) * time.Nanosecond}, nil
	}}
	require.Nil(t, lastMeasure(d))
	result, err := d.engine().Start(t.Context(), MeasureJob{}).Wait()
	require.NoError(t, err)
	m := result.(*MeasureResult)
	require.InDelta(t, 32, m.CopyGBps, 1e-9)
	require.InDelta(t, 2*flopsPerThread, m.GFlops, 1e-6)
	require.InDelta(t, 4*flopsPerThread, m.GFlopsVec, 1e-6)
	require.Positive(t, m.LaunchUS)
	kept := lastMeasure(d)
	require.Equal(t, m.CopyGBps, kept.CopyGBps)
	require.Equal(t, "copy bandwidth", kept.facts()[1].Name)
}
