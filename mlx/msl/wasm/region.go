package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// mask says which lanes of the chunk are active: all, or those of a local.
type mask struct {
	some  bool
	local int
}

func (r *region) holds(n *node) bool { return r.lo <= n.pos && n.pos < r.hi }

// emitRegion lowers a run of nodes as a loop over chunks.
func (g *gen) emitRegion(rg *region) {
	if g.machine != nil {
		g.regionLoop(rg) // its states are segments
		return
	}
	g.f.Segment(func() { g.regionLoop(rg) })
}

func (g *gen) regionLoop(rg *region) {
	f := g.f
	regs := g.regionRegs(rg)
	// Uniform registers are computed again for every chunk, from the value
	// that they had before the region.
	saved := make([]int, len(regs.keep))
	for i, r := range regs.keep {
		saved[i] = g.temp(scalarType(g.fn.Regs[r].Kind))
		f.Get(g.loc[r][0])
		f.Set(saved[i])
	}
	masked := g.tmask >= 0 || !g.root.split && g.v.tail
	if masked {
		// What the region hands on is assigned where a chunk has active lanes.
		// wazero would carry a value for the case that none has through every
		// loop from the start of the function.
		for _, r := range regs.handed {
			g.zeroReg(r)
		}
	}
	outer, before := g.here, g.reuse
	g.region, g.pack, g.nest = rg, g.packOf(rg), nil
	g.elsewhere()
	body := func(masked bool) {
		g.cur = mask{}
		m := -1
		if masked {
			m = g.temp(wc.V128)
			if g.root.split {
				g.pushMask()
			} else {
				g.tailMask()
			}
			f.Tee(m)
			g.anyLane()
			f.If()
			if !g.v.alone {
				g.cur = mask{true, m}
			}
		}
		g.findOwn()
		for i, r := range regs.keep {
			f.Get(saved[i])
			f.Set(g.loc[r][0])
		}
		g.eachInStep(func() {
			for _, r := range regs.inputs {
				g.input(r)
			}
			for _, r := range regs.zero {
				g.zeroReg(r)
			}
		})
		g.eachInStep(func() {
			for _, r := range regs.loads {
				g.unframe(r)
			}
		})
		if !g.root.split {
			g.scopeNode(g.root)
		} else {
			g.nodes0(rg.kids)
		}
		g.eachInStep(func() {
			for _, r := range regs.stores {
				g.enframe(r)
			}
		})
		if masked {
			f.End()
			g.free(wc.V128, m)
		}
	}
	w, differs := g.wholesOf(rg)
	rows, p := g.assume(w)
	if rows == nil {
		var guards map[*node]int
		if differs {
			guards = w.guards
		}
		g.computeAhead(rg, guards)
	}
	if down := g.downRun(rg); down != nil {
		f.Get(g.actual[1])
		f.I32(3)
		f.Emit(wc.I32And, wc.I32Eqz)
		f.If()
		before := g.spent()
		g.eachDown(rg, down, body)
		g.extra -= g.spent() - before // the other side takes no less
		f.Else()
		defer f.End()
	}
	if rows != nil {
		g.eachRow(rows, p, func(next func()) {
			before := g.spent()
			if rows.atEdges {
				w.single(body, next)
				g.repeats(before, rows.copies)
				return
			}
			w.orSingle(body, next)
			g.repeats(before, (rows.copies+w.copies-1)/w.copies)
		})
	} else if differs {
		w.each(body)
	} else if copies := g.copiesOf(rg, g.v.run); copies > 1 || len(regs.stores) > 0 {
		g.eachRun(copies, func() { body(masked) })
	} else {
		g.chunksBelow(rg)(func() { body(masked) })
	}
	g.here, g.reuse = outer, before
	for i, r := range regs.keep {
		g.free(scalarType(g.fn.Regs[r].Kind), saved[i])
	}
}

// chunksBelow returns a loop over the chunks in which a region does anything:
// those with threads below a limit, if everything that it does besides
// computing stands under  if (thread < limit)  as in the steps of a reduction.
func (g *gen) chunksBelow(rg *region) func(do func()) {
	if len(rg.kids) == 0 {
		return g.eachChunk
	}
	last := rg.kids[len(rg.kids)-1]
	if g.v.alone || last.in.Op != ir.If || len(last.kids[1]) > 0 || g.jumpsOut(last) {
		return g.eachChunk
	}
	for _, n := range rg.kids[:len(rg.kids)-1] {
		if !n.in.Op.Plain() || results(n.in) == 1 && g.outside(rg, n.in.Dst) {
			return g.eachChunk
		}
	}
	d := g.origin(last.in.Args[0])
	if d == nil || d.in.Op != ir.Lt || d.in.Kind != ir.U32 {
		return g.eachChunk
	}
	p, limit := g.param[d.in.Args[0]], d.in.Args[1]
	index := p.b == ir.ThreadIndexInThreadgroup || p.b == ir.ThreadPositionInThreadgroup && p.axis == 0 && g.v.flat()
	c, known := g.consts[limit]
	if !index || !known && (g.of[limit].form != uniform || g.definedIn(rg, limit)) {
		return g.eachChunk
	}
	return func(do func()) {
		f := g.f
		all, few := g.nchunk, g.f.Local(wc.I32)
		bound := func() {
			if known {
				f.I32(int32((c + 3) / 4))
				return
			}
			f.Get(g.loc[limit][0]) // without wrapping: ceil(limit / 4)
			f.I32(2)
			f.Emit(wc.I32ShrU)
			f.Get(g.loc[limit][0])
			f.I32(3)
			f.Emit(wc.I32And)
			f.I32(0)
			f.Emit(wc.I32Ne, wc.I32Add)
		}
		bound()
		f.Set(few)
		f.Get(few, all, few, all)
		f.Emit(wc.I32LtU, wc.Select)
		f.Set(few)
		f.Get(few)
		f.If()
		g.nchunk = few
		g.eachChunk(do)
		g.nchunk = all
		f.End()
	}
}

// cells tells the address and the size of a register's values in the frame, one a chunk.
func (g *gen) cells(r ir.Reg) (address, size int) {
	switch s := g.of[r]; {
	case s.form == chunked || s.form == linear:
		return g.c8, 8
	case s.form == varying && wide(g.fn.Regs[r].Kind):
		return g.c32, 32
	}
	return g.c16, 16
}

// home is the frame offset of a register.
func (g *gen) home(r ir.Reg) int {
	at, ok := g.frame[r]
	if !ok {
		_, size := g.cells(r)
		at = g.reserve(size*g.chunks, 16)
		g.frame[r] = at
	}
	return at
}

// cell pushes the address of a register of this chunk in the frame, but for an offset.
func (g *gen) cell(r ir.Reg) (offset uint32) {
	address, size := g.cells(r)
	offset = uint32(g.home(r))
	if g.stepping != nil {
		offset += uint32(g.copy * size) // chunks that go in step have one address
	}
	g.f.Get(address)
	return offset
}

// enframe stores a register of this chunk into the frame.
func (g *gen) enframe(r ir.Reg) {
	f, l := g.f, g.loc[r]
	switch g.of[r].form {
	case chunked, linear:
		at := g.cell(r)
		f.Get(l[0])
		f.Mem(storeOp(scalarType(g.fn.Regs[r].Kind)), at)
	case widened:
		at := g.cell(r)
		f.Get(l[0])
		f.Mem(wc.I64Store, at)
		g.cell(r)
		f.Get(l[1])
		f.Mem(wc.I32Store, at+8)
	case varying:
		at := g.cell(r)
		f.Get(l[0])
		f.Mem(wc.V128Store, at)
		if wide(g.fn.Regs[r].Kind) {
			g.cell(r)
			f.Get(l[1])
			f.Mem(wc.V128Store, at+16)
		}
	}
}

// unframe loads a register of this chunk from the frame.
func (g *gen) unframe(r ir.Reg) {
	f, l := g.f, g.loc[r]
	switch g.of[r].form {
	case chunked, linear:
		f.Mem(loadOp(scalarType(g.fn.Regs[r].Kind)), g.cell(r))
		f.Set(l[0])
	case widened:
		f.Mem(wc.I64Load, g.cell(r))
		f.Set(l[0])
		f.Mem(wc.I32Load, g.cell(r)+8)
		f.Set(l[1])
	case varying:
		f.Mem(wc.V128Load, g.cell(r))
		f.Set(l[0])
		if wide(g.fn.Regs[r].Kind) {
			f.Mem(wc.V128Load, g.cell(r)+16)
			f.Set(l[1])
		}
	}
}

// framed makes a register's value for this chunk available outside of regions
// and pushes it as a vector of 32-bit lanes.
func (g *gen) framed(r ir.Reg) {
	g.fetch(r)
	g.vec(r)
}

// fetch brings a register of this chunk into its locals outside of regions.
func (g *gen) fetch(r ir.Reg) {
	if p, ok := g.param[r]; ok {
		if g.of[r].form != uniform {
			g.setInChunk(r, p)
		}
	} else if g.of[r].form != uniform {
		g.unframe(r)
	}
}

// inFrame returns the frame offset of a register's vectors.
func (g *gen) inFrame(r ir.Reg) int {
	if _, ok := g.param[r]; !ok && g.of[r].form == varying {
		return g.home(r)
	}
	f := g.f
	if wide(g.fn.Regs[r].Kind) {
		at := g.reserve(32*g.chunks, 16)
		g.eachChunk(func() {
			g.fetch(r)
			for h := range 2 {
				f.Get(g.c32)
				g.half(r, h)
				f.Mem(wc.V128Store, uint32(at+16*h))
			}
		})
		return at
	}
	at := g.reserve(16*g.chunks, 16)
	g.eachChunk(func() {
		f.Get(g.c16)
		g.framed(r)
		f.Mem(wc.V128Store, uint32(at))
	})
	return at
}

func (g *gen) zeroReg(r ir.Reg) {
	f := g.f
	for i, l := range g.loc[r] {
		switch s := g.of[r].form; {
		case i == 1 && s != widened && !(s == varying && wide(g.fn.Regs[r].Kind)):
			return
		case s == varying:
			f.V128([16]byte{})
		case s == widened && i == 1 || scalarType(g.fn.Regs[r].Kind) == wc.I32:
			f.I32(0)
		case scalarType(g.fn.Regs[r].Kind) == wc.I64:
			f.I64(0)
		default:
			f.F32(0)
		}
		f.Set(l)
	}
}

func storeOp(t wc.Type) wc.Op {
	switch t {
	case wc.I64:
		return wc.I64Store
	case wc.F32:
		return wc.F32Store
	}
	return wc.I32Store
}

func loadOp(t wc.Type) wc.Op {
	switch t {
	case wc.I64:
		return wc.I64Load
	case wc.F32:
		return wc.F32Load
	}
	return wc.I32Load
}
