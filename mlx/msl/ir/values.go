package ir

import "slices"

// simplify numbers the values that registers hold on the way through a
// function. It replaces operands by the oldest register with the same value,
// computes what is constant, reuses results, folds constant offsets into
// memory accesses and takes branches whose condition is known. It unrolls loops
// as long as there is room for their instructions.
func (s *simplifier) simplify(f *Func) {
	if s.exprs == nil {
		s.exprs = map[expr]value{}
	}
	s.f, s.grown, s.trail = f, 0, s.trail[:0]
	s.vn, s.info = append(s.vn[:0], make([]value, len(f.Regs))...), append(s.info[:0], fact{})
	s.live = map[*Instr]regset{}
	if f.Body.loops() > 0 {
		l := liveness{p: s.p, live: newRegset(len(f.Regs)), visit: func(in *Instr, around regset) { s.live[in] = around }}
		l.block(&f.Body)
	}
	zeros := [Ptr + 1]value{}
	for r, t := range f.Regs { // every register starts as 0
		if t == (Type{}) {
			continue
		}
		v := zeros[t.Kind]
		if v == 0 {
			v = s.fresh(Reg(r))
			if t.Kind != Ptr {
				s.info[v].known = true
				zeros[t.Kind] = v
			}
		}
		s.vn[r] = v
	}
	for _, r := range f.Params {
		s.set(r, s.fresh(r))
	}
	s.block(&f.Body)
}

// value is the number of a value.
type value int32

// fact is what is known about a value.
type fact struct {
	reg    Reg   // a register that held it
	base   value // of a pointer or integer: it is base + off; 0 if nothing is known
	off    int64
	bits   uint64  // if known
	places *places // of bits of another integer; nil if nothing is known
	not    value   // of a Bool: it is the negation of this value; 0 if none
	known  bool
	zeros  uint8 // of an integer: its lowest bits that are 0
}

// expr is a pure operation on values.
type expr struct {
	op         Op
	kind, from Kind
	space      Space
	flags      Flags
	imm        uint64
	args       [4]value
}

// simplifier simplifies one function after the other, in the same memory.
type simplifier struct {
	p       *Program
	f       *Func
	vn      []value
	info    []fact // by value; 0 is no value
	exprs   map[expr]value
	log     []logged // what the current block changed in exprs
	assumed []value  // conditions that are known in the current block only
	trail   []held   // what vn held before, since the innermost If
	sides   []held   // what sides of Ifs left behind, as long as these are in hand
	// pending are instructions to insert before the one in hand.
	pending []Instr
	// live holds, for the loops of the function as it was, what is live before
	// them or wherever they may be left to.
	live  map[*Instr]regset
	grown int // instructions added by unrolling
	nest  int // loops around the current block
	room  *int

	seen    regmap[struct{}]
	steps   regmap[step]
	env     regmap[constant] // of trips
	renamed regmap[Reg]
}

// held is the value of a register.
type held struct {
	r Reg
	v value
}

type logged struct {
	key expr
	old value // 0: absent
}

func (s *simplifier) fresh(r Reg) value {
	s.info = append(s.info, fact{reg: r})
	return value(len(s.info) - 1)
}

func (s *simplifier) hold(r Reg, v value) {
	s.trail = append(s.trail, held{r, s.vn[r]})
	s.vn[r] = v
}

func (s *simplifier) set(r Reg, v value) {
	s.hold(r, v)
	if s.vn[s.info[v].reg] != v {
		s.info[v].reg = r
	}
}

func (s *simplifier) remember(key expr, v value) {
	s.log = append(s.log, logged{key, s.exprs[key]})
	s.exprs[key] = v
}

// forget undoes what was remembered after mark.
func (s *simplifier) forget(mark int) {
	for i := len(s.log) - 1; i >= mark; i-- {
		if l := s.log[i]; l.old == 0 {
			delete(s.exprs, l.key)
		} else {
			s.exprs[l.key] = l.old
		}
	}
	s.log = s.log[:mark]
}

// holder returns a register that holds v now.
func (s *simplifier) holder(v value) (Reg, bool) {
	r := s.info[v].reg
	return r, s.vn[r] == v
}

// canon returns the oldest register that holds the same value as r.
func (s *simplifier) canon(r Reg) Reg {
	if h, ok := s.holder(s.vn[r]); ok && s.f.Regs[h] == s.f.Regs[r] {
		return h
	}
	return r
}

// clobber gives every register that the blocks assign an unknown value with
// the low zero bits that it keeps.
func (s *simplifier) clobber(keeps []keep, blocks ...Block) {
	before := value(len(s.info))
	for _, b := range blocks {
		b.Walk(func(in *Instr) {
			for k := range in.Results(s.p) {
				if r := in.Dst + Reg(k); s.vn[r] < before {
					s.hold(r, s.fresh(r))
				}
			}
		})
	}
	for _, k := range keeps {
		s.info[s.vn[k.r]].zeros = k.zeros
	}
}

// block simplifies a block that may not run.
func (s *simplifier) block(b *Block) {
	mark, regs, assumed := len(s.log), len(s.vn), len(s.assumed)
	out := make(Block, 0, len(*b))
	s.into(&out, *b)
	s.forget(mark)
	s.doubt(assumed)
	clear(s.vn[regs:]) // registers that the block made are not set outside
	*b = out
}

// into simplifies b and appends it to out. It reports whether control can
// reach the end.
func (s *simplifier) into(out *Block, b Block) bool {
	for i := range b {
		in := b[i]
		for k, r := range in.Args {
			in.Args[k] = s.canon(r)
		}
		switch in.Op {
		case If:
			if c := s.info[s.vn[in.Args[0]]]; c.known {
				taken := in.Else()
				if c.bits != 0 {
					taken = in.Body()
				}
				if !s.into(out, taken) {
					return false
				}
				continue
			}
			if c := s.cond(&in); in.Body().ends() != in.Else().ends() { // the rest runs under one outcome
				s.assume(c, truth(in.Else().ends()))
			}
		case Loop:
			joinTails(&in.Nest.Body, Continue, 0)
			if u, ok := s.unroll(&b[i], &in); ok {
				if !s.into(out, u) {
					return false
				}
				continue
			}
			keep := s.stepping(&b[i], &in)
			s.nest++
			s.clobber(keep, in.Body(), in.Else())
			s.block(&in.Nest.Body)
			if len(in.Else()) > 0 {
				s.clobber(keep, in.Body(), in.Else())
				s.block(&in.Nest.Else)
			}
			s.nest--
			s.clobber(keep, in.Body(), in.Else())
		case Scope:
			joinTails(&in.Nest.Body, Break, 0)
			if !in.Body().leaves() {
				lift(in.Body(), 0)
				if !s.into(out, in.Body()) {
					return false
				}
				continue
			}
			s.block(&in.Nest.Body)
			s.clobber(nil, in.Body())
		default:
			s.instr(&in)
			*out = append(*out, s.pending...)
			s.pending = s.pending[:0]
		}
		*out = append(*out, in)
		if in.ends() {
			return false
		}
	}
	return true
}

// cond simplifies both branches and merges what they leave behind. It returns
// the condition, whose register the branches may have changed.
func (s *simplifier) cond(in *Instr) value {
	c := s.vn[in.Args[0]]
	if n := s.info[c].not; n != 0 { // if !x a else b  =>  if x b else a
		if r, ok := s.holder(n); ok {
			in.Args[0], in.Nest = r, &Nest{in.Else(), in.Body()}
			c = n
		}
	}
	mark, regs, sides, before := len(s.trail), len(s.vn), len(s.sides), value(len(s.info))
	s.branch(&in.Nest.Body, c, 1)
	then := s.take(mark, regs)
	s.branch(&in.Nest.Else, c, 0)
	other := s.take(mark, regs)
	s.sides = s.sides[:sides]
	switch {
	case in.Else().ends():
		s.put(then)
	case in.Body().ends():
		s.put(other)
	default:
		s.merge(then, other, before)
	}
	return c
}

// take returns what the registers hold, of the first n, that changed since a
// mark of the trail, and takes them back to what they held then.
func (s *simplifier) take(mark, n int) []held {
	first := len(s.sides)
	s.seen.reset(n)
	for _, h := range s.trail[mark:] {
		if int(h.r) < n && !s.seen.has(h.r) {
			s.seen.set(h.r, struct{}{})
			s.sides = append(s.sides, held{h.r, s.vn[h.r]})
		}
	}
	for _, h := range slices.Backward(s.trail[mark:]) {
		if int(h.r) < n {
			s.vn[h.r] = h.v
		}
	}
	s.trail = s.trail[:mark]
	return s.sides[first:]
}

func (s *simplifier) put(list []held) {
	for _, h := range list {
		s.hold(h.r, h.v)
	}
}

// merge makes what the registers hold behind an If of what its sides left behind;
// values from before on are of these.
func (s *simplifier) merge(then, other []held, before value) {
	s.seen.reset(len(s.vn))
	for _, h := range other {
		s.seen.set(h.r, struct{}{})
	}
	for _, h := range then {
		if s.seen.has(h.r) {
			s.hold(h.r, h.v)
		} else {
			s.differs(h, before)
		}
	}
	for _, h := range other {
		s.differs(h, before)
	}
}

// differs gives a register an unknown value if it holds another than h: the one that
// it has of a side, if nothing else holds or is known of that.
func (s *simplifier) differs(h held, before value) {
	if s.vn[h.r] == h.v {
		return
	}
	if h.v < before || s.info[h.v] != (fact{reg: h.r}) {
		h.v = s.fresh(h.r)
	}
	s.hold(h.r, h.v)
}

// branch simplifies one side of an If; there the condition is known.
func (s *simplifier) branch(b *Block, c value, bits uint64) {
	mark := len(s.assumed)
	s.assume(c, bits)
	s.block(b)
	s.doubt(mark)
}

// doubt takes back what was assumed after mark.
func (s *simplifier) doubt(mark int) {
	for _, v := range s.assumed[mark:] {
		s.info[v].known = false
	}
	s.assumed = s.assumed[:mark]
}

// assume makes a condition and what it negates known until the end of the
// block.
func (s *simplifier) assume(c value, bits uint64) {
	for ; c != 0 && !s.info[c].known; c, bits = s.info[c].not, 1-bits {
		s.info[c].known, s.info[c].bits = true, bits
		s.assumed = append(s.assumed, c)
	}
}

// instr simplifies an instruction without blocks.
func (s *simplifier) instr(in *Instr) {
	s.address(in)
	n := in.Results(s.p)
	if n != 1 || !in.Op.pure() || len(in.Args) > 4 {
		for k := range n {
			r := in.Dst + Reg(k)
			s.hold(r, s.fresh(r))
		}
		return
	}
	if in.Op == FuncConst {
		s.define(in)
		return
	}
	s.fold(in)
	var bits *places
	if in.Op != Mov && in.Op != Const {
		s.rewrite(in)
		bits = s.moves(in)
		if in.Op != Mov && in.Op != Const {
			s.offsets(in)
		}
	}
	if in.Op == Mov {
		in.Args[0] = s.canon(in.Args[0])
		s.set(in.Dst, s.vn[in.Args[0]])
		return
	}
	s.define(in)
	if bits != nil {
		s.info[s.vn[in.Dst]].places = bits
	}
}

// fold computes an operation on constants.
func (s *simplifier) fold(in *Instr) {
	if in.Op == Const || in.Kind == Ptr || in.From == Ptr {
		return
	}
	args := make([]uint64, len(in.Args))
	for k, r := range in.Args {
		f := s.info[s.vn[r]]
		if !f.known {
			return
		}
		args[k] = f.bits
	}
	if bits, ok := Fold(in, args); ok {
		s.constant(in, bits)
	}
}

// constant turns in into a constant of its result's kind.
func (s *simplifier) constant(in *Instr, bits uint64) {
	in.Op, in.Kind, in.From, in.Flags, in.Imm, in.Args = Const, s.f.Regs[in.Dst].Kind, Void, 0, bits, nil
}

// define gives the result its value, and makes in a Mov if a register holds
// that value already.
func (s *simplifier) define(in *Instr) {
	key := expr{op: in.Op, kind: in.Kind, from: in.From, space: in.Space, flags: in.Flags, imm: in.Imm}
	for k, r := range in.Args {
		key.args[k] = s.vn[r]
	}
	if in.Op.commutes(in.Kind) && key.args[0] > key.args[1] {
		key.args[0], key.args[1] = key.args[1], key.args[0]
	}
	v := s.exprs[key]
	if v != 0 {
		if r, ok := s.holder(v); ok && s.f.Regs[r] == s.f.Regs[in.Dst] {
			*in = Instr{Op: Mov, Kind: s.f.Regs[r].Kind, Dst: in.Dst, Args: []Reg{r}, Pos: in.Pos}
		}
		s.set(in.Dst, v)
		return
	}
	v = s.fresh(in.Dst)
	f := &s.info[v]
	f.zeros = s.zeros(in)
	switch in.Op {
	case Const:
		f.known, f.bits = true, in.Imm
	case PtrAdd, Add:
		if off := s.info[s.vn[in.Args[1]]]; off.known && !in.Kind.IsFloat() {
			f.base, f.off = s.vn[in.Args[0]], int64(off.bits)
			if base := s.info[f.base]; base.base != 0 {
				f.base, f.off = base.base, f.off+base.off
			}
			if in.Op == Add {
				f.off &= int64(in.Kind.Mask())
			}
		}
	case Not:
		if in.Kind == Bool {
			f.not = key.args[0]
		}
	}
	s.hold(in.Dst, v)
	s.remember(key, v)
}

// commutes reports whether the operands can be exchanged without changing a
// bit of the result.
func (op Op) commutes(k Kind) bool {
	switch op {
	case Add, Mul, MulHi, And, Or, Xor, Eq, Ne:
		return true
	case Min, Max:
		return !k.IsFloat()
	}
	return false
}

// address folds a constant offset of the address into the access.
func (s *simplifier) address(in *Instr) {
	switch in.Op {
	case Load, Store, AtomicLoad, AtomicStore, AtomicXchg, AtomicCAS, AtomicAdd, AtomicSub, AtomicMin, AtomicMax,
		AtomicAnd, AtomicOr, AtomicXor:
	default:
		return
	}
	f := s.info[s.vn[in.Args[0]]]
	if f.base == 0 {
		return
	}
	if r, ok := s.holder(f.base); ok {
		in.Args[0], in.Imm = r, uint64(int64(in.Imm)+f.off)
	}
}
