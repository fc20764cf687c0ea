package program

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// builtins are the functions of Python that are known.
var builtins = map[string]bool{"str": true, "int": true, "float": true, "bool": true, "len": true, "range": true, "enumerate": true, "zip": true, "list": true, "tuple": true, "dict": true, "set": true, "sorted": true, "reversed": true,
	"min": true, "max": true, "sum": true, "abs": true, "round": true, "any": true, "all": true, "open": true, "repr": true, "isinstance": true, "hasattr": true, "getattr": true, "map": true, "print": true, "chr": true, "divmod": true, "pow": true, "callable": true,
	"type": true, "object": true, "Exception": true, "ValueError": true, "super": true, "id": true, "hash": true, "staticmethod": true, "property": true}

// python calls a function of Python's own.
func (m *machine) python(name string, values []any, args []arg, unknown Unknown) any {
	var x any
	if len(values) > 0 {
		x = values[0]
	}
	if u, ok := x.(Unknown); ok && name != "isinstance" && name != "hasattr" && name != "getattr" {
		if name == "int" || name == "float" || name == "str" {
			return u
		}
		return Unknown{Text: unknown.Text}
	}
	if m.top().module.swift() {
		if a, ok := x.(*Array); ok && a.number == nil && (name == "abs" || name == "sum" || name == "min" || name == "max") { // MLX's
			return m.arrayFunction(name, args, values, unknown)
		}
		if v := m.swiftCall(name, args); v != nil {
			return v
		}
	}
	switch name {
	case "str":
		if s, ok := str(x); ok && len(values) > 0 && m.scan(s) {
			return s
		}
	case "repr":
		if s, ok := repr(x); ok && m.scan(s) {
			return s
		}
	case "int":
		return toInt(x, unknown)
	case "float":
		return toFloat(x, unknown)
	case "bool":
		if t, known := truth(x); known {
			return t
		}
	case "len":
		return m.length(x, unknown)
	case "range":
		return rangeFrom(values, unknown)
	case "enumerate", "list", "tuple", "set", "sorted", "reversed", "zip", "map":
		from, _ := named(args)["start"].(int64)
		if len(values) == 2 && name == "enumerate" {
			from, _ = values[1].(int64)
			values = values[:1]
		}
		return m.iterate(name, values, from, unknown)
	case "dict":
		return m.dictOf(x, args)
	case "min", "max", "sum", "any", "all":
		return m.fold(name, values, unknown)
	case "abs":
		x, t := plain(x)
		switch v := x.(type) {
		case int64:
			return typed(max(v, -v), t)
		case float64:
			return typed(math.Abs(v), t)
		}
	case "round":
		if f, ok := float(x); ok && len(values) == 1 {
			return int64(math.RoundToEven(f))
		}
	case "open":
		if s, ok := str(x); ok {
			return file(s)
		}
	case "getattr":
		return m.getattr(values, unknown)
	case "hasattr", "callable":
		return true
	case "isinstance":
		if len(values) == 2 {
			if t, ok := values[1].(Symbol); ok {
				return instance(x, t.Last(), unknown)
			}
		}
	case "chr":
		if i, ok := x.(int64); ok {
			return string(rune(i))
		}
	case "print":
		return nil
	case "super":
		return m.super(unknown)
	}
	return unknown
}

// toInt is what int makes of a value.
func toInt(x any, unknown Unknown) any {
	switch v := Plain(x).(type) {
	case int64:
		return v
	case string:
		if i, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64); err == nil {
			return i
		}
	}
	if f, ok := float(x); ok {
		return int64(f)
	}
	if a, ok := x.(*Array); ok {
		return Unknown{Text: a.label()}
	}
	return unknown
}

// toFloat is what float makes of a value.
func toFloat(x any, unknown Unknown) any {
	if f, ok := float(x); ok {
		return f
	}
	if s, ok := x.(string); ok {
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return f
		}
	}
	return unknown
}

func (m *machine) length(x any, unknown Unknown) any {
	switch v := x.(type) {
	case string:
		return int64(len(v))
	case *Array:
		v.rank(2)
		if len(v.Shape) > 0 {
			return v.Shape[0]
		}
	}
	if items, ok := m.items(x); ok {
		return int64(len(items))
	}
	return unknown
}

func rangeFrom(values []any, unknown Unknown) any {
	ints := make([]int64, len(values))
	for i, v := range values {
		n, ok := Plain(v).(int64)
		if !ok {
			return unknown
		}
		ints[i] = n
	}
	r := rangeOf{0, 0, 1}
	switch len(ints) {
	case 1:
		r.to = ints[0]
	case 2:
		r.from, r.to = ints[0], ints[1]
	case 3:
		r = rangeOf{ints[0], ints[1], ints[2]}
	}
	return r
}

// dictOf is a dictionary with what another holds, and with arguments that have names.
func (m *machine) dictOf(x any, args []arg) *dict {
	d := newDict()
	if from, ok := x.(*dict); ok {
		m.merge(d, from)
	}
	for _, a := range args {
		if a.name != "" {
			d.set(a.name, a.value)
		}
	}
	return d
}

func (m *machine) getattr(values []any, unknown Unknown) any {
	if len(values) < 2 {
		return unknown
	}
	n, ok := values[1].(string)
	if !ok {
		return unknown
	}
	v := m.attribute(&expr{op: opAttribute, text: n, x: &expr{op: opName, text: "getattr()"}}, values[0])
	if _, no := v.(Unknown); no && len(values) == 3 {
		return values[2]
	}
	return v
}

// super is the object of the method that runs, as the class behind the method's has it.
func (m *machine) super(unknown Unknown) any {
	s, ok := m.top().scope.find("self")
	if !ok {
		return unknown
	}
	if o, ok := s.vars["self"].(*object); ok && m.top().def != nil {
		return super{o, o.class.behind(m.top().def)}
	}
	return unknown
}

func instance(x any, t string, unknown Unknown) any {
	switch v := x.(type) {
	case int64:
		return t == "int"
	case float64:
		return t == "float"
	case string:
		return t == "str"
	case bool:
		return t == "bool" || t == "int"
	case nil:
		return false
	case *List:
		return v.tuple == (t == "tuple") && (t == "tuple" || t == "list")
	case *Array:
		return t == "array"
	case *dict:
		return t == "dict"
	}
	return unknown
}

// iterate calls the functions that make lists of what can be iterated over.
func (m *machine) iterate(name string, values []any, from int64, unknown Unknown) any {
	out := &List{tuple: name == "tuple"}
	var lists [][]any
	for i, v := range values {
		if name == "map" && i == 0 {
			continue
		}
		items, ok := m.items(v)
		if !ok || !m.spend(len(items), 0) {
			return unknown
		}
		lists = append(lists, items)
	}
	if len(lists) == 0 {
		return out
	}
	switch items := lists[0]; name {
	case "enumerate":
		for i, item := range items {
			out.Items = append(out.Items, &List{Items: []any{from + int64(i), item}, tuple: true})
		}
	case "zip":
		n := len(items)
		for _, l := range lists {
			n = min(n, len(l))
		}
		for i := range n {
			t := &List{tuple: true}
			for _, l := range lists {
				t.Items = append(t.Items, l[i])
			}
			out.Items = append(out.Items, t)
		}
	case "map":
		for _, item := range items {
			out.Items = append(out.Items, m.invoke(values[0], []arg{{value: item}}))
		}
	case "set":
		d := newDict()
		for _, item := range items {
			d.set(item, true)
		}
		out.Items = d.keys
	case "reversed":
		slices.Reverse(items)
		out.Items = items
	case "sorted":
		slices.SortStableFunc(items, func(a, b any) int {
			if less, _ := m.compare("<", a, b).(bool); less {
				return -1
			}
			if more, _ := m.compare(">", a, b).(bool); more {
				return 1
			}
			return 0
		})
		out.Items = items
	default:
		out.Items = items
	}
	return out
}

func (m *machine) fold(name string, values []any, unknown Unknown) any {
	if len(values) == 1 {
		items, ok := m.items(values[0])
		if !ok {
			return unknown
		}
		values = items
	} else if name == "sum" || name == "any" || name == "all" {
		return unknown
	}
	if u, ok := unknownOf(values...); ok {
		return u
	}
	switch name {
	case "any", "all":
		for _, v := range values {
			if t, _ := truth(v); t == (name == "any") {
				return t
			}
		}
		return name == "all"
	case "sum":
		out := any(int64(0))
		for _, v := range values {
			out = m.binary("+", out, v)
		}
		return out
	}
	if len(values) == 0 {
		return unknown
	}
	out := values[0]
	for _, v := range values[1:] {
		if less, _ := m.compare("<", v, out).(bool); less == (name == "min") {
			if more, _ := m.compare("==", v, out).(bool); !more {
				out = v
			}
		}
	}
	return out
}
