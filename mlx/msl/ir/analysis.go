package ir

// pure reports whether an operation only computes its results from its
// operands, whatever other threads do and which threads are active.
func (op Op) pure() bool {
	switch op {
	case PtrAdd, PtrDiff, SlotAddr, ConstAddr:
		return true
	}
	return op > Invalid && op < Load
}

// Plain reports whether an operation only computes its results from its
// operands: it touches no memory and needs no other thread.
func (op Op) Plain() bool { return op.pure() }

// removable reports whether an instruction whose results are unused can go.
func (in *Instr) removable() bool {
	return in.Op.pure() || in.Op == Load && in.Flags&Volatile == 0 || in.Op >= SimdSum && in.Op <= SimdActive
}

// ends reports whether control never reaches the end of b.
func (b Block) ends() bool {
	return len(b) > 0 && b[len(b)-1].ends()
}

func (in *Instr) ends() bool {
	switch in.Op {
	case Break, Continue, Return, Unreachable:
		return true
	case If:
		return in.Body().ends() && in.Else().ends()
	case Loop:
		return !in.Body().leaves() && !in.Else().leaves()
	case Scope:
		return in.Body().ends() && !in.Body().leaves()
	}
	return false
}

// leaves reports whether b holds a Break of the construct whose block it is.
func (b Block) leaves() bool { return b.transfers(Break, 0) }

func (b Block) transfers(op Op, depth uint64) bool {
	for i := range b {
		in := &b[i]
		d := depth
		switch in.Op {
		case op:
			if in.Imm == depth {
				return true
			}
		case Loop, Scope:
			d++
		}
		if in.Body().transfers(op, d) || in.Else().transfers(op, d) {
			return true
		}
	}
	return false
}

// escapes reports whether a Break or Continue of b goes to a construct further
// out than the one at depth.
func (b Block) escapes(depth uint64) bool {
	for i := range b {
		in := &b[i]
		d := depth
		switch in.Op {
		case Break, Continue:
			if in.Imm > depth {
				return true
			}
		case Loop, Scope:
			d++
		}
		if in.Body().escapes(d) || in.Else().escapes(d) {
			return true
		}
	}
	return false
}

// Endless reports a loop that nothing leaves.
func (in *Instr) Endless() bool {
	for _, b := range []Block{in.Body(), in.Else()} {
		left := b.leaves() || b.escapes(0)
		b.Walk(func(in *Instr) { left = left || in.Op == Return })
		if left {
			return false
		}
	}
	return true
}

// size counts the instructions of b.
func (b Block) size() int {
	n := 0
	b.Walk(func(*Instr) { n++ })
	return n
}

// clone copies b deeply and passes every instruction to fn, which may change
// its registers.
func (b Block) clone(fn func(*Instr)) Block {
	if b == nil {
		return nil
	}
	out := make(Block, len(b))
	for i := range b {
		in := b[i]
		in.Args = append([]Reg(nil), in.Args...)
		in.MapBlocks(func(b Block) Block { return b.clone(fn) })
		if fn != nil {
			fn(&in)
		}
		out[i] = in
	}
	return out
}

// assigned returns how often each register is assigned in f; parameters count
// once for the call.
func (f *Func) assigned(p *Program) []int {
	n := make([]int, len(f.Regs))
	for _, r := range f.Params {
		n[r]++
	}
	f.Body.Walk(func(in *Instr) {
		for k := range in.Results(p) {
			n[in.Dst+Reg(k)]++
		}
	})
	return n
}

// newReg adds a register.
func (f *Func) newReg(t Type, name string) Reg {
	r := Reg(len(f.Regs))
	f.Regs = append(f.Regs, t)
	if name != "" {
		for len(f.Names) < int(r) {
			f.Names = append(f.Names, "")
		}
		f.Names = append(f.Names, name)
	}
	return r
}

func (f *Func) name(r Reg) string {
	if int(r) < len(f.Names) {
		return f.Names[r]
	}
	return ""
}
