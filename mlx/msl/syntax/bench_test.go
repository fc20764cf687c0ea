package syntax_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/internal/gcroom"
	"github.com/zmlx/zmlx/mlx/msl/internal/kerneltext"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// BenchmarkParse measures scanning, preprocessing and parsing: the front end up
// to the tree.
func BenchmarkParse(b *testing.B) {
	defer runtime.KeepAlive(gcroom.Make(gcroom.Library)) // as the program does
	text := kerneltext.Library(20_000)
	lines := strings.Count(text, "\n")
	_, _, ds := syntax.Parse("k.metal", text, syntax.Options{})
	require.Empty(b, ds)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		syntax.Parse("k.metal", text, syntax.Options{})
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
