package sema

import (
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// Limits of one compilation; each ends in a clear error.
const (
	maxInstantiationDepth = 512
	maxInstantiations     = 60_000
	maxInlined            = 20_000 // calls of lambdas
	maxMemberwise         = 50_000 // records initialised or copied member by member in a function
	maxUnrolledInit       = 16
	maxRecordBytes        = 1 << 32
	maxAncestors          = 4096       // of a class, counted as often as it has them
	maxConstexprSteps     = 2_000_000  // of one evaluation
	maxPotentialSteps     = 1000       // of a function whose arguments are not known
	maxConstexprTurns     = 1 << 20    // of its loops, as many as clang takes
	maxConstexprWork      = 20_000_000 // steps of all evaluations
	maxConstexprBytes     = 128 << 20  // of variables at a time
	maxConstantBytes      = 128 << 20  // of all constant data
	maxPackElements       = 1 << 19    // that pack expansions make
	maxInstructions       = 1 << 18    // of a function
	maxDepth              = 30_000     // of expressions and statements, through all bodies that are checked for others
	maxFlow               = 1 << 19    // basic blocks times variables that are looked at for reads before writes
	maxThreadgroupBytes   = 32 << 10
	maxPrivateBytes       = 16 << 20
	maxCandidateNotes     = 8
)

// Options steer the checker.
type Options struct {
	Version          int // __METAL_VERSION__
	FunctionConstant FunctionConstant
	// Launch says that every kernel will be launched: too much threadgroup
	// memory is an error then. In a library of several kernels it is a
	// warning, as a program needs no pipeline of every one.
	Launch bool
	// Unit makes the text one of several that are linked to a library.
	Unit Unit
	// Prelude holds the units that stand in front of the user's text; their
	// declarations are made when they are first used.
	Prelude *Prelude
}

// Prelude is the digest of parsed library units, shared by compilations.
type Prelude struct{ index *declIndex }

// NewPrelude digests parsed units.
func NewPrelude(units ...*syntax.Unit) *Prelude {
	p := &Prelude{index: newDeclIndex()}
	for _, u := range units {
		p.index.add(u.Decls)
	}
	return p
}

func newChecker(opts Options, bag *diag.Bag) *checker {
	c := &checker{
		opts: opts,
		bag:  bag,
		prog: &ir.Program{},
		made: made{
			nextID:        firstFreeID,
			derived:       map[typeKey]*Type{},
			funcTypes:     map[string]*Type{},
			opaques:       map[string]*Type{},
			stdNames:      map[string]*Type{},
			probes:        map[probeKey]probed{},
			listSequences: map[listKey]sequence{},
			outside:       map[syntax.Decl]*definition{},
		},
		bodies: bodies{
			entries:      map[string]*Function{},
			kernelOf:     map[*Function]bool{},
			instantiated: map[any]diag.Span{},
			lambdas:      map[*syntax.LambdaExpr]bool{},
			clean:        map[*syntax.FuncDecl]*watched{},
		},
		reports: reports{told: map[complaint]bool{}},
		wanted:  wanted{foreseen: map[*syntax.LambdaExpr]*Record{}},
	}
	c.mem = newMemory()
	c.root = &Scope{kind: namespaceScope, mem: &c.mem}
	c.metal = newScope(namespaceScope, c.root)
	c.metal.name = "metal"
	c.root.bind("metal").ns = c.metal
	c.scope = c.root
	c.declareStandardSpaces()
	if opts.Prelude != nil {
		c.attach(c.root, opts.Prelude.index)
	}
	return c
}

// Check checks and lowers a unit. The program is complete only if the bag
// holds no error. Graphics functions and what uses textures are errors in a
// unit that holds nothing else; beside other kernels they are left out with a
// warning.
func Check(u *syntax.Unit, sources *diag.Sources, opts Options, bag *diag.Bag) *ir.Program {
	c := checkUnit(u, sources, opts, bag, nil)
	if slices.ContainsFunc(c.faults, func(f fault) bool { return refusal(f.d) }) {
		if prog, said := others(u, sources, opts); prog != nil {
			*bag = *said
			return prog
		}
	}
	return c.prog
}

// checkUnit checks what a unit holds but for some declarations.
func checkUnit(u *syntax.Unit, sources *diag.Sources, opts Options, bag *diag.Bag, skip map[syntax.Decl]bool) *checker {
	c := newChecker(opts, bag)
	defer func() {
		if bag.Errors() > 0 {
			c.prog.Funcs = nil // may lie in memory that is used again
		}
		c.mem.close()
	}()
	c.skip = skip
	c.prog.Sources, c.user, c.unit, c.lost = sources, sources.First(), u, u.Lost
	c.decls = u.Decls
	c.declareAll(u.Decls)
	c.top = nil
	if bag.Full() {
		return c
	}
	c.drain()
	c.checkUnused()
	c.finishPointers()
	c.finish()
	c.remarkLeftOut()
	return c
}

// declareAll makes the declarations of a unit or a namespace.
func (c *checker) declareAll(decls []syntax.Decl) {
	for _, d := range decls {
		if c.bag.Full() {
			return
		}
		if !c.skip[d] {
			if !c.lazily() {
				c.top = d
			}
			mark := c.mem.work.mark()
			c.declare(d)
			c.mem.work.release(mark)
		}
	}
}

// drain lowers the bodies that instantiations asked for.
func (c *checker) drain() {
	for len(c.queue) > 0 && !c.bag.Full() {
		f := c.queue[0]
		c.queue = c.queue[1:]
		c.lower(f)
	}
}

// errorf reports an error, or fails the substitution in progress. It returns
// the poisoned value.
func (c *checker) errorf(at diag.Span, code, format string, args ...any) Value {
	if c.trap != nil && c.trap.failed {
		return poison // nobody will read it
	}
	return c.report(diag.Diagnostic{Code: code, Message: fmt.Sprintf(format, args...), Span: at})
}

func (c *checker) report(d diag.Diagnostic) Value {
	if c.trap != nil {
		if !c.trap.failed && d.Severity == diag.Error {
			c.trap.failed, c.trap.first = true, d
		}
		return poison
	}
	if c.expand != nil && c.expand.bad {
		return poison
	}
	if c.general && (d.Severity != diag.Error || refusal(d)) || c.faulted(d) {
		return poison
	}
	for i := len(c.stack) - 1; i >= 0; i-- {
		if shown := len(c.stack) - 1 - i; shown == 5 && i > 4 {
			d.Notes = append(d.Notes, diag.Note{Message: fmt.Sprintf("(skipping %d contexts in backtrace)", i-4)})
			i = 5
			continue
		}
		d.Notes = append(d.Notes, diag.Note{Message: c.stack[i].String(), Span: c.stack[i].span})
	}
	if d.Severity == diag.Error {
		c.faults = append(c.faults, fault{d, c.top})
		said := complaint{d.Span, d.Message}
		c.told[said] = c.told[said] || c.general
	}
	c.bag.Add(d)
	return poison
}

// faulted reports an error that was reported before: of a template, where it was
// defined, and then of an instance.
func (c *checker) faulted(d diag.Diagnostic) bool {
	if !c.general && len(c.stack) == 0 {
		return false
	}
	general, told := c.told[complaint{d.Span, d.Message}]
	return told && (general || c.general)
}

// warnf reports a warning.
func (c *checker) warnf(at diag.Span, code, format string, args ...any) {
	c.report(diag.Diagnostic{Severity: diag.Warning, Code: code, Message: fmt.Sprintf(format, args...), Span: at})
}

// try runs f with errors caught and reports whether there were none. What f
// emits goes to a scratch function.
func (c *checker) try(f func()) (ok bool, first diag.Diagnostic) {
	saved := c.trap
	t := c.mem.work.traps.new()
	c.trap = t
	c.scratch(f)
	c.trap = saved
	return !t.failed, t.first
}

// hard runs f outside of any substitution: its errors are reported.
func (c *checker) hard(f func()) {
	trap, expand := c.trap, c.expand
	c.trap, c.expand = nil, nil
	f()
	c.trap, c.expand = trap, expand
}

// scratch runs f with a builder whose code is thrown away.
func (c *checker) scratch(f func()) {
	fr := c.mem.work.frames.new()
	fr.b, fr.outer = c.mem.newBuilder("", 0), c.fr
	if c.b != nil {
		fr.b.pos = c.b.pos
	}
	if c.fr != nil {
		fr.fn, fr.result, fr.deduce = c.fr.fn, c.fr.result, c.fr.deduce
		if fr.hasThis = c.fr.hasThis; fr.hasThis {
			fr.this = c.fr.this
		}
	}
	c.inFrame(fr, f)
	fr.b.release()
}

// inFrame runs f with another function under construction.
func (c *checker) inFrame(fr *frame, f func()) {
	outer, b := c.fr, c.b
	c.fr, c.b = fr, fr.b
	f()
	c.fr, c.b = outer, b
}

// in runs f with another scope current.
func (c *checker) in(s *Scope, f func()) {
	outer := c.scope
	c.scope = s
	f()
	c.scope = outer
}

// detached runs f in a scope that has nothing to do with the code being
// lowered: declarations made on the way.
func (c *checker) detached(s *Scope, f func()) {
	stack, mark := c.stack, c.mem.work.mark()
	fr := c.mem.work.frames.new()
	fr.b = c.mem.newBuilder("", 0)
	c.hard(func() { c.inFrame(fr, func() { c.in(s, f) }) })
	fr.b.release()
	c.mem.work.release(mark)
	c.stack = stack
}

// push opens a block scope, pop closes it.
func (c *checker) push() {
	c.scope = newBlock(c.scope)
	c.scope.ends = len(c.fr.ends)
}

func (c *checker) pop() {
	c.leave(c.scope.ends)
	c.scope = c.scope.parent
}

// instantiating runs f with a note on the stack; it fails beyond the limits, that of
// errors among them: each of thousands of instances may have two.
func (c *checker) instantiating(what, name string, at diag.Span, f func()) bool {
	if c.exhausted || c.bag.Full() {
		return false
	}
	if len(c.stack) >= maxInstantiationDepth {
		c.exhausted = true
		c.hard(func() {
			stack := c.stack
			c.stack = c.stack[:8]
			c.errorf(at, "template-depth", "recursive template instantiation exceeded maximum depth of %d", maxInstantiationDepth)
			c.stack = stack
		})
		return false
	}
	if c.insts++; c.insts > maxInstantiations {
		c.exhausted = true
		c.hard(func() { c.errorf(at, "template-count", "more than %d template instantiations", maxInstantiations) })
		return false
	}
	c.stack = append(c.stack, context{what: what, name: name, span: at})
	f()
	c.stack = c.stack[:len(c.stack)-1]
	return true
}
