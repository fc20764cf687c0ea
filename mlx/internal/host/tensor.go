package host

import (
	"context"
	"unsafe"

	"github.com/zmlx/zmlx/internal/bulk"
	"github.com/zmlx/zmlx/mlx/internal/core"
)

// tensor is a strided view of elements.
type tensor struct {
	dtype   core.DType
	shape   []int
	strides []int // elements
	offset  int   // elements
	data    []byte
}

func (t *tensor) DType() core.DType { return t.dtype }
func (t *tensor) Shape() []int      { return t.shape }
func (t *tensor) Strides() []int    { return t.strides }

func (t *tensor) size() int { return core.NumElements(t.shape) }

// alloc makes a row-major tensor of zeros.
func alloc(dtype core.DType, shape []int) *tensor {
	return &tensor{
		dtype: dtype, shape: shape, strides: core.RowStrides(shape),
		data: scratch[byte](core.NumElements(shape) * dtype.Size()),
	}
}

// dense returns t, or a row-major copy if it is not row-major.
func (t *tensor) dense() *tensor {
	if core.RowContiguous(t.shape, t.strides) {
		return t
	}
	return clone(t)
}

// raw returns the memory of a row-major tensor.
func (t *tensor) raw() []byte {
	s := t.dtype.Size()
	return t.data[t.offset*s : (t.offset+t.size())*s]
}

// elems returns the elements of a row-major tensor.
func elems[T any](t *tensor) []T { return core.Cast[T](t.raw()) }

// FromBytes copies row-major elements.
func (*Runtime) FromBytes(dtype core.DType, shape []int, data []byte) core.Tensor {
	t := alloc(dtype, shape)
	bulk.Copy(context.Background(), t.data, data)
	return normalBools(t)
}

// Adopt makes a tensor of row-major elements, where they lie if they are aligned.
func Adopt(dtype core.DType, shape []int, data []byte) core.Tensor {
	if uintptr(unsafe.Pointer(unsafe.SliceData(data)))%uintptr(dtype.Size()) != 0 {
		return New().FromBytes(dtype, shape, data)
	}
	return normalBools(&tensor{dtype: dtype, shape: shape, strides: core.RowStrides(shape), data: data})
}

// Bytes returns row-major elements, the tensor's own if they are that.
func (*Runtime) Bytes(t core.Tensor) []byte { return t.(*tensor).dense().raw() }

// Contiguous returns a row-major tensor.
func (*Runtime) Contiguous(t core.Tensor) core.Tensor { return t.(*tensor).dense() }

// Storage returns the memory from the first element to the farthest one.
func (*Runtime) Storage(x core.Tensor) []byte {
	t := x.(*tensor)
	if t.size() == 0 {
		return nil
	}
	last := t.offset
	for i, d := range t.shape {
		last += (d - 1) * max(t.strides[i], 0)
	}
	s := t.dtype.Size()
	return t.data[t.offset*s : (last+1)*s]
}
