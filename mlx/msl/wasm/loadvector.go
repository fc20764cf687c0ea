package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// step is the distance in bytes between the addresses of adjacent lanes; it
// reports false if that differs.
func (g *gen) step(a access) (int64, bool) {
	if p, known := g.spacing(a.p); known && !g.of[a.p].irregular() {
		return p[1], true
	}
	return 0, false
}

// spacing is how many bytes the addresses of lanes are from each other; false if only
// data tells.
func (g *gen) spacing(p ir.Reg) (at places, ok bool) {
	switch s := g.of[p]; s.form {
	case linear:
		return s.places(), true
	case widened:
		return places{}.plus(s.places(), s.scale), true
	}
	return places{}, false
}

// chunkInBounds pushes whether the span from the first lane's address lies in
// bounds, and the lanes in it, none of which is before the first.
func (g *gen) chunkInBounds(a access, off int, span int64) {
	_, hi := g.of[a.p].places().reach()
	g.lanesInBounds(a, off, hi, span)
}

// lanesInBounds is chunkInBounds for lanes of which the last is so far, as a number of 32
// bits, from the first.
func (g *gen) lanesInBounds(a access, off int, last, span int64) {
	f, s := g.f, g.of[a.p]
	g.inBounds(a, off, span)
	if s.form == widened {
		// The 32-bit values must not wrap within the chunk.
		f.Get(g.loc[a.p][1])
		if s.signed {
			f.I32(int32(1<<31 - 1 - last))
			f.Emit(wc.I32LeS)
		} else {
			f.I32(int32(uint32(1<<32 - 1 - last)))
			f.Emit(wc.I32LeU)
		}
		f.Emit(wc.I32And)
	}
}

// loadStrided loads the bits of a chunk's runs lane by lane, all in bounds.
func (g *gen) loadStrided(a access, at spot, outs []int) {
	f := g.f
	apart, _ := g.spacing(a.p)
	if step, even := g.step(a); even && a.size == 4 && step == 12 { // of three words: two lanes are the ends of a vector
		for i, out := range outs {
			for l := range int64(2) {
				f.Mem(wc.V128Load, at.get(f, int64(4*i)+24*l))
			}
			f.Shuffle32(0, 3, 4, 7)
			f.Set(out)
		}
		return
	}
	lanes := int64(4) // of an output
	if a.size == 8 {
		lanes = 2
	}
	for i, out := range outs {
		scalar, first := int64(i), int64(0)
		if a.size == 8 {
			scalar, first = int64(i/2), int64(i%2*2)
		}
		for l := range lanes {
			where := apart[first+l] + scalar*a.size
			switch {
			case l == 0 && a.size >= 4:
				f.Mem(map[int64]wc.Op{4: wc.V128Load32Zero, 8: wc.V128Load64Zero}[a.size], at.get(f, where))
			default:
				if l == 0 {
					f.V128([16]byte{})
					f.Set(out)
				}
				offset := at.get(f, where)
				f.Get(out)
				lane := l
				if a.size < 4 {
					lane = l * 4 / a.size
				}
				f.MemLane(loadLane[a.size], offset, uint8(lane))
			}
			f.Set(out)
		}
	}
}

func vectorRun(a access) bool {
	switch a.n {
	case 1:
		return true
	case 2:
		return a.size == 4 || a.size == 2
	case 4:
		return a.size <= 4
	}
	return false
}

// runLocals borrows vectors for a run: one for each scalar, two for 64 bits.
func (g *gen) runLocals(a access) []int {
	outs := make([]int, a.n*max(1, a.size/4))
	for i := range outs {
		outs[i] = g.temp(wc.V128)
	}
	return outs
}

// loadAdjacent loads the bits of a chunk's runs into outs.
func (g *gen) loadAdjacent(a access, s spot, outs []int) {
	f := g.f
	one := func(op wc.Op, at int64) { f.Mem(op, s.get(f, at)) }
	switch {
	case a.n == 1 && a.size == 4:
		one(wc.V128Load, 0)
		f.Set(outs[0])
	case a.n == 1 && a.size == 8:
		one(wc.V128Load, 0)
		f.Set(outs[0])
		one(wc.V128Load, 16)
		f.Set(outs[1])
	case a.n == 1 && a.size == 2:
		one(wc.V128Load16x4U, 0)
		f.Set(outs[0])
	case a.n == 1:
		one(wc.V128Load32Zero, 0)
		f.Emit(wc.I16x8ExtendLowI8x16U, wc.I32x4ExtendLowI16x8U)
		f.Set(outs[0])
	case a.n*a.size == 4: // a lane's run is one word
		w := nearLoad{local: g.temp(wc.V128), span: 16}
		one(wc.V128Load, 0)
		f.Set(w.local)
		g.pickAt(a.size, lined(a.size*a.n).places(), 0, w, outs)
		g.free(wc.V128, w.local)
	case a.n == 2: // float2
		t := g.temp(wc.V128)
		u := g.temp(wc.V128)
		one(wc.V128Load, 0)
		f.Set(t)
		one(wc.V128Load, 16)
		f.Set(u)
		f.Get(t, u)
		f.Shuffle32(0, 2, 4, 6)
		f.Set(outs[0])
		f.Get(t, u)
		f.Shuffle32(1, 3, 5, 7)
		f.Set(outs[1])
		g.free(wc.V128, t, u)
	default: // four scalars of 2 bytes: load each lane's run, then transpose
		var rows [4]int
		for l := range rows {
			rows[l] = g.temp(wc.V128)
			one(wc.V128Load16x4U, int64(l)*a.size*4)
			f.Set(rows[l])
		}
		g.transpose(rows, [4]int(outs))
		g.free(wc.V128, rows[:]...)
	}
}

// transpose turns four rows into four columns.
func (g *gen) transpose(in, out [4]int) {
	f := g.f
	var t [4]int
	for i := range t {
		t[i] = g.temp(wc.V128)
		f.Get(in[i/2*2], in[i/2*2+1])
		if i%2 == 0 {
			f.Shuffle32(0, 4, 1, 5)
		} else {
			f.Shuffle32(2, 6, 3, 7)
		}
		f.Set(t[i])
	}
	for i := range out {
		if i%2 == 0 {
			f.LowerHalves(t[i/2], t[i/2+2])
		} else {
			f.UpperHalves(t[i/2], t[i/2+2])
		}
		f.Set(out[i])
	}
	g.free(wc.V128, t[:]...)
}
