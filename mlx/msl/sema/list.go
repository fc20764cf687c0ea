package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
	"math"
)

// initList is a braced list that has no type yet.
type initList struct{ node *syntax.InitList }

// listItem is an element of a list with packs expanded. It is evaluated once,
// when it is first asked for: trying it first, at every level of nested lists,
// would take exponential time.
type listItem struct {
	syntax.InitItem
	known bool
	value Value
}

func (c *checker) listItems(l *syntax.InitList) []listItem {
	out := make([]listItem, 0, len(l.Items))
	for _, it := range l.Items {
		if p, ok := it.X.(*syntax.PackExpr); ok {
			n, _ := c.packLen(p.Span(), func() { c.pattern(p.X) })
			for i := range n {
				it.X = packElement(p.X, &expansion{index: i, length: n})
				out = append(out, listItem{InitItem: it})
			}
			continue
		}
		out = append(out, listItem{InitItem: it})
	}
	return out
}

// itemValue evaluates an element of a list.
func (c *checker) itemValue(it *listItem) Value {
	if it.known {
		return it.value
	}
	if c.trap != nil && c.trap.probe {
		it.value = c.probe(it.X)
	} else {
		it.value = c.expr(it.X)
	}
	it.known = true
	return it.value
}

// fromList makes a value of a type from a braced list.
func (c *checker) fromList(v Value, to QualType, at diag.Span) Value {
	if to.T.isRef() {
		el := to.T.Elem
		out := c.fromList(v, el.unqual(), at)
		if out.bad() {
			return poison
		}
		return c.toBase(c.materialise(out), el)
	}
	if to.T.Kind == TArray && to.T.N < 0 {
		to = c.sizedByInit(to, v.list().node, at)
	}
	t := to.T
	if t.inRegisters() {
		return c.registersFromList(t, v.list().node, at)
	}
	if t.Kind == TRecord && !c.complete(t.Record, at) {
		return poison
	}
	m := c.temp(t)
	if !c.initFromList(m, v.list().node, at) {
		return poison
	}
	return c.aggregate(t, m.addr)
}

// itemValues checks the items of a list that all are expressions. Lists in it are components,
// if it is known of which type.
func (c *checker) itemValues(items []listItem, component *Type) (vals []Value, spans []diag.Span, ok bool) {
	for i := range items {
		start := c.soFar()
		v := c.itemValue(&items[i])
		if l := v.list(); l != nil && component != nil {
			c.remarkBraced(component, l.node)
			v = c.registersFromList(component, l.node, l.node.Span())
		}
		if v.bad() {
			return nil, nil, false
		}
		for j := range vals {
			c.readBefore(start, &vals[j])
		}
		vals = append(vals, v)
		spans = append(spans, items[i].X.Span())
	}
	return vals, spans, true
}

// registersFromList makes a scalar, vector or matrix from {…}.
func (c *checker) registersFromList(t *Type, l *syntax.InitList, at diag.Span) Value {
	items := c.listItems(l)
	if len(items) == 0 {
		return c.zero(t)
	}
	var component *Type
	if t.isVec() {
		component = Scalar(t.Scalar)
	}
	vals, spans, ok := c.itemValues(items, component)
	if !ok {
		return poison
	}
	if len(vals) == 1 && t.regCount() == 1 {
		if vals[0].list() != nil {
			c.remark(diag.Diagnostic{Code: "many-braces-around-scalar-init", Message: "too many braces around scalar initializer", Span: spans[0]})
		}
		to := t
		if t.Kind == TEnum && l.Direct && t.Enum.fixed() && vals[0].Type.T != t {
			if k := Scalar(t.Scalar); vals[0].list() == nil && c.implicit(vals[0], Of(k)).rank != impossible {
				to = k // E{1}
			}
		}
		if l.Direct && vals[0].Type.T.Kind == TRecord { // explicit functions count, too
			if s := c.userConversion(vals[0], Of(to), true); s.rank != impossible {
				return c.loaded(c.applyUser(vals[0], Of(to), s, spans[0]))
			}
		}
		if !c.keepsValue(vals[0], to, spans[0]) {
			return poison
		}
		v := c.loaded(c.convert(vals[0], Of(to), spans[0], forInit))
		if to != t && !v.bad() {
			c.coerce(&v, t, at)
		}
		return v
	}
	if t.regCount() == 1 {
		return c.errorf(spans[1], "excess-elements", "excess elements in scalar initializer")
	}
	return c.constructVector(t, vals, spans, at, true)
}

// remarkBraced warns of braces around a scalar that is an argument, a result, an element or a
// member, where nothing needs them.
func (c *checker) remarkBraced(t *Type, l *syntax.InitList) {
	if t.Kind != TScalar && t.Kind != TEnum && !t.isPtr() || len(l.Items) != 1 || !c.concrete() {
		return
	}
	x := l.Items[0].X.Span()
	if _, many := l.Items[0].X.(*syntax.InitList); !many {
		c.remark(diag.Diagnostic{Code: "braced-scalar-init", Message: "braces around scalar initializer", Span: l.Span(),
			Fixes: []diag.Fix{{Span: diag.Span{Start: l.Span().Start, End: x.Start}}, {Span: diag.Span{Start: x.End, End: l.Span().End}}}})
	}
}

// keepsValue reports conversions in a braced list that could change a value.
func (c *checker) keepsValue(v Value, t *Type, at diag.Span) bool {
	from := v.Type.T
	if from.isPtr() && t == boolType() {
		c.errorf(at, "narrowing", "type '%s' cannot be narrowed to 'bool' in initializer list", v.Type.unqual())
		return false
	}
	if v.bad() || v.list() != nil || !from.isNumeric() || t.Kind != TScalar || from == t {
		return !v.bad()
	}
	a, b := from.Scalar, t.Scalar
	d := c.loaded(v)
	bits, known := c.b.Known(d.regs[0])
	exact := known && convertBits(a, b, convertBits(b, a, bits)) == bits
	what := "non-constant-expression cannot be narrowed from type '" + v.Type.unqual().String() + "' to '" + t.String() + "' in initializer list"
	switch {
	case isFloat(a) && !isFloat(b):
		what = "type '" + v.Type.unqual().String() + "' cannot be narrowed to '" + t.String() + "' in initializer list"
	case isFloat(a) && kindSize(b) >= kindSize(a):
		return true
	case isFloat(a) && known && (math.IsInf(floatOf(a, bits), 0) || !math.IsInf(floatOf(b, convertBits(b, a, bits)), 0)),
		!isFloat(a) && isFloat(b) && exact,
		!isFloat(a) && !isFloat(b) && (known && sameInteger(a, bits, b, convertBits(b, a, bits)) || !known && holdsAll(b, a)):
		return true
	case known:
		what = "constant expression evaluates to " + constantText(Scalar(a), bits) + " which cannot be narrowed to type '" + t.String() + "'"
	}
	c.report(diag.Diagnostic{Code: "narrowing", Message: what, Span: at, Fixes: []diag.Fix{
		{Span: diag.Span{Start: at.Start, End: at.Start}, Text: "static_cast<" + t.String() + ">("},
		{Span: diag.Span{Start: at.End, End: at.End}, Text: ")"},
	}})
	return false
}

// holdsAll reports whether integer kind a represents every value of b.
func holdsAll(a, b ir.Kind) bool {
	if b == ir.Bool {
		return true
	}
	if a == ir.Bool {
		return false
	}
	if isSigned(a) == isSigned(b) {
		return kindSize(a) >= kindSize(b)
	}
	return isSigned(a) && kindSize(a) > kindSize(b)
}

// listKey is the conversion of a list where it stands.
type listKey struct {
	list probeKey
	to   QualType
}

// listSequence is the conversion of a braced list to a parameter's type. It is found by making
// it, once: what chooses a constructor would do so again at each level of lists in lists.
func (c *checker) listSequence(v Value, to QualType) sequence {
	key := listKey{c.probeKey(v.list().node), to}
	s, known := c.listSequences[key]
	if !known {
		s = c.newListSequence(v, to)
		c.listSequences[key] = s
	}
	return s
}

func (c *checker) newListSequence(v Value, to QualType) sequence {
	items, t := v.list().node.Items, to.T
	if t.isRef() {
		t = t.Elem.T
	}
	if len(items) == 1 && t.inRegisters() && t.regCount() == 1 { // C++ [over.ics.list]
		if _, many := items[0].X.(*syntax.InitList); many {
			return never()
		}
	}
	ok, _ := c.try(func() {
		c.trap.probe = true
		c.fromList(v, to, v.list().node.Span())
	})
	if !ok {
		return never()
	}
	if to.T.inRegisters() && len(items) == 1 && items[0].Field == "" {
		var x Value
		c.try(func() { x = c.probe(items[0].X) })
		if !x.bad() && x.list() == nil {
			return c.implicit(x, to)
		}
	}
	if to.T.Kind == TRecord && !to.T.Record.aggr {
		return sequence{rank: userDefined}
	}
	return sequence{}
}

// width is the number of components that the elements of a list have together:
// the length of a vector that it makes.
func (c *checker) width(l *initList) int {
	n := 0
	c.try(func() {
		c.trap.probe = true
		items := c.listItems(l.node)
		for i := range items {
			if v := c.itemValue(&items[i]); v.Type.T.isVec() {
				n += v.Type.T.N
			} else {
				n++
			}
		}
	})
	return n
}

// probeKey is an element of a list where it is evaluated.
type probeKey struct {
	x     syntax.Expr
	scope uint32 // its id
	pack  int
}

func (c *checker) probeKey(x syntax.Expr) probeKey {
	key, at := probeKey{x: x, scope: c.scope.id}, c.expand
	if e, ok := x.(*packElem); ok {
		key.x, at = e.X, e.expand
	}
	if at != nil {
		key.pack = at.index
	}
	return key
}

// probed is what is known of an element without its code.
type probed struct {
	value Value
	konst []uint64
	why   diag.Diagnostic // of an element that is wrong
}

// probe is expr for the elements of lists whose conversions are being
// compared: each is evaluated once, not once a candidate, which in nested
// calls would be exponential. The value has no code unless it is a constant.
func (c *checker) probe(x syntax.Expr) Value {
	key := c.probeKey(x)
	p, seen := c.probes[key]
	if !seen {
		failed := c.trap.failed
		c.trap.failed = false
		v := c.expr(x)
		p = probed{value: v, why: c.trap.first}
		if v.bad() || c.trap.failed {
			p.value = poison
		} else if k, ok := c.knownRegs(v); ok {
			p.konst = k
		}
		c.trap.failed = failed
		c.probes[key] = p
	}
	v := p.value
	switch {
	case v.bad():
		return c.report(p.why)
	case p.konst != nil:
		out := Value{Type: v.Type, lit0: v.lit0}
		for _, bits := range p.konst {
			out.regs = append(out.regs, c.b.Const(v.Type.T.regKind(), bits))
		}
		return out
	case v.Type.T == voidType, v.set() != nil, v.list() != nil, v.text() != "", v.Type.T.Kind == TRecord && v.Type.T.Record.Lambda != nil:
		return v
	case v.Cat == LValue:
		return Value{Type: v.Type, Cat: LValue, mem: true, addr: Addr{Space: v.Type.Space}}
	}
	return c.declval(v.Type)
}
