//go:build !amd64

package host

// arrange returns x in the order in which qdot takes it.
func arrange(x []float32, _ *packFormat) []float32 { return x }

// qdot returns the sum over groups of scale times the dot product of x, as
// arrange returns it, with the group's codes. w reaches two bytes past the last
// pack.
func qdot(x []float32, w []byte, scales []float32, groupSize int, f *packFormat) float32 {
	return qdotPortable(x, w, scales, groupSize, f)
}

// unpackScaled writes the codes at the start of w, scaled and biased.
func unpackScaled(dst []float32, w []byte, scale, bias float32, f *packFormat) {
	unpackScaledPortable(dst, w, scale, bias, f)
}
