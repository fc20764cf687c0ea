package wasm

import (
	"math/bits"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// 64-bit integers take two vectors. WebAssembly's product of such vectors is
// spelled out in scalars; by a number that is the same in all lanes it takes
// less.

var vector64 = map[ir.Op]wc.Op{ir.Add: wc.I64x2Add, ir.PtrAdd: wc.I64x2Add, ir.Sub: wc.I64x2Sub, ir.PtrDiff: wc.I64x2Sub, ir.Mul: wc.I64x2Mul,
	ir.And: wc.V128And, ir.Or: wc.V128Or, ir.Xor: wc.V128Xor, ir.Neg: wc.I64x2Neg, ir.Not: wc.V128Not}

func (g *gen) vectorWide(n *node) {
	f, in := g.f, n.in
	op, ok := vector64[in.Op]
	by, known := uint64(0), false
	if len(in.Args) == 2 {
		by, known = g.consts[in.Args[1]]
	}
	switch {
	case in.Op == ir.Mul && g.multiplyScalar(n):
	case in.Op == ir.PtrAdd && g.origins(in.Args[0]):
		g.move(n, in.Args[1])
		return
	case ok:
		for h := range 2 {
			for i := range in.Args {
				g.half(in.Args[i], h)
			}
			f.Emit(op)
		}
		g.setHalves(n, in.Dst)
	case (in.Op == ir.Shl || in.Op == ir.Shr) && g.of[in.Args[1]].scalar():
		for h := range 2 {
			g.half(in.Args[0], h)
			if known && in.Op == ir.Shl {
				g.shiftLeft64(by & 63)
				continue
			}
			if known {
				f.I32(int32(by & 63))
			} else {
				g.sc(in.Args[1])
				f.Emit(wc.I32WrapI64)
			}
			switch {
			case in.Op == ir.Shl:
				f.Emit(wc.I64x2Shl)
			case in.Kind == ir.I64:
				f.Emit(wc.I64x2ShrS)
			default:
				f.Emit(wc.I64x2ShrU)
			}
		}
		g.setHalves(n, in.Dst)
	case in.Op == ir.Rotl && known:
		for h := range 2 {
			g.half(in.Args[0], h)
			g.shiftLeft64(by & 63)
			g.half(in.Args[0], h)
			f.I32(int32(-by & 63))
			f.Emit(wc.I64x2ShrU, wc.V128Or)
		}
		g.setHalves(n, in.Dst)
	case in.Op >= ir.Eq && in.Op <= ir.Le:
		for h := range 2 {
			for i := range 2 {
				g.half(in.Args[i], h)
				if in.Kind != ir.I64 && in.Op >= ir.Lt {
					f.V128(pair64(-1<<63, -1<<63))
					f.Emit(wc.V128Xor)
				}
			}
			f.Emit([...]wc.Op{wc.I64x2Eq, wc.I64x2Ne, wc.I64x2LtS, wc.I64x2LeS}[in.Op-ir.Eq])
		}
		f.Shuffle32(0, 2, 4, 6)
		g.set(n, in.Dst)
	default:
		g.lanewise(n, g.fn.Regs[in.Dst].Kind, in)
	}
}

// maxTerms is up to how many powers of two a product is a sum of.
const maxTerms = 2

func fewTerms(c uint64) bool { return c != 0 && bits.OnesCount64(c) <= maxTerms }

// multiplyScalar multiplies the lanes of one operand by the other, which is a
// scalar; it reports false if none is.
func (g *gen) multiplyScalar(n *node) bool {
	f, x, y := g.f, n.in.Args[0], n.in.Args[1]
	if g.of[x].scalar() {
		x, y = y, x
	}
	if !g.of[y].scalar() {
		return false
	}
	v := g.temp(wc.V128)
	defer g.free(wc.V128, v)
	c, known := g.consts[y]
	for h := range 2 {
		g.half(x, h)
		if known && fewTerms(c) {
			f.Set(v)
			for i := c; i != 0; i &= i - 1 {
				f.Get(v)
				g.shiftLeft64(uint64(bits.TrailingZeros64(i)))
				if i != c {
					f.Emit(wc.I64x2Add)
				}
			}
			continue
		}
		f.Set(v)
		f.V128([16]byte{})
		for l := range uint8(2) {
			f.Get(v)
			f.Lane(wc.I64x2ExtractLane, l)
			if known {
				f.I64(int64(c))
			} else {
				g.sc(y)
			}
			f.Emit(wc.I64Mul)
			f.Lane(wc.I64x2ReplaceLane, l)
		}
	}
	g.setHalves(n, n.in.Dst)
	return true
}

// shiftLeft64 shifts the lanes on the stack by a constant. To add a value to
// itself is one instruction, where wazero takes five for a shift.
func (g *gen) shiftLeft64(count uint64) {
	f := g.f
	if count > 2 {
		f.I32(int32(count))
		f.Emit(wc.I64x2Shl)
		return
	}
	v := g.temp(wc.V128)
	for range count {
		f.Tee(v)
		f.Get(v)
		f.Emit(wc.I64x2Add)
	}
	g.free(wc.V128, v)
}
