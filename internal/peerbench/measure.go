package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/zmlx/zmlx/internal/cputime"
	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/msl"
)

// bench is a spec's own case in its own type, with inputs.
type bench struct {
	src     *kernels.Source
	gen     mlx.Generated
	inputs  []*mlx.Array
	outputs map[int][]byte // by buffer, as the last measure's first launch left them
}

func prepare(spec *kernels.Spec) (*bench, error) {
	b := &bench{}
	var err error
	if b.src, err = spec.Source(kernels.Case{}, spec.DTypes()[0]); err != nil {
		return nil, err
	}
	if b.inputs, err = b.src.Draw(0, nil); err != nil {
		return nil, err
	}
	b.gen, err = b.src.Kernel.Generate(b.src.ArgInfos(), b.src.Config)
	return b, err
}

// buffers are there before a launch, as the peer's are.
func (b *bench) buffers() (map[int][]byte, error) {
	all := map[int][]byte{}
	for i, p := range b.gen.Buffers {
		switch p.Kind {
		case mlx.InputBuffer:
			all[i] = b.inputs[p.Arg].Bytes()
		case mlx.OutputBuffer:
			n := b.src.Config.OutputDTypes[p.Arg].Size()
			for _, d := range b.src.Config.OutputShapes[p.Arg] {
				n *= d
			}
			all[i] = make([]byte, n)
		default:
			return nil, fmt.Errorf("%s reads a shape, which this program does not bind", b.src.Spec.Name)
		}
	}
	return all, nil
}

// measure times launches on so many cores.
func (b *bench) measure(dev mlx.RawDevice, runs, workers int) (timing, string, error) {
	ctx := context.Background()
	t := timing{Kernel: b.src.Spec.Name}
	buffers, err := b.buffers()
	if err != nil {
		return t, "", err
	}
	start := time.Now()
	p, err := dev.CompileFile(ctx, t.Kernel, b.gen.Text, msl.Options{Preamble: true})
	if err != nil {
		return t, "", err
	}
	l := mlx.RawLaunch{Entry: b.gen.Entry, Grid: b.src.Config.Grid, Threadgroup: b.src.Config.Threadgroup, Buffers: buffers,
		Options: mlx.LaunchOptions{Workers: workers}}
	res, err := p.Launch(ctx, l)
	if err != nil {
		return t, "", err
	}
	t.First = ms(time.Since(start))
	b.outputs = map[int][]byte{}
	for i, p := range b.gen.Buffers {
		if p.Kind == mlx.OutputBuffer {
			b.outputs[i] = slices.Clone(buffers[i])
		}
	}
	var samples, cpus []float64
	for range runs {
		before := cputime.All()
		if res, err = p.Launch(ctx, l); err != nil {
			return t, "", err
		}
		time.Sleep(time.Millisecond) // threads that work are accounted for when they rest
		cpus = append(cpus, ms(cputime.All()-before))
		samples = append(samples, ms(res.RunTime))
	}
	slices.Sort(samples)
	t.Best, t.Median, t.CPU = samples[0], samples[len(samples)/2], slices.Min(cpus)
	return t, res.Executor, nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
