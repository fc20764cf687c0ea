package syntax

import "iter"

// members are the names of a scope. Most are records with a few.
type members struct {
	few  []member
	many map[string]symbol // instead, once there are more than fewMembers
}

type member struct {
	name string
	sym  symbol
}

const fewMembers = 16

func (m *members) get(name string) (symbol, bool) {
	if m.many != nil {
		sym, ok := m.many[name]
		return sym, ok
	}
	for i := range m.few {
		if m.few[i].name == name {
			return m.few[i].sym, true
		}
	}
	return symbol{}, false
}

func (m *members) set(nodes *nodes, name string, sym symbol) {
	if m.many != nil {
		m.many[name] = sym
		return
	}
	for i := range m.few {
		if m.few[i].name == name {
			m.few[i].sym = sym
			return
		}
	}
	if n := len(m.few); n < fewMembers {
		if n == cap(m.few) {
			m.few = append(nodes.members.room(max(2*n, 2)), m.few...)
		}
		m.few = append(m.few, member{name, sym})
		return
	}
	m.many = map[string]symbol{name: sym}
	for _, x := range m.few {
		m.many[x.name] = x.sym
	}
	m.few = nil
}

// all gives every member, in no order.
func (m *members) all() iter.Seq2[string, symbol] {
	return func(yield func(string, symbol) bool) {
		for _, x := range m.few {
			if !yield(x.name, x.sym) {
				return
			}
		}
		for name, sym := range m.many {
			if !yield(name, sym) {
				return
			}
		}
	}
}
