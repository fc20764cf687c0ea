// Package native is the runtime over libmlxc: MLX itself.
//
// Operations are lazy, as MLX's are; reading data evaluates. A tensor's handle
// is freed after the garbage collector has found the tensor unused. The
// collector does not see MLX's memory, so it is run when tensors of some size
// have been made since the last time.
package native

import (
	"math"
	"runtime"
	"slices"
	"sync/atomic"

	"github.com/zmlx/zmlx/mlx/internal/capi"
	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Runtime implements core.Runtime on one stream of a library.
type Runtime struct {
	lib    *capi.Library
	name   string
	stream capi.Handle
	made   atomic.Int64 // bytes of tensors since the last collection
}

var _ core.Runtime = (*Runtime)(nil)

// collectEvery is how many bytes of tensors are made between collections.
const collectEvery = 256 << 20

// New returns the runtime on the library's CPU or GPU stream.
func New(lib *capi.Library, gpu bool) *Runtime {
	r := &Runtime{lib: lib, name: "mlx-cpu"}
	lib.Do(func() {
		if gpu {
			r.name, r.stream = "metal", lib.GPU()
		} else {
			r.stream = lib.CPU()
		}
	})
	return r
}

// Name returns "mlx-cpu" or "metal".
func (r *Runtime) Name() string { return r.name }

// tensor is an array of MLX.
type tensor struct {
	rt    *Runtime
	h     capi.Handle
	dtype core.DType
	shape []int
}

func (t *tensor) DType() core.DType { return t.dtype }
func (t *tensor) Shape() []int      { return t.shape }

// Strides evaluates the array.
func (t *tensor) Strides() (strides []int) {
	t.rt.lib.Do(func() { strides = t.rt.lib.Strides(t.h) })
	runtime.KeepAlive(t)
	return strides
}

func handle(t core.Tensor) capi.Handle {
	if t == nil {
		return 0
	}
	return t.(*tensor).h
}

func handles(ts []core.Tensor) []capi.Handle {
	hs := make([]capi.Handle, len(ts))
	for i, t := range ts {
		hs[i] = handle(t)
	}
	return hs
}

// wrap takes ownership of a handle; it runs on the library's thread.
func (r *Runtime) wrap(h capi.Handle) *tensor {
	t := &tensor{rt: r, h: h, dtype: r.lib.DType(h), shape: r.lib.Shape(h)}
	runtime.AddCleanup(t, r.lib.Release, h)
	r.made.Add(int64(core.NumElements(t.shape) * t.dtype.Size()))
	return t
}

// do makes a tensor on the library's thread. inputs stay alive until then.
func (r *Runtime) do(f func(l *capi.Library) capi.Handle, inputs ...core.Tensor) core.Tensor {
	if n := r.made.Load(); n > collectEvery && r.made.CompareAndSwap(n, 0) {
		runtime.GC()
	}
	var out *tensor
	r.lib.Do(func() { out = r.wrap(f(r.lib)) })
	runtime.KeepAlive(inputs)
	return out
}

// op calls a function that takes the tensors and then what more adds.
func (r *Runtime) op(name string, more func(c *capi.Call), inputs ...core.Tensor) core.Tensor {
	return r.do(func(l *capi.Library) capi.Handle {
		c := l.Op(name).Array(handles(inputs)...)
		if more != nil {
			more(c)
		}
		return c.Result(r.stream)
	}, inputs...)
}

// FromBytes copies row-major elements.
func (r *Runtime) FromBytes(dtype core.DType, shape []int, data []byte) core.Tensor {
	if dtype == core.Bool {
		data = slices.Clone(data)
		for i, b := range data {
			if b != 0 {
				data[i] = 1
			}
		}
	}
	return r.do(func(l *capi.Library) capi.Handle { return l.NewArray(dtype, shape, data) })
}

// Bytes evaluates and copies the row-major elements.
func (r *Runtime) Bytes(x core.Tensor) (out []byte) {
	dense := r.Contiguous(x).(*tensor)
	r.lib.Do(func() { out = r.lib.Copy(dense.h, core.NumElements(dense.shape)*dense.dtype.Size()) })
	runtime.KeepAlive(dense)
	return out
}

// Storage evaluates and copies from the first element to the farthest one.
func (r *Runtime) Storage(x core.Tensor) (out []byte) {
	t := x.(*tensor)
	if core.NumElements(t.shape) == 0 {
		return nil
	}
	r.lib.Do(func() {
		last := 0
		for i, s := range r.lib.Strides(t.h) {
			last += (t.shape[i] - 1) * max(s, 0)
		}
		out = r.lib.Copy(t.h, (last+1)*t.dtype.Size())
	})
	runtime.KeepAlive(t)
	return out
}

// AsType converts elements.
func (r *Runtime) AsType(x core.Tensor, to core.DType) core.Tensor {
	return r.op("mlx_astype", func(c *capi.Call) { c.Int(int(to)) }, x)
}

// View reinterprets the last axis.
func (r *Runtime) View(x core.Tensor, to core.DType) core.Tensor {
	return r.op("mlx_view", func(c *capi.Call) { c.Int(int(to)) }, x)
}

// Contiguous makes the elements row-major.
func (r *Runtime) Contiguous(x core.Tensor) core.Tensor {
	return r.op("mlx_contiguous", func(c *capi.Call) { c.Bool(false) }, x)
}

// Arange counts n elements.
func (r *Runtime) Arange(start, step float64, n int, dtype core.DType) core.Tensor {
	return r.do(func(l *capi.Library) capi.Handle {
		// Half a step before the next element, so that rounding cannot add one.
		stop := start + step*(float64(n)-0.5)
		if n == 0 {
			stop = start
		}
		if !dtype.IsInexact() {
			stop = start + step*float64(n)
		}
		return l.Arange(start, stop, step, dtype, r.stream)
	})
}

// Select takes elements of a where cond holds, else of b.
func (r *Runtime) Select(cond, a, b core.Tensor) core.Tensor {
	return r.op("mlx_where", nil, cond, a, b)
}

// RandomBits draws from MLX's generator.
func (r *Runtime) RandomBits(key core.Tensor, shape []int, width int) core.Tensor {
	return r.do(func(l *capi.Library) capi.Handle {
		return l.Op("mlx_random_bits").Ints(shape).Int(width).Array(handle(key)).Result(r.stream)
	}, key)
}

// FFT transforms the last axis without scaling.
func (r *Runtime) FFT(x core.Tensor, inverse bool) core.Tensor {
	const backward, forward = 0, 2
	last := len(x.Shape()) - 1
	n := x.Shape()[last]
	name, norm := "mlx_fft_fft", backward
	if inverse {
		name, norm = "mlx_fft_ifft", forward // scales the other direction
	}
	return r.op(name, func(c *capi.Call) { c.Int(n).Int(last).Int(norm) }, x)
}

// Hadamard transforms the last axis.
func (r *Runtime) Hadamard(x core.Tensor, scale float64) core.Tensor {
	return r.op("mlx_hadamard_transform", func(c *capi.Call) { c.Some(math.Float32bits(float32(scale))) }, x)
}
