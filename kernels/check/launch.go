package check

import (
	"bytes"
	"context"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
)

// launched is what a kernel left.
type launched struct {
	outputs          []*mlx.Array
	unwritten        []int // by output; zeros with an init value
	findings         []mlx.Finding
	warnings         []mlx.Diagnostic
	log              []string
	compileMS, runMS float64
	fallback         string
}

// run compiles and launches a kernel with poisoned outputs. With empty
// outputs there is nothing to launch.
func run(ctx context.Context, dev mlx.Device, k mlx.KernelSource, inputs []*mlx.Array, cfg mlx.LaunchConfig, opt Options) (*launched, error) {
	l := &launched{unwritten: make([]int, len(cfg.OutputShapes))}
	if kernels.EmptyOutputs(cfg) {
		for i, shape := range cfg.OutputShapes {
			l.outputs = append(l.outputs, mlx.Zeros(shape, cfg.OutputDTypes[i]))
		}
		return l, nil
	}
	kernel, err := dev.Compile(ctx, k, mlx.ArgInfos(inputs), cfg)
	if err != nil {
		return nil, err
	}
	watch := mlx.LaunchOptions{Poison: true, TrackWrites: true, Sanitize: opt.Sanitize, Executor: opt.Executor, Progress: opt.Progress, StepBudget: opt.StepBudget, Workers: opt.Workers}
	res, err := kernel.Launch(ctx, inputs, cfg, watch)
	if err != nil {
		return nil, err
	}
	l.outputs, l.findings, l.log = res.Outputs, res.Findings, res.Log
	l.warnings = kernel.Warnings()
	l.compileMS, l.runMS = milliseconds(kernel.CompileTime()), milliseconds(res.RunTime)
	l.fallback = res.Fallback
	switch {
	case cfg.InitValue != nil || len(l.findings) > 0:
	case res.UnwrittenElements != nil:
		l.unwritten = res.UnwrittenElements
	default:
		return l, l.suspect(ctx, kernel, inputs, cfg)
	}
	return l, nil
}

// suspect counts elements that hold the poison and, after a second launch
// with outputs filled by another value, that value.
func (l *launched) suspect(ctx context.Context, kernel mlx.Kernel, inputs []*mlx.Array, cfg mlx.LaunchConfig) error {
	poisoned := make([][]int, len(l.outputs))
	found := false
	for i, out := range l.outputs {
		size := out.DType().Size()
		poison := bytes.Repeat([]byte{0xFF}, size)
		b := out.Bytes()
		for j := 0; j < out.Size(); j++ {
			if bytes.Equal(b[j*size:(j+1)*size], poison) {
				poisoned[i] = append(poisoned[i], j)
				found = true
			}
		}
	}
	if !found {
		return nil
	}
	other := 77.0
	cfg.InitValue = &other
	res, err := kernel.Launch(ctx, inputs, cfg, mlx.LaunchOptions{})
	if err != nil {
		return err
	}
	for i, out := range res.Outputs {
		size := out.DType().Size()
		fill := mlx.Full([]int{1}, other, out.DType()).Bytes()
		b := out.Bytes()
		for _, j := range poisoned[i] {
			if bytes.Equal(b[j*size:(j+1)*size], fill) {
				l.unwritten[i]++
			}
		}
	}
	return nil
}
