package sema

import (
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// Notes with edits for what beginners of Metal write.

// around are the edits that put text before and behind what stands at a place.
func around(at diag.Span, before, behind string) []diag.Fix {
	return []diag.Fix{{Span: diag.Span{Start: at.Start, End: at.Start}, Text: before}, {Span: diag.Span{Start: at.End, End: at.End}, Text: behind}}
}

// whose proposes to say whose function is meant, where the program has one that
// is like one of the library.
func whose(ambiguous []*candidate, name string, at diag.Span) []diag.Note {
	own := slices.IndexFunc(ambiguous, func(x *candidate) bool { return x.over == nil && x.fn != nil })
	library := slices.ContainsFunc(ambiguous, func(x *candidate) bool { return x.over != nil })
	if own < 0 || !library {
		return nil
	}
	mine := "::" + ambiguous[own].fn.scope.qualified(name)
	note := diag.Note{Message: "'" + mine + "' is the program's function, 'metal::" + name + "' the library's", Span: at}
	if !strings.Contains(mine, "(") { // of a namespace that has a name
		note.Fixes = []diag.Fix{{Span: at, Text: mine}}
	}
	return []diag.Note{note}
}

// ofNumbers says that a library function takes vectors, where all arguments are numbers, which
// convert to vectors of any size: dot(a, b).
func ofNumbers(name string, ambiguous []*candidate, args []Value, at diag.Span) []diag.Note {
	for _, x := range ambiguous {
		if x.over == nil || slices.ContainsFunc(x.over.params, func(p QualType) bool { return p.T.Kind != TVector }) {
			return nil
		}
	}
	if slices.ContainsFunc(args, func(v Value) bool { return v.Type.T.Kind != TScalar }) {
		return nil
	}
	message := "'" + name + "' takes vectors, and these are numbers"
	if instead := map[string]string{"dot": "a * b", "length": "abs(a)", "fast_length": "abs(a)", "distance": "abs(a - b)", "length_squared": "a * a", "normalize": "sign(a)"}[name]; instead != "" {
		message += "; of numbers, that is " + instead
	}
	return []diag.Note{{Message: message, Span: at}}
}

// oneType proposes to give the scalar arguments of a library function one
// type, where it cannot choose among several: max(x, 0).
func (c *checker) oneType(ambiguous []*candidate, args []Value, spans []diag.Span) []diag.Note {
	if len(spans) != len(args) || c.trap != nil {
		return nil
	}
	offered := map[ir.Kind]bool{}
	for _, x := range ambiguous {
		if x.over == nil {
			return nil
		}
		k := x.over.params[0].T.Scalar
		for _, p := range x.over.params {
			if p.T.Kind != TScalar || p.T.Scalar != k && p.T.Scalar != ir.Bool {
				return nil
			}
		}
		offered[k] = true
	}
	condition := func(i int) bool { return ambiguous[0].over.params[i].T.Scalar == ir.Bool } // of select
	var want ir.Kind
	rank := func(k ir.Kind) int { // what counts most among the arguments
		switch k {
		case ir.F32:
			return 5
		case ir.F16, ir.BF16:
			return 4
		}
		return 1
	}
	best := 0
	literals := make([]string, len(args))
	for i, a := range args {
		if condition(i) {
			continue
		}
		if a.Type.T.Kind != TScalar {
			return nil
		}
		r := rank(a.Type.T.Scalar)
		switch text := c.prog.Sources.Written(spans[i]); {
		case strings.Trim(text, "0123456789") == "":
			literals[i], r = text, 0
		case strings.Trim(text, "0123456789.") == "": // which is a float, or what counts more than an integer
			literals[i], r = text, 3
		}
		if k := a.Type.T.Scalar; offered[k] && r > best {
			want, best = k, r
		}
	}
	if best == 0 {
		if !offered[ir.F32] {
			return nil
		}
		want = ir.F32 // sqrt(2)
	}
	t := Scalar(want)
	var fixes []diag.Fix
	for i, a := range args {
		suffix := map[ir.Kind]string{ir.F32: ".0f", ir.F16: ".0h", ir.U32: "u"}[want]
		if strings.Contains(literals[i], ".") {
			suffix = strings.TrimPrefix(suffix, ".0")
		}
		switch {
		case a.Type.T == t || condition(i):
		case literals[i] != "" && suffix != "":
			fixes = append(fixes, diag.Fix{Span: diag.Span{Start: spans[i].End, End: spans[i].End}, Text: suffix})
		default:
			fixes = append(fixes, around(spans[i], t.String()+"(", ")")...)
		}
	}
	if len(fixes) == 0 {
		return nil
	}
	return []diag.Note{{Message: "give every argument the type '" + t.String() + "'", Span: fixes[0].Span, Fixes: fixes}}
}

// atomicPointer proposes to see memory as atomic, where an atomic function is
// given a plain pointer, and the order of memory where that is missing.
func (c *checker) atomicPointer(name string, cands []*candidate, args []Value, spans []diag.Span) []diag.Note {
	if !strings.HasPrefix(name, "atomic_") || len(args) == 0 || len(spans) != len(args) {
		return nil
	}
	last := spans[len(spans)-1]
	if slices.ContainsFunc(cands, func(x *candidate) bool { // all that it lacks
		return x.over != nil && len(x.over.params) == len(args)+1 && x.over.params[len(args)].T.Kind == TEnum && x.over.params[len(args)-1].T.Kind != TEnum
	}) {
		end := diag.Span{Start: last.End, End: last.End}
		return []diag.Note{{Message: "the order of memory is missing", Span: end, Fixes: []diag.Fix{{Span: end, Text: ", memory_order_relaxed"}}}}
	}
	t := args[0].Type.T
	if t.Kind == TAtomic {
		return []diag.Note{{Message: "pass the address of the atomic variable", Span: spans[0], Fixes: []diag.Fix{{Span: diag.Span{Start: spans[0].Start, End: spans[0].Start}, Text: "&"}}}}
	}
	if t.isPtr() && t.Elem.T.Kind == TAtomic && t.Elem.T.Scalar == ir.F32 && !slices.ContainsFunc(cands, func(x *candidate) bool { return x.why.arg > 0 }) {
		return []diag.Note{{Message: "an 'atomic_float' is added to and subtracted from in device memory alone; all else is a loop of 'atomic_compare_exchange_weak_explicit'", Span: spans[0]}}
	}
	if !t.isPtr() || t.Elem.T.Kind != TScalar || t.Elem.Space != ir.Device && t.Elem.Space != ir.Threadgroup {
		return nil
	}
	k := t.Elem.T.Scalar
	if k != ir.I32 && k != ir.U32 && k != ir.F32 {
		return nil
	}
	atomic := spaceNames[t.Elem.Space] + " atomic_" + t.Elem.T.String() + " *"
	return []diag.Note{{Message: "atomic functions take pointers to atomic types: '" + atomic + "'", Span: spans[0], Fixes: around(spans[0], "("+atomic+")(", ")")}}
}

// barrierFlags proposes the memory that a barrier without arguments most likely orders.
func (c *checker) barrierFlags(name string, args []Value, at diag.Span) []diag.Note {
	open := diag.Span{Start: at.End, End: at.End + 1}
	if name != "threadgroup_barrier" && name != "simdgroup_barrier" || len(args) > 0 || c.prog.Sources.Written(open) != "(" {
		return nil
	}
	inside := diag.Span{Start: open.End, End: open.End}
	return []diag.Note{{Message: "say which memory it orders", Span: inside, Fixes: []diag.Fix{{Span: inside, Text: "mem_flags::mem_threadgroup"}}}}
}

// spaceMeant is the address space that a pointer or reference of none most
// likely wants: that of its initialiser; the constants', if a kernel takes a
// reference that it cannot write to; the thread's, if another function takes one to an
// object that it only reads, or a method gives one; else the device's.
func (c *checker) spaceMeant(elem QualType, reference bool) ir.Space {
	init, space := c.initialiser, ir.Device
	switch f := c.scope.signature; {
	case !reference || c.scope.kind == recordScope:
	case f == nil || f.decl.Specs&syntax.Kernel == 0:
		if elem.T.Kind == TRecord && (elem.isConst() || f != nil && f.record != nil) {
			space = ir.Thread
		}
	case elem.isConst():
		space = ir.Constant
	}
	of := func(x Value) {
		switch t := x.Type.T; {
		case x.bad():
		case t == stringType:
			space = ir.Constant
		case t.isPtr():
			space = t.Elem.Space
		case x.mem:
			space = x.addr.Space
		}
	}
	switch {
	case c.trap != nil || init == nil && c.initial == nil:
		return space
	case init == nil:
		of(*c.initial)
	default:
		c.initialiser = nil
		c.try(func() { of(c.expr(init)) })
		c.initialiser = init
	}
	if space == ir.NoSpace {
		return ir.Thread
	}
	return space
}

// component proposes what to take of a vector where a scalar or a shorter one
// is wanted, or the conversion of its elements.
func (c *checker) component(from, to *Type, at diag.Span) []diag.Note {
	note := func(message, before, behind string) []diag.Note {
		fixes := around(at, before, behind)
		if before == "" {
			fixes = fixes[1:]
		}
		return []diag.Note{{Message: message, Span: fixes[0].Span, Fixes: fixes}}
	}
	open, shut := "", ""
	if strings.ContainsAny(c.prog.Sources.Written(at), "+-*/%<>=?&|^ ") {
		open, shut = "(", ")"
	}
	switch {
	case from.Kind != TVector:
		return nil
	case from.Scalar == ir.Bool && to == boolType():
		return append(note("all of them", "all(", ")"), note("any of them", "any(", ")")...)
	case to.isNumeric():
		return note("select a component", open, shut+".x")
	case to.Kind == TVector && to.Scalar == from.Scalar && to.N < from.N && to.N <= len("xyzw"):
		return note("select the components", open, shut+"."+"xyzw"[:to.N])
	case to.Kind == TVector && to.N == from.N:
		return note("convert the components", to.String()+"(", ")")
	}
	return nil
}

// pythonPower reports x ** y, which reads as a product with what y points to.
func (c *checker) pythonPower(e *syntax.BinaryExpr) bool {
	star, ok := e.Y.(*syntax.UnaryExpr)
	if !ok || star.Op != syntax.Star || star.Start != e.OpPos+1 || c.prog.Sources.InMacro(e.OpPos) {
		return false
	}
	power := false
	c.try(func() {
		y := c.expr(star.X)
		power = !y.bad() && (y.Type.T.isNumeric() || y.Type.T.isVec())
	})
	if power {
		x, y := e.X.Span(), star.X.Span()
		c.report(diag.Diagnostic{Code: "foreign-word", Message: "'**' is not an operator of Metal; did you mean 'pow'?", Span: diag.Span{Start: e.OpPos, End: e.OpPos + 2},
			Fixes: []diag.Fix{{Span: diag.Span{Start: x.Start, End: x.Start}, Text: "pow("}, {Span: diag.Span{Start: x.End, End: y.Start}, Text: ", "}, {Span: diag.Span{Start: y.End, End: y.End}, Text: ")"}}})
	}
	return power
}

// remainder proposes the function in place of the operator that takes integers alone.
func (c *checker) remainder(o *operation) diag.Note {
	note := diag.Note{Message: "the remainder of floating-point numbers is 'fmod(x, y)'", Span: operatorAt(o.pos, o.op)}
	if c.prog.Sources.Written(operatorAt(o.pos, syntax.PercentEq)) != "%=" {
		x, y := o.x.Span(), o.y.Span()
		note.Fixes = []diag.Fix{{Span: diag.Span{Start: x.Start, End: x.Start}, Text: "fmod("}, {Span: diag.Span{Start: x.End, End: y.Start}, Text: ", "}, {Span: diag.Span{Start: y.End, End: y.End}, Text: ")"}}
	}
	return note
}

// remarkVectorCast warns of OpenCL's (float4)(a, b, c, d), of which Metal
// takes the last value.
func (c *checker) remarkVectorCast(e *syntax.CastExpr, t *Type) {
	if p, ok := e.X.(*syntax.ParenExpr); ok && e.Kind == "c" {
		c.remarkLast(p, t, diag.Span{Start: e.Start, End: p.Start})
	}
}

// remarkElements warns of float4 v = (a, b, c, d), which is the last value, too.
func (c *checker) remarkElements(e syntax.Expr, t *Type) {
	if p, ok := e.(*syntax.ParenExpr); ok {
		c.remarkLast(p, t, diag.Span{Start: p.Start, End: p.Start})
	}
}

// remarkLast warns of as many values in parentheses as a vector has, which gets the last; its type's name
// belongs to a place in front of them.
func (c *checker) remarkLast(p *syntax.ParenExpr, t *Type, name diag.Span) {
	n, e := 1, p.X
	for comma, ok := e.(*syntax.BinaryExpr); ok && comma.Op == syntax.Comma; comma, ok = e.(*syntax.BinaryExpr) {
		n, e = n+1, comma.X
	}
	if t.Kind == TVector && n == t.N {
		c.asVector = p.Span()
		c.remark(diag.Diagnostic{Code: "vector-conversion", Message: "this is '" + t.String() + "' of the last value alone; did you mean '" + t.String() + "(...)'?",
			Span: diag.Span{Start: name.Start, End: p.End}, Fixes: []diag.Fix{{Span: name, Text: t.String()}}})
	}
}

// within reports that a span lies in another.
func within(outer, inner diag.Span) bool { return outer.Start <= inner.Start && inner.End <= outer.End }

// atomicAccess says how a value of an atomic type is used, which has no
// operators.
func atomicAccess(x, y *Type) []diag.Note {
	if x.Kind != TAtomic && (y == nil || y.Kind != TAtomic) {
		return nil
	}
	return []diag.Note{{Message: "atomic types have no operators: use atomic_load_explicit, atomic_store_explicit, atomic_fetch_add_explicit and their relatives"}}
}
