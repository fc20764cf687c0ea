package ir

import (
	"math/bits"
	"slices"
)

// regset is a set of registers.
type regset []uint64

func newRegset(n int) regset       { return make(regset, (n+63)/64) }
func (s regset) add(r Reg)         { s[r/64] |= 1 << (r % 64) }
func (s regset) remove(r Reg)      { s[r/64] &^= 1 << (r % 64) }
func (s regset) has(r Reg) bool    { return s[r/64]>>(r%64)&1 != 0 }
func (s regset) clone() regset     { return append(regset(nil), s...) }
func (s regset) copyFrom(t regset) { copy(s, t) }
func (s regset) union(t regset) bool { // reports whether s grew
	grew := false
	for i, w := range t {
		grew = grew || w&^s[i] != 0
		s[i] |= w
	}
	return grew
}

// contains reports whether t is a subset of s.
func (s regset) contains(t regset) bool {
	for i, w := range t {
		if w&^s[i] != 0 {
			return false
		}
	}
	return true
}

func (s regset) each(fn func(Reg)) {
	for i, w := range s {
		for ; w != 0; w &= w - 1 {
			fn(Reg(i*64 + bits.TrailingZeros64(w)))
		}
	}
}

// liveness walks a function backwards with the set of registers whose value
// is still needed.
type liveness struct {
	p     *Program
	live  regset
	nest  []target
	free  []regset
	sweep bool // remove instructions whose results are not needed
	loops map[*Instr]*loopLive
	// visit, if set, is called for each Loop with what is live before it or
	// wherever it may be left to.
	visit func(in *Instr, around regset)
	// called, if set, is called for each Call with what is live after it.
	called func(in *Instr, after regset)
}

// loopLive is what was found out about a loop. Nested loops are met again in
// every pass over those around them; without it that would be exponential.
type loopLive struct {
	after, head regset
	own         bool // all that it leaves is itself: after decides
}

// target is what is live where a Break or Continue of a construct goes.
type target struct{ brk, cont regset }

// liveAtEntry returns the registers that f may read before it assigns them,
// parameters included.
func liveAtEntry(p *Program, f *Func) regset {
	l := liveness{p: p, live: newRegset(len(f.Regs))}
	l.block(&f.Body)
	return l.live
}

// ReadFirst returns the registers that a block of the function may read before it
// assigns them, for what it does and for those of its registers that are read behind.
func (f *Func) ReadFirst(p *Program, b Block, behind map[Reg]bool) []Reg {
	l := liveness{p: p, live: newRegset(len(f.Regs))}
	for r := range behind {
		l.live.add(r)
	}
	l.block(&b)
	var out []Reg
	l.live.each(func(r Reg) { out = append(out, r) })
	return out
}

// eliminateDead removes instructions without effect whose results are unused,
// and what can never be reached.
func eliminateDead(p *Program, f *Func) {
	l := liveness{p: p, live: newRegset(len(f.Regs)), sweep: true}
	l.block(&f.Body)
}

func (l *liveness) block(b *Block) {
	list := *b
	for i := len(list) - 1; i >= 0; i-- {
		in := &list[i]
		if l.instr(in) && l.sweep {
			in.Op = Invalid // marks it for removal
		}
	}
	if l.sweep {
		*b = list.compact()
	}
}

// compact drops invalid instructions and what follows an instruction that
// does not fall through.
func (b Block) compact() Block {
	out := b[:0]
	for i := range b {
		if b[i].Op == Invalid {
			continue
		}
		out = append(out, b[i])
		if b[i].ends() {
			break
		}
	}
	return out
}

// instr updates the set and reports whether the instruction is dead.
func (l *liveness) instr(in *Instr) bool {
	switch in.Op {
	case If:
		other := l.take(l.live)
		l.block(&in.Nest.Else)
		l.live, other = other, l.live
		l.block(&in.Nest.Body)
		l.live.union(other)
		l.put(other)
		if len(in.Body()) == 0 && len(in.Else()) == 0 {
			return true
		}
	case Scope:
		after := l.take(l.live)
		l.nest = append(l.nest, target{brk: after})
		l.block(&in.Nest.Body)
		l.nest = l.nest[:len(l.nest)-1]
		l.put(after)
		return len(in.Body()) == 0
	case Loop:
		l.loop(in)
	case Break:
		l.live.copyFrom(l.nest[len(l.nest)-1-int(in.Imm)].brk)
	case Continue:
		l.live.copyFrom(l.nest[len(l.nest)-1-int(in.Imm)].cont)
	case Return, Unreachable:
		clear(l.live)
	default:
		if in.Op == Call && l.called != nil {
			l.called(in, l.live)
		}
		if l.results(in) {
			return true
		}
	}
	for _, r := range in.Args {
		l.live.add(r)
	}
	return false
}

// results takes the results out of the set and reports whether in is dead.
func (l *liveness) results(in *Instr) bool {
	n := in.Results(l.p)
	used := false
	for k := range n {
		used = used || l.live.has(in.Dst+Reg(k))
	}
	if !used && n > 0 && in.removable() {
		return true
	}
	for k := range n {
		l.live.remove(in.Dst + Reg(k))
	}
	return false
}

// loop finds what is live at the loop's head as a fixed point.
func (l *liveness) loop(in *Instr) {
	after, head, cont := l.take(l.live), l.take(nil), l.take(nil)
	known := l.loops[in]
	same := false
	if known == nil {
		known = &loopLive{own: !in.Body().escapes(0) && !in.Else().escapes(0)}
		if l.loops == nil {
			l.loops = map[*Instr]*loopLive{}
		}
		l.loops[in] = known
	} else if known.own {
		same = slices.Equal(known.after, after)
		if same || after.contains(known.after) {
			head.copyFrom(known.head)
		}
	}
	sweep, visit, called := l.sweep, l.visit, l.called
	l.sweep, l.visit, l.called = false, nil, nil
	pass := func() {
		l.live.copyFrom(head)
		l.nest = append(l.nest, target{brk: after})
		l.block(&in.Nest.Else)
		cont.copyFrom(l.live)
		l.nest[len(l.nest)-1].cont = cont
		l.block(&in.Nest.Body)
		l.nest = l.nest[:len(l.nest)-1]
	}
	if same {
		l.live.copyFrom(head)
	} else {
		for pass(); head.union(l.live); pass() {
		}
		known.after, known.head = after.clone(), head.clone()
	}
	if l.sweep, l.visit, l.called = sweep, visit, called; sweep || visit != nil || called != nil {
		pass()
	}
	if visit != nil {
		around := l.live.clone()
		around.union(after)
		for i, t := range l.nest {
			depth := uint64(len(l.nest) - i)
			if in.Body().transfers(Break, depth) || in.Else().transfers(Break, depth) {
				around.union(t.brk)
			}
			if in.Body().transfers(Continue, depth) || in.Else().transfers(Continue, depth) {
				around.union(t.cont)
			}
		}
		visit(in, around)
	}
	l.put(after)
	l.put(head)
	l.put(cont)
}

// take returns a copy of s, or an empty set; put gives it back.
func (l *liveness) take(s regset) regset {
	var t regset
	if n := len(l.free); n > 0 {
		t, l.free = l.free[n-1], l.free[:n-1]
		clear(t)
	} else {
		t = make(regset, len(l.live))
	}
	copy(t, s)
	return t
}

func (l *liveness) put(s regset) { l.free = append(l.free, s) }
