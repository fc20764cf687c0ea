package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// choose finds the candidate that is better than all others.
func (c *checker) choose(cands []*candidate) (best *candidate, ambiguous []*candidate) {
	for _, x := range cands {
		if x.viable() && (best == nil || c.betterThan(x, best)) {
			best = x
		}
	}
	if best == nil {
		return nil, nil
	}
	for _, x := range cands {
		if x != best && x.viable() && !c.betterThan(best, x) {
			ambiguous = append(ambiguous, x)
		}
	}
	if len(ambiguous) > 0 {
		return nil, append([]*candidate{best}, ambiguous...)
	}
	return best, nil
}

// betterThan orders viable candidates.
func (c *checker) betterThan(a, b *candidate) bool {
	better := false
	judge := func(x, y sequence) bool {
		if y.better(x) {
			return false
		}
		better = better || x.better(y)
		return true
	}
	if a.fn != nil && b.fn != nil && a.fn.record != nil && b.fn.record != nil {
		// Of which class they are does not matter: those of a base are found
		// beside others only if a using declaration makes them members.
		x, y := a.this, b.this
		if x.base, y.base = 0, 0; !judge(x, y) {
			return false
		}
	}
	for i := range a.seqs {
		if !judge(a.seqs[i], b.seqs[i]) {
			return false
		}
	}
	if better {
		return true
	}
	if f, g := a.fn, b.fn; f != nil && g != nil && f.record != nil && g.record != nil && f.record != g.record && f.tmpl == nil && g.tmpl == nil {
		return f.record.derivesFrom(g.record.Type) && slices.Equal(a.params, b.params) // hides what using names
	}
	switch {
	case (a.over == nil) != (b.over == nil):
		return a.template() < b.template()
	case a.over != nil:
		return false
	case (a.tmpl == nil) != (b.tmpl == nil):
		return a.tmpl == nil
	case a.tmpl != nil && a.tmpl != b.tmpl:
		ab, ba := c.moreSpecialised(a.tmpl, b.tmpl, len(a.seqs)), c.moreSpecialised(b.tmpl, a.tmpl, len(a.seqs))
		return ab && (!ba || !a.tmpl.endsInPack() && b.tmpl.endsInPack())
	}
	return false
}

// template is 1 of a template, which the library's functions are only if they
// are deduced, and 0 of another function.
func (x *candidate) template() int {
	if x.tmpl != nil || x.over != nil && x.over.fam.Deduced {
		return 1
	}
	return 0
}

// endsInPack reports a function template whose last parameter is a pack.
func (t *Template) endsInPack() bool {
	f, ok := t.decl.Decl.(*syntax.FuncDecl)
	if !ok || len(f.Params) == 0 {
		return false
	}
	last := f.Params[len(f.Params)-1]
	return last.Pack || isPackType(last.Type)
}

// moreSpecialised reports whether b's parameters can be deduced from a's.
func (c *checker) moreSpecialised(a, b *Template, n int) bool {
	fa, ok1 := a.decl.Decl.(*syntax.FuncDecl)
	fb, ok2 := b.decl.Decl.(*syntax.FuncDecl)
	if !ok1 || !ok2 {
		return false
	}
	result := true
	c.try(func() {
		var types []QualType
		c.in(c.opaqueScope(a.params, a.scope), func() {
			for i, p := range fa.Params {
				if i >= n && !p.Pack {
					break
				}
				te := p.Type
				if e, ok := te.(*syntax.PackType); ok {
					te = e.Elem
				}
				var t QualType
				if p.Pack || isPackType(p.Type) {
					c.expand = &expansion{length: 1}
					t = c.typeOf(te)
					c.expand = nil
				} else {
					t = c.typeOf(te)
				}
				types = append(types, t)
			}
		})
		d := newDeduction(c, b.params, b.scope)
		d.strict = true
		for i, p := range fb.Params {
			if i >= n && !p.Pack {
				break
			}
			te := p.Type
			pack := p.Pack
			if e, ok := te.(*syntax.PackType); ok {
				te, pack = e.Elem, true
			}
			if pack {
				d.emptyPacks(te)
				for j := i; j < len(types); j++ {
					d.elem = j - i
					ok := d.typ(ordered(te, types[j]))
					d.elem = -1
					result = result && ok
				}
				return
			}
			if i >= len(types) {
				result = false
				return
			}
			if types[i].T.isError() {
				continue
			}
			if i < len(fa.Params) && (fa.Params[i].Pack || isPackType(fa.Params[i].Type)) {
				result = false
				return
			}
			result = result && d.typ(ordered(te, types[i]))
		}
		if len(fa.Params) > len(fb.Params) && n > len(fb.Params) {
			result = false
		}
	})
	return result
}

// ordered is what counts of the type of a parameter, and of that of another
// template, where templates are ordered: what references refer to, without const
// and volatile of their own unless both refer.
func ordered(t syntax.TypeExpr, u QualType) (syntax.TypeExpr, QualType) {
	r, refers := t.(*syntax.RefType)
	switch {
	case refers && u.T.isRef():
		return r.Elem, u.T.Elem
	case refers:
		return byValue(r.Elem), u
	case u.T.isRef():
		u = u.T.Elem
		u.Q &^= Const | Volatile
	}
	for {
		q, ok := t.(*syntax.QualType)
		if !ok {
			return t, u
		}
		t = q.Elem
	}
}

func stripTypeRef(t QualType) QualType {
	if t.T.isRef() {
		return t.T.Elem
	}
	return t
}
