package mlx

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/zmlx/zmlx/mlx/internal/capi"
	"github.com/zmlx/zmlx/mlx/internal/core"
	"github.com/zmlx/zmlx/mlx/internal/host"
	"github.com/zmlx/zmlx/mlx/internal/native"
)

// metalDevice is a Mac's GPU: kernels are compiled by Apple's compiler and
// launched by MLX.
type metalDevice struct {
	lib  *NativeLibrary
	rt   *native.Runtime
	info DeviceInfo

	preamble func() int // see metalPlaces
}

func newMetalDevice(n *NativeLibrary, rt *native.Runtime, gpu capi.GPUInfo) *metalDevice {
	d := &metalDevice{lib: n, rt: rt, info: DeviceInfo{
		Name:         "metal",
		Description:  gpu.Name + " through MLX",
		Architecture: gpu.Architecture,
		MemoryBytes:  gpu.Memory,
		SimdWidth:    32,
		MaxThreads:   MaxThreadsPerThreadgroup,
		LocalBytes:   maxLocalBytes,
		Executor:     "metal",
		MLX:          n.Version,
		Library:      n.Path,
		WorkingSet:   gpu.WorkingSet,
		MaxBuffer:    gpu.MaxBuffer,
	}}
	d.preamble = sync.OnceValue(d.countPreamble)
	return d
}

func (d *metalDevice) Name() string     { return "metal" }
func (d *metalDevice) Info() DeviceInfo { return d.info }
func (d *metalDevice) Runtime() Runtime { return d.rt }

// tooMany is more threads than any pipeline takes. MLX notices after it has
// compiled a kernel and before it dispatches it, and then says how many the
// pipeline takes: that is how to compile without launching.
const tooMany = MaxThreadsPerThreadgroup + 1

// Compile builds the kernel as a launch will.
func (d *metalDevice) Compile(ctx context.Context, src KernelSource, inputs []ArgInfo, cfg LaunchConfig) (Kernel, error) {
	if len(src.Stages) > 0 {
		return compileStages(ctx, d, src, inputs, cfg)
	}
	gen, err := src.Generate(inputs, cfg)
	if err != nil {
		return nil, err
	}
	for _, text := range []string{src.Header, src.Source} {
		if strings.ContainsRune(text, 0) {
			return nil, &Error{Op: "metal_kernel", Code: BadArgument, Msg: "the text holds a null character"}
		}
	}
	start := time.Now()
	kernel, err := native.NewKernel(d.rt, capi.KernelSpec{
		Name: src.Name, Inputs: src.InputNames, Outputs: src.OutputNames, Source: metalText(src.Source), Header: metalHeader(src.Header),
		RowContiguous: src.EnsureRowContiguous, AtomicOutputs: src.AtomicOutputs,
	})
	if err != nil {
		return nil, err
	}
	k := &metalKernel{device: d, kernel: kernel, src: src, gen: gen, maxThreads: MaxThreadsPerThreadgroup}
	probe := LaunchConfig{Template: cfg.Template, Grid: [3]int{1, 1, 1}, Threadgroup: [3]int{tooMany, 1, 1}, OutputDTypes: cfg.OutputDTypes}
	for range cfg.OutputDTypes {
		probe.OutputShapes = append(probe.OutputShapes, []int{1})
	}
	_, _, err = kernel.Launch(ctx, d.standIns(inputs), launchOf(probe, nil), 1)
	if k.maxThreads, err = d.compiled(k, err); err != nil {
		return nil, err
	}
	k.compileTime = time.Since(start)
	return k, nil
}

// standIns are small arrays that give the same signature as the inputs.
func (d *metalDevice) standIns(inputs []ArgInfo) []core.Tensor {
	out := make([]core.Tensor, len(inputs))
	for i, in := range inputs {
		shape := in.Shape
		if core.NumElements(shape) >= maxConstantElements {
			shape = make([]int, len(in.Shape))
			for axis := range shape {
				shape[axis] = 1
			}
			shape[0] = maxConstantElements
		}
		out[i] = d.rt.FromBytes(in.DType, shape, make([]byte, core.NumElements(shape)*in.DType.Size()))
	}
	return out
}

// compiled reads what became of a launch with too many threads: how many the
// pipeline takes, or why there is none.
func (d *metalDevice) compiled(k *metalKernel, err error) (maxThreads int, _ error) {
	var e *Error
	if !errors.As(err, &e) {
		return MaxThreadsPerThreadgroup, err
	}
	if _, after, ok := strings.Cut(e.Msg, "maximum allowed threads per threadgroup ("); ok {
		digits, _, _ := strings.Cut(after, ")")
		if n, err := strconv.Atoi(digits); err == nil {
			return n, nil
		}
	}
	return 0, d.explain(k, e)
}

// explain turns MLX's error into one about the kernel's text, if it is one.
func (d *metalDevice) explain(k *metalKernel, e *Error) error {
	_, text, ok := strings.Cut(e.Msg, buildFailed)
	if !ok {
		if strings.Contains(e.Msg, loadFailed) {
			return &Error{Op: "metal_kernel", Code: TooLarge, Msg: "Metal makes no pipeline of the kernel: " + afterLine(e.Msg)}
		}
		return e
	}
	places := metalPlaces{gen: k.gen, before: d.preamble}
	ds := places.diagnostics(parseMetal(text))
	if len(ds) == 0 {
		return &Error{Op: "metal_kernel", Code: Unsupported, Msg: "Apple's compiler fails: " + strings.TrimSpace(text)}
	}
	return &CompileError{Kernel: k.src.Name, Diagnostics: ds}
}

// afterLine is what follows the first line, or all if nothing does.
func afterLine(text string) string {
	if _, after, ok := strings.Cut(text, "\n"); ok && strings.TrimSpace(after) != "" {
		return strings.TrimSpace(after)
	}
	return text
}

// countPreamble counts the lines before a kernel's text by an error on its
// first one.
func (d *metalDevice) countPreamble() int {
	kernel, err := native.NewKernel(d.rt, capi.KernelSpec{Name: "zmlx_where", Outputs: []string{"y"}, Source: "y[0] = 0;", Header: "#error zmlx_where\n"})
	if err != nil {
		return 0
	}
	probe := LaunchConfig{Grid: [3]int{1, 1, 1}, Threadgroup: [3]int{tooMany, 1, 1}, OutputShapes: [][]int{{1}}, OutputDTypes: []DType{Float32}}
	_, _, err = kernel.Launch(context.Background(), nil, launchOf(probe, nil), 1)
	if err == nil {
		return 0
	}
	for _, m := range parseMetal(err.Error()) {
		if strings.Contains(m.text, "zmlx_where") {
			return m.line // #line stands before the first line of a kernel
		}
	}
	return 0
}

// Memory returns the bytes of MLX's arrays: now, and at most since the last
// call.
func (d *metalDevice) Memory() (active, peak int64) { return native.Memory(d.rt) }

// Capture records the GPU's work in f into a .gputrace file for Xcode.
func (d *metalDevice) Capture(path string, f func() error) error {
	return native.Capture(d.rt, path, f)
}

// checkOutputs refuses outputs that no memory holds before MLX tries.
func (d *metalDevice) checkOutputs(cfg LaunchConfig) error {
	return Do(func() error {
		for i, shape := range cfg.OutputShapes {
			size := int64(checkShape("metal_kernel", shape)) * int64(cfg.OutputDTypes[i].Size())
			if limit := host.PhysicalMemory(); limit > 0 && size > limit {
				throw("metal_kernel", NoMemory, "", "the output does not fit in memory", shape)
			}
		}
		return nil
	})
}
