package program

import "strings"

// enterAll enters the functions of a file that call those which make or launch
// kernels, then these themselves if no kernel came of that.
func (m *machine) enterAll(mod *module) {
	m.stack = append(m.stack, &frame{module: mod, scope: mod.scope})
	objects := map[*class]*object{}
	seeks := map[string]bool{}
	for _, f := range mod.funcs {
		if f.def.creates || f.def.launches {
			seeks[f.def.text] = true
		}
	}
	for _, want := range []func(*stmt) bool{
		func(s *stmt) bool { return !seeks[s.text] && calls(s, seeks) },
		func(s *stmt) bool { return s.launches },
		func(s *stmt) bool { return s.creates },
	} {
		for i := 0; i < len(mod.funcs) && i < 4000 && m.ctx.Err() == nil; i++ { // inner functions are found on the way
			if f := mod.funcs[i]; want(f.def) && !m.satisfied[f.def] && m.steps < maxAllSteps {
				m.enter(f, objects)
			}
		}
	}
	m.seek(mod)
	m.stack = m.stack[:len(m.stack)-1]
}

// calls reports whether a function calls one of the named.
func calls(s *stmt, names map[string]bool) bool {
	found := false
	walk(s.body, func(*stmt) {}, func(e *expr) { found = found || e.op == opCall && names[e.x.text] })
	return found
}

// enter executes a function with plausible arguments.
func (m *machine) enter(f *function, objects map[*class]*object) {
	m.most = min(m.steps+maxSteps, maxAllSteps) // a budget for each
	m.made = 0
	params := f.def.params
	var args []arg
	if c, ok := f.env.vars["\x00class"].(*class); ok {
		if f.def.text == "__init__" {
			m.example(c, objects)
			return
		}
		static := false
		for _, d := range f.def.decorators {
			static = static || d == "staticmethod"
		}
		if !static && len(params) > 0 && (params[0].name == "self" || params[0].name == "cls") {
			self := any(&Array{Name: c.name})
			if c != f.env.module.scope.vars[extended+c.name] {
				self = m.example(c, objects)
			}
			args, params = append(args, arg{params[0].name, self}), params[1:]
		}
	}
	guesses := map[string]string{}
	cases := m.parametrized(f.def)
	for i, p := range params {
		v, note := m.plausible(f, p, i+len(f.def.params)-len(params))
		if first, ok := cases[p.name]; ok {
			text, _ := str(first)
			v, note = first, p.name+" is "+text+", its first case"
		}
		if p.star == "" {
			args = append(args, arg{p.name, v})
			guesses[p.name] = note
		}
	}
	m.enterWith(f, args, guesses)
}

// parametrized holds the first case of a test's pytest.mark.parametrize.
func (m *machine) parametrized(def *stmt) map[string]any {
	out := map[string]any{}
	for _, d := range def.list {
		if d.op != opCall || d.x.text != "parametrize" || len(d.args) < 2 {
			continue
		}
		names, _ := m.eval(d.args[0].x).(string)
		cases, _ := m.items(m.eval(d.args[1].x))
		if len(cases) == 0 {
			continue
		}
		split := strings.FieldsFunc(names, func(r rune) bool { return r == ',' || r == ' ' })
		if len(split) == 1 {
			out[split[0]] = cases[0]
		} else if values, ok := m.items(cases[0]); ok && len(values) == len(split) {
			for i, n := range split {
				out[n] = values[i]
			}
		}
	}
	return out
}

// plausible is a value for a parameter, and what to say of it.
func (m *machine) plausible(f *function, p param, position int) (any, string) {
	if v, ok := m.given[p.name]; ok {
		return v, ""
	}
	if p.initial != nil && position < len(f.initial) && f.initial[position] != nil {
		text, ok := str(f.initial[position])
		if !ok {
			return f.initial[position], ""
		}
		return f.initial[position], p.name + " is " + text + ", its default"
	}
	if p.initial != nil && position < len(f.initial) {
		return nil, p.name + " is None, its default"
	}
	v := m.parameter(p, f.def)
	if text, ok := str(v); ok {
		return v, p.name + " is " + text
	}
	return v, ""
}

// example is an object of a class, made with plausible arguments.
func (m *machine) example(c *class, objects map[*class]*object) *object {
	if o := objects[c]; o != nil {
		return o
	}
	o := &object{class: c, attrs: map[string]any{}}
	objects[c] = o
	defer m.setUp(o)
	init, ok := c.find("__init__")
	f, isFunction := init.(*function)
	if !ok || !isFunction || len(f.def.params) == 0 {
		for _, a := range c.attrs {
			if a.initial == nil {
				o.attrs[a.name] = m.parameter(a, f0)
			}
		}
		return o
	}
	args := []arg{{f.def.params[0].name, o}}
	guesses := map[string]string{}
	for i, p := range f.def.params[1:] {
		if p.star == "" {
			v, note := m.plausible(f, p, i+1)
			args = append(args, arg{p.name, v})
			guesses[p.name] = note
		}
	}
	m.enterWith(f, args, guesses)
	return o
}

// setUp does what a test case does before each of its tests.
func (m *machine) setUp(o *object) {
	if v, ok := o.class.find("setUp"); ok {
		m.invoke(m.bind(v, o), nil)
	}
}

var f0 = &stmt{}

// enterWith executes a function; what is assumed of its parameters is noted
// where they are used.
func (m *machine) enterWith(f *function, args []arg, guesses map[string]string) {
	s := &scope{vars: map[string]any{"\x00entered": true}, parent: f.env.around(), module: f.env.module, guesses: guesses}
	m.bindArguments(s, f, f.def.params, args)
	fr := &frame{module: f.env.module, def: f.def, scope: s, line: f.def.line, seeks: true}
	m.stack = append(m.stack, fr)
	if m.run(f.def.body) != sigRaise {
		m.differentiate(f, fr)
	}
	m.stack = m.stack[:len(m.stack)-1]
}
