// Command benchcheck asks with real clocks whether a bench can be trusted on
// this machine: how many pairs of runs of the same kernel show no change, and
// in how many a planted slowdown is found. Each run is a process of its own, as
// it is for a user. It wants a quiet machine and exits with 1 if either is below
// 95 %.
//
//	go run ./internal/benchcheck [-pairs 100] [-slower 0.05] [-gate median:5%] [silu…]
//
// The planted slowdown is real: each launch spins for as long a share of its
// time. What counts is what a bench reports: no change where the gate passes and
// no significant shift is shown, a slowdown found where the gate says regression.
// The spread that it prints is that of the levels of all runs without a slowdown
// at one pace of the machine, as a standard deviation; that is profile.RunSpread.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/profile"
	"github.com/zmlx/zmlx/workbench"
)

type options struct {
	pairs, samples int
	slower         float64
	gate           string
	patience       time.Duration
	keep           string
	child          bool
}

func main() {
	var o options
	flag.IntVar(&o.pairs, "pairs", 100, "pairs of runs")
	flag.Float64Var(&o.slower, "slower", 0.05, "the planted slowdown")
	flag.IntVar(&o.samples, "samples", workbench.DefaultSamples, "samples a run")
	flag.StringVar(&o.gate, "gate", "median:5%", "the gate")
	flag.DurationVar(&o.patience, "patience", workbench.DefaultPatience, "how long a run waits for a quiet machine")
	flag.StringVar(&o.keep, "keep", "", "append all measured lines to this NDJSON `file`")
	flag.BoolVar(&o.child, "child", false, "make one run, slower by -slower, and print it")
	flag.Parse()
	names := flag.Args()
	if len(names) == 0 {
		names = []string{"silu"}
	}
	ok, err := o.all(names)
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchcheck:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

func (o options) all(names []string) (bool, error) {
	if o.child {
		return true, o.measure(names[0])
	}
	all := true
	for _, name := range names {
		ok, err := o.check(name)
		if err != nil {
			return false, err
		}
		all = all && ok
	}
	return all, nil
}

func (o options) check(name string) (bool, error) {
	gate, err := workbench.ParseGate(o.gate)
	if err != nil {
		return false, err
	}
	unchanged, found, wrong := 0, 0, 0
	var runs []profile.Run
	start := time.Now()
	for i := range o.pairs {
		before, err := o.run(name, 0)
		if err != nil {
			return false, err
		}
		base := workbench.Baseline{Name: "before", Lines: []workbench.BenchLine{before}}
		runs = append(runs, before.Run())
		for _, slowdown := range []float64{0, o.slower} {
			l, err := o.run(name, slowdown)
			if err != nil {
				return false, err
			}
			lines := []workbench.BenchLine{l}
			base.Compare(lines)
			verdict, why := gate.Judge(lines[0])
			shift := lines[0].Baseline.Shift
			switch {
			case slowdown > 0 && verdict == workbench.Regression:
				found++
			case slowdown == 0 && verdict == workbench.Passed && !shift.Significant(): // a change for the better is one, too
				unchanged++
			case slowdown > 0 && verdict == workbench.Passed || slowdown == 0 && verdict == workbench.Regression:
				wrong++
			}
			if slowdown == 0 {
				runs = append(runs, l.Run())
			}
			fmt.Fprintf(os.Stderr, "%s %d, slower by %.0f %%: %+.1f %% (%+.1f to %+.1f), %d samples and %d disturbed, %s %s\n", name, i+1, 100*slowdown,
				100*shift.Delta, 100*shift.Lo, 100*shift.Hi, len(l.Samples), len(l.Disturbed), verdict, why)
		}
	}
	fmt.Printf("%s: no change in %d of %d pairs, a slowdown of %.0f %% found in %d of %d, wrong in %d (gate %s, %d samples a run, %.1f s a run); spread of runs %.2f %%\n",
		name, unchanged, o.pairs, 100*o.slower, found, o.pairs, wrong, o.gate, o.samples, time.Since(start).Seconds()/float64(3*o.pairs), 100*spread(runs))
	return unchanged*100 >= 95*o.pairs && found*100 >= 95*o.pairs, nil
}

// spread is the standard deviation of the runs' levels relative to their mean, all
// of work that copies as the first one does: as runs are compared, and not each by
// the share that it measured itself.
func spread(runs []profile.Run) float64 {
	levels, mean, squares := make([]float64, len(runs)), 0.0, 0.0
	for i, r := range runs {
		r.Copying = runs[0].Copying
		levels[i] = r.Level().Value
		mean += levels[i] / float64(len(runs))
	}
	for _, v := range levels {
		squares += (v/mean - 1) * (v/mean - 1)
	}
	return math.Sqrt(squares / float64(len(runs)-1))
}

// run makes a run in a process of its own.
func (o options) run(name string, slowdown float64) (l workbench.BenchLine, err error) {
	self, err := os.Executable()
	if err != nil {
		return l, err
	}
	cmd := exec.Command(self, "-child", "-samples", fmt.Sprint(o.samples), "-patience", o.patience.String(), "-slower", fmt.Sprint(slowdown), name)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return l, err
	}
	if err := json.Unmarshal(out, &l); err != nil || o.keep == "" {
		return l, err
	}
	f, err := os.OpenFile(o.keep, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return l, err
	}
	_, err = f.Write(out)
	return l, errors.Join(err, f.Close())
}

// measure benches the kernel's own parameters in float32 and prints the line.
func (o options) measure(name string) error {
	doc, err := workbench.Open(name)
	if err != nil {
		return err
	}
	open := func(name string) (mlx.Device, error) {
		d, err := mlx.OpenDevice(name)
		return slowDevice{d, o.slower}, err
	}
	job := workbench.BenchJob{Document: doc, Device: "host", Cases: []int{0}, DTypes: []string{"float32"}, Samples: o.samples, Patience: o.patience, Resolution: workbench.GateResolution}
	result, err := workbench.New(workbench.Options{OpenDevice: open}).Start(context.Background(), job).Wait()
	if err != nil {
		return err
	}
	r := result.(*workbench.BenchResult)
	if r.Status != workbench.StatusOK {
		return errors.New(name + ": " + string(r.Status))
	}
	return json.NewEncoder(os.Stdout).Encode(r.Lines[0])
}

// slowDevice is a device whose launches take longer by a share; the engine's own
// probes do not.
type slowDevice struct {
	mlx.Device
	slowdown float64
}

func (d slowDevice) Compile(ctx context.Context, src mlx.KernelSource, inputs []mlx.ArgInfo, cfg mlx.LaunchConfig) (mlx.Kernel, error) {
	k, err := d.Device.Compile(ctx, src, inputs, cfg)
	if err != nil || d.slowdown == 0 || strings.HasPrefix(src.Name, "zmlx_probe") {
		return k, err
	}
	return slowKernel{k, d.slowdown}, nil
}

type slowKernel struct {
	mlx.Kernel
	slowdown float64
}

func (k slowKernel) Launch(ctx context.Context, inputs []*mlx.Array, cfg mlx.LaunchConfig, opt mlx.LaunchOptions) (*mlx.LaunchResult, error) {
	return k.slow(k.Kernel.Launch(ctx, inputs, cfg, opt))
}

func (k slowKernel) Time(ctx context.Context, inputs []*mlx.Array, cfg mlx.LaunchConfig, opt mlx.LaunchOptions, n int) (*mlx.LaunchResult, error) {
	return k.slow(k.Kernel.(mlx.Timer).Time(ctx, inputs, cfg, opt, n))
}

func (k slowKernel) slow(r *mlx.LaunchResult, err error) (*mlx.LaunchResult, error) {
	if err != nil {
		return nil, err
	}
	start, extra := time.Now(), time.Duration(k.slowdown*float64(r.RunTime))
	for time.Since(start) < extra {
		continue
	}
	r.RunTime += time.Since(start)
	return r, nil
}
