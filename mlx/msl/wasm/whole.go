package wasm

import (
	"maps"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Nearly all chunks of a launch are whole: none of their lanes lies beyond the
// edge of the threadgroup, or fails a guard such as  if (i >= n) return.  For
// the few others every access would be masked. So the loop over chunks holds
// the code twice: for a run of whole chunks, and for one chunk that may not be.

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
}

// wholesOf finds how a region runs over whole chunks; nil if that differs in
// nothing from how it runs over others.
func (g *gen) wholesOf(rg *region) *wholes {
	if g.root.split || g.root.masked || !g.v.aligned || g.f.Size() > maxRunCode || rg.hi-rg.lo > maxWhole {
		return nil
	}
	most := min(maxRun, max(1, int(g.v.tg[0])/4))
	w := &wholes{g: g, region: rg, copies: g.copiesOf(rg, most), guards: map[*node]int{}, needed: map[*node]bool{}}
	w.find(rg.kids)
	if len(w.tests) == 0 && !g.v.tail && w.copies <= g.v.run {
		return nil
	}
	return w
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
		arm, long, short := 0, n.mid-n.pos-1, n.end-n.mid
		if short > long {
			arm, long, short = 1, short, long
		}
		if long < 4*short {
			continue
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

// holds returns what pushes whether a condition has a value in all lanes of a
// run; nil if its first lane does not tell.
func (w *wholes) holds(cond ir.Reg, want bool) func() {
	g := w.g
	d := g.origin(cond)
	if d == nil {
		return nil
	}
	in := *d.in
	switch {
	case in.Op == ir.Not:
		return w.holds(in.Args[0], !want)
	case (in.Op == ir.And || in.Op == ir.Or) && in.Kind == ir.Bool:
		a, b := w.holds(in.Args[0], want), w.holds(in.Args[1], want)
		if a == nil || b == nil {
			return nil
		}
		join := wc.I32Or
		if (in.Op == ir.And) == want {
			join = wc.I32And
		}
		return func() {
			a()
			b()
			g.f.Emit(join)
		}
	case in.Op < ir.Eq || in.Op > ir.Le || !in.Kind.IsInt() || !w.early(in.Args[0]) || !w.early(in.Args[1]):
		return nil
	}
	a, b := in.Args[0], in.Args[1]
	compare := func(first, second func(ir.Reg)) {
		g.scalarOp(&in, func(i int) { [...]func(ir.Reg){first, second}[i]([...]ir.Reg{a, b}[i]) })
	}
	if in.Op <= ir.Ne {
		in.Op = ir.Eq
		if want != (d.in.Op == ir.Eq) {
			in.Op = ir.Ne
		}
		if w.lead(a) == 0 {
			a, b = b, a
		}
		switch la := w.lead(a); {
		case w.lead(b) != 0:
			return nil
		case la == 0:
			return func() { compare(g.sc, g.sc) }
		case la == 1 && in.Op == ir.Ne && in.Kind.Bits() == 32: // none of the lanes is b
			return func() {
				g.sc(b)
				g.sc(a)
				g.f.Emit(wc.I32Sub)
				g.f.I32(int32(4 * w.copies))
				g.f.Emit(wc.I32GeU)
			}
		}
		return nil
	}
	if !want { // not a < b: b <= a
		a, b = b, a
		in.Op = ir.Lt + ir.Le - in.Op
	}
	switch la, lb := w.lead(a), w.lead(b); {
	case la < 0 || lb < 0 || la > 0 && lb > 0:
		return nil
	case la > 0:
		return func() {
			compare(w.last, g.sc)
			w.rises(a)
		}
	case lb > 0:
		return func() {
			compare(g.sc, g.sc)
			w.rises(b)
		}
	}
	return func() { compare(g.sc, g.sc) }
}

// lead is by how much a value rises from lane to lane of a run, -1 if not
// evenly.
func (w *wholes) lead(r ir.Reg) int64 {
	switch s := w.g.of[r]; {
	case s.form == uniform || s.form == chunked && w.g.steady[r]:
		return 0
	case s.form == linear && w.g.steady[r] && s.stride > 0 && s.stride < 1<<20:
		return s.stride
	}
	return -1
}

// last pushes the value of a register in the last lane of the run.
func (w *wholes) last(r ir.Reg) {
	f, rise := w.g.f, w.lead(r)*int64(4*w.copies-1)
	w.g.sc(r)
	if wide(w.g.fn.Regs[r].Kind) {
		f.I64(rise)
		f.Emit(wc.I64Add)
	} else {
		f.I32(int32(rise))
		f.Emit(wc.I32Add)
	}
}

// rises ands what is on the stack with that a register does not wrap in a run.
func (w *wholes) rises(r ir.Reg) {
	g, k := w.g, w.g.fn.Regs[r].Kind
	if g.limit[r] < k.Mask()>>1-1<<24 {
		return
	}
	g.scalarOp(&ir.Instr{Op: ir.Le, Kind: k}, func(i int) { [...]func(ir.Reg){g.sc, w.last}[i](r) })
	g.f.Emit(wc.I32And)
}

// early reports whether a register can be computed before the rest of a run,
// and notes what that takes.
func (w *wholes) early(r ir.Reg) bool {
	g := w.g
	if _, ok := g.param[r]; ok {
		w.params = append(w.params, r)
		return true
	}
	d := g.origin(r)
	if d == nil {
		return g.single[r] && g.roots[r] != nil // a parameter
	}
	plain := d.in.Op.Plain() && results(d.in) == 1 && g.of[r].form != varying
	load := d.in.Op == ir.Load && d.parent == w.region.parent && g.of[r].form == uniform
	for p := d.parent; p != w.region.parent; p = p.parent {
		if _, ok := w.guards[p]; !ok {
			return false
		}
	}
	if !plain && !load || slices.ContainsFunc(d.in.Args, func(a ir.Reg) bool { return !w.early(a) }) {
		return false
	}
	w.needed[d] = true
	return true
}

// each emits the loop over the chunks of the region.
func (w *wholes) each(body func(masked bool)) {
	g, f := w.g, w.g.f
	// What one of the copies of the code keeps in locals is none of the others'.
	own := func() {
		rg := *w.region
		g.region = &rg
	}
	g.chunkLoop(w.copies, func(next func()) {
		own()
		for i, r := range w.params {
			if g.of[r].form != uniform && !slices.Contains(w.params[:i], r) {
				g.setInChunk(r, g.param[r])
			}
		}
		for _, n := range g.nodes[w.region.lo:w.region.hi] {
			if w.needed[n] {
				g.instr(n)
			}
		}
		w.inside()
		for _, test := range w.tests {
			test()
			f.Emit(wc.I32And)
		}
		f.Emit(wc.I32Eqz)
		f.If()
		before := g.spent()
		own()
		body(g.v.tail)
		next()
		g.extra -= g.spent() - before // it hardly ever runs
		f.Else()
		own()
		g.guards = w.guards
		g.runOf(w.copies, func() { body(false) }, next)
		g.guards = nil
		f.End()
	})
}

// pads reports whether each row of a threadgroup begins with a chunk of its
// own, so that positions advance evenly in all of them. Nobody sees that where
// threads do not meet and do not ask for their index.
func (g *gen) pads(t *tree) bool {
	if g.v.aligned || t.root.split || 3*padded(g.v.tg[0]) > 4*g.v.tg[0] {
		return false
	}
	for _, n := range t.nodes[1:] {
		if n.in.Op >= ir.SimdSum && n.in.Op <= ir.SimdActive { // a quad function
			return false
		}
	}
	i := 0
	for _, a := range g.entry.Args {
		for range a.Params() {
			index := a.Kind == ir.ArgBuiltin && a.Builtin >= ir.ThreadIndexInThreadgroup && a.Builtin <= ir.QuadgroupIndexInThreadgroup
			if index && len(t.refs[t.fn.Params[i]]) > 0 {
				return false
			}
			i++
		}
	}
	return true
}

// padded is the length of a row in whole chunks.
func padded(row uint32) uint32 { return (row + 3) &^ 3 }
