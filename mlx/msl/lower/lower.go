// Package lower makes a compiled program ready for an executor.
package lower

import (
	"context"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/mathlib"
)

// Prepare returns what an entry of p needs, linked with the maths library and
// optimized: a program with that entry alone, or all of p if e is nil. It is
// done once an entry: p remembers the result and is otherwise left alone. One whose
// context ends does not wait.
func Prepare(ctx context.Context, p *ir.Program, e *ir.Entry) (*ir.Program, error) {
	return once(ctx, p, key{prepared, e}, func() (*ir.Program, error) {
		linked, err := Link(context.Background(), p, e)
		if err != nil {
			return nil, err
		}
		return ir.Optimize(linked)
	})
}

// Link is Prepare without optimizing: what the checks of package interp want
// is a program as the source has it.
func Link(ctx context.Context, p *ir.Program, e *ir.Entry) (*ir.Program, error) {
	return once(ctx, p, key{linked, e}, func() (*ir.Program, error) {
		var out *ir.Program
		if e == nil {
			out = p.Clone()
		} else {
			out = p.Only(e)
		}
		if err := mathlib.Link(out); err != nil {
			return nil, err
		}
		return out, ir.Verify(out)
	})
}

// key names what a program remembers.
type key struct {
	stage stage
	entry *ir.Entry
}

type stage uint8

const (
	prepared stage = iota
	linked
)

type result struct {
	p   *ir.Program
	err error
}

func once(ctx context.Context, p *ir.Program, k key, build func() (*ir.Program, error)) (*ir.Program, error) {
	v, err := p.Await(ctx, k, func() any {
		out, err := build()
		return result{out, err}
	})
	if err != nil {
		return nil, err
	}
	r := v.(result)
	return r.p, r.err
}
