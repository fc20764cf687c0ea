package syntax

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/zmlx/zmlx/internal/spelling"
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
	switch name := p.table.text(t); name {
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
			p.errorf("conditional", t.Span(), "#%s without #if", name)
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
		d := diag.Diagnostic{Code: "invalid-directive", Message: "invalid preprocessing directive", Span: t.Span()}
		meant := misspelt(name)
		if meant != "" {
			d.Message += ", did you mean '#" + meant + "'?"
			d.Fixes = []diag.Fix{{Span: d.Span, Text: meant}}
		} else if t.flags&spaceBefore != 0 {
			d.Message += "; comments begin with '//'" // as shells and Python have them: # words
		}
		p.bag.Add(d)
		switch meant {
		case "define":
			p.define(&t)
		case "include":
			p.include(&t)
		default:
			p.skipLine()
		}
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
	toks := p.written()
	for _, t := range toks {
		p.checkPoison(t)
	}
	return toks
}

// written is rest where poisoned names may stand.
func (p *preprocessor) written() []Token {
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
	p.written()
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
			toks = p.joinHeader(toks)
		}
	}
	name, angled, ok := p.headerName(toks)
	if !ok {
		if len(toks) > 0 {
			at = toks[0].Span()
		}
		p.errorf("include-name", at, "expected \"FILENAME\" or <FILENAME>")
		return
	}
	if len(toks) > 1 {
		p.warnf("extra-tokens", toks[1].Span(), "extra tokens at end of #%s directive", p.table.text(*t))
	}
	at = toks[0].Span()
	if name == "" {
		p.errorf("include-name", at, "empty filename")
		return
	}
	if reason := refusedHeaders[strings.SplitN(name, "/", 2)[0]]; reason != "" {
		p.fail("unsupported-header", at, "'%s' is not supported: %s", name, reason)
		return
	}
	path, text, err := p.find(name, angled)
	if errors.Is(err, fs.ErrNotExist) {
		p.missingFile(name, at)
		return
	}
	if err != nil {
		p.fail("file-unreadable", at, "'%s' cannot be read: %v", name, err)
		return
	}
	if path == "" || p.once[path] {
		return
	}
	p.enter(path, text, t.Pos)
	p.file.path = path
}

// headerName takes the brackets or quotes off the name of a header.
func (p *preprocessor) headerName(toks []Token) (name string, angled, ok bool) {
	if len(toks) == 0 || toks[0].Kind != String {
		return "", false, false
	}
	text := p.table.text(toks[0])
	return text[1 : len(text)-1], text[0] == '<', true
}

// joinHeader makes a <name> that macros have given one token.
func (p *preprocessor) joinHeader(toks []Token) []Token {
	for i := range toks {
		if toks[i].Kind == Greater {
			t := p.literal(String, p.table.joined(toks[:i+1]), toks[0].Pos, toks[0].flags)
			return append([]Token{t}, toks[i+1:]...)
		}
	}
	return toks
}

// find looks for a header. The path of one that is built in is "".
func (p *preprocessor) find(name string, angled bool) (path, text string, err error) {
	if angled && builtinHeader(name) {
		p.library = true
		return "", "", nil
	}
	err = fs.ErrNotExist
	if p.opt.Include != nil {
		path, text, err = p.opt.Include(name, p.file.path, angled)
	}
	if err != nil && builtinHeader(name) {
		return "", "", nil
	}
	return path, text, err
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
	for _, c := range []byte(p.table.text(toks[0])) {
		if c < '0' || c > '9' || line > 1<<30 {
			p.errorf("line-directive", toks[0].Span(), "#line directive requires a positive integer argument")
			return
		}
		line = line*10 + int(c-'0')
	}
	name := ""
	if len(toks) > 1 {
		text := p.table.text(toks[1])
		if toks[1].Kind != String || text[0] != '"' {
			p.errorf("line-directive", toks[1].Span(), "invalid filename for #line directive")
			return
		}
		name = unquote(text)
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
