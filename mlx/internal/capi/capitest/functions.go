//go:build (darwin || linux) && (amd64 || arm64)

package capitest

import (
	"slices"
	"unsafe"

	"github.com/ebitengine/purego"

	"github.com/zmlx/zmlx/mlx/internal/capi"
	"github.com/zmlx/zmlx/mlx/internal/core"
)

// register makes the callbacks. A process can have 2000 of them, ever.
func register() {
	for name, fn := range functions {
		table[name] = purego.NewCallback(fn)
	}
	for _, name := range []string{"mlx_array_new", "mlx_qqmm", "mlx_hanning", "mlx_fft_fftfreq"} {
		table[name] = purego.NewCallback(func() uintptr { return 0 })
	}
}

var functions = map[string]any{
	"mlx_set_error_handler": func(h, _, _ uintptr) uintptr { now().handler = h; return 0 },
	"mlx_string_new":        func() uintptr { return now().hold(new([]byte)) },
	"mlx_version": func(s *uintptr) uintptr {
		*get[*[]byte](now(), *s) = []byte("0.31.2\x00")
		return 0
	},
	"mlx_string_data": func(s uintptr) uintptr { return addressOf(*get[*[]byte](now(), s)) },
	"mlx_string_free": func(s uintptr) uintptr { return now().drop(s) },

	"mlx_default_cpu_stream_new": func() uintptr { return now().hold("cpu") },
	"mlx_default_gpu_stream_new": func() uintptr { return now().hold("gpu") },
	"mlx_device_count":           func(n *int32, _ int32) uintptr { *n = 1; return 0 },
	"mlx_metal_is_available":     func(ok *bool) uintptr { *ok = true; return 0 },
	"mlx_device_new_type":        func(typ, index int32) uintptr { return now().hold([2]int32{typ, index}) },
	"mlx_device_free":            func(d uintptr) uintptr { return now().drop(d) },
	"mlx_device_info_new":        func() uintptr { return now().hold(map[string]any{}) },
	"mlx_device_info_get": func(info *uintptr, _ uintptr) uintptr {
		m := get[map[string]any](now(), *info)
		m["device_name"], m["architecture"] = []byte("Fake M9\x00"), []byte("applegpu_f9\x00")
		m["memory_size"], m["max_buffer_length"] = uintptr(64<<30), uintptr(1<<30)
		return 0
	},
	"mlx_device_info_free": func(info uintptr) uintptr { return now().drop(info) },
	"mlx_device_info_has_key": func(ok *bool, info uintptr, key *byte) uintptr {
		_, *ok = get[map[string]any](now(), info)[text(key)]
		return 0
	},
	"mlx_device_info_get_string": func(value *uintptr, info uintptr, key *byte) uintptr {
		*value = addressOf(get[map[string]any](now(), info)[text(key)].([]byte))
		return 0
	},
	"mlx_device_info_get_size": func(value *uintptr, info uintptr, key *byte) uintptr {
		*value = get[map[string]any](now(), info)[text(key)].(uintptr)
		return 0
	},
	"mlx_get_active_memory":   func(n *uintptr) uintptr { *n = now().memory(); return 0 },
	"mlx_get_peak_memory":     func(n *uintptr) uintptr { *n = now().memory(); return 0 },
	"mlx_reset_peak_memory":   func() uintptr { return 0 },
	"mlx_metal_start_capture": func(path *byte) uintptr { now().captured(text(path)); return 0 },
	"mlx_metal_stop_capture":  func() uintptr { now().captured("stop"); return 0 },

	"mlx_array_new_data": func(data *byte, shape *int32, n, dtype uintptr) uintptr {
		a := newArray(core.DType(dtype), ints(shape, n))
		a.Data = slices.Clone(unsafe.Slice(data, core.NumElements(a.Shape)*a.DType.Size()))
		return now().hold(a)
	},
	"mlx_array_free":       func(a uintptr) uintptr { return now().drop(a) },
	"mlx_array_dtype":      func(a uintptr) uintptr { return uintptr(get[*Array](now(), a).DType) },
	"mlx_array_ndim":       func(a uintptr) uintptr { return uintptr(len(get[*Array](now(), a).Shape)) },
	"mlx_array_shape":      func(a uintptr) uintptr { return addressOf(get[*Array](now(), a).dims) },
	"mlx_array_strides":    func(a uintptr) uintptr { return addressOf(get[*Array](now(), a).strides) },
	"mlx_array_data_uint8": func(a uintptr) uintptr { return addressOf(get[*Array](now(), a).Data) },
	"mlx_array_eval": func(a uintptr) uintptr {
		f := now()
		if err := f.eval(get[*Array](f, a)); err != nil {
			return f.fail(err)
		}
		return 0
	},
	"mlx_eval": func(v uintptr) uintptr {
		f := now()
		for _, a := range get[[]*Array](f, v) {
			if err := f.eval(a); err != nil {
				return f.fail(err)
			}
		}
		return 0
	},
	"mlx_contiguous": func(res *uintptr, a uintptr, _ bool, _ uintptr) uintptr {
		f := now()
		*res = f.hold(get[*Array](f, a))
		return 0
	},

	"mlx_vector_array_new_data": func(hs *uintptr, n uintptr) uintptr {
		f := now()
		arrays := make([]*Array, n)
		for i, h := range unsafe.Slice(hs, n) {
			arrays[i] = get[*Array](f, h)
		}
		return f.hold(arrays)
	},
	"mlx_vector_array_free": func(v uintptr) uintptr { return now().drop(v) },
	"mlx_vector_array_size": func(v uintptr) uintptr { return uintptr(len(get[[]*Array](now(), v))) },
	"mlx_vector_array_get": func(res *uintptr, v, i uintptr) uintptr {
		f := now()
		*res = f.hold(get[[]*Array](f, v)[i])
		return 0
	},
	"mlx_vector_string_new_data": func(ps **byte, n uintptr) uintptr {
		names := make([]string, n)
		for i, p := range unsafe.Slice(ps, n) {
			names[i] = text(p)
		}
		return now().hold(names)
	},
	"mlx_vector_string_free": func(v uintptr) uintptr { return now().drop(v) },

	"mlx_fast_metal_kernel_new": func(name *byte, inputs, outputs uintptr, source, header *byte, contiguous, atomic bool) uintptr {
		f := now()
		k := capi.KernelSpec{Name: text(name), Inputs: get[[]string](f, inputs), Outputs: get[[]string](f, outputs),
			Source: text(source), Header: text(header), RowContiguous: contiguous, AtomicOutputs: atomic}
		f.Kernels = append(f.Kernels, k)
		return f.hold(k)
	},
	"mlx_fast_metal_kernel_free":        func(k uintptr) uintptr { return now().drop(k) },
	"mlx_fast_metal_kernel_config_new":  func() uintptr { return now().hold(&capi.KernelLaunch{}) },
	"mlx_fast_metal_kernel_config_free": func(c uintptr) uintptr { return now().drop(c) },
	"mlx_fast_metal_kernel_config_add_output_arg": func(c uintptr, shape *int32, n uintptr, dtype int32) uintptr {
		k := get[*capi.KernelLaunch](now(), c)
		k.Outputs = append(k.Outputs, capi.Output{Shape: ints(shape, n), DType: core.DType(dtype)})
		return 0
	},
	"mlx_fast_metal_kernel_config_set_grid": func(c uintptr, x, y, z int32) uintptr {
		get[*capi.KernelLaunch](now(), c).Grid = [3]int{int(x), int(y), int(z)}
		return 0
	},
	"mlx_fast_metal_kernel_config_set_thread_group": func(c uintptr, x, y, z int32) uintptr {
		get[*capi.KernelLaunch](now(), c).Threadgroup = [3]int{int(x), int(y), int(z)}
		return 0
	},
	"mlx_fast_metal_kernel_config_set_init_value": func(c uintptr, v float32) uintptr {
		wide := float64(v)
		get[*capi.KernelLaunch](now(), c).Init = &wide
		return 0
	},
	"mlx_fast_metal_kernel_config_add_template_arg_dtype": func(c uintptr, name *byte, v int32) uintptr {
		return now().template(c, name, core.DType(v))
	},
	"mlx_fast_metal_kernel_config_add_template_arg_int": func(c uintptr, name *byte, v int32) uintptr {
		return now().template(c, name, int(v))
	},
	"mlx_fast_metal_kernel_config_add_template_arg_bool": func(c uintptr, name *byte, v bool) uintptr {
		return now().template(c, name, v)
	},
	"mlx_fast_metal_kernel_apply": func(res *uintptr, k, inputs, c, stream uintptr) uintptr {
		f := now()
		if get[string](f, stream) != "gpu" {
			f.Misuse = append(f.Misuse, "a kernel on a stream of the CPU")
		}
		l := &launch{kernel: get[capi.KernelSpec](f, k), inputs: get[[]*Array](f, inputs), config: *get[*capi.KernelLaunch](f, c)}
		for i, o := range l.config.Outputs {
			a := newArray(o.DType, o.Shape)
			a.launch, a.index = l, i
			l.outputs = append(l.outputs, a)
		}
		*res = f.hold(l.outputs)
		return 0
	},
}

func (f *Fake) template(c uintptr, name *byte, v any) uintptr {
	k := get[*capi.KernelLaunch](f, c)
	k.Template = append(k.Template, capi.TemplateValue{Name: text(name), Value: v})
	return 0
}

func (f *Fake) captured(what string) { f.Captures = append(f.Captures, what) }

// memory is the size of the arrays that are alive.
func (f *Fake) memory() (n uintptr) {
	seen := map[*Array]bool{}
	for _, v := range f.live {
		if a, ok := v.(*Array); ok && !seen[a] {
			seen[a] = true
			n += uintptr(len(a.Data))
		}
	}
	return n
}

func ints(p *int32, n uintptr) []int {
	out := make([]int, n)
	for i, v := range unsafe.Slice(p, n) {
		out[i] = int(v)
	}
	return out
}

// text copies a C string.
func text(p *byte) string {
	var b []byte
	for ; *p != 0; p = (*byte)(unsafe.Add(unsafe.Pointer(p), 1)) {
		b = append(b, *p)
	}
	return string(b)
}

// addressOf is where a slice begins. Whoever made it keeps it alive.
func addressOf[T any](s []T) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(s))) }
