package sema

import (
	"math"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// rank orders implicit conversions from best to worst.
type rank uint8

const (
	exact      rank = iota
	underlying      // of an enumeration, which is better than what that is promoted to
	promotion
	conversion
	splat // scalar to vector
	userDefined
	ellipsis // C's ...
	impossible
)

// sequence is an implicit conversion sequence.
type sequence struct {
	fn       *Function // constructor or conversion function of a user-defined one
	rank     rank
	second   rank   // after the conversion function
	qualify  uint8  // qualifiers added: fewer is better at equal rank
	base     uint16 // steps to a base class; toVoid and toBool, of a pointer, are behind all of them
	ref      bool   // a reference binds; qualify and lvalueTo order only likes
	temp     bool   // to a temporary
	lvalueTo bool   // rvalue reference bound to what could bind either way
}

const (
	toVoid = math.MaxUint16 - 1
	toBool = math.MaxUint16
)

func never() sequence { return sequence{rank: impossible} }

// better reports whether a is strictly better than b.
func (a sequence) better(b sequence) bool {
	if a.rank != b.rank {
		return a.rank < b.rank
	}
	if a.rank == userDefined {
		return a.fn == b.fn && a.fn != nil && a.second < b.second
	}
	if a.base != b.base {
		return a.base < b.base
	}
	if a.ref != b.ref {
		return false
	}
	if a.lvalueTo != b.lvalueTo {
		return b.lvalueTo
	}
	return a.qualify < b.qualify
}

// standard is the rank of a standard conversion between unqualified types.
func (c *checker) standard(from, to *Type, zeroLiteral bool) sequence {
	if from == to || from.isError() || to.isError() {
		return sequence{}
	}
	switch to.Kind {
	case TScalar:
		s := sequence{rank: scalarRank(from, to.Scalar)}
		if !from.isNumeric() {
			s.base = toBool
		}
		return s
	case TVector, TPacked:
		switch {
		case from.isVec() && from.N == to.N && from.Scalar == to.Scalar:
			return sequence{rank: promotion}
		case from.isNumeric():
			if scalarRank(from, to.Scalar) != impossible {
				return sequence{rank: splat}
			}
		}
	case TFuncPtr, TMember:
		if from.Kind == TNullptr || zeroLiteral {
			return sequence{rank: conversion}
		}
		if from.Kind == TMember && to.Kind == TMember {
			return c.memberConversion(from, to)
		}
	case TPointer:
		if from.Kind == TNullptr || zeroLiteral {
			return sequence{rank: conversion}
		}
		if from.Kind != TPointer {
			break
		}
		a, b := from.Elem, to.Elem
		if a.Space != b.Space || a.Q&^b.Q != 0 {
			break
		}
		s := sequence{}
		for q := b.Q &^ a.Q; q != 0; q &= q - 1 {
			s.qualify++
		}
		if a.T == b.T {
			return s
		}
		if b.T == voidType {
			s.rank, s.base = conversion, toVoid
			return s
		}
		if n := c.baseDistance(a.T, b.T); n > 0 {
			s.rank, s.base = conversion, uint16(n)
			return s
		}
		if a.T.Kind == TPointer && b.T.Kind == TPointer && b.Q&Const != 0 {
			if in := c.standard(a.T, b.T, false); in.rank == exact {
				return s
			}
		}
	case TRecord:
		if n := baseDistance(from, to); n > 0 {
			return sequence{rank: conversion, base: uint16(n)}
		}
	}
	return never()
}

// baseDistance is baseDistance where nothing may have needed the class so far: an
// instance of a template is made for it.
func (c *checker) baseDistance(from, to *Type) int {
	if from.Kind == TRecord && to.Kind == TRecord && from != to && from.Record.state == declared {
		if t := from.Record.tmpl; t != nil && t.decl != nil && definesMember(t.decl) {
			c.complete(from.Record, diag.Span{Start: c.b.pos, End: c.b.pos})
		}
	}
	return baseDistance(from, to)
}

// baseDistance is how many classes lie between a class and one that it is derived
// from, with that; 0 if it is not.
func baseDistance(from, to *Type) int {
	if from.Kind != TRecord || to.Kind != TRecord {
		return 0
	}
	for _, b := range from.Record.Bases {
		if b == to {
			return 1
		}
		if n := baseDistance(b, to); n > 0 {
			return n + 1
		}
	}
	return 0
}

// scalarRank ranks the conversion of a number to a scalar kind.
func scalarRank(from *Type, to ir.Kind) rank {
	switch from.Kind {
	case TPointer, TFuncPtr, TMember, TNullptr:
		if to == ir.Bool {
			return conversion
		}
		return impossible
	case TEnum:
		switch {
		case from.Enum.Scoped:
			return impossible
		case from.Enum.fixed() && to == from.Scalar:
			return underlying
		case to == from.Enum.Wide:
			return promotion
		}
		return conversion
	case TScalar:
	default:
		return impossible
	}
	k := from.Scalar
	switch {
	case k == to:
		return exact
	case to == ir.BF16 && (k == ir.F32 || k == ir.F16), to == ir.F16 && k == ir.BF16:
		return impossible
	case to == ir.F32 && k == ir.BF16:
		return promotion
	case to == ir.I32 && promoted(k) == ir.I32 && !isFloat(k):
		return promotion
	}
	return conversion
}

// promoted is the kind that an integer is promoted to in arithmetic.
func promoted(k ir.Kind) ir.Kind {
	switch k {
	case ir.Bool, ir.I8, ir.U8, ir.I16, ir.U16:
		return ir.I32
	}
	return k
}

// operand is the kind that a number has in arithmetic: an enumeration that
// fits has that of int, whatever lies below it.
func (t *Type) operand() ir.Kind {
	if t.Kind == TEnum {
		return t.Enum.Wide
	}
	return t.Scalar
}

// implicit finds the implicit conversion sequence from a value to a type.
func (c *checker) implicit(v Value, to QualType) sequence {
	if v.bad() || to.T.isError() {
		return sequence{}
	}
	if to.T.isRef() {
		return c.binding(v, to.T)
	}
	if v.list() != nil {
		return c.listSequence(v, to)
	}
	if v.set() != nil {
		if to.T.isNumbered() {
			if f := c.pickFunction(v.set(), to.T); f != nil {
				return c.standard(c.pointerToFunction(f), to.T, false)
			}
		}
		if f := c.namedFunction(&v); f != nil && to.T == boolType() {
			return c.standard(c.pointerToFunction(f), to.T, false)
		}
		return never()
	}
	from := v.Type.T
	if from == to.T {
		return sequence{}
	}
	if from == stringType {
		if el := to.T.Elem; to.T.isPtr() && el.T == Scalar(ir.I8) && el.Space == ir.Constant {
			return sequence{}
		}
		if to.T == boolType() {
			return sequence{rank: conversion}
		}
		return never()
	}
	if from.Kind == TArray && (to.T.Kind == TPointer || to.T == boolType()) {
		el := from.Elem
		el.Q |= v.Type.Q
		el.Space = v.Type.Space
		if v.mem {
			el.Space = v.addr.Space
		}
		return c.standard(c.pointerTo(el), to.T, false)
	}
	if s := c.standard(from, to.T, v.lit0); s.rank != impossible {
		return s
	}
	return c.userConversion(v, to, false)
}

// binding finds how a reference binds to a value.
func (c *checker) binding(v Value, ref *Type) sequence {
	want := ref.Elem
	space := want.Space
	if space == ir.NoSpace {
		space = ir.Thread
	}
	if v.Type.T == stringType && want.T.Kind == TArray {
		v = c.stringArray(v)
	}
	related := v.list() == nil && v.set() == nil && (v.Type.T == want.T || c.baseDistance(v.Type.T, want.T) > 0)
	s := sequence{ref: true}
	if related {
		s.base = uint16(baseDistance(v.Type.T, want.T))
		if s.base > 0 {
			s.rank = conversion
		}
		for q := want.Q &^ v.Type.Q & (Const | Volatile); q != 0; q &= q - 1 {
			s.qualify++
		}
	}
	if !related && want.Q&Const != 0 && requalified(v.Type.T, want.T) {
		related = true
		s.qualify++
	}
	direct := related && v.Cat == LValue && v.swz() == nil && v.bits() == nil && !v.component
	if direct {
		held := v.Type.Space
		if held == ir.NoSpace {
			held = ir.Thread
		}
		fits := held == space && v.Type.Q&^(want.Q|Coherent) == 0
		if ref.Kind == TRef {
			if fits {
				return s
			}
			return never()
		}
		return never()
	}
	if v.Type.T.Kind == TRecord && !related && ref.Kind == TRef && c.userDepth == 0 {
		c.userDepth++
		f, second, tied := c.conversionFunction(v, Of(ref), false)
		c.userDepth--
		if f != nil && !tied && !second.temp {
			return sequence{rank: userDefined, fn: f, second: second.rank, ref: true}
		}
	}
	if ref.Kind == TRef && (want.Q&Const == 0 || want.Q&Volatile != 0) {
		return never()
	}
	if space != ir.Thread && !(related && v.mem && v.addr.Space == space) {
		return never()
	}
	if related {
		if (v.Cat == XValue || v.Type.T.Kind == TRecord) && v.Type.Q&^(want.Q|Coherent) != 0 { // other values have no qualifiers
			return never()
		}
		s.temp = true
		s.lvalueTo = ref.Kind == TRef
		return s
	}
	t := c.implicit(v, QualType{T: want.T})
	t.ref, t.temp = true, true
	t.lvalueTo = ref.Kind == TRef
	return t
}

// requalified reports pointers to the same but for qualifiers that the second has more.
func requalified(from, to *Type) bool {
	return from.isPtr() && to.isPtr() && from.Elem.T == to.Elem.T && from.Elem.Space == to.Elem.Space && from.Elem.Q&^to.Elem.Q == 0
}

// userConversion looks for a converting constructor or conversion function.
func (c *checker) userConversion(v Value, to QualType, explicit bool) sequence {
	if c.userDepth > 0 {
		return never() // at most one in a sequence
	}
	c.userDepth++
	defer func() { c.userDepth-- }()
	s := never()
	if to.T.Kind == TRecord && c.complete(to.T.Record, diag.Span{}) {
		if cand := c.bestConstructor(to.T.Record, []Value{v}, explicit); cand != nil {
			s = sequence{rank: userDefined, fn: cand.fn}
		}
	}
	if r := v.Type.T.Record; r != nil && r.Lambda != nil && to.T.Kind == TFuncPtr {
		if f := c.lambdaFunction(r, to.T.Elem.T); f != nil && c.typeOfFunction(f) == to.T.Elem.T {
			return sequence{rank: userDefined, fn: f}
		}
		return never()
	}
	if v.Type.T.Kind == TRecord {
		f, second, tied := c.conversionFunction(v, to, explicit)
		switch {
		case tied || f != nil && s.rank == userDefined:
			return sequence{rank: userDefined} // ambiguous
		case f != nil:
			s = sequence{rank: userDefined, fn: f, second: second.rank}
		}
	}
	return s
}

// conversionFunction finds the best conversion function of a record, and the
// conversion of what it gives; tied says that there is another as good.
func (c *checker) conversionFunction(v Value, to QualType, explicit bool) (best *Function, second sequence, tied bool) {
	r := v.Type.T.Record
	if !c.complete(r, diag.Span{}) {
		return nil, never(), false
	}
	score := never()
	thisScore := never()
	consider := func(f *Function) {
		if f == nil || f.broken || f.decl.Specs&syntax.Explicit != 0 && !explicit {
			return
		}
		self := c.thisSequence(v, f)
		self.base = 0 // it counts as one of the object's own class
		if _, closed := c.sealedBetween(r, f.record.Type); self.rank == impossible || closed != nil && !c.opened(r, f.Name) {
			return
		}
		res := f.result
		out := Value{Type: res}
		if res.T.isRef() {
			out.Type, out.Cat, out.mem = res.T.Elem, LValue, true
		}
		s := c.implicitStandard(out, to)
		if s.rank == impossible || f.decl.Specs&syntax.Explicit != 0 && s.rank != exact {
			return
		}
		switch {
		case best == nil, self.better(thisScore):
		case thisScore.better(self), score.better(s):
			return
		case s.better(score), best.tmpl != nil && f.tmpl == nil:
		default:
			tied = tied || best.tmpl != nil || f.tmpl == nil
			return
		}
		best, score, thisScore, tied = f, s, self, false
	}
	funcs, tmpls := c.conversions(r)
	for _, f := range funcs {
		consider(f)
	}
	for _, t := range tmpls {
		c.try(func() { consider(c.deduceConversion(t, to)) })
	}
	return best, score, tied
}

// conversions are the conversion functions of a class, and those of its bases of which it has none to
// the same type.
func (c *checker) conversions(r *Record) ([]*Function, []*Template) {
	if len(r.Bases) == 0 {
		return r.convs, r.convTs
	}
	funcs, tmpls := slices.Clip(r.convs), slices.Clip(r.convTs)
	for _, b := range r.Bases {
		c.complete(b.Record, diag.Span{})
		fs, ts := c.conversions(b.Record)
		for _, f := range fs {
			if !slices.ContainsFunc(r.convs, func(own *Function) bool { return own.result.T == f.result.T }) && !slices.Contains(funcs, f) {
				funcs = append(funcs, f)
			}
		}
		tmpls = union(tmpls, ts)
	}
	return funcs, tmpls
}

// implicitStandard is implicit without user-defined conversions.
func (c *checker) implicitStandard(v Value, to QualType) sequence {
	c.userDepth++
	s := c.implicit(v, to)
	c.userDepth--
	return s
}

// deduceConversion instantiates a conversion function template for a target.
func (c *checker) deduceConversion(t *Template, to QualType) *Function {
	fd := t.decl.Decl.(*syntax.FuncDecl)
	d := newDeduction(c, t.params, t.scope)
	pattern := fd.Name.Conversion()
	want := to
	if want.T.isRef() {
		want = want.T.Elem
	}
	want.Q, want.Space = 0, ir.NoSpace
	if !d.typ(pattern, want) {
		return nil
	}
	return c.instantiateFunc(t, d.result(), diag.Span{})
}

const (
	forInit purpose = iota
	forAssign
	forParam
	forReturn
	forMember
	forElement
	forCondition
)
