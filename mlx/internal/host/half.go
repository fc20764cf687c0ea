package host

import "math"

// halfToFloat converts the bits of a float16.
func halfToFloat(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exp := uint32(h>>10) & 0x1f
	frac := uint32(h & 0x3ff)
	switch exp {
	case 0: // zero or subnormal: frac * 2^-24 is exact
		f := float32(frac) * 0x1p-24
		return math.Float32frombits(math.Float32bits(f) | sign)
	case 0x1f:
		return math.Float32frombits(sign | 0x7f800000 | frac<<13)
	default:
		return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
	}
}

// floatToHalf rounds to the bits of the nearest float16, ties to even.
func floatToHalf(f float32) uint16 {
	b := math.Float32bits(f)
	sign := uint16(b >> 16 & 0x8000)
	b &= 0x7fffffff
	switch {
	case b > 0x7f800000:
		return sign | 0x7e00
	case b >= 0x477ff000: // rounds to 2^16 or more
		return sign | 0x7c00
	case b < 0x38800000: // below the smallest normal: adding 0.5 rounds at 2^-24
		return sign | uint16(math.Float32bits(math.Float32frombits(b)+0.5)-0x3f000000)
	default:
		return sign | uint16((b+0xfff+(b>>13&1)-0x38000000)>>13)
	}
}

func bfloatToFloat(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }

// floatToBfloat rounds to the bits of the nearest bfloat16, ties to even.
func floatToBfloat(f float32) uint16 {
	b := math.Float32bits(f)
	if b&0x7fffffff > 0x7f800000 {
		return uint16(b>>16) | 0x40
	}
	return uint16((b + 0x7fff + b>>16&1) >> 16)
}

// floatToFP8 rounds to E4M3 (bias 7, largest 448, no infinities), saturating.
func floatToFP8(f float32) uint8 {
	const largest, smallestNormal = 543 << 21, 121 << 23
	b := math.Float32bits(f)
	sign := uint8(b >> 24 & 0x80)
	b &= 0x7fffffff
	switch {
	case b >= largest:
		return sign | 0x7e
	case b < smallestNormal: // adding 2^14 rounds at 2^-9
		return sign | uint8(math.Float32bits(math.Float32frombits(b)+0x1p14)-141<<23)
	default:
		return sign | uint8((b+0x7ffff+(b>>20&1)-120<<23)>>20)
	}
}

// fp8ToFloat converts E4M3. As in MLX, the code of NaN is 480.
func fp8ToFloat(v uint8) float32 {
	f := halfToFloat(uint16(v&0x7f)<<7) * 256
	if v&0x80 != 0 {
		return -f
	}
	return f
}
