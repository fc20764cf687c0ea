package ir

// Seal verifies a function that is finished, but for what its instructions say
// of the program around it, while the function is in the processor's caches.
// Verify then looks at Outside only, so nothing but Imm of these instructions
// may change in between, except after Unseal. A function with a fault is not
// sealed: Verify reports it.
func (f *Func) Seal() {
	v := verifier{fn: f, regs: f.Regs, types: letterTypes}
	v.function(f)
	f.outside, f.sealed = v.outside, len(v.errs) == 0
}

// Sealed reports whether Verify will trust Seal.
func (f *Func) Sealed() bool { return f.sealed }

// Unseal leaves all to Verify again.
func (f *Func) Unseal() { f.outside, f.sealed = nil, false }

// Outside lists the instructions that refer to the program around the
// function: to functions, constant data, function constants and formats.
func (f *Func) Outside() []*Instr {
	if f.sealed {
		return f.outside
	}
	return f.Body.outside(nil)
}

func (b Block) outside(list []*Instr) []*Instr {
	for i := range b {
		switch in := &b[i]; in.Op {
		case Call, ConstAddr, FuncConst, Print:
			list = append(list, in)
		case If, Loop, Scope:
			list = in.Else().outside(in.Body().outside(list))
		}
	}
	return list
}
