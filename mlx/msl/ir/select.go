package ir

import (
	"math/bits"
	"slices"
)

// maxSelected is how many operations both sides of an If may have to become
// straight code.
const maxSelected = 6

// branchesToSelects replaces an If whose sides only compute a little by code
// that computes both sides and selects: threads of a SIMD-group then stay
// together.
func branchesToSelects(p *Program, f *Func) {
	f.Body = selects(p, f, f.soleDefinitions(), f.Body)
}

func selects(p *Program, f *Func, def []*Instr, b Block) Block {
	out := make(Block, 0, len(b))
	for i := range b {
		in := b[i]
		in.MapBlocks(func(b Block) Block { return selects(p, f, def, b) })
		if in.Op == If && len(in.Body())+len(in.Else()) <= maxSelected && in.Body().cheap(p, def) && in.Else().cheap(p, def) {
			out = append(out, f.Straighten(&in, func(Reg) bool { return true })...)
			continue
		}
		out = append(out, in)
	}
	return out
}

// cheap reports whether b only computes single values, none of them slowly: of
// divisions those of integers by a power of two.
func (b Block) cheap(p *Program, def []*Instr) bool {
	for i := range b {
		in := &b[i]
		if !in.Op.pure() || in.Results(p) != 1 || in.Op == Sqrt || in.Op == Rsqrt || in.Op == FuncConst {
			return false
		}
		if (in.Op == Div || in.Op == Rem) && !(in.Kind.IsInt() && byPower(def, in.Args[1])) {
			return false
		}
	}
	return true
}

func byPower(def []*Instr, r Reg) bool {
	return int(r) < len(def) && def[r] != nil && def[r].Op == Const && bits.OnesCount64(def[r].Imm) == 1
}

// Straighten computes each side of an If in registers of its own and then assigns
// what the sides would have, if that is read.
func (f *Func) Straighten(in *Instr, read func(Reg) bool) Block {
	var out Block
	var order []Reg // what is read
	final := [2]map[Reg]Reg{{}, {}}
	for side, b := range [2]Block{in.Body(), in.Else()} {
		now := final[side]
		for _, op := range b {
			op.Args = append([]Reg(nil), op.Args...)
			for k, r := range op.Args {
				if to, ok := now[r]; ok {
					op.Args[k] = to
				}
			}
			dst := op.Dst
			if !slices.Contains(order, dst) && read(dst) {
				order = append(order, dst)
			}
			op.Dst = f.newReg(f.Regs[dst], f.name(dst))
			now[dst] = op.Dst
			out = append(out, op)
		}
	}
	value := func(side int, r Reg) Reg {
		if to, ok := final[side][r]; ok {
			return to
		}
		return r
	}
	// The condition may be assigned itself: all selects read its old value.
	cond := in.Args[0]
	if len(order) > 1 {
		cond = f.newReg(f.Regs[cond], "")
		out = append(out, Instr{Op: Mov, Kind: Bool, Dst: cond, Args: []Reg{in.Args[0]}, Pos: in.Pos})
	}
	for _, r := range order {
		out = append(out, Instr{Op: Select, Kind: f.Regs[r].Kind, Dst: r, Args: []Reg{cond, value(0, r), value(1, r)}, Pos: in.Pos})
	}
	return out
}
