package ir

// tailCalls makes a loop of a function that calls itself, if that is the last
// that it does: the arguments become its parameters for the next iteration.
//
// Threads whose calls stand in different places go through that iteration
// together, so functions in which threads meet stay as they are. So do those
// with private memory, to which an argument may point: every call has its own.
func tailCalls(p *Program, f *Func, self int) {
	t := tailCaller{f: f, self: uint64(self)}
	if len(f.Private) > 0 || !t.alone() {
		return
	}
	unset := liveAtEntry(p, f) // registers that every call reads as 0
	for _, r := range f.Params {
		unset.remove(r)
	}
	var end *Instr // what happens where control reaches the end
	if len(f.Results) == 0 {
		end = &Instr{Op: Return}
	}
	body := t.block(f.Body, 0, end)
	if !body.transfers(Continue, 0) {
		return
	}
	if !body.ends() {
		body = append(body, Instr{Op: Break, Dst: NoReg, Pos: f.Pos})
	}
	var zeros Block
	unset.each(func(r Reg) {
		zeros = append(zeros, Instr{Op: Const, Kind: f.Regs[r].Kind, Dst: r, Pos: f.Pos})
	})
	f.Body = Block{{Op: Loop, Dst: NoReg, Nest: &Nest{Body: append(zeros, body...)}, Pos: f.Pos}}
}

type tailCaller struct {
	f    *Func
	self uint64 // index of f
}

// alone reports whether f, its calls of itself aside, does nothing for which it
// matters which threads do it together.
func (t *tailCaller) alone() bool {
	alone := true
	t.f.Body.Walk(func(in *Instr) {
		if in.Op > ZeroMem && in.Op < If && (in.Op != Call || in.Imm != t.self) {
			alone = false
		}
	})
	return alone
}

// block rewrites the calls of a block inside of so many loops and scopes, after
// which control comes to the Return end, or elsewhere if that is nil.
func (t *tailCaller) block(b Block, depth uint64, end *Instr) Block {
	var out Block
	for i := range b {
		in, next := b[i], end
		if i+1 < len(b) {
			next = nil
			if b[i+1].Op == Return {
				next = &b[i+1]
			}
		}
		switch {
		case in.Op == Call && in.Imm == t.self && next != nil && in.returned(next):
			return append(out, t.again(&in, depth)...)
		case in.Op == Loop:
			in.MapBlocks(func(b Block) Block { return t.block(b, depth+1, nil) })
		case in.Op == Scope:
			in.MapBlocks(func(b Block) Block { return t.block(b, depth+1, next) })
		default:
			in.MapBlocks(func(b Block) Block { return t.block(b, depth, next) })
		}
		out = append(out, in)
	}
	return out
}

// returned reports whether a Return gives back what the call before it gave.
func (in *Instr) returned(ret *Instr) bool {
	for k, r := range ret.Args {
		if r != in.Dst+Reg(k) {
			return false
		}
	}
	return true
}

// again assigns the arguments of a call to the parameters, all at once, and
// starts the next iteration of the loop that is depth levels outside.
func (t *tailCaller) again(call *Instr, depth uint64) Block {
	var read, assign Block
	for i, r := range t.f.Params {
		if call.Args[i] == r {
			continue
		}
		kind, hold := t.f.Regs[r].Kind, t.f.newReg(t.f.Regs[r], "")
		read = append(read, Instr{Op: Mov, Kind: kind, Dst: hold, Args: []Reg{call.Args[i]}, Pos: call.Pos})
		assign = append(assign, Instr{Op: Mov, Kind: kind, Dst: r, Args: []Reg{hold}, Pos: call.Pos})
	}
	return append(append(read, assign...), Instr{Op: Continue, Imm: depth, Dst: NoReg, Pos: call.Pos})
}
