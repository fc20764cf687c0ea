package wasm

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Where all that a region stores are bytes or 16-bit numbers, and the lower 16 bits
// of what they are made of are enough to tell them, its runs are computed eight
// lanes to a vector. Additions, products and what works on bits need no more of
// their operands. Of those of comparisons, minima and shifts to the right the bounds
// tell that 16 bits hold them. It happens at the end of a run, for all of its chunks.
//
//	y[i] = (x[i] + x[i + 1] + 1) >> 1; // of uchars

// pack is what a region computes in 16-bit lanes: the loads, the operations and
// the stores.
type pack struct {
	g      *gen
	region *region
	stores []*node
	nodes  map[*node]bool
	first  *node // by position
	ranges map[ir.Reg]ir.Range
	divide map[*ir.Instr]quotient
	active bool           // in the run that is emitted
	inRow  map[*node]spot // where loads along rows are

	records []*record // of the run

	uniforms map[ir.Reg]int // vectors of scalars
	values   map[ir.Reg]int // vectors of eight lanes
	held     []int          // the locals of both
}

// packOf finds a region's pack, nil if not all of it can be in one.
func (g *gen) packOf(rg *region) *pack {
	p := &pack{g: g, region: rg, nodes: map[*node]bool{}, ranges: map[ir.Reg]ir.Range{}, divide: map[*ir.Instr]quotient{}}
	for _, n := range g.nodes[rg.lo:rg.hi] {
		if !touches(n.in) || n.in.Op == ir.Load {
			continue
		}
		if n.in.Op != ir.Store || len(n.in.Args) != 2 || !small(n.in.Kind) || !p.takes(n.in.Args[1], n) || len(p.stores) > 0 && (n.parent != p.stores[0].parent || n.arm != p.stores[0].arm) {
			return nil
		}
		p.stores = append(p.stores, n)
		p.nodes[n] = true
	}
	for n := range p.nodes {
		if p.first == nil || n.pos < p.first.pos {
			p.first = n
		}
		if r := n.in.Dst; r != ir.NoReg && (g.indexed[r] || slices.ContainsFunc(g.refs[r], func(x ref) bool { return !p.nodes[x.n] })) {
			return nil
		}
	}
	if p.first == nil || p.first.in.Op == ir.Store {
		return nil
	}
	return p
}

// small reports whether numbers of a kind fill no more than 16 bits.
func small(k ir.Kind) bool { return k.IsInt() && k.Bits() <= 16 }

// takes adds what computes a register that a store needs; it reports whether all
// of that can be.
func (p *pack) takes(r ir.Reg, store *node) bool {
	g, k := p.g, p.g.fn.Regs[r].Kind
	if !k.IsInt() && k != ir.Bool || k.Bits() > 32 {
		return false
	}
	d := g.origin(r)
	switch {
	case d != nil && p.nodes[d]:
		return true
	case d != nil && d.in.Op == ir.Const:
		p.ranges[r] = g.fn.Range(d.in, nil)
		return true
	case k != ir.Bool && (g.of[r].form == uniform && (g.single[r] || !g.definedIn(p.region, r)) || p.follows(r, d, store)): // others may be assigned again meanwhile
		p.ranges[r] = ir.Range{Lo: -1 << 31, Hi: 1<<32 - 1}
		if most := g.limit[r]; most <= math.MaxInt32 && (!k.IsSigned() || most <= k.Mask()>>1) {
			p.ranges[r] = ir.Range{Lo: 0, Hi: int64(most)}
		}
		return true
	case d == nil || d.pos < p.region.lo || d.parent != store.parent || d.arm != store.arm || g.of[r].form != varying:
		return false
	case d.in.Op == ir.Load:
		if results(d.in) != 1 || !small(k) || g.quartet[d] != nil {
			return false
		}
		p.ranges[r] = kindRange(k)
		p.nodes[d] = true
		return true
	}
	for _, a := range d.in.Args {
		if !p.takes(a, store) {
			return false
		}
	}
	if !p.computes(d.in) {
		return false
	}
	p.ranges[r] = p.bounds(d)
	p.nodes[d] = true
	return true
}

// follows reports whether a scalar of a run's last chunk tells what a store's register
// is in all of them: positions, and what is the same in a row.
func (p *pack) follows(r ir.Reg, d, store *node) bool {
	g := p.g
	s := g.of[r]
	if p.inRow != nil || !g.steady[r] || s.form != linear && (s.form != chunked || !g.fixed[r]) || s.irregular() {
		return false
	}
	_, param := g.param[r]
	return param || d != nil && d.pos >= p.region.lo && dominates(d, store)
}

// kindRange is what numbers of a small kind lie in.
func kindRange(k ir.Kind) ir.Range {
	if k.IsSigned() {
		return ir.Range{Lo: -1 << (k.Bits() - 1), Hi: 1<<(k.Bits()-1) - 1}
	}
	return ir.Range{Lo: 0, Hi: int64(k.Mask())}
}

// bounds finds what the result of an operation lies in. Of a mean that is weighed
// with w and c-w it is what that of its two numbers is.
func (p *pack) bounds(d *node) ir.Range {
	out := p.g.fn.Range(d.in, func(r ir.Reg) ir.Range { return p.ranges[r] })
	if d.in.Op != ir.Add {
		return out
	}
	m, n := p.g.origin(d.in.Args[0]), p.g.origin(d.in.Args[1])
	if m == nil || n == nil || m.in.Op != ir.Mul || n.in.Op != ir.Mul {
		return out
	}
	for i := range 4 {
		x, w, y, rest := m.in.Args[i&1], m.in.Args[i&1^1], n.in.Args[i>>1], n.in.Args[i>>1^1]
		for range 2 {
			if s := p.g.origin(rest); s != nil && s.in.Op == ir.Sub && s.in.Args[1] == w {
				c, least, a, b := p.ranges[s.in.Args[0]], p.ranges[w], p.ranges[x], p.ranges[y]
				if p.bounded(s.in.Args[0], w, x, y) && c.Lo == c.Hi && c.Hi < 1<<16 && least.Lo >= 0 && least.Hi <= c.Lo && a.Lo >= 0 && b.Lo >= 0 {
					out.Hi = min(out.Hi, c.Lo*max(a.Hi, b.Hi))
				}
			}
			x, w, y, rest = y, rest, x, w
		}
	}
	return out
}

// bounded reports whether it was found what registers lie in: what scalars are
// computed from was not looked at.
func (p *pack) bounded(regs ...ir.Reg) bool {
	return !slices.ContainsFunc(regs, func(r ir.Reg) bool { _, ok := p.ranges[r]; return !ok })
}

// halves tells in which form 16 bits hold what numbers lie in: with a sign, or none.
func halves(rs ...ir.Range) (signed, unsigned bool) {
	signed, unsigned = true, true
	for _, r := range rs {
		signed = signed && r.Lo >= -1<<15 && r.Hi < 1<<15
		unsigned = unsigned && r.Lo >= 0 && r.Hi < 1<<16
	}
	return signed, unsigned
}

// known reports whether 16-bit lanes tell what registers hold.
func (p *pack) known(regs ...ir.Reg) bool {
	signed, unsigned := p.halves(regs...)
	return signed || unsigned
}

func (p *pack) halves(regs ...ir.Reg) (signed, unsigned bool) {
	var rs []ir.Range
	for _, r := range regs {
		rs = append(rs, p.ranges[r])
	}
	return halves(rs...)
}

// computes reports whether an operation can be computed in 16-bit lanes.
func (p *pack) computes(in *ir.Instr) bool {
	switch in.Op {
	case ir.Mov, ir.Select, ir.Add, ir.Sub, ir.Mul, ir.And, ir.Or, ir.Xor, ir.Not, ir.Neg:
		return true
	case ir.Convert:
		return (in.From.IsInt() || in.From == ir.Bool) && in.From.Bits() <= 32 && (in.Kind.IsInt() || p.known(in.Args[0]))
	case ir.Shl, ir.Shr:
		c, ok := p.g.consts[in.Args[1]]
		return ok && c&uint64(in.Kind.Bits()-1) < 16 && (in.Op == ir.Shl || p.known(in.Args[0]))
	case ir.Min, ir.Max, ir.Eq, ir.Ne, ir.Lt, ir.Le:
		return in.Kind.IsInt() && p.known(in.Args...)
	case ir.Abs:
		return p.known(in.Args[0])
	case ir.Popcount:
		_, unsigned := p.halves(in.Args[0])
		return unsigned
	case ir.Div, ir.Rem:
		q, ok := p.divisor(in)
		p.divide[in] = q
		return ok
	}
	return false
}

// packs emits what of the region's pack a node is, if the run can be packed; it
// reports whether it can.
func (g *gen) packs(n *node) bool {
	p := g.pack
	if p == nil || !p.nodes[n] {
		return false
	}
	if n == p.first && g.copy == 0 {
		p.active = p.can()
	}
	if !p.active {
		return false
	}
	if touches(n.in) {
		a := g.access(n)
		g.checkAlignment(a)
		if g.copy == 0 {
			g.done(g.spot(a)) // that the last chunk finds
		}
	}
	if n == p.stores[len(p.stores)-1] && g.copy == g.copies-1 { // all pointers are there, also of what is noted
		p.emit()
	}
	return true
}

// can reports whether a run accesses whole vectors, and stores at its end.
func (p *pack) can() bool {
	g := p.g
	p.records = nil
	for _, n := range p.loads() {
		if !g.fills(n, g.access(n)) && p.apart(n) == nil {
			return false
		}
	}
	return !slices.ContainsFunc(p.stores, func(n *node) bool { return !p.waits(n) })
}

// waits reports whether a store of the pack can wait for the last chunk of the run:
// see gen.waits.
func (p *pack) waits(n *node) bool {
	g := p.g
	a := g.access(n)
	return !slices.ContainsFunc(g.nodes[n.pos:p.region.hi], func(k *node) bool {
		if k.in.Op == ir.Load {
			return g.mayMeet(a, k)
		}
		return touches(k.in) && !(p.nodes[k] && g.fills(k, g.access(k)))
	})
}

// emit computes the run and stores it.
func (p *pack) emit() {
	g, f := p.g, p.g.f
	p.uniforms, p.held = map[ir.Reg]int{}, nil
	words := make([][]int, len(p.stores))
	for w := range g.copies / 2 {
		p.values = map[ir.Reg]int{}
		for i, s := range p.stores {
			p.push(s.in.Args[1], w)
			words[i] = append(words[i], f.Local(wc.V128))
			f.Set(words[i][w])
		}
	}
	g.free(wc.V128, p.held...)
	for i, s := range p.stores {
		a := g.access(s)
		if a.size == 1 {
			words[i] = pairs(f, words[i], wc.I8x16NarrowI16x8U, wc.I8x16NarrowI16x8S, a.k != ir.I8)
		}
		g.storeWords(a, g.back(a), words[i])
	}
}

// splat16 is a number in all lanes.
func splat16(v uint16) [16]byte { return splat32(uint32(v)<<16 | uint32(v)) }

// lanes16 is how far eight lanes are from the first of a chunk that begins so many lanes behind.
func lanes16(stride int64, from int) (b [16]byte) {
	for i := range 8 {
		binary.LittleEndian.PutUint16(b[2*i:], uint16(stride*int64(from+i)))
	}
	return b
}

// push pushes lanes 8w to 8w+7 of the run of a register.
func (p *pack) push(r ir.Reg, w int) {
	g, f := p.g, p.g.f
	k := g.fn.Regs[r].Kind
	if c, ok := g.consts[r]; ok {
		lane := uint16(extend(k, c))
		if k == ir.Bool {
			lane = -uint16(c & 1)
		}
		g.constant4(splat16(lane))
		return
	}
	if l, ok := p.uniforms[r]; ok {
		f.Get(l)
		return
	}
	if l, ok := p.values[r]; ok {
		f.Get(l)
		return
	}
	l := g.temp(wc.V128)
	p.held = append(p.held, l)
	if s := g.of[r]; s.form < varying {
		f.V128([16]byte{})
		g.sc(r)
		f.Lane(wc.I32x4ReplaceLane, 0)
		g.with([16]byte{0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1}, wc.I8x16Swizzle)
		if s.form == linear {
			g.with(lanes16(s.stride, 8*w-4*(g.copies-1)), wc.I16x8Add)
			p.values[r] = l
		} else {
			p.uniforms[r] = l
		}
	} else if d := g.origin(r); d.in.Op == ir.Load {
		p.load(d, w)
		p.values[r] = l
	} else {
		p.compute(d.in, w)
		p.values[r] = l
	}
	f.Set(l)
	f.Get(l)
}

// load pushes eight elements.
func (p *pack) load(n *node, w int) {
	g := p.g
	a := g.access(n)
	if at, ok := p.inRow[n]; ok {
		p.loadFrom(a, at, 8*int64(w)*a.size)
		return
	}
	if r := p.apart(n); r != nil {
		p.pick(n, r, w)
		return
	}
	s := g.spot(a)
	p.loadFrom(a, s, g.back(a)+8*int64(w)*a.size)
	g.done(s)
}

// loadFrom pushes eight elements that lie so far from an address.
func (p *pack) loadFrom(a access, s spot, at int64) {
	f := p.g.f
	offset := s.get(f, at)
	switch {
	case a.size == 2:
		f.Mem(wc.V128Load, offset)
	case a.k.IsSigned():
		f.Mem(wc.V128Load8x8S, offset)
	default:
		f.Mem(wc.V128Load8x8U, offset)
	}
}

var packed = map[ir.Op]wc.Op{ir.Add: wc.I16x8Add, ir.Sub: wc.I16x8Sub, ir.Mul: wc.I16x8Mul, ir.And: wc.V128And, ir.Or: wc.V128Or, ir.Xor: wc.V128Xor,
	ir.Eq: wc.I16x8Eq, ir.Ne: wc.I16x8Ne, ir.Neg: wc.I16x8Neg, ir.Not: wc.V128Not, ir.Abs: wc.I16x8Abs}

var packedBySign = map[ir.Op][2]wc.Op{ir.Min: {wc.I16x8MinU, wc.I16x8MinS}, ir.Max: {wc.I16x8MaxU, wc.I16x8MaxS},
	ir.Lt: {wc.I16x8LtU, wc.I16x8LtS}, ir.Le: {wc.I16x8LeU, wc.I16x8LeS}, ir.Shr: {wc.I16x8ShrU, wc.I16x8ShrS}}

// compute pushes what an operation computes.
func (p *pack) compute(in *ir.Instr, w int) {
	g, f := p.g, p.g.f
	arg := func(i int) { p.push(in.Args[i], w) }
	signed, _ := p.halves(in.Args...)
	count := uint64(0)
	if in.Op == ir.Shl || in.Op == ir.Shr {
		count = g.consts[in.Args[1]] & uint64(in.Kind.Bits()-1)
		signed, _ = p.halves(in.Args[0])
	}
	switch in.Op {
	case ir.Mov:
		arg(0)
		return
	case ir.Select:
		if j, ok := g.joins(in); ok {
			arg(0)
			p.push(j.other, w)
			f.Emit(j.op)
			return
		}
		arg(1)
		if c, ok := g.consts[in.Args[2]]; ok && c == 0 {
			arg(0)
			f.Emit(wc.V128And)
			return
		}
		arg(2)
		arg(0)
		f.Emit(wc.V128Bitselect)
		return
	case ir.Convert:
		p.convert(in, w)
		return
	case ir.Abs:
		arg(0)
		if in.Kind.IsSigned() && p.ranges[in.Args[0]].Lo < 0 {
			f.Emit(wc.I16x8Abs)
		}
	case ir.Popcount:
		arg(0)
		f.Emit(wc.I8x16Popcnt, wc.I16x8ExtaddPairwiseI8x16U)
	case ir.Div:
		p.divideBy(in, w)
		return
	case ir.Rem:
		arg(0)
		p.divideBy(in, w)
		g.with(splat16(uint16(g.consts[in.Args[1]])), wc.I16x8Mul)
		f.Emit(wc.I16x8Sub)
		return
	case ir.Shl:
		arg(0)
		g.with(splat16(1<<count), wc.I16x8Mul)
	case ir.Shr:
		arg(0)
		if count > 0 {
			f.I32(int32(count))
			f.Emit(packedBySign[ir.Shr][bit[int](signed && p.ranges[in.Args[0]].Lo < 0)])
		}
		return
	default:
		for i := range in.Args {
			arg(i)
		}
		if ops, ok := packedBySign[in.Op]; ok {
			f.Emit(ops[bit[int](signed)])
			return
		}
		f.Emit(packed[in.Op])
		if in.Op == ir.Eq || in.Op == ir.Ne {
			return
		}
	}
	if in.Kind.Bits() == 8 && in.Kind != ir.Bool {
		p.wrap(in.Kind)
	}
}

func (p *pack) convert(in *ir.Instr, w int) {
	g, r := p.g, p.ranges[in.Args[0]]
	p.push(in.Args[0], w)
	switch {
	case in.From == ir.Bool && in.Kind != ir.Bool:
		g.with(splat16(1), wc.V128And)
	case in.Kind == ir.Bool && in.From != ir.Bool:
		g.with([16]byte{}, wc.I16x8Ne)
	case in.Kind.Bits() == 8 && in.Kind != ir.Bool:
		if to := kindRange(in.Kind); r.Lo < to.Lo || r.Hi > to.Hi {
			p.wrap(in.Kind)
		}
	}
}

// wrap brings the lanes on the stack into the range of a kind of bytes.
func (p *pack) wrap(k ir.Kind) {
	p.g.with(splat16(0xff), wc.V128And)
	if k.IsSigned() {
		p.g.with(splat16(0x80), wc.V128Xor)
		p.g.with(splat16(0x80), wc.I16x8Sub)
	}
}
