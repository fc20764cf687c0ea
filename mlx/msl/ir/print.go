package ir

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// String returns the program's text form; Parse reads it back.
//
//	func @scale(%p.0:ptr.device, %i.1:u32) {
//	  %2:i64 = convert.u32 %i.1
//	  %3:ptr.device = ptradd %p.0, %2
//	  %x.4:f32 = load.device %3
//	  if %5 {
//	    store.f32.device +4, %3, %x.4 @120
//	  }
//	}
//
// A register is written with its source name and its number, and with its
// type where it is assigned. The kind stands behind the operation where the
// result does not show it. @n is the instruction's Pos.
func (p *Program) String() string {
	var b strings.Builder
	p.Fprint(&b)
	return b.String()
}

// Fprint writes the text form of p.
func (p *Program) Fprint(w io.Writer) {
	pr := printer{w: w, p: p, names: map[string]int{}}
	for _, f := range p.Funcs {
		pr.names[f.Name]++
	}
	for i, c := range p.Constants {
		pr.line("constant %d %q align %d hex %q", i, c.Name, c.Align, fmt.Sprintf("%x", c.Bytes))
	}
	for i, c := range p.FuncConst {
		pr.line("funcconst %d %q index %d %s x%d%s", i, c.Name, c.Index, c.Kind, c.N, pos(c.Pos))
	}
	for i := range p.Funcs {
		pr.function(i)
	}
	for _, e := range p.Entries {
		pr.entry(e)
	}
}

type printer struct {
	w      io.Writer
	p      *Program
	names  map[string]int // how many functions have the name
	f      *Func
	indent int
}

func (pr *printer) line(format string, args ...any) {
	fmt.Fprintf(pr.w, "%s%s\n", strings.Repeat("  ", pr.indent), fmt.Sprintf(format, args...))
}

func pos(p diag.Pos) string {
	if p == 0 {
		return ""
	}
	return fmt.Sprintf(" @%d", p)
}

func (pr *printer) function(i int) {
	f := pr.p.Funcs[i]
	pr.f = f
	var head strings.Builder
	fmt.Fprintf(&head, "func %s(", pr.symbol(i))
	for i, r := range f.Params {
		if i > 0 {
			head.WriteString(", ")
		}
		head.WriteString(pr.def(r))
	}
	head.WriteString(")")
	sep := " -> "
	for _, t := range f.Results {
		head.WriteString(sep + t.String())
		sep = ", "
	}
	pr.line("%s%s {", &head, pos(f.Pos))
	pr.indent++
	for _, group := range []struct {
		name  string
		slots []Slot
	}{{"thread", f.Private}, {"threadgroup", f.Threadgroup}} {
		for i, s := range group.slots {
			pr.line("slot %s %d %q size %d align %d%s", group.name, i, s.Name, s.Size, s.Align, pos(s.Pos))
		}
	}
	for r, seen := range defined(pr.p, f) {
		if !seen && f.Regs[r] != (Type{}) {
			pr.line("reg %s", pr.def(Reg(r)))
		}
	}
	pr.block(f.Body)
	pr.indent--
	pr.line("}")
}

// defined tells which registers show their type in the text of f.
func defined(p *Program, f *Func) []bool {
	seen := make([]bool, len(f.Regs))
	mark := func(r Reg) {
		if r >= 0 && int(r) < len(seen) {
			seen[r] = true
		}
	}
	for _, r := range f.Params {
		mark(r)
	}
	f.Body.Walk(func(in *Instr) {
		for i := range in.Results(p) {
			mark(in.Dst + Reg(i))
		}
	})
	return seen
}

// Walk calls fn for every instruction of b and of the blocks inside it, in
// the order of the text.
func (b Block) Walk(fn func(*Instr)) {
	for i := range b {
		in := &b[i]
		fn(in)
		in.Body().Walk(fn)
		in.Else().Walk(fn)
	}
}

// Results returns how many consecutive registers, starting at Dst, the
// instruction assigns.
func (in *Instr) Results(p *Program) int {
	if in.Dst == NoReg || in.Op >= NumOps {
		return 0
	}
	if in.Op == Call {
		if in.Imm < uint64(len(p.Funcs)) {
			return len(p.Funcs[in.Imm].Results)
		}
		return 0
	}
	return shapes[in.Op].res.len(in)
}

func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// symbol names function i; the index follows where the name is not unique.
func (pr *printer) symbol(i int) string {
	if i < 0 || i >= len(pr.p.Funcs) {
		return "@invalid"
	}
	name := pr.p.Funcs[i].Name
	s := "@" + name
	if !isName(name) {
		s = "@" + strconv.Quote(name)
	}
	if pr.names[name] > 1 {
		s += "#" + strconv.Itoa(i)
	}
	return s
}

func (pr *printer) format(i uint64) string {
	if i >= uint64(len(pr.p.Formats)) {
		return "invalid"
	}
	return strconv.Quote(pr.p.Formats[i])
}

func (pr *printer) reg(r Reg) string {
	if r >= 0 && int(r) < len(pr.f.Names) && isName(pr.f.Names[r]) {
		return fmt.Sprintf("%%%s.%d", pr.f.Names[r], r)
	}
	return fmt.Sprintf("%%%d", r)
}

func (pr *printer) def(r Reg) string {
	t := Type{}
	if r >= 0 && int(r) < len(pr.f.Regs) {
		t = pr.f.Regs[r]
	}
	return pr.reg(r) + ":" + t.String()
}

func (pr *printer) regs(rs []Reg) string {
	s := make([]string, len(rs))
	for i, r := range rs {
		s[i] = pr.reg(r)
	}
	return strings.Join(s, ", ")
}

func (pr *printer) block(b Block) {
	for i := range b {
		pr.instr(&b[i])
	}
}

func (pr *printer) nested(b Block) {
	pr.indent++
	pr.block(b)
	pr.indent--
}

func (pr *printer) instr(in *Instr) {
	at := pos(in.Pos)
	switch in.Op {
	case If:
		pr.line("if%s %s {%s", suffixes(in), pr.regs(in.Args), at)
		pr.nested(in.Body())
		if len(in.Else()) > 0 {
			pr.line("} else {")
			pr.nested(in.Else())
		}
		pr.line("}")
	case Loop:
		pr.line("loop%s {%s", suffixes(in), at)
		pr.nested(in.Body())
		if len(in.Else()) > 0 {
			pr.line("} continuing {")
			pr.nested(in.Else())
		}
		pr.line("}")
	case Scope:
		pr.line("scope {%s", at)
		pr.nested(in.Body())
		pr.line("}")
	default:
		pr.line("%s%s", pr.simple(in), at)
	}
}

// simple prints an instruction without blocks: results = op.suffixes operands.
func (pr *printer) simple(in *Instr) string {
	var b strings.Builder
	if n := in.Results(pr.p); n > 0 {
		for i := range n {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(pr.def(in.Dst + Reg(i)))
		}
		b.WriteString(" = ")
	}
	b.WriteString(in.Op.String() + suffixes(in))
	sep := " "
	switch in.Op {
	case Const:
		b.WriteString(" " + literal(in.Kind, in.Imm))
	case Call:
		b.WriteString(" " + pr.symbol(int(in.Imm)))
		sep = ", "
	case Print:
		b.WriteString(" " + pr.format(in.Imm))
		sep = ", "
	default:
		if in.Imm != 0 {
			fmt.Fprintf(&b, " %+d", int64(in.Imm))
			sep = ", "
		}
	}
	if len(in.Args) > 0 {
		b.WriteString(sep + pr.regs(in.Args))
	}
	return b.String()
}

// showsKind reports whether the first result's type tells the Kind.
func (in *Instr) showsKind() bool {
	o := &ops[in.Op]
	return in.Dst != NoReg && o.res != "" && (o.res[0] == 'K' || o.res[0] == 'P' || o.res[0] == 'C')
}

var flagNames = []struct {
	flag Flags
	name string
}{
	{Fast, "fast"}, {Volatile, "volatile"}, {MemDevice, "mem_device"}, {MemThreadgroup, "mem_threadgroup"},
	{MemTexture, "mem_texture"}, {SimdScope, "simd"}, {Transpose, "transpose"}, {Uniform, "uniform"}, {Unaligned, "unaligned"}, {Packed, "packed"}, {Inside, "inside"}, {Kept, "kept"},
}

func suffixes(in *Instr) string {
	var b strings.Builder
	if in.Kind != Void && !in.showsKind() {
		b.WriteString("." + in.Kind.String())
	}
	if in.From != Void {
		b.WriteString("." + in.From.String())
	}
	if in.Space != NoSpace {
		b.WriteString("." + in.Space.String())
	}
	for _, f := range flagNames {
		if in.Flags&f.flag != 0 {
			b.WriteString("." + f.name)
		}
	}
	return b.String()
}

// literal prints the value of a constant; what has no exact decimal form is
// printed as its bits in hexadecimal.
func literal(k Kind, bits uint64) string {
	switch {
	case k == Bool:
		return strconv.FormatBool(bits != 0)
	case k.IsSigned():
		shift := 64 - k.Bits()
		return strconv.FormatInt(int64(bits<<shift)>>shift, 10)
	case k == F32:
		if f := math.Float32frombits(uint32(bits)); f == f && !math.IsInf(float64(f), 0) {
			return floatText(strconv.FormatFloat(float64(f), 'g', -1, 32))
		}
	case k.IsInt():
		return strconv.FormatUint(bits, 10)
	}
	return fmt.Sprintf("%#x", bits)
}

func floatText(s string) string {
	if strings.ContainsAny(s, ".e") {
		return s
	}
	return s + ".0"
}

func (pr *printer) entry(e *Entry) {
	pr.line("entry %q %s maxthreads %d threadgroupsize %d {%s", e.Name, pr.symbol(e.Func), e.MaxThreads, e.ThreadgroupSize, pos(e.Pos))
	pr.indent++
	for _, a := range e.Args {
		switch a.Kind {
		case ArgBuffer:
			mods := ""
			for _, m := range []struct {
				on   bool
				name string
			}{{a.ReadOnly, " readonly"}, {a.Atomic, " atomic"}, {a.Ref, " ref"}} {
				if m.on {
					mods += m.name
				}
			}
			pr.line("buffer %d %q %s%s type %q elem %s size %d%s", a.Index, a.Name, a.Space, mods, a.Type, a.ElemKind, a.ElemSize, pos(a.Pos))
		case ArgThreadgroup:
			pr.line("threadgroup %d %q%s", a.Index, a.Name, pos(a.Pos))
		default:
			pr.line("builtin %s %q %s x%d%s", a.Builtin, a.Name, a.Scalar, a.N, pos(a.Pos))
		}
	}
	pr.indent--
	pr.line("}")
}
