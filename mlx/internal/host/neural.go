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

// mapRows computes each row of the last axis in float64.
func mapRows(t *tensor, f func(row []float64)) *tensor {
	return mapNumberedRows(t, func(_ int, row []float64) { f(row) })
}

// RMSNorm divides rows by their root mean square.
func (*Runtime) RMSNorm(x, weight core.Tensor, eps float64) core.Tensor {
	w := values(weight)
	return mapRows(x.(*tensor), func(row []float64) {
		s := 0.0
		for _, v := range row {
			s += v * v
		}
		scaleRow(row, 1/math.Sqrt(s/float64(len(row))+eps), w, nil)
	})
}

// LayerNorm normalises rows to mean 0 and variance 1.
func (*Runtime) LayerNorm(x, weight, bias core.Tensor, eps float64) core.Tensor {
	w, b := values(weight), values(bias)
	return mapRows(x.(*tensor), func(row []float64) {
		mean := sum(row) / float64(len(row))
		s := 0.0
		for i := range row {
			row[i] -= mean
			s += row[i] * row[i]
		}
		scaleRow(row, 1/math.Sqrt(s/float64(len(row))+eps), w, b)
	})
}

func scaleRow(row []float64, scale float64, w, b []float64) {
	for i := range row {
		row[i] *= scale
		if w != nil {
			row[i] *= w[i]
		}
		if b != nil {
			row[i] += b[i]
		}
	}
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
	row := func(r int, v []float64) {
		at := r % length
		if len(offsets) > 1 {
			at += r / (length * perBatch) * length
		}
		for i, turn := range turns[at*half : (at+1)*half] {
			a, b := i, i+half
			if p.Traditional {
				a, b = 2*i, 2*i+1
			}
			v[a], v[b] = v[a]*real(turn)-v[b]*imag(turn), v[a]*imag(turn)+v[b]*real(turn)
		}
	}
	return mapNumberedRows(t, row)
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

// mapNumberedRows is mapRows with the number of the row.
func mapNumberedRows(t *tensor, f func(r int, row []float64)) *tensor {
	if t.dtype == core.Float64 {
		return numberedRows(t, native[float64](), f)
	}
	return numberedRows(t, floatAccess(t.dtype), f)
}

func numberedRows[T float](t *tensor, a access[T], f func(r int, row []float64)) *tensor {
	m, _ := lastRows(t, len(t.shape)-1)
	out := alloc(t.dtype, t.shape)
	parallel(m.rows, max(1, (1<<12)/max(m.cols, 1)), func(lo, hi int) {
		buf, res, wide := make([]T, m.cols), make([]T, m.cols), make([]float64, m.cols)
		for r := lo; r < hi; r++ {
			for i, v := range loadRow(m, a, r, buf) {
				wide[i] = float64(v)
			}
			f(r, wide)
			dst := a.place(out, r*m.cols, m.cols, res)
			for i, v := range wide {
				dst[i] = T(v)
			}
			a.store(out, r*m.cols, dst)
		}
	})
	return out
}

// Hadamard multiplies rows by Sylvester's matrix.
func (*Runtime) Hadamard(x core.Tensor, scale float64) core.Tensor {
	return mapRows(x.(*tensor), func(row []float64) {
		for half := 1; half < len(row); half *= 2 {
			for i := 0; i < len(row); i += 2 * half {
				for j := i; j < i+half; j++ {
					a, b := row[j], row[j+half]
					row[j], row[j+half] = a+b, a-b
				}
			}
		}
		for i := range row {
			row[i] *= scale
		}
	})
}
