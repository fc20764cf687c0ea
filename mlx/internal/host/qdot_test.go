package host

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestQdot compares the vector code and the portable code with the codes
// unpacked one by one.
func TestQdot(t *testing.T) {
	for _, bits := range []int{2, 3, 4, 5, 6, 8} {
		for _, groupSize := range []int{32, 64, 128} {
			testQdot(t, affineFormats()[bits], groupSize)
		}
	}
	for _, groupSize := range []int{16, 32} {
		testQdot(t, fp4Format, groupSize)
	}
}

func testQdot(t *testing.T, f *packFormat, groupSize int) {
	rng := rand.New(rand.NewPCG(1, 2))
	bits := int(f.bits)
	for _, groups := range []int{1, 3, 4, 8, 16} {
		n := groups * groupSize
		x, scales := make([]float32, n), make([]float32, groups)
		for i := range x {
			x[i] = float32(rng.IntN(17) - 8)
		}
		for i := range scales {
			scales[i] = []float32{1, -0.5, 2, -4}[rng.IntN(4)]
		}
		w := make([]byte, n*bits/8+padding)
		for i := range w {
			w[i] = byte(rng.Uint32())
		}
		values := make([]float32, n)
		for i := range values { // bit by bit
			code := 0
			for b := range bits {
				at := i*bits + b
				code += int(w[at/8]) >> (at % 8) & 1 << b
			}
			values[i] = f.values[code]
		}
		var want float32 // integers and halves: exact in any order
		for i, c := range values {
			want += scales[i/groupSize] * x[i] * c
		}
		got := make([]float32, groupSize)
		for g, s := range scales {
			for _, unpack := range []func([]float32, []byte, float32, float32, *packFormat){unpackScaled, unpackScaledPortable} {
				unpack(got, w[g*groupSize*bits/8:n*bits/8], s, 0.25, f)
				for i, v := range got {
					require.Equal(t, s*values[g*groupSize+i]+0.25, v)
				}
			}
		}
		require.Equal(t, want, qdot(arrange(x, f), w, scales, groupSize, f), "%d groups of %d, %d bits", groups, groupSize, bits)
		require.Equal(t, want, qdotPortable(x, w, scales, groupSize, f), "%d groups of %d, %d bits, portable", groups, groupSize, bits)
	}
}
