package wasm

import (
	"math"
	"math/bits"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// Threads that only ask for their position in the grid cannot tell how it is cut
// into threadgroups. A tile, as it suits a GPU, is short rows here: each begins and
// ends runs, and computes and tests anew what is the same for all of a row. So such
// a grid is cut into rows instead, where what adjacent threads access is adjacent,
// so that going along a row leaves no other place half used.
//
//	y[row * width + column] = x[row * width + column]; // in threadgroups of 8 by 8

// A row is at least minRow threads and twice what it is in a tile, and at most maxRow;
// maxAside is how many bytes apart adjacent threads may access memory in it.
const (
	minRow   = 64
	maxRow   = 512
	maxAside = 16
)

type rowsKey struct {
	entry *ir.Entry
	row   uint32
}

// inRows is a launch with rows for threadgroups, if nobody can tell.
func inRows(p *ir.Program, l exec.Launch) exec.Launch {
	threads := min(l.Grid[0], maxRow)
	if l.Threadgroup[1]*l.Threadgroup[2] == 1 || threads < max(minRow, 2*l.Threadgroup[0]) {
		return l
	}
	row := uint32(1) << bits.Len32(threads-1) // few sizes, as each is a module
	if p.Memo(rowsKey{l.Entry, row}, func() any { return goesInRows(p, l.Entry, row) }).(bool) {
		tiles, tell := wholeGrid(l.Grid, l.Threadgroup).groups(), l.Progress
		if tell != nil {
			l.Progress = func(done, total int64) { tell(done*tiles/total, tiles) }
		}
		l.Threadgroup = exec.Dim{row, 1, 1}
	}
	return l
}

// goesInRows reports whether an entry does the same in threadgroups that are rows.
// Loops do not: how often a threadgroup may repeat them is bounded.
func goesInRows(p *ir.Program, e *ir.Entry, row uint32) bool {
	buffers := 0
	for _, a := range e.Args {
		switch b := a.Builtin; {
		case a.Kind == ir.ArgBuffer:
			buffers++
		case a.Kind != ir.ArgBuiltin || b != ir.ThreadPositionInGrid && b != ir.ThreadsPerGrid && b != ir.GridOrigin && b != ir.GridSize:
			return false
		}
	}
	own := true
	p.Funcs[e.Func].Body.Walk(func(in *ir.Instr) {
		switch in.Op {
		case ir.If, ir.Scope, ir.Break, ir.Return:
		case ir.Load, ir.Store:
			own = own && (in.Space == ir.Device || in.Space == ir.Constant)
		default:
			own = own && in.Op.Plain()
		}
	})
	return own && adjacent(p, exec.Launch{Entry: e, Grid: exec.Dim{row, 1, 1}, Threadgroup: exec.Dim{row, 1, 1}}, unknown(buffers))
}

// adjacent reports whether the threads of each row access what lies side by side, or
// load the same.
func adjacent(p *ir.Program, l exec.Launch, f facts) (ok bool) {
	v, err := variantOf(p, l, nil)
	if err != nil {
		return false
	}
	g, _, err := prepare(p, l.Entry, v, nil, f, false)
	if err != nil {
		return false
	}
	defer catch(&err) // what is not lowered
	g.bounds()
	g.solve()
	aside := g.asides()
	for _, n := range g.nodes[1:] {
		if n.in.Op != ir.Load && n.in.Op != ir.Store {
			continue
		}
		if d := aside[n.in.Args[0]]; d > maxAside || d == 0 && n.in.Op == ir.Store {
			return false
		}
	}
	return true
}

// asides are how far the values of adjacent threads are from each other, for each
// register: on the whole, as where a row ends and where numbers are rounded they are
// farther; infinite for what data says.
func (g *gen) asides() []float64 {
	out := make([]float64, len(g.of))
	for r, s := range g.of {
		switch s.form {
		case linear:
			out[r] = math.Abs(float64(s.places()[4])) / 4
		case widened:
			out[r] = math.Abs(float64(s.places()[4]*s.scale)) / 4
		case varying:
			out[r] = math.Inf(1)
		}
	}
	for _, n := range g.nodes[1:] {
		if r := n.in.Dst; results(n.in) == 1 && g.of[r].form == varying && g.single[r] {
			out[r] = g.aside(n.in, out)
		}
	}
	return out
}

// aside is how far from each other the results of an instruction are, from what
// its operands are.
func (g *gen) aside(in *ir.Instr, of []float64) float64 {
	arg := func(i int) float64 { return of[in.Args[i]] }
	switch in.Op {
	case ir.Mov, ir.Convert, ir.Neg, ir.Abs, ir.Floor, ir.Trunc, ir.Rint:
		return arg(0)
	case ir.Rem, ir.And:
		if arg(1) == 0 {
			return arg(0)
		}
	case ir.Add, ir.Sub, ir.PtrAdd:
		return arg(0) + arg(1)
	case ir.Min, ir.Max:
		return max(arg(0), arg(1))
	case ir.Select:
		return max(arg(1), arg(2))
	case ir.Mul, ir.Div, ir.Shl, ir.Shr:
		for i, r := range in.Args {
			c, known := g.amount(r)
			switch {
			case !known || i == 0 && in.Op != ir.Mul:
			case in.Op == ir.Div:
				return arg(0) / c
			case in.Op == ir.Mul:
				return arg(1-i) * c
			case in.Op == ir.Shl:
				return math.Ldexp(arg(0), int(c))
			default:
				return math.Ldexp(arg(0), -int(c))
			}
		}
	}
	return math.Inf(1)
}

// amount is the absolute value of a register that holds one number only.
func (g *gen) amount(r ir.Reg) (c float64, known bool) {
	bits, known := g.consts[r]
	switch k := g.fn.Regs[r].Kind; {
	case !known || k != ir.F32 && !k.IsInt():
		return 0, false
	case k == ir.F32:
		c = float64(math.Float32frombits(uint32(bits)))
	default:
		shift := 64 - k.Bits()
		c = float64(int64(bits<<shift) >> shift)
	}
	return math.Abs(c), c != 0
}
