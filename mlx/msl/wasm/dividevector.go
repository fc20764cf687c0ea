package wasm

import (
	"math"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Vectors of 32-bit integers are divided by a constant in float32, as there is no
// upper half of a product.

// fewForFloat bounds dividends of which float32 holds what divideFew makes.
const fewForFloat = 3 << 20

// divides reports whether an instruction divides integers of at most 32 bits.
func divides(in *ir.Instr) bool {
	return (in.Op == ir.Div || in.Op == ir.Rem) && in.Kind.IsInt() && !wide(in.Kind)
}

// dividend is what is known of the dividend of a division by a constant: whether it may
// be negative, and whether it is small enough for float32.
func (g *gen) dividend(n *node) (negative, few bool) {
	k, most := n.in.Kind, g.limit[n.in.Args[0]]
	if negative = k.IsSigned() && most > k.Mask()>>1; negative {
		most = k.Mask()>>1 + 1
	}
	return negative, most <= fewForFloat || g.proofs[n.in].few
}

// byHalves is how a number of 32 bits is divided by a constant d, given its upper and its
// lower half: as 2^16 is by*d + rest, the number is d times by*upper, and rest*upper + lower,
// which float32 divides. Halves without a sign are taken with one, 2^15 less.
type byHalves struct {
	flip     uint32 // what becomes halves with a sign by an exclusive or
	by, rest int64
	start    int64 // what rest*upper + lower is short of,
	quotient int64 // and by*upper
	exact    bool  // float32 surely finds the quotient, else one less at times: its error is 2^-23 of that, which is to be less than 1/2d
	whole    bool  // d is too large: the number itself is divided, with an error of less than one, too
}

func halvesOf(d uint32, signed bool) (h byHalves) {
	h.flip = 0x8000
	if !signed {
		h.flip |= signBit
	}
	if h.whole = d > 1<<16; h.whole {
		h.flip &= signBit
		h.start = int64(h.flip)
		return h
	}
	h.by = min((1<<16+int64(d)/2)/int64(d), 1<<15-1)
	h.rest = 1<<16 - h.by*int64(d)
	h.start = 1 << 15
	if !signed {
		h.start += h.rest << 15
		h.quotient = h.by << 15
	}
	h.exact = (max(h.rest, -h.rest)+1)<<15+int64(d) < 1<<22
	return h
}

// quotientKey is a division by a constant.
type quotientKey struct {
	of   ir.Reg
	by   uint64
	kind ir.Kind
}

// quotientKept is a local that holds a quotient in what the node dominates.
type quotientKept struct {
	node  *node
	copy  int
	local int
}

// divideOnce is divideVector, but where a number is divided and its remainder taken, too,
// the second one is found by the quotient of the first.
func (g *gen) divideOnce(n *node) {
	f, in := g.f, n.in
	q, ok := g.quotient(n)
	switch {
	case !ok:
		g.divideVector(n, in.Op)
	case in.Op == ir.Div:
		f.Get(q)
	default:
		g.vec(in.Args[0])
		f.Get(q)
		g.with(splat32(uint32(extend(in.Kind, g.consts[in.Args[1]]))), wc.I32x4Mul)
		f.Emit(wc.I32x4Sub)
	}
}

// quotient is the local with the quotient of a division or a remainder, if another one
// shares it.
func (g *gen) quotient(n *node) (local int, ok bool) {
	in := n.in
	x := in.Args[0]
	if d := g.origin(x); !g.single[x] || d != nil && !dominates(d, n) {
		return 0, false
	}
	key := quotientKey{x, g.consts[in.Args[1]], in.Kind}
	for _, k := range g.quotients[key] {
		if k.copy == g.copy && dominates(k.node, n) {
			return k.local, true
		}
	}
	if !slices.ContainsFunc(g.refs[x], func(x ref) bool {
		m := x.n.in
		if m.Op != ir.Div+ir.Rem-in.Op || m.Kind != in.Kind || m.Args[0] != key.of || !dominates(n, x.n) {
			return false
		}
		c, known := g.consts[m.Args[1]]
		return known && c == key.by
	}) {
		return 0, false
	}
	local = g.f.Local(wc.V128)
	g.divideVector(n, ir.Div)
	g.f.Set(local)
	g.quotients[key] = append(g.quotients[key], quotientKept{n, g.copy, local})
	return local, true
}

// divideVector pushes the lanes of a register divided by a constant, or the remainders.
// Half a divisor less makes rounding to a whole number what rounding down is to the number;
// a number below zero starts d-1 higher, so that its quotient is rounded up. That whole number
// stands in the lower bits of the sum with one whose last place is one.
func (g *gen) divideVector(n *node, op ir.Op) {
	f, in, x := g.f, n.in, n.in.Args[0]
	d := uint32(extend(in.Kind, g.consts[in.Args[1]]))
	negative, few := g.dividend(n)
	if few {
		g.divideFew(in, op, d)
		return
	}
	h := halvesOf(d, negative)
	y, t, q, raise := g.temp(wc.V128), g.temp(wc.V128), g.temp(wc.V128), g.temp(wc.V128)
	defer g.free(wc.V128, y, t, q, raise)
	g.vec(x)
	if negative {
		g.constant4([16]byte{})
		g.vec(x)
		f.Emit(wc.I32x4GtS)
		g.with(splat32(d-1), wc.V128And)
		f.Tee(raise)
		f.Emit(wc.I32x4Add)
	}
	if h.flip != 0 {
		g.with(splat32(h.flip), wc.V128Xor)
	}
	f.Tee(y)
	if !h.whole {
		g.with(splat32(uint32(h.rest)<<16|1), wc.I32x4DotI16x8S)
	}
	f.Tee(t)
	const last = 0x1.8p23
	rest := h.start % int64(d)
	if rest < 0 {
		rest += int64(d)
	}
	less := float64(d-1) / 2
	if !h.exact {
		less += float64(d) / 4
	}
	f.Emit(wc.F32x4ConvertI32x4S)
	if offset := float64(rest) - less; offset != 0 {
		g.with(bitsOf(offset), wc.F32x4Add)
	}
	g.with(bitsOf(1/float64(d)), wc.F32x4Mul)
	g.with(bitsOf(last), wc.F32x4Add)
	lastBits := math.Float32bits(last)
	f.Set(q)
	if op == ir.Rem || !h.exact { // the remainder, in t
		f.Get(t, q)
		g.with(splat32(d), wc.I32x4Mul)
		f.Emit(wc.I32x4Sub)
		g.with(splat32(uint32(rest)+lastBits*d), wc.I32x4Add)
		f.Set(t)
	}
	over := func() { // pushes where it is not less than the divisor
		f.Get(t)
		g.with(splat32(d-1), wc.I32x4GtS)
	}
	if op == ir.Rem {
		f.Get(t)
		if !h.exact {
			over()
			g.with(splat32(d), wc.V128And)
			f.Emit(wc.I32x4Sub)
		}
		if negative {
			f.Get(raise)
			f.Emit(wc.I32x4Sub)
		}
		return
	}
	f.Get(q)
	if !h.whole {
		f.Get(y)
		g.with(splat32(uint32(h.by)<<16), wc.I32x4DotI16x8S)
		f.Emit(wc.I32x4Add)
	}
	g.with(splat32(uint32(h.quotient+(h.start-rest)/int64(d))-lastBits), wc.I32x4Add)
	if !h.exact {
		over()
		f.Emit(wc.I32x4Sub)
	}
}

// divideFew is divideVector where float32 holds the numbers: the reciprocal is a little too
// large, by less than takes the last number before a multiple of the divisor to it.
func (g *gen) divideFew(in *ir.Instr, op ir.Op, d uint32) {
	f, x := g.f, in.Args[0]
	g.vec(x)
	f.Emit(wc.F32x4ConvertI32x4S)
	g.with(splat32(math.Float32bits(float32(1/float64(d)))+1), wc.F32x4Mul)
	f.Emit(wc.F32x4Trunc)
	g.with(bitsOf(0x1.8p23), wc.F32x4Add)
	g.with(bitsOf(0x1.8p23), wc.I32x4Sub)
	if op == ir.Rem {
		q := g.temp(wc.V128)
		f.Set(q)
		g.vec(x)
		f.Get(q)
		g.with(splat32(d), wc.I32x4Mul)
		f.Emit(wc.I32x4Sub)
		g.free(wc.V128, q)
	}
}

// dividesLanes reports whether a division by a constant is one of scalars all the same, as
// a remainder and two divisors would not fit 32 bits.
func (g *gen) dividesLanes(n *node) bool {
	_, few := g.dividend(n)
	return !few && uint32(extend(n.in.Kind, g.consts[n.in.Args[1]])) >= 1<<30
}

// divideCost is what a division by a constant costs in vectors, as laneCosts.
func (g *gen) divideCost(n *node) int {
	cost := 12
	if _, few := g.dividend(n); few {
		cost = 6
	} else if g.dividesLanes(n) {
		cost = 44
	}
	if n.in.Op == ir.Rem {
		cost += 3
	}
	return cost
}
