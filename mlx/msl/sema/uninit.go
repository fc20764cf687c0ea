package sema

import (
	"maps"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// watch follows a variable that is declared without a value, if it is of a
// type that has none then.
func (c *checker) watch(d *syntax.VarDecl, t *Type) {
	if !t.inRegisters() || t.Kind == TSimdMatrix || d.NamePos.Start < c.user || c.trap != nil || c.unevaluated > 0 || c.b.dead || c.fr.inline != nil {
		return
	}
	if c.b.watched == nil {
		c.b.watched = newWatched()
	}
	c.b.watched.vars = append(c.b.watched.vars, unset{d, t})
}

// settled notes the value of a condition that is constant.
func (c *checker) settled(at diag.Span, r ir.Reg) {
	if c.b.watched == nil {
		return
	}
	if k, ok := c.b.Known(r); ok {
		c.b.watched.known[at] = k != 0
	}
}

// held is whether a variable holds a value: none, one, or either.
type held uint8

const (
	unheld held = 1 << iota
	holds
)

// remarkUninitialized warns of variables that are read before they have a
// value: on every way there, or on a way that leads nowhere else, which is
// when clang warns.
func (c *checker) remarkUninitialized(fn *Function) {
	if clean := c.clean[fn.decl]; clean != nil && clean.same(c.b.watched) {
		return // another instance of the template
	}
	f := flowOf(c.b.watched, fn.decl.Body)
	if len(f.blocks)*len(f.vars) > maxFlow {
		return
	}
	out := f.values()
	found := make([]*unsetUse, len(f.vars))
	for b := range f.blocks {
		in := f.enters(out, b)
		for _, e := range f.blocks[b].events {
			u := found[e.v]
			if e.kind == reads && in[e.v]&unheld != 0 && (u == nil || len(u.when) > 0 && in[e.v] == unheld) {
				u = &unsetUse{at: e.span}
				if in[e.v] != unheld {
					u.when = f.leading(out, b, e.v, fn)
				}
				if in[e.v] == unheld || len(u.when) > 0 {
					found[e.v] = u
				}
			}
			in[e.v] = e.after()
		}
	}
	clean := true
	for v, u := range found {
		if u != nil {
			c.uninitialized(f.vars[v], u)
			clean = false
		}
	}
	if clean {
		c.clean[fn.decl] = c.b.watched
	}
}

// same reports that the flow of two instances of a body is the same.
func (w *watched) same(o *watched) bool {
	return slices.EqualFunc(w.vars, o.vars, func(a, b unset) bool { return a.decl == b.decl }) && maps.Equal(w.known, o.known) && maps.Equal(w.read, o.read)
}

// unsetUse is a read of a variable without a value: always, or when one of some edges is taken.
type unsetUse struct {
	at   diag.Span
	when []flowEdge
}

// after is what a variable holds after an event. One that was read is not
// reported a second time.
func (e flowEvent) after() held {
	if e.kind == declares {
		return unheld
	}
	return holds
}

// values computes what every variable may hold at the end of every block; nil
// stands for a block that is never reached.
func (f *flowGraph) values() [][]held {
	out := make([][]held, len(f.blocks))
	for changed := true; changed; {
		changed = false
		for b := range f.blocks {
			if b > 0 && !slices.ContainsFunc(f.blocks[b].preds, func(p int) bool { return out[p] != nil }) {
				continue
			}
			now := f.enters(out, b)
			for _, e := range f.blocks[b].events {
				if e.kind != reads {
					now[e.v] = e.after()
				}
			}
			if !slices.Equal(now, out[b]) {
				out[b], changed = now, true
			}
		}
	}
	return out
}

// enters joins what the variables hold at the beginning of a block.
func (f *flowGraph) enters(out [][]held, b int) []held {
	in := make([]held, len(f.vars))
	for _, p := range f.blocks[b].preds {
		for v := range out[p] {
			in[v] |= out[p][v]
		}
	}
	return in
}

// leading are the edges from which every way leads to the use of a variable in
// a block, and on which it has no value: either one is never taken, or it is a
// mistake. Ways past loops do not count, which may never end.
func (f *flowGraph) leading(out [][]held, use, v int, fn *Function) []flowEdge {
	var edges []flowEdge
	visited := make([]int, len(f.blocks)) // successors from which the use is certain
	visited[use] = len(f.blocks[use].succs)
	for queue := []int{use}; len(queue) > 0; {
		b := queue[0]
		queue = queue[1:]
		if b == 0 {
			edges = append(edges, flowEdge{what: "function '" + fn.Name + "' is called", span: f.vars[v].decl.NamePos.Span()})
		}
		for _, p := range f.blocks[b].preds {
			if out[p] == nil || out[p][v] == holds {
				continue
			}
			if visited[p]++; visited[p] == len(f.blocks[p].succs) {
				queue = append(queue, p)
			}
		}
	}
	for b := range f.blocks {
		succs := f.blocks[b].succs
		if visited[b] == 0 || visited[b] >= len(succs) || out[b][v] != unheld {
			continue
		}
		for _, e := range succs {
			if e.what != "" && visited[e.to] >= len(f.blocks[e.to].succs) {
				edges = append(edges, e)
			}
		}
	}
	return edges
}

func (c *checker) uninitialized(v unset, u *unsetUse) {
	name := v.decl.Name.Ident
	end := diag.Span{Start: v.decl.NamePos.End, End: v.decl.NamePos.End}
	initialize := diag.Note{Message: "initialize the variable '" + name + "' to silence this warning", Span: end,
		Fixes: []diag.Fix{{Span: end, Text: initialiserOf(v.typ)}}}
	if len(u.when) == 0 {
		c.remark(diag.Diagnostic{Code: "uninitialized", Message: "variable '" + name + "' is uninitialized when used here", Span: u.at, Notes: []diag.Note{initialize}})
		return
	}
	for _, e := range u.when {
		c.remark(diag.Diagnostic{Code: "sometimes-uninitialized", Message: "variable '" + name + "' is used uninitialized whenever " + e.what, Span: e.span,
			Notes: []diag.Note{{Message: "uninitialized use occurs here", Span: u.at}, initialize}})
	}
}

// remarkSelfInit warns of a variable whose initialiser reads it. int x = x is
// an idiom that says that x has no value on purpose.
func (c *checker) remarkSelfInit(v *Variable, d *syntax.VarDecl) {
	if _, idiom := d.Init.(*syntax.IdentExpr); idiom || c.trap != nil {
		return // what is checked again quietly is so once, not for each level around it
	}
	w := newWatched(unset{d, v.Type.T})
	c.try(func() {
		c.b.watched = w
		c.expr(d.Init)
	})
	f := flowOf(w, &syntax.BlockStmt{})
	f.names = []flowName{{v.Name, 0}}
	f.expr(d.Init)
	if all := f.blocks[0].events; len(all) > 0 && all[0].kind == reads {
		c.remark(diag.Diagnostic{Code: "uninitialized", Message: "variable '" + v.Name + "' is uninitialized when used within its own initialization", Span: all[0].span})
	}
}

// initialiserOf is what to write behind a variable's name to give it a value.
func initialiserOf(t *Type) string {
	switch {
	case t.isPtr() || t.isNumbered():
		return " = nullptr"
	case t == boolType():
		return " = false"
	case strings.HasSuffix(t.String(), "bfloat") || t.Kind != TScalar || !isFloat(t.Scalar):
		return " = 0"
	}
	return " = 0.0"
}
