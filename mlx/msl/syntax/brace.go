package syntax

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// braceBalance tells where a brace is missing or one too many, once parsing has
// met what cannot be.
type braceBalance struct {
	known bool
	open  int      // braces that nothing closes, less those that close nothing, of which nothing was said yet
	end   diag.Pos // where a class ended without its brace
}

// lacks reports whether a class has just ended in front of t without its brace.
func (b *braceBalance) lacks(t Token) bool { return b.end != 0 && b.end == t.Pos }

// balanceAhead counts the braces that the unit opens and does not close.
func (p *parser) balanceAhead() int {
	if p.asking > 0 || p.failed {
		return 0
	}
	if b := &p.balance; !b.known {
		b.known = true
		for _, t := range p.toks {
			switch t.Kind {
			case LBrace:
				b.open++
			case RBrace:
				b.open--
			}
		}
	}
	return p.balance.open
}

func (p *parser) missesBrace() bool { return p.balanceAhead() > 0 }

func (p *parser) surplusBrace() bool {
	if p.balanceAhead() >= 0 {
		return false
	}
	p.balance.open++
	return true
}

// endsList reports whether the '}' ahead ends a list that lacks its '{': one is
// missing, and it stands in the middle of a declaration or statement.
func (p *parser) endsList() bool {
	if p.tok.Kind != RBrace || p.tok.flags&lineStart != 0 || p.balanceAhead() >= 0 {
		return false
	}
	next := p.toks[min(p.i+1, len(p.toks)-1)].Kind
	return next == Semi || next == Comma || next == RParen
}

// doubledBrace reports the second of two braces in a row that begin a body, where
// one is too many, and steps onto it.
func (p *parser) doubledBrace() {
	if p.kind != LBrace || p.peek(1) != LBrace || p.toks[p.i+1].Pos != p.tok.End() || !p.missesBrace() {
		return
	}
	p.next()
	p.extraneousBrace()
}

// strayBrace goes past a brace in the header of a loop, where none begins anything, if the unit
// has one too many.
func (p *parser) strayBrace() {
	if p.kind == LBrace && p.missesBrace() {
		p.extraneousBrace()
		p.next()
	}
}

// extraneousBrace reports the brace ahead, which is one too many.
func (p *parser) extraneousBrace() {
	p.balance.open--
	p.report(diag.Diagnostic{Code: "extraneous-token", Message: "extraneous '{'", Span: p.here(), Fixes: []diag.Fix{{Span: p.here()}}})
}

// outside reports whether what the braces at first and before hold has ended in
// front of the current token without its brace: it stands at the left margin,
// where the declarations of a file begin, and what they hold does not.
func (p *parser) outside(first Token) bool {
	return p.tok.flags&margin != 0 && first.flags&margin == 0 && !p.outdented() && p.missesBrace()
}

// outdented reports what may stand farther left than what is around it.
func (p *parser) outdented() bool {
	switch p.kind {
	case RBrace, LBrace, PragmaTok, kwCase, kwDefault, kwPublic, kwPrivate, kwProtected:
		return true
	}
	return false
}

// beside reports whether a brace is missing and the current token begins a line that
// is indented as the one with token i, or less.
func (p *parser) beside(i int) bool {
	if p.tok.flags&lineStart == 0 || p.outdented() || !p.missesBrace() {
		return false
	}
	indent := p.src.Resolve(p.tok.Pos).Column - 1
	at := p.src.FilePos(p.toks[i].Pos)
	line := p.src.Text(diag.Span{Start: at - diag.Pos(p.src.Resolve(at).Column-1), End: at})
	return len(line) >= indent && strings.TrimLeft(line[:indent], " \t") == "" // no walk along a line that may be as long as the file
}

// endFunction reports that the function around lacks its closing brace in front
// of token i, and leaves it.
func (p *parser) endFunction(i int) {
	p.goTo(i)
	p.ended = i
	p.balance.open--
	p.missing("'}'", p.outer)
}

// lacksEnd reports that a class lacks the brace that closes the one at open.
func (p *parser) lacksEnd(open Token) {
	p.balance.open--
	p.balance.end = p.tok.Pos
	p.missing("'}'", open)
	p.goOn(p.i)
}

// lacksBrace reports that a body begins here without its brace.
func (p *parser) lacksBrace(message string) {
	p.report(diag.Diagnostic{Code: "expected-token", Message: message, Span: p.here(), Fixes: []diag.Fix{{Span: at(p.end), Text: " {"}}})
}

// goOn goes on at token i after an error.
func (p *parser) goOn(i int) {
	p.failed, p.ended = false, 0
	p.goTo(i)
	p.end = p.toks[i-1].End()
}
