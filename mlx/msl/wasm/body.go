package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// A kernel in which threads meet is lowered on two levels. At threadgroup
// level, control flow is that of the whole group and the lanes that take part
// are vectors in the frame, one a chunk. Between two meetings stands a region:
// a loop over the chunks that runs straight vector code.

// maskSlots are the frame offsets of a construct's masks; -1 if it has none.
type maskSlots struct{ live, iter int }

// scope is an open construct, or an arm of an If under a mask: the labels that
// jumps need, and the lanes that are still in it and in its iteration: locals in
// regions, frame offsets elsewhere.
type scope struct {
	n          *node
	brk, cont  wc.Label
	live, iter int
}

// region is a maximal run of nodes in which no threads meet.
type region struct {
	kids   []*node
	parent *node
	lo, hi int // positions
}

// body lowers the whole function.
func (g *gen) body() {
	g.initial()
	if !g.root.split {
		g.emitRegion(&region{kids: g.root.kids[0], parent: g.root, lo: 1, hi: g.root.end})
		return
	}
	g.tmask = -1
	if g.v.tail || g.root.masked {
		slot := g.slot(g.root).live
		g.eachChunk(func() {
			g.f.Get(g.c16)
			g.tailMask()
			g.f.Mem(wc.V128Store, uint32(slot))
		})
		g.tmask = slot
	}
	g.f.Block()
	end := g.f.Block() // Return leaves it
	g.nest = append(g.nest, &scope{n: g.root, brk: end})
	g.groupBlock(g.root, g.root.kids[0])
	g.nest = g.nest[:0]
	g.f.End()
	g.f.End()
}

// initial gives registers that may be read before they are assigned the value
// zero, as interp does.
func (g *gen) initial() {
	f := g.f
	seen := map[*root]bool{}
	for _, r := range g.roots {
		// Memory starts as 0xff bytes: NaN in every float type.
		if r == nil || seen[r] || r.data || r.space != ir.Threadgroup && r.space != ir.Thread || r.bytes == 0 {
			continue
		}
		seen[r] = true
		n := r.bytes
		if r.space == ir.Thread {
			n = (n + 7) / 8 * 2 * int(g.rowBytes())
			if g.v.alone {
				continue // see fillOwn
			}
		}
		g.pushBase(r)
		f.I32(0xff)
		f.I32(int32(n))
		f.Emit(wc.MemoryFill)
	}
	if g.root.split && g.ownEnd > 0 {
		g.eachChunk(func() {
			g.findOwn()
			g.fillOwn()
		})
	}
	whole := &region{lo: 1, hi: g.root.end}
	var framed []ir.Reg
	for _, r := range g.regsOf(whole) {
		if _, ok := g.param[r]; ok || g.roots[r] != nil || !g.exposed(whole, r) {
			continue
		}
		if g.of[r].form == uniform {
			g.zeroReg(r)
		} else {
			framed = append(framed, r)
		}
	}
	if !g.root.split || len(framed) == 0 {
		return // regions zero what they need themselves
	}
	g.eachChunk(func() {
		for _, r := range framed {
			g.zeroReg(r)
			g.enframe(r)
		}
	})
}

// slot gives a construct its masks in the frame.
func (g *gen) slot(n *node) *maskSlots {
	s := g.slots[n]
	if s == nil {
		s = &maskSlots{live: g.reserve(g.chunks*16, 16), iter: -1}
		if n.uneven {
			s.iter = g.reserve(g.chunks*16, 16)
		}
		g.slots[n] = s
	}
	return s
}

// tailMask pushes the mask of the lanes of a chunk that exist.
func (g *gen) tailMask() {
	f := g.f
	if !g.v.tail {
		f.V128(splat32(^uint32(0)))
		return
	}
	first, threads := builtinParam{b: ir.ThreadPositionInThreadgroup}, g.actual[0]
	if !g.padded {
		first, threads = builtinParam{b: ir.ThreadIndexInThreadgroup}, g.threads
	}
	g.inChunk(first)
	f.Emit(wc.I32x4Splat)
	f.V128(iota32(1))
	f.Emit(wc.I32x4Add)
	f.Get(threads)
	f.Emit(wc.I32x4Splat, wc.I32x4LtU)
}

// eachChunk emits a loop over the chunks of the threadgroup with g.chunk and
// the frame addresses set.
func (g *gen) eachChunk(do func()) { g.eachRun(1, do) }

// eachRun is eachChunk with several copies of the code in the loop.
func (g *gen) eachRun(copies int, do func()) {
	g.chunkLoop(copies, func(_ int, next func()) { g.runOf(copies, do, next) })
}

// runOf emits code for so many chunks that follow each other.
func (g *gen) runOf(copies int, do, next func()) {
	g.copies = copies
	end := g.startInStep()
	if g.stepping != nil {
		do()
		for g.copy = range copies {
			next()
		}
	} else {
		for g.copy = range copies {
			do()
			next()
		}
	}
	end()
	g.copies, g.copy = 1, 0
}

// chunkLoop emits a loop over the chunks of the threadgroup, so many at once
// most of the time. What is emitted for a chunk calls next at its end; of the
// first one that holds all that may need the address of the frame. A run begins
// with the chunk that the local first holds.
func (g *gen) chunkLoop(copies int, emit func(first int, next func())) {
	f := g.f
	f.I32(0)
	f.Set(g.chunk)
	start := f.Size() - g.hoisted
	top := f.Loop()
	run := f.Local(wc.I32)
	f.Get(g.chunk)
	f.Set(run)
	before := g.spent()
	var used []frameAddress // only those that are used are kept up
	all := true
	emit(run, func() {
		for _, c := range g.frameAddresses() {
			if all && f.Uses(start+g.hoisted, c.local) {
				used = append(used, c)
			}
		}
		all = false
		for _, c := range used {
			f.Get(c.local)
			f.I32(1 << c.shift)
			f.Emit(wc.I32Add)
			f.Set(c.local)
		}
		f.Get(run) // not the chunk before, so that a run waits for one addition
		f.I32(int32(g.copy + 1))
		f.Emit(wc.I32Add)
		f.Set(g.chunk)
	})
	g.repeats(before, (g.chunks+copies-1)/copies)
	f.Get(g.chunk, g.nchunk)
	f.Emit(wc.I32LtU)
	f.BrIf(top)
	f.End()
	f.Insert(start+g.hoisted, func() {
		for _, c := range used {
			f.Get(g.area)
			f.Set(c.local)
		}
	})
}

// frameAddress is a local that holds area + chunk<<shift.
type frameAddress struct {
	local int
	shift int32
}

func (g *gen) frameAddresses() [3]frameAddress {
	return [3]frameAddress{{g.c8, 3}, {g.c16, 4}, {g.c32, 5}}
}

// pushMask pushes the mask in force at threadgroup level for this chunk.
func (g *gen) pushMask() {
	if g.tmask < 0 {
		g.f.V128(splat32(^uint32(0)))
		return
	}
	g.f.Get(g.c16)
	g.f.Mem(wc.V128Load, uint32(g.tmask))
}

// maskedHere reports whether some lanes of a chunk may be inactive here; they
// include those that do not exist.
func (g *gen) maskedHere() bool { return g.tmask >= 0 }

// combine stores the mask that push gives for every chunk.
func (g *gen) combine(dst int, push func()) {
	g.eachChunk(func() {
		g.f.Get(g.c16)
		push()
		g.f.Mem(wc.V128Store, uint32(dst))
	})
}

// anyActive pushes whether any lane of a mask slot is set.
func (g *gen) anyActive(slot int) {
	f := g.f
	acc := g.temp(wc.V128)
	f.V128([16]byte{})
	f.Set(acc)
	g.eachChunk(func() {
		f.Get(acc, g.c16)
		f.Mem(wc.V128Load, uint32(slot))
		f.Emit(wc.V128Or)
		f.Set(acc)
	})
	f.Get(acc)
	g.anyLane()
	g.free(wc.V128, acc)
}

// groupBlock lowers a block that holds meeting points.
func (g *gen) groupBlock(parent *node, kids []*node) {
	for i := 0; i < len(kids); {
		n := kids[i]
		if !n.split {
			j := i
			for j < len(kids) && !kids[j].split {
				j++
			}
			g.emitRegion(&region{kids: kids[i:j], parent: parent, lo: n.pos, hi: kids[j-1].end})
			i = j
			continue
		}
		g.groupNode(n)
		i++
	}
}

func (g *gen) groupNode(n *node) {
	g.from(n)
	switch n.in.Op {
	case ir.If:
		g.groupIf(n)
	case ir.Loop:
		g.groupLoop(n)
	case ir.Scope:
		g.groupScope(n)
	case ir.Break, ir.Continue, ir.Return, ir.Unreachable:
		g.groupJump(n)
	case ir.Barrier:
		g.barrier(n)
	case ir.MatrixLoad, ir.MatrixStore, ir.MatrixMMA:
		g.matrix(n)
	case ir.Print:
		g.print(n)
	default:
		g.simd(n)
	}
}

func (g *gen) groupIf(n *node) {
	f := g.f
	cond := n.in.Args[0]
	if n.level == together {
		f.Get(g.loc[cond][0])
		f.If()
		g.groupBlock(n, n.kids[0])
		if len(n.kids[1]) > 0 {
			f.Else()
			g.groupBlock(n, n.kids[1])
		}
		f.End()
		g.groupAfterJumps(n)
		return
	}
	outer := g.tmask
	s := g.slots[n]
	if s == nil {
		s = &maskSlots{live: g.reserve(g.chunks*16, 16), iter: g.reserve(g.chunks*16, 16)}
		g.slots[n] = s
	}
	g.combine(s.live, func() {
		g.framed(cond)
		g.pushMask()
		f.Emit(wc.V128And)
	})
	if len(n.kids[1]) > 0 {
		g.combine(s.iter, func() {
			g.pushMask()
			g.framed(cond)
			f.Emit(wc.V128Andnot)
		})
	}
	for arm, slot := range []int{s.live, s.iter} {
		if len(n.kids[arm]) == 0 {
			continue
		}
		g.anyActive(slot)
		g.nest = append(g.nest, &scope{n: n, brk: f.If()})
		g.tmask = slot
		g.groupBlock(n, n.kids[arm])
		f.End()
		g.nest = g.nest[:len(g.nest)-1]
	}
	g.tmask = outer
	g.groupAfterJumps(n)
}

// groupAfterJumps leaves what nobody is left in, if n may have sent threads out of it.
func (g *gen) groupAfterJumps(n *node) {
	if g.sendsOut(n) {
		g.leaveEmpty(g.tmask)
	}
}

// leaveEmpty leaves the innermost construct with a mask if no lane of it is set.
func (g *gen) leaveEmpty(slot int) {
	g.anyActive(slot)
	g.f.BrUnless(g.past())
}

func (g *gen) groupLoop(n *node) {
	f := g.f
	outer := g.tmask
	sc := &scope{n: n}
	g.nest = append(g.nest, sc)
	var s *maskSlots
	if n.masked {
		s = g.slot(n)
		g.combine(s.live, g.pushMask)
	}
	sc.brk = f.Block()
	again := g.startLoop(true)
	if n.masked {
		g.leaveEmpty(s.live)
		g.tmask = s.live
		if n.uneven {
			g.combine(s.iter, g.pushMask)
			g.tmask, sc.iter = s.iter, s.iter
		}
	}
	sc.cont = f.Block()
	g.groupBlock(n, n.kids[0])
	f.End()
	if n.masked {
		g.tmask, sc.iter = s.live, sc.live
		if n.uneven { // those that repeat may all have left since
			g.leaveEmpty(s.live)
		}
	}
	g.groupBlock(n, n.kids[1])
	again()
	f.End()
	g.nest = g.nest[:len(g.nest)-1]
	g.tmask = outer
	g.groupAfterJumps(n)
}

func (g *gen) groupScope(n *node) {
	outer := g.tmask
	sc := &scope{n: n}
	g.nest = append(g.nest, sc)
	if n.masked {
		s := g.slot(n)
		g.combine(s.live, g.pushMask)
		g.tmask = s.live
	}
	sc.brk = g.f.Block()
	g.groupBlock(n, n.kids[0])
	g.f.End()
	g.nest = g.nest[:len(g.nest)-1]
	g.tmask = outer
	g.groupAfterJumps(n)
}

// groupJump leaves or repeats a construct at threadgroup level.
func (g *gen) groupJump(n *node) {
	if n.in.Op == ir.Continue && !n.target.uneven {
		g.continueTogether(n.target)
		return
	}
	if !n.target.masked {
		for _, s := range g.nest {
			if s.n == n.target {
				g.f.Br(s.brk)
			}
		}
		return
	}
	leaving := g.reserve(g.chunks*16, 16)
	g.combine(leaving, g.pushMask)
	clear := func(slot int) {
		if slot < 0 {
			return
		}
		g.combine(slot, func() {
			g.f.Get(g.c16)
			g.f.Mem(wc.V128Load, uint32(slot))
			g.f.Get(g.c16)
			g.f.Mem(wc.V128Load, uint32(leaving))
			g.f.Emit(wc.V128Andnot)
		})
	}
	for p := n.parent; ; p = p.parent {
		if s := g.slots[p]; s != nil {
			if p.in.Op == ir.If && n.pos >= p.mid || p.in.Op != ir.If && p.uneven {
				clear(s.iter)
			}
			if p.in.Op != ir.If && !(p == n.target && n.in.Op == ir.Continue) || p.in.Op == ir.If && n.pos < p.mid {
				clear(s.live)
			}
		}
		if p == n.target {
			break
		}
	}
	g.f.Br(g.past())
}

// barrier has nothing to do but to notice threads that do not take part: a
// region ends here, so everything before it has happened.
func (g *gen) barrier(n *node) {
	if g.tmask < 0 || n.in.Flags&ir.SimdScope != 0 {
		return
	}
	alive := -1
	if s := g.slots[g.root]; s != nil {
		alive = s.live
	}
	if alive == g.tmask {
		return
	}
	f := g.f
	g.eachChunk(func() {
		if alive >= 0 {
			f.Get(g.c16)
			f.Mem(wc.V128Load, uint32(alive))
		} else {
			f.V128(splat32(^uint32(0)))
		}
		g.pushMask()
		f.Emit(wc.V128Xor)
		g.anyLane()
		f.If()
		f.Get(g.area)
		f.I32(1)
		f.Mem(wc.I32Store, areaDiverge)
		f.End()
	})
}
