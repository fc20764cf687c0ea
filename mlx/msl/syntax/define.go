package syntax

import (
	"github.com/zmlx/zmlx/internal/spelling"
	"github.com/zmlx/zmlx/mlx/msl/diag"
)

func (p *preprocessor) undef(t *Token) {
	toks := p.rest()
	id := p.macroName(toks, t)
	if id == nil {
		return
	}
	id.macro = nil
	if len(toks) > 1 {
		p.warnf("extra-tokens", toks[1].Span(), "extra tokens at end of #undef directive")
	}
}

// macroName is the name that the directive t is about, nil after an error.
func (p *preprocessor) macroName(toks []Token, t *Token) *ident {
	if len(toks) == 0 {
		p.errorf("macro-name", diag.Span{Start: t.End(), End: t.End()}, "macro name missing")
		return nil
	}
	id := p.table.ident(toks[0])
	switch name := p.table.text(*t); {
	case id == nil:
		p.errorf("macro-name", toks[0].Span(), "macro name must be an identifier")
	case alternatives[id.name] != 0:
		p.errorf("macro-name", toks[0].Span(), "%s", operatorName(id.name))
		return nil
	case id.macro == poisoned: // see rest
		return nil
	case name != "define" && name != "undef":
	case id == p.defined || id == p.vaArgs || id == p.vaOpt:
		p.errorf("macro-name", toks[0].Span(), "'%s' cannot be used as a macro name", id.name)
		return nil
	case id.dynamic != nil && id.macro == nil:
		verb := map[string]string{"define": "redefining", "undef": "undefining"}[name]
		p.warnf("builtin-macro-redefined", toks[0].Span(), "%s builtin macro", verb)
	}
	return id
}

// operatorName refuses a word that is an operator, as a name.
func operatorName(word string) string { return "C++ operator '" + word + "' used as a macro name" }

func (p *preprocessor) define(t *Token) {
	toks := p.rest()
	id := p.macroName(toks, t)
	if id == nil {
		return
	}
	m := p.nodes.macros.put(macro{table: p.table, name: toks[0].Span()})
	body := toks[1:]
	if len(body) > 0 && body[0].Kind == LParen && body[0].flags&spaceBefore == 0 {
		m.function = true
		var ok bool
		body, ok = p.parameters(m, body)
		defer m.unmark()
		if !ok {
			return
		}
	} else if len(body) > 0 && body[0].flags&spaceBefore == 0 {
		p.warnf("c99-whitespace", body[0].Span(), "ISO C99 requires whitespace after the macro name")
	}
	m.body = append(p.nodes.bodies.room(len(body)), body...)
	if n := len(body); n > 0 {
		m.span = diag.Span{Start: body[0].Pos, End: body[n-1].End()}
		m.body[0].flags &^= spaceBefore
	}
	if !p.checkBody(m) {
		return
	}
	if old := id.macro; old != nil && !sameMacro(old, m) {
		p.bag.Add(diag.Diagnostic{Severity: diag.Warning, Code: "macro-redefined", Span: m.name,
			Message: "'" + id.name + "' macro redefined",
			Notes:   []diag.Note{{Message: "previous definition is here", Span: old.name}}})
	}
	id.macro = m
}

// misspelt is the directive that a word was most likely meant to be, "" if none.
func misspelt(word string) string {
	for _, d := range []string{"define", "include", "ifdef", "ifndef", "endif", "elif", "undef", "pragma"} {
		if spelling.Distance(word, d, 2) <= len(d)/3 {
			return d
		}
	}
	return ""
}

// parameters reads the (a, b, ...) of a function-like macro.
func (p *preprocessor) parameters(m *macro, toks []Token) ([]Token, bool) {
	open := toks[0]
	bad := func(i int, message string) ([]Token, bool) {
		at := diag.Span{Start: open.Pos, End: open.Pos}
		if i < len(toks) {
			at = toks[i].Span()
		}
		p.errorf("macro-parameters", at, "%s", message)
		return nil, false
	}
	for i := 1; ; i++ {
		if i >= len(toks) {
			return bad(i, "missing ')' in macro parameter list")
		}
		switch {
		case toks[i].Kind == RParen && i == 1:
			return toks[2:], true
		case toks[i].Kind == Ellipsis:
			m.variadic = true
			m.addParam(p.vaArgs)
		case p.table.ident(toks[i]) != nil:
			q := p.table.ident(toks[i])
			if q.param != 0 {
				return bad(i, "duplicate macro parameter name '"+q.name+"'")
			}
			m.addParam(q)
			if len(m.params) >= 1<<16-1 {
				return bad(i, "too many macro parameters")
			}
			if i+1 < len(toks) && toks[i+1].Kind == Ellipsis {
				m.variadic = true
				i++
			}
		case toks[i].Kind == RParen: // behind a comma
			return bad(i, "expected identifier in macro parameter list")
		default:
			return bad(i, "invalid token in macro parameter list")
		}
		i++
		if i < len(toks) && toks[i].Kind == RParen {
			return toks[i+1:], true
		}
		if i >= len(toks) || m.variadic {
			return bad(i, "missing ')' in macro parameter list")
		}
		if toks[i].Kind != Comma {
			return bad(i, "expected comma in macro parameter list")
		}
	}
}

// addParam appends a parameter, which knows its place up to unmark.
func (m *macro) addParam(id *ident) {
	m.params = append(m.params, id)
	id.param = uint16(len(m.params))
}

func (m *macro) unmark() {
	for _, q := range m.params {
		q.param = 0
	}
}

// checkBody marks the parameters in a body and refuses misplaced operators.
func (p *preprocessor) checkBody(m *macro) bool {
	n := len(m.body)
	if n > 0 && m.body[0].Kind == HashHash {
		p.errorf("macro-paste", m.body[0].Span(), "'##' cannot appear at start of macro expansion")
		return false
	}
	if n > 0 && m.body[n-1].Kind == HashHash {
		p.errorf("macro-paste", m.body[n-1].Span(), "'##' cannot appear at end of macro expansion")
		return false
	}
	for i := range m.body {
		t := &m.body[i]
		id := p.table.ident(*t)
		if id == nil {
			continue
		}
		t.param = id.param
		if id == p.vaArgs && t.param == 0 {
			p.warnf("variadic-macros", t.Span(), "__VA_ARGS__ can only appear in the expansion of a variadic macro")
		}
		if id == p.vaOpt && !m.variadic {
			p.warnf("variadic-macros", t.Span(), "__VA_OPT__ can only appear in the expansion of a variadic macro")
		} else if id == p.vaOpt && !p.checkOptional(m.body, i) {
			return false
		}
	}
	for i := range m.body {
		if m.function && m.body[i].Kind == Hash && (i+1 == n || m.body[i+1].param == 0 && p.table.ident(m.body[i+1]) != p.vaOpt) {
			p.errorf("macro-stringize", m.body[i].Span(), "'#' is not followed by a macro parameter")
			return false
		}
	}
	return true
}

// checkOptional refuses a __VA_OPT__ at i that has no operand or a wrong one.
func (p *preprocessor) checkOptional(body []Token, i int) bool {
	end := closing(body, i+1)
	if i+1 == len(body) || end == len(body) {
		p.errorf("macro-va-opt", body[i].Span(), "missing '(' and ')' after __VA_OPT__")
		return false
	}
	for j := i + 2; j < end; j++ {
		switch t := &body[j]; {
		case t.word == p.vaOpt.word:
			p.errorf("macro-va-opt", t.Span(), "__VA_OPT__ cannot be nested within its own replacement tokens")
			return false
		case t.Kind == HashHash && j == i+2:
			p.errorf("macro-va-opt", t.Span(), "'##' cannot appear at start of __VA_OPT__ argument")
			return false
		case t.Kind == HashHash && j == end-1:
			p.errorf("macro-va-opt", t.Span(), "'##' cannot appear at end of __VA_OPT__ argument")
			return false
		}
	}
	return true
}

func sameMacro(a, b *macro) bool {
	if a.function != b.function || a.variadic != b.variadic || len(a.params) != len(b.params) || len(a.body) != len(b.body) {
		return false
	}
	for i := range a.params {
		if a.params[i].name != b.params[i].name {
			return false
		}
	}
	for i := range a.body {
		x, y := &a.body[i], &b.body[i]
		if a.table.text(*x) != b.table.text(*y) || i > 0 && (x.flags^y.flags)&spaceBefore != 0 {
			return false
		}
	}
	return true
}
