package syntax

import "sync"

// ident is what is known of one spelling of an identifier: keyword or not, the
// macro of that name, and the declarations that the parser has in view. One
// table holds one *ident per spelling, so that names compare by pointer.
type ident struct {
	name      string
	kind      Kind // Ident or a keyword or, for "and" and the like, an operator
	hash      uint32
	expanding bool // its macro is being expanded
	dynamic   dynamicMacro
	macro     *macro
	builtin   symbol   // Metal's own meaning of the name
	bound     *binding // the innermost declaration in view
	// memberTemplate says that some class has a member template of this name,
	// so that a < after x.name may begin its arguments.
	memberTemplate bool
}

// spelling is the name, "" of nil.
func (id *ident) spelling() string {
	if id == nil {
		return ""
	}
	return id.name
}

// identTable interns identifiers. A table over a base takes keywords, macros
// and global declarations from it and never changes it.
type identTable struct {
	base  *identTable
	slots []*ident // power of two; open addressing
	count int
	slab  []ident
}

const hashPrime = 16777619

func hashString(s string) uint32 {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * hashPrime
	}
	return h
}

func newIdentTable(base *identTable) *identTable {
	return &identTable{base: base, slots: make([]*ident, 512)}
}

// find returns the identifier if the table or one of its bases has it.
func (t *identTable) find(name string, hash uint32) *ident {
	for ; t != nil; t = t.base {
		mask := uint32(len(t.slots) - 1)
		for i := spread(hash) & mask; ; i = (i + 1) & mask {
			id := t.slots[i]
			if id == nil {
				break
			}
			if id.hash == hash && id.name == name {
				return id
			}
		}
	}
	return nil
}

// spread mixes the high bits, where FNV is good, into the low ones.
func spread(h uint32) uint32 { return h ^ h>>15 }

// intern returns the identifier of this spelling.
func (t *identTable) intern(name string, hash uint32) *ident {
	mask := uint32(len(t.slots) - 1)
	i := spread(hash) & mask
	for ; ; i = (i + 1) & mask {
		id := t.slots[i]
		if id == nil {
			break
		}
		if id.hash == hash && id.name == name {
			return id
		}
	}
	if len(t.slab) == 0 {
		t.slab = make([]ident, 64)
	}
	id := &t.slab[0]
	t.slab = t.slab[1:]
	if from := t.base.find(name, hash); from != nil {
		*id = *from
	} else {
		*id = ident{name: name, kind: Ident, hash: hash}
	}
	t.slots[i] = id
	t.count++
	if t.count*2 > len(t.slots) {
		t.grow()
	}
	return id
}

func (t *identTable) get(name string) *ident { return t.intern(name, hashString(name)) }

func (t *identTable) grow() {
	old := t.slots
	t.slots = make([]*ident, 2*len(old))
	mask := uint32(len(t.slots) - 1)
	for _, id := range old {
		if id == nil {
			continue
		}
		i := spread(id.hash) & mask
		for t.slots[i] != nil {
			i = (i + 1) & mask
		}
		t.slots[i] = id
	}
}

// words is the table of the words that every unit knows. It is not changed
// after it was made.
var words = sync.OnceValue(func() *identTable {
	t := newIdentTable(nil)
	for k := keywordStart + 1; k < keywordEnd; k++ {
		t.get(k.String()).kind = k
	}
	for name, k := range aliases {
		t.get(name).kind = k
	}
	for name, k := range alternatives {
		t.get(name).kind = k
	}
	for name, d := range dynamicMacros {
		t.get(name).dynamic = d
	}
	for name, sym := range builtinNames() {
		t.get(name).builtin = sym
	}
	return t
})
