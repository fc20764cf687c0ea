package capi

import (
	"runtime"
	"unsafe"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// CPU and GPU return new handles of the default streams.
func (l *Library) CPU() Handle { return Handle(l.call("mlx_default_cpu_stream_new")) }

// GPU returns the default stream of the GPU, which must be there.
func (l *Library) GPU() Handle { return Handle(l.call("mlx_default_gpu_stream_new")) }

// GPUs returns how many GPUs MLX sees.
func (l *Library) GPUs() int {
	l.out[0] = 0
	if int32(l.call("mlx_device_count", uintptr(unsafe.Pointer(&l.out[0])), 1)) != 0 {
		return 0
	}
	return int(int32(l.out[0]))
}

// NewArray copies row-major elements.
func (l *Library) NewArray(dtype core.DType, shape []int, data []byte) Handle {
	dims := make([]int32, len(shape), len(shape)+1)
	for i, d := range shape {
		dims[i] = int32(d)
	}
	if len(data) == 0 {
		data = make([]byte, 8) // MLX wants an address, also of nothing
	}
	keep := []any{dims, data}
	h := Handle(l.call("mlx_array_new_data", uintptr(unsafe.Pointer(unsafe.SliceData(data))),
		uintptr(unsafe.Pointer(unsafe.SliceData(dims))), uintptr(len(shape)), uintptr(dtype)))
	runtime.KeepAlive(keep)
	if h == 0 {
		l.fail("array")
	}
	return h
}

// DType returns an array's element type; the enumeration is that of package
// core.
func (l *Library) DType(h Handle) core.DType {
	return core.DType(int32(l.call("mlx_array_dtype", uintptr(h))))
}

// Shape returns a copy of an array's shape.
func (l *Library) Shape(h Handle) []int {
	n := int(l.call("mlx_array_ndim", uintptr(h)))
	shape := make([]int, n)
	if n > 0 {
		for i, d := range unsafe.Slice((*int32)(pointer(l.call("mlx_array_shape", uintptr(h)))), n) {
			shape[i] = int(d)
		}
	}
	return shape
}

// Strides evaluates an array and returns its strides in elements.
func (l *Library) Strides(h Handle) []int {
	l.Eval(h)
	n := int(l.call("mlx_array_ndim", uintptr(h)))
	strides := make([]int, n)
	if n > 0 {
		for i, s := range unsafe.Slice((*int64)(pointer(l.call("mlx_array_strides", uintptr(h)))), n) {
			strides[i] = int(s)
		}
	}
	return strides
}

// Eval computes an array.
func (l *Library) Eval(h Handle) {
	if int32(l.call("mlx_array_eval", uintptr(h))) != 0 {
		l.fail("eval")
	}
}

// Copy returns n bytes of an array's memory from its first element on.
func (l *Library) Copy(h Handle, n int) []byte {
	l.Eval(h)
	out := make([]byte, n)
	if n > 0 {
		copy(out, unsafe.Slice((*byte)(pointer(l.call("mlx_array_data_uint8", uintptr(h)))), n))
	}
	return out
}

// Free frees an array at once.
func (l *Library) Free(h Handle) { l.call("mlx_array_free", uintptr(h)) }

// ActiveMemory returns the bytes that MLX holds.
func (l *Library) ActiveMemory() int64 {
	l.out[0] = 0
	l.call("mlx_get_active_memory", uintptr(unsafe.Pointer(&l.out[0])))
	return int64(l.out[0])
}
