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

func (g *gen) startWide(op ir.Op, k ir.Kind) *wideFold {
	w := &wideFold{g: g, op: ir.Instr{Op: simdBinary[op], Kind: k, Args: make([]ir.Reg, 2)},
		scan: op >= ir.SimdPrefixSum && op <= ir.SimdExclProduct, exclusive: op == ir.SimdExclSum || op == ir.SimdExclProduct,
		acc: g.temp(wc.I64), lane: g.temp(wc.I64), out: [2]int{g.temp(wc.V128), g.temp(wc.V128)}}
	g.f.I64(wideIdentity(w.op.Op, k))
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

// chunk folds the lanes that lane pushes; of a scan it leaves the results in out.
func (w *wideFold) chunk(lane func(l int), masked bool, pushMask func()) {
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
		lane(l)
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

// wideFold folds or scans 64-bit integers.
func (s *simdFunc) wideFold() {
	w := s.startWide(s.op, s.kind)
	s.each(func() {
		w.chunk(func(l int) { s.f.Mem(wc.I64Load, s.place(s.src, 32)+uint32(8*l)) }, s.masked, s.pushActive)
		if w.scan {
			s.giveWide(w.push)
		}
	})
	if !w.scan {
		s.each(func() { s.giveWide(w.push) })
	}
	w.free()
}

// quadWide lowers the same of a quad.
func (g *gen) quadWide(n *node) {
	w := g.startWide(n.in.Op, n.in.Kind)
	w.chunk(func(l int) { g.lane(n.in.Args[0], l) }, g.cur.some, g.pushCur)
	w.push(0)
	w.push(1)
	w.free()
	g.setHalves(n, n.in.Dst)
}
