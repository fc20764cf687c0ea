package host

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestQdot compares the vector code and the portable code with the codes
// unpacked one by one.
func TestQdot(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, bits := range []int{2, 3, 4, 5, 6, 8} {
		for _, groupSize := range []int{32, 64, 128} {
			for _, groups := range []int{1, 3, 4} {
				n := groups * groupSize
				x, scales := make([]float32, n), []float32{1, -0.5, 2, -4}[:groups]
				for i := range x {
					x[i] = float32(rng.IntN(17) - 8)
				}
				w := make([]byte, n*bits/8+padding)
				for i := range w {
					w[i] = byte(rng.Uint32())
				}
				codes := make([]float32, n)
				for i := range codes { // bit by bit
					for b := range bits {
						at := i*bits + b
						codes[i] += float32(int(w[at/8]) >> (at % 8) & 1 << b)
					}
				}
				var want float32 // integers and halves: exact in any order
				for i, c := range codes {
					want += scales[i/groupSize] * x[i] * c
				}
				f := newPackFormat(bits)
				got := make([]float32, groupSize)
				for g, s := range scales {
					for _, unpack := range []func([]float32, []byte, float32, float32, *packFormat){unpackScaled, unpackScaledPortable} {
						unpack(got, w[g*groupSize*bits/8:n*bits/8], s, 0.25, f)
						for i, v := range got {
							require.Equal(t, s*codes[g*groupSize+i]+0.25, v)
						}
					}
				}
				require.Equal(t, want, qdot(arrange(x, f), w, scales, groupSize, f), "%d bits", bits)
				require.Equal(t, want, qdotPortable(x, w, scales, groupSize, f), "%d bits, portable", bits)
			}
		}
	}
}
