package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/zmlx/zmlx/mlx"
)

// convolution is one of MLX's, of n images of channels, each axis of which has
// its own sizes.
type convolution struct {
	n, channels, outputs, groups                  int
	in, filter, stride, pad, dilation, inDilation []int // by axis
	flip                                          bool
}

// size of the output, by axis.
func (c convolution) size() []int {
	out := make([]int, len(c.in))
	for i := range out {
		out[i] = (1+c.inDilation[i]*(c.in[i]-1)+2*c.pad[i]-1-c.dilation[i]*(c.filter[i]-1))/c.stride[i] + 1
	}
	return out
}

// arrays are the input and the weights.
func (c convolution) arrays(d mlx.DType) (x, w *mlx.Array) {
	return normal(33, d, append(append([]int{c.n}, c.in...), c.channels)...), normal(34, d, append(append([]int{c.outputs}, c.filter...), c.channels/c.groups)...)
}

// expect is the convolution in float64.
func (c convolution) expect(x, w *mlx.Array) expect {
	o := mlx.ConvOptions{Stride: c.stride, Padding: c.pad, Dilation: c.dilation, InputDilation: c.inDilation, Groups: c.groups, Flip: c.flip}
	x, w = x.AsType(mlx.Float64), w.AsType(mlx.Float64)
	return expect{value: mlx.Conv(x, w, o).Float64s(), size: mlx.Conv(x.Abs(), w.Abs(), o).Float64s(), terms: area(c.filter) * c.channels / c.groups}
}

func area(sizes []int) int {
	p := 1
	for _, s := range sizes {
		p *= s
	}
	return p
}

func gcd(a, b int) int {
	for b > 0 {
		a, b = b, a%b
	}
	return a
}

// rowStrides are those of an array of such a shape, in elements.
func rowStrides(shape ...int) []int64 {
	strides := make([]int64, len(shape))
	step := 1
	for i := len(shape) - 1; i >= 0; i-- {
		strides[i] = int64(step)
		step *= shape[i]
	}
	return strides
}

// params is MLX's MLXConvParams of as many dimensions.
func (c convolution) params() []byte {
	v := []int32{int32(c.n), int32(c.channels), int32(c.outputs)}
	for _, list := range [][]int{c.in, c.filter, c.size(), c.stride, c.pad, c.dilation, c.inDilation} {
		for _, s := range list {
			v = append(v, int32(s))
		}
	}
	if len(v)%2 == 1 {
		v = append(v, 0) // what follows is aligned to 8 bytes
	}
	strides := rowStrides(append(append([]int{c.n}, c.in...), c.channels)...)
	strides = append(strides, rowStrides(append(append([]int{c.outputs}, c.filter...), c.channels/c.groups)...)...)
	strides = append(strides, rowStrides(append(append([]int{c.n}, c.size()...), c.outputs)...)...)
	return concat(ints(v...), longs(strides...), ints(int32(c.groups)), []byte{byte(bit(c.flip)), 0, 0, 0})
}

// jumps are by how many elements the input moves on when the filter does along
// its last axis, along the one before, and so on, and to the next channels.
func (c convolution) jumps(bk int) []int32 {
	strides := rowStrides(append(append([]int{c.n}, c.in...), c.channels)...)
	sign := 1 - 2*int(bit(c.flip))
	back := 0 // to where the filter began along the axes so far
	var out []int32
	for i := len(c.in) - 1; i >= 0; i-- {
		step := int(strides[i+1]) * c.dilation[i]
		out = append(out, int32(sign*(step-back)))
		back += (c.filter[i] - 1) * step
	}
	return append(out, int32(bk-sign*back))
}

// implicit launches a matrix product of the unfolded input and the weights.
func (c convolution) implicit(tile gemmTile, d mlx.DType, iterations int) trial {
	x, w := c.arrays(d)
	m, n := c.n*area(c.size()), c.outputs/c.groups
	up := func(n, by int) int32 { return int32((n + by - 1) / by) }
	params := append([]int32{int32(m), int32(n), int32(area(c.filter) * c.channels / c.groups), int32(iterations)}, c.jumps(tile.bk)...)
	params = append(params, up(n, tile.bn), up(m, tile.bm), 0)
	o := out(d, append(append([]int{c.n}, c.size()...), c.outputs)...)
	// MLX reads whole tiles of weights, of the last group past the end.
	padded := append(bytes.Clone(w.Bytes()), make([]byte, tile.bn*w.Size()/c.outputs*d.Size())...)
	return tile.launch(m, n, c.groups, x, padded, o, c.params(), ints(params...)).rounded(c.expect(x, w), d, 0)
}

// outputs of a group, more than a tile of so many columns or few.
func outputs(bn int) int {
	if bn == 8 {
		return 12
	}
	return bn + 16
}

func TestConv(t *testing.T) {
	t.Parallel()
	everyEntry(t, "steel/conv/kernels/steel_conv.metal", `implicit_gemm_conv_2d_T`+gemmTiles+`_channel_([l1-4])_filter_([sl])`, func(m []string) trial {
		d, tile := dtype(t, m[1]), gemm(t, m[2:])
		c := convolution{n: 2, groups: 2, in: []int{9, 8}, filter: []int{3, 2}, stride: []int{2, 1}, pad: []int{1, 1}, dilation: []int{1, 2}, inDilation: []int{1, 1}}
		channels := 16
		if m[7] != "l" {
			channels = number(t, m[7])
		} else if m[8] == "l" { // longer than 16
			c.filter[0], c.pad[0] = 17, 8
		}
		c.channels, c.outputs = c.groups*channels, c.groups*outputs(tile.bn)
		places := area(c.filter)
		iterations := map[string]int{"l": places, "1": threads(places, tile.bk), "2": threads(places*2, tile.bk)}[m[7]]
		if iterations == 0 {
			iterations = threads(places*4, tile.bk)
		}
		return c.implicit(tile, d, iterations)
	})
	everyEntry(t, "steel/conv/kernels/steel_conv_3d.metal", `implicit_gemm_conv_3d_T`+gemmTiles+`_filter_([sl])`, func(m []string) trial {
		d, tile := dtype(t, m[1]), gemm(t, m[2:])
		c := convolution{n: 1, groups: 2, in: []int{4, 5, 6}, filter: []int{2, 3, 2}, stride: []int{1, 2, 1}, pad: []int{1, 0, 1}, dilation: []int{1, 1, 2}, inDilation: []int{1, 1, 1}}
		if m[7] == "l" {
			c.filter[0], c.pad[0] = 17, 8
		}
		c.channels, c.outputs = 32, c.groups*outputs(tile.bn)
		return c.implicit(tile, d, area(c.filter))
	})
	// Where input is dilated, filters meet only some of their places, which
	// depend on the output's.
	for _, aligned := range []bool{true, false} {
		everyEntry(t, "steel/conv/kernels/steel_conv_general.metal", `implicit_gemm_conv_2d_general_T`+gemmTiles, func(m []string) trial {
			d, tile := dtype(t, m[1]), gemm(t, m[2:])
			c := convolution{n: 2, groups: 1, channels: 20, outputs: outputs(tile.bn), in: []int{5, 6}, filter: []int{3, 4}, stride: []int{1, 2}, pad: []int{1, 2}, dilation: []int{1, 1}, inDilation: []int{2, 3}, flip: true}
			if aligned {
				c.channels, c.flip = 32, false
			}
			trial := c.implicit(tile, d, threads(c.channels, tile.bk))
			var base [2][]byte
			jump, every, adjusted := [2]int{}, [2]int{}, [2]int{}
			for i := range 2 {
				jump[i], every[i] = c.inDilation[i]/gcd(c.inDilation[i], c.dilation[i]), c.inDilation[i]/gcd(c.inDilation[i], c.stride[i])
				adjusted[i] = threads(c.size()[i], every[i])
				step, start := c.dilation[i], 0
				if c.flip {
					step, start = -step, (c.filter[i]-1)*step
				}
				for at := range every[i] {
					first := 0
					for place := at*c.stride[i] - c.pad[i] + start; first < c.filter[i] && place%c.inDilation[i] != 0; place += step {
						first++
					}
					base[i] = append(base[i], ints(int32(first), int32(threads(c.filter[i]-first, jump[i])))...)
				}
			}
			places := adjusted[0] * adjusted[1]
			trial.buffers = append(trial.buffers, ints(int32(jump[0]), int32(jump[1]), int32(every[0]), int32(every[1]), int32(adjusted[0]), int32(adjusted[1]), int32(places), int32(c.n*places)), base[0], base[1])
			trial.grid = tile.launch(c.n*places, c.outputs, every[0]*every[1]).grid
			// MLX counts the tiles of what it adjusted.
			params := slices.Clone(trial.buffers[4].([]byte))
			copy(params[len(params)-8:], ints(int32(threads(c.n*places, tile.bm))))
			trial.buffers[4] = params
			return trial
		}, map[int]uint64{200: bit(aligned)})
	}
}

// TestConvParts launches what convolutions by other kernels are made of:
// unfolded inputs, which are multiplied with the weights here, and filters of
// one channel each.
func TestConvParts(t *testing.T) {
	t.Parallel()
	everyEntry(t, "conv.metal", `naive_unfold_(transpose_)?nd_T_([123])|depthwise_conv_([12])d_T(?:_large)?|winograd_conv_2d_(weight|input|output)_transform_T_b[co]32`, func(m []string) trial {
		// Parts of the pattern are numbered: 2 and 3 of unfolding, 4 and 5 of
		// filters, 6 of Winograd's transforms.
		const n, length, channels, filter = 2, 9, 5, 4
		switch {
		case m[6] != "":
			return winograd(m[6], dtype(t, m[7]))
		case m[4] == "1":
			d := dtype(t, m[5])
			c := convolution{n: n, groups: channels, channels: channels, outputs: channels, in: []int{length}, filter: []int{filter}, stride: []int{1}, pad: []int{0}, dilation: []int{1}, inDilation: []int{1}}
			x, w := c.arrays(d)
			strides := ints(length*channels, channels, 1)
			if strings.HasSuffix(m[0], "large") {
				strides = longs(length*channels, channels, 1)
			}
			size := c.size()[0]
			return space([3]int{channels, size, n}, [3]int{channels, size, n}, nil, 0, x, w, out(d, n, size, channels), strides, ints(filter)).rounded(c.expect(x, w), d, 0)
		case m[4] == "2":
			d := dtype(t, m[5])
			c := convolution{n: n, groups: 16, channels: 16, outputs: 16, in: []int{16, 16}, filter: []int{3, 3}, stride: []int{2, 2}, pad: []int{1, 1}, dilation: []int{1, 1}, inDilation: []int{1, 1}}
			x, w := c.arrays(d)
			return space([3]int{16, 8, 8 * n}, [3]int{8, 8, 4}, nil, 0, x, w, out(d, n, 8, 8, 16), c.params()).rounded(c.expect(x, w), d, 1) // products are rounded
		}
		d, dims := dtype(t, m[2]), number(t, m[3])
		c := convolution{n: n, groups: 1, channels: channels, outputs: 4, in: []int{5, 6, 4}[:dims], filter: []int{2, 3, 2}[:dims], stride: []int{1, 2, 1}[:dims],
			pad: []int{1, 2, 1}[:dims], dilation: []int{2, 1, 1}[:dims], inDilation: []int{1, 2, 1}[:dims], flip: true}
		x, w := c.arrays(d)
		places, rows := area(c.filter), n*area(c.size())
		trial := space([3]int{channels, places, rows}, [3]int{channels, places, 1}, nil, 0, x, out(d, rows, places*channels), c.params())
		e := c.expect(x, w)
		trial.exact = e.value
		trial.slack = func(i int) float64 { return float64(e.terms) * 0x1p-52 * e.size[i] }
		weights := w.AsType(mlx.Float64).Reshape(4, places, channels)
		if m[1] != "" { // channels first
			weights = weights.Transpose(0, 2, 1)
		}
		trial.finish = func(got *mlx.Array) *mlx.Array {
			return got.AsType(mlx.Float64).Matmul(weights.Reshape(4, -1).Transpose(1, 0))
		}
		return trial
	}, map[int]uint64{0: 3, 1: 3, 10: 2, 11: 2, 100: 4, 101: 8, 200: 0})
}
