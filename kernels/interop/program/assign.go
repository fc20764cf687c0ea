package program

import (
	"slices"
	"strings"
)

// set binds a name in the scope that is being executed.
func (m *machine) set(name string, v any) {
	s := m.top().scope
	if s.outer[name] {
		if outer, ok := s.parent.find(name); ok {
			s = outer
		} else {
			s = s.module.scope
		}
	}
	if _, fixed := m.given[name]; fixed {
		return
	}
	if o := m.implicit(); o != nil && slices.ContainsFunc(o.class.attrs, func(p param) bool { return p.name == name }) {
		o.attrs[name] = v
		return
	}
	delete(s.guesses, name)
	s.vars[name] = v
}

// assign binds a target.
func (m *machine) assign(t *expr, v any) {
	switch t.op {
	case opName:
		m.set(t.text, v)
	case opStar:
		m.assign(t.x, v)
	case opTuple, opList:
		items := gathered(t.list, m.unpack(v, len(t.list)))
		for i, sub := range t.list {
			if i < len(items) {
				m.assign(sub, m.sized(sub, items[i]))
			} else {
				m.assign(sub, Unknown{Text: sub.text})
			}
		}
	case opAttribute:
		if x := t.x; t.text == "wrappedValue" && x.op == opAttribute && strings.HasPrefix(x.text, "_") { // of a property, in Swift
			m.assign(&expr{op: opAttribute, x: x.x, text: x.text[1:]}, v)
			return
		}
		switch o := m.eval(t.x).(type) {
		case *object:
			if _, fixed := m.given[t.text]; !fixed {
				o.attrs[t.text] = v
			}
		case *class:
			o.scope.vars[t.text] = v
		}
	case opIndex:
		switch o := m.eval(t.x).(type) {
		case *dict:
			if t.y != nil {
				o.set(m.eval(t.y), v)
			}
		case *List:
			if i, ok := m.subscript(t.y).(int64); ok {
				if i < 0 {
					i += int64(len(o.Items))
				}
				if i >= 0 && i < int64(len(o.Items)) {
					o.Items[i] = v
				}
			}
		}
	}
}

// assume notes that an attribute is a guess where it is made of parameters that are.
func (m *machine) assume(t, from *expr) {
	if t.op == opTuple && from.op == opTuple && len(t.list) == len(from.list) {
		for i := range t.list {
			m.assume(t.list[i], from.list[i])
		}
	}
	if t.op != opAttribute || t.x.op != opName {
		return
	}
	o, ok := m.top().scope.vars[t.x.text].(*object)
	if !ok {
		return
	}
	var notes []string
	walkExpr(from, func(e *expr) {
		if g := m.top().scope.guesses[e.text]; e.op == opName && g != "" {
			notes = append(notes, g)
		}
	})
	delete(o.guesses, t.text) // of what it was before
	if len(notes) > 0 {
		if o.guesses == nil {
			o.guesses = map[string][]string{}
		}
		o.guesses[t.text] = notes
	}
}

// unpack gives the n items of a value.
func (m *machine) unpack(v any, n int) []any {
	if s, ok := v.(shapeOf); ok {
		s.a.rank(n)
	}
	if items, ok := m.items(v); ok {
		return items
	}
	out := make([]any, n)
	for i := range out {
		out[i] = Unknown{Text: "an unpacked value"}
		if u, ok := v.(Unknown); ok {
			out[i] = Unknown{Text: u.Text}
		} else if _, ok := v.(*Array); ok {
			out[i] = &Array{}
		}
	}
	return out
}

// gathered puts what a target *rest takes into a list, if it is known.
func gathered(targets []*expr, items []any) []any {
	at := slices.IndexFunc(targets, func(t *expr) bool { return t.op == opStar })
	n := len(items) - len(targets) + 1
	if at < 0 || n < 0 {
		return items
	}
	if n == 1 {
		if _, no := items[at].(Unknown); no {
			return items
		}
	}
	return slices.Concat(items[:at], []any{&List{Items: slices.Clone(items[at : at+n])}}, items[at+n:])
}

// sized is a plausible length where what is not known is unpacked to names such
// as B, H and head_dim.
func (m *machine) sized(target *expr, v any) any {
	if _, no := v.(Unknown); !no || len(m.stack) < 2 || target.op != opName || strings.ToUpper(target.text) != target.text && !isSize(target.text) {
		return v
	}
	size := Guess(target.text)
	text, _ := str(size)
	m.top().note(target.text + " is " + text)
	return size
}

// items are those of what can be iterated over.
func (m *machine) items(v any) ([]any, bool) {
	switch v := v.(type) {
	case *List:
		return m.copied(v.Items)
	case *dict:
		return m.copied(v.keys)
	case *class:
		return v.members, v.members != nil
	case shapeOf:
		return v.a.shape().Items, true
	case rangeOf:
		var out []any
		for i := v.from; v.step != 0 && (v.step > 0 && i < v.to || v.step < 0 && i > v.to); i += v.step {
			if !m.spend(1, 0) || len(out) > 1<<16 {
				return nil, false
			}
			out = append(out, i)
		}
		return out, true
	case string:
		if !m.spend(len(v), 0) {
			return nil, false
		}
		var out []any
		for _, r := range v {
			out = append(out, string(r))
		}
		return out, true
	}
	return nil, false
}

func (m *machine) copied(items []any) ([]any, bool) {
	if !m.spend(len(items), 0) {
		return nil, false
	}
	return slices.Clone(items), true
}
