package ir

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// machine is a function that does what calls of others, which call each other, come
// to. It is a loop over the pieces of these functions between calls, its states. A
// thread is in one of them, and leaves it by naming the next:
//
//	loop {
//		if state == 1 { … }
//		if state == 2 { … }
//	}
//
// A call keeps the state after it on a stack, and what its function still needs, if that
// may be called meanwhile.
type machine struct {
	p     *Program
	f     *Func // that it becomes
	parts map[uint64]*part
	list  []*part // of them, the one that is called first

	states []placed
	last   uint64 // state that has a number
	used   map[uint64]bool
	cur    *Block // where instructions go
	pos    diag.Pos

	calls   int // how many a thread may have in it at once
	size    int // bytes of the private memory of a call, which slot 0 has,
	frame   int // and of what the stack keeps of one
	stride  int // from one call to the next in both
	origins []origin
	from    []uint64    // by register, the origins that a pointer may have, bit by bit
	which   map[Reg]Reg // which of them it is, by pointer: see number

	state Reg
	at    Reg    // stride times the calls in progress
	stack uint64 // private slot
	back  uint64 // the state that returns
}

// placed is a state with its place in the loop.
type placed struct {
	state uint64
	body  *Block
}

// exit is where a Break and a Continue of a construct that holds calls go.
type exit struct{ brk, cont uint64 }

// newMachine makes the function for calls of one, of which a thread may have so many in
// it at once.
func newMachine(p *Program, start uint64, calls int) (*Func, error) {
	first := p.Funcs[start]
	m := &machine{p: p, f: &Func{Name: first.Name, Results: first.Results, Pos: first.Pos}, parts: map[uint64]*part{}, used: map[uint64]bool{}, calls: calls, pos: first.Pos}
	if err := m.analyze(start); err != nil {
		return nil, err
	}
	m.layout()
	m.state, m.at = m.f.newReg(Type{Kind: U32}, ""), m.f.newReg(Type{Kind: I64}, "")
	m.back = m.newState()
	for _, g := range m.list {
		g.entry = m.newState()
	}
	for _, g := range m.list {
		m.function(g)
	}
	m.returns()

	m.cur, m.pos = &m.f.Body, first.Pos
	g := m.list[0]
	for i, r := range first.Params {
		if g.given[r] == NoReg {
			m.assign(g.base+r, m.f.Params[i])
		}
	}
	m.set(m.at, 0)
	m.goTo(g.entry)
	nest := &Nest{}
	m.emit(Instr{Op: Loop, Dst: NoReg, Nest: nest})
	m.cur = &nest.Body
	m.loop()
	m.cur, m.pos = &m.f.Body, first.Pos
	ret := Instr{Op: Return, Dst: NoReg}
	for k := range first.Results {
		ret.Args = append(ret.Args, g.results+Reg(k))
	}
	m.emit(ret)
	return m.f, nil
}

// loop emits a round through the states.
func (m *machine) loop() {
	m.pos = m.f.Pos
	for _, s := range m.states {
		if !m.used[s.state] {
			continue
		}
		here := m.op(Eq, U32, Bool, m.state, m.constant(U32, s.state))
		inner := *s.body
		if s.state != m.back {
			inner = Block{{Op: Scope, Dst: NoReg, Nest: &Nest{Body: inner}, Pos: m.pos}}
		}
		m.emit(Instr{Op: If, Dst: NoReg, Args: []Reg{here}, Nest: &Nest{Body: inner}})
	}
}

// layout makes the stack: of each call the state after it in the first word, and
// what is kept behind, the small first.
func (m *machine) layout() {
	m.frame = 8
	for _, g := range m.list {
		for _, keep := range g.saved {
			size := func(k kept) int {
				if m.which[g.base+k.reg] != 0 {
					return 16
				}
				return max(4, g.fn.Regs[k.reg].Kind.Size())
			}
			slices.SortStableFunc(keep, func(a, b kept) int { return size(a) - size(b) })
			end := 4
			for i, k := range keep {
				keep[i].at = (end + size(k) - 1) &^ (size(k) - 1)
				end = keep[i].at + size(k)
			}
			m.frame = max(m.frame, (end+7)&^7)
		}
	}
	m.stride = m.frame
	if m.size > 0 {
		m.stride = max(m.frame, m.size)
		align := m.f.Private[0].Align
		m.stride = (m.stride + align - 1) &^ (align - 1)
		m.f.Private[0].Size = m.stride * m.calls
	}
	m.stack = uint64(len(m.f.Private))
	m.f.Private = append(m.f.Private, Slot{Name: "stack", Size: m.stride * (m.calls - 1), Align: 8, Pos: m.f.Pos, Stored: true})
}

func (m *machine) newState() uint64 {
	m.last++
	return m.last
}

// place begins a state.
func (m *machine) place(state uint64) {
	m.cur = new(Block)
	m.states = append(m.states, placed{state, m.cur})
}

func (m *machine) emit(in Instr) {
	in.Pos = m.pos
	*m.cur = append(*m.cur, in)
}

func (m *machine) op(op Op, kind, result Kind, args ...Reg) Reg {
	d := m.f.newReg(Type{Kind: result}, "")
	m.emit(Instr{Op: op, Kind: kind, Dst: d, Args: args})
	return d
}

func (m *machine) constant(k Kind, v uint64) Reg {
	d := m.f.newReg(Type{Kind: k}, "")
	m.emit(Instr{Op: Const, Kind: k, Dst: d, Imm: v})
	return d
}

func (m *machine) move(dst, src Reg) {
	m.emit(Instr{Op: Mov, Kind: m.f.Regs[dst].Kind, Dst: dst, Args: []Reg{src}})
}

// assign is move for registers of functions.
func (m *machine) assign(dst, src Reg) {
	m.move(dst, src)
	if w := m.which[dst]; w != 0 {
		m.move(w, m.number(src))
	}
}

// zero assigns zero.
func (m *machine) zero(r Reg) {
	m.set(r, 0)
	if w := m.which[r]; w != 0 {
		m.set(w, m.index(origin{op: Const}))
	}
}

func (m *machine) set(r Reg, v uint64) {
	m.emit(Instr{Op: Const, Kind: m.f.Regs[r].Kind, Dst: r, Imm: v})
}

// goTo names the next state.
func (m *machine) goTo(to uint64) {
	m.used[to] = true
	m.set(m.state, to)
}

// leave goes on in another state; it stands so many constructs deep in its own.
func (m *machine) leave(to uint64, deep int) {
	m.goTo(to)
	m.emit(Instr{Op: Break, Dst: NoReg, Imm: uint64(deep)})
}

func (m *machine) convert(to, from Kind, r Reg) Reg {
	d := m.f.newReg(Type{Kind: to}, "")
	m.emit(Instr{Op: Convert, Kind: to, From: from, Dst: d, Args: []Reg{r}})
	return d
}

// pointer is op for a new pointer.
func (m *machine) pointer(in Instr, t Type) Reg {
	in.Kind, in.Dst = Ptr, m.f.newReg(t, "")
	m.emit(in)
	return in.Dst
}

// slotAt is the address of a slot of the machine, and so many bytes on.
func (m *machine) slotAt(slot uint64, offset Reg) Reg {
	t := Type{Ptr, Thread}
	base := m.pointer(Instr{Op: SlotAddr, Space: Thread, Imm: slot}, t)
	return m.pointer(Instr{Op: PtrAdd, Args: []Reg{base, offset}}, t)
}

// reg is a register of a function in the machine.
func (g *part) reg(r Reg) Reg {
	if g.given[r] != NoReg {
		return g.given[r]
	}
	return g.base + r
}

// use is reg for an operand.
func (m *machine) use(g *part, r Reg) Reg {
	if in := g.address[r]; in != nil {
		m.slot(g, in)
	}
	return g.reg(r)
}

// function emits the states of a function.
func (m *machine) function(g *part) {
	m.pos = g.fn.Pos
	m.place(g.entry)
	g.unset.each(func(r Reg) { m.zero(g.base + r) })
	m.poison(g)
	m.block(g, g.fn.Body, nil)
	if !g.fn.Body.ends() {
		m.ret(g, nil, 0)
	}
}

// ret returns values, zeros if there are none.
func (m *machine) ret(g *part, values []Reg, deep int) {
	for k := range g.fn.Results {
		if values == nil {
			m.zero(g.results + Reg(k))
		} else {
			m.assign(g.results+Reg(k), m.use(g, values[k]))
		}
	}
	m.leave(m.back, deep)
}

// returns emits the state that goes back to the caller.
func (m *machine) returns() {
	m.pos = m.f.Pos
	m.place(m.back)
	done := m.op(Eq, I64, Bool, m.at, m.constant(I64, 0))
	m.emit(Instr{Op: If, Dst: NoReg, Args: []Reg{done}, Nest: &Nest{Body: Block{{Op: Break, Dst: NoReg, Pos: m.pos}}}})
	m.emit(Instr{Op: Sub, Kind: I64, Dst: m.at, Args: []Reg{m.at, m.constant(I64, uint64(m.stride))}})
	m.emit(Instr{Op: Load, Kind: U32, Space: Thread, Flags: Inside, Dst: m.state, Args: []Reg{m.top()}})
}

// top is where the stack has the call in progress.
func (m *machine) top() Reg { return m.slotAt(m.stack, m.at) }

// block emits a block, whose constructs that hold calls are taken apart.
func (m *machine) block(g *part, b Block, exits []exit) {
	for i := range b {
		in := &b[i]
		switch holds := in.Op == Call || in.Body().callsAny() || in.Else().callsAny(); {
		case !holds:
			m.plain(g, b[i:i+1], exits, 0)
		case in.Op == Call:
			m.call(g, in)
		case in.Op == If:
			join, nest, own := m.newState(), &Nest{}, m.cur
			m.pos = in.Pos
			m.emit(Instr{Op: If, Dst: NoReg, Args: []Reg{g.reg(in.Args[0])}, Nest: nest})
			for k, arm := range []Block{in.Nest.Body, in.Nest.Else} {
				first := [...]*Block{&nest.Body, &nest.Else}[k]
				m.cur = first
				m.inner(g, arm, exits, join)
			}
			m.cur = own
			m.place(join)
		case in.Op == Scope:
			end := m.newState()
			m.inner(g, in.Nest.Body, append(exits[:len(exits):len(exits)], exit{brk: end}), end)
			m.place(end)
		default: // Loop
			head, next, end := m.newState(), m.newState(), m.newState()
			inside := append(exits[:len(exits):len(exits)], exit{end, next})
			m.leave(head, 0)
			m.place(head)
			m.inner(g, in.Nest.Body, inside, next)
			m.place(next)
			m.inner(g, in.Nest.Else, inside, head)
			m.place(end)
		}
	}
}

// inner emits a block in a construct, and what its end goes on to.
func (m *machine) inner(g *part, b Block, exits []exit, end uint64) {
	m.block(g, b, exits)
	if !b.ends() {
		m.leave(end, 0)
	}
}

// plain emits a block without calls that is so many constructs deep in its state.
func (m *machine) plain(g *part, b Block, exits []exit, deep int) {
	for i := range b {
		in := b[i]
		m.pos = in.Pos
		switch in.Op {
		case Return:
			m.ret(g, in.Args, deep)
			continue
		case Unreachable:
			m.ret(g, nil, deep)
			continue
		case Break, Continue:
			if out := int(in.Imm) - deep; out >= 0 {
				to := exits[len(exits)-1-out]
				m.leave(map[Op]uint64{Break: to.brk, Continue: to.cont}[in.Op], deep)
				continue
			}
		case SlotAddr:
			if in.Space == Thread {
				if g.address[in.Dst] == nil {
					m.slot(g, &in)
				}
				continue
			}
		}
		args := in.Args
		in.Args = make([]Reg, len(args))
		for k, r := range args {
			in.Args[k] = m.checked(g, &b[i], k, m.use(g, r))
		}
		if in.Dst != NoReg {
			in.Dst += g.base
		}
		inner := deep
		if in.Op == Loop || in.Op == Scope {
			inner++
		}
		own := m.cur
		in.MapBlocks(func(b Block) (out Block) {
			m.cur = &out
			m.plain(g, b, exits, inner)
			return out
		})
		m.cur, m.pos = own, in.Pos
		m.emit(in)
		m.follow(g, &b[i])
	}
}

// inCall is where a slot of the call in progress begins.
func (m *machine) inCall(slot int) Reg {
	return m.op(Add, I64, I64, m.at, m.constant(I64, uint64(slot)))
}

// slot emits the address of private memory of a call.
func (m *machine) slot(g *part, in *Instr) {
	start := m.inCall(g.slots[in.Imm])
	dst := g.base + in.Dst
	m.move(dst, m.slotAt(0, start))
	m.own(dst, start, g.fn.Private[in.Imm].Size)
}

// call keeps what is needed afterwards, goes to the function and begins the state
// after it.
func (m *machine) call(g *part, in *Instr) {
	h, next, keep := m.parts[in.Imm], m.newState(), g.saved[in]
	m.pos = in.Pos
	full := m.op(Le, I64, Bool, m.constant(I64, uint64(m.stride*(m.calls-1))), m.at)
	m.emit(Instr{Op: If, Dst: NoReg, Args: []Reg{full}, Nest: &Nest{Body: Block{{Op: Overflow, Dst: NoReg, Pos: in.Pos}}}})
	top := m.top()
	m.used[next] = true
	m.emit(Instr{Op: Store, Kind: U32, Space: Thread, Flags: Inside, Dst: NoReg, Args: []Reg{top, m.constant(U32, next)}})
	for _, k := range keep {
		m.keep(g.base+k.reg, k.at, top)
	}
	m.pass(g, h, in.Args)
	m.emit(Instr{Op: Add, Kind: I64, Dst: m.at, Args: []Reg{m.at, m.constant(I64, uint64(m.stride))}})
	m.leave(h.entry, 0)

	m.place(next)
	if len(keep) > 0 {
		top = m.top()
	}
	for _, k := range keep {
		m.restore(g.base+k.reg, k.at, top)
	}
	if in.Dst != NoReg {
		for k := range h.fn.Results {
			m.assign(g.base+in.Dst+Reg(k), h.results+Reg(k))
		}
	}
}

// pass assigns arguments to parameters, all at once.
func (m *machine) pass(g, h *part, args []Reg) {
	var to, from []Reg
	for i, r := range h.fn.Params {
		a := m.use(g, args[i])
		if h.given[r] != NoReg || h.base+r == a {
			continue
		}
		to, from = append(to, h.base+r), append(from, a)
		if w := m.which[h.base+r]; w != 0 {
			to, from = append(to, w), append(from, m.number(a))
		}
	}
	if g == h {
		for i, r := range from {
			from[i] = m.f.newReg(m.f.Regs[r], "")
			m.move(from[i], r)
		}
	}
	for i, r := range to {
		m.move(r, from[i])
	}
}
