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

// helper makes a function of scalars with early returns. It may end with a call
// of itself, a few deep.
func (g *generator) helper() {
	g.start("helper", false)
	for range 1 + g.rng.IntN(3) {
		r := g.reg(ir.Type{Kind: g.kind()})
		g.f.Params = append(g.f.Params, r)
		g.define(r)
		if g.chance(2) {
			g.vars = append(g.vars, r)
		}
	}
	for range 1 + g.rng.IntN(2) {
		g.f.Results = append(g.f.Results, ir.Type{Kind: g.kind()})
	}
	depth := ir.NoReg
	if g.chance(3) {
		depth = g.reg(ir.Type{Kind: ir.U32})
		g.f.Params = append(g.f.Params, depth)
	}
	g.divergent = true
	g.statements(4 + g.rng.IntN(10))
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
	if depth != ir.NoReg {
		g.again(depth)
	}
	if !g.chance(8) { // else it falls off its end and returns zeros
		g.ret()
	}
}

// again returns what the helper in hand gives for other arguments, unless the
// three lowest bits of its last parameter, depth, are 0.
func (g *generator) again(depth ir.Reg) {
	low := g.op(ir.And, ir.U32, ir.U32, depth, g.constant(ir.U32, 7))
	more := g.op(ir.Ne, ir.U32, ir.Bool, low, g.constant(ir.U32, 0))
	body := g.nested(2, nil)
	b := g.b
	g.b = &body
	in := ir.Instr{Op: ir.Call, Imm: uint64(len(g.p.Funcs) - 1)}
	for _, r := range g.f.Params[:len(g.f.Params)-1] {
		in.Args = append(in.Args, g.value(g.f.Regs[r].Kind))
	}
	in.Args = append(in.Args, g.op(ir.Sub, ir.U32, ir.U32, low, g.constant(ir.U32, 1)))
	ret := ir.Instr{Op: ir.Return, Dst: ir.NoReg}
	for _, t := range g.f.Results {
		ret.Args = append(ret.Args, g.reg(t))
	}
	in.Dst = ret.Args[0]
	g.emit(in)
	g.emit(ret)
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

// call calls an earlier function.
func (g *generator) call() {
	n := len(g.p.Funcs) - 1
	if n == 0 {
		return
	}
	i := g.rng.IntN(n)
	f := g.p.Funcs[i]
	in := ir.Instr{Op: ir.Call, Imm: uint64(i)}
	for _, r := range f.Params {
		in.Args = append(in.Args, g.value(f.Regs[r].Kind))
	}
	for k, t := range f.Results {
		d := g.reg(t)
		if k == 0 {
			in.Dst = d
		}
		defer g.define(d)
	}
	g.emit(in)
}

func (g *generator) start(name string, kernel bool) {
	g.f = &ir.Func{Name: name}
	g.p.Funcs = append(g.p.Funcs, g.f)
	g.b, g.scope, g.vars, g.nest = &g.f.Body, nil, nil, nil
	g.divergent, g.inKernel, g.depth = false, kernel, 0
}
