package workbench

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/zmlx/zmlx/internal/xdgdirs"
	"github.com/zmlx/zmlx/mlx"
)

// DoctorJob finds out whether zmlx works on this machine. Its result is a
// DoctorResult.
type DoctorJob struct{}

// Label implements Job.
func (DoctorJob) Label() string { return "doctor" }

// DoctorResult lists what was checked.
type DoctorResult struct {
	Checks []HealthCheck `json:"checks"`
}

// HealthCheck is one thing that works or does not.
type HealthCheck struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Next   string `json:"next,omitempty"`
}

// Outcome implements Result.
func (r *DoctorResult) Outcome() Status {
	for _, c := range r.Checks {
		if !c.OK {
			return StatusMismatch
		}
	}
	return StatusOK
}

func (t *task) doctor() *DoctorResult {
	out := &DoctorResult{}
	for _, d := range mlx.Devices() {
		out.Checks = append(out.Checks, t.tryDevice(d))
	}
	for _, a := range mlx.AbsentDevices() {
		// That a device is not there is no fault, but a library that the user
		// names must load.
		c := HealthCheck{Name: "device " + a.Name, OK: !a.Wanted || len(a.Tried) == 0, Detail: "not here: " + a.Reason, Next: a.Next}
		if len(a.Tried) > 0 {
			c.Detail += " (tried " + strings.Join(a.Tried, ", ") + ")"
		}
		out.Checks = append(out.Checks, c)
	}
	for _, dir := range []struct{ name, path string }{
		{"state folder", xdgdirs.State()}, {"cache folder", xdgdirs.Cache()}, {"config folder", xdgdirs.Config()},
	} {
		out.Checks = append(out.Checks, tryFolder(dir.name, dir.path))
	}
	return out
}

// tryDevice runs a kernel with a barrier and a SIMD-group sum on a device.
func (t *task) tryDevice(d mlx.Device) HealthCheck {
	c := HealthCheck{Name: "device " + d.Name(), Detail: d.Info().Description}
	if info := d.Info(); info.MLX != "" {
		c.Detail += fmt.Sprintf(", MLX %s from %s", info.MLX, info.Library)
	}
	const n = 64
	values := make([]float32, n)
	want := float32(0)
	for i := range values {
		values[i] = float32(i)
		want += values[i]
	}
	src := mlx.KernelSource{Name: "zmlx_doctor", InputNames: []string{"x"}, OutputNames: []string{"y"}, EnsureRowContiguous: true,
		Source: `threadgroup float part[2];
uint i = thread_position_in_threadgroup.x;
float s = simd_sum(x[i]);
if (thread_index_in_simdgroup == 0) part[simdgroup_index_in_threadgroup] = s;
threadgroup_barrier(mem_flags::mem_threadgroup);
if (i == 0) y[0] = part[0] + part[1];`}
	cfg := mlx.LaunchConfig{Grid: [3]int{n, 1, 1}, Threadgroup: [3]int{n, 1, 1}, OutputShapes: [][]int{{1}}, OutputDTypes: []mlx.DType{mlx.Float32}}
	inputs := []*mlx.Array{mlx.New(values)}
	start := t.engine.now()
	got, err := launchOnce(t, d, src, inputs, cfg)
	switch {
	case err != nil:
		c.Detail += ": " + err.Error()
		c.Next = "zmlx cannot run kernels on it"
	case got != want:
		c.Detail += fmt.Sprintf(": a sum came out as %v, not %v", got, want)
		c.Next = "results of this device cannot be trusted"
	default:
		c.OK = true
		c.Detail += fmt.Sprintf(": a kernel compiled and ran in %.1f ms", t.since(start))
	}
	return c
}

func launchOnce(t *task, d mlx.Device, src mlx.KernelSource, inputs []*mlx.Array, cfg mlx.LaunchConfig) (float32, error) {
	k, err := d.Compile(t.ctx, src, mlx.ArgInfos(inputs), cfg)
	if err != nil {
		return 0, err
	}
	r, err := k.Launch(t.ctx, inputs, cfg, mlx.LaunchOptions{Poison: true, Workers: t.engine.workers})
	if err != nil {
		return 0, err
	}
	return math.Float32frombits(binary.LittleEndian.Uint32(r.Outputs[0].Bytes())), nil
}

// tryFolder finds out whether a folder can be written, without leaving it
// behind if it was not there.
func tryFolder(name, path string) HealthCheck {
	c := HealthCheck{Name: name, OK: true, Detail: path}
	existing := path
	for {
		if _, err := os.Stat(existing); err == nil || filepath.Dir(existing) == existing {
			break
		}
		existing = filepath.Dir(existing)
	}
	f, err := os.CreateTemp(existing, ".zmlx-doctor-*")
	if err != nil {
		var why *os.PathError
		if errors.As(err, &why) {
			err = why.Err // its path is that of the trial
		}
		return HealthCheck{Name: name, Detail: fmt.Sprintf("%s: nothing can be written to %s: %v", path, existing, err),
			Next: "make that folder writable, or set ZMLX_HOME to one that is"}
	}
	_ = f.Close()
	_ = os.Remove(f.Name())
	return c
}
