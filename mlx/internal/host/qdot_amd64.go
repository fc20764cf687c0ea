package host

import "math"

//go:noescape
func qdotAVX2(x *float32, w *byte, scales *float32, groups, packs int, f *packFormat) float32

// qdot4AVX2 and qdot8AVX2 take x as planes arranges it. A scale holds for each
// blocks; the upper half of a block has that second bytes further on.
//
//go:noescape
func qdot4AVX2(x *float32, w *byte, scales *float32, blocks, each, second int) float32

//go:noescape
func qdot8AVX2(x *float32, w *byte, scales *float32, blocks, each, second int) float32

//go:noescape
func unpackAVX2(dst *float32, w *byte, packs int, scale, bias float32, f *packFormat)

// inBlocks tells whether n codes are read in blocks of eight words.
func inBlocks(n int, f *packFormat) bool {
	bits := int(f.size)
	return hasAVX2 && (bits == 4 || bits == 8) && n*bits%256 == 0
}

// arrange returns x in the order in which qdot takes it. Where codes are read in
// blocks, elements of one place in each of a block's words are neighbours, and
// divided by the place's value.
func arrange(x []float32, f *packFormat) []float32 {
	if !inBlocks(len(x), f) {
		return x
	}
	res := scratch[float32](len(x))
	places := 32 / int(f.size)
	var factors [8]float32
	for place := range places - 1 {
		factors[place] = float32(math.Ldexp(1, -place*int(f.size)))
	}
	factors[places-1] = 1
	for block := 0; block < len(x); block += 8 * places {
		for place := range places {
			line := res[block+8*place:][:8]
			for word := range line {
				line[word] = x[block+word*places+place] * factors[place]
			}
		}
	}
	return res
}

// qdot returns the sum over groups of scale times the dot product of x, as
// arrange returns it, with the group's codes. w reaches two bytes past the last
// pack.
func qdot(x []float32, w []byte, scales []float32, groupSize int, f *packFormat) float32 {
	switch bits := int(f.size); {
	case !hasAVX2 || len(scales) == 0:
		return qdotPortable(x, w, scales, groupSize, f)
	case inBlocks(len(x), f):
		each, second := groupSize*bits/256, 0
		if each == 0 { // two groups a block
			each, second = 1, 4
		}
		dot := qdot4AVX2
		if bits == 8 {
			dot = qdot8AVX2
		}
		return dot(&x[0], &w[0], &scales[0], len(x)*bits/256, each, second)
	default:
		return qdotAVX2(&x[0], &w[0], &scales[0], len(scales), groupSize/8, f)
	}
}

// unpackScaled writes the codes at the start of w, scaled and biased.
func unpackScaled(dst []float32, w []byte, scale, bias float32, f *packFormat) {
	if !hasAVX2 || len(w) < len(dst)/8*int(f.size)+padding {
		unpackScaledPortable(dst, w, scale, bias, f)
		return
	}
	unpackAVX2(&dst[0], &w[0], len(dst)/8, scale, bias, f)
}
