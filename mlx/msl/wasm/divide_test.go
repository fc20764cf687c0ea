package wasm

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// The fixed-point quotient is that of a division, at the edges above all.
func TestReciprocal(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 20_000 {
		d := max(2, uint32(rng.Uint64()>>(32+rng.IntN(32))))
		if i < 31 {
			d = 2 << i
		}
		most := uint64(1)<<(1+rng.IntN(32)) - 1
		r := reciprocalOf(d, most, false)
		check := func(x uint64) {
			if x > most {
				return
			}
			q := x * uint64(r.factor) >> 32
			if r.add {
				q += (x - q) / 2
			}
			require.Equal(t, x/uint64(d), q>>r.shift, "%d / %d with %+v", x, d, r)
		}
		top := most / uint64(d) * uint64(d)
		for _, x := range []uint64{0, 1, uint64(d) - 1, uint64(d), most, top, max(top, 1) - 1, rng.Uint64N(most + 1)} {
			check(x)
		}
		// Signed: rounded down, and one more below zero.
		d = max(2, d>>1)
		r = reciprocalOf(d, 1<<31-1, true)
		require.False(t, r.add)
		x := int64(int32(rng.Uint32()))
		for _, x := range []int64{x, -1 << 31, 1<<31 - 1, x / int64(d) * int64(d), -int64(d), -int64(d) + 1, -1} {
			q := x * int64(r.factor) >> (32 + r.shift)
			if x < 0 {
				q++
			}
			require.Equal(t, x/int64(d), q, "%d / %d with %+v", x, d, r)
		}
	}
}
