package interp

import (
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// geometry is the shape of a launch.
type geometry struct {
	grid, tg exec.Dim // threads of the grid and of a full threadgroup
	groups   exec.Dim
	total    int64 // threadgroups
	full     int   // threads of a full threadgroup
}

// newGeometry is that of a launch that was checked.
func newGeometry(l exec.Launch) geometry {
	g := geometry{grid: l.Grid, tg: l.Threadgroup, total: 1, full: 1}
	for d := range 3 {
		g.full *= int(g.tg[d])
		g.groups[d] = uint32((uint64(g.grid[d]) + uint64(g.tg[d]) - 1) / uint64(g.tg[d]))
		g.total *= int64(g.groups[d])
	}
	return g
}

// place is one threadgroup in its grid.
type place struct {
	index int64    // linear
	pos   exec.Dim // threadgroup_position_in_grid
	size  exec.Dim // threads, smaller at the edge of the grid
	n     int      // product of size
}

func (g *geometry) place(i int64) place {
	p := place{index: i, n: 1}
	x, y := int64(g.groups[0]), int64(g.groups[1])
	p.pos = exec.Dim{uint32(i % x), uint32(i / x % y), uint32(i / x / y)}
	for d := range 3 {
		p.size[d] = min(g.tg[d], g.grid[d]-p.pos[d]*g.tg[d])
		p.n *= int(p.size[d])
	}
	return p
}

// local returns thread_position_in_threadgroup of a lane.
func (p *place) local(lane int) exec.Dim {
	x, y := int(p.size[0]), int(p.size[1])
	return exec.Dim{uint32(lane % x), uint32(lane / x % y), uint32(lane / x / y)}
}

// thread returns thread_position_in_grid of a lane.
func (g *geometry) thread(p *place, lane int) exec.Dim {
	t := p.local(lane)
	for d := range 3 {
		t[d] += p.pos[d] * g.tg[d]
	}
	return t
}

// builtin returns the value of a kernel input for a lane; scalars are in the
// first component.
func (g *geometry) builtin(b ir.Builtin, p *place, lane int) exec.Dim {
	scalar := func(n int) exec.Dim { return exec.Dim{uint32(n)} }
	switch b {
	case ir.ThreadPositionInGrid:
		return g.thread(p, lane)
	case ir.ThreadPositionInThreadgroup:
		return p.local(lane)
	case ir.ThreadgroupPositionInGrid:
		return p.pos
	case ir.ThreadIndexInThreadgroup:
		return scalar(lane)
	case ir.ThreadIndexInSimdgroup:
		return scalar(lane % 32)
	case ir.ThreadIndexInQuadgroup:
		return scalar(lane % 4)
	case ir.SimdgroupIndexInThreadgroup:
		return scalar(lane / 32)
	case ir.QuadgroupIndexInThreadgroup:
		return scalar(lane / 4)
	case ir.ThreadsPerGrid, ir.GridSize:
		return g.grid
	case ir.ThreadsPerThreadgroup:
		return p.size
	case ir.DispatchThreadsPerThreadgroup:
		return g.tg
	case ir.ThreadgroupsPerGrid:
		return g.groups
	case ir.SimdgroupsPerThreadgroup:
		return scalar((p.n + 31) / 32)
	case ir.DispatchSimdgroupsPerThreadgroup:
		return scalar((g.full + 31) / 32)
	case ir.QuadgroupsPerThreadgroup:
		return scalar((p.n + 3) / 4)
	case ir.DispatchQuadgroupsPerThreadgroup:
		return scalar((g.full + 3) / 4)
	case ir.ThreadsPerSimdgroup:
		return scalar(32)
	}
	return exec.Dim{} // GridOrigin
}
