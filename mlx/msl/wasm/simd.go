package wasm

import (
	"math"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// SIMD-group functions are lowered at threadgroup level: a loop over the
// SIMD-groups, each eight chunks of the frame.

// simdBinary is the operation that a reduction or scan repeats.
var simdBinary = map[ir.Op]ir.Op{ir.SimdSum: ir.Add, ir.SimdProduct: ir.Mul, ir.SimdMin: ir.Min, ir.SimdMax: ir.Max,
	ir.SimdAnd: ir.And, ir.SimdAll: ir.And, ir.SimdOr: ir.Or, ir.SimdAny: ir.Or, ir.SimdXor: ir.Xor,
	ir.SimdPrefixSum: ir.Add, ir.SimdExclSum: ir.Add, ir.SimdPrefixProduct: ir.Mul, ir.SimdExclProduct: ir.Mul}

func (g *gen) simd(n *node) {
	in := n.in
	f := g.f
	first := g.temp(wc.I32) // first chunk of the SIMD-group
	f.I32(0)
	f.Set(first)
	top := f.Loop()
	before := g.spent()
	switch {
	case wide(in.Kind):
		g.simdWide(n, first)
	case in.Op >= ir.SimdSum && in.Op <= ir.SimdXor, in.Op == ir.SimdAll, in.Op == ir.SimdAny:
		g.reduce(n, first)
	case in.Op >= ir.SimdPrefixSum && in.Op <= ir.SimdExclProduct:
		g.scan(n, first)
	case in.Op == ir.SimdBallot, in.Op == ir.SimdActive, in.Op == ir.SimdIsFirst:
		g.ballot(n, first)
	default:
		g.shuffle(n, first)
	}
	g.repeats(before, g.chunks/8)
	f.Get(first)
	f.I32(8)
	f.Emit(wc.I32Add)
	f.Tee(first)
	f.Get(g.nchunk)
	f.Emit(wc.I32LtU)
	f.BrIf(top)
	f.End()
	g.free(wc.I32, first)
}

// atChunk sets g.chunk and the frame addresses to chunk first+k.
func (g *gen) atChunk(first int, k int32) {
	f := g.f
	f.Get(first)
	f.I32(k)
	f.Emit(wc.I32Add)
	f.Set(g.chunk)
	for _, c := range g.frameAddresses() {
		f.Get(g.chunk)
		f.I32(c.shift)
		f.Emit(wc.I32Shl)
		f.Get(g.area)
		f.Emit(wc.I32Add)
		f.Set(c.local)
	}
}

// ifChunk runs do for chunk first+k if it has threads.
func (g *gen) ifChunk(first int, k int32, do func()) {
	g.atChunk(first, k)
	if g.v.ragged {
		g.f.Get(g.chunk, g.nchunk)
		g.f.Emit(wc.I32LtU)
		g.f.If()
		do()
		g.f.End()
		return
	}
	do()
}

// masked reports whether some lanes of a chunk may be inactive here; they
// include those that do not exist.
func (g *gen) maskedHere() bool { return g.tmask >= 0 }

// combineVectors pushes op(a, b) of vectors.
func (g *gen) combineVectors(op ir.Op, k ir.Kind, a, b func()) {
	f := g.f
	switch {
	case k.IsFloat() && (op == ir.Min || op == ir.Max):
		g.minMax(op, a, b, false)
		return
	case k.IsFloat():
		a()
		b()
		f.Emit(vectorFloat[op])
		g.roundVector(k)
		return
	}
	a()
	b()
	signs := vectorUnsigned
	if k.IsSigned() {
		signs = vectorSigned
	}
	if o, ok := vector32[op]; ok {
		f.Emit(o)
	} else {
		f.Emit(signs[op])
	}
	g.narrowVector(k)
}

// identity is what an inactive lane contributes to a reduction.
func identity(op ir.Op, k ir.Kind) [16]byte {
	switch {
	case op == ir.And:
		return splat32(^uint32(0)&uint32(extend(k, k.Mask())) | boolMask(k))
	case op == ir.Or || op == ir.Xor:
		return splat32(0)
	case k.IsFloat():
		v := map[ir.Op]float32{ir.Add: float32(math.Copysign(0, -1)), ir.Mul: 1, ir.Min: float32(math.Inf(1)), ir.Max: float32(math.Inf(-1))}[op]
		return splat32(math.Float32bits(v))
	case op == ir.Mul:
		return splat32(1)
	case op == ir.Min && k.IsSigned():
		return splat32(extend(k, k.Mask()>>1))
	case op == ir.Min:
		return splat32(extend(k, k.Mask()))
	case op == ir.Max && k.IsSigned():
		return splat32(extend(k, k.Mask()>>1+1))
	}
	return splat32(0)
}

func boolMask(k ir.Kind) uint32 {
	if k == ir.Bool {
		return ^uint32(0)
	}
	return 0
}

// reduce combines the lanes of a SIMD-group as a tree of strides 16, 8, 4, 2
// and 1.
func (g *gen) reduce(n *node, first int) {
	f, in := g.f, n.in
	op, k := simdBinary[in.Op], in.Kind
	var v [8]int
	for i := range v {
		v[i] = g.temp(wc.V128)
		if g.v.ragged {
			f.V128(identity(op, k))
			f.Set(v[i])
		}
		g.ifChunk(first, int32(i), func() {
			g.framed(in.Args[0])
			if g.maskedHere() {
				f.V128(identity(op, k))
				g.pushMask()
				f.Emit(wc.V128Bitselect)
			}
			f.Set(v[i])
		})
	}
	get := func(l int) func() { return func() { f.Get(l) } }
	for half := 4; half > 0; half /= 2 {
		for i := range half {
			g.combineVectors(op, k, get(v[i]), get(v[i+half]))
			f.Set(v[i])
		}
	}
	for _, lanes := range [][4]byte{{2, 3, 2, 3}, {1, 1, 1, 1}} {
		g.combineVectors(op, k, get(v[0]), func() {
			f.Get(v[0], v[0])
			f.Shuffle32(lanes[0], lanes[1], lanes[2], lanes[3])
		})
		f.Set(v[0])
	}
	f.Get(v[0], v[0])
	f.Shuffle32(0, 0, 0, 0)
	f.Set(v[0])
	g.eachOfGroup(first, func() { g.give(n, func() { f.Get(v[0]) }) })
	g.free(wc.V128, v[:]...)
}

// eachOfGroup loops over the chunks of a SIMD-group that have threads.
func (g *gen) eachOfGroup(first int, do func()) {
	f := g.f
	k := g.temp(wc.I32)
	f.I32(0)
	f.Set(k)
	top := f.Loop()
	g.atChunkLocal(first, k)
	if g.v.ragged {
		f.Get(g.chunk, g.nchunk)
		f.Emit(wc.I32LtU)
		f.If()
	}
	before := g.spent()
	do()
	g.repeats(before, 8)
	if g.v.ragged {
		f.End()
	}
	f.Get(k)
	f.I32(1)
	f.Emit(wc.I32Add)
	f.Tee(k)
	f.I32(8)
	f.Emit(wc.I32LtU)
	f.BrIf(top)
	f.End()
	g.free(wc.I32, k)
}

func (g *gen) atChunkLocal(first, k int) {
	sum := g.temp(wc.I32)
	g.f.Get(first, k)
	g.f.Emit(wc.I32Add)
	g.f.Set(sum)
	g.atChunk(sum, 0)
	g.free(wc.I32, sum)
}

// give stores the vector that push gives as this chunk's result.
func (g *gen) give(n *node, push func()) { g.giveTo(n, n.in.Dst, push) }

func (g *gen) giveTo(n *node, r ir.Reg, push func()) {
	f := g.f
	if len(g.refs[r]) < 2 {
		return
	}
	k := g.fn.Regs[r].Kind
	switch g.of[r].form {
	case varying:
		push()
		if g.blend[n] && g.maskedHere() {
			g.unframe(r)
			f.Get(g.loc[r][0])
			g.pushMask()
			f.Emit(wc.V128Bitselect)
		}
		f.Set(g.loc[r][0])
		g.enframe(r)
	default:
		push()
		switch {
		case k.IsFloat():
			f.Lane(wc.F32x4ExtractLane, 0)
		case k == ir.Bool:
			f.Lane(wc.I32x4ExtractLane, 0)
			f.I32(1)
			f.Emit(wc.I32And)
		default:
			f.Lane(wc.I32x4ExtractLane, 0)
		}
		f.Set(g.loc[r][0])
		g.enframe(r)
	}
}

// scan combines active lanes in ascending order.
func (g *gen) scan(n *node, first int) {
	sc := g.startScan(n.in)
	g.eachOfGroup(first, func() {
		g.framed(n.in.Args[0])
		g.f.Set(sc.v)
		sc.chunk(g.maskedHere(), g.pushMask)
		g.give(n, func() { g.f.Get(sc.out) })
	})
	sc.free()
}

// scanner holds the locals of a scan.
type scanner struct {
	g           *gen
	op          ir.Op
	k           ir.Kind
	exclusive   bool
	v, acc, out int // lanes of the chunk, what came before in all lanes, result
	started     int // inclusive: whether acc holds anything
}

func (g *gen) startScan(in *ir.Instr) *scanner {
	f := g.f
	s := &scanner{g: g, op: simdBinary[in.Op], k: in.Kind, exclusive: in.Op == ir.SimdExclSum || in.Op == ir.SimdExclProduct,
		v: g.temp(wc.V128), acc: g.temp(wc.V128), out: g.temp(wc.V128), started: g.temp(wc.I32)}
	start := splat32(0)
	if s.exclusive && s.op == ir.Mul {
		start = identity(s.op, s.k)
	}
	f.V128(start)
	f.Set(s.acc)
	f.I32(0)
	f.Set(s.started)
	return s
}

func (s *scanner) free() {
	s.g.free(wc.V128, s.v, s.acc, s.out)
	s.g.free(wc.I32, s.started)
}

// chunk scans the lanes of v into out.
func (s *scanner) chunk(masked bool, pushMask func()) {
	g, f := s.g, s.g.f
	f.Get(s.v)
	f.Set(s.out)
	for l := range byte(4) {
		if masked {
			pushMask()
			f.Lane(wc.I32x4ExtractLane, l)
			f.If()
		}
		lane := func() { f.Get(s.v, s.v); f.Shuffle32(l, l, l, l) }
		add := func() {
			g.combineVectors(s.op, s.k, func() { f.Get(s.acc) }, lane)
			f.Set(s.acc)
		}
		if s.exclusive {
			s.put(l)
			add()
		} else {
			f.Get(s.started)
			f.If()
			add()
			f.Else()
			lane()
			f.Set(s.acc)
			f.I32(1)
			f.Set(s.started)
			f.End()
			s.put(l)
		}
		if masked {
			f.End()
		}
	}
}

// put makes acc lane l of out.
func (s *scanner) put(l byte) {
	var sh [16]byte
	for i := range sh {
		sh[i] = byte(i)
		if i/4 == int(l) {
			sh[i] = byte(16 + i%4)
		}
	}
	s.g.f.Get(s.out, s.acc)
	s.g.f.Shuffle(sh)
	s.g.f.Set(s.out)
}

// ballot collects one bit a lane.
func (g *gen) ballot(n *node, first int) {
	f, in := g.f, n.in
	votes, k := g.temp(wc.I32), g.temp(wc.I32)
	f.I32(0)
	f.Set(votes)
	g.eachOfGroup(first, func() {
		g.pushMask()
		if in.Op == ir.SimdBallot {
			g.framed(in.Args[0])
			f.Emit(wc.V128And)
		}
		f.Emit(wc.I32x4Bitmask)
		f.Get(g.chunk)
		f.I32(7)
		f.Emit(wc.I32And)
		f.I32(2)
		f.Emit(wc.I32Shl, wc.I32Shl)
		f.Get(votes)
		f.Emit(wc.I32Or)
		f.Set(votes)
	})
	r := in.Dst
	g.eachOfGroup(first, func() {
		if in.Op == ir.SimdIsFirst {
			g.give(n, func() {
				f.Get(g.chunk)
				f.I32(7)
				f.Emit(wc.I32And)
				f.I32(2)
				f.Emit(wc.I32Shl, wc.I32x4Splat)
				f.V128(iota32(1))
				f.Emit(wc.I32x4Add)
				f.Get(votes)
				f.Emit(wc.I32Ctz, wc.I32x4Splat, wc.I32x4Eq)
			})
			return
		}
		if len(g.refs[r]) < 2 {
			return
		}
		if g.of[r].form == varying {
			if g.blend[n] {
				g.unframe(r)
			}
			for h := range 2 {
				f.Get(votes)
				f.Emit(wc.I64ExtendI32U, wc.I64x2Splat)
				if g.blend[n] && g.maskedHere() {
					f.Get(g.loc[r][h])
					g.pushMask()
					g.pushMask()
					f.Shuffle32(byte(2*h), byte(2*h), byte(2*h+1), byte(2*h+1))
					f.Emit(wc.V128Bitselect)
				}
				f.Set(g.loc[r][h])
			}
		} else {
			f.Get(votes)
			f.Emit(wc.I64ExtendI32U)
			f.Set(g.loc[r][0])
		}
		g.enframe(r)
	})
	g.free(wc.I32, votes, k)
}

// shuffle writes the lanes of the operand side by side and reads them back by
// index.
func (g *gen) shuffle(n *node, first int) {
	f, in := g.f, n.in
	at := g.reserve(128, 16)
	side := func() { // address of this chunk's lanes
		f.Get(g.chunk)
		f.I32(7)
		f.Emit(wc.I32And)
		f.I32(4)
		f.Emit(wc.I32Shl)
		f.Get(g.area)
		f.Emit(wc.I32Add)
	}
	for i := range int32(8) {
		if g.v.ragged {
			g.atChunk(first, i)
			side()
			f.V128([16]byte{})
			f.Mem(wc.V128Store, uint32(at))
		}
		g.ifChunk(first, i, func() {
			side()
			g.framed(in.Args[0])
			if g.v.tail {
				g.tailMask()
				f.Emit(wc.V128And)
			}
			f.Mem(wc.V128Store, uint32(at))
		})
	}
	firstLane := -1
	if in.Op == ir.SimdBroadcastFirst {
		firstLane = g.temp(wc.I32)
		f.I32(0)
		f.Set(firstLane)
		if g.maskedHere() {
			// From the last chunk to the first, so that the first active lane wins.
			for i := int32(7); i >= 0; i-- {
				g.ifChunk(first, i, func() {
					g.pushMask()
					f.Emit(wc.I32x4Bitmask)
					t := g.temp(wc.I32)
					f.Tee(t)
					f.If()
					f.Get(t)
					f.Emit(wc.I32Ctz)
					f.I32(i * 4)
					f.Emit(wc.I32Add)
					f.Set(firstLane)
					f.End()
					g.free(wc.I32, t)
				})
			}
		}
	}
	idx, out := g.temp(wc.V128), g.temp(wc.V128)
	g.eachOfGroup(first, func() {
		if firstLane >= 0 {
			f.Get(firstLane)
			f.Emit(wc.I32x4Splat)
		} else {
			g.sourceLanes(in, idx)
		}
		f.V128(splat32(31))
		f.Emit(wc.V128And)
		f.Set(idx)
		f.V128([16]byte{})
		f.Set(out)
		for l := range uint8(4) {
			f.Get(idx)
			f.Lane(wc.I32x4ExtractLane, l)
			f.I32(2)
			f.Emit(wc.I32Shl)
			f.Get(g.area)
			f.Emit(wc.I32Add)
			f.Get(out)
			f.MemLane(wc.V128Load32Lane, uint32(at), l)
			f.Set(out)
		}
		g.give(n, func() { f.Get(out) })
	})
	g.free(wc.V128, idx, out)
	if firstLane >= 0 {
		g.free(wc.I32, firstLane)
	}
}

// sourceLanes pushes the lanes that a chunk's lanes read from.
func (g *gen) sourceLanes(in *ir.Instr, t int) {
	f := g.f
	lane := func() {
		f.Get(g.chunk)
		f.I32(7)
		f.Emit(wc.I32And)
		f.I32(2)
		f.Emit(wc.I32Shl, wc.I32x4Splat)
		f.V128(iota32(1))
		f.Emit(wc.I32x4Add)
	}
	arg := func() { g.framed(in.Args[1]) }
	switch in.Op {
	case ir.SimdShuffleXor:
		lane()
		arg()
		f.Emit(wc.V128Xor)
	case ir.SimdShuffleUp, ir.SimdShuffleDown:
		// The edge lanes keep their own value.
		lane()
		arg()
		up := in.Op == ir.SimdShuffleUp
		if up {
			f.Emit(wc.I32x4Sub)
		} else {
			f.Emit(wc.I32x4Add)
		}
		lane()
		arg()
		if up {
			lane()
			f.Emit(wc.I32x4GtU)
		} else {
			f.V128(splat32(32))
			lane()
			f.Emit(wc.I32x4Sub, wc.I32x4GeU)
		}
		f.Set(t)
		swap := g.temp(wc.V128)
		f.Set(swap) // own lane
		src := g.temp(wc.V128)
		f.Set(src)
		f.Get(swap, src, t)
		f.Emit(wc.V128Bitselect)
		g.free(wc.V128, swap, src)
	case ir.SimdRotateUp:
		lane()
		arg()
		f.Emit(wc.I32x4Sub)
	case ir.SimdRotateDown:
		lane()
		arg()
		f.Emit(wc.I32x4Add)
	default: // shuffle, broadcast
		arg()
	}
}
