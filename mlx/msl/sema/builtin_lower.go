package sema

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// LowerFuncs lowers the functions that have the given qualified names, which
// the prelude of the options declares, each without overloads. The program
// holds them first and in their order, then what they call; it has no entries.
func LowerFuncs(sources *diag.Sources, opts Options, bag *diag.Bag, names ...string) *ir.Program {
	c := newChecker(opts, bag)
	c.prog.Sources = sources
	for _, name := range names {
		if f := c.function(name); f != nil {
			c.roots = append(c.roots, c.index(f))
		} else {
			c.errorf(diag.Span{}, "undeclared-identifier", "no function named '%s'", name)
		}
	}
	c.drain()
	c.finishPointers()
	c.finish()
	return c.prog
}

// function finds a function by its qualified name.
func (c *checker) function(name string) *Function {
	s := c.root
	parts := strings.Split(name, "::")
	for _, ns := range parts[:len(parts)-1] {
		b := c.here(s, ns)
		if b == nil || b.ns == nil {
			return nil
		}
		s = b.ns
	}
	b := c.here(s, parts[len(parts)-1])
	if b == nil || len(b.funcs) != 1 || !c.signature(b.funcs[0]) {
		return nil
	}
	return b.funcs[0]
}
