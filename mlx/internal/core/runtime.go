package core

// Tensor is an array as its runtime holds it. Strides are in elements.
type Tensor interface {
	DType() DType
	Shape() []int
	Strides() []int
}

// Runtime computes. Package mlx calls it with arguments that are valid: types
// promoted, axes normalised to 0 … ndim-1, shapes checked and, where a doc does
// not say otherwise, broadcast. Tensors are immutable; a result may share the
// memory of an argument. Methods may be called from several goroutines.
type Runtime interface {
	Name() string

	Memory
	Elementwise
	Reducer
	Shaper
	Indexer
	Linear
	Quantizer
	Neural
	Spectral
	Randomizer
}

// Memory moves data in and out and changes types.
type Memory interface {
	Eval(ts ...Tensor) // computes what was put off
	// Scope runs f and frees what was made in it, but for what f returns. A
	// runtime with a thread of its own runs f there.
	Scope(f func() []Tensor) []Tensor
	FromBytes(dtype DType, shape []int, data []byte) Tensor // copies data
	Bytes(t Tensor) []byte                                  // row-major, read-only
	Storage(t Tensor) []byte                                // from the first element to the last; read-only
	AsType(t Tensor, to DType) Tensor
	View(t Tensor, to DType) Tensor // reinterprets the last axis
	Contiguous(t Tensor) Tensor
	Arange(start, step float64, n int, dtype DType) Tensor
}

// Elementwise ops take operands of one type and any shapes that broadcast.
type Elementwise interface {
	Unary(op UnaryOp, x Tensor) Tensor
	Binary(op BinaryOp, a, b Tensor) Tensor
	Compare(op CompareOp, a, b Tensor) Tensor // of Bool
	Select(cond, a, b Tensor) Tensor          // cond is Bool
}

// Reducer holds what folds, scans or orders along axes.
type Reducer interface {
	Reduce(op ReduceOp, x Tensor, axes []int) Tensor // keeps reduced axes with length 1
	ArgReduce(op ReduceOp, x Tensor, axis int) Tensor
	Scan(op ReduceOp, x Tensor, axis int, reverse, inclusive bool) Tensor
	Sort(x Tensor, axis int) Tensor
	ArgSort(x Tensor, axis int) Tensor
	Partition(x Tensor, kth, axis int) Tensor
	ArgPartition(x Tensor, kth, axis int) Tensor
	Softmax(x Tensor, axes []int, precise bool) Tensor
}

// Shaper rearranges elements.
type Shaper interface {
	Reshape(x Tensor, shape []int) Tensor
	Transpose(x Tensor, axes []int) Tensor
	BroadcastTo(x Tensor, shape []int) Tensor
	AsStrided(x Tensor, shape, strides []int, offset int) Tensor // of the row-major elements
	Slice(x Tensor, start, stop, stride []int) Tensor            // stride may be negative; stop -1 is before the first
	SliceUpdate(x, update Tensor, start, stop, stride []int) Tensor
	Concatenate(xs []Tensor, axis int) Tensor
}

// Indexer gathers and scatters by arrays of indices; negative ones count from
// the end.
type Indexer interface {
	// Gather indexes axes[i] of x by indices[i], which broadcast together. The
	// result has the indices' shape followed by x's with axes replaced by
	// sliceSizes.
	Gather(x Tensor, indices []Tensor, axes, sliceSizes []int) Tensor
	// Scatter combines updates, shaped like Gather's result, into a copy of x.
	Scatter(op ScatterOp, x Tensor, indices []Tensor, updates Tensor, axes []int) Tensor
	GatherAxis(x, indices Tensor, axis int) Tensor
	ScatterAxis(op ScatterOp, x, indices, updates Tensor, axis int) Tensor
}

// Linear holds the matrix products. Operands have at least two dimensions and
// their batch dimensions broadcast.
type Linear interface {
	Matmul(a, b Tensor) Tensor
	// GatherMatmul multiplies matrices picked from the flattened batch
	// dimensions by uint32 indices of equal shape, which is the result's batch.
	GatherMatmul(a, b, lhs, rhs Tensor) Tensor
	Conv(x, w Tensor, p ConvParams) Tensor // channels last
}

// ConvParams describes a convolution with one entry per spatial dimension.
type ConvParams struct {
	Stride, PaddingLow, PaddingHigh, KernelDilation, InputDilation []int
	Groups                                                         int
	Flip                                                           bool
}

// Quantization names a packed format: how many elements share a scale, the
// bits of an element and the mode.
type Quantization struct {
	GroupSize int
	Bits      int
	Mode      QuantMode
}

// QuantMode is the family of a packed format.
type QuantMode uint8

// The modes.
const (
	Affine QuantMode = iota // scale and bias in the type of the weights
	MXFP4                   // E2M1 elements, E8M0 scales per 32
	NVFP4                   // E2M1 elements, E4M3 scales per 16
	MXFP8                   // E4M3 elements, E8M0 scales per 32
)

// String returns MLX's name of the mode.
func (m QuantMode) String() string { return [...]string{"affine", "mxfp4", "nvfp4", "mxfp8"}[m] }

// Quantizer packs elements along the last axis into uint32.
type Quantizer interface {
	Quantize(w Tensor, q Quantization) (packed, scales, biases Tensor) // biases nil but for Affine
	Dequantize(packed, scales, biases Tensor, q Quantization, to DType) Tensor
	QuantizedMatmul(x, packed, scales, biases Tensor, transpose bool, q Quantization) Tensor // x keeps its type
	GatherQuantizedMatmul(x, packed, scales, biases, lhs, rhs Tensor, transpose bool, q Quantization) Tensor
}

// Neural holds the fused operations of mx.fast. Optional tensors may be nil.
type Neural interface {
	RMSNorm(x, weight Tensor, eps float64) Tensor
	LayerNorm(x, weight, bias Tensor, eps float64) Tensor
	RoPE(x Tensor, p RoPEParams) Tensor
	Attention(q, k, v Tensor, p AttentionParams) Tensor
}

// RoPEParams describes a rotary embedding of the last axis of x, whose second
// last axis is the position.
type RoPEParams struct {
	Dims        int
	Traditional bool    // rotate neighbours instead of halves
	Base        float64 // unused with Freqs
	Scale       float64
	Offset      Tensor // int32, 0-d or one per batch
	Freqs       Tensor // nil or Dims/2 periods
}

// AttentionParams describes scaled dot-product attention of q [B, H, L, D],
// k and v [B, K, S, D].
type AttentionParams struct {
	Scale  float64
	Causal bool
	Mask   Tensor // nil, Bool or additive, broadcast to [B, H, L, S]
	Sinks  Tensor // nil or one logit per head
}

// Spectral holds transforms along the last axis.
type Spectral interface {
	FFT(x Tensor, inverse bool) Tensor       // Complex64 in and out, unscaled
	Hadamard(x Tensor, scale float64) Tensor // Sylvester's matrix; a power of two
}

// Randomizer draws bits from a counter-based generator.
type Randomizer interface {
	// RandomBits draws unsigned elements of width 1, 2 or 4 bytes from a key
	// (uint32 [2]), as Threefry 2x32 gives them in MLX.
	RandomBits(key Tensor, shape []int, width int) Tensor
}
