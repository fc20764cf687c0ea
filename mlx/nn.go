package mlx

import "math"

// Activations of mlx.nn.

// SiLU returns a*sigmoid(a).
func (a *Array) SiLU() *Array { return a.Multiply(a.Sigmoid()) }

// GELU returns a*Φ(a) with the error function.
func (a *Array) GELU() *Array {
	return a.Divide(math.Sqrt2).Erf().Add(1).Multiply(a).Divide(2)
}

// GELUApprox is GELU through tanh.
func (a *Array) GELUApprox() *Array {
	inner := a.Power(3).Multiply(0.044715).Add(a).Multiply(math.Sqrt(2 / math.Pi))
	return a.Multiply(0.5).Multiply(inner.Tanh().Add(1))
}

// GELUFastApprox is GELU as a*sigmoid(1.702a).
func (a *Array) GELUFastApprox() *Array { return a.Multiply(a.Multiply(1.702).Sigmoid()) }

// ReLU returns max(a, 0).
func (a *Array) ReLU() *Array { return a.Maximum(0) }

// ReLU2 returns the square of ReLU.
func (a *Array) ReLU2() *Array { return a.ReLU().Square() }

// ReLU6 returns ReLU cut at 6.
func (a *Array) ReLU6() *Array { return a.ReLU().Minimum(6.0) }

// LeakyReLU returns max(slope*a, a).
func (a *Array) LeakyReLU(slope float64) *Array { return a.Multiply(slope).Maximum(a) }

// ELU returns a where it is positive, else alpha*(exp(a)-1).
func (a *Array) ELU(alpha float64) *Array {
	return Where(a.Greater(0), a, a.Exp().Subtract(1).Multiply(alpha))
}

// SELU is the scaled ELU.
func (a *Array) SELU() *Array { return a.ELU(1.67326).Multiply(1.0507) }

// Softplus returns log(1+exp(a)).
func (a *Array) Softplus() *Array { return a.LogAddExp(0) }

// Softsign returns a/(1+|a|).
func (a *Array) Softsign() *Array { return a.Divide(a.Abs().Add(1)) }

// Mish returns a*tanh(softplus(a)).
func (a *Array) Mish() *Array { return a.Multiply(a.Softplus().Tanh()) }

// HardSwish returns a*min(max(a+3, 0), 6)/6.
func (a *Array) HardSwish() *Array {
	return a.Add(3).Maximum(0).Minimum(6).Multiply(a).Divide(6)
}

// LogSigmoid returns log(sigmoid(a)).
func (a *Array) LogSigmoid() *Array { return a.Negative().Softplus().Negative() }

// LogSoftmax returns log(softmax(a)) along an axis.
func (a *Array) LogSoftmax(axis int) *Array {
	x := a.Subtract(a.Max(KeepDims, axis))
	return x.Subtract(x.LogSumExp(KeepDims, axis))
}

// GLU halves an axis into x and g and returns x*sigmoid(g).
func (a *Array) GLU(axis int) *Array {
	parts := a.Split(2, axis)
	return parts[0].Multiply(parts[1].Sigmoid())
}
