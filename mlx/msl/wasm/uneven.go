package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// Half an index, or its lowest bits, as in  x[i/2]  and  x[i%2*n + i/2],  do not advance
// evenly from lane to lane, but where the first lane is at a multiple of four it is known
// how: by 0, 0, 1, 1 and by 0, 1, 0, 1. So such values, and what sums and products with
// constants make of them, have a scalar for the first lane, too.

// places are how far the lanes, and the first of the next four, are from the first lane.
type places [5]int64

// places are those of a linear shape, of the 32-bit value of a widened one.
func (s shape) places() places {
	if s.stride != 0 {
		return places{0, s.stride, 2 * s.stride, 3 * s.stride, 4 * s.stride}
	}
	return s.uneven
}

// irregular reports whether lanes do not advance evenly.
func (s shape) irregular() bool { return s.uneven != places{} }

// placed is the shape of lanes that are so far from each other.
func placed(p places) shape {
	if p == lined(p[1]).places() {
		return lined(p[1])
	}
	return shape{form: linear, uneven: p}
}

// reach is how far before and behind the first lane others are.
func (p places) reach() (lo, hi int64) {
	for _, at := range p[:4] {
		lo, hi = min(lo, at), max(hi, at)
	}
	return lo, hi
}

// inPieces reports whether so many bytes at each lane, which reach far, are of the first
// eight bytes or of the last.
func (p places) inPieces(size int64) bool {
	lo, hi := p.reach()
	return hi-lo <= 1<<20 && !slices.ContainsFunc(p[:4], func(at int64) bool { return at-lo+size > 8 && hi-at+size > 8 })
}

// plus is p + by*q.
func (p places) plus(q places, by int64) places {
	for l := range p {
		p[l] += by * q[l]
	}
	return p
}

// within is the shape of what an operation makes of four lanes that share all higher
// bits, and a constant, as far as that changes nothing in those bits, moves all of them,
// or clears them.
func (s *shapes) within(in *ir.Instr) (out shape, ok bool) {
	for i := range 2 {
		of := s.of[in.Args[i]]
		c, known := s.consts[in.Args[1-i]]
		if !known || !of.quad || i == 1 && in.Op != ir.And && in.Op != ir.Or && in.Op != ir.Xor {
			continue
		}
		low := int64(of.four()) - 1
		if in.Op == ir.Shr {
			c = 1 << (c & uint64(in.Kind.Bits()-1))
		}
		most := in.Kind.Mask()
		natural := !in.Kind.IsSigned() || s.limit[in.Args[0]] <= most>>1
		n := int64(c)
		small := c != 0 && c <= uint64(low)
		keeps, clears := c|uint64(low) == most, c&^uint64(low) == 0
		p := of.places()
		for l, at := range p {
			switch op := in.Op; {
			case op == ir.Shr && small, op == ir.Div && small && natural && c&(c-1) == 0:
				p[l] = at / n
			case op == ir.Rem && small && natural && c&(c-1) == 0:
				p[l] = at % n
			case op == ir.And && (keeps || clears):
				if l < 4 {
					p[l] = at & n
				} else if clears {
					p[l] = 0
				}
			case op == ir.Or && clears:
				p[l] = at | n - n
			case op == ir.Xor && clears:
				p[l] = at ^ n - n
			default:
				return shape{}, false
			}
		}
		return placed(p), true
	}
	return shape{}, false
}
