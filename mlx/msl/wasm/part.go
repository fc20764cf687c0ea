package wasm

import "github.com/zmlx/zmlx/mlx/msl/exec"

// part is a box of the threadgroups of a grid, by their positions, and of kernels
// that can be resumed some iterations of their loop.
type part struct {
	first, end exec.Dim
	from, to   int64 // iterations
}

// iterations is the axis of a part behind those of the grid.
const iterations = 3

// wholeGrid is all of a grid of threads.
func wholeGrid(grid, threadgroup exec.Dim) part {
	var p part
	for i, n := range grid {
		p.end[i] = (n + threadgroup[i] - 1) / threadgroup[i]
	}
	return p
}

func (p part) size(axis int) int64 {
	if axis == iterations {
		return p.to - p.from
	}
	return int64(p.end[axis] - p.first[axis])
}

func (p part) groups() int64 { return p.size(0) * p.size(1) * p.size(2) }

// halves cuts a part along an axis.
func (p part) halves(axis int) (a, b part) {
	a, b = p, p
	if axis == iterations {
		a.to = p.from + p.size(axis)/2
		b.from = a.to
		return a, b
	}
	middle := p.first[axis] + uint32(p.size(axis)/2)
	a.end[axis], b.first[axis] = middle, middle
	return a, b
}

// row returns where the k-th threadgroup of p is in the order of the grid, and how
// many of p follow each other from there on.
func (p part) row(grid part, k int64) (at, n int64) {
	x, y := p.size(0), p.size(1)
	at = (int64(p.first[2])+k/(x*y))*grid.size(1) + int64(p.first[1]) + k/x%y
	at = at*grid.size(0) + int64(p.first[0]) + k%x
	switch {
	case x < grid.size(0):
		return at, x - k%x
	case y < grid.size(1):
		return at, x*y - k%(x*y)
	}
	return at, p.groups() - k
}
