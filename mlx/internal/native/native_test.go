package native

import (
	"reflect"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/internal/capi"
	"github.com/zmlx/zmlx/mlx/internal/core"
	"github.com/zmlx/zmlx/mlx/internal/host"
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

// TestMemoryStaysFlat makes many arrays, with and without scopes, and wants
// MLX's memory back: on the way, not only at the end.
func TestMemoryStaysFlat(t *testing.T) {
	r := open(t)
	const n, steps = 64 << 10, 4000
	x := r.FromBytes(core.Float32, []int{n}, make([]byte, 4*n))
	active := func() (n int64) { r.lib.Do(func() { n = r.lib.ActiveMemory() }); return n }
	before := active()
	r.lib.Do(r.lib.ResetPeakMemory)
	for range steps {
		x = r.Binary(core.Add, x, x)
		r.Eval(x)
	}
	var peak int64
	r.lib.Do(func() { peak = r.lib.PeakMemory() })
	require.Less(t, peak-before, int64(2*collectEvery), "all of them take 1 GB")

	before = active()
	for range steps {
		x = r.Scope(func() []core.Tensor {
			y := r.Binary(core.Add, x, x)
			y = r.Unary(core.Negative, y)
			r.Eval(y)
			return []core.Tensor{y}
		})[0]
	}
	require.Less(t, active()-before, int64(1<<20))
	runtime.KeepAlive(x)
}

func TestScope(t *testing.T) {
	r := open(t)
	x := floats(r, 1, 2)
	count := func() int64 {
		r.Eval(x)
		var n int64
		r.lib.Do(func() { n = r.lib.ActiveMemory() })
		return n
	}
	before := count()
	var lost, inner core.Tensor
	kept := r.Scope(func() []core.Tensor {
		lost = r.Binary(core.Add, x, x)
		inner = r.Scope(func() []core.Tensor {
			return []core.Tensor{r.Binary(core.Multiply, lost, x)}
		})[0]
		r.Eval(lost, inner)
		require.Greater(t, count(), before)
		return []core.Tensor{r.Unary(core.Negative, inner), x}
	})
	require.Equal(t, []float32{-2, -8}, core.Cast[float32](r.Bytes(kept[0])))
	require.Same(t, x, kept[1])
	for _, gone := range []core.Tensor{lost, inner} {
		_, err := try(func() core.Tensor { return r.Binary(core.Add, x, gone) })
		require.ErrorContains(t, err, "freed at the end of its scope")
	}
	require.Equal(t, []float32{2, 4}, core.Cast[float32](r.Bytes(r.Binary(core.Add, x, x))))

	_, err := try(func() core.Tensor {
		return r.Scope(func() []core.Tensor {
			lost = r.Binary(core.Add, x, x)
			return []core.Tensor{r.Matmul(floats(r, 1, 2), floats(r, 1, 2, 3))}
		})[0]
	})
	require.ErrorContains(t, err, "[matmul]")
	_, err = try(func() core.Tensor { return r.Unary(core.Negative, lost) })
	require.ErrorContains(t, err, "freed", "a scope that fails keeps nothing")
}

// try returns the error that f panics with.
func try(f func() core.Tensor) (t core.Tensor, err error) {
	defer func() {
		if e, ok := recover().(*core.Error); ok {
			err = e
		}
	}()
	return f(), nil
}

// TestMissingArray wants no null handle to reach MLX.
func TestMissingArray(t *testing.T) {
	r := open(t)
	_, err := try(func() core.Tensor { return r.Binary(core.Add, floats(r, 1), nil) })
	require.ErrorContains(t, err, "an array is missing")
}

// TestParity wants both runtimes to have the same methods.
func TestParity(t *testing.T) {
	methods := func(v any) (names []string) {
		for m := range reflect.TypeOf(v).Methods() {
			names = append(names, m.Name)
		}
		return names
	}
	require.Equal(t, methods(&host.Runtime{}), methods(&Runtime{}))
	require.NotEmpty(t, methods(&Runtime{}))
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
	_, failed := try(func() core.Tensor { return r.Matmul(floats(r, 1, 2), floats(r, 1, 2, 3)) })
	var err *core.Error
	require.ErrorAs(t, failed, &err)
	require.Equal(t, "mlx_matmul", err.Op)
	require.Contains(t, err.Msg, "[matmul]")
	require.NotContains(t, err.Msg, ".cpp:")
	require.Equal(t, []float32{2}, core.Cast[float32](r.Bytes(r.Binary(core.Add, floats(r, 1), floats(r, 1)))), "works after an error")
}

// BenchmarkAdd measures an operation as programs make it: each from its own
// goroutine, and many in a scope.
func BenchmarkAdd(b *testing.B) {
	r := open(b)
	x := floats(r, 1)
	b.Run("elsewhere", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r.Binary(core.Add, x, x)
		}
	})
	b.Run("scope", func(b *testing.B) {
		b.ReportAllocs()
		const many = 100
		r.Scope(func() []core.Tensor {
			for i := 0; b.Loop(); i++ {
				r.Scope(func() []core.Tensor {
					for range many {
						r.Binary(core.Add, x, x)
					}
					return nil
				})
			}
			return nil
		})
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*many), "ns/add")
	})
}
