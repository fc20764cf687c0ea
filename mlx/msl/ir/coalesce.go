package ir

// coalesce lets an operation assign directly what a Mov right behind it, or
// behind operations that have nothing to do with it, would copy.
func coalesce(p *Program, f *Func) {
	uses := make([]int, len(f.Regs))
	f.Body.Walk(func(in *Instr) {
		for _, r := range in.Args {
			uses[r]++
		}
	})
	c := coalescer{p: p, uses: uses, count: f.assigned(p)}
	f.Body = c.block(f.Body)
}

type coalescer struct {
	p           *Program
	uses, count []int
}

func (c *coalescer) block(b Block) Block {
	for i := range b {
		b[i].MapBlocks(c.block)
		if mov := &b[i]; mov.Op == Mov && c.uses[mov.Args[0]] == 1 && c.count[mov.Args[0]] == 1 {
			if at := c.definition(b[:i], mov.Args[0], mov.Dst); at >= 0 {
				b[at].Dst = mov.Dst
				mov.Op = Invalid
			}
		}
	}
	return b.compact()
}

// definition finds what assigns t, alone and without d being touched after it;
// -1 if there is no such place.
func (c *coalescer) definition(b Block, t, d Reg) int {
	for i := len(b) - 1; i >= 0; i-- {
		in := &b[i]
		n := in.Results(c.p)
		switch {
		case in.Dst == t && n == 1:
			return i
		case len(in.Body())+len(in.Else()) > 0, in.Op == Invalid && in.Dst == d:
			return -1
		}
		for k := range n {
			if in.Dst+Reg(k) == d {
				return -1
			}
		}
		for _, r := range in.Args {
			if r == d {
				return -1
			}
		}
	}
	return -1
}
