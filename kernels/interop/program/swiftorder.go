package program

// later holds what makes the names of a Swift file, where one may be used in front of the
// statement that makes it.
type later struct {
	makes map[string]*stmt
	made  map[*stmt]bool
}

// index notes what makes the names of a file.
func (l *later) index(body []*stmt) {
	l.makes, l.made = map[string]*stmt{}, map[*stmt]bool{}
	for _, s := range body {
		name := s.text
		if s.op == stAssign && s.x != nil && len(s.targets) == 1 && s.targets[0].op == opName {
			name = s.targets[0].text
		}
		if name != "" && l.makes[name] == nil && (s.op == stAssign || s.op == stClass || s.op == stDef) {
			l.makes[name] = s
		}
	}
}

// make executes the statement that makes a name of a file, and reports whether there is one.
func (m *machine) make(name string) bool {
	mod := m.top().module
	s := mod.later.makes[name]
	if s == nil || mod.later.made[s] || len(m.stack) >= maxCalls {
		return false
	}
	m.stack = append(m.stack, &frame{module: mod, scope: mod.scope, quiet: m.importing(), seeks: true})
	m.once(s)
	m.stack = m.stack[:len(m.stack)-1]
	_, ok := mod.scope.vars[name]
	return ok
}

// once executes a statement of a file, unless what it makes was needed before.
func (m *machine) once(s *stmt) {
	l := &m.top().module.later
	if l.made[s] {
		return
	}
	if l.made != nil {
		l.made[s] = true
	}
	m.exec(s)
}
