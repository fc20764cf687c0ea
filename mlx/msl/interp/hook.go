package interp

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// hook sees a launch as it runs. Without hooks nothing of this costs anything
// but an empty loop an instruction.
type hook interface {
	begin(g *group)   // a threadgroup is about to run
	entered(g *group) // a function has its private memory
	before(g *group, in *inst, act []int32)
}

// watch installs the hooks that the launch asks for. The function returned
// adds what they saw to the result of the launch.
func (r *run) watch() func(*exec.Result) {
	if r.l.Checks&exec.Uninitialised != 0 {
		r.hooks = append(r.hooks, definedness{})
	}
	if r.l.Checks&exec.Races != 0 {
		r.hooks = append(r.hooks, newRaces(r.code.src, r.l))
	}
	var seen []func(*exec.Result)
	if r.l.Count {
		c := newCounter(r)
		r.hooks, seen = append(r.hooks, c), append(seen, c.report)
	}
	if r.l.Follow != nil {
		f := newFollower(r, *r.l.Follow)
		r.hooks, seen = append(r.hooks, f), append(seen, func(res *exec.Result) { res.Path = f.path })
	}
	if r.l.WriterOf != nil {
		w := &writer{span: *r.l.WriterOf}
		r.hooks, seen = append(r.hooks, w), append(seen, func(res *exec.Result) { res.Writer = w.thread })
	}
	return func(res *exec.Result) {
		for _, add := range seen {
			add(res)
		}
	}
}

// access is a piece of memory that an instruction touches for one lane.
type access struct {
	a      *alloc
	at     int64 // in a.data
	size   int64
	write  bool
	atomic bool
	value  []byte // what a plain store writes, nil for an atomic one
}

// accesses calls fn for what an instruction touches for a lane; accesses that
// are not allowed are left out, as they do not happen.
func (g *group) accesses(in *inst, lane int32, fn func(access)) {
	emit := func(p uint64, imm int64, size int, acc access) []byte {
		id, off := int(p>>offsetBits), offset(p)+imm
		if id >= len(g.allocs) {
			return nil
		}
		a := &g.allocs[id]
		if !a.holds(off, size) || acc.atomic && off&int64(size-1) != 0 || acc.write && a.readOnly {
			return nil
		}
		acc.a, acc.at, acc.size = a, off+int64(lane)*a.stride, int64(size)
		fn(acc)
		return a.data[acc.at : acc.at+acc.size]
	}
	reg := func(k int) uint64 { return g.reg(int(in.Args[k]))[lane] }
	imm := int64(in.Imm)
	switch in.Op {
	case ir.Load:
		emit(reg(0), imm, in.Run()*in.size, access{})
	case ir.Store:
		n := in.Run()
		emit(reg(0), imm, n*in.size, access{write: true, value: g.stored(in, lane, in.Args[1:1+n])})
	case ir.CopyMem:
		from := emit(reg(1), 0, int(imm), access{})
		value := g.zeros(int(imm))
		copy(value, from)
		emit(reg(0), 0, int(imm), access{write: true, value: value})
	case ir.ZeroMem:
		emit(reg(0), 0, int(imm), access{write: true, value: g.zeros(int(imm))})
	case ir.AtomicLoad:
		emit(reg(0), imm, in.size, access{atomic: true})
	case ir.AtomicStore, ir.AtomicXchg, ir.AtomicCAS, ir.AtomicAdd, ir.AtomicSub, ir.AtomicMin, ir.AtomicMax, ir.AtomicAnd, ir.AtomicOr, ir.AtomicXor:
		emit(reg(0), imm, in.size, access{atomic: true, write: true})
	case ir.MatrixLoad:
		g.matrixAccess(in, []int32{lane}, in.Args[1:], func(_ int32, _ int, off int64) {
			emit(reg(0), off, in.size, access{})
		})
	case ir.MatrixStore:
		g.matrixAccess(in, []int32{lane}, in.Args[3:], func(_ int32, half int, off int64) {
			emit(reg(0), off, in.size, access{write: true, value: g.stored(in, lane, in.Args[1+half:2+half])})
		})
	}
}

// stored is what registers of a lane hold as it lies in memory, until the next call.
func (g *group) stored(in *inst, lane int32, regs []ir.Reg) []byte {
	b := g.zeros(len(regs) * in.size)
	for k, r := range regs {
		put(in.size, b[k*in.size:], g.reg(int(r))[lane])
	}
	return b
}

// zeros returns n zero bytes, until the next call.
func (g *group) zeros(n int) []byte {
	g.value = slices.Grow(g.value[:0], n)[:n]
	clear(g.value)
	return g.value
}

// touches reports whether accesses can find something.
func touches(op ir.Op) bool {
	return op >= ir.Load && op <= ir.AtomicXor || op == ir.MatrixLoad || op == ir.MatrixStore
}
