package sema

import (
	"slices"
	"strconv"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// category names the category of a value in messages.
func category(v Value) string {
	if v.Cat == LValue {
		return "an lvalue"
	}
	return "an rvalue"
}

// cannotConvert reports an impossible conversion in clang's words.
func (c *checker) cannotConvert(v Value, to QualType, at diag.Span, why purpose) Value {
	if v.Type.T.lacking() || to.T.lacking() {
		c.failQuietly(at)
		return poison
	}
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
		case v.bits() != nil && target.Kind == TRef && held.T == el.T && el.Q&Const == 0:
			d.Message = "non-const reference cannot bind to bit-field"
		case (v.swz() != nil || v.component) && target.Kind == TRef && held.T == el.T && el.Q&Const == 0:
			d.Message = "non-const reference cannot bind to vector element"
		case v.Cat == LValue && held.T == el.T && held.Space != el.Space:
			d.Message = "reference of type '" + to.String() + "' cannot bind to a value of type '" + held.String() + "' because of different address spaces"
		case v.Cat == LValue && held.T == el.T && held.Q&^el.Q != 0:
			d.Message = "binding reference of type '" + el.String() + "' to value of type '" + held.String() + "' drops '" + qualNames(held.Q&^el.Q) + "' qualifier"
		case v.Cat != LValue && el.Q&Const == 0 && target.Kind == TRef:
			d.Message = "non-const lvalue reference to type '" + el.String() + "' cannot bind to a temporary of type '" + from.String() + "'"
		case v.Cat == LValue && el.Q&Const == 0 && target.Kind == TRef && held.T.Kind != TRecord:
			d.Message = "non-const lvalue reference to type '" + el.String() + "' cannot bind to a value of unrelated type '" + from.String() + "'"
		default:
			d.Message = "no viable conversion from '" + from.String() + "' to '" + to.String() + "'"
		}
		if why == forInit {
			d.Caret = c.declaring
		}
		return c.report(d)
	}
	what, into := described(from), described(to)
	if set := v.set(); set != nil {
		what = "'<overloaded function type>'"
		if len(set.funcs) == 1 && len(set.tmpls) == 0 {
			what = "'" + c.typeOfFunction(set.funcs[0]).String() + "'"
		}
	}
	switch {
	case why == forCondition:
		d.Message = "value of type " + what + " is not contextually convertible to 'bool'"
	case why == forReturn && (target.Kind == TRecord || source.Kind == TRecord):
		d.Message = "no viable conversion from returned value of type " + what + " to function return type " + into
		c.conversionNotes(&d, v, to)
	case target.Kind == TRecord || source.Kind == TRecord && why != forAssign:
		d.Message = "no viable conversion from " + what + " to " + into
		if why == forInit {
			d.Caret = c.declaring
		}
		c.conversionNotes(&d, v, to)
	case why == forAssign && target.isPtr() && source.isPtr() && target.Elem.Space == source.Elem.Space && target.Elem.T != source.Elem.T:
		d.Message = "incompatible pointer types assigning to " + into + " from " + what
	case why == forAssign && target.isPtr() && source.isIntegral():
		d.Message = "incompatible integer to pointer conversion assigning to " + into + " from " + what
	case why == forAssign && target.isIntegral() && source.isPtr():
		d.Message = "incompatible pointer to integer conversion assigning to " + into + " from " + what
	case why == forAssign:
		d.Message = "assigning to " + into + " from incompatible type " + what
	case why == forReturn:
		d.Message = "cannot initialize return object of type " + into + " with " + category(v) + " of type " + what
	case why == forParam:
		d.Message = "cannot initialize a parameter of type " + into + " with " + category(v) + " of type " + what
	case why == forMember:
		d.Message = "cannot initialize a member subobject of type " + into + " with " + category(v) + " of type " + what
	case why == forElement:
		d.Message = "cannot initialize an array element of type " + into + " with " + category(v) + " of type " + what
	default:
		d.Caret = c.declaring
		d.Message = "cannot initialize a variable of type " + into + " with " + category(v) + " of type " + what
	}
	if target.Kind == TScalar && source.Kind == TScalar && (target.Scalar == ir.BF16 || target.Scalar == ir.F16) {
		d.Code = "implicit-" + target.String()
		d.Fixes = []diag.Fix{
			{Span: diag.Span{Start: at.Start, End: at.Start}, Text: target.String() + "("},
			{Span: diag.Span{Start: at.End, End: at.End}, Text: ")"},
		}
	}
	if len(d.Notes) == 0 && (why != forCondition || source.Kind == TVector && source.Scalar == ir.Bool) {
		d.Notes = append(c.component(source, target, at), atomicAccess(source, target)...)
	}
	if set := v.set(); set != nil && slices.ContainsFunc(set.funcs, func(f *Function) bool { return f.required() == 0 }) {
		end := diag.Span{Start: at.End, End: at.End}
		d.Notes = append(d.Notes, diag.Note{Message: "call it", Span: end, Fixes: []diag.Fix{{Span: end, Text: "()"}}})
	}
	return c.report(d)
}

// described is a type in quotes; of a vector, also what it is made of.
func described(q QualType) string {
	s := "'" + q.String() + "'"
	switch q.T.Kind {
	case TPacked:
		return s + " (packed vector of " + strconv.Itoa(q.T.N) + " '" + longName(q.T.Scalar) + "' values)"
	case TVector:
		return s + " (vector of " + strconv.Itoa(q.T.N) + " '" + longName(q.T.Scalar) + "' values)"
	}
	return s
}

// longName is the name of a scalar type as C++ has it.
func longName(k ir.Kind) string {
	switch k {
	case ir.U8:
		return "unsigned char"
	case ir.U16:
		return "unsigned short"
	case ir.U32:
		return "unsigned int"
	case ir.U64:
		return "unsigned long"
	}
	return Scalar(k).String()
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
	cands := c.candidates(c.constructors(to.T.Record, ir.Thread, true), []Value{v}, d.Span)
	d.Notes = append(d.Notes, constructorNotes(cands, false)...)
}

// functional is the kind of a cast T(x), beside those of syntax.CastExpr.
const functional = "functional"

// cStyle reports whether a cast does what one of a C-style may.
func cStyle(kind string) bool { return kind == "c" || kind == functional }

// castName is what clang calls a kind of cast.
func castName(kind string) string {
	switch kind {
	case "c":
		return "C-style cast"
	case functional:
		return "functional-style cast"
	}
	return kind + "_cast"
}

// noCast reports an impossible cast in clang's words.
func (c *checker) noCast(v Value, to QualType, kind string, at diag.Span) Value {
	from, what := v.Type, castName(kind)
	from.Space = ir.NoSpace
	t := to.T
	switch {
	case kind == "const" && !t.isRef() && !t.isPtr():
		return c.errorf(at, "cast", "const_cast to '%s', which is not a reference, pointer-to-object, or pointer-to-data-member", to)
	case from.T.Kind == TRecord && kind != "const" && kind != "reinterpret" && (t.Kind == TScalar || t.isVec()):
		return c.errorf(at, "cast", "cannot convert '%s' to '%s' without a conversion operator", from, to)
	case cStyle(kind) && t.isPtr():
		return c.errorf(at, "cast", "cannot cast from type '%s' to pointer type '%s'", from, to)
	case cStyle(kind) && from.T.isPtr() && t.Kind == TScalar:
		return c.errorf(at, "cast", "pointer cannot be cast to type '%s'", to)
	case cStyle(kind) && t.isVec() && from.T.isVec():
		return c.errorf(at, "cast", "%s from vector '%s' to vector '%s' of different size", what, from, to)
	}
	return c.errorf(at, "cast", "%s from '%s' to '%s' is not allowed", what, from, to)
}

// castSpace reports a cast from one address space to another.
func (c *checker) castSpace(from, to QualType, kind string, at diag.Span) Value {
	return c.errorf(at, "cast-space", "%s from '%s' to '%s' converts between mismatching address spaces", castName(kind), from, to)
}
