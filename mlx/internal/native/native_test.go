package native

import (
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/internal/capi"
	"github.com/zmlx/zmlx/mlx/internal/core"
)

var library = sync.OnceValues(func() (*capi.Library, error) { return capi.Open(capi.DefaultCandidates()) })

func open(t testing.TB) *Runtime {
	lib, err := library()
	if err != nil {
		t.Skipf("MLX ITSELF IS NOT TESTED: %v", err)
	}
	return New(lib, false)
}

func floats(r *Runtime, v ...float32) core.Tensor {
	return r.FromBytes(core.Float32, []int{len(v)}, core.AsBytes(v))
}

// TestMemoryStaysFlat makes many arrays and wants MLX's memory back.
func TestMemoryStaysFlat(t *testing.T) {
	r := open(t)
	active := func() (n int64) {
		runtime.GC()
		runtime.GC()
		r.lib.Do(func() {})
		r.lib.Do(func() { n = r.lib.ActiveMemory() })
		return n
	}
	const n = 64 << 10
	x := r.FromBytes(core.Float32, []int{n}, make([]byte, 4*n))
	before := active()
	for range 2000 {
		x = r.Binary(core.Add, x, x)
		r.lib.Do(func() { r.lib.Eval(handle(x)) })
	}
	require.Less(t, active()-before, int64(64<<20), "2000 arrays take 512 MB")
	runtime.KeepAlive(x)
}

// TestGoroutines calls from many goroutines at once.
func TestGoroutines(t *testing.T) {
	r := open(t)
	var wg sync.WaitGroup
	results := make([][]float32, 8)
	for g := range results {
		wg.Go(func() {
			x := floats(r, float32(g), 1)
			for range 200 {
				x = r.Binary(core.Add, x, floats(r, 1, 0))
			}
			results[g] = core.Cast[float32](r.Bytes(x))
		})
	}
	wg.Wait()
	for g, got := range results {
		require.Equal(t, []float32{float32(g) + 200, 1}, got)
	}
}

// TestErrors wants MLX's own words when a call fails.
func TestErrors(t *testing.T) {
	r := open(t)
	var err *core.Error
	func() {
		defer func() { err, _ = recover().(*core.Error) }()
		r.Matmul(floats(r, 1, 2), floats(r, 1, 2, 3))
	}()
	require.NotNil(t, err)
	require.Equal(t, "mlx_matmul", err.Op)
	require.Contains(t, err.Msg, "[matmul]")
	require.Equal(t, []float32{2}, core.Cast[float32](r.Bytes(r.Binary(core.Add, floats(r, 1), floats(r, 1)))), "works after an error")
}

func BenchmarkAdd(b *testing.B) {
	r := open(b)
	x := floats(r, 1)
	for b.Loop() {
		r.Binary(core.Add, x, x)
	}
}
