package host

import (
	"math"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Attention computes blocks of queries: scores as a matrix product, softmax by
// rows, and the weighted values as another product.
func (*Runtime) Attention(q, k, v core.Tensor, p core.AttentionParams) core.Tensor {
	query, key, value := q.(*tensor), k.(*tensor), v.(*tensor)
	shape := []int{query.shape[0], query.shape[1], query.shape[2], value.shape[3]}
	if query.dtype == core.Float64 {
		a := attention[float64]{AttentionParams: p, mul: gemm64, q: elems[float64](query.dense()), k: elems[float64](key.dense()), v: elems[float64](value.dense())}
		res := a.run(query.shape, key.shape, value.shape)
		return &tensor{dtype: core.Float64, shape: shape, strides: core.RowStrides(shape), data: core.AsBytes(res)}
	}
	a := attention[float32]{AttentionParams: p, mul: gemm32, q: floats(query), k: floats(key), v: floats(value)}
	return fromFloats(query.dtype, shape, a.run(query.shape, key.shape, value.shape))
}

type attention[T float] struct {
	core.AttentionParams
	mul     gemm[T]
	q, k, v []T
}

// queryBlock is how many queries of a head are computed at a time.
const queryBlock = 64

func (a *attention[T]) run(q, k, v []int) []T {
	heads, length, dim := q[1], q[2], q[3]
	shared, keys, width := heads/k[1], k[2], v[3]
	out := scratch[T](q[0] * heads * length * width)
	if keys == 0 || len(out) == 0 {
		return out
	}
	sinks, mask := values(a.Sinks), newMask(a.Mask)
	blocks := (length + queryBlock - 1) / queryBlock
	parallel(q[0]*heads*blocks, 1, func(lo, hi int) {
		scores, row := make([]T, min(queryBlock, length)*keys), make([]float64, keys)
		for b := lo; b < hi; b++ {
			head, first := b/blocks, b%blocks*queryBlock
			n := min(queryBlock, length-first)
			batch, h := head/heads, head%heads
			from := (batch*k[1] + h/shared) * keys
			at := head*length + first // of the first query
			a.mul(scores, operand[T]{data: a.q[at*dim : (at+n)*dim]}, operand[T]{a.k[from*dim : (from+keys)*dim], true}, n, keys, dim)
			sink := math.Inf(-1)
			if sinks != nil {
				sink = sinks[h]
			}
			for i := range n {
				line := scores[i*keys : (i+1)*keys]
				for j, s := range line {
					row[j] = float64(s) * a.Scale
				}
				if a.Causal {
					for j := max(keys-length+first+i+1, 0); j < keys; j++ {
						row[j] = math.Inf(-1)
					}
				}
				mask.apply(row, at+i)
				weights(row, sink)
				for j, w := range row {
					line[j] = T(w)
				}
			}
			a.mul(out[at*width:(at+n)*width], operand[T]{data: scores[:n*keys]}, operand[T]{data: a.v[from*width : (from+keys)*width]}, n, width, keys)
		}
	})
	return out
}

// attentionMask holds a mask as rows of flags or of addends.
type attentionMask struct {
	flags []uint8
	add   []float64
}

func newMask(m core.Tensor) attentionMask {
	switch {
	case m == nil:
		return attentionMask{}
	case m.DType() == core.Bool:
		return attentionMask{flags: elems[uint8](m.(*tensor).dense())}
	default:
		return attentionMask{add: values(m)}
	}
}

// apply masks the scores of a query. As in MLX, a flag makes a score the lowest
// finite number, so that a query that sees nothing gets the mean of the values.
func (m attentionMask) apply(scores []float64, row int) {
	at := row * len(scores)
	for i := range scores {
		if m.flags != nil && m.flags[at+i] == 0 {
			scores[i] = -math.MaxFloat32
		}
		if m.add != nil {
			scores[i] += m.add[at+i]
		}
	}
}

// weights turns scores into a softmax in which the sink takes part.
func weights(scores []float64, sink float64) {
	hi := sink
	for _, s := range scores {
		hi = max(hi, s)
	}
	total := math.Exp(sink - hi)
	for i, s := range scores {
		scores[i] = math.Exp(s - hi)
		total += scores[i]
	}
	for i := range scores {
		scores[i] /= total
	}
}
