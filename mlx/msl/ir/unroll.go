package ir

// Limits of unrolling.
const (
	maxTrips    = 64
	maxUnrolled = 800    // instructions that a loop becomes
	maxEarly    = 8      // iterations that may end the loop by what only the data says
	maxUnsure   = 200    // instructions that such a loop becomes
	maxAdded    = 20_000 // instructions added to a function
)

// unroll copies the body of a loop as often as it runs if that is a known,
// small number. key is the loop as liveness saw it.
func (s *simplifier) unroll(key, in *Instr) (Block, bool) {
	size := in.Body().size() + in.Else().size()
	if size*2 > maxUnrolled || !in.Body().leaves() && !in.Else().leaves() {
		return nil, false
	}
	t := trips{s: s}
	n := t.count(in, min(maxTrips, maxUnrolled/max(size, 1)), min(maxEarly, maxUnsure/max(size, 1)))
	added := (n + 1) * size * (1 + s.nest/8) // the deeper, the more often passes meet it
	if n < 0 || s.grown+added > maxAdded || added > *s.room {
		return nil, false
	}
	s.grown += added
	*s.room -= added
	var body Block
	for range n + 1 { // the last copy takes the exit
		s.rename(key, in)
		rename := func(in *Instr) {
			for k, r := range in.Args {
				in.Args[k] = s.renaming(r)
			}
			if in.Dst != NoReg {
				in.Dst = s.renaming(in.Dst)
			}
		}
		iteration := in.Body().clone(rename)
		s.relive(in.Body(), iteration)
		iteration.retarget()
		rest := in.Else().clone(rename)
		body = append(body, Instr{Op: Scope, Dst: NoReg, Nest: &Nest{Body: iteration}, Pos: in.Pos})
		body = append(body, rest...)
	}
	return Block{{Op: Scope, Dst: NoReg, Nest: &Nest{Body: body}, Pos: in.Pos}}, true
}

// retarget makes the body of a loop the body of two nested Scopes: a Continue
// leaves the inner one, a Break both.
func (b Block) retarget() { b.retargetAt(0) }

func (b Block) retargetAt(depth uint64) {
	for i := range b {
		in := &b[i]
		d := depth
		switch in.Op {
		case Continue:
			if in.Imm == depth {
				in.Op = Break
			} else if in.Imm > depth {
				in.Imm++
			}
		case Break:
			if in.Imm >= depth {
				in.Imm++
			}
		case Loop, Scope:
			d++
		}
		in.Body().retargetAt(d)
		in.Else().retargetAt(d)
	}
}

// rename gives the registers that do not carry a value from one iteration
// to the next or out of the loop a fresh name for one copy of the body.
func (s *simplifier) rename(key, in *Instr) {
	s.renamed.reset(len(s.vn))
	live, ok := s.live[key]
	if !ok {
		return
	}
	single := func(in *Instr) {
		n := in.Results(s.p)
		if n != 1 {
			for k := range n { // runs stay where they are
				s.renamed.set(in.Dst+Reg(k), in.Dst+Reg(k))
			}
		}
	}
	in.Body().Walk(single)
	in.Else().Walk(single)
	add := func(in *Instr) {
		r := in.Dst
		if in.Results(s.p) != 1 || s.renamed.has(r) || int(r) >= 64*len(live) || live.has(r) {
			return
		}
		to := s.f.newReg(s.f.Regs[r], s.f.name(r))
		s.vn = append(s.vn, 0)
		s.renamed.set(r, to)
	}
	in.Body().Walk(add)
	in.Else().Walk(add)
}

// renaming is the name of a register in the copy of the body.
func (s *simplifier) renaming(r Reg) Reg {
	if s.renamed.has(r) {
		return s.renamed.get(r)
	}
	return r
}

// relive notes what is live around the loops in a copy of a block in which
// registers were renamed.
func (s *simplifier) relive(from, to Block) {
	for i := range from {
		s.relive(from[i].Body(), to[i].Body())
		s.relive(from[i].Else(), to[i].Else())
		around, ok := s.live[&from[i]]
		if !ok {
			continue
		}
		live := newRegset(len(s.f.Regs))
		around.each(func(r Reg) { live.add(s.renaming(r)) })
		s.live[&to[i]] = live
	}
}

// trips runs a loop on what is known about its registers.
type trips struct {
	s    *simplifier
	skip bool // threads may have left the body early
	exit bool // an exit was decided: its condition is known
}

// constant is what a register holds if that is known.
type constant struct {
	known bool
	bits  uint64
}

type outcome uint8

const (
	falls outcome = iota
	breaks
	continues
	unclear
)

// count returns how many iterations are complete at most when the loop ends, -1 if
// that is not known or more than limit; than early, if some may end it or not.
func (t *trips) count(in *Instr, limit, early int) int {
	t.s.env.reset(len(t.s.vn)) // registers assigned so far
	sure := true
	for n := range limit + 1 {
		t.skip, t.exit = false, false
		out := t.block(in.Body())
		t.skip = false
		if out == falls || out == continues {
			out = t.block(in.Else())
		}
		switch out {
		case breaks:
			return n
		case unclear:
			return -1
		}
		if sure = sure && t.exit; !sure && n >= early {
			return -1
		}
	}
	return -1
}

func (t *trips) get(r Reg) constant {
	if t.s.env.has(r) {
		return t.s.env.get(r)
	}
	f := &t.s.info[t.s.vn[r]]
	return constant{f.known, f.bits}
}

func (t *trips) forget(in *Instr) {
	one := func(in *Instr) {
		for k := range in.Results(t.s.p) {
			t.s.env.set(in.Dst+Reg(k), constant{})
		}
	}
	one(in)
	in.Body().Walk(one)
	in.Else().Walk(one)
}

func (t *trips) block(b Block) outcome {
	for i := range b {
		in := &b[i]
		switch in.Op {
		case If:
			if c := t.get(in.Args[0]); c.known {
				taken := in.Else()
				if c.bits != 0 {
					taken = in.Body()
				}
				t.exit = t.exit || in.Body().leaves() || in.Else().leaves()
				if out := t.block(taken); out != falls {
					return out
				}
				continue
			}
			t.forget(in)
			t.skip = t.skip || in.Body().transfers(Continue, 0) || in.Else().transfers(Continue, 0)
		case Loop, Scope:
			t.forget(in)
			t.skip = t.skip || in.Body().transfers(Continue, 1) || in.Else().transfers(Continue, 1)
		case Break:
			if in.Imm == 0 && !t.skip {
				return breaks
			}
			return unclear
		case Continue:
			if in.Imm == 0 {
				return continues
			}
			return unclear
		case Return, Unreachable:
			return unclear
		default:
			t.instr(in)
		}
	}
	return falls
}

func (t *trips) instr(in *Instr) {
	bits, ok := t.fold(in)
	t.forget(in)
	if ok {
		t.s.env.set(in.Dst, constant{true, bits})
	}
}

func (t *trips) fold(in *Instr) (bits uint64, ok bool) {
	if !in.Op.pure() || in.Results(t.s.p) != 1 || t.skip || in.Kind == Ptr || in.From == Ptr {
		return 0, false
	}
	args := make([]uint64, len(in.Args))
	for k, r := range in.Args {
		f := t.get(r)
		if !f.known {
			return 0, false
		}
		args[k] = f.bits
	}
	return Fold(in, args)
}
