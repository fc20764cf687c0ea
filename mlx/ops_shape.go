package mlx

import (
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Reshape gives the row-major elements another shape; one length may be -1.
func (a *Array) Reshape(shape ...int) *Array {
	return wrap(a.rt, a.rt.Reshape(a.t, resolveShape("reshape", a.Shape(), a.Size(), shape)))
}

// resolveShape replaces a -1 so that the shape has n elements.
func resolveShape(op string, from []int, n int, shape []int) []int {
	out := slices.Clone(shape)
	open, known := -1, 1
	for i, d := range out {
		switch {
		case d >= 0:
			known *= d
		case d == -1 && open < 0:
			open = i
		default:
			throw(op, BadShape, "", "a shape may hold one -1 and no other negative length", from, shape)
		}
	}
	if open >= 0 {
		if known == 0 || n%known != 0 {
			throw(op, BadShape, "", fmt.Sprintf("%d elements do not fill the shape", n), from, shape)
		}
		out[open] = n / known
		known = n
	}
	if known != n {
		throw(op, BadShape, "", fmt.Sprintf("cannot reshape %d elements", n), from, shape)
	}
	return out
}

// Flatten returns the elements as a 1-d array.
func (a *Array) Flatten() *Array { return a.Reshape(a.Size()) }

// FlattenAxes joins the axes start … end (inclusive) into one.
func (a *Array) FlattenAxes(start, end int) *Array {
	if a.NDim() == 0 {
		return a.Reshape(1)
	}
	start, end = normAxis("flatten", start, a.NDim()), normAxis("flatten", end, a.NDim())
	if start > end {
		throw("flatten", BadAxis, "", fmt.Sprintf("the start axis %d lies behind the end axis %d", start, end), a.Shape())
	}
	s := a.Shape()
	joined := core.NumElements(s[start : end+1])
	return a.Reshape(slices.Concat(s[:start], []int{joined}, s[end+1:])...)
}

// Unflatten splits an axis into several; one length may be -1.
func (a *Array) Unflatten(axis int, shape ...int) *Array {
	axis = normAxis("unflatten", axis, a.NDim())
	s := a.Shape()
	if len(shape) == 0 {
		throw("unflatten", BadShape, "", "the new shape is empty", s)
	}
	parts := resolveShape("unflatten", s, s[axis], shape)
	return a.Reshape(slices.Concat(s[:axis], parts, s[axis+1:])...)
}

// Transpose permutes the axes; none means to reverse them.
func (a *Array) Transpose(axes ...int) *Array {
	n := a.NDim()
	if len(axes) == 0 {
		axes = make([]int, n)
		for i := range axes {
			axes[i] = n - 1 - i
		}
	}
	order := make([]int, len(axes))
	for i, axis := range axes {
		order[i] = normAxis("transpose", axis, n)
	}
	if len(order) != n {
		throw("transpose", BadAxis, "name every axis once", fmt.Sprintf("%d axes for %d dimensions", len(order), n), a.Shape())
	}
	normAxes("transpose", axes, n)
	return wrap(a.rt, a.rt.Transpose(a.t, order))
}

// SwapAxes exchanges two axes.
func (a *Array) SwapAxes(i, j int) *Array {
	i, j = normAxis("swapaxes", i, a.NDim()), normAxis("swapaxes", j, a.NDim())
	order := normAxes("swapaxes", nil, a.NDim())
	order[i], order[j] = j, i
	return wrap(a.rt, a.rt.Transpose(a.t, order))
}

// MoveAxis moves one axis to another place.
func (a *Array) MoveAxis(from, to int) *Array {
	from, to = normAxis("moveaxis", from, a.NDim()), normAxis("moveaxis", to, a.NDim())
	order := slices.Delete(normAxes("moveaxis", nil, a.NDim()), from, from+1)
	return wrap(a.rt, a.rt.Transpose(a.t, slices.Insert(order, to, from)))
}

// ExpandDims adds axes of length 1 at these places of the result.
func (a *Array) ExpandDims(axes ...int) *Array {
	n := a.NDim() + len(axes)
	if len(axes) == 0 {
		return a
	}
	shape := slices.Clone(a.Shape())
	for _, axis := range normAxes("expand_dims", axes, n) {
		shape = slices.Insert(shape, axis, 1)
	}
	return wrap(a.rt, a.rt.Reshape(a.t, shape))
}

// Squeeze removes axes of length 1; none means all of them.
func (a *Array) Squeeze(axes ...int) *Array {
	var drop []int
	if len(axes) == 0 {
		for i, d := range a.Shape() {
			if d == 1 {
				drop = append(drop, i)
			}
		}
		return a.dropAxes(drop)
	}
	drop = normAxes("squeeze", axes, a.NDim())
	for _, axis := range drop {
		if a.Shape()[axis] != 1 {
			throw("squeeze", BadShape, "", fmt.Sprintf("axis %d has length %d, not 1", axis, a.Shape()[axis]), a.Shape())
		}
	}
	return a.dropAxes(drop)
}

// BroadcastTo repeats axes of length 1, and adds axes in front, to fit shape.
func (a *Array) BroadcastTo(shape ...int) *Array {
	checkShape("broadcast_to", shape)
	out, ok := core.BroadcastShapes(a.Shape(), shape)
	if !ok || !core.SameShape(out, shape) {
		throw("broadcast_to", BadShape, "", "cannot broadcast", a.Shape(), shape)
	}
	return wrap(a.rt, a.rt.BroadcastTo(a.t, out))
}

// BroadcastArrays broadcasts all arrays to their common shape.
func BroadcastArrays(arrays ...*Array) []*Array {
	var shape []int
	for _, a := range arrays {
		shape = broadcastShapes("broadcast_arrays", shape, a.Shape())
	}
	out := make([]*Array, len(arrays))
	for i, a := range arrays {
		out[i] = a.BroadcastTo(shape...)
	}
	return out
}

// AsStrided views the row-major elements with these strides, in elements, from
// an offset.
func (a *Array) AsStrided(shape, strides []int, offset int) *Array {
	if len(shape) != len(strides) {
		throw("as_strided", BadShape, "give one stride per axis", fmt.Sprintf("%d strides for %d axes", len(strides), len(shape)), a.Shape(), shape)
	}
	lo, hi := offset, offset
	if checkShape("as_strided", shape) > 0 {
		for i, d := range shape {
			reach := (d - 1) * strides[i]
			lo, hi = lo+min(reach, 0), hi+max(reach, 0)
		}
		if lo < 0 || hi >= a.Size() {
			throw("as_strided", BadShape, "", fmt.Sprintf("the view reaches elements %d … %d of %d", lo, hi, a.Size()), a.Shape(), shape)
		}
	}
	return wrap(a.rt, a.rt.AsStrided(a.t, slices.Clone(shape), slices.Clone(strides), offset))
}

// View reinterprets the bytes as another type; the last axis changes its
// length with the size of the elements.
func (a *Array) View(to DType) *Array {
	from, n := a.DType().Size(), a.NDim()
	if from == to.Size() {
		return wrap(a.rt, a.rt.View(a.t, to))
	}
	if n == 0 {
		throw("view", BadShape, "", fmt.Sprintf("a 0-d %v cannot be viewed as %v", a.DType(), to), a.Shape())
	}
	if a.Dim(-1)*from%to.Size() != 0 {
		throw("view", BadShape, "", fmt.Sprintf("a last axis of %d bytes cannot be viewed as %v", a.Dim(-1)*from, to), a.Shape())
	}
	return wrap(a.rt, a.rt.View(a.t, to))
}

// AsContiguous returns the array in row-major order.
func (a *Array) AsContiguous() *Array { return wrap(a.rt, a.rt.Contiguous(a.t)) }

// Concatenate joins arrays along an axis.
func Concatenate(arrays []*Array, axis int) *Array {
	const op = "concatenate"
	if len(arrays) == 0 {
		throw(op, BadArgument, "give at least one array", "there is nothing to join")
	}
	first := arrays[0]
	axis = normAxis(op, axis, first.NDim())
	to := first.DType()
	for _, a := range arrays[1:] {
		to = Promote(to, first.operand(op, a).DType())
		same := a.NDim() == first.NDim()
		for i := 0; same && i < a.NDim(); i++ {
			same = i == axis || a.Shape()[i] == first.Shape()[i]
		}
		if !same {
			throw(op, BadShape, "", fmt.Sprintf("all lengths but that of axis %d must be equal", axis), first.Shape(), a.Shape())
		}
	}
	ts := make([]core.Tensor, len(arrays))
	for i, a := range arrays {
		ts[i] = a.AsType(to).t
	}
	return wrap(first.rt, first.rt.Concatenate(ts, axis))
}

// Stack joins arrays of one shape along a new axis.
func Stack(arrays []*Array, axis int) *Array {
	if len(arrays) == 0 {
		throw("stack", BadArgument, "give at least one array", "there is nothing to join")
	}
	expanded := make([]*Array, len(arrays))
	for i, a := range arrays {
		if !core.SameShape(a.Shape(), arrays[0].Shape()) {
			throw("stack", BadShape, "", "all shapes must be equal", arrays[0].Shape(), a.Shape())
		}
		expanded[i] = a.ExpandDims(axis)
	}
	return Concatenate(expanded, normAxis("stack", axis, arrays[0].NDim()+1))
}

// Split cuts an axis into n equal parts.
func (a *Array) Split(n, axis int) []*Array {
	axis = normAxis("split", axis, a.NDim())
	if n < 1 || a.Shape()[axis]%n != 0 {
		throw("split", BadShape, "", fmt.Sprintf("an axis of %d cannot be split into %d equal parts", a.Shape()[axis], n), a.Shape())
	}
	at := make([]int, n-1)
	for i := range at {
		at[i] = (i + 1) * (a.Shape()[axis] / n)
	}
	return a.SplitAt(at, axis)
}

// SplitAt cuts an axis before each of these indices.
func (a *Array) SplitAt(indices []int, axis int) []*Array {
	axis = normAxis("split", axis, a.NDim())
	n := a.Shape()[axis]
	parts := make([]*Array, 0, len(indices)+1)
	start := 0
	for _, i := range append(slices.Clone(indices), n) {
		if i < 0 {
			i += n
		}
		i = min(max(i, 0), n)
		parts = append(parts, a.sliceAxis(axis, start, max(start, i)))
		start = i
	}
	return parts
}

// Repeat repeats each element along an axis.
func (a *Array) Repeat(times, axis int) *Array {
	axis = normAxis("repeat", axis, a.NDim())
	if times < 0 {
		throw("repeat", BadArgument, "", fmt.Sprintf("cannot repeat %d times", times), a.Shape())
	}
	s := a.Shape()
	wide := slices.Insert(slices.Clone(s), axis+1, times)
	out := slices.Clone(s)
	out[axis] *= times
	return a.ExpandDims(axis + 1).BroadcastTo(wide...).Reshape(out...)
}

// Tile repeats the whole array along each axis; missing counts in front are 1.
func (a *Array) Tile(reps ...int) *Array {
	shape := slices.Clone(a.Shape())
	for len(shape) < len(reps) {
		shape = slices.Insert(shape, 0, 1)
	}
	for len(reps) < len(shape) {
		reps = slices.Insert(slices.Clone(reps), 0, 1)
	}
	var split, wide, out []int
	for i, d := range shape {
		if reps[i] < 0 {
			throw("tile", BadArgument, "", fmt.Sprintf("cannot repeat %d times", reps[i]), a.Shape())
		}
		split = append(split, 1, d)
		wide = append(wide, reps[i], d)
		out = append(out, reps[i]*d)
	}
	return a.Reshape(split...).BroadcastTo(wide...).Reshape(out...)
}

// Flip reverses axes; none means all.
func (a *Array) Flip(axes ...int) *Array {
	out := a
	for _, axis := range normAxes("flip", axes, a.NDim()) {
		start, stop, stride := out.fullSlice()
		start[axis], stop[axis], stride[axis] = a.Shape()[axis]-1, -1, -1
		out = wrap(a.rt, a.rt.Slice(out.t, start, stop, stride))
	}
	return out
}

// Roll shifts the elements along an axis, those that leave at its end come
// back at its start.
func (a *Array) Roll(shift, axis int) *Array {
	axis = normAxis("roll", axis, a.NDim())
	n := a.Shape()[axis]
	if n == 0 {
		return a
	}
	at := ((-shift)%n + n) % n
	return Concatenate([]*Array{a.sliceAxis(axis, at, n), a.sliceAxis(axis, 0, at)}, axis)
}

// RollFlat shifts the row-major elements.
func (a *Array) RollFlat(shift int) *Array { return a.Flatten().Roll(shift, 0).Reshape(a.Shape()...) }

// Meshgrid broadcasts 1-d arrays against each other. With xy, the first two
// axes are swapped as matplotlib wants them.
func Meshgrid(arrays []*Array, xy bool) []*Array {
	n := len(arrays)
	out := make([]*Array, n)
	for i, a := range arrays {
		shape := slices.Repeat([]int{1}, n)
		shape[i] = a.Size()
		out[i] = a.Reshape(shape...)
	}
	out = BroadcastArrays(out...)
	if xy && n > 1 {
		for i := range out {
			out[i] = out[i].SwapAxes(0, 1)
		}
	}
	return out
}
