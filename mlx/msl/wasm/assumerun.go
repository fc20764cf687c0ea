package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// The tests of what is assumed of a run, and the loop with such runs.

// assumes adds the test that what is assumed of a node holds for a run.
func (w *wholes) assumes(n *node) bool {
	g, f, in := w.g, w.g.f, n.in
	for _, r := range in.Args {
		if !((w.lead(r) >= 0 || w.falls(r)) && w.early(r)) && in.Op != ir.Select {
			return false
		}
	}
	test := func(do func()) bool {
		w.tests = append(w.tests, do)
		return true
	}
	operand := g.assumed[in]
	compare := func(op ir.Op, a, b ir.Reg, first, second func(ir.Reg)) {
		g.scalarOp(&ir.Instr{Op: op, Kind: in.Kind, Args: in.Args[:2]}, func(i int) { [...]func(ir.Reg){first, second}[i]([...]ir.Reg{a, b}[i]) })
	}
	a, b := in.Args[0], in.Args[len(in.Args)-1]
	moving := a
	if w.lead(a) == 0 {
		moving = b
	}
	switch in.Op {
	case ir.Div, ir.Rem, ir.Shr, ir.And:
		return w.early(in.Dst) && test(func() { w.inRow(in) })
	case ir.Min, ir.Max:
		if operand == same { // none of the lanes is less
			if w.falls(moving) {
				return test(func() {
					compare(ir.Le, a+b-moving, moving, g.sc, w.last)
					compare(ir.Le, moving, moving, w.last, g.sc)
					f.Emit(wc.I32And)
				})
			}
			return test(func() {
				compare(ir.Le, a+b-moving, moving, g.sc, g.sc)
				w.rises(moving)
			})
		}
		if operand == 1 {
			a, b = b, a
		}
		return test(func() {
			if in.Op == ir.Min {
				compare(ir.Le, a, b, w.last, g.sc)
			} else {
				compare(ir.Le, b, a, g.sc, g.sc)
			}
			w.rises(a)
		})
	case ir.Mul:
		return test(func() {
			compare(ir.Eq, in.Args[1-operand], ir.NoReg, g.sc, func(ir.Reg) { g.constant(in.Kind, 1) })
		})
	case ir.Select:
		return w.early(in.Args[0]) && test(func() {
			g.sc(in.Args[0])
			if operand == 2 {
				f.Emit(wc.I32Eqz)
			}
		})
	}
	ends := func(r ir.Reg) {
		if r == moving {
			w.last(r)
		} else {
			g.sc(r)
		}
	}
	return test(func() {
		if in.Op == ir.Eq || in.Op == ir.Ne { // none of the lanes, or of what lies between
			g.sc(a + b - moving)
			g.sc(moving)
			f.Emit(wc.I32Sub)
			f.I32(int32(w.lead(moving) * int64(4*w.copies)))
			f.Emit(wc.I32GeU)
			return
		}
		compare(in.Op, a, b, g.sc, g.sc)
		compare(in.Op, a, b, ends, ends)
		f.Emit(wc.I32Eq)
		w.rises(moving)
	})
}

// inRow pushes whether the quotient of a division is the same in all lanes.
func (w *wholes) inRow(in *ir.Instr) {
	g, f := w.g, w.g.f
	extend := func() { f.Emit(bySign(in.Kind, wc.I64ExtendI32S, wc.I64ExtendI32U)) }
	size, known := g.divisorOf(in)
	divisor := func() {
		if known {
			f.I64(int64(size))
		} else {
			g.sc(in.Args[1])
			extend()
		}
	}
	x := in.Args[0]
	// The remainder of the first lane, and with it of the last.
	switch in.Op {
	case ir.Rem:
		g.sc(in.Dst)
		extend()
	case ir.Div:
		g.sc(x)
		extend()
		g.sc(in.Dst)
		extend()
		divisor()
		f.Emit(wc.I64Mul, wc.I64Sub)
	default:
		g.sc(x)
		f.Emit(wc.I64ExtendI32U)
		f.I64(int64(size - 1))
		f.Emit(wc.I64And)
	}
	f.I64(w.lead(x) * int64(4*w.copies-1))
	f.Emit(wc.I64Add)
	divisor()
	f.Emit(bySign(in.Kind, wc.I64LtS, wc.I64LtU))
	if in.Op == ir.Shr || in.Op == ir.And {
		return
	}
	w.rises(x)
	if in.Kind.IsSigned() {
		g.sc(x)
		f.I32(0)
		f.Emit(wc.I32GeS, wc.I32And)
	}
}

// eachRow emits the loop over the chunks of a kernel with a run for what is
// assumed, and what otherwise emits.
func (g *gen) eachRow(w *wholes, p *plan, otherwise func(next func())) {
	base := g.plan
	g.plan = p
	g.computeAhead(w.region, w.guards)
	var inputs, zero []ir.Reg
	for _, r := range g.regsOf(w.region) {
		_, param := g.param[r]
		switch {
		case g.of[r].form == uniform:
		case param:
			inputs = append(inputs, r)
		case g.exposed(w.region, r):
			zero = append(zero, r)
		}
	}
	body := func(bool) {
		g.cur = mask{}
		g.eachInStep(func() {
			for _, r := range inputs {
				g.input(r)
			}
			for _, r := range zero {
				g.zeroReg(r)
			}
		})
		g.scopeNode(g.root)
	}
	inBase := func(emit func(next func()), next func()) {
		g.adjacent, g.plan = g.adjacentBut(base), base
		emit(next)
		g.plan, g.adjacent = p, nil
	}
	f := g.f
	g.chunkLoop(w.copies, func(first int, next func()) {
		w.run(body, next, func(map[*node]bool) {
			if w.atEdges { // the next run may be of whole chunks
				inBase(otherwise, next)
				return
			}
			// The chunks of the run, so that they are not all tested again.
			end := f.Local(wc.I32)
			f.Get(first)
			f.I32(int32(w.copies))
			f.Emit(wc.I32Add)
			f.Tee(end)
			f.Get(g.nchunk, end, g.nchunk)
			f.Emit(wc.I32LtU, wc.Select)
			f.Set(end)
			more := f.Loop()
			inBase(otherwise, next)
			f.Get(g.chunk)
			f.Tee(first)
			f.Get(end)
			f.Emit(wc.I32LtU)
			f.BrIf(more)
			f.End()
		})
	})
	g.plan = base
}

// adjacentBut finds the loads of adjacent elements that are none in another plan.
func (g *gen) adjacentBut(base *plan) map[*ir.Instr]bool {
	out := map[*ir.Instr]bool{}
	for i, n := range g.nodes[1:] {
		if n.in.Op != ir.Load || base.of[base.nodes[1+i].in.Args[0]].form != varying {
			continue
		}
		a := g.access(n)
		step, even := g.step(a)
		out[n.in] = even && a.n == 1 && step == a.size
	}
	return out
}

// advances reports whether a register that was assumed to advance evenly can be
// had from what it is in the chunk before.
func (g *gen) advances(n *node) bool {
	operand, ok := g.assumed[n.in]
	return ok && operand != same && g.copy > 0 && g.steady[n.in.Dst] && g.of[n.in.Dst].form == linear && !g.of[n.in.Dst].irregular() && g.alike(n)
}

// advance sets a register from what it is in the chunk before.
func (g *gen) advance(r ir.Reg) {
	g.f.Get(g.before(r))
	g.plus(g.fn.Regs[r].Kind, 4*g.of[r].stride)
	g.f.Set(g.loc[r][0])
	g.spreadOut(r)
}
