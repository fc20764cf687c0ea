//go:build !amd64

package host

// dotsCodes tells whether there is vector code for products with n codes.
func dotsCodes(int, *packFormat) bool { return false }

// arrange returns x in the order in which qdot takes it.
func arrange(x []float32, _ *packFormat) []float32 { return x }

// qdot returns the sum over groups of scale times the dot product of x, as arrange
// returns it, with the group's values. w reaches that padding past the last code.
func qdot(x []float32, w []byte, scales []float32, groupSize int, f *packFormat) float32 {
	return qdotPortable(x, w, scales, groupSize, f)
}

// unpackScaled writes the values of the codes at the start of w, scaled and biased.
func unpackScaled(dst []float32, w []byte, scale, bias float32, f *packFormat) {
	unpackScaledPortable(dst, w, scale, bias, f)
}
