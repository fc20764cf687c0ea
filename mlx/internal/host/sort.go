package host

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Sort orders along an axis, NaN last.
func (*Runtime) Sort(x core.Tensor, axis int) core.Tensor {
	t := x.(*tensor)
	m, back := lastRows(t, axis)
	out := alloc(t.dtype, m.shape)
	switch t.dtype {
	case core.Bool, core.Uint8:
		sortRows(out, m, native[uint8]())
	case core.Uint16:
		sortRows(out, m, native[uint16]())
	case core.Uint32:
		sortRows(out, m, native[uint32]())
	case core.Uint64:
		sortRows(out, m, native[uint64]())
	case core.Int8:
		sortRows(out, m, native[int8]())
	case core.Int16:
		sortRows(out, m, native[int16]())
	case core.Int32:
		sortRows(out, m, native[int32]())
	case core.Int64:
		sortRows(out, m, native[int64]())
	case core.Float64:
		sortRows(out, m, native[float64]())
	case core.Complex64:
		sortRowsFunc(out, m, native[complex64](), complexOrder)
	default:
		sortRows(out, m, floatAccess(t.dtype))
	}
	return back(out)
}

func sortRows[C integer | float](out *tensor, m matrix, a access[C]) {
	sortRowsFunc(out, m, a, order[C])
}

func sortRowsFunc[C number](out *tensor, m matrix, a access[C], cmp func(a, b C) int) {
	parallel(m.rows, max(1, (1<<11)/max(m.cols, 1)), func(lo, hi int) {
		buf, res := make([]C, m.cols), make([]C, m.cols)
		for r := lo; r < hi; r++ {
			dst := a.place(out, r*m.cols, m.cols, res)
			copy(dst, loadRow(m, a, r, buf))
			slices.SortStableFunc(dst, cmp)
			a.store(out, r*m.cols, dst)
		}
	})
}

func complexOrder(a, b complex64) int {
	switch {
	case complexLess(a, b):
		return -1
	case complexLess(b, a):
		return 1
	default:
		return 0
	}
}

// ArgSort gives the indices that sort; equal elements keep their order.
func (*Runtime) ArgSort(x core.Tensor, axis int) core.Tensor {
	t := x.(*tensor)
	m, back := lastRows(t, axis)
	out := alloc(core.Uint32, m.shape)
	dst := elems[uint32](out)
	switch t.dtype {
	case core.Bool, core.Uint8:
		argSortRows(dst, m, native[uint8](), order)
	case core.Uint16:
		argSortRows(dst, m, native[uint16](), order)
	case core.Uint32:
		argSortRows(dst, m, native[uint32](), order)
	case core.Uint64:
		argSortRows(dst, m, native[uint64](), order)
	case core.Int8:
		argSortRows(dst, m, native[int8](), order)
	case core.Int16:
		argSortRows(dst, m, native[int16](), order)
	case core.Int32:
		argSortRows(dst, m, native[int32](), order)
	case core.Int64:
		argSortRows(dst, m, native[int64](), order)
	case core.Float64:
		argSortRows(dst, m, native[float64](), order)
	case core.Complex64:
		argSortRows(dst, m, native[complex64](), complexOrder)
	default:
		argSortRows(dst, m, floatAccess(t.dtype), order)
	}
	return back(out)
}

func argSortRows[C number](dst []uint32, m matrix, a access[C], cmp func(a, b C) int) {
	parallel(m.rows, max(1, (1<<11)/max(m.cols, 1)), func(lo, hi int) {
		buf := make([]C, m.cols)
		for r := lo; r < hi; r++ {
			row := loadRow(m, a, r, buf)
			idx := dst[r*m.cols : (r+1)*m.cols]
			for i := range idx {
				idx[i] = uint32(i)
			}
			slices.SortStableFunc(idx, func(i, j uint32) int { return cmp(row[i], row[j]) })
		}
	})
}

// Partition sorts, which is a partition at every place.
func (rt *Runtime) Partition(x core.Tensor, _, axis int) core.Tensor { return rt.Sort(x, axis) }

// ArgPartition sorts, which is a partition at every place.
func (rt *Runtime) ArgPartition(x core.Tensor, _, axis int) core.Tensor { return rt.ArgSort(x, axis) }
