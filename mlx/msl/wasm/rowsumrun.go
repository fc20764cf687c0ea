package wasm

import (
	"maps"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// The code of sums along rows.

// sumRows emits what comes before a loop that goes along rows, for all chunks of the run.
// It reports whether nothing is left to the loop.
func (g *gen) sumRows(n *node) (all bool) {
	if g.cur.some || g.root.split {
		return false
	}
	l := g.rowLoop(n)
	if l == nil || g.copies > 1 && slices.ContainsFunc(l.loads, func(a access) bool { return g.of[a.p].form != uniform && !g.follows(a.p) }) {
		return false
	}
	for i := range l.sums {
		l.sums[i].v, l.sums[i].at = g.temp(wc.V128), g.reserve(64*max(1, g.copies), 16)
		defer g.free(wc.V128, l.sums[i].v)
	}
	inner, end := g.planOfRow(l)
	defer end()
	outer := g.plan
	g.plan = inner
	l.findPacked(g)
	g.plan = outer
	c, _ := g.counted(n)
	trips := int64(c.trips) // known also where they are too many for a loop without fuel
	l.step = leastInRow
	switch vectors := l.step / 4; {
	case l.packed != nil && trips == 0:
		l.step = someInRow
	case trips > 0:
		if l.packed != nil {
			vectors /= 2
		}
		for ; vectors < mostInRow && int(vectors)*len(l.data) <= mostInStep && trips%(2*l.step) == 0; vectors *= 2 {
			l.step *= 2
		}
	}
	if trips > 0 && trips < l.step {
		return false
	}

	f := g.f
	many := g.temp(wc.I32)
	g.sc(l.i)
	g.sc(l.end)
	f.Emit(bySign(g.fn.Regs[l.end].Kind, wc.I32LtS, wc.I32LtU))
	g.sc(l.end)
	g.sc(l.i)
	f.Emit(wc.I32Sub)
	f.I32(int32(-l.step))
	f.Emit(wc.I32And)
	f.Tee(many)
	f.I32(0)
	f.Emit(wc.I32Ne, wc.I32And)
	f.If()
	for _, k := range n.kids[0] {
		if l.at[k] {
			g.instr(k)
		}
	}
	for _, a := range l.loads {
		row, element := g.temp(wc.I32), g.temp(wc.I32)
		l.rows, l.elements = append(l.rows, row), append(l.elements, element)
		g.sc(a.p)
		f.Emit(wc.I32WrapI64)
		g.pushBase(a.root)
		f.Emit(wc.I32Add)
		f.Set(row)
	}
	l.index = g.temp(wc.I32)
	g.plan = inner
	g.eachRowOf(l, many, outer.loc[l.i][0])
	g.plan = outer
	g.free(wc.I32, slices.Concat(l.rows, l.elements, []int{l.index})...)
	g.sc(l.i)
	f.Get(many)
	f.Emit(wc.I32Add)
	f.Set(g.loc[l.i][0])
	g.eachInStep(func() {
		for _, s := range l.sums {
			g.joinSum(s)
		}
	})
	f.End()
	g.free(wc.I32, many)
	return trips > 0 && trips%l.step == 0
}

// planOfRow is how the body of a loop is computed with its iterations as lanes.
func (g *gen) planOfRow(l *rowLoop) (p *plan, end func()) {
	outer, shapes := *g.plan, *g.plan.shapes
	p = &outer
	p.shapes, p.of, p.loc, p.spread = &shapes, slices.Clone(p.of), slices.Clone(p.loc), maps.Clone(p.spread)
	i := g.temp(wc.I32)
	p.of[l.i], p.loc[l.i] = shape{form: linear, stride: 1}, loc{i}
	delete(p.spread, l.i)
	var held []int
	for _, n := range l.loop.kids[0] {
		if !l.data[n] {
			continue
		}
		r := n.in.Dst
		v := g.temp(wc.V128)
		held = append(held, v)
		if s := slices.IndexFunc(l.sums, func(s rowSum) bool { return s.r == r }); s >= 0 {
			v = l.sums[s].v
		}
		p.of[r], p.loc[r] = shape{form: varying}, loc{v}
		delete(p.spread, r)
	}
	return p, func() {
		g.free(wc.V128, held...)
		g.free(wc.I32, i)
	}
}

// joinSum joins what vectors along the rows of a chunk's threads came to.
func (g *gen) joinSum(s rowSum) {
	f := g.f
	var threads [4]int
	for i := range threads {
		threads[i] = g.temp(wc.V128)
		f.Get(g.area)
		f.Mem(wc.V128Load, uint32(s.at+64*g.copy+16*i))
		f.Set(threads[i])
	}
	g.transpose(threads, threads)
	for _, v := range threads {
		sum := g.loc[s.r][0]
		g.combineVectors(s.op, g.fn.Regs[s.r].Kind, func() { f.Get(sum) }, func() { f.Get(v) })
		f.Set(sum)
	}
	g.free(wc.V128, threads[:]...)
}

// eachRowOf emits a loop over the threads of a run, in which another goes along so many
// elements, the first of which has the index in a local.
func (g *gen) eachRowOf(l *rowLoop, many, first int) {
	f := g.f
	thread, left := g.temp(wc.I32), g.temp(wc.I32) // 16 times which
	f.I32(0)
	f.Set(thread)
	threads := f.Block()
	nextThread := g.startLoop(false)
	for _, s := range l.sums {
		f.V128(identity(s.op, g.fn.Regs[s.r].Kind))
		f.Set(s.v)
	}
	for i := range l.rows {
		f.Get(l.rows[i])
		f.Set(l.elements[i])
	}
	f.Get(first)
	f.Set(l.index)
	f.Get(many)
	f.Set(left)
	row := f.Block()
	next := g.startLoop(true)
	g.rowStep(l)
	advance := func(local int, by int64) {
		f.Get(local)
		f.I32(int32(by))
		f.Emit(wc.I32Add)
		f.Set(local)
	}
	for i, a := range l.loads {
		advance(l.elements[i], l.step*a.size)
	}
	advance(l.index, l.step)
	advance(left, -l.step)
	f.Get(left)
	f.Emit(wc.I32Eqz)
	f.BrIf(row)
	next()
	f.End()
	for i, a := range l.loads {
		step, _ := g.step(a)
		advance(l.rows[i], step)
	}
	for _, s := range l.sums {
		f.Get(g.area, thread)
		f.Emit(wc.I32Add)
		f.Get(s.v)
		f.Mem(wc.V128Store, uint32(s.at))
	}
	advance(thread, 16)
	f.Get(thread)
	f.I32(int32(64 * max(1, g.copies)))
	f.Emit(wc.I32Eq)
	f.BrIf(threads)
	nextThread()
	f.End()
	g.free(wc.I32, thread, left)
}

// rowStep emits a step along the row of a thread.
func (g *gen) rowStep(l *rowLoop) {
	f := g.f
	for i, a := range l.loads { // of which wazero checks the farthest
		f.Get(l.elements[i])
		f.Mem(wc.I32Load8U, uint32(a.imm+l.step*a.size-1))
		f.Emit(wc.Drop)
	}
	if l.packed != nil {
		l.sumPacked(g)
		return
	}
	for first := int64(0); first < l.step; first += 4 {
		f.Get(l.index)
		f.I32(int32(first))
		f.Emit(wc.I32Add)
		f.Set(g.loc[l.i][0])
		for _, n := range l.loop.kids[0] {
			if !l.data[n] {
				continue
			}
			if n.in.Op != ir.Load {
				g.instr(n)
				continue
			}
			i := slices.IndexFunc(l.loads, func(a access) bool { return a.node == n })
			a, v := l.loads[i], g.loc[n.in.Dst][0]
			g.loadAdjacent(a, spot{off: -1, addr: l.elements[i], at: a.imm + first*a.size}, []int{v})
			f.Get(v)
			g.fromBits(a.k)
			f.Set(v)
		}
	}
}

// sumPacked emits a step with eight elements to a vector.
func (l *rowLoop) sumPacked(g *gen) {
	f, p := g.f, l.packed
	for i, a := range l.loads {
		p.inRow[a.node] = spot{off: -1, addr: l.elements[i], at: a.imm}
	}
	for w := range int(l.step / 8) {
		p.values = map[ir.Reg]int{}
		for _, s := range l.sums {
			f.Get(s.v)
			if d := l.products[s.r]; d != nil {
				p.push(d.in.Args[0], w)
				p.push(d.in.Args[1], w)
				f.Emit(wc.I32x4DotI16x8S)
			} else {
				p.push(s.value, w)
				if s.where != ir.NoReg {
					p.push(s.where, w)
					f.Emit(wc.V128And)
				}
				g.with(splat16(1), wc.I32x4DotI16x8S)
			}
			f.Emit(wc.I32x4Add)
			f.Set(s.v)
		}
	}
	g.free(wc.V128, p.held...)
}
