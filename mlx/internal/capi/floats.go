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
	conv        func(res *Handle, x, w Handle, stride *int32, nStride uint64, low *int32, nLow uint64, high *int32, nHigh uint64,
		kernel *int32, nKernel uint64, input *int32, nInput uint64, groups int32, flip bool, s Handle) int32
}

// bind binds a typed function at its first use.
func bind[F any](l *Library, f *F, isNil bool, name string) {
	if !isNil {
		return
	}
	sym, err := symbol(l.handle, name)
	if err != nil {
		panic(&core.Error{Op: name, Code: core.Unsupported, Msg: "the MLX-C library lacks this function: " + err.Error()})
	}
	purego.RegisterFunc(f, sym)
}

func (l *Library) check(op string, rc int32) Handle {
	if rc != 0 {
		l.fail(op)
	}
	return l.out[0]
}

func (l *Library) result() *Handle {
	l.out[0] = 0
	return &l.out[0]
}

// Arange counts from start to before stop.
func (l *Library) Arange(start, stop, step float64, dtype core.DType, stream Handle) Handle {
	bind(l, &l.float.arange, l.float.arange == nil, "mlx_arange")
	return l.check("arange", l.float.arange(l.result(), start, stop, step, int32(dtype), stream))
}

// LayerNorm normalises the last axis; weight and bias may be 0.
func (l *Library) LayerNorm(x, weight, bias Handle, eps float64, stream Handle) Handle {
	bind(l, &l.float.layerNorm, l.float.layerNorm == nil, "mlx_fast_layer_norm")
	return l.check("layer_norm", l.float.layerNorm(l.result(), x, weight, bias, float32(eps), stream))
}

// RMSNorm normalises the last axis; weight may be 0.
func (l *Library) RMSNorm(x, weight Handle, eps float64, stream Handle) Handle {
	bind(l, &l.float.rmsNorm, l.float.rmsNorm == nil, "mlx_fast_rms_norm")
	return l.check("rms_norm", l.float.rmsNorm(l.result(), x, weight, float32(eps), stream))
}

// RoPE rotates by positions from an array of offsets. base is an optional
// float as Optional makes it.
func (l *Library) RoPE(x Handle, dims int, traditional bool, base uint64, scale float64, offset, freqs, stream Handle) Handle {
	bind(l, &l.float.ropeDynamic, l.float.ropeDynamic == nil, "mlx_fast_rope_dynamic")
	return l.check("rope", l.float.ropeDynamic(l.result(), x, int32(dims), traditional, base, float32(scale), offset, freqs, stream))
}

// Attention computes scaled dot-product attention; mode is "", "causal" or
// "array", mask and sinks may be 0.
func (l *Library) Attention(q, k, v Handle, scale float64, mode string, mask, sinks, stream Handle) Handle {
	bind(l, &l.float.attention, l.float.attention == nil, "mlx_fast_scaled_dot_product_attention")
	text := append([]byte(mode), 0)
	return l.check("scaled_dot_product_attention", l.float.attention(l.result(), q, k, v, float32(scale), &text[0], mask, sinks, stream))
}

// Conv convolves channels-last arrays.
func (l *Library) Conv(x, w Handle, p core.ConvParams, stream Handle) Handle {
	bind(l, &l.float.conv, l.float.conv == nil, "mlx_conv_general")
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
	rc := l.float.conv(l.result(), x, w, s, ns, lo, nlo, hi, nhi, k, nk, in, nin, int32(p.Groups), p.Flip, stream)
	runtime.KeepAlive(lists)
	return l.check("conv_general", rc)
}

// Optional makes an optional value of 4 bytes for a typed call.
func Optional(bits uint32) uint64 { return uint64(bits) | 1<<32 }
