package host

import "math"

// Of erf there is a polynomial around each multiple of 1/16 up to 4, from where on its
// float32 is 1: that of the derivatives there, to 1e-13 of the value.
const (
	erfParts = 16
	erfEnd   = 4
)

var erfSeries = func() (series [erfParts*erfEnd + 1][8]float64) {
	for i := range series {
		c := float64(i) / erfParts
		// The derivatives are those of the first, 2/√π·exp(-x²), which are
		// Hermite's polynomials times it.
		h, before, factorial := 2/math.Sqrt(math.Pi)*math.Exp(-c*c), 0.0, 1.0
		series[i][0] = math.Erf(c)
		for n := 1; n < len(series[i]); n++ {
			factorial *= float64(n)
			series[i][n] = h / factorial
			h, before = -2*c*h-2*float64(n-1)*before, h
		}
	}
	return series
}()

func erf32(dst, src []float32) {
	for i, v := range src {
		x := math.Abs(float64(v))
		if !(x < erfEnd) {
			dst[i] = float32(math.Erf(float64(v))) // 1, -1 or NaN
			continue
		}
		part := int(x*erfParts + 0.5)
		s, d := &erfSeries[part], x-float64(part)/erfParts
		y := s[0] + d*(s[1]+d*(s[2]+d*(s[3]+d*(s[4]+d*(s[5]+d*(s[6]+d*s[7]))))))
		dst[i] = float32(math.Copysign(y, float64(v)))
	}
}
