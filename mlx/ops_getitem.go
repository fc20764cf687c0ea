package mlx

import (
	"fmt"
	"slices"
)

// Index is one item of a subscript as in NumPy: an int, a Span, NewAxis,
// Ellipsis, or an *Array of integers.
type Index any

// Span is Python's start:stop:step; nil bounds are open and a Step of 0 means 1.
type Span struct {
	Start, Stop *int
	Step        int
}

// Every selects a whole axis, as ":" does.
var Every = Span{}

// Range is the span from:to.
func Range(from, to int) Span { return Span{Start: &from, Stop: &to} }

type marker string

// Items that stand for no axis and for all remaining axes.
const (
	NewAxis  = marker("newaxis")
	Ellipsis = marker("...")
)

// subscript is a resolved list of items: first the spans are taken, then the
// arrays index axes of what they leave, then axes are dropped or added.
type subscript struct {
	bounds bounds
	arrays []*Array // by axis; nil where a span is
	ints   []bool   // by axis: an int, whose axis goes
	insert []newAxis
}

// newAxis is a place among the axes that remain; behind tells that an index
// without an axis of its own, an int or an array, stands before it.
type newAxis struct {
	at     int
	behind bool
}

// Get returns a[items…].
func (a *Array) Get(items ...Index) *Array {
	s := a.subscript("getitem", items)
	x := wrap(a.rt, a.rt.Slice(a.t, s.bounds.start, s.bounds.stop, s.bounds.stride))
	axes, arrays := s.arrayAxes()
	if len(axes) == 0 {
		return x.dropAxes(s.intAxes()).ExpandDims(s.newAxes(0)...)
	}
	for _, arr := range arrays {
		checkIndices("getitem", arr)
	}
	out := x.gatherAt("getitem", arrays, axes)
	n := out.NDim() - (x.NDim() - len(axes))
	at := 0
	if adjacent(axes) {
		at = axes[0]
	}
	return out.moveFront(n, at).ExpandDims(s.newAxes(n)...)
}

// Set returns a copy in which a[items…] is value, which broadcasts.
func (a *Array) Set(value Operand, items ...Index) *Array {
	return a.Update(ScatterSet, value, items...)
}

// Update returns a copy in which a[items…] is combined with value. Of a
// position that is named several times, every value counts except for
// ScatterSet, where one of them does.
func (a *Array) Update(how ScatterOp, value Operand, items ...Index) *Array {
	const op = "setitem"
	s := a.subscript(op, items)
	v := a.operand(op, value)
	axes, arrays := s.arrayAxes()
	b := s.bounds
	if len(axes) == 0 {
		want := slices.Clone(b.shape())
		v = s.undoNewAxes(v, len(want)-len(s.intAxes()), 0)
		v = v.BroadcastTo(dropped(want, s.intAxes())...).Reshape(want...)
		if how != ScatterSet {
			old := wrap(a.rt, a.rt.Slice(a.t, b.start, b.stop, b.stride))
			v = combine(how, old, v)
		}
		return a.updateBounds(op, v, b)
	}
	// Spans become index arrays too, so that one scatter does it all.
	rest := a.NDim() - len(axes)
	shape := BroadcastArrays(arrays...)[0].Shape()
	n, at := len(shape), 0
	if adjacent(axes) {
		at = axes[0]
	}
	v = s.undoNewAxes(v, n+rest, n)
	var full []*Array
	var allAxes, want []int
	spanShape := b.shape()
	for axis, place := 0, 0; axis < a.NDim(); axis++ {
		allAxes = append(allAxes, axis)
		if arr := s.arrays[axis]; arr != nil {
			checkIndices(op, arr)
			full = append(full, arr.Reshape(append(slices.Clone(arr.Shape()), slices.Repeat([]int{1}, rest)...)...))
			continue
		}
		dims := slices.Repeat([]int{1}, n+rest)
		dims[n+place] = spanShape[axis]
		want = append(want, spanShape[axis])
		place++
		idx := Arange(float64(b.start[axis]), float64(b.start[axis]+spanShape[axis]*b.stride[axis]), float64(b.stride[axis]), Int32)
		full = append(full, idx.On(a.rt).Reshape(dims...))
	}
	placed := slices.Concat(want[:at], shape, want[at:])
	v = v.BroadcastTo(placed...)
	if at > 0 && n > 0 { // the indices' axes come first in a scatter
		var order []int
		for i := range n {
			order = append(order, at+i)
		}
		for i := range placed {
			if i < at || i >= at+n {
				order = append(order, i)
			}
		}
		v = v.Transpose(order...)
	}
	return a.scatterAt(op, how, full, v, allAxes)
}

func combine(how ScatterOp, old, v *Array) *Array {
	switch how {
	case ScatterAdd:
		return old.Add(v)
	case ScatterProd:
		return old.Multiply(v)
	case ScatterMax:
		return old.Maximum(v)
	default:
		return old.Minimum(v)
	}
}

// subscript resolves items against the axes of a.
func (a *Array) subscript(op string, items []Index) subscript {
	n := a.NDim()
	used, ellipsis := 0, false
	for _, it := range items {
		switch it {
		case NewAxis:
		case Ellipsis:
			if ellipsis {
				throw(op, BadArgument, "", "a subscript has two ellipses", a.Shape())
			}
			ellipsis = true
		default:
			used++
		}
	}
	if used > n {
		throw(op, BadShape, "", fmt.Sprintf("%d indices for %d dimensions", used, n), a.Shape())
	}
	if !ellipsis {
		items = append(slices.Clone(items), Ellipsis)
	}
	s := subscript{arrays: make([]*Array, n), ints: make([]bool, n)}
	s.bounds.start, s.bounds.stop, s.bounds.stride = a.fullSlice()
	axis, kept, hasArray := 0, 0, false
	for _, it := range items {
		switch it := it.(type) {
		case marker:
			if it == NewAxis {
				s.insert = append(s.insert, newAxis{kept, axis > kept-len(s.insert)})
				kept++
				continue
			}
			axis, kept = axis+n-used, kept+n-used
		case int:
			i := it
			d := a.Shape()[axis]
			if i < 0 {
				i += d
			}
			if i < 0 || i >= d {
				throw(op, BadArgument, "", fmt.Sprintf("index %d is out of range for axis %d", it, axis), a.Shape())
			}
			s.bounds.start[axis], s.bounds.stop[axis], s.ints[axis] = i, i+1, true
			axis++
		case Span:
			step := it.Step
			if step == 0 {
				step = 1
			}
			s.bounds.start[axis], s.bounds.stop[axis], s.bounds.stride[axis] = normSlice(op, a.Shape()[axis], it.Start, it.Stop, step)
			axis, kept = axis+1, kept+1
		case *Array:
			s.arrays[axis], hasArray = a.operand(op, it), true
			axis++
		default:
			throw(op, BadArgument, "use an int, a Span, NewAxis, Ellipsis or an *Array", fmt.Sprintf("a %T is not an index", it), a.Shape())
		}
	}
	if hasArray {
		s.intsToArrays(a)
	}
	return s
}

// intsToArrays makes 0-d index arrays of ints, which next to arrays count as
// such.
func (s *subscript) intsToArrays(a *Array) {
	for axis, isInt := range s.ints {
		if isInt {
			s.arrays[axis] = scalarOn(a.rt, s.bounds.start[axis])
			s.bounds.start[axis], s.bounds.stop[axis] = 0, a.Shape()[axis]
			s.ints[axis] = false
		}
	}
}

func (s *subscript) intAxes() []int {
	var axes []int
	for axis, isInt := range s.ints {
		if isInt {
			axes = append(axes, axis)
		}
	}
	return axes
}

func (s *subscript) arrayAxes() (axes []int, arrays []*Array) {
	for axis, arr := range s.arrays {
		if arr != nil {
			axes, arrays = append(axes, axis), append(arrays, arr)
		}
	}
	return axes, arrays
}

// newAxes returns where new axes stand in the result, which has n axes of
// index arrays: those count where the first array stood.
func (s *subscript) newAxes(n int) []int {
	axes, _ := s.arrayAxes()
	out := make([]int, len(s.insert))
	for i, place := range s.insert {
		out[i] = place.at
		if len(axes) > 0 && (!adjacent(axes) || place.behind) {
			out[i] += n
		}
	}
	return out
}

// undoNewAxes removes the new axes from a value for ndim further axes.
func (s *subscript) undoNewAxes(v *Array, ndim, n int) *Array {
	if len(s.insert) == 0 {
		return v
	}
	for v.NDim() < ndim+len(s.insert) {
		v = v.ExpandDims(0)
	}
	return v.Squeeze(s.newAxes(n)...)
}

func adjacent(axes []int) bool { return axes[len(axes)-1]-axes[0] == len(axes)-1 }

func dropped(shape, axes []int) []int {
	var out []int
	for i, d := range shape {
		if !slices.Contains(axes, i) {
			out = append(out, d)
		}
	}
	return out
}
