package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// moves lets halves and bfloats that are only moved, from memory to memory, be
// integers, so that nothing is converted.
func (l *legalizer) moves() {
	half := func(t ir.Type) bool { return t.Kind == ir.F16 || t.Kind == ir.BF16 }
	narrow := func(r ir.Reg) bool { return half(l.fn.Regs[r]) }
	if !slices.ContainsFunc(l.fn.Regs, half) {
		return
	}
	// What an instruction moves is moved as bits altogether or not at all.
	moved := func(in *ir.Instr) []ir.Reg {
		switch in.Op {
		case ir.Const, ir.Mov:
			return append([]ir.Reg{in.Dst}, in.Args...)
		case ir.Select:
			return append([]ir.Reg{in.Dst}, in.Args[1:]...)
		case ir.Store:
			return in.Args[1:]
		case ir.Load:
			out := make([]ir.Reg, results(in))
			for i := range out {
				out[i] = in.Dst + ir.Reg(i)
			}
			return out
		}
		return nil
	}
	computed := map[ir.Reg]bool{}
	for changed := true; changed; {
		changed = false
		l.fn.Body.Walk(func(in *ir.Instr) {
			regs := moved(in)
			bad := regs == nil
			if bad {
				regs = in.Args
				for i := range results(in) {
					regs = append(regs[:len(regs):len(regs)], in.Dst+ir.Reg(i))
				}
			}
			for _, r := range regs {
				bad = bad || computed[r]
			}
			for _, r := range regs {
				if bad && r != ir.NoReg && narrow(r) && !computed[r] {
					computed[r], changed = true, true
				}
			}
		})
	}
	l.fn.Body.Walk(func(in *ir.Instr) {
		if regs := moved(in); len(regs) > 0 && narrow(regs[0]) && !computed[regs[0]] {
			in.Kind = ir.U16
		}
	})
	for r := range l.fn.Regs {
		if narrow(ir.Reg(r)) && !computed[ir.Reg(r)] {
			l.fn.Regs[r].Kind = ir.U16
		}
	}
}
