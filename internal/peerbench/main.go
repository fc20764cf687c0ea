// Peerbench times kernels on the embedded device's executors and, if a peer's
// program is given, on the peer, in the same minute on the same machine.
//
//	go run ./internal/peerbench [-peer ./pocl] [-interp] [-runs 15] SPEC.yaml…
//
// Scaling is the median on one core over that on all. The peer prints one JSON object a line: kernel, first_ms, best_ms, median_ms.
// Its compile cache should be empty, so that first calls compare.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
)

var (
	peer       = flag.String("peer", "", "program that times the same kernels elsewhere")
	withInterp = flag.Bool("interp", false, "also time the interpreter, once a kernel")
	runs       = flag.Int("runs", 15, "timed calls a kernel")
	workers    = flag.Int("workers", 0, "cores to use, 0 for all")
)

// timing is what one executor took for a kernel, in milliseconds.
type timing struct {
	Kernel string  `json:"kernel"`
	First  float64 `json:"first_ms"` // compiling included
	Best   float64 `json:"best_ms"`
	Median float64 `json:"median_ms"`
}

func main() {
	flag.Parse()
	if err := run(flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "peerbench:", err)
		os.Exit(1)
	}
}

func run(paths []string) error {
	others, err := runPeer()
	if err != nil {
		return err
	}
	fmt.Println("kernel         first ms   best ms  median ms  one core   scaling   peer first  peer best  peer median   speed-up    interp ms   over interp")
	var logs, firsts, scales float64
	peers, kernelCount := 0, 0
	for _, path := range paths {
		spec, err := kernels.Load(path)
		if err != nil {
			return err
		}
		t, executor, err := measure(spec, mlx.HostDeviceOn(wasm.Executor{}), *runs, *workers)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		one, _, err := measure(spec, mlx.HostDeviceOn(wasm.Executor{}), *runs, 1)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if executor != (wasm.Executor{}).Name() {
			fmt.Printf("%-13s runs on %s\n", t.Kernel, executor)
		}
		fmt.Printf("%-13s %9.3f %9.3f %10.3f %9.3f %8.2fx", t.Kernel, t.First, t.Best, t.Median, one.Median, one.Median/t.Median)
		scales += math.Log(one.Median / t.Median)
		kernelCount++
		if o, ok := others[t.Kernel]; ok {
			fmt.Printf("   %10.3f %10.3f %12.3f %9.2fx", o.First, o.Best, o.Median, o.Median/t.Median)
			logs += math.Log(o.Median / t.Median)
			firsts += math.Log(o.First / t.First)
			peers++
		}
		if *withInterp {
			i, _, err := measure(spec, mlx.HostDeviceOn(interp.Executor{}), 1, *workers)
			if err != nil {
				return err
			}
			fmt.Printf("   %10.1f %10.0fx", i.Best, i.Best/t.Median)
		}
		fmt.Println()
	}
	if kernelCount > 0 {
		fmt.Printf("geometric mean over %d kernels: %.2fx one core's speed\n", kernelCount, math.Exp(scales/float64(kernelCount)))
	}
	if peers > 0 {
		fmt.Printf("geometric mean over %d kernels: %.2fx the peer's speed, first results %.1fx sooner\n",
			peers, math.Exp(logs/float64(peers)), math.Exp(firsts/float64(peers)))
	}
	return nil
}

// runPeer returns the peer's timings by kernel.
func runPeer() (map[string]timing, error) {
	out := map[string]timing{}
	if *peer == "" {
		return out, nil
	}
	text, err := exec.Command(*peer).Output()
	if err != nil {
		return nil, fmt.Errorf("peer: %w", err)
	}
	for d := json.NewDecoder(bytes.NewReader(text)); d.More(); {
		var t timing
		if err := d.Decode(&t); err != nil {
			return nil, fmt.Errorf("peer: %w", err)
		}
		out[t.Kernel] = t
	}
	return out, nil
}

// measure times a spec's own case in its own type on so many cores.
func measure(spec *kernels.Spec, dev mlx.RawDevice, runs, workers int) (timing, string, error) {
	ctx := context.Background()
	t := timing{Kernel: spec.Name}
	src, err := spec.Source(kernels.Case{}, spec.DTypes()[0])
	if err != nil {
		return t, "", err
	}
	inputs, err := src.Draw(0, nil)
	if err != nil {
		return t, "", err
	}
	start := time.Now()
	gen, err := src.Kernel.Generate(src.ArgInfos(), src.Config)
	if err != nil {
		return t, "", err
	}
	p, err := dev.CompileFile(ctx, spec.Name, gen.Text, msl.Options{Preamble: true})
	if err != nil {
		return t, "", err
	}
	// The buffers are there before, as the peer's are.
	l := mlx.RawLaunch{Entry: gen.Entry, Grid: src.Config.Grid, Threadgroup: src.Config.Threadgroup, Buffers: map[int][]byte{},
		Options: mlx.LaunchOptions{Workers: workers}}
	for i, b := range gen.Buffers {
		switch b.Kind {
		case mlx.InputBuffer:
			l.Buffers[i] = inputs[b.Arg].Bytes()
		case mlx.OutputBuffer:
			n := src.Config.OutputDTypes[b.Arg].Size()
			for _, d := range src.Config.OutputShapes[b.Arg] {
				n *= d
			}
			l.Buffers[i] = make([]byte, n)
		default:
			return t, "", fmt.Errorf("%s reads a shape, which this program does not bind", spec.Name)
		}
	}
	res, err := p.Launch(ctx, l)
	if err != nil {
		return t, "", err
	}
	t.First = ms(time.Since(start))
	var samples []float64
	for range runs {
		if res, err = p.Launch(ctx, l); err != nil {
			return t, "", err
		}
		samples = append(samples, ms(res.RunTime))
	}
	slices.Sort(samples)
	t.Best, t.Median = samples[0], samples[len(samples)/2]
	return t, res.Executor, nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
