package irgen

import "github.com/zmlx/zmlx/mlx/msl/ir"

// branch makes an If; its condition may differ between threads.
func (g *generator) branch(left int) {
	cond := g.value(ir.Bool)
	was := g.divergent
	g.divergent = true
	in := ir.Instr{Op: ir.If, Dst: ir.NoReg, Args: []ir.Reg{cond}, Nest: &ir.Nest{}}
	in.Nest.Body = g.nested(1+g.rng.IntN(1+left/2), nil)
	if g.chance(2) {
		in.Nest.Else = g.nested(1+g.rng.IntN(1+left/2), nil)
	}
	g.divergent = was
	g.emit(in)
}

// loop makes a counted loop. Its limit is a constant or differs between
// threads; it may also be left early.
func (g *generator) loop(left int) {
	counter := g.constant(ir.U32, 0)
	limit := g.constant(ir.U32, uint64(g.rng.IntN(6)))
	was := g.divergent
	if g.chance(2) {
		g.divergent = true
		seven := g.constant(ir.U32, 7)
		limit = g.op(ir.And, ir.U32, ir.U32, g.value(ir.U32), seven)
	}
	leave := g.chance(2)
	g.divergent = g.divergent || leave
	g.nest = append(g.nest, loopInfo{loop: true, mayLeave: leave})
	in := ir.Instr{Op: ir.Loop, Dst: ir.NoReg, Nest: &ir.Nest{}}
	atEnd := g.chance(4) // do … while
	exit := func() {
		more := g.op(ir.Lt, ir.U32, ir.Bool, counter, limit)
		g.emit(ir.Instr{Op: ir.If, Dst: ir.NoReg, Args: []ir.Reg{more}, Nest: &ir.Nest{Else: ir.Block{{Op: ir.Break, Dst: ir.NoReg}}}})
	}
	if g.chance(2) {
		g.define(counter)
	}
	in.Nest.Body = g.nested(1+g.rng.IntN(1+left/2), func() {
		if !atEnd {
			exit()
		}
	})
	g.nest[len(g.nest)-1] = loopInfo{} // the continuing block is left by exit only
	in.Nest.Else = g.nested(0, func() {
		one := g.constant(ir.U32, 1)
		g.emit(ir.Instr{Op: ir.Add, Kind: ir.U32, Dst: counter, Args: []ir.Reg{counter, one}})
		if atEnd {
			exit()
		}
	})
	g.nest = g.nest[:len(g.nest)-1]
	g.divergent = was
	g.emit(in)
}

// row makes a loop along elements that lie one behind the other, from and to where the
// thread's own values say. It loads and computes, also before its test.
func (g *generator) row() {
	kind := []ir.Kind{ir.U32, ir.I32}[g.rng.IntN(2)]
	part := func(most uint64) ir.Reg {
		return g.op(ir.And, kind, kind, g.value(kind), g.constant(kind, most))
	}
	first, length := part(inputs/2-1), part(15)
	counter := g.op(ir.Add, kind, kind, first, g.constant(kind, 0))
	limit := g.op(ir.Add, kind, kind, first, length)
	loaded := g.kind()
	if loaded == ir.Bool {
		loaded = ir.F32
	}
	size := 8
	if g.chance(2) { // one behind the other
		size = loaded.Size()
	}
	step, p := g.constant(ir.I64, uint64(size)), ir.NoReg
	if g.chance(3) { // a pointer goes along
		p = g.reg(device)
		g.emit(ir.Instr{Op: ir.Mov, Kind: ir.Ptr, Dst: p, Args: []ir.Reg{g.element(g.in, first, uint64(size))}})
	}
	end := ir.NoReg
	if g.chance(3) { // memory says where the row ends
		end = g.element(g.in, first, 8)
	}
	for range g.rng.IntN(3) {
		g.variable()
	}
	was := g.divergent
	g.divergent = true
	work := func(n int) {
		for range n {
			switch g.rng.IntN(4) {
			case 0:
				g.arithmetic()
			case 1:
				g.assign()
			default:
				g.accumulate(ir.NoReg)
			}
		}
	}
	in := ir.Instr{Op: ir.Loop, Dst: ir.NoReg, Nest: &ir.Nest{}}
	if g.chance(2) {
		g.define(counter)
	}
	in.Nest.Body = g.nested(0, func() {
		if g.chance(4) {
			work(1 + g.rng.IntN(2))
		}
		if end != ir.NoReg {
			d := g.reg(ir.Type{Kind: kind})
			g.emit(ir.Instr{Op: ir.Load, Kind: kind, Space: ir.Device, Dst: d, Args: []ir.Reg{end}})
			limit = g.op(ir.Add, kind, kind, first, g.op(ir.And, kind, kind, d, g.constant(kind, 15)))
		}
		more := g.op(ir.Lt, kind, ir.Bool, counter, limit)
		g.emit(ir.Instr{Op: ir.If, Dst: ir.NoReg, Args: []ir.Reg{more}, Nest: &ir.Nest{Else: ir.Block{{Op: ir.Break, Dst: ir.NoReg}}}})
		at := p
		if p == ir.NoReg {
			at = g.element(g.in, counter, uint64(size))
		}
		g.loadRun(ir.Device, at, loaded, size)
		g.accumulate(g.scope[len(g.scope)-1])
		work(g.rng.IntN(6))
	})
	in.Nest.Else = g.nested(0, func() {
		g.emit(ir.Instr{Op: ir.Add, Kind: kind, Dst: counter, Args: []ir.Reg{counter, g.constant(kind, 1)}})
		if p != ir.NoReg {
			g.emit(ir.Instr{Op: ir.PtrAdd, Kind: ir.Ptr, Dst: p, Args: []ir.Reg{p, step}})
		}
	})
	g.divergent = was
	g.emit(in)
}

// accumulate joins a value with a variable, any if r is none.
func (g *generator) accumulate(r ir.Reg) {
	if len(g.vars) == 0 {
		g.variable()
	}
	d := g.vars[g.rng.IntN(len(g.vars))]
	k := g.f.Regs[d].Kind
	ops := []ir.Op{ir.Add, ir.Add, ir.Add, ir.Min, ir.Max}
	if k == ir.Bool {
		ops = []ir.Op{ir.And, ir.Or, ir.Xor}
	}
	switch {
	case r != ir.NoReg && g.f.Regs[r].Kind != k:
		r = g.convert(k, r)
	case r == ir.NoReg && g.chance(3):
		r = g.constant(k, g.interesting()>>g.rng.IntN(64))
	case r == ir.NoReg:
		r = g.value(k)
	}
	args := []ir.Reg{d, r}
	if g.chance(4) {
		args[0], args[1] = args[1], args[0]
	}
	g.emit(ir.Instr{Op: ops[g.rng.IntN(len(ops))], Kind: k, Dst: d, Args: args})
}

// block makes a Scope.
func (g *generator) block(left int) {
	was := g.divergent
	leave := g.chance(2)
	g.divergent = g.divergent || leave
	g.nest = append(g.nest, loopInfo{mayLeave: leave})
	body := g.nested(1+g.rng.IntN(1+left/2), nil)
	g.nest = g.nest[:len(g.nest)-1]
	g.divergent = was
	g.emit(ir.Instr{Op: ir.Scope, Dst: ir.NoReg, Nest: &ir.Nest{Body: body}})
}

// leave makes a conditional Break or Continue of a construct that allows it.
// Everything inside that construct counts as divergent, so a transfer may
// cross the constructs between only if they allow it too.
func (g *generator) leave() {
	depth := 0
	for depth < len(g.nest) && g.nest[len(g.nest)-1-depth].mayLeave {
		depth++
	}
	if depth == 0 {
		return
	}
	target := g.rng.IntN(depth)
	op := ir.Break
	if g.nest[len(g.nest)-1-target].loop && g.chance(2) {
		op = ir.Continue
	}
	g.emit(ir.Instr{Op: ir.If, Dst: ir.NoReg, Args: []ir.Reg{g.value(ir.Bool)},
		Nest: &ir.Nest{Body: ir.Block{{Op: op, Imm: uint64(target), Dst: ir.NoReg}}}})
}

// helpers makes a function, or two that call each other.
func (g *generator) helpers() {
	g.group = nil
	recursive := g.chance(2)
	for i := range 1 + g.rng.IntN(2) {
		if i > 0 && !recursive {
			break
		}
		f := &ir.Func{Name: "helper"}
		param := func(k ir.Kind) {
			f.Regs = append(f.Regs, ir.Type{Kind: k})
			f.Params = append(f.Params, ir.Reg(len(f.Params)))
		}
		for range 1 + g.rng.IntN(3) {
			param(g.kind())
		}
		for range 1 + g.rng.IntN(2) {
			f.Results = append(f.Results, ir.Type{Kind: g.kind()})
		}
		if recursive {
			param(ir.U32) // how deep it may call
		}
		g.group = append(g.group, len(g.p.Funcs))
		g.p.Funcs = append(g.p.Funcs, f)
	}
	for _, i := range g.group {
		g.helper(i, recursive)
	}
	g.finished = len(g.p.Funcs)
}

// helper makes the body of a function of scalars, with early returns.
func (g *generator) helper(i int, recursive bool) {
	g.start(g.p.Funcs[i], false)
	values := g.f.Params
	if recursive {
		g.more, g.recursive = values[len(values)-1], g.rng.IntN(3)
		values = values[:len(values)-1]
	}
	for _, r := range values {
		g.define(r)
		if g.chance(2) {
			g.vars = append(g.vars, r)
		}
	}
	g.divergent = true
	g.statements(4 + g.rng.IntN(10))
	if g.recursive > 0 {
		g.recur()
	}
	if g.chance(2) {
		cond := g.value(ir.Bool)
		body := g.nested(1, nil)
		b := g.b
		g.b = &body
		g.ret()
		g.b = b
		g.emit(ir.Instr{Op: ir.If, Dst: ir.NoReg, Args: []ir.Reg{cond}, Nest: &ir.Nest{Body: body}})
		g.statements(3)
	}
	if recursive && g.chance(2) {
		g.again(i)
	}
	if !g.chance(8) { // else it falls off its end and returns zeros
		g.ret()
	}
}

// recur calls a function in hand, unless it is as deep as it may be. In loops that
// is the last.
func (g *generator) recur() {
	g.recursive--
	callee := g.group[g.rng.IntN(len(g.group))]
	low := g.op(ir.And, ir.U32, ir.U32, g.more, g.constant(ir.U32, 3))
	more := g.op(ir.Ne, ir.U32, ir.Bool, low, g.constant(ir.U32, 0))
	var results []ir.Reg
	for _, t := range g.p.Funcs[callee].Results {
		results = append(results, g.constant(t.Kind, g.interesting()))
	}
	body := g.nested(1, nil)
	b := g.b
	g.b = &body
	rest := g.op(ir.Sub, ir.U32, ir.U32, low, g.constant(ir.U32, 1))
	for _, n := range g.nest {
		if n.loop {
			rest = g.constant(ir.U32, 0)
		}
	}
	for k, r := range g.callOf(callee, rest) {
		g.emit(ir.Instr{Op: ir.Mov, Kind: g.f.Regs[r].Kind, Dst: results[k], Args: []ir.Reg{r}})
	}
	g.b = b
	g.emit(ir.Instr{Op: ir.If, Dst: ir.NoReg, Args: []ir.Reg{more}, Nest: &ir.Nest{Body: body}})
	for _, r := range results {
		g.define(r)
	}
}

// again returns what the helper in hand gives for other arguments, unless the three
// lowest bits of how deep it may call are 0.
func (g *generator) again(self int) {
	low := g.op(ir.And, ir.U32, ir.U32, g.more, g.constant(ir.U32, 7))
	more := g.op(ir.Ne, ir.U32, ir.Bool, low, g.constant(ir.U32, 0))
	body := g.nested(2, nil)
	b := g.b
	g.b = &body
	rest := g.op(ir.Sub, ir.U32, ir.U32, low, g.constant(ir.U32, 1))
	g.emit(ir.Instr{Op: ir.Return, Dst: ir.NoReg, Args: g.callOf(self, rest)})
	g.b = b
	g.emit(ir.Instr{Op: ir.If, Dst: ir.NoReg, Args: []ir.Reg{more}, Nest: &ir.Nest{Body: body}})
}

func (g *generator) ret() {
	in := ir.Instr{Op: ir.Return, Dst: ir.NoReg}
	for _, t := range g.f.Results {
		in.Args = append(in.Args, g.value(t.Kind))
	}
	g.emit(in)
}

// call calls an earlier function, or one in hand.
func (g *generator) call() {
	switch {
	case g.recursive > 0 && !g.chance(3):
		g.recur()
	case g.finished > 0:
		for _, r := range g.callOf(g.rng.IntN(g.finished), ir.NoReg) {
			g.define(r)
		}
	}
}

// callOf calls a function, one in hand with how deep it may call on, and returns its
// results.
func (g *generator) callOf(i int, deep ir.Reg) (results []ir.Reg) {
	f := g.p.Funcs[i]
	in := ir.Instr{Op: ir.Call, Imm: uint64(i)}
	for _, r := range f.Params {
		in.Args = append(in.Args, g.value(f.Regs[r].Kind))
	}
	if deep != ir.NoReg {
		in.Args[len(in.Args)-1] = deep
	}
	for _, t := range f.Results {
		results = append(results, g.reg(t))
	}
	in.Dst = results[0]
	g.emit(in)
	return results
}

func (g *generator) start(f *ir.Func, kernel bool) {
	g.f, g.more, g.recursive = f, ir.NoReg, 0
	g.b, g.scope, g.vars, g.nest = &g.f.Body, nil, nil, nil
	g.divergent, g.inKernel, g.depth = false, kernel, 0
}
