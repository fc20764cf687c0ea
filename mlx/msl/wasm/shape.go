package wasm

import "github.com/zmlx/zmlx/mlx/msl/ir"

// A chunk is four threads that are adjacent by thread_index_in_threadgroup:
// the lanes of one vector. form says how a register's value varies over them,
// and with that in which WebAssembly locals it is kept.
type form uint8

const (
	unset   form = iota
	uniform      // one scalar for the threadgroup
	chunked      // one scalar for each chunk
	linear       // lane l holds base + l*stride, or is as far from it as uneven says; the base is a scalar
	widened      // 64-bit base + scale*(ext(low + l*stride) - ext(low)), where low is the 32-bit value of lane 0; or as linear
	varying      // a vector, or two for 64-bit kinds
)

type shape struct {
	form   form
	stride int64 // linear: per lane; widened: of the 32-bit value; 0 if that is uneven
	uneven places
	quad   bool  // linear: the stride is a power of two and the base a multiple of four strides
	scale  int64 // widened
	signed bool  // widened: the 32-bit value is sign-extended
}

func (s shape) scalar() bool { return s.form <= chunked }

// join is the least shape that covers both.
func join(a, b shape) shape {
	switch {
	case a.form == unset:
		return b
	case b.form == unset || a == b:
		return a
	case a.scalar() && b.scalar():
		return shape{form: max(a.form, b.form)}
	case a.form == linear && b.form == linear && a.places() == b.places():
		return placed(a.places())
	}
	return shape{form: varying}
}

// four is how far the values of four lanes are from those of the next four,
// if they share all higher bits; 0 if they may not.
func (s shape) four() uint64 {
	if !s.quad {
		return 0
	}
	return 4 * uint64(s.stride)
}

// alike reports whether four lanes have the same relation to a constant.
func (s shape) alike(c uint64) bool { return s.quad && c%s.four() == 0 }

// shapes computes the shape of every register and the level of every
// construct together, as each depends on the other.
type shapes struct {
	*tree
	of     []shape
	consts map[ir.Reg]uint64 // registers with one definition, a constant
	single []bool            // one definition
	blend  map[*node]bool    // definitions that must keep the value of inactive lanes
	limit  []uint64          // upper bound of unsigned values, by register
	zeros  []uint8           // low bits of registers that are zero
	alone  bool              // a chunk is one thread
	// assumed are results of which something is assumed, see assume.
	assumed map[*ir.Instr]int
}

func (s *shapes) solve() {
	for changed := true; changed; {
		changed = s.levels()
		for _, n := range s.nodes[1:] {
			k := results(n.in)
			for i := range k {
				r := n.in.Dst + ir.Reg(i)
				next := join(s.of[r], s.context(n, r, s.result(n.in)))
				if next.form == widened && !s.single[r] {
					next = shape{form: varying}
				}
				if next != s.of[r] {
					s.of[r], changed = next, true
				}
			}
		}
		if !changed { // what depends on itself alone begins with zero
			for _, n := range s.nodes[1:] {
				for i := range results(n.in) {
					if r := n.in.Dst + ir.Reg(i); s.of[r].form == unset {
						s.of[r], changed = shape{form: uniform}, true
					}
				}
			}
		}
	}
}

// levels updates what constructs threads may leave apart; it reports whether
// anything rose.
func (s *shapes) levels() bool {
	changed := false
	raise := func(b *bool, v bool) {
		if v && !*b {
			*b, changed = true, true
		}
	}
	for _, n := range s.nodes[1:] {
		if n.in.Op == ir.If {
			l := together
			switch f := s.of[n.in.Args[0]].form; {
			case f == chunked:
				l = byChunk
			case f > chunked:
				l = byLane
			}
			if l > n.level {
				n.level, changed = l, true
			}
		}
		if n.target == nil {
			continue
		}
		apart := s.apart(n.parent, n.target)
		if l := apart; l > n.target.level && n.target.in.Op != ir.If {
			n.target.level, changed = l, true
		}
		if apart == together || !n.split && apart == byChunk {
			continue
		}
		if n.in.Op == ir.Continue {
			raise(&n.target.uneven, true)
		}
		for p := n.parent; p != nil; p = p.parent {
			if p.in.Op != ir.If {
				raise(&p.masked, true)
			}
			if p == n.target {
				break
			}
		}
	}
	return changed
}

// apart is how far threads may disagree inside the constructs from inner out
// to, and not including, outer.
func (s *shapes) apart(inner, outer *node) level {
	l := together
	for p := inner; p != nil && p != outer; p = p.parent {
		l = max(l, p.level)
		if p.masked {
			l = byLane
		}
	}
	return l
}

// context widens the shape of a value by where it is assigned: if only some
// threads get there and others read the register later, it has to hold both.
func (s *shapes) context(n *node, r ir.Reg, v shape) shape {
	for d := n.parent; d != nil; d = d.parent {
		if d.level == together && !d.masked || d == s.root && !d.masked {
			continue
		}
		lanes := s.byLanes(d)
		if s.escapes(n, r, d) {
			if lanes {
				s.blend[n] = true
				return shape{form: varying}
			}
			v = v.perChunk()
		} else if !d.split {
			v = v.perChunk()
		}
	}
	return v
}

// byLanes reports whether some lanes of a chunk may be in a construct without the
// others.
func (s *shapes) byLanes(d *node) bool {
	return !s.alone && (d.masked || d != s.root && (d.level == byLane || d.split && d.level > together))
}

// any is the shape of a value that each thread has for itself.
func (s *shapes) any() shape {
	if s.alone {
		return shape{form: chunked}
	}
	return shape{form: varying}
}

// perChunk is the shape of a value that not every chunk computes.
func (s shape) perChunk() shape {
	if s.form <= uniform {
		s.form = chunked
	}
	return s
}

// escapes reports whether the value that n gives to r can be seen by threads
// that were not in construct d with it.
func (s *shapes) escapes(n *node, r ir.Reg, d *node) bool {
	lo, hi := d.pos, d.end
	if d.in.Op == ir.If {
		if n.pos < d.mid {
			hi = d.mid
		} else {
			lo = d.mid - 1
		}
	}
	exposed := false // read in d before d assigns it
	for _, x := range s.refs[r] {
		in := x.n.pos > lo && x.n.pos < hi
		switch {
		case x.def:
		case !in, readsLanes(x.n.in) && x.n.in.Args[0] == r, d.uneven && n.pos < d.mid && !(x.n.pos > n.pos && x.n.pos < d.mid):
			return true
		case !exposed:
			exposed = !s.assigned(r, x.n, lo, hi)
		}
	}
	if !exposed {
		return false
	}
	// The value may survive into the next iteration of a loop around d, unless
	// that iteration assigns the register before d.
	for o := d.parent; o != nil; o = o.parent {
		if o.in.Op != ir.Loop {
			continue
		}
		for _, x := range s.refs[r] {
			if x.def && x.n.within(o) && x.n.pos < d.pos && d.within(x.n.parent) {
				return false
			}
		}
		return true
	}
	return false
}

// readsLanes reports whether an instruction reads a register of other lanes, be
// these in the construct or not.
func readsLanes(in *ir.Instr) bool { return in.Op >= ir.SimdBroadcast && in.Op <= ir.SimdFillDown }

// assigned reports whether every path to n assigns r between two positions.
func (s *shapes) assigned(r ir.Reg, n *node, lo, hi int) bool {
	for _, x := range s.refs[r] {
		if x.def && x.n.pos > lo && x.n.pos < hi && dominates(x.n, n) {
			return true
		}
	}
	return false
}
