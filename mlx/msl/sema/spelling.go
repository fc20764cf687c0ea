package sema

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// nearest is the visible name with the least edit distance, at most a third of
// the name's length, as clang has it; of several the one that is declared nearest by.
func (c *checker) nearest(name string) string {
	near := newSpelling(name)
	seen := map[*Scope]bool{}
	for s := c.scope; s != nil; s = s.parent {
		before := near.best
		near.visit(s, seen)
		if near.best != before {
			near.limit-- // what is declared farther away must be more alike
		}
	}
	for k := range basicKinds {
		near.consider(k)
	}
	return near.best
}

// nearestIn is the nearest name in one scope.
func (c *checker) nearestIn(s *Scope, name string) string {
	near := newSpelling(name)
	near.visit(s, map[*Scope]bool{})
	return near.best
}

// spelling looks for the name that is most like a given one.
type spelling struct {
	name, best string
	limit      int
}

func newSpelling(name string) *spelling {
	sp := &spelling{name: name}
	if len(name) >= 3 {
		sp.limit = len(name) / 3
	}
	return sp
}

func (sp *spelling) consider(n string) {
	d := editDistance(sp.name, n, sp.limit)
	if n == sp.name || d > sp.limit || d == sp.limit && sp.best != "" && n >= sp.best {
		return
	}
	sp.best, sp.limit = n, d
}

func (sp *spelling) visit(s *Scope, seen map[*Scope]bool) {
	if seen[s] {
		return
	}
	seen[s] = true
	s.names.each(func(n string, b *binding) {
		if !b.empty() {
			sp.consider(n)
		}
	})
	if s.signature != nil {
		for _, p := range s.signature.params {
			sp.consider(p.name)
		}
	}
	if s.lazy != nil {
		s.lazy.decls.each(func(n string, _ []syntax.Decl) { sp.consider(n) })
	}
	languageTypes().each(func(n string, _ languageType) {
		if t := s.languageType(wordOf(n)); t.typ != nil || t.tmpl != nil {
			sp.consider(n)
		}
	})
	if s.std == plainStd {
		standard().each(func(n string, _ []*family) {
			if !strings.HasPrefix(n, "__") {
				sp.consider(n)
			}
		})
	}
	for _, u := range s.using {
		sp.visit(u, seen)
	}
}

// editDistance is the number of characters to insert, remove, replace or swap
// with their neighbour between two names, or limit+1 if it is more than limit.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			d := row[j-1]
			if a[i-1] != b[j-1] {
				d = min(d, row[j], next[j-1]) + 1
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					d = min(d, before[j-2]+1)
				}
			}
			next[j] = d
			least = min(least, d)
		}
		if least > limit {
			return limit + 1
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
