package mlx

import (
	"bytes"
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/zmlx/zmlx/mlx/internal/capi"
	"github.com/zmlx/zmlx/mlx/internal/core"
	"github.com/zmlx/zmlx/mlx/internal/native"
)

// metalKernel is a KernelSource that Apple's compiler has accepted.
type metalKernel struct {
	device      *metalDevice
	kernel      *native.Kernel
	src         KernelSource
	gen         Generated
	maxThreads  int
	compileTime time.Duration

	mu    sync.Mutex
	timed struct { // the inputs of the last Time, which are often those of the next
		arrays  []*Array
		tensors []core.Tensor
	}
}

func (k *metalKernel) Generated() Generated       { return k.gen }
func (k *metalKernel) Warnings() []Diagnostic     { return nil } // MLX keeps them
func (k *metalKernel) CompileTime() time.Duration { return k.compileTime }

// Launch runs the kernel once.
func (k *metalKernel) Launch(ctx context.Context, inputs []*Array, cfg LaunchConfig, opt LaunchOptions) (*LaunchResult, error) {
	switch {
	case opt.Sanitize:
		return nil, unwatched("does not watch memory accesses")
	case opt.Follow != nil, opt.WriterOf != nil:
		return nil, unwatched("does not follow threads")
	case opt.Executor != "":
		return nil, unwatched("has no executor " + opt.Executor)
	}
	if err := k.check(inputs, cfg); err != nil {
		return nil, err
	}
	fills := fillsFor(cfg.OutputDTypes)
	init := cfg.InitValue
	if init == nil && (opt.Poison || opt.TrackWrites) {
		init = &fills[0]
	}
	moved := k.move(inputs)
	outputs, took, err := k.launch(ctx, moved, launchOf(cfg, init), 1)
	if err != nil {
		return nil, err
	}
	out := &LaunchResult{CompileTime: k.compileTime, RunTime: took, Executor: k.device.info.Executor}
	for _, t := range outputs {
		out.Outputs = append(out.Outputs, wrap(k.device.rt, t))
	}
	if opt.TrackWrites {
		out.UnwrittenElements = make([]int, len(outputs))
		if cfg.InitValue == nil {
			again, _, err := k.launch(ctx, moved, launchOf(cfg, &fills[1]), 1)
			if err != nil {
				return nil, err
			}
			for i, t := range again {
				out.UnwrittenElements[i] = unwrittenElements(out.Outputs[i], wrap(k.device.rt, t), fills[1])
			}
		}
	}
	return out, nil
}

// batchBytes bounds the outputs that wait together.
const batchBytes = 256 << 20

// Time launches the kernel n times, dispatched together as far as memory
// allows.
func (k *metalKernel) Time(ctx context.Context, inputs []*Array, cfg LaunchConfig, opt LaunchOptions, n int) (*LaunchResult, error) {
	if err := k.check(inputs, cfg); err != nil {
		return nil, err
	}
	size := 1
	for i, shape := range cfg.OutputShapes {
		size += core.NumElements(shape) * cfg.OutputDTypes[i].Size()
	}
	moved, batch := k.moveOnce(inputs), max(1, batchBytes/size)
	out := &LaunchResult{CompileTime: k.compileTime, Executor: k.device.info.Executor}
	if opt.Before != nil {
		batch = 1
	}
	var last []core.Tensor
	for n > 0 {
		if opt.Before != nil {
			if err := opt.Before(); err != nil {
				return nil, err
			}
		}
		outputs, took, err := k.launch(ctx, moved, launchOf(cfg, cfg.InitValue), min(n, batch))
		if err != nil {
			return nil, err
		}
		last = outputs
		out.RunTime += took
		n -= batch
	}
	for _, t := range last {
		out.Outputs = append(out.Outputs, wrap(k.device.rt, t))
	}
	return out, nil
}

func (k *metalKernel) launch(ctx context.Context, inputs []core.Tensor, l capi.KernelLaunch, n int) ([]core.Tensor, time.Duration, error) {
	outputs, took, err := k.kernel.Launch(ctx, inputs, l, n)
	if e, ok := err.(*Error); ok {
		err = k.device.explain(k, e)
	}
	return outputs, took, err
}

// check refuses what the kernel was not compiled for.
func (k *metalKernel) check(inputs []*Array, cfg LaunchConfig) error {
	gen, err := k.src.Generate(ArgInfos(inputs), cfg)
	if err != nil {
		return err
	}
	if gen.Text != k.gen.Text {
		return otherSignature()
	}
	if n := cfg.Threadgroup[0] * cfg.Threadgroup[1] * cfg.Threadgroup[2]; n > k.maxThreads {
		return threadgroupError(n, k.maxThreads)
	}
	return k.device.checkOutputs(cfg)
}

func otherSignature() error {
	return &Error{Op: "metal_kernel", Code: BadArgument, Msg: "the arguments give another signature than those that the kernel was compiled for", Next: "compile it again"}
}

func unwatched(what string) error {
	return &Error{Op: "launch", Code: Unsupported, Msg: "the GPU " + what, Next: "use --device host"}
}

// move copies inputs to the GPU's runtime. Strides stay where the kernel sees
// them.
func (k *metalKernel) move(inputs []*Array) []core.Tensor {
	rt := k.device.rt
	out := make([]core.Tensor, len(inputs))
	for i, a := range inputs {
		switch {
		case a.rt == Runtime(rt):
			out[i] = a.t
		case k.src.EnsureRowContiguous || a.Contiguous() || slices.ContainsFunc(a.Strides(), func(s int) bool { return s < 0 }):
			out[i] = rt.FromBytes(a.DType(), a.Shape(), a.Bytes())
		default:
			data := a.rt.Storage(a.t)
			flat := rt.FromBytes(a.DType(), []int{len(data) / a.DType().Size()}, data)
			out[i] = rt.AsStrided(flat, a.Shape(), a.Strides(), 0)
		}
	}
	return out
}

// moveOnce is move for inputs that come again and again.
func (k *metalKernel) moveOnce(inputs []*Array) []core.Tensor {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !slices.Equal(k.timed.arrays, inputs) {
		k.timed.arrays, k.timed.tensors = slices.Clone(inputs), k.move(inputs)
		k.device.rt.Eval(k.timed.tensors...)
	}
	return k.timed.tensors
}

// fillsFor returns two values to fill outputs with, which differ in each of
// these types as far as one pair can. The first is a NaN where there is one.
func fillsFor(dtypes []DType) [2]float64 {
	switch {
	case slices.ContainsFunc(dtypes, DType.IsInexact):
		return [2]float64{math.NaN(), 7}
	case slices.Contains(dtypes, Bool):
		return [2]float64{1, 0}
	}
	return [2]float64{113, 7}
}

// unwrittenElements counts the elements that kept what they were filled with:
// those that are the second fill after the second launch, and something else
// after the first.
func unwrittenElements(first, second *Array, fill float64) (n int) {
	size := first.DType().Size()
	kept := Full(nil, fill, first.DType()).Bytes()
	a, b := first.Bytes(), second.Bytes()
	for at := 0; at < len(a); at += size {
		if bytes.Equal(b[at:at+size], kept) && !bytes.Equal(a[at:at+size], kept) {
			n++
		}
	}
	return n
}

func launchOf(cfg LaunchConfig, init *float64) capi.KernelLaunch {
	l := capi.KernelLaunch{Grid: cfg.Grid, Threadgroup: cfg.Threadgroup, Init: init}
	for i, shape := range cfg.OutputShapes {
		l.Outputs = append(l.Outputs, capi.Output{Shape: shape, DType: cfg.OutputDTypes[i]})
	}
	for _, t := range cfg.Template {
		v := capi.TemplateValue{Name: t.Name}
		switch t.Kind {
		case TemplateDType:
			v.Value = t.DType
		case TemplateInt:
			v.Value = int(t.Int)
		case TemplateBool:
			v.Value = t.Int != 0
		}
		l.Template = append(l.Template, v)
	}
	return l
}
