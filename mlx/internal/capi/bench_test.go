package capi

import (
	"testing"

	"github.com/ebitengine/purego"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// BenchmarkCall measures the binding on MLX's thread. mlx_array_ndim itself
// takes 1 to 2 ns, so the time of its call is what the binding costs beyond C;
// the difference of the two add is what it costs beyond a bare foreign call.
func BenchmarkCall(b *testing.B) {
	l, err := Open(DefaultCandidates())
	if err != nil {
		b.Skipf("MLX ITSELF IS NOT MEASURED: %v", err)
	}
	l.Do(func() {
		s := l.CPU()
		x := l.NewArray(core.Float32, []int{1}, make([]byte, 4))
		add := Symbol("mlx_add")
		b.Run("ndim", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l.call(fnArrayNDim, uintptr(x))
			}
		})
		b.Run("add-free", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l.Free(l.Op(add).Array(x).Array(x).Result(s))
			}
		})
		b.Run("add-free-bare", func(b *testing.B) {
			b.ReportAllocs()
			fn, free := l.address(add), l.address(fnArrayFree)
			for b.Loop() {
				l.out[0] = 0
				l.args[0], l.args[1], l.args[2], l.args[3] = l.result(0), uintptr(x), uintptr(x), uintptr(s)
				_, _, _ = purego.SyscallN(fn, l.args[:4]...)
				l.args[0] = uintptr(l.out[0])
				_, _, _ = purego.SyscallN(free, l.args[:1]...)
			}
		})
	})
}

// BenchmarkDo measures the way to MLX's thread and back.
func BenchmarkDo(b *testing.B) {
	th := startThread(func(Handle) {})
	b.Run("elsewhere", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			th.do(func() {})
		}
	})
	b.Run("there", func(b *testing.B) {
		b.ReportAllocs()
		th.do(func() {
			for b.Loop() {
				th.do(func() {})
			}
		})
	})
}
