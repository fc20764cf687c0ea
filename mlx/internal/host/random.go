package host

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// threefry is the Threefry 2x32 generator with 20 rounds.
func threefry(k0, k1, c0, c1 uint32) (uint32, uint32) {
	rotations := [2][4]int{{13, 15, 26, 6}, {17, 29, 16, 24}}
	keys := [3]uint32{k0, k1, k0 ^ k1 ^ 0x1BD11BDA}
	c0, c1 = c0+keys[0], c1+keys[1]
	for i := range 5 {
		for _, r := range rotations[i%2] {
			c0 += c1
			c1 = bits.RotateLeft32(c1, r) ^ c0
		}
		c0 += keys[(i+1)%3]
		c1 += keys[(i+2)%3] + uint32(i) + 1
	}
	return c0, c1
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
		var b [4]byte
		binary.LittleEndian.PutUint32(b[:], v)
		copy(bytes[4*word:], b[:])
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
