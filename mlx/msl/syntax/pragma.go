package syntax

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// pragma carries out a #pragma of the preprocessor and makes any other a token
// for the parser.
func (p *preprocessor) pragma(t, out *Token) bool {
	if before := p.file.scanner; !p.atLineEnd() {
		var first Token
		p.file.next(&first)
		switch p.table.text(first) {
		case "mark", "region", "endregion": // their text is no tokens
			p.skipLine()
			return false
		}
		p.file.scanner = before
	}
	toks := p.written()
	if len(toks) == 0 || p.obey(toks, t.Pos) {
		return false
	}
	*out = p.pragmaToken(append(p.buffer(), toks...), t.Pos)
	return true
}

// obey carries out the pragmas that are the preprocessor's own.
func (p *preprocessor) obey(toks []Token, at diag.Pos) bool {
	name := p.table.text(toks[0])
	switch name {
	case "once":
		if len(p.files) == 1 {
			p.warnf("pragma-once-outside-header", toks[0].Span(), "#pragma once in main file")
		}
		p.once[p.file.path] = true
		return true
	case "GCC", "clang":
		if len(toks) > 1 && p.table.text(toks[1]) == "poison" {
			p.poison(toks[2:])
			return true
		}
		if len(toks) > 1 && p.table.text(toks[1]) == "diagnostic" {
			p.diagnostic(toks[1:], at)
			return true
		}
		if name == "clang" || len(toks) < 3 || toks[2].Kind != String {
			return false
		}
		switch text := unquote(p.table.text(toks[2])); p.table.text(toks[1]) {
		case "error":
			p.errorf("pragma-message", toks[1].Span(), "%s", text)
			return true
		case "warning":
			p.warnf("#pragma-messages", toks[1].Span(), "%s", text)
			return true
		}
		return false
	case "message", "push_macro", "pop_macro":
	default:
		return false
	}
	operand := toks[1:]
	if len(operand) == 3 && operand[0].Kind == LParen && operand[2].Kind == RParen {
		operand = operand[1:2]
	}
	if len(operand) != 1 || operand[0].Kind != String {
		p.warnf("ignored-pragmas", toks[0].Span(), "pragma %s requires a parenthesized string", name)
		return true
	}
	text := unquote(p.table.text(operand[0]))
	id := p.table.get(text)
	switch saved := p.saved[text]; {
	case name == "message":
		p.warnf("#pragma-messages", toks[0].Span(), "%s", text)
	case name == "push_macro":
		if p.saved == nil {
			p.saved = make(map[string][]*macro)
		}
		p.saved[text] = append(saved, id.macro)
	case len(saved) == 0:
		p.warnf("ignored-pragmas", toks[0].Span(), "pragma pop_macro could not pop '%s', no matching push_macro", text)
	default:
		id.macro = saved[len(saved)-1]
		p.saved[text] = saved[:len(saved)-1]
	}
	return true
}

var levels = map[string]diag.Level{"ignored": diag.Ignored, "warning": diag.AsWarning, "error": diag.AsError, "fatal": diag.AsError}

// diagnostic obeys #pragma clang diagnostic, from its second word on.
func (p *preprocessor) diagnostic(toks []Token, at diag.Pos) {
	word := ""
	if len(toks) > 1 {
		word = p.table.text(toks[1])
	}
	level, known := levels[word]
	switch {
	case word == "push":
		p.src.PushLevels()
	case word == "pop":
		if !p.src.PopLevels(at) {
			p.warnf("unknown-pragmas", toks[1].Span(), "pragma diagnostic pop could not pop, no matching push")
		}
	case !known:
		p.warnf("unknown-pragmas", toks[min(1, len(toks)-1)].Span(), "pragma diagnostic expected 'error', 'warning', 'ignored', 'fatal', 'push', or 'pop'")
	case len(toks) < 3 || toks[2].Kind != String:
		p.warnf("unknown-pragmas", toks[1].Span(), "unexpected token in pragma diagnostic")
	default:
		group, ok := strings.CutPrefix(unquote(p.table.text(toks[2])), "-W")
		if !ok {
			p.warnf("unknown-pragmas", toks[2].Span(), "pragma diagnostic expected option name (e.g. \"-Wundef\")")
			return
		}
		p.src.SetLevel(at, group, level)
	}
}

// poisoned is the macro of names that #pragma GCC poison forbids.
var poisoned = &macro{}

// poison forbids names from here on, but for what macros already have of them.
func (p *preprocessor) poison(names []Token) {
	for _, t := range names {
		id := p.table.ident(t)
		if id == nil {
			p.errorf("poison", t.Span(), "can only poison identifier tokens")
			return
		}
		if id.isMacro() && id.macro != poisoned {
			p.warnf("poison-macro", t.Span(), "poisoning existing macro")
		}
		id.macro = poisoned
	}
}

// checkPoison reports a token that was read from a file, if it is poisoned.
func (p *preprocessor) checkPoison(t Token) {
	if id := p.table.ident(t); id != nil && id.macro == poisoned {
		p.errorf("poison", t.Span(), "attempt to use a poisoned identifier")
	}
}
