package syntax

import "github.com/zmlx/zmlx/mlx/msl/diag"

// punctuator returns the longest punctuator at the start of s, which ends in NUL
// and begins with none of single.
func punctuator(s string) (Kind, int) {
	c1 := s[1]
	switch s[0] {
	case ':':
		switch c1 {
		case ':':
			return ColonColon, 2
		case '>':
			return RBrack, 2
		}
		return Colon, 1
	case '.':
		if c1 == '.' && s[2] == '.' {
			return Ellipsis, 3
		}
		if c1 == '*' {
			return DotStar, 2
		}
		return Dot, 1
	case '#':
		if c1 == '#' {
			return HashHash, 2
		}
		return Hash, 1
	case '+':
		switch c1 {
		case '+':
			return PlusPlus, 2
		case '=':
			return PlusEq, 2
		}
		return Plus, 1
	case '-':
		switch c1 {
		case '-':
			return MinusMinus, 2
		case '=':
			return MinusEq, 2
		case '>':
			if s[2] == '*' {
				return ArrowStar, 3
			}
			return Arrow, 2
		}
		return Minus, 1
	case '*':
		if c1 == '=' {
			return StarEq, 2
		}
		return Star, 1
	case '/':
		if c1 == '=' {
			return SlashEq, 2
		}
		return Slash, 1
	case '%':
		switch c1 {
		case '=':
			return PercentEq, 2
		case '>':
			return RBrace, 2
		case ':':
			if s[2] == '%' && s[3] == ':' {
				return HashHash, 4
			}
			return Hash, 2
		}
		return Percent, 1
	case '&':
		switch c1 {
		case '&':
			return AndAnd, 2
		case '=':
			return AmpEq, 2
		}
		return Amp, 1
	case '|':
		switch c1 {
		case '|':
			return OrOr, 2
		case '=':
			return PipeEq, 2
		}
		return Pipe, 1
	case '^':
		if c1 == '=' {
			return CaretEq, 2
		}
		return Caret, 1
	case '!':
		if c1 == '=' {
			return NotEq, 2
		}
		return Not, 1
	case '=':
		if c1 == '=' {
			return EqEq, 2
		}
		return Assign, 1
	case '<':
		switch c1 {
		case '=':
			return LessEq, 2
		case '<':
			if s[2] == '=' {
				return ShlEq, 3
			}
			return Shl, 2
		case '%':
			return LBrace, 2
		case ':':
			if s[2] != ':' || s[3] == ':' || s[3] == '>' { // a<::b is a < ::b
				return LBrack, 2
			}
		}
		return Less, 1
	case '>':
		switch c1 {
		case '=':
			return GreaterEq, 2
		case '>':
			if s[2] == '=' {
				return ShrEq, 3
			}
			return Shr, 2
		}
		return Greater, 1
	}
	return Invalid, 1
}

// transposed are operators as other languages, or habit, write them.
var transposed = map[[2]Kind]string{{Assign, Greater}: ">=", {Assign, Less}: "<=", {Less, Greater}: "!="}

// noExpression reports what stands where an expression should begin.
func (p *parser) noExpression() {
	before := p.toks[max(p.i-1, 0)]
	meant := transposed[[2]Kind{before.Kind, p.kind}]
	if before.Kind == Shl && p.kind == Less {
		p.fail("foreign-word", diag.Span{Start: before.Pos, End: p.tok.End()}, "'<<<' is not a word of Metal: the host launches kernels and sets their grid")
		return
	}
	if meant == "" || before.End() != p.tok.Pos {
		p.expected("expression")
		return
	}
	p.notOperator(diag.Span{Start: before.Pos, End: p.tok.End()}, meant)
}

// notOperator fails because of an operator of other languages.
func (p *parser) notOperator(both diag.Span, meant string) {
	p.failWith(diag.Diagnostic{Code: "expected-token", Message: "'" + p.src.Text(both) + "' is not an operator of Metal; did you mean '" + meant + "'?", Span: both,
		Fixes: []diag.Fix{{Span: both, Text: meant}}})
}
