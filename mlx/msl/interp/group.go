package interp

import (
	"cmp"
	"fmt"
	"math"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// What bounds the values in the registers of all calls in progress: of functions
// that call themselves, and of others, whose calls are as deep as the text says.
const (
	maxValues     = 1 << 24
	maxValuesFlat = 1 << 26
)

// Holds reports whether the registers of all calls that may be in progress have room,
// in threadgroups of so many threads.
func Holds(p *ir.Program, e *ir.Entry, threads int) bool {
	d := depthOf(p, e)
	return d.registers*threads <= d.limit()
}

// depth is how many registers the calls of an entry have at once at most: those of
// ir.MaxCalls calls if functions call themselves.
type depth struct {
	registers int
	recursive bool
}

func (d depth) limit() int {
	if d.recursive {
		return maxValues
	}
	return maxValuesFlat
}

type depthKey struct{ entry int }

func depthOf(p *ir.Program, e *ir.Entry) depth {
	return p.Memo(depthKey{e.Func}, func() any {
		var d depth
		largest := 0
		below := make(map[int]int) // by function, registers of its chain of calls; -1 while it is looked at
		var chain func(f int) int
		chain = func(f int) int {
			if n, known := below[f]; known {
				d.recursive = d.recursive || n < 0
				return max(n, 0)
			}
			below[f] = -1
			most := 0
			p.Funcs[f].Body.Walk(func(in *ir.Instr) {
				if in.Op == ir.Call {
					most = max(most, chain(int(in.Imm)))
				}
			})
			if f != e.Func {
				largest = max(largest, len(p.Funcs[f].Regs))
			}
			below[f] = len(p.Funcs[f].Regs) + most
			return below[f]
		}
		if d.registers = chain(e.Func); d.recursive {
			d.registers = len(p.Funcs[e.Func].Regs) + (ir.MaxCalls-1)*largest
		}
		return d
	}).(depth)
}

// pollSteps is how many steps pass between looks at the context.
const pollSteps = 1 << 16

// awake is the leave mark of a lane that takes part.
const awake = math.MaxInt32

// group executes one threadgroup at a time.
type group struct {
	r      *run
	p      place
	stride int      // lanes of a register
	limit  int      // of regs, as far as calls need them
	regs   []uint64 // register r of the current frame is regs[(base+r)*stride:][:stride]
	base   int
	allocs []alloc
	stack  stack

	// Constructs that a lane can leave are numbered by nesting, over calls.
	// leave[lane] is awake, 2n if the lane sleeps until construct n ends, or
	// 2n+1 if it sleeps until n's continuing block.
	leave []int32
	level int32
	fn    frame

	lanes    []int32 // 0, 1, 2, …
	scratch  []int32 // lists of lanes, a stack
	local    []alloc // threadgroup memory
	steps    int64
	nextPoll int64
	ended    int // threads that returned from the kernel
	values   [32]uint64
	value    []byte // for hooks
}

// frame is what differs between calls.
type frame struct {
	level   int32 // of the function's body
	depth   int
	base    int // of the registers
	private int // allocation of private slot 0
	regs    int // registers of the function
	ret     int // register of the first result, counted from register 0 of the group; -1 if none
}

func newGroup(r *run) *group {
	g := &group{r: r, stride: r.geo.full, limit: depthOf(r.code.src, r.l.Entry).limit()}
	g.lanes = make([]int32, g.stride)
	for i := range g.lanes {
		g.lanes[i] = int32(i)
	}
	g.leave = make([]int32, g.stride)
	g.allocs = append(g.allocs, r.shared...)
	for _, f := range r.code.funcs {
		for _, s := range f.src.Threadgroup {
			g.local = append(g.local, newAlloc(s.Name, s.Size, s.Layout))
		}
	}
	for _, a := range r.l.Entry.Args {
		if a.Kind == ir.ArgThreadgroup {
			g.local = append(g.local, newAlloc(a.Name, r.l.LocalBytes[a.Index], elements(a, r.l.LocalBytes[a.Index])))
		}
	}
	g.allocs = append(g.allocs, g.local...)
	return g
}

func newAlloc(name string, size int, l *ir.Layout) alloc {
	size = max(size, 0)
	return alloc{data: alignedBytes(size), size: int64(size), name: name, layout: l}
}

// elements is the layout of so many bytes behind an argument.
func elements(a ir.Arg, bytes int) *ir.Layout {
	if a.Layout == nil || a.Ref || a.ElemSize <= 0 {
		return a.Layout
	}
	return &ir.Layout{Elem: a.Layout, Count: bytes / a.ElemSize, Stride: a.ElemSize}
}

// execute runs threadgroup i.
func (g *group) execute(i int64) {
	g.p = g.r.geo.place(i)
	g.steps, g.nextPoll, g.ended = 0, min(pollSteps, g.r.budget), 0
	for _, a := range g.local {
		poison(a.data)
	}
	for _, h := range g.r.hooks {
		h.begin(g)
	}
	for i := range g.leave {
		g.leave[i] = awake
	}
	entry := g.r.l.Entry
	f := g.r.code.funcs[entry.Func]
	act := g.lanes[:g.p.n]
	g.enter(f, -1)
	g.bindArgs(entry, f.src.Params)
	g.block(f.body, act)
	g.exit(frame{})
}

// bindArgs fills the parameter registers of the kernel.
func (g *group) bindArgs(entry *ir.Entry, params []ir.Reg) {
	buffer, local := 0, len(g.r.shared)+g.r.code.slots
	for _, a := range entry.Args {
		switch a.Kind {
		case ir.ArgBuffer:
			fill(g.reg(int(params[0])), g.r.args[buffer])
			buffer++
		case ir.ArgThreadgroup:
			fill(g.reg(int(params[0])), pointer(local))
			local++
		default:
			for lane := range g.p.n {
				v := g.r.geo.builtin(a.Builtin, &g.p, lane)
				for k := range a.N {
					g.reg(int(params[k]))[lane] = uint64(v[k]) & a.Scalar.Mask()
				}
			}
			params = params[a.N-1:]
		}
		params = params[1:]
	}
}

func fill(d []uint64, v uint64) {
	for i := range d {
		d[i] = v
	}
}

// reg returns the lanes of a register of the current frame.
func (g *group) reg(r int) []uint64 {
	at := (g.base + r) * g.stride
	return g.regs[at : at+g.stride]
}

// enter makes a frame for a call of f; ret is where its results go. It
// reports false if there is no room for it.
func (g *group) enter(f *function, ret int) bool {
	base, n := g.fn.base+g.fn.regs, len(f.src.Regs)
	if g.fn.depth >= ir.MaxCalls || g.fn.depth > 0 && ((base+n)*g.stride > g.limit || g.stack.top+f.private*g.stride > exec.MaxPrivate) {
		return false
	}
	if need := (base + n) * g.stride; need > len(g.regs) {
		g.regs = append(g.regs, make([]uint64, max(need-len(g.regs), len(g.regs)))...)
	}
	clear(g.regs[base*g.stride : (base+n)*g.stride])
	g.level++
	g.fn = frame{level: g.level, depth: g.fn.depth + 1, base: base, private: len(g.allocs), regs: n, ret: ret}
	g.base = base
	for _, s := range f.src.Private {
		data := g.stack.push(s.Size * g.stride)
		poison(data)
		g.allocs = append(g.allocs, alloc{data: data, size: int64(s.Size), stride: int64(s.Size), name: cmp.Or(s.Name, "a temporary"), layout: s.Layout})
	}
	for _, h := range g.r.hooks {
		h.entered(g)
	}
	return true
}

// exit returns to the caller's frame.
func (g *group) exit(caller frame) {
	for range len(g.allocs) - g.fn.private {
		g.stack.pop()
	}
	g.allocs = g.allocs[:g.fn.private]
	g.level = g.fn.level - 1
	g.fn, g.base = caller, caller.base
}

// block executes b for the lanes of act and returns how many of them are
// still awake at its end.
func (g *group) block(b []inst, act []int32) int {
	mark := len(g.scratch)
	own := false // act is this block's to change
	for i := range b {
		if len(act) == 0 {
			break
		}
		in := &b[i]
		g.steps += int64(len(act))
		for _, h := range g.r.hooks {
			h.before(g, in, act)
		}
		if in.exec != nil {
			in.exec(g, in, act)
			continue
		}
		switch g.control(in, act) {
		case len(act):
		case 0:
			act = nil
		default:
			if !own {
				act, own = g.push(act), true
			}
			act = g.filter(act)
		}
	}
	g.scratch = g.scratch[:mark]
	return len(act)
}

// push copies a list of lanes to the scratch stack.
func (g *group) push(act []int32) []int32 {
	at := len(g.scratch)
	g.scratch = append(g.scratch, act...)
	return g.scratch[at:len(g.scratch):len(g.scratch)]
}

// filter keeps the lanes that are awake, in place.
func (g *group) filter(act []int32) []int32 {
	n := 0
	for _, i := range act {
		if g.leave[i] == awake {
			act[n] = i
			n++
		}
	}
	return act[:n]
}

// wake wakes the lanes that sleep until mark and returns how many lanes of
// act are awake then.
func (g *group) wake(act []int32, mark int32) int {
	n := 0
	for _, i := range act {
		if g.leave[i] == mark {
			g.leave[i] = awake
		}
		if g.leave[i] == awake {
			n++
		}
	}
	return n
}

func (g *group) sleep(act []int32, mark int32) int {
	for _, i := range act {
		g.leave[i] = mark
	}
	return 0
}

// control executes an instruction that may put lanes to sleep; it returns how
// many of act are awake after it.
func (g *group) control(in *inst, act []int32) int {
	switch in.Op {
	case ir.If:
		return g.cond(in, act)
	case ir.Loop:
		return g.loop(in, act)
	case ir.Scope:
		g.level++
		n := g.block(in.body, act)
		if n < len(act) {
			n = g.wake(act, 2*g.level)
		}
		g.level--
		return n
	case ir.Break:
		return g.sleep(act, 2*(g.level-int32(in.Imm)))
	case ir.Continue:
		return g.sleep(act, 2*(g.level-int32(in.Imm))+1)
	case ir.Call:
		return g.call(in, act)
	case ir.Overflow:
		return g.overflow(in, act, fmt.Sprintf("more than %d calls are in progress", ir.MaxCalls))
	}
	return g.ret(in, act) // Return and Unreachable
}

func (g *group) cond(in *inst, act []int32) int {
	c := g.reg(in.a)
	n := 0
	for _, i := range act {
		n += int(c[i])
	}
	switch n {
	case len(act):
		return g.block(in.body, act)
	case 0:
		return g.block(in.els, act)
	}
	mark := len(g.scratch)
	yes := g.push(act)
	no := g.push(act)
	y, n := 0, 0
	for _, i := range act {
		if c[i] != 0 {
			yes[y] = i
			y++
		} else {
			no[n] = i
			n++
		}
	}
	y = g.block(in.body, yes[:y])
	n = g.block(in.els, no[:n])
	g.scratch = g.scratch[:mark]
	return y + n
}

func (g *group) loop(in *inst, act []int32) int {
	g.level++
	mark := len(g.scratch)
	cur := g.push(act)
	for len(cur) > 0 && !g.exhausted(in, cur) {
		if n := g.block(in.body, cur); n < len(cur) {
			g.wake(cur, 2*g.level+1)
			cur = g.filter(cur)
		}
		if n := g.block(in.els, cur); n < len(cur) {
			cur = g.filter(cur)
		}
	}
	g.scratch = g.scratch[:mark]
	n := g.wake(act, 2*g.level)
	g.level--
	return n
}

// exhausted looks at the budget and at the context; if either is over it puts
// the lanes to sleep for good.
func (g *group) exhausted(in *inst, act []int32) bool {
	g.steps++
	if g.steps < g.nextPoll {
		return false
	}
	g.nextPoll = g.steps + pollSteps
	if g.steps >= g.r.budget {
		g.find(exec.EndlessLoop, in, int(act[0]), nil, "the threadgroup has executed %d instructions and is still running", g.r.budget)
		g.r.endAt(g.p.index)
	}
	if g.p.index >= g.r.end.Load() || g.r.ctx.Err() != nil {
		g.sleep(act, 0)
		return true
	}
	return false
}

func (g *group) call(in *inst, act []int32) int {
	if g.exhausted(in, act) {
		return 0
	}
	caller, f := g.fn, in.fn
	ret := -1
	if in.dst >= 0 {
		ret = caller.base + in.dst
	}
	if !g.enter(f, ret) {
		why := fmt.Sprintf("more than %d calls are in progress", ir.MaxCalls)
		if g.fn.depth < ir.MaxCalls {
			why = "the variables of the calls in progress leave no memory for more"
		}
		return g.overflow(in, act, why+" at the call of "+f.src.Name)
	}
	for k, r := range in.Args {
		from := g.regs[(caller.base+int(r))*g.stride:][:g.stride]
		to := g.reg(int(f.src.Params[k]))
		for _, i := range act {
			to[i] = from[i]
		}
	}
	for k := range f.src.Results {
		if ret >= 0 {
			to := g.regs[(ret+k)*g.stride:][:g.stride]
			for _, i := range act {
				to[i] = 0
			}
		}
	}
	n := g.block(f.body, act)
	if n < len(act) {
		n = g.wake(act, 2*g.fn.level)
	}
	g.exit(caller)
	return n
}

// overflow ends the launch when one call too many is made.
func (g *group) overflow(in *inst, act []int32, why string) int {
	g.find(exec.StackOverflow, in, int(act[0]), nil, "%s", why)
	g.r.endAt(g.p.index)
	return g.sleep(act, 0)
}

func (g *group) ret(in *inst, act []int32) int {
	if g.fn.depth == 1 {
		g.ended += len(act)
	}
	if g.fn.ret >= 0 {
		for k, r := range in.Args {
			from, to := g.reg(int(r)), g.regs[(g.fn.ret+k)*g.stride:][:g.stride]
			for _, i := range act {
				to[i] = from[i]
			}
		}
	}
	return g.sleep(act, 2*g.fn.level)
}
