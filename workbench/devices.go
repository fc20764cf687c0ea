package workbench

import (
	"fmt"
	"runtime"
	"strconv"

	"github.com/zmlx/zmlx/mlx"
)

// DevicesResult lists devices, the best one first, and those that this machine
// could have but does not.
type DevicesResult struct {
	Devices []DeviceInfo `json:"devices"`
}

// Outcome implements Result.
func (*DevicesResult) Outcome() Status { return StatusOK }

// DeviceInfo describes a device.
type DeviceInfo struct {
	Name      string         `json:"name"` // as --device takes it
	Kind      string         `json:"kind"` // "embedded", "Apple GPU", …
	Available bool           `json:"available"`
	Reason    string         `json:"reason,omitempty"` // why it is not available, and what to do
	Facts     []Fact         `json:"facts"`
	Roof      *MeasureResult `json:"roof,omitempty"` // what was last measured here
}

// Fact is a property with its name.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

var absentKinds = map[string]string{"metal": "Apple GPU through MLX", "mlx-cpu": "MLX on the CPU"}

func (t *task) devices() *DevicesResult {
	out := &DevicesResult{}
	for _, d := range mlx.Devices() {
		info := describeDevice(d.Info())
		if m := lastMeasure(d); m != nil {
			info.Facts, info.Roof = append(info.Facts, m.facts()...), m
		}
		out.Devices = append(out.Devices, info)
	}
	for _, a := range mlx.AbsentDevices() {
		info := DeviceInfo{Name: a.Name, Kind: absentKinds[a.Name], Reason: a.Reason + "; " + a.Next, Facts: []Fact{}}
		for _, path := range a.Tried {
			info.Facts = append(info.Facts, Fact{"tried", path})
		}
		out.Devices = append(out.Devices, info)
	}
	return out
}

func (m *MeasureResult) facts() []Fact {
	measured := m.At.Format("2006-01-02 15:04")
	if m.Conditions.Load > 0 {
		measured += fmt.Sprintf(", load %.1f", m.Conditions.Load)
	}
	if m.Conditions.Celsius > 0 {
		measured += fmt.Sprintf(", %.0f °C", m.Conditions.Celsius)
	}
	return []Fact{
		{"measured", measured},
		{"copy bandwidth", fmt.Sprintf("%.3g GB/s", m.CopyGBps)},
		{"scalar arithmetic", fmt.Sprintf("%.3g GFLOP/s", m.GFlops)},
		{"float4 arithmetic", fmt.Sprintf("%.3g GFLOP/s", m.GFlopsVec)},
		{"simdgroup_matrix", fmt.Sprintf("%.3g GFLOP/s", m.GFlopsMatrix)},
		{"launch latency", fmt.Sprintf("%.3g µs", m.LaunchUS)},
	}
}

func describeDevice(info mlx.DeviceInfo) DeviceInfo {
	d := DeviceInfo{Name: info.Name, Kind: info.Description, Available: true}
	add := func(name, value string) { d.Facts = append(d.Facts, Fact{name, value}) }
	if info.MLX != "" {
		add("MLX", info.MLX)
		add("library", info.Library)
	}
	add("architecture", info.Architecture)
	if info.Cores > 0 {
		add("cores", strconv.Itoa(info.Cores))
	}
	for _, m := range []struct {
		name  string
		bytes int64
	}{{"memory", info.MemoryBytes}, {"recommended working set", info.WorkingSet}, {"largest buffer", info.MaxBuffer}} {
		if m.bytes > 0 {
			add(m.name, fmt.Sprintf("%.1f GiB", float64(m.bytes)/(1<<30)))
		}
	}
	add("executor", info.Executor)
	add("SIMD-group width", strconv.Itoa(info.SimdWidth))
	add("threads per threadgroup", strconv.Itoa(info.MaxThreads))
	add("threadgroup memory", fmt.Sprintf("%d KiB", info.LocalBytes>>10))
	if info.Name == "host" {
		add("system", runtime.GOOS)
	}
	return d
}
