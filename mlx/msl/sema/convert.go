package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// rank orders implicit conversions from best to worst.
type rank uint8

const (
	exact rank = iota
	promotion
	conversion
	splat // scalar to vector
	userDefined
	ellipsis // C's ...
	impossible
)

// sequence is an implicit conversion sequence.
type sequence struct {
	rank     rank
	qualify  int       // qualifiers added: fewer is better at equal rank
	base     int       // steps to a base class
	temp     bool      // a reference binds to a temporary
	lvalueTo bool      // rvalue reference bound to what could bind either way
	fn       *Function // constructor or conversion function of a user-defined one
	second   rank      // after the conversion function
	list     bool
}

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
		return sequence{rank: scalarRank(from, to.Scalar)}
	case TVector, TPacked:
		switch {
		case from.isVec() && from.N == to.N && from.Scalar == to.Scalar:
			return sequence{rank: promotion}
		case from.isNumeric():
			if scalarRank(from, to.Scalar) != impossible {
				return sequence{rank: splat}
			}
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
			s.rank = conversion
			return s
		}
		if n := baseDistance(a.T, b.T); n > 0 {
			s.rank, s.base = conversion, n
			return s
		}
		if a.T.Kind == TPointer && b.T.Kind == TPointer && b.Q&Const != 0 {
			if in := c.standard(a.T, b.T, false); in.rank == exact {
				return s
			}
		}
	case TRecord:
		if n := baseDistance(from, to); n > 0 {
			return sequence{rank: conversion, base: n}
		}
	}
	return never()
}

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
	case TPointer, TNullptr:
		if to == ir.Bool {
			return conversion
		}
		return impossible
	case TEnum:
		if from.Enum.Scoped {
			return impossible
		}
		if to == promoted(from.Scalar) {
			return promotion
		}
	case TScalar:
	default:
		return impossible
	}
	k := from.Scalar
	switch {
	case k == to:
		if from.Kind == TEnum {
			return promotion
		}
		return exact
	case to == ir.BF16 && (k == ir.F32 || k == ir.F16), to == ir.F16 && k == ir.BF16:
		return impossible
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

// implicit finds the implicit conversion sequence from a value to a type.
func (c *checker) implicit(v Value, to QualType) sequence {
	if v.bad() || to.T.isError() {
		return sequence{}
	}
	if to.T.isRef() {
		return c.binding(v, to.T)
	}
	if v.list != nil {
		return c.listSequence(v, to)
	}
	if v.set != nil {
		if to.T.Kind == TPointer && to.T.Elem.T.Kind == TFunc && c.pickFunction(v.set, to.T.Elem.T) != nil {
			return sequence{}
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
		return never()
	}
	if from.Kind == TArray && to.T.Kind == TPointer {
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
	related := v.list == nil && v.set == nil && (v.Type.T == want.T || baseDistance(v.Type.T, want.T) > 0)
	s := sequence{}
	if related {
		s.base = baseDistance(v.Type.T, want.T)
		if s.base > 0 {
			s.rank = conversion
		}
		for q := want.Q &^ v.Type.Q & (Const | Volatile); q != 0; q &= q - 1 {
			s.qualify++
		}
	}
	direct := related && v.Cat == LValue && v.swz == nil && v.bits == nil
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
	if ref.Kind == TRef && (want.Q&Const == 0 || want.Q&Volatile != 0) {
		return never()
	}
	if space != ir.Thread && !(related && v.mem && v.addr.Space == space) {
		return never()
	}
	if related {
		s.temp = true
		s.lvalueTo = ref.Kind == TRef
		return s
	}
	t := c.implicit(v, QualType{T: want.T})
	t.temp = true
	t.lvalueTo = ref.Kind == TRef
	return t
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
	if v.Type.T.Kind == TRecord {
		if f, second := c.conversionFunction(v, to, explicit); f != nil {
			if s.rank == userDefined {
				return sequence{rank: userDefined} // ambiguous
			}
			s = sequence{rank: userDefined, fn: f, second: second.rank}
		}
	}
	return s
}

// conversionFunction finds the best conversion function of a record.
func (c *checker) conversionFunction(v Value, to QualType, explicit bool) (*Function, sequence) {
	r := v.Type.T.Record
	if !c.complete(r, diag.Span{}) {
		return nil, never()
	}
	var best *Function
	score := never()
	thisScore := never()
	consider := func(f *Function) {
		if f == nil || f.broken || f.decl.Specs&syntax.Explicit != 0 && !explicit {
			return
		}
		self := c.thisSequence(v, f)
		if self.rank == impossible {
			return
		}
		res := f.result
		out := Value{Type: res}
		if res.T.isRef() {
			out.Type, out.Cat, out.mem = res.T.Elem, LValue, true
		}
		s := c.implicitStandard(out, to)
		if s.rank == impossible {
			return
		}
		if best == nil || self.better(thisScore) || !thisScore.better(self) && (s.better(score) || !score.better(s) && best.tmpl != nil && f.tmpl == nil) {
			best, score, thisScore = f, s, self
		}
	}
	for u := r; u != nil; {
		for _, f := range u.convs {
			consider(f)
		}
		for _, t := range u.convTs {
			c.try(func() { consider(c.deduceConversion(t, to)) })
		}
		if best != nil || len(u.Bases) == 0 {
			break
		}
		u = u.Bases[0].Record
	}
	return best, score
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
	pattern := fd.Name.Parts[0].Conversion
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

// purpose says what a conversion is for, for messages.
type purpose uint8

const (
	forInit purpose = iota
	forAssign
	forParam
	forReturn
	forMember
	forElement
	forCondition
)

// convert converts a value implicitly to a type, or reports why it cannot be.
// A reference type gives an lvalue.
func (c *checker) convert(v Value, to QualType, at diag.Span, why purpose) Value {
	if v.bad() || to.T.isError() {
		return poison
	}
	if v.list != nil {
		return c.fromList(v, to, at)
	}
	s := c.implicit(v, to)
	if s.rank == impossible {
		return c.cannotConvert(v, to, at, why)
	}
	return c.apply(v, to, s, at)
}

// apply carries out a conversion sequence.
func (c *checker) apply(v Value, to QualType, s sequence, at diag.Span) Value {
	if v.bad() {
		return poison
	}
	if v.list != nil {
		return c.fromList(v, to, at)
	}
	if to.T.isRef() {
		want := to.T.Elem
		if !s.temp {
			return c.toBase(v, want)
		}
		if v.Type.T == want.T || s.base > 0 {
			return c.toBase(c.materialise(v), want)
		}
		conv := c.apply(v, want.unqual(), c.implicit(v, want.unqual()), at)
		if conv.bad() {
			return poison
		}
		if conv.mem && conv.Cat == PRValue {
			return c.toBase(c.materialise(conv), want)
		}
		m := c.temp(want.T)
		c.store(m, c.load(conv))
		return c.toBase(m, want)
	}
	if s.rank == userDefined {
		return c.applyUser(v, to, s, at)
	}
	if v.set != nil {
		return Value{Type: to.unqual(), set: v.set}
	}
	return c.castTo(v, to.T, at)
}

// toBase re-types an lvalue for a reference: qualifiers, and the base class's
// part of an object.
func (c *checker) toBase(v Value, want QualType) Value {
	if v.Type.T != want.T && v.Type.T.Kind == TRecord {
		v.addr = v.addr.plus(baseOffset(v.Type.T.Record, want.T))
	}
	space := v.addr.Space
	v.Type = want
	v.Type.Space = space
	v.Cat = LValue
	v.konst = nil
	return v
}

func baseOffset(r *Record, base *Type) int {
	for _, f := range r.Fields {
		if f.anon && f.Type.T == base {
			return f.Offset
		}
	}
	return 0
}

func (c *checker) applyUser(v Value, to QualType, s sequence, at diag.Span) Value {
	if s.fn == nil {
		return c.errorf(at, "ambiguous-conversion", "conversion from '%s' to '%s' is ambiguous", v.Type, to)
	}
	if s.fn.ctor {
		return c.construct(to.T.Record, []Value{v}, at, false)
	}
	r := c.callFunction(s.fn, &v, nil, at)
	return c.convert(r, to, at, forInit)
}

// castTo performs a standard conversion, or the arithmetic part of an explicit
// one, to a type in registers.
func (c *checker) castTo(v Value, to *Type, at diag.Span) Value {
	if to.isError() {
		return poison
	}
	if v.Type.T == to {
		if to.inRegisters() {
			v = c.load(v)
		}
		return v
	}
	if to.Kind == TRecord {
		v.addr = v.addr.plus(baseOffset(v.Type.T.Record, to))
		v.Type.T = to
		return v
	}
	if v.Type.T == stringType {
		a := c.data("", append([]byte(v.str), 0), 1)
		return Value{Type: Of(to), regs: []ir.Reg{c.b.Address(a)}, str: v.str}
	}
	v = c.decay(v)
	if v.bad() {
		return v
	}
	from := v.Type.T
	out := Value{Type: Of(to)}
	switch {
	case to.Kind == TPointer:
		switch {
		case from.Kind == TPointer:
			if from.Elem.T.Kind == TRecord && to.Elem.T.Kind == TRecord && from.Elem.T != to.Elem.T {
				if off := baseOffset(from.Elem.T.Record, to.Elem.T); off != 0 {
					return rvalue(to, c.b.PtrAdd(to.Elem.Space, v.regs[0], c.b.Int(ir.I64, int64(off))))
				}
			}
			out.regs = v.regs
		case from.Kind == TNullptr || v.lit0:
			out.regs = []ir.Reg{c.b.Null(to.Elem.Space)}
		default:
			out.regs = []ir.Reg{c.b.pure(ir.Instr{Op: ir.Convert, Kind: ir.Ptr, Space: to.Elem.Space, From: ir.U64, Args: []ir.Reg{c.b.Convert(ir.U64, from.Scalar, v.regs[0])}}, to.regType())}
		}
	case to == boolType() && (from.Kind == TPointer || from.Kind == TNullptr):
		if from.Kind == TNullptr {
			return rvalue(to, c.b.Bool(false))
		}
		out.regs = []ir.Reg{c.b.Op(ir.Ne, ir.Ptr, v.regs[0], c.b.Null(from.Elem.Space))}
	case from.Kind == TPointer:
		out.regs = []ir.Reg{c.b.Convert(to.Scalar, ir.U64, c.b.Convert(ir.U64, ir.Ptr, v.regs[0]))}
	case to.Kind == TMatrix && len(v.regs) == 1:
		// A scalar gives a diagonal matrix.
		r := c.b.Convert(to.Scalar, from.Scalar, v.regs[0])
		for i := range to.regCount() {
			if i/to.M == i%to.M {
				out.regs = append(out.regs, r)
			} else {
				out.regs = append(out.regs, c.b.constant(to.regType(), 0))
			}
		}
	case from.Kind == TVoid || from.Scalar == ir.Void:
		return c.errorf(at, "conversion", "cannot convert '%s' to '%s'", v.Type, to)
	default:
		n := to.regCount()
		if len(v.regs) != 1 && len(v.regs) != n {
			return c.errorf(at, "conversion", "cannot convert '%s' to '%s'", v.Type, to)
		}
		for i := range n {
			out.regs = append(out.regs, c.b.Convert(to.Scalar, from.Scalar, v.regs[min(i, len(v.regs)-1)]))
		}
	}
	return out
}

// category names the category of a value in messages.
func category(v Value) string {
	if v.Cat == LValue {
		return "an lvalue"
	}
	return "an rvalue"
}

// cannotConvert reports an impossible conversion in clang's words.
func (c *checker) cannotConvert(v Value, to QualType, at diag.Span, why purpose) Value {
	from := v.Type
	from.Space = ir.NoSpace
	to.Space = ir.NoSpace
	d := diag.Diagnostic{Code: "conversion", Span: at}
	target, source := to.T, from.T
	if target.isRef() {
		d.Code = "reference-binding"
		el := target.Elem
		held := v.Type
		switch {
		case v.Cat == LValue && held.T == el.T && held.Space != el.Space:
			d.Message = "reference of type '" + to.String() + "' cannot bind to a value of type '" + held.String() + "' because of different address spaces"
		case v.Cat == LValue && held.T == el.T && held.Q&^el.Q != 0:
			d.Message = "binding reference of type '" + el.String() + "' to value of type '" + held.String() + "' drops '" + qualNames(held.Q&^el.Q) + "' qualifier"
		case v.Cat != LValue && el.Q&Const == 0 && target.Kind == TRef:
			d.Message = "non-const lvalue reference to type '" + el.String() + "' cannot bind to a temporary of type '" + from.String() + "'"
		default:
			d.Message = "no viable conversion from '" + from.String() + "' to '" + to.String() + "'"
		}
		return c.report(d)
	}
	what := from.String()
	if v.set != nil {
		what = "<overloaded function type>"
	}
	switch {
	case target.Kind == TRecord || source.Kind == TRecord:
		d.Message = "no viable conversion from '" + what + "' to '" + to.String() + "'"
		c.conversionNotes(&d, v, to)
	case why == forAssign:
		d.Message = "assigning to '" + to.String() + "' from incompatible type '" + what + "'"
	case why == forReturn:
		d.Message = "cannot initialize return object of type '" + to.String() + "' with " + category(v) + " of type '" + what + "'"
	case why == forParam:
		d.Message = "cannot initialize a parameter of type '" + to.String() + "' with " + category(v) + " of type '" + what + "'"
	case why == forMember:
		d.Message = "cannot initialize a member subobject of type '" + to.String() + "' with " + category(v) + " of type '" + what + "'"
	case why == forElement:
		d.Message = "cannot initialize an array element of type '" + to.String() + "' with " + category(v) + " of type '" + what + "'"
	case why == forCondition:
		d.Message = "value of type '" + what + "' is not contextually convertible to 'bool'"
	default:
		d.Message = "cannot initialize a variable of type '" + to.String() + "' with " + category(v) + " of type '" + what + "'"
	}
	if target.Kind == TScalar && source.Kind == TScalar && (target.Scalar == ir.BF16 || target.Scalar == ir.F16) {
		d.Code = "implicit-" + target.String()
		d.Fixes = []diag.Fix{
			{Span: diag.Span{Start: at.Start, End: at.Start}, Text: target.String() + "("},
			{Span: diag.Span{Start: at.End, End: at.End}, Text: ")"},
		}
	}
	return c.report(d)
}

func qualNames(q Quals) string {
	if q&Const != 0 {
		return "const"
	}
	return "volatile"
}

func (c *checker) conversionNotes(d *diag.Diagnostic, v Value, to QualType) {
	if to.T.Kind != TRecord {
		return
	}
	for i, f := range to.T.Record.ctors {
		if i == maxCandidateNotes {
			break
		}
		d.Notes = append(d.Notes, diag.Note{Message: "candidate constructor not viable: no known conversion from '" + v.Type.String() + "' to the parameter's type", Span: f.decl.NamePos.Span()})
	}
}

// condition converts a value to bool as conditions do.
func (c *checker) condition(v Value, at diag.Span) ir.Reg {
	if v.bad() {
		return c.b.Bool(false)
	}
	if v.Type.T.Kind == TRecord {
		s := c.userConversion(v, Of(boolType()), true)
		if s.rank != impossible {
			v = c.applyUser(v, Of(boolType()), s, at)
		}
	}
	d := c.decay(v)
	if d.bad() {
		return c.b.Bool(false)
	}
	switch t := d.Type.T; {
	case t.isNumeric(), t.isPtr(), t.Kind == TNullptr:
		return c.castTo(d, boolType(), at).regs[0]
	}
	c.cannotConvert(v, Of(boolType()), at, forCondition)
	return c.b.Bool(false)
}
