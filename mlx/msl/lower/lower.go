// Package lower makes a compiled program ready for an executor.
package lower

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/mathlib"
)

// Prepare returns p linked with the maths library and optimized. It is done
// once a program: p remembers the result and is otherwise left alone. The
// entries of the result are those of p, in order.
func Prepare(p *ir.Program) (*ir.Program, error) {
	return once(p, prepared, func() (*ir.Program, error) {
		linked, err := Link(p)
		if err != nil {
			return nil, err
		}
		return ir.Optimize(linked)
	})
}

// Link returns p linked with the maths library and otherwise as the source
// has it: what the checks of package interp want.
func Link(p *ir.Program) (*ir.Program, error) {
	return once(p, linked, func() (*ir.Program, error) {
		out := p.Clone()
		if err := mathlib.Link(out); err != nil {
			return nil, err
		}
		return out, ir.Verify(out)
	})
}

// key names what a program remembers.
type key uint8

const (
	prepared key = iota
	linked
)

type result struct {
	p   *ir.Program
	err error
}

func once(p *ir.Program, k key, build func() (*ir.Program, error)) (*ir.Program, error) {
	r := p.Memo(k, func() any {
		out, err := build()
		return result{out, err}
	}).(result)
	return r.p, r.err
}

// Entry returns the entry of the prepared program that corresponds to an
// entry of the original one.
func Entry(p, prepared *ir.Program, e *ir.Entry) *ir.Entry {
	for i, have := range p.Entries {
		if have == e {
			return prepared.Entries[i]
		}
	}
	return nil
}
