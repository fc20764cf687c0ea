package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// rangeFor is for (decl : range), over an array by index, or between the
// pointers or iterators that begin() and end() of a class give.
func (c *checker) rangeFor(s *syntax.RangeForStmt) {
	defer c.leave(len(c.fr.ends)) // what the range is lasts as long as the loop
	c.variableSpecifiers(s.Var)
	x := c.expr(s.X)
	if x.bad() {
		return
	}
	at := s.X.Span()
	if x.list() != nil {
		if x = c.listed(x, at); x.bad() {
			return
		}
	}
	if x.Type.T.Kind == TArray {
		zero, end := c.b.rvalue(longType(), c.b.Int(ir.I64, 0)), c.b.Int(ir.I64, int64(x.Type.T.N))
		c.eachElement(s, zero, end, func(i Value) Value { return c.subscript(&x, &i, at, at) })
		return
	}
	if !c.bothIterators(x, at) {
		return
	}
	from := c.iterator(x, "begin", at)
	if from.bad() {
		return
	}
	to := c.iterator(x, "end", at)
	if to.bad() {
		return
	}
	t := from.Type.T
	switch {
	case t.Kind == TRecord:
		c.eachIterated(s, from, to, at)
		return
	case !t.isPtr() || to.Type.T != t:
		c.errorf(at, "range-for", "invalid range expression of type '%s'; begin() and end() must give pointers or iterators", x.Type)
		return
	}
	c.eachElement(s, from, to.regs[0], func(p Value) Value { return lvalue(t.Elem, regAddr(p.regs[0], t.Elem.Space)) })
}

// listed is the array of the values of a braced list, which have one type.
func (c *checker) listed(x Value, at diag.Span) Value {
	items := c.listItems(x.list().node)
	if len(items) == 0 {
		return c.errorf(at, "range-for", "cannot use the empty list '{}' as a range: its values have no type")
	}
	var m Value
	for i := range items {
		it := &items[i]
		v, own := c.asPointer(c.decayed(c.itemValue(it))), it.X.Span()
		t := v.Type.T
		switch {
		case v.bad():
			return poison
		case it.Field != "" || it.Index != nil:
			return c.errorf(it.Span(), "range-for", "a list that is a range has no designators")
		case v.list() != nil || v.set() != nil:
			return c.errorf(own, "range-for", "the values of a list that is a range need a type of their own")
		case i == 0:
			m = c.temp(c.arrayOf(Of(t), len(items)))
		case t != m.Type.T.Elem.T:
			return c.errorf(own, "range-for", "deduced conflicting types ('%s' vs '%s') for initializer list element type", m.Type.T.Elem.T, t)
		}
		if !c.initObject(lvalue(Of(t), m.addr.plus(i*t.size())), v, own, forElement) {
			return poison
		}
	}
	m.Type.Q |= Const
	return m
}

// eachElement is the loop of a range-based for from a first index or pointer up to
// an end.
func (c *checker) eachElement(s *syntax.RangeForStmt, from Value, end ir.Reg, element func(at Value) Value) {
	place := lvalue(from.Type, c.b.Slot("", ir.Thread, 8, 8, c.b.pos))
	c.store(place, from)
	var at Value // of the iteration that is being emitted
	c.rangeLoop(s, func() ir.Reg {
		at = c.loaded(place)
		if from.Type.T.isPtr() {
			return c.b.Op(ir.Ne, ir.Ptr, at.regs[0], end)
		}
		return c.b.Op(ir.Lt, ir.I64, at.regs[0], end)
	}, func() Value { return element(at) }, func() {
		at := c.loaded(place)
		var next ir.Reg
		if t := from.Type.T; t.isPtr() {
			next = c.b.PtrAdd(t.Elem.Space, at.regs[0], c.b.Int(ir.I64, int64(t.Elem.T.size())))
		} else {
			next = c.b.Op(ir.Add, ir.I64, at.regs[0], c.b.Int(ir.I64, 1))
		}
		c.store(place, c.b.rvalue(from.Type.T, next))
	})
}

// eachIterated is the loop between iterators that are classes, by their
// operators.
func (c *checker) eachIterated(s *syntax.RangeForStmt, from, to Value, at diag.Span) {
	it, end := c.materialise(from), c.materialise(to)
	c.rangeLoop(s, func() ir.Reg {
		return c.condition(c.operatorCall(&operation{syntax.NotEq, at.Start, at, s.X, s.X}, it, &end), at)
	}, func() Value {
		return c.operatorCall(&operation{syntax.Star, at.Start, at, s.X, s.X}, it, nil)
	}, func() {
		c.operatorCall(&operation{syntax.PlusPlus, at.Start, at, s.X, s.X}, it, nil)
	})
}

// rangeLoop is the loop of a range-based for: whether there is another element,
// the element, and the step to the next.
func (c *checker) rangeLoop(s *syntax.RangeForStmt, more func() ir.Reg, element func() Value, step func()) {
	fr := c.fr
	brk, cont := fr.brk, fr.cont
	c.b.Loop(func(depth int) {
		fr.brk, fr.cont = c.landing(depth), c.landing(depth)
		again := more()
		c.leave(fr.brk.ends)
		c.b.If(again, nil, func() { c.b.BreakTo(depth) })
		c.push()
		c.localFrom(s.Var, element())
		if s.Names != nil {
			c.bindElements(s.Var, s.Names)
		}
		c.scoped(s.Body)
		c.pop()
	}, func(int) {
		ends := len(fr.ends)
		step()
		c.leave(ends)
	})
	fr.brk, fr.cont = brk, cont
}

// bothIterators reports a class that has one of begin() and end() alone: with either, none
// of its namespace counts.
func (c *checker) bothIterators(x Value, at diag.Span) bool {
	has, lacks := "begin", "end"
	begin, end := c.memberFunctions(x, has) != nil, c.memberFunctions(x, lacks) != nil
	if begin == end {
		return true
	}
	if end {
		has, lacks = lacks, has
	}
	c.errorf(at, "range-for", "range type '%s' has '%s' member but no '%s' member", x.Type, has, lacks)
	return false
}

// iterator calls begin() or end() of a range.
func (c *checker) iterator(x Value, name string, at diag.Span) Value {
	set, this, args := c.memberFunctions(x, name), &x, []Value(nil)
	if set == nil { // a function of the class's namespace
		set, this, args = &overloads{name: name}, nil, []Value{x}
		c.byArguments(set, args)
	}
	if len(set.funcs)+len(set.tmpls) == 0 {
		return c.errorf(at, "range-for", "invalid range expression of type '%s'; no viable '%s' function available", x.Type, name)
	}
	f := c.resolve(set, args, nil, at)
	if f == nil {
		return poison
	}
	return c.loaded(c.callCandidate(f, this, args, at, nil))
}
