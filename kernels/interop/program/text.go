package program

import (
	"math/bits"
	"path/filepath"
	"strconv"
	"strings"
)

// none is the result of a method that gives None.
type none struct{}

// method calls a method of a built-in value; nil says that it is not known.
func (m *machine) method(f method, args []arg) any {
	if a, ok := f.self.(*Array); ok {
		all := append([]arg{{value: a}}, args...)
		if v, ok := shaped(f.name, all); ok {
			return v
		}
		if likeArgument[f.name] {
			return m.arrayFunction(f.name, all, []any{a}, Unknown{})
		}
		return a.call(f.name, args)
	}
	values := make([]any, len(args))
	for i, a := range args {
		values[i] = a.value
	}
	switch self := f.self.(type) {
	case int64:
		if f.name == "bit_length" {
			return int64(bits.Len64(uint64(max(self, -self))))
		}
	case string:
		return m.stringMethod(self, f.name, values, args)
	case *List:
		switch f.name {
		case "append":
			if len(values) == 1 {
				self.Items = append(self.Items, values[0])
			}
			return none{}
		case "extend":
			if len(values) == 1 {
				items, _ := m.items(values[0])
				self.Items = append(self.Items, items...)
			}
			return none{}
		case "insert":
			if len(values) != 2 {
				break
			}
			if i, ok := values[0].(int64); ok && i >= 0 && i <= int64(len(self.Items)) && m.spend(len(self.Items), 0) {
				self.Items = append(self.Items[:i:i], append([]any{values[1]}, self.Items[i:]...)...)
			}
			return none{}
		case "index":
			for i, item := range self.Items {
				if len(values) == 1 && m.equal(item, values[0], 0) {
					return int64(i)
				}
			}
		}
		if m.top().module.swift() {
			return m.swiftMethod(self, f.name, args)
		}
	case rangeOf:
		if items, ok := m.items(self); ok && m.top().module.swift() {
			return m.swiftMethod(&List{Items: items}, f.name, args)
		}
	case *dict:
		return m.dictMethod(self, f.name, values)
	case path:
		switch f.name {
		case "read_text", "read":
			return m.contents(string(self))
		case "resolve", "absolute", "expanduser":
			return self
		case "joinpath":
			out := string(self)
			for _, v := range values {
				s, ok := str(v)
				if !ok {
					return nil
				}
				out = filepath.Join(out, s)
			}
			return path(out)
		case "exists", "is_file":
			_, ok := m.read(string(self))
			return ok
		case "with_suffix", "with_name":
			if len(values) == 0 {
				break
			}
			if s, ok := values[0].(string); ok {
				if f.name == "with_name" {
					return path(filepath.Join(directory(string(self)), s))
				}
				return path(strings.TrimSuffix(string(self), filepath.Ext(string(self))) + s)
			}
		case "open":
			return file(self)
		}
	case commandLine:
		return self.call(f.name, args)
	case template:
		return m.substitute(string(self), args)
	case file:
		if f.name == "read" {
			return m.contents(string(self))
		}
	case *function:
		if f.name == "cache_clear" {
			return none{}
		}
	}
	return nil
}

// contents is the text of a file that the program reads.
func (m *machine) contents(name string) any {
	for _, p := range []string{name, filepath.Join(directory(m.top().module.file), name)} {
		if text, ok := m.read(p); ok && m.spend(1, len(text)) {
			return text
		}
	}
	return Unknown{Text: "the text of " + filepath.Base(name)}
}

func directory(p string) string { return filepath.Dir(p) }

// joined appends to a path.
func joined(dir, name string) path {
	if filepath.IsAbs(name) {
		return path(name)
	}
	return path(filepath.Join(dir, name))
}

// merge adds what a dictionary holds to another.
func (m *machine) merge(d, more *dict) {
	keys, _ := m.items(more)
	for _, k := range keys {
		v, _ := more.get(k)
		d.set(k, v)
	}
}

func (m *machine) dictMethod(d *dict, name string, values []any) any {
	out := &List{}
	var keys []any
	if name == "items" || name == "values" || name == "keys" {
		var ok bool
		if keys, ok = m.items(d); !ok {
			return nil
		}
	}
	switch name {
	case "get", "setdefault", "pop":
		if len(values) == 0 {
			return nil
		}
		if v, ok := d.get(values[0]); ok {
			if v == nil {
				return none{}
			}
			return v
		}
		if len(values) < 2 || values[1] == nil {
			return none{}
		}
		if name == "setdefault" {
			d.set(values[0], values[1])
		}
		return values[1]
	case "items":
		for _, k := range keys {
			v, _ := d.get(k)
			out.Items = append(out.Items, &List{Items: []any{k, v}, tuple: true})
		}
		return out
	case "values":
		for _, k := range keys {
			v, _ := d.get(k)
			out.Items = append(out.Items, v)
		}
		return out
	case "keys":
		out.Items = keys
		return out
	case "update":
		if len(values) > 0 {
			if more, ok := values[0].(*dict); ok {
				m.merge(d, more)
			}
		}
		return none{}
	case "copy":
		return m.dictOf(d, nil)
	}
	return nil
}

func (m *machine) stringMethod(s, name string, values []any, args []arg) any {
	if !m.scan(s) {
		return nil
	}
	if name == "format" {
		return m.fill(s, args)
	}
	if name == "join" && len(values) == 1 {
		items, ok := m.items(values[0])
		if !ok {
			u, _ := unknownOf(values[0])
			return Unknown{Text: u.Text}
		}
		parts := make([]string, len(items))
		n := 0
		var missing any
		for i, item := range items {
			text, isText := item.(string)
			if u, no := unknownOf(item); no {
				text, isText, missing = u.Partly, true, Unknown{Text: u.Text}
			}
			if !isText {
				return nil
			}
			parts[i] = text
			n += len(text) + len(s)
		}
		if missing != nil {
			return missing
		}
		if !m.spend(1, n) {
			return nil
		}
		return strings.Join(parts, s)
	}
	texts := make([]string, len(values))
	for i, v := range values {
		text, ok := v.(string)
		if u, no := unknownOf(v); no {
			return u
		}
		if n, isInt := v.(int64); isInt {
			text, ok = strconv.FormatInt(n, 10), true
		}
		if !ok {
			return nil
		}
		texts[i] = text
	}
	all := func(parts []string) any {
		l := &List{}
		for _, p := range parts {
			l.Items = append(l.Items, p)
		}
		return l
	}
	switch {
	case len(texts) == 0:
		switch name {
		case "strip":
			return strings.TrimSpace(s)
		case "lstrip":
			return strings.TrimLeft(s, " \t\r\n")
		case "rstrip":
			return strings.TrimRight(s, " \t\r\n")
		case "lower":
			return strings.ToLower(s)
		case "upper":
			return strings.ToUpper(s)
		case "split":
			if m.spend(len(s), 0) {
				return all(strings.Fields(s))
			}
		case "splitlines":
			if !m.spend(strings.Count(s, "\n"), 0) {
				break
			}
			return all(strings.Split(strings.TrimSuffix(s, "\n"), "\n"))
		case "capitalize", "title":
			return strings.ToUpper(s[:min(1, len(s))]) + s[min(1, len(s)):]
		case "isidentifier", "isalnum":
			return s != ""
		}
	case name == "replace" && len(texts) >= 2:
		n := strings.Count(s, texts[0])
		if !m.spend(1, len(s)+n*max(len(texts[1])-len(texts[0]), 0)) {
			return nil
		}
		return strings.ReplaceAll(s, texts[0], texts[1])
	case name == "strip":
		return strings.Trim(s, texts[0])
	case name == "rstrip":
		return strings.TrimRight(s, texts[0])
	case name == "lstrip":
		return strings.TrimLeft(s, texts[0])
	case name == "split" && texts[0] != "" && m.spend(strings.Count(s, texts[0]), 0):
		if len(texts) > 1 {
			n, _ := values[1].(int64)
			return all(strings.SplitN(s, texts[0], int(min(max(n, 0), 1<<20))+1))
		}
		return all(strings.Split(s, texts[0]))
	case name == "startswith":
		return strings.HasPrefix(s, texts[0])
	case name == "endswith":
		return strings.HasSuffix(s, texts[0])
	case name == "removeprefix":
		return strings.TrimPrefix(s, texts[0])
	case name == "removesuffix":
		return strings.TrimSuffix(s, texts[0])
	case name == "count" && texts[0] != "":
		return int64(strings.Count(s, texts[0]))
	case name == "find", name == "index":
		return int64(strings.Index(s, texts[0]))
	case name == "zfill":
		if n, ok := values[0].(int64); ok {
			return strings.Repeat("0", min(max(int(n)-len(s), 0), 100)) + s
		}
	}
	return nil
}

// Dedent takes off the indentation that all lines have, as textwrap.dedent.
func Dedent(s string) string {
	lines := strings.Split(s, "\n")
	common := -1
	for _, l := range lines {
		if trimmed := strings.TrimLeft(l, " \t"); trimmed != "" {
			if n := len(l) - len(trimmed); common < 0 || n < common {
				common = n
			}
		}
	}
	for i, l := range lines {
		lines[i] = l[min(max(common, 0), len(l)):]
	}
	return strings.Join(lines, "\n")
}
