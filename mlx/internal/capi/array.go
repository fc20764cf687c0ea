package capi

import (
	"runtime"
	"unsafe"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

var (
	fnArrayNew     = Symbol("mlx_array_new_data")
	fnArrayFree    = Symbol("mlx_array_free")
	fnArrayEval    = Symbol("mlx_array_eval")
	fnArrayDType   = Symbol("mlx_array_dtype")
	fnArrayNDim    = Symbol("mlx_array_ndim")
	fnArrayShape   = Symbol("mlx_array_shape")
	fnArrayStrides = Symbol("mlx_array_strides")
	fnArrayData    = Symbol("mlx_array_data_uint8")
	fnEval         = Symbol("mlx_eval")
)

// NewArray copies row-major elements.
func (l *Library) NewArray(dtype core.DType, shape []int, data []byte) Handle {
	dims := dimensions(shape)
	if len(data) == 0 {
		data = make([]byte, 8) // MLX wants an address, also of nothing
	}
	h := Handle(l.call(fnArrayNew, uintptr(unsafe.Pointer(unsafe.SliceData(data))),
		uintptr(unsafe.Pointer(unsafe.SliceData(dims))), uintptr(len(shape)), uintptr(dtype)))
	runtime.KeepAlive(dims)
	runtime.KeepAlive(data)
	if h == 0 {
		l.fail("array")
	}
	return h
}

// dimensions are a shape as MLX takes it, with room for an address.
func dimensions(shape []int) []int32 {
	dims := make([]int32, len(shape), len(shape)+1)
	for i, d := range shape {
		if d != int(int32(d)) {
			panic(&core.Error{Op: "array", Code: core.TooLarge, Shapes: [][]int{shape}, Msg: "MLX counts an axis with 32 bits"})
		}
		dims[i] = int32(d)
	}
	return dims
}

// DType returns an array's element type; the enumeration is that of package
// core.
func (l *Library) DType(h Handle) core.DType {
	return core.DType(int32(l.call(fnArrayDType, uintptr(h))))
}

// Shape returns a copy of an array's shape.
func (l *Library) Shape(h Handle) []int {
	n := int(l.call(fnArrayNDim, uintptr(h)))
	shape := make([]int, n)
	if n > 0 {
		for i, d := range unsafe.Slice((*int32)(pointer(l.call(fnArrayShape, uintptr(h)))), n) {
			shape[i] = int(d)
		}
	}
	return shape
}

// Strides evaluates an array and returns its strides in elements.
func (l *Library) Strides(h Handle) []int {
	l.Eval(h)
	n := int(l.call(fnArrayNDim, uintptr(h)))
	strides := make([]int, n)
	if n > 0 {
		for i, s := range unsafe.Slice((*int64)(pointer(l.call(fnArrayStrides, uintptr(h)))), n) {
			strides[i] = int(s)
		}
	}
	return strides
}

// Eval computes an array.
func (l *Library) Eval(h Handle) {
	if int32(l.call(fnArrayEval, uintptr(h))) != 0 {
		l.fail("eval")
	}
}

// EvalAll computes several arrays.
func (l *Library) EvalAll(hs []Handle) {
	v := l.vector(hs)
	rc := int32(l.call(fnEval, v))
	l.call(fnVectorFree, v)
	if rc != 0 {
		l.fail("eval")
	}
}

// Copy returns n bytes of an array's memory from its first element on.
func (l *Library) Copy(h Handle, n int) []byte {
	l.Eval(h)
	out := make([]byte, n)
	if n > 0 {
		copy(out, unsafe.Slice((*byte)(pointer(l.call(fnArrayData, uintptr(h)))), n))
	}
	return out
}

// Free frees an array at once.
func (l *Library) Free(h Handle) { l.call(fnArrayFree, uintptr(h)) }
