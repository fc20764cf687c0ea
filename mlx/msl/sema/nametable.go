package sema

// names maps the names of a scope to what they denote. Most scopes are blocks
// with a few names, which are looked through.
type names struct {
	sieve sieve
	few   []named
	many  map[string]*binding
}

// sieve holds a bit for each name of a set. Most scopes that a lookup passes
// lack the name, and the bit says so.
type sieve uint64

// bitOf is the bit of a name.
func bitOf(name string) sieve {
	n := len(name)
	if n == 0 {
		return 1
	}
	return 1 << ((name[0] + 5*name[n-1] + 11*byte(n)) % 64)
}

type named struct {
	name string
	*binding
}

const (
	fewNames  = 4
	mostNames = 16 // that are looked through
)

func (t *names) get(name string) *binding {
	if t.many != nil {
		return t.many[name]
	}
	for i := range t.few {
		if t.few[i].name == name {
			return t.few[i].binding
		}
	}
	return nil
}

func (t *names) set(s *Scope, name string, b *binding) {
	for i := range t.few {
		if t.few[i].name == name {
			t.few[i].binding = b
			return
		}
	}
	t.add(s, name, b)
}

// add is set for a name that the scope lacks.
func (t *names) add(s *Scope, name string, b *binding) {
	t.sieve |= bitOf(name)
	if t.many != nil {
		t.many[name] = b
		return
	}
	n := len(t.few)
	if n == mostNames {
		t.many = s.mem.table()
		for _, n := range t.few {
			t.many[n.name] = n.binding
		}
		t.many[name], t.few = b, nil
		return
	}
	if n == cap(t.few) {
		t.few = append(s.room().names.make(max(2*n, fewNames))[:0], t.few...)
	}
	t.few = append(t.few, named{name, b})
}

// each calls f for every name, in no order.
func (t *names) each(f func(name string, b *binding)) {
	for _, n := range t.few {
		f(n.name, n.binding)
	}
	for name, b := range t.many {
		f(name, b)
	}
}
