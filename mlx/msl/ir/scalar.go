package ir

import (
	"math"
	"math/bits"
	"unsafe"
)

// Fold returns the bits of the result of a pure operation with one result on
// the given operands, and whether in is such an operation.
func Fold(in *Instr, args []uint64) (uint64, bool) {
	switch len(args) {
	case 0:
		return in.Imm, in.Op == Const
	case 1:
		if f := Unary(in.Op, in.Kind, in.From); f != nil {
			return f(args[0]), true
		}
	case 2:
		if f := Binary(in.Op, in.Kind); f != nil {
			return f(args[0], args[1]), true
		}
	case 3:
		if f := Ternary(in.Op, in.Kind); f != nil {
			return f(args[0], args[1], args[2]), true
		}
	}
	return 0, false
}

// The functions in this file are the meaning of the operations on scalars.
// Values are their bits, zero-extended to 64. Constant folding and the
// interpreter share them; every other executor is compared with them.

// Unary returns the function that computes op on one operand, nil if op is
// not such an operation on k. from matters for Convert only.
func Unary(op Op, k, from Kind) func(a uint64) uint64 {
	switch op {
	case Mov, Bitcast:
		return func(a uint64) uint64 { return a }
	case Convert:
		return conversions[k][from]
	case Not:
		mask := k.Mask()
		return func(a uint64) uint64 { return ^a & mask }
	}
	switch k {
	case I8:
		return intUnary[int8](op)
	case U8:
		return intUnary[uint8](op)
	case I16:
		return intUnary[int16](op)
	case U16:
		return intUnary[uint16](op)
	case I32:
		return intUnary[int32](op)
	case U32:
		return intUnary[uint32](op)
	case I64:
		return intUnary[int64](op)
	case U64:
		return intUnary[uint64](op)
	case F16, BF16, F32:
		return floatUnary(op, k)
	}
	return nil
}

// Binary returns the function that computes op on two operands of kind k, nil
// if op is not such an operation.
func Binary(op Op, k Kind) func(a, b uint64) uint64 {
	switch op {
	case And:
		return func(a, b uint64) uint64 { return a & b }
	case Or:
		return func(a, b uint64) uint64 { return a | b }
	case Xor:
		return func(a, b uint64) uint64 { return a ^ b }
	case Ldexp:
		return func(a, b uint64) uint64 {
			exp := min(max(int32(b), -500), 500)
			return FloatBits(k, math.Ldexp(FloatValue(k, a), int(exp)))
		}
	}
	switch k {
	case Bool, Ptr, U64:
		return intBinary[uint64](op)
	case I8:
		return intBinary[int8](op)
	case U8:
		return intBinary[uint8](op)
	case I16:
		return intBinary[int16](op)
	case U16:
		return intBinary[uint16](op)
	case I32:
		return intBinary[int32](op)
	case U32:
		return intBinary[uint32](op)
	case I64:
		return intBinary[int64](op)
	case F32:
		return f32Binary(op)
	case F16, BF16:
		return narrowBinary(op, k)
	}
	return nil
}

// Ternary returns the function that computes FMA or Select on kind k, nil for
// other operations.
func Ternary(op Op, k Kind) func(a, b, c uint64) uint64 {
	switch op {
	case Select:
		return func(a, b, c uint64) uint64 {
			if a != 0 {
				return b
			}
			return c
		}
	case FMA:
		return func(a, b, c uint64) uint64 {
			return fma(k, FloatValue(k, a), FloatValue(k, b), FloatValue(k, c))
		}
	}
	return nil
}

// FrexpOf splits a float of kind k into a fraction and an exponent (I32).
func FrexpOf(k Kind, a uint64) (frac, exp uint64) {
	f, e := math.Frexp(FloatValue(k, a))
	return FloatBits(k, f), uint64(uint32(int32(e)))
}

type integers interface {
	int8 | uint8 | int16 | uint16 | int32 | uint32 | int64 | uint64
}

func width[T integers]() int { return 8 * int(unsafe.Sizeof(T(0))) }

// raw returns the bits of v, zero-extended.
func raw[T integers](v T) uint64 { return uint64(v) & (1<<(8*unsafe.Sizeof(v)) - 1) }

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func intUnary[T integers](op Op) func(a uint64) uint64 {
	pad := 64 - width[T]()
	switch op {
	case Neg:
		return func(a uint64) uint64 { return raw(-T(a)) }
	case Abs:
		return func(a uint64) uint64 {
			if v := T(a); v < 0 {
				return raw(-v)
			}
			return a
		}
	case Clz:
		return func(a uint64) uint64 { return uint64(bits.LeadingZeros64(a) - pad) }
	case Ctz:
		return func(a uint64) uint64 { return uint64(min(bits.TrailingZeros64(a), 64-pad)) }
	case Popcount:
		return func(a uint64) uint64 { return uint64(bits.OnesCount64(a)) }
	case ReverseBits:
		return func(a uint64) uint64 { return bits.Reverse64(a) >> pad }
	}
	return nil
}

func intBinary[T integers](op Op) func(a, b uint64) uint64 {
	w := width[T]()
	switch op {
	case Add:
		return func(a, b uint64) uint64 { return raw(T(a) + T(b)) }
	case Sub:
		return func(a, b uint64) uint64 { return raw(T(a) - T(b)) }
	case Mul:
		return func(a, b uint64) uint64 { return raw(T(a) * T(b)) }
	case MulHi:
		return mulHi[T]
	case Div:
		return func(a, b uint64) uint64 {
			if b == 0 {
				return 0
			}
			return raw(T(a) / T(b)) // Go defines MIN / -1 as MIN
		}
	case Rem:
		return func(a, b uint64) uint64 {
			if b == 0 {
				return 0
			}
			return raw(T(a) % T(b))
		}
	case Min:
		return func(a, b uint64) uint64 { return raw(min(T(a), T(b))) }
	case Max:
		return func(a, b uint64) uint64 { return raw(max(T(a), T(b))) }
	case Shl:
		return func(a, b uint64) uint64 { return raw(T(a) << (b & uint64(w-1))) }
	case Shr:
		return func(a, b uint64) uint64 { return raw(T(a) >> (b & uint64(w-1))) }
	case Rotl:
		return func(a, b uint64) uint64 {
			n := b & uint64(w-1)
			return raw(T(a<<n | a>>(uint64(w)-n)))
		}
	case Eq:
		return func(a, b uint64) uint64 { return truth(a == b) }
	case Ne:
		return func(a, b uint64) uint64 { return truth(a != b) }
	case Lt:
		return func(a, b uint64) uint64 { return truth(T(a) < T(b)) }
	case Le:
		return func(a, b uint64) uint64 { return truth(T(a) <= T(b)) }
	}
	return nil
}

func mulHi[T integers](a, b uint64) uint64 {
	w := width[T]()
	signed := T(0)-1 < 0
	if w < 64 {
		if signed {
			return raw(T(int64(T(a)) * int64(T(b)) >> w))
		}
		return raw(T(a * b >> w))
	}
	hi, _ := bits.Mul64(a, b)
	if signed {
		hi -= a * truth(int64(b) < 0)
		hi -= b * truth(int64(a) < 0)
	}
	return hi
}

func floatUnary(op Op, k Kind) func(a uint64) uint64 {
	sign := uint64(1) << (k.Bits() - 1)
	var f func(float64) float64
	switch op {
	case Neg:
		return func(a uint64) uint64 { return a ^ sign }
	case Abs:
		return func(a uint64) uint64 { return a &^ sign }
	case Ilogb:
		return func(a uint64) uint64 { return uint64(uint32(int32(math.Ilogb(FloatValue(k, a))))) }
	case Sqrt:
		f = math.Sqrt
	case Rsqrt:
		f = func(x float64) float64 { return 1 / math.Sqrt(x) }
	case Floor:
		f = math.Floor
	case Ceil:
		f = math.Ceil
	case Trunc:
		f = math.Trunc
	case Round:
		f = math.Round
	case Rint:
		f = math.RoundToEven
	default:
		return nil
	}
	return func(a uint64) uint64 { return FloatBits(k, f(FloatValue(k, a))) }
}

func f32(bits uint64) float32      { return math.Float32frombits(uint32(bits)) }
func f32Bits(f float32) uint64     { return uint64(math.Float32bits(f)) }
func isZero(k Kind, a uint64) bool { return a&(k.Mask()>>1) == 0 }

func f32Binary(op Op) func(a, b uint64) uint64 {
	switch op {
	case Add:
		return func(a, b uint64) uint64 { return f32Bits(f32(a) + f32(b)) }
	case Sub:
		return func(a, b uint64) uint64 { return f32Bits(f32(a) - f32(b)) }
	case Mul:
		return func(a, b uint64) uint64 { return f32Bits(f32(a) * f32(b)) }
	case Div:
		return func(a, b uint64) uint64 { return f32Bits(f32(a) / f32(b)) }
	case Eq:
		return func(a, b uint64) uint64 { return truth(f32(a) == f32(b)) }
	case Ne:
		return func(a, b uint64) uint64 { return truth(f32(a) != f32(b)) }
	case Lt:
		return func(a, b uint64) uint64 { return truth(f32(a) < f32(b)) }
	case Le:
		return func(a, b uint64) uint64 { return truth(f32(a) <= f32(b)) }
	}
	return floatBinary(op, F32)
}

// narrowBinary computes in float64 and rounds once; for 11 bits of mantissa
// and fewer the intermediate rounding cannot be seen.
func narrowBinary(op Op, k Kind) func(a, b uint64) uint64 {
	v := func(a uint64) float64 { return FloatValue(k, a) }
	switch op {
	case Add:
		return func(a, b uint64) uint64 { return FloatBits(k, v(a)+v(b)) }
	case Sub:
		return func(a, b uint64) uint64 { return FloatBits(k, v(a)-v(b)) }
	case Mul:
		return func(a, b uint64) uint64 { return FloatBits(k, v(a)*v(b)) }
	case Div:
		return func(a, b uint64) uint64 { return FloatBits(k, v(a)/v(b)) }
	case Eq:
		return func(a, b uint64) uint64 { return truth(v(a) == v(b)) }
	case Ne:
		return func(a, b uint64) uint64 { return truth(v(a) != v(b)) }
	case Lt:
		return func(a, b uint64) uint64 { return truth(v(a) < v(b)) }
	case Le:
		return func(a, b uint64) uint64 { return truth(v(a) <= v(b)) }
	}
	return floatBinary(op, k)
}

// floatBinary holds the operations that are exact in every kind.
func floatBinary(op Op, k Kind) func(a, b uint64) uint64 {
	sign := uint64(1) << (k.Bits() - 1)
	v := func(a uint64) float64 { return FloatValue(k, a) }
	switch op {
	case Rem:
		return func(a, b uint64) uint64 { return FloatBits(k, math.Mod(v(a), v(b))) }
	case Min:
		return func(a, b uint64) uint64 {
			if x, y := v(a), v(b); x < y || y != y {
				return a
			}
			return b
		}
	case Max:
		return func(a, b uint64) uint64 {
			if x, y := v(a), v(b); y < x || y != y {
				return a
			}
			return b
		}
	case CopySign:
		return func(a, b uint64) uint64 { return a&^sign | b&sign }
	case NextAfter:
		return func(a, b uint64) uint64 {
			x, y := v(a), v(b)
			switch {
			case x != x || y != y:
				return FloatBits(k, math.NaN())
			case x == y:
				return b
			case isZero(k, a):
				return b&sign | 1
			case x < y == (a&sign == 0):
				return a + 1
			}
			return a - 1
		}
	}
	return nil
}

// conversions are the functions of Convert by the kinds to and from.
var conversions = func() (table [Ptr + 1][Ptr + 1]func(a uint64) uint64) {
	for to := range table {
		for from := range table[to] {
			table[to][from] = conversion(Kind(to), Kind(from))
		}
	}
	return table
}()

func conversion(k, from Kind) func(a uint64) uint64 {
	mask := k.Mask()
	switch {
	case k == from || k == Ptr || from == Ptr && k == U64:
		return func(a uint64) uint64 { return a }
	case from.IsFloat() && k == Bool:
		return func(a uint64) uint64 { return truth(!isZero(from, a)) }
	case from.IsFloat() && k.IsFloat():
		return func(a uint64) uint64 { return FloatBits(k, FloatValue(from, a)) }
	case from.IsFloat():
		return func(a uint64) uint64 { return floatToInt(k, FloatValue(from, a)) }
	case k == Bool:
		return func(a uint64) uint64 { return truth(a != 0) }
	}
	shift := 64 - from.Bits()
	extend := func(a uint64) uint64 { return a }
	if from.IsSigned() {
		extend = func(a uint64) uint64 { return uint64(int64(a<<shift) >> shift) }
	}
	if k.IsFloat() {
		return func(a uint64) uint64 {
			v := extend(a)
			if from.IsSigned() && int64(v) < 0 {
				return intToFloat(k, -v, true)
			}
			return intToFloat(k, v, false)
		}
	}
	return func(a uint64) uint64 { return extend(a) & mask }
}
