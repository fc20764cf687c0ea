package wasm

import (
	"encoding/binary"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Vectors hold 32-bit lanes: integers up to 32 bits extended by their sign,
// Bool as 0 or -1, floats of all kinds as f32. 64-bit kinds take two vectors
// of two lanes.

func splat32(v uint32) (b [16]byte) {
	for i := range 4 {
		binary.LittleEndian.PutUint32(b[i*4:], v)
	}
	return b
}

// iota32 is {0, s, 2s, 3s}.
func iota32(s int64) [16]byte { return lanes32([]int64{0, s, 2 * s, 3 * s}) }

// lanes32 are four numbers of 32 bits.
func lanes32(at []int64) (b [16]byte) {
	for i, n := range at {
		binary.LittleEndian.PutUint32(b[i*4:], uint32(n))
	}
	return b
}

func pair64(a, c int64) (b [16]byte) {
	binary.LittleEndian.PutUint64(b[:], uint64(a))
	binary.LittleEndian.PutUint64(b[8:], uint64(c))
	return b
}

// sc pushes a register that has a scalar: its value, or its base. A constant is made
// where it is needed: as a local it would be a phi in every loop around for wazero.
func (g *gen) sc(r ir.Reg) {
	if g.made(r) {
		g.constant(g.fn.Regs[r].Kind, g.consts[r])
		return
	}
	g.f.Get(g.loc[r][0])
}

// made reports whether sc makes a register.
func (g *gen) made(r ir.Reg) bool {
	_, known := g.consts[r]
	return known && g.fn.Regs[r].Kind.IsInt()
}

// vec pushes a register of at most 32 bits as a vector.
func (g *gen) vec(r ir.Reg) {
	f, s, k := g.f, g.of[r], g.fn.Regs[r].Kind
	if c, ok := g.consts[r]; ok && s.scalar() {
		g.constant4(constantLanes(k, c))
		return
	}
	if l, ok := g.spread[r]; ok {
		f.Get(l)
		return
	}
	f.Get(g.loc[r][0])
	if s.form != varying {
		g.lanesFrom(s, k)
	}
}

// lanesFrom turns the scalar of a register of a shape into its vector.
func (g *gen) lanesFrom(s shape, k ir.Kind) {
	if s.form != linear {
		g.splat(k)
		return
	}
	g.splat(ir.U32)
	p := s.places()
	g.constant4(lanes32(p[:4]))
	g.f.Emit(wc.I32x4Add)
}

// spreads gives scalars that vector operations use a vector of their own, set
// where the register is, as a splat takes wazero seven instructions: there may be
// several uses, or one in a loop or in each chunk of a run.
func (g *gen) spreads() {
	g.spread = map[ir.Reg]int{}
	for r, s := range g.of {
		r := ir.Reg(r)
		if s.form == varying || s.form == widened || wide(g.fn.Regs[r].Kind) {
			continue
		}
		d := g.origin(r)
		if _, param := g.param[r]; param && s.form != uniform && slices.ContainsFunc(g.refs[r], func(x ref) bool { return g.takesVector(x.n, r) && g.repeatsIn(x.n) }) {
			g.spread[r] = g.f.Local(wc.V128)
		}
		if _, known := g.consts[r]; known || d == nil {
			continue
		}
		uses, again := 0, false
		for _, x := range g.refs[r] {
			if x.def {
				continue
			}
			if !dominates(d, x.n) || s.form != uniform && g.meetsBetween(d, x.n) {
				uses = 0
				break
			}
			if g.takesVector(x.n, r) {
				uses++
				again = again || x.n.parent != d.parent || g.fixed[r] && !g.root.split || g.inLoop(d)
			}
		}
		if uses > 1 || uses > 0 && again {
			g.spread[r] = g.f.Local(wc.V128)
		}
	}
}

// repeatsIn reports whether a loop in which no threads meet is around a node.
func (g *gen) repeatsIn(n *node) bool {
	for p := n.parent; p != nil && !p.split; p = p.parent {
		if p.in != nil && p.in.Op == ir.Loop {
			return true
		}
	}
	return false
}

// meetsBetween reports whether threads meet between two nodes, so that they
// are in different regions.
func (g *gen) meetsBetween(a, b *node) bool {
	for p := a.pos; p <= b.pos; p++ {
		if g.nodes[p].split {
			return true
		}
	}
	return false
}

// takesVector reports whether a node computes with the lanes of r.
func (g *gen) takesVector(n *node, r ir.Reg) bool {
	in := n.in
	if results(in) != 1 || !in.Op.Plain() || g.of[in.Dst].form != varying {
		return false
	}
	if (in.Op == ir.Shl || in.Op == ir.Shr) && in.Args[0] != r {
		return false
	}
	for _, a := range in.Args {
		if !g.of[a].scalar() {
			return true
		}
	}
	return false
}

// spreadOut sets the vector of a register whose scalar was just set.
func (g *gen) spreadOut(r ir.Reg) {
	if l, ok := g.spread[r]; ok {
		g.f.Get(g.loc[r][0])
		g.lanesFrom(g.of[r], g.fn.Regs[r].Kind)
		g.f.Set(l)
	}
}

// constantLanes is a constant of a kind in all lanes.
func constantLanes(k ir.Kind, bits uint64) [16]byte {
	switch {
	case k.IsFloat():
		return splat32(floatBits(k, bits))
	case k == ir.Bool:
		return splat32(-uint32(bits & 1))
	}
	return splat32(extend(k, bits))
}

// maxConstants is how many constants are kept in locals; others are loaded
// where they are used, which costs less than to spill them.
const maxConstants = 10

// constant4 pushes a vector.
func (g *gen) constant4(v [16]byte) {
	if _, ok := g.splats[v]; !ok && (v == [16]byte{} || len(g.splats) >= maxConstants) {
		g.f.V128(v)
		return
	}
	g.f.Get(kept(g, g.splats, v, wc.V128, func() { g.f.V128(v) }))
}

// splat turns the scalar on the stack into a vector, as wasmcode.Func.Emit
// does, but with the pattern in a local: it stands in many loops.
func (g *gen) splat(k ir.Kind) {
	f := g.f
	t, insert := wc.I32, wc.I32x4ReplaceLane
	if k.IsFloat() {
		t, insert = wc.F32, wc.F32x4ReplaceLane
	}
	x := g.temp(t)
	f.Set(x)
	f.V128([16]byte{})
	f.Get(x)
	f.Lane(insert, 0)
	g.constant4([16]byte{0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3})
	f.Emit(wc.I8x16Swizzle)
	if k == ir.Bool {
		f.Emit(wc.I32x4Neg)
	}
	g.free(t, x)
}

// half pushes lanes 0 and 1 (h = 0) or 2 and 3 (h = 1) of a 64-bit register.
func (g *gen) half(r ir.Reg, h int) {
	f, s := g.f, g.of[r]
	p := s.places()
	if c, ok := g.consts[r]; ok && s.scalar() {
		g.constant4(pair64(int64(c), int64(c)))
		return
	}
	switch s.form {
	case varying:
		f.Get(g.loc[r][h])
	case linear:
		f.Get(g.loc[r][0])
		f.Emit(wc.I64x2Splat)
		f.V128(pair64(p[2*h], p[2*h+1]))
		f.Emit(wc.I64x2Add)
	case widened:
		// base + scale*(ext(low + l*stride) - ext(low))
		f.Get(g.loc[r][1])
		f.Emit(wc.I32x4Splat)
		f.V128(lanes32(p[:4]))
		f.Emit(wc.I32x4Add)
		ops := [2][2]wc.Op{{wc.I64x2ExtendLowI32x4U, wc.I64x2ExtendHighI32x4U}, {wc.I64x2ExtendLowI32x4S, wc.I64x2ExtendHighI32x4S}}
		ext := wc.I64ExtendI32U
		if s.signed {
			f.Emit(ops[1][h])
			ext = wc.I64ExtendI32S
		} else {
			f.Emit(ops[0][h])
		}
		f.Get(g.loc[r][1])
		f.Emit(ext, wc.I64x2Splat, wc.I64x2Sub)
		if s.scale != 1 {
			f.V128(pair64(s.scale, s.scale))
			f.Emit(wc.I64x2Mul)
		}
		f.Get(g.loc[r][0])
		f.Emit(wc.I64x2Splat, wc.I64x2Add)
	default:
		f.Get(g.loc[r][0])
		f.Emit(wc.I64x2Splat)
	}
}

// set pops a vector into a varying register, keeping inactive lanes where the
// definition asks for it.
func (g *gen) set(n *node, r ir.Reg) {
	f := g.f
	if first, ok := g.firsts[g.second[n]]; ok {
		g.keepFirst(g.loc[r][0], func() { f.Get(first) })
	} else if g.blend[n] && g.cur.some {
		f.Get(g.loc[r][0], g.cur.local)
		f.Emit(wc.V128Bitselect)
	}
	f.Set(g.loc[r][0])
}

// keepsLanes reports whether set keeps some lanes.
func (g *gen) keepsLanes(n *node) bool {
	_, completes := g.firsts[g.second[n]]
	return completes || g.blend[n] && g.cur.some
}

// widenMask makes masks of 64-bit lanes of one half of those of 32-bit lanes.
var widenMask = [2]wc.Op{wc.I64x2ExtendLowI32x4S, wc.I64x2ExtendHighI32x4S}

// setHalves pops lanes 2 and 3, then lanes 0 and 1, of a 64-bit register.
func (g *gen) setHalves(n *node, r ir.Reg) {
	f := g.f
	first, completes := g.firsts[g.second[n]]
	for h := 1; h >= 0; h-- {
		if completes {
			g.keepFirst(g.loc[r][h], func() {
				f.Get(first)
				f.Emit(widenMask[h])
			})
		} else if g.blend[n] && g.cur.some {
			f.Get(g.loc[r][h], g.cur.local)
			f.Emit(widenMask[h], wc.V128Bitselect)
		}
		f.Set(g.loc[r][h])
	}
}

// lane extracts a lane of a register as a scalar.
func (g *gen) lane(r ir.Reg, l int) {
	f, k := g.f, g.fn.Regs[r].Kind
	if g.of[r].scalar() {
		g.sc(r)
		return
	}
	switch {
	case g.of[r].form == linear:
		g.sc(r)
		if at := g.of[r].places()[l]; wide(k) {
			f.I64(at)
			f.Emit(wc.I64Add)
		} else {
			f.I32(int32(at))
			f.Emit(wc.I32Add)
		}
	case wide(k):
		g.half(r, l/2)
		f.Lane(wc.I64x2ExtractLane, uint8(l%2))
	case k.IsFloat():
		g.vec(r)
		f.Lane(wc.F32x4ExtractLane, uint8(l))
	default:
		g.vec(r)
		f.Lane(wc.I32x4ExtractLane, uint8(l))
		if k == ir.Bool {
			f.I32(1)
			g.and()
		}
	}
}

// lanewise computes a scalar operation lane by lane into a varying register of
// kind k.
func (g *gen) lanewise(n *node, k ir.Kind, in *ir.Instr) {
	f := g.f
	out := [2]int{g.temp(wc.V128), g.temp(wc.V128)}
	for l := range 4 {
		if l == 0 || wide(k) && l == 2 { // what it held before would be waited for
			f.V128([16]byte{})
			f.Set(out[l/2])
		}
		if wide(k) {
			f.Get(out[l/2])
			g.scalarOp(in, func(i int) { g.lane(in.Args[i], l) })
			f.Lane(wc.I64x2ReplaceLane, uint8(l%2))
			f.Set(out[l/2])
			continue
		}
		f.Get(out[0])
		g.scalarOp(in, func(i int) { g.lane(in.Args[i], l) })
		switch {
		case k.IsFloat():
			f.Lane(wc.F32x4ReplaceLane, uint8(l))
		case k == ir.Bool:
			f.I32(0)
			f.Emit(wc.I32GtU)
			t := g.temp(wc.I32)
			f.Set(t)
			f.I32(0)
			f.Get(t)
			f.Emit(wc.I32Sub)
			g.free(wc.I32, t)
			f.Lane(wc.I32x4ReplaceLane, uint8(l))
		default:
			f.Lane(wc.I32x4ReplaceLane, uint8(l))
		}
		f.Set(out[0])
	}
	g.free(wc.V128, out[0], out[1])
	f.Get(out[0])
	if wide(k) {
		f.Get(out[1])
		g.setHalves(n, in.Dst)
	} else {
		g.set(n, in.Dst)
	}
}

// instr lowers one plain instruction of a region.
func (g *gen) instr(n *node) {
	in := n.in
	if g.packs(n) {
		return
	}
	switch in.Op {
	case ir.Load:
		g.load(n)
		return
	case ir.Store:
		g.store(n)
		return
	case ir.Fence:
		return
	case ir.Overflow:
		g.overflow()
		return
	case ir.CopyMem, ir.ZeroMem:
		g.bulk(n)
		return
	case ir.SlotAddr:
		g.f.I64(0)
		g.f.Set(g.loc[in.Dst][0])
		return
	case ir.ConstAddr:
		g.f.I64(0)
		g.f.Set(g.loc[in.Dst][0])
		return
	}
	if in.Op >= ir.AtomicLoad && in.Op <= ir.AtomicXor {
		g.atomic(n)
		return
	}
	if in.Op >= ir.SimdSum && in.Op <= ir.SimdActive {
		g.quad(n)
		return
	}
	if results(in) != 1 {
		panic(unsupported{in.Op.String()})
	}
	if len(g.refs[in.Dst]) == 1 || g.unused[n] {
		return // nobody reads it
	}
	k := g.fn.Regs[in.Dst].Kind
	scalars := true
	for _, a := range in.Args {
		scalars = scalars && g.of[a].scalar()
	}
	switch d := g.of[in.Dst]; {
	case d.form == widened:
		g.widen(in)
	case d.form == varying && in.Op == ir.Mov:
		g.move(n, in.Args[0])
	case d.form != varying:
		g.scalarOp(in, func(i int) { g.sc(in.Args[i]) })
		g.f.Set(g.loc[in.Dst][0])
		g.spreadOut(in.Dst)
	case scalars:
		g.scalarOp(in, func(i int) { g.sc(in.Args[i]) })
		if wide(k) {
			g.f.Emit(wc.I64x2Splat)
			t := g.temp(wc.V128)
			g.f.Tee(t)
			g.f.Get(t)
			g.free(wc.V128, t)
			g.setHalves(n, in.Dst)
			return
		}
		g.splat(k)
		g.set(n, in.Dst)
	default:
		g.vector(n)
	}
}

// widen computes a 64-bit value whose 32-bit origin is kept beside it.
func (g *gen) widen(in *ir.Instr) {
	f, l := g.f, g.loc[in.Dst]
	if in.Op == ir.Convert && g.of[in.Args[0]].form == linear {
		f.Get(g.loc[in.Args[0]][0])
		f.Tee(l[1])
		if in.From.IsSigned() {
			f.Emit(wc.I64ExtendI32S)
		} else {
			f.Emit(wc.I64ExtendI32U)
		}
		f.Set(l[0])
		return
	}
	for _, a := range in.Args {
		if g.of[a].form == widened {
			f.Get(g.loc[a][1])
			f.Set(l[1])
		}
	}
	g.scalarOp(in, func(i int) { g.sc(in.Args[i]) })
	f.Set(l[0])
}
