package mlx

import (
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// fullSlice returns the bounds that select everything.
func (a *Array) fullSlice() (start, stop, stride []int) {
	n := a.NDim()
	return make([]int, n), slices.Clone(a.Shape()), slices.Repeat([]int{1}, n)
}

func (a *Array) sliceAxis(axis, from, to int) *Array {
	start, stop, stride := a.fullSlice()
	start[axis], stop[axis] = from, to
	return wrap(a.rt, a.rt.Slice(a.t, start, stop, stride))
}

// Slice selects start, start+stride, … before stop on each axis. Bounds count
// from the end if negative and are cut to the axis; use Index for Python's
// open bounds.
func (a *Array) Slice(start, stop, stride []int) *Array {
	b := a.bounds("slice", start, stop, stride)
	return wrap(a.rt, a.rt.Slice(a.t, b.start, b.stop, b.stride))
}

// SliceUpdate returns a copy in which the selected elements are those of
// update, which broadcasts.
func (a *Array) SliceUpdate(update Operand, start, stop, stride []int) *Array {
	return a.updateBounds("slice_update", update, a.bounds("slice_update", start, stop, stride))
}

func (a *Array) updateBounds(op string, update Operand, b bounds) *Array {
	shape := b.shape()
	u := a.operand(op, update).AsType(a.DType())
	if out, ok := core.BroadcastShapes(u.Shape(), shape); !ok || !core.SameShape(out, shape) {
		throw(op, BadShape, "", "the update does not fit the slice", u.Shape(), shape)
	}
	u = u.BroadcastTo(shape...)
	return wrap(a.rt, a.rt.SliceUpdate(a.t, u.t, b.start, b.stop, b.stride))
}

// bounds selects elements; with a negative stride, a stop of -1 lies before
// the first element.
type bounds struct{ start, stop, stride []int }

func (b bounds) shape() []int {
	out := make([]int, len(b.start))
	for i := range out {
		out[i] = core.SliceLength(b.start[i], b.stop[i], b.stride[i])
	}
	return out
}

func (a *Array) bounds(op string, start, stop, stride []int) bounds {
	n := a.NDim()
	if stride == nil {
		stride = slices.Repeat([]int{1}, n)
	}
	if len(start) != n || len(stop) != n || len(stride) != n {
		throw(op, BadArgument, "give one bound per axis", fmt.Sprintf("%d starts, %d stops and %d strides for %d axes", len(start), len(stop), len(stride), n), a.Shape())
	}
	b := bounds{make([]int, n), make([]int, n), make([]int, n)}
	for i, d := range a.Shape() {
		lo, hi := start[i], stop[i]
		b.start[i], b.stop[i], b.stride[i] = normSlice(op, d, &lo, &hi, stride[i])
	}
	return b
}

// normSlice resolves Python's start:stop:stride on an axis of n elements; nil
// bounds are open.
func normSlice(op string, n int, start, stop *int, stride int) (int, int, int) {
	if stride == 0 {
		throw(op, BadArgument, "", "a slice has stride 0")
	}
	lowest, highest := 0, n
	if stride < 0 {
		lowest, highest = -1, n-1
	}
	resolve := func(v *int, open int) int {
		if v == nil {
			return open
		}
		x := *v
		if x < 0 {
			x += n
		}
		return min(max(x, lowest), highest)
	}
	if stride < 0 {
		return resolve(start, n-1), resolve(stop, -1), stride
	}
	return resolve(start, 0), resolve(stop, n), stride
}

// Take selects along an axis by indices; the axis is replaced by the indices'
// axes.
func (a *Array) Take(indices *Array, axis int) *Array {
	const op = "take"
	axis = normAxis(op, axis, a.NDim())
	checkIndices(op, indices)
	return a.gatherAt(op, []*Array{indices}, []int{axis}).moveFront(indices.NDim(), axis)
}

// TakeFlat selects from the row-major elements.
func (a *Array) TakeFlat(indices *Array) *Array { return a.Flatten().Take(indices, 0) }

// moveFront moves the first n axes behind the axis that follows them by at.
func (a *Array) moveFront(n, at int) *Array {
	if at == 0 || n == 0 {
		return a
	}
	var order []int
	for i := range at {
		order = append(order, n+i)
	}
	for i := range n {
		order = append(order, i)
	}
	for i := n + at; i < a.NDim(); i++ {
		order = append(order, i)
	}
	return a.Transpose(order...)
}

// gatherAt indexes axes by arrays that broadcast together. The result has
// their shape followed by the other axes of a.
func (a *Array) gatherAt(op string, indices []*Array, axes []int) *Array {
	sizes := slices.Clone(a.Shape())
	for _, axis := range axes {
		sizes[axis] = 1
	}
	ts := make([]core.Tensor, len(indices))
	for i, x := range BroadcastArrays(indices...) {
		a.operand(op, x)
		if a.Shape()[axes[i]] == 0 && x.Size() > 0 {
			throw(op, BadShape, "", fmt.Sprintf("axis %d is empty, so no index is in range", axes[i]), a.Shape())
		}
		ts[i] = x.t
	}
	out := wrap(a.rt, a.rt.Gather(a.t, ts, axes, sizes))
	drop := make([]int, len(axes))
	n := out.NDim() - a.NDim()
	for i, axis := range axes {
		drop[i] = n + axis
	}
	return out.dropAxes(drop)
}

// ScatterOp says how an update meets the element that stands.
type ScatterOp = core.ScatterOp

// The scatter operations.
const (
	ScatterSet  = core.ScatterSet
	ScatterAdd  = core.ScatterAdd
	ScatterProd = core.ScatterProd
	ScatterMax  = core.ScatterMax
	ScatterMin  = core.ScatterMin
)

// scatterAt is the inverse of gatherAt.
func (a *Array) scatterAt(op string, how ScatterOp, indices []*Array, updates *Array, axes []int) *Array {
	ts := make([]core.Tensor, len(indices))
	indices = BroadcastArrays(indices...)
	for i, x := range indices {
		ts[i] = x.t
	}
	rest := slices.Clone(a.Shape())
	for _, axis := range axes {
		rest[axis] = 1
	}
	var want []int
	for i, d := range a.Shape() {
		if !slices.Contains(axes, i) {
			want = append(want, d)
		}
	}
	want = append(slices.Clone(indices[0].Shape()), want...)
	if out, ok := core.BroadcastShapes(updates.Shape(), want); !ok || !core.SameShape(out, want) {
		throw(op, BadShape, "", "the update does not fit the indices", updates.Shape(), want)
	}
	full := append(slices.Clone(indices[0].Shape()), rest...)
	u := updates.AsType(a.DType()).BroadcastTo(want...).Reshape(full...)
	return wrap(a.rt, a.rt.Scatter(how, a.t, ts, u.t, axes))
}

func checkIndices(op string, indices *Array) {
	if !indices.DType().IsInteger() {
		throw(op, BadDType, "convert with AsType(Int32)", "indices must be integers, not "+indices.DType().String(), indices.Shape())
	}
}

// TakeAlongAxis selects, for each position of indices, the element at that
// index of the axis; the other axes broadcast.
func (a *Array) TakeAlongAxis(indices *Array, axis int) *Array {
	x, idx, axis := a.alongAxis("take_along_axis", indices, axis)
	return wrap(a.rt, a.rt.GatherAxis(x.t, idx.t, axis))
}

// PutAlongAxis returns a copy with values at the indices of the axis.
func (a *Array) PutAlongAxis(indices *Array, values Operand, axis int) *Array {
	return a.scatterAxis("put_along_axis", ScatterSet, indices, values, axis)
}

// ScatterAddAxis returns a copy with values added at the indices of the axis.
func (a *Array) ScatterAddAxis(indices *Array, values Operand, axis int) *Array {
	return a.scatterAxis("scatter_add_axis", ScatterAdd, indices, values, axis)
}

func (a *Array) scatterAxis(op string, how ScatterOp, indices *Array, values Operand, axis int) *Array {
	_, idx, axis := a.alongAxis(op, indices, axis)
	want := slices.Clone(a.Shape())
	want[axis] = idx.Shape()[axis]
	idx = idx.BroadcastTo(want...)
	v := a.operand(op, values).AsType(a.DType())
	if out, ok := core.BroadcastShapes(v.Shape(), want); !ok || !core.SameShape(out, want) {
		throw(op, BadShape, "", "the values do not fit the indices", v.Shape(), want)
	}
	return wrap(a.rt, a.rt.ScatterAxis(how, a.t, idx.t, v.BroadcastTo(want...).t, axis))
}

// alongAxis broadcasts a and indices on all axes but one.
func (a *Array) alongAxis(op string, indices *Array, axis int) (x, idx *Array, norm int) {
	checkIndices(op, indices)
	if indices.NDim() != a.NDim() {
		throw(op, BadShape, "", "indices must have as many dimensions as the array", a.Shape(), indices.Shape())
	}
	axis = normAxis(op, axis, a.NDim())
	s, t := slices.Clone(a.Shape()), slices.Clone(indices.Shape())
	s[axis], t[axis] = 1, 1
	common := broadcastShapes(op, s, t)
	s, t = slices.Clone(common), slices.Clone(common)
	s[axis], t[axis] = a.Shape()[axis], indices.Shape()[axis]
	return a.BroadcastTo(s...), indices.BroadcastTo(t...), axis
}

// DynamicSlice selects a block of size from a start that is an array with one
// index per axis of axes. The start is moved so that the block lies inside.
func (a *Array) DynamicSlice(start *Array, axes, size []int) *Array {
	b := a.dynamicBounds("dynamic_slice", start, axes, size)
	return wrap(a.rt, a.rt.Slice(a.t, b.start, b.stop, b.stride))
}

// DynamicSliceUpdate returns a copy with update at a start as DynamicSlice
// takes it.
func (a *Array) DynamicSliceUpdate(update *Array, start *Array, axes []int) *Array {
	const op = "slice_update"
	if update.NDim() != a.NDim() {
		update = update.BroadcastTo(append(slices.Repeat([]int{1}, max(a.NDim()-update.NDim(), 0)), update.Shape()...)...)
	}
	return a.updateBounds(op, update, a.dynamicBounds(op, start, axes, update.Shape()))
}

func (a *Array) dynamicBounds(op string, start *Array, axes, size []int) bounds {
	checkIndices(op, start)
	n := a.NDim()
	if start.NDim() > 1 || start.Size() != len(axes) || len(size) != n {
		throw(op, BadArgument, "give one start per axis and one size per dimension", fmt.Sprintf("%d starts, %d axes and %d sizes", start.Size(), len(axes), len(size)), a.Shape())
	}
	b := bounds{make([]int, n), make([]int, n), slices.Repeat([]int{1}, n)}
	for i, v := range Values[int64](start.AsType(Int64)) {
		b.start[normAxis(op, axes[i], n)] = int(v)
	}
	for i, d := range a.Shape() {
		if size[i] < 0 || size[i] > d {
			throw(op, BadShape, "", fmt.Sprintf("a block of %d does not fit on axis %d", size[i], i), a.Shape())
		}
		if b.start[i] < 0 {
			b.start[i] += d
		}
		b.start[i] = min(max(b.start[i], 0), d-size[i])
		b.stop[i] = b.start[i] + size[i]
	}
	return b
}
