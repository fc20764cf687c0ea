// Command benchcheck asks with real clocks whether a bench can be trusted on
// this machine: how many pairs of runs of the same kernel show no change, and
// in how many a planted slowdown is found. It wants a quiet machine and exits
// with 1 if either is below 95 %.
//
//	go run ./internal/benchcheck [-pairs 100] [-slower 0.05] [-gate median:2%] [silu]
//
// The planted slowdown is real: each launch spins for as long a share of its
// time.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/workbench"
)

func main() {
	pairs := flag.Int("pairs", 100, "pairs of runs")
	slower := flag.Float64("slower", 0.05, "the planted slowdown")
	samples := flag.Int("samples", workbench.DefaultSamples, "samples a run")
	gate := flag.String("gate", "median:2%", "what counts as a change")
	flag.Parse()
	name := "silu"
	if flag.NArg() > 0 {
		name = flag.Arg(0)
	}
	ok, err := run(name, *pairs, *samples, *slower, *gate)
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchcheck:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

func run(name string, pairs, samples int, slower float64, gateText string) (bool, error) {
	gate, err := workbench.ParseGate(gateText)
	if err != nil {
		return false, err
	}
	doc, err := workbench.Open(name)
	if err != nil {
		return false, err
	}
	job := workbench.BenchJob{Document: doc, Cases: []int{0}, DTypes: []string{"float32"}, Samples: samples}
	bench := func(slowdown float64) ([]workbench.BenchLine, error) {
		open := func(name string) (mlx.Device, error) {
			d, err := mlx.OpenDevice(name)
			return slowDevice{d, slowdown}, err
		}
		result, err := workbench.New(workbench.Options{OpenDevice: open}).Start(context.Background(), job).Wait()
		if err != nil {
			return nil, err
		}
		return result.(*workbench.BenchResult).Lines, nil
	}
	unchanged, found := 0, 0
	for i := range pairs {
		before, err := bench(0)
		if err != nil {
			return false, err
		}
		base := workbench.Baseline{Name: "before", Lines: before}
		for _, slowdown := range []float64{0, slower} {
			lines, err := bench(slowdown)
			if err != nil {
				return false, err
			}
			base.Compare(lines)
			verdict, why := gate.Judge(lines[0])
			if slowdown > 0 && verdict == workbench.Regression {
				found++
			}
			// A change for the better is one, too.
			if slowdown == 0 && verdict == workbench.Passed && lines[0].Baseline.Shift.Delta >= -gate.Limit {
				unchanged++
			}
			fmt.Fprintf(os.Stderr, "pair %d, slower by %.0f %%: %+.1f %%, %s %s\n", i+1, 100*slowdown, 100*lines[0].Baseline.Shift.Delta, verdict, why)
		}
	}
	fmt.Printf("%s: no change in %d of %d pairs, a slowdown of %.0f %% found in %d of %d (gate %s, %d samples a run)\n",
		name, unchanged, pairs, 100*slower, found, pairs, gateText, samples)
	return unchanged*100 >= 95*pairs && found*100 >= 95*pairs, nil
}

// slowDevice is a device whose launches take longer by a share.
type slowDevice struct {
	mlx.Device
	slowdown float64
}

func (d slowDevice) Compile(ctx context.Context, src mlx.KernelSource, inputs []mlx.ArgInfo, cfg mlx.LaunchConfig) (mlx.Kernel, error) {
	k, err := d.Device.Compile(ctx, src, inputs, cfg)
	return slowKernel{k, d.slowdown}, err
}

type slowKernel struct {
	mlx.Kernel
	slowdown float64
}

func (k slowKernel) Launch(ctx context.Context, inputs []*mlx.Array, cfg mlx.LaunchConfig, opt mlx.LaunchOptions) (*mlx.LaunchResult, error) {
	r, err := k.Kernel.Launch(ctx, inputs, cfg, opt)
	if err == nil && k.slowdown > 0 {
		start, extra := time.Now(), time.Duration(k.slowdown*float64(r.RunTime))
		for time.Since(start) < extra {
			continue
		}
		r.RunTime += time.Since(start)
	}
	return r, err
}
