package interop

import (
	"strconv"
	"strings"
)

// pyCall is a call of metal_kernel, or of the kernel that it returned.
type pyCall struct {
	line     int
	target   string // what the result is assigned to, or what is called
	function string // that a kernel is made in
	args     []any
	kwargs   map[string]any
	assumed  []string // default values that were taken for parameters
}

// pyFile evaluates what can be told of a Python file: literals, names of
// literals, concatenation, arithmetic and f-strings.
type pyFile struct {
	toks   []pyToken
	i      int
	depth  int
	values map[string]any

	defaults map[string]bool   // names whose values are the defaults of parameters
	taken    map[string]bool   // those that were used
	aliases  map[string]string // what names were assigned from: the function called, or another name
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
	if p.word("if") {
		v = p.choose(v)
	}
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
	return unknown{text: p.text(start, p.i)}
}

func (p *pyFile) word(text string) bool { return p.tok().kind == pyName && p.tok().text == text }

// choose reads the rest of "v if condition else other".
func (p *pyFile) choose(v any) any {
	p.i++
	start := p.i
	c := p.condition()
	text := p.text(start, p.i)
	if !p.word("else") {
		return unknown{text: "a conditional expression"}
	}
	p.i++
	other := p.expr()
	if t, known := truth(c); !known {
		return unknown{text: text}
	} else if !t {
		return other
	}
	return v
}

// truth is what a value counts as in a condition.
func truth(v any) (value, known bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case int64:
		return v != 0, true
	case float64:
		return v != 0, true
	case string:
		return v != "", true
	case list:
		return len(v) > 0, true
	case nil:
		return false, true
	}
	return false, false
}

// condition evaluates comparisons joined by and, or and not, without brackets.
func (p *pyFile) condition() any {
	if p.depth++; p.depth > maxNesting {
		p.depth--
		return unknown{text: "a condition"}
	}
	defer func() { p.depth-- }()
	if p.word("not") {
		p.i++
		v := p.comparison()
		if t, known := truth(v); known {
			v = !t
		}
		return p.joined(v)
	}
	return p.joined(p.comparison())
}

// joined reads what and or or adds to a condition.
func (p *pyFile) joined(x any) any {
	for _, op := range []string{"and", "or"} {
		if !p.word(op) {
			continue
		}
		p.i++
		y := p.condition()
		a, known := truth(x)
		switch {
		case !known:
			return x
		case a == (op == "or"):
			return x
		}
		return y
	}
	return x
}

func (p *pyFile) comparison() any {
	x := p.sum()
	for op, equal := range map[string]bool{"=": true, "!": false} {
		if p.is(op) && p.toks[p.i+1].text == "=" {
			p.i += 2
			return same(x, p.sum(), equal)
		}
	}
	if p.word("is") {
		p.i++
		equal := !p.word("not")
		if !equal {
			p.i++
		}
		return same(x, p.sum(), equal)
	}
	return x
}

// same compares two values.
func same(x, y any, equal bool) any {
	for _, v := range []any{x, y} {
		switch v := v.(type) {
		case unknown:
			return v
		case list:
			return unknown{text: "a comparison of lists"}
		}
	}
	return (x == y) == equal
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
	for _, v := range []any{x, y} {
		if u, ok := v.(unknown); ok {
			return u
		}
	}
	if a, ok := x.(string); ok && op == "+" {
		if b, ok := y.(string); ok {
			return a + b
		}
	}
	if a, ok := x.(list); ok && op == "+" {
		if b, ok := y.(list); ok {
			return append(append(list{}, a...), b...)
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
	return unknown{text: "an expression with " + op}
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
		return unknown{text: t.text}
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
			return unknown{text: "a negated value"}
		case "(", "[":
			return p.group(map[string]string{"(": ")", "[": "]"}[t.text])
		}
	}
	return p.skip(start)
}

// strings joins neighbouring literals, as Python does.
func (p *pyFile) strings() any {
	var b strings.Builder
	missing := unknown{}
	for p.tok().kind == pyString {
		t := p.tok()
		s := t.text
		if t.format {
			var u unknown
			if s, u = p.interpolate(s); u.text != "" && missing.text == "" {
				missing = u
			}
		}
		b.WriteString(s)
		p.i++
	}
	if missing.text != "" {
		missing.partly = b.String()
		return p.methods(missing)
	}
	return p.methods(b.String())
}

// methods applies the methods of strings that are called on v.
func (p *pyFile) methods(v any) any {
	for p.is(".") && p.toks[p.i+1].kind == pyName && p.toks[min(p.i+2, len(p.toks)-1)].text == "(" {
		name := p.toks[p.i+1].text
		p.i += 2
		v = callMethod(v, name, p.call())
	}
	return v
}

func callMethod(v any, name string, c pyCall) any {
	s, ok := v.(string)
	if !ok {
		if u, isUnknown := v.(unknown); isUnknown {
			return u
		}
		return unknown{text: "." + name + "()"}
	}
	args := make([]string, len(c.args))
	for i, a := range c.args {
		if args[i], ok = a.(string); !ok {
			if items, isList := a.(list); isList && name == "join" {
				words, ok := words(items, true)
				if ok {
					return strings.Join(words, s)
				}
			}
			if u, isUnknown := a.(unknown); isUnknown {
				return u
			}
			return unknown{text: "." + name + "()"}
		}
	}
	switch {
	case name == "strip" && len(args) == 0:
		return strings.TrimSpace(s)
	case name == "lower" && len(args) == 0:
		return strings.ToLower(s)
	case name == "upper" && len(args) == 0:
		return strings.ToUpper(s)
	case name == "replace" && len(args) == 2 && len(s)*max(len(args[1]), 1) <= maxPythonBytes:
		return strings.ReplaceAll(s, args[0], args[1])
	}
	return unknown{text: "." + name + "()"}
}

// interpolate fills an f-string from known values. What is not known stays as
// the name alone.
func (p *pyFile) interpolate(s string) (string, unknown) {
	var b strings.Builder
	var missing unknown
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "{{"), strings.HasPrefix(s[i:], "}}"):
			b.WriteByte(s[i])
			i++
		case s[i] == '{':
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				return b.String(), unknown{text: "an f-string"}
			}
			inner := &pyFile{toks: lexPython(s[i+1 : i+end]), values: p.values, defaults: p.defaults, taken: p.taken, aliases: p.aliases, depth: p.depth}
			v := inner.expr()
			text, ok := plain(v)
			if b.WriteString(text); !ok {
				b.WriteString(s[i+1 : i+end])
				if u, isUnknown := v.(unknown); isUnknown && missing.text == "" {
					missing = unknown{text: u.text}
				} else if missing.text == "" {
					missing = unknown{text: s[i+1 : i+end]}
				}
			}
			i += end
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), missing
}

// plain is a value as str() gives it.
func plain(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return pyFloat(v), true
	case bool:
		return pythonBool(v), true
	}
	return "", false
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
	full := strings.Join(parts, ".")
	if p.is("(") {
		if v, ok := p.function(full); ok {
			return v
		}
		return p.skip(start)
	}
	if p.is("[") {
		return p.skip(start)
	}
	switch full {
	case "True":
		return true
	case "False":
		return false
	case "None":
		return nil
	}
	if v, ok := p.values[full]; ok {
		if p.defaults[full] {
			p.taken[full] = true
		}
		return v
	}
	if len(parts) > 1 {
		return name(full)
	}
	return unknown{text: full}
}

// function calls the functions that texts are made with; p stands at the
// bracket.
func (p *pyFile) function(name string) (any, bool) {
	base, method, ok := strings.Cut(name, ".")
	if v, known := p.values[base].(string); ok && known && !strings.Contains(method, ".") {
		return p.methods(callMethod(v, method, p.call())), true
	}
	switch name {
	case "str", "int", "dedent", "textwrap.dedent", "inspect.cleandoc":
	default:
		return nil, false
	}
	c := p.call()
	if len(c.args) != 1 {
		return unknown{text: name + "()"}, true
	}
	switch v := c.args[0].(type) {
	case unknown:
		return v, true
	case string:
		if strings.HasSuffix(name, "dedent") || name == "inspect.cleandoc" {
			return p.methods(dedent(v)), true
		}
	}
	if text, ok := plain(c.args[0]); ok && name == "str" {
		return text, true
	}
	if i, ok := c.args[0].(int64); ok && name == "int" {
		return i, true
	}
	return unknown{text: name + "()"}, true
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
