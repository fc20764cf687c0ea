package mlx

import (
	"fmt"
	"slices"
)

// Pad puts value around the array: widths[i] elements before and after axis i.
// A single pair is taken for every axis.
func (a *Array) Pad(value Operand, widths ...[2]int) *Array {
	widths = a.padWidths(widths)
	shape, start := slices.Clone(a.Shape()), make([]int, a.NDim())
	for i, w := range widths {
		shape[i] += w[0] + w[1]
		start[i] = w[0]
	}
	fill := a.operand("pad", value).AsType(a.DType()).BroadcastTo(shape...)
	stop := make([]int, a.NDim())
	for i, d := range a.Shape() {
		stop[i] = start[i] + d
	}
	return wrap(a.rt, a.rt.SliceUpdate(fill.t, a.t, start, stop, slices.Repeat([]int{1}, a.NDim())))
}

// PadEdge is Pad that repeats the outermost elements.
func (a *Array) PadEdge(widths ...[2]int) *Array {
	out := a
	for axis, w := range a.padWidths(widths) {
		n := out.Shape()[axis]
		if w == [2]int{} {
			continue
		}
		if n == 0 {
			throw("pad", BadShape, "pad with a value", "an empty axis has no edge", a.Shape())
		}
		out = Concatenate([]*Array{
			out.sliceAxis(axis, 0, 1).Repeat(w[0], axis), out,
			out.sliceAxis(axis, n-1, n).Repeat(w[1], axis),
		}, axis)
	}
	return out
}

func (a *Array) padWidths(widths [][2]int) [][2]int {
	if len(widths) == 1 && a.NDim() != 1 {
		widths = slices.Repeat(widths, a.NDim())
	}
	if len(widths) != a.NDim() {
		throw("pad", BadArgument, "give one pair, or one per axis", fmt.Sprintf("%d pairs of widths for %d axes", len(widths), a.NDim()), a.Shape())
	}
	for _, w := range widths {
		if w[0] < 0 || w[1] < 0 {
			throw("pad", BadArgument, "slice instead", fmt.Sprintf("width %v is negative", w), a.Shape())
		}
	}
	return widths
}
