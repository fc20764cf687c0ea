package syntax

import (
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// dynamicMacro expands a macro whose value depends on where it stands.
type dynamicMacro func(p *preprocessor, t *Token) bool

// dynamicMacros are the macros that are computed rather than defined.
var dynamicMacros = map[string]dynamicMacro{
	"__LINE__":          (*preprocessor).lineNumber,
	"__COUNTER__":       func(p *preprocessor, t *Token) bool { p.counter++; return p.number(t, p.counter-1) },
	"__INCLUDE_LEVEL__": func(p *preprocessor, t *Token) bool { return p.number(t, len(p.files)-1) },
	"__METAL_VERSION__": func(p *preprocessor, t *Token) bool { return p.number(t, p.opt.version()) },
	"__FILE__":          func(p *preprocessor, t *Token) bool { return p.fileName(t, p.src.Resolve(t.Pos).File) },
	"__BASE_FILE__":     func(p *preprocessor, t *Token) bool { return p.fileName(t, p.files[0].name) },
	"_Pragma":           (*preprocessor).pragmaOperator,

	"__has_include":       (*preprocessor).hasOperator,
	"__has_include_next":  (*preprocessor).hasOperator,
	"__has_attribute":     (*preprocessor).hasOperator,
	"__has_cpp_attribute": (*preprocessor).hasOperator,
	"__has_builtin":       (*preprocessor).hasOperator,
	"__has_feature":       (*preprocessor).hasOperator,
	"__has_extension":     (*preprocessor).hasOperator,
	"__has_warning":       (*preprocessor).hasOperator,
	"__is_identifier":     (*preprocessor).hasOperator,
}

// hasOperators are the dynamic macros that #if evaluates with their operand.
var hasOperators = map[string]bool{
	"__has_include": true, "__has_include_next": true, "__has_attribute": true, "__has_cpp_attribute": true,
	"__has_builtin": true, "__has_feature": true, "__has_extension": true, "__has_warning": true, "__is_identifier": true,
}

// replace has the parser read one token that was written nowhere.
func (p *preprocessor) replace(t *Token, kind Kind, text string) bool {
	m := p.literal(kind, text, p.made(text, t.Span()), t.flags&spacing)
	p.push(append(p.buffer(), m), nil, false)
	return true
}

// lineNumber is the line in which the invocation ends in whose macro __LINE__ stands, as
// compilers have it.
func (p *preprocessor) lineNumber(t *Token) bool {
	at := p.src.FileSpan(t.Span())
	return p.number(t, p.src.Resolve(max(at.Start, at.End-1)).Line)
}

func (p *preprocessor) number(t *Token, n int) bool {
	return p.replace(t, Number, strconv.Itoa(n))
}

func (p *preprocessor) fileName(t *Token, name string) bool {
	return p.replace(t, String, strconv.Quote(name))
}

// hasOperator expands __has_include(X) and the like outside of #if.
func (p *preprocessor) hasOperator(t *Token) bool {
	if name := p.table.text(*t); !p.inCondition && strings.HasPrefix(name, "__has_include") {
		p.errorf("has-operator", t.Span(), "'%s' must be used within a preprocessing directive", name)
		t.Kind = Invalid // reported: the parser fails here in silence
		return false
	}
	operand, ok := p.operand(t)
	if !ok || len(operand) == 0 {
		p.errorf("has-operator", t.Span(), "missing '(' after '%s'", p.table.text(*t))
		return false
	}
	n := 0
	if p.has(p.table.text(*t), operand) {
		n = 1
	}
	return p.number(t, n)
}

// pragmaOperator turns _Pragma("text") into a pragma.
func (p *preprocessor) pragmaOperator(t *Token) bool {
	operand, ok := p.operand(t)
	if !ok || len(operand) != 1 || operand[0].Kind != String {
		p.errorf("pragma-operator", t.Span(), "_Pragma takes a parenthesized string literal")
		return true
	}
	content := unquote(p.table.text(operand[0]))
	p.recycle(operand)
	sp, ok := p.src.AddScratch(content)
	if !ok {
		p.fail("macro-size", t.Span(), "too much text from macro expansions")
		return true
	}
	sc := scanner{src: content + "\x00", base: sp.Start, table: p.table}
	toks := p.buffer()
	for {
		var w Token
		sc.next(&w)
		if w.Kind == EOF {
			break
		}
		toks = append(toks, w)
	}
	if len(toks) > 0 && !p.obey(toks, t.Pos) {
		p.push(append(p.buffer(), p.pragmaToken(toks, t.Pos)), nil, false)
	}
	return true
}

// operand reads the tokens of a parenthesised operand.
func (p *preprocessor) operand(name *Token) ([]Token, bool) {
	if !p.parenFollows() {
		return nil, false
	}
	var t Token
	p.read(&t)
	toks := p.buffer()
	for depth := 1; ; {
		p.read(&t)
		switch t.Kind {
		case EOF:
			return nil, false
		case LParen:
			depth++
		case RParen:
			if depth--; depth == 0 {
				return toks, true
			}
		}
		if len(toks) > maxNesting {
			p.errorf("has-operator", name.Span(), "the operand of '%s' is too long", p.table.text(*name))
			return nil, false
		}
		toks = append(toks, t)
	}
}

// at is the empty span at p.
func at(p diag.Pos) diag.Span { return diag.Span{Start: p, End: p} }
