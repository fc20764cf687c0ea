package syntax

import (
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// condition evaluates #if, #ifdef, #ifndef and their #elif forms; t is the
// directive's name.
func (p *preprocessor) condition(t *Token) bool {
	toks := p.rest()
	name := p.table.text(*t)
	switch name {
	case "if", "elif":
		return p.evaluate(t, toks)
	}
	id := p.macroName(toks, t)
	if id == nil {
		return false
	}
	if len(toks) > 1 {
		p.warnf("extra-tokens", toks[1].Span(), "extra tokens at end of #%s directive", name)
	}
	return id.isMacro() == (name == "ifdef" || name == "elifdef")
}

// skipGroup skips from a directive to the one after which text is read again.
func (p *preprocessor) skipGroup(from diag.Span) {
	f := p.file
	report := f.report
	f.report = nil
	defer func() { f.report = report }()
	depth := 0
	var t Token
	for {
		f.next(&t)
		if t.Kind == EOF {
			return // leave reports the open conditional
		}
		if t.Kind == kwKernel && p.leftOut.Start == 0 && len(p.files) == 1 {
			p.leftOut, p.behind = t.Span(), from
		}
		if t.Kind != Hash || t.flags&lineStart == 0 || p.atLineEnd() {
			continue
		}
		f.next(&t)
		switch name := p.table.text(t); name {
		case "if", "ifdef", "ifndef":
			depth++
			p.written()
		case "endif":
			p.written()
			if depth == 0 {
				f.conds = f.conds[:len(f.conds)-1]
				return
			}
			depth--
		case "else", "elif", "elifdef", "elifndef":
			if depth > 0 {
				p.written()
				continue
			}
			f.report = report
			from = t.Span()
			c := &f.conds[len(f.conds)-1]
			p.checkElse(c, &t)
			if !c.taken {
				if name == "else" {
					p.endLine("else")
					c.taken = true
				} else {
					c.taken = p.condition(&t)
				}
				if c.taken {
					return
				}
			} else {
				p.written()
			}
			f.report = nil
		default:
			p.written()
		}
	}
}

func (p *preprocessor) checkElse(c *conditional, t *Token) {
	name := p.table.text(*t)
	if c.sawElse {
		p.errorf("conditional", t.Span(), "#%s after #else", name)
	}
	c.sawElse = c.sawElse || name == "else"
}

// evaluate computes the controlling expression of an #if.
func (p *preprocessor) evaluate(t *Token, toks []Token) bool {
	e := evaluator{p: p, end: diag.Span{Start: t.End(), End: t.End()}}
	p.inCondition = true
	list := p.expandList(e.operators(toks))
	p.inCondition = false
	defer p.recycle(list)
	e.toks = list
	if i := slices.IndexFunc(list, p.isDefined); i >= 0 && !e.failed {
		e.toks = e.operators(list)
	}
	if e.failed {
		return false
	}
	if len(e.toks) == 0 {
		p.errorf("if-expression", e.end, "expected value in expression")
		return false
	}
	e.end.Start = e.toks[len(e.toks)-1].End()
	e.end.End = e.end.Start
	v := e.conditional(true)
	if !e.failed && e.next < len(e.toks) {
		message := "token is not a valid binary operator in a preprocessor subexpression"
		if k := e.kind(); k == RParen || k == Comma {
			message = "expected end of line in preprocessor expression"
		}
		p.errorf("if-expression", e.toks[e.next].Span(), "%s", message)
		return false
	}
	return v.bits != 0 && !e.failed
}

// operators replaces defined X, __has_include(X) and the like, whose operands
// must not be expanded, by 0 or 1.
func (e *evaluator) operators(toks []Token) []Token {
	out := make([]Token, 0, len(toks))
	p := e.p
	for i := 0; i < len(toks); i++ {
		t := toks[i]
		id := p.table.ident(t)
		switch {
		case id == p.defined:
			j := i + 1
			paren := j < len(toks) && toks[j].Kind == LParen
			if paren {
				j++
			}
			if j >= len(toks) {
				e.fail(toks, j, "macro name missing")
				return out
			}
			if p.table.ident(toks[j]) == nil {
				e.fail(toks, j, "macro name must be an identifier")
				return out
			}
			if name := p.table.ident(toks[j]).name; alternatives[name] != 0 {
				e.fail(toks, j, operatorName(name))
				return out
			}
			if paren && (j+1 >= len(toks) || toks[j+1].Kind != RParen) {
				e.fail(toks, j+1, "missing ')' after 'defined'")
				return out
			}
			out = append(out, p.truth(t, p.table.ident(toks[j]).isMacro()))
			i = j
			if paren {
				i++
			}
		case id != nil && id.dynamic != nil && hasOperators[id.name]:
			if i+1 >= len(toks) || toks[i+1].Kind != LParen {
				e.fail(toks, i+1, "missing '(' after '"+id.name+"'")
				return out
			}
			end := closing(toks, i+1)
			if end == len(toks) || end == i+2 {
				e.fail(toks, end, "missing ')' after '"+id.name+"'")
				return out
			}
			out = append(out, p.truth(t, p.has(id.name, toks[i+2:end])))
			i = end
		default:
			out = append(out, t)
		}
	}
	return out
}

// isDefined reports whether t is the operator defined.
func (p *preprocessor) isDefined(t Token) bool { return t.word == p.defined.word }

// truth is the 0 or 1 that stands for the operator t.
func (p *preprocessor) truth(t Token, v bool) Token {
	text := "0"
	if v {
		text = "1"
	}
	return p.literal(Number, text, t.Pos, t.flags)
}

// has answers __has_include and its relatives.
func (p *preprocessor) has(operator string, operand []Token) bool {
	switch operator {
	case "__has_include", "__has_include_next":
		if operand[0].Kind != String {
			operand = p.expandList(append([]Token(nil), operand...))
			if len(operand) > 0 && operand[0].Kind == Less {
				operand = p.joinHeader(operand)
			}
		}
		name, angled, ok := p.headerName(operand)
		if !ok {
			p.errorf("include-name", p.spanOf(operand), "expected \"FILENAME\" or <FILENAME>")
			return false
		}
		_, _, err := p.find(name, angled)
		return err == nil
	case "__is_identifier":
		return operand[0].Kind == Ident
	case "__has_warning":
		return operand[0].Kind == String && strings.HasPrefix(p.table.text(operand[0]), `"-W`)
	}
	name := p.table.joined(operand)
	switch operator {
	case "__has_attribute", "__has_cpp_attribute":
		return metalAttributes[name] || otherAttributes[name]
	case "__has_builtin":
		return knownIntrinsics[name]
	default:
		return knownFeatures[name]
	}
}

func (p *preprocessor) spanOf(toks []Token) diag.Span {
	if len(toks) == 0 {
		return diag.Span{}
	}
	return toks[0].Span()
}

// evaluator is a recursive-descent evaluator of #if expressions.
type evaluator struct {
	p      *preprocessor
	toks   []Token
	next   int
	end    diag.Span
	failed bool
	depth  int
}

func (e *evaluator) fail(toks []Token, i int, message string) {
	if e.failed {
		return
	}
	e.failed = true
	at := e.end
	if i < len(toks) {
		at = toks[i].Span()
	} else if len(toks) > 0 {
		last := toks[len(toks)-1].End()
		at = diag.Span{Start: last, End: last}
	}
	e.p.errorf("if-expression", at, "%s", message)
}

func (e *evaluator) kind() Kind {
	if e.failed || e.next >= len(e.toks) {
		return EOF
	}
	return e.toks[e.next].Kind
}

// conditional evaluates c ? x : y and everything below; live is false in an
// operand that is not evaluated, where division by zero is no error.
func (e *evaluator) conditional(live bool) value {
	if e.depth++; e.depth > maxNesting {
		e.fail(e.toks, e.next, "expression nested too deeply")
		return value{}
	}
	defer func() { e.depth-- }()
	c := e.binary(precOr, live)
	if e.kind() != Question {
		return c
	}
	e.next++
	x := e.conditional(live && c.bits != 0)
	if e.kind() != Colon {
		e.fail(e.toks, e.next, "expected ':' in preprocessor expression")
		return value{}
	}
	e.next++
	y := e.conditional(live && c.bits == 0)
	unsigned := x.unsigned || y.unsigned
	if c.bits != 0 {
		return value{x.bits, unsigned}
	}
	return value{y.bits, unsigned}
}

func (e *evaluator) unary(live bool) value {
	if e.depth++; e.depth > maxNesting {
		e.fail(e.toks, e.next, "expression nested too deeply")
		return value{}
	}
	defer func() { e.depth-- }()
	kind := e.kind()
	if kind == EOF {
		e.fail(e.toks, e.next, "expected value in expression")
		return value{}
	}
	t := &e.toks[e.next]
	e.next++
	switch kind {
	case Plus:
		return e.unary(live)
	case Minus:
		v := e.unary(live)
		v.bits = -v.bits
		return v
	case Tilde:
		v := e.unary(live)
		v.bits = ^v.bits
		return v
	case Not:
		if e.unary(live).bits == 0 {
			return value{bits: 1}
		}
		return value{}
	case LParen:
		v := e.conditional(live)
		for e.kind() == Comma {
			e.next++
			v = e.conditional(live)
		}
		if e.kind() != RParen {
			e.fail(e.toks, e.next, "expected ')' in preprocessor expression")
			return value{}
		}
		e.next++
		return v
	case Number:
		if isFloat(e.p.table.text(*t)) {
			e.fail(e.toks, e.next-1, "floating point literal in preprocessor expression")
			return value{}
		}
		lit, err := parseInt(e.p.table.text(*t))
		if err != "" {
			e.fail(e.toks, e.next-1, err)
			return value{}
		}
		return value{lit.value, lit.unsigned() || lit.value > 1<<63-1}
	case Char:
		v, err := parseChar(e.p.table.text(*t))
		if err != "" {
			e.fail(e.toks, e.next-1, err)
		} else if severalChars(e.p.table.text(*t)) {
			e.p.warnf("multichar", t.Span(), multichar)
		}
		return value{bits: uint64(v)}
	case kwTrue:
		return value{bits: 1}
	}
	if id := e.p.table.ident(*t); id != nil { // every other word is 0
		if e.kind() == LParen {
			e.p.errorf("if-expression", t.Span(), "function-like macro '%s' is not defined", id.name)
			e.failed = true
		}
		return value{}
	}
	e.fail(e.toks, e.next-1, "invalid token at start of a preprocessor expression")
	return value{}
}
