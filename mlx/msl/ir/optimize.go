package ir

import (
	"fmt"
	"slices"
)

// Optimize returns a program that means the same and runs faster: calls are
// inlined bottom-up, but for those of large functions that many make, private
// slots become registers, constants are folded, common values shared, recursion at
// the end of a function becomes a loop, short loops are unrolled, fixed values
// hoisted out of loops and dead code removed. p stays as it is.
//
// What a kernel does with memory that it does not own may change: a load whose
// value is not used goes, findings included. After inlining private memory is
// poisoned once a kernel, not at every call. A recursion that became a loop may
// be as deep as it likes.
func Optimize(p *Program) (*Program, error) {
	return optimize(p, p.room(), false, func(string, *Program) {})
}

// room is how many instructions a program may grow by.
func (p *Program) room() int {
	room := minGrowth
	for _, f := range p.Funcs {
		room += maxGrowth * f.Body.size()
	}
	return room
}

// optimize has room for so many instructions more, inlines all calls, or not those of large
// functions that many make, and calls after with the name of each pass that has run.
func optimize(p *Program, room int, all bool, after func(pass string, p *Program)) (*Program, error) {
	out := p.Clone()
	o := optimizer{p: out, state: make([]visit, len(out.Funcs)), after: after, room: room, copies: make([]int, len(out.Funcs))}
	o.simplifier = simplifier{p: out, room: &o.room}
	if !all {
		o.countCopies()
	}
	for i := range out.Funcs {
		o.function(i)
	}
	out.dropFunctions()
	for _, f := range out.Funcs {
		f.dropRegisters(out)
	}
	if err := Verify(out); err != nil {
		return nil, fmt.Errorf("ir: the optimizer made an invalid program: %w", err)
	}
	return out, nil
}

// Clone copies what passes change; constants and sources are shared. The copy
// is not verified.
func (p *Program) Clone() *Program {
	out := &Program{Constants: p.Constants, FuncConst: p.FuncConst, Formats: p.Formats, Sources: p.Sources}
	for _, f := range p.Funcs {
		g := *f
		g.Regs = append([]Type(nil), f.Regs...)
		g.Names = append([]string(nil), f.Names...)
		g.Params = append([]Reg(nil), f.Params...)
		g.Private = append([]Slot(nil), f.Private...)
		g.Body = f.Body.clone(nil)
		out.Funcs = append(out.Funcs, &g)
	}
	for _, e := range p.Entries {
		n := *e
		out.Entries = append(out.Entries, &n)
	}
	return out
}

// Only is Clone of what one entry of p needs.
func (p *Program) Only(e *Entry) *Program {
	one := *p
	one.Entries, one.Funcs = []*Entry{e}, slices.Clone(p.Funcs)
	for i, used := range one.reached() {
		if !used {
			one.Funcs[i] = &Func{}
		}
	}
	out := one.Clone()
	out.dropFunctions()
	return out
}

type visit uint8

const (
	unseen visit = iota
	active
	done
	cyclic // part of a recursion, which is not inlined
)

// A program may grow by inlining and unrolling to so many times its size, or by
// so many instructions if it is small.
const (
	maxGrowth = 16
	minGrowth = 100_000
)

type optimizer struct {
	p      *Program
	state  []visit
	after  func(pass string, p *Program)
	room   int   // instructions that inlining and unrolling may still add
	copies []int // by function, how often it would be there if all calls were inlined

	simplifier simplifier
}

// function optimizes f after the functions that it calls.
func (o *optimizer) function(i int) {
	if o.state[i] != unseen {
		if o.state[i] == active {
			o.state[i] = cyclic
		}
		return
	}
	o.state[i] = active
	f := o.p.Funcs[i]
	f.Body.Walk(func(in *Instr) {
		if in.Op == Call && in.Imm != uint64(i) {
			o.function(int(in.Imm))
		}
	})
	pass := func(name string, run func(*Program, *Func)) {
		run(o.p, f)
		o.after(name, o.p)
	}
	pass("inline", func(p *Program, f *Func) {
		inline(p, f, func(callee int) bool { return o.state[callee] == done && !o.shares(callee) }, &o.room)
	})
	simplify := func(_ *Program, f *Func) { o.simplifier.simplify(f) }
	pass("simplify", simplify)
	pass("dead", eliminateDead)
	for slots := -1; len(f.Private) > 0 && slots != len(f.Private); {
		slots = len(f.Private)
		pass("choices", loadChoices)
		pass("promote", promote)
		pass("simplify", simplify)
		pass("dead", eliminateDead)
	}
	if f.calls(i) {
		pass("coalesce", coalesce) // calls assign what is returned
		pass("tails", func(p *Program, f *Func) { tailCalls(p, f, i) })
		pass("simplify", simplify)
		pass("dead", eliminateDead)
	}
	f.dropRegisters(o.p)
	pass("selects", branchesToSelects)
	pass("hoist", hoist)
	pass("simplify", simplify)
	pass("dead", eliminateDead)
	pass("coalesce", coalesce)
	switch {
	case f.calls(i):
		o.state[i] = cyclic
	case o.state[i] == active:
		o.state[i] = done
	}
}

// calls reports whether f calls a function.
func (f *Func) calls(callee int) bool {
	found := false
	f.Body.Walk(func(in *Instr) { found = found || in.Op == Call && in.Imm == uint64(callee) })
	return found
}

// reached reports which functions the entries call, by index.
func (p *Program) reached() []bool {
	used := make([]bool, len(p.Funcs))
	var reach func(i int)
	reach = func(i int) {
		if used[i] {
			return
		}
		used[i] = true
		p.Funcs[i].Body.Walk(func(in *Instr) {
			if in.Op == Call {
				reach(int(in.Imm))
			}
		})
	}
	for _, e := range p.Entries {
		reach(e.Func)
	}
	return used
}

// FunctionConstantsOf reports which of FuncConst an entry may read, by index.
func (p *Program) FunctionConstantsOf(e *Entry) []bool {
	one := *p
	one.Entries = []*Entry{e}
	read := make([]bool, len(p.FuncConst))
	if len(read) == 0 {
		return read
	}
	for i, used := range one.reached() {
		if used {
			p.Funcs[i].Body.Walk(func(in *Instr) {
				if in.Op == FuncConst {
					read[in.Imm] = true
				}
			})
		}
	}
	return read
}

// dropFunctions removes the functions that no entry reaches. A program
// without entries is a library and keeps all.
func (p *Program) dropFunctions() {
	if len(p.Entries) == 0 {
		return
	}
	used := p.reached()
	place := make([]int, len(p.Funcs))
	var kept []*Func
	for i, f := range p.Funcs {
		place[i] = len(kept)
		if used[i] {
			kept = append(kept, f)
		}
	}
	p.Funcs = kept
	for _, f := range p.Funcs {
		f.Body.Walk(func(in *Instr) {
			if in.Op == Call {
				in.Imm = uint64(place[in.Imm])
			}
		})
	}
	for _, e := range p.Entries {
		e.Func = place[e.Func]
	}
}

// dropRegisters renumbers the registers that are in use; their order stays,
// so that runs stay runs.
func (f *Func) dropRegisters(p *Program) {
	used := make([]bool, len(f.Regs))
	for _, r := range f.Params {
		used[r] = true
	}
	f.Body.Walk(func(in *Instr) {
		for k := range in.Results(p) {
			used[in.Dst+Reg(k)] = true
		}
		for _, r := range in.Args {
			used[r] = true
		}
	})
	place := make([]Reg, len(f.Regs))
	var regs []Type
	var names []string
	for r, u := range used {
		place[r] = Reg(len(regs))
		if u {
			regs = append(regs, f.Regs[r])
			names = append(names, f.name(Reg(r)))
		}
	}
	f.Regs, f.Names = regs, names
	for i, r := range f.Params {
		f.Params[i] = place[r]
	}
	f.Body.Walk(func(in *Instr) {
		if in.Dst != NoReg {
			in.Dst = place[in.Dst]
		}
		for k, r := range in.Args {
			in.Args[k] = place[r]
		}
	})
}
