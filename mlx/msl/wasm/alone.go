package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// Threads that call themselves soon are in different calls. The loop that their calls
// are would be gone through by four lanes of which one or two take part, and the stack
// accessed lane by lane. So a chunk is one thread in such kernels: nothing varies in
// it, all are scalars, branches are branches, and what a thread has of its own lies one
// behind the other. So it is where lanes follow different pointers from memory.

type aloneKey struct{ entry *ir.Entry }

// alone reports whether the threads of an entry run one by one: calls are left in it,
// and no threads take part in something together but at barriers.
func alone(p *ir.Program, e *ir.Entry) bool {
	return p.Memo(aloneKey{e}, func() any {
		calls := false
		p.Funcs[e.Func].Body.Walk(func(in *ir.Instr) { calls = calls || in.Op == ir.Overflow })
		return calls && takesAlone(p, e)
	}).(bool)
}

// takesAlone reports whether the threads of an entry could run one by one.
func takesAlone(p *ir.Program, e *ir.Entry) bool {
	together := false
	p.Funcs[e.Func].Body.Walk(func(in *ir.Instr) {
		together = together || in.Op != ir.Barrier && meets(in) || in.Op >= ir.SimdSum && in.Op <= ir.SimdActive
	})
	return !together
}

// looksUpApart reports whether the lanes of a chunk look up different pointers.
func (g *gen) looksUpApart() bool {
	return g.numberTable != 0 && slices.ContainsFunc(g.nodes[1:], func(n *node) bool {
		if n.in.Op != ir.Load {
			return false
		}
		r := g.roots[n.in.Args[0]]
		return r != nil && r.base == g.numberTable && !g.of[n.in.Args[0]].scalar()
	})
}

// lanes is how many threads a chunk is.
func (v variant) lanes() int {
	if v.alone {
		return 1
	}
	return 4
}

// threadRoot reserves the memory of a slot for every thread.
func (g *gen) threadRoot(s ir.Slot) *root {
	r := &root{space: ir.Thread, bytes: s.Size, stored: s.Stored}
	if g.v.alone {
		r.at = (g.ownEnd + 15) &^ 15
		g.ownEnd = r.at + s.Size
		return r
	}
	words := (s.Size + 7) / 8 * 2
	r.at = g.reserve(words*4*g.chunks*4, 16)
	return r
}

// placeOwn reserves what threads that are alone have of their own: once for each where
// they meet, as it has to outlive a region then.
func (g *gen) placeOwn() {
	if g.ownEnd == 0 {
		return
	}
	times := 1
	if g.root.split {
		times = g.chunks
	}
	g.ownEnd = (g.ownEnd + 15) &^ 15
	g.ownAt = g.reserve(g.ownEnd*times, 64)
}

// findOwn finds the memory of the thread whose turn it is. Where that was another's, it
// is filled as initial does.
func (g *gen) findOwn() {
	if g.ownEnd == 0 {
		return
	}
	f := g.f
	f.Get(g.area)
	f.I32(int32(g.ownAt))
	f.Emit(wc.I32Add)
	if g.root.split {
		f.Get(g.chunk)
		f.I32(int32(g.ownEnd))
		f.Emit(wc.I32Mul, wc.I32Add)
	}
	f.Set(g.own)
	if !g.root.split {
		g.fillOwn()
	}
}

// fillOwn fills the slots of which it is not known that what is loaded was stored.
func (g *gen) fillOwn() {
	f := g.f
	seen := map[*root]bool{}
	for _, r := range g.roots {
		if r == nil || seen[r] || r.data || r.space != ir.Thread || r.stored {
			continue
		}
		seen[r] = true
		const few = 128
		if r.bytes > few {
			g.pushBase(r)
			f.I32(0xff)
			f.I32(int32(r.bytes))
			f.Emit(wc.MemoryFill)
			continue
		}
		for at := 0; at < r.bytes; at += 16 { // slots are so far apart
			f.Get(g.own)
			f.V128(splat32(^uint32(0)))
			f.Mem(wc.V128Store, uint32(r.at+at))
		}
	}
}

// noteRun notes the store of a run.
func (g *gen) noteRun(a access) {
	if a.root.shadow == nil {
		return
	}
	f := g.f
	a.root = a.root.shadow
	spot := g.spot(a)
	for at, end := int64(0), a.size*a.n; at < end; {
		size := int64(8)
		for end-at < size {
			size /= 2
		}
		offset := spot.get(f, at)
		if size == 8 {
			f.I64(-1)
		} else {
			f.I32(-1)
		}
		f.Mem(map[int64]wc.Op{1: wc.I32Store8, 2: wc.I32Store16, 4: wc.I32Store, 8: wc.I64Store}[size], offset)
		at += size
	}
	g.done(spot)
}

// setFirst pops a vector and sets the scalar that in assigns to its first lane.
func (g *gen) setFirst(in *ir.Instr) {
	f := g.f
	switch {
	case wide(in.Kind):
		f.Lane(wc.I64x2ExtractLane, 0)
	case in.Kind.IsFloat():
		f.Lane(wc.F32x4ExtractLane, 0)
	default:
		f.Lane(wc.I32x4ExtractLane, 0)
		g.narrow(in.Kind)
	}
	f.Set(g.loc[in.Dst][0])
	g.spreadOut(in.Dst)
}

// findMachine finds the loop over states that nearly all of a kernel is that calls much: see
// ir.Flatten. Each of them becomes a segment: in between, what they have is in memory.
func (g *gen) findMachine() *node {
	if !g.v.alone || g.root.split {
		return nil
	}
	for _, n := range g.root.kids[0] {
		if n.in.Op == ir.Loop && (n.end-n.pos)*8 > len(g.nodes)*7 {
			return n
		}
	}
	return nil
}

// isState reports whether an If is a state of the machine, which ends where it begins.
func (g *gen) isState(n *node) bool {
	return g.machine != nil && n.parent == g.machine && !g.jumpsOut(n)
}
