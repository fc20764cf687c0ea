package syntax

import (
	"strings"
	"sync"
)

// ident is what is known of one spelling: keyword or not, the macro of that
// name, and the declarations that the parser has in view. A table holds one per
// spelling, so that names compare by pointer and tokens hold its number.
type ident struct {
	name      string
	word      word
	param     uint16 // 1 + index among the parameters of the macro that is being defined
	kind      Kind   // Ident or a keyword or, for "and" and the like, an operator
	expanding bool   // its macro is being expanded
	dynamic   dynamicMacro
	macro     *macro
	builtin   symbol   // Metal's own meaning of the name
	bound     *binding // the innermost declaration in view
	// memberTemplate says that some class has a member template of this name,
	// so that a < after x.name may begin its arguments.
	memberTemplate bool
	unknownIn      int // the template in which it was noted as unknown
	key            key
}

// isMacro reports whether the name is defined.
func (id *ident) isMacro() bool { return id.macro != nil || id.dynamic != nil }

// spelling is the name, "" of nil.
func (id *ident) spelling() string {
	if id == nil {
		return ""
	}
	return id.name
}

// word is the number of a spelling in an identTable; 0 is none.
type word uint32

// identTable interns the spellings of a session: identifiers, and the texts of
// literals. A table over a base takes keywords, macros and global declarations
// from it and never changes it.
type identTable struct {
	base  *identTable
	slots []slot // power of two; open addressing
	count word
	pages []*[pageSize]ident // of all words, which stay where they are
}

type slot struct {
	key  key
	word word
}

const pageSize = 64

func newIdentTable(base *identTable) *identTable {
	return &identTable{base: base, slots: make([]slot, 256)}
}

// tableRoom holds the tables of sessions that were closed, emptied.
var tableRoom = sync.Pool{New: func() any { return newIdentTable(nil) }}

// reset forgets all words.
func (t *identTable) reset() {
	for _, p := range t.pages[:min(int(t.count/pageSize)+1, len(t.pages))] {
		clear(p[:])
	}
	clear(t.slots)
	t.base, t.count = nil, 0
}

// at returns what is known of a word.
func (t *identTable) at(w word) *ident { return &t.pages[w/pageSize][w%pageSize] }

// ident returns the identifier or keyword that a token is, nil of others.
func (t *identTable) ident(k Token) *ident {
	if k.word == 0 || k.Kind < Ident {
		return nil
	}
	return t.at(k.word)
}

// text is what a token reads.
func (t *identTable) text(k Token) string {
	switch {
	case k.word != 0:
		return t.at(k.word).name
	case k.Kind == EOF:
		return ""
	}
	if s := k.Kind.String(); len(s) == int(k.size) {
		return s
	}
	return digraphs[k.Kind]
}

// joined is the text of tokens as they were spaced.
func (t *identTable) joined(toks []Token) string {
	var b strings.Builder
	b.Grow(room(toks))
	for i := range toks {
		if i > 0 && toks[i].flags&(spaceBefore|lineStart) != 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.text(toks[i]))
	}
	return b.String()
}

// room is how many bytes tokens take with a blank between any two.
func room(toks []Token) int {
	n := 0
	for i := range toks {
		n += int(toks[i].size) + 1
	}
	return n
}

// find returns what this table itself knows of a spelling, nil if it lacks it,
// and the slot where it stands or belongs.
func (t *identTable) find(name string, key key) (*ident, uint32) {
	mask := uint32(len(t.slots) - 1)
	for i := key.hash() & mask; ; i = (i + 1) & mask {
		s := &t.slots[i]
		if s.word == 0 {
			return nil, i
		}
		if s.key == key {
			if id := t.at(s.word); key.whole() || id.name == name {
				return id, i
			}
		}
	}
}

// add takes a spelling that the table lacks into the slot where it belongs.
func (t *identTable) add(name string, key key, i uint32) *ident {
	t.count++
	w := t.count
	if int(w/pageSize) == len(t.pages) {
		t.pages = append(t.pages, new([pageSize]ident))
	}
	id := t.at(w)
	*id = ident{name: name, kind: Ident, key: key}
	for from := t.base; from != nil; from = from.base {
		if known, _ := from.find(name, key); known != nil {
			*id = *known
			break
		}
	}
	id.word = w
	t.slots[i] = slot{key, w}
	if int(w)*2 > len(t.slots) {
		t.grow()
	}
	return id
}

// intern returns what is known of a spelling.
func (t *identTable) intern(name string, key key) *ident {
	id, i := t.find(name, key)
	if id == nil {
		id = t.add(name, key, i)
	}
	return id
}

// get returns the identifier of a spelling.
func (t *identTable) get(name string) *ident { return t.intern(name, keyOf(name)) }

// own returns the identifier of this table for one of a session's tables.
func (t *identTable) own(id *ident) *ident {
	if id.word <= t.count && t.at(id.word) == id {
		return id
	}
	return t.intern(id.name, id.key)
}

func (t *identTable) grow() {
	old := t.slots
	t.slots = make([]slot, 2*len(old))
	mask := uint32(len(t.slots) - 1)
	for _, s := range old {
		if s.word == 0 {
			continue
		}
		i := s.key.hash() & mask
		for t.slots[i].word != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = s
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
