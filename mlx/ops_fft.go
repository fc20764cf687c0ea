package mlx

import "fmt"

// FFT returns the discrete Fourier transform along an axis, cut or padded with
// zeros to n elements; 0 takes them as they are.
func (a *Array) FFT(n, axis int) *Array { return a.fft("fft", n, axis, false) }

// IFFT is the inverse of FFT.
func (a *Array) IFFT(n, axis int) *Array {
	out := a.fft("ifft", n, axis, true)
	return out.Multiply(complex(1/float64(out.Dim(axis)), 0))
}

// RFFT returns the first n/2+1 values of the FFT of real elements.
func (a *Array) RFFT(n, axis int) *Array {
	a.refuseComplex("rfft")
	full := a.fft("rfft", n, axis, false)
	axis = normAxis("rfft", axis, a.NDim())
	return full.sliceAxis(axis, 0, full.Dim(axis)/2+1)
}

// IRFFT is the inverse of RFFT; n is the length of the real result, 0 for
// twice the axis less two.
func (a *Array) IRFFT(n, axis int) *Array {
	const op = "irfft"
	axis = normAxis(op, axis, a.NDim())
	if n == 0 {
		n = 2 * (a.Dim(axis) - 1)
	}
	if n < 1 {
		throw(op, BadArgument, "", fmt.Sprintf("cannot make %d elements", n), a.Shape())
	}
	half := a.AsType(Complex64).resizeAxis(axis, n/2+1)
	rest := half.sliceAxis(axis, 1, (n+1)/2).Flip(axis).Conjugate()
	return Concatenate([]*Array{half, rest}, axis).IFFT(0, axis).Real()
}

// FFT2 is FFT along two axes.
func (a *Array) FFT2(axis1, axis2 int) *Array { return a.FFT(0, axis1).FFT(0, axis2) }

// IFFT2 is IFFT along two axes.
func (a *Array) IFFT2(axis1, axis2 int) *Array { return a.IFFT(0, axis1).IFFT(0, axis2) }

func (a *Array) fft(op string, n, axis int, inverse bool) *Array {
	axis = normAxis(op, axis, a.NDim())
	if n == 0 {
		n = a.Dim(axis)
	}
	if n < 1 {
		throw(op, BadArgument, "", fmt.Sprintf("cannot transform %d elements", n), a.Shape())
	}
	x := a.AsType(Complex64).resizeAxis(axis, n).MoveAxis(axis, -1)
	return wrap(a.rt, a.rt.FFT(x.t, inverse)).MoveAxis(-1, axis)
}

// resizeAxis cuts an axis, or pads it with zeros, to n elements.
func (a *Array) resizeAxis(axis, n int) *Array {
	have := a.Dim(axis)
	if n <= have {
		return a.sliceAxis(axis, 0, n)
	}
	widths := make([][2]int, a.NDim())
	widths[axis][1] = n - have
	return a.Pad(0, widths...)
}
