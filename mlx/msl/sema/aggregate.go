package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// initFromList initialises an aggregate object from {…}.
func (c *checker) initFromList(dst Value, l *syntax.InitList, at diag.Span) bool {
	items := c.listItems(l)
	t := dst.Type.T
	if t.Kind == TRecord && !t.Record.aggr {
		if i := slices.IndexFunc(items, func(it listItem) bool { return it.Field != "" }); i >= 0 {
			c.report(diag.Diagnostic{Code: "no-matching-constructor", Message: "no matching constructor for initialization of '" + t.String() + "'", Span: at,
				Notes: []diag.Note{{Message: "only aggregates, without constructors and private members, have designators", Span: items[i].Span()}}})
			return false
		}
		args, spans, ok := c.itemValues(items, nil)
		if !ok {
			return false
		}
		if !l.Direct && c.choosesExplicit(t.Record, args, at) {
			return false
		}
		return c.initRecord(dst, args, at, spans, true)
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
		if t.Kind == TRecord && t.Record.broken { // the member may be one that was not understood
			return false
		}
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
	if t.isError() {
		return false
	}
	if t.Kind != TRecord {
		c.errorf(at, "initializer", "cannot initialize an object of type '%s' with an initializer list", t)
		return false
	}
	r := t.Record
	if slices.ContainsFunc(r.Fields, func(f Field) bool { return f.Bits > 0 }) {
		c.zeroMem(dst.addr, t.size()) // the bits between fields, too, as by clang
	}
	ok := true
	given := make([]bool, len(r.Fields))
	i := 0
	for _, b := range r.Bases {
		if len(*items) == 0 || (*items)[0].Field != "" {
			break
		}
		part := c.temp(b) // of an empty base, which has no field
		if len(b.Record.Fields) > 0 {
			part, given[i] = c.fieldValue(dst, &r.Fields[i]), true
			i++
		}
		ok = c.initElement(part, items, forMember) && ok
	}
	var before *listItem
	for left := -1; len(*items) > 0; i++ {
		if name := (*items)[0].Field; name != "" {
			if len(*items) == left {
				break // it named an array of no elements, which took none
			}
			left = len(*items)
			if !braced {
				break
			}
			// A designator: the list goes on behind the field that it names.
			last := i - 1
			if i = fieldIndex(r, name); i >= 0 && !r.Union {
				c.remarkDesignator(r, &(*items)[0], before, last, i, given[i])
			}
			if i < 0 {
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
		given[i], before = true, &listItem{InitItem: (*items)[0].InitItem}
		if f.anon && f.Name == "" && (*items)[0].Field != "" {
			one := []listItem{(*items)[0]}
			*items = (*items)[1:]
			ok = c.initAggregate(c.fieldValue(dst, f), &one, at, true) && ok
			continue
		}
		ok = c.initElement(c.fieldValue(dst, f), items, forMember) && ok
	}
	variant := -1
	if r.Union {
		if slices.Contains(given, true) {
			return ok
		}
		variant = r.variant(nil)
	}
	for i := range r.Fields {
		if f := &r.Fields[i]; !given[i] && (f.Name != "" || f.anon) && (variant < 0 || i == variant) {
			if f.Type.T.isRef() && f.unset() {
				c.report(diag.Diagnostic{Code: "member-init", Message: "reference member of type '" + f.Type.String() + "' uninitialized", Span: at,
					Notes: []diag.Note{{Message: "uninitialized reference member is here", Span: f.decl.NamePos.Span()}}})
				return false
			}
			if m := f.Type.T.Record; f.Type.T.Kind == TRecord && m.aggr && m.constant { // from {}
				ok = c.initAggregate(c.fieldValue(dst, f), new([]listItem), at, true) && ok
				continue
			}
			ok = c.defaultField(dst, f, true) && ok
			if r.Union {
				break
			}
		}
	}
	return ok
}

// remarkDesignator warns of the designator of a field in front of the one that was initialised
// last, or of one that has been initialised already.
func (c *checker) remarkDesignator(r *Record, it, before *listItem, last, i int, again bool) {
	f := &r.Fields[i]
	if before == nil || f.anon {
		return
	}
	value := before.X.Span()
	if i < last {
		c.remark(diag.Diagnostic{Code: "reorder-init-list", Span: it.Span(),
			Message: "ISO C++ requires field designators to be specified in declaration order; field '" + r.Fields[last].Name + "' will be initialized after field '" + f.Name + "'",
			Notes:   []diag.Note{{Message: "previous initialization for field '" + r.Fields[last].Name + "' is here", Span: value}}})
	}
	if again && !it.Nested && i == last {
		c.remark(diag.Diagnostic{Code: "initializer-overrides", Message: "initializer overrides prior initialization of this subobject", Span: it.X.Span(),
			Notes: []diag.Note{{Message: "previous initialization is here", Span: value}}})
	}
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

// part is fieldValue for a member or base class of an object that is made or copied as a whole.
func (c *checker) part(whole Value, f *Field) Value {
	v := c.fieldValue(whole, f)
	if f.anonymous() {
		v.what = baseOf{whole.Type.T.Record}
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
				ok = c.defaultInit(dst, true, at) && ok
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
	if r := innermost(el.T).Record; r != nil && c.needsInit(r) {
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
		if t.inRegisters() {
			c.remarkBraced(t, l)
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
			if t.Kind == TRecord && len(t.Record.Fields)+len(t.Record.Bases) == 0 {
				*items = (*items)[1:]
				c.errorf(it.X.Span(), "empty-aggregate", "initializer for aggregate with no elements requires explicit braces")
				return false
			}
			return c.initAggregate(dst, items, it.X.Span(), false)
		}
	}
	*items = (*items)[1:]
	v := c.itemValue(it)
	return c.keepsValue(v, t, it.X.Span()) && c.initObject(dst, v, it.X.Span(), why)
}

func (c *checker) initString(dst Value, s *syntax.StringLit) bool {
	t := dst.Type.T
	if len(s.Value) >= t.N {
		c.errorf(s.Span(), "excess-elements", "initializer-string for char array is too long")
		return false
	}
	for i := range t.N {
		var ch byte
		if i < len(s.Value) {
			ch = s.Value[i]
		}
		c.b.Store(t.Elem.T.Scalar, dst.addr.plus(i), []ir.Reg{c.b.Int(t.Elem.T.Scalar, int64(ch))}, 0)
	}
	return true
}
