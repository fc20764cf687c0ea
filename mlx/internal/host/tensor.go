package host

import "github.com/zmlx/zmlx/mlx/internal/core"

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
		data: make([]byte, core.NumElements(shape)*dtype.Size()),
	}
}

func (t *tensor) contiguous() bool { return core.RowContiguous(t.shape, t.strides) }

// raw returns the memory of a row-major tensor.
func (t *tensor) raw() []byte {
	s := t.dtype.Size()
	return t.data[t.offset*s : (t.offset+t.size())*s]
}

// elems returns the elements of a row-major tensor.
func elems[T any](t *tensor) []T { return core.Cast[T](t.raw()) }

// dense returns t, or a row-major copy if it is not row-major.
func (t *tensor) dense() *tensor {
	if t.contiguous() {
		return t
	}
	out := alloc(t.dtype, t.shape)
	switch t.dtype.Size() {
	case 1:
		gatherStrided(elems[uint8](out), core.Cast[uint8](t.data), t)
	case 2:
		gatherStrided(elems[uint16](out), core.Cast[uint16](t.data), t)
	case 4:
		gatherStrided(elems[uint32](out), core.Cast[uint32](t.data), t)
	default:
		gatherStrided(elems[uint64](out), core.Cast[uint64](t.data), t)
	}
	return out
}

// gatherStrided copies the elements of t in row-major order to dst.
func gatherStrided[T any](dst, src []T, t *tensor) {
	n := len(t.shape)
	if n == 0 {
		dst[0] = src[t.offset]
		return
	}
	inner, step := t.shape[n-1], t.strides[n-1]
	walk(t.shape[:n-1], t.strides[:n-1], func(i, at int) {
		row := dst[i*inner : (i+1)*inner]
		at += t.offset
		for j := range row {
			row[j] = src[at]
			at += step
		}
	})
}

// walk calls f with each row-major index of shape and its strided offset.
func walk(shape, strides []int, f func(i, at int)) {
	index := make([]int, len(shape))
	at := 0
	for i, n := 0, core.NumElements(shape); i < n; i++ {
		f(i, at)
		for d := len(shape) - 1; d >= 0; d-- {
			index[d]++
			at += strides[d]
			if index[d] < shape[d] {
				break
			}
			at -= shape[d] * strides[d]
			index[d] = 0
		}
	}
}

func (*Runtime) FromBytes(dtype core.DType, shape []int, data []byte) core.Tensor {
	t := alloc(dtype, shape)
	copy(t.data, data)
	return t
}

func (*Runtime) Bytes(t core.Tensor) []byte { return t.(*tensor).dense().raw() }

func (*Runtime) Contiguous(t core.Tensor) core.Tensor { return t.(*tensor).dense() }
