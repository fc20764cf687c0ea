package host

//go:noescape
func qdotAVX2(x *float32, w *byte, scales *float32, groups, packs int, f *packFormat) float32

//go:noescape
func unpackAVX2(dst *float32, w *byte, packs int, scale, bias float32, f *packFormat)

// qdot returns the sum over groups of scale times the dot product of x with
// the group's codes. w reaches two bytes past the last pack.
func qdot(x []float32, w []byte, scales []float32, groupSize int, f *packFormat) float32 {
	if !hasAVX2 || len(scales) == 0 {
		return qdotPortable(x, w, scales, groupSize, f)
	}
	return qdotAVX2(&x[0], &w[0], &scales[0], len(scales), groupSize/8, f)
}

// unpackScaled writes the codes at the start of w, scaled and biased.
func unpackScaled(dst []float32, w []byte, scale, bias float32, f *packFormat) {
	if !hasAVX2 || len(w) < len(dst)/8*int(f.size)+padding {
		unpackScaledPortable(dst, w, scale, bias, f)
		return
	}
	unpackAVX2(&dst[0], &w[0], len(dst)/8, scale, bias, f)
}
