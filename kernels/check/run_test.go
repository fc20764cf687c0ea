package check

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/dsl"
	"github.com/zmlx/zmlx/mlx"
)

// device is a device whose kernels are Go functions, so that verdicts are
// tested without a compiler.
type device struct {
	kernel   func(inputs, outputs []*mlx.Array) []*mlx.Array
	findings []mlx.Finding
	compile  error
	launches int
}

func (d *device) Name() string         { return "test" }
func (d *device) Info() mlx.DeviceInfo { return mlx.DeviceInfo{Name: "test"} }
func (d *device) Compile(context.Context, mlx.KernelSource, []mlx.ArgInfo, mlx.LaunchConfig) (mlx.Kernel, error) {
	if d.compile != nil {
		return nil, d.compile
	}
	return compiled{d}, nil
}

type compiled struct{ *device }

func (compiled) Generated() mlx.Generated   { return mlx.Generated{} }
func (compiled) Warnings() []mlx.Diagnostic { return nil }
func (compiled) CompileTime() time.Duration { return time.Millisecond }
func (k compiled) Launch(ctx context.Context, inputs []*mlx.Array, cfg mlx.LaunchConfig, opt mlx.LaunchOptions) (*mlx.LaunchResult, error) {
	k.launches++
	var outs []*mlx.Array
	for i, shape := range cfg.OutputShapes {
		d := cfg.OutputDTypes[i]
		n := d.Size()
		for _, s := range shape {
			n *= s
		}
		out := mlx.FromBytes(d, shape, bytes.Repeat([]byte{0xFF}, n))
		if cfg.InitValue != nil {
			out = mlx.Full(shape, *cfg.InitValue, d)
		}
		outs = append(outs, out)
	}
	return &mlx.LaunchResult{Outputs: k.kernel(inputs, outs), Findings: k.findings, RunTime: time.Millisecond}, ctx.Err()
}

const spec = `zmlx: 1
name: copy
params: {N: 8}
template: {T: float32}
inputs: {x: {dtype: T, shape: [N]}}
outputs: {y: {dtype: T, shape: [N]}}
launch: {grid: [N], threadgroup: [8]}
source: y[thread_position_in_grid.x] = x[thread_position_in_grid.x];
reference: x
tolerance: {float32: 0, float16: 0}
`

func TestVerdicts(t *testing.T) {
	s, err := kernels.Parse("copy.yaml", []byte(spec))
	require.NoError(t, err)
	require.Len(t, Plan(s), 2)
	copies := func(in, _ []*mlx.Array) []*mlx.Array { return in }
	for _, c := range []struct {
		name      string
		dev       device
		status    Status
		unwritten int
		launches  int
	}{
		{"right", device{kernel: copies}, OK, 0, 1},
		{"wrong", device{kernel: func(in, _ []*mlx.Array) []*mlx.Array { return []*mlx.Array{in[0].Add(1)} }}, Mismatch, 0, 1},
		{"unwritten", device{kernel: func(in, out []*mlx.Array) []*mlx.Array {
			return []*mlx.Array{out[0].Set(in[0].Get(mlx.Range(0, 5)), mlx.Range(0, 5))}
		}}, Mismatch, 3, 2},
		{"finding", device{kernel: copies, findings: []mlx.Finding{{Kind: "out-of-bounds", Part: mlx.PartSource, Line: 1, Column: 3}}}, Finding, 0, 1},
		{"endless", device{kernel: copies, findings: []mlx.Finding{{Kind: "endless-loop"}}}, Timeout, 0, 1},
		{"does not compile", device{compile: &mlx.CompileError{Diagnostics: []mlx.Diagnostic{{Severity: mlx.SeverityError, Part: mlx.PartSource, Line: 1, Column: 1, Message: "no"}}}}, CompileError, 0, 0},
		{"device is gone", device{compile: &mlx.Error{Op: "compile", Msg: "gone"}}, Failed, 0, 0},
	} {
		r, err := Spec(context.Background(), &c.dev, s, Plan(s)[0], Options{Seed: 3})
		require.NoError(t, err, c.name)
		require.Equal(t, c.status, r.Status, c.name)
		require.Equal(t, c.launches, c.dev.launches, c.name)
		if c.status == OK || c.status == Mismatch {
			require.Equal(t, c.unwritten, r.Outputs[0].Unwritten, c.name)
			require.Equal(t, 0.0, *r.Outputs[0].PlainRMS, c.name)
			require.Equal(t, []float64{1, 1}, []float64{r.CompileMS, r.RunMS}, c.name)
		}
		for _, p := range r.Results.Problems() {
			if c.status != Timeout {
				require.Equal(t, 8, p.Line, "%s: at the spec's own line", c.name)
			}
		}
	}
}

// TestNothingComparedIsNoPass: what keeps a launch from being compared is an error.
func TestNothingComparedIsNoPass(t *testing.T) {
	copies := func(in, _ []*mlx.Array) []*mlx.Array { return in }
	for _, c := range []struct {
		from, to string // in the spec
		opt      Options
		status   Status
		message  string
	}{
		{"reference: x", "reference: x[0:3]", Options{}, Failed, "copy.yaml:9:12: error: the reference gives y the shape [3]; the spec says [8]"},
		{"reference: x\n", "reference: |\n  t = x + 1\n  y = t[0:3]\n", Options{}, Failed, "copy.yaml:11:3: error: the reference gives y the shape [3]; the spec says [8]"},
		{"reference: x\n", "", Options{}, Inconclusive, ""},
		{"shape: [N]}}\nlaunch", "shape: [N - 8]}}\nlaunch", Options{}, Failed, "copy.yaml:9:12: error: the reference gives y the shape [8]; the spec says [0]"},
		{"", "", Options{Inputs: map[string]*mlx.Array{"x": mlx.Zeros([]int{3}, mlx.Float32)}}, Failed, "x"},
	} {
		s, err := kernels.Parse("copy.yaml", []byte(strings.Replace(spec, c.from, c.to, 1)))
		require.NoError(t, err, c.to)
		r, err := Spec(context.Background(), &device{kernel: copies}, s, Plan(s)[0], c.opt)
		require.NoError(t, err, c.to)
		require.Equal(t, c.status, r.Status, c.to)
		require.Contains(t, r.Message, c.message, c.to)
		require.Empty(t, r.Outputs, c.to)
	}
}

// TestToleranceOfTheSpec: an error of 2e-6 passes by default and where the spec allows it.
func TestToleranceOfTheSpec(t *testing.T) {
	near := func(in, _ []*mlx.Array) []*mlx.Array { return []*mlx.Array{in[0].Multiply(1 + 2e-6)} }
	for tolerance, status := range map[string]Status{"": OK, "{float32: 0}": Mismatch, "{float32: 1e-7}": Mismatch, "{float32: 1e-5}": OK, "{float16: 0}": OK,
		"{float32: {rtol: 1e-5, atol: 0}}": OK, "{float32: {rtol: 0, atol: 1e-7}}": Mismatch} {
		s, err := kernels.Parse("copy.yaml", []byte(strings.Replace(spec, "{float32: 0, float16: 0}", tolerance, 1)))
		require.NoError(t, err, tolerance)
		r, err := Spec(context.Background(), &device{kernel: near}, s, Plan(s)[0], Options{})
		require.NoError(t, err, tolerance)
		require.Equal(t, status, r.Status, tolerance)
	}
}

// TestPoisonByChance: a kernel that really writes the poison is not blamed.
func TestPoisonByChance(t *testing.T) {
	s, err := kernels.Parse("ones.yaml", []byte(`zmlx: 1
name: ones
outputs: {y: {dtype: uint8, shape: [4]}}
launch: {grid: [4], threadgroup: [4]}
source: y[thread_position_in_grid.x] = 255;
reference: full([4], 255, dtype=uint8)
`))
	require.NoError(t, err)
	dev := &device{kernel: func(_, _ []*mlx.Array) []*mlx.Array { return []*mlx.Array{mlx.Full([]int{4}, 255, mlx.Uint8)} }}
	r, err := Spec(context.Background(), dev, s, Plan(s)[0], Options{})
	require.NoError(t, err)
	require.Equal(t, OK, r.Status)
	require.Equal(t, 2, dev.launches)
}

// copying is a kernel that copies, its inputs and a device that runs it.
func copying(t *testing.T) (*kernels.Source, []*mlx.Array, *device) {
	s, err := kernels.Parse("copy.yaml", []byte(spec))
	require.NoError(t, err)
	src, err := s.Source(kernels.Case{}, mlx.Float32)
	require.NoError(t, err)
	in, err := src.Draw(0, nil)
	require.NoError(t, err)
	return src, in, &device{kernel: func(in, _ []*mlx.Array) []*mlx.Array { return in }}
}

func TestRecordVerdicts(t *testing.T) {
	src, in, dev := copying(t)
	r, err := Record(context.Background(), dev, src.Record(in, in), Options{})
	require.NoError(t, err)
	require.Equal(t, OK, r.Status)
	r, err = Record(context.Background(), dev, src.Record(in, []*mlx.Array{in[0].Add(1)}), Options{})
	require.NoError(t, err)
	require.Equal(t, Mismatch, r.Status)
	require.Equal(t, 8, r.Outputs[0].Mismatches)

	// What a kernel misuses, and what is missing, counts for more than what is expected.
	for _, c := range []struct {
		dev    device
		change func(*kernels.Record)
		status Status
	}{
		{*dev, func(*kernels.Record) {}, Inconclusive},
		{device{kernel: dev.kernel, findings: []mlx.Finding{{Kind: "out-of-bounds"}}}, func(*kernels.Record) {}, Finding},
		{device{compile: &mlx.Error{Op: "compile", Msg: "gone"}}, func(*kernels.Record) {}, Failed},
		{*dev, func(rec *kernels.Record) { rec.Inputs[0].Data, rec.Inputs[0].File = nil, "none.npy" }, Failed},
		{*dev, func(rec *kernels.Record) { rec.Outputs[0].Expected = &kernels.RecordArray{File: "none.npy"} }, Failed},
	} {
		rec := src.Record(in, nil)
		c.change(rec)
		r, err := Record(context.Background(), &c.dev, rec, Options{})
		require.NoError(t, err)
		require.Equal(t, c.status, r.Status)
	}
}

func TestCancelled(t *testing.T) {
	s, err := kernels.Parse("copy.yaml", []byte(spec))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dev := &device{kernel: func(in, _ []*mlx.Array) []*mlx.Array { return in }}
	_, err = Spec(ctx, dev, s, Plan(s)[0], Options{})
	require.ErrorIs(t, err, context.Canceled)
}

// TestRecordReference: a record's reference computes what it does not say itself.
func TestRecordReference(t *testing.T) {
	src, in, dev := copying(t)
	for _, c := range []struct {
		reference string
		expected  []*mlx.Array
		status    Status
	}{
		{"x", nil, OK},
		{"y = x", nil, OK},
		{"x + 1", nil, Mismatch},
		{"x[0:3]", nil, Failed},
		{"x @ x @ x[0]", nil, Failed},
		{"z = x", nil, Failed},
		{"x + 1", in, OK},
		{"x", []*mlx.Array{in[0].Add(1)}, Mismatch},
	} {
		rec := src.Record(in, c.expected)
		reference, err := dsl.Parse(c.reference)
		require.NoError(t, err)
		rec.Reference = reference
		r, err := Record(context.Background(), dev, rec, Options{})
		require.NoError(t, err)
		require.Equal(t, c.status, r.Status, c.reference)
		require.Equal(t, c.status == Failed, r.Message != "", c.reference)
		comparisons, err := RecordOutputs(context.Background(), rec, in, in)
		require.Equal(t, c.status == Failed, err != nil, c.reference)
		require.Equal(t, c.status == OK, err == nil && comparisons[0].OK(), c.reference)
	}
}
