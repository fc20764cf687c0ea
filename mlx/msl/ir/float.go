package ir

import "math"

// FloatValue returns the value of the float of kind k with the given bits.
func FloatValue(k Kind, bits uint64) float64 {
	switch k {
	case F16:
		return halfValue(uint16(bits))
	case BF16:
		return float64(math.Float32frombits(uint32(bits) << 16))
	}
	return float64(math.Float32frombits(uint32(bits)))
}

// FloatBits rounds f to kind k, to nearest even, and returns its bits.
func FloatBits(k Kind, f float64) uint64 {
	switch k {
	case F16:
		return uint64(halfBits(f))
	case BF16:
		return uint64(bfloatBits(f))
	}
	return uint64(math.Float32bits(float32(f)))
}

func halfValue(h uint16) float64 {
	exp, frac := int(h>>10&31), uint64(h&0x3ff)
	var f float64
	switch exp {
	case 0:
		f = float64(frac) * 0x1p-24
	case 31:
		// Infinity, or a NaN that keeps its payload in the upper bits.
		f = math.Float64frombits(0x7ff<<52 | frac<<42)
	default:
		f = math.Float64frombits(uint64(exp-15+1023)<<52 | frac<<42)
	}
	return math.Copysign(f, float64(1-2*int(h>>15)))
}

func halfBits(f float64) uint16 {
	b := math.Float64bits(f)
	sign := uint16(b >> 48 & 0x8000)
	a := math.Abs(f)
	switch {
	case f != f:
		return sign | 0x7e00
	case a >= 65520: // the midpoint between the largest half and 2^16
		return sign | 0x7c00
	case a < 0x1p-14:
		return sign | uint16(math.RoundToEven(a*0x1p24)) // 0x400 is the smallest normal
	}
	return sign | uint16(roundBits(b&^(1<<63), 42)-(1023-15)<<10)
}

func bfloatBits(f float64) uint16 {
	b := math.Float64bits(f)
	sign := uint16(b >> 48 & 0x8000)
	a := math.Abs(f)
	switch {
	case f != f:
		return sign | 0x7fc0
	case a >= 0x1.ffp127: // the midpoint between the largest bfloat and 2^128
		return sign | 0x7f80
	case a < 0x1p-126:
		return sign | uint16(math.RoundToEven(a*0x1p133))
	}
	return sign | uint16(roundBits(b&^(1<<63), 45)-(1023-127)<<7)
}

// roundBits drops the lowest n bits of b, rounding to nearest even. A carry
// out of the mantissa steps the exponent, as it should.
func roundBits(b uint64, n int) uint64 {
	half := uint64(1) << (n - 1)
	return (b + half - 1 + b>>n&1) >> n
}

// fma returns a*b + c rounded once to kind k. The product of two floats of at
// most 24 bits is exact in float64; the sum is rounded to odd there, so that
// the second rounding cannot see a false tie.
func fma(k Kind, a, b, c float64) uint64 {
	p := float64(a * b) // the conversion forbids fusing
	s := p + c
	if math.IsInf(s, 0) || s != s {
		return FloatBits(k, s)
	}
	v := s - p // Knuth's two-sum: e is the exact error of s
	e := (p - (s - v)) + (c - v)
	if bits := math.Float64bits(s); e != 0 && bits&1 == 0 {
		if e > 0 == (s > 0) {
			bits++
		} else {
			bits--
		}
		s = math.Float64frombits(bits)
	}
	return FloatBits(k, s)
}

// intToFloat rounds an integer of magnitude mag once to kind k.
func intToFloat(k Kind, mag uint64, neg bool) uint64 {
	if mag >= 1<<53 { // keep the lost bits as a sticky bit
		sticky := mag&0x7ff != 0
		mag &^= 0x7ff
		if sticky {
			mag |= 0x800
		}
	}
	f := float64(mag)
	if neg {
		f = -f
	}
	return FloatBits(k, f)
}

// floatToInt truncates f to an integer of kind k; it saturates and maps NaN
// to 0.
func floatToInt(k Kind, f float64) uint64 {
	if f != f {
		return 0
	}
	f = math.Trunc(f)
	n := k.Bits()
	if k.IsSigned() {
		limit := math.Ldexp(1, n-1)
		switch {
		case f >= limit:
			return 1<<(n-1) - 1
		case f < -limit:
			return 1 << (n - 1)
		}
		return uint64(int64(f)) & k.Mask()
	}
	switch {
	case f <= 0:
		return 0
	case f >= math.Ldexp(1, n):
		return k.Mask()
	}
	return uint64(f)
}
