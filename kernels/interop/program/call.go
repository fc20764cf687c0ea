package program

import (
	"maps"
	"slices"
)

// bind makes a method of an object, or calls a property.
func (m *machine) bind(v, self any) any {
	f, ok := v.(*function)
	if !ok || f.def == nil {
		return v
	}
	for _, d := range f.def.decorators {
		switch d {
		case "staticmethod":
			return f
		case "property", "cached_property":
			return m.invoke(&function{def: f.def, env: f.env, self: self, initial: f.initial}, nil)
		}
	}
	return &function{def: f.def, env: f.env, self: self, initial: f.initial}
}

// call evaluates x(args).
func (m *machine) call(e *expr) any {
	f := m.eval(e.x)
	if o, ok := f.(*object); ok {
		if v, ok := o.class.find("__call__"); ok {
			f = m.bind(v, o)
		}
	}
	args, known := m.arguments(e)
	m.top().line = max(e.line, m.top().line)
	if e.launches() {
		m.called[e] = true
	}
	switch f.(type) {
	case Unknown, *Array, method:
		if !known || hasArgument(args, "output_shapes") {
			break
		}
	}
	name := e.x.text
	switch f := f.(type) {
	case Symbol:
		if f.Last() == "metal_kernel" {
			return m.create(e, args)
		}
		return m.factory(args, m.builtin(f, args, e))
	case layer:
		return m.apply(f, args, Unknown{Text: source(e)})
	case *Kernel:
		if method, ok := m.overload(e, args); ok {
			return m.factory(args, m.invoke(method, args))
		}
		return m.launch(f, args)
	case *function, *class, partial:
		m.called[e] = true
		v := m.invoke(f, args)
		if _, made := v.(*Kernel); made {
			return v
		}
		if name == "metal_kernel" {
			break
		}
		return m.factory(args, v)
	case method:
		if v := m.method(f, args); v != nil {
			if _, none := v.(none); none {
				return nil
			}
			return v
		}
	}
	switch {
	case name == "metal_kernel":
		return m.create(e, args)
	case name == "url" && resource(args) != nil:
		return resource(args)
	case hasArgument(args, "output_shapes") && hasArgument(args, "grid"):
		m.orphans = append(m.orphans, Launch{named(args, "inputs"), m.notes()})
		return outputs(named(args, "inputs"))
	}
	if _, ok := f.(Unknown); ok && e.x.op == opAttribute && (name == "reshape" || name == "astype") { // of what must be an array
		a := &Array{Name: source(e.x.x)}
		if out, ok := a.call(name, args).(*Array); ok && !a.Guessed {
			return out
		}
	}
	if u, ok := f.(Unknown); ok && e.x.op == opName {
		return m.factory(args, Unknown{Text: u.Text + "()"})
	}
	return m.factory(args, Unknown{Text: source(e)})
}

// overload is the method of the name of a kernel that an object holds, where a
// call looks like the method's: Swift tells them apart by the arguments.
func (m *machine) overload(e *expr, args []arg) (any, bool) {
	if e.x.op != opAttribute || hasArgument(args, "output_shapes") || !m.top().module.swift() {
		return nil, false
	}
	o, ok := m.eval(e.x.x).(*object)
	if !ok {
		return nil, false
	}
	v, ok := o.class.find(e.x.text)
	return m.bind(v, o), ok
}

// factory calls the functions among the arguments of a call that make kernels,
// as a cache would that is asked for the first time; it gives the last kernel,
// or else v.
func (m *machine) factory(args []arg, v any) any {
	for _, a := range args {
		f, ok := a.value.(*function)
		if !ok || len(m.stack) >= maxCalls {
			continue
		}
		if f.def == nil {
			f = &function{def: &stmt{op: stDef, line: f.lambda.line, body: []*stmt{{op: stReturn, line: f.lambda.line, x: f.lambda.x}}}, env: f.env}
			mark(f.def)
		}
		if f.def.creates && !m.satisfied[f.def] && len(f.def.params) == 0 {
			if k, ok := m.invoke(f, nil).(*Kernel); ok {
				v = k
			}
		}
	}
	return v
}

func hasArgument(args []arg, name string) bool {
	for _, a := range args {
		if a.name == name {
			return true
		}
	}
	return false
}

// arguments evaluates those of a call; known is false if some cannot be told.
func (m *machine) arguments(e *expr) (out []arg, known bool) {
	known = true
	for _, a := range e.args {
		v := m.eval(a.x)
		switch a.name {
		case "*":
			items, ok := m.items(v)
			known = known && ok
			for _, item := range items {
				out = append(out, arg{value: item})
			}
		case "**":
			d, ok := v.(*dict)
			if known = known && ok; !ok {
				continue
			}
			for _, k := range d.keys {
				if name, ok := k.(string); ok {
					out = append(out, arg{name, d.values[k]})
				}
			}
		default:
			out = append(out, arg{a.name, v})
		}
	}
	return out, known
}

// named gives arguments by their names; those without take the given ones.
func named(args []arg, positions ...string) map[string]any {
	out := map[string]any{}
	i := 0
	for _, a := range args {
		for i < len(positions) && out[positions[i]] != nil { // labelled, in front of it in Swift
			i++
		}
		switch {
		case a.name != "":
			out[a.name] = a.value
		case i < len(positions):
			out[positions[i]] = a.value
			i++
		}
	}
	return out
}

// create makes a kernel of a call of metal_kernel.
func (m *machine) create(e *expr, args []arg) any {
	k := &Kernel{Line: e.line, Args: named(args, "name", "input_names", "output_names", "source", "header"), Notes: m.notes()}
	if l := m.line(); m.top().module != m.main || m.top().quiet {
		k.Line = l
	}
	if k.quiet = m.importing(); k.quiet {
		return k
	}
	m.keep(k)
	_, ok := k.Args["source"].(string)
	if m.created[e] = m.created[e] || ok; ok {
		m.satisfy()
	}
	return k
}

// importing reports whether what is executed is a module that another imports.
func (m *machine) importing() bool {
	return slices.ContainsFunc(m.stack, func(f *frame) bool { return f.quiet })
}

// keep counts a kernel among those of the program.
func (m *machine) keep(k *Kernel) {
	if len(m.kernels) < maxKernels {
		m.kernels = append(m.kernels, k)
	}
}

// launch notes a call of a kernel and gives its outputs.
func (m *machine) launch(k *Kernel, args []arg) any {
	if k.quiet && !m.importing() {
		k.quiet, k.Line = false, m.line()
		m.keep(k)
	}
	l := Launch{named(args, "inputs"), m.notes()}
	if Dims(l.Args["grid"]) != nil {
		m.satisfy()
	}
	if len(k.Launches) < 64 {
		k.Launches = append(k.Launches, l)
	}
	return outputs(l.Args)
}

// outputs are the arrays that a launch gives.
func outputs(args map[string]any) any {
	shapes, ok := args["output_shapes"].(*List)
	if !ok || len(shapes.Items) > maxOutputs {
		return Unknown{Text: "the outputs of a kernel"}
	}
	dtypes, _ := args["output_dtypes"].(*List)
	out := &List{}
	for i, s := range shapes.Items {
		a := &Array{Name: "an output", Shape: Dims(s)}
		if dtypes != nil && i < len(dtypes.Items) {
			a.DType, _ = dtypes.Items[i].(Symbol)
		}
		out.Items = append(out.Items, a)
	}
	return out
}

// Dims are the lengths in a shape, nil if they are not known.
func Dims(v any) []int64 {
	if s, ok := v.(shapeOf); ok {
		v = s.a.shape()
	}
	if n, ok := Plain(v).(int64); ok {
		return []int64{max(n, 0)}
	}
	l, ok := v.(*List)
	if !ok || len(l.Items) > maxRank {
		return nil
	}
	out := make([]int64, len(l.Items))
	for i, item := range l.Items {
		n, ok := Plain(item).(int64)
		if !ok || n < 0 {
			return nil
		}
		out[i] = n
	}
	return out
}

// invoke calls a function or makes an object of a class.
func (m *machine) invoke(f any, args []arg) any {
	if len(m.stack) >= maxCalls {
		return Unknown{Text: "a deep recursion"}
	}
	switch f := f.(type) {
	case partial:
		return m.invoke(f.f, append(append([]arg{}, f.args...), args...))
	case *class:
		return m.instantiate(f, args)
	case *object:
		if v, ok := f.class.find("__call__"); ok {
			return m.invoke(m.bind(v, f), args)
		}
	case *function:
		return m.invokeFunction(f, args)
	case Symbol:
		return m.builtin(f, args, &expr{op: opName, text: string(f)})
	case layer:
		return m.apply(f, args, Unknown{Text: "the result of a layer"})
	case *Kernel:
		return m.launch(f, args)
	}
	return Unknown{Text: "the result of a call"}
}

func (m *machine) invokeFunction(f *function, args []arg) any {
	caller := m.top()
	var params []param
	if f.lambda != nil {
		params = f.lambda.params
	} else {
		params = f.def.params
	}
	s := &scope{vars: map[string]any{}, parent: f.env.around(), module: f.env.module, guesses: map[string]string{}}
	m.bindArguments(s, f, params, args)
	m.hint(s, f.def)
	fr := &frame{module: f.env.module, def: f.def, scope: s, line: caller.line, quiet: caller.quiet}
	m.stack = append(m.stack, fr)
	defer func() { m.stack = m.stack[:len(m.stack)-1] }()
	if f.lambda != nil {
		return m.eval(f.lambda.x)
	}
	fr.line, fr.seeks = f.def.line, f.def.creates || f.def.launches
	if sig := m.run(f.def.body); sig == sigRaise {
		return Unknown{Text: f.def.text + "()"}
	}
	m.differentiate(f, fr)
	if len(fr.notes) > 0 {
		for _, n := range fr.notes {
			caller.note(n)
		}
	}
	if fr.yields != nil {
		return &List{Items: fr.yields}
	}
	return fr.result
}

// differentiate calls the derivative of a function that has been executed, as MLX
// would: with its arguments, or its only one, and with its outputs twice.
func (m *machine) differentiate(f *function, fr *frame) {
	if f.vjp == nil || m.satisfied[f.vjp.def] {
		return
	}
	primals := &List{tuple: true}
	for _, p := range f.def.params {
		primals.Items = append(primals.Items, fr.scope.vars[p.name])
	}
	args := []arg{{value: primals}, {value: fr.result}, {value: fr.result}}
	if len(primals.Items) == 1 {
		args[0].value = primals.Items[0]
	}
	vjp := f.vjp
	f.vjp = nil // it may call the function
	m.invoke(vjp, args)
	f.vjp = vjp
}

// bindArguments gives parameters their values: an argument's, the default, or
// a plausible one.
func (m *machine) bindArguments(s *scope, f *function, params []param, args []arg) {
	given := maps.Clone(named(args))
	var positional []any
	for _, a := range args {
		if a.name == "" {
			positional = append(positional, a.value)
		}
	}
	if f.self != nil {
		positional = append([]any{f.self}, positional...)
	}
	for i, p := range params {
		fixed, isFixed := m.given[p.name]
		labelled, isLabelled := given[p.label]
		switch {
		case isLabelled && p.label != "": // whatever stands in front of it
			if s.vars[p.name] = labelled; isFixed {
				s.vars[p.name] = fixed
			}
			delete(given, p.label)
			continue
		case p.star == "*":
			s.vars[p.name] = &List{Items: positional, tuple: true}
			positional = nil
			continue
		case p.star == "**":
			rest := newDict()
			for _, a := range args {
				if v, ok := given[a.name]; ok && a.name != "" {
					rest.set(a.name, v)
				}
			}
			s.vars[p.name] = rest
			continue
		case len(positional) > 0:
			if s.vars[p.name] = positional[0]; isFixed {
				s.vars[p.name] = fixed
			}
			positional = positional[1:]
			continue
		}
		if v, ok := given[p.name]; ok {
			if delete(given, p.name); isFixed {
				v = fixed
			}
			s.vars[p.name] = v
			continue
		}
		switch {
		case isFixed:
			s.vars[p.name] = fixed
		case p.initial != nil && i < len(f.initial):
			s.vars[p.name] = f.initial[i]
		case p.initial != nil:
			s.vars[p.name] = m.eval(p.initial)
		default:
			s.vars[p.name] = Unknown{Text: p.name}
		}
	}
}

// instantiate makes an object.
func (m *machine) instantiate(c *class, args []arg) any {
	if c.members != nil && len(args) == 1 { // the member of a value
		for _, member := range c.members {
			value := member
			if o, ok := member.(*object); ok {
				value = o.attrs["value"]
			}
			if m.equal(value, args[0].value, 0) {
				return member
			}
		}
		return Unknown{Text: c.name + " of a value"}
	}
	o := &object{class: c, attrs: map[string]any{}}
	if init, ok := c.find("__init__"); ok {
		if f, ok := m.bind(init, o).(*function); ok {
			m.invokeFunction(f, args)
		}
		return o
	}
	values := named(args)
	i := 0
	for _, a := range c.attrs {
		if v, ok := values[a.name]; ok {
			o.attrs[a.name] = v
			continue
		}
		for i < len(args) && args[i].name != "" {
			i++
		}
		if i < len(args) {
			o.attrs[a.name] = args[i].value
			i++
		} else if a.initial == nil {
			o.attrs[a.name] = Unknown{Text: a.name}
		}
	}
	return o
}
