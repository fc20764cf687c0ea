package host

import (
	"math"
	"math/cmplx"
	"slices"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Reduce folds axes to length 1.
func (*Runtime) Reduce(op core.ReduceOp, x core.Tensor, axes []int) core.Tensor {
	t := x.(*tensor)
	m, shape := reduceRows(t, axes)
	out := alloc(t.dtype, shape)
	switch t.dtype {
	case core.Bool:
		foldRows(out, m, native[uint8](), foldBool(op))
	case core.Uint8:
		foldRows(out, m, native[uint8](), foldInts[uint8](op))
	case core.Uint16:
		foldRows(out, m, native[uint16](), foldInts[uint16](op))
	case core.Uint32:
		foldRows(out, m, native[uint32](), foldInts[uint32](op))
	case core.Uint64:
		foldRows(out, m, native[uint64](), foldInts[uint64](op))
	case core.Int8:
		foldRows(out, m, native[int8](), foldInts[int8](op))
	case core.Int16:
		foldRows(out, m, native[int16](), foldInts[int16](op))
	case core.Int32:
		foldRows(out, m, native[int32](), foldInts[int32](op))
	case core.Int64:
		foldRows(out, m, native[int64](), foldInts[int64](op))
	case core.Float64:
		foldRows(out, m, native[float64](), foldFloats[float64](op))
	case core.Complex64:
		foldRows(out, m, native[complex64](), foldComplex(op))
	default:
		foldRows(out, m, floatAccess(t.dtype), foldFloats[float32](op))
	}
	return out
}

// matrix is a tensor seen as row-major rows of equal length.
type matrix struct {
	*tensor
	rows, cols int
}

// reduceRows makes each row what is folded into one element, and returns the
// shape of the result.
func reduceRows(t *tensor, axes []int) (matrix, []int) {
	shape := slices.Clone(t.shape)
	cols := 1
	var order []int
	for i := range shape {
		if !slices.Contains(axes, i) {
			order = append(order, i)
		}
	}
	for _, axis := range axes {
		cols *= shape[axis]
		shape[axis] = 1
	}
	moved := transpose(t, append(order, axes...)).dense()
	return matrix{moved, core.NumElements(shape), cols}, shape
}

// lastRows moves an axis to the end and returns how to move it back.
func lastRows(t *tensor, axis int) (matrix, func(*tensor) *tensor) {
	n := len(t.shape)
	order, back := make([]int, 0, n), make([]int, n)
	for i := range n {
		if i != axis {
			order = append(order, i)
		}
	}
	order = append(order, axis)
	for i, axis := range order {
		back[axis] = i
	}
	moved := transpose(t, order).dense()
	cols := t.shape[axis]
	rows := 0
	if cols > 0 {
		rows = t.size() / cols
	}
	return matrix{moved, rows, cols}, func(out *tensor) *tensor { return transpose(out, back) }
}

// loadRow returns one row; buf holds a row.
func loadRow[C number](m matrix, a access[C], row int, buf []C) []C {
	return a.load(m.tensor, m.offset+row*m.cols, 1, m.cols, buf)
}

func foldRows[C number](out *tensor, m matrix, a access[C], fold func(row []C) C) {
	parallel(m.rows, max(1, (1<<13)/max(m.cols, 1)), func(lo, hi int) {
		buf, one := make([]C, m.cols), make([]C, 1)
		for r := lo; r < hi; r++ {
			one[0] = fold(loadRow(m, a, r, buf))
			dst := a.place(out, r, 1, one)
			dst[0] = one[0]
			a.store(out, r, dst)
		}
	})
}

func foldBool(op core.ReduceOp) func([]uint8) uint8 {
	if op == core.Any || op == core.Max || op == core.Sum {
		return func(row []uint8) uint8 { return bit(slices.Contains(row, 1)) }
	}
	return func(row []uint8) uint8 { return bit(!slices.Contains(row, 0)) }
}

func foldInts[T integer](op core.ReduceOp) func([]T) T {
	switch op {
	case core.Sum:
		return func(row []T) (s T) {
			for _, v := range row {
				s += v
			}
			return s
		}
	case core.Prod:
		return func(row []T) T {
			p := T(1)
			for _, v := range row {
				p *= v
			}
			return p
		}
	case core.Max:
		return slices.Max[[]T]
	default:
		return slices.Min[[]T]
	}
}

func foldFloats[T float](op core.ReduceOp) func([]T) T {
	switch op {
	case core.Sum:
		return func(row []T) T { return T(sum(row)) }
	case core.Prod:
		return func(row []T) T {
			p := 1.0
			for _, v := range row {
				p *= float64(v)
			}
			return T(p)
		}
	case core.Max:
		return extreme(func(a, b []T) {
			for i, v := range b {
				a[i] = max(a[i], v)
			}
		}, slices.Max[[]T])
	case core.Min:
		return extreme(func(a, b []T) {
			for i, v := range b {
				a[i] = min(a[i], v)
			}
		}, slices.Min[[]T])
	default:
		return func(row []T) T { return T(logSumExp(row)) }
	}
}

// extreme returns the greatest or the least element, NaN if there is one. Many are
// found beside each other first: one would wait for itself.
func extreme[T float](pick func(a, b []T), of func([]T) T) func([]T) T {
	const beside = 16
	return func(row []T) T {
		if len(row) < 4*beside {
			return of(row)
		}
		best := [beside]T(row)
		i := beside
		for ; i+beside <= len(row); i += beside {
			pick(best[:], row[i:i+beside])
		}
		pick(best[:], row[i:])
		return of(best[:])
	}
}

// sum adds in float64 with four accumulators.
func sum[T float](row []T) float64 {
	var a, b, c, d float64
	i := 0
	for ; i+4 <= len(row); i += 4 {
		r := row[i : i+4 : i+4]
		a += float64(r[0])
		b += float64(r[1])
		c += float64(r[2])
		d += float64(r[3])
	}
	for _, v := range row[i:] {
		a += float64(v)
	}
	return (a + b) + (c + d)
}

func logSumExp[T float](row []T) float64 {
	hi := float64(slices.Max(row))
	if math.IsInf(hi, 0) || hi != hi {
		return hi
	}
	s := 0.0
	for _, v := range row {
		s += math.Exp(float64(v) - hi)
	}
	return hi + math.Log(s)
}

func foldComplex(op core.ReduceOp) func([]complex64) complex64 {
	switch op {
	case core.Sum:
		return func(row []complex64) complex64 {
			var s complex128
			for _, v := range row {
				s += complex128(v)
			}
			return complex64(s)
		}
	case core.Prod:
		return func(row []complex64) complex64 {
			p := complex128(1)
			for _, v := range row {
				p *= complex128(v)
			}
			return complex64(p)
		}
	default:
		pick := complexFunc(map[core.ReduceOp]core.BinaryOp{core.Max: core.Maximum, core.Min: core.Minimum}[op])
		return func(row []complex64) complex64 {
			best := []complex64{row[0]}
			for i := range row[1:] {
				pick(best, best, row[i+1:i+2])
			}
			return best[0]
		}
	}
}

// ArgReduce gives the index of the first extreme element; a NaN is extreme.
func (*Runtime) ArgReduce(op core.ReduceOp, x core.Tensor, axis int) core.Tensor {
	t := x.(*tensor)
	m, shape := reduceRows(t, []int{axis})
	out := alloc(core.Uint32, shape)
	dst := elems[uint32](out)
	switch t.dtype {
	case core.Bool, core.Uint8:
		argRows(dst, m, native[uint8](), op)
	case core.Uint16:
		argRows(dst, m, native[uint16](), op)
	case core.Uint32:
		argRows(dst, m, native[uint32](), op)
	case core.Uint64:
		argRows(dst, m, native[uint64](), op)
	case core.Int8:
		argRows(dst, m, native[int8](), op)
	case core.Int16:
		argRows(dst, m, native[int16](), op)
	case core.Int32:
		argRows(dst, m, native[int32](), op)
	case core.Int64:
		argRows(dst, m, native[int64](), op)
	case core.Float64:
		argRows(dst, m, native[float64](), op)
	case core.Complex64:
		argRowsFunc(dst, m, native[complex64](), func(a, b complex64) bool {
			if op == core.Max {
				a, b = b, a
			}
			return complexLess(a, b) || cmplx.IsNaN(complex128(a)) && !cmplx.IsNaN(complex128(b))
		})
	default:
		argRows(dst, m, floatAccess(t.dtype), op)
	}
	return out
}

func argRows[C integer | float](dst []uint32, m matrix, a access[C], op core.ReduceOp) {
	better := func(v, best C) bool { return v > best || v != v && best == best }
	if op == core.Min {
		better = func(v, best C) bool { return v < best || v != v && best == best }
	}
	argRowsFunc(dst, m, a, better)
}

func argRowsFunc[C number](dst []uint32, m matrix, a access[C], better func(v, best C) bool) {
	parallel(m.rows, max(1, (1<<13)/m.cols), func(lo, hi int) {
		buf := make([]C, m.cols)
		for r := lo; r < hi; r++ {
			row := loadRow(m, a, r, buf)
			at := 0
			for i, v := range row {
				if better(v, row[at]) {
					at = i
				}
			}
			dst[r] = uint32(at)
		}
	})
}
