package ir

import "slices"

// Accesses finds where in their memory the loads, stores and atomics of a
// function may be, for any active thread and any contents of memory: by
// instruction, the range of the first byte's offset, which is that of all
// numbers where nothing is known. Of divisions of integers it holds the range of
// the dividend. What it does not hold is never reached; it is nil for functions
// that take too long. params bounds the function's parameters; constant gives the
// bits of a scalar of memory that no thread writes, if it knows them.
//
// It runs the function on intervals. Conditions narrow what they compare in
// the blocks that they guard; a loop is repeated until its head covers every
// iteration.
func (f *Func) Accesses(params map[Reg]Range, constant func(ptr Reg, offset int64, k Kind) (bits uint64, ok bool)) map[*Instr]Range {
	return f.accesses(params, constant, nil)
}

// AccessesOfAll is Accesses for all threads, also those that conditions keep from
// making them, but for the Ifs that holds names: where they would be. It knows nothing of
// those in loops.
func (f *Func) AccessesOfAll(params map[Reg]Range, constant func(ptr Reg, offset int64, k Kind) (bits uint64, ok bool), holds func(*Instr) bool) map[*Instr]Range {
	return f.accesses(params, constant, holds)
}

func (f *Func) accesses(params map[Reg]Range, constant func(ptr Reg, offset int64, k Kind) (bits uint64, ok bool), holds func(*Instr) bool) map[*Instr]Range {
	n, def := len(f.Regs), f.soleDefinitions()
	a := &ranger{f: f, constant: constant, env: make([]Range, n), def: def, since: make([]int, n), fresh: make([]int, n), out: map[*Instr]Range{}, zeros: f.zeros(def), sums: f.bending(def), left: maxRangeSteps, holds: holds}
	for _, r := range f.Params {
		a.env[r] = rangeOf(f.Regs[r].Kind)
	}
	for r, b := range params {
		a.env[r] = b
	}
	a.block(f.Body)
	if a.left <= 0 {
		return nil
	}
	return a.out
}

// maxRangeSteps bounds the instructions that an analysis looks at.
const maxRangeSteps = 1 << 18

type ranger struct {
	f        *Func
	constant func(Reg, int64, Kind) (uint64, bool)
	env      []Range
	def      []*Instr // of registers with one definition, by a pure operation
	since    []int    // when a register was assigned last
	fresh    []int    // when its definition ran, if what that gave is what it holds
	now      int
	trail    []change // what env held before
	orders   []order  // conditions in force: a >= b
	nest     []*exits
	out      map[*Instr]Range
	zeros    []uint8      // low bits that are zero, by register
	sums     []bool       // of which bend may tell more
	bents    map[Reg]bent // what it has found numbers to be made of,
	steps    int          // in so many steps
	left     int
	holds    func(*Instr) bool // the Ifs whose conditions tell something; nil for all
	seen     regmap[struct{}]
	at       regmap[int] // where a state has a register
}

type change struct {
	r        Reg
	was      Range
	assigned bool
}

type order struct {
	a, b Reg
	by   int64 // a - b is at least this
	at   int   // when it became known
}

// exits collects the states in which a Loop or Scope is left or repeated.
type exits struct {
	mark      int // of the trail, at its beginning
	brk, cont state
}

// state is how env differs from that at a mark, each register once; nil if nothing
// gets there.
type state []bound

type bound struct {
	r Reg
	v Range
}

// soleDefinitions returns by register the pure operation that assigns it, if
// nothing else does.
func (f *Func) soleDefinitions() []*Instr {
	count, def := make([]int, len(f.Regs)), make([]*Instr, len(f.Regs))
	for _, r := range f.Params {
		count[r]++
	}
	f.Body.Walk(func(in *Instr) {
		n := in.scalars()
		for k := range n {
			count[in.Dst+Reg(k)]++
		}
		if n == 1 && in.Op.pure() {
			def[in.Dst] = in
		}
	})
	for r, n := range count {
		if n != 1 {
			def[r] = nil
		}
	}
	return def
}

// scalars is the number of registers that an instruction other than a call
// assigns.
func (in *Instr) scalars() int {
	switch {
	case in.Dst == NoReg:
		return 0
	case in.Op == Load || in.Op == FuncConst:
		return in.Run()
	case in.Op == Frexp || in.Op == MatrixLoad || in.Op == MatrixMMA:
		return 2
	}
	return 1
}

// set gives a register a new value; narrow only learns more about it.
func (a *ranger) set(r Reg, v Range) {
	a.now++
	a.since[r] = a.now
	a.put(r, v, true)
}

func (a *ranger) narrow(r Reg, v Range) {
	if v = a.env[r].within(v); v != a.env[r] {
		a.put(r, v.multiples(a.zeros[r]), false)
	}
}

func (a *ranger) put(r Reg, v Range, assigned bool) {
	a.trail = append(a.trail, change{r, a.env[r], assigned})
	a.env[r] = v
}

// rewind takes env back to a mark.
func (a *ranger) rewind(mark int) {
	for _, c := range slices.Backward(a.trail[mark:]) {
		a.env[c.r] = c.was
		if c.assigned {
			a.fresh[c.r] = -1
		}
	}
	a.trail = a.trail[:mark]
}

// take returns how env differs from that at a mark.
func (a *ranger) take(mark int) state { return a.merge(nil, mark) }

// merge adds the present state to s, both relative to a mark.
func (a *ranger) merge(s state, mark int) state {
	first := s == nil
	had := a.index(s)
	a.seen.reset(len(a.env))
	for _, c := range a.trail[mark:] { // the first of a register says what it was at the mark
		if a.seen.has(c.r) {
			continue
		}
		a.seen.set(c.r, struct{}{})
		switch now := a.env[c.r]; {
		case a.at.has(c.r):
			i := a.at.get(c.r)
			s[i].v = s[i].v.join(now)
		case first:
			s = append(s, bound{c.r, now})
		default:
			s = append(s, bound{c.r, c.was.join(now)})
		}
	}
	for i := range had {
		if !a.seen.has(s[i].r) {
			s[i].v = s[i].v.join(a.env[s[i].r])
		}
	}
	if s == nil {
		s = state{}
	}
	return s
}

// index notes in a.at where the registers of s are, and returns how many.
func (a *ranger) index(s state) int {
	a.at.reset(len(a.env))
	for i, b := range s {
		a.at.set(b.r, i)
	}
	return len(s)
}

// assign makes s the present state, for what happened since then.
func (a *ranger) assign(s state, then int) {
	for _, b := range s {
		if a.since[b.r] > then {
			a.set(b.r, b.v)
		} else {
			a.put(b.r, b.v, false) // only narrowed
		}
	}
}

// block runs a block and reports whether its end is reached.
func (a *ranger) block(b Block) bool {
	for i := range b {
		in := &b[i]
		if a.left--; a.left <= 0 {
			return false
		}
		switch in.Op {
		case If:
			if !a.cond(in) {
				return false
			}
		case Loop:
			if !a.loop(in) {
				return false
			}
		case Scope:
			if !a.scope(in) {
				return false
			}
		case Break, Continue:
			a.jump(in)
			return false
		case Return, Unreachable:
			return false
		default:
			a.instr(in)
		}
	}
	return true
}

// tells narrows what the condition of an If compares, unless that is to tell nothing.
func (a *ranger) tells(in *Instr, holds bool) bool {
	return a.holds != nil && !a.holds(in) || a.assume(in.Args[0], holds, 0)
}

func (a *ranger) cond(in *Instr) bool {
	mark, orders, then := len(a.trail), len(a.orders), a.now
	var s state
	for arm, b := range []Block{in.Body(), in.Else()} {
		if a.tells(in, arm == 0) && a.block(b) {
			s = a.merge(s, mark)
		}
		a.rewind(mark)
		a.orders = a.orders[:orders]
	}
	if s == nil {
		return false
	}
	// Where one arm leaves, the rest runs under the other's condition.
	if in.Body().ends() != in.Else().ends() {
		a.tells(in, in.Else().ends())
	}
	a.assign(s, then)
	return true
}

func (a *ranger) scope(in *Instr) bool {
	x := &exits{mark: len(a.trail)}
	orders, then := len(a.orders), a.now
	a.nest = append(a.nest, x)
	if a.block(in.Body()) {
		x.brk = a.merge(x.brk, x.mark)
	}
	a.nest = a.nest[:len(a.nest)-1]
	a.rewind(x.mark)
	a.orders = a.orders[:orders]
	a.assign(x.brk, then)
	return x.brk != nil
}

// loop repeats the body with a head that grows until it covers what comes
// back, and once more from a head that does not exceed that.
func (a *ranger) loop(in *Instr) bool {
	if a.holds != nil { // nothing bounds how often it runs
		if in.Body().escapes(0) || in.Else().escapes(0) {
			a.left = 0
			return false
		}
		forget := func(in *Instr) {
			for k := range in.scalars() {
				r := in.Dst + Reg(k)
				a.set(r, rangeOf(a.f.Regs[r].Kind))
			}
		}
		in.Body().Walk(forget)
		in.Else().Walk(forget)
		return true
	}
	then := a.now
	var head state
	for round := 0; ; round++ {
		_, back := a.iterate(in, head, then)
		if a.left <= 0 {
			return false
		}
		stable := true
		a.index(head)
		next := make(state, len(back))
		for i, b := range back {
			was, v := a.env[b.r], b.v
			if a.at.has(b.r) {
				was = head[a.at.get(b.r)].v
			}
			v = was.join(v)
			if v != was {
				stable = false
				if round > 2 { // grow to the end at once
					all := rangeOf(a.f.Regs[b.r].Kind)
					if v.Lo < was.Lo {
						v.Lo = all.Lo
					}
					if v.Hi > was.Hi {
						v.Hi = all.Hi
					}
				}
			}
			next[i] = bound{b.r, v}
		}
		if !stable {
			head = next
			continue
		}
		for i, b := range back {
			next[i].v = a.env[b.r].join(b.v)
		}
		brk, _ := a.iterate(in, next, then)
		a.assign(brk, then)
		return brk != nil
	}
}

// iterate runs a loop's body once from a head. It returns the states in which
// the loop is left and repeated.
func (a *ranger) iterate(in *Instr, head state, then int) (brk, back state) {
	x := &exits{mark: len(a.trail)}
	orders := len(a.orders)
	a.nest = append(a.nest, x)
	a.assign(head, then)
	if a.block(in.Body()) {
		x.cont = a.merge(x.cont, x.mark)
	}
	a.rewind(x.mark)
	a.orders = a.orders[:orders]
	if x.cont != nil {
		a.assign(x.cont, then)
		if a.block(in.Else()) {
			back = a.take(x.mark)
		}
	}
	a.nest = a.nest[:len(a.nest)-1]
	a.rewind(x.mark)
	a.orders = a.orders[:orders]
	return x.brk, back
}

func (a *ranger) jump(in *Instr) {
	x := a.nest[len(a.nest)-1-int(in.Imm)]
	if in.Op == Continue {
		x.cont = a.merge(x.cont, x.mark)
	} else {
		x.brk = a.merge(x.brk, x.mark)
	}
}

// instr runs an instruction without blocks.
func (a *ranger) instr(in *Instr) {
	if in.Op == Load || in.Op == Store || in.Op >= AtomicLoad && in.Op <= AtomicXor {
		at := a.again(in.Args[0], 0)
		lo, ok1 := plus(at.Lo, int64(in.Imm))
		hi, ok2 := plus(at.Hi, int64(in.Imm))
		if !at.known() || !ok1 || !ok2 {
			lo, hi = anything.Lo, anything.Hi
		}
		a.out[in] = Range{lo, hi}
	}
	if (in.Op == Div || in.Op == Rem) && in.Kind.IsInt() {
		a.out[in] = a.again(in.Args[0], 0)
	}
	n := in.scalars()
	switch {
	case n == 1 && in.Op.pure() && in.Op != FuncConst:
		a.set(in.Dst, a.value(in, func(r Reg) Range { return a.env[r] }))
		a.fresh[in.Dst] = a.now
		return
	case in.Op == Load && a.constant != nil:
		at, known := a.out[in]
		for k := range n {
			v := rangeOf(in.Kind)
			if known && at.Lo == at.Hi && in.Kind.IsInt() {
				if bits, ok := a.constant(in.Args[0], at.Lo+int64(k*in.Kind.Size()), in.Kind); ok {
					v = constantRange(in.Kind, bits)
				}
			}
			a.set(in.Dst+Reg(k), v)
		}
		return
	}
	for k := range n {
		r := in.Dst + Reg(k)
		a.set(r, rangeOf(a.f.Regs[r].Kind))
	}
}

// again is the range of a register under the conditions in force now, which
// its definition may not have known.
func (a *ranger) again(r Reg, depth int) Range {
	in := a.origin(r)
	if in == nil || depth > 12 {
		return a.env[r]
	}
	a.left--
	return a.env[r].within(a.value(in, func(x Reg) Range { return a.again(x, depth+1) }))
}

// origin is the operation that gave r the value that it holds, from values that
// its operands still hold; nil if that is not known.
func (a *ranger) origin(r Reg) *Instr {
	in := a.def[r]
	if in == nil || a.fresh[r] != a.since[r] {
		return nil
	}
	for _, x := range in.Args {
		if a.since[x] >= a.since[r] { // as its own has
			return nil
		}
	}
	return in
}
