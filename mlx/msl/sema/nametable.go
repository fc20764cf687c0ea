package sema

import (
	"cmp"
	"hash/maphash"
	"slices"
)

// names maps the names of a scope to what they denote. Most scopes are blocks
// with a few names, which are looked through.
type names struct {
	sieve sieve
	few   []named
	many  *table[*binding]
}

// word is a name with its hash, which one lookup takes through many scopes.
type word struct {
	name string
	hash uint32 // never 0
}

// seed differs from run to run, so that nobody can write many names of one hash.
var seed = maphash.MakeSeed()

func wordOf(name string) word { return word{name, uint32(maphash.String(seed, name)) | 1<<31} }

// sieve holds a bit for each name of a set. Most scopes that a lookup passes
// lack the name, and the bit says so.
type sieve uint64

// bit is the bit of a name.
func (w word) bit() sieve { return 1 << (w.hash % 64) }

type named struct {
	word
	*binding
}

const (
	fewNames  = 4
	mostNames = 16 // that are looked through
)

func (t *names) get(name string) *binding { return t.find(wordOf(name)) }

func (t *names) find(w word) *binding {
	if t.sieve&w.bit() == 0 {
		return nil
	}
	if t.many != nil {
		return t.many.get(w)
	}
	for i := range t.few {
		if n := &t.few[i]; n.hash == w.hash && n.name == w.name {
			return n.binding
		}
	}
	return nil
}

func (t *names) set(s *Scope, name string, b *binding) {
	w := wordOf(name)
	for i := range t.few {
		if t.few[i].word == w {
			t.few[i].binding = b
			return
		}
	}
	t.add(s, w, b)
}

// add is set for a name that the scope lacks.
func (t *names) add(s *Scope, w word, b *binding) {
	t.sieve |= w.bit()
	if t.many != nil {
		t.many.set(w, b)
		return
	}
	n := len(t.few)
	if n == mostNames {
		t.many = s.mem.table()
		for _, n := range t.few {
			t.many.set(n.word, n.binding)
		}
		t.many.set(w, b)
		t.few = nil
		return
	}
	if n == cap(t.few) {
		t.few = append(s.room().names.make(max(2*n, fewNames))[:0], t.few...)
	}
	t.few = append(t.few, named{w, b})
}

// each calls f for every name, in an order that is the same in every run.
func (t *names) each(f func(name string, b *binding)) {
	for _, n := range t.few {
		f(n.name, n.binding)
	}
	if t.many != nil {
		t.many.each(f)
	}
}

// visit is each in any order.
func (t *names) visit(f func(name string, b *binding)) {
	if t.many == nil {
		t.each(f)
		return
	}
	t.many.visit(f)
}

// table maps many names. Unlike a map of Go it takes the hash from the word.
type table[T any] struct {
	slots []entry[T] // a power of two, at most half of them used
	count int
}

type entry[T any] struct {
	word
	value T
}

// slot is where a word stands or belongs.
func (t *table[T]) slot(w word) *entry[T] {
	mask := uint32(len(t.slots) - 1)
	for i := w.hash & mask; ; i = (i + 1) & mask {
		if e := &t.slots[i]; e.hash == 0 || e.hash == w.hash && e.name == w.name {
			return e
		}
	}
}

// get gives what a word stands for, the zero value if the table lacks it.
func (t *table[T]) get(w word) (value T) {
	if t.count == 0 {
		return value
	}
	return t.slot(w).value
}

func (t *table[T]) set(w word, value T) {
	if 2*t.count >= len(t.slots) {
		old := t.slots
		t.slots = make([]entry[T], max(2*len(old), 4*mostNames))
		for _, e := range old {
			if e.hash != 0 {
				*t.slot(e.word) = e
			}
		}
	}
	e := t.slot(w)
	if e.hash == 0 {
		t.count++
	}
	*e = entry[T]{w, value}
}

// visit calls f for every name, in the order of the slots, which differs from run to run.
func (t *table[T]) visit(f func(name string, value T)) {
	for i := range t.slots {
		if e := &t.slots[i]; e.hash != 0 {
			f(e.name, e.value)
		}
	}
}

// each calls f for every name, in their order.
func (t *table[T]) each(f func(name string, value T)) {
	all := make([]entry[T], 0, t.count)
	for _, e := range t.slots {
		if e.hash != 0 {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b entry[T]) int { return cmp.Compare(a.name, b.name) })
	for _, e := range all {
		f(e.name, e.value)
	}
}

func (t *table[T]) clear() {
	clear(t.slots)
	t.count = 0
}
