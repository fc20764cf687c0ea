package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// trait answers a compiler intrinsic on types, as <metal_type_traits> is
// written on. ok is false for a name that is none or a wrong number of types.
func (c *checker) trait(e *syntax.TraitExpr, types []QualType) (value, ok bool) {
	if e.Name == "__is_constructible" && len(types) > 0 {
		return c.constructible(types[0], types[1:]), true
	}
	switch len(types) {
	case 1:
		if f := unaryTraits[e.Name]; f != nil {
			return f(types[0]), true
		}
	case 2:
		return c.binaryTrait(e.Name, types[0], types[1])
	}
	return false, false
}

func (c *checker) binaryTrait(name string, a, b QualType) (value, ok bool) {
	switch name {
	case "__is_same":
		return a == b, true
	case "__is_convertible":
		return c.convertible(a, b), true
	case "__is_assignable":
		if !a.T.isRef() || !c.convertible(b, a.T.Elem) {
			return false, true
		}
		r := a.T.Elem.T.Record
		return r == nil || stripTypeRef(b).T.Record != r || r.deleted[assigning(c.declval(b))] == nil, true
	case "__is_base_of":
		return a.T.Kind == TRecord && isBase(a.T, b.T), true
	}
	return false, false
}

var unaryTraits = map[string]func(q QualType) bool{
	"__is_void":                    func(q QualType) bool { return q.T.Kind == TVoid },
	"__is_integral":                func(q QualType) bool { return isNumber(q) && !isFloat(q.T.Scalar) },
	"__is_floating_point":          func(q QualType) bool { return isNumber(q) && isFloat(q.T.Scalar) },
	"__is_arithmetic":              isNumber,
	"__is_signed":                  func(q QualType) bool { return isNumber(q) && (isFloat(q.T.Scalar) || isSigned(q.T.Scalar)) },
	"__is_unsigned":                func(q QualType) bool { return isNumber(q) && !isFloat(q.T.Scalar) && !isSigned(q.T.Scalar) },
	"__is_fundamental":             isFundamental,
	"__is_compound":                func(q QualType) bool { return !isFundamental(q) },
	"__is_scalar":                  isScalar,
	"__is_object":                  func(q QualType) bool { return q.T.Kind != TVoid && q.T.Kind != TFunc && !q.T.isRef() },
	"__is_array":                   func(q QualType) bool { return q.T.Kind == TArray },
	"__is_pointer":                 func(q QualType) bool { return q.T.isPtr() || q.T.Kind == TFuncPtr },
	"__is_member_pointer":          func(q QualType) bool { return q.T.Kind == TMember },
	"__is_member_function_pointer": func(q QualType) bool { return q.T.Kind == TMember && q.T.Elem.T.Kind == TFunc },
	"__is_member_object_pointer":   func(q QualType) bool { return q.T.Kind == TMember && q.T.Elem.T.Kind != TFunc },
	"__is_reference":               func(q QualType) bool { return q.T.isRef() },
	"__is_lvalue_reference":        func(q QualType) bool { return q.T.Kind == TRef },
	"__is_rvalue_reference":        func(q QualType) bool { return q.T.Kind == TRValueRef },
	"__is_enum":                    func(q QualType) bool { return q.T.Kind == TEnum },
	"__is_union":                   func(q QualType) bool { return q.T.Kind == TRecord && q.T.Record.Union },
	"__is_class":                   func(q QualType) bool { return q.T.Kind == TRecord && !q.T.Record.Union },
	"__is_function":                func(q QualType) bool { return q.T.Kind == TFunc },
	"__is_const":                   func(q QualType) bool { return q.isConst() },
	"__is_volatile":                func(q QualType) bool { return q.Q&Volatile != 0 },
	"__is_empty":                   func(q QualType) bool { return q.T.Kind == TRecord && len(q.T.Record.Fields) == 0 },
	"__is_trivial":                 func(q QualType) bool { return isBytes(q) && (q.T.Record == nil || q.T.Record.trivial()) },
	"__is_trivially_copyable":      isBytes,
	"__is_standard_layout":         isPlain,
	"__is_vector":                  func(q QualType) bool { return q.T.isVec() },
}

// isNumber holds for scalars and, as in Metal's library, for vectors.
func isNumber(q QualType) bool { return q.T.isArith() || q.T.isVec() }

func isFundamental(q QualType) bool {
	return q.T.isArith() || q.T.Kind == TVoid || q.T.Kind == TNullptr
}

func isScalar(q QualType) bool {
	return q.T.isArith() || q.T.isPtr() || q.T.isNumbered() || q.T.Kind == TEnum || q.T.Kind == TNullptr
}

// isBytes holds for types of which copying and ending an object is copying bytes.
func isBytes(q QualType) bool {
	r := innermost(q.T).Record
	return isPlain(q) && (r == nil || !r.copies && !r.assigns && r.ownEnd == nil)
}

// isPlain holds for every object type: Metal has no virtual functions.
func isPlain(q QualType) bool {
	return q.T.Kind != TVoid && q.T.Kind != TFunc && q.T.Kind != TAtomic && !q.T.isRef()
}

func isBase(base, derived *Type) bool {
	if base == derived {
		return true
	}
	return derived.Kind == TRecord &&
		slices.ContainsFunc(derived.Record.Bases, func(b *Type) bool { return isBase(base, b) })
}
