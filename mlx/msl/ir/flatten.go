package ir

import (
	"errors"
	"fmt"
	"slices"
)

// MaxCalls is how many calls a thread may have in progress, the kernel among them.
const MaxCalls = 64

// maxCopies is how much of a kernel may be loops of its calls, in instructions. Of more,
// the kernel becomes part of one loop, if threads do not meet in it: that takes up to twice
// the time, as it leaves its registers at every call, but each function is there once.
// Tests lower it.
var maxCopies = 2_000

// maxShrunk is to what part of it a loop of calls shrinks at most.
const maxShrunk = 8

// Flatten returns a program of one entry whose kernel calls nothing, p if that is so, for
// executors that have no call stack: what is left of its calls in an optimized program,
// recursion and large functions, becomes a loop over a stack in private memory. It gives the same
// results and ends with Overflow where one call too many would.
//
// Threads that call from different places go through the same call together then, so
// that functions in which threads meet are an error, and what is too large to inline.
// So is a kernel that becomes part of a loop which does not fit: that is asked
// of the loop before it is optimized, as that takes long.
func Flatten(p *Program, e *Entry, fits func(Block) bool) (*Program, error) {
	if !p.Funcs[e.Func].Body.callsAny() {
		return p, nil
	}
	out, err := flatten(p.Only(e), fits)
	if err == nil || err == errSize {
		return out, err
	}
	// Functions whose calls were only left as they are large can be inlined.
	out, failed := optimize(p.Only(e), p.room(), true, func(string, *Program) {})
	if failed != nil || out.Funcs[out.Entries[0].Func].Body.callsAny() {
		return nil, err
	}
	return out, nil
}

var errSize = errors.New("a kernel of this size")

// flatten is Flatten for a program of one entry, which it changes.
func flatten(out *Program, fits func(Block) bool) (*Program, error) {
	kernel := out.Entries[0].Func
	body := &out.Funcs[kernel].Body
	machines, first := map[uint64]uint64{}, len(out.Funcs) // by function
	var failed error
	body.Walk(func(in *Instr) {
		if in.Op != Call || failed != nil || machines[in.Imm] != 0 {
			return
		}
		var f *Func
		if f, failed = newMachine(out, in.Imm, MaxCalls-1); failed == nil {
			machines[in.Imm], out.Funcs = uint64(len(out.Funcs)), append(out.Funcs, f)
		}
	})
	if failed != nil {
		return nil, failed
	}
	copies := func() (n int) {
		body.Walk(func(in *Instr) {
			if in.Op == Call {
				n += out.Funcs[machines[in.Imm]].Body.size()
			}
		})
		return n
	}
	var loop *Func // of the kernel and its calls
	many := copies() > maxShrunk*maxCopies
	if many {
		loop, _ = newMachine(out, uint64(kernel), MaxCalls)
	}
	if loop == nil {
		s := simplifier{p: out, room: new(int)}
		for _, f := range out.Funcs[first:] {
			s.simplify(f)
			eliminateDead(out, f)
		}
		if !many && copies() > maxCopies {
			loop, _ = newMachine(out, uint64(kernel), MaxCalls)
		}
	}
	if loop != nil {
		if !fits(loop.Body) {
			return nil, errSize
		}
		out.Funcs[kernel] = loop
		return optimize(out, 0, true, func(string, *Program) {}) // what gains by unrolling has been
	}
	body.Walk(func(in *Instr) {
		if in.Op == Call {
			in.Imm = machines[in.Imm]
		}
	})
	room := maxGrown
	in := inliner{p: out, f: out.Funcs[kernel], ok: func(int) bool { return true }, size: body.size(), room: &room, slots: map[*Func]uint64{}}
	*body = in.block(*body, 0)
	if body.callsAny() {
		return nil, errors.New("functions that are too large to inline")
	}
	return Optimize(out)
}

// callsAny reports whether there is a call in b.
func (b Block) callsAny() bool {
	found := false
	b.Walk(func(in *Instr) { found = found || in.Op == Call })
	return found
}

// part is a function as part of a machine.
type part struct {
	fn      *Func
	base    Reg               // what its registers are counted from there
	entry   uint64            // the state in which it begins
	results Reg               // the first of what it returned last
	slots   []int             // where its private slots lie in those of a call
	unset   regset            // registers that every call reads as 0
	saved   map[*Instr][]kept // by call
	depth   int               // see deepest, 0 if that is not known yet
	// given is, by register, the parameter of the machine that it is in every
	// call, NoReg if none; fixed are those that are the same in all calls.
	given []Reg
	fixed []bool
	// address is the one instruction that assigns a register the address of private
	// memory, by register: it is found again where it is used.
	address map[Reg]*Instr
}

// kept is a register that is needed after a call, and where the stack has it.
type kept struct {
	reg Reg
	at  int // bytes
}

// analyze finds the functions that a call of one reaches and what their calls have to
// keep.
func (m *machine) analyze(start uint64) error {
	if err := m.reach(start); err != nil {
		return err
	}
	first := m.list[0]
	for i, r := range first.fn.Params {
		m.f.Params = append(m.f.Params, m.f.newReg(first.fn.Regs[r], first.fn.name(r)))
		first.given[r] = m.f.Params[i]
	}
	own := Slot{Name: "calls", Align: 1, Pos: first.fn.Pos, Stored: true}
	for _, g := range m.list {
		g.base = Reg(len(m.f.Regs))
		for r, t := range g.fn.Regs {
			m.f.newReg(t, g.fn.name(Reg(r)))
		}
		g.results = Reg(len(m.f.Regs))
		for _, t := range g.fn.Results {
			m.f.newReg(t, "")
		}
		end := 0
		for _, s := range g.fn.Private {
			align := max(s.Align, 4)
			at := (end + align - 1) &^ (align - 1)
			g.slots, end = append(g.slots, at), at+s.room()
			own.Align = max(own.Align, align)
		}
		m.size = max(m.size, end)
	}
	if m.size > 0 {
		m.size = (m.size + own.Align - 1) &^ (own.Align - 1)
		m.f.Private = append(m.f.Private, own)
	}
	m.findGiven()
	for _, g := range m.list {
		m.findFixed(g)
	}
	m.findOrigins()
	if err := m.seen(); err != nil {
		return err
	}
	if !slices.ContainsFunc(m.list, m.repeats) {
		m.calls = min(m.calls, max(2, m.deepest(first)))
	}
	for _, g := range m.list {
		if !m.repeats(g) {
			continue // what it has stays where it is
		}
		l := liveness{p: m.p, live: newRegset(len(g.fn.Regs)), called: func(in *Instr, after regset) {
			var keep []kept
			after = after.clone()
			for k := range in.Results(m.p) {
				after.remove(in.Dst + Reg(k))
			}
			after.each(func(r Reg) {
				if !g.fixed[r] && g.given[r] == NoReg {
					keep = append(keep, kept{reg: r})
				}
			})
			g.saved[in] = keep
		}}
		l.block(&g.fn.Body)
	}
	return nil
}

// repeats reports whether a function may be called while a call of it is in progress.
func (m *machine) repeats(g *part) bool {
	seen := map[*part]bool{}
	var reaches func(h *part) bool
	reaches = func(h *part) (found bool) {
		if seen[h] {
			return false
		}
		seen[h] = true
		h.fn.Body.Walk(func(in *Instr) {
			found = found || in.Op == Call && (m.parts[in.Imm] == g || reaches(m.parts[in.Imm]))
		})
		return found
	}
	return reaches(g)
}

// deepest is how many calls are in progress at most, that of a function among them, if
// none repeats.
func (m *machine) deepest(g *part) int {
	if g.depth == 0 {
		g.fn.Body.Walk(func(in *Instr) {
			if in.Op == Call {
				g.depth = max(g.depth, m.deepest(m.parts[in.Imm]))
			}
		})
		g.depth++
	}
	return g.depth
}

// reach adds a function, and what it calls, to the machine.
func (m *machine) reach(i uint64) error {
	if m.parts[i] != nil {
		return nil
	}
	f := m.p.Funcs[i]
	g := &part{fn: f, saved: map[*Instr][]kept{}, unset: liveAtEntry(m.p, f), given: make([]Reg, len(f.Regs)), address: map[Reg]*Instr{},
		fixed: make([]bool, len(f.Regs))}
	for r := range g.given {
		g.given[r] = NoReg
	}
	for _, r := range f.Params {
		g.unset.remove(r)
	}
	m.parts[i], m.list = g, append(m.list, g)
	if len(f.Threadgroup) > 0 {
		return fmt.Errorf("threadgroup memory of a function, %s", f.Name)
	}
	var failed error
	f.Body.Walk(func(in *Instr) {
		switch {
		case failed != nil:
		case in.Op == Call:
			failed = m.reach(in.Imm)
		case in.meets():
			failed = fmt.Errorf("recursion in which threads meet, %s", f.Name)
		}
	})
	return failed
}

// findGiven finds the parameters that are the machine's in every call: those that all
// calls pass on as they are.
func (m *machine) findGiven() {
	for _, g := range m.list[1:] { // those of which no call says something else yet
		for _, r := range g.fn.Params {
			g.given[r] = anyParam
		}
	}
	for changed := true; changed; {
		changed = false
		drop := func(g *part, r Reg) {
			if g.given[r] != NoReg {
				g.given[r], changed = NoReg, true
			}
		}
		for _, g := range m.list {
			for r, n := range g.fn.assigned(m.p) {
				if n > 1 {
					drop(g, Reg(r))
				}
			}
			g.fn.Body.Walk(func(in *Instr) {
				if in.Op != Call {
					return
				}
				h := m.parts[in.Imm]
				for i, r := range h.fn.Params {
					switch from := g.given[in.Args[i]]; {
					case from == h.given[r] || from == anyParam:
					case h.given[r] == anyParam:
						h.given[r], changed = from, true
					default:
						drop(h, r)
					}
				}
			})
		}
	}
}

// anyParam stands for a parameter that is given, of which it is not known yet what.
const anyParam = NoReg - 1

// findFixed finds the registers that have the same value whenever they are assigned.
func (m *machine) findFixed(g *part) {
	count := g.fn.assigned(m.p)
	for changed := true; changed; {
		changed = false
		g.fn.Body.Walk(func(in *Instr) {
			if in.Dst == NoReg || g.fixed[in.Dst] || count[in.Dst] != 1 || g.unset.has(in.Dst) || !in.Op.pure() || in.Results(m.p) != 1 {
				return
			}
			if in.Op == SlotAddr && in.Space == Thread {
				g.address[in.Dst] = in
			}
			for _, r := range in.Args {
				if !g.fixed[r] && g.given[r] == NoReg || g.address[r] != nil {
					return
				}
			}
			g.fixed[in.Dst], changed = true, true
		})
	}
}
