package host

import (
	"math"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// values returns the row-major elements of a real floating-point tensor.
func values(x core.Tensor) []float64 {
	if x == nil {
		return nil
	}
	return elems[float64](convert(x.(*tensor), core.Float64).dense())
}

// RMSNorm divides rows by their root mean square.
func (*Runtime) RMSNorm(x, weight core.Tensor, eps float64) core.Tensor {
	if x.DType() == core.Float64 {
		return rmsNorm(x.(*tensor), native[float64](), values(weight), eps)
	}
	return rmsNorm(x.(*tensor), floatAccess(x.DType()), floatsOrNil(weight), eps)
}

func rmsNorm[T float](t *tensor, a access[T], w []T, eps float64) *tensor {
	return eachRow(t, a, func(_ int, dst, row []T) {
		normalize(dst, row, 0, dotWide(row, row), eps, w, nil)
	})
}

// LayerNorm normalises rows to mean 0 and variance 1.
func (*Runtime) LayerNorm(x, weight, bias core.Tensor, eps float64) core.Tensor {
	if x.DType() == core.Float64 {
		return layerNorm(x.(*tensor), native[float64](), values(weight), values(bias), eps)
	}
	return layerNorm(x.(*tensor), floatAccess(x.DType()), floatsOrNil(weight), floatsOrNil(bias), eps)
}

func layerNorm[T float](t *tensor, a access[T], w, b []T, eps float64) *tensor {
	return eachRow(t, a, func(_ int, dst, row []T) {
		mean := sum(row) / float64(len(row))
		normalize(dst, row, mean, squaredDistances(row, mean), eps, w, b)
	})
}

// squaredDistances adds up in two sums: one would wait for itself.
func squaredDistances[T float](row []T, mean float64) float64 {
	var even, odd float64
	i := 0
	for ; i+2 <= len(row); i += 2 {
		a, b := float64(row[i])-mean, float64(row[i+1])-mean
		even += a * a
		odd += b * b
	}
	if i < len(row) {
		a := float64(row[i]) - mean
		even += a * a
	}
	return even + odd
}

// normalize divides what is above the mean by the root of the mean of the squares,
// whose sum is given, multiplies by w and adds b, if there are such.
func normalize[T float](dst, row []T, mean, squares, eps float64, w, b []T) {
	scale := 1 / math.Sqrt(squares/float64(len(row))+eps)
	for i, v := range row {
		x := (float64(v) - mean) * scale
		if w != nil {
			x *= float64(w[i])
		}
		if b != nil {
			x += float64(b[i])
		}
		dst[i] = T(x)
	}
}

func floatsOrNil(x core.Tensor) []float32 {
	if x == nil {
		return nil
	}
	return floats(x.(*tensor))
}

// RoPE rotates pairs of the last axis. Angles are float32 as in MLX, float64
// for float64 elements.
func (*Runtime) RoPE(x core.Tensor, p core.RoPEParams) core.Tensor {
	t := x.(*tensor)
	n := len(t.shape)
	length, half := t.shape[n-2], p.Dims/2
	freqs := inverseFrequencies(p, half, t.dtype)
	offsets := values(p.Offset)
	perBatch := core.NumElements(t.shape[1 : n-2])
	turns := make([]complex128, len(offsets)*length*half) // which all heads share
	parallel(len(offsets)*length, max(1, (1<<8)/max(half, 1)), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			position := (float64(r%length) + offsets[r/length]) * p.Scale
			for i, f := range freqs {
				theta := position * f
				if t.dtype != core.Float64 {
					theta = float64(float32(float32(position) * float32(f)))
				}
				sin, cos := math.Sincos(theta)
				turns[r*half+i] = complex(cos, sin)
			}
		}
	})
	turn := func(r int) []complex128 {
		at := r % length
		if len(offsets) > 1 {
			at += r / (length * perBatch) * length
		}
		return turns[at*half : (at+1)*half]
	}
	if t.dtype == core.Float64 {
		return rotate(t, native[float64](), turn, p.Traditional)
	}
	return rotate(t, floatAccess(t.dtype), turn, p.Traditional)
}

// rotate multiplies pairs of a row, as complex numbers, by its turns.
func rotate[T float](t *tensor, a access[T], turnsOf func(r int) []complex128, adjacent bool) *tensor {
	return eachRow(t, a, func(r int, dst, row []T) {
		copy(dst, row)
		turns := turnsOf(r)
		for i, turn := range turns {
			x, y := i, i+len(turns)
			if adjacent {
				x, y = 2*i, 2*i+1
			}
			v, w := float64(row[x]), float64(row[y])
			dst[x], dst[y] = T(v*real(turn)-w*imag(turn)), T(v*imag(turn)+w*real(turn))
		}
	})
}

func inverseFrequencies(p core.RoPEParams, half int, dtype core.DType) []float64 {
	if p.Freqs != nil {
		inv := values(p.Freqs)
		for i, f := range inv {
			inv[i] = 1 / f
			if dtype != core.Float64 {
				inv[i] = float64(float32(inv[i]))
			}
		}
		return inv
	}
	inv := make([]float64, half)
	for i := range inv {
		if dtype == core.Float64 {
			inv[i] = math.Pow(p.Base, -float64(i)/float64(half))
			continue
		}
		step := float32(math.Log(p.Base)) / float32(half)
		inv[i] = float64(float32(math.Exp(float64(float32(-float32(i) * step)))))
	}
	return inv
}

// eachRow computes each row of the last axis from that of t.
func eachRow[T float](t *tensor, a access[T], f func(r int, dst, row []T)) *tensor {
	m, _ := lastRows(t, len(t.shape)-1)
	out := alloc(t.dtype, t.shape)
	parallel(m.rows, max(1, (1<<12)/max(m.cols, 1)), func(lo, hi int) {
		buf, res := make([]T, m.cols), make([]T, m.cols)
		for r := lo; r < hi; r++ {
			dst := a.place(out, r*m.cols, m.cols, res)
			f(r, dst, loadRow(m, a, r, buf))
			a.store(out, r*m.cols, dst)
		}
	})
	return out
}

// Hadamard multiplies rows by Sylvester's matrix.
func (*Runtime) Hadamard(x core.Tensor, scale float64) core.Tensor {
	if x.DType() == core.Float64 {
		return hadamard(x.(*tensor), native[float64](), scale)
	}
	return hadamard(x.(*tensor), floatAccess(x.DType()), scale)
}

func hadamard[T float](t *tensor, a access[T], scale float64) *tensor {
	return eachRow(t, a, func(_ int, dst, row []T) {
		wide, release := borrow[float64](len(row))
		defer release()
		for i, v := range row {
			wide[i] = float64(v)
		}
		for half := 1; half < len(wide); half *= 2 {
			for i := 0; i < len(wide); i += 2 * half {
				for j := i; j < i+half; j++ {
					a, b := wide[j], wide[j+half]
					wide[j], wide[j+half] = a+b, a-b
				}
			}
		}
		for i, v := range wide {
			dst[i] = T(v * scale)
		}
	})
}
