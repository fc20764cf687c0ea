package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// roundVector rounds f32 lanes to half or bfloat, to nearest even; for f32 it
// does nothing.
func (g *gen) roundVector(k ir.Kind) {
	switch k {
	case ir.F16:
		g.call(helperRoundF16)
	case ir.BF16:
		g.call(helperRoundBF16)
	}
}

// unpackHalf turns 16-bit patterns in 32-bit lanes into f32.
func (g *gen) unpackHalf(k ir.Kind) {
	f := g.f
	if k == ir.BF16 {
		f.I32(16)
		f.Emit(wc.I32x4Shl)
		return
	}
	g.call(helperUnpackF16)
}

// packHalf turns f32 lanes that are exact halves or bfloats into 16-bit
// patterns in 32-bit lanes.
func (g *gen) packHalf(k ir.Kind) {
	f := g.f
	if k == ir.BF16 {
		f.I32(16)
		f.Emit(wc.I32x4ShrU)
		return
	}
	g.call(helperPackF16)
}
