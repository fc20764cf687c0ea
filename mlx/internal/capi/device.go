package capi

import (
	"runtime"
	"unsafe"
)

var (
	fnCPUStream       = Symbol("mlx_default_cpu_stream_new")
	fnGPUStream       = Symbol("mlx_default_gpu_stream_new")
	fnDeviceCount     = Symbol("mlx_device_count")
	fnDeviceNew       = Symbol("mlx_device_new_type")
	fnDeviceFree      = Symbol("mlx_device_free")
	fnInfoNew         = Symbol("mlx_device_info_new")
	fnInfoGet         = Symbol("mlx_device_info_get")
	fnInfoFree        = Symbol("mlx_device_info_free")
	fnInfoHas         = Symbol("mlx_device_info_has_key")
	fnInfoString      = Symbol("mlx_device_info_get_string")
	fnInfoSize        = Symbol("mlx_device_info_get_size")
	fnMetalAvailable  = Symbol("mlx_metal_is_available")
	fnStartCapture    = Symbol("mlx_metal_start_capture")
	fnStopCapture     = Symbol("mlx_metal_stop_capture")
	fnActiveMemory    = Symbol("mlx_get_active_memory")
	fnPeakMemory      = Symbol("mlx_get_peak_memory")
	fnResetPeakMemory = Symbol("mlx_reset_peak_memory")
)

// gpu is the device type of GPUs.
const gpu = 1

// CPU returns a new handle of the thread's default CPU stream.
func (l *Library) CPU() Handle { return l.stream(fnCPUStream) }

// GPU returns a new handle of the thread's default GPU stream.
func (l *Library) GPU() Handle { return l.stream(fnGPUStream) }

func (l *Library) stream(f Fn) Handle {
	s := Handle(l.call(f))
	if s == 0 {
		l.fail("stream")
	}
	return s
}

// GPUs returns how many GPUs MLX sees.
func (l *Library) GPUs() int {
	l.out[0] = 0
	if int32(l.call(fnDeviceCount, l.result(0), gpu)) != 0 {
		return 0
	}
	return int(int32(l.out[0]))
}

// Metal tells whether MLX has its Metal backend.
func (l *Library) Metal() bool {
	l.out[0] = 0
	return int32(l.call(fnMetalAvailable, l.result(0))) == 0 && byte(l.out[0]) != 0
}

// GPUInfo describes a GPU. What MLX does not tell is left out.
type GPUInfo struct {
	Name         string
	Architecture string // "applegpu_g16s"
	Memory       int64  // bytes
	WorkingSet   int64  // bytes that it should not exceed
	MaxBuffer    int64  // bytes
}

// GPUInfo describes the first GPU.
func (l *Library) GPUInfo() (info GPUInfo) {
	d := l.call(fnDeviceNew, gpu, 0)
	defer l.call(fnDeviceFree, d)
	l.out[0] = Handle(l.call(fnInfoNew))
	if int32(l.call(fnInfoGet, l.result(0), d)) != 0 {
		return info
	}
	i := uintptr(l.out[0])
	defer l.call(fnInfoFree, i)
	ask := func(f Fn, key string) uintptr {
		k := cString(key)
		defer runtime.KeepAlive(k)
		at := uintptr(unsafe.Pointer(k))
		l.out[1] = 0
		if int32(l.call(fnInfoHas, l.result(1), i, at)) != 0 || byte(l.out[1]) == 0 {
			return 0
		}
		l.out[1] = 0
		if int32(l.call(f, l.result(1), i, at)) != 0 {
			return 0
		}
		return uintptr(l.out[1])
	}
	info.Name = goString((*byte)(pointer(ask(fnInfoString, "device_name"))))
	info.Architecture = goString((*byte)(pointer(ask(fnInfoString, "architecture"))))
	info.Memory = int64(ask(fnInfoSize, "memory_size"))
	info.WorkingSet = int64(ask(fnInfoSize, "max_recommended_working_set_size"))
	info.MaxBuffer = int64(ask(fnInfoSize, "max_buffer_length"))
	return info
}

// ActiveMemory returns the bytes of MLX's arrays.
func (l *Library) ActiveMemory() int64 { return l.counter(fnActiveMemory) }

// PeakMemory returns the most that ActiveMemory was since ResetPeakMemory.
func (l *Library) PeakMemory() int64 { return l.counter(fnPeakMemory) }

// ResetPeakMemory sets the peak to 0.
func (l *Library) ResetPeakMemory() { l.call(fnResetPeakMemory) }

func (l *Library) counter(f Fn) int64 {
	l.out[0] = 0
	l.call(f, l.result(0))
	return int64(l.out[0])
}

// StartCapture begins to record GPU work into a .gputrace file.
func (l *Library) StartCapture(path string) {
	p := cString(path)
	rc := int32(l.call(fnStartCapture, uintptr(unsafe.Pointer(p))))
	runtime.KeepAlive(p)
	if rc != 0 {
		l.fail("capture")
	}
}

// StopCapture writes the file.
func (l *Library) StopCapture() {
	if int32(l.call(fnStopCapture)) != 0 {
		l.fail("capture")
	}
}
