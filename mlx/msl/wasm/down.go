package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// A transposition stores what lies in a row down a column, one element of each
// lane far from the next. But the chunks below a chunk store to the places beside.
// So there such chunks of four rows go in step, and exchange rows for columns.
//
//	out[column * rows + row] = in[row * columns + column];

// maxDown is up to how many nodes a region goes down the rows: all of its values
// are there for each of the four chunks.
const maxDown = 100

// downRun finds how far the registers of a region advance from a row to the next,
// if its chunks go down the rows; nil if they do not.
func (g *gen) downRun(rg *region) map[ir.Reg]int64 {
	tg := g.v.tg
	if g.v.alone || g.root.split || g.root.masked || !g.v.aligned || g.padded || g.v.tail || tg[0] < 4 || tg[1] < 4 || rg.hi-rg.lo > maxDown {
		return nil
	}
	nodes := g.nodes[rg.lo:rg.hi]
	if _, _, ok := g.together(rg); !ok || slices.ContainsFunc(nodes, func(n *node) bool { return n.in.Op == ir.Loop }) {
		return nil
	}
	down := g.advanceDown(rg)
	gains := slices.ContainsFunc(nodes, func(n *node) bool {
		if n.in.Op != ir.Load && n.in.Op != ir.Store || n.parent != rg.parent {
			return false
		}
		return g.columns(g.access(n), down)
	})
	if !gains || !g.controls(rg.kids, g.fixedDown(rg, down)) {
		return nil
	}
	return down
}

// advanceDown finds the registers of which that is known.
func (g *gen) advanceDown(rg *region) map[ir.Reg]int64 {
	down := map[ir.Reg]int64{}
	for _, r := range g.regsOf(rg) {
		p, param := g.param[r]
		switch {
		case !param && hasDef(g.refs[r]):
		case g.of[r].form == uniform:
			down[r] = 0
		case p.b == ir.ThreadPositionInGrid || p.b == ir.ThreadPositionInThreadgroup:
			down[r] = 0
			if p.axis == 1 {
				down[r] = 1
			}
		}
	}
	for _, n := range g.nodes[rg.lo:rg.hi] {
		if results(n.in) == 1 && g.single[n.in.Dst] {
			if by, ok := g.advanceBy(n.in, down); ok && by >= -maxRise && by <= maxRise {
				down[n.in.Dst] = by
			}
		}
	}
	return down
}

// maxRise bounds what is known to advance: so far from a place in memory 32 bits
// do not wrap to another.
const maxRise = 1 << 15

func (g *gen) advanceBy(in *ir.Instr, down map[ir.Reg]int64) (by int64, ok bool) {
	still := in.Op.Plain() || in.Op == ir.Load
	for _, a := range in.Args {
		d, known := down[a]
		if a != ir.NoReg && !known {
			return 0, false
		}
		still = still && d == 0
	}
	if still {
		return 0, true
	}
	arg := func(i int) int64 { return down[in.Args[i]] }
	wide := in.Kind.IsInt() && in.Kind.Bits() >= 32
	switch in.Op {
	case ir.Mov, ir.Add, ir.PtrAdd, ir.Sub, ir.Convert:
		if !wide && in.Kind != ir.Ptr || in.Op == ir.Convert && !(in.From.IsInt() && in.From.Bits() >= 32) {
			return 0, false
		}
		if in.Op == ir.Sub {
			return arg(0) - arg(1), true
		}
		for i := range in.Args {
			by += arg(i)
		}
		return by, true
	case ir.Mul, ir.Shl:
		for i := range in.Args {
			c, known := g.consts[in.Args[i]]
			if !known || !wide || in.Op == ir.Shl && i == 0 {
				continue
			}
			if in.Op == ir.Shl {
				c = 1 << (c & uint64(in.Kind.Bits()-1))
			}
			if c <= maxRise {
				return arg(1-i) * int64(c), true
			}
		}
	}
	return 0, false
}

// fixedDown finds the registers that are the same in all of the rows.
func (g *gen) fixedDown(rg *region, down map[ir.Reg]int64) []bool {
	fixed := make([]bool, len(g.of))
	for _, r := range g.regsOf(rg) {
		by, known := down[r]
		d := g.origin(r)
		fixed[r] = g.of[r].form == uniform && g.fixed[r] || known && by == 0 && (d == nil || g.assignedFirst(d, r))
	}
	return fixed
}

// columns reports whether an access of the chunks of several rows, one below the
// other, is of stretches of memory, one for each lane.
func (g *gen) columns(a access, down map[ir.Reg]int64) bool {
	step, even := g.step(a)
	const far = 1 << 20
	return a.proven && !g.cur.some && a.n == 1 && (a.size == 4 || a.size == 2) && even && step >= 4*a.size && step <= far && down[a.p] == a.size &&
		a.root.shadow == nil && a.root.space != ir.Thread && g.shares(a)
}

// eachDown emits the loop over the chunks of a region that go down the rows.
func (g *gen) eachDown(rg *region, down map[ir.Reg]int64, body func(masked bool)) {
	f := g.f
	outer := g.reuse
	g.elsewhere()
	row := g.temp(wc.I32)
	f.Get(g.actual[0])
	f.I32(2)
	f.Emit(wc.I32ShrU)
	f.Set(row)
	f.I32(0)
	f.Set(g.chunk)
	top := f.Loop()
	g.copies = 4
	end := g.inStepWith(make([]bool, len(g.of)), g.fixedDown(rg, down))
	g.stepping.down = down
	body(false)
	end()
	g.copies = 1
	// All rows of four columns first, so that lines of memory are filled.
	f.Get(g.chunk, row)
	f.I32(2)
	f.Emit(wc.I32Shl, wc.I32Add)
	f.Tee(g.chunk)
	f.Get(g.nchunk)
	f.Emit(wc.I32LtU)
	f.BrIf(top)
	f.Get(g.chunk, g.nchunk)
	f.Emit(wc.I32Sub)
	f.I32(1)
	f.Emit(wc.I32Add)
	f.Tee(g.chunk)
	f.Get(row)
	f.Emit(wc.I32LtU)
	f.BrIf(top)
	f.End()
	g.free(wc.I32, row)
	g.reuse = outer
}

// goesDown reports whether an access of this chunk is one with those of the rows
// below.
func (g *gen) goesDown(a access) bool {
	s := g.stepping
	return s != nil && s.down != nil && a.node != nil && g.columns(a, s.down) && g.alike(a.node)
}

// storeDown stores the bits of a chunk with those of the rows below when it gets
// those of the last.
func (g *gen) storeDown(a access, out int) {
	f := g.f
	n := a.node
	if g.copy == 0 {
		g.waiting[n] = nil
		g.stepping.at = g.spot(a)
	}
	hold := f.Local(wc.V128)
	f.Get(out)
	f.Set(hold)
	g.waiting[n] = append(g.waiting[n], hold)
	if g.copy < g.copies-1 {
		return
	}
	columns := [4]int(g.waiting[n])
	g.transpose(columns, columns)
	step, _ := g.step(a)
	for l, c := range columns {
		offset := g.stepping.at.get(f, int64(l)*step)
		f.Get(c)
		if a.size == 4 {
			f.Mem(wc.V128Store, offset)
			continue
		}
		g.lowParts(a.k)
		f.MemLane(wc.V128Store64Lane, offset, 0)
	}
}

// loadDown loads the bits of a chunk, and of those below with the first.
func (g *gen) loadDown(a access, out int) {
	f := g.f
	if g.copy == 0 {
		s := g.spot(a)
		step, _ := g.step(a)
		load := wc.V128Load
		if a.size == 2 {
			load = wc.V128Load16x4U
		}
		var rows [4]int
		for l := range rows {
			rows[l] = f.Local(wc.V128)
			f.Mem(load, s.get(f, int64(l)*step))
			f.Set(rows[l])
		}
		g.transpose(rows, rows)
		g.waiting[a.node] = rows[:]
	}
	f.Get(g.waiting[a.node][g.copy])
	f.Set(out)
}
