package host

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Conv gathers the inputs of each output position into a row and multiplies
// the rows by the weights, group by group.
func (*Runtime) Conv(x, w core.Tensor, p core.ConvParams) core.Tensor {
	in, weight := x.(*tensor).dense(), w.(*tensor).dense()
	if p.Flip {
		weight = flipSpatial(weight)
	}
	g := newConvGeometry(in.shape, weight.shape, p)
	out := alloc(in.dtype, g.outShape())
	if out.size() == 0 {
		return out
	}
	if in.dtype == core.Float64 {
		convolve(out, in, weight, g, native[float64](), &kernel64)
	} else {
		convolve(out, in, weight, g, floatAccess(in.dtype), &kernel32)
	}
	return out
}

func flipSpatial(t *tensor) *tensor {
	n := len(t.shape)
	start, stop, stride := make([]int, n), slices.Clone(t.shape), slices.Repeat([]int{1}, n)
	for i := 1; i < n-1; i++ {
		start[i], stop[i], stride[i] = t.shape[i]-1, -1, -1
	}
	return slice(t, start, stop, stride).dense()
}

// convGeometry holds the sizes of a convolution.
type convGeometry struct {
	core.ConvParams
	batch, channels, filters int
	in, kernel, out          []int // spatial lengths
}

func newConvGeometry(in, weight []int, p core.ConvParams) convGeometry {
	n := len(in)
	g := convGeometry{ConvParams: p, batch: in[0], channels: in[n-1], filters: weight[0], in: in[1 : n-1], kernel: weight[1 : n-1]}
	for i := range g.in {
		padded := (g.in[i]-1)*p.InputDilation[i] + 1 + p.PaddingLow[i] + p.PaddingHigh[i]
		reach := (g.kernel[i]-1)*p.KernelDilation[i] + 1
		g.out = append(g.out, (padded-reach)/p.Stride[i]+1)
	}
	return g
}

func (g convGeometry) outShape() []int { return slices.Concat([]int{g.batch}, g.out, []int{g.filters}) }

// sources returns, for an output position, the input position under each
// element of the kernel, or -1 where there is padding.
func (g convGeometry) sources(at []int, dst []int) {
	index := make([]int, len(g.kernel))
	for k := range dst {
		pos, inside := 0, true
		for i := range g.kernel {
			p := at[i]*g.Stride[i] + index[i]*g.KernelDilation[i] - g.PaddingLow[i]
			inside = inside && p >= 0 && p%g.InputDilation[i] == 0 && p/g.InputDilation[i] < g.in[i]
			pos = pos*g.in[i] + p/g.InputDilation[i]
		}
		dst[k] = pos
		if !inside {
			dst[k] = -1
		}
		increment(index, g.kernel)
	}
}

// increment advances a row-major index.
func increment(index, shape []int) {
	for i := len(shape) - 1; i >= 0; i-- {
		if index[i]++; index[i] < shape[i] {
			return
		}
		index[i] = 0
	}
}

func convolve[C number](out, in, weight *tensor, g convGeometry, acc access[C], kern *kernel[C]) {
	positions, taps := core.NumElements(g.out), core.NumElements(g.kernel)
	perGroup, filters := g.channels/g.Groups, g.filters/g.Groups
	k := taps * perGroup
	src := acc.load(in, in.offset, 1, in.size(), scratch[C](in.size()))
	ws := acc.load(weight, weight.offset, 1, weight.size(), make([]C, weight.size()))
	inSize := core.NumElements(g.in)

	at, taken := make([]int, len(g.out)), make([]int, taps)
	columns := scratch[C](positions * k)
	res, line := scratch[C](positions*filters), make([]C, g.filters)
	whole := scratch[C](positions * g.filters)
	for b := range g.batch {
		for group := range g.Groups {
			clear(at)
			for pos := range positions {
				g.sources(at, taken)
				increment(at, g.out)
				for t, p := range taken {
					dst := columns[pos*k+t*perGroup : pos*k+(t+1)*perGroup]
					if p < 0 {
						clear(dst)
						continue
					}
					from := (b*inSize+p)*g.channels + group*perGroup
					copy(dst, src[from:])
				}
			}
			multiply(kern, res, denseOperand(columns, k), denseOperand(ws[group*filters*k:(group+1)*filters*k], k), positions, filters, k)
			for pos := range positions {
				copy(whole[pos*g.filters+group*filters:], res[pos*filters:(pos+1)*filters])
			}
		}
		for pos := range positions {
			copy(line, whole[pos*g.filters:(pos+1)*g.filters])
			dst := acc.place(out, (b*positions+pos)*g.filters, g.filters, line)
			copy(dst, line)
			acc.store(out, (b*positions+pos)*g.filters, dst)
		}
	}
}
