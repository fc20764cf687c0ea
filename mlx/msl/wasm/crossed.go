package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Where each thread has vectors of four elements, all of which are computed in the same way, lanes need not be threads:
// a vector in memory stays one, for each of the chunk's four threads, and the same code computes with them. So nothing
// is exchanged behind loads and before stores.
//
//	y4[i] = x4[i] * clamp(x4[i] + 3.0f, 0.0f, 6.0f);

// four are the registers of a vector's elements.
type four struct {
	regs   [4]ir.Reg
	filled int
	with   *four // which is crossed if this one is, the same one for all of those
	no     bool
}

// element is a register as one of four.
type element struct {
	of *four
	i  int
}

// computed is what the nodes that compute a vector's elements have in common.
type computed struct {
	op         ir.Op
	kind, from ir.Kind
	flags      ir.Flags
	imm        uint64
	parent     *node
	arm        int
	args       [4]operand
	time       int // as others may compute the same
}

// operand is a register that all threads have, or one of a vector's.
type operand struct {
	of *four
	r  ir.Reg
}

type computedElement struct {
	computed
	i int
}

// crossing finds vectors that are crossed.
type crossing struct {
	g      *gen
	region []int // see regions
	all    []*four
	of     map[ir.Reg]element
	made   map[computed]*four
	times  map[computedElement]int
	takes  map[*node]bool // that may have them as operands
	ends   []*node        // loads and stores
}

// findCrossed finds the loads and stores of such vectors.
func (g *gen) findCrossed() {
	g.crossed, g.quartet = map[*node]bool{}, map[*node][]*node{}
	if g.v.alone {
		return
	}
	c := &crossing{g: g, region: g.regions(), of: map[ir.Reg]element{}, made: map[computed]*four{}, times: map[computedElement]int{}, takes: map[*node]bool{}}
	quartets := c.quartets()
	for _, n := range g.nodes[1:] {
		four := quartets[n]
		switch in := n.in; {
		case four != nil:
			first, last := g.ends(four)
			if in.Op == ir.Load && n == first {
				v := c.add()
				for i, m := range four {
					c.set(v, i, m.in.Dst)
				}
				c.ends = append(c.ends, n)
			}
			if in.Op == ir.Store && n == last && c.ofOne(four[0].in.Args[1], four[1].in.Args[1], four[2].in.Args[1], four[3].in.Args[1]) {
				for _, m := range four {
					c.takes[m] = true
				}
				c.ends = append(c.ends, n)
			}
		case in.Op == ir.Load && c.whole(n):
			v := c.add()
			for i := range 4 {
				c.set(v, i, in.Dst+ir.Reg(i))
			}
			c.ends = append(c.ends, n)
		case in.Op == ir.Store && c.whole(n):
			if c.ofOne(in.Args[1:]...) {
				c.takes[n] = true
				c.ends = append(c.ends, n)
			}
		case in.Op.Plain() && results(in) == 1:
			c.compute(n)
		}
	}
	for _, v := range c.all {
		if v.filled < 4 || slices.ContainsFunc(v.regs[:], c.escapes) {
			v.root().no = true
		}
	}
	for _, n := range c.ends {
		r := n.in.Dst
		if n.in.Op == ir.Store {
			r = n.in.Args[1]
		}
		if c.of[r].of.root().no {
			continue
		}
		if four := quartets[n]; four == nil {
			g.crossed[n] = true
		} else {
			for _, m := range four {
				g.quartet[m] = four
			}
		}
	}
}

// ofOne reports whether registers are the elements of a vector.
func (c *crossing) ofOne(regs ...ir.Reg) bool {
	v := c.of[regs[0]].of
	for i, r := range regs {
		if v == nil || c.of[r] != (element{v, i}) {
			return false
		}
	}
	return true
}

func (c *crossing) add() *four {
	v := &four{}
	c.all = append(c.all, v)
	return v
}

func (c *crossing) set(v *four, i int, r ir.Reg) {
	v.regs[i] = r
	v.filled++
	c.of[r] = element{v, i}
}

func (v *four) root() *four {
	for v.with != nil {
		if v.with.with != nil {
			v.with = v.with.with // halves the way for the next one
		}
		v = v.with
	}
	return v
}

// whole reports whether an access is of four elements of each lane.
func (c *crossing) whole(n *node) bool {
	in := n.in
	return in.N == 4 && in.Kind.Size() <= 4 && in.Space != ir.Thread && in.Flags&ir.Volatile == 0 && !c.g.of[in.Args[0]].scalar()
}

// compute notes a node that computes an element of others of the same place and of what all threads have.
func (c *crossing) compute(n *node) {
	g, in := c.g, n.in
	words := func(k ir.Kind) bool { return k.Size() <= 4 } // a lane has as much
	if !g.single[in.Dst] || g.blend[n] || g.of[in.Dst].form != varying || !words(in.Kind) || !words(in.From) && (in.Op == ir.Convert || in.Op == ir.Bitcast) || !words(g.fn.Regs[in.Dst].Kind) {
		return
	}
	i := -1
	key := computed{op: in.Op, kind: in.Kind, from: in.From, flags: in.Flags, imm: in.Imm, parent: n.parent, arm: n.arm}
	if len(in.Args) > len(key.args) {
		return
	}
	for j, r := range in.Args {
		e, ok := c.of[r]
		switch {
		case ok && i >= 0 && i != e.i, !ok && !g.of[r].scalar():
			return
		case ok:
			i = e.i
			key.args[j].of = e.of
		default:
			key.args[j].r = r
		}
	}
	if i < 0 {
		return
	}
	c.takes[n] = true
	element := computedElement{key, i}
	key.time = c.times[element]
	c.times[element]++
	v := c.made[key]
	if v == nil {
		v = c.add()
		c.made[key] = v
	}
	c.set(v, i, in.Dst)
	for _, o := range key.args {
		if o.of == nil {
			continue
		}
		if a, b := o.of.root(), v.root(); a != b {
			a.with = b
		}
	}
}

// escapes reports whether something else has a register for an operand, or lanes are something else where it is.
func (c *crossing) escapes(r ir.Reg) bool {
	g := c.g
	return !g.single[r] || g.of[r].form != varying || slices.ContainsFunc(g.refs[r], func(x ref) bool {
		return !x.def && !c.takes[x.n] || c.region[x.n.pos] != c.region[g.origin(r).pos] || slices.ContainsFunc(x.n.above(), func(n *node) bool { return g.along[n] != nil })
	})
}

// regions numbers the regions that nodes lie in: between two of them all threads meet.
func (g *gen) regions() []int {
	of, last := make([]int, len(g.nodes)), 0
	var visit func(kids []*node)
	visit = func(kids []*node) {
		last++
		for _, n := range kids {
			if n.split {
				visit(n.kids[0])
				visit(n.kids[1])
				last++
				continue
			}
			for at := n.pos; at < n.end; at++ {
				of[at] = last
			}
		}
	}
	visit([]*node{g.root})
	return of
}

// above are the constructs around a node.
func (n *node) above() (all []*node) {
	for n = n.parent; n != nil; n = n.parent {
		all = append(all, n)
	}
	return all
}

// loadCrossed loads the vectors of a chunk's threads, all in bounds, as they are.
func (g *gen) loadCrossed(a access, at spot, outs []int) {
	apart, _ := g.spacing(a.p)
	for l, out := range outs {
		g.loadFour(a, at.get(g.f, apart[l]), out)
	}
}

// loadFour loads four elements from the address on the stack.
func (g *gen) loadFour(a access, at uint32, out int) {
	f := g.f
	switch a.size {
	case 4:
		f.Mem(wc.V128Load, at)
	case 2:
		f.Mem(wc.V128Load16x4U, at)
	default:
		f.Mem(wc.V128Load32Zero, at)
		f.Emit(wc.I16x8ExtendLowI8x16U, wc.I32x4ExtendLowI16x8U)
	}
	f.Set(out)
}

// storeCrossed stores them, so many bytes apart. Smaller elements are narrowed together.
func (g *gen) storeCrossed(a access, at spot, step int64, outs []int) {
	if a.size < 4 {
		outs = g.narrowed(a, outs)
	}
	each := 4 / len(outs) // threads in a vector
	for i, out := range outs {
		if step == 4*a.size {
			offset := at.get(g.f, int64(i*each)*step)
			g.f.Get(out)
			g.f.Mem(wc.V128Store, offset)
			continue
		}
		for l := range each {
			offset := at.get(g.f, int64(i*each+l)*step)
			g.storeFour(a, offset, out, uint8(l))
		}
	}
}

// storeFour stores four elements to the address on the stack, those of a lane of as many bytes.
func (g *gen) storeFour(a access, at uint32, out int, lane uint8) {
	g.f.Get(out)
	if a.size == 4 {
		g.f.Mem(wc.V128Store, at)
	} else {
		g.f.MemLane(storeLane[4*a.size], at, lane)
	}
}
