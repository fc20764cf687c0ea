package capi

import (
	"runtime"
	"unsafe"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// KernelSpec is what a custom kernel is made of.
type KernelSpec struct {
	Name            string
	Inputs, Outputs []string
	Source, Header  string
	RowContiguous   bool
	AtomicOutputs   bool
}

// KernelLaunch is what a launch of a custom kernel adds to its inputs.
type KernelLaunch struct {
	Outputs           []Output
	Grid, Threadgroup [3]int
	Template          []TemplateValue
	Init              *float64 // fills the outputs
}

// Output is an array that a kernel makes.
type Output struct {
	Shape []int
	DType core.DType
}

// TemplateValue is one value of a kernel's template list: a DType, an int or a
// bool.
type TemplateValue struct {
	Name  string
	Value any
}

// kernelCalls is one of MLX-C's families of functions for custom kernels.
// mlx_fast_cuda_kernel's differs in the arguments of its new function only.
type kernelCalls struct {
	new, free, apply                Fn
	config, configFree              Fn
	output, grid, threadgroup, init Fn
	dtype, integer, boolean         Fn
}

func kernelFamily(prefix string) kernelCalls {
	f := func(name string) Fn { return Symbol(prefix + name) }
	return kernelCalls{
		new: f("_new"), free: f("_free"), apply: f("_apply"),
		config: f("_config_new"), configFree: f("_config_free"),
		output: f("_config_add_output_arg"), grid: f("_config_set_grid"), threadgroup: f("_config_set_thread_group"), init: f("_config_set_init_value"),
		dtype: f("_config_add_template_arg_dtype"), integer: f("_config_add_template_arg_int"), boolean: f("_config_add_template_arg_bool"),
	}
}

var metalKernel = kernelFamily("mlx_fast_metal_kernel")

// Kernel is a custom kernel of MLX. MLX compiles it when a launch is evaluated.
type Kernel struct {
	lib    *Library
	family *kernelCalls
	handle uintptr
}

var (
	fnStringsNew  = Symbol("mlx_vector_string_new_data")
	fnStringsFree = Symbol("mlx_vector_string_free")
)

// MetalKernel makes a kernel of Metal's language.
func (l *Library) MetalKernel(s KernelSpec) *Kernel {
	inputs, outputs := l.strings(s.Inputs), l.strings(s.Outputs)
	defer l.call(fnStringsFree, inputs)
	defer l.call(fnStringsFree, outputs)
	name, source, header := cString(s.Name), cString(s.Source), cString(s.Header)
	k := &Kernel{lib: l, family: &metalKernel}
	k.handle = l.call(k.family.new, uintptr(unsafe.Pointer(name)), inputs, outputs, uintptr(unsafe.Pointer(source)),
		uintptr(unsafe.Pointer(header)), word(s.RowContiguous), word(s.AtomicOutputs))
	if k.handle == 0 {
		l.fail("metal_kernel")
	}
	return k
}

// Free frees the kernel; launches of it that are not evaluated keep what they
// need.
func (k *Kernel) Free() { k.lib.call(k.family.free, k.handle) }

// Apply makes the arrays of a launch; evaluating them launches.
func (k *Kernel) Apply(inputs []Handle, launch KernelLaunch, stream Handle) []Handle {
	l := k.lib
	config := k.configure(launch)
	defer l.call(k.family.configFree, config)
	in := l.vector(inputs)
	defer l.call(fnVectorFree, in)
	l.out[0] = 0
	rc := int32(l.call(k.family.apply, l.result(0), k.handle, in, config, uintptr(stream)))
	out := uintptr(l.out[0])
	defer l.call(fnVectorFree, out)
	if rc != 0 {
		l.fail("metal_kernel")
	}
	return l.elements(k.family.apply, out)
}

func (k *Kernel) configure(launch KernelLaunch) uintptr {
	l, f := k.lib, k.family
	config := l.call(f.config)
	must := func(rc uintptr) {
		if int32(rc) != 0 {
			l.call(f.configFree, config)
			l.fail("metal_kernel")
		}
	}
	for _, o := range launch.Outputs {
		dims := dimensions(o.Shape)
		must(l.call(f.output, config, uintptr(unsafe.Pointer(unsafe.SliceData(dims))), uintptr(len(dims)), uintptr(o.DType)))
	}
	g, t := launch.Grid, launch.Threadgroup
	must(l.call(f.grid, config, narrow(g[0]), narrow(g[1]), narrow(g[2])))
	must(l.call(f.threadgroup, config, narrow(t[0]), narrow(t[1]), narrow(t[2])))
	for _, v := range launch.Template {
		name := cString(v.Name)
		at := uintptr(unsafe.Pointer(name))
		switch v := v.Value.(type) {
		case core.DType:
			must(l.call(f.dtype, config, at, uintptr(v)))
		case int:
			must(l.call(f.integer, config, at, narrow(v)))
		case bool:
			must(l.call(f.boolean, config, at, word(v)))
		}
		runtime.KeepAlive(name)
	}
	if launch.Init != nil {
		set := typed(l, &l.floats.kernelInit, l.floats.kernelInit != nil, f.init)
		must(uintptr(uint32(set(config, float32(*launch.Init)))))
	}
	return config
}

// strings makes a vector of strings.
func (l *Library) strings(texts []string) uintptr {
	ps := make([]*byte, len(texts), len(texts)+1)
	for i, s := range texts {
		ps[i] = cString(s)
	}
	v := l.call(fnStringsNew, uintptr(unsafe.Pointer(unsafe.SliceData(ps))), uintptr(len(ps)))
	runtime.KeepAlive(ps)
	return v
}

// narrow is an int as an argument.
func narrow(v int) uintptr { return uintptr(uint32(int32(v))) }

// word is a bool as an argument.
func word(v bool) uintptr {
	if v {
		return 1
	}
	return 0
}
