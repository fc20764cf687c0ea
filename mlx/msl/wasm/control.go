package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Control flow inside a region. Where the four lanes of a chunk agree it is
// WebAssembly's own; where they may not, both arms run under masks. But for short
// arms nothing runs under a mask without lanes: a loop that all threads leave together
// has none of its own, and might not end.

// from notes the place that a node's code comes from.
func (g *gen) from(n *node) {
	if n.in.Pos != 0 {
		g.f.From(int(n.in.Pos))
	}
}

// nodes0 lowers a block.
func (g *gen) nodes0(kids []*node) {
	for i := 0; i < len(kids); i++ {
		n := kids[i]
		if g.ahead[n] {
			continue
		}
		if g.stepping != nil && !g.stepping.apart && !g.sharedFlow(n) {
			if !g.loadRun(n) {
				done := g.spreadInStep(n)
				g.eachInStep(func() { g.nodes0(kids[i : i+1]) })
				done()
			}
			continue
		}
		if g.ready(n) {
			continue
		}
		if g.advances(n) {
			g.advance(n.in.Dst)
			continue
		}
		if lanes, between, skip := g.lanesAt(kids[i:]); skip > 0 {
			g.nodes0(between)
			g.laneByLane(lanes)
			i += skip - 1
			continue
		}
		g.from(n)
		switch n.in.Op {
		case ir.If:
			g.ifNode(n)
		case ir.Loop:
			g.loopNode(n)
		case ir.Scope:
			g.scopeNode(n)
		case ir.Break, ir.Continue, ir.Return, ir.Unreachable:
			g.jump(n)
		default:
			g.instr(n)
		}
	}
}

func (g *gen) ifNode(n *node) {
	f := g.f
	cond := n.in.Args[0]
	if arm, ok := g.guards[n]; ok {
		g.nodes0(n.kids[arm])
		return
	}
	if n.level < byLane {
		f.Get(g.loc[cond][0])
		f.If()
		g.arm(n, 0)
		if len(n.kids[1]) > 0 {
			f.Else()
			g.arm(n, 1)
		}
		f.End()
		g.afterJumps(n)
		return
	}
	outer := g.cur
	masks := [2]int{g.temp(wc.V128), -1}
	g.vec(cond)
	if outer.some {
		f.Get(outer.local)
		f.Emit(wc.V128And)
	}
	f.Set(masks[0])
	if len(n.kids[1]) > 0 {
		masks[1] = g.temp(wc.V128)
		if outer.some {
			f.Get(outer.local)
			g.vec(cond)
			f.Emit(wc.V128Andnot)
		} else {
			g.vec(cond)
			f.Emit(wc.V128Not)
		}
		f.Set(masks[1])
	}
	g.firsts[n] = masks[0]
	for arm, m := range masks {
		if m < 0 || len(n.kids[arm]) == 0 {
			continue
		}
		g.cur = mask{true, m}
		if kids := n.kids[arm]; len(kids) == 1 && g.leavesAlone(kids[0]) {
			// No branch, as it would be mispredicted for each lane that leaves alone.
			g.leaveLanes(kids[0], func(from int) {
				f.Get(from)
				if outer.some && from == outer.local && (arm == 0 || len(n.kids[0]) == 0) {
					g.vec(cond) // which is there before the mask of those that leave
					f.Emit([...]wc.Op{wc.V128Andnot, wc.V128And}[arm])
				} else {
					f.Get(m)
					f.Emit(wc.V128Andnot)
				}
				f.Set(from)
			})
		} else if g.weight(kids) <= maxStraight {
			g.nodes0(kids)
		} else {
			f.Get(m)
			g.anyLane()
			g.nest = append(g.nest, &scope{n: n, brk: f.If()})
			g.nodes0(n.kids[arm])
			f.End()
			g.nest = g.nest[:len(g.nest)-1]
		}
	}
	delete(g.firsts, n)
	for _, m := range masks {
		if m >= 0 {
			g.free(wc.V128, m)
		}
	}
	g.cur = outer
	g.afterJumps(n)
}

// maxStraight is the weight up to which an arm of an If runs whether or not a
// lane takes it: a branch that data decides costs as much when mispredicted.
const maxStraight = 12

// weight counts the operations of a block that does nothing but compute;
// others weigh more than may run for nothing.
func (g *gen) weight(kids []*node) int {
	w := 0
	for _, n := range kids {
		switch in := n.in; in.Op {
		case ir.Const:
		case ir.If:
			w += 2 + g.weight(n.kids[0]) + g.weight(n.kids[1])
		case ir.Mov, ir.Select, ir.Convert, ir.Bitcast, ir.Neg, ir.Add, ir.Sub, ir.Min, ir.Max, ir.Abs, ir.And, ir.Or, ir.Xor, ir.Not, ir.Shl, ir.Shr,
			ir.Eq, ir.Ne, ir.Lt, ir.Le, ir.Sqrt, ir.Floor, ir.Ceil, ir.Trunc, ir.Rint, ir.CopySign, ir.PtrAdd:
			w++
		case ir.Mul, ir.Div:
			w++
			if wide(in.Kind) || in.Op == ir.Div && in.Kind.IsInt() {
				w += maxStraight
			}
		case ir.Load:
			w += maxStraight + 1
			a := g.access(n)
			if step, even := g.step(a); g.speculatable(a) && even && step == a.size {
				w -= maxStraight
			}
		default:
			w += maxStraight + 1
		}
	}
	return w
}

// arm lowers one arm of an If that the whole chunk takes; what jumps in it do
// to the mask is undone by afterJumps.
func (g *gen) arm(n *node, arm int) {
	outer := g.cur
	if g.isState(n) {
		g.f.Segment(func() { g.nodes0(n.kids[arm]) })
	} else {
		g.nodes0(n.kids[arm])
	}
	g.cur = outer
}

// jumpsOut reports whether a jump inside n leaves or repeats a construct
// around n.
func (g *gen) jumpsOut(n *node) bool {
	for p := n.pos; p < n.end; p++ {
		if t := g.nodes[p].target; t != nil && t.pos < n.pos {
			return true
		}
	}
	return false
}

// sendsOut reports whether a jump inside n may take lanes, and leave others, out of
// a construct around n.
func (g *gen) sendsOut(n *node) bool {
	return slices.ContainsFunc(g.nodes[n.pos:n.end], func(j *node) bool { return j.target != nil && j.target.pos < n.pos && j.target.masked })
}

// afterJumps narrows the mask to the lanes that are still in the innermost
// masked construct, if n may have sent some out of it, and skips what follows if
// none is left.
func (g *gen) afterJumps(n *node) {
	if !g.sendsOut(n) {
		return
	}
	f, in := g.f, g.maskedScope()
	if !g.cur.some || g.cur.local != in.iter {
		m := f.Local(wc.V128)
		f.Get(in.iter)
		if g.cur.some {
			f.Get(g.cur.local)
			f.Emit(wc.V128And)
		}
		f.Set(m)
		g.cur = mask{true, m}
	}
	f.Get(g.cur.local)
	g.anyLane()
	f.BrUnless(g.past())
}

// anyLane tells of the mask on the stack whether it has a lane, as a number that is not
// zero; v128.any_true is four instructions instead of one.
func (g *gen) anyLane() { g.f.Emit(wc.I32x4Bitmask) }

// allLanes tells whether it has all.
func (g *gen) allLanes() {
	g.anyLane()
	g.f.I32(15)
	g.f.Emit(wc.I32Eq)
}

// maskedScope is the innermost open construct with a mask.
func (g *gen) maskedScope() *scope {
	for i := len(g.nest) - 1; ; i-- {
		if g.nest[i].n.masked {
			return g.nest[i]
		}
	}
}

// past is where code goes on if no lane is left here: at the end of the arm of an
// If or of the masked construct that is innermost.
func (g *gen) past() wc.Label {
	for i := len(g.nest) - 1; ; i-- {
		switch s := g.nest[i]; {
		case s.n.in.Op == ir.If || s.n.masked && s.iter == s.live:
			return s.brk
		case s.n.masked:
			return s.cont
		}
	}
}

// pushCur pushes the current mask.
func (g *gen) pushCur() {
	if g.cur.some {
		g.f.Get(g.cur.local)
	} else {
		g.f.V128(splat32(^uint32(0)))
	}
}

// enter begins a Scope or a Loop, in which all are that come to it.
func (g *gen) enter(n *node) *scope {
	s := &scope{n: n}
	if n.masked {
		s.live = g.temp(wc.V128)
		s.iter = s.live
		g.pushCur()
		g.f.Set(s.live)
	}
	g.nest = append(g.nest, s)
	return s
}

func (g *gen) scopeNode(n *node) {
	f := g.f
	outer := g.cur
	s := g.enter(n)
	if n.masked {
		g.cur = mask{true, s.live}
	}
	left := g.isLeft(n)
	if left {
		s.brk = f.Block()
	}
	g.nodes0(n.kids[0])
	if left {
		f.End()
	}
	g.nest = g.nest[:len(g.nest)-1]
	g.cur = outer
	if n.masked {
		g.free(wc.V128, s.live)
	}
	if n != g.root {
		g.afterJumps(n)
	}
}

// isLeft reports whether a jump leaves a Scope from elsewhere than its end, or
// nobody may be left in it.
func (g *gen) isLeft(n *node) bool {
	return n.masked || slices.ContainsFunc(g.nodes[n.pos:n.end], func(j *node) bool { return j.target == n && !j.last() })
}

// last reports whether a jump leaves a Scope where that ends anyway.
func (n *node) last() bool {
	return n.target.in.Op == ir.Scope && n.parent == n.target && n.pos+1 == n.target.end
}

func (g *gen) loopNode(n *node) {
	f := g.f
	if g.sumRows(n) {
		return
	}
	if c, ok := g.counted(n); ok {
		g.countedLoop(n, c)
		return
	}
	if a := g.along[n]; a != nil {
		g.alongLoop(a)
		return
	}
	if s := g.searches[n]; s != nil {
		g.searchAhead(s)
	}
	outer := g.cur
	s := g.enter(n)
	if n.masked && n.uneven {
		s.iter = g.temp(wc.V128)
	}
	s.brk = f.Block()
	again := g.startLoop(true)
	if n.masked {
		if n.uneven {
			f.Get(s.live)
			f.Set(s.iter)
		}
		g.cur = mask{true, s.iter}
	}
	s.cont = f.Block()
	g.nodes0(n.kids[0])
	f.End()
	iter := s.iter
	g.cur = outer
	if n.masked {
		s.iter = s.live
		g.cur = mask{true, s.live}
	}
	if n.uneven && n.masked { // those that repeat may all have left since
		f.Get(s.live)
		g.anyLane()
		f.BrUnless(s.brk)
	}
	g.nodes0(n.kids[1])
	again()
	f.End()
	g.nest = g.nest[:len(g.nest)-1]
	g.cur = outer
	if n.masked {
		g.free(wc.V128, s.live)
		if n.uneven {
			g.free(wc.V128, iter)
		}
	}
	g.afterJumps(n)
}

// startLoop opens a loop; what it returns repeats it, and closes it. A
// repetition takes as much fuel as its body has instructions. When the fuel is
// used up the loop traps if the launch is to end, or, of a kernel's loops, if
// the threadgroup has repeated too often. The host is called from a loop around
// the one that repeats, as wazero would otherwise save all registers in each
// repetition.
func (g *gen) startLoop(limited bool) (again func()) {
	f := g.f
	outer := f.Loop()
	top := f.Loop()
	before := g.spent()
	return func() {
		cost := min(max(1, g.spent()-before), fuel)
		f.Get(g.fuel)
		f.I32(int32(cost))
		f.Emit(wc.I32Sub)
		f.Tee(g.fuel)
		f.I32(0)
		f.Emit(wc.I32GtS)
		f.BrIf(top)
		f.End()
		f.Get(g.area)
		f.Call(tick)
		if limited {
			f.Get(g.area, g.area)
			f.Mem(wc.I32Load, areaLeft)
			f.I32(int32(fuel / cost))
			f.Emit(wc.I32Sub)
			f.Mem(wc.I32Store, areaLeft)
			f.Get(g.area)
			f.Mem(wc.I32Load, areaLeft)
			f.I32(0)
			f.Emit(wc.I32LeS, wc.I32Or)
		}
		f.If()
		f.Emit(wc.Unreachable)
		f.End()
		f.Get(g.fuel) // what is left over counts, so that every loop pays its share
		f.I32(fuel)
		f.Emit(wc.I32Add)
		f.Set(g.fuel)
		f.Br(outer)
		f.End()
		g.extra -= g.spent() - before // paid for
	}
}

// spent is how many instructions the code emitted so far runs, without the
// loops that pay fuel themselves.
func (g *gen) spent() int { return g.f.Size() - g.hoisted + g.extra }

// repeats says that the code since before runs so many times.
func (g *gen) repeats(before, times int) { g.extra += (g.spent() - before) * (times - 1) }

// jump leaves or repeats a construct of the region.
func (g *gen) jump(n *node) {
	f := g.f
	if n.in.Op == ir.Unreachable || n.last() && !n.target.masked {
		return
	}
	if n.in.Op == ir.Continue && !n.target.uneven {
		g.continueTogether(n.target)
		return
	}
	leaving := mask{}
	if g.cur.some {
		leaving = mask{true, g.temp(wc.V128)}
		f.Get(g.cur.local)
		f.Set(leaving.local)
	}
	s := g.leaveLanes(n, func(from int) {
		if !leaving.some {
			f.V128([16]byte{})
		} else {
			f.Get(from, leaving.local)
			f.Emit(wc.V128Andnot)
		}
		f.Set(from)
	})
	if leaving.some {
		g.free(wc.V128, leaving.local)
	}
	switch {
	case s.n.masked:
		f.Br(g.past()) // the mask is empty here
	case n.in.Op == ir.Continue:
		f.Br(s.cont)
	default:
		f.Br(s.brk)
	}
}

// leavesAlone reports whether a jump does nothing but take lanes out of masks.
func (g *gen) leavesAlone(n *node) bool {
	return n.target != nil && n.target.masked && (n.in.Op != ir.Continue || n.target.uneven)
}

// leaveLanes lets what clears lanes from a mask do so in every masked construct on the
// way of a jump, and returns the last.
func (g *gen) leaveLanes(n *node, clear func(from int)) *scope {
	for at := len(g.nest) - 1; at >= 0; at-- {
		s := g.nest[at]
		last := s.n == n.target
		if s.n.masked {
			clear(s.iter)
			if s.live != s.iter && !(last && n.in.Op == ir.Continue) {
				clear(s.live)
			}
		}
		if last {
			return s
		}
	}
	panic(unsupported{"a jump out of a region"})
}

// continueTogether repeats a loop whose threads all do so at once.
func (g *gen) continueTogether(loop *node) {
	for _, s := range g.nest {
		if s.n == loop {
			g.f.Br(s.cont)
			return
		}
	}
	panic(unsupported{"a jump out of a region"})
}
