package program

import (
	"fmt"
	"strconv"
	"strings"
)

// fill is str.format: {}, {0}, {name} and {name.attribute}, with specifications.
func (m *machine) fill(s string, args []arg) any {
	if !m.spend(1, len(s)) {
		return nil
	}
	var b strings.Builder
	next := 0
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "{{"), strings.HasPrefix(s[i:], "}}"):
			b.WriteByte(s[i])
			i++
		case s[i] == '{':
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				return nil
			}
			field, spec, _ := strings.Cut(s[i+1:i+end], ":")
			if field == "" {
				field = strconv.Itoa(next)
				next++
			}
			v, ok := argumentOf(args, field)
			if !ok {
				return Unknown{Text: field}
			}
			text, u := formatted(v, spec)
			if u != nil {
				return *u
			}
			if !m.spend(1, len(text)) {
				return nil
			}
			b.WriteString(text)
			i += end
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// substitute is string.Template: $name and ${name}.
func (m *machine) substitute(s string, args []arg) any {
	if len(args) == 1 && args[0].name == "" {
		d, ok := args[0].value.(*dict)
		if !ok {
			return nil
		}
		args = nil
		for _, k := range d.keys {
			if n, ok := k.(string); ok {
				args = append(args, arg{n, d.values[k]})
			}
		}
	}
	if !m.spend(1, len(s)) {
		return nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '$' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		j := i + 1
		if s[j] == '$' {
			b.WriteByte('$')
			i++
			continue
		}
		braced := s[j] == '{'
		if braced {
			j++
		}
		k := j
		for k < len(s) && isWord(s[k]) {
			k++
		}
		v, ok := argumentOf(args, s[j:k])
		if !ok {
			return Unknown{Text: s[j:k]}
		}
		text, ok := str(v)
		if !ok || !m.spend(0, len(text)) {
			return Unknown{Text: s[j:k]}
		}
		b.WriteString(text)
		if i = k - 1; braced {
			i++
		}
	}
	return b.String()
}

func argumentOf(args []arg, field string) (any, bool) {
	i := 0
	for _, a := range args {
		if a.name == field || a.name == "" && strconv.Itoa(i) == field {
			return a.value, true
		}
		if a.name == "" {
			i++
		}
	}
	return nil, false
}

// percent is the % operator on a string.
func (m *machine) percent(s string, y any) any {
	if !m.spend(1, len(s)) {
		return Unknown{Text: "a long text"}
	}
	args := []any{y}
	if l, ok := y.(*List); ok && l.tuple {
		args = l.Items
	}
	d, byName := y.(*dict)
	var b strings.Builder
	next := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '%' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		if i++; s[i] == '%' {
			b.WriteByte('%')
			continue
		}
		var v any
		missing := false
		if s[i] == '(' && byName {
			end := strings.IndexByte(s[i:], ')')
			if end < 0 {
				return Unknown{Text: "a format"}
			}
			v, _ = d.get(s[i+1 : i+end])
			i += end + 1
		} else if next < len(args) {
			v = args[next]
			next++
		} else {
			missing = true
		}
		nothing := func(end int) Unknown {
			return Unknown{Text: "what '%" + s[i:end] + "' stands for in a text with %, where the sign itself is written %%,"}
		}
		j := i
		for j < len(s) && strings.IndexByte("0123456789.+-# ", s[j]) >= 0 {
			j++
		}
		if j == len(s) {
			return nothing(j)
		}
		spec := s[i : j+1]
		switch s[j] {
		case 's', 'r', 'i', 'u':
			spec = ""
		}
		text, u := formatted(v, spec)
		if missing || u != nil && u.Text == "a format" {
			return nothing(j + 1)
		}
		if u != nil {
			return *u
		}
		if !m.spend(1, len(text)) {
			return Unknown{Text: "a long text"}
		}
		b.WriteString(text)
		i = j
	}
	return b.String()
}

// format evaluates an f-string. What is not known stays as its expression.
func (m *machine) format(e *expr) any {
	var b strings.Builder
	var missing *Unknown
	for _, part := range e.list {
		if part.op == opLiteral {
			s, _ := part.value.(string)
			b.WriteString(s)
			continue
		}
		spec := ""
		if len(part.list) > 0 {
			spec, _ = m.format(&expr{op: opFormat, list: part.list}).(string)
		}
		v := m.eval(part.x)
		if m.top().module.swift() {
			v = described(v)
		}
		if part.text == "r" {
			if s, ok := repr(v); ok {
				v = s
			}
		}
		text, u := formatted(v, spec)
		if u != nil {
			if u.Text == "" {
				u.Text = source(part.x)
			}
			if missing == nil {
				missing = u
			}
			text = u.Text
		}
		if !m.spend(1, len(text)) {
			return Unknown{Text: "a long text"}
		}
		b.WriteString(text)
	}
	if missing != nil {
		return Unknown{Text: missing.Text, Partly: b.String()}
	}
	return b.String()
}

// formatted is a value as format() gives it.
func formatted(v any, spec string) (string, *Unknown) {
	if u, no := unknownOf(v); no {
		return "", &u
	}
	if s, ok := v.(shapeOf); ok {
		v = s.a.shape()
	}
	if spec == "" {
		s, ok := str(v)
		if !ok {
			return "", &Unknown{}
		}
		return s, nil
	}
	v = Plain(v)
	verb := spec[len(spec)-1]
	flags := spec[:len(spec)-1]
	if len(flags) > 8 {
		return "", &Unknown{Text: "a format"}
	}
	for _, n := range strings.FieldsFunc(flags, func(r rune) bool { return r < '0' || r > '9' }) {
		if len(n) > 3 {
			return "", &Unknown{Text: "a format"}
		}
	}
	f, isNumber := float(v)
	i, isInt := v.(int64)
	switch {
	case strings.IndexByte("feEgG", verb) >= 0 && isNumber:
		s := fmt.Sprintf("%"+strings.Trim(flags, "<>,")+string(verb), f)
		return s, nil
	case strings.IndexByte("dxXob", verb) >= 0 && isInt:
		return fmt.Sprintf("%"+strings.Trim(flags, "<>,")+string(verb), i), nil
	case verb >= '0' && verb <= '9' && isInt:
		return fmt.Sprintf("%"+strings.Trim(spec, "<>,")+"d", i), nil
	case verb >= '0' && verb <= '9' && strings.Contains(spec, ".") && isNumber:
		return fmt.Sprintf("%"+strings.Trim(spec, "<>,")+"g", f), nil
	case verb == 's' || verb >= '0' && verb <= '9':
		if s, ok := v.(string); ok {
			return s, nil
		}
	}
	return "", &Unknown{Text: "a format"}
}
