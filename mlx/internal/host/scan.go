package host

import (
	"math"
	"slices"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Scan folds along an axis and keeps every intermediate result.
func (*Runtime) Scan(op core.ReduceOp, x core.Tensor, axis int, reverse, inclusive bool) core.Tensor {
	t := x.(*tensor)
	m, back := lastRows(t, axis)
	out := alloc(t.dtype, m.shape)
	s := scanOrder{reverse, inclusive}
	switch t.dtype {
	case core.Bool:
		scanInts[uint8](out, m, op, s, 0, 1)
	case core.Uint8:
		scanInts[uint8](out, m, op, s, 0, math.MaxUint8)
	case core.Uint16:
		scanInts[uint16](out, m, op, s, 0, math.MaxUint16)
	case core.Uint32:
		scanInts[uint32](out, m, op, s, 0, math.MaxUint32)
	case core.Uint64:
		scanInts[uint64](out, m, op, s, 0, math.MaxUint64)
	case core.Int8:
		scanInts[int8](out, m, op, s, math.MinInt8, math.MaxInt8)
	case core.Int16:
		scanInts[int16](out, m, op, s, math.MinInt16, math.MaxInt16)
	case core.Int32:
		scanInts[int32](out, m, op, s, math.MinInt32, math.MaxInt32)
	case core.Int64:
		scanInts[int64](out, m, op, s, math.MinInt64, math.MaxInt64)
	case core.Float64:
		scanFloats(out, m, native[float64](), op, s)
	case core.Complex64:
		scanComplex(out, m, op, s)
	default:
		scanFloats(out, m, floatAccess(t.dtype), op, s)
	}
	return back(out)
}

type scanOrder struct{ reverse, inclusive bool }

// scanRows runs a fold with accumulators of type A along each row.
func scanRows[C number, A any](out *tensor, m matrix, a access[C], s scanOrder, start A, step func(A, C) A, value func(A) C) {
	parallel(m.rows, max(1, (1<<13)/max(m.cols, 1)), func(lo, hi int) {
		buf, res := make([]C, m.cols), make([]C, m.cols)
		for r := lo; r < hi; r++ {
			row := loadRow(m, a, r, buf)
			dst := a.place(out, r*m.cols, m.cols, res)
			acc := start
			for i := range row {
				at := i
				if s.reverse {
					at = len(row) - 1 - i
				}
				before := acc
				acc = step(acc, row[at])
				if s.inclusive {
					dst[at] = value(acc)
				} else {
					dst[at] = value(before)
				}
			}
			a.store(out, r*m.cols, dst)
		}
	})
}

func scanInts[T integer](out *tensor, m matrix, op core.ReduceOp, s scanOrder, lowest, highest T) {
	same := func(v T) T { return v }
	switch op {
	case core.Sum:
		scanRows(out, m, native[T](), s, 0, func(a, v T) T { return a + v }, same)
	case core.Prod:
		scanRows(out, m, native[T](), s, 1, func(a, v T) T { return a * v }, same)
	case core.Max:
		scanRows(out, m, native[T](), s, lowest, func(a, v T) T { return max(a, v) }, same)
	default:
		scanRows(out, m, native[T](), s, highest, func(a, v T) T { return min(a, v) }, same)
	}
}

func scanFloats[T float](out *tensor, m matrix, a access[T], op core.ReduceOp, s scanOrder) {
	round := func(v float64) T { return T(v) }
	switch op {
	case core.Sum:
		scanRows(out, m, a, s, 0.0, func(a float64, v T) float64 { return a + float64(v) }, round)
	case core.Prod:
		scanRows(out, m, a, s, 1.0, func(a float64, v T) float64 { return a * float64(v) }, round)
	case core.Max:
		scanRows(out, m, a, s, math.Inf(-1), func(a float64, v T) float64 { return max(a, float64(v)) }, round)
	case core.Min:
		scanRows(out, m, a, s, math.Inf(1), func(a float64, v T) float64 { return min(a, float64(v)) }, round)
	default:
		scanRows(out, m, a, s, math.Inf(-1), func(a float64, v T) float64 { return logAddExp(a, float64(v)) }, round)
	}
}

func scanComplex(out *tensor, m matrix, op core.ReduceOp, s scanOrder) {
	round := func(v complex128) complex64 { return complex64(v) }
	same := func(v complex64) complex64 { return v }
	inf := float32(math.Inf(1))
	switch op {
	case core.Sum:
		scanRows(out, m, native[complex64](), s, 0, func(a complex128, v complex64) complex128 { return a + complex128(v) }, round)
	case core.Prod:
		scanRows(out, m, native[complex64](), s, 1, func(a complex128, v complex64) complex128 { return a * complex128(v) }, round)
	case core.Max:
		scanRows(out, m, native[complex64](), s, complex(-inf, -inf), func(a, v complex64) complex64 {
			if complexLess(a, v) {
				return v
			}
			return a
		}, same)
	default:
		scanRows(out, m, native[complex64](), s, complex(inf, inf), func(a, v complex64) complex64 {
			if complexLess(v, a) {
				return v
			}
			return a
		}, same)
	}
}

// Softmax normalises exponentials over axes.
func (*Runtime) Softmax(x core.Tensor, axes []int, _ bool) core.Tensor {
	t := x.(*tensor)
	n := len(t.shape)
	order, back := make([]int, 0, n), make([]int, n)
	for i := range n {
		if !slices.Contains(axes, i) {
			order = append(order, i)
		}
	}
	order = append(order, axes...)
	for i, axis := range order {
		back[axis] = i
	}
	moved := transpose(t, order).dense()
	cols := 1
	for _, axis := range axes {
		cols *= t.shape[axis]
	}
	if t.size() == 0 {
		return t
	}
	m := matrix{moved, t.size() / cols, cols}
	out := alloc(t.dtype, moved.shape)
	if t.dtype == core.Float64 {
		softmaxRows(out, m, native[float64](), exp64)
	} else {
		softmaxRows(out, m, floatAccess(t.dtype), exp32)
	}
	return transpose(out, back)
}

func softmaxRows[T float](out *tensor, m matrix, a access[T], exp exponentials[T]) {
	parallel(m.rows, max(1, (1<<12)/m.cols), func(lo, hi int) {
		buf, res := make([]T, m.cols), make([]T, m.cols)
		for r := lo; r < hi; r++ {
			dst := a.place(out, r*m.cols, m.cols, res)
			copy(dst, loadRow(m, a, r, buf))
			scaleBy(dst, 1/exp.replace(dst, T(math.Inf(-1))))
			a.store(out, r*m.cols, dst)
		}
	})
}
