//go:build !amd64

package host

// qdot returns the sum over groups of scale times the dot product of x with
// the group's codes. w reaches two bytes past the last pack.
func qdot(x []float32, w []byte, scales []float32, groupSize int, f *packFormat) float32 {
	return qdotPortable(x, w, scales, groupSize, f)
}
