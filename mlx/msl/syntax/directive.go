package syntax

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// conditional is an open #if.
type conditional struct {
	at      diag.Span // of the directive
	taken   bool      // a group was read or is being read
	sawElse bool
}

// directive reads the line whose # has been read. A pragma becomes the token
// out; true says that there is one.
func (p *preprocessor) directive(out *Token) bool {
	var t Token
	f := p.file
	if p.atLineEnd() {
		return false // the null directive
	}
	f.next(&t)
	switch t.Text {
	case "define":
		p.define(&t)
	case "undef":
		p.undef(&t)
	case "include", "import", "include_next":
		p.include(&t)
	case "if", "ifdef", "ifndef":
		c := conditional{at: t.Span()}
		c.taken = p.condition(&t)
		f.conds = append(f.conds, c)
		if !c.taken {
			p.skipGroup()
		}
	case "elif", "else", "elifdef", "elifndef":
		if n := len(f.conds); n == 0 {
			p.errorf("conditional", t.Span(), "#%s without #if", t.Text)
			p.skipLine()
		} else {
			p.checkElse(&f.conds[n-1], &t)
			p.skipLine()
			p.skipGroup() // a group before this one was read
		}
	case "endif":
		if n := len(f.conds); n == 0 {
			p.errorf("conditional", t.Span(), "#endif without #if")
			p.skipLine()
		} else {
			f.conds = f.conds[:n-1]
			p.endLine("endif")
		}
	case "line":
		p.lineDirective(&t)
	case "pragma":
		return p.pragma(&t, out)
	case "error":
		p.errorf("error-directive", t.Span(), "%s", p.lineText())
	case "warning":
		p.warnf("#warnings", t.Span(), "%s", p.lineText())
	case "ident", "sccs":
		p.skipLine()
	default:
		if t.Kind == Number { // # 1 "file": a line marker
			p.setLine(&t)
			return false
		}
		p.errorf("invalid-directive", t.Span(), "invalid preprocessing directive")
		p.skipLine()
	}
	return false
}

// atLineEnd reports whether no token is left on the line.
func (p *preprocessor) atLineEnd() bool {
	peek := p.file.scanner
	peek.report = nil
	flags := peek.space()
	return flags&lineStart != 0 || peek.off >= len(peek.src)-1
}

// rest reads the tokens up to the end of the line. The result is valid until
// the next directive.
func (p *preprocessor) rest() []Token {
	toks := p.line[:0]
	var t Token
	for {
		before := p.file.off
		p.file.next(&t)
		if t.Kind == EOF || t.flags&lineStart != 0 {
			p.file.off = before
			break
		}
		toks = append(toks, t)
	}
	p.line = toks
	return toks
}

// skipLine goes to the end of the line.
func (p *preprocessor) skipLine() {
	report := p.file.report
	p.file.report = nil
	p.rest()
	p.file.report = report
}

// endLine skips what is left of the line and warns if that is not nothing.
func (p *preprocessor) endLine(name string) {
	if extra := p.rest(); len(extra) > 0 {
		p.warnf("extra-tokens", extra[0].Span(), "extra tokens at end of #%s directive", name)
	}
}

// lineText is the text of the rest of the line.
func (p *preprocessor) lineText() string {
	f := p.file
	start := f.off
	p.skipLine()
	text := f.src[start:f.off]
	return strings.TrimSpace(removeSplices(text))
}

func (p *preprocessor) undef(t *Token) {
	toks := p.rest()
	if len(toks) == 0 || toks[0].id == nil {
		p.macroName(toks, t)
		return
	}
	toks[0].id.macro = nil
	if len(toks) > 1 {
		p.warnf("extra-tokens", toks[1].Span(), "extra tokens at end of #undef directive")
	}
}

func (p *preprocessor) macroName(toks []Token, t *Token) {
	if len(toks) == 0 {
		p.errorf("macro-name", diag.Span{Start: t.End(), End: t.End()}, "macro name missing")
	} else {
		p.errorf("macro-name", toks[0].Span(), "macro name must be an identifier")
	}
}

func (p *preprocessor) define(t *Token) {
	toks := p.rest()
	if len(toks) == 0 || toks[0].id == nil {
		p.macroName(toks, t)
		return
	}
	name := &toks[0]
	if name.id == p.defined || name.id == p.vaArgs || name.id == p.vaOpt {
		p.errorf("macro-name", name.Span(), "'%s' cannot be used as a macro name", name.Text)
		return
	}
	m := &macro{table: p.table, name: name.Span()}
	body := toks[1:]
	if len(body) > 0 && body[0].Kind == LParen && body[0].flags&spaceBefore == 0 {
		m.function = true
		var ok bool
		if body, ok = p.parameters(m, body); !ok {
			return
		}
	} else if len(body) > 0 && body[0].flags&spaceBefore == 0 {
		p.warnf("c99-whitespace", body[0].Span(), "ISO C99 requires whitespace after the macro name")
	}
	m.body = append([]Token(nil), body...)
	if n := len(body); n > 0 {
		m.span = diag.Span{Start: body[0].Pos, End: body[n-1].End()}
		m.body[0].flags &^= spaceBefore
	}
	if !p.checkBody(m) {
		return
	}
	if old := name.id.macro; old != nil && !sameMacro(old, m) {
		p.bag.Add(diag.Diagnostic{Severity: diag.Warning, Code: "macro-redefined", Span: m.name,
			Message: "'" + name.Text + "' macro redefined",
			Notes:   []diag.Note{{Message: "previous definition is here", Span: old.name}}})
	}
	name.id.macro = m
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
			m.params = append(m.params, p.vaArgs)
		case toks[i].id != nil:
			for _, q := range m.params {
				if q == toks[i].id {
					return bad(i, "duplicate macro parameter name '"+q.name+"'")
				}
			}
			m.params = append(m.params, toks[i].id)
			if len(m.params) >= 1<<16-1 {
				return bad(i, "too many macro parameters")
			}
			if i+1 < len(toks) && toks[i+1].Kind == Ellipsis {
				m.variadic = true
				i++
			}
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
	index := make(map[*ident]uint16, len(m.params))
	for i, q := range m.params {
		index[q] = uint16(i + 1)
	}
	for i := range m.body {
		t := &m.body[i]
		if t.id == nil {
			continue
		}
		t.param = index[t.id]
		if t.id == p.vaArgs && t.param == 0 {
			p.warnf("variadic-macros", t.Span(), "__VA_ARGS__ can only appear in the expansion of a variadic macro")
		}
		if t.id == p.vaOpt && m.variadic && (i+1 == n || closing(m.body, i+1) == n) {
			p.errorf("macro-va-opt", t.Span(), "missing '(' and ')' after __VA_OPT__")
			return false
		}
	}
	for i := range m.body {
		if m.function && m.body[i].Kind == Hash && (i+1 == n || m.body[i+1].param == 0 && m.body[i+1].id != p.vaOpt) {
			p.errorf("macro-stringize", m.body[i].Span(), "'#' is not followed by a macro parameter")
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
		if x.Text != y.Text || i > 0 && (x.flags^y.flags)&spaceBefore != 0 {
			return false
		}
	}
	return true
}

// include reads the file that an #include names.
func (p *preprocessor) include(t *Token) {
	f := p.file
	f.header = true
	toks := p.rest()
	f.header = false
	at := diag.Span{Start: t.End(), End: t.End()}
	if len(toks) > 0 && toks[0].Kind != String {
		toks = p.expandList(append([]Token(nil), toks...))
		if len(toks) > 0 && toks[0].Kind == Less { // <name> out of a macro
			toks = joinHeader(toks)
		}
	}
	if len(toks) == 0 || toks[0].Kind != String || len(toks[0].Text) < 3 {
		if len(toks) > 0 {
			at = toks[0].Span()
		}
		p.errorf("include-name", at, "expected \"FILENAME\" or <FILENAME>")
		return
	}
	if len(toks) > 1 {
		p.warnf("extra-tokens", toks[1].Span(), "extra tokens at end of #%s directive", t.Text)
	}
	at = toks[0].Span()
	name, angled := toks[0].Text[1:len(toks[0].Text)-1], toks[0].Text[0] == '<'
	if reason := refusedHeaders[strings.SplitN(name, "/", 2)[0]]; reason != "" {
		p.errorf("unsupported-header", at, "'%s' is not supported: %s", name, reason)
		return
	}
	path, text, ok := p.find(name, angled)
	if !ok {
		p.fail("file-not-found", at, "'%s' file not found", name)
		return
	}
	if path == "" || p.once[path] {
		return
	}
	p.enter(path, text, t.Pos)
	p.file.path = path
}

func joinHeader(toks []Token) []Token {
	for i := range toks {
		if toks[i].Kind == Greater {
			t := toks[0]
			t.Kind, t.Text = String, text(toks[:i+1])
			return append([]Token{t}, toks[i+1:]...)
		}
	}
	return toks
}

// text joins tokens as they were spaced.
func text(toks []Token) string {
	var b strings.Builder
	for i := range toks {
		if i > 0 && toks[i].flags&(spaceBefore|lineStart) != 0 {
			b.WriteByte(' ')
		}
		b.WriteString(toks[i].Text)
	}
	return b.String()
}

// find looks for a header. The path of one that is built in is "".
func (p *preprocessor) find(name string, angled bool) (path, text string, ok bool) {
	if angled && builtinHeader(name) {
		p.library = true
		return "", "", true
	}
	if p.opt.Include != nil {
		if path, text, ok = p.opt.Include(name, p.file.path, angled); ok {
			return path, text, true
		}
	}
	return "", "", builtinHeader(name)
}

func (p *preprocessor) lineDirective(t *Token) {
	toks := p.expandList(append([]Token(nil), p.rest()...))
	if len(toks) == 0 || toks[0].Kind != Number {
		at := diag.Span{Start: t.End(), End: t.End()}
		if len(toks) > 0 {
			at = toks[0].Span()
		}
		p.errorf("line-directive", at, "#line directive requires a positive integer argument")
		return
	}
	p.renumber(toks)
}

// setLine handles "# 1 "file"" whose number has been read.
func (p *preprocessor) setLine(t *Token) {
	p.renumber(append([]Token{*t}, p.rest()...))
}

func (p *preprocessor) renumber(toks []Token) {
	line := 0
	for _, c := range []byte(toks[0].Text) {
		if c < '0' || c > '9' || line > 1<<30 {
			p.errorf("line-directive", toks[0].Span(), "#line directive requires a positive integer argument")
			return
		}
		line = line*10 + int(c-'0')
	}
	name := ""
	if len(toks) > 1 {
		if toks[1].Kind != String || toks[1].Text[0] != '"' {
			p.errorf("line-directive", toks[1].Span(), "invalid filename for #line directive")
			return
		}
		name = unquote(toks[1].Text)
	}
	// The number is that of the line after this one.
	f := p.file
	next := f.off
	for next < len(f.src)-1 && f.src[next] != '\n' {
		next++
	}
	next = min(next+1, len(f.src)-1)
	p.src.SetLine(f.base+diag.Pos(next), line, name)
}

// pragma makes the rest of a #pragma a token for the parser.
func (p *preprocessor) pragma(t, out *Token) bool {
	toks := p.rest()
	if len(toks) == 0 {
		return false
	}
	switch toks[0].Text {
	case "once":
		p.once[p.file.path] = true
		return false
	case "mark", "region", "endregion", "message":
		return false
	}
	toks = p.expandList(append([]Token(nil), toks...))
	*out = Token{Kind: PragmaTok, Pos: t.Pos, Text: text(toks)}
	return true
}
