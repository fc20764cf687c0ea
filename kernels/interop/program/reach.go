package program

import "slices"

// sought is a call that is to be reached: by the branches in which it stands, and not past
// those that leave its function.
type sought struct {
	def   *stmt          // the innermost function around it
	taken map[*stmt]bool // of the ifs around it, whether it stands in the body or behind else
}

// place is a call and the functions around it, from the outermost one.
type place struct {
	call *expr
	defs []*stmt
	ifs  map[*stmt]bool
}

// places finds some calls in a body.
func places(body []*stmt, sought func(*expr) bool) []place {
	var out []place
	var defs, ifs []*stmt
	sides := map[*stmt]bool{}
	var within func(body []*stmt)
	within = func(body []*stmt) {
		for _, s := range body {
			for _, x := range append(append([]*expr{s.x}, s.targets...), s.list...) {
				walkExpr(x, func(e *expr) {
					if e.op != opCall || !sought(e) {
						return
					}
					p := place{e, slices.Clone(defs), map[*stmt]bool{}}
					for _, i := range ifs {
						p.ifs[i] = sides[i]
					}
					out = append(out, p)
				})
			}
			switch s.op {
			case stDef:
				defs = append(defs, s)
				within(s.body)
				defs = defs[:len(defs)-1]
				continue
			case stIf:
				ifs = append(ifs, s)
				sides[s] = true
				within(s.body)
				sides[s] = false
				within(s.orelse)
				ifs = ifs[:len(ifs)-1]
				continue
			}
			within(s.body)
			within(s.handler)
			within(s.orelse)
		}
	}
	within(body)
	return out
}

// launches reports a call that looks like that of a kernel.
func (e *expr) launches() bool {
	return slices.ContainsFunc(e.args, func(a argument) bool { return a.name == "output_shapes" })
}

// seek enters functions for the calls that make kernels and were not reached, or of which no
// text is known, and for those that launch one or call such functions and were not made: each may
// make another kernel, or be the only launch of one. What is not reached then is a kernel of which
// nothing is known.
func (m *machine) seek(mod *module) {
	objects := map[*class]*object{}
	makers := places(mod.body, func(e *expr) bool { return e.x.text == "metal_kernel" })
	names := map[string]bool{}
	for _, p := range makers {
		if len(p.defs) > 0 {
			names[p.defs[len(p.defs)-1].text] = true
		}
		if !m.created[p.call] {
			m.reach(mod, p, objects)
		}
	}
	for _, p := range places(mod.body, func(e *expr) bool { return names[e.x.text] || e.launches() }) {
		if !m.called[p.call] {
			m.reach(mod, p, objects)
		}
	}
	for _, p := range makers {
		if _, reached := m.created[p.call]; !reached && m.ctx.Err() == nil {
			m.keep(&Kernel{Line: p.call.line, Unreached: true})
		}
	}
}

// reach enters the functions around a call, the innermost one first, until it is made.
func (m *machine) reach(mod *module, p place, objects map[*class]*object) {
	for _, def := range slices.Backward(p.defs) {
		i := slices.IndexFunc(mod.funcs, func(f *function) bool { return f.def == def })
		if i < 0 || m.created[p.call] || m.called[p.call] || m.steps >= maxAllSteps || m.ctx.Err() != nil {
			continue
		}
		m.sought = sought{p.defs[len(p.defs)-1], p.ifs}
		m.enter(mod.funcs[i], objects)
		m.sought = sought{}
	}
}
