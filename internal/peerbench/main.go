// Peerbench times kernels on the embedded device's executors and, if a peer's
// program is given, on the peer, in the same minute on the same machine.
//
//	go run ./internal/peerbench [-peer /tmp/peer] [-interp] [-runs 15] [-workers 0] SPEC.yaml…
//
// Scaling is the median on one core over that on all. Processor times are the least of a launch, zmlx's on one core: they are what to
// compare on a machine that others use. Beside a spec lies its twin in OpenCL, which opencl/peer.c runs over the same inputs; what differs
// in their outputs is told. A peer that has kernels of its own prints one JSON object a line: kernel, first_ms, best_ms, median_ms.
// Its compile cache should be empty, so that first calls compare.
package main

import (
	"flag"
	"fmt"
	"math"
	"os"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
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
	CPU    float64 `json:"cpu_ms"` // 0 where it is not known
}

func main() {
	flag.Parse()
	if flag.NArg() == 0 || *runs < 1 {
		fmt.Fprintln(os.Stderr, "peerbench: name specs, and at least one run")
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "peerbench:", err)
		os.Exit(1)
	}
}

// mean is a geometric mean.
type mean struct {
	logs  float64
	count int
}

func (m *mean) add(ratio float64) {
	m.logs += math.Log(ratio)
	m.count++
}

func (m *mean) value() float64 { return math.Exp(m.logs / float64(m.count)) }

func run(paths []string) error {
	fmt.Println("kernel             first ms   best ms  median ms  one core   scaling    cpu ms   peer first  peer best  peer median   speed-up  peer cpu  by cpu    interp ms   over interp")
	var scales, speeds, firsts, cpus mean
	for _, path := range paths {
		spec, err := kernels.Load(path)
		if err != nil {
			return err
		}
		b, err := prepare(spec)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		t, executor, err := b.measure(mlx.HostDeviceOn(wasm.Executor{}), *runs, *workers)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		one, _, err := b.measure(mlx.HostDeviceOn(wasm.Executor{}), *runs, 1)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if executor != (wasm.Executor{}).Name() {
			fmt.Printf("%-17s runs on %s\n", t.Kernel, executor)
		}
		o, note, err := b.measurePeer()
		if err != nil {
			return fmt.Errorf("%s: peer: %w", path, err)
		}
		fmt.Printf("%-17s %9.3f %9.3f %10.3f %9.3f %8.2fx %9.3f", t.Kernel, t.First, t.Best, t.Median, one.Median, one.Median/t.Median, one.CPU)
		scales.add(one.Median / t.Median)
		if o.Median > 0 {
			fmt.Printf("   %10.3f %10.3f %12.3f %9.2fx", o.First, o.Best, o.Median, o.Median/t.Median)
			speeds.add(o.Median / t.Median)
			firsts.add(o.First / t.First)
		}
		if o.CPU > 0 && one.CPU > 0 {
			fmt.Printf(" %9.3f %6.2fx", o.CPU, o.CPU/one.CPU)
			cpus.add(o.CPU / one.CPU)
		}
		if *withInterp {
			i, _, err := b.measure(mlx.HostDeviceOn(interp.Executor{}), 1, *workers)
			if err != nil {
				return err
			}
			fmt.Printf("   %10.1f %10.0fx", i.Best, i.Best/t.Median)
		}
		fmt.Println(note)
	}
	if scales.count > 0 {
		fmt.Printf("geometric mean over %d kernels: %.2fx one core's speed\n", scales.count, scales.value())
	}
	if speeds.count > 0 {
		fmt.Printf("geometric mean over %d kernels: %.2fx the peer's speed, first results %.1fx sooner\n", speeds.count, speeds.value(), firsts.value())
	}
	if cpus.count > 0 {
		fmt.Printf("geometric mean over %d kernels, by processor time: %.2fx the peer's speed\n", cpus.count, cpus.value())
	}
	return nil
}
