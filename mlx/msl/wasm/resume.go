package wasm

import (
	"cmp"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// A loop may take each thread through more of an array than one memory holds: with
// the stride of the grid, or down the rows of a matrix. Such a kernel is changed into
// one that can be left and resumed there. Launched again and again it takes all
// threads through some iterations each time, and keeps in a buffer what a thread
// carries from one to the next; a last launch, of no iterations, runs what follows
// the loop. What precedes it runs each time, but for its stores, and is the same each
// time as nothing that it reads changes. What advances by the same step in each
// iteration is computed from the number of the iteration, so that the interval
// analysis knows what some iterations touch.

// resumable is a program whose entry takes two buffers more.
type resumable struct {
	p     *ir.Program
	state int // index of the buffer of what threads carry,
	bytes int // which is so much for each, and
	span  int // of the one that says which iterations to run
}

// Offsets in the span, and what both numbers are in the last launch.
const (
	spanFirst = 0
	spanEnd   = 8
	spanAgain = 16 // read where iterations are left
	spanBytes = 24
	afterLoop = 1 << 62
)

// step leads from a block into one of an instruction's.
type step struct {
	index int
	other bool // the second block
}

// outerLoops calls found with the ways to the loops that are in no other.
func outerLoops(b ir.Block, way []step, found func(way []step)) {
	for i := range b {
		to := func(other bool) []step { return append(slices.Clone(way), step{i, other}) }
		switch in := &b[i]; in.Op {
		case ir.Loop:
			found(to(false))
		case ir.If, ir.Scope:
			outerLoops(in.Body(), to(false), found)
			outerLoops(in.Else(), to(true), found)
		}
	}
}

// resumables returns what an entry can be changed into: a program for each loop.
func resumables(p *ir.Program, e *ir.Entry) []*resumable {
	return p.Memo("resumable "+e.Name, func() any {
		var out []*resumable
		outerLoops(p.Funcs[e.Func].Body, nil, func(way []step) {
			if r := newResumable(p, e, way); r != nil {
				out = append(out, r)
			}
		})
		return out
	}).([]*resumable)
}

// resumer changes a kernel.
type resumer struct {
	*legalizer
	of     map[ir.Reg]uint64 // the memory objects that pointers point into
	stored uint64            // those that the kernel stores to
	after  map[ir.Reg]bool   // registers that are used behind the loop
	never  bool              // the kernel cannot be resumed

	span, state       ir.Reg // pointers, the latter to what the thread carries
	bytes             int
	first, end        ir.Reg // iterations
	begins, more, one ir.Reg
}

// newResumable makes the program for the loop at the end of a way, nil if that cannot be.
func newResumable(p *ir.Program, e *ir.Entry, way []step) *resumable {
	entry, fn := *e, *p.Funcs[e.Func]
	entry.Args = slices.Clone(e.Args)
	fn.Params, fn.Regs = slices.Clone(fn.Params), slices.Clone(fn.Regs)
	r := &resumer{legalizer: &legalizer{prog: p, fn: &fn, entry: &entry}, after: map[ir.Reg]bool{}}
	r.findStores()
	out := &resumable{}
	for _, a := range e.Args {
		if a.Kind == ir.ArgBuffer {
			out.state = max(out.state, a.Index+1)
		}
	}
	out.span = out.state + 1
	argument := func(a ir.Arg, t ir.Type) ir.Reg {
		at := ir.Reg(len(fn.Regs))
		for i := range ir.Reg(a.Params()) {
			fn.Regs, fn.Params = append(fn.Regs, t), append(fn.Params, at+i)
		}
		entry.Args = append(entry.Args, a)
		return at
	}
	state := argument(ir.Arg{Kind: ir.ArgBuffer, Name: "state", Index: out.state, Space: ir.Device}, ir.Type{Kind: ir.Ptr, Space: ir.Device})
	r.span = argument(ir.Arg{Kind: ir.ArgBuffer, Name: "span", Index: out.span, Space: ir.Constant, ReadOnly: true}, ir.Type{Kind: ir.Ptr, Space: ir.Constant})
	position := argument(ir.Arg{Kind: ir.ArgBuiltin, Builtin: ir.ThreadPositionInGrid, Scalar: ir.U32, N: 3}, ir.Type{Kind: ir.U32})
	grid := argument(ir.Arg{Kind: ir.ArgBuiltin, Builtin: ir.ThreadsPerGrid, Scalar: ir.U32, N: 3}, ir.Type{Kind: ir.U32})

	r.one = r.constant(ir.I64, 1)
	r.first, r.end = r.spanWord(spanFirst), r.spanWord(spanEnd)
	r.begins = r.compare(ir.Eq, ir.I64, r.first, r.constant(ir.I64, 0))
	r.more = r.compare(ir.Ne, ir.I64, r.end, r.constant(ir.I64, afterLoop))
	thread := r.convert(ir.I64, ir.U32, position+2)
	for axis := ir.Reg(1); axis >= 0; axis-- {
		thread = r.op(ir.Mul, ir.I64, thread, r.convert(ir.I64, ir.U32, grid+axis))
		thread = r.op(ir.Add, ir.I64, thread, r.convert(ir.I64, ir.U32, position+axis))
	}
	size := r.reg(ir.I64)
	sizeAt := len(r.out)
	r.out = append(r.out, ir.Instr{Op: ir.Const, Kind: ir.I64, Dst: size})
	r.state = r.pointer(state, r.op(ir.Mul, ir.I64, thread, size))
	fn.Body = append(r.out, r.cut(fn.Body, way)...)
	fn.Body[sizeAt].Imm = uint64(r.bytes)

	q := *p
	q.Funcs, q.Entries = slices.Clone(p.Funcs), []*ir.Entry{&entry}
	q.Funcs[e.Func] = &fn
	if r.never || ir.Verify(&q) != nil {
		return nil
	}
	out.p, out.bytes = &q, r.bytes
	return out
}

// findStores finds what pointers point into, and what is stored to.
func (r *resumer) findStores() {
	x := &pointsTo{l: r.legalizer}
	x.find(r.fn.Body)
	r.of = x.of
	r.never = len(x.all) > maxObjects
	r.fn.Body.Walk(func(in *ir.Instr) {
		if r.storesToDevice(in) {
			r.stored |= r.of[in.Args[0]]
		}
	})
}

// storesToDevice reports whether an instruction changes device memory.
func (r *resumer) storesToDevice(in *ir.Instr) bool {
	switch in.Op {
	case ir.Store, ir.CopyMem, ir.ZeroMem, ir.MatrixStore:
		return r.space(in.Args[0]) == ir.Device
	}
	return isAtomic(in) && r.space(in.Args[0]) == ir.Device
}

// source is the pointer that an instruction loads from, NoReg if it is none that does.
func source(in *ir.Instr) ir.Reg {
	switch in.Op {
	case ir.Load, ir.MatrixLoad:
		return in.Args[0]
	case ir.CopyMem:
		return in.Args[1]
	}
	return ir.NoReg
}

func isAtomic(in *ir.Instr) bool { return in.Op >= ir.AtomicLoad && in.Op <= ir.AtomicXor }

// space is the address space that a pointer points into.
func (r *resumer) space(p ir.Reg) ir.Space { return r.fn.Regs[p].Space }

func (r *resumer) spanWord(offset uint64) ir.Reg {
	return r.emit(ir.Instr{Op: ir.Load, Kind: ir.I64, Space: ir.Constant, Imm: offset, Args: []ir.Reg{r.span}}, ir.I64)
}

func (r *resumer) pointer(p, offset ir.Reg) ir.Reg {
	q := r.emit(ir.Instr{Op: ir.PtrAdd, Kind: ir.Ptr, Args: []ir.Reg{p, offset}}, ir.Ptr)
	r.fn.Regs[q].Space = r.fn.Regs[p].Space
	return q
}

// inner collects what do emits.
func (r *resumer) inner(do func()) ir.Block {
	outer := r.out
	r.out = nil
	do()
	b := r.out
	r.out = outer
	return b
}

// choice emits an If.
func (r *resumer) choice(cond ir.Reg, then, otherwise ir.Block) {
	r.out = append(r.out, ir.Instr{Op: ir.If, Args: []ir.Reg{cond}, Dst: ir.NoReg, Nest: &ir.Nest{Body: then, Else: otherwise}})
}

// leave ends the launch where others are to follow.
func (r *resumer) leave() {
	r.choice(r.more, ir.Block{{Op: ir.Return, Dst: ir.NoReg}}, nil)
}

// cut changes the block that a way begins in. Threads that do not come to the loop
// leave where they would pass it.
func (r *resumer) cut(b ir.Block, way []step) ir.Block {
	at := way[0].index
	in := b[at]
	b[at+1:].Walk(func(in *ir.Instr) {
		for _, x := range in.Args {
			r.after[x] = true
		}
	})
	out := r.repeated(b[:at])
	inside := ir.Block{in}
	if len(way) == 1 {
		inside = r.inner(func() { r.loop(&in) })
	} else {
		nest := *in.Nest
		chosen, other := &nest.Body, &nest.Else
		if way[0].other {
			chosen, other = other, chosen
		}
		*chosen = r.cut(*chosen, way[1:])
		if in.Op == ir.If {
			*other = append(r.inner(r.leave), *other...)
		}
		inside[0].Nest = &nest
	}
	return slices.Concat(out, inside, r.inner(r.leave), b[at+1:])
}

// repeated is a block that runs in each launch, and stores in the first only.
func (r *resumer) repeated(b ir.Block) ir.Block {
	return r.inner(func() {
		for _, in := range b {
			in.MapBlocks(r.repeated)
			from := source(&in)
			changes := from != ir.NoReg && r.space(from) == ir.Device && r.of[from]&(r.stored|anywhere) != 0
			if changes || in.Op == ir.Call || in.Op == ir.Print || isAtomic(&in) {
				r.never = true
			}
			if r.storesToDevice(&in) {
				r.choice(r.begins, ir.Block{in}, nil)
				continue
			}
			r.out = append(r.out, in)
		}
	})
}

// loop emits the loop such that it can be left before any iteration.
func (r *resumer) loop(in *ir.Instr) {
	if r.check(in); r.never {
		return
	}
	steps := r.steps(in)
	carried := r.carried(in, steps)
	var from []ir.Reg
	for _, s := range steps {
		x := r.emit(ir.Instr{Op: ir.Mov, Kind: s.kind, Args: []ir.Reg{s.r}}, s.kind)
		r.fn.Regs[x] = r.fn.Regs[s.r]
		from = append(from, x)
	}
	active, t := r.reg(ir.Bool), r.reg(ir.I64)
	r.out = append(r.out,
		ir.Instr{Op: ir.Const, Kind: ir.Bool, Imm: 1, Dst: active},
		ir.Instr{Op: ir.Mov, Kind: ir.I64, Dst: t, Args: []ir.Reg{r.first}})
	r.choice(r.begins, nil, r.inner(func() { r.keep(ir.Load, append(carried, active)) }))

	body := r.inner(func() {
		left := r.compare(ir.Lt, ir.I64, t, r.end)
		r.choice(left, nil, r.inner(func() {
			r.spanWord(spanAgain)
			r.out = append(r.out, ir.Instr{Op: ir.Break, Dst: ir.NoReg})
		}))
		for i, s := range steps {
			r.advance(s, from[i], t)
		}
		r.out = append(r.out, r.ending(in.Body(), active, 0)...)
	})
	next := append(r.ending(in.Else(), active, 0), ir.Instr{Op: ir.Add, Kind: ir.I64, Dst: t, Args: []ir.Reg{t, r.one}})
	r.choice(active, ir.Block{{Op: ir.Loop, Dst: ir.NoReg, Pos: in.Pos, Nest: &ir.Nest{Body: body, Else: next}}}, nil)

	r.choice(r.more, r.inner(func() { r.keep(ir.Store, append(carried, active)) }), r.inner(func() {
		// Should the analysis have been wrong, and a thread not be done, that is reported
		// like an access that it did not foresee.
		r.choice(active, r.inner(func() {
			beyond := r.pointer(r.state, r.constant(ir.I64, 1<<40))
			r.out = append(r.out, ir.Instr{Op: ir.Store, Kind: ir.Bool, Space: ir.Device, Dst: ir.NoReg, Args: []ir.Reg{beyond, active}})
		}), nil)
	}))
}

// check looks for what cannot be left in the middle: memory of the threadgroup or the
// thread, which the next launch does not find again, and lanes that read what others
// have carried out of the loop.
func (r *resumer) check(in *ir.Instr) {
	ir.Block{*in}.Walk(func(in *ir.Instr) {
		switch in.Op {
		case ir.Return, ir.Unreachable, ir.Call, ir.Print, ir.SimdBroadcast, ir.SimdShuffle, ir.SimdShuffleXor, ir.SimdShuffleUp,
			ir.SimdShuffleDown, ir.SimdRotateUp, ir.SimdRotateDown, ir.SimdFillUp, ir.SimdFillDown:
			r.never = true
		}
		for _, x := range in.Args {
			r.never = r.never || r.space(x) == ir.Threadgroup || r.space(x) == ir.Thread
		}
	})
	r.never = r.never || leads(in.Body(), 0) || leads(in.Else(), 0)
}

// leads reports whether b, so deep in a loop, leads out of more than the loop.
func leads(b ir.Block, depth uint64) bool {
	return slices.ContainsFunc(b, func(in ir.Instr) bool {
		d := depth
		switch in.Op {
		case ir.Break, ir.Continue:
			return in.Imm > depth
		case ir.Loop, ir.Scope:
			d++
		}
		return leads(in.Body(), d) || leads(in.Else(), d)
	})
}

// carried returns what a thread needs to know of the iterations before, and what
// it knows when it has left the loop.
func (r *resumer) carried(in *ir.Instr, even []stepping) []ir.Reg {
	needed := map[ir.Reg]bool{}
	for _, x := range r.fn.ReadFirst(r.prog, ir.Block{*in}, r.after) {
		needed[x] = true
	}
	for _, s := range even {
		needed[s.r] = false
	}
	var out []ir.Reg
	for x := range assigned(in) {
		if r.after[x] || needed[x] {
			out = append(out, x)
			r.never = r.never || r.fn.Regs[x].Kind == ir.Ptr
		}
	}
	slices.Sort(out)
	return out
}

// assigned returns the instructions that assign registers, in an instruction and its
// blocks.
func assigned(in *ir.Instr) map[ir.Reg][]*ir.Instr {
	by := map[ir.Reg][]*ir.Instr{}
	ir.Block{*in}.Walk(func(in *ir.Instr) {
		for i := range results(in) {
			by[in.Dst+ir.Reg(i)] = append(by[in.Dst+ir.Reg(i)], in)
		}
	})
	return by
}

// keep loads or stores what the thread carries, from the largest to the smallest.
func (r *resumer) keep(op ir.Op, regs []ir.Reg) {
	size := func(x ir.Reg) int { return r.fn.Regs[x].Kind.Size() }
	regs = slices.Clone(regs)
	slices.SortStableFunc(regs, func(a, b ir.Reg) int { return cmp.Compare(size(b), size(a)) })
	at := 0
	for _, x := range regs {
		in := ir.Instr{Op: op, Kind: r.fn.Regs[x].Kind, Space: ir.Device, Imm: uint64(at), Dst: x, Args: []ir.Reg{r.state}}
		if op == ir.Store {
			in.Dst, in.Args = ir.NoReg, append(in.Args, x)
		}
		r.out = append(r.out, in)
		at += size(x)
	}
	r.bytes = (at + 7) &^ 7
}

// ending notes at each Break of the loop, so deep in which b is, that the thread has
// left it.
func (r *resumer) ending(b ir.Block, active ir.Reg, depth uint64) ir.Block {
	out := make(ir.Block, 0, len(b))
	for _, in := range b {
		d := depth
		if in.Op == ir.Loop || in.Op == ir.Scope {
			d++
		}
		in.MapBlocks(func(b ir.Block) ir.Block { return r.ending(b, active, d) })
		if in.Op == ir.Break && in.Imm == depth {
			out = append(out, ir.Instr{Op: ir.Const, Kind: ir.Bool, Dst: active})
		}
		out = append(out, in)
	}
	return out
}
