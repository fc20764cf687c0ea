package host

import (
	"math"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Attention computes one query at a time: scores, softmax, weighted values.
func (*Runtime) Attention(q, k, v core.Tensor, p core.AttentionParams) core.Tensor {
	query, key, value := q.(*tensor), k.(*tensor), v.(*tensor)
	if query.dtype == core.Float64 {
		a := attention[float64]{AttentionParams: p, dot: dotWide[float64], q: elems[float64](query.dense()), k: elems[float64](key.dense()), v: elems[float64](value.dense())}
		res := a.run(query.shape, key.shape, value.shape)
		return &tensor{dtype: core.Float64, shape: a.outShape, strides: core.RowStrides(a.outShape), data: core.AsBytes(res)}
	}
	dot := func(a, b []float32) float64 { return float64(dot32(a, b)) }
	a := attention[float32]{AttentionParams: p, dot: dot, q: floats(query), k: floats(key), v: floats(value)}
	res := a.run(query.shape, key.shape, value.shape)
	return fromFloats(query.dtype, a.outShape, res)
}

type attention[T float] struct {
	core.AttentionParams
	dot      func(a, b []T) float64
	q, k, v  []T
	outShape []int
}

func (a *attention[T]) run(q, k, v []int) []T {
	heads, length, dim := q[1], q[2], q[3]
	shared, keys, width := heads/k[1], k[2], v[3]
	a.outShape = []int{q[0], heads, length, width}
	out := scratch[T](core.NumElements(a.outShape))
	if keys == 0 {
		return out
	}
	sinks := values(a.Sinks)
	mask := newMask(a.Mask)
	parallel(q[0]*heads*length, max(1, (1<<14)/(keys*max(dim, 1))), func(lo, hi int) {
		scores, acc := make([]float64, keys), make([]float64, width)
		for r := lo; r < hi; r++ {
			head, at := r/length, r%length
			batch, h := head/heads, head%heads
			from := (batch*k[1] + h/shared) * keys
			last := keys
			if a.Causal {
				last = min(max(keys-length+at+1, 0), keys)
			}
			row := a.q[r*dim : (r+1)*dim]
			for j := range scores {
				scores[j] = math.Inf(-1)
				if j < last {
					scores[j] = a.dot(row, a.k[(from+j)*dim:(from+j+1)*dim]) * a.Scale
				}
			}
			mask.apply(scores, r)
			sink := math.Inf(-1)
			if sinks != nil {
				sink = sinks[h]
			}
			weights(scores, sink)
			clear(acc)
			for j, w := range scores {
				if w == 0 {
					continue
				}
				for i, x := range a.v[(from+j)*width : (from+j+1)*width] {
					acc[i] += w * float64(x)
				}
			}
			for i, x := range acc {
				out[r*width+i] = T(x)
			}
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
