package host

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// rows is a walk over row-major positions of a shape for operands with strides
// of their own. Axes that all operands walk evenly are joined.
type rows struct {
	outer   []int   // lengths of all axes but the last
	length  int     // of the last axis
	strides [][]int // by operand, of outer axes
	inner   []int   // by operand, of the last axis
	start   []int   // by operand
}

// newRows walks shape; operands broadcast to it.
func newRows(shape []int, operands ...*tensor) rows {
	n := len(operands)
	r := rows{start: make([]int, n), inner: make([]int, n), strides: make([][]int, n)}
	strides, by := make([][]int, n), make([][]int, n)
	merged := append(make([]int, 0, len(shape)+1), 1)
	for i, t := range operands {
		strides[i] = broadcastStrides(t, shape)
		r.start[i] = t.offset
		by[i] = make([]int, 1, len(shape)+1)
	}
	for axis, d := range shape {
		if d == 1 {
			continue
		}
		last := len(merged) - 1
		joins := merged[last] != 1
		for i := range operands {
			joins = joins && by[i][last] == strides[i][axis]*d
		}
		switch {
		case merged[last] == 1:
			merged[last] = d
		case joins:
			merged[last] *= d
		default:
			merged = append(merged, d)
			for i := range by {
				by[i] = append(by[i], 0)
			}
			last++
		}
		for i := range by {
			by[i][last] = strides[i][axis]
		}
	}
	last := len(merged) - 1
	r.outer, r.length = merged[:last], merged[last]
	for i := range by {
		r.strides[i], r.inner[i] = by[i][:last], by[i][last]
	}
	return r
}

func broadcastStrides(t *tensor, shape []int) []int {
	out := make([]int, len(shape))
	lead := len(shape) - len(t.shape)
	for i, d := range t.shape {
		if d != 1 {
			out[lead+i] = t.strides[i]
		}
	}
	return out
}

// longest is how many positions a run has at most.
func (r rows) longest() int { return min(chunk, r.length) }

// run calls the workers with runs of at most chunk positions: at is the
// row-major position, offs and inner are where each operand stands and its
// stride.
func (r rows) run(newWorker func() func(at, n int, offs, inner []int)) {
	total := r.length * core.NumElements(r.outer)
	parallel(total, 1<<13, func(lo, hi int) {
		f := newWorker()
		row, col := lo/r.length, lo%r.length
		index := make([]int, len(r.outer))
		base := slices.Clone(r.start)
		for axis, rest := len(r.outer)-1, row; axis >= 0; axis-- {
			index[axis], rest = rest%r.outer[axis], rest/r.outer[axis]
			for i := range base {
				base[i] += index[axis] * r.strides[i][axis]
			}
		}
		offs := make([]int, len(base))
		for at := lo; at < hi; {
			n := min(chunk, r.length-col, hi-at)
			for i := range offs {
				offs[i] = base[i] + col*r.inner[i]
			}
			f(at, n, offs, r.inner)
			at, col = at+n, col+n
			if col == r.length {
				col = 0
				r.advance(index, base)
			}
		}
	})
}

// advance moves to the next row.
func (r rows) advance(index, base []int) {
	for axis := len(index) - 1; axis >= 0; axis-- {
		index[axis]++
		for i := range base {
			base[i] += r.strides[i][axis]
		}
		if index[axis] < r.outer[axis] {
			return
		}
		for i := range base {
			base[i] -= index[axis] * r.strides[i][axis]
		}
		index[axis] = 0
	}
}
