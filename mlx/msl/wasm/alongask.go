package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// What a loop along a thread's elements hands on may be chosen under conditions: the
// greatest element so far and where it was, if this one is greater. In most iterations none
// of them holds. So that is asked for four iterations at once, with what was handed to the
// first of them: if no condition holds in any of these, each gets the same.

// findAsks finds the conditions, none if something is handed on without one.
func (g *gen) findAsks(a *along) {
	var asks []ir.Reg
	wanted := map[ir.Reg]bool{}
	for _, k := range slices.Backward(a.chain) {
		in := k.in
		switch {
		case slices.Contains(a.given, in.Dst):
			if in.Op != ir.Select || in.Args[2] != in.Dst || slices.Contains(a.given, in.Args[0]) {
				return
			}
			asks = append(asks, in.Args[0])
			wanted[in.Args[0]] = true
		case wanted[in.Dst]:
			a.asked = append(a.asked, k)
			for _, r := range in.Args {
				wanted[r] = true
			}
		}
	}
	slices.Reverse(a.asked)
	slices.Sort(asks)
	a.asks = slices.Compact(asks)
}

// planAsks makes the plan of what is asked: its results are those of four iterations.
func (g *gen) planAsks(a *along) {
	s, p := *g.shapes, *g.plan
	s.of, p.loc = slices.Clone(s.of), slices.Clone(p.loc)
	p.shapes = &s
	g.plan, a.asking = &p, &p
	defer func() { g.plan = a.inside }()
	for _, k := range a.asked {
		s.of[k.in.Dst] = s.result(k.in)
		g.loc[k.in.Dst] = g.localsOf(k.in.Dst)
	}
	g.spreadIn(a, a.asked)
}

// unlessSame emits the chain's code behind what is asked, if anything is.
func (g *gen) unlessSame(a *along, code func()) {
	if len(a.asks) == 0 {
		code()
		return
	}
	f, inside := g.f, g.plan
	g.plan = a.asking
	g.nodes0(a.asked)
	for i, c := range a.asks {
		g.vec(c)
		if i > 0 {
			f.Emit(wc.V128Or)
		}
	}
	g.plan = inside
	if g.cur.some {
		f.Get(g.cur.local)
		f.Emit(wc.V128And)
	}
	g.anyLane()
	f.If()
	code()
	for _, r := range a.given {
		if _, steps := a.steps[r]; !steps {
			g.spreadOut(r)
		}
	}
	f.End()
}
