package host

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Gather reads a slice of x for each position of the indices.
func (*Runtime) Gather(x core.Tensor, indices []core.Tensor, axes, sliceSizes []int) core.Tensor {
	t := x.(*tensor)
	idx := loadIndices(t, indices, axes)
	outShape := slices.Concat(idx.shape, sliceSizes)
	out := alloc(t.dtype, outShape)
	per := core.NumElements(sliceSizes)
	if out.size() == 0 {
		return out
	}
	parallel(idx.n, max(1, (1<<12)/per), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			from := tensor{dtype: t.dtype, shape: sliceSizes, strides: t.strides, offset: idx.offset(i), data: t.data}
			to := tensor{dtype: t.dtype, shape: sliceSizes, strides: core.RowStrides(sliceSizes), offset: i * per, data: out.data}
			copyInto(&to, &from)
		}
	})
	return out
}

// indexer turns positions of index arrays into offsets of a tensor.
type indexer struct {
	shape   []int
	n       int
	base    int
	values  [][]int64
	lengths []int // of the indexed axes
	strides []int
}

func loadIndices(t *tensor, indices []core.Tensor, axes []int) indexer {
	idx := indexer{n: 1, base: t.offset}
	for i, x := range indices {
		idx.shape = x.Shape()
		idx.n = core.NumElements(idx.shape)
		idx.values = append(idx.values, elems[int64](convert(x.(*tensor), core.Int64).dense()))
		idx.lengths = append(idx.lengths, t.shape[axes[i]])
		idx.strides = append(idx.strides, t.strides[axes[i]])
	}
	return idx
}

func (x indexer) offset(i int) int {
	off := x.base
	for k, v := range x.values {
		off += resolveIndex(v[i], x.lengths[k]) * x.strides[k]
	}
	return off
}

// resolveIndex counts negative indices from the end and keeps the result
// inside the axis.
func resolveIndex(v int64, n int) int {
	if v < 0 {
		v += int64(n)
	}
	return int(min(max(v, 0), int64(n)-1))
}

// Scatter combines updates into a copy of x.
func (*Runtime) Scatter(op core.ScatterOp, x core.Tensor, indices []core.Tensor, updates core.Tensor, axes []int) core.Tensor {
	out, u := clone(x.(*tensor)), updates.(*tensor).dense()
	if u.size() == 0 || out.size() == 0 {
		return out
	}
	idx := loadIndices(out, indices, axes)
	sliceShape := u.shape[len(idx.shape):]
	per := core.NumElements(sliceShape)
	apply := scatterFunc(op, out, u)
	offsets := make([]int, per) // of the elements of one slice
	walk(sliceShape, out.strides, func(i, at int) { offsets[i] = at })
	for i := range idx.n {
		base := idx.offset(i)
		for j, off := range offsets {
			apply(base+off, u.offset+i*per+j)
		}
	}
	return out
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

// scatterFunc returns what combines element from of u into element to of out.
func scatterFunc(op core.ScatterOp, out, u *tensor) func(to, from int) {
	if op == core.ScatterSet {
		size := out.dtype.Size()
		return func(to, from int) { copy(out.data[to*size:(to+1)*size], u.data[from*size:]) }
	}
	switch out.dtype {
	case core.Bool:
		return scatterWith(out, u, native[uint8](), boolFunc(scatterOps[op]))
	case core.Uint8:
		return scatterWith(out, u, native[uint8](), intFunc[uint8](scatterOps[op]))
	case core.Uint16:
		return scatterWith(out, u, native[uint16](), intFunc[uint16](scatterOps[op]))
	case core.Uint32:
		return scatterWith(out, u, native[uint32](), intFunc[uint32](scatterOps[op]))
	case core.Uint64:
		return scatterWith(out, u, native[uint64](), intFunc[uint64](scatterOps[op]))
	case core.Int8:
		return scatterWith(out, u, native[int8](), intFunc[int8](scatterOps[op]))
	case core.Int16:
		return scatterWith(out, u, native[int16](), intFunc[int16](scatterOps[op]))
	case core.Int32:
		return scatterWith(out, u, native[int32](), intFunc[int32](scatterOps[op]))
	case core.Int64:
		return scatterWith(out, u, native[int64](), intFunc[int64](scatterOps[op]))
	case core.Float64:
		return scatterWith(out, u, native[float64](), floatFunc[float64](scatterOps[op]))
	case core.Complex64:
		return scatterWith(out, u, native[complex64](), complexFunc(scatterOps[op]))
	default:
		return scatterWith(out, u, floatAccess(out.dtype), floatFunc[float32](scatterOps[op]))
	}
}

var scatterOps = map[core.ScatterOp]core.BinaryOp{
	core.ScatterAdd: core.Add, core.ScatterProd: core.Multiply,
	core.ScatterMax: core.Maximum, core.ScatterMin: core.Minimum,
}

func scatterWith[C number](out, u *tensor, a access[C], f func(dst, a, b []C)) func(to, from int) {
	x, y, r := make([]C, 1), make([]C, 1), make([]C, 1)
	return func(to, from int) {
		dst := a.place(out, to, 1, r)
		f(dst, a.load(out, to, 1, 1, x), a.load(u, from, 1, 1, y))
		a.store(out, to, dst)
	}
}

// GatherAxis reads, for each position of indices, the element at that index of
// the axis.
func (*Runtime) GatherAxis(x, indices core.Tensor, axis int) core.Tensor {
	t := x.(*tensor)
	idx := elems[int64](convert(indices.(*tensor), core.Int64).dense())
	out := alloc(t.dtype, indices.Shape())
	size := t.dtype.Size()
	alongAxis(t, out.shape, axis, idx, func(at, from int) {
		copy(out.data[at*size:(at+1)*size], t.data[from*size:])
	})
	return out
}

// ScatterAxis combines updates into a copy of x at the indices of the axis.
func (*Runtime) ScatterAxis(op core.ScatterOp, x, indices, updates core.Tensor, axis int) core.Tensor {
	out, u := clone(x.(*tensor)), updates.(*tensor).dense()
	idx := elems[int64](convert(indices.(*tensor), core.Int64).dense())
	apply := scatterFunc(op, out, u)
	alongAxis(out, indices.Shape(), axis, idx, func(at, to int) { apply(to, u.offset+at) })
	return out
}

// alongAxis calls f with each row-major position of shape and the offset in t
// of the element that its index names.
func alongAxis(t *tensor, shape []int, axis int, idx []int64, f func(at, off int)) {
	strides := slices.Clone(t.strides)
	strides[axis] = 0
	if t.shape[axis] == 0 {
		return
	}
	walk(shape, strides, func(i, at int) {
		f(i, t.offset+at+resolveIndex(idx[i], t.shape[axis])*t.strides[axis])
	})
}
