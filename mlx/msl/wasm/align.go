package wasm

import (
	"math/bits"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// An access whose offset is no multiple of its type's alignment does what
// WebAssembly does, which harms nothing, and is reported. Of nearly all offsets it
// is known that they are multiples; those of others are collected.

// checkAlignment collects where the active lanes of an access are misaligned.
func (g *gen) checkAlignment(a access) {
	align := int64(a.node.in.Align())
	if a.root.open || g.aligned(a.p, a.imm, align) {
		return
	}
	step, even := g.step(a)
	if even && step%align == 0 || g.of[a.p].scalar() {
		g.noteMisaligned(align, func() {
			g.sc(a.p)
			g.f.I64(a.imm)
			g.f.Emit(wc.I64Add)
		})
		return
	}
	f := g.f
	bad := kept[any](g, g.checks, wc.V128, wc.V128, func() { f.V128([16]byte{}) })
	f.Get(bad)
	g.offsets(a)
	f.V128(splat32(uint32(a.imm)))
	f.Emit(wc.I32x4Add)
	f.V128(splat32(uint32(align - 1)))
	f.Emit(wc.V128And)
	if g.cur.some {
		f.Get(g.cur.local)
		f.Emit(wc.V128And)
	}
	f.Emit(wc.V128Or)
	f.Set(bad)
}

// aligned reports whether a pointer plus a constant is surely a multiple of a size.
func (g *gen) aligned(p ir.Reg, imm, size int64) bool {
	return min(int(g.zeros[p]), bits.TrailingZeros64(uint64(imm))) >= bits.TrailingZeros64(uint64(size))
}

// noteMisaligned collects an offset that push pushes, if a lane is active.
func (g *gen) noteMisaligned(size int64, push func()) {
	f := g.f
	bad := kept[any](g, g.checks, wc.I64, wc.I64, func() { f.I64(0) })
	f.Get(bad)
	push()
	f.I64(size - 1)
	f.Emit(wc.I64And)
	if g.cur.some {
		f.Get(g.cur.local)
		f.Emit(wc.V128AnyTrue, wc.I64ExtendI32U, wc.I64Mul)
	}
	f.Emit(wc.I64Or)
	f.Set(bad)
}

// reportMisaligned reports at the end of a call what was collected.
func (g *gen) reportMisaligned() {
	f := g.f
	for _, t := range []wc.Type{wc.I64, wc.V128} {
		bad, ok := g.checks[t]
		if !ok {
			continue
		}
		f.Get(bad)
		if t == wc.V128 {
			f.Emit(wc.V128AnyTrue)
		} else {
			f.I64(0)
			f.Emit(wc.I64Ne)
		}
		f.If()
		f.Get(g.area)
		f.I32(1)
		f.Mem(wc.I32Store, areaMisaligned)
		f.End()
	}
}
