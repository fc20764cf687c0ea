package mlx_test

import (
	"testing"
	"time"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/internal/capi"
)

// BenchmarkBesideC makes the same calls through package mlx and bare, one
// after the other, and reports the ratio of the shortest times. The bare ones
// cost what they cost in C, but for 60 ns a call.
func BenchmarkBesideC(b *testing.B) {
	n, err := mlx.Native()
	if err != nil {
		b.Skipf("MLX ITSELF IS NOT MEASURED: %v", err)
	}
	lib, err := capi.Open(capi.DefaultCandidates())
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		size int
		fn   capi.Fn
		bare func(c *capi.Call, x, y capi.Handle) *capi.Call
		zmlx func(x, y *mlx.Array) *mlx.Array
	}{
		{"matmul1024", 1024, capi.Symbol("mlx_matmul"),
			func(c *capi.Call, x, y capi.Handle) *capi.Call { return c.Array(x).Array(y) },
			func(x, y *mlx.Array) *mlx.Array { return x.Matmul(y) }},
		{"softmax4096", 4096, capi.Symbol("mlx_softmax_axes"),
			func(c *capi.Call, x, _ capi.Handle) *capi.Call { return c.Array(x).Ints([]int{1}).Bool(false) },
			func(x, _ *mlx.Array) *mlx.Array { return x.Softmax(false, -1) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			x, y := normal(0, mlx.Float32, c.size, c.size), normal(1, mlx.Float32, c.size, c.size)
			var stream, hx, hy capi.Handle
			lib.Do(func() {
				stream = lib.CPU()
				hx, hy = lib.NewArray(mlx.Float32, x.Shape(), x.Bytes()), lib.NewArray(mlx.Float32, y.Shape(), y.Bytes())
			})
			x, y = x.On(n.CPU), y.On(n.CPU)
			bare := func() time.Duration {
				start := time.Now()
				lib.Do(func() {
					h := c.bare(lib.Op(c.fn), hx, hy).Result(stream)
					lib.Eval(h)
					lib.Free(h)
				})
				return time.Since(start)
			}
			zmlx := func() time.Duration {
				start := time.Now()
				mlx.Scope(n.CPU, func() []*mlx.Array {
					mlx.Eval(c.zmlx(x, y))
					return nil
				})
				return time.Since(start)
			}
			best := [2]time.Duration{zmlx(), bare()}
			for b.Loop() {
				best[1] = min(best[1], bare())
				best[0] = min(best[0], zmlx(), zmlx())
				best[1] = min(best[1], bare())
			}
			b.ReportMetric(float64(best[0].Nanoseconds()), "zmlx-ns")
			b.ReportMetric(float64(best[1].Nanoseconds()), "bare-ns")
			b.ReportMetric(float64(best[0])/float64(best[1]), "ratio")
		})
	}
}
