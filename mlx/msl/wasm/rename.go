package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// maxNames is how often a register is assigned at most that gets several names:
// where there are many, they would count as many values.
const maxNames = 4

// rename gives an integer or a truth value that is assigned a few times, but in no construct, a register
// for each time, as more is known of those: an index that is reflected at both ends
// is not two indices. The last keeps its name, which read before reads zero.
func (l *legalizer) rename(b ir.Block) ir.Block {
	left, bound := map[ir.Reg]int{}, map[ir.Reg]bool{}
	for i := range b {
		in := &b[i]
		if results(in) == 1 {
			left[in.Dst]++
		}
		nest := func(x *ir.Instr) {
			if in.Nest != nil || results(x) > 1 {
				for i := range results(x) {
					bound[x.Dst+ir.Reg(i)] = true
				}
			}
		}
		ir.Block(b[i : i+1]).Walk(nest)
	}
	for r, n := range left {
		k := l.fn.Regs[r].Kind
		bound[r] = bound[r] || n > maxNames || !k.IsInt() && k != ir.Bool
	}
	now := map[ir.Reg]ir.Reg{}
	var read func(in *ir.Instr)
	read = func(in *ir.Instr) {
		if slices.ContainsFunc(in.Args, func(a ir.Reg) bool { _, ok := now[a]; return ok }) {
			in.Args = slices.Clone(in.Args)
			for i, a := range in.Args {
				if to, ok := now[a]; ok {
					in.Args[i] = to
				}
			}
		}
		in.MapBlocks(func(b ir.Block) ir.Block {
			b = slices.Clone(b)
			for i := range b {
				read(&b[i])
			}
			return b
		})
	}
	for i := range b {
		in := &b[i]
		if len(now) > 0 {
			read(in)
		}
		if r := in.Dst; results(in) == 1 && !bound[r] {
			delete(now, r)
			if left[r]--; left[r] > 0 {
				l.fn.Regs = append(l.fn.Regs, l.fn.Regs[r])
				in.Dst = ir.Reg(len(l.fn.Regs) - 1)
				now[r] = in.Dst
			}
		}
	}
	return b
}
