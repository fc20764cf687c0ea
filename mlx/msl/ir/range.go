package ir

import "math"

// Range holds inclusive bounds of a value: of an integer in its own
// signedness, 0 or 1 for a Bool, of a pointer the byte offset in the memory
// that it points into; of a float see rangefloat.go. The extremes of int64 stand for an unknown bound.
type Range struct{ Lo, Hi int64 }

// Exactly is the range of one value.
func Exactly(v int64) Range { return Range{v, v} }

var anything = Range{math.MinInt64, math.MaxInt64}

// known reports whether r says anything about a 64-bit value.
func (r Range) known() bool { return r.Lo != math.MinInt64 && r.Hi != math.MaxInt64 }

func (r Range) empty() bool          { return r.Lo > r.Hi }
func (r Range) join(o Range) Range   { return Range{min(r.Lo, o.Lo), max(r.Hi, o.Hi)} }
func (r Range) within(o Range) Range { return Range{max(r.Lo, o.Lo), min(r.Hi, o.Hi)} }

// multiples is what of r are multiples of a power of two.
func (r Range) multiples(zeros uint8) Range {
	if zeros >= 62 || !r.known() || r.Lo > math.MaxInt64>>1 {
		return r
	}
	below := int64(1)<<zeros - 1
	return Range{(r.Lo + below) &^ below, r.Hi &^ below}
}

// rangeOf is what every value of a kind lies in.
func rangeOf(k Kind) Range {
	switch {
	case k == Bool:
		return Range{0, 1}
	case !k.IsInt() || k.Bits() == 64:
		return anything
	case k.IsSigned():
		return Range{-1 << (k.Bits() - 1), 1<<(k.Bits()-1) - 1}
	}
	return Range{0, int64(k.Mask())}
}
