package capi

import (
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// floatCalls are the functions that take floating-point arguments, or narrow
// ones beyond the registers, which only typed calls pass rightly on every
// platform. Lists are pointers: a slice that spills to the stack is passed
// wrongly on darwin/arm64.
type floatCalls struct {
	arange      func(res *Handle, start, stop, step float64, dtype int32, s Handle) int32
	layerNorm   func(res *Handle, x, weight, bias Handle, eps float32, s Handle) int32
	rmsNorm     func(res *Handle, x, weight Handle, eps float32, s Handle) int32
	ropeDynamic func(res *Handle, x Handle, dims int32, traditional bool, base uint64, scale float32, offset, freqs, s Handle) int32
	attention   func(res *Handle, q, k, v Handle, scale float32, mode *byte, mask, sinks, s Handle) int32
	kernelInit  func(config uintptr, value float32) int32
	conv        func(res *Handle, x, w Handle, stride *int32, nStride uint64, low *int32, nLow uint64, high *int32, nHigh uint64,
		kernel *int32, nKernel uint64, input *int32, nInput uint64, groups int32, flip bool, s Handle) int32
}

// typed returns a function of a floating-point signature, which it binds at
// its first use.
func typed[F any](l *Library, f *F, bound bool, name Fn) F {
	if !bound {
		purego.RegisterFunc(f, l.address(name))
	}
	l.out[0] = 0
	return *f
}

var (
	fnArange      = Symbol("mlx_arange")
	fnLayerNorm   = Symbol("mlx_fast_layer_norm")
	fnRMSNorm     = Symbol("mlx_fast_rms_norm")
	fnRopeDynamic = Symbol("mlx_fast_rope_dynamic")
	fnAttention   = Symbol("mlx_fast_scaled_dot_product_attention")
	fnConv        = Symbol("mlx_conv_general")
)

func (l *Library) check(f Fn, rc int32) Handle {
	if rc != 0 {
		l.fail(f.String())
	}
	return l.out[0]
}

// Arange counts from start to before stop.
func (l *Library) Arange(start, stop, step float64, dtype core.DType, stream Handle) Handle {
	f := typed(l, &l.floats.arange, l.floats.arange != nil, fnArange)
	return l.check(fnArange, f(&l.out[0], start, stop, step, int32(dtype), stream))
}

// LayerNorm normalises the last axis; weight and bias may be 0.
func (l *Library) LayerNorm(x, weight, bias Handle, eps float64, stream Handle) Handle {
	f := typed(l, &l.floats.layerNorm, l.floats.layerNorm != nil, fnLayerNorm)
	return l.check(fnLayerNorm, f(&l.out[0], x, weight, bias, float32(eps), stream))
}

// RMSNorm normalises the last axis; weight may be 0.
func (l *Library) RMSNorm(x, weight Handle, eps float64, stream Handle) Handle {
	f := typed(l, &l.floats.rmsNorm, l.floats.rmsNorm != nil, fnRMSNorm)
	return l.check(fnRMSNorm, f(&l.out[0], x, weight, float32(eps), stream))
}

// RoPE rotates by positions from an array of offsets. base is an optional
// float as Optional makes it.
func (l *Library) RoPE(x Handle, dims int, traditional bool, base uint64, scale float64, offset, freqs, stream Handle) Handle {
	f := typed(l, &l.floats.ropeDynamic, l.floats.ropeDynamic != nil, fnRopeDynamic)
	return l.check(fnRopeDynamic, f(&l.out[0], x, int32(dims), traditional, base, float32(scale), offset, freqs, stream))
}

// Attention computes scaled dot-product attention; mode is "", "causal" or
// "array", mask and sinks may be 0.
func (l *Library) Attention(q, k, v Handle, scale float64, mode string, mask, sinks, stream Handle) Handle {
	f := typed(l, &l.floats.attention, l.floats.attention != nil, fnAttention)
	text := append([]byte(mode), 0)
	return l.check(fnAttention, f(&l.out[0], q, k, v, float32(scale), &text[0], mask, sinks, stream))
}

// Conv convolves channels-last arrays.
func (l *Library) Conv(x, w Handle, p core.ConvParams, stream Handle) Handle {
	f := typed(l, &l.floats.conv, l.floats.conv != nil, fnConv)
	var lists [5][]int32
	for i, vs := range [][]int{p.Stride, p.PaddingLow, p.PaddingHigh, p.KernelDilation, p.InputDilation} {
		for _, v := range vs {
			lists[i] = append(lists[i], int32(v))
		}
	}
	at := func(i int) (*int32, uint64) { return unsafe.SliceData(lists[i]), uint64(len(lists[i])) }
	s, ns := at(0)
	lo, nlo := at(1)
	hi, nhi := at(2)
	k, nk := at(3)
	in, nin := at(4)
	rc := f(&l.out[0], x, w, s, ns, lo, nlo, hi, nhi, k, nk, in, nin, int32(p.Groups), p.Flip, stream)
	runtime.KeepAlive(lists)
	return l.check(fnConv, rc)
}
