package mlx

import (
	"bytes"
	"context"
	"slices"

	"github.com/zmlx/zmlx/internal/bulk"
	"github.com/zmlx/zmlx/mlx/internal/core"
	"github.com/zmlx/zmlx/mlx/internal/host"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/profile/trace"
)

// hostKernel is a compiled KernelSource.
type hostKernel struct {
	*hostProgram
	src   KernelSource
	gen   Generated
	entry *ir.Entry
	args  []ArgInfo    // of the launch that it was compiled for,
	cfg   LaunchConfig // as Inspector shows it
	rt    Runtime      // of the outputs; nil for that of the inputs
}

func (k *hostKernel) Generated() Generated { return k.gen }

// Launch binds inputs and new outputs as MLX does and runs the kernel.
func (k *hostKernel) Launch(ctx context.Context, inputs []*Array, cfg LaunchConfig, opt LaunchOptions) (*LaunchResult, error) {
	raw, err := k.bind(ctx, inputs, cfg, opt)
	if err != nil {
		return nil, err
	}
	raw.Options.TrackWrites = opt.TrackWrites && cfg.InitValue == nil
	res, outputs, err := k.dispatch(ctx, raw, cfg, poisons[opt.Poison])
	if err == nil && res.unplaced() {
		res, outputs, err = k.dispatch(ctx, raw.interpreted(), cfg, poisons[opt.Poison])
	}
	if err != nil {
		return nil, err
	}
	out := &LaunchResult{Findings: res.Findings, Log: res.Log, Lines: res.Lines, Buffers: res.Buffers, Path: res.Path, Writer: res.Writer, Steps: res.Steps, CompileTime: k.compileTime, RunTime: res.RunTime, Executor: res.Executor, Fallback: res.Fallback, CopiedParts: res.CopiedParts}
	if opt.TrackWrites {
		if out.UnwrittenElements, err = k.countUnwritten(ctx, raw, cfg, res, outputs, opt.Poison); err != nil {
			return nil, err
		}
	}
	out.Outputs = k.readBack(ctx, inputs, cfg, outputs)
	return out, nil
}

// readBack makes arrays of the outputs, where the inputs lie.
func (k *hostKernel) readBack(ctx context.Context, inputs []*Array, cfg LaunchConfig, outputs [][]byte) (out []*Array) {
	readBack := trace.FromContext(ctx).Begin("read back")
	defer readBack.End()
	rt := k.rt
	switch {
	case rt != nil:
	case len(inputs) > 0:
		rt = inputs[0].rt
	default:
		rt = Host()
	}
	for i, data := range outputs {
		out = append(out, Adopt(rt, cfg.OutputDTypes[i], cfg.OutputShapes[i], data))
	}
	return out
}

// bind makes a launch over inputs, which has no outputs yet.
func (k *hostKernel) bind(ctx context.Context, inputs []*Array, cfg LaunchConfig, opt LaunchOptions) (RawLaunch, error) {
	raw := RawLaunch{Entry: k.entry.Name, Grid: cfg.Grid, Threadgroup: cfg.Threadgroup, Buffers: map[int][]byte{}, New: map[int]int{}, Options: opt, undefined: map[int]bool{}}
	raw.Options.TrackWrites = false
	gen, err := k.src.Generate(ArgInfos(inputs), cfg)
	if err != nil {
		return raw, err
	}
	if gen.Text != k.gen.Text {
		return raw, otherSignature()
	}
	upload := trace.FromContext(ctx).Begin("upload")
	defer upload.End()
	sources := k.rowContiguous(inputs)
	for i, b := range k.gen.Buffers {
		if b.Kind != OutputBuffer {
			raw.Buffers[i] = sources[b.Arg].bufferData(b.Kind)
		}
	}
	return raw, nil
}

// poisons are what new outputs are filled with, without and with Poison.
var poisons = map[bool]byte{false: 0, true: 0xff}

// dispatch runs the kernel over new outputs.
func (k *hostKernel) dispatch(ctx context.Context, raw RawLaunch, cfg LaunchConfig, fill byte) (*RawResult, [][]byte, error) {
	outputs, err := k.allocate(ctx, raw, cfg, fill)
	if err != nil {
		return nil, nil, err
	}
	res, err := k.run(ctx, raw)
	return res, outputs, err
}

// allocate gives a launch new outputs.
func (k *hostKernel) allocate(ctx context.Context, raw RawLaunch, cfg LaunchConfig, fill byte) ([][]byte, error) {
	allocating := trace.FromContext(ctx).Begin("allocate outputs")
	defer allocating.End()
	outputs := make([][]byte, len(cfg.OutputShapes))
	for i, b := range k.gen.Buffers {
		if b.Kind != OutputBuffer {
			continue
		}
		data, err := newOutput(ctx, cfg, b.Arg, fill)
		if err != nil {
			return nil, err
		}
		outputs[b.Arg], raw.Buffers[i] = data, data
		raw.undefined[i], raw.New[i] = cfg.InitValue == nil, cfg.OutputDTypes[b.Arg].Size()
	}
	return outputs, nil
}

// Time launches the kernel n times over the same outputs, as a program does
// whose allocator gives it the memory that it has just freed: no launch pays for
// the first touch of a page.
func (k *hostKernel) Time(ctx context.Context, inputs []*Array, cfg LaunchConfig, opt LaunchOptions, n int) (*LaunchResult, error) {
	raw, err := k.bind(ctx, inputs, cfg, opt)
	if err != nil {
		return nil, err
	}
	outputs, err := k.allocate(ctx, raw, cfg, poisons[true])
	if err != nil {
		return nil, err
	}
	total := &LaunchResult{CompileTime: k.compileTime}
	for i := range n {
		if i > 0 && cfg.InitValue != nil {
			for j, o := range outputs {
				fresh, err := newOutput(ctx, cfg, j, 0)
				if err != nil {
					return nil, err
				}
				copy(o, fresh)
			}
		}
		if opt.Before != nil {
			if err := opt.Before(); err != nil {
				return nil, err
			}
		}
		res, err := k.run(ctx, raw)
		if err != nil {
			return nil, err
		}
		raw.undefined = nil // the outputs hold results now
		total.RunTime += res.RunTime
		total.Executor = res.Executor
	}
	total.Outputs = k.readBack(ctx, inputs, cfg, outputs)
	return total, nil
}

// countUnwritten counts the elements that the kernel did not store to. Where the executor
// did not track that, they still have a byte of the pattern that the outputs were filled
// with. Where there are any, the kernel runs again over another pattern: what keeps its
// pattern both times was not stored to.
func (k *hostKernel) countUnwritten(ctx context.Context, raw RawLaunch, cfg LaunchConfig, res *RawResult, first [][]byte, poison bool) ([]int, error) {
	counts := make([]int, len(first))
	if cfg.InitValue != nil {
		return counts, nil
	}
	if res.Unwritten != nil {
		for i, b := range k.gen.Buffers {
			if b.Kind == OutputBuffer {
				counts[b.Arg] = res.Unwritten[i] / raw.New[i]
			}
		}
		return counts, nil
	}
	fill, other := poisons[poison], byte(0xa5)
	if !slices.ContainsFunc(first, func(data []byte) bool { return bytes.IndexByte(data, fill) >= 0 }) {
		return counts, nil
	}
	raw.Options.Progress = nil
	_, second, err := k.dispatch(ctx, raw, cfg, other)
	if err != nil {
		return nil, err
	}
	for i, data := range first {
		counts[i] = keptElements(data, second[i], fill, other, cfg.OutputDTypes[i].Size())
	}
	return counts, nil
}

// rowContiguous copies the inputs that must be. Negative strides count as
// such, since a buffer starts at its first element.
func (k *hostKernel) rowContiguous(inputs []*Array) []*Array {
	out := make([]*Array, len(inputs))
	for i, a := range inputs {
		out[i] = a
		copied := k.src.EnsureRowContiguous
		for _, s := range a.Strides() {
			copied = copied || s < 0
		}
		if copied {
			out[i] = a.AsContiguous()
		}
	}
	return out
}

// bufferData returns what is bound for an input.
func (a *Array) bufferData(kind BufferKind) []byte {
	if kind == InputBuffer {
		return a.rt.Storage(a.t)
	}
	return layoutData(kind, a.Shape(), a.Strides())
}

// layoutData is what is bound to tell of an input's layout.
func layoutData(kind BufferKind, shape, strides []int) []byte {
	switch kind {
	case ShapeBuffer:
		return core.AsBytes(toInts[int32](shape))
	case StridesBuffer:
		return core.AsBytes(toInts[int64](strides))
	default:
		return core.AsBytes([]int32{int32(len(shape))})
	}
}

func toInts[T int32 | int64](s []int) []T {
	out := make([]T, len(s))
	for i, v := range s {
		out[i] = T(v)
	}
	return out
}

// newOutput makes the memory of an output: filled with the launch's initial
// value or with a pattern.
func newOutput(ctx context.Context, cfg LaunchConfig, i int, fill byte) (out []byte, err error) {
	err = Do(func() error {
		shape, dtype := cfg.OutputShapes[i], cfg.OutputDTypes[i]
		if out, err = host.Bytes(checkShape("metal_kernel", shape) * dtype.Size()); err != nil {
			return err
		}
		switch {
		case cfg.InitValue != nil:
			bulk.Fill(ctx, out, Full(nil, float64(float32(*cfg.InitValue)), dtype).Bytes())
		case fill != 0:
			bulk.Fill(ctx, out, []byte{fill})
		}
		return nil
	})
	return out, err
}
