package gpu

import "math"

// Exp is the exponential of x.
func Exp[F Float](x F) F { return F(math.Exp(float64(x))) }

// Exp2 is the power of two of x.
func Exp2[F Float](x F) F { return F(math.Exp2(float64(x))) }

// Log is the natural logarithm of x.
func Log[F Float](x F) F { return F(math.Log(float64(x))) }

// Log2 is the logarithm to base 2 of x.
func Log2[F Float](x F) F { return F(math.Log2(float64(x))) }

// Log10 is the logarithm to base 10 of x.
func Log10[F Float](x F) F { return F(math.Log10(float64(x))) }

// Sqrt is the square root of x.
func Sqrt[F Float](x F) F { return F(math.Sqrt(float64(x))) }

// Sin is the sine of x.
func Sin[F Float](x F) F { return F(math.Sin(float64(x))) }

// Cos is the cosine of x.
func Cos[F Float](x F) F { return F(math.Cos(float64(x))) }

// Tan is the tangent of x.
func Tan[F Float](x F) F { return F(math.Tan(float64(x))) }

// Asin is the arc sine of x.
func Asin[F Float](x F) F { return F(math.Asin(float64(x))) }

// Acos is the arc cosine of x.
func Acos[F Float](x F) F { return F(math.Acos(float64(x))) }

// Atan is the arc tangent of x.
func Atan[F Float](x F) F { return F(math.Atan(float64(x))) }

// Sinh is the hyperbolic sine of x.
func Sinh[F Float](x F) F { return F(math.Sinh(float64(x))) }

// Cosh is the hyperbolic cosine of x.
func Cosh[F Float](x F) F { return F(math.Cosh(float64(x))) }

// Tanh is the hyperbolic tangent of x.
func Tanh[F Float](x F) F { return F(math.Tanh(float64(x))) }

// Floor is the largest integer not above x.
func Floor[F Float](x F) F { return F(math.Floor(float64(x))) }

// Ceil is the smallest integer not below x.
func Ceil[F Float](x F) F { return F(math.Ceil(float64(x))) }

// Trunc is the integer part of x.
func Trunc[F Float](x F) F { return F(math.Trunc(float64(x))) }

// Round is x rounded to an integer, halves away from zero.
func Round[F Float](x F) F { return F(math.Round(float64(x))) }

// Rint is x rounded to an integer, halves to even.
func Rint[F Float](x F) F { return F(math.RoundToEven(float64(x))) }

// Rsqrt is one over the square root of x.
func Rsqrt[F Float](x F) F { return F(1 / math.Sqrt(float64(x))) }

// Pow is x to the power y.
func Pow[F Float](x, y F) F { return F(math.Pow(float64(x), float64(y))) }

// Atan2 is the angle of the point (x, y).
func Atan2[F Float](y, x F) F { return F(math.Atan2(float64(y), float64(x))) }

// Fmod is the remainder of x / y, with the sign of x.
func Fmod[F Float](x, y F) F { return F(math.Mod(float64(x), float64(y))) }

// FMA is x*y + z, rounded once.
func FMA[F Float](x, y, z F) F { return F(math.FMA(float64(x), float64(y), float64(z))) }

// IsNaN reports whether x is not a number.
func IsNaN[F Float](x F) bool { return x != x }

// Abs is x without its sign.
func Abs[N ~float32 | ~int | ~int8 | ~int16 | ~int32 | ~int64](x N) N { return max(x, -x) }

// Max is the larger of x and y. Of a NaN and a number it is the number.
func Max[N Number](x, y N) N {
	if x < y || x != x {
		return y
	}
	return x
}

// Min is the smaller of x and y. Of a NaN and a number it is the number.
func Min[N Number](x, y N) N {
	if y < x || x != x {
		return y
	}
	return x
}

// Clamp is x limited to low and high; low is at most high.
func Clamp[N Number](x, low, high N) N { return Min(Max(x, low), high) }
