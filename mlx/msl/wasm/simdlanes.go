package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// ballot collects one bit a lane.
func (s *simdFunc) ballot() {
	f := s.f
	votes := s.temp(wc.I32)
	f.I32(0)
	f.Set(votes)
	s.each(func() {
		s.pushActive()
		if s.op == ir.SimdBallot {
			s.operand(s.src)
			f.Emit(wc.V128And)
		}
		f.Emit(wc.I32x4Bitmask)
		s.lane0()
		f.Emit(wc.I32Shl)
		f.Get(votes)
		f.Emit(wc.I32Or)
		f.Set(votes)
	})
	s.each(func() {
		if s.op == ir.SimdIsFirst {
			s.give(func() {
				s.lanes()
				f.Get(votes)
				f.Emit(wc.I32Ctz, wc.I32x4Splat, wc.I32x4Eq)
			})
			return
		}
		s.giveWide(func(int) {
			f.Get(votes)
			f.Emit(wc.I64ExtendI32U, wc.I64x2Splat)
		})
	})
	s.free(wc.I32, votes)
}

// shuffle writes the lanes of the operand side by side, those without a thread
// as zero, and reads them back by index.
func (s *simdFunc) shuffle() {
	if s.number && !s.ragged && s.shuffleAlike() {
		return
	}
	f := s.f
	s.eachKnown(func() {
		at := s.place(s.side, 16)
		s.operand(s.src)
		if s.ragged {
			s.exist()
			f.Emit(wc.V128And)
		}
		f.Mem(wc.V128Store, at)
	})
	active := -1
	if s.op == ir.SimdBroadcastFirst && s.masked {
		active = s.temp(wc.I32)
		f.I32(0)
		f.Set(active)
		s.each(func() {
			s.pushActive()
			f.Emit(wc.I32x4Bitmask)
			s.lane0()
			f.Emit(wc.I32Shl)
			f.Get(active)
			f.Emit(wc.I32Or)
			f.Set(active)
		})
	}
	idx, out := s.temp(wc.V128), s.temp(wc.V128)
	s.each(func() {
		switch {
		case active >= 0:
			f.Get(active)
			f.Emit(wc.I32Ctz, wc.I32x4Splat)
		case s.op == ir.SimdBroadcastFirst:
			f.V128([16]byte{})
		default:
			s.sourceLanes(idx)
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
			f.Get(s.side)
			f.Emit(wc.I32Add)
			f.Get(out)
			f.MemLane(wc.V128Load32Lane, 0, l)
			f.Set(out)
		}
		s.give(func() { f.Get(out) })
	})
	s.free(wc.V128, idx, out)
}

// shuffleAlike does so by whole vectors where all lanes read from as far away, or from
// one lane; it reports whether it can.
func (s *simdFunc) shuffleAlike() bool {
	f := s.f
	var load func(k int) // pushes what the lanes of a chunk get
	by, v := s.temp(wc.I32), s.temp(wc.V128)
	defer s.free(wc.I32, by)
	defer s.free(wc.V128, v)
	switch s.op {
	case ir.SimdShuffleXor:
		load = s.xored(by, v)
	case ir.SimdShuffleUp, ir.SimdShuffleDown:
		load = s.shifted(by, v)
	case ir.SimdShuffle, ir.SimdBroadcast:
		load = s.picked(v)
	case ir.SimdRotateUp, ir.SimdRotateDown:
		load = s.rotated(by)
	default:
		return false
	}
	var out [8]int // as the result may take the operand's place
	s.eachKnown(func() {
		load(s.known)
		out[s.known] = s.temp(wc.V128)
		f.Set(out[s.known])
	})
	s.eachKnown(func() { s.give(func() { f.Get(out[s.known]) }) })
	s.free(wc.V128, out[:]...)
	return true
}

// xored sets locals and returns what loads a chunk by them, where lanes read from that whose
// number differs in the same bits.
func (s *simdFunc) xored(by, v int) (load func(k int)) {
	f := s.f
	f.Get(s.arg) // which lane of a vector
	f.I32(3)
	f.Emit(wc.I32And)
	f.I32(0x04040404)
	f.Emit(wc.I32Mul, wc.I32x4Splat)
	f.V128([16]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
	f.Emit(wc.V128Xor)
	f.Set(v)
	f.Get(s.arg) // and which vector
	f.I32(28)
	f.Emit(wc.I32And)
	f.I32(2)
	f.Emit(wc.I32Shl)
	f.Set(by)
	return func(k int) {
		f.Get(s.src, by)
		f.I32(int32(16 * k))
		f.Emit(wc.I32Xor, wc.I32Add)
		f.Mem(wc.V128Load, 0)
		f.Get(v)
		f.Emit(wc.I8x16Swizzle)
	}
}

// shifted does so where lanes read from so many lanes above or below,
func (s *simdFunc) shifted(by, v int) (load func(k int)) {
	f := s.f
	f.Get(s.arg)
	f.I32(32)
	f.Get(s.arg)
	f.I32(32)
	f.Emit(wc.I32LtU, wc.Select)
	f.Set(by)
	up := s.op == ir.SimdShuffleUp
	if up { // lanes above this one
		f.Get(by)
		f.I32(1)
	} else { // below
		f.I32(32)
		f.Get(by)
	}
	f.Emit(wc.I32Sub, wc.I32x4Splat)
	f.Set(v)
	f.Get(by)
	f.I32(2)
	f.Emit(wc.I32Shl)
	f.Set(by)
	return func(k int) {
		at := s.temp(wc.I32)
		defer s.free(wc.I32, at)
		// Vectors that no lane reads lie beside the SIMD-group's, not farther.
		f.I32(int32(16 * k))
		f.Get(by)
		if up {
			f.Emit(wc.I32Sub)
		} else {
			f.Emit(wc.I32Add)
		}
		f.Tee(at)
		limit, beyond := int32(128), wc.I32LtS
		if up {
			limit, beyond = -16, wc.I32GtS
		}
		f.I32(limit)
		f.Get(at)
		f.I32(limit)
		f.Emit(beyond, wc.Select)
		f.Get(s.src)
		f.Emit(wc.I32Add)
		f.Mem(wc.V128Load, 0)
		s.operand(s.src) // The edge lanes keep their own value.
		s.lanes()
		f.Get(v)
		if up {
			f.Emit(wc.I32x4GtS)
		} else {
			f.Emit(wc.I32x4LtS)
		}
		f.Emit(wc.V128Bitselect)
	}
}

// picked where all read from one,
func (s *simdFunc) picked(v int) (load func(k int)) {
	f := s.f
	f.Get(s.src, s.arg)
	f.I32(31)
	f.Emit(wc.I32And)
	f.I32(2)
	f.Emit(wc.I32Shl, wc.I32Add)
	f.Mem(wc.V128Load32Zero, 0)
	f.Set(v)
	return func(int) {
		f.Get(v, v)
		f.Shuffle32(0, 0, 0, 0)
	}
}

// and rotated is shifted where the ends of the SIMD-group meet.
func (s *simdFunc) rotated(by int) (load func(k int)) {
	f := s.f
	// In a copy that goes on after the end with what it begins with.
	for k := range int32(9) {
		f.Get(s.side, s.src)
		f.Mem(wc.V128Load, uint32(16*(k%8)))
		f.Mem(wc.V128Store, uint32(16*k))
	}
	if s.op == ir.SimdRotateUp {
		f.I32(0)
		f.Get(s.arg)
		f.Emit(wc.I32Sub)
	} else {
		f.Get(s.arg)
	}
	f.I32(2)
	f.Emit(wc.I32Shl)
	f.Set(by)
	return func(k int) {
		f.Get(by)
		f.I32(int32(16 * k))
		f.Emit(wc.I32Add)
		f.I32(127)
		f.Emit(wc.I32And)
		f.Get(s.side)
		f.Emit(wc.I32Add)
		f.Mem(wc.V128Load, 0)
	}
}

// sourceLanes pushes the lanes that a chunk's lanes read from.
func (s *simdFunc) sourceLanes(t int) {
	f := s.f
	lane := s.lanes
	arg := func() {
		if !s.number {
			s.operand(s.arg)
			return
		}
		f.Get(s.arg)
		f.Emit(wc.I32x4Splat)
	}
	switch s.op {
	case ir.SimdShuffleXor:
		lane()
		arg()
		f.Emit(wc.V128Xor)
	case ir.SimdShuffleUp, ir.SimdShuffleDown:
		// The edge lanes keep their own value.
		lane()
		arg()
		up := s.op == ir.SimdShuffleUp
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
		swap := s.temp(wc.V128)
		f.Set(swap) // own lane
		src := s.temp(wc.V128)
		f.Set(src)
		f.Get(swap, src, t)
		f.Emit(wc.V128Bitselect)
		s.free(wc.V128, swap, src)
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
