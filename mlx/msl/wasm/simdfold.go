package wasm

import (
	"math"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

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
	instr, _ := vectorIntOp(op, k)
	f.Emit(instr)
	g.narrowVector(k)
}

// identity is what an operation leaves everything as it is with: what an inactive lane
// contributes to a reduction.
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
func (s *simdFunc) reduce() {
	f, op, k := s.f, simdBinary[s.op], s.kind
	var v [8]int
	s.eachKnown(func() {
		s.operand(s.src)
		if s.masked || s.ragged {
			f.V128(identity(op, k))
			if s.masked {
				s.pushActive()
			}
			if s.ragged {
				s.exist()
			}
			if s.masked && s.ragged {
				f.Emit(wc.V128And)
			}
			f.Emit(wc.V128Bitselect)
		}
		v[s.known] = s.temp(wc.V128)
		f.Set(v[s.known])
	})
	for half := 4; half > 0; half /= 2 {
		for i := range half {
			s.combineVectors(op, k, func() { f.Get(v[i]) }, func() { f.Get(v[i+half]) })
			f.Set(v[i])
		}
	}
	s.reduceLanes(op, k, v[0])
	s.eachKnown(func() { s.give(func() { f.Get(v[0]) }) })
}

// reduceLanes combines the lanes of a local, of which each gets the result.
func (g *gen) reduceLanes(op ir.Op, k ir.Kind, v int) {
	f := g.f
	for _, lanes := range [][4]byte{{2, 3, 2, 3}, {1, 1, 1, 1}} {
		g.combineVectors(op, k, func() { f.Get(v) }, func() {
			f.Get(v, v)
			f.Shuffle32(lanes[0], lanes[1], lanes[2], lanes[3])
		})
		f.Set(v)
	}
	f.Get(v, v)
	f.Shuffle32(0, 0, 0, 0)
	f.Set(v)
}

// scan combines active lanes in ascending order.
func (s *simdFunc) scan() {
	sc := s.startScan(s.op, s.kind)
	s.each(func() {
		s.operand(s.src)
		s.f.Set(sc.v)
		sc.chunk(s.masked, s.pushActive)
		s.give(func() { s.f.Get(sc.out) })
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

func (g *gen) startScan(op ir.Op, k ir.Kind) *scanner {
	f := g.f
	s := &scanner{g: g, op: simdBinary[op], k: k, exclusive: op == ir.SimdExclSum || op == ir.SimdExclProduct,
		v: g.temp(wc.V128), acc: g.temp(wc.V128), out: g.temp(wc.V128), started: g.temp(wc.I32)}
	start := splat32(0)
	if s.op == ir.Mul && (s.exclusive || s.k.IsInt()) {
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
	if s.k.IsInt() {
		s.chunkOfInts(masked, pushMask)
		return
	}
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

// chunkOfInts does so with integers, whose sums and products may be made in any order:
// each lane takes in what is one lane below, then two.
func (s *scanner) chunkOfInts(masked bool, pushMask func()) {
	g, f := s.g, s.g.f
	none := identity(s.op, s.k)
	if masked {
		f.Get(s.v)
		f.V128(none)
		pushMask()
		f.Emit(wc.V128Bitselect)
		f.Set(s.v)
	}
	for _, below := range [][4]byte{{0, 4, 5, 6}, {0, 1, 4, 5}} {
		g.combineVectors(s.op, s.k, func() { f.Get(s.v) }, func() {
			f.V128(none)
			f.Get(s.v)
			f.Shuffle32(below[0], below[1], below[2], below[3])
		})
		f.Set(s.v)
	}
	g.combineVectors(s.op, s.k, func() { f.Get(s.v) }, func() { f.Get(s.acc) })
	f.Set(s.v)
	if s.exclusive {
		f.Get(s.acc, s.v)
		f.Shuffle32(0, 4, 5, 6)
	} else {
		f.Get(s.v)
	}
	f.Set(s.out)
	f.Get(s.v, s.v)
	f.Shuffle32(3, 3, 3, 3)
	f.Set(s.acc)
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
