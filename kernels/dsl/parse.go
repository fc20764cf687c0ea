package dsl

import (
	"math"
	"strings"
)

// Parse reads a program. The error is an *Error.
func Parse(text string) (*Program, error) {
	toks, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, toks: toks}
	prog := &Program{Text: text}
	if err := p.guard(func() { p.program(prog) }); err != nil {
		return nil, err
	}
	return prog, nil
}

// ParseExpr reads a single expression. The error is an *Error.
func ParseExpr(text string) (Expr, error) {
	prog, err := Parse(text)
	if err != nil {
		return nil, err
	}
	if len(prog.Stmts) != 1 || prog.Stmts[0].Targets != nil {
		return nil, errorAt(text, prog.Stmts[0].Span, "", "wanted one expression, not statements")
	}
	return prog.Stmts[0].Value, nil
}

// parser descends recursively; fail unwinds it with the first error.
type parser struct {
	text  string
	toks  []token
	i     int
	depth int
}

func (p *parser) guard(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			err = e
		}
	}()
	f()
	return nil
}

func (p *parser) fail(at Span, hint, format string, args ...any) {
	panic(errorAt(p.text, at, hint, format, args...))
}

// nest counts a level of nesting until the returned function is called.
func (p *parser) nest() func() {
	if p.depth++; p.depth > MaxDepth {
		p.fail(p.tok().at, "give parts names", "the expression is nested deeper than %d", MaxDepth)
	}
	return func() { p.depth-- }
}

func (p *parser) tok() token { return p.toks[p.i] }

func (p *parser) is(text string) bool {
	t := p.tok()
	return t.text == text && (t.kind == tokPunct || t.kind == tokName)
}

func (p *parser) accept(text string) bool {
	if p.is(text) {
		p.i++
		return true
	}
	return false
}

func (p *parser) expect(text, where string) {
	t := p.tok()
	if !p.accept(text) {
		p.fail(t.at, "", "wanted %q %s, found %s", text, where, t.describe())
	}
}

func (t token) describe() string {
	switch t.kind {
	case tokEOF:
		return "the end"
	case tokNewline:
		return "the end of the line"
	case tokNumber:
		return "a number"
	case tokString:
		return "a string"
	}
	return `"` + t.text + `"`
}

// end is where the last token that was read ends.
func (p *parser) end() int {
	if p.i == 0 {
		return 0
	}
	return p.toks[p.i-1].at.End
}

func (p *parser) from(start int) Span { return Span{start, p.end()} }

func (p *parser) program(prog *Program) {
	for p.tok().kind != tokEOF {
		prog.Stmts = append(prog.Stmts, p.stmt())
		if t := p.tok(); t.kind == tokNewline {
			p.i++
		} else if t.kind != tokEOF {
			p.fail(t.at, "write an operator before it, or a comma if something else begins there", "%s follows a whole expression", t.describe())
		}
	}
	if len(prog.Stmts) == 0 {
		p.fail(Span{0, len(p.text)}, "", "the expression is empty")
	}
	if len(prog.Stmts) == 1 {
		return
	}
	for _, s := range prog.Stmts {
		if s.Targets == nil {
			p.fail(s.Span, `write "name = …"`, "an expression without a name among several statements does nothing")
		}
	}
}

func (p *parser) stmt() *Stmt {
	start := p.tok().at.Start
	s := &Stmt{Targets: p.targets()}
	s.Value = p.expr()
	s.Span = p.from(start)
	return s
}

// targets reads "a, b =" if that is what stands here.
func (p *parser) targets() []*Name {
	i := p.i
	var names []*Name
	for p.toks[i].kind == tokName && !keywords[p.toks[i].text] {
		names = append(names, &Name{p.toks[i].at, p.toks[i].text})
		i++
		if t := p.toks[i]; t.kind != tokPunct || t.text != "," {
			break
		}
		i++
	}
	if t := p.toks[i]; len(names) == 0 || t.kind != tokPunct || t.text != "=" {
		return nil
	}
	p.i = i + 1
	return names
}

var keywords = map[string]bool{
	"and": true, "or": true, "not": true, "if": true, "else": true,
	"true": true, "false": true, "none": true, "True": true, "False": true, "None": true,
	"inf": true, "nan": true, "pi": true, "newaxis": true,
}

func (p *parser) expr() Expr {
	defer p.nest()()
	start := p.tok().at.Start
	x := p.binary(precOr)
	if !p.accept("if") {
		return x
	}
	c := &Cond{Then: x, If: p.binary(precOr)}
	p.expect("else", `after the condition of "if"`)
	c.Else = p.expr()
	c.Span = p.from(start)
	return c
}

var binaryOps = map[string]Op{
	"or": Or, "and": And, "<": Lt, "<=": Le, ">": Gt, ">=": Ge, "==": Eq, "!=": Ne, "|": BitOr, "^": BitXor, "&": BitAnd,
	"<<": Shl, ">>": Shr, "+": Add, "-": Sub, "*": Mul, "/": Div, "//": FloorDiv, "%": Mod, "@": MatMul,
}

// binary reads operators that bind at least as tightly as prec.
func (p *parser) binary(prec int) Expr {
	start := p.tok().at.Start
	x := p.unary(prec)
	for {
		t := p.tok()
		op, ok := binaryOps[t.text]
		if !ok || t.kind != tokPunct && t.kind != tokName || op.prec() < prec {
			return x
		}
		p.i++
		if b, ok := x.(*Binary); ok && op.Comparison() && b.Op.Comparison() && b.Start == start {
			p.fail(t.at, `write "a < b and b < c"`, "comparisons do not chain")
		}
		y := p.binary(op.prec() + 1)
		x = &Binary{p.from(start), op, x, y}
	}
}

func (p *parser) unary(prec int) Expr {
	t := p.tok()
	var op Op
	switch {
	case p.is("not"):
		op = Not
	case p.is("-"):
		op = Neg
	case p.is("+"):
		op = Plus
	case p.is("~"):
		op = Invert
	default:
		return p.power()
	}
	if op == Not && prec > precNot {
		p.fail(t.at, "put it in parentheses", `"not" cannot stand here`)
	}
	p.i++
	defer p.nest()()
	var x Expr
	if op == Not {
		x = p.binary(precNot)
	} else {
		x = p.unary(precUnary)
	}
	return &Unary{p.from(t.at.Start), op, x}
}

func (p *parser) power() Expr {
	start := p.tok().at.Start
	x := p.postfix()
	if !p.accept("**") {
		return x
	}
	defer p.nest()()
	y := p.unary(precUnary) // 2 ** -1, 2 ** 3 ** 2
	return &Binary{p.from(start), Pow, x, y}
}

func (p *parser) postfix() Expr {
	start := p.tok().at.Start
	x := p.primary()
	for links := 0; ; links++ {
		if links > MaxDepth {
			p.fail(p.tok().at, "give parts names", "more than %d subscripts and calls in a row", MaxDepth)
		}
		switch {
		case p.is("("):
			n, ok := x.(*Name)
			if !ok {
				p.fail(p.tok().at, "", "only a function can be called")
			}
			x = p.call(start, n, nil)
		case p.is("["):
			x = p.index(start, x)
		case p.accept("."):
			t := p.tok()
			if t.kind != tokName {
				p.fail(t.at, "", "wanted a name after \".\", found %s", t.describe())
			}
			p.i++
			name := &Name{t.at, t.text}
			if n, ok := x.(*Name); ok && (n.Ident == "mx" || n.Ident == "nn" || n.Ident == "fast") {
				x = name
			} else if p.is("(") {
				x = p.call(start, name, x)
			} else {
				x = &Attr{p.from(start), x, name}
			}
		default:
			return x
		}
	}
}

func (p *parser) call(start int, f *Name, recv Expr) Expr {
	p.expect("(", "")
	c := &Call{Func: f}
	if recv != nil {
		c.Args = append(c.Args, recv)
	}
	for !p.is(")") {
		t := p.tok()
		next := p.toks[min(p.i+1, len(p.toks)-1)]
		if t.kind == tokName && next.kind == tokPunct && next.text == "=" {
			p.i += 2
			c.Kwargs = append(c.Kwargs, Kwarg{&Name{t.at, t.text}, p.expr()})
		} else {
			if len(c.Kwargs) > 0 {
				p.fail(t.at, "", "a positional argument cannot follow a keyword argument")
			}
			c.Args = append(c.Args, p.expr())
		}
		if !p.accept(",") {
			break
		}
	}
	p.expect(")", "to end the arguments of "+f.Ident)
	c.Span = p.from(start)
	return c
}

func (p *parser) index(start int, x Expr) Expr {
	p.expect("[", "")
	ix := &Index{X: x}
	for !p.is("]") {
		ix.Subs = append(ix.Subs, p.subscript())
		if !p.accept(",") {
			break
		}
	}
	if len(ix.Subs) == 0 {
		p.fail(p.tok().at, "", "the subscript is empty")
	}
	p.expect("]", "to end the subscript")
	ix.Span = p.from(start)
	return ix
}

func (p *parser) subscript() Expr {
	start := p.tok().at.Start
	if p.accept("...") {
		return &Ellipsis{p.from(start)}
	}
	var parts [3]Expr
	n := 0
	for {
		if !p.is(":") && !p.is(",") && !p.is("]") {
			parts[n] = p.expr()
		}
		if n == 2 || !p.accept(":") {
			break
		}
		n++
	}
	if n == 0 {
		if parts[0] == nil {
			p.fail(p.tok().at, "", "wanted a subscript, found %s", p.tok().describe())
		}
		return parts[0]
	}
	return &Slice{p.from(start), parts[0], parts[1], parts[2]}
}

func (p *parser) primary() Expr {
	t := p.tok()
	switch t.kind {
	case tokNumber:
		p.i++
		n := t.num
		return &n
	case tokString:
		p.i++
		return &String{t.at, t.text}
	case tokName:
		return p.word(t)
	case tokPunct:
		if t.text == "(" || t.text == "[" {
			return p.group(t)
		}
	}
	p.fail(t.at, "", "wanted an operand, found %s", t.describe())
	return nil
}

func (p *parser) word(t token) Expr {
	p.i++
	switch strings.ToLower(t.text) {
	case "true":
		return &Bool{t.at, true}
	case "false":
		return &Bool{t.at, false}
	case "none", "newaxis":
		return &None{t.at}
	}
	switch t.text {
	case "inf":
		return &Number{t.at, false, 0, math.Inf(1)}
	case "nan":
		return &Number{t.at, false, 0, math.NaN()}
	case "pi":
		return &Number{t.at, false, 0, math.Pi}
	}
	if keywords[t.text] {
		p.fail(t.at, "", "%q cannot stand here", t.text)
	}
	return &Name{t.at, t.text}
}

// group reads (x), (a, b) or [a, b].
func (p *parser) group(t token) Expr {
	p.i++
	closing := map[string]string{"(": ")", "[": "]"}[t.text]
	var elems []Expr
	comma := t.text == "["
	for !p.is(closing) {
		elems = append(elems, p.expr())
		if !p.accept(",") {
			break
		}
		comma = true
	}
	p.expect(closing, "to match "+t.describe())
	if !comma && len(elems) == 1 {
		return elems[0]
	}
	return &List{p.from(t.at.Start), elems}
}
