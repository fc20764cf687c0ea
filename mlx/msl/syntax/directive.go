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
			p.skipGroup(t.Span())
		}
	case "elif", "else", "elifdef", "elifndef":
		if n := len(f.conds); n == 0 {
			p.errorf("conditional", t.Span(), "#%s without #if", name)
			p.skipLine()
		} else {
			p.checkElse(&f.conds[n-1], &t)
			p.skipLine()
			p.skipGroup(t.Span()) // a group before this one was read
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
