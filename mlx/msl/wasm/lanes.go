package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Products and rotations of 64-bit lanes, upper halves of products and shifts by
// what varies have no vector instruction: each lane is taken out, computed with
// and put back. Where several such operations follow each other, as in a hash,
// all are computed for one lane after the other, so that only what goes in and
// comes out changes sides; from and to memory not even that.
//
//	h = (h ^ x) * 0x100000001b3ul;

// maxLanes bounds the operations of a sequence, whose code is there four times,
// and maxBetween those that stand between them.
const (
	maxLanes   = 64
	maxBetween = 64
)

// Costs in quarters of the cycle of a current processor, for four lanes. Tests
// lower them.
var (
	dear    = 16 // what a sequence begins with
	takeOut = 8
	putIn   = 16
)

// laneCosts are what an operation on 64-bit integers costs in vectors, one on
// smaller ones, and in scalars. Others cost cheapLane in all.
var laneCosts = map[ir.Op][3]int{
	ir.Mul: {32, 2, 16}, ir.MulHi: {32, 32, 24}, ir.Shl: {8, 2, 5}, ir.Shr: {8, 4, 5}, ir.Rotl: {24, 8, 5},
	ir.Div: {0, 0, 24}, ir.Rem: {0, 0, 32}, // by a constant, see divideCost
	ir.Clz: {24, 12, 5}, ir.Ctz: {24, 12, 5}, ir.Popcount: {24, 12, 5},
	ir.Lt: {12, 3, 8}, ir.Le: {12, 3, 8}, ir.Eq: {10, 2, 8}, ir.Ne: {10, 2, 8},
	ir.Select: {10, 3, 12}, ir.Min: {32, 2, 16}, ir.Max: {32, 2, 16}, ir.Abs: {32, 2, 16},
	ir.Convert: {6, 3, 4}, ir.Mov: {2, 1, 0},
	ir.Add: {2, 1, 4}, ir.Sub: {2, 1, 4}, ir.Neg: {2, 1, 4}, ir.And: {2, 1, 6}, ir.Or: {2, 1, 4}, ir.Xor: {2, 1, 4}, ir.Not: {2, 1, 4},
}

// laneCost is what an operation costs in vectors and in scalars; ok if it can be
// part of a sequence.
func (g *gen) laneCost(n *node) (vector, scalar int, ok bool) {
	in := n.in
	if in.Op == ir.Load || in.Op == ir.Store {
		return 2, 8, g.laneAccess(n)
	}
	if g.pack != nil && g.pack.nodes[n] || results(in) != 1 || g.of[in.Dst].form != varying || g.unused[n] || len(g.refs[in.Dst]) == 1 {
		return 0, 0, false
	}
	k := g.fn.Regs[in.Dst].Kind
	if !in.Kind.IsInt() || !(k.IsInt() || k == ir.Bool) || in.Op == ir.Convert && !in.From.IsInt() || in.Kind.Bits() < 32 {
		return 0, 0, false
	}
	c, ok := laneCosts[in.Op]
	if in.Op == ir.Div || in.Op == ir.Rem {
		_, ok = g.divisor(in)
	}
	if !ok {
		return 0, 0, false
	}
	vector, scalar = c[1], c[2]
	if wide(in.Kind) || in.Op == ir.Convert && wide(in.From) {
		vector = c[0]
	}
	switch in.Op {
	case ir.Div, ir.Rem:
		vector = 10
		if _, ok := g.powerOf(in); !ok {
			vector = g.divideCost(n)
		}
	case ir.Shl, ir.Shr, ir.Rotl:
		if !g.of[in.Args[1]].scalar() && (in.Op != ir.Shl || wide(in.Kind)) {
			vector, scalar = 32, 8
		} else if in.Op == ir.Shr && in.Kind == ir.I64 {
			vector = 24
		}
	case ir.Mul:
		if by, known := g.consts[in.Args[1]]; wide(in.Kind) && known && fewTerms(by) {
			vector = 10
		}
	}
	return vector, scalar, true
}

// laneAccess reports whether a load or store can be part of a sequence: of what
// lies one behind the other, and is not moved as it is.
func (g *gen) laneAccess(n *node) bool {
	a := g.access(n)
	if a.n != 1 || a.size < 4 || !a.k.IsInt() || !g.whole(a) || !g.shares(a) || a.root.shadow != nil {
		return false
	}
	return n.in.Op == ir.Store || !slices.ContainsFunc(g.refs[n.in.Dst], func(x ref) bool { return x.n.in.Op == ir.Store })
}

// mayStart reports whether a sequence may begin with a node: one that is dear, or
// a load that is not far before one.
func (g *gen) mayStart(n *node) bool {
	if g.dears == nil { // by position: where the next one that is dear stands
		g.dears = make([]int, len(g.nodes)+1)
		g.dears[len(g.nodes)] = len(g.nodes)
		for p := len(g.nodes) - 1; p >= 0; p-- {
			g.dears[p] = g.dears[p+1]
			if k := g.nodes[p]; k.in.Op.Plain() {
				if vector, _, ok := g.laneCost(k); ok && vector >= dear {
					g.dears[p] = p
				}
			}
		}
	}
	next := g.dears[n.pos]
	return next == n.pos || n.in.Op == ir.Load && next < min(n.pos+maxBetween, n.parent.end) && g.laneAccess(n)
}

// lanesAt finds the sequence of a block that begins with its first node: what is
// computed lane by lane, what stands between that and comes before it, and how
// many nodes these are. It is as long as gains most; none if vectors cost less.
func (g *gen) lanesAt(kids []*node) (nodes, between []*node, skip int) {
	if !g.mayStart(kids[0]) {
		return nil, nil, 0
	}
	type member struct{ gain, before, skip int } // up to and with it
	var members []member
	at := map[*node]int{}
	made, read := map[ir.Reg]bool{}, map[ir.Reg]bool{}
	gain, stored := 0, false
scan:
	for i, n := range kids {
		if v, s, ok := g.laneCost(n); ok && len(nodes) < maxLanes && (n.in.Op != ir.Store || made[n.in.Args[1]]) {
			gain += v - s
			stored = stored || n.in.Op == ir.Store
			for _, a := range n.in.Args {
				if !made[a] && !read[a] && g.of[a].form == varying {
					gain -= takeOut
				}
				read[a] = true
			}
			if n.in.Op != ir.Store {
				made[n.in.Dst] = true
			}
			at[n] = len(nodes)
			nodes = append(nodes, n)
			members = append(members, member{gain, len(between), i + 1})
			continue
		}
		if len(between) == maxBetween || results(n.in) == 0 || !n.in.Op.Plain() && (n.in.Op != ir.Load || stored) {
			break
		}
		for _, a := range n.in.Args {
			if made[a] {
				break scan
			}
		}
		for r := n.in.Dst; r < n.in.Dst+ir.Reg(results(n.in)); r++ {
			if made[r] || read[r] {
				break scan
			}
		}
		between = append(between, n)
	}
	// What a sequence of so many hands on has to be put in again.
	handed := make([]int, len(nodes)+1)
	for i, n := range nodes {
		if n.in.Op == ir.Store {
			continue
		}
		handed[i]++
		handed[g.lastRead(n, at)]--
	}
	best, length, open := 0, 0, 0
	for i, m := range members {
		open += handed[i]
		if now := m.gain - putIn*open; now > best {
			best, length = now, i+1
		}
	}
	if length == 0 {
		return nil, nil, 0
	}
	m := members[length-1]
	return nodes[:length], between[:m.before], m.skip
}

// lastRead is which node of a sequence is the last to read what n assigns, their
// number if there are other readers.
func (g *gen) lastRead(n *node, at map[*node]int) int {
	last := at[n]
	for _, x := range g.refs[n.in.Dst] {
		if x.def {
			continue
		}
		i, ok := at[x.n]
		if !ok || i <= at[n] {
			return len(at)
		}
		last = max(last, i)
	}
	if g.indexed[n.in.Dst] {
		return len(at)
	}
	return last
}

// laneByLane computes a sequence for one lane after the other.
func (g *gen) laneByLane(nodes []*node) {
	f := g.f
	at, made := map[*node]int{}, map[ir.Reg]*node{}
	spots := map[*node]spot{}
	for i, n := range nodes {
		at[n] = i
		if n.in.Op == ir.Load || n.in.Op == ir.Store {
			a := g.access(n)
			g.checkAlignment(a)
			spots[n] = g.spot(a)
		}
		if n.in.Op != ir.Store {
			made[n.in.Dst] = n
		}
	}
	var out []ir.Reg
	vectors := map[ir.Reg][2]int{}
	for _, n := range nodes {
		r := n.in.Dst
		if n.in.Op == ir.Store || made[r] != n || g.lastRead(n, at) < len(at) {
			continue
		}
		out = append(out, r)
		var v [2]int
		for h := range v {
			if h == 1 && !wide(g.fn.Regs[r].Kind) {
				break
			}
			v[h] = g.temp(wc.V128)
			f.V128([16]byte{}) // what it held before would be waited for
			f.Set(v[h])
		}
		vectors[r] = v
	}
	for l := range 4 {
		value := map[ir.Reg]int{}
		used := map[wc.Type][]int{}
		hold := func(r ir.Reg) int {
			t := scalarType(g.fn.Regs[r].Kind)
			x := g.temp(t)
			used[t] = append(used[t], x)
			value[r] = x
			return x
		}
		for _, n := range nodes {
			g.from(n)
			in := n.in
			arg := func(i int) {
				r := in.Args[i]
				x, ok := value[r]
				switch c, known := g.consts[r]; {
				case ok:
					f.Get(x)
				case known && g.of[r].scalar():
					g.constant(g.fn.Regs[r].Kind, c)
				case g.of[r].scalar():
					g.sc(r)
				default:
					g.lane(r, l)
					f.Tee(hold(r))
				}
			}
			size := int64(in.Kind.Size())
			switch in.Op {
			case ir.Load:
				g.loadOne(in.Kind, spots[n].get(f, int64(l)*size))
			case ir.Store:
				offset := spots[n].get(f, int64(l)*size)
				arg(1)
				f.Mem(storeOp(scalarType(in.Kind)), offset)
				continue
			default:
				g.scalarOp(in, arg)
			}
			f.Set(hold(in.Dst))
		}
		for _, r := range out {
			k, v := g.fn.Regs[r].Kind, vectors[r]
			if wide(k) {
				f.Get(v[l/2], value[r])
				f.Lane(wc.I64x2ReplaceLane, uint8(l%2))
				f.Set(v[l/2])
				continue
			}
			f.Get(v[0])
			if k == ir.Bool {
				f.I32(0)
				f.Get(value[r])
				f.Emit(wc.I32Sub)
			} else {
				f.Get(value[r])
			}
			f.Lane(wc.I32x4ReplaceLane, uint8(l))
			f.Set(v[0])
		}
		for t, xs := range used {
			g.free(t, xs...)
		}
	}
	for _, s := range spots {
		g.done(s)
	}
	for _, r := range out {
		n, v := made[r], vectors[r]
		f.Get(v[0])
		if wide(g.fn.Regs[r].Kind) {
			f.Get(v[1])
			g.setHalves(n, r)
			g.free(wc.V128, v[0], v[1])
		} else {
			g.set(n, r)
			g.free(wc.V128, v[0])
		}
	}
}
