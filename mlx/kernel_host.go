package mlx

import (
	"bytes"
	"context"

	"github.com/zmlx/zmlx/mlx/internal/core"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// hostKernel is a compiled KernelSource.
type hostKernel struct {
	*hostProgram
	src   KernelSource
	gen   Generated
	entry *ir.Entry
}

func (k *hostKernel) Generated() Generated { return k.gen }

// Launch binds inputs and new outputs as MLX does and runs the kernel.
func (k *hostKernel) Launch(ctx context.Context, inputs []*Array, cfg LaunchConfig, opt LaunchOptions) (*LaunchResult, error) {
	gen, err := k.src.Generate(ArgInfos(inputs), cfg)
	if err != nil {
		return nil, err
	}
	if gen.Text != k.gen.Text {
		return nil, &Error{Op: "metal_kernel", Code: BadArgument, Msg: "the arguments give another signature than those that the kernel was compiled for", Next: "compile it again"}
	}
	outputs := make([][]byte, len(cfg.OutputShapes))
	for i := range outputs {
		if outputs[i], err = newOutput(cfg, i, opt.Poison); err != nil {
			return nil, err
		}
	}
	raw := RawLaunch{Entry: k.entry.Name, Grid: cfg.Grid, Threadgroup: cfg.Threadgroup, Buffers: map[int][]byte{}, Options: opt}
	sources := k.rowContiguous(inputs)
	for i, b := range k.gen.Buffers {
		if b.Kind == OutputBuffer {
			raw.Buffers[i] = outputs[b.Arg]
		} else {
			raw.Buffers[i] = sources[b.Arg].bufferData(b.Kind)
		}
	}
	res, written, err := k.run(ctx, raw)
	if err != nil {
		return nil, err
	}
	out := &LaunchResult{Findings: res.Findings, Log: res.Log, CompileTime: k.compileTime, RunTime: res.RunTime, Executor: res.Executor}
	rt := Host()
	if len(inputs) > 0 {
		rt = inputs[0].rt
	}
	for i, b := range k.gen.Buffers {
		if b.Kind != OutputBuffer {
			continue
		}
		out.Outputs = append(out.Outputs, FromBytesOn(rt, cfg.OutputDTypes[b.Arg], cfg.OutputShapes[b.Arg], outputs[b.Arg]))
		if written != nil {
			out.UnwrittenElements = append(out.UnwrittenElements, unwritten(written[i], len(outputs[b.Arg]), cfg.OutputDTypes[b.Arg].Size()))
		}
	}
	return out, nil
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
	switch kind {
	case ShapeBuffer:
		return core.AsBytes(toInts[int32](a.Shape()))
	case StridesBuffer:
		return core.AsBytes(toInts[int64](a.Strides()))
	case NDimBuffer:
		return core.AsBytes([]int32{int32(a.NDim())})
	default:
		return a.rt.Storage(a.t)
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
// value, with 0xFF, or with zeros.
func newOutput(cfg LaunchConfig, i int, poison bool) (out []byte, err error) {
	err = Do(func() error {
		shape, dtype := cfg.OutputShapes[i], cfg.OutputDTypes[i]
		size := checkShape("metal_kernel", shape) * dtype.Size()
		switch {
		case cfg.InitValue != nil:
			value := Full(nil, float64(float32(*cfg.InitValue)), dtype).Bytes()
			out = bytes.Repeat(value, size/dtype.Size())
		case poison:
			out = bytes.Repeat([]byte{0xff}, size)
		default:
			out = make([]byte, size)
		}
		return nil
	})
	return out, err
}
