package host

import (
	"math"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Attention computes blocks of queries: scores as a matrix product, softmax by
// rows, and the weighted values as another product.
func (*Runtime) Attention(q, k, v core.Tensor, p core.AttentionParams) core.Tensor {
	query := q.(*tensor)
	shape := []int{query.shape[0], query.shape[1], query.shape[2], v.Shape()[3]}
	if query.dtype == core.Float64 {
		res := attend(query, k.(*tensor), v.(*tensor), p, native[float64](), &kernel64, exp64)
		return &tensor{dtype: core.Float64, shape: shape, strides: core.RowStrides(shape), data: core.AsBytes(res)}
	}
	return fromFloats(query.dtype, shape, attend(query, k.(*tensor), v.(*tensor), p, floatAccess(query.dtype), &kernel32, exp32))
}

// queryBlock is how many queries are computed at a time: of a head, or all of the heads
// that share keys, which are read once then.
const queryBlock = 64

func attend[T float](q, k, v *tensor, p core.AttentionParams, acc access[T], kern *kernel[T], exp exponentials[T]) []T {
	heads, length, dim := q.shape[1], q.shape[2], q.shape[3]
	shared, keys, width := heads/k.shape[1], k.shape[2], v.shape[3]
	out := scratch[T](q.shape[0] * heads * length * width)
	if keys == 0 || len(out) == 0 {
		return out
	}
	sinks, mask := values(p.Sinks), newMask[T](p.Mask)
	blocks := (length + queryBlock - 1) / queryBlock
	together := 1 // heads
	if shared*length <= queryBlock {
		together = shared
	}
	parallel(q.shape[0]*heads/together*blocks, 1, func(lo, hi int) {
		scores, release := borrow[T](min(queryBlock, together*length) * keys)
		defer release()
		scaled, release := borrow[T](min(queryBlock, together*length) * dim)
		defer release()
		for b := lo; b < hi; b++ {
			head, first := b/blocks*together, b%blocks*queryBlock
			each := min(queryBlock, length-first) // queries of a head
			n := each * together
			batch, h := head/heads, head%heads
			at := head*length + first // of the first query
			seen := keys              // by some query of the block
			if p.Causal {
				seen = min(max(keys-length+first+each, 1), keys)
			}
			for i := range together {
				query := rowsOf(q, q.offset+batch*q.strides[0]+(h+i)*q.strides[1]+first*q.strides[2], acc)
				query.copyTo(scaled[i*each*dim:], each, dim)
			}
			scaleBy(scaled[:n*dim], T(p.Scale))
			key := rowsOf(k, k.offset+batch*k.strides[0]+h/shared*k.strides[1], acc)
			value := columnsOf(v, v.offset+batch*v.strides[0]+h/shared*v.strides[1], acc)
			multiply(kern, scores, denseOperand(scaled, dim), key, n, seen, dim)
			var totals [queryBlock]T
			for i := range n {
				line := scores[i*seen : (i+1)*seen]
				sink := T(math.Inf(-1))
				if sinks != nil {
					sink = T(sinks[h+i/each])
				}
				if p.Causal {
					for j := max(keys-length+first+i%each+1, 0); j < seen; j++ {
						line[j] = T(math.Inf(-1))
					}
				}
				mask.apply(line, (at+i)*keys)
				totals[i] = exp.replace(line, sink)
			}
			res := out[at*width : (at+n)*width]
			multiply(kern, res, denseOperand(scores, seen), value, n, width, seen)
			for i := range n {
				scaleBy(res[i*width:(i+1)*width], 1/totals[i])
			}
		}
	})
	return out
}

// exponentials are the two passes of a softmax over a row.
type exponentials[T float] struct {
	largest func([]T) T
	sum     func(row []T, hi T) T
}

var (
	exp32 = exponentials[float32]{largest32, expSum32}
	exp64 = exponentials[float64]{largest[float64], expSum[float64]}
)

// replace turns scores into exponentials, relative to the largest, and returns
// their sum, in which the sink takes part.
func (e exponentials[T]) replace(scores []T, sink T) T {
	hi := max(sink, e.largest(scores))
	total := e.sum(scores, hi)
	if !math.IsInf(float64(sink), -1) {
		total += T(math.Exp(float64(sink - hi)))
	}
	return total
}

func scaleBy[T float](row []T, s T) {
	for i := range row {
		row[i] *= s
	}
}

// attentionMask holds a mask as rows of flags or of addends.
type attentionMask[T float] struct {
	flags []uint8
	add   []T
}

func newMask[T float](m core.Tensor) (mask attentionMask[T]) {
	switch {
	case m == nil:
	case m.DType() == core.Bool:
		mask.flags = elems[uint8](m.(*tensor).dense())
	default:
		add := values(m)
		mask.add = scratch[T](len(add))
		for i, v := range add {
			mask.add[i] = T(v)
		}
	}
	return mask
}

// apply masks the scores of a query, whose row of the mask starts at. As in
// MLX, a flag makes a score the lowest finite number, so that a query that sees
// nothing gets the mean of the values.
func (m attentionMask[T]) apply(scores []T, at int) {
	if m.flags != nil {
		for i, seen := range m.flags[at : at+len(scores)] {
			if seen == 0 {
				scores[i] = -math.MaxFloat32
			}
		}
	}
	if m.add != nil {
		for i, v := range m.add[at : at+len(scores)] {
			scores[i] += v
		}
	}
}
