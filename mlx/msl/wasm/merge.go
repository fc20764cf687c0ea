package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// A store under a mask is one lane at a time. Kernels often store in both
// sides of an If, or before a return and at the end; where that is to one
// place, the sides only choose what a single store writes.
//
//	if (c) y[i] = a; else y[i] = b;

// returns lets what follows an If, one of whose sides returns, be the other
// side. Code in which threads meet stays where it is: those that returned must
// not be missed there.
func (l *legalizer) returns(b ir.Block) ir.Block {
	from := len(b)
	for from > 0 && !anyMeets(b[from-1:from]) {
		from--
	}
	return slices.Concat(b[:from], returnsIn(b[from:], nil))
}

// returnsIn is returns for a block in which no threads meet and what follows it, for which
// that has been done.
func returnsIn(b, rest ir.Block) ir.Block {
	if n := len(b); n > 0 && len(rest) == 0 && b[n-1].Op == ir.Return && len(b[n-1].Args) == 0 {
		b = b[:n-1]
	}
	out := slices.Concat(b, rest)
	at := len(b) // in which what follows begins
	for _, in := range slices.Backward(b) {
		body, other := leaves(in.Body()), leaves(in.Else())
		if rest := out[at:]; in.Op == ir.If && (len(rest) == 0 || body != other) {
			if body {
				in.Nest = &ir.Nest{Body: returnsIn(in.Body(), nil), Else: returnsIn(in.Else(), rest)}
			} else {
				in.Nest = &ir.Nest{Body: returnsIn(in.Body(), rest), Else: returnsIn(in.Else(), nil)}
			}
			at = len(out)
		}
		at--
		out[at] = in
	}
	return out[at:]
}

// leaves reports whether a block ends by leaving the kernel.
func leaves(b ir.Block) bool { return len(b) > 0 && b[len(b)-1].Op == ir.Return }

func anyMeets(b ir.Block) bool {
	found := false
	b.Walk(func(in *ir.Instr) { found = found || meets(in) })
	return found
}

// mergeStores moves stores from the ends of both sides of an If behind it.
func (l *legalizer) mergeStores(b ir.Block) ir.Block {
	out := make(ir.Block, 0, len(b))
	for i := range b {
		in := b[i]
		in.MapBlocks(l.mergeStores)
		behind := l.mergeStore(&in)
		out = append(append(out, in), behind...)
	}
	return out
}

// mergeStore takes the last store out of the sides of an If; it returns the
// code that makes up for it.
func (l *legalizer) mergeStore(in *ir.Instr) ir.Block {
	n, m := len(in.Body()), len(in.Else())
	if in.Op != ir.If || n == 0 || m == 0 {
		return nil
	}
	a, b := in.Body()[n-1], in.Else()[m-1]
	if a.Op != ir.Store || b.Op != ir.Store || a.Kind != b.Kind || a.Space != b.Space || a.Imm != b.Imm || a.Flags != b.Flags || len(a.Args) != len(b.Args) {
		return nil
	}
	s := sides{l: l, in: in, assigned: map[ir.Reg]int{}}
	note := func(x *ir.Instr) {
		for i := range results(x) {
			s.assigned[x.Dst+ir.Reg(i)]++
		}
	}
	in.Body().Walk(note)
	in.Else().Walk(note)
	place, ok := s.same(a.Args[0], b.Args[0], n-1, m-1, 8)
	if !ok {
		return nil
	}
	store := a
	store.Args = []ir.Reg{place}
	sides := &ir.Nest{Body: slices.Clone(in.Body()[:n-1]), Else: slices.Clone(in.Else()[:m-1])}
	for i, v := range a.Args[1:] {
		k := l.fn.Regs[v].Kind
		chosen := l.reg(k)
		sides.Body = append(sides.Body, ir.Instr{Op: ir.Mov, Kind: k, Dst: chosen, Args: []ir.Reg{v}, Pos: a.Pos})
		sides.Else = append(sides.Else, ir.Instr{Op: ir.Mov, Kind: k, Dst: chosen, Args: []ir.Reg{b.Args[1+i]}, Pos: b.Pos})
		store.Args = append(store.Args, chosen)
	}
	in.Nest = sides
	return append(s.behind, store)
}

// sides are those of an If from which a store is taken.
type sides struct {
	l        *legalizer
	in       *ir.Instr
	assigned map[ir.Reg]int // how often in the sides
	behind   ir.Block       // computes again behind the If what both compute
}

// same reports whether a at one place of the Body is b at one of the Else, and gives a
// register that has the value behind the If. It looks through so many operations.
func (s *sides) same(a, b ir.Reg, atBody, atElse, depth int) (ir.Reg, bool) {
	if a == b && s.assigned[a] == 0 {
		return a, true
	}
	i, j := s.definition(s.in.Body()[:atBody], a), s.definition(s.in.Else()[:atElse], b)
	if depth == 0 || i < 0 || j < 0 {
		return 0, false
	}
	x, y := s.in.Body()[i], s.in.Else()[j]
	if x.Op != y.Op || x.Kind != y.Kind || x.From != y.From || x.Imm != y.Imm || x.Flags != y.Flags || len(x.Args) != len(y.Args) {
		return 0, false
	}
	again := x
	again.Args = nil
	for k := range x.Args {
		r, ok := s.same(x.Args[k], y.Args[k], i, j, depth-1)
		if !ok {
			return 0, false
		}
		again.Args = append(again.Args, r)
	}
	again.Dst = s.l.reg(s.l.fn.Regs[a].Kind)
	s.l.fn.Regs[again.Dst] = s.l.fn.Regs[a]
	s.behind = append(s.behind, again)
	return again.Dst, true
}

// definition is where alone a register is assigned, in a part of a side and not deeper;
// -1 if it is not.
func (s *sides) definition(side ir.Block, r ir.Reg) int {
	return slices.IndexFunc(side, func(in ir.Instr) bool {
		return in.Dst == r && in.Op.Plain() && results(&in) == 1 && s.assigned[r] == 1
	})
}
