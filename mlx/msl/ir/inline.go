package ir

import "slices"

// Limits of inlining, in instructions.
const (
	maxInline = 20_000 // a callee
	maxGrown  = 60_000 // a function after inlining
	maxNested = 16     // loops around each other after inlining
)

// maxShared is how many instructions the copies of a function may be if all calls of it were
// inlined, and minShared how many its calls are worth. Tests lower them.
var maxShared, minShared = 20_000, 100

// shares reports whether the calls of a function stay: executors take a kernel much longer
// in which a product of long numbers stands dozens of times, if they take it at all.
func (o *optimizer) shares(callee int) bool {
	size, copies := o.p.Funcs[callee].Body.size(), o.copies[callee]
	return copies > 1 && size > minShared && size*copies > maxShared
}

// meets reports whether threads do something together, or in an order.
func (in *Instr) meets() bool {
	return in.Op == Barrier || in.Op == Print || in.Op >= SimdSum && in.Op <= MatrixMMA
}

// meets reports whether threads meet in an entry or in what it calls.
func (p *Program) meets(e *Entry) bool {
	one := *p
	one.Entries = []*Entry{e}
	found := false
	for i, used := range one.reached() {
		if used {
			p.Funcs[i].Body.Walk(func(in *Instr) { found = found || in.meets() })
		}
	}
	return found
}

// countCopies finds o.copies, callers first. It leaves out the entries in which threads
// meet: they would not all be in the same call then.
func (o *optimizer) countCopies() {
	seen := make([]bool, len(o.p.Funcs))
	var order []int
	var visit func(i int)
	visit = func(i int) {
		if seen[i] {
			return
		}
		seen[i] = true
		o.p.Funcs[i].Body.Walk(func(in *Instr) {
			if in.Op == Call {
				visit(int(in.Imm))
			}
		})
		order = append(order, i)
	}
	for _, e := range o.p.Entries {
		if !o.p.meets(e) {
			visit(e.Func)
			o.copies[e.Func]++
		}
	}
	const many = 1 << 20
	for _, i := range slices.Backward(order) {
		o.p.Funcs[i].Body.Walk(func(in *Instr) {
			if in.Op == Call && int(in.Imm) != i {
				o.copies[in.Imm] = min(o.copies[in.Imm]+o.copies[i], many)
			}
		})
	}
}

// inline replaces the calls in f of functions that ok allows by their bodies,
// as long as there is room for their instructions.
func inline(p *Program, f *Func, ok func(callee int) bool, room *int) {
	in := inliner{p: p, f: f, ok: ok, size: f.Body.size(), room: room}
	f.Body = in.block(f.Body, 0)
}

type inliner struct {
	p    *Program
	f    *Func
	ok   func(callee int) bool
	size int
	room *int
	// slots, if not nil, are the first private slots of functions whose calls share
	// them, as they are not in progress at once.
	slots map[*Func]uint64
}

// block inlines the calls of a block inside of so many loops.
func (n *inliner) block(b Block, loops int) Block {
	out := make(Block, 0, len(b))
	for i := range b {
		in := b[i]
		inner := loops
		if in.Op == Loop {
			inner++
		}
		in.MapBlocks(func(b Block) Block { return n.block(b, inner) })
		if in.Op != Call || !n.ok(int(in.Imm)) {
			out = append(out, in)
			continue
		}
		callee := n.p.Funcs[in.Imm]
		grow := callee.Body.size()
		if len(callee.Threadgroup) > 0 || grow > maxInline || n.size+grow > maxGrown || grow > *n.room || loops+callee.Body.loops() > maxNested {
			out = append(out, in)
			continue
		}
		n.size += grow
		*n.room -= grow
		out = append(out, n.expand(callee, &in)...)
	}
	return out
}

// loops is how many loops of b are around each other.
func (b Block) loops() int {
	most := 0
	for i := range b {
		n := max(b[i].Body().loops(), b[i].Else().loops())
		if b[i].Op == Loop {
			n++
		}
		most = max(most, n)
	}
	return most
}

// expand returns the body of callee with fresh registers and slots. Returns
// become assignments of the results and, unless they stand at the end, breaks
// out of a Scope.
func (n *inliner) expand(callee *Func, call *Instr) Block {
	base := Reg(len(n.f.Regs))
	slots, shared := n.slots[callee]
	if !shared {
		slots = uint64(len(n.f.Private))
		n.f.Private = append(n.f.Private, callee.Private...)
	}
	if n.slots != nil {
		n.slots[callee] = slots
	}
	for r, t := range callee.Regs {
		n.f.newReg(t, callee.name(Reg(r)))
	}

	var out Block
	mov := func(dst, src Reg) {
		out = append(out, Instr{Op: Mov, Kind: n.f.Regs[src].Kind, Dst: dst, Args: []Reg{src}, Pos: call.Pos})
	}
	for i, r := range callee.Params {
		mov(base+r, call.Args[i])
	}
	live := liveAtEntry(n.p, callee) // registers that the callee reads as 0
	for _, r := range callee.Params {
		live.remove(r)
	}
	live.each(func(r Reg) {
		out = append(out, Instr{Op: Const, Kind: callee.Regs[r].Kind, Dst: base + r, Pos: call.Pos})
	})
	if call.Dst != NoReg {
		for i, t := range callee.Results {
			if !callee.Body.returns() {
				out = append(out, Instr{Op: Const, Kind: t.Kind, Dst: call.Dst + Reg(i), Pos: call.Pos})
			}
		}
	}
	body := callee.Body.clone(func(in *Instr) {
		if in.Dst != NoReg {
			in.Dst += base
		}
		for k := range in.Args {
			in.Args[k] += base
		}
		if in.Op == SlotAddr && in.Space == Thread {
			in.Imm += slots
		}
	})
	return append(out, Instr{Op: Scope, Dst: NoReg, Nest: &Nest{Body: returnsToBreaks(body, call.Dst, n.f, 0)}, Pos: call.Pos})
}

// returns reports whether every way through b ends in a Return.
func (b Block) returns() bool {
	if len(b) == 0 {
		return false
	}
	last := &b[len(b)-1]
	return last.Op == Return || last.Op == If && last.Body().returns() && last.Else().returns()
}

// returnsToBreaks rewrites the Returns of an inlined body, which is depth
// levels deep in its Scope.
func returnsToBreaks(b Block, dst Reg, f *Func, depth uint64) Block {
	var out Block
	for _, in := range b {
		d := depth
		switch in.Op {
		case Loop, Scope:
			d++
		case Return, Unreachable:
			if dst != NoReg {
				for k, r := range in.Args {
					out = append(out, Instr{Op: Mov, Kind: f.Regs[r].Kind, Dst: dst + Reg(k), Args: []Reg{r}, Pos: in.Pos})
				}
			}
			in = Instr{Op: Break, Imm: depth, Dst: NoReg, Pos: in.Pos}
		}
		in.MapBlocks(func(b Block) Block { return returnsToBreaks(b, dst, f, d) })
		out = append(out, in)
	}
	return out
}
