package mlx

import (
	"math"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// unary applies op in the array's own type.
func (a *Array) unary(op core.UnaryOp) *Array { return wrap(a.rt, a.rt.Unary(op, a.t)) }

// unaryFloat applies op in a floating-point or complex type.
func (a *Array) unaryFloat(op core.UnaryOp) *Array { return a.atLeastFloat().unary(op) }

// unaryReal is unaryFloat without complex numbers.
func (a *Array) unaryReal(name string, op core.UnaryOp) *Array {
	a.refuseComplex(name)
	return a.unaryFloat(op)
}

func (a *Array) refuseComplex(op string) {
	if a.DType().IsComplex() {
		throw(op, BadDType, "take Real, Imag or Abs first", "complex64 is not supported", a.Shape())
	}
}

// atLeastFloat converts integers and bool to float32.
func (a *Array) atLeastFloat() *Array { return a.AsType(atLeastFloat(a.DType())) }

func atLeastFloat(d DType) DType {
	if d.IsInexact() {
		return d
	}
	return Float32
}

// Abs returns |a|; of complex elements the magnitude as float32.
func (a *Array) Abs() *Array { return a.unary(core.Abs) }

// Negative returns -a.
func (a *Array) Negative() *Array {
	if a.DType() == Bool {
		throw("negative", BadDType, "use LogicalNot", "bool is not supported", a.Shape())
	}
	return a.unary(core.Negative)
}

// Sign returns -1, 0 or 1; of a NaN 0, as MLX does.
func (a *Array) Sign() *Array { return a.unary(core.Sign) }

// Square returns a*a.
func (a *Array) Square() *Array { return a.unary(core.Square) }

// Sqrt returns the square root.
func (a *Array) Sqrt() *Array { return a.unaryFloat(core.Sqrt) }

// Rsqrt returns 1/sqrt(a).
func (a *Array) Rsqrt() *Array { return a.unaryFloat(core.Rsqrt) }

// Reciprocal returns 1/a.
func (a *Array) Reciprocal() *Array { return a.unaryFloat(core.Reciprocal) }

// Exp returns e**a.
func (a *Array) Exp() *Array { return a.unaryFloat(core.Exp) }

// Expm1 returns e**a - 1, also near 0.
func (a *Array) Expm1() *Array { return a.unaryFloat(core.Expm1) }

// Log returns the natural logarithm.
func (a *Array) Log() *Array { return a.unaryFloat(core.Log) }

// Log2 returns the logarithm to base 2.
func (a *Array) Log2() *Array { return a.unaryFloat(core.Log2) }

// Log10 returns the logarithm to base 10.
func (a *Array) Log10() *Array { return a.unaryFloat(core.Log10) }

// Log1p returns log(1+a), also near 0.
func (a *Array) Log1p() *Array { return a.unaryFloat(core.Log1p) }

// Sin returns the sine.
func (a *Array) Sin() *Array { return a.unaryFloat(core.Sin) }

// Cos returns the cosine.
func (a *Array) Cos() *Array { return a.unaryFloat(core.Cos) }

// Tan returns the tangent.
func (a *Array) Tan() *Array { return a.unaryFloat(core.Tan) }

// Sinh returns the hyperbolic sine.
func (a *Array) Sinh() *Array { return a.unaryFloat(core.Sinh) }

// Cosh returns the hyperbolic cosine.
func (a *Array) Cosh() *Array { return a.unaryFloat(core.Cosh) }

// Tanh returns the hyperbolic tangent.
func (a *Array) Tanh() *Array { return a.unaryFloat(core.Tanh) }

// Arcsin returns the inverse sine.
func (a *Array) Arcsin() *Array { return a.unaryFloat(core.Arcsin) }

// Arccos returns the inverse cosine.
func (a *Array) Arccos() *Array { return a.unaryFloat(core.Arccos) }

// Arctan returns the inverse tangent.
func (a *Array) Arctan() *Array { return a.unaryFloat(core.Arctan) }

// Arcsinh returns the inverse hyperbolic sine.
func (a *Array) Arcsinh() *Array { return a.unaryReal("arcsinh", core.Arcsinh) }

// Arccosh returns the inverse hyperbolic cosine.
func (a *Array) Arccosh() *Array { return a.unaryReal("arccosh", core.Arccosh) }

// Arctanh returns the inverse hyperbolic tangent.
func (a *Array) Arctanh() *Array { return a.unaryReal("arctanh", core.Arctanh) }

// Erf returns the error function.
func (a *Array) Erf() *Array { return a.unaryReal("erf", core.Erf) }

// Erfinv returns the inverse of the error function.
func (a *Array) Erfinv() *Array { return a.unaryReal("erfinv", core.Erfinv) }

// Sigmoid returns 1/(1+exp(-a)).
func (a *Array) Sigmoid() *Array { return a.unaryReal("sigmoid", core.Sigmoid) }

// Floor rounds towards minus infinity.
func (a *Array) Floor() *Array { a.refuseComplex("floor"); return a.unary(core.Floor) }

// Ceil rounds towards infinity.
func (a *Array) Ceil() *Array { a.refuseComplex("ceil"); return a.unary(core.Ceil) }

// Round rounds to that many decimals, half to even.
func (a *Array) Round(decimals int) *Array {
	if decimals == 0 {
		return a.unary(core.Round)
	}
	scale := math.Pow(10, float64(decimals))
	scaled := a.atLeastFloat().Multiply(scale).unary(core.Round)
	return scaled.Multiply(1 / scale).AsType(a.DType())
}

// Degrees converts radians to degrees.
func (a *Array) Degrees() *Array { return a.atLeastFloat().Multiply(180 / math.Pi) }

// Radians converts degrees to radians.
func (a *Array) Radians() *Array { return a.atLeastFloat().Multiply(math.Pi / 180) }

// IsNaN tells where elements are NaN.
func (a *Array) IsNaN() *Array { return a.NotEqual(a) }

// IsInf tells where elements are infinite.
func (a *Array) IsInf() *Array {
	if a.DType().IsComplex() {
		return a.Real().IsInf().LogicalOr(a.Imag().IsInf())
	}
	return a.IsPosInf().LogicalOr(a.IsNegInf())
}

// IsPosInf tells where elements are +infinity.
func (a *Array) IsPosInf() *Array { return a.isValue(math.Inf(1)) }

// IsNegInf tells where elements are -infinity.
func (a *Array) IsNegInf() *Array { return a.isValue(math.Inf(-1)) }

func (a *Array) isValue(v float64) *Array {
	if !a.DType().IsInexact() {
		return FullOn(a.rt, a.Shape(), false, Bool)
	}
	return a.Equal(v)
}

// IsFinite tells where elements are neither infinite nor NaN.
func (a *Array) IsFinite() *Array { return a.IsInf().LogicalOr(a.IsNaN()).LogicalNot() }

// LogicalNot tells where elements are zero.
func (a *Array) LogicalNot() *Array { return a.AsType(Bool).unary(core.LogicalNot) }

// BitwiseInvert flips the bits of integers and bools.
func (a *Array) BitwiseInvert() *Array {
	if a.DType().IsInexact() {
		throw("bitwise_invert", BadDType, "use View to see a float's bits", "only integers and bool have bits: "+a.DType().String(), a.Shape())
	}
	return a.unary(core.BitwiseInvert)
}

// Real returns the real part.
func (a *Array) Real() *Array {
	if !a.DType().IsComplex() {
		return a
	}
	return a.unary(core.Real)
}

// Imag returns the imaginary part.
func (a *Array) Imag() *Array {
	if !a.DType().IsComplex() {
		return ZerosOn(a.rt, a.Shape(), a.DType())
	}
	return a.unary(core.Imag)
}

// Conjugate returns the complex conjugate.
func (a *Array) Conjugate() *Array {
	if !a.DType().IsComplex() {
		return a
	}
	return a.unary(core.Conjugate)
}

// NaNToNum replaces NaN by nan and infinities by the largest finite values.
func (a *Array) NaNToNum(nan float64) *Array {
	if !a.DType().IsInexact() {
		return a
	}
	most := map[DType]float64{Float16: 65504, Bfloat16: 0x1.fep127, Float32: math.MaxFloat32, Float64: math.MaxFloat64}[a.DType()]
	return a.NaNToNumWith(nan, most, -most)
}

// NaNToNumWith is NaNToNum with the values for the infinities.
func (a *Array) NaNToNumWith(nan, posinf, neginf float64) *Array {
	a.refuseComplex("nan_to_num")
	out := Where(a.IsNaN(), nan, a)
	out = Where(a.IsPosInf(), posinf, out)
	return Where(a.IsNegInf(), neginf, out)
}

// ToFP8 rounds to E4M3 and returns the bytes as uint8.
func (a *Array) ToFP8() *Array {
	if !a.DType().IsFloat() {
		throw("to_fp8", BadDType, "", "only floating-point types have an 8-bit form: "+a.DType().String(), a.Shape())
	}
	return a.unary(core.ToFP8)
}

// FromFP8 converts the E4M3 bytes of a uint8 array.
func (a *Array) FromFP8(to DType) *Array {
	if a.DType() != Uint8 {
		throw("from_fp8", BadDType, "", "8-bit floats are bytes of a uint8 array, not "+a.DType().String(), a.Shape())
	}
	return a.unary(core.FromFP8).AsType(to)
}

// AsType converts the elements: floats to integers truncate, anything but zero
// is true.
func (a *Array) AsType(to DType) *Array {
	if a.DType() == to {
		return a
	}
	return wrap(a.rt, a.rt.AsType(a.t, to))
}
