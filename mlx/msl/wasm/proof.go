package wasm

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unsafe"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// Most accesses of a launch can be seen to lie in bounds before it runs, from
// its grid and the sizes of its buffers. Those need no check; a module is
// compiled for the set of them, which launches of other sizes mostly share.

// facts are what a launch's proofs rest on.
type facts struct {
	grid     exec.Dim
	sizes    []int64  // of the buffers, in the order of the arguments
	contents [][]byte // of small ones that nothing writes, else nil
}

// maxContents bounds the buffers whose contents are looked at: parameters,
// shapes and strides.
const maxContents = 256

// unknown are the facts of any launch over so many buffers.
func unknown(buffers int) facts {
	return facts{grid: exec.Dim{maxGrid, maxGrid, maxGrid}, sizes: make([]int64, buffers), contents: make([][]byte, buffers)}
}

func factsOf(l exec.Launch) facts {
	f := facts{grid: l.Grid}
	for _, a := range l.Entry.Args {
		if a.Kind != ir.ArgBuffer {
			continue
		}
		b := l.Buffers[a.Index]
		f.sizes = append(f.sizes, int64(len(b.Data)))
		var c []byte
		if b.ReadOnly && a.Space == ir.Constant && len(b.Data) <= maxContents && !written(l, b.Data) {
			c = slices.Clone(b.Data)
		}
		f.contents = append(f.contents, c)
	}
	return f
}

// written reports whether the launch may write some of b through a buffer.
func written(l exec.Launch, b []byte) bool {
	for _, o := range l.Buffers {
		if !o.ReadOnly && overlap(o.Data, b) {
			return true
		}
	}
	return false
}

func overlap(a, b []byte) bool {
	x, y := uintptr(unsafe.Pointer(unsafe.SliceData(a))), uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return x < y+uintptr(len(b)) && y < x+uintptr(len(a))
}

// overlaps reports whether a launch may store to some memory through a buffer, and
// access it through another.
func overlaps(l exec.Launch) bool {
	for i, a := range l.Buffers {
		for k, b := range l.Buffers {
			if k > i && !(a.ReadOnly && b.ReadOnly) && overlap(a.Data, b.Data) {
				return true
			}
		}
	}
	return false
}

// appendKey appends what identifies the facts.
func (f facts) appendKey(key []byte) []byte {
	key = appendDim(key, f.grid)
	for i, n := range f.sizes {
		key = binary.LittleEndian.AppendUint64(key, uint64(n))
		key = append(key, f.contents[i]...)
	}
	return key
}

// proof is what is known of an access before the launch. It is all that code may
// depend on of what facts say, as launches share the module of equal proofs.
type proof struct {
	proven   bool // the runs of all active lanes lie in bounds,
	allLanes bool // those of all lanes of a load would, from such a pointer as above says
	above    bool // so far as is proven, the pointer without the constant offset is no less than 0
	room     int  // the bits of how many bytes before and behind are in bounds, too
	few      bool // of a division: what all lanes divide is at most fewForFloat
	guarded  bool // a load that lifts would be as above says, too, where what positions say holds
	number   byte // of a load: one more than what it gives, if that is surely zero or one
}

// maxRoom is enough for what the strides of vector accesses reach.
const maxRoom = 23

// prove finds what the range of an access tells.
func (a access) prove(at ir.Range) proof {
	last := int64(a.root.bytes) - a.size*a.n
	if at.Lo < 0 || at.Hi > last {
		return proof{}
	}
	return proof{proven: true, above: at.Lo >= a.imm, room: min(bits.Len64(uint64(min(at.Lo, last-at.Hi))), maxRoom)}
}

func (p proof) key() byte {
	return bit[byte](p.proven) | bit[byte](p.allLanes)<<1 | bit[byte](p.above)<<2 | byte(p.room)<<3
}

// prove finds the accesses that surely lie in bounds, and returns a key of what is
// known of all.
func (g *gen) prove(f facts) string {
	var key []byte
	for i, root := range g.buffers() {
		root.bytes, root.contents = int(f.sizes[i]), f.contents[i]
		root.vast = root.bytes > 1<<31
		key = append(key, bit[byte](root.vast))
	}
	whole := wholeGrid(f.grid, g.v.tg)
	ranges := g.accesses(f.grid, whole)
	var all map[*ir.Instr]ir.Range
	if slices.ContainsFunc(g.nodes[1:], func(n *node) bool { return n.in.Op == ir.Load && n.parent.in.Op == ir.If || divides(n.in) }) {
		all = g.fn.AccessesOfAll(g.params(f.grid, whole), g.constantAt, func(*ir.Instr) bool { return false })
	}
	var guarded map[*ir.Instr]ir.Range
	if slices.ContainsFunc(g.nodes[1:], g.underData) {
		guarded = g.fn.AccessesOfAll(g.params(f.grid, whole), g.constantAt, func(in *ir.Instr) bool { return g.positional(in.Args[0]) })
	}
	g.proofs = map[*ir.Instr]proof{}
	for _, n := range g.nodes[1:] {
		if divides(n.in) {
			x, ok := all[n.in]
			p := proof{few: ok && x.Lo >= -fewForFloat && x.Hi <= fewForFloat}
			g.proofs[n.in] = p
			key = append(key, bit[byte](p.few))
		}
		if op := n.in.Op; !touches(n.in) || op == ir.CopyMem || op == ir.ZeroMem || op == ir.Fence {
			continue
		}
		a, p := g.access(n), proof{}
		if at, ok := ranges[n.in]; ok {
			p = a.prove(at)
		}
		if at, ok := all[n.in]; ok && n.in.Op == ir.Load {
			q := a.prove(at)
			p.allLanes = q.proven && q.above
		}
		key = append(key, p.key())
		if g.underData(n) {
			q := proof{}
			if at, ok := guarded[n.in]; ok {
				q = a.prove(at)
			}
			p.guarded = q.proven && q.above
			key = append(key, bit[byte](p.guarded))
		}
		if n.in.Space == ir.Constant {
			at, ok := ranges[n.in]
			p.number = g.numberAt(n, at, ok)
			key = append(key, p.number)
		}
		g.proofs[n.in] = p
	}
	return string(key)
}

// numberAt is what proof keeps of a number that memory holds. It is zero or one as the
// strides of a broadcast and of what lies side by side are: lanes that multiply their
// position by it load the same, or what is adjacent.
func (g *gen) numberAt(n *node, at ir.Range, known bool) byte {
	in := n.in
	if !known || at.Lo != at.Hi || in.Op != ir.Load || results(in) != 1 || !in.Kind.IsInt() || in.Kind.Bits() < 32 || in.Flags&ir.Volatile != 0 || !g.single[in.Dst] || !g.assignedFirst(n, in.Dst) {
		return 0
	}
	c, ok := g.constantAt(in.Args[0], at.Lo, in.Kind)
	if !ok || c > 1 {
		return 0
	}
	return 1 + byte(c)
}

// know makes constants of the numbers that proofs tell.
func (g *gen) know() {
	for in, p := range g.proofs {
		if p.number > 0 {
			g.consts[in.Dst] = uint64(p.number - 1)
		}
	}
}

// buffers are the roots of the buffers, in the order of the arguments.
func (g *gen) buffers() []*root {
	var out []*root
	for _, r := range g.fn.Params {
		if root := g.roots[r]; root != nil && root.size != 0 {
			out = append(out, root)
		}
	}
	return out
}

// accesses finds what a part of a grid may access: see ir.Func.Accesses.
func (g *gen) accesses(grid exec.Dim, in part) map[*ir.Instr]ir.Range {
	return g.fn.Accesses(g.params(grid, in), g.constantAt)
}

// params bounds the parameters in a part of a grid.
func (g *gen) params(grid exec.Dim, in part) map[ir.Reg]ir.Range {
	params := map[ir.Reg]ir.Range{}
	for _, r := range g.fn.Params {
		if g.roots[r] != nil {
			params[r] = ir.Exactly(0)
		} else if p, ok := g.param[r]; ok {
			params[r] = g.builtinRange(p, grid, in)
		}
	}
	return params
}

// constantAt gives the bits of memory whose contents are known.
func (g *gen) constantAt(p ir.Reg, at int64, k ir.Kind) (uint64, bool) {
	r, size := g.roots[p], int64(k.Size())
	if r == nil || at < 0 || at > int64(len(r.contents))-size {
		return 0, false
	}
	bits := uint64(0)
	for i := range size {
		bits |= uint64(r.contents[at+i]) << (8 * i)
	}
	return bits, true
}

// builtinRange bounds a component of a builtin in a part of a grid.
func (g *gen) builtinRange(p builtinParam, grid exec.Dim, in part) ir.Range {
	upTo := func(n int64) ir.Range { return ir.Range{Lo: 0, Hi: max(n-1, 0)} }
	size, tg := int64(grid[p.axis]), int64(g.v.tg[p.axis])
	groups := (size + tg - 1) / tg
	first, end := int64(in.first[p.axis]), int64(in.end[p.axis])
	dispatched := int64(g.max)
	switch p.b {
	case ir.ThreadPositionInGrid:
		return ir.Range{Lo: first * tg, Hi: max(min(end*tg, size)-1, first*tg)}
	case ir.ThreadPositionInThreadgroup:
		return upTo(min(tg, size))
	case ir.ThreadgroupPositionInGrid:
		return ir.Range{Lo: first, Hi: max(end-1, first)}
	case ir.ThreadIndexInThreadgroup:
		return upTo(dispatched)
	case ir.ThreadIndexInSimdgroup:
		return upTo(32)
	case ir.ThreadIndexInQuadgroup:
		return upTo(4)
	case ir.SimdgroupIndexInThreadgroup:
		return upTo((dispatched + 31) / 32)
	case ir.QuadgroupIndexInThreadgroup:
		return upTo((dispatched + 3) / 4)
	case ir.ThreadsPerGrid, ir.GridSize:
		return ir.Exactly(size)
	case ir.ThreadgroupsPerGrid:
		return ir.Exactly(groups)
	case ir.DispatchThreadsPerThreadgroup:
		return ir.Exactly(tg)
	case ir.ThreadsPerThreadgroup:
		last := size - (groups-1)*tg
		switch {
		case end < groups || last == tg:
			return ir.Exactly(tg)
		case first >= groups-1:
			return ir.Exactly(last)
		}
		return ir.Range{Lo: last, Hi: tg}
	case ir.ThreadsPerSimdgroup:
		return ir.Exactly(32)
	case ir.GridOrigin:
		return ir.Exactly(0)
	}
	return ir.Range{Lo: 0, Hi: dispatched} // counts of SIMD-groups and quads
}

// speculatable reports whether lanes that are switched off may be read with the others,
// as they would read what is in bounds, too.
func (g *gen) speculatable(a access) bool {
	return a.allLanes && (!g.v.tail || g.copies > 1) && !g.beyond
}

// spare reports whether lanes that are switched off may be read with the
// others, their addresses being so far at most from those of active lanes.
func (g *gen) spare(a access, reach int64) bool {
	if a.root.space == ir.Threadgroup && reach <= areaMargin {
		return true
	}
	return reach <= 1<<a.room>>1
}

func bit[T byte | int](b bool) T {
	if b {
		return 1
	}
	return 0
}
