package interop

import (
	"fmt"
	"strconv"
	"strings"
)

// pyCall is a call of metal_kernel, or of the kernel that it returned.
type pyCall struct {
	line   int
	target string // what the result is assigned to
	args   []any
	kwargs map[string]any
}

// pyFile evaluates what can be told of a Python file: literals, names of
// literals, concatenation, arithmetic and f-strings.
type pyFile struct {
	toks   []pyToken
	i      int
	depth  int
	values map[string]any
}

// Values of the evaluation: string, int64, float64, bool, nil, list, name (a
// dotted name such as mx.float32) and unknown.
type (
	list []any
	name string
)

func (p *pyFile) tok() pyToken { return p.toks[p.i] }

func (p *pyFile) is(text string) bool { return p.tok().kind == pyPunct && p.tok().text == text }

func (p *pyFile) accept(text string) bool {
	if p.is(text) {
		p.i++
		return true
	}
	return false
}

// expr evaluates an expression up to a comma, a closing bracket or the end of
// the line.
func (p *pyFile) expr() any {
	if p.depth++; p.depth > maxNesting {
		p.depth--
		return p.skip(p.i)
	}
	defer func() { p.depth-- }()
	start := p.i
	v := p.sum()
	if t := p.tok(); t.kind == pyEnd || t.kind == pyLine || p.is(",") || p.is(")") || p.is("]") || p.is("}") || p.is(":") || p.is("=") {
		return v
	}
	return p.skip(start)
}

// skip passes over the rest of an expression.
func (p *pyFile) skip(start int) any {
	open := 0
	for ; p.tok().kind != pyEnd; p.i++ {
		t := p.tok()
		if open == 0 && (t.kind == pyLine || p.is(",") || p.is(")") || p.is("]") || p.is("}")) {
			break
		}
		if t.kind == pyPunct {
			switch t.text {
			case "(", "[", "{":
				open++
			case ")", "]", "}":
				open--
			}
		}
	}
	return unknown{p.text(start, p.i)}
}

func (p *pyFile) text(from, to int) string {
	var b strings.Builder
	for _, t := range p.toks[from:min(to, from+12)] {
		b.WriteString(t.text)
	}
	return b.String()
}

func (p *pyFile) sum() any {
	v := p.product()
	for p.is("+") || p.is("-") {
		op := p.tok().text
		p.i++
		v = arithmetic(op, v, p.product())
	}
	return v
}

func (p *pyFile) product() any {
	v := p.atom()
	for p.is("*") || p.is("/") || p.is("%") {
		op := p.tok().text
		p.i++
		if p.accept("/") {
			op = "//"
		} else if op == "*" && p.accept("*") {
			op = "**"
		}
		v = arithmetic(op, v, p.atom())
	}
	return v
}

func arithmetic(op string, x, y any) any {
	if a, ok := x.(string); ok && op == "+" {
		if b, ok := y.(string); ok {
			return a + b
		}
	}
	a, ok1 := x.(int64)
	b, ok2 := y.(int64)
	if ok1 && ok2 {
		switch {
		case op == "+":
			return a + b
		case op == "-":
			return a - b
		case op == "*":
			return a * b
		case op == "//" && b > 0 && a >= 0:
			return a / b
		case op == "%" && b > 0 && a >= 0:
			return a % b
		}
	}
	return unknown{"an expression with " + op}
}

func (p *pyFile) atom() any {
	start := p.i
	t := p.tok()
	switch t.kind {
	case pyString:
		return p.strings()
	case pyNumber:
		p.i++
		text := strings.ReplaceAll(t.text, "_", "")
		if i, err := strconv.ParseInt(text, 0, 64); err == nil {
			return i
		}
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return f
		}
		return unknown{t.text}
	case pyName:
		return p.named()
	case pyPunct:
		switch t.text {
		case "-":
			p.i++
			switch v := p.atom().(type) {
			case int64:
				return -v
			case float64:
				return -v
			}
			return unknown{"a negated value"}
		case "(", "[":
			return p.group(map[string]string{"(": ")", "[": "]"}[t.text])
		}
	}
	return p.skip(start)
}

// strings joins neighbouring literals, as Python does.
func (p *pyFile) strings() any {
	var b strings.Builder
	var missing any
	for p.tok().kind == pyString {
		t := p.tok()
		s := t.text
		if t.format {
			var err error
			if s, err = p.interpolate(s); err != nil {
				missing = err
			}
		}
		b.WriteString(s)
		p.i++
	}
	if p.is(".") { // "…".format(…) and the like
		return p.skip(p.i)
	}
	if missing != nil {
		return missing
	}
	return b.String()
}

// interpolate fills an f-string from known values.
func (p *pyFile) interpolate(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "{{"), strings.HasPrefix(s[i:], "}}"):
			b.WriteByte(s[i])
			i++
		case s[i] == '{':
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				return "", unknown{"an f-string"}
			}
			inner := &pyFile{toks: lexPython(s[i+1 : i+end]), values: p.values, depth: p.depth}
			switch v := inner.expr().(type) {
			case string:
				b.WriteString(v)
			case int64:
				fmt.Fprint(&b, v)
			case float64:
				b.WriteString(pyFloat(v))
			case bool:
				b.WriteString(pythonBool(v))
			default:
				return "", unknown{"{" + s[i+1:i+end] + "}"}
			}
			i += end
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), nil
}

func pyFloat(f float64) string {
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".en") {
		s += ".0"
	}
	return s
}

// named is a name, a dotted name, or a constant.
func (p *pyFile) named() any {
	start := p.i
	parts := []string{p.tok().text}
	p.i++
	for p.is(".") && p.toks[p.i+1].kind == pyName {
		parts = append(parts, p.toks[p.i+1].text)
		p.i += 2
	}
	if p.is("(") || p.is("[") {
		return p.skip(start)
	}
	full := strings.Join(parts, ".")
	switch full {
	case "True":
		return true
	case "False":
		return false
	case "None":
		return nil
	}
	if v, ok := p.values[full]; ok {
		return v
	}
	if len(parts) > 1 {
		return name(full)
	}
	return unknown{full}
}

// group is a list, a tuple, or an expression in brackets.
func (p *pyFile) group(closing string) any {
	p.i++
	out := list{}
	comma := closing == "]"
	for !p.is(closing) && p.tok().kind != pyEnd {
		before := p.i
		out = append(out, p.expr())
		if p.accept(",") {
			comma = true
		} else if !p.is(closing) && p.i == before {
			p.i++
		}
	}
	p.accept(closing)
	if !comma && len(out) == 1 {
		return out[0]
	}
	return out
}

// call reads the arguments of a call whose opening bracket is next.
func (p *pyFile) call() pyCall {
	c := pyCall{line: p.tok().line, kwargs: map[string]any{}}
	p.i++
	for !p.is(")") && p.tok().kind != pyEnd {
		before := p.i
		if t := p.tok(); t.kind == pyName && p.toks[p.i+1].kind == pyPunct && p.toks[p.i+1].text == "=" {
			p.i += 2
			c.kwargs[t.text] = p.expr()
		} else {
			c.args = append(c.args, p.expr())
		}
		if !p.accept(",") && !p.is(")") && p.i == before {
			p.i++
		}
	}
	p.accept(")")
	return c
}
