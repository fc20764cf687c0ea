package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// place gives every register its locals.
func (g *gen) place() {
	for r := range g.of {
		if len(g.refs[r]) == 0 || g.loc[r] != (loc{}) {
			continue
		}
		g.loc[r] = g.localsOf(ir.Reg(r))
	}
}

// localsOf makes the locals of a register.
func (g *gen) localsOf(r ir.Reg) loc {
	k := g.fn.Regs[r].Kind
	switch g.of[r].form {
	case widened:
		return loc{g.f.Local(wc.I64), g.f.Local(wc.I32)}
	case varying:
		if wide(k) {
			return loc{g.f.Local(wc.V128), g.f.Local(wc.V128)}
		}
		return loc{g.f.Local(wc.V128)}
	}
	return loc{g.f.Local(scalarType(k))}
}

func scalarType(k ir.Kind) wc.Type {
	switch {
	case k.IsFloat():
		return wc.F32
	case wide(k):
		return wc.I64
	}
	return wc.I32
}

func wide(k ir.Kind) bool { return k == ir.I64 || k == ir.U64 || k == ir.Ptr }

// temp borrows a local of the type; free gives it back.
func (g *gen) temp(t wc.Type) int {
	if free := g.scratch[t]; len(free) > 0 {
		g.scratch[t] = free[:len(free)-1]
		return free[len(free)-1]
	}
	return g.f.Local(t)
}

func (g *gen) free(t wc.Type, locals ...int) { g.scratch[t] = append(g.scratch[t], locals...) }
