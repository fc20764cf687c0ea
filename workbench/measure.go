package workbench

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"github.com/zmlx/zmlx/internal/atomicfile"
	"github.com/zmlx/zmlx/internal/xdgdirs"
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/profile"
)

// MeasureJob measures what a device can do at most. Its result is a
// MeasureResult, which is also kept in the state folder.
type MeasureJob struct {
	Device string `json:"device,omitempty"`
}

// Label implements Job.
func (MeasureJob) Label() string { return "measure" }

// MeasureResult is the measured roof of a device.
type MeasureResult struct {
	Device      string             `json:"device"`
	At          time.Time          `json:"at"`
	Environment Environment        `json:"environment"`
	Conditions  profile.Conditions `json:"conditions"` // before it
	CopyGBps    float64            `json:"copy_gbps"`  // of a kernel that copies an array larger than the caches
	GFlops      float64            `json:"gflops"`     // of multiplications and additions on float32, scalar
	GFlopsVec   float64            `json:"gflops_float4"`
	// GFlopsMatrix is that of simdgroup_matrix on float32; 0 where the device
	// has none.
	GFlopsMatrix float64 `json:"gflops_matrix"`
	LaunchUS     float64 `json:"launch_us"` // of an empty kernel
}

// Outcome implements Result.
func (*MeasureResult) Outcome() Status { return StatusOK }

// probe is a kernel that is run to find out one thing.
type probe struct {
	name, source string
	threads      int
	work         float64 // what one launch does
}

// copyBytes is what each thread of the copying probe moves.
const copyBytes = 2 * 16

// flopsPerThread is what four independent chains of multiply-adds compute. Scalars
// need eight of them to keep a core busy, each thread with numbers of its own.
const flopsPerThread = 4 * 2 * 256

var probes = struct{ empty, copy, scalar, vector, matrix probe }{
	probe{"empty", "if (thread_position_in_grid.x == 0) y[0] = x[0];", 32, 1},
	probe{"copy", "uint i = thread_position_in_grid.x; y[i] = x[i];", 4 << 20, copyBytes * (4 << 20)},
	probe{"scalar", `uint i = thread_position_in_grid.x;
float a = x[i].x, b = a + 1, c = a + 2, d = a + 3, e = a + 4, f = a + 5, g = a + 6, h = a + 7;
for (int k = 0; k < 256; ++k) {
  a = a * 0.999f + 0.5f; b = b * 0.999f + 0.5f; c = c * 0.999f + 0.5f; d = d * 0.999f + 0.5f;
  e = e * 0.999f + 0.5f; f = f * 0.999f + 0.5f; g = g * 0.999f + 0.5f; h = h * 0.999f + 0.5f;
}
y[i] = float4(a + e, b + f, c + g, d + h);`, 1 << 14, 2 * flopsPerThread * (1 << 14)},
	probe{"vector", `uint i = thread_position_in_grid.x;
float4 a = x[0], b = a + 1, c = a + 2, d = a + 3;
for (int k = 0; k < 256; ++k) { a = a * 0.999f + 0.5f; b = b * 0.999f + 0.5f; c = c * 0.999f + 0.5f; d = d * 0.999f + 0.5f; }
y[i] = a + b + c + d;`, 1 << 14, 4 * flopsPerThread * (1 << 14)},
	probe{"matrix", `uint i = thread_position_in_grid.x;
simdgroup_float8x8 m = make_filled_simdgroup_matrix<float, 8, 8>(0.1f), a = m, b = m, c = m, d = m;
for (int k = 0; k < 64; ++k) {
  simdgroup_multiply_accumulate(a, m, m, a); simdgroup_multiply_accumulate(b, m, m, b);
  simdgroup_multiply_accumulate(c, m, m, c); simdgroup_multiply_accumulate(d, m, m, d);
}
y[i] = float4(a.thread_elements()[0], b.thread_elements()[0], c.thread_elements()[0], d.thread_elements()[0]) + x[0];`, 1 << 12, 64 * 4 * 2 * 8 * 8 * 8 * (1 << 12) / 32},
}

func (t *task) measure(job MeasureJob) (*MeasureResult, error) {
	d, err := t.engine.device(job.Device)
	if err != nil {
		return nil, err
	}
	out := &MeasureResult{Device: d.Name(), At: t.engine.now(), Environment: environment(d), Conditions: t.engine.conditions()}
	for i, p := range []struct {
		probe
		set func(best time.Duration, work float64)
	}{
		{probes.empty, func(d time.Duration, _ float64) { out.LaunchUS = float64(d) / 1e3 }},
		{probes.copy, func(d time.Duration, bytes float64) { out.CopyGBps = bytes / float64(d) }},
		{probes.scalar, func(d time.Duration, flops float64) { out.GFlops = flops / float64(d) }},
		{probes.vector, func(d time.Duration, flops float64) { out.GFlopsVec = flops / float64(d) }},
		{probes.matrix, func(d time.Duration, flops float64) { out.GFlopsMatrix = flops / float64(d) }},
	} {
		t.push(Progress{Label: p.name, Done: int64(i), Total: 5})
		best, err := t.bestTime(d, p.probe, probeTime)
		if err != nil {
			return nil, err
		}
		p.set(best, p.work)
	}
	return out, commit(t.ctx, func() error { return saveMeasure(out) })
}

// probeTime is how long each probe is repeated.
const probeTime = 300 * time.Millisecond

// probeKernel compiles a probe.
func (t *task) probeKernel(d mlx.Device, p probe) (mlx.Kernel, []*mlx.Array, mlx.LaunchConfig, error) {
	n := max(p.threads, 32)
	inputs := []*mlx.Array{mlx.Zeros([]int{n, 4}, mlx.Float32)}
	src := mlx.KernelSource{Name: "zmlx_probe_" + p.name, InputNames: []string{"v"}, OutputNames: []string{"w"}, EnsureRowContiguous: true,
		Source: "const device float4* x = (const device float4*)v; device float4* y = (device float4*)w;\n" + p.source}
	group := min(256, max(32, p.threads/8)) // several of them, for several cores
	cfg := mlx.LaunchConfig{Grid: [3]int{p.threads, 1, 1}, Threadgroup: [3]int{group, 1, 1},
		OutputShapes: [][]int{{n, 4}}, OutputDTypes: []mlx.DType{mlx.Float32}}
	k, err := d.Compile(t.ctx, src, mlx.ArgInfos(inputs), cfg)
	return k, inputs, cfg, err
}

// bestTime is the shortest of several launches of a probe; that of the empty
// one is with all that a launch costs the caller.
func (t *task) bestTime(d mlx.Device, p probe, within time.Duration) (time.Duration, error) {
	k, inputs, cfg, err := t.probeKernel(d, p)
	if err != nil {
		return 0, deviceError(err)
	}
	batch := 1
	if _, gpu := d.(mlx.MemoryCounter); gpu && p.name != probes.empty.name {
		batch = 10
	}
	best := time.Duration(1 << 62)
	begin := time.Now()
	for i := 0; i < 5 || i < 200 && time.Since(begin) < within; i++ {
		start := time.Now()
		took, err := t.timeLaunches(k, inputs, cfg, batch)
		if err != nil {
			return 0, deviceError(err)
		}
		if p.name == probes.empty.name || took == 0 {
			took = time.Since(start)
		}
		best = min(best, took/time.Duration(batch))
	}
	return max(best, 1), nil
}

func measurePath(device string) string {
	return filepath.Join(xdgdirs.State(), "roofs", device+".json")
}

func saveMeasure(r *MeasureResult) error {
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	path := measurePath(r.Device)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fileError(err)
	}
	if err := atomicfile.WriteFile(path, text, 0o644); err != nil {
		return fileError(err)
	}
	return nil
}

// lastMeasure is what was last measured of a device, nil if nothing was, or
// in another environment.
func lastMeasure(d mlx.Device) *MeasureResult {
	text, err := os.ReadFile(measurePath(d.Name()))
	if err != nil {
		return nil
	}
	var r MeasureResult
	if json.Unmarshal(text, &r) != nil || r.Environment.Comparable(environment(d)) != "" {
		return nil
	}
	return &r
}
