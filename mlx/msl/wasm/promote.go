package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// promoted is what is kept of the vector of floats in a local: both halves of its lanes as
// float64, or in the lower half of a vector each. Code that follows uses them again as long as
// none of the locals is set, which is looked up in the code between.
type promoted struct {
	wide, near [2]int
	at         [2]int // where wide was set, not counting what is hoisted; 0 for nowhere
	nearAt     int
	unchecked  *node // the fma whose sum near is, if nothing has looked yet whether that was rounded twice:
	test       int   // where it may have been, or one that it is made of,
	links      int   // of so many
}

// promotedOf is what is kept of a local's.
func (g *gen) promotedOf(local int) *promoted {
	p, ok := g.promoted[local]
	if !ok {
		p = &promoted{}
		for h := range 2 {
			p.wide[h], p.near[h] = g.f.Local(wc.V128), g.f.Local(wc.V128)
		}
		g.promoted[local] = p
	}
	return p
}

// promote pushes the float64 of the lower or the upper two lanes of a register.
func (g *gen) promote(r ir.Reg, half int) {
	f := g.f
	if g.of[r].scalar() {
		if c, ok := g.consts[r]; ok {
			g.constant4(both64(ir.FloatValue(ir.F32, c)))
			return
		}
		half = 0 // they are alike
	}
	local := g.loc[r][0]
	p := g.promotedOf(local)
	if p.unchecked != nil {
		f.Get(p.near[half])
		f.Emit(wc.F64x2PromoteLowF32x4)
		return
	}
	if g.holds(p.at[half], local, p.wide[half]) {
		f.Get(p.wide[half])
		return
	}
	if g.holds(p.nearAt, local, p.near[half]) {
		f.Get(p.near[half])
	} else {
		g.vec(r)
		if half > 0 {
			f.Set(p.wide[half])
			f.Half(p.wide[half], half)
		}
	}
	f.Emit(wc.F64x2PromoteLowF32x4)
	f.Tee(p.wide[half])
	p.at[half] = g.placeNow()
}

// placeNow is the position in the code, not counting what is hoisted.
func (g *gen) placeNow() int { return g.f.Size() - g.hoisted }

// holds reports whether locals have kept what they held at a position.
func (g *gen) holds(at int, locals ...int) bool {
	const far = 2000 // instructions
	return at > 0 && g.placeNow()-at < far && g.f.Holds(at+g.hoisted, locals...)
}
