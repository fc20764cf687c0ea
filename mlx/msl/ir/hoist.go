package ir

// hoist moves pure operations out of the loops in which their operands do not
// change. Only registers that are assigned once and never read before may
// move: nothing can see that they are assigned earlier and more often.
func hoist(p *Program, f *Func) {
	h := hoister{p: p, count: f.assigned(p), entry: liveAtEntry(p, f)}
	f.Body = h.block(f.Body)
}

type hoister struct {
	p     *Program
	count []int
	entry regset
}

func (h *hoister) block(b Block) Block {
	out := make(Block, 0, len(b))
	for i := range b {
		in := b[i]
		in.MapBlocks(h.block)
		if in.Op == Loop {
			varies := newRegset(len(h.count))
			mark := func(in *Instr) {
				for k := range in.Results(h.p) {
					varies.add(in.Dst + Reg(k))
				}
			}
			in.Body().Walk(mark)
			in.Else().Walk(mark)
			in.MapBlocks(func(b Block) Block { return h.take(&out, b, varies) })
		}
		out = append(out, in)
	}
	return out
}

// take moves what does not vary from b to out.
func (h *hoister) take(out *Block, b Block, varies regset) Block {
	kept := make(Block, 0, len(b))
	for i := range b {
		in := b[i]
		in.MapBlocks(func(b Block) Block { return h.take(out, b, varies) })
		if h.fixed(&in, varies) {
			varies.remove(in.Dst)
			*out = append(*out, in)
			continue
		}
		kept = append(kept, in)
	}
	return kept
}

func (h *hoister) fixed(in *Instr, varies regset) bool {
	if !in.Op.pure() || in.Results(h.p) != 1 || h.count[in.Dst] != 1 || h.entry.has(in.Dst) {
		return false
	}
	for _, r := range in.Args {
		if varies.has(r) {
			return false
		}
	}
	return true
}
