package ir

import (
	"encoding/hex"
	"fmt"
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
