package wasm

import (
	"maps"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// Kernels often spell an element twice, as in  x[i] / (1 + exp(-x[i])).  interp loads
// it twice, and counts that; here a load finds in registers what one before it loaded,
// unless something in between may have stored there.

// reloads finds such loads.
type reloads struct {
	fn     *ir.Func
	shared bool              // some memory is of several buffers
	defs   []int             // how often registers are assigned
	uses   []int             // and read
	from   []ir.Reg          // of pointers: what they were computed from, NoReg if nothing
	before []bool            // registers that were assigned on the way
	held   map[ir.Reg]ir.Reg // results of loads that are not needed, and what holds them
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

// loadOnce takes those loads out of a kernel.
func (l *legalizer) loadOnce(b ir.Block) ir.Block {
	n := len(l.fn.Regs)
	r := &reloads{fn: l.fn, shared: l.v.overlap, defs: make([]int, n), uses: make([]int, n), from: make([]ir.Reg, n), before: make([]bool, n), held: map[ir.Reg]ir.Reg{}}
	for p := range r.from {
		r.from[p] = ir.NoReg
	}
	b.Walk(func(in *ir.Instr) {
		for i := range results(in) {
			r.defs[in.Dst+ir.Reg(i)]++
		}
		for _, a := range in.Args {
			r.uses[a]++
		}
		if in.Op == ir.PtrAdd {
			r.from[in.Dst] = in.Args[0]
		}
	})
	return r.block(b, map[loadKey]ir.Reg{})
}

func (r *reloads) block(b ir.Block, known map[loadKey]ir.Reg) ir.Block {
	out := make(ir.Block, 0, len(b))
	for i, in := range b {
		r.rename(&in)
		switch {
		case in.Op == ir.Load:
			if moves, held := r.again(&in, b[i+1:], known); held {
				for _, in := range moves {
					r.before[in.Dst] = true
				}
				out = append(out, moves...)
				continue
			}
		case in.Op == ir.Loop: // what it waits for may be stored elsewhere meanwhile
			in.MapBlocks(func(b ir.Block) ir.Block { return r.block(b, map[loadKey]ir.Reg{}) })
		default:
			in.MapBlocks(func(b ir.Block) ir.Block { return r.block(b, maps.Clone(known)) })
		}
		b[i : i+1].Walk(func(in *ir.Instr) { r.forget(in, known) })
		for k := range results(&in) {
			r.before[in.Dst+ir.Reg(k)] = true
		}
		out = append(out, in)
	}
	return out
}

// again reports whether what a load loads is held, and what moves it where that is read in
// other registers; otherwise it notes that it is now.
func (r *reloads) again(in *ir.Instr, behind ir.Block, known map[loadKey]ir.Reg) (moves ir.Block, held bool) {
	p := in.Args[0]
	if in.Flags&ir.Volatile != 0 || r.defs[p] > 1 || r.defs[p] == 1 && !r.before[p] {
		return nil, false
	}
	once := true
	for k := range results(in) {
		once = once && r.defs[in.Dst+ir.Reg(k)] == 1
	}
	key := loadKey{p, in.Kind, in.Space, in.Imm, results(in), in.Flags}
	first, ok := known[key]
	if !ok {
		if once {
			known[key] = in.Dst
		}
		return nil, false
	}
	// All that reads it has to stand behind it.
	reads := 0
	behind.Walk(func(x *ir.Instr) {
		for _, a := range x.Args {
			if a >= in.Dst && a < in.Dst+ir.Reg(results(in)) {
				reads++
			}
		}
	})
	for k := range results(in) {
		reads -= r.uses[in.Dst+ir.Reg(k)]
	}
	for k := range results(in) {
		d := in.Dst + ir.Reg(k)
		if once && reads == 0 {
			r.held[d] = first + ir.Reg(k)
		} else {
			moves = append(moves, ir.Instr{Op: ir.Mov, Kind: in.Kind, Dst: d, Args: []ir.Reg{first + ir.Reg(k)}, Pos: in.Pos})
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

// forget drops what an instruction may change.
func (r *reloads) forget(in *ir.Instr, known map[loadKey]ir.Reg) {
	switch op := in.Op; {
	case op == ir.Store && !r.shared:
		root := r.root(in.Args[0])
		maps.DeleteFunc(known, func(k loadKey, _ ir.Reg) bool {
			other := r.root(k.pointer)
			return root == ir.NoReg || other == ir.NoReg || other == root
		})
	case op.Plain() || op == ir.Load || in.Nest != nil || op == ir.Break || op == ir.Continue || op == ir.Return || op == ir.Unreachable:
	default:
		clear(known)
	}
}

// root is the parameter that a pointer was computed from; NoReg if that is not known.
func (r *reloads) root(p ir.Reg) ir.Reg {
	for r.defs[p] == 1 {
		if p = r.from[p]; p == ir.NoReg {
			return p
		}
	}
	if r.defs[p] > 0 || !slices.Contains(r.fn.Params, p) {
		return ir.NoReg
	}
	return p
}
