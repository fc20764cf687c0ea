// Package irgen makes random well-typed programs with launches for them.
//
// A case is defined by its seed. Its result does not depend on the order in
// which threads run: every thread writes memory of its own, threadgroup memory
// is exchanged across barriers, atomics commute, accesses stay in bounds and
// registers are assigned before they are read. NaNs become 0 before their bits
// can be seen. So any two correct executions agree bit for bit, before and
// after any pass, on any executor.
package irgen

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// Sizes of what a case works on.
const (
	outCells  = 24  // 8-byte cells of the output that each thread owns
	inputs    = 256 // values in the input buffer, a power of two
	counters  = 16  // atomic counters, a power of two
	tileCells = 256 // elements of threadgroup memory, at least the threads
)

// Indices of the buffers.
const (
	In = iota
	Out
	Counters
	StreamIn  // of odd seeds
	StreamOut // and this
)

// Case is a program and a launch of its only entry. Buffers hold fresh data;
// Clone gives another copy.
type Case struct {
	Program *ir.Program
	Launch  exec.Launch
}

// Clone returns the launch with copies of the buffers.
func (c *Case) Clone() exec.Launch {
	l := c.Launch
	l.Buffers = map[int]exec.Buffer{}
	for i, b := range c.Launch.Buffers {
		b.Data = append([]byte(nil), b.Data...)
		l.Buffers[i] = b
	}
	return l
}

// New returns the case of a seed; size is roughly how many statements the
// kernel has. Odd seeds have streams, and every other of them atomics whose results are used.
func New(seed uint64, size int) *Case {
	g := &generator{rng: rand.New(rand.NewPCG(seed, 0x5eed)), p: &ir.Program{}, streaming: seed%2 == 1, swapping: seed%4 == 3}
	for range g.rng.IntN(3) {
		g.helpers()
	}
	entry := g.kernel(size)
	if err := ir.Verify(g.p); err != nil {
		panic(err) // a bug of this package
	}
	l := exec.Launch{Entry: entry, Buffers: map[int]exec.Buffer{}}
	l.Threadgroup = exec.Dim{uint32(1 + g.rng.IntN(70)), uint32(1 + g.rng.IntN(3)), 1}
	l.Grid = exec.Dim{l.Threadgroup[0]*uint32(1+g.rng.IntN(2)) + uint32(g.rng.IntN(9)), l.Threadgroup[1] + uint32(g.rng.IntN(2)), 1}
	if g.rng.IntN(3) == 0 { // whole vectors and threadgroups only
		l.Threadgroup[0] = uint32(8 * (1 + g.rng.IntN(8)))
		l.Grid = exec.Dim{l.Threadgroup[0] * uint32(1+g.rng.IntN(2)), l.Threadgroup[1], 1}
	}
	threads := int(l.Grid[0] * l.Grid[1])
	fresh := func(bytes int) []byte {
		b := make([]byte, bytes)
		for at := 0; at < bytes; at += 8 {
			binary.LittleEndian.PutUint64(b[at:], g.interesting())
		}
		return b
	}
	l.Buffers[In] = exec.Buffer{Data: fresh(8 * inputs), ReadOnly: true}
	l.Buffers[Out] = exec.Buffer{Data: make([]byte, 8*outCells*threads)}
	l.Buffers[Counters] = exec.Buffer{Data: make([]byte, 4*counters)}
	if g.streaming {
		l.Buffers[StreamIn] = exec.Buffer{Data: fresh(streamBytes), ReadOnly: true}
		l.Buffers[StreamOut] = exec.Buffer{Data: make([]byte, streams*streamBytes)}
	}
	return &Case{g.p, l}
}

type generator struct {
	rng *rand.Rand
	p   *ir.Program

	// Of the function in hand.
	f         *ir.Func
	b         *ir.Block
	scope     []ir.Reg // registers that may be read
	vars      []ir.Reg // those that may be assigned again
	divergent bool     // threads of a SIMD-group may not be together
	inKernel  bool
	alone     bool // threads neither meet nor ask for their index in the threadgroup
	nest      []loopInfo
	depth     int
	finished  int    // functions that are
	group     []int  // those in hand, which may call each other
	more      ir.Reg // how deep they still may, NoReg if they do not
	recursive int    // such calls that may still be made
	out, in   ir.Reg // pointers
	counters  ir.Reg
	lane      ir.Reg // thread_index_in_threadgroup
	threads   ir.Reg
	nextCell  int

	streaming           bool
	streamIn, streamOut ir.Reg
	linear              ir.Reg // number of the thread
	nextStream          int
	swapping            bool
}

// loopInfo tells what may leave an enclosing construct: divergent leaving
// needs the construct itself to be marked so.
type loopInfo struct{ loop, mayLeave bool }

var kinds = []ir.Kind{ir.Bool, ir.I8, ir.U8, ir.I16, ir.U16, ir.I32, ir.I32, ir.U32, ir.U32, ir.I64, ir.U64, ir.F16, ir.BF16, ir.F32, ir.F32, ir.F32}

func (g *generator) kind() ir.Kind     { return kinds[g.rng.IntN(len(kinds))] }
func (g *generator) chance(n int) bool { return g.rng.IntN(n) == 0 }

// interesting returns bits that are edge cases of some kind more often than
// not.
func (g *generator) interesting() uint64 {
	edges := []uint64{0, 1, 2, 3, 7, 31, 32, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0x3c00, 0x7c00, 0x3f80, 0x7fffffff, 0x80000000,
		0xffffffff, 0x3f800000, 0xbf800000, 0x40490fdb, 0x4b000001, 0x7f800000, 0x7fc00000, 0x00000001, 0x3fc00000, 1 << 63, 1<<64 - 1}
	if g.chance(2) {
		return edges[g.rng.IntN(len(edges))] | edges[g.rng.IntN(len(edges))]<<32
	}
	return g.rng.Uint64()
}

func (g *generator) reg(t ir.Type) ir.Reg {
	g.f.Regs = append(g.f.Regs, t)
	return ir.Reg(len(g.f.Regs) - 1)
}

func (g *generator) emit(in ir.Instr) { *g.b = append(*g.b, in) }

// op emits an operation with one result of kind k.
func (g *generator) op(op ir.Op, kind, result ir.Kind, args ...ir.Reg) ir.Reg {
	d := g.reg(ir.Type{Kind: result})
	g.emit(ir.Instr{Op: op, Kind: kind, Dst: d, Args: args})
	return d
}

func (g *generator) constant(k ir.Kind, bits uint64) ir.Reg {
	d := g.reg(ir.Type{Kind: k})
	g.emit(ir.Instr{Op: ir.Const, Kind: k, Dst: d, Imm: bits & k.Mask()})
	return d
}

func (g *generator) convert(to ir.Kind, r ir.Reg) ir.Reg {
	d := g.reg(ir.Type{Kind: to})
	g.emit(ir.Instr{Op: ir.Convert, Kind: to, From: g.f.Regs[r].Kind, Dst: d, Args: []ir.Reg{r}})
	return d
}

// value returns a readable register of kind k.
func (g *generator) value(k ir.Kind) ir.Reg {
	var fit []ir.Reg
	for _, r := range g.scope {
		if g.f.Regs[r].Kind == k {
			fit = append(fit, r)
		}
	}
	switch {
	case len(fit) > 0 && !g.chance(8):
		if g.chance(2) { // recent ones make chains
			return fit[len(fit)-1]
		}
		return fit[g.rng.IntN(len(fit))]
	case len(g.scope) > 0 && g.chance(2):
		r := g.scope[g.rng.IntN(len(g.scope))]
		return g.convert(k, r)
	}
	return g.constant(k, g.interesting())
}

func (g *generator) define(r ir.Reg) { g.scope = append(g.scope, r) }

// seen returns r with NaN replaced by 0, so that its bits may be looked at.
func (g *generator) seen(r ir.Reg) ir.Reg {
	k := g.f.Regs[r].Kind
	if !k.IsFloat() {
		return r
	}
	nan := g.op(ir.Ne, k, ir.Bool, r, r)
	return g.op(ir.Select, k, k, nan, g.constant(k, 0), r)
}

// nested generates a block of statements with their own scope.
func (g *generator) nested(budget int, first func()) ir.Block {
	b, scope, vars, cells := g.b, len(g.scope), len(g.vars), g.nextCell
	var body ir.Block
	g.b = &body
	g.depth++
	if first != nil {
		first()
	}
	g.statements(budget)
	g.depth--
	g.b, g.scope, g.vars = b, g.scope[:scope], g.vars[:vars]
	g.nextCell = max(cells, g.nextCell)
	return body
}

func (g *generator) statements(n int) {
	for ; n > 0; n-- {
		g.statement(n)
	}
}

func (g *generator) statement(left int) {
	if g.streaming && g.inKernel && g.chance(4) {
		g.stream()
		return
	}
	if g.swapping && g.inKernel && g.chance(8) {
		g.swap()
		return
	}
	switch n := g.rng.IntN(100); {
	case n < 40:
		g.arithmetic()
	case n < 50:
		g.assign()
	case n < 58:
		g.variable()
	case n < 64 && g.depth < 4:
		g.branch(left)
	case n < 69 && g.depth < 3:
		g.loop(left)
	case n < 71 && g.inKernel && g.depth < 3:
		g.row()
	case n < 75 && g.depth < 4:
		g.block(left)
	case n < 78 && len(g.nest) > 0:
		g.leave()
	case n < 84:
		g.private()
	case n < 87:
		g.call()
	case !g.inKernel:
		g.arithmetic()
	case n < 91:
		g.load()
	case n < 93:
		g.store(g.value(g.kind()))
	case g.alone:
		g.arithmetic()
	case n < 95:
		g.atomic()
	case n < 96 && g.depth < 2:
		g.print()
	case n < 98:
		g.simd()
	case !g.divergent && g.depth == 0:
		g.exchange()
	}
}

// variable makes a register that may be assigned again.
func (g *generator) variable() {
	k := g.kind()
	d := g.reg(ir.Type{Kind: k})
	g.emit(ir.Instr{Op: ir.Mov, Kind: k, Dst: d, Args: []ir.Reg{g.value(k)}})
	g.define(d)
	g.vars = append(g.vars, d)
}

func (g *generator) assign() {
	if len(g.vars) == 0 {
		g.variable()
		return
	}
	d := g.vars[g.rng.IntN(len(g.vars))]
	k := g.f.Regs[d].Kind
	g.emit(ir.Instr{Op: ir.Mov, Kind: k, Dst: d, Args: []ir.Reg{g.value(k)}})
}

// ops that a random instruction may be; those that do not fit the kind are
// drawn again.
var ops = []ir.Op{
	ir.Neg, ir.Add, ir.Add, ir.Add, ir.Sub, ir.Sub, ir.Mul, ir.Mul, ir.MulHi, ir.Div, ir.Rem, ir.Min, ir.Max, ir.Abs, ir.FMA,
	ir.And, ir.Or, ir.Xor, ir.Not, ir.Shl, ir.Shr, ir.Rotl, ir.Clz, ir.Ctz, ir.Popcount, ir.ReverseBits,
	ir.Eq, ir.Ne, ir.Lt, ir.Le, ir.Select, ir.Sqrt, ir.Rsqrt, ir.Floor, ir.Ceil, ir.Trunc, ir.Round, ir.Rint, ir.CopySign,
	ir.NextAfter, ir.Ldexp, ir.Frexp, ir.Ilogb,
}

func (g *generator) arithmetic() {
	if g.chance(6) {
		g.bitcast()
		return
	}
	for {
		op, k := ops[g.rng.IntN(len(ops))], g.kind()
		in := ir.Instr{Op: op, Kind: k}
		sig, res, ok := op.Signature(k)
		if !ok {
			continue
		}
		for _, a := range sig {
			in.Args = append(in.Args, g.value(a))
		}
		if op == ir.CopySign { // looks at the sign of a NaN
			in.Args[1] = g.seen(in.Args[1])
		}
		for i, r := range res {
			d := g.reg(ir.Type{Kind: r})
			if i == 0 {
				in.Dst = d
			}
			defer g.define(d)
		}
		g.emit(in)
		return
	}
}

func (g *generator) bitcast() {
	from := g.kind()
	for _, to := range kinds[g.rng.IntN(len(kinds)):] {
		if to != from && to.Bits() == from.Bits() {
			r := g.seen(g.value(from))
			d := g.reg(ir.Type{Kind: to})
			g.emit(ir.Instr{Op: ir.Bitcast, Kind: to, From: from, Dst: d, Args: []ir.Reg{r}})
			g.define(d)
			return
		}
	}
}
