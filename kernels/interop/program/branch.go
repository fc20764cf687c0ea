package program

import (
	"maps"
	"strings"
)

// branch executes an if. A branch that only leaves a function in which a kernel
// is sought is not taken.
func (m *machine) branch(s *stmt) signal {
	f := m.top()
	if body, sought := m.sought.taken[s]; sought {
		f.note("it holds that " + condition(s.x, body))
		if body {
			return m.run(s.body)
		}
		return m.run(s.orelse)
	}
	if raises(s.body) {
		m.suppose(s.x, false)
	} else if raises(s.orelse) {
		m.suppose(s.x, true)
	}
	t, known := truth(m.eval(s.x))
	avoid := func(body []*stmt) bool {
		return m.leaves(body, f.seeks) || f.def != nil && f.def == m.sought.def && len(body) > 0 && body[len(body)-1].op == stReturn
	}
	switch {
	case known && !t && f.def != nil && m.reaches(s.body) && !m.reaches(s.orelse): // what was assumed is not meant
		f.note("it holds that " + source(s.x))
		return m.run(s.body)
	case known && t && avoid(s.body):
		return m.run(s.orelse)
	case known && t:
		return m.run(s.body)
	case known && raises(s.orelse): // what was assumed is not meant
		f.note("it holds that " + source(s.x))
		return m.run(s.body)
	case known && avoid(s.orelse):
		return goOn
	case known:
		return m.run(s.orelse)
	case avoid(s.body):
		return m.run(s.orelse)
	case len(s.orelse) > 0 && avoid(s.orelse):
		return m.run(s.body)
	}
	if !m.spend(1+len(f.scope.vars)/8, 0) {
		return goOn
	}
	before := maps.Clone(f.scope.vars)
	sig := m.run(s.body)
	after := f.scope.vars
	f.scope.vars = before
	other := m.run(s.orelse)
	for name, v := range after {
		if _, no := v.(Unknown); no && f.scope.vars[name] != nil {
			continue
		}
		if text, ok := v.(string); ok && f.scope.vars[name] != any(text) {
			f.note("it holds that " + source(s.x))
		}
		f.scope.vars[name] = v
	}
	if sig == goOn || other == goOn {
		return goOn
	}
	return sig
}

// condition is a test, or that it does not hold.
func condition(test *expr, holds bool) string {
	if holds {
		return source(test)
	}
	return source(&expr{op: opUnary, text: "not", x: test})
}

func raises(body []*stmt) bool { return len(body) > 0 && body[len(body)-1].op == stRaise }

// leaves reports whether a branch ends the function without anything to see.
func (m *machine) leaves(body []*stmt, seeks bool) bool {
	if len(body) == 0 {
		return false
	}
	last := body[len(body)-1]
	if last.op == stRaise {
		return true
	}
	if last.op != stReturn || !seeks {
		return false
	}
	return !m.reaches(body) && (last.x == nil || !strings.Contains(source(last.x), "kernel"))
}

// reaches reports whether a kernel seems to be made or launched in a body.
func (m *machine) reaches(body []*stmt) bool {
	if len(body) == 0 {
		return false
	}
	found, known := m.reached[body[0]]
	if known {
		return found
	}
	walk(body, func(*stmt) {}, func(e *expr) {
		if e.op != opCall {
			return
		}
		found = found || e.launches() || strings.Contains(e.x.text, "kernel")
	})
	m.reached[body[0]] = found
	return found
}
