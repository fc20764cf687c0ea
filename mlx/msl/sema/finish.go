package sema

import (
	"fmt"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// finish removes what no entry reaches and checks the limits of entries.
func (c *checker) finish() {
	if c.bag.Errors() > 0 {
		return
	}
	if len(c.inputs) > 0 {
		c.passInputs()
	}
	p := c.prog
	keep := make([]int, len(p.Funcs))
	data := make([]int, len(p.Constants))
	for i := range keep {
		keep[i] = -1
	}
	for i := range data {
		data[i] = -1
	}
	var funcs []*ir.Func
	var consts []ir.Data
	var refs [][]*ir.Instr // by function that is kept
	var visit func(i int)
	visit = func(i int) {
		if keep[i] >= 0 {
			return
		}
		keep[i] = len(funcs)
		f := p.Funcs[i]
		if !f.Sealed() { // what calls it came later
			f = c.mem.program.copy(f)
			f.Seal()
		}
		funcs = append(funcs, f)
		list := f.Outside()
		refs = append(refs, list)
		for _, in := range list {
			switch {
			case in.Op == ir.Call:
				visit(int(in.Imm))
			case in.Op == ir.ConstAddr && data[in.Imm] < 0:
				data[in.Imm] = len(consts)
				consts = append(consts, p.Constants[in.Imm])
			}
		}
	}
	for _, e := range p.Entries {
		visit(e.Func)
	}
	for _, i := range c.roots {
		visit(i)
	}
	for _, list := range refs {
		for _, in := range list {
			switch in.Op {
			case ir.Call:
				in.Imm = uint64(keep[in.Imm])
			case ir.ConstAddr:
				in.Imm = uint64(data[in.Imm])
			}
		}
	}
	for _, e := range p.Entries {
		e.Func = keep[e.Func]
	}
	p.Funcs, p.Constants = funcs, consts
	seen := make([]int, len(p.Funcs))
	for i, e := range p.Entries {
		e.ThreadgroupSize = threadgroupSize(p, refs, e.Func, seen, i+1)
		if e.ThreadgroupSize > maxThreadgroupBytes {
			d := diag.Diagnostic{Code: "threadgroup-size", Span: diag.Span{Start: e.Pos, End: e.Pos + 1},
				Message: fmt.Sprintf("kernel '%s' uses %d bytes of threadgroup memory, which exceeds the limit of %d bytes", e.Name, e.ThreadgroupSize, maxThreadgroupBytes)}
			if !c.opts.Launch && len(p.Entries) > 1 {
				d.Severity = diag.Warning
			}
			c.report(d)
		}
	}
}

// threadgroupSize is the threadgroup memory of a function and what it calls;
// seen marks what was counted for an entry.
func threadgroupSize(p *ir.Program, refs [][]*ir.Instr, i int, seen []int, entry int) int {
	if seen[i] == entry {
		return 0
	}
	seen[i] = entry
	n := 0
	for _, s := range p.Funcs[i].Threadgroup {
		n = roundUp(n, max(s.Align, 1)) + s.Size
	}
	for _, in := range refs[i] {
		if in.Op == ir.Call {
			n += threadgroupSize(p, refs, int(in.Imm), seen, entry)
		}
	}
	return n
}
