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
	if foldsColumns(op, t, axes) {
		if t.dtype == core.Float64 {
			return foldColumns(op, t, axes, native[float64]())
		}
		return foldColumns(op, t, axes, floatAccess(t.dtype))
	}
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

// foldsColumns tells whether to fold rows of the last axis into one: no row of what is
// folded into an element has to be collected from far and wide then.
func foldsColumns(op core.ReduceOp, t *tensor, axes []int) bool {
	last := len(t.shape) - 1
	return t.dtype.IsFloat() && t.size() > 0 && len(axes) > 0 && !slices.Contains(axes, last) &&
		t.strides[last] == 1 && t.shape[last] >= 16 && (op == core.Sum || op == core.Max || op == core.Min)
}

func foldColumns[T float](op core.ReduceOp, t *tensor, axes []int, a access[T]) *tensor {
	kept, folded := &tensor{}, &tensor{}
	shape, last := slices.Clone(t.shape), len(t.shape)-1
	for axis, d := range t.shape[:last] {
		part := kept
		if slices.Contains(axes, axis) {
			part, shape[axis] = folded, 1
		}
		part.shape, part.strides = append(part.shape, d), append(part.strides, t.strides[axis])
	}
	offsets := func(part *tensor) []int {
		offs := make([]int, core.NumElements(part.shape))
		walk(part.shape, part.strides, func(i, at int) { offs[i] = at })
		return offs
	}
	starts, steps := offsets(kept), offsets(folded)
	out := alloc(t.dtype, shape)
	start, step := 0.0, func(acc []float64, row []T) {
		for i, v := range row {
			acc[i] += float64(v)
		}
	}
	switch op {
	case core.Max:
		start, step = math.Inf(-1), func(acc []float64, row []T) {
			for i, v := range row {
				acc[i] = max(acc[i], float64(v))
			}
		}
	case core.Min:
		start, step = math.Inf(1), func(acc []float64, row []T) {
			for i, v := range row {
				acc[i] = min(acc[i], float64(v))
			}
		}
	}
	const block = 256 // columns
	width := t.shape[last]
	blocks := (width + block - 1) / block
	parallel(len(starts)*blocks, max(1, (1<<13)/(len(steps)*min(width, block))), func(lo, hi int) {
		buf, accs := make([]T, block), make([]float64, block)
		for item := lo; item < hi; item++ {
			from := item % blocks * block
			acc := accs[:min(block, width-from)]
			for i := range acc {
				acc[i] = start
			}
			for _, far := range steps {
				step(acc, a.load(t, t.offset+starts[item/blocks]+from+far, 1, len(acc), buf))
			}
			at := item/blocks*width + from
			dst := a.place(out, at, len(acc), buf)
			for i, v := range acc {
				dst[i] = T(v)
			}
			a.store(out, at, dst)
		}
	})
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
	s, buf := 0.0, make([]T, min(chunk, len(row)))
	for part := range slices.Chunk(row, chunk) {
		switch v := any(buf[:copy(buf, part)]).(type) {
		case []float32:
			s += float64(expSum32(v, float32(hi)))
		case []float64:
			s += expSum(v, hi)
		}
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
		argRows(dst, m, native[uint8](), foldInts[uint8](op))
	case core.Uint16:
		argRows(dst, m, native[uint16](), foldInts[uint16](op))
	case core.Uint32:
		argRows(dst, m, native[uint32](), foldInts[uint32](op))
	case core.Uint64:
		argRows(dst, m, native[uint64](), foldInts[uint64](op))
	case core.Int8:
		argRows(dst, m, native[int8](), foldInts[int8](op))
	case core.Int16:
		argRows(dst, m, native[int16](), foldInts[int16](op))
	case core.Int32:
		argRows(dst, m, native[int32](), foldInts[int32](op))
	case core.Int64:
		argRows(dst, m, native[int64](), foldInts[int64](op))
	case core.Float64:
		argRows(dst, m, native[float64](), foldFloats[float64](op))
	case core.Complex64:
		argRowsFunc(dst, m, native[complex64](), func(row []complex64) (at int) {
			for i, v := range row {
				lesser, greater := v, row[at]
				if op == core.Max {
					lesser, greater = greater, lesser
				}
				if complexLess(lesser, greater) || cmplx.IsNaN(complex128(lesser)) && !cmplx.IsNaN(complex128(greater)) {
					at = i
				}
			}
			return at
		})
	default:
		argRows(dst, m, floatAccess(t.dtype), foldFloats[float32](op))
	}
	return out
}

func argRows[C integer | float](dst []uint32, m matrix, a access[C], extreme func(row []C) C) {
	argRowsFunc(dst, m, a, func(row []C) int {
		best := extreme(row)
		if best != best {
			return slices.IndexFunc(row, func(v C) bool { return v != v })
		}
		return slices.Index(row, best)
	})
}

func argRowsFunc[C number](dst []uint32, m matrix, a access[C], find func(row []C) int) {
	parallel(m.rows, max(1, (1<<13)/m.cols), func(lo, hi int) {
		buf := make([]C, m.cols)
		for r := lo; r < hi; r++ {
			dst[r] = uint32(find(loadRow(m, a, r, buf)))
		}
	})
}
