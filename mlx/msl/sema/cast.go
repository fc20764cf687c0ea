package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// cast evaluates (T)x, static_cast<T>(x) and their relatives.
func (c *checker) cast(e *syntax.CastExpr) Value {
	t := c.typeOf(e.Type)
	if l, ok := e.X.(*syntax.InitList); ok && !t.T.isError() {
		return c.fromList(Value{Type: Of(initListType), what: &initList{node: l}}, t.unqual(), e.Span())
	}
	c.remarkVectorCast(e, t.T)
	if t.T.isPtr() && (t.T.Elem.T == voidType || t.T.Elem.T.Kind == TScalar && kindSize(t.T.Elem.T.Scalar) == 1) {
		c.unaligned = unparenthesised(e.X)
	}
	if t.T == voidType {
		c.ignored = unparenthesised(e.X)
	}
	v := c.expr(e.X)
	if v.bad() || t.T.isError() {
		return poison
	}
	switch e.Kind {
	case "as_type":
		return c.asType(v, t.T, e.Span())
	case "reinterpret":
		return c.reinterpret(v, t, e.Span())
	case "const":
		return c.constCast(v, t, e.Span())
	}
	return c.explicit(v, t, e.Kind, e.Span())
}

// explicit is a static or C-style cast.
func (c *checker) explicit(v Value, to QualType, kind string, at diag.Span) Value {
	t := to.T
	if t == voidType {
		return void()
	}
	if t == autoType {
		return c.loaded(v)
	}
	if t.isRef() {
		return c.castReference(v, to, kind, at)
	}
	if v.list() != nil {
		return c.fromList(v, to.unqual(), at)
	}
	if v.set() != nil {
		return c.convert(v, to.unqual(), at, forInit)
	}
	if t.Kind == TRecord {
		if v.Type.T == t && v.Cat == PRValue {
			return v
		}
		return c.castToRecord(t.Record, v, kind, at)
	}
	if v.Type.T.Kind == TRecord {
		return c.castObject(v, to, kind, at)
	}
	d := c.decayed(v)
	if d.bad() {
		return poison
	}
	from := d.Type.T
	if cStyle(kind) && from.isVec() && t.isVec() && from.N > t.N {
		return c.coerced(c.truncated(d, t.N), t, at)
	}
	number := func(t *Type) bool { return t.Kind == TScalar || t.Kind == TEnum }
	integer := func(t *Type) bool { return t.isIntegral() || t.Kind == TEnum }
	switch {
	case from == t:
		return d
	case number(from) && number(t), number(from) && (t.isVec() || t.Kind == TMatrix),
		from.isVec() && t.isVec() && from.N == t.N,
		from.Kind == TMatrix && t.Kind == TMatrix && from.N == t.N && from.M == t.M,
		t == boolType() && (from.isPtr() || from.isNumbered() || from.Kind == TNullptr),
		(t.isPtr() || t.isNumbered()) && (from.Kind == TNullptr || d.lit0),
		t.Kind == TMember && from.Kind == TMember && c.castsMember(from, t, kind):
		d.lit0 = d.lit0 && t.isPtr()
		return c.coerced(d, t, at)
	case from.isPtr() && t.isPtr():
		return c.castPointer(d, t, kind, at)
	case from.isPtr() && integer(t) && cStyle(kind):
		if kindSize(t.Scalar) < 8 {
			return c.errorf(at, "cast", "cast from pointer to smaller type '%s' loses information", to)
		}
		return c.pointerBits(d, t, "cast that performs the conversions of a reinterpret_cast", at)
	case integer(from) && t.isPtr() && cStyle(kind):
		return c.coerced(d, t, at)
	case t.Kind == TSimdMatrix && from.Kind == TSimdMatrix:
		return c.coerced(d, t, at)
	}
	return c.noCast(v, to, kind, at)
}

// castReference casts to a reference: one to an rvalue lets its object be moved from.
func (c *checker) castReference(v Value, to QualType, kind string, at diag.Span) Value {
	v = c.referenceTo(v, to, kind, at)
	if v.bad() {
		return poison
	}
	if v.Cat = LValue; to.T.Kind == TRValueRef {
		v.Cat = XValue
	}
	return v
}

func (c *checker) referenceTo(v Value, to QualType, kind string, at diag.Span) Value {
	el, object := to.T.Elem, v.mem && v.Cat == LValue
	derived := object && c.baseDistance(el.T, v.Type.T) > 0 // which a constructor of that class does not hide
	if !object || !derived && c.implicit(v, to).rank != impossible {
		return c.convert(v, to, at, forInit)
	}
	switch {
	case to.T.Kind == TRValueRef && v.Type.T == el.T:
		return v
	case el.Space != ir.NoSpace && el.Space != v.addr.Space:
		return c.castSpace(v.Type, to, kind, at)
	case derived && kind == "static" && v.Type.Q&^el.Q&Const != 0:
		return c.errorf(at, "cast", "static_cast from '%s' to '%s' casts away qualifiers", v.Type, to)
	case kind == "static" && v.Type.T != el.T && !derived && baseDistance(v.Type.T, el.T) == 0:
		return c.errorf(at, "cast", "non-const lvalue reference to type '%s' cannot bind to a value of unrelated type '%s'", el, v.Type)
	}
	return c.toBase(v, el)
}

// castObject casts an object of a class to what is none.
func (c *checker) castObject(v Value, to QualType, kind string, at diag.Span) Value {
	s := c.userConversion(v, to.unqual(), true)
	if s.rank != impossible && s.fn != nil {
		if s.fn.lambda != nil {
			return c.functionValue(s.fn, to.T)
		}
		out := c.callNullary(s.fn, &v, at)
		if out.bad() {
			return poison
		}
		return c.explicit(out, to, kind, at)
	}
	if n := c.arithmeticOperandQuiet(v); !n.bad() {
		return c.explicit(n, to, kind, at)
	}
	return c.noCast(v, to, kind, at)
}

// castPointer converts between pointers; the space cannot change.
func (c *checker) castPointer(v Value, to *Type, kind string, at diag.Span) Value {
	a, b := v.Type.T.Elem, to.Elem
	if a.Space != b.Space {
		return c.castSpace(v.Type, Of(to), kind, at)
	}
	if kind == "static" && a.T != b.T && a.T != voidType && b.T != voidType && c.baseDistance(a.T, b.T) == 0 && c.baseDistance(b.T, a.T) == 0 {
		return c.errorf(at, "cast", "static_cast from '%s' to '%s' is not allowed", v.Type, to)
	}
	if !cStyle(kind) && a.Q&^b.Q&Const != 0 {
		return c.errorf(at, "cast", "%s_cast from '%s' to '%s' casts away qualifiers", kind, v.Type, to)
	}
	if kind != "reinterpret" && (c.baseDistance(a.T, b.T) > 0 || c.baseDistance(b.T, a.T) > 0) {
		return c.coerced(v, to, at)
	}
	return c.b.rvalue(to, v.regs...)
}

func (c *checker) reinterpret(v Value, to QualType, at diag.Span) Value {
	t := to.T
	if t.isRef() {
		if v.Cat != LValue || !v.mem {
			return c.errorf(at, "cast", "reinterpret_cast from rvalue to reference type '%s'", to)
		}
		if t.Elem.Space != v.addr.Space && t.Elem.Space != ir.NoSpace {
			return c.castSpace(v.Type, to, "reinterpret", at)
		}
		if v.Type.Q&Const&^t.Elem.Q != 0 {
			return c.errorf(at, "cast", "reinterpret_cast from '%s' to '%s' casts away qualifiers", v.Type, to)
		}
		return lvalue(t.Elem, v.addr)
	}
	d := c.decayed(v)
	if d.bad() {
		return poison
	}
	from := d.Type.T
	switch {
	case from.isPtr() && t.isPtr():
		return c.castPointer(d, t, "reinterpret", at)
	case from.isPtr() && t.isIntegral() && kindSize(t.Scalar) == 8:
		return c.pointerBits(d, t, "reinterpret_cast", at)
	case from.isIntegral() && t.isPtr():
		return c.coerced(d, t, at)
	case from == t:
		return d
	}
	return c.noCast(v, to, "reinterpret", at)
}

// pointerBits casts a pointer to an integer, which what begins a constexpr variable
// cannot do.
func (c *checker) pointerBits(v Value, t *Type, cast string, at diag.Span) Value {
	if c.strict && c.b.constexpr && c.unevaluated == 0 {
		c.b.undefined = undefined{at.Start, cast + " is not allowed in a constant expression"}
	}
	return c.coerced(v, t, at)
}

func (c *checker) constCast(v Value, to QualType, at diag.Span) Value {
	if to.T.isRef() && v.mem && v.Type.T == to.T.Elem.T {
		return lvalue(to.T.Elem, v.addr)
	}
	d := c.decayed(v)
	if d.Type.T.isPtr() && to.T.isPtr() && d.Type.T.Elem.T == to.T.Elem.T && d.Type.T.Elem.Space == to.T.Elem.Space {
		return c.b.rvalue(to.T, d.regs...)
	}
	return c.noCast(v, to, "const", at)
}

// asType reinterprets the bits of a scalar or vector.
func (c *checker) asType(v Value, to *Type, at diag.Span) Value {
	if v.Type.T.Kind == TRecord && c.numericConversion(v) != nil {
		v = c.arithmeticOperand(v, at)
	}
	d := c.decayed(v)
	if d.bad() {
		return poison
	}
	from := d.Type.T
	fits := func(t *Type) bool { return t.Kind == TScalar || t.isVec() || t.Kind == TEnum }
	if from == to {
		return d
	}
	if to.isError() {
		return poison
	}
	if !fits(from) || !fits(to) {
		return c.errorf(at, "as-type", "as_type from '%s' to '%s': only scalars and vectors have bits to reinterpret", v.Type.unqual(), QualType{T: to})
	}
	if from.size() != to.size() {
		return c.errorf(at, "as-type", "as_type from '%s' (%d bytes) to '%s' (%d bytes): the types must have the same size", d.Type, from.size(), QualType{T: to}, to.size())
	}
	fk, tk := from.Scalar, to.Scalar
	fs, ts := kindSize(fk), kindSize(tk)
	out := c.b.room(to)
	if fs == ts {
		for i := range to.regCount() {
			r := d.regs[min(i, len(d.regs)-1)]
			out.regs = append(out.regs, c.bitcast(tk, fk, r))
		}
		return out
	}
	uint := map[int]ir.Kind{1: ir.U8, 2: ir.U16, 4: ir.U32, 8: ir.U64}
	fu, tu := uint[fs], uint[ts]
	words := make([]ir.Reg, 0, 4)
	for _, r := range d.regs {
		words = append(words, c.bitcast(fu, fk, r))
	}
	b := c.b
	if fs < ts { // join
		n := ts / fs
		for i := 0; i+n <= len(words) || i < len(words); i += n {
			var acc ir.Reg = b.Const(tu, 0)
			for j := 0; j < n && i+j < len(words); j++ {
				w := b.Convert(tu, fu, words[i+j])
				acc = b.Op(ir.Or, tu, acc, b.Op(ir.Shl, tu, w, b.Int(tu, int64(j*fs*8))))
			}
			out.regs = append(out.regs, c.bitcast(tk, tu, acc))
		}
	} else { // split
		n := fs / ts
		for _, w := range words {
			for j := range n {
				part := b.Convert(tu, fu, b.Op(ir.Shr, fu, w, b.Int(fu, int64(j*ts*8))))
				out.regs = append(out.regs, c.bitcast(tk, tu, part))
			}
		}
	}
	for len(out.regs) < to.regCount() {
		out.regs = append(out.regs, b.Const(tk, 0))
	}
	out.regs = out.regs[:to.regCount()]
	return out
}

func (c *checker) bitcast(to, from ir.Kind, r ir.Reg) ir.Reg {
	if to == ir.Bool || from == ir.Bool {
		return c.b.Convert(to, from, r)
	}
	return c.b.Bitcast(to, from, r)
}

// constructExpr evaluates T(args) and T{args}.
func (c *checker) constructExpr(e *syntax.ConstructExpr) Value {
	t := c.initialisedType(e.Type, e)
	if t.T.isError() {
		c.try(func() { c.arguments(e.Args) })
		return poison
	}
	if e.List == nil {
		return c.constructType(t, e.Args, e)
	}
	if t.T == voidType && len(e.List.Items) == 0 {
		return void()
	}
	return c.fromList(Value{Type: Of(initListType), what: &initList{node: e.List}}, t.unqual(), e.Span())
}

// constructType is T(list).
func (c *checker) constructType(t QualType, list []syntax.Expr, e syntax.Node) Value {
	at := e.Span()
	if t.T == voidType && len(list) == 0 {
		return void()
	}
	args, spans, ok := c.arguments(list)
	if !ok {
		return poison
	}
	switch t.T.Kind {
	case TArray:
		if len(args) != 1 {
			return c.errorf(at, "cast", "array types cannot be value-initialized")
		}
	case TRecord:
		if len(args) == 1 && args[0].list() != nil {
			return c.fromList(args[0], t.unqual(), at)
		}
		if !c.complete(t.T.Record, at) {
			return poison
		}
		m := c.temp(t.T)
		if !c.initRecord(m, args, at, spans, true) {
			return poison
		}
		return c.aggregate(t.T, m.addr)
	case TAuto:
		if len(args) == 1 {
			return c.loaded(args[0])
		}
	}
	if len(args) == 0 {
		if t.T.isRef() {
			return c.errorf(at, "initializer", "reference to type '%s' requires an initializer", t.T.Elem)
		}
		return c.zero(t.T)
	}
	if t.T.isVec() || t.T.Kind == TMatrix || t.T.Kind == TSimdMatrix {
		if len(args) == 1 && args[0].list() != nil {
			return c.fromList(args[0], t.unqual(), at)
		}
		return c.constructVector(t.T, args, spans, at, false)
	}
	if len(args) > 1 {
		return c.errorf(spans[1], "excess-elements", "excess elements in scalar initializer")
	}
	return c.explicit(args[0], t, functional, at)
}

// foldExpr evaluates a fold over a pack.
func (c *checker) foldExpr(e *syntax.FoldExpr) Value {
	pack, init := e.Left, e.Right
	if !e.PackLeft {
		pack, init = e.Right, e.Left
	}
	n, ok := c.packLen(e.Span(), func() { c.expr(pack) })
	if !ok {
		return poison
	}
	exprs := make([]syntax.Expr, 0, n+1)
	for i := range n {
		exprs = append(exprs, packElement(pack, &expansion{index: i, length: n}))
	}
	if init != nil {
		if e.PackLeft {
			exprs = append(exprs, init)
		} else {
			exprs = append([]syntax.Expr{init}, exprs...)
		}
	}
	if len(exprs) == 0 {
		switch e.Op {
		case syntax.AndAnd:
			return c.b.rvalue(boolType(), c.b.Bool(true))
		case syntax.OrOr:
			return c.b.rvalue(boolType(), c.b.Bool(false))
		case syntax.Comma:
			return void()
		}
		return c.errorf(e.Span(), "fold", "unary fold expression has empty expansion for operator '%s' with no fallback value", e.Op)
	}
	// (pack op ...) associates to the right, (... op pack) to the left.
	join := func(x, y syntax.Expr) syntax.Expr {
		return &syntax.BinaryExpr{Range: syntax.Range(e.Span()), Op: e.Op, OpPos: e.Span().Start, X: x, Y: y}
	}
	var out syntax.Expr
	if e.PackLeft {
		out = exprs[len(exprs)-1]
		for i := len(exprs) - 2; i >= 0; i-- {
			out = join(exprs[i], out)
		}
	} else {
		out = exprs[0]
		for _, x := range exprs[1:] {
			out = join(out, x)
		}
	}
	return c.expr(out)
}

// packElem is a pattern at one element of its packs.
type packElem struct {
	syntax.Range
	X      syntax.Expr
	expand *expansion
}

// packElement puts a pattern at an element. Of a list this is done for what it holds, which is
// evaluated when it is known what the list initializes.
func packElement(x syntax.Expr, at *expansion) syntax.Expr {
	switch l := x.(type) {
	case *syntax.InitList:
		items := slices.Clone(l.Items)
		for i := range items {
			items[i].X = packElement(items[i].X, at)
		}
		return &syntax.InitList{Range: l.Range, Items: items, Direct: l.Direct}
	case *syntax.PackExpr:
		return x // its packs are others
	}
	return &packElem{Range: syntax.Range(x.Span()), X: x, expand: at}
}

// pattern evaluates a pattern with what the lists in it hold.
func (c *checker) pattern(x syntax.Expr) {
	if l, ok := x.(*syntax.InitList); ok {
		for _, it := range l.Items {
			c.pattern(it.X)
		}
		return
	}
	c.expr(x)
}

func (c *checker) atElement(e *packElem) Value {
	outer := c.expand
	c.expand = e.expand
	v := c.expr(e.X)
	c.expand = outer
	return v
}
