// Package compilebench measures, for benchmarks of several packages, what
// compiling a kernel takes, step by step.
package compilebench

import (
	"context"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/zmlx/zmlx/internal/cputime"
	"github.com/zmlx/zmlx/internal/gcroom"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
	"github.com/zmlx/zmlx/profile/trace"
)

// steps are the parts of a compilation, by the names of their spans.
var steps = []struct {
	unit  string
	spans []string
}{
	{"ms-front-end", []string{"prelude", "parse", "check", "verify", "lower"}},
	{"ms-lowering", []string{"lower to WebAssembly"}},
	{"ms-machine-code", []string{"compile to machine code"}},
}

// Run compiles and launches a kernel again and again without a cache, and
// reports the least milliseconds that each step took and all of them, the
// processor time of a whole iteration, and the size of the WebAssembly in
// kilobytes: 0 if the kernel runs on interp.
func Run(b *testing.B, launch func(ctx context.Context) error) {
	defer runtime.KeepAlive(gcroom.Make(gcroom.Kernel)) // as the program does
	b.ReportAllocs()
	var all []float64
	samples, size, iterations := make([][]float64, len(steps)), int64(0), 0
	before := cputime.User()
	for b.Loop() {
		wasm.Forget()
		rec := trace.NewRecorder(nil)
		if err := launch(trace.NewContext(context.Background(), rec.Track("compile"))); err != nil {
			b.Fatal(err)
		}
		iterations++
		sum := time.Duration(0)
		for i, step := range steps {
			d, n := spans(rec.Timeline(), step.spans)
			samples[i] = append(samples[i], milliseconds(d))
			sum, size = sum+d, n
		}
		all = append(all, milliseconds(sum))
	}
	for i, s := range steps {
		b.ReportMetric(slices.Min(samples[i]), s.unit)
	}
	b.ReportMetric(slices.Min(all), "ms-compile")
	b.ReportMetric(float64(size)/1e3, "kB-wasm")
	b.ReportMetric(milliseconds(cputime.User()-before)/float64(iterations), "ms-cpu")
	b.ReportMetric(0, "ns/op") // it contains the launch
}

// spans adds up those of the given names, and what they are about.
func spans(t *trace.Timeline, named []string) (d time.Duration, n int64) {
	for _, row := range t.Tracks[0].Rows {
		for _, s := range row {
			if slices.Contains(named, t.Names[s.Name]) {
				d += s.Dur
				n += s.N
			}
		}
	}
	return d, n
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1e3 }
