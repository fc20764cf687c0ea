package mlx

import (
	"fmt"
	"math"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Full returns an array of one value.
func Full(shape []int, value Operand, dtype DType) *Array { return FullOn(Host(), shape, value, dtype) }

// FullOn is Full on a runtime.
func FullOn(rt Runtime, shape []int, value Operand, dtype DType) *Array {
	checkShape("full", shape)
	if a, ok := value.(*Array); ok {
		return a.On(rt).AsType(dtype).BroadcastTo(shape...)
	}
	v := Scalar(value)
	if f, ok := value.(float64); ok && dtype == Float64 { // without a detour through float32
		v = wrap(hostRuntime, hostRuntime.FromBytes(Float64, []int{}, core.AsBytes([]float64{f})))
	}
	return v.AsType(dtype).On(rt).BroadcastTo(shape...)
}

// Zeros returns an array of zeros.
func Zeros(shape []int, dtype DType) *Array { return ZerosOn(Host(), shape, dtype) }

// ZerosOn is Zeros on a runtime.
func ZerosOn(rt Runtime, shape []int, dtype DType) *Array { return FullOn(rt, shape, 0, dtype) }

// Ones returns an array of ones.
func Ones(shape []int, dtype DType) *Array { return Full(shape, 1, dtype) }

// ZerosLike returns zeros of the shape and type of a.
func ZerosLike(a *Array) *Array { return ZerosOn(a.rt, a.Shape(), a.DType()) }

// OnesLike returns ones of the shape and type of a.
func OnesLike(a *Array) *Array { return FullOn(a.rt, a.Shape(), 1, a.DType()) }

// Arange returns start, start+step, … below stop (above it for a negative
// step).
func Arange(start, stop, step float64, dtype DType) *Array {
	const op = "arange"
	if step == 0 || math.IsNaN(start) || math.IsNaN(stop) || math.IsNaN(step) ||
		math.IsInf(start, 0) || math.IsInf(stop, 0) {
		throw(op, BadArgument, "", fmt.Sprintf("cannot count from %v to %v by %v", start, stop, step))
	}
	if dtype == Bool || dtype.IsComplex() {
		throw(op, BadDType, "", fmt.Sprintf("cannot count in %v", dtype))
	}
	n := math.Ceil((stop - start) / step)
	if n > math.MaxInt32 {
		throw(op, TooLarge, "", fmt.Sprintf("%v elements are too many", n))
	}
	rt := Host()
	return wrap(rt, rt.Arange(start, step, int(max(n, 0)), dtype))
}

// Linspace returns n values from start to stop, both included.
func Linspace(start, stop float64, n int, dtype DType) *Array {
	if n < 0 {
		throw("linspace", BadArgument, "", fmt.Sprintf("cannot make %d values", n))
	}
	if n == 1 {
		return Full([]int{1}, start, dtype)
	}
	wide := Float32
	if dtype == Float64 {
		wide = Float64
	}
	t := Arange(0, float64(n), 1, wide).Divide(float64(n - 1))
	return t.Multiply(-1.0).Add(1.0).Multiply(start).Add(t.Multiply(stop)).AsType(dtype)
}

// Eye returns an n by m matrix with ones on diagonal k, those above the main
// one being positive.
func Eye(n, m, k int, dtype DType) *Array {
	row, col := gridIndices(n, m)
	return col.Subtract(row).Equal(k).AsType(dtype)
}

// Tri returns an n by m matrix with ones on and below diagonal k.
func Tri(n, m, k int, dtype DType) *Array {
	row, col := gridIndices(n, m)
	return col.Subtract(row).LessEqual(k).AsType(dtype)
}

func gridIndices(n, m int) (row, col *Array) {
	checkShape("eye", []int{n, m})
	return Arange(0, float64(n), 1, Int32).ExpandDims(1), Arange(0, float64(m), 1, Int32).ExpandDims(0)
}

// Tril zeroes what lies above diagonal k of the last two axes.
func (a *Array) Tril(k int) *Array {
	a.requireMatrix("tril")
	return Where(Tri(a.Dim(-2), a.Dim(-1), k, Bool).On(a.rt), a, ZerosOn(a.rt, nil, a.DType()))
}

// Triu zeroes what lies below diagonal k of the last two axes.
func (a *Array) Triu(k int) *Array {
	a.requireMatrix("triu")
	return Where(Tri(a.Dim(-2), a.Dim(-1), k-1, Bool).On(a.rt), ZerosOn(a.rt, nil, a.DType()), a)
}

func (a *Array) requireMatrix(op string) {
	if a.NDim() < 2 {
		throw(op, BadShape, "", "needs at least two dimensions", a.Shape())
	}
}

// Diagonal returns the elements of a diagonal of two axes as the last axis.
func (a *Array) Diagonal(offset, axis1, axis2 int) *Array {
	a.requireMatrix("diagonal")
	n := a.NDim()
	axis1, axis2 = normAxis("diagonal", axis1, n), normAxis("diagonal", axis2, n)
	if axis1 == axis2 {
		throw("diagonal", BadAxis, "", "the two axes are the same", a.Shape())
	}
	order := []int{}
	for i := range n {
		if i != axis1 && i != axis2 {
			order = append(order, i)
		}
	}
	x := a.Transpose(append(order, axis1, axis2)...)
	rows, cols := x.Dim(-2), x.Dim(-1)
	r0, c0 := max(-offset, 0), max(offset, 0)
	length := max(min(rows-r0, cols-c0), 0)
	s := x.Shape()[:n-2]
	flat := x.FlattenAxes(-2, -1)
	if length == 0 {
		return flat.sliceAxis(n-2, 0, 0)
	}
	start, stop, stride := flat.fullSlice()
	start[len(s)] = r0*cols + c0
	stop[len(s)] = start[len(s)] + (length-1)*(cols+1) + 1
	stride[len(s)] = cols + 1
	return wrap(a.rt, a.rt.Slice(flat.t, start, stop, stride))
}

// Diag returns a diagonal of a matrix, or a matrix with a 1-d array on it.
func (a *Array) Diag(k int) *Array {
	switch a.NDim() {
	case 2:
		return a.Diagonal(k, 0, 1)
	case 1:
		n := a.Size() + max(k, -k)
		r0, c0 := max(-k, 0), max(k, 0)
		zero := ZerosOn(a.rt, []int{n * n}, a.DType())
		if a.Size() == 0 {
			return zero.Reshape(n, n)
		}
		start := r0*n + c0
		stop := start + (a.Size()-1)*(n+1) + 1
		return wrap(a.rt, a.rt.SliceUpdate(zero.t, a.t, []int{start}, []int{stop}, []int{n + 1})).Reshape(n, n)
	default:
		throw("diag", BadShape, "", "needs one or two dimensions", a.Shape())
		return nil
	}
}

// Trace sums a diagonal of two axes.
func (a *Array) Trace(offset, axis1, axis2 int) *Array {
	return a.Diagonal(offset, axis1, axis2).Sum(DropDims, -1).AsType(a.DType())
}

// Hanning returns the Hann window of n points.
func Hanning(n int) *Array { return cosineWindow(n, 0.5, 0.5, 0) }

// Hamming returns the Hamming window of n points.
func Hamming(n int) *Array { return cosineWindow(n, 0.54, 0.46, 0) }

// Blackman returns the Blackman window of n points.
func Blackman(n int) *Array { return cosineWindow(n, 0.42, 0.5, 0.08) }

// cosineWindow returns a - b*cos(t) + c*cos(2t) for t from 0 to 2π.
func cosineWindow(n int, a, b, c float64) *Array {
	return window(n, func(x float64) float64 {
		t := 2 * math.Pi * x
		return a - b*math.Cos(t) + c*math.Cos(2*t)
	})
}

// Bartlett returns the triangular window of n points.
func Bartlett(n int) *Array {
	return window(n, func(x float64) float64 { return 1 - math.Abs(2*x-1) })
}

func window(n int, f func(x float64) float64) *Array {
	values := make([]float32, max(n, 0))
	for i := range values {
		values[i] = 1
		if n > 1 {
			values[i] = float32(f(float64(i) / float64(n-1)))
		}
	}
	return New(values)
}
