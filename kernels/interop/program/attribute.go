package program

import (
	"math"
	"strings"
)

// attribute is x.name.
func (m *machine) attribute(e *expr, x any) any {
	switch x := x.(type) {
	case *Array:
		if v, ok := m.extension(x, e.text); ok {
			return v
		}
		return x.attribute(e.text)
	case Symbol:
		if e.text == "size" || e.text == "itemsize" {
			return dtypeSize(x)
		}
		switch e.text { // of math, numpy, mlx.core and Swift's types alike
		case "inf", "infinity":
			return math.Inf(1)
		case "nan":
			return math.NaN()
		case "pi":
			return math.Pi
		case "max", "min":
			if v := swiftLimit(x, e.text); v != nil && m.top().module.swift() {
				return v
			}
		case "self": // the type as a value, in Swift
			if of, ok := swiftTypes[x]; ok {
				return of
			}
			return x
		}
		if v, ok := m.given[e.text]; ok {
			return v
		}
		return x + "." + Symbol(e.text)
	case *module:
		if v, ok := x.scope.vars[e.text]; ok {
			return v
		}
		if sub, ok := m.submodule(x, e.text); ok {
			return sub
		}
		return Unknown{Text: source(e)}
	case *object:
		if v, ok := m.given[e.text]; ok {
			return v
		}
		if v, ok := x.attrs[e.text]; ok {
			for _, g := range x.guesses[e.text] {
				for _, f := range m.stack[1:] { // of which the first was entered
					f.note(g)
				}
			}
			return v
		}
		if v, ok := x.class.find(e.text); ok {
			return m.bind(v, x)
		}
		m.missed = true
		return Unknown{Text: source(e)}
	case super:
		if v, ok := find(x.behind, e.text); ok {
			return m.bind(v, x.self)
		}
		return Unknown{Text: source(e)}
	case *class:
		if v, ok := x.find(e.text); ok {
			return v
		}
		if e.text == "__name__" {
			return x.name
		}
		return Unknown{Text: source(e)}
	case *function:
		if e.text == "__name__" && x.def != nil {
			return x.def.text
		}
		if e.text == "__doc__" && x.def != nil {
			return x.def.doc()
		}
		return method{x, e.text}
	case layer:
		if a, ok := x.attribute(e.text); ok {
			return a
		}
		return m.member(e)
	case path:
		switch e.text {
		case "parent":
			return path(directory(string(x)))
		case "name", "stem":
			s := string(x[strings.LastIndexByte(string(x), '/')+1:])
			if e.text == "stem" {
				s, _, _ = strings.Cut(s, ".")
			}
			return s
		case "parents":
			l := &List{}
			for d := directory(string(x)); len(l.Items) < 20; d = directory(d) {
				l.Items = append(l.Items, path(d))
			}
			return l
		}
		return method{x, e.text}
	case string, int64, float64:
		if e.text == "value" { // of an enumeration whose members are plain
			return x
		}
	case Unknown:
		return m.member(e)
	case shapeOf:
		return method{x.a.shape(), e.text}
	}
	return method{x, e.text}
}

// member is an attribute of what is not known: one that arrays have makes it
// one, and one that is named like a number of a model has a plausible value.
func (m *machine) member(e *expr) any {
	if v, ok := m.given[e.text]; ok {
		return v
	}
	if len(m.stack) < 2 {
		return Unknown{Text: source(e)}
	}
	switch e.text {
	case "shape", "dtype", "ndim":
		vars, name := m.top().scope.vars, "\x00array "+source(e.x)
		if vars[name] == nil {
			vars[name] = &Array{Name: source(e.x)}
		}
		return vars[name].(*Array).attribute(e.text)
	}
	if v := Guess(e.text); v != int64(64) || isSize(e.text) {
		text, _ := str(v)
		m.top().note(source(e) + " is " + text)
		return v
	}
	return Unknown{Text: source(e)}
}

func isSize(name string) bool {
	for _, part := range []string{"dim", "size", "hidden", "width", "num_", "n_"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

func (m *machine) submodule(x *module, name string) (any, bool) {
	if !strings.HasSuffix(x.file, "__init__.py") {
		return nil, false
	}
	m.stack = append(m.stack, &frame{module: x, scope: x.scope, quiet: true})
	defer func() { m.stack = m.stack[:len(m.stack)-1] }()
	if sub := m.module("." + name); sub != nil {
		return sub, true
	}
	return nil, false
}

// find looks a name up in a class and those that it inherits from.
func (c *class) find(name string) (any, bool) { return find(c.order, name) }

func find(classes []*class, name string) (any, bool) {
	for _, c := range classes {
		if v, ok := c.scope.vars[name]; ok {
			return v, true
		}
	}
	return nil, false
}
