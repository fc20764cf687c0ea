package ir

import "slices"

// loadChoices turns the load of a chosen place into a choice between loads:
// c ? a : b is an lvalue, so both sides of an If move an address to a register
// that is read from behind it. With the loads in the sides, nobody takes the
// addresses, and the places can become registers.
func loadChoices(p *Program, f *Func) {
	c := &choices{p: p, assigned: f.assigned(p), uses: make([]int, len(f.Regs)), loads: make([]int, len(f.Regs))}
	f.Body.Walk(func(in *Instr) {
		for k, r := range in.Args {
			c.uses[r]++
			if k == 0 && in.Op == Load {
				c.loads[r]++
			}
		}
	})
	f.Body = c.block(f.Body)
}

type choices struct {
	p                     *Program
	assigned, uses, loads []int // by register
}

func (c *choices) block(b Block) Block {
	out := make(Block, 0, len(b))
	for len(b) > 0 {
		in := b[0]
		b = b[1:]
		if in.Op == If {
			b = c.sink(&in, b)
		}
		in.MapBlocks(c.block)
		out = append(out, in)
	}
	return out
}

// sink moves the loads from an address that the sides of an If choose into the
// sides, and returns the code behind it without them. Only what leaves memory
// as it is may stand between.
func (c *choices) sink(in *Instr, behind Block) Block {
	r, ok := c.chosen(in)
	if !ok {
		return behind
	}
	var loads []int
	for k := 0; k < len(behind) && (behind[k].Op.pure() || behind[k].Op == Load); k++ {
		load := &behind[k]
		if load.Op == Load && load.Args[0] == r && load.Flags&Volatile == 0 && c.once(load) {
			loads = append(loads, k)
		}
	}
	if len(loads) != c.uses[r] {
		return behind
	}
	for _, side := range []*Block{&in.Nest.Body, &in.Nest.Else} {
		last := len(*side) - 1
		from := (*side)[last].Args[0]
		*side = slices.Clone((*side)[:last])
		c.uses[from] += len(loads) - 1
		c.loads[from] += len(loads)
		for _, k := range loads {
			load := behind[k]
			load.Args = append([]Reg{from}, load.Args[1:]...)
			*side = append(*side, load)
		}
	}
	rest := make(Block, 0, len(behind))
	for k, op := range behind {
		if !slices.Contains(loads, k) {
			rest = append(rest, op)
		}
	}
	return rest
}

// chosen is the register to which both sides of an If move an address last, if
// it is only loaded from.
func (c *choices) chosen(in *Instr) (Reg, bool) {
	if len(in.Body()) == 0 || len(in.Else()) == 0 {
		return 0, false
	}
	x, y := &in.Nest.Body[len(in.Body())-1], &in.Nest.Else[len(in.Else())-1]
	r := x.Dst
	return r, x.Op == Mov && y.Op == Mov && x.Kind == Ptr && y.Dst == r && c.assigned[r] == 2 && c.uses[r] == c.loads[r]
}

// once reports whether nothing else assigns what a load did before it went into
// the sides of an If.
func (c *choices) once(load *Instr) bool {
	for i := range load.Results(c.p) {
		if c.assigned[load.Dst+Reg(i)] != 1 {
			return false
		}
	}
	return true
}
