package program

import "slices"

// class runs the body of a class, and of an extension of one.
func (m *machine) class(s *stmt) {
	f := m.top()
	c := &class{name: s.text, scope: &scope{vars: map[string]any{}, parent: f.scope, module: f.module}}
	name := s.text
	if _, foreign := f.scope.vars[name].(Symbol); foreign && f.module.swift() { // whose own members stay
		name = extended + name
	}
	if known, ok := f.scope.vars[name].(*class); ok && f.module.swift() { // which is extended
		c = known
	}
	var bases []*class
	enum := len(s.list) == 1 // with str or int beside it, its members are those
	listed := false
	for _, b := range s.list {
		switch base := m.eval(b).(type) {
		case *class:
			bases = append(bases, base)
			enum = false
		case Symbol:
			enum = enum && base == "enum.Enum"
			listed = listed || base == "enum.Enum" || base == "enum.IntEnum" || base == "enum.StrEnum"
		default:
			enum = false
		}
	}
	if c.order == nil {
		c.linearize(bases)
	}
	c.scope.vars["\x00class"] = c
	m.stack = append(m.stack, &frame{module: f.module, scope: c.scope, line: s.line, notes: f.notes, seeks: true, quiet: f.quiet})
	body := s.body
	if f.module.swift() { // where members may be made of those that follow, and of the type itself
		f.scope.vars[name] = c
		body = slices.SortedStableFunc(slices.Values(body), func(a, b *stmt) int { return s.rank(a) - s.rank(b) })
	}
	m.outline(body)
	m.stack = m.stack[:len(m.stack)-1]
	for _, st := range s.body {
		if st.op == stAssign && st.annotation != nil && st.x != nil && st.targets[0].op == opName {
			c.attrs = append(c.attrs, param{name: st.targets[0].text, annotation: st.annotation, initial: st.x})
		}
		if enum && st.op == stAssign && st.x != nil && st.targets[0].op == opName {
			name := st.targets[0].text
			c.scope.vars[name] = &object{class: c, attrs: map[string]any{"name": name, "value": c.scope.vars[name]}}
		}
		if listed && st.op == stAssign && st.x != nil && st.targets[0].op == opName {
			c.members = append(c.members, c.scope.vars[st.targets[0].text])
		}
	}
	m.set(name, c)
}

// extended stands before the name of another module's type where a module has the
// members by which it extends it.
const extended = "\x00extended "

// extension is what a member that Swift's module adds to arrays is of one.
func (m *machine) extension(a *Array, name string) (any, bool) {
	c, ok := m.top().module.scope.vars[extended+"MLXArray"].(*class)
	if !ok {
		return nil, false
	}
	v, ok := c.find(name)
	if !ok {
		return nil, false
	}
	return m.bind(v, a), true
}

// rank orders the members of a Swift type: functions, what is made of others, and
// what is made of the type itself.
func (s *stmt) rank(member *stmt) int {
	if member.op == stDef {
		return 0
	}
	rank := 1
	walkExpr(member.x, func(e *expr) {
		if e.op == opCall && e.x.op == opName && e.x.text == s.text {
			rank = 2
		}
	})
	return rank
}
