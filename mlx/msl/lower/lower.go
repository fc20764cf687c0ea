// Package lower makes a compiled program ready for an executor.
package lower

import "github.com/zmlx/zmlx/mlx/msl/ir"

// Prepare returns p linked with the maths library and optimized. It is done
// once a program: p remembers the result and is otherwise left alone. The
// entries of the result are those of p, in order.
func Prepare(p *ir.Program) (*ir.Program, error) {
	r := p.Memo(key{}, func() any {
		out, err := prepare(p)
		return result{out, err}
	}).(result)
	return r.p, r.err
}

type key struct{}

type result struct {
	p   *ir.Program
	err error
}

func prepare(p *ir.Program) (*ir.Program, error) {
	return ir.Optimize(p)
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
