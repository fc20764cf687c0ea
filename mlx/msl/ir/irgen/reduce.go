package irgen

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// Reduce removes instructions from p as long as fails holds for what is left,
// and returns the smallest program found. fails gets verified programs. Outer
// blocks come before inner ones and long runs before short ones, as most of a
// program has nothing to do with the failure.
func Reduce(p *ir.Program, fails func(*ir.Program) bool) *ir.Program {
	r := &reducer{p, fails}
	for again := true; again; {
		again = false
		for f := range p.Funcs {
			again = r.block(f, nil) || again
		}
	}
	forgetUnused(r.p)
	return r.p
}

type reducer struct {
	p     *ir.Program
	fails func(*ir.Program) bool
}

// step leads into a block of an instruction.
type step struct{ at, arm int }

// block shrinks the block at a path, and those in it; it reports whether it could.
func (r *reducer) block(f int, path []step) (shrunk bool) {
	length := func() int { return len(*blockAt(r.p.Funcs[f], path)) }
	for span := length(); span > 0; span /= 2 {
		for at := 0; at < length(); {
			if r.try(f, path, at, min(span, length()-at), false) {
				shrunk = true
			} else {
				at += span
			}
		}
	}
	for at := length() - 1; at >= 0; at-- {
		in := (*blockAt(r.p.Funcs[f], path))[at]
		if in.Nest == nil {
			continue
		}
		if r.try(f, path, at, 1, true) { // its blocks instead of it
			r.block(f, path)
			return true
		}
		for arm := range 2 {
			shrunk = r.block(f, append(path[:len(path):len(path)], step{at, arm})) || shrunk
		}
	}
	return shrunk
}

// try removes instructions of a block if what is left still fails; with hoist the
// blocks of the first take its place.
func (r *reducer) try(f int, path []step, at, n int, hoist bool) bool {
	q, err := ir.Parse(r.p.String())
	if err != nil {
		return false
	}
	b := blockAt(q.Funcs[f], path)
	var inner ir.Block
	if in := (*b)[at]; hoist {
		inner = slices.Concat(in.Body(), in.Else())
	}
	*b = slices.Concat((*b)[:at], inner, (*b)[at+n:])
	if ir.Verify(q) != nil || !r.fails(q) {
		return false
	}
	r.p = q
	return true
}

func blockAt(f *ir.Func, path []step) *ir.Block {
	b := &f.Body
	for _, s := range path {
		if nest := (*b)[s.at].Nest; s.arm == 0 {
			b = &nest.Body
		} else {
			b = &nest.Else
		}
	}
	return b
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
