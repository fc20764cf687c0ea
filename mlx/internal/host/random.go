package host

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// threefry is the Threefry 2x32 generator with 20 rounds.
func threefry(k0, k1, c0, c1 uint32) (uint32, uint32) {
	k2 := k0 ^ k1 ^ 0x1BD11BDA
	c0, c1 = evenRounds(c0+k0, c1+k1)
	c0, c1 = oddRounds(c0+k1, c1+k2+1)
	c0, c1 = evenRounds(c0+k2, c1+k0+2)
	c0, c1 = oddRounds(c0+k0, c1+k1+3)
	c0, c1 = evenRounds(c0+k1, c1+k2+4)
	return c0 + k2, c1 + k0 + 5
}

// evenRounds and oddRounds are each four of the twenty; their rotations are constants
// for the compiler's sake.
func evenRounds(x, y uint32) (uint32, uint32) {
	x, y = round(x, y, 13)
	x, y = round(x, y, 15)
	x, y = round(x, y, 26)
	return round(x, y, 6)
}

func oddRounds(x, y uint32) (uint32, uint32) {
	x, y = round(x, y, 17)
	x, y = round(x, y, 29)
	x, y = round(x, y, 16)
	return round(x, y, 24)
}

func round(x, y uint32, rotation int) (uint32, uint32) {
	x += y
	return x, bits.RotateLeft32(y, rotation) ^ x
}

// RandomBits fills the bytes of the result from counters 0, 1, …: word i of
// the first half of the words and word i of the second half come from one
// block. With an odd number of words the middle one takes the first half of a
// block of its own.
func (*Runtime) RandomBits(key core.Tensor, shape []int, width int) core.Tensor {
	dtype := map[int]core.DType{1: core.Uint8, 2: core.Uint16, 4: core.Uint32}[width]
	out := alloc(dtype, slices.Clone(shape))
	k := elems[uint32](key.(*tensor).dense())
	bytes := out.data
	words := (len(bytes) + 3) / 4
	put := func(word int, v uint32) {
		if 4*word+4 <= len(bytes) {
			binary.LittleEndian.PutUint32(bytes[4*word:], v)
			return
		}
		for at := 4 * word; at < len(bytes); at++ {
			bytes[at] = byte(v)
			v >>= 8
		}
	}
	half := words / 2
	odd := words % 2
	parallel(half, 1<<12, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			a, b := threefry(k[0], k[1], uint32(i), uint32(half+odd+i))
			put(i, a)
			put(half+odd+i, b)
		}
	})
	if odd == 1 {
		a, _ := threefry(k[0], k[1], uint32(half), 0)
		put(half, a)
	}
	return out
}
