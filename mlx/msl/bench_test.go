package msl_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/zmlx/zmlx/internal/gcroom"
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/internal/kerneltext"
)

// BenchmarkFrontEnd measures text to diagnostics and verified IR on one core,
// the collector's work included; the Metal library was loaded before, as it is
// by the first compilation of a process.
func BenchmarkFrontEnd(b *testing.B) {
	b.Run("kernel500", func(b *testing.B) { frontEnd(b, kerneltext.Kernel(500), gcroom.Kernel) })
	b.Run("library20000", func(b *testing.B) { frontEnd(b, kerneltext.Library(20_000), gcroom.Library) })
}

func frontEnd(b *testing.B, text string, room int) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	compileText(b, text, room)
	b.ReportMetric(float64(strings.Count(text, "\n")*b.N)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkCompile500Lines is what an editor waits for: source to diagnostics
// of a kernel of about 500 lines.
func BenchmarkCompile500Lines(b *testing.B) { compileText(b, kerneltext.Kernel(500), gcroom.Kernel) }

func compileText(b *testing.B, text string, room int) {
	defer runtime.KeepAlive(gcroom.Make(room)) // as the program does
	msl.Compile("warm.metal", "", msl.Options{Preamble: true})
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if r := msl.Compile("long.metal", text, msl.Options{Preamble: true}); r.Program == nil {
			b.Fatal(diag.RenderAll(r.Sources, r.Diagnostics))
		}
	}
}
