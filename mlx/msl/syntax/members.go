package syntax

import "iter"

// members are the names of a scope. Most are records with a few.
type members struct {
	list  []member
	index map[string]int // of the list, once there are more than fewMembers
}

type member struct {
	id  *ident // of the session that declared it
	sym symbol
}

const fewMembers = 16

func (m *members) find(name string) int {
	if m.index != nil {
		if i, ok := m.index[name]; ok {
			return i
		}
		return -1
	}
	for i := range m.list {
		if m.list[i].id.name == name {
			return i
		}
	}
	return -1
}

func (m *members) get(name string) (symbol, bool) {
	if i := m.find(name); i >= 0 {
		return m.list[i].sym, true
	}
	return symbol{}, false
}

func (m *members) set(nodes *nodes, id *ident, sym symbol) {
	if i := m.find(id.name); i >= 0 {
		m.list[i].sym = sym
		return
	}
	n := len(m.list)
	if n == cap(m.list) {
		m.list = append(nodes.members.room(max(2*n, 2)), m.list...)
	}
	m.list = append(m.list, member{id, sym})
	switch {
	case m.index != nil:
		m.index[id.name] = n
	case n == fewMembers:
		m.index = make(map[string]int, 2*fewMembers)
		for i, x := range m.list {
			m.index[x.id.name] = i
		}
	}
}

// all gives every member in the order of declaration.
func (m *members) all() iter.Seq2[*ident, symbol] {
	return func(yield func(*ident, symbol) bool) {
		for i := range m.list {
			if !yield(m.list[i].id, m.list[i].sym) {
				return
			}
		}
	}
}
