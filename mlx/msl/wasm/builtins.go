package wasm

import (
	"math/bits"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// maxGrid bounds each axis of a grid that this executor takes.
const maxGrid = 1 << 30

// The code counts the instructions that it runs, by loops. After fuel of them,
// well within a millisecond, it calls the host, which may be waiting for the
// processor or have cancelled the launch. A threadgroup that has repeated loops
// loopLimit times, by chunk, traps: within about a second if the loop is
// endless.
const (
	fuel      = 1<<20 - 3
	loopLimit = 1 << 28
)

// flat reports whether threadgroups are one-dimensional.
func (v variant) flat() bool { return v.tg[1] == 1 && v.tg[2] == 1 }

// builtinShape is the shape of one component of a builtin and the largest
// value that it takes.
func (g *gen) builtinShape(b ir.Builtin, axis int) (shape, uint64) {
	uni := shape{form: uniform}
	one := shape{form: linear, stride: 1, quad: true}
	threads := uint64(g.max - 1)
	if g.v.alone {
		one = shape{form: chunked}
	}
	switch b {
	case ir.ThreadIndexInThreadgroup:
		return one, threads
	case ir.ThreadIndexInSimdgroup:
		return one, 31
	case ir.ThreadIndexInQuadgroup:
		return one, 3
	case ir.SimdgroupIndexInThreadgroup, ir.QuadgroupIndexInThreadgroup:
		return shape{form: chunked}, threads
	case ir.ThreadPositionInGrid, ir.ThreadPositionInThreadgroup:
		top := uint64(maxGrid)
		if b == ir.ThreadPositionInThreadgroup {
			top = uint64(g.v.tg[axis]) - 1
		}
		one.quad = one.form == linear && (b == ir.ThreadPositionInThreadgroup || g.v.tg[0]%4 == 0)
		switch {
		case axis > 0 && g.v.tg[axis] == 1:
			return uni, top
		case g.v.flat() || g.v.aligned && axis == 0:
			return one, top
		case g.v.aligned:
			return shape{form: chunked}, top
		}
		return shape{form: varying}, top
	}
	return uni, maxGrid
}

// setUniform computes a builtin that all threads of the group share.
func (g *gen) setUniform(r ir.Reg, p builtinParam) {
	f := g.f
	dispatched := int32(g.max)
	switch p.b {
	case ir.ThreadPositionInGrid, ir.ThreadgroupPositionInGrid:
		f.Get(g.pos[p.axis])
	case ir.ThreadPositionInThreadgroup, ir.GridOrigin:
		f.I32(0)
	case ir.ThreadsPerGrid, ir.GridSize:
		f.Get(g.dims[p.axis])
	case ir.ThreadsPerThreadgroup:
		f.Get(g.actual[p.axis])
	case ir.DispatchThreadsPerThreadgroup:
		f.I32(int32(g.v.tg[p.axis]))
	case ir.ThreadgroupsPerGrid:
		f.Get(g.ctx)
		f.Mem(wc.I32Load, uint32(ctxGroups+4*p.axis))
	case ir.SimdgroupsPerThreadgroup:
		g.ceilShift(g.threads, 5)
	case ir.QuadgroupsPerThreadgroup:
		g.ceilShift(g.threads, 2)
	case ir.DispatchSimdgroupsPerThreadgroup:
		f.I32((dispatched + 31) / 32)
	case ir.DispatchQuadgroupsPerThreadgroup:
		f.I32((dispatched + 3) / 4)
	case ir.ThreadsPerSimdgroup:
		f.I32(32)
	default:
		panic(unsupported{"builtin"})
	}
	f.Set(g.loc[r][0])
}

func (g *gen) ceilShift(local int, shift int32) {
	g.f.Get(local)
	g.f.I32(1<<shift - 1)
	g.f.Emit(wc.I32Add)
	g.f.I32(shift)
	g.f.Emit(wc.I32ShrU)
}

// setInChunk sets the register of a builtin at the start of a chunk.
func (g *gen) setInChunk(r ir.Reg, p builtinParam) {
	g.inChunk(p)
	g.f.Set(g.loc[r][0])
	g.spreadOut(r)
}

// inChunk pushes a builtin for a chunk.
func (g *gen) inChunk(p builtinParam) {
	f := g.f
	first := g.firstThread
	groupOf := func(size int) { // of so many threads
		f.Get(g.chunk)
		if by := bits.TrailingZeros(uint(size / g.v.lanes())); by > 0 {
			f.I32(int32(by))
			f.Emit(wc.I32ShrU)
		}
	}
	switch p.b {
	case ir.ThreadIndexInThreadgroup:
		first()
	case ir.ThreadIndexInSimdgroup:
		first()
		f.I32(31)
		f.Emit(wc.I32And)
	case ir.ThreadIndexInQuadgroup:
		if !g.v.alone {
			f.I32(0)
			break
		}
		first()
		f.I32(3)
		f.Emit(wc.I32And)
	case ir.SimdgroupIndexInThreadgroup:
		groupOf(32)
	case ir.QuadgroupIndexInThreadgroup:
		groupOf(4)
	default:
		g.position(p)
	}
}

// firstThread pushes the index of a chunk's first thread.
func (g *gen) firstThread() {
	g.f.Get(g.chunk)
	if !g.v.alone {
		g.f.I32(2)
		g.f.Emit(wc.I32Shl)
	}
}

// position pushes the position of a chunk's threads along an axis: in the
// threadgroup, or in the grid.
func (g *gen) position(p builtinParam) {
	f := g.f
	grid := p.b == ir.ThreadPositionInGrid
	if g.v.flat() {
		g.firstThread()
	} else {
		// Tables hold x, y and z of every thread of the group.
		f.Get(g.tables, g.chunk)
		f.I32(int32(bits.TrailingZeros(uint(4 * g.v.lanes()))))
		f.Emit(wc.I32Shl, wc.I32Add)
		if axis := uint32(p.axis * g.chunks * 4 * g.v.lanes()); g.v.aligned {
			f.Mem(wc.I32Load, axis)
		} else {
			f.Mem(wc.V128Load, axis)
		}
	}
	if !grid {
		return
	}
	f.Get(g.first[p.axis])
	if g.v.flat() || g.v.aligned {
		f.Emit(wc.I32Add)
	} else {
		f.Emit(wc.I32x4Splat, wc.I32x4Add)
	}
}

// main emits the function: a loop over threadgroups around the body.
func (g *gen) main() {
	f := g.f
	local := func() int { return f.Local(wc.I32) }
	for i := range 3 {
		g.dims[i], g.pos[i], g.actual[i], g.first[i] = local(), local(), local(), local()
	}
	g.threads, g.nchunk, g.chunk = local(), local(), local()
	if g.ownEnd > 0 {
		g.own = local()
	}
	g.c8, g.c16, g.c32, g.tables, g.databyte = local(), local(), local(), local(), local()
	g.fuel = local()
	for i := range 3 {
		f.Get(g.ctx)
		f.Mem(wc.I32Load, uint32(ctxGrid+4*i))
		f.Set(g.dims[i])
	}
	i, n := 0, 0
	for a := range g.entry.Args {
		arg := &g.entry.Args[a]
		if arg.Kind == ir.ArgBuffer {
			r := g.roots[g.fn.Params[i]]
			f.Get(g.ctx)
			f.Mem(wc.I32Load, uint32(ctxBuffers+ctxBuffer*n))
			f.Set(r.base)
			f.Get(g.ctx)
			f.Mem(wc.I64Load, uint32(ctxBuffers+ctxBuffer*n+8))
			f.Set(r.size)
			if r.shadow != nil {
				f.Get(g.ctx)
				f.Mem(wc.I32Load, uint32(ctxBuffers+ctxBuffer*n+4))
				f.Set(r.shadow.base)
			}
			n++
		}
		i += arg.Params()
	}
	// The block of constant data follows the buffers.
	f.Get(g.ctx)
	f.Mem(wc.I32Load, uint32(ctxBuffers+ctxBuffer*n))
	f.Set(g.databyte)
	if g.numberTable != 0 {
		f.Get(g.ctx)
		f.Mem(wc.I32Load, uint32(ctxBuffers+ctxBuffer*n+4))
		f.Set(g.numberTable)
	}
	g.prologue = f.Size()

	f.I32(fuel)
	f.Set(g.fuel)
	end := f.Block()
	f.Get(g.group, g.last)
	f.Emit(wc.I32GeU)
	f.BrIf(end)
	groups := g.firstGroup()
	again := g.startLoop(false)
	f.Get(g.group, g.last)
	f.Emit(wc.I32GeU)
	f.BrIf(end)
	f.Get(g.area, g.area)
	f.Mem(wc.I32Load, areaLimit)
	f.Mem(wc.I32Store, areaLeft)
	g.groupStart()
	g.body()
	g.nextGroup(groups)
	again()
	f.End()
	g.noteStrayed()
	g.reportMisaligned()
}

// firstGroup finds the position of the first threadgroup of a call, and how many
// there are along x and y.
func (g *gen) firstGroup() (groups [2]int) {
	f := g.f
	rest := g.temp(wc.I32)
	f.Get(g.group)
	f.Set(rest)
	for i := range groups {
		groups[i] = f.Local(wc.I32)
		f.Get(rest, g.ctx)
		f.Mem(wc.I32Load, uint32(ctxGroups+4*i))
		f.Tee(groups[i])
		f.Emit(wc.I32RemU)
		f.Set(g.pos[i])
		f.Get(rest, groups[i])
		f.Emit(wc.I32DivU)
		f.Set(rest)
	}
	f.Get(rest)
	f.Set(g.pos[2])
	g.free(wc.I32, rest)
	return groups
}

// nextGroup goes on to the threadgroup behind, without the divisions, which take
// longer than a small threadgroup.
func (g *gen) nextGroup(groups [2]int) {
	f := g.f
	add := func(local int) {
		f.Get(local)
		f.I32(1)
		f.Emit(wc.I32Add)
		f.Set(local)
	}
	add(g.group)
	add(g.pos[0])
	for i := range groups {
		f.Get(g.pos[i], groups[i])
		f.Emit(wc.I32Eq)
		f.If()
		f.I32(0)
		f.Set(g.pos[i])
		add(g.pos[i+1])
	}
	f.End()
	f.End()
}

// groupStart finds the size of the threadgroup and sets what is uniform in it.
func (g *gen) groupStart() {
	f := g.f
	for i := range 3 {
		// actual = min(tg, grid - pos*tg)
		left := g.temp(wc.I32)
		f.Get(g.dims[i], g.pos[i])
		f.I32(int32(g.v.tg[i]))
		f.Emit(wc.I32Mul)
		f.Tee(g.first[i])
		f.Emit(wc.I32Sub)
		f.Tee(left)
		f.I32(int32(g.v.tg[i]))
		f.Get(left)
		f.I32(int32(g.v.tg[i]))
		f.Emit(wc.I32LtU, wc.Select)
		f.Set(g.actual[i])
		g.free(wc.I32, left)
	}
	f.Get(g.actual[0], g.actual[1])
	f.Emit(wc.I32Mul)
	f.Get(g.actual[2])
	f.Emit(wc.I32Mul)
	f.Set(g.threads)
	if g.padded {
		g.ceilShift(g.actual[0], 2)
		f.Get(g.actual[1])
		f.Emit(wc.I32Mul)
		f.Get(g.actual[2])
		f.Emit(wc.I32Mul)
	} else if g.v.alone {
		f.Get(g.threads)
	} else {
		g.ceilShift(g.threads, 2)
	}
	f.Set(g.nchunk)
	if !g.v.flat() {
		f.Get(g.ctx)
		for i := range 3 {
			f.Get(g.actual[i])
			f.I32(int32(g.v.tg[i]))
			f.Emit(wc.I32LtU)
			f.I32(int32(2 + i))
			f.Emit(wc.I32Shl, wc.I32Add)
		}
		f.Mem(wc.I32Load, ctxTables)
		f.Set(g.tables)
	}
	for _, r := range g.fn.Params {
		if p, ok := g.param[r]; ok && g.of[r].form == uniform && len(g.refs[r]) > 0 {
			g.setUniform(r, p)
		}
	}
	for i, r := range g.fn.Params {
		if g.roots[r] != nil && len(g.refs[r]) > 0 {
			f.I64(0)
			f.Set(g.loc[g.fn.Params[i]][0])
		}
	}
}
