package host

import (
	"math"

	"golang.org/x/sys/cpu"
)

var hasAVX512 = hasAVX2 && cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW

// A group has packs of eight codes.
//
//go:noescape
func qdotAVX2(x *float32, w *byte, scales *float32, groups, packs int, f *packFormat) float32

//go:noescape
func qdotAVX512(x *float32, w *byte, scales *float32, groups, packs int, f *packFormat) float32

// qdot4AVX2, qdot8AVX2 and qdot4AVX512 take x as arrange returns it. A scale holds for
// each blocks; the upper half of a block has that second bytes further on.
//
//go:noescape
func qdot4AVX2(x *float32, w *byte, scales *float32, blocks, each, second int) float32

//go:noescape
func qdot8AVX2(x *float32, w *byte, scales *float32, blocks, each, second int) float32

// A block has that many scales.
//
//go:noescape
func qdot4AVX512(x *float32, w *byte, scales *float32, blocks, some int, values *[256]float32) float32

//go:noescape
func unpackAVX2(dst *float32, w *byte, packs int, scale, bias float32, f *packFormat)

//go:noescape
func unpackValuesAVX2(dst *float32, w *byte, packs int, scale, bias float32, f *packFormat)

// blockWords returns of how many words the blocks are in which n codes are read, 0 if
// they are read one after the other.
func blockWords(n int, f *packFormat) int {
	switch {
	case hasAVX512 && f.bits == 4 && n%128 == 0:
		return 16
	case hasAVX2 && f.integer && (f.bits == 4 || f.bits == 8) && n*int(f.bits)%256 == 0:
		return 8
	default:
		return 0
	}
}

// dotsCodes tells whether there is vector code for products with n codes.
func dotsCodes(n int, f *packFormat) bool { return hasAVX2 && f.integer || blockWords(n, f) > 0 }

// arrange returns x in the order in which qdot takes it. Where codes are read in
// blocks, elements of one place in each of a block's words are neighbours; in blocks of
// eight words they are divided by the place's value.
func arrange(x []float32, f *packFormat) []float32 {
	words := blockWords(len(x), f)
	if words == 0 {
		return x
	}
	res := scratch[float32](len(x))
	places := 32 / int(f.bits)
	var factors [8]float32
	for place := range places {
		factors[place] = 1
		if words == 8 && place < places-1 {
			factors[place] = float32(math.Ldexp(1, -place*int(f.bits)))
		}
	}
	for block := 0; block < len(x); block += words * places {
		for place := range places {
			line := res[block+words*place:][:words]
			for word := range line {
				line[word] = x[block+word*places+place] * factors[place]
			}
		}
	}
	return res
}

// qdot returns the sum over groups of scale times the dot product of x, as arrange
// returns it, with the group's values. w reaches that padding past the last code.
func qdot(x []float32, w []byte, scales []float32, groupSize int, f *packFormat) float32 {
	words, bits := blockWords(len(x), f), int(f.bits)
	switch {
	case !dotsCodes(len(x), f) || len(scales) == 0:
		return qdotPortable(x, w, scales, groupSize, f)
	case words == 16:
		return qdot4AVX512(&x[0], &w[0], &scales[0], len(x)/128, 128/groupSize, &f.values)
	case words == 8:
		each, second := groupSize*bits/256, 0
		if each == 0 { // two groups a block
			each, second = 1, 4
		}
		dot := qdot4AVX2
		if bits == 8 {
			dot = qdot8AVX2
		}
		return dot(&x[0], &w[0], &scales[0], len(x)*bits/256, each, second)
	case hasAVX512:
		return qdotAVX512(&x[0], &w[0], &scales[0], len(scales), groupSize/8, f)
	default:
		return qdotAVX2(&x[0], &w[0], &scales[0], len(scales), groupSize/8, f)
	}
}

// unpackScaled writes the values of the codes at the start of w, scaled and biased.
func unpackScaled(dst []float32, w []byte, scale, bias float32, f *packFormat) {
	if !hasAVX2 || len(w) < len(dst)/8*int(f.bits)+padding {
		unpackScaledPortable(dst, w, scale, bias, f)
		return
	}
	unpack := unpackAVX2
	if !f.integer {
		unpack = unpackValuesAVX2
	}
	unpack(&dst[0], &w[0], len(dst)/8, scale, bias, f)
}
