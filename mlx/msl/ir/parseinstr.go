package ir

import (
	"math"
	"strconv"
	"strings"
)

// reg reads a register: %number or %name.number.
func (p *parser) reg() Reg {
	p.expect("%")
	w := p.word()
	name, num, named := cutLast(w, ".")
	n, err := strconv.ParseUint(num, 10, 31)
	if err != nil || n >= maxTextRegs || named && !isName(name) {
		p.fail("bad register %%%s", w)
		return 0
	}
	for len(p.f.Regs) <= int(n) {
		p.f.Regs = append(p.f.Regs, Type{})
	}
	if named {
		for len(p.f.Names) <= int(n) {
			p.f.Names = append(p.f.Names, "")
		}
		p.f.Names[n] = name
	}
	return Reg(n)
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return "", s, false
}

func (p *parser) def() Reg {
	r := p.reg()
	p.expect(":")
	t := p.typ()
	if p.err == nil {
		if have := p.f.Regs[r]; have != (Type{}) && have != t {
			p.fail("register %%%d is %s and %s", r, have, t)
		}
		p.f.Regs[r] = t
	}
	return r
}

// block reads instructions up to the line that starts with } and leaves the
// rest of that line.
func (p *parser) block() Block {
	if p.depth++; p.depth > maxNesting {
		p.fail("blocks are nested too deeply")
	}
	defer func() { p.depth-- }()
	var b Block
	for p.err == nil {
		if !p.next() {
			p.fail("the block has no end")
			break
		}
		if p.accept("}") {
			break
		}
		switch {
		case p.accept("slot "):
			p.slot()
		case p.accept("reg "):
			p.def()
		default:
			b = append(b, p.instr())
		}
		p.end()
	}
	return b
}

func (p *parser) slot() {
	slots := &p.f.Private
	if p.space() == Threadgroup {
		slots = &p.f.Threadgroup
	}
	p.index(len(*slots))
	s := Slot{Name: p.quoted(), Size: p.keyInt("size"), Align: p.keyInt("align")}
	s.Pos = p.pos()
	*slots = append(*slots, s)
}

func (p *parser) instr() Instr {
	in := Instr{Dst: NoReg}
	results := 0
	for p.err == nil && strings.HasPrefix(p.s, "%") {
		r := p.def()
		if results == 0 {
			in.Dst = r
		} else if r != in.Dst+Reg(results) {
			p.fail("results must be consecutive registers")
		}
		results++
		if !p.accept(",") {
			p.expect("=")
			break
		}
		p.s = strings.TrimLeft(p.s, " ")
	}
	p.operation(&in)
	if p.err != nil {
		return in
	}
	if in.showsKind() {
		in.Kind = p.f.Regs[in.Dst].Kind
	}
	switch in.Op {
	case If, Loop, Scope:
		if in.Op == If {
			in.Args = []Reg{p.reg()}
		}
		p.expect("{")
		in.Pos = p.pos()
		p.end()
		in.Nest = &Nest{Body: p.block()}
		if p.accept(map[Op]string{If: "else", Loop: "continuing"}[in.Op]) && in.Op != Scope {
			p.expect("{")
			p.end()
			in.Nest.Else = p.block()
		}
		return in
	case Const:
		in.Imm = p.literal(in.Kind)
	case Call:
		sym, _ := p.symbol()
		f, ok := p.funcs[sym]
		if !ok {
			p.fail("no function @%s", sym)
		}
		in.Imm = uint64(f)
	case Print:
		in.Imm = uint64(len(p.prog.Formats))
		p.prog.Formats = append(p.prog.Formats, p.quoted())
	}
	p.args(&in)
	switch in.Op {
	case Load, FuncConst:
		in.N = run(results)
	case Store:
		in.N = run(len(in.Args) - 1)
	}
	in.Pos = p.pos()
	return in
}

func run(n int) uint8 {
	if n <= 1 || n > math.MaxUint8 {
		return 0
	}
	return uint8(n)
}

// operation reads an operation with its suffixes.
func (p *parser) operation(in *Instr) {
	parts := strings.Split(p.word(), ".")
	in.Op = opByName[parts[0]]
	if in.Op == Invalid {
		p.fail("unknown operation %q", parts[0])
		return
	}
	for _, s := range parts[1:] {
		if k, ok := lookup(s, kindNames[:]); ok {
			if in.Op == Convert || in.Op == Bitcast {
				in.From = Kind(k)
			} else {
				in.Kind = Kind(k)
			}
		} else if sp, ok := lookup(s, spaceNames[:]); ok {
			in.Space = Space(sp)
		} else if f := flagByName(s); f != 0 {
			in.Flags |= f
		} else {
			p.fail("unknown suffix %q", s)
		}
	}
}

var opByName = func() map[string]Op {
	m := map[string]Op{}
	for op := Invalid + 1; op < NumOps; op++ {
		m[op.String()] = op
	}
	return m
}()

func flagByName(s string) Flags {
	for _, f := range flagNames {
		if f.name == s {
			return f.flag
		}
	}
	return 0
}

// args reads an optional immediate and the operands.
func (p *parser) args(in *Instr) {
	p.accept(",")
	p.s = strings.TrimLeft(p.s, " ")
	if strings.HasPrefix(p.s, "+") || strings.HasPrefix(p.s, "-") {
		w := p.word()
		n, err := strconv.ParseInt(w, 0, 64)
		switch {
		case err != nil:
			p.fail("bad immediate %q", w)
		case in.Op == Call || in.Op == Const: // theirs stands before
			p.fail("unexpected immediate %q", w)
		}
		in.Imm = uint64(n)
		if !p.accept(",") {
			return
		}
		p.s = strings.TrimLeft(p.s, " ")
	}
	if !strings.HasPrefix(p.s, "%") {
		return
	}
	in.Args = append(in.Args, p.reg())
	for p.err == nil && p.accept(",") {
		in.Args = append(in.Args, p.reg())
	}
}

func (p *parser) literal(k Kind) uint64 {
	w := p.word()
	var bits uint64
	var err error
	switch {
	case w == "true":
		bits = 1
	case w == "false":
	case strings.HasPrefix(w, "0x"):
		bits, err = strconv.ParseUint(w[2:], 16, 64)
	case k.IsFloat():
		var f float64
		f, err = strconv.ParseFloat(w, 64)
		bits = FloatBits(k, f)
	case strings.HasPrefix(w, "-"):
		var n int64
		n, err = strconv.ParseInt(w, 10, 64)
		bits = uint64(n)
	default:
		bits, err = strconv.ParseUint(w, 10, 64)
	}
	if err != nil {
		p.fail("bad constant %q", w)
	}
	return bits & k.Mask()
}
