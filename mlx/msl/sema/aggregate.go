package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// initList is a braced list that has no type yet.
type initList struct{ node *syntax.InitList }

// listItem is an element of a list with packs expanded: it has the expansion
// it is evaluated in. It is evaluated once, when it is first asked for: trying
// it first, at every level of nested lists, would take exponential time.
type listItem struct {
	syntax.InitItem
	expand *expansion
	packed bool
	known  bool
	value  Value
}

func (c *checker) listItems(l *syntax.InitList) []listItem {
	out := make([]listItem, 0, len(l.Items))
	for _, it := range l.Items {
		if p, ok := it.X.(*syntax.PackExpr); ok {
			n := c.packLen(p.Span(), func() { c.expr(p.X) })
			for i := range n {
				item := it
				item.X = p.X
				out = append(out, listItem{InitItem: item, expand: &expansion{index: i, length: n}, packed: true})
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
	outer := c.expand
	if it.packed {
		c.expand = it.expand
	}
	if c.trap != nil && c.trap.probe {
		it.value = c.probe(it.X)
	} else {
		it.value = c.expr(it.X)
	}
	it.known = true
	c.expand = outer
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
	return c.construct(nil, nil, at, true, listTarget{to.T, v.list().node})
}

// listTarget asks construct for list initialisation.
type listTarget struct {
	t    *Type
	list *syntax.InitList
}

// registersFromList makes a scalar, vector or matrix from {…}.
func (c *checker) registersFromList(t *Type, l *syntax.InitList, at diag.Span) Value {
	items := c.listItems(l)
	if len(items) == 0 {
		return c.zero(t)
	}
	var vals []Value
	var spans []diag.Span
	for i := range items {
		v := c.itemValue(&items[i])
		if v.bad() {
			return poison
		}
		vals = append(vals, v)
		spans = append(spans, items[i].X.Span())
	}
	if len(vals) == 1 && (t.Kind == TScalar || t.isPtr() || t.Kind == TEnum) {
		to := t
		if t.Kind == TEnum && l.Direct && t.Enum.fixed() && vals[0].Type.T != t {
			if k := Scalar(t.Scalar); vals[0].list() == nil && c.implicit(vals[0], Of(k)).rank != impossible {
				to = k // E{1}
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
	if t.Kind == TScalar || t.isPtr() || t.Kind == TEnum {
		return c.errorf(spans[1], "excess-elements", "excess elements in scalar initializer")
	}
	return c.constructVector(t, vals, spans, at, true)
}

// initFromList initialises an aggregate object from {…}.
func (c *checker) initFromList(dst Value, l *syntax.InitList, at diag.Span) bool {
	items := c.listItems(l)
	t := dst.Type.T
	if t.Kind == TRecord && !t.Record.aggr {
		var args []Value
		var spans []diag.Span
		for i := range items {
			v := c.itemValue(&items[i])
			if v.bad() {
				return false
			}
			args = append(args, v)
			spans = append(spans, items[i].X.Span())
		}
		if !l.Direct && c.choosesExplicit(t.Record, args, at) {
			return false
		}
		return c.initRecord(dst, args, at, spans, false)
	}
	if t.Kind == TRecord && len(items) == 1 && items[0].Field == "" {
		// {x} where x is of the same type copies.
		if _, nested := items[0].X.(*syntax.InitList); !nested {
			v := c.itemValue(&items[0])
			if v.bad() {
				return false
			}
			if v.Type.T == t || baseDistance(v.Type.T, t) > 0 {
				return c.initObject(dst, v, items[0].X.Span(), forInit)
			}
		}
	}
	rest := items
	ok := c.initAggregate(dst, &rest, at, true)
	if ok && len(rest) > 0 {
		c.errorf(rest[0].X.Span(), "excess-elements", "excess elements in %s initializer", aggregateName(t))
		return false
	}
	return ok
}

// choosesExplicit reports an explicit constructor for a list that stands
// behind =, in return or as an argument.
func (c *checker) choosesExplicit(r *Record, args []Value, at diag.Span) bool {
	explicit := func(f *syntax.FuncDecl) bool { return f.Specs&syntax.Explicit != 0 }
	if !slices.ContainsFunc(r.ctors, func(f *Function) bool { return explicit(f.decl) }) {
		return false
	}
	best, _ := c.choose(c.candidates(c.constructors(r, ir.Thread, true), args, at))
	if best == nil || !explicit(best.fn.decl) {
		return false
	}
	c.report(diag.Diagnostic{Code: "explicit-constructor", Message: "chosen constructor is explicit in copy-initialization", Span: at,
		Notes: []diag.Note{{Message: "explicit constructor declared here", Span: best.pos}}})
	return true
}

func aggregateName(t *Type) string {
	if t.Kind == TArray {
		return "array"
	}
	if t.Kind == TRecord {
		return t.Record.Key
	}
	return "scalar"
}

// initAggregate consumes items for the elements of an array or record; what
// is left over stays in items. Braces of inner aggregates may be left out.
func (c *checker) initAggregate(dst Value, items *[]listItem, at diag.Span, braced bool) bool {
	t := dst.Type.T
	if t.Kind == TArray {
		return c.initArray(dst, items, at, braced)
	}
	if t.Kind != TRecord {
		c.errorf(at, "initializer", "cannot initialize an object of type '%s' with an initializer list", t)
		return false
	}
	r := t.Record
	ok := true
	given := make([]bool, len(r.Fields))
	for i := 0; len(*items) > 0; i++ {
		if name := (*items)[0].Field; name != "" {
			if !braced {
				break
			}
			// A designator: the list goes on behind the field that it names.
			if i = fieldIndex(r, name); i < 0 {
				c.errorf((*items)[0].Span(), "no-member", "field designator '%s' does not refer to any field in type '%s'", name, t)
				return false
			}
		}
		if i >= len(r.Fields) || r.Union && i > 0 && (*items)[0].Field == "" {
			break
		}
		f := &r.Fields[i]
		if f.Name == "" && !f.anon {
			continue // padding
		}
		given[i] = true
		if f.anon && f.Name == "" && (*items)[0].Field != "" {
			one := []listItem{(*items)[0]}
			*items = (*items)[1:]
			ok = c.initAggregate(c.fieldValue(dst, f), &one, at, true) && ok
			continue
		}
		ok = c.initElement(c.fieldValue(dst, f), items, forMember) && ok
	}
	for i := range r.Fields {
		if f := &r.Fields[i]; !given[i] && (f.Name != "" || f.anon) && !(r.Union && slices.Contains(given, true)) {
			ok = c.defaultField(dst, f, true) && ok
			if r.Union {
				break
			}
		}
	}
	return ok
}

func fieldIndex(r *Record, name string) int {
	for i := range r.Fields {
		f := &r.Fields[i]
		if f.Name == name || f.anon && f.Type.T.Record.path(name) != nil {
			return i
		}
	}
	return -1
}

func (c *checker) fieldValue(dst Value, f *Field) Value {
	v := lvalue(f.Type, dst.addr.field(f))
	v.Type.Q &^= Const
	if f.Bits > 0 {
		v.what = &bitfield{f.BitOff, f.Bits}
	}
	return v
}

func (c *checker) initArray(dst Value, items *[]listItem, at diag.Span, braced bool) bool {
	t := dst.Type.T
	el := t.Elem
	el.Q &^= Const
	size := el.T.size()
	i := 0
	ok := true
	cleared := false
	for len(*items) > 0 {
		it := &(*items)[0]
		if it.Index != nil {
			first, last, good := c.designated(it, t.N)
			if !good {
				return false
			}
			if !cleared {
				c.zeroMem(dst.addr, t.size())
				cleared = true
			}
			for i = first; i < last; i++ {
				again := *items
				ok = c.initElement(lvalue(el, dst.addr.plus(i*size)), &again, forElement) && ok
			}
		}
		if i >= t.N {
			if !braced {
				return ok
			}
			break
		}
		ok = c.initElement(lvalue(el, dst.addr.plus(i*size)), items, forElement) && ok
		i++
		if c.bag.Full() {
			return false
		}
	}
	if cleared || i >= t.N {
		return ok
	}
	if el.T.Kind == TRecord && c.needsInit(el.T.Record) {
		return c.defaultElements(dst, i, true, at) && ok
	}
	c.zeroMem(dst.addr.plus(i*size), (t.N-i)*size)
	return ok
}

// designated are the first and the last of the n elements of an array that a
// designator names.
func (c *checker) designated(it *listItem, n int) (first, last int, ok bool) {
	first, ok = c.designator(it.Index, n)
	if last = first; ok && it.IndexEnd != nil {
		last, ok = c.designator(it.IndexEnd, n)
		if ok && last < first {
			at := diag.Span{Start: it.Index.Span().Start, End: it.IndexEnd.Span().End}
			c.errorf(at, "array-designator", "array designator range [%d, %d] is empty", first, last)
			ok = false
		}
	}
	return first, last, ok
}

func (c *checker) designator(e syntax.Expr, n int) (int, bool) {
	k, t, ok := c.constant(e)
	if !ok {
		return 0, false
	}
	i := signExtend(t.Scalar, k)
	switch {
	case !t.isIntegral() || i < 0:
		c.errorf(e.Span(), "array-designator", "array designator value '%s' is negative", constantText(t, k))
		ok = false
	case i >= int64(n):
		c.errorf(e.Span(), "array-designator", "array designator index (%d) exceeds array bounds (%d)", i, n)
		ok = false
	}
	return int(i), ok
}

// initElement initialises one element from the next item, or from the next
// several if the element is an aggregate without braces of its own.
func (c *checker) initElement(dst Value, items *[]listItem, why purpose) bool {
	it := &(*items)[0]
	t := dst.Type.T
	if l, ok := it.X.(*syntax.InitList); ok {
		*items = (*items)[1:]
		outer := c.expand
		if it.packed {
			c.expand = it.expand
		}
		defer func() { c.expand = outer }()
		if t.inRegisters() {
			v := c.registersFromList(t, l, l.Span())
			c.store(dst, v)
			return !v.bad()
		}
		return c.initFromList(dst, l, l.Span())
	}
	if t.Kind == TArray || t.Kind == TRecord && t.Record.aggr {
		if s, ok := it.X.(*syntax.StringLit); ok && t.Kind == TArray {
			*items = (*items)[1:]
			return c.initString(dst, s)
		}
		v := c.itemValue(it)
		if v.bad() {
			*items = (*items)[1:]
			return false
		}
		if t.Kind == TArray || c.implicit(v, Of(t)).rank == impossible {
			return c.initAggregate(dst, items, it.X.Span(), false)
		}
	}
	*items = (*items)[1:]
	v := c.itemValue(it)
	return c.keepsValue(v, t, it.X.Span()) && c.initObject(dst, v, it.X.Span(), why)
}

// keepsValue reports conversions in a braced list that could change a value.
func (c *checker) keepsValue(v Value, t *Type, at diag.Span) bool {
	from := v.Type.T
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
	case isFloat(a) && (known || kindSize(b) >= kindSize(a)):
		return true
	case !isFloat(a) && isFloat(b):
		if exact {
			return true
		}
	case !isFloat(a):
		if known && sameInteger(a, bits, b, convertBits(b, a, bits)) || !known && holdsAll(b, a) {
			return true
		}
		if known {
			what = "constant expression evaluates to " + constantText(Scalar(a), bits) + " which cannot be narrowed to type '" + t.String() + "'"
		}
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

func (c *checker) initString(dst Value, s *syntax.StringLit) bool {
	t := dst.Type.T
	for i := range t.N {
		var ch byte
		if i < len(s.Value) {
			ch = s.Value[i]
		}
		c.b.Store(t.Elem.T.Scalar, dst.addr.plus(i), []ir.Reg{c.b.Int(t.Elem.T.Scalar, int64(ch))}, 0)
	}
	return true
}

// listSequence is the conversion of a braced list to a parameter's type.
func (c *checker) listSequence(v Value, to QualType) sequence {
	ok, _ := c.try(func() {
		c.trap.probe = true
		c.fromList(v, to, v.list().node.Span())
	})
	if !ok {
		return never()
	}
	items := v.list().node.Items
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

// probeKey is an element of a list where it is evaluated.
type probeKey struct {
	x     syntax.Expr
	scope uint32 // its id
	pack  int
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
	key := probeKey{x: x, scope: c.scope.id}
	if c.expand != nil {
		key.pack = c.expand.index
	}
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
