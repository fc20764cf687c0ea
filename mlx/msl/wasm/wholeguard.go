package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// holds returns what pushes whether a condition has a value in all lanes of a
// run; nil if its first lane does not tell.
func (w *wholes) holds(cond ir.Reg, want bool) func() {
	g := w.g
	d := g.origin(cond)
	if d == nil {
		return nil
	}
	in := *d.in
	switch {
	case in.Op == ir.Not:
		return w.holds(in.Args[0], !want)
	case in.Kind == ir.Bool && in.Op == map[bool]ir.Op{true: ir.And, false: ir.Or}[want]:
		return w.allHold(w.joined(in.Op, cond), want)
	case (in.Op == ir.And || in.Op == ir.Or) && in.Kind == ir.Bool:
		a, b := w.holds(in.Args[0], want), w.holds(in.Args[1], want)
		if a == nil || b == nil {
			return nil
		}
		return func() {
			a()
			b()
			g.f.Emit(wc.I32Or)
		}
	case in.Op < ir.Eq || in.Op > ir.Le || !in.Kind.IsInt() || !w.early(in.Args[0]) || !w.early(in.Args[1]):
		return nil
	}
	a, b := in.Args[0], in.Args[1]
	compare := func(first, second func(ir.Reg)) {
		g.scalarOp(&in, func(i int) { [...]func(ir.Reg){first, second}[i]([...]ir.Reg{a, b}[i]) })
	}
	if in.Op <= ir.Ne {
		in.Op = ir.Eq
		if want != (d.in.Op == ir.Eq) {
			in.Op = ir.Ne
		}
		if w.lead(a) == 0 {
			a, b = b, a
		}
		switch la := w.lead(a); {
		case w.lead(b) != 0:
			return nil
		case la == 0:
			return func() { compare(g.sc, g.sc) }
		case la == 1 && in.Op == ir.Ne && in.Kind.Bits() == 32: // none of the lanes is b
			return func() {
				g.sc(b)
				g.sc(a)
				g.f.Emit(wc.I32Sub)
				g.f.I32(int32(4 * w.copies))
				g.f.Emit(wc.I32GeU)
			}
		}
		return nil
	}
	if !want { // not a < b: b <= a
		a, b = b, a
		in.Op = ir.Lt + ir.Le - in.Op
	}
	switch la, lb := w.lead(a), w.lead(b); {
	case la < 0 || lb < 0 || la > 0 && lb > 0:
		return nil
	case la > 0:
		return func() {
			compare(w.last, g.sc)
			w.rises(a)
		}
	case lb > 0:
		return func() {
			compare(g.sc, g.sc)
			w.rises(b)
		}
	}
	return func() { compare(g.sc, g.sc) }
}

// joined are the conditions that an operation joins to one.
func (w *wholes) joined(op ir.Op, cond ir.Reg) []ir.Reg {
	d := w.g.origin(cond)
	if d == nil || d.in.Op != op || d.in.Kind != ir.Bool {
		return []ir.Reg{cond}
	}
	return append(w.joined(op, d.in.Args[0]), w.joined(op, d.in.Args[1])...)
}

// allHold is holds for several conditions. That a number is not below zero and below a
// constant takes one comparison.
func (w *wholes) allHold(conds []ir.Reg, want bool) func() {
	g, f := w.g, w.g.f
	var tests []func()
	conds = slices.Clone(conds)
	for i, c := range conds {
		if c == ir.NoReg {
			continue
		}
		r, end, ok := w.below(c, want)
		j := slices.IndexFunc(conds, func(c ir.Reg) bool { return ok && w.natural(c, r, want) })
		if j < 0 || w.lead(r) < 0 || !w.early(r) {
			continue
		}
		conds[i], conds[j] = ir.NoReg, ir.NoReg
		w.padded = w.padded || w.lead(r) == 1 && end <= int64(g.v.tg[0])
		tests = append(tests, func() {
			g.sc(r)
			f.I32(int32(max(0, end-w.lead(r)*int64(4*w.copies-1))))
			f.Emit(wc.I32LtU)
		})
	}
	for _, c := range conds {
		if c == ir.NoReg {
			continue
		}
		t := w.holds(c, want)
		if t == nil {
			return nil
		}
		tests = append(tests, t)
	}
	return func() {
		for i, t := range tests {
			t()
			if i > 0 {
				f.Emit(wc.I32And)
			}
		}
	}
}

// below finds the number that a condition compares with a constant: whether it is less.
func (w *wholes) below(cond ir.Reg, want bool) (r ir.Reg, end int64, ok bool) {
	d := w.g.origin(cond)
	if d == nil || d.in.Kind != ir.I32 || d.in.Op != ir.Lt && d.in.Op != ir.Le {
		return 0, 0, false
	}
	number, limit, strict := d.in.Args[0], d.in.Args[1], d.in.Op == ir.Lt
	if !want { // not limit <= number
		number, limit, strict = limit, number, !strict
	}
	c, known := w.g.consts[limit]
	end = int64(int32(c))
	if !strict {
		end++
	}
	return number, end, known
}

// natural reports whether a condition says that a number is not below zero.
func (w *wholes) natural(cond, number ir.Reg, want bool) bool {
	if cond == ir.NoReg {
		return false
	}
	r, end, ok := w.below(cond, !want)
	return ok && r == number && end == 0
}

// lead is by how much a value rises from lane to lane of a run, -1 if not
// evenly.
func (w *wholes) lead(r ir.Reg) int64 {
	switch s := w.g.of[r]; {
	case s.form == uniform || s.form == chunked && w.g.steady[r]:
		return 0
	case s.form == linear && w.g.steady[r] && s.stride > 0 && s.stride < 1<<20:
		return s.stride
	}
	return -1
}

// falls reports whether a value gets less from lane to lane of a run, evenly.
func (w *wholes) falls(r ir.Reg) bool {
	s := w.g.of[r]
	return s.form == linear && w.g.steady[r] && s.stride < 0 && s.stride > -1<<20
}

// last pushes the value of a register that advances in the last lane of the run.
func (w *wholes) last(r ir.Reg) {
	w.g.sc(r)
	w.g.plus(w.g.fn.Regs[r].Kind, w.g.of[r].stride*int64(4*w.copies-1))
}

// rises ands what is on the stack with that a register does not wrap in a run.
func (w *wholes) rises(r ir.Reg) {
	g, k := w.g, w.g.fn.Regs[r].Kind
	if g.limit[r] < k.Mask()>>1-1<<24 {
		return
	}
	g.scalarOp(&ir.Instr{Op: ir.Le, Kind: k}, func(i int) { [...]func(ir.Reg){g.sc, w.last}[i](r) })
	g.f.Emit(wc.I32And)
}

// early reports whether a register can be computed before the rest of a run,
// and notes what that takes.
func (w *wholes) early(r ir.Reg) bool {
	g := w.g
	if _, ok := g.param[r]; ok {
		w.params = append(w.params, r)
		return true
	}
	d := g.origin(r)
	if d == nil {
		return g.single[r] && g.roots[r] != nil // a parameter
	}
	if w.needed[d] {
		return true
	}
	plain := d.in.Op.Plain() && results(d.in) == 1 && g.of[r].form != varying
	load := d.in.Op == ir.Load && (d.parent == w.region.parent || w.loads) && g.fixed[r] && !w.stores(d)
	if !plain && !load || !w.takes(d) || slices.ContainsFunc(d.in.Args, func(a ir.Reg) bool { return !w.early(a) }) {
		return false
	}
	w.needed[d] = true
	return true
}

// stores reports whether something is stored in the region before a node.
func (w *wholes) stores(n *node) bool {
	return slices.ContainsFunc(w.g.nodes[w.region.lo:n.pos], func(k *node) bool {
		return k.in.Op == ir.Store || k.in.Op >= ir.AtomicLoad && k.in.Op <= ir.AtomicXor || k.in.Op == ir.CopyMem || k.in.Op == ir.ZeroMem
	})
}
