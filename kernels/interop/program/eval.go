package program

import (
	"slices"
	"strings"
)

// eval gives an expression's value.
func (m *machine) eval(e *expr) any {
	if e == nil {
		return nil
	}
	if !m.spend(1, 0) {
		return Unknown{Text: "a long computation"}
	}
	if e.line > 0 && e.op == opCall {
		m.top().line = e.line
	}
	switch e.op {
	case opLiteral:
		return e.value
	case opName:
		return m.lookup(e)
	case opFormat:
		return m.format(e)
	case opTuple, opList:
		return m.sequence(e)
	case opDict:
		return m.dictionary(e)
	case opComprehension:
		return m.comprehension(e)
	case opBinary:
		return m.operation(e)
	case opUnary:
		return unary(e.text, m.eval(e.x))
	case opCompare:
		return m.compare(e.text, m.eval(e.x), m.eval(e.y))
	case opChoose:
		return m.choose(e)
	case opAttribute:
		return m.attribute(e, m.eval(e.x))
	case opIndex:
		return m.index(e)
	case opSlice:
		return slice{Plain(m.eval(e.x)), Plain(m.eval(e.y)), Plain(m.eval(e.z))}
	case opCall:
		return m.call(e)
	case opLambda:
		return &function{lambda: e, env: m.top().scope}
	case opStar:
		return m.eval(e.x)
	case opYield:
		m.yield(e)
	case opAssign:
		v := m.eval(e.x)
		m.set(e.text, v)
		return v
	}
	return Unknown{Text: source(e)}
}

func (m *machine) lookup(e *expr) any {
	if s, ok := m.top().scope.find(e.text); ok {
		if g := s.guesses[e.text]; g != "" {
			for _, f := range m.stack {
				if f.scope == s {
					f.note(g)
				}
			}
		}
		if f, ok := s.vars[e.text].(*function); ok && f.def != nil && slices.Contains(f.def.decorators, "property") && s.module.swift() {
			if of, ok := m.top().scope.find("self"); ok { // of the type whose member is executed
				return m.bind(f, of.vars["self"])
			}
		}
		return s.vars[e.text]
	}
	if s, ok := m.top().scope.find("\x00class"); ok && e.text == "Self" && s.module.swift() {
		return s.vars["\x00class"]
	}
	if o := m.implicit(); o != nil {
		if v := o.attrs[e.text]; v != nil {
			return v
		}
		if v, ok := o.class.find(e.text); ok {
			return m.bind(v, o)
		}
	}
	if s, ok := m.top().scope.find("self"); ok && s.module.swift() {
		if a, ok := s.vars["self"].(*Array); ok {
			if v, ok := m.extension(a, e.text); ok {
				return v
			}
			if slices.Contains([]string{"shape", "dtype", "size", "ndim", "dim"}, e.text) {
				return a.attribute(e.text)
			}
		}
	}
	if _, ok := builtins[e.text]; ok {
		return Symbol("builtins." + e.text)
	}
	if m.make(e.text) {
		return m.top().module.scope.vars[e.text]
	}
	if v, ok := m.elsewhere(e.text); ok {
		return v
	}
	if m.top().module.swift() {
		switch {
		case likeArgument[e.text], swiftFunctions[e.text]:
			return Symbol("mlx.core." + e.text)
		case swiftLayers[e.text]:
			return Symbol("mlx.nn." + e.text)
		}
	}
	return Unknown{Text: e.text}
}

// yield adds to what the generator that is being executed gives.
func (m *machine) yield(e *expr) {
	f, items := m.top(), []any{m.eval(e.x)}
	if e.text == "from" {
		items, _ = m.items(items[0])
	}
	f.yields = append(f.yields, items...)
}

// implicit is the object whose properties need no self, as in Swift; nil if
// there is none.
func (m *machine) implicit() *object {
	if s, ok := m.top().scope.find("self"); ok && s.module.swift() {
		o, _ := s.vars["self"].(*object)
		return o
	}
	return nil
}

func (m *machine) sequence(e *expr) any {
	l := &List{tuple: e.op == opTuple}
	for _, x := range e.list {
		v := m.eval(x)
		if x.op == opStar {
			items, ok := m.items(v)
			if !ok {
				return Unknown{Text: source(x.x)}
			}
			l.Items = append(l.Items, items...)
			continue
		}
		l.Items = append(l.Items, v)
	}
	return l
}

func (m *machine) dictionary(e *expr) any {
	d := newDict()
	for i := 0; i+1 < len(e.list); i += 2 {
		v := m.eval(e.list[i+1])
		if e.list[i] != nil {
			d.set(m.eval(e.list[i]), v)
		} else if more, ok := v.(*dict); ok {
			m.merge(d, more)
		}
	}
	return d
}

func (m *machine) comprehension(e *expr) any {
	f := m.top()
	outer := f.scope
	f.scope = &scope{vars: map[string]any{}, parent: outer, module: outer.module}
	defer func() { f.scope = outer }()
	l, d := &List{}, newDict()
	var missing any
	var each func(i int)
	each = func(i int) {
		if i == len(e.clauses) {
			if e.text == "dict" {
				d.set(m.eval(e.x), m.eval(e.y))
			} else {
				l.Items = append(l.Items, m.eval(e.x))
			}
			return
		}
		c := e.clauses[i]
		v := m.eval(c.x)
		items, ok := m.items(v)
		if !ok {
			missing = v
			return
		}
	next:
		for _, item := range items {
			m.assign(c.target, item)
			for _, cond := range c.conditions {
				if t, known := truth(m.eval(cond)); !t && known {
					continue next
				}
			}
			each(i + 1)
		}
	}
	each(0)
	switch u, ok := missing.(Unknown); {
	case ok:
		return u
	case missing != nil:
		return Unknown{Text: source(e.clauses[0].x)}
	case e.text == "dict":
		return d
	}
	return l
}

func (m *machine) choose(e *expr) any {
	t, known := truth(m.eval(e.y))
	switch {
	case known && t:
		return m.eval(e.x)
	case known:
		return m.eval(e.z)
	}
	v := m.eval(e.x)
	if _, no := v.(Unknown); no {
		return m.eval(e.z)
	}
	m.top().note("it holds that " + source(e.y))
	return v
}

// operation is a binary operator; and and or evaluate only what they need.
func (m *machine) operation(e *expr) any {
	x := m.eval(e.x)
	if e.text != "and" && e.text != "or" {
		v := m.binary(e.text, x, m.eval(e.y))
		if u, no := v.(Unknown); no && strings.HasPrefix(u.Text, "an expression with ") {
			u.Text = source(e)
			return u
		}
		return v
	}
	t, known := truth(x)
	if known && t == (e.text == "or") {
		return x
	}
	y := m.eval(e.y)
	if known {
		return y
	}
	if t, known := truth(y); known && t == (e.text == "or") {
		return y
	}
	return x
}

func (m *machine) subscript(e *expr) any {
	if e == nil {
		return slice{}
	}
	return Plain(m.eval(e))
}

func (m *machine) index(e *expr) any {
	x, y := m.eval(e.x), m.subscript(e.y)
	switch c := x.(type) {
	case *Array:
		if l, ok := y.(*List); ok && l.tuple {
			return c.index(l.Items)
		}
		return c.index([]any{y})
	case *dict:
		if v, ok := c.get(y); ok {
			return v
		}
		if _, ok := key(y); ok {
			m.missed = true
		}
	case shapeOf:
		if i, ok := y.(int64); ok {
			return c.index(i)
		}
		return m.sliced(c.a.shape(), y, e)
	case *List:
		return m.sliced(c, y, e)
	case string:
		switch i := y.(type) {
		case slice:
			if from, to, ok := i.bounds(int64(len(c))); ok {
				return c[from:to]
			}
		case int64:
			if i < 0 {
				i += int64(len(c))
			}
			if i >= 0 && i < int64(len(c)) {
				return c[i : i+1]
			}
		}
	case Symbol: // such as a type with arguments
		return c
	case *class:
		if name, ok := y.(string); ok && c.members != nil {
			if v, ok := c.find(name); ok {
				return v
			}
			break
		}
		return c
	}
	return Unknown{Text: source(e)}
}

func (m *machine) sliced(l *List, y any, e *expr) any {
	switch i := y.(type) {
	case slice:
		from, to, forward := i.bounds(int64(len(l.Items)))
		if !forward && (i.from != nil || i.to != nil || i.step != int64(-1)) {
			break
		}
		items, ok := m.copied(l.Items[from:to])
		if !ok {
			break
		}
		if !forward {
			slices.Reverse(items)
		}
		return &List{Items: items, tuple: l.tuple}
	case int64:
		if i < 0 {
			i += int64(len(l.Items))
		}
		if i >= 0 && i < int64(len(l.Items)) {
			return l.Items[i]
		}
	}
	return Unknown{Text: source(e)}
}
