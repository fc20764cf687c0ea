package mlx_test

import (
	"fmt"
	"testing"

	"github.com/zmlx/zmlx/mlx"
)

// draw hands out small numbers from a fuzzer's bytes.
type draw struct{ data []byte }

func (d *draw) n(limit int) int {
	if len(d.data) == 0 {
		return 0
	}
	v := int(d.data[0]) % limit
	d.data = d.data[1:]
	return v
}

func (d *draw) int() int { return d.n(11) - 5 }

func (d *draw) ints() []int {
	out := make([]int, d.n(4))
	for i := range out {
		out[i] = d.int()
	}
	return out
}

func (d *draw) array() *mlx.Array {
	shape := make([]int, d.n(5))
	for i := range shape {
		shape[i] = d.n(5)
	}
	all := mlx.DTypes()
	a := mlx.Full(shape, d.int(), all[d.n(len(all))])
	switch d.n(4) {
	case 0:
		return a.Transpose()
	case 1:
		return a.Flip()
	default:
		return a
	}
}

// misusable are operations with whatever arguments the fuzzer finds.
var misusable = []func(d *draw, a, b *mlx.Array){
	func(d *draw, a, b *mlx.Array) { a.Add(b) },
	func(d *draw, a, b *mlx.Array) { a.Power(b); a.Remainder(b); a.Divide(d.int()) },
	func(d *draw, a, b *mlx.Array) { mlx.Where(a, b, d.int()) },
	func(d *draw, a, b *mlx.Array) { a.LeftShift(b); a.RightShift(b) },
	func(d *draw, a, b *mlx.Array) { a.Matmul(b) },
	func(d *draw, a, b *mlx.Array) { a.Sum(d.n(2) == 0, d.ints()...) },
	func(d *draw, a, b *mlx.Array) { a.Max(d.n(2) == 0, d.ints()...) },
	func(d *draw, a, b *mlx.Array) { a.Median(d.n(2) == 0, d.ints()...) },
	func(d *draw, a, b *mlx.Array) { a.LogSumExp(d.n(2) == 0, d.ints()...) },
	func(d *draw, a, b *mlx.Array) { a.Var(d.n(3), d.n(2) == 0, d.ints()...) },
	func(d *draw, a, b *mlx.Array) { a.ArgMax(d.int(), d.n(2) == 0) },
	func(d *draw, a, b *mlx.Array) { a.CumSum(d.int(), d.n(2) == 0, d.n(2) == 0) },
	func(d *draw, a, b *mlx.Array) { a.CumMax(d.int(), d.n(2) == 0, d.n(2) == 0) },
	func(d *draw, a, b *mlx.Array) { a.Sort(d.int()) },
	func(d *draw, a, b *mlx.Array) { a.ArgSort(d.int()) },
	func(d *draw, a, b *mlx.Array) { a.TopK(d.int(), d.int()) },
	func(d *draw, a, b *mlx.Array) { a.ArgPartition(d.int(), d.int()) },
	func(d *draw, a, b *mlx.Array) { a.Softmax(false, d.ints()...) },
	func(d *draw, a, b *mlx.Array) { a.Reshape(d.ints()...) },
	func(d *draw, a, b *mlx.Array) { a.Transpose(d.ints()...) },
	func(d *draw, a, b *mlx.Array) { a.FlattenAxes(d.int(), d.int()) },
	func(d *draw, a, b *mlx.Array) { a.Unflatten(d.int(), d.ints()...) },
	func(d *draw, a, b *mlx.Array) { a.ExpandDims(d.ints()...) },
	func(d *draw, a, b *mlx.Array) { a.Squeeze(d.ints()...) },
	func(d *draw, a, b *mlx.Array) { a.BroadcastTo(d.ints()...) },
	func(d *draw, a, b *mlx.Array) { a.AsStrided(d.ints(), d.ints(), d.int()).Abs() },
	func(d *draw, a, b *mlx.Array) { all := mlx.DTypes(); a.View(all[d.n(len(all))]).AsType(mlx.Float32) },
	func(d *draw, a, b *mlx.Array) { mlx.Concatenate([]*mlx.Array{a, b}, d.int()) },
	func(d *draw, a, b *mlx.Array) { mlx.Stack([]*mlx.Array{a, b}, d.int()) },
	func(d *draw, a, b *mlx.Array) { a.Split(d.int(), d.int()) },
	func(d *draw, a, b *mlx.Array) { a.SplitAt(d.ints(), d.int()) },
	func(d *draw, a, b *mlx.Array) { a.Repeat(d.int(), d.int()) },
	func(d *draw, a, b *mlx.Array) { a.Tile(d.ints()...) },
	func(d *draw, a, b *mlx.Array) { a.Roll(d.int(), d.int()) },
	func(d *draw, a, b *mlx.Array) { mlx.Meshgrid([]*mlx.Array{a, b}, d.n(2) == 0) },
	func(d *draw, a, b *mlx.Array) { a.Pad(b, [2]int{d.int(), d.int()}) },
	func(d *draw, a, b *mlx.Array) { a.PadEdge([2]int{d.int(), d.int()}) },
	func(d *draw, a, b *mlx.Array) { mlx.Eye(d.int(), d.int(), d.int(), mlx.Float32) },
	func(d *draw, a, b *mlx.Array) { a.Tril(d.int()); a.Triu(d.int()) },
	func(d *draw, a, b *mlx.Array) { a.Diagonal(d.int(), d.int(), d.int()) },
	func(d *draw, a, b *mlx.Array) { a.Diag(d.int()) },
	func(d *draw, a, b *mlx.Array) { a.Trace(d.int(), d.int(), d.int()) },
	func(d *draw, a, b *mlx.Array) { a.Take(b, d.int()) },
	func(d *draw, a, b *mlx.Array) { a.TakeAlongAxis(b, d.int()) },
	func(d *draw, a, b *mlx.Array) { a.PutAlongAxis(b, d.int(), d.int()) },
	func(d *draw, a, b *mlx.Array) { a.Slice(d.ints(), d.ints(), d.ints()).Abs() },
	func(d *draw, a, b *mlx.Array) { a.SliceUpdate(b, d.ints(), d.ints(), nil) },
	func(d *draw, a, b *mlx.Array) { a.DynamicSlice(b, d.ints(), d.ints()) },
	func(d *draw, a, b *mlx.Array) { a.Get(d.items(b)...).Abs() },
	func(d *draw, a, b *mlx.Array) { a.Update(mlx.ScatterOp(d.n(5)), d.int(), d.items(b)...) },
	func(d *draw, a, b *mlx.Array) { mlx.Tensordot(a, b, d.int()) },
	func(d *draw, a, b *mlx.Array) { mlx.TensordotAxes(a, b, d.ints(), d.ints()) },
	func(d *draw, a, b *mlx.Array) { mlx.Kron(a, b); mlx.Outer(a, b); mlx.Inner(a, b) },
	func(d *draw, a, b *mlx.Array) { mlx.Einsum("ij,jk->ik", a, b) },
	func(d *draw, a, b *mlx.Array) { mlx.GatherMM(a, b, nil, d.array()) },
	func(d *draw, a, b *mlx.Array) { a.Norm(float64(d.int()), d.n(2) == 0, d.ints()...) },
	func(d *draw, a, b *mlx.Array) { a.FFT(d.int(), d.int()) },
	func(d *draw, a, b *mlx.Array) { a.IRFFT(d.int(), d.int()) },
	func(d *draw, a, b *mlx.Array) {
		mlx.Conv(a, b, mlx.ConvOptions{Stride: d.ints(), Padding: d.ints(), Dilation: d.ints(), Groups: d.int()})
	},
	func(d *draw, a, b *mlx.Array) {
		mlx.ConvTranspose(a, b, mlx.ConvOptions{Stride: d.ints(), Padding: d.ints(), Dilation: d.ints(), Groups: d.int()}, d.ints()...)
	},
	func(d *draw, a, b *mlx.Array) { mlx.Convolve(a, b, []string{"full", "same", "valid"}[d.n(3)]) },
	func(d *draw, a, b *mlx.Array) { mlx.RMSNorm(a, b, 1e-5); mlx.LayerNorm(a, nil, b, 1e-5) },
	func(d *draw, a, b *mlx.Array) {
		mlx.RoPE(a, mlx.RoPEOptions{Dims: d.int(), Base: float64(d.int()), Scale: 1, Offset: b})
	},
	func(d *draw, a, b *mlx.Array) {
		mlx.Attention(a, b, b, mlx.AttentionOptions{Scale: 1, Causal: d.n(2) == 0, Mask: d.array()})
	},
	func(d *draw, a, b *mlx.Array) { mlx.HadamardTransform(a, 0) },
	func(d *draw, a, b *mlx.Array) { mlx.RandomCategorical(mlx.Key(0), a, d.int(), d.int()) },
	func(d *draw, a, b *mlx.Array) { mlx.RandomUniform(mlx.Key(0), a, b, d.ints(), mlx.Float32) },
	func(d *draw, a, b *mlx.Array) { mlx.RandomInt(mlx.Key(0), d.int(), b, d.ints(), mlx.Int8) },
	func(d *draw, a, b *mlx.Array) { mlx.RandomBernoulli(mlx.Key(0), a, d.ints()) },
	func(d *draw, a, b *mlx.Array) {
		mlx.Quantized{Packed: a, Scales: b, Biases: b, Quantization: mlx.Quantization{GroupSize: 32, Bits: d.n(10)}}.Dequantize()
	},
	func(d *draw, a, b *mlx.Array) { _ = a.SplitAt(d.ints(), 0)[0].String() },
}

func (d *draw) items(b *mlx.Array) []mlx.Index {
	items := make([]mlx.Index, d.n(4))
	for i := range items {
		switch lo, hi := d.int(), d.int(); d.n(6) {
		case 0:
			items[i] = lo
		case 1:
			items[i] = mlx.Span{Start: &lo, Stop: &hi, Step: d.int()}
		case 2:
			items[i] = mlx.NewAxis
		case 3:
			items[i] = mlx.Ellipsis
		case 4:
			items[i] = b
		default:
			items[i] = mlx.Every
		}
	}
	return items
}

// FuzzMisuse wants that an operation works or panics with an *mlx.Error.
func FuzzMisuse(f *testing.F) {
	for i := range misusable {
		f.Add([]byte{byte(i), 2, 3, 4, 1, 2, 2, 4, 3, 1, 2, 6, 6, 6})
		f.Add([]byte{byte(i), 0, 2, 9, 3, 1, 0, 1, 2, 2, 7, 5, 1})
		f.Add([]byte{byte(i), 4, 1, 2, 3, 4, 5, 10, 2, 4, 1, 2, 3, 4, 6, 10, 2, 3, 6, 7, 8})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d := &draw{data}
		which := d.n(len(misusable))
		var a, b *mlx.Array
		defer func() {
			if r := recover(); r != nil {
				panic(fmt.Sprintf("operation %d on %v and %v: %v", which, a, b, r))
			}
		}()
		_ = mlx.Do(func() error {
			a, b = d.array(), d.array()
			misusable[which](d, a, b)
			return nil
		})
	})
}
