package ir

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Verify checks that p is well formed and marks it as executable: operands
// and results have the types that their operation wants, control transfers
// name an enclosing construct, calls fit their callee's signature and entries
// fit their function. The error joins one error for every fault, up to a
// limit.
func Verify(p *Program) error {
	p.verified = false
	v := verifier{p: p, types: letterTypes}
	for _, f := range p.Funcs {
		v.fn, v.part, v.name, v.regs = f, "func ", f.Name, f.Regs
		if !f.sealed {
			v.function(f)
			continue
		}
		for _, in := range f.outside {
			v.program(in)
		}
		f.Unseal()
	}
	for _, e := range p.Entries {
		v.part, v.name = "entry ", e.Name
		v.entry(e)
	}
	v.part, v.name = "constants", ""
	for i, c := range p.Constants {
		if !powerOfTwo(c.Align) {
			v.fail("constant %d has alignment %d", i, c.Align)
		}
	}
	if err := errors.Join(v.errs...); err != nil {
		return err
	}
	p.verified, p.memo = true, &sync.Map{}
	return nil
}

// Verified reports whether Verify accepted the program.
func (p *Program) Verified() bool { return p.verified }

// Memo returns what build made for key, calling it the first time. Executors
// keep their translation of a verified program there; Verify empties it.
func (p *Program) Memo(key any, build func() any) any {
	if v, ok := p.memo.Load(key); ok {
		return v
	}
	v, _ := p.memo.LoadOrStore(key, build())
	return v
}

// building is what Await makes, once for all who wait for it.
type building struct {
	done     chan struct{} // closed at the end
	value    any
	panicked any
}

// Await is Memo for what takes long: one whose context ends does not wait for it, but
// it is kept. A panic of build reaches who waits, and can be recovered there.
func (p *Program) Await(ctx context.Context, key any, build func() any) (any, error) {
	v, there := p.memo.Load(key)
	if !there {
		v, there = p.memo.LoadOrStore(key, &building{done: make(chan struct{})})
	}
	b := v.(*building)
	if !there {
		go func() {
			defer close(b.done)
			defer func() { b.panicked = recover() }()
			b.value = build()
		}()
	}
	select {
	case <-b.done:
		if b.panicked != nil {
			panic(b.panicked)
		}
		return b.value, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

const maxVerifyErrors = 20

type verifier struct {
	p          *Program // nil in Seal
	outside    []*Instr // for Seal
	fn         *Func
	part, name string       // that is being checked
	nest       []Op         // enclosing Loops and Scopes
	regs       []Type       // of fn
	types      [16]typeBits // that the letters stand for
	errs       []error
}

func (v *verifier) fail(format string, args ...any) {
	if len(v.errs) < maxVerifyErrors {
		v.errs = append(v.errs, fmt.Errorf("ir: %s%s: %s", v.part, v.name, fmt.Sprintf(format, args...)))
	}
}

func powerOfTwo(n int) bool { return n > 0 && n&(n-1) == 0 }

func (v *verifier) function(f *Func) {
	for r, t := range f.Regs {
		if !validType(t) && t != (Type{}) { // a register without a type is unused
			v.fail("register %%%d has type %s", r, t)
		}
	}
	for _, t := range f.Results {
		if !validType(t) {
			v.fail("result of type %s", t)
		}
	}
	for _, r := range f.Params {
		if v.reg(r) && !validType(f.Regs[r]) {
			v.fail("parameter %%%d has type %s", r, f.Regs[r])
		}
	}
	for _, slots := range [][]Slot{f.Private, f.Threadgroup} {
		for _, s := range slots {
			if !powerOfTwo(s.Align) || s.Size < 0 {
				v.fail("slot %s of %d bytes aligned to %d", s.Name, s.Size, s.Align)
			}
		}
	}
	v.block(f.Body)
}

func validType(t Type) bool {
	if t.Space == NoSpace {
		return t.Kind > Void && t.Kind < Ptr
	}
	return t.Kind == Ptr && t.Space <= Thread
}

func (v *verifier) reg(r Reg) bool {
	if r < 0 || int(r) >= len(v.regs) {
		v.fail("no register %%%d", r)
		return false
	}
	return true
}

// want checks that r has type t; a pointer type without a space fits any.
func (v *verifier) want(in *Instr, r Reg, t Type) {
	if uint(r) >= uint(len(v.regs)) || v.regs[r] != t {
		v.differs(in, r, t)
	}
}

func (v *verifier) differs(in *Instr, r Reg, t Type) {
	if !v.reg(r) {
		return
	}
	if have := v.regs[r]; t.Kind != Ptr || t.Space != NoSpace || have.Kind != Ptr {
		v.fail("%s: %%%d is %s, want %s", in.Op, r, have, t)
	}
}

func (v *verifier) block(b Block) {
	for i := range b {
		in := &b[i]
		if in.Op == Invalid || in.Op >= NumOps {
			v.fail("invalid operation %d", in.Op)
			continue
		}
		if v.operands(in) {
			v.special(in)
		}
		switch nests := in.Op >= If && in.Op <= Scope; {
		case nests && in.Nest != nil:
			v.nested(in)
		case nests:
			v.fail("%s has no blocks", in.Op)
		case in.Nest != nil:
			v.fail("%s has blocks", in.Op)
		}
	}
}

func (v *verifier) nested(in *Instr) {
	if in.Op == If {
		v.block(in.Nest.Body)
		v.block(in.Nest.Else)
		return
	}
	v.nest = append(v.nest, in.Op)
	v.block(in.Nest.Body)
	v.nest[len(v.nest)-1] = Scope // the continuing block may break but not continue
	v.block(in.Nest.Else)
	v.nest = v.nest[:len(v.nest)-1]
}

// operands checks kinds and registers; it reports whether Kind and the number
// of operands are right.
func (v *verifier) operands(in *Instr) bool {
	o := &shapes[in.Op]
	if o.kinds>>in.Kind&1 == 0 {
		v.fail("%s on %s", in.Op, in.Kind)
		return false
	}
	v.letters(in)
	if v.fits(in, o) {
		return true
	}
	if l := o.args.letters; l&15 != anyNumber {
		if n := o.args.len(in); len(in.Args) != n {
			v.fail("%s has %d operands, want %d", in.Op, len(in.Args), n)
			return false
		}
		for _, r := range in.Args {
			v.want(in, r, v.types[l&15].of())
			l = next(l)
		}
	}
	if in.Dst == NoReg {
		if o.res.n > 0 && !o.opt {
			v.fail("%s has no result", in.Op)
		}
		return true
	}
	if in.Op == Call { // checked by special
		return true
	}
	if o.res.n == 0 {
		v.fail("%s has no result to assign", in.Op)
	}
	l := o.res.letters
	for i := range o.res.len(in) {
		v.want(in, in.Dst+Reg(i), v.types[l&15].of())
		l = next(l)
	}
	return true
}

// fits is the quick answer for nearly all instructions: true if operands and
// results have exactly the types of their letters.
func (v *verifier) fits(in *Instr, o *shape) bool {
	regs := v.regs
	if len(in.Args) != o.args.len(in) {
		return false
	}
	l := o.args.letters
	for _, r := range in.Args {
		if i := uint(r); i >= uint(len(regs)) || regs[i].bits() != v.types[l&15] {
			return false
		}
		l = next(l)
	}
	if in.Dst == NoReg {
		return o.res.n == 0
	}
	l = o.res.letters
	n := o.res.len(in)
	for i := range uint(n) {
		if i += uint(in.Dst); i >= uint(len(regs)) || regs[i].bits() != v.types[l&15] {
			return false
		}
		l = next(l)
	}
	return n > 0
}

// typeBits is a Type as one number. Comparing types as wholes right after they
// were stored kind by space makes the processor wait for both stores.
type typeBits uint16

func (t Type) bits() typeBits { return typeBits(t.Kind) | typeBits(t.Space)<<8 }

func (b typeBits) of() Type { return Type{Kind(b), Space(b >> 8)} }

// letters resolves the letters that an instruction decides on. Where Kind is Ptr the space is that of the
// instruction, or of its last operand if it names none.
func (v *verifier) letters(in *Instr) {
	v.types[ofKind], v.types[ofFrom], v.types[ofSpace] = typeBits(in.Kind), typeBits(in.From), Type{Ptr, in.Space}.bits()
	if in.Kind == Ptr {
		v.pointerLetters(in)
	}
}

func (v *verifier) pointerLetters(in *Instr) {
	switch in.Op {
	case Load, Store, Convert, Const: // a pointer has the space of its register
	case PtrAdd, PtrDiff:
		v.types[ofSpace] = Type{Ptr, v.spaceOf(in, 0)}.bits()
		fallthrough
	default:
		v.types[ofKind] = Type{Ptr, v.spaceOf(in, len(in.Args)-1)}.bits()
	}
}

// spaceOf is the space of an instruction, or of an operand if it names none.
func (v *verifier) spaceOf(in *Instr, operand int) Space {
	if in.Space == NoSpace && operand >= 0 && operand < len(in.Args) {
		if r := in.Args[operand]; r >= 0 && int(r) < len(v.regs) {
			return v.regs[r].Space
		}
	}
	return in.Space
}

// special checks what a signature cannot say.
func (v *verifier) special(in *Instr) {
	switch in.Op {
	case Const:
		if in.Imm&^in.Kind.Mask() != 0 {
			v.fail("constant %#x does not fit %s", in.Imm, in.Kind)
		}
	case Convert:
		if in.From == Void || in.From > Ptr || (in.From == Ptr || in.Kind == Ptr) && in.From != U64 && in.Kind != U64 {
			v.fail("convert %s to %s", in.From, in.Kind)
		}
	case Bitcast:
		if in.From == Void || in.From >= Ptr || in.Kind == Ptr || in.From.Bits() != in.Kind.Bits() {
			v.fail("bitcast %s to %s", in.From, in.Kind)
		}
	case Load, AtomicLoad:
		v.space(in, readable)
		v.run(in)
	case Store, CopyMem, ZeroMem:
		v.space(in, writable)
		v.run(in)
	case SlotAddr:
		v.space(in, slots)
		slots := v.fn.Private
		if in.Space == Threadgroup {
			slots = v.fn.Threadgroup
		}
		if in.Imm >= uint64(len(slots)) {
			v.fail("no %s slot %d", in.Space, in.Imm)
		}
	case AtomicStore, AtomicXchg, AtomicCAS, AtomicAdd, AtomicSub, AtomicMin, AtomicMax, AtomicAnd, AtomicOr, AtomicXor:
		v.space(in, writable)
		if k := in.Kind; k != Bool && k != I32 && k != U32 && k != F32 && k != I64 && k != U64 {
			v.fail("%s on %s", in.Op, k)
		}
	case Call, FuncConst, ConstAddr:
		v.refers(in)
	case Print, Return:
		if in.Op == Print {
			v.refers(in)
		}
		for _, r := range in.Args {
			if v.reg(r) && !validType(v.regs[r]) {
				v.fail("%s: %%%d is never assigned", in.Op, r)
			}
		}
		if in.Op == Return {
			v.returns(in)
		}
	case Break, Continue:
		if in.Imm >= uint64(len(v.nest)) {
			v.fail("%s %d is outside of any loop", in.Op, in.Imm)
		} else if in.Op == Continue && v.nest[len(v.nest)-1-int(in.Imm)] != Loop {
			v.fail("continue %d does not name a loop's body", in.Imm)
		}
	case Scope:
		if len(in.Else()) > 0 {
			v.fail("scope has a continuing block")
		}
	}
}

// refers checks what an instruction says of the program, or leaves that to
// Verify.
func (v *verifier) refers(in *Instr) {
	if v.p == nil {
		v.outside = append(v.outside, in)
	} else {
		v.program(in)
	}
}

func (v *verifier) program(in *Instr) {
	switch in.Op {
	case Call:
		v.call(in)
	case FuncConst:
		if in.Imm >= uint64(len(v.p.FuncConst)) {
			v.fail("no function constant %d", in.Imm)
		} else if c := v.p.FuncConst[in.Imm]; c.Kind != in.Kind || c.N != in.Run() {
			v.fail("function constant %s is %d %s, used as %d %s", c.Name, c.N, c.Kind, in.Run(), in.Kind)
		}
	case ConstAddr:
		if in.Imm >= uint64(len(v.p.Constants)) {
			v.fail("no constant %d", in.Imm)
		}
	case Print:
		if in.Imm >= uint64(len(v.p.Formats)) {
			v.fail("no format %d", in.Imm)
		}
	}
}

// Sets of address spaces, as bits.
const (
	slots    = 1<<Threadgroup | 1<<Thread
	writable = 1<<Device | slots
	readable = 1<<Constant | writable
)

func (v *verifier) space(in *Instr, allowed uint) {
	if allowed>>in.Space&1 == 0 {
		v.fail("%s in address space %s", in.Op, in.Space)
	}
}

func (v *verifier) run(in *Instr) {
	if in.Run() > MaxScalars {
		v.fail("%s of %d values, which are at most %d", in.Op, in.Run(), MaxScalars)
	}
}

func (v *verifier) call(in *Instr) {
	if in.Imm >= uint64(len(v.p.Funcs)) {
		v.fail("call of function %d", in.Imm)
		return
	}
	callee := v.p.Funcs[in.Imm]
	if len(in.Args) != len(callee.Params) {
		v.fail("call of %s with %d arguments, want %d", callee.Name, len(in.Args), len(callee.Params))
		return
	}
	for i, r := range callee.Params {
		if r >= 0 && int(r) < len(callee.Regs) {
			v.want(in, in.Args[i], callee.Regs[r])
		}
	}
	if in.Dst != NoReg {
		for i, t := range callee.Results {
			v.want(in, in.Dst+Reg(i), t)
		}
	}
}

func (v *verifier) returns(in *Instr) {
	if len(in.Args) != len(v.fn.Results) {
		v.fail("return of %d values, want %d", len(in.Args), len(v.fn.Results))
		return
	}
	for i, t := range v.fn.Results {
		v.want(in, in.Args[i], t)
	}
}

func (v *verifier) entry(e *Entry) {
	if e.Func < 0 || e.Func >= len(v.p.Funcs) {
		v.fail("no function %d", e.Func)
		return
	}
	f := v.p.Funcs[e.Func]
	v.regs = f.Regs
	if len(f.Results) > 0 {
		v.fail("a kernel returns nothing")
	}
	var want []Type
	for _, a := range e.Args {
		switch a.Kind {
		case ArgBuffer:
			if a.Space != Device && a.Space != Constant {
				v.fail("buffer %s in address space %s", a.Name, a.Space)
			}
			want = append(want, Type{Ptr, a.Space})
		case ArgThreadgroup:
			want = append(want, Type{Ptr, Threadgroup})
		case ArgBuiltin:
			if a.Scalar != U32 && a.Scalar != U16 || a.N < 1 || a.N > 3 || a.Builtin == NoBuiltin || a.Builtin > GridSize {
				v.fail("builtin argument %s", a.Name)
			}
			for range a.N {
				want = append(want, Type{Kind: a.Scalar})
			}
		default:
			v.fail("argument %s of unknown kind", a.Name)
		}
	}
	if len(want) != len(f.Params) {
		v.fail("%d parameter registers, want %d", len(f.Params), len(want))
		return
	}
	for i, t := range want {
		if r := f.Params[i]; v.reg(r) && f.Regs[r] != t {
			v.fail("parameter %%%d is %s, want %s", r, f.Regs[r], t)
		}
	}
}
