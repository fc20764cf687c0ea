package host

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Matmul multiplies matrices over broadcast batch axes.
func (*Runtime) Matmul(x, y core.Tensor) core.Tensor {
	a, b := x.(*tensor), y.(*tensor)
	na, nb := len(a.shape)-2, len(b.shape)-2
	batch, _ := core.BroadcastShapes(a.shape[:na], b.shape[:nb])
	if core.NumElements(b.shape[:nb]) == 1 && na > 0 {
		// One matrix for the whole batch: a single, taller product.
		rows, cols := reshape(a, []int{core.NumElements(a.shape[:na+1]), a.shape[na+1]}), reshape(b, b.shape[nb:])
		out := product(rows, cols, []int{rows.offset}, []int{cols.offset})
		return reshape(out, slices.Concat(batch, []int{a.shape[na], b.shape[nb+1]}))
	}
	return reshape(product(a, b, batchOffsets(a, batch), batchOffsets(b, batch)), slices.Concat(batch, []int{a.shape[na], b.shape[nb+1]}))
}

// GatherMatmul multiplies matrices picked by index.
func (*Runtime) GatherMatmul(x, y, lhs, rhs core.Tensor) core.Tensor {
	a, b := x.(*tensor), y.(*tensor)
	out := product(a, b, pickedOffsets(a, lhs.(*tensor)), pickedOffsets(b, rhs.(*tensor)))
	return reshape(out, slices.Concat(lhs.Shape(), []int{a.shape[len(a.shape)-2], b.shape[len(b.shape)-1]}))
}

func reshape(t *tensor, shape []int) *tensor {
	v := *t.dense()
	v.shape, v.strides = slices.Clone(shape), core.RowStrides(shape)
	return &v
}

// batchOffsets lists where the matrices of t start for a batch shape.
func batchOffsets(t *tensor, batch []int) []int {
	n := len(t.shape) - 2
	lead := &tensor{shape: t.shape[:n], strides: t.strides[:n]}
	offs := make([]int, core.NumElements(batch))
	walk(batch, broadcastStrides(lead, batch), func(i, at int) { offs[i] = t.offset + at })
	return offs
}

// pickedOffsets lists where the matrices start that indices pick from the
// flattened batch.
func pickedOffsets(t *tensor, indices *tensor) []int {
	n := len(t.shape) - 2
	all := batchOffsets(t, t.shape[:n])
	offs := make([]int, indices.size())
	for i, v := range elems[uint32](indices.dense()) {
		offs[i] = all[v]
	}
	return offs
}

// product multiplies pairs of matrices that start at offsets; the result is
// one after the other.
func product(a, b *tensor, offA, offB []int) *tensor {
	switch a.dtype {
	case core.Float64:
		return productOf(a, b, offA, offB, native[float64](), &kernel64)
	case core.Complex64:
		return productOf(a, b, offA, offB, native[complex64](), &kernel[complex64]{4, 4, tile4[complex64]})
	default:
		return productOf(a, b, offA, offB, floatAccess(a.dtype), &kernel32)
	}
}

func productOf[C number](a, b *tensor, offA, offB []int, acc access[C], kern *kernel[C]) *tensor {
	m, k, n := a.shape[len(a.shape)-2], a.shape[len(a.shape)-1], b.shape[len(b.shape)-1]
	out := alloc(a.dtype, []int{len(offA), m, n})
	if out.size() == 0 || k == 0 {
		return out
	}
	some := func(lo, hi int) {
		res, release := borrow[C](m * n)
		defer release()
		for i := lo; i < hi; i++ {
			dst := acc.place(out, i*m*n, m*n, res)
			multiply(kern, dst, rowsOf(a, offA[i], acc), columnsOf(b, offB[i], acc), m, n, k)
			acc.store(out, i*m*n, dst)
		}
	}
	if len(offA) == 1 || m*n*k > 1<<20 { // the product itself is parallel
		some(0, len(offA))
	} else {
		parallel(len(offA), max(1, (1<<16)/(m*n*k)), some)
	}
	return out
}

// strided is an operand in memory: element p of vector v lies at
// offset + v*vector + p*depth.
type strided[C number] struct {
	t *tensor
	access[C]
	offset, vector, depth int
}

// rowsOf and columnsOf are the matrix of the last two axes at an offset as the
// left and the right operand.
func rowsOf[C number](t *tensor, offset int, a access[C]) strided[C] {
	n := len(t.shape)
	return strided[C]{t, a, offset, t.strides[n-2], t.strides[n-1]}
}

func columnsOf[C number](t *tensor, offset int, a access[C]) strided[C] {
	n := len(t.shape)
	return strided[C]{t, a, offset, t.strides[n-1], t.strides[n-2]}
}

// denseOperand has the rows of a row-major matrix as vectors of k elements.
func denseOperand[C number](elements []C, k int) strided[C] {
	return strided[C]{&tensor{data: core.AsBytes(elements)}, native[C](), 0, k, 1}
}

func (s strided[C]) panel(dst []C, width, vector, n, from, depth int, buf []C) {
	at := s.offset + vector*s.vector + from*s.depth
	if n < width {
		clear(dst)
	}
	if s.vector == 1 && s.depth != 1 {
		for p := range depth {
			copy(dst[p*width:], s.load(s.t, at+p*s.depth, 1, n, buf))
		}
		return
	}
	line := func(i, slot int) []C { return s.load(s.t, at+i*s.vector, s.depth, depth, buf[slot*depth:]) }
	i := 0
	for ; i+4 <= n; i += 4 {
		interleave(dst[i:], width, line(i, 0), line(i+1, 1), line(i+2, 2), line(i+3, 3))
	}
	for ; i < n; i++ {
		interleave(dst[i:], width, line(i, 0))
	}
}

// fewRows is how many rows are multiplied without packing the other operand, which is
// read once then.
const fewRows = 16

// multiply computes dst = a @ b for row-major dst [m, n].
func multiply[C number](kern *kernel[C], dst []C, a, b strided[C], m, n, k int) {
	switch {
	case m*n*k == 0:
		clear(dst[:m*n])
	case m <= fewRows && b.depth == 1:
		dots(dst, a, b, m, n, k, n, 1)
	case n <= fewRows && a.depth == 1:
		dots(dst, b, a, n, m, k, 1, n)
	case m <= fewRows && b.vector == 1:
		combine(dst, a, b, m, n, k)
	default:
		gemm(kern, dst, a, b, m, n, k)
	}
}

// copyTo writes m vectors of k elements, one after the other.
func (s strided[C]) copyTo(dst []C, m, k int) {
	for i := range m {
		line := dst[i*k : (i+1)*k]
		copy(line, s.load(s.t, s.offset+i*s.vector, s.depth, k, line))
	}
}

// dots multiplies m vectors of x with n of y, whose elements are contiguous,
// to dst[i*rowStride+j*colStride].
func dots[C number](dst []C, x, y strided[C], m, n, k, rowStride, colStride int) {
	rows, release := borrow[C](roundUp(m, 4) * k)
	defer release()
	x.copyTo(rows, m, k)
	clear(rows[m*k:])
	parallel(n, max(1, (1<<15)/(m*k)), func(lo, hi int) {
		var sums [4]C
		for j := lo; j < hi; j++ {
			at := y.offset + j*y.vector
			for i := 0; i < m; i += 4 {
				if m == 1 {
					sums[0] = y.dot(rows[:k], y.t, at)
				} else {
					y.fourDots(&sums, rows[i*k:], k, k, y.t, at)
				}
				for r, v := range sums[:min(4, m-i)] {
					dst[(i+r)*rowStride+j*colStride] = v
				}
			}
		}
	})
}

// combine adds up the rows of b, times elements of a. Where the columns are too few
// to split, the rows are, into parts, as many on every machine.
func combine[C number](dst []C, a, b strided[C], m, n, k int) {
	columns := max(1<<8, (1<<12)/m) // whose sums stay in the first-level cache
	rows, release := borrow[C](m * k)
	defer release()
	a.copyTo(rows, m, k)
	blocks := (n + columns - 1) / columns
	parts := min(max(1, m*n*k>>18), max(1, 16/blocks))
	sums := dst
	if parts > 1 {
		more, release := borrow[C](parts * m * n)
		defer release()
		sums = more
	}
	clear(sums[:parts*m*n])
	parallel(parts*blocks, max(1, (1<<15)*parts*blocks/(m*n*k)), func(lo, hi int) {
		for item := lo; item < hi; item++ {
			part, from := item/blocks, item%blocks*columns
			sum, end := sums[part*m*n:(part+1)*m*n], min(from+columns, n)
			last := (part + 1) * k / parts
			for p := part * k / parts; p < last; {
				step := 1
				if p+4 <= last && b.depth >= 0 { // rows that go backwards are added one by one
					step = 4
				}
				for i := range m {
					line, at := sum[i*n+from:i*n+end], b.offset+p*b.depth+from
					if step == 4 {
						b.fourAxpys(line, (*[4]C)(rows[i*k+p:]), b.t, at, b.depth)
					} else {
						b.axpy(line, rows[i*k+p], b.t, at)
					}
				}
				p += step
			}
		}
	})
	if parts == 1 {
		return
	}
	clear(dst[:m*n])
	for part := range parts {
		for i, v := range sums[part*m*n : (part+1)*m*n] {
			dst[i] += v
		}
	}
}
