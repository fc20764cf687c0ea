package wasm

import (
	"maps"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// The code of loops that go along the elements of one thread after the other.

// alongLoop lowers such a loop.
func (g *gen) alongLoop(a *along) {
	f, outer, before, at := g.f, g.plan, g.reuse, g.here
	if at.cur.some {
		f.Get(g.area, at.cur.local)
		f.Mem(wc.V128Store, uint32(a.mask))
	}
	for _, r := range a.given {
		at := uint32(a.slots[r])
		f.Get(g.area)
		if !wide(g.fn.Regs[r].Kind) {
			g.vec(r)
			f.Mem(wc.V128Store, at)
			continue
		}
		g.half(r, 0)
		f.Mem(wc.V128Store, at)
		f.Get(g.area)
		g.half(r, 1)
		f.Mem(wc.V128Store, at+16)
	}
	lane, left := g.temp(wc.I32), g.temp(wc.I32)
	g.eachThread(lane, func() {
		if at.cur.some {
			f.Get(g.area, lane)
			f.Emit(wc.I32Add)
			f.Mem(wc.I32Load, uint32(a.mask))
			f.If()
		}
		g.plan, g.cur, g.pack = a.inside, mask{}, nil
		g.elsewhere()
		for _, r := range a.given {
			k := g.fn.Regs[r].Kind
			g.laneAddress(lane, k)
			f.Mem(loadOp(scalarType(k)), uint32(a.slots[r]))
			if k == ir.Bool {
				f.I32(1)
				f.Emit(wc.I32And)
			}
			f.Set(g.loc[r][0])
			g.spreadOut(r)
		}
		g.nodes0(a.once)
		g.sc(a.limit)
		g.sc(a.counter)
		f.Emit(wc.I32Sub)
		f.I32(0)
		g.sc(a.counter)
		g.sc(a.limit)
		f.Emit(bySign(g.fn.Regs[a.counter].Kind, wc.I32LtS, wc.I32LtU), wc.Select)
		f.Set(left)
		g.alongThread(a, left)
		for _, r := range a.changed {
			k := g.fn.Regs[r].Kind
			g.laneAddress(lane, k)
			if k == ir.Bool {
				f.I32(0)
				g.sc(r)
				f.Emit(wc.I32Sub)
			} else {
				g.sc(r)
			}
			f.Mem(storeOp(scalarType(k)), uint32(a.slots[r]))
		}
		if at.cur.some {
			f.End()
		}
	})
	g.free(wc.I32, lane, left)
	g.plan, g.reuse, g.here = outer, before, at
	for _, r := range a.changed {
		for h := range 1 + bit[int](wide(g.fn.Regs[r].Kind)) {
			f.Get(g.area)
			f.Mem(wc.V128Load, uint32(a.slots[r]+16*h))
			f.Set(g.loc[r][h])
		}
	}
}

// alongThread goes through the iterations that are left of one thread.
func (g *gen) alongThread(a *along, left int) {
	f := g.f
	whole := f.Block()
	again := g.startLoop(true)
	f.Get(left)
	f.I32(4)
	f.Emit(wc.I32LtU)
	f.BrIf(whole)
	g.elsewhere()
	g.nodes0(a.body)
	g.unlessSame(a, func() { g.iterations(a) })
	g.addSteps(a, func() { f.I32(4) })
	f.Get(left)
	f.I32(4)
	f.Emit(wc.I32Sub)
	f.Set(left)
	again()
	f.End()
	f.Get(left) // one to three
	f.If()
	g.elsewhere()
	m := g.temp(wc.V128)
	g.cur, g.beyond = mask{true, m}, true
	f.V128(iota32(1))
	f.Get(left)
	g.splat(ir.U32)
	f.Emit(wc.I32x4LtU)
	f.Set(m)
	g.nodes0(a.body)
	if g.neutralize(a) {
		g.iterations(a)
	} else {
		g.unlessSame(a, func() {
			last := f.Block()
			for l := range 3 {
				g.iteration(a, l)
				f.Get(left)
				f.I32(int32(l + 1))
				f.Emit(wc.I32Eq)
				f.BrIf(last)
			}
			f.End()
		})
	}
	g.addSteps(a, func() { f.Get(left) })
	g.free(wc.V128, m)
	g.cur, g.beyond = mask{}, false
	f.End()
}

// laneAddress pushes the area's address plus where the lane, of which the local holds four
// times the number, has its part of a register's vectors.
func (g *gen) laneAddress(lane int, k ir.Kind) {
	f := g.f
	f.Get(g.area, lane)
	f.Emit(wc.I32Add)
	if wide(k) {
		f.Get(lane)
		f.Emit(wc.I32Add)
	}
}

// iterations computes the chain for all lanes. The last of the greatest numbers,
// which is what float Max gives, is that of the greatest of pairs.
func (g *gen) iterations(a *along) {
	f := g.f
	if len(a.chain) != 1 || !a.chain[0].folds() || !a.chain[0].in.Kind.IsFloat() || a.chain[0].in.Op == ir.Add || g.of[a.chain[0].in.Args[1]].form != varying {
		for l := range 4 {
			g.iteration(a, l)
		}
		return
	}
	in := a.chain[0].in
	v := [2]int{g.temp(wc.V128), g.temp(wc.V128)}
	for i := range byte(2) {
		f.Get(g.loc[in.Args[1]][0])
		f.Get(g.loc[in.Args[1]][0])
		f.Shuffle32(i, 2+i, i, 2+i)
		f.Set(v[i])
	}
	g.minMax(in.Op, func() { f.Get(v[0]) }, func() { f.Get(v[1]) }, false)
	f.Tee(v[0])
	f.Get(v[0])
	f.Shuffle32(1, 1, 1, 1)
	f.Set(v[1])
	g.minMax(in.Op, func() { f.Get(v[0]) }, func() { f.Get(v[1]) }, false)
	f.Set(v[1])
	f.V128([16]byte{})
	g.sc(in.Dst)
	f.Lane(wc.F32x4ReplaceLane, 0)
	f.Set(v[0])
	g.minMax(in.Op, func() { f.Get(v[0]) }, func() { f.Get(v[1]) }, false)
	f.Lane(wc.F32x4ExtractLane, 0)
	f.Set(g.loc[in.Dst][0])
	g.free(wc.V128, v[0], v[1])
}

// folds reports whether a node joins what has been handed on with something to which
// there is a neutral element.
func (n *node) folds() bool {
	switch in := n.in; in.Op {
	case ir.Add:
		return in.Kind.IsFloat() || in.Kind.Bits() == 32
	case ir.Min, ir.Max:
		return in.Kind.IsFloat() && in.Args[0] == in.Dst
	}
	return false
}

// neutralize gives lanes that are switched off what changes nothing in the chain, if
// there is that: branches would often be mispredicted.
func (g *gen) neutralize(a *along) bool {
	f, seen := g.f, map[ir.Reg]bool{}
	for _, k := range a.chain {
		in := k.in
		for _, r := range in.Args {
			if seen[r] {
				return false
			}
			seen[r] = true
		}
		if !k.folds() || !slices.Contains(in.Args, in.Dst) || !slices.ContainsFunc(in.Args, func(r ir.Reg) bool { return g.of[r].form == varying }) {
			return false
		}
	}
	for _, k := range a.chain {
		bits := uint32(0)
		switch in := k.in; {
		case in.Op != ir.Add:
			bits = 0x7fc00000 // NaN
		case in.Kind.IsFloat():
			bits = 1 << 31 // -0
		}
		for _, r := range k.in.Args {
			if g.of[r].form == varying {
				f.Get(g.loc[r][0])
				f.V128(splat32(bits))
				f.Get(g.cur.local)
				f.Emit(wc.V128Bitselect)
				f.Set(g.loc[r][0])
			}
		}
	}
	return true
}

// iteration computes the chain for one lane.
func (g *gen) iteration(a *along, l int) {
	for _, k := range a.chain {
		g.from(k)
		g.scalarOp(k.in, func(i int) { g.lane(k.in.Args[i], l) })
		g.f.Set(g.loc[k.in.Dst][0])
	}
}

// addSteps goes so many iterations on.
func (g *gen) addSteps(a *along, push func()) {
	f := g.f
	for _, r := range slices.Sorted(maps.Keys(a.steps)) {
		step := a.steps[r]
		g.sc(r)
		push()
		if wide(g.fn.Regs[r].Kind) {
			f.Emit(wc.I64ExtendI32U)
			f.I64(step)
			f.Emit(wc.I64Mul, wc.I64Add)
		} else {
			if step != 1 {
				f.I32(int32(step))
				f.Emit(wc.I32Mul)
			}
			f.Emit(wc.I32Add)
		}
		f.Set(g.loc[r][0])
	}
}

// eachThread repeats code for each thread of a chunk; the local lane is where its 32 bits
// stand among those of the others.
func (g *gen) eachThread(lane int, code func()) {
	f := g.f
	f.I32(0)
	f.Set(lane)
	before := g.spent()
	threads := f.Loop()
	code()
	f.Get(lane)
	f.I32(4)
	f.Emit(wc.I32Add)
	f.Tee(lane)
	f.I32(16)
	f.Emit(wc.I32LtU)
	f.BrIf(threads)
	f.End()
	g.repeats(before, 4)
}
