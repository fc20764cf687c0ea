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
		flat := reshape(a, []int{core.NumElements(a.shape[:na+1]), a.shape[na+1]})
		out := product(flat, reshape(b, b.shape[nb:]), []int{0}, []int{0})
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
		return productOf(a, b, offA, offB, native[float64](), gemm64)
	case core.Complex64:
		return productOf(a, b, offA, offB, native[complex64](), gemmNaive[complex64])
	default:
		return productOf(a, b, offA, offB, floatAccess(a.dtype), gemm32)
	}
}

// gemm computes dst = a @ b for row-major a [m, k] and b [k, n].
type gemm[C number] func(dst []C, a, b operand[C], m, n, k int)

// operand is a matrix in memory: rows of contiguous elements, or the transpose
// of that.
type operand[C number] struct {
	data       []C
	transposed bool
}

func productOf[C number](a, b *tensor, offA, offB []int, acc access[C], mul gemm[C]) *tensor {
	m, k, n := a.shape[len(a.shape)-2], a.shape[len(a.shape)-1], b.shape[len(b.shape)-1]
	out := alloc(a.dtype, []int{len(offA), m, n})
	if out.size() == 0 || k == 0 {
		return out
	}
	one := func(i int, x, y []C, res []C) {
		dst := acc.place(out, i*m*n, m*n, res)
		mul(dst, loadMatrix(a, offA[i], acc, x), loadMatrix(b, offB[i], acc, y), m, n, k)
		acc.store(out, i*m*n, dst)
	}
	if len(offA) == 1 || m*n*k > 1<<20 { // the product itself is parallel
		x, y, res := scratch[C](m*k), scratch[C](k*n), scratch[C](m*n)
		for i := range offA {
			one(i, x, y, res)
		}
		return out
	}
	parallel(len(offA), max(1, (1<<16)/(m*n*k)), func(lo, hi int) {
		x, y, res := make([]C, m*k), make([]C, k*n), make([]C, m*n)
		for i := lo; i < hi; i++ {
			one(i, x, y, res)
		}
	})
	return out
}

// loadMatrix reads the matrix of the last two axes at an offset; buf holds it.
func loadMatrix[C number](t *tensor, off int, acc access[C], buf []C) operand[C] {
	n := len(t.shape)
	rows, cols, rs, cs := t.shape[n-2], t.shape[n-1], t.strides[n-2], t.strides[n-1]
	transposed := rs == 1 && cols > 1 && cs != 1
	if transposed {
		rows, cols, rs, cs = cols, rows, cs, rs
	}
	if cs == 1 && (rs == cols || rows == 1) {
		return operand[C]{acc.load(t, off, 1, rows*cols, buf), transposed}
	}
	for r := range rows {
		line := buf[r*cols : (r+1)*cols]
		copy(line, acc.load(t, off+r*rs, cs, cols, line))
	}
	return operand[C]{buf[:rows*cols], transposed}
}

// rowMajor returns the elements as rows x cols.
func (o operand[C]) rowMajor(rows, cols int) []C {
	if !o.transposed {
		return o.data
	}
	out := make([]C, rows*cols)
	const block = 32
	for r0 := 0; r0 < rows; r0 += block {
		for c0 := 0; c0 < cols; c0 += block {
			for c := c0; c < min(c0+block, cols); c++ {
				for r := r0; r < min(r0+block, rows); r++ {
					out[r*cols+c] = o.data[c*rows+r]
				}
			}
		}
	}
	return out
}

func gemmNaive[C number](dst []C, a, b operand[C], m, n, k int) {
	x, y := a.rowMajor(m, k), b.rowMajor(k, n)
	for i := range m {
		row := dst[i*n : (i+1)*n]
		clear(row)
		for p := range k {
			v := x[i*k+p]
			for j, w := range y[p*n : (p+1)*n] {
				row[j] += v * w
			}
		}
	}
}
