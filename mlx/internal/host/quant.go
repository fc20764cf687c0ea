package host

import (
	"math"
	"slices"
	"sync"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// fp4 holds the values of E2M1 by code.
var fp4 = [16]float32{0, 0.5, 1, 1.5, 2, 3, 4, 6, float32(math.Copysign(0, -1)), -0.5, -1, -1.5, -2, -3, -4, -6}

// packed is a batch of quantized matrices.
type packed struct {
	core.Quantization
	batch      []int
	rows, cols int
	bytes      []byte // rows one after the other
	scales     factors
	biases     factors // of Affine
	format     *packFormat
}

func newPacked(w, scales, biases core.Tensor, q core.Quantization) packed {
	t := w.(*tensor).dense()
	n := len(t.shape)
	p := packed{Quantization: q, batch: t.shape[:n-2], rows: t.shape[n-2], cols: t.shape[n-1] * 32 / q.Bits, bytes: t.raw()}
	s := scales.(*tensor).dense()
	p.biases = factors{one: func(int) float32 { return negativeZero }}
	switch q.Mode {
	case core.Affine:
		p.scales, p.biases = floatFactors(s), floatFactors(biases.(*tensor).dense())
		p.format = affineFormats()[q.Bits]
	case core.NVFP4:
		p.scales, p.format = byteFactors(s, &fp8Format.values), fp4Format
	case core.MXFP4:
		p.scales, p.format = byteFactors(s, &e8m0Values), fp4Format
	default:
		p.scales, p.format = byteFactors(s, &e8m0Values), fp8Format
	}
	return p
}

// negativeZero changes nothing that it is added to.
var negativeZero = float32(math.Copysign(0, -1))

var (
	affineFormats = sync.OnceValue(func() (formats [9]*packFormat) {
		for bits := 2; bits < len(formats); bits++ {
			formats[bits] = newPackFormat(bits, func(code uint8) float32 { return float32(code) })
		}
		return formats
	})
	fp4Format = newPackFormat(4, func(code uint8) float32 { return fp4[code] })
	fp8Format = newPackFormat(8, fp8ToFloat)
)

// factors reads what groups are scaled by, or what is added to them, where it
// lies: a product of one row has no time to convert all first.
type factors struct {
	one func(i int) float32
	// some returns n from i on. It may use buf or return the tensor's memory.
	some func(i, n int, buf []float32) []float32
}

func floatFactors(t *tensor) factors {
	t = narrow(t)
	acc := floatAccess(t.dtype)
	f := factors{some: func(i, n int, buf []float32) []float32 { return acc.load(t, t.offset+i, 1, n, buf) }}
	switch t.dtype {
	case core.Float16:
		all := elems[uint16](t)
		f.one = func(i int) float32 { return halfToFloat(all[i]) }
	case core.Bfloat16:
		all := elems[uint16](t)
		f.one = func(i int) float32 { return bfloatToFloat(all[i]) }
	default:
		all := elems[float32](t)
		f.one = func(i int) float32 { return all[i] }
	}
	return f
}

func byteFactors(t *tensor, values *[256]float32) factors {
	all := t.raw()
	return factors{func(i int) float32 { return values[all[i]] }, func(i, n int, buf []float32) []float32 {
		for j, v := range all[i : i+n] {
			buf[j] = values[v]
		}
		return buf[:n]
	}}
}

var e8m0Values = newPackFormat(8, e8m0ToFloat).values

// e8m0ToFloat is 2^(v-127), NaN for 255.
func e8m0ToFloat(v uint8) float32 {
	if v == 0xff {
		return float32(math.NaN())
	}
	return float32(math.Ldexp(1, int(v)-127))
}

// groups returns how many groups a row has.
func (p *packed) groups() int { return p.cols / p.GroupSize }

// part decodes and scales whole groups of a row, from that of an element on.
// Rows count through the batch.
func (p *packed) part(row, from int, dst []float32) {
	at := (row*p.cols + from) / p.GroupSize
	size := p.GroupSize * p.Bits / 8
	for g := range len(dst) / p.GroupSize {
		unpackScaled(dst[g*p.GroupSize:(g+1)*p.GroupSize], p.bytes[(at+g)*size:], p.scales.one(at+g), p.biases.one(at+g), p.format)
	}
}

// Dequantize unpacks.
func (*Runtime) Dequantize(w, scales, biases core.Tensor, q core.Quantization, to core.DType) core.Tensor {
	p := newPacked(w, scales, biases, q)
	shape := slices.Concat(p.batch, []int{p.rows, p.cols})
	res := scratch[float32](core.NumElements(shape))
	parallel(len(res)/max(p.cols, 1), max(1, (1<<12)/max(p.cols, 1)), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			p.part(r, 0, res[r*p.cols:(r+1)*p.cols])
		}
	})
	if to == core.Float64 {
		return convert(fromFloats(core.Float32, shape, res), to)
	}
	return fromFloats(to, shape, res)
}

// QuantizedMatmul multiplies by a packed matrix.
func (rt *Runtime) QuantizedMatmul(x, w, scales, biases core.Tensor, transpose bool, q core.Quantization) core.Tensor {
	t := x.(*tensor)
	p := newPacked(w, scales, biases, q)
	n := len(t.shape)
	outCols := p.cols
	if transpose {
		outCols = p.rows
	}
	if core.NumElements(p.batch) == 1 {
		m := core.NumElements(t.shape[:n-1])
		res := p.product(floats(narrow(t)), 0, m, transpose)
		return widen(fromFloats(narrowType(t.dtype), slices.Concat(t.shape[:n-1], []int{outCols}), res), t.dtype)
	}
	batch, _ := core.BroadcastShapes(t.shape[:n-2], p.batch)
	index := &tensor{shape: p.batch, strides: core.RowStrides(p.batch)}
	picked := make([]int, core.NumElements(batch))
	walk(batch, broadcastStrides(index, batch), func(i, at int) { picked[i] = at })
	return p.products(t, batchOffsets(t, batch), picked, batch, transpose)
}

// GatherQuantizedMatmul multiplies matrices picked by index.
func (*Runtime) GatherQuantizedMatmul(x, w, scales, biases, lhs, rhs core.Tensor, transpose bool, q core.Quantization) core.Tensor {
	t := x.(*tensor)
	p := newPacked(w, scales, biases, q)
	picked := make([]int, rhs.(*tensor).size())
	for i, v := range elems[uint32](rhs.(*tensor).dense()) {
		picked[i] = int(v)
	}
	return p.products(t, pickedOffsets(t, lhs.(*tensor)), picked, lhs.Shape(), transpose)
}

// narrowType is what quantized products are computed from: float64 goes
// through float32, the type of the decoded elements.
func narrowType(d core.DType) core.DType {
	if d == core.Float64 {
		return core.Float32
	}
	return d
}

func narrow(t *tensor) *tensor { return convert(t, narrowType(t.dtype)) }

func widen(t *tensor, d core.DType) *tensor { return convert(t, d) }

// products multiplies pairs: matrices of x at offsets with packed ones.
func (p *packed) products(x *tensor, offsets, picked []int, batch []int, transpose bool) *tensor {
	n := len(x.shape)
	m := x.shape[n-2]
	outCols := p.cols
	if transpose {
		outCols = p.rows
	}
	res := scratch[float32](len(offsets) * m * outCols)[:0]
	for i, off := range offsets {
		one := *x
		one.shape, one.strides, one.offset = x.shape[n-2:], x.strides[n-2:], off
		res = append(res, p.product(floats(narrow(&one)), picked[i], m, transpose)...)
	}
	return widen(fromFloats(narrowType(x.dtype), slices.Concat(batch, []int{m, outCols}), res), x.dtype)
}

// fewPacked is fewRows for packed matrices, which take longer to pack again than to
// unpack for each of so many rows.
const fewPacked = 24

// product multiplies m rows of x by matrix which of the batch.
func (p *packed) product(x []float32, which, m int, transpose bool) []float32 {
	first := which * p.rows
	if transpose && m <= fewPacked {
		return p.productFew(x, first, m)
	}
	n, k := p.cols, p.rows
	if transpose {
		n, k = k, n
	}
	res := scratch[float32](m * n)
	if m*n*k == 0 {
		return res
	}
	rows := denseOperand(x, k)
	if transpose {
		gemm(&kernel32, res, operand[float32](rows), packedRows{p, first}, m, n, k)
		return res
	}
	w := scratch[float32](p.rows * p.cols)
	parallel(p.rows, max(1, (1<<12)/max(p.cols, 1)), func(lo, hi int) {
		for r := lo; r < hi; r++ {
			p.part(first+r, 0, w[r*p.cols:(r+1)*p.cols])
		}
	})
	cols := denseOperand(w, n)
	cols.vector, cols.depth = cols.depth, cols.vector
	gemm(&kernel32, res, operand[float32](rows), cols, m, n, k)
	return res
}

// packedRows has the rows of a quantized matrix, from first on, as vectors.
type packedRows struct {
	*packed
	first int
}

func (p packedRows) panel(dst []float32, width, vector, n, from, depth int, buf []float32) {
	if n < width {
		clear(dst)
	}
	for i := 0; i < n; i += 4 {
		lines := [4][]float32{}
		some := min(4, n-i)
		for j := range some {
			lines[j] = buf[j*depth : (j+1)*depth]
			p.part(p.first+vector+i+j, from, lines[j])
		}
		interleave(dst[i:], width, lines[:some]...)
	}
}

// productFew multiplies rows of x by rows of the matrix. A group's dot product is its
// scale times that with the codes' values, plus its bias times the sum of x.
func (p *packed) productFew(x []float32, first, m int) []float32 {
	res := make([]float32, m*p.rows)
	if !dotsCodes(p.cols, p.format) && (m > 1 || vectorDot != nil) { // what is decoded serves all rows of x
		parallel(p.rows, max(1, (1<<13)/max(p.cols, 1)), func(lo, hi int) {
			line := make([]float32, p.cols)
			for r := lo; r < hi; r++ {
				p.part(first+r, 0, line)
				for i := range m {
					res[i*p.rows+r] = dot32(x[i*p.cols:(i+1)*p.cols], line)
				}
			}
		})
		return res
	}
	groups, size := p.groups(), p.cols*p.Bits/8
	sums := make([]float32, m*groups)
	if p.Mode == core.Affine {
		for g := range sums {
			sums[g] = float32(sum(x[g*p.GroupSize : (g+1)*p.GroupSize]))
		}
	}
	vectors := make([][]float32, m)
	for i := range vectors {
		vectors[i] = arrange(x[i*p.cols:(i+1)*p.cols], p.format)
	}
	parallel(p.rows, max(1, (1<<14)/max(p.cols, 1)), func(lo, hi int) {
		padded, buf := make([]byte, size+padding), make([]float32, 2*groups)
		for r := lo; r < hi; r++ {
			at := (first + r) * size
			line := p.bytes[at:]
			if len(line) < size+padding { // the last row
				copy(padded, line)
				line = padded
			}
			s := p.scales.some((first+r)*groups, groups, buf)
			for i, v := range vectors {
				res[i*p.rows+r] = qdot(v, line, s, p.GroupSize, p.format)
			}
			if p.Mode == core.Affine {
				b := p.biases.some((first+r)*groups, groups, buf[groups:])
				for i := range m {
					res[i*p.rows+r] += dot32(b, sums[i*groups:(i+1)*groups])
				}
			}
		}
	})
	return res
}
