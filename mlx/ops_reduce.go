package mlx

import (
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// KeepDims and DropDims say whether reduced axes stay with length 1.
const (
	KeepDims = true
	DropDims = false
)

// normAxes returns sorted, distinct axes; none means all.
func normAxes(op string, axes []int, ndim int) []int {
	if len(axes) == 0 {
		all := make([]int, ndim)
		for i := range all {
			all[i] = i
		}
		return all
	}
	out := make([]int, len(axes))
	for i, axis := range axes {
		out[i] = normAxis(op, axis, ndim)
	}
	slices.Sort(out)
	for i := 1; i < len(out); i++ {
		if out[i] == out[i-1] {
			throw(op, BadAxis, "name each axis once", fmt.Sprintf("axis %d is given twice", out[i]))
		}
	}
	return out
}

func (a *Array) reduce(name string, op core.ReduceOp, keepDims bool, axes []int) *Array {
	axes = normAxes(name, axes, a.NDim())
	out := wrap(a.rt, a.rt.Reduce(op, a.t, axes))
	if keepDims {
		return out
	}
	return out.dropAxes(axes)
}

// dropAxes removes axes of length 1, given normalised.
func (a *Array) dropAxes(axes []int) *Array {
	shape := make([]int, 0, a.NDim())
	for i, d := range a.Shape() {
		if !slices.Contains(axes, i) {
			shape = append(shape, d)
		}
	}
	return wrap(a.rt, a.rt.Reshape(a.t, shape))
}

// reducedSize returns how many elements are folded into one.
func (a *Array) reducedSize(op string, axes []int) int {
	n := 1
	for _, axis := range normAxes(op, axes, a.NDim()) {
		n *= a.Shape()[axis]
	}
	return n
}

// Sum adds up along axes; no axes means all. Small integers are added as int32
// or uint32.
func (a *Array) Sum(keepDims bool, axes ...int) *Array {
	return a.accumulator().reduce("sum", core.Sum, keepDims, axes)
}

// Prod multiplies along axes, in the types of Sum.
func (a *Array) Prod(keepDims bool, axes ...int) *Array {
	return a.accumulator().reduce("prod", core.Prod, keepDims, axes)
}

func (a *Array) accumulator() *Array {
	d := a.DType()
	switch {
	case d == Bool, d.Category() == core.CategorySigned && d.Size() < 4:
		return a.AsType(Int32)
	case d.Category() == core.CategoryUnsigned && d.Size() < 4:
		return a.AsType(Uint32)
	default:
		return a
	}
}

// Max returns the greatest element along axes, NaN if there is one.
func (a *Array) Max(keepDims bool, axes ...int) *Array {
	a.refuseEmpty("max", axes)
	return a.reduce("max", core.Max, keepDims, axes)
}

// Min returns the smallest element along axes, NaN if there is one.
func (a *Array) Min(keepDims bool, axes ...int) *Array {
	a.refuseEmpty("min", axes)
	return a.reduce("min", core.Min, keepDims, axes)
}

// All tells whether no element along axes is zero.
func (a *Array) All(keepDims bool, axes ...int) *Array {
	return a.AsType(Bool).reduce("all", core.All, keepDims, axes)
}

// Any tells whether some element along axes is not zero.
func (a *Array) Any(keepDims bool, axes ...int) *Array {
	return a.AsType(Bool).reduce("any", core.Any, keepDims, axes)
}

// LogSumExp returns log(sum(exp(a))) along axes without overflow.
func (a *Array) LogSumExp(keepDims bool, axes ...int) *Array {
	a.refuseEmpty("logsumexp", axes)
	a.refuseComplex("logsumexp")
	return a.atLeastFloat().reduce("logsumexp", core.LogSumExp, keepDims, axes)
}

// Mean returns the mean along axes in a floating-point or complex type.
func (a *Array) Mean(keepDims bool, axes ...int) *Array {
	n := a.reducedSize("mean", axes)
	return a.atLeastFloat().meanOf(n, keepDims, axes)
}

// meanOf divides sums by n; 16-bit types are summed and divided in float32.
func (a *Array) meanOf(n int, keepDims bool, axes []int) *Array {
	wide := a.DType()
	if wide.Size() == 2 {
		wide = Float32
	}
	return a.AsType(wide).Sum(keepDims, axes...).Divide(float64(n)).AsType(a.DType())
}

// Var returns the variance along axes; ddof is subtracted from the number of
// elements.
func (a *Array) Var(ddof int, keepDims bool, axes ...int) *Array {
	x := a.atLeastFloat()
	wide := x.DType()
	if wide.Size() == 2 {
		wide = Float32
	}
	n := max(a.reducedSize("var", axes)-ddof, 0)
	d := x.AsType(wide).Subtract(x.AsType(wide).Mean(KeepDims, axes...))
	square, result := d.Square(), x.DType()
	if d.DType().IsComplex() {
		square, result = d.Multiply(d.Conjugate()).Real(), Float32
	}
	return square.Sum(keepDims, axes...).Divide(float64(n)).AsType(result)
}

// Std returns the square root of Var.
func (a *Array) Std(ddof int, keepDims bool, axes ...int) *Array {
	x := a.atLeastFloat()
	if x.DType().Size() == 2 {
		return x.AsType(Float32).Std(ddof, keepDims, axes...).AsType(x.DType())
	}
	return x.Var(ddof, keepDims, axes...).Sqrt()
}

// Median returns the middle element along axes, or the mean of the two middle
// ones; NaN if there is one.
func (a *Array) Median(keepDims bool, axes ...int) *Array {
	a.refuseEmpty("median", axes)
	axes = normAxes("median", axes, a.NDim())
	order := make([]int, 0, a.NDim())
	for i := range a.NDim() {
		if !slices.Contains(axes, i) {
			order = append(order, i)
		}
	}
	kept := len(order)
	flat := a.Transpose(append(order, axes...)...).flattenFrom(kept)
	n, last := flat.Dim(-1), flat.NDim()-1
	sorted := flat.Sort(-1)
	to := atLeastFloat(a.DType())
	at := func(i int) *Array { return sorted.sliceAxis(last, i, i+1).AsType(to) }
	mid := at(n / 2)
	if n%2 == 0 {
		mid = mid.Add(at(n/2 - 1)).Multiply(0.5)
	}
	if a.DType().IsInexact() {
		mid = Where(at(n-1).IsNaN(), at(n-1), mid)
	}
	mid = mid.dropAxes([]int{last})
	if keepDims {
		return mid.ExpandDims(axes...)
	}
	return mid
}

func (a *Array) flattenFrom(axis int) *Array {
	if axis == a.NDim() {
		return a.ExpandDims(-1)
	}
	return a.FlattenAxes(axis, -1)
}

func (a *Array) refuseEmpty(op string, axes []int) {
	if a.Size() == 0 && a.reducedSize(op, axes) == 0 {
		throw(op, BadShape, "", "an empty axis has no such element", a.Shape())
	}
}

// ArgMax returns the index of the first greatest element along an axis as
// uint32.
func (a *Array) ArgMax(axis int, keepDims bool) *Array {
	return a.argReduce("argmax", core.Max, axis, keepDims)
}

// ArgMin returns the index of the first smallest element along an axis as
// uint32.
func (a *Array) ArgMin(axis int, keepDims bool) *Array {
	return a.argReduce("argmin", core.Min, axis, keepDims)
}

func (a *Array) argReduce(name string, op core.ReduceOp, axis int, keepDims bool) *Array {
	axis = normAxis(name, axis, a.NDim())
	a.refuseEmpty(name, []int{axis})
	out := wrap(a.rt, a.rt.ArgReduce(op, a.t, axis))
	if keepDims {
		return out
	}
	return out.dropAxes([]int{axis})
}

// CumSum returns running sums along an axis, from its end with reverse, and
// without the element itself unless inclusive.
func (a *Array) CumSum(axis int, reverse, inclusive bool) *Array {
	x := a
	if x.DType() == Bool {
		x = x.AsType(Int32)
	}
	return x.scan("cumsum", core.Sum, axis, reverse, inclusive)
}

// CumProd returns running products; see CumSum.
func (a *Array) CumProd(axis int, reverse, inclusive bool) *Array {
	x := a
	if x.DType() == Bool {
		x = x.AsType(Int32)
	}
	return x.scan("cumprod", core.Prod, axis, reverse, inclusive)
}

// CumMax returns running maxima; see CumSum.
func (a *Array) CumMax(axis int, reverse, inclusive bool) *Array {
	return a.scan("cummax", core.Max, axis, reverse, inclusive)
}

// CumMin returns running minima; see CumSum.
func (a *Array) CumMin(axis int, reverse, inclusive bool) *Array {
	return a.scan("cummin", core.Min, axis, reverse, inclusive)
}

// LogCumSumExp returns running LogSumExps; see CumSum.
func (a *Array) LogCumSumExp(axis int, reverse, inclusive bool) *Array {
	a.refuseComplex("logcumsumexp")
	return a.atLeastFloat().scan("logcumsumexp", core.LogSumExp, axis, reverse, inclusive)
}

func (a *Array) scan(name string, op core.ReduceOp, axis int, reverse, inclusive bool) *Array {
	axis = normAxis(name, axis, a.NDim())
	return wrap(a.rt, a.rt.Scan(op, a.t, axis, reverse, inclusive))
}
