package wasm

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// Kernels often spell an element twice, as in  x[i] / (1 + exp(-x[i])).  interp loads
// it twice, and counts that; here a load finds in registers what one before it loaded,
// unless something in between may have stored there.

// reloads finds such loads. Places count the instructions in program order, from 1 on.
type reloads struct {
	fn     *ir.Func
	shared bool  // some memory is of several buffers
	defs   []int // how often registers are assigned
	first  []int // and where they are read first and last, 0 if nowhere
	last   []int
	next   []int             // by place, where what follows an instruction stands
	roots  []int             // of pointers: the parameter that they were computed from, from 1 on; 0 if that is not known
	before []bool            // registers that were assigned on the way
	held   map[ir.Reg]ir.Reg // results of loads that are not needed, and what holds them

	known   map[loadKey]loaded
	noted   []noting // what became known in the blocks in hand, at whose ends it is forgotten
	changed []int    // by root, where last something may have been stored
}

// loadKey says what is loaded.
type loadKey struct {
	pointer ir.Reg
	kind    ir.Kind
	space   ir.Space
	offset  uint64
	run     int
	flags   ir.Flags // which tell what is misaligned
}

// loaded is where something was loaded, and what holds it unless it has changed since.
type loaded struct {
	at int
	by ir.Reg
}

// noting is what was known before of what became known.
type noting struct {
	key loadKey
	was loaded
}

// loadOnce takes those loads out of a kernel.
func (l *legalizer) loadOnce(b ir.Block) ir.Block {
	n := len(l.fn.Regs)
	r := &reloads{fn: l.fn, shared: l.v.overlap, defs: make([]int, n), first: make([]int, n), last: make([]int, n), next: make([]int, 1), roots: make([]int, n),
		before: make([]bool, n), held: map[ir.Reg]ir.Reg{}, known: map[loadKey]loaded{}, changed: make([]int, 1+len(l.fn.Params))}
	r.number(b)
	for i, p := range l.fn.Params {
		if r.defs[p] == 0 {
			r.roots[p] = 1 + i
		}
	}
	return r.block(b, 1)
}

// number gives instructions their places.
func (r *reloads) number(b ir.Block) {
	for i := range b {
		in, at := &b[i], len(r.next)
		r.next = append(r.next, 0)
		for k := range results(in) {
			r.defs[in.Dst+ir.Reg(k)]++
		}
		for _, a := range in.Args {
			if r.first[a] == 0 {
				r.first[a] = at
			}
			r.last[a] = at
		}
		r.number(in.Body())
		r.number(in.Else())
		r.next[at] = len(r.next)
	}
}

// end is where what follows a block stands.
func (r *reloads) end(b ir.Block, at int) int {
	for range b {
		at = r.next[at]
	}
	return at
}

func (r *reloads) block(b ir.Block, at int) ir.Block {
	out, end, noted := make(ir.Block, 0, len(b)), r.end(b, at), len(r.noted)
	for _, in := range b {
		place := at
		at = r.next[at]
		r.rename(&in)
		if in.Op == ir.Load {
			if moves, held := r.again(&in, place, end); held {
				for _, in := range moves {
					r.before[in.Dst] = true
				}
				out = append(out, moves...)
				continue
			}
		}
		if in.Nest != nil {
			r.nest(&in, place)
		}
		r.change(&in, place)
		for k := range results(&in) {
			r.before[in.Dst+ir.Reg(k)] = true
		}
		if in.Op == ir.PtrAdd && r.defs[in.Dst] == 1 {
			r.roots[in.Dst] = r.roots[in.Args[0]]
		}
		out = append(out, in)
	}
	for _, n := range slices.Backward(r.noted[noted:]) {
		r.known[n.key] = n.was
	}
	r.noted = r.noted[:noted]
	return out
}

// nest goes through the blocks of a construct. What changes in one has changed behind the
// construct.
func (r *reloads) nest(in *ir.Instr, place int) {
	before, behind := r.changed, slices.Clone(r.changed)
	at := place + 1
	in.MapBlocks(func(b ir.Block) ir.Block {
		r.changed = slices.Clone(before)
		if in.Op == ir.Loop { // what it waits for may be stored elsewhere meanwhile
			r.changeAll(place)
		}
		out := r.block(b, at)
		at = r.end(b, at)
		for i, last := range r.changed {
			if last > place {
				behind[i] = max(behind[i], last)
			}
		}
		return out
	})
	r.changed = behind
}

// again reports whether what a load loads is held, and what moves it where that is read in
// other registers; otherwise it notes that it is now.
func (r *reloads) again(in *ir.Instr, place, end int) (moves ir.Block, held bool) {
	p := in.Args[0]
	if in.Flags&ir.Volatile != 0 || r.defs[p] > 1 || r.defs[p] == 1 && !r.before[p] {
		return nil, false
	}
	once, behind := true, true // all that reads it stands behind it, in its block
	for k := range results(in) {
		d := in.Dst + ir.Reg(k)
		once = once && r.defs[d] == 1
		behind = behind && (r.first[d] == 0 || r.first[d] > place && r.last[d] < end)
	}
	key := loadKey{p, in.Kind, in.Space, in.Imm, results(in), in.Flags}
	was := r.known[key]
	if was.at <= r.changed[r.roots[p]] {
		if once {
			r.known[key] = loaded{place, in.Dst}
			r.noted = append(r.noted, noting{key, was})
		}
		return nil, false
	}
	for k := range results(in) {
		d := in.Dst + ir.Reg(k)
		if once && behind {
			r.held[d] = was.by + ir.Reg(k)
		} else {
			moves = append(moves, ir.Instr{Op: ir.Mov, Kind: in.Kind, Dst: d, Args: []ir.Reg{was.by + ir.Reg(k)}, Pos: in.Pos})
		}
	}
	return moves, true
}

// rename lets an instruction read what holds the value.
func (r *reloads) rename(in *ir.Instr) {
	if slices.ContainsFunc(in.Args, func(a ir.Reg) bool { _, ok := r.held[a]; return ok }) {
		in.Args = slices.Clone(in.Args)
		for i, a := range in.Args {
			if to, ok := r.held[a]; ok {
				in.Args[i] = to
			}
		}
	}
}

// change notes what an instruction may change, aside from what is in its blocks.
func (r *reloads) change(in *ir.Instr, place int) {
	switch op := in.Op; {
	case op == ir.Store && !r.shared && r.roots[in.Args[0]] > 0:
		r.changed[0], r.changed[r.roots[in.Args[0]]] = place, place
	case op.Plain() || op == ir.Load || in.Nest != nil || op == ir.Break || op == ir.Continue || op == ir.Return || op == ir.Unreachable:
	default:
		r.changeAll(place)
	}
}

func (r *reloads) changeAll(place int) {
	for i := range r.changed {
		r.changed[i] = place
	}
}
