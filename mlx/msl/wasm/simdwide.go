package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// wideFold folds the active lanes of 64-bit integers one by one: their order
// does not matter, and there are but two to a vector.
type wideFold struct {
	g         *gen
	op        ir.Instr
	scan      bool
	exclusive bool
	acc, lane int    // scalars: what came before, the lane in hand
	out       [2]int // lanes of a scan
}

func (g *gen) startWide(in *ir.Instr) *wideFold {
	w := &wideFold{g: g, op: ir.Instr{Op: simdBinary[in.Op], Kind: in.Kind, Args: make([]ir.Reg, 2)},
		scan: in.Op >= ir.SimdPrefixSum && in.Op <= ir.SimdExclProduct, exclusive: in.Op == ir.SimdExclSum || in.Op == ir.SimdExclProduct,
		acc: g.temp(wc.I64), lane: g.temp(wc.I64), out: [2]int{g.temp(wc.V128), g.temp(wc.V128)}}
	g.f.I64(wideIdentity(w.op.Op, in.Kind))
	g.f.Set(w.acc)
	return w
}

func (w *wideFold) free() {
	w.g.free(wc.I64, w.acc, w.lane)
	w.g.free(wc.V128, w.out[:]...)
}

func wideIdentity(op ir.Op, k ir.Kind) int64 {
	const lowest = -1 << 63
	switch op {
	case ir.Mul:
		return 1
	case ir.Min:
		return bySign[int64](k, ^lowest, -1)
	case ir.Max:
		return bySign[int64](k, lowest, 0)
	}
	return 0
}

// chunk folds the lanes of a register; of a scan it leaves the results in out.
func (w *wideFold) chunk(r ir.Reg, masked bool, pushMask func()) {
	g, f := w.g, w.g.f
	put := func(l int) {
		if w.scan {
			f.Get(w.out[l/2], w.acc)
			f.Lane(wc.I64x2ReplaceLane, uint8(l%2))
			f.Set(w.out[l/2])
		}
	}
	for l := range 4 {
		if masked {
			pushMask()
			f.Lane(wc.I32x4ExtractLane, uint8(l))
			f.If()
		}
		if w.exclusive {
			put(l)
		}
		g.lane(r, l)
		f.Set(w.lane)
		g.scalarWide(&w.op, func(i int) { f.Get([...]int{w.acc, w.lane}[i]) })
		f.Set(w.acc)
		if !w.exclusive {
			put(l)
		}
		if masked {
			f.End()
		}
	}
}

// push pushes the result, lanes 0 and 1 or 2 and 3.
func (w *wideFold) push(h int) {
	if w.scan {
		w.g.f.Get(w.out[h])
		return
	}
	w.g.f.Get(w.acc)
	w.g.f.Emit(wc.I64x2Splat)
}

// simdWide lowers a reduction or scan of 64-bit integers of a SIMD-group.
func (g *gen) simdWide(n *node, first int) {
	w := g.startWide(n.in)
	g.eachOfGroup(first, func() {
		g.fetch(n.in.Args[0])
		w.chunk(n.in.Args[0], g.maskedHere(), g.pushMask)
		if w.scan {
			g.giveWide(n, w)
		}
	})
	if !w.scan {
		g.eachOfGroup(first, func() { g.giveWide(n, w) })
	}
	w.free()
}

// giveWide stores the result of this chunk.
func (g *gen) giveWide(n *node, w *wideFold) {
	f, r := g.f, n.in.Dst
	if len(g.refs[r]) < 2 {
		return
	}
	if g.of[r].form != varying {
		f.Get(w.acc)
		f.Set(g.loc[r][0])
		g.enframe(r)
		return
	}
	blend := g.blend[n] && g.maskedHere()
	if blend {
		g.unframe(r)
	}
	for h := range 2 {
		w.push(h)
		if blend {
			f.Get(g.loc[r][h])
			g.pushMask()
			g.pushMask()
			f.Shuffle32(byte(2*h), byte(2*h), byte(2*h+1), byte(2*h+1))
			f.Emit(wc.V128Bitselect)
		}
		f.Set(g.loc[r][h])
	}
	g.enframe(r)
}

// quadWide lowers the same of a quad.
func (g *gen) quadWide(n *node) {
	w := g.startWide(n.in)
	w.chunk(n.in.Args[0], g.cur.some, g.pushCur)
	w.push(0)
	w.push(1)
	w.free()
	g.setHalves(n, n.in.Dst)
}
