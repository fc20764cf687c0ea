package mlx_test

import (
	"math"
	"testing"

	"github.com/zmlx/zmlx/mlx"
)

// decoder is a transformer with random weights.
type decoder struct {
	heads, kvHeads, dim int
	embed               *mlx.Array
	layers              []*layer
	norm                *mlx.Array
	head                mlx.Quantized
}

type layer struct {
	q, k, v, o, gate, up, down mlx.Quantized
	norm1, norm2               *mlx.Array
	keys, values               *mlx.Array
}

func newDecoder(layers, hidden, heads, kvHeads, inner, vocab, context int, d mlx.DType) *decoder {
	seed := uint64(0)
	w := func(out, in int) mlx.Quantized {
		seed++
		return mlx.Quantize(normal(seed, mlx.Float32, out, in).Multiply(1/math.Sqrt(float64(in))).AsType(d), mlx.Quantization{Bits: 4})
	}
	dim := hidden / heads
	m := &decoder{heads: heads, kvHeads: kvHeads, dim: dim, embed: normal(0, mlx.Float32, vocab, hidden).AsType(d), norm: mlx.Ones([]int{hidden}, d), head: w(vocab, hidden)}
	for range layers {
		m.layers = append(m.layers, &layer{
			q: w(heads*dim, hidden), k: w(kvHeads*dim, hidden), v: w(kvHeads*dim, hidden), o: w(hidden, heads*dim),
			gate: w(inner, hidden), up: w(inner, hidden), down: w(hidden, inner),
			norm1: mlx.Ones([]int{hidden}, d), norm2: mlx.Ones([]int{hidden}, d),
			keys: normal(77, mlx.Float32, 1, kvHeads, context, dim).AsType(d), values: normal(78, mlx.Float32, 1, kvHeads, context, dim).AsType(d),
		})
	}
	return m
}

// step returns the logits after a token at a position.
func (m *decoder) step(token *mlx.Array, at int) *mlx.Array {
	x := m.embed.Take(token, 0)
	split := func(y *mlx.Array, heads int) *mlx.Array {
		return y.Reshape(1, 1, heads, m.dim).Transpose(0, 2, 1, 3)
	}
	rope := func(y *mlx.Array) *mlx.Array {
		return mlx.RoPE(y, mlx.RoPEOptions{Dims: m.dim, Base: 10000, Scale: 1, Offset: at})
	}
	store := func(cache, y *mlx.Array) *mlx.Array {
		return cache.SliceUpdate(y, []int{0, 0, at, 0}, []int{1, m.kvHeads, at + 1, m.dim}, []int{1, 1, 1, 1})
	}
	seen := func(cache *mlx.Array) *mlx.Array {
		return cache.Slice([]int{0, 0, 0, 0}, []int{1, m.kvHeads, at + 1, m.dim}, []int{1, 1, 1, 1})
	}
	for _, l := range m.layers {
		h := mlx.RMSNorm(x, l.norm1, 1e-5)
		q := rope(split(mlx.QuantizedMatmul(h, l.q, true), m.heads))
		l.keys = store(l.keys, rope(split(mlx.QuantizedMatmul(h, l.k, true), m.kvHeads)))
		l.values = store(l.values, split(mlx.QuantizedMatmul(h, l.v, true), m.kvHeads))
		a := mlx.Attention(q, seen(l.keys), seen(l.values), mlx.AttentionOptions{Scale: 1 / math.Sqrt(float64(m.dim))})
		x = x.Add(mlx.QuantizedMatmul(a.Transpose(0, 2, 1, 3).Reshape(1, m.heads*m.dim), l.o, true))
		h = mlx.RMSNorm(x, l.norm2, 1e-5)
		g := mlx.QuantizedMatmul(h, l.gate, true).SiLU().Multiply(mlx.QuantizedMatmul(h, l.up, true))
		x = x.Add(mlx.QuantizedMatmul(g, l.down, true))
	}
	return mlx.QuantizedMatmul(mlx.RMSNorm(x, m.norm, 1e-5), m.head, true)
}

// BenchmarkDecode makes a token after 1,000 others with four layers in 4 bits and a
// vocabulary of 32,000, and picks it.
func BenchmarkDecode(b *testing.B) {
	m := newDecoder(4, 1024, 16, 4, 3072, 32000, 2048, mlx.Bfloat16)
	for name, pick := range map[string]func(logits *mlx.Array) *mlx.Array{
		"greedy": func(logits *mlx.Array) *mlx.Array { return logits.ArgMax(-1, mlx.DropDims) },
		"top 50": func(logits *mlx.Array) *mlx.Array {
			top := logits.ArgPartition(-50, -1).Slice([]int{0, 32000 - 50}, []int{1, 32000}, []int{1, 1})
			choice := mlx.RandomCategorical(mlx.Key(1), logits.TakeAlongAxis(top, -1), -1, 1)
			return top.TakeAlongAxis(choice, -1).Reshape(1)
		},
	} {
		b.Run(name, func(b *testing.B) {
			token, at := mlx.New([]int32{5}), 1000
			for b.Loop() {
				token = pick(m.step(token, at))
				at = 1000 + (at+1)%1000
			}
		})
	}
}
