package sema

import (
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// machine executes IR of one thread on constants.
type machine struct {
	c     *checker
	mem   []object // by allocation; pointers are index+1 << 32 | offset
	steps int      // that are left
	given int      // steps at the start
	turns int      // of loops
	depth int
	live  int // bytes of the variables of open calls
	why   string
	at    diag.Pos
	never bool // what stopped is no matter of what is not known
	open  bool // arguments are not known, and calls are not followed
	this  int  // what an open constructor makes, if it is one
	fc    bool
}

type object struct {
	bytes    []byte
	written  []bool // by byte: whether it has a value; nil if all have one
	readOnly bool
	argument bool // that is not known
}

// mframe is a call frame of the machine.
type mframe struct {
	regs  []uint64
	has   []content
	slots []int
	ret   []uint64
}

// content is what a register holds.
type content uint8

const (
	unknown content = iota
	aValue
	noValue // loaded from a variable without one
)

const unknownRead = "read of a value that is not known at compile time"

type flow uint8

// newMachine makes a machine for one evaluation, with what the evaluations
// before it left.
func (c *checker) newMachine() *machine {
	steps := max(min(maxConstexprSteps, maxConstexprWork-c.evaluated), 0)
	return &machine{c: c, steps: steps, given: steps}
}

// close counts the steps of the evaluation.
func (m *machine) close() { m.c.evaluated += m.given - max(m.steps, 0) }

// exhausted stops an evaluation that has taken too many steps.
func (m *machine) exhausted(at diag.Pos) flow {
	if m.given < maxConstexprSteps {
		return m.stop(at, fmt.Sprintf("constexpr evaluations hit the limit of %d steps together", maxConstexprWork))
	}
	return m.stop(at, fmt.Sprintf("constexpr evaluation hit the limit of %d steps", maxConstexprSteps))
}

func (m *machine) fail() {
	m.c.whyNot, m.c.dependsOnFC = m.why, m.fc
	m.c.whyNotAt = diag.Span{Start: m.at, End: m.at + 1}
}

func (m *machine) stop(at diag.Pos, why string) flow {
	if m.why == "" {
		m.why, m.at = why, at
	}
	return flowFail
}

// invalid stops at what is never part of a constant expression.
func (m *machine) invalid(at diag.Pos, why string) flow {
	m.never = m.why == ""
	return m.stop(at, why)
}

// enter executes a scratch function.
func (m *machine) enter(b *Builder) (*mframe, bool) {
	m.c.dependsOnFC = false
	f := m.frame(len(b.regs), b.fn.Private)
	if f == nil {
		return nil, false
	}
	fl, _ := m.block(f, b.consts)
	if fl != flowFail {
		fl, _ = m.block(f, b.code)
	}
	return f, fl != flowFail
}

// frame makes the registers and variables of a call; nil if that takes too much
// memory.
func (m *machine) frame(regs int, slots []ir.Slot) *mframe {
	f := &mframe{regs: make([]uint64, regs), has: make([]content, regs)}
	for _, s := range slots {
		m.steps -= s.Size / 64 // clearing it takes its time
		if m.live += s.Size; m.live > maxConstexprBytes {
			m.stop(s.Pos, fmt.Sprintf("constexpr evaluation takes more than %d MiB", maxConstexprBytes>>20))
			return nil
		}
		m.mem = append(m.mem, object{bytes: make([]byte, s.Size), written: make([]bool, s.Size)})
		f.slots = append(f.slots, len(m.mem)-1)
	}
	return f
}

func (m *machine) block(f *mframe, code ir.Block) (flow, int) {
	for i := range code {
		if fl, depth := m.instr(f, &code[i]); fl != flowNext {
			return fl, depth
		}
	}
	return flowNext, 0
}

func (m *machine) instr(f *mframe, in *ir.Instr) (flow, int) {
	if m.steps--; m.steps < 0 {
		return m.exhausted(in.Pos), 0
	}
	for i, a := range in.Args {
		switch {
		case a < 0 || f.has[a] == aValue || m.open && in.Op == ir.Store && i > 0:
		case f.has[a] == unknown:
			return m.stop(in.Pos, unknownRead), 0
		case in.Op != ir.And && in.Op != ir.Or && (in.Op != ir.Select || i == 0 || (f.regs[in.Args[0]] != 0) == (i == 1)):
			// Else it may be beside a bit-field that is stored, or decide nothing.
			return m.stop(in.Pos, "read of uninitialized object is not allowed in a constant expression"), 0
		}
	}
	arg := func(i int) uint64 { return f.regs[in.Args[i]] }
	give := func(v uint64) (flow, int) {
		f.regs[in.Dst], f.has[in.Dst] = v, aValue
		return flowNext, 0
	}
	switch in.Op {
	case ir.Const:
		return give(in.Imm)
	case ir.Mov:
		return give(arg(0))
	case ir.SlotAddr:
		if in.Space == ir.Threadgroup {
			return m.stop(in.Pos, "threadgroup memory is not constant"), 0
		}
		return give(uint64(f.slots[in.Imm]+1) << 32)
	case ir.ConstAddr:
		m.mem = append(m.mem, object{bytes: m.c.prog.Constants[in.Imm].Bytes, readOnly: true})
		return give(uint64(len(m.mem)) << 32)
	case ir.PtrAdd:
		return give(arg(0) + arg(1))
	case ir.PtrDiff:
		return give(arg(0) - arg(1))
	case ir.Load:
		n := max(int(in.N), 1)
		size := kindSize(in.Kind)
		p := m.bytes(arg(0)+in.Imm, n*size)
		if m.makes(arg(0)) {
			return m.stop(in.Pos, unknownRead), 0
		} else if p == nil {
			return m.invalid(in.Pos, "read of an object that is not constant"), 0
		}
		for i := range n {
			r := int(in.Dst) + i
			f.regs[r], f.has[r] = readBits(p[i*size:], size), aValue
			if slices.Contains(m.written(arg(0)+in.Imm+uint64(i*size), size), false) {
				f.has[r] = noValue
			}
		}
		return flowNext, 0
	case ir.Store:
		size := kindSize(in.Kind)
		for i, r := range in.Args[1:] {
			p := m.bytes(arg(0)+in.Imm+uint64(i*size), size)
			if p == nil && m.makes(arg(0)) {
				return m.stop(in.Pos, unknownRead), 0
			} else if p == nil || m.readOnly(arg(0)) {
				return m.invalid(in.Pos, "write to an object that is not part of the evaluation"), 0
			}
			for j := range size {
				p[j] = byte(f.regs[r] >> (8 * j))
			}
			if o := m.object(arg(0)); f.has[r] == unknown {
				o.argument = true
				continue
			} else if m.open && (o.argument || f.has[r] == noValue) {
				return m.stop(in.Pos, unknownRead), 0
			}
			m.write(arg(0)+in.Imm+uint64(i*size), size)
		}
		return flowNext, 0
	case ir.CopyMem:
		d, s := m.bytes(arg(0), int(in.Imm)), m.bytes(arg(1), int(in.Imm))
		if d == nil || s == nil || m.readOnly(arg(0)) {
			return m.invalid(in.Pos, "copy of an object that is not constant"), 0
		} else if m.open && !m.readOnly(arg(1)) {
			return m.stop(in.Pos, unknownRead), 0 // it is a call, of the class's copy constructor
		}
		copy(d, s)
		m.write(arg(0), len(d))
		copy(m.written(arg(0), len(d)), m.written(arg(1), len(s)))
		return flowNext, 0
	case ir.ZeroMem:
		d := m.bytes(arg(0), int(in.Imm))
		if d == nil || m.readOnly(arg(0)) {
			return m.invalid(in.Pos, "write to an object that is not part of the evaluation"), 0
		}
		clear(d)
		m.write(arg(0), len(d))
		return flowNext, 0
	case ir.If:
		if arg(0) != 0 {
			return m.block(f, in.Body())
		}
		return m.block(f, in.Else())
	case ir.Scope:
		fl, depth := m.block(f, in.Body())
		if fl == flowBreak || fl == flowContinue {
			if depth == 0 && fl == flowBreak {
				return flowNext, 0
			}
			return fl, depth - 1
		}
		return fl, depth
	case ir.Loop:
		return m.loop(f, in)
	case ir.Break:
		return flowBreak, int(in.Imm)
	case ir.Continue:
		return flowContinue, int(in.Imm)
	case ir.Return:
		f.ret = f.ret[:0]
		for i := range in.Args {
			f.ret = append(f.ret, arg(i))
		}
		return flowReturn, 0
	case ir.Call:
		return m.call(f, in)
	case ir.FuncConst:
		m.fc = true
		return m.stop(in.Pos, "function constant is not known at compile time"), 0
	}
	var buf [4]uint64
	args := buf[:0]
	for i := range in.Args {
		args = append(args, arg(i))
	}
	if why := undefinedResult(in, args); why != "" && !(m.c.lenient && (isFloat(in.Kind) || why != byZero)) && !(m.c.wraps && why != byZero) {
		return m.invalid(in.Pos, why), 0
	}
	if v, ok := fold(in, args); ok && len(args) > 0 {
		return give(v)
	}
	if m.c.lenient && len(args) > 0 {
		if v, ok := evaluateMaths(in, args); ok {
			return give(v)
		}
	}
	return m.stop(in.Pos, "subexpression not valid in a constant expression"), 0
}

func (m *machine) loop(f *mframe, in *ir.Instr) (flow, int) {
	for {
		if m.turns++; m.open && m.turns > maxConstexprTurns {
			return m.stop(in.Pos, fmt.Sprintf("constexpr evaluation hit the limit of %d turns of its loops; possible infinite loop?", maxConstexprTurns)), 0
		}
		fl, depth := m.block(f, in.Body())
		if fl == flowNext || fl == flowContinue && depth == 0 {
			fl, depth = m.block(f, in.Else())
		}
		if m.steps--; fl == flowNext && m.steps < 0 {
			fl = m.exhausted(in.Pos)
		}
		switch {
		case fl == flowNext:
		case fl == flowBreak && depth == 0:
			return flowNext, 0
		case fl == flowContinue && depth == 0:
		case fl == flowBreak, fl == flowContinue:
			return fl, depth - 1
		case m.open && m.steps < 0 && in.Endless():
			m.why, m.at, m.never = "nothing leaves this loop", in.Pos, true
			return fl, depth
		default:
			return fl, depth
		}
	}
}

func (m *machine) call(f *mframe, in *ir.Instr) (flow, int) {
	fn := m.c.lowered[in.Imm]
	if i := slices.IndexFunc(m.c.through, func(d through) bool { return d.fn == fn }); i >= 0 {
		return m.callThrough(f, in, &m.c.through[i])
	}
	if !fn.isConstexpr() && !fn.decl.Default && fn.lambda == nil {
		if fn.decl.NamePos.Start >= m.c.user && (fn.ctor || !slices.ContainsFunc(in.Args, func(r ir.Reg) bool { return m.makes(f.regs[r]) })) {
			m.never = m.why == ""
		}
		return m.stop(in.Pos, "non-constexpr function '"+fn.Name+"' cannot be used in a constant expression"), 0
	}
	if m.open {
		return m.stop(in.Pos, unknownRead), 0
	}
	m.c.lower(fn)
	if fn.state != done {
		return m.stop(in.Pos, "function '"+fn.Name+"' is not defined here"), 0
	}
	if m.depth++; m.depth > 256 {
		return m.stop(in.Pos, "constexpr evaluation exceeded maximum depth of 256 calls"), 0
	}
	code := m.c.prog.Funcs[in.Imm]
	g := m.frame(len(code.Regs), code.Private)
	if g == nil {
		return flowFail, 0
	}
	for i, p := range code.Params {
		g.regs[p], g.has[p] = f.regs[in.Args[i]], aValue
	}
	fl, _ := m.block(g, code.Body)
	m.depth--
	for _, i := range g.slots { // its variables are gone
		m.live -= len(m.mem[i].bytes)
		m.mem[i] = object{}
	}
	if fl == flowFail {
		return flowFail, 0
	}
	if in.Dst >= 0 && len(g.ret) == 0 && len(code.Results) > 0 {
		return m.stop(in.Pos, "function '"+fn.Name+"' ends without a value"), 0
	}
	for i, v := range g.ret {
		f.regs[int(in.Dst)+i], f.has[int(in.Dst)+i] = v, aValue
	}
	return flowNext, 0
}

// callThrough calls the function that a pointer points to.
func (m *machine) callThrough(f *mframe, in *ir.Instr, d *through) (flow, int) {
	at := 0 // of the pointer, behind the addresses of the result and of the object
	if r := d.fn.result.T; r != voidType && !r.isRef() && !r.inRegisters() {
		at++
	}
	args := slices.Clone(in.Args)
	if d.fn.method() {
		at++
	}
	p := f.regs[args[at]]
	n := int(uint32(p))
	if n == 0 || n > len(m.c.taken) || !d.calls(m.c, m.c.taken[n-1]) {
		return m.stop(in.Pos, "call through a null pointer to a function"), 0
	}
	regs := len(f.regs)
	if d.fn.method() {
		f.regs, f.has = append(f.regs, f.regs[args[at-1]]+uint64(int64(p)>>memberShift)), append(f.has, aValue)
		args[at-1] = ir.Reg(regs)
	}
	call := *in
	call.Imm, call.Args = uint64(m.c.index(m.c.taken[n-1])), slices.Delete(args, at, at+1)
	fl, depth := m.call(f, &call)
	f.regs, f.has = f.regs[:regs], f.has[:regs]
	return fl, depth
}

// bytes is the memory that a pointer points at; nil outside of any object.
func (m *machine) bytes(p uint64, n int) []byte {
	i, off := int(p>>32)-1, int(int32(uint32(p)))
	if i < 0 || i >= len(m.mem) || off < 0 || off+n > len(m.mem[i].bytes) {
		return nil
	}
	return m.mem[i].bytes[off : off+n]
}

// written says by byte which of the object that a pointer points into have a
// value; nil if all have one.
func (m *machine) written(p uint64, n int) []bool {
	o := m.object(p)
	if o.written == nil {
		return nil
	}
	off := int(uint32(p))
	return o.written[off : off+n]
}

// write notes that bytes have a value now.
func (m *machine) write(p uint64, n int) {
	w := m.written(p, n)
	for i := range w {
		w[i] = true
	}
}

// makes reports a pointer into what an open constructor makes, which clang does not look at.
func (m *machine) makes(p uint64) bool { return m.this > 0 && int(p>>32) == m.this }

func (m *machine) object(p uint64) *object { return &m.mem[int(p>>32)-1] }

func (m *machine) readOnly(p uint64) bool { return m.object(p).readOnly }
