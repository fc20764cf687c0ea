package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// apart is what is known of the functions that are emitted into their callers
// and call themselves there, as in f(f, n - 1). Each is then a function apart,
// to which the addresses of what it uses of the one around it are passed.
type apart struct {
	finding  bool // what they use
	round    int  // of that
	found    int  // in it
	deducing int  // results of theirs
}

// callAgain calls a function from its own body, which is being emitted into a
// caller.
func (c *checker) callAgain(f *Function, this *Value, args []Value, at diag.Span) Value {
	if c.apart.deducing > 0 && !holdsAuto(f.result.T) {
		return c.unevaluatedResult(f.result)
	}
	if c.general {
		return poison // what the arguments are is not known
	}
	g := f.apart
	if g == nil {
		g = c.newFunction(f.decl, f.scope)
		*g = *f
		g.outer, g.state, f.apart = new([]Addr), declared, g
		g.static = g.static || f.lambda != nil && len(f.lambda.state) == 0
	}
	if g.state == declared {
		c.findOuter(g)
	}
	switch t := g.result.T; {
	case holdsAuto(t) || t.isError() && holdsAuto(f.result.T):
		return c.undeduced(f, at)
	case t.isError():
		return poison
	case takesClosure(t) && !slices.ContainsFunc(f.params, func(p param) bool { return stripTypeRef(p.typ).T == t }):
		return c.errorf(at, "recursion", "a function that calls itself cannot return a lambda of its own")
	}
	if !c.apart.finding {
		c.lower(g)
	}
	return c.emitCall(g, this, args, at)
}

// findOuter finds what a function apart uses of the one around it. Such
// functions may call each other, so that is done until no more is found.
func (c *checker) findOuter(g *Function) {
	a := &c.apart
	once := func() {
		deducing := holdsAuto(g.result.T)
		if deducing {
			a.deducing++
		}
		g.round, g.state = a.round, inProgress
		c.deduceResult(g)
		if g.state = declared; deducing {
			a.deducing--
		}
		a.found += len(*g.outer)
	}
	if a.finding {
		if g.round != a.round {
			once()
		}
		return
	}
	a.finding = true
	for before := -1; ; before = a.found {
		a.found = 0
		a.round++
		if once(); a.found == before || g.result.T.isError() {
			break
		}
	}
	a.finding = false
}

// outside is the address of something of another function: unknown here, but
// for what is passed.
func (b *Builder) outside(a Addr) ir.Reg {
	if b.outer == nil {
		if b.strayed == 0 {
			b.strayed = b.pos
		}
		return b.Null(a.Space)
	}
	a.Off, a.packed = 0, false
	i := slices.Index(*b.outer, a)
	if i < 0 {
		*b.outer = append(*b.outer, a)
	}
	if i < 0 || i >= len(b.passed) {
		return b.Null(a.Space)
	}
	return b.passed[i]
}
