package sema

import (
	"strings"

	"github.com/zmlx/zmlx/internal/spelling"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// nearest is the visible name with the least edit distance, at most a third of
// the name's length, as clang has it; of several the one that is declared nearest by.
func (c *checker) nearest(name string) string {
	near := newNearest(name)
	seen := map[*Scope]bool{}
	for s := c.scope; s != nil; s = s.parent {
		near.visit(s, seen)
		near.farther = near.best != ""
	}
	for k := range basicKinds {
		near.consider(k)
	}
	return near.best
}

// nearestIn is the nearest name in one scope.
func (c *checker) nearestIn(s *Scope, name string) string {
	near := newNearest(name)
	near.visit(s, map[*Scope]bool{})
	return near.best
}

// nearest looks for the name that is most like a given one, whatever the order in which it is
// shown them.
type nearest struct {
	name, best string
	limit      int  // the distance of best, or the greatest that is near
	farther    bool // those that come are declared farther away than best: they must be more alike
}

func newNearest(name string) *nearest {
	sp := &nearest{name: name}
	if len(name) >= 3 {
		sp.limit = len(name) / 3
	}
	return sp
}

func (sp *nearest) consider(n string) {
	d := spelling.Distance(sp.name, n, sp.limit)
	if d > 0 && strings.EqualFold(n, sp.name) {
		d = 0
	}
	if n == sp.name || d > sp.limit || d == sp.limit && sp.best != "" && (sp.farther || n >= sp.best) {
		return
	}
	sp.best, sp.limit, sp.farther = n, d, false
}

func (sp *nearest) visit(s *Scope, seen map[*Scope]bool) {
	if seen[s] {
		return
	}
	seen[s] = true
	s.names.visit(func(n string, b *binding) {
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
		s.lazy.decls.visit(func(n string, _ []syntax.Decl) { sp.consider(n) })
	}
	languageTypes().visit(func(n string, _ languageType) {
		if t := s.languageType(wordOf(n)); t.typ != nil || t.tmpl != nil {
			sp.consider(n)
		}
	})
	if s.std == plainStd {
		standard().visit(func(n string, _ []*family) {
			if !strings.HasPrefix(n, "__") {
				sp.consider(n)
			}
		})
	}
	for _, u := range s.using {
		sp.visit(u, seen)
	}
}
