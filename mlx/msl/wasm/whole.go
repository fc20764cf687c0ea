package wasm

import (
	"maps"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Nearly all chunks of a launch are whole: none of their lanes lies beyond the
// edge of the threadgroup, fails a guard such as  if (i >= n) return,  or
// accesses what is out of bounds. For the few others every access would be
// masked or checked. So the loop over chunks holds the code twice: for a run of
// whole chunks, which is tested once, and for one chunk that may not be.

// maxWhole is the number of nodes up to which a kernel's code is doubled.
const maxWhole = 300

// wholes is how a region runs over whole chunks.
type wholes struct {
	g      *gen
	region *region
	copies int           // chunks of a run
	guards map[*node]int // which of their arms whole chunks take
	tests  []func()      // each pushes whether a guard takes its arm in a whole run
	params []ir.Reg      // what has to be known for the tests,
	needed map[*node]bool
	// loads says that guards have been tested, so that loads behind them can run
	// before the rest.
	loads bool
	forks []*node // Ifs of which all of a run takes one arm
	// atEdges says that where a run is not whole an edge is in it, so that a chunk later one may be.
	atEdges bool
	// padded says that a guard takes an index that is in a row no longer than the threadgroup's,
	// of which one end may be beyond it.
	padded bool
	// plain is how the region runs if nothing is assumed, nil for itself.
	plain      *wholes
	positional []bool // registers that depend on the position
}

// maxSpans is the number of pointers whose bounds are tested for a run.
const maxSpans = 6

// wholesOf finds how a region runs over whole chunks, nil if it does not, and
// whether that differs in anything from how it runs over others.
func (g *gen) wholesOf(rg *region) (w *wholes, differs bool) {
	if g.v.alone || g.root.split || g.root.masked || !g.v.aligned || g.f.Size() > maxRunCode || rg.hi-rg.lo > maxWhole {
		return nil, false
	}
	w = g.wholesIn(rg, 1)
	w.find(rg.kids)
	g.guards = w.guards
	copies := g.copiesOf(rg, min(maxRun, max(1, int(g.v.tg[0])/4)))
	g.guards = nil
	if len(w.tests) > 0 { // where guards end within rows long runs are rarely whole
		most := min(copies, maxAtEdges)
		copies = min(copies, max(4, int(g.v.tg[0])/32))
		if w.padded && !g.hasLoop(rg) {
			copies = g.betweenEdges(most, 1)
		}
	}
	w = g.wholesIn(rg, copies)
	w.find(rg.kids)
	w.findForks()
	checked := false
	w.branches(w.forks, func() { checked = checked || len(w.spans()) > 0 }, func(_ *node, arm int) {})
	return w, len(w.tests) > 0 || g.v.tail || w.copies > g.v.run || len(w.forks) > 0 || checked
}

func (g *gen) wholesIn(rg *region, copies int) *wholes {
	return &wholes{g: g, region: rg, copies: copies, guards: map[*node]int{}, needed: map[*node]bool{}}
}

// known is early for a register whose value may not be needed if it is not.
func (w *wholes) known(r ir.Reg) bool {
	params, needed := len(w.params), maps.Clone(w.needed)
	if w.early(r) {
		return true
	}
	w.params, w.needed = w.params[:params], needed
	return false
}

// takes reports whether a run of whole chunks surely comes to a node.
func (w *wholes) takes(n *node) bool {
	for ; n.parent != w.region.parent; n = n.parent {
		if arm, ok := w.guards[n.parent]; !ok || arm != n.arm {
			return false
		}
	}
	return true
}

// span is what the accesses by a pointer reach, from lo to hi bytes beyond it.
type span struct {
	access
	lo, hi int64
	nodes  []*node
}

// spans finds the accesses of a run that are not known to lie in bounds, but of
// which the first lane tells where the others are.
func (w *wholes) spans() []span {
	g := w.g
	var out []span
	if w.copies == 1 {
		return nil
	}
	w.loads = true
	defer func() { w.loads = false }()
	for _, n := range g.nodes[w.region.lo:w.region.hi] {
		if n.in.Op != ir.Load && n.in.Op != ir.Store || n.in.Space == ir.Thread || !w.takes(n) {
			continue
		}
		a := g.access(n)
		if step, even := g.step(a); a.proven || a.root != g.roots[a.p] || !even || step <= 0 || !g.follows(a.p) {
			continue // or a store to what is read-only, which loads by the pointer say nothing of
		}
		i := slices.IndexFunc(out, func(s span) bool { return s.p == a.p })
		if i < 0 {
			if len(out) == maxSpans || !w.known(a.p) {
				continue
			}
			i = len(out)
			out = append(out, span{access: a})
		}
		s := &out[i]
		s.lo, s.hi = min(s.lo, a.imm), max(s.hi, a.imm+a.size*a.n)
		s.nodes = append(s.nodes, n)
	}
	return out
}

// runInBounds pushes whether what the accesses of so many chunks reach lies in bounds.
func (g *gen) runInBounds(s span, copies int) {
	step, _ := g.step(s.access)
	last := int64(4*copies - 1)
	s.imm = s.lo
	off := g.offset(s.access)
	g.lanesInBounds(s.access, off, last*g.of[s.p].stride, last*step+s.hi-s.lo)
	g.free(wc.I64, off)
}

// inside pushes whether a run lies in a row of the threadgroup.
func (w *wholes) inside() {
	g, f := w.g, w.g.f
	g.inChunk(builtinParam{b: ir.ThreadPositionInThreadgroup})
	f.I32(int32(4 * w.copies))
	f.Emit(wc.I32Add)
	f.Get(g.actual[0])
	f.Emit(wc.I32LeU)
}

// find adds the guards in a block, and in the arms of them that whole chunks
// take: by far the longer ones.
func (w *wholes) find(kids []*node) {
	for _, n := range kids {
		if n.in.Op != ir.If || n.level == together {
			continue
		}
		if w.plain != nil && !w.plain.guarded(n) {
			continue
		}
		arm, long, short := 0, n.mid-n.pos-1, n.end-n.mid
		if short > long {
			arm, long, short = 1, short, long
		}
		if long < 4*short {
			continue
		}
		if last := n.kids[1-arm]; short > 0 && last[len(last)-1].target == nil && w.forksAt(n) {
			continue // as often runs may take the other arm, which does something, too
		}
		params, needed := len(w.params), maps.Clone(w.needed)
		test := w.holds(n.in.Args[0], arm == 0)
		if test == nil {
			w.params, w.needed = w.params[:params], needed
			continue
		}
		w.tests = append(w.tests, test)
		w.guards[n] = arm
		w.find(n.kids[arm])
	}
}

// compute emits what has been noted to be needed since done, and notes it there.
func (w *wholes) compute(done map[*node]bool) {
	for _, n := range w.g.nodes[w.region.lo:w.region.hi] {
		if w.needed[n] && !done[n] && !w.g.ahead[n] {
			w.g.instr(n)
			done[n] = true
		}
	}
}

// each emits the loop over the chunks of the region.
func (w *wholes) each(body func(masked bool)) {
	w.g.chunkLoop(w.copies, func(_ int, next func()) { w.orSingle(body, next) })
}

// orSingle emits a run of whole chunks, and one chunk for where it is not.
func (w *wholes) orSingle(body func(masked bool), next func()) {
	g := w.g
	start := g.spent()
	w.run(body, next, func(early map[*node]bool) {
		before := g.spent()
		g.early = early
		w.single(body, next)
		g.repeats(before, w.copies)
		g.extra += (w.copies - 1) * (before - start) // the tests
	})
}

// single emits one chunk, which may not be whole.
func (w *wholes) single(body func(masked bool), next func()) {
	w.own()
	body(w.g.v.tail)
	next()
}

// own makes the region that of these nodes, with locals of its own.
func (w *wholes) own() {
	w.g.region = w.region
	w.g.elsewhere()
}

// run emits a run of whole chunks, and what otherwise emits for where it is none,
// which is told what has been computed. What takes longer counts, as often as it
// takes for all chunks of the run: in some launches no run is whole.
func (w *wholes) run(body func(masked bool), next func(), otherwise func(early map[*node]bool)) {
	g, f := w.g, w.g.f
	w.own()
	g.cur = mask{}
	given := 0
	give := func() {
		for i, r := range w.params[given:] {
			if g.of[r].form != uniform && !slices.Contains(w.params[:given+i], r) {
				g.setInChunk(r, g.param[r])
			}
		}
	}
	give()
	given = len(w.params)
	early := map[*node]bool{}
	w.compute(early)
	w.inside()
	for _, test := range w.tests {
		test()
		f.Emit(wc.I32And)
	}
	needed, computed := w.needed, [][2]map[*node]bool{}
	ok := g.temp(wc.I32)
	f.Set(ok)
	f.Get(ok)
	f.If()
	w.branches(w.forks, func() {
		w.own() // the arms do not run after one another
		w.needed = maps.Clone(needed)
		spans, done, checked := w.spans(), maps.Clone(early), map[*node]bool{}
		give() // what the spans need besides
		w.params = w.params[:given]
		w.compute(done)
		for i, s := range spans {
			g.runInBounds(s, w.copies)
			if i > 0 {
				f.Emit(wc.I32And)
			}
			for _, n := range s.nodes {
				checked[n] = true
			}
		}
		if len(spans) > 0 {
			f.Set(ok)
		}
		computed = append(computed, [2]map[*node]bool{done, checked})
		w.needed = needed
	}, w.fork)
	f.End()
	f.Get(ok)
	f.Emit(wc.I32Eqz)
	g.free(wc.I32, ok)
	f.If()
	before := g.spent()
	otherwise(early)
	alone := g.spent() - before
	f.Else()
	w.branches(w.forks, func() {
		w.own()
		g.guards, g.early, g.checked = w.guards, computed[0][0], computed[0][1]
		computed = computed[1:]
		g.runOf(w.copies, func() { body(false) }, next)
	}, w.fork)
	g.guards, g.early, g.checked = nil, nil, nil
	f.End()
	g.extra -= min(alone, g.spent()-before-alone)
}
