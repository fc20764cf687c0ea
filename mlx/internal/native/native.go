// Package native is the runtime over libmlxc: MLX itself.
//
// Operations are lazy, as MLX's are; reading data evaluates.
//
// A tensor made in a Scope is freed at the scope's end. Any other is freed
// after the garbage collector has found it unused. The collector does not see
// MLX's memory, so it is run when that has grown much since the last time.
package native

import (
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/zmlx/zmlx/mlx/internal/capi"
	"github.com/zmlx/zmlx/mlx/internal/core"
)

var (
	fnAsType     = capi.Symbol("mlx_astype")
	fnView       = capi.Symbol("mlx_view")
	fnContiguous = capi.Symbol("mlx_contiguous")
	fnWhere      = capi.Symbol("mlx_where")
	fnRandomBits = capi.Symbol("mlx_random_bits")
	fnHadamard   = capi.Symbol("mlx_hadamard_transform")
	fnFFT        = capi.Symbol("mlx_fft_fft")
	fnIFFT       = capi.Symbol("mlx_fft_ifft")
)

// Runtime implements core.Runtime on one stream of a library.
type Runtime struct {
	lib    *capi.Library
	name   string
	stream capi.Handle

	// Of the library's thread:
	scope *scope
	floor int64 // MLX's memory at the last collection, or less since then
}

var _ core.Runtime = (*Runtime)(nil)

// collectEvery is by how many bytes MLX's memory may grow between collections.
const collectEvery = 256 << 20

// New returns the runtime on the library's CPU or GPU stream.
func New(lib *capi.Library, gpu bool) *Runtime {
	r := &Runtime{lib: lib, name: "mlx-cpu"}
	lib.Do(func() {
		switch {
		case !gpu:
			r.stream = lib.CPU()
		case lib.Metal():
			r.name, r.stream = "metal", lib.GPU()
		default:
			r.name, r.stream = "cuda", lib.GPU()
		}
	})
	return r
}

// Name returns "mlx-cpu", "metal" or "cuda".
func (r *Runtime) Name() string { return r.name }

// symbols makes functions of names in a pattern.
func symbols(pattern string, names []string) []capi.Fn {
	fns := make([]capi.Fn, len(names))
	for i, n := range names {
		fns[i] = capi.Symbol(fmt.Sprintf(pattern, n))
	}
	return fns
}

// do makes a tensor on the library's thread. inputs stay alive until then.
func (r *Runtime) do(f func(l *capi.Library) capi.Handle, inputs ...core.Tensor) core.Tensor {
	var out *tensor
	r.perform(func() {
		out = r.wrap(f(r.lib))
		runtime.KeepAlive(inputs)
	}, &out)
	return out
}

// perform runs f on the library's thread. A caller from elsewhere will ask
// what was made, and better at once than by another way to the thread.
func (r *Runtime) perform(f func(), out **tensor) {
	if r.lib.Here() {
		f()
		return
	}
	r.lib.Do(func() {
		f()
		(*out).describe()
	})
}

// op calls a function that takes the tensors and then what more adds.
func (r *Runtime) op(fn capi.Fn, more func(c *capi.Call), inputs ...core.Tensor) core.Tensor {
	if r.lib.Here() {
		return r.apply(fn, more, inputs)
	}
	var out *tensor
	args := slices.Clone(inputs)
	r.lib.Do(func() {
		out = r.apply(fn, more, args)
		out.describe()
	})
	return out
}

func (r *Runtime) apply(fn capi.Fn, more func(c *capi.Call), inputs []core.Tensor) *tensor {
	c := r.lib.Op(fn)
	for _, t := range inputs {
		c.Array(handle(t))
	}
	if more != nil {
		more(c)
	}
	out := r.wrap(c.Result(r.stream))
	runtime.KeepAlive(inputs)
	return out
}

// Eval computes tensors.
func (r *Runtime) Eval(ts ...core.Tensor) {
	r.lib.Do(func() {
		r.lib.EvalAll(handles(ts))
		r.relieve()
	})
	runtime.KeepAlive(ts)
}

// relieve collects garbage if MLX's memory has grown much.
func (r *Runtime) relieve() {
	active := r.lib.ActiveMemory()
	r.floor = min(r.floor, active) // what a collection finds is freed soon after it
	if active-r.floor < collectEvery {
		return
	}
	runtime.GC()
	r.floor = active
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
	r.lib.Do(func() {
		out = r.lib.Copy(handle(dense), core.NumElements(dense.Shape())*dense.DType().Size())
		r.relieve()
	})
	runtime.KeepAlive(dense)
	return out
}

// Storage evaluates and copies from the first element to the farthest one.
func (r *Runtime) Storage(x core.Tensor) (out []byte) {
	t := x.(*tensor)
	if core.NumElements(t.Shape()) == 0 {
		return nil
	}
	r.lib.Do(func() {
		last := 0
		for i, s := range r.lib.Strides(handle(t)) {
			last += (t.Shape()[i] - 1) * max(s, 0)
		}
		out = r.lib.Copy(handle(t), (last+1)*t.DType().Size())
	})
	runtime.KeepAlive(t)
	return out
}

// AsType converts elements.
func (r *Runtime) AsType(x core.Tensor, to core.DType) core.Tensor {
	return r.op(fnAsType, func(c *capi.Call) { c.Int(int(to)) }, x)
}

// View reinterprets the last axis.
func (r *Runtime) View(x core.Tensor, to core.DType) core.Tensor {
	return r.op(fnView, func(c *capi.Call) { c.Int(int(to)) }, x)
}

// Contiguous makes the elements row-major.
func (r *Runtime) Contiguous(x core.Tensor) core.Tensor {
	return r.op(fnContiguous, func(c *capi.Call) { c.Bool(false) }, x)
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
	return r.op(fnWhere, nil, cond, a, b)
}

// RandomBits draws from MLX's generator.
func (r *Runtime) RandomBits(key core.Tensor, shape []int, width int) core.Tensor {
	return r.do(func(l *capi.Library) capi.Handle {
		return l.Op(fnRandomBits).Ints(shape).Int(width).Array(handle(key)).Result(r.stream)
	}, key)
}

// FFT transforms the last axis without scaling.
func (r *Runtime) FFT(x core.Tensor, inverse bool) core.Tensor {
	const backward, forward = 0, 2
	last := len(x.Shape()) - 1
	n := x.Shape()[last]
	fn, norm := fnFFT, backward
	if inverse {
		fn, norm = fnIFFT, forward // scales the other direction
	}
	return r.op(fn, func(c *capi.Call) { c.Int(n).Int(last).Int(norm) }, x)
}

// Hadamard transforms the last axis.
func (r *Runtime) Hadamard(x core.Tensor, scale float64) core.Tensor {
	return r.op(fnHadamard, func(c *capi.Call) { c.Some(math.Float32bits(float32(scale))) }, x)
}
