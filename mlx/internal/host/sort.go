package host

import (
	"math"
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
		sortRows(out, m, native[uint8](), unsignedKey[uint8])
	case core.Uint16:
		sortRows(out, m, native[uint16](), unsignedKey[uint16])
	case core.Uint32:
		sortRows(out, m, native[uint32](), unsignedKey[uint32])
	case core.Uint64:
		sortRowsFunc(out, m, native[uint64](), order)
	case core.Int8:
		sortRows(out, m, native[int8](), signedKey[int8])
	case core.Int16:
		sortRows(out, m, native[int16](), signedKey[int16])
	case core.Int32:
		sortRows(out, m, native[int32](), signedKey[int32])
	case core.Int64:
		sortRowsFunc(out, m, native[int64](), order)
	case core.Float64:
		sortRowsFunc(out, m, native[float64](), order)
	case core.Complex64:
		sortRowsFunc(out, m, native[complex64](), complexOrder)
	default:
		sortRows(out, m, floatAccess(t.dtype), floatKey)
	}
	return back(out)
}

// sortRows and argSortRows sort by keys, of which equal elements have the same.
func sortRows[C number](out *tensor, m matrix, a access[C], key func(C) uint32) {
	orderRows(m, a, key, func() func(r int, row []C, order []uint64) {
		res := make([]C, m.cols)
		return func(r int, row []C, order []uint64) {
			dst := a.place(out, r*m.cols, m.cols, res)
			for i, item := range order {
				dst[i] = row[uint32(item)]
			}
			a.store(out, r*m.cols, dst)
		}
	})
}

func argSortRows[C number](dst []uint32, m matrix, a access[C], key func(C) uint32) {
	orderRows(m, a, key, func() func(r int, row []C, order []uint64) {
		return func(r int, _ []C, order []uint64) {
			for i, item := range order {
				dst[r*m.cols+i] = uint32(item)
			}
		}
	})
}

// orderRows calls the workers with each row and the places of its elements in order,
// each below its key.
func orderRows[C number](m matrix, a access[C], key func(C) uint32, newWorker func() func(r int, row []C, order []uint64)) {
	parallel(m.rows, max(1, (1<<11)/max(m.cols, 1)), func(lo, hi int) {
		buf, items, spare, use := make([]C, m.cols), make([]uint64, m.cols), make([]uint64, m.cols), newWorker()
		for r := lo; r < hi; r++ {
			row := loadRow(m, a, r, buf)
			for i, v := range row {
				items[i] = uint64(key(v))<<32 | uint64(i)
			}
			use(r, row, sortItems(items, spare))
		}
	})
}

// sortItems sorts keys, which are the upper halves, with what is below them in order,
// and returns the result in one of the two slices.
func sortItems(items, spare []uint64) []uint64 {
	const digit, buckets = 11, 1 << 11
	if len(items) < buckets/4 {
		slices.Sort(items)
		return items
	}
	var counts [3][buckets]uint32
	for _, v := range items {
		counts[0][v>>32%buckets]++
		counts[1][v>>(32+digit)%buckets]++
		counts[2][v>>(32+2*digit)]++
	}
	for d := range counts {
		shift, at := 32+d*digit, uint32(0)
		next := &counts[d]
		if next[items[0]>>shift%buckets] == uint32(len(items)) {
			continue // all have the same digit
		}
		for i, n := range next {
			next[i], at = at, at+n
		}
		for _, v := range items {
			place := &next[v>>shift%buckets]
			spare[*place] = v
			*place++
		}
		items, spare = spare, items
	}
	return items
}

func unsignedKey[C uint8 | uint16 | uint32](v C) uint32 { return uint32(v) }

func signedKey[C int8 | int16 | int32](v C) uint32 { return uint32(int32(v)) ^ 1<<31 }

// floatKey puts NaN last and takes both zeros for the same.
func floatKey(v float32) uint32 {
	b := math.Float32bits(v)
	switch {
	case v != v:
		return math.MaxUint32
	case v == 0:
		return 1 << 31
	case b>>31 == 1:
		return ^b
	default:
		return b | 1<<31
	}
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
		argSortRows(dst, m, native[uint8](), unsignedKey[uint8])
	case core.Uint16:
		argSortRows(dst, m, native[uint16](), unsignedKey[uint16])
	case core.Uint32:
		argSortRows(dst, m, native[uint32](), unsignedKey[uint32])
	case core.Uint64:
		argSortRowsFunc(dst, m, native[uint64](), order)
	case core.Int8:
		argSortRows(dst, m, native[int8](), signedKey[int8])
	case core.Int16:
		argSortRows(dst, m, native[int16](), signedKey[int16])
	case core.Int32:
		argSortRows(dst, m, native[int32](), signedKey[int32])
	case core.Int64:
		argSortRowsFunc(dst, m, native[int64](), order)
	case core.Float64:
		argSortRowsFunc(dst, m, native[float64](), order)
	case core.Complex64:
		argSortRowsFunc(dst, m, native[complex64](), complexOrder)
	default:
		argSortRows(dst, m, floatAccess(t.dtype), floatKey)
	}
	return back(out)
}

func argSortRowsFunc[C number](dst []uint32, m matrix, a access[C], cmp func(a, b C) int) {
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
