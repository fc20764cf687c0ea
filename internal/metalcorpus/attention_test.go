package main

import (
	"math"
	"testing"

	"github.com/zmlx/zmlx/mlx"
)

// attention is one with all that MLX's kernels take, of one batch.
type attention struct {
	q, k, v       *mlx.Array // (heads, length, dims), of the latter two heads / 2
	causal        bool
	allowed, bias *mlx.Array // masks (heads, queries, keys), nil if none
	sinks         *mlx.Array // (heads), nil if none
}

func (a attention) scale() float64 { return 1 / math.Sqrt(float64(a.q.Dim(-1))) }

// trial compares with the formula. The relative error of a weight is that of a
// score, of as many terms as there are dimensions, and of exp, which Metal lets
// be off by 3 units and 2 for each of its argument; weights and their sum have
// it, and keys are added up.
func (a attention) trial(c trial, d mlx.DType, extra int) trial {
	q, k, v := a.q.AsType(mlx.Float64), a.k.AsType(mlx.Float64).Repeat(2, 0), a.v.AsType(mlx.Float64).Repeat(2, 0)
	queries, keys := q.Dim(1), k.Dim(1)
	score := q.Matmul(k.Transpose(0, 2, 1)).Multiply(a.scale())
	terms := q.Abs().Matmul(k.Abs().Transpose(0, 2, 1)).Multiply(a.scale()).Max(false).Item()
	if a.bias != nil {
		score = score.Add(a.bias.AsType(mlx.Float64))
	}
	reach := score.Abs().Max(false).Item()
	if a.causal {
		from, to := mlx.Arange(0, float64(queries), 1, mlx.Float64).Reshape(queries, 1), mlx.Arange(0, float64(keys), 1, mlx.Float64)
		score = mlx.Where(to.LessEqual(from.Add(float64(keys-queries))), score, math.Inf(-1))
	}
	if a.allowed != nil {
		score = mlx.Where(a.allowed, score, math.Inf(-1))
	}
	weight := score.Exp()
	sum := weight.Sum(true, -1)
	if a.sinks != nil {
		sum = sum.Add(a.sinks.AsType(mlx.Float64).Exp().Reshape(-1, 1, 1))
	}
	weight = weight.Divide(sum)
	c.exact, c.heavy = weight.Matmul(v).Float64s(), true
	size := weight.Matmul(v.Abs()).Float64s()
	u := unit[mlx.Float32]
	relative := 2*(float64(q.Dim(-1)+2)*u*terms+2*u*(3+4*reach)) + float64(keys+2)*u + float64(extra)*unit[d]
	c.slack = func(i int) float64 { return relative * size[i] }
	return c
}

// someAttention has masks and sinks if they are asked for; every query may see
// the first key.
func someAttention(d mlx.DType, heads, queries, keys, dims int, causal, allowed, bias, sinks bool) attention {
	a := attention{q: normal(26, d, heads, queries, dims), k: normal(27, d, heads/2, keys, dims), v: normal(28, d, heads/2, keys, dims), causal: causal}
	if allowed {
		may := normal(29, mlx.Float32, heads, queries, keys).Greater(-0.5)
		a.allowed = may.LogicalOr(mlx.Arange(0, float64(keys), 1, mlx.Float32).Equal(0))
	}
	if bias {
		a.bias = normal(30, d, heads, queries, keys)
	}
	if sinks {
		a.sinks = normal(31, d, heads)
	}
	return a
}

func TestSteelAttention(t *testing.T) {
	t.Parallel()
	for _, choice := range []struct{ aligned, masked, causal, sinks bool }{{causal: true}, {masked: true, sinks: true}, {aligned: true, masked: true, causal: true}, {aligned: true, sinks: true}} {
		everyEntry(t, "steel/attn/kernels/steel_attention.metal", `steel_attention_T_bq(\d+)_bk(\d+)_bd(\d+)_wm4_wn1_maskT`, func(m []string) trial {
			d, on := dtype(t, m[1]), dtype(t, m[5])
			bq, bk, dims := number(t, m[2]), number(t, m[3]), number(t, m[4])
			const heads = 2
			queries, keys := bq+5, 2*bk+13
			if choice.aligned {
				queries, keys = bq, 2*bk
			}
			a := someAttention(d, heads, queries, keys, dims, choice.causal, choice.masked && on == mlx.Bool, choice.masked && on != mlx.Bool, choice.sinks)
			up := func(n, by int) int32 { return int32((n + by - 1) / by) }
			params := concat(ints(1, heads, int32(dims), int32(queries), int32(keys), 2), reals(float32(a.scale())), ints(up(queries, bq), up(keys, bk),
				int32(queries/bq), int32(keys/bk), int32(queries%bq), int32(keys%bk), int32(keys-queries)))
			for _, n := range []int{queries, keys, keys, queries} {
				params = append(params, longs(int64(heads*n*dims), int64(n*dims), int64(dims))...)
			}
			mask := a.bias
			if on == mlx.Bool {
				mask = a.allowed
			}
			return a.trial(space([3]int{32 * int(up(queries, bq)), 4 * heads, 1}, [3]int{32, 4, 1}, nil, 0, a.q, a.k, a.v, out(d, heads, queries, dims), params,
				longs(int64(heads*queries*keys), int64(queries*keys), int64(keys)), optional(mask), optional(a.sinks)), d, 0)
		}, map[int]uint64{200: bit(choice.aligned), 201: bit(choice.aligned), 300: bit(choice.masked), 301: bit(choice.causal), 302: bit(choice.sinks)})
	}
}

// TestVectorAttention is of few queries: in one pass, or in a first pass of
// blocks of keys, whose sums are put together here, and a second, which gets
// parts of its own.
func TestVectorAttention(t *testing.T) {
	t.Parallel()
	const heads, queries, keys, blocks = 4, 2, 75, 32
	for _, choice := range []struct{ transposed, causal, allowed, bias, sinks bool }{{causal: true}, {transposed: true, allowed: true, sinks: true}, {bias: true}} {
		everyEntry(t, "scaled_dot_product_attention.metal", `sdpa_vector_(2pass_[12]_)?(float|float16_t|bfloat16_t)_(\d+)(?:_\d+)?`, func(m []string) trial {
			d, dims := dtype(t, m[2]), number(t, m[3])
			if m[1] == "2pass_2_" {
				return secondPass(d, heads, queries, blocks, dims)
			}
			a := someAttention(d, heads, queries, keys, dims, choice.causal, choice.allowed, choice.bias, choice.sinks)
			q := a.q
			if choice.transposed {
				q = q.Transpose(1, 0, 2).AsContiguous()
			}
			step := longs(int64(keys * dims))
			key := longs(int64(dims))
			scale := reals(float32(a.scale()))
			masks := []any{optional(a.allowed), optional(a.bias), ints(1), ints(keys), ints(queries * keys), optional(a.sinks)}
			if m[1] == "" {
				return a.trial(space([3]int{1024 * heads, queries, 1}, [3]int{1024, 1, 1}, nil, 0, append([]any{q, a.k, a.v, out(d, heads, queries, dims),
					ints(2), ints(keys), step, key, step, key, scale}, append(masks, ints(heads))...)...), d, 0)
			}
			parts := out(mlx.Float32, heads, queries, blocks)
			c := space([3]int{32 * heads / 2, 2, queries * blocks}, [3]int{32, 2, queries}, nil, 0, append([]any{q, a.k, a.v, out(d, heads, queries, blocks, dims), parts, parts,
				nil, ints(keys), step, key, step, key, scale}, masks...)...)
			c.join = func(got []*mlx.Array) []*mlx.Array {
				value, _ := joined(got[0], got[1], got[2])
				return []*mlx.Array{value}
			}
			return a.trial(c, d, 1)
		}, map[int]uint64{20: bit(choice.allowed || choice.bias), 21: bit(choice.transposed), 22: bit(choice.causal), 23: bit(choice.allowed), 24: bit(choice.bias), 25: bit(choice.sinks), 26: blocks})
	}
}

// joined is what parts of attention over blocks of keys give: each a weighted
// sum of values, the weights' sum, and the greatest score, which they are
// relative to; and its size.
func joined(parts, sums, greatest *mlx.Array) (value, size *mlx.Array) {
	parts, sums, greatest = parts.AsType(mlx.Float64), sums.AsType(mlx.Float64), greatest.AsType(mlx.Float64)
	weight := greatest.Subtract(greatest.Max(true, -1)).Exp()
	total := weight.Multiply(sums).Sum(true, -1)
	weight = weight.Reshape(append(weight.Shape(), 1)...)
	return parts.Multiply(weight).Sum(false, -2).Divide(total), parts.Abs().Multiply(weight).Sum(false, -2).Divide(total)
}

func secondPass(d mlx.DType, heads, queries, blocks, dims int) trial {
	parts := normal(26, d, heads, queries, blocks, dims)
	sums, greatest := normal(27, mlx.Float32, heads, queries, blocks).Square(), normal(28, mlx.Float32, heads, queries, blocks)
	value, size := joined(parts, sums, greatest)
	reach := greatest.Abs().Max(false).Item()
	e := expect{value: value.Float64s(), size: size.Float64s(), terms: 2*blocks + 2*2*(3+2*int(math.Ceil(2*reach)))}
	return space([3]int{1024 * heads, queries, 1}, [3]int{1024, 1, 1}, nil, 0, parts, sums, greatest, out(d, heads, queries, dims), ints(int32(blocks))).rounded(e, d, 0)
}
