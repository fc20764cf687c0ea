package mlx

import (
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// ConvOptions describes a convolution. Lists have one entry per spatial axis;
// a list of one is taken for every axis, and nil is MLX's default (stride and
// dilation 1, padding 0, one group).
type ConvOptions struct {
	Stride        []int
	Padding       []int // on both sides
	PaddingHigh   []int // after the input, if it differs from Padding
	Dilation      []int // of the weights
	InputDilation []int
	Groups        int
	Flip          bool // a true convolution instead of a correlation
}

// Conv convolves an input [N, spatial…, C] with weights [O, spatial…,
// C/groups] for one to three spatial axes.
func Conv(input, weight *Array, o ConvOptions) *Array {
	const op = "conv"
	spatial := input.NDim() - 2
	if spatial < 1 || spatial > 3 || weight.NDim() != input.NDim() {
		throw(op, BadShape, "use [N, spatial…, C] and [O, spatial…, C/groups]", "needs one to three spatial axes", input.Shape(), weight.Shape())
	}
	to := Promote(input.DType(), weight.DType())
	if !to.IsFloat() {
		throw(op, BadDType, "convert with AsType", fmt.Sprintf("only real floating-point types are supported, not %v", to), input.Shape(), weight.Shape())
	}
	input.operand(op, weight)
	list := func(name string, given []int, fallback, least int) []int {
		switch len(given) {
		case 0:
			given = []int{fallback}
			fallthrough
		case 1:
			given = slices.Repeat(given, spatial)
		}
		if len(given) != spatial {
			throw(op, BadArgument, "", fmt.Sprintf("%d values of %s for %d spatial axes", len(given), name, spatial), input.Shape())
		}
		for _, v := range given {
			if v < least {
				throw(op, BadArgument, "", fmt.Sprintf("%s %d is too small", name, v), input.Shape())
			}
		}
		return given
	}
	p := core.ConvParams{
		Stride:         list("stride", o.Stride, 1, 1),
		PaddingLow:     list("padding", o.Padding, 0, -1<<30),
		KernelDilation: list("dilation", o.Dilation, 1, 1),
		InputDilation:  list("input dilation", o.InputDilation, 1, 1),
		Groups:         max(o.Groups, 1),
		Flip:           o.Flip,
	}
	p.PaddingHigh = p.PaddingLow
	if o.PaddingHigh != nil {
		p.PaddingHigh = list("padding", o.PaddingHigh, 0, -1<<30)
	}
	if input.Dim(-1) != weight.Dim(-1)*p.Groups || weight.Dim(0)%p.Groups != 0 {
		throw(op, BadShape, "", fmt.Sprintf("channels do not fit %d groups", p.Groups), input.Shape(), weight.Shape())
	}
	for i := range spatial {
		in, k := input.Dim(1+i), weight.Dim(1+i)
		padded := max(in-1, -1)*p.InputDilation[i] + 1 + p.PaddingLow[i] + p.PaddingHigh[i]
		if in == 0 || k == 0 || padded < (k-1)*p.KernelDilation[i]+1 {
			throw(op, BadShape, "pad the input", fmt.Sprintf("the kernel is longer than the padded input on spatial axis %d", i), input.Shape(), weight.Shape())
		}
	}
	return wrap(input.rt, input.rt.Conv(input.AsType(to).t, weight.AsType(to).t, p))
}

// ConvTranspose is the transpose of Conv with the same weights' layout; stride
// dilates the input and padding shrinks the result.
func ConvTranspose(input, weight *Array, o ConvOptions, outputPadding ...int) *Array {
	spatial := input.NDim() - 2
	if spatial < 1 || weight.NDim() != input.NDim() {
		throw("conv_transpose", BadShape, "", "needs one to three spatial axes", input.Shape(), weight.Shape())
	}
	at := func(list []int, i, fallback int) int {
		switch {
		case len(list) == 0:
			return fallback
		case len(list) == 1:
			return list[0]
		default:
			return list[min(i, len(list)-1)]
		}
	}
	t := ConvOptions{Groups: o.Groups, Flip: true, Stride: []int{1}}
	for i := range spatial {
		reach := at(o.Dilation, i, 1) * (weight.Dim(1+i) - 1)
		pad := reach - at(o.Padding, i, 0)
		t.Padding = append(t.Padding, pad)
		t.PaddingHigh = append(t.PaddingHigh, pad+at(outputPadding, i, 0))
		t.Dilation = append(t.Dilation, at(o.Dilation, i, 1))
		t.InputDilation = append(t.InputDilation, at(o.Stride, i, 1))
	}
	return Conv(input, weight, t)
}

// Convolve returns the discrete convolution of two 1-d arrays; mode is "full",
// "same" or "valid".
func Convolve(a, v *Array, mode string) *Array {
	const op = "convolve"
	if a.NDim() != 1 || v.NDim() != 1 || a.Size() == 0 || v.Size() == 0 {
		throw(op, BadShape, "", "needs two 1-d arrays that are not empty", a.Shape(), v.Shape())
	}
	if a.Size() < v.Size() {
		a, v = v, a
	}
	o := ConvOptions{Flip: true}
	n := v.Size()
	switch mode {
	case "full":
		o.Padding = []int{n - 1}
	case "valid":
	case "same":
		o.Padding, o.PaddingHigh = []int{n / 2}, []int{n - 1 - n/2}
	default:
		throw(op, BadArgument, `use "full", "same" or "valid"`, fmt.Sprintf("unknown mode %q", mode))
	}
	return Conv(a.Reshape(1, -1, 1), v.Reshape(1, -1, 1), o).Reshape(-1)
}
