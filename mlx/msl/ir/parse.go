package ir

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// Limits of the text form, so that no input exhausts memory.
const (
	maxTextRegs = 1 << 20
	maxNesting  = 1000
)

// Parse reads the text form that Program.String writes. Lines that start with
// // or # are comments. The result is not verified.
func Parse(text string) (*Program, error) {
	p := &parser{prog: &Program{}, funcs: map[string]int{}, lines: strings.Split(text, "\n")}
	p.declare()
	for p.err == nil && p.next() {
		p.top()
	}
	if p.err != nil {
		return nil, p.err
	}
	return p.prog, nil
}

type parser struct {
	prog  *Program
	funcs map[string]int // by symbol as written
	lines []string
	n     int    // lines read
	s     string // rest of the line
	f     *Func
	depth int
	err   error
}

// declare numbers the functions, since a call may come before its callee.
func (p *parser) declare() {
	for i, l := range p.lines {
		rest, ok := strings.CutPrefix(strings.TrimSpace(l), "func ")
		if !ok {
			continue
		}
		p.n, p.s = i+1, rest
		sym, _ := p.symbol()
		if _, dup := p.funcs[sym]; dup {
			p.fail("function %s is declared twice", sym)
		}
		p.funcs[sym] = len(p.funcs)
	}
	p.n, p.s = 0, ""
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("ir: line %d: %s", p.n, fmt.Sprintf(format, args...))
	}
	p.s = ""
}

// next moves to the next line with content.
func (p *parser) next() bool {
	for p.n < len(p.lines) {
		p.s = strings.TrimSpace(p.lines[p.n])
		p.n++
		if p.s != "" && !strings.HasPrefix(p.s, "//") && !strings.HasPrefix(p.s, "#") {
			return true
		}
	}
	p.s = ""
	return false
}

func (p *parser) accept(tok string) bool {
	rest, ok := strings.CutPrefix(strings.TrimLeft(p.s, " "), tok)
	if ok {
		p.s = rest
	}
	return ok
}

func (p *parser) expect(tok string) {
	if !p.accept(tok) {
		p.fail("want %q before %q", tok, p.s)
	}
}

// word reads up to the next separator.
func (p *parser) word() string {
	p.s = strings.TrimLeft(p.s, " ")
	end := strings.IndexAny(p.s, " ,(){}=:@")
	if end < 0 {
		end = len(p.s)
	}
	w := p.s[:end]
	p.s = p.s[end:]
	return w
}

func (p *parser) quoted() string {
	p.s = strings.TrimLeft(p.s, " ")
	q, err := strconv.QuotedPrefix(p.s)
	if err != nil {
		p.fail("want a quoted string before %q", p.s)
		return ""
	}
	p.s = p.s[len(q):]
	s, _ := strconv.Unquote(q)
	return s
}

func (p *parser) int() int {
	w := p.word()
	n, err := strconv.ParseInt(w, 0, 32)
	if err != nil {
		p.fail("want a number, found %q", w)
	}
	return int(n)
}

func (p *parser) keyInt(key string) int {
	p.expect(key)
	return p.int()
}

func (p *parser) pos() diag.Pos {
	if !p.accept("@") {
		return 0
	}
	w := p.word()
	n, err := strconv.ParseUint(w, 10, 32)
	if err != nil {
		p.fail("bad position @%s", w)
	}
	return diag.Pos(n)
}

func (p *parser) end() {
	if s := strings.TrimSpace(p.s); s != "" {
		p.fail("unexpected %q", s)
	}
}

// symbol returns a function's symbol as written and its name.
func (p *parser) symbol() (sym, name string) {
	p.expect("@")
	if strings.HasPrefix(p.s, `"`) {
		name = p.quoted()
		sym = strconv.Quote(name) + p.word()
		return sym, name
	}
	sym = p.word()
	name, _, _ = strings.Cut(sym, "#")
	return sym, name
}

func (p *parser) kind() Kind {
	w := p.word()
	k, ok := lookup(w, kindNames[:])
	if !ok {
		p.fail("unknown kind %q", w)
	}
	return Kind(k)
}

func (p *parser) space() Space {
	w := p.word()
	s, ok := lookup(w, spaceNames[:])
	if !ok {
		p.fail("unknown address space %q", w)
	}
	return Space(s)
}

func lookup(w string, names []string) (int, bool) {
	for i, n := range names {
		if n == w {
			return i, true
		}
	}
	return 0, false
}

func (p *parser) typ() Type {
	w := p.word()
	name, space, isPtr := strings.Cut(w, ".")
	k, ok := lookup(name, kindNames[:])
	s := 0
	if isPtr {
		var known bool
		s, known = lookup(space, spaceNames[:])
		ok = ok && known
	}
	if !ok {
		p.fail("unknown type %q", w)
	}
	return Type{Kind(k), Space(s)}
}

func (p *parser) top() {
	switch w := p.word(); w {
	case "constant":
		p.index(len(p.prog.Constants))
		c := Data{Name: p.quoted(), Align: p.keyInt("align")}
		p.expect("hex")
		b, err := hex.DecodeString(p.quoted())
		if err != nil {
			p.fail("bad hexadecimal data")
		}
		c.Bytes = b
		p.prog.Constants = append(p.prog.Constants, c)
	case "funcconst":
		p.index(len(p.prog.FuncConst))
		c := FunctionConstant{Name: p.quoted(), Index: p.keyInt("index"), Kind: p.kind(), N: p.keyInt("x")}
		c.Pos = p.pos()
		p.prog.FuncConst = append(p.prog.FuncConst, c)
	case "func":
		p.function()
	case "entry":
		p.entry()
	default:
		p.fail("unexpected %q", w)
	}
	p.end()
}

func (p *parser) index(want int) {
	if got := p.int(); got != want {
		p.fail("number %d, want %d", got, want)
	}
}

func (p *parser) entry() {
	e := &Entry{Name: p.quoted()}
	sym, _ := p.symbol()
	f, ok := p.funcs[sym]
	if !ok {
		p.fail("no function @%s", sym)
	}
	e.Func = f
	e.MaxThreads, e.ThreadgroupSize = p.keyInt("maxthreads"), p.keyInt("threadgroupsize")
	p.expect("{")
	e.Pos = p.pos()
	p.end()
	for p.next() && !p.accept("}") {
		e.Args = append(e.Args, p.arg())
		p.end()
	}
	p.prog.Entries = append(p.prog.Entries, e)
}

func (p *parser) arg() Arg {
	var a Arg
	switch w := p.word(); w {
	case "buffer":
		a = Arg{Kind: ArgBuffer, Index: p.int(), Name: p.quoted(), Space: p.space()}
		a.ReadOnly, a.Atomic, a.Ref = p.accept("readonly"), p.accept("atomic"), p.accept("ref")
		p.expect("type")
		a.Type = p.quoted()
		p.expect("elem")
		a.ElemKind, a.ElemSize = p.kind(), p.keyInt("size")
	case "threadgroup":
		a = Arg{Kind: ArgThreadgroup, Index: p.int(), Name: p.quoted()}
	case "builtin":
		a.Kind = ArgBuiltin
		name := p.word()
		b, ok := lookup(name, builtinNames[:])
		if !ok {
			p.fail("unknown builtin %q", name)
		}
		a.Builtin, a.Name, a.Scalar, a.N = Builtin(b), p.quoted(), p.kind(), p.keyInt("x")
	default:
		p.fail("unexpected %q", w)
	}
	a.Pos = p.pos()
	return a
}

func (p *parser) function() {
	sym, name := p.symbol()
	f := &Func{Name: name}
	p.f = f
	if got := len(p.prog.Funcs); p.funcs[sym] != got {
		p.fail("function @%s is out of order", sym)
	}
	p.prog.Funcs = append(p.prog.Funcs, f)
	p.expect("(")
	for p.err == nil && !p.accept(")") {
		if len(f.Params) > 0 {
			p.expect(",")
		}
		f.Params = append(f.Params, p.def())
	}
	if p.accept("->") {
		for ok := true; ok && p.err == nil; ok = p.accept(",") {
			f.Results = append(f.Results, p.typ())
		}
	}
	f.Pos = p.pos()
	p.expect("{")
	p.end()
	f.Body = p.block()
	if f.Names != nil {
		f.Names = append(f.Names, make([]string, len(f.Regs)-len(f.Names))...)
	}
}

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
