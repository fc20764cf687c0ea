package highlight

import (
	"strings"
	"sync"
)

// Spec lexes kernel specs: YAML in which the blocks of some keys are in
// another language.
type Spec struct{}

var blockLangs = map[string]Lang{"source": Metal, "header": Metal, "go": Go}

const (
	specPlain uint8 = iota
	specBlock       // inside a block scalar
)

// Line implements Lexer.
func (Spec) Line(line string, in State, spans []Span) ([]Span, State) {
	trimmed := strings.TrimLeft(line, " ")
	indent := len(line) - len(trimmed)
	if in.Mode == specBlock {
		if trimmed == "" || indent > int(in.Indent) {
			return blockLine(line, in, spans)
		}
	}
	if trimmed == "" {
		return spans, State{}
	}
	return yamlLine(line, indent, spans)
}

// blockLine lexes a line of a block scalar in the block's own language.
func blockLine(line string, in State, spans []Span) ([]Span, State) {
	var inner State
	switch in.Lang {
	case Metal:
		spans, inner = MetalLexer.Line(line, State{Metal: in.Metal}, spans)
		in.Metal = inner.Metal
	case Go:
		spans, inner = goLexer.Line(line, State{Mode: in.Inner}, spans)
		in.Inner = inner.Mode
	default:
		if line != "" {
			spans = append(spans, Span{0, len(line), String})
		}
	}
	return spans, in
}

func yamlLine(line string, indent int, spans []Span) ([]Span, State) {
	if strings.HasPrefix(line[indent:], "---") || strings.HasPrefix(line[indent:], "...") {
		return append(spans, Span{indent, len(line), Punctuation}), State{}
	}
	i, depth := indent, 0
	atKey := true // a key may begin here
	keyIndent, key := indent, ""
	for i < len(line) {
		c := line[i]
		switch {
		case c == ' ' || c == '\t':
			i++
		case c == '#' && (i == 0 || line[i-1] == ' '):
			return append(spans, Span{i, len(line), Comment}), State{}
		case c == '-' && atKey && depth == 0 && (i+1 == len(line) || line[i+1] == ' '):
			spans = append(spans, Span{i, i + 1, Punctuation})
			i++
			keyIndent = i + 1
		case strings.IndexByte("{}[],", c) >= 0:
			switch c {
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			}
			atKey = c == '{' || c == ','
			spans = append(spans, Span{i, i + 1, Punctuation})
			i++
		case c == ':':
			spans = append(spans, Span{i, i + 1, Punctuation})
			atKey = false
			i++
		case (c == '|' || c == '>') && depth == 0 && !atKey:
			return append(spans, Span{i, len(line), Operator}),
				State{Mode: specBlock, Lang: blockLang(key), Indent: int16(min(keyIndent, 1<<14))}
		case c == '"' || c == '\'':
			end := quoted(line, i)
			kind := String
			if atKey && strings.HasPrefix(line[end:], ":") {
				kind, key = Key, strings.Trim(line[i:end], `"'`)
			}
			spans = append(spans, Span{i, end, kind})
			i = end
		case c == '&' || c == '*' || c == '!':
			end := i + strings.IndexAny(line[i:]+" ", " ,]}")
			spans = append(spans, Span{i, end, Attribute})
			i = end
		default:
			end := scalar(line, i, depth > 0)
			text := strings.TrimRight(line[i:end], " ")
			kind := scalarKind(text)
			if atKey && strings.HasPrefix(line[i+len(text):], ":") {
				kind, key = Key, text
			}
			spans = append(spans, Span{i, i + len(text), kind})
			i = max(i+len(text), i+1)
		}
	}
	return spans, State{}
}

func blockLang(key string) Lang {
	if l, ok := blockLangs[key]; ok {
		return l
	}
	return Plain
}

// scalar gives the end of a plain scalar that starts at i.
func scalar(line string, i int, flow bool) int {
	for j := i; j < len(line); j++ {
		switch c := line[j]; {
		case c == ':' && (j+1 == len(line) || line[j+1] == ' ' || flow && strings.IndexByte(",]}", line[j+1]) >= 0):
			return j
		case c == '#' && j > i && line[j-1] == ' ':
			return j
		case flow && strings.IndexByte(",]}[{", c) >= 0:
			return j
		}
	}
	return len(line)
}

var dtypes = sync.OnceValue(func() map[string]Kind {
	return words(map[Kind]string{Type: "float32 float16 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool bool_ complex64 float64"})
})

func scalarKind(text string) Kind {
	switch text {
	case "true", "false", "null", "~":
		return Builtin
	}
	if k, ok := dtypes()[text]; ok {
		return k
	}
	first := strings.TrimLeft(text, "+-.")
	if first != "" && isDigit(first[0]) && strings.Trim(first, "0123456789abcdefABCDEFxX+-._") == "" {
		return Number
	}
	return Text
}
