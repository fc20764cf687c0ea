package irgen

import "github.com/zmlx/zmlx/mlx/msl/ir"

// Streams are what kernels mostly go through: elements of a kind one behind the other,
// of which the threads load those around their own, and store their own.

const (
	streamThreads = 1 << 10 // at least the threads of a launch
	around        = 64      // elements before and behind those of the threads
	streams       = 12      // that are stored to
	streamBytes   = 8 * (streamThreads + 2*around)
)

// streamKinds are those of elements.
var streamKinds = []ir.Kind{ir.U8, ir.U8, ir.I8, ir.U16, ir.I16, ir.I32, ir.U32, ir.U64, ir.F16, ir.BF16, ir.F32, ir.F32}

// stream makes a part of the kernel that loads some elements of one kind, computes with
// them and stores the results.
func (g *generator) stream() {
	k := streamKinds[g.rng.IntN(len(streamKinds))]
	for range 1 + g.rng.IntN(3) {
		g.neighbour(k)
	}
	for range g.rng.IntN(5) {
		g.elementwise(k)
	}
	if g.nextStream == streams {
		return
	}
	at := g.op(ir.Add, ir.U32, ir.U32, g.linear, g.constant(ir.U32, around))
	p := g.element(g.streamOut, at, uint64(k.Size()))
	g.emit(ir.Instr{Op: ir.Store, Kind: k, Space: ir.Device, Dst: ir.NoReg, Imm: uint64(g.nextStream * streamBytes), Args: []ir.Reg{p, g.seen(g.value(k))}})
	g.nextStream++
}

// neighbour loads an element: the thread's own or one some way from it, in the order of
// the threads, every other, in reverse, in rows with padding, or where a value says.
func (g *generator) neighbour(k ir.Kind) {
	number := func(n uint64) ir.Reg { return g.constant(ir.U32, n) }
	at, from := g.linear, uint64(g.rng.IntN(2*around))
	switch g.rng.IntN(8) {
	case 0:
		at = g.op(ir.Shr, ir.U32, ir.U32, at, number(uint64(1+g.rng.IntN(3))))
	case 1:
		at = g.op(ir.Sub, ir.U32, ir.U32, number(streamThreads-1), at)
	case 2:
		at = g.op(ir.And, ir.U32, ir.U32, g.op(ir.Mul, ir.U32, ir.U32, at, number(uint64(2+g.rng.IntN(3)))), number(streamThreads-1))
	case 3:
		width := number(uint64(1 + g.rng.IntN(40)))
		row := g.op(ir.Div, ir.U32, ir.U32, at, width)
		at = g.op(ir.Add, ir.U32, ir.U32, g.op(ir.Rem, ir.U32, ir.U32, at, width), g.op(ir.And, ir.U32, ir.U32, row, number(511)))
	case 4:
		at = g.op(ir.And, ir.U32, ir.U32, g.value(ir.U32), number(streamThreads-1))
	}
	at = g.op(ir.Add, ir.U32, ir.U32, at, number(from))
	d := g.reg(ir.Type{Kind: k})
	g.emit(ir.Instr{Op: ir.Load, Kind: k, Space: ir.Device, Dst: d, Args: []ir.Reg{g.element(g.streamIn, at, uint64(k.Size()))}})
	g.define(d)
}

// elementwise computes with values of a kind, or with those that it becomes for that.
func (g *generator) elementwise(k ir.Kind) {
	wider := map[ir.Kind]ir.Kind{ir.U8: ir.I32, ir.I8: ir.I32, ir.U16: ir.U32, ir.I16: ir.I32, ir.F16: ir.F32, ir.BF16: ir.F32}
	w := k
	if to, ok := wider[k]; ok && !g.chance(3) {
		w = to
	}
	ops := []ir.Op{ir.Add, ir.Sub, ir.Mul, ir.Min, ir.Max, ir.Div}
	if w.IsInt() {
		ops = append(ops, ir.And, ir.Or, ir.Xor, ir.Shl, ir.Shr, ir.Rem)
	}
	a, b := g.value(k), g.value(k)
	if g.chance(3) {
		b = g.constant(k, g.interesting()>>g.rng.IntN(64))
	}
	if w != k {
		a, b = g.convert(w, a), g.convert(w, b)
	}
	var d ir.Reg
	if g.chance(4) { // a choice
		less := g.op([]ir.Op{ir.Lt, ir.Le, ir.Eq}[g.rng.IntN(3)], w, ir.Bool, a, b)
		d = g.op(ir.Select, w, w, less, a, b)
	} else {
		d = g.op(ops[g.rng.IntN(len(ops))], w, w, a, b)
	}
	if w != k {
		d = g.convert(k, d)
	}
	g.define(d)
}
