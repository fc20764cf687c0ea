package irgen

import "github.com/zmlx/zmlx/mlx/msl/ir"

// Reduce removes instructions from p as long as fails holds for what is left,
// and returns the smallest program found. fails gets verified programs.
func Reduce(p *ir.Program, fails func(*ir.Program) bool) *ir.Program {
	for shrunk := true; shrunk; {
		shrunk = false
		for f := range p.Funcs {
			for i := count(p.Funcs[f].Body) - 1; i >= 0; i-- {
				for _, hoist := range []bool{false, true} {
					q := without(p, f, i, hoist)
					if q != nil && ir.Verify(q) == nil && fails(q) {
						p, shrunk = q, true
						break
					}
				}
			}
		}
	}
	forgetUnused(p)
	return p
}

// forgetUnused takes the type from registers that nothing refers to.
func forgetUnused(p *ir.Program) {
	for _, f := range p.Funcs {
		used := map[ir.Reg]bool{}
		for _, r := range f.Params {
			used[r] = true
		}
		f.Body.Walk(func(in *ir.Instr) {
			for k := range in.Results(p) {
				used[in.Dst+ir.Reg(k)] = true
			}
			for _, r := range in.Args {
				used[r] = true
			}
		})
		for r := range f.Regs {
			if !used[ir.Reg(r)] {
				f.Regs[r] = ir.Type{}
			}
		}
	}
}

func count(b ir.Block) (n int) {
	b.Walk(func(*ir.Instr) { n++ })
	return n
}

// without returns a copy of p that lacks the i-th instruction of a function;
// with hoist the instruction's blocks take its place.
func without(p *ir.Program, f, i int, hoist bool) *ir.Program {
	q, err := ir.Parse(p.String())
	if err != nil {
		return nil
	}
	n := 0
	var cut func(b ir.Block) ir.Block
	cut = func(b ir.Block) ir.Block {
		var out ir.Block
		for _, in := range b {
			n++
			if n-1 == i {
				if hoist {
					out = append(append(out, in.Body()...), in.Else()...)
				}
				n += count(in.Body()) + count(in.Else())
				continue
			}
			in.MapBlocks(cut)
			out = append(out, in)
		}
		return out
	}
	if i >= count(q.Funcs[f].Body) {
		return nil
	}
	q.Funcs[f].Body = cut(q.Funcs[f].Body)
	return q
}
