package wasm

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// variant is what a module is specialised on besides the program.
type variant struct {
	tg      exec.Dim // threadgroup as dispatched
	local   string   // sizes of dynamic threadgroup memory, printed, if there is some
	aligned bool     // rows of every threadgroup are multiples of four threads
	tail    bool     // some threadgroup's size is no multiple of four
	ragged  bool     // some threadgroup's size is no multiple of 32
	run     int      // so many chunks always follow each other in a row: 1 to maxRun
	written uint32   // buffer arguments, by their order, whose stores are tracked
	fixed   uint32   // those that are read-only
	numbers []int    // allocations of the buffer arguments and how many there are, where pointers are numbers
	tracked bool     // some buffer's stores are tracked, there
	overlap bool     // some memory is of two buffers, and one of them may be stored to
	alone   bool     // a chunk is one thread: see alone
}

// appendKey appends what identifies the variant, at each launch.
func (v variant) appendKey(key []byte) []byte {
	le := binary.LittleEndian
	key = append(appendDim(key, v.tg), byte(v.run), bit[byte](v.aligned)|bit[byte](v.tail)<<1|bit[byte](v.ragged)<<2|
		bit[byte](v.tracked)<<3|bit[byte](v.overlap)<<4|bit[byte](v.alone)<<5)
	key = le.AppendUint32(le.AppendUint32(key, v.written), v.fixed)
	key = le.AppendUint32(key, uint32(len(v.numbers)))
	for _, n := range v.numbers {
		key = le.AppendUint32(key, uint32(n))
	}
	return append(le.AppendUint32(key, uint32(len(v.local))), v.local...)
}

func appendDim(key []byte, d exec.Dim) []byte {
	for _, n := range d {
		key = binary.LittleEndian.AppendUint32(key, n)
	}
	return key
}

// Layout of the launch block that the executor fills (bytes).
const (
	ctxGrid    = 0  // 3 x u32
	ctxGroups  = 12 // 3 x u32
	ctxTables  = 24 // 8 x u32: position tables by which axes are short
	ctxBuffers = 56 // per argument: u32 base, u32 base of its shadow, i64 size
	ctxBuffer  = 16
)

// The first words of a worker's area.
const (
	areaFault      = 0  // set when an access was out of bounds
	areaDiverge    = 4  // set when a barrier was not reached by all threads
	areaStop       = 8  // the host sets it to end the launch
	areaLimit      = 12 // how often a threadgroup may repeat its loops
	areaLeft       = 16 // how often the current one still may
	areaMisaligned = 20 // set when an access was misaligned
	areaOverflow   = 24 // set when one call too many was made
	areaZero       = 32 // zeros: what lanes load that have nothing to load
	areaFrame      = 64 // or behind as many zeros as the longest run
	areaMargin     = 48 // bytes before and behind memory in the area that may be read
)

// unsupported is raised where the lowering meets something that only interp
// can run.
type unsupported struct{ what string }

// varyingPointer is raised where the lanes of a chunk look up different pointers, which
// threads that are alone do sooner.
type varyingPointer struct{}

func (varyingPointer) Error() string { return "pointers from memory that vary" }

// varyingTile is raised by a matrix tile whose place differs within a
// SIMD-group: its elements have to be accessed one by one.
type varyingTile struct{}

func (varyingTile) Error() string { return "a matrix tile that varies in the SIMD-group" }

func (u unsupported) Error() string { return "no WebAssembly is made of " + u.what }

// root is the memory that a pointer points into.
type root struct {
	space  ir.Space
	base   int // local that holds the address, for buffers
	size   int // local that holds the size, for buffers
	at     int // offset in the area, for threadgroup and thread memory
	bytes  int // size; of buffers that of this launch, for proofs
	data   bool
	fixed  bool  // read-only
	stored bool  // needs not be filled, see ir.Slot
	shut   *root // what stores see of it then: see storedTo
	open   bool  // all that can be addressed, of no size: accesses were compared with their bounds before
	// contents is what it holds, if that is known and stays.
	contents []byte
	vast     bool // so large that indices which wrap at 32 bits may lie in it again
	// shadow, if the buffer's stores are tracked, has a byte for each of the
	// buffer's that stores set to 0xff.
	shadow *root
}

// loc is where a register lives: one local for scalars, vectors and bases of
// linear values, two for 64-bit vectors and widened values.
type loc [2]int

// prepare makes ready to lower one entry of a program whose calls and library
// functions have been inlined. The key names the accesses that need no check
// in a launch with the facts given.
func prepare(p *ir.Program, e *ir.Entry, v variant, local map[int]int, f facts, tiles bool) (g *gen, key string, err error) {
	defer catch(&err)
	entry, fn := legalize(p, e, v, tiles)
	g = newGen(kernel{prog: p, source: e, entry: entry, asked: v, local: local, facts: f}, fn)
	key = g.prove(f)
	g.know()
	return g, key, nil
}

// newGen makes ready to lower a kernel whose function has been legalized.
func newGen(k kernel, fn *ir.Func) *gen {
	k.v, k.param = k.asked, map[ir.Reg]builtinParam{}
	g := &gen{
		kernel:  k,
		layout:  layout{areaEnd: areaFrame, frame: map[ir.Reg]int{}, slots: map[*node]*maskSlots{}},
		here:    here{tmask: -1, firsts: map[*node]int{}},
		reuse:   newReuse(),
		once:    once{splats: map[[16]byte]int{}, addresses: map[addressKey]int{}, checks: map[any]int{}},
		scratch: map[wc.Type][]int{}, numbers: map[any]int{}, factors: map[factorsKey]factors{}, promoted: map[int]*promoted{},
	}
	v := k.v
	g.max = int(v.tg[0] * v.tg[1] * v.tg[2])
	t := newTree(fn)
	t.markSplits()
	row := v.tg[0]
	if g.padded = g.pads(t); g.padded {
		g.v.aligned, g.v.tail, g.v.run = true, true, 1
		row = padded(row)
	}
	g.chunks = (int(row*v.tg[1]*v.tg[2]) + 31) / 32 * 32 / g.v.lanes()
	n := len(fn.Regs)
	g.plan = &plan{shapes: &shapes{tree: t, of: make([]shape, n), consts: map[ir.Reg]uint64{}, single: make([]bool, n), blend: map[*node]bool{}, limit: make([]uint64, n), zeros: fn.Zeros(), alone: v.alone}, loc: make([]loc, n)}
	g.roots = make([]*root, n)
	g.f = wc.NewFunc("run", []wc.Type{wc.I32, wc.I32, wc.I32, wc.I32}, nil)
	g.ctx, g.area, g.group, g.last = 0, 1, 2, 3
	g.machine = g.findMachine()
	g.check()
	g.findLongest()
	g.checkSize()
	g.defs()
	g.parameters()
	g.memory()
	g.pointers()
	g.placeOwn()
	return g
}

// lower lowers the entry.
func (g *gen) lower() (m *wc.Module, err error) {
	defer catch(&err)
	g.bounds()
	g.solve()
	if s := g.straightened(); s != nil {
		*g = *s
		g.bounds()
		g.solve()
	}
	g.findSearches()
	if !g.v.alone && g.looksUpApart() && takesAlone(g.prog, g.source) {
		return nil, varyingPointer{}
	}
	g.steadies()
	g.settle()
	g.planRuns()
	g.main()
	if g.f.Size() > spillFrom {
		g.f.Spill(g.area, func(t wc.Type) uint32 { return uint32(g.reserve(16, 16)) })
	}
	g.checkCode()
	g.areaEnd += areaMargin
	return &wc.Module{Imports: imports, Funcs: append([]*wc.Func{g.f}, g.called...), MemPages: memPages}, nil
}

// settle decides how what has been solved is kept and accessed.
func (g *gen) settle() {
	g.ahead = map[*node]bool{}
	g.complete()
	g.place()
	g.findAlong()
	g.findCrossed()
	g.indexes()
	g.roundings()
	g.spreads()
}

// catch turns what the lowering raises into an error.
func catch(err *error) {
	switch u := recover().(type) {
	case nil:
	case unsupported:
		*err = u
	case varyingTile:
		*err = u
	default:
		panic(u)
	}
}

// check refuses what the lowering does not know.
func (g *gen) check() {
	for _, n := range g.nodes[1:] {
		switch op := n.in.Op; {
		case op == ir.FuncConst:
			panic(unsupported{"function constants without a value"})
		case op >= ir.Exp && op <= ir.Atan2, op == ir.Pow:
			panic(unsupported{op.String()})
		case op == ir.MatrixLoad || op == ir.MatrixStore || op == ir.MatrixMMA:
			if n.in.Kind == ir.Void {
				panic(unsupported{op.String()})
			}
		case (op == ir.Load || op == ir.Store) && n.in.Kind == ir.Ptr:
			panic(unsupported{"pointers in memory"})
		case (op == ir.Convert || op == ir.Bitcast) && (n.in.Kind == ir.Ptr) != (n.in.From == ir.Ptr):
			panic(unsupported{"pointers as numbers"}) // which interp tells apart by what they point into
		}
	}
}

// longestRun is as many bytes as a load or store may have.
const longestRun = 8 * ir.MaxScalars

// findLongest makes room for the zeros of the longest load.
func (g *gen) findLongest() {
	for _, n := range g.nodes[1:] {
		if n.in.Op == ir.Load || n.in.Op == ir.Store {
			g.longest = max(g.longest, n.in.Run()*n.in.Kind.Size())
		}
	}
	g.areaEnd = max(g.areaEnd, areaZero+g.longest)
}

// defs finds registers with one definition and constants among them.
func (g *gen) defs() {
	for r, refs := range g.refs {
		n := 0
		var d *node
		for _, x := range refs {
			if x.def {
				n++
				d = x.n
			}
		}
		g.single[r] = n <= 1
		if n == 0 {
			g.of[r] = shape{form: uniform} // never assigned: zero
		}
		if n == 1 && d.in.Op == ir.Const {
			g.consts[ir.Reg(r)] = d.in.Imm
		}
	}
	for _, n := range g.nodes[1:] { // what is read before it is assigned is zero
		if n.in.Op != ir.Mov {
			continue
		}
		if c, ok := g.consts[n.in.Args[0]]; ok && g.single[n.in.Dst] && !slices.ContainsFunc(g.refs[n.in.Dst], func(x ref) bool { return !x.def && !dominates(n, x.n) }) {
			g.consts[n.in.Dst] = c
		}
	}
	for _, p := range g.fn.Params {
		if !g.single[p] || len(g.refs[p]) > 0 && hasDef(g.refs[p]) {
			panic(unsupported{"assignment to a kernel parameter"})
		}
	}
}

func hasDef(refs []ref) bool {
	for _, x := range refs {
		if x.def {
			return true
		}
	}
	return false
}

// parameters gives every parameter of the entry its shape and root.
func (g *gen) parameters() {
	i, buffers := 0, 0
	for a := range g.entry.Args {
		arg := &g.entry.Args[a]
		switch arg.Kind {
		case ir.ArgBuffer:
			r := g.fn.Params[i]
			g.of[r] = shape{form: uniform}
			b := &root{space: arg.Space, base: g.f.Local(wc.I32), size: g.f.Local(wc.I64), fixed: g.v.fixed>>buffers&1 != 0}
			if g.v.written>>buffers&1 != 0 {
				b.shadow = &root{space: arg.Space, base: g.f.Local(wc.I32), size: b.size}
			}
			g.roots[r] = b
			buffers++
			i++
		case ir.ArgThreadgroup:
			r := g.fn.Params[i]
			g.of[r] = shape{form: uniform}
			g.roots[r] = &root{space: ir.Threadgroup, at: g.reserve(g.local[arg.Index], 16), bytes: g.local[arg.Index]}
			i++
		case ir.ArgBuiltin:
			for axis := range arg.Params() {
				r := g.fn.Params[i]
				g.param[r] = builtinParam{arg.Builtin, axis}
				g.of[r], g.limit[r] = g.builtinShape(arg.Builtin, axis)
				i++
			}
		default:
			r := g.fn.Params[i]
			g.of[r] = shape{form: uniform}
			g.roots[r] = g.numberRoot(arg.Kind)
			i++
		}
	}
	if i != len(g.fn.Params) {
		panic(unsupported{fmt.Sprintf("entry with %d parameters for %d registers", i, len(g.fn.Params))})
	}
}

// reserve takes bytes of the worker's area.
func (g *gen) reserve(size, align int) int {
	at := (g.areaEnd + align - 1) &^ (align - 1)
	g.areaEnd = at + size
	return at
}

// memory lays out slots and constants.
func (g *gen) memory() {
	for _, d := range g.prog.Constants {
		a := max(d.Align, 16)
		g.dataEnd = (g.dataEnd + a - 1) &^ (a - 1)
		g.data = append(g.data, g.dataEnd)
		g.dataEnd += len(d.Bytes)
	}
}

// pointers finds the memory that every pointer register points into.
func (g *gen) pointers() {
	private, group := map[uint64]*root{}, map[uint64]*root{}
	for changed := true; changed; {
		changed = false
		for _, n := range g.nodes[1:] {
			in := n.in
			if results(in) != 1 || g.fn.Regs[in.Dst].Kind != ir.Ptr {
				continue
			}
			var r *root
			switch in.Op {
			case ir.SlotAddr:
				if in.Space == ir.Thread {
					r = private[in.Imm]
					if r == nil {
						s := g.fn.Private[in.Imm]
						r = g.threadRoot(s)
						private[in.Imm] = r
					}
				} else {
					r = group[in.Imm]
					if r == nil {
						s := g.fn.Threadgroup[in.Imm]
						r = &root{space: ir.Threadgroup, at: g.reserve(s.Size, max(16, s.Align)), bytes: s.Size}
						group[in.Imm] = r
					}
				}
			case ir.ConstAddr:
				r = &root{space: ir.Constant, data: true, fixed: true, at: g.data[in.Imm], bytes: len(g.prog.Constants[in.Imm].Bytes),
					contents: g.prog.Constants[in.Imm].Bytes}
				if old := g.roots[in.Dst]; old != nil && old.data && old.at == r.at {
					r = old
				}
			case ir.Mov, ir.PtrAdd:
				r = g.roots[in.Args[0]]
			case ir.Select:
				r = g.roots[in.Args[1]]
				if o := g.roots[in.Args[2]]; r == nil {
					r = o
				} else if o != nil && o != r {
					panic(unsupported{"a pointer to one of several buffers"})
				}
			case ir.Const:
				// Null, which may join any memory.
			default:
				panic(unsupported{"pointer from " + in.Op.String()})
			}
			switch old := g.roots[in.Dst]; {
			case r == nil || old == r:
			case old == nil:
				g.roots[in.Dst], changed = r, true
			default:
				panic(unsupported{"a pointer to one of several buffers"})
			}
		}
	}
	// What is null whatever happens points into nothing.
	nothing := &root{space: ir.Constant, data: true}
	for _, n := range g.nodes[1:] {
		if results(n.in) == 1 && g.fn.Regs[n.in.Dst].Kind == ir.Ptr && g.roots[n.in.Dst] == nil {
			g.roots[n.in.Dst] = nothing
		}
	}
}

// storedTo is where stores through a pointer into r go: nowhere if r is read-only,
// which constness that was cast away allows. Such a store is out of bounds.
func (g *gen) storedTo(r *root) *root {
	if r == nil || !r.fixed {
		return r
	}
	if r.shut == nil {
		r.shut = &root{space: r.space, base: r.base, at: r.at, data: r.data}
	}
	return r.shut
}
