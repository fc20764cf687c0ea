package host

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Reshape keeps the row-major elements.
func (*Runtime) Reshape(x core.Tensor, shape []int) core.Tensor {
	v := *x.(*tensor).dense()
	v.shape, v.strides = slices.Clone(shape), core.RowStrides(shape)
	return &v
}

// Transpose makes axis i what was axes[i].
func (*Runtime) Transpose(x core.Tensor, axes []int) core.Tensor {
	return transpose(x.(*tensor), axes)
}

func transpose(t *tensor, axes []int) *tensor {
	v := *t
	v.shape, v.strides = make([]int, len(axes)), make([]int, len(axes))
	for i, axis := range axes {
		v.shape[i], v.strides[i] = t.shape[axis], t.strides[axis]
	}
	return &v
}

// BroadcastTo repeats by strides of 0.
func (*Runtime) BroadcastTo(x core.Tensor, shape []int) core.Tensor {
	return broadcast(x.(*tensor), shape)
}

func broadcast(t *tensor, shape []int) *tensor {
	v := *t
	v.shape, v.strides = slices.Clone(shape), broadcastStrides(t, shape)
	return &v
}

// AsStrided views the row-major elements.
func (*Runtime) AsStrided(x core.Tensor, shape, strides []int, offset int) core.Tensor {
	v := *x.(*tensor).dense()
	v.shape, v.strides, v.offset = shape, strides, v.offset+offset
	return &v
}

// Slice takes start, start+stride, … before stop on each axis.
func (*Runtime) Slice(x core.Tensor, start, stop, stride []int) core.Tensor {
	return slice(x.(*tensor), start, stop, stride)
}

func slice(t *tensor, start, stop, stride []int) *tensor {
	v := *t
	v.shape, v.strides = make([]int, len(start)), make([]int, len(start))
	for i := range start {
		v.shape[i] = core.SliceLength(start[i], stop[i], stride[i])
		v.strides[i] = t.strides[i] * stride[i]
		if v.shape[i] > 0 {
			v.offset += start[i] * t.strides[i]
		}
	}
	if core.NumElements(v.shape) == 0 {
		return alloc(t.dtype, v.shape)
	}
	return &v
}

// SliceUpdate copies x with update at a slice.
func (*Runtime) SliceUpdate(x, update core.Tensor, start, stop, stride []int) core.Tensor {
	out := clone(x.(*tensor))
	copyInto(slice(out, start, stop, stride), update.(*tensor))
	return out
}

// clone makes a row-major copy with memory of its own.
func clone(t *tensor) *tensor {
	out := alloc(t.dtype, t.shape)
	copyInto(out, t)
	return out
}

// Concatenate joins along an axis.
func (*Runtime) Concatenate(xs []core.Tensor, axis int) core.Tensor {
	shape := slices.Clone(xs[0].Shape())
	shape[axis] = 0
	for _, x := range xs {
		shape[axis] += x.Shape()[axis]
	}
	out := alloc(xs[0].DType(), shape)
	start, stride := make([]int, len(shape)), slices.Repeat([]int{1}, len(shape))
	for _, x := range xs {
		stop := slices.Clone(shape)
		stop[axis] = start[axis] + x.Shape()[axis]
		copyInto(slice(out, start, stop, stride), x.(*tensor))
		start[axis] = stop[axis]
	}
	return out
}

// copyInto copies src to the elements that dst views; shapes are equal.
func copyInto(dst, src *tensor) {
	if dst.size() == 0 {
		return
	}
	switch dst.dtype.Size() {
	case 1:
		copyElems[uint8](dst, src)
	case 2:
		copyElems[uint16](dst, src)
	case 4:
		copyElems[uint32](dst, src)
	default:
		copyElems[uint64](dst, src)
	}
}

func copyElems[T integer](dst, src *tensor) {
	to, from := core.Cast[T](dst.data), core.Cast[T](src.data)
	r := newRows(dst.shape, dst, src)
	if last := len(r.outer) - 1; last >= 0 && r.inner[0] == 1 && r.inner[1] != 1 && r.strides[1][last] == 1 {
		transposeElems(to, from, r)
		return
	}
	r.run(func() func(at, n int, offs, inner []int) {
		return func(_, n int, offs, inner []int) {
			d, s := offs[0], offs[1]
			if inner[0] == 1 && inner[1] == 1 {
				copy(to[d:d+n], from[s:s+n])
				return
			}
			for range n {
				to[d] = from[s]
				d, s = d+inner[0], s+inner[1]
			}
		}
	})
}

// transposeElems copies matrices whose rows in dst are columns in src, in
// square tiles that fit in the cache.
func transposeElems[T integer](to, from []T, r rows) {
	const tile = 32
	last := len(r.outer) - 1
	height, width := r.outer[last], r.length
	rowTo, colFrom := r.strides[0][last], r.inner[1]
	starts := func(operand int) []int {
		offs := make([]int, core.NumElements(r.outer[:last]))
		walk(r.outer[:last], r.strides[operand][:last], func(i, at int) { offs[i] = r.start[operand] + at })
		return offs
	}
	dst, src := starts(0), starts(1)
	bands := (height + tile - 1) / tile
	parallel(len(dst)*bands, max(1, (1<<14)/(tile*width)), func(lo, hi int) {
		for b := lo; b < hi; b++ {
			d, s := dst[b/bands], src[b/bands]
			top := b % bands * tile
			bottom := min(top+tile, height)
			for left := 0; left < width; left += tile {
				right := min(left+tile, width)
				for i := top; i < bottom; i++ {
					at := s + i + left*colFrom
					line := to[d+i*rowTo+left : d+i*rowTo+right]
					for j := range line {
						line[j] = from[at]
						at += colFrom
					}
				}
			}
		}
	})
}
