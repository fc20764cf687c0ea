package ir

// regmap maps registers to what a walk knows about them; forgetting all takes no
// time.
type regmap[T any] struct {
	turn  uint32
	turns []uint32 // in which the entries were set
	list  []T
}

// reset forgets all, and makes room for n registers.
func (m *regmap[T]) reset(n int) {
	m.turn++
	if n > len(m.list) {
		m.turn, m.turns, m.list = 1, make([]uint32, 2*n), make([]T, 2*n)
	}
}

func (m *regmap[T]) has(r Reg) bool { return m.turns[r] == m.turn }

func (m *regmap[T]) set(r Reg, v T) { m.turns[r], m.list[r] = m.turn, v }

// get returns the zero T if there is nothing.
func (m *regmap[T]) get(r Reg) (v T) {
	if m.has(r) {
		v = m.list[r]
	}
	return v
}
