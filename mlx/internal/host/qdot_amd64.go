package host

import "golang.org/x/sys/cpu"

//go:noescape
func qdotAVX2(x *float32, w *byte, scales *float32, groups, packs int, f *packFormat) float32

var hasQdotAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasFMA

// qdot returns the sum over groups of scale times the dot product of x with
// the group's codes. w reaches two bytes past the last pack.
func qdot(x []float32, w []byte, scales []float32, groupSize int, f *packFormat) float32 {
	if !hasQdotAVX2 || len(scales) == 0 {
		return qdotPortable(x, w, scales, groupSize, f)
	}
	return qdotAVX2(&x[0], &w[0], &scales[0], len(scales), groupSize/8, f)
}
