package mlx

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"

	"github.com/zmlx/zmlx/mlx/internal/capi"
	"github.com/zmlx/zmlx/mlx/internal/native"
)

// NativeLibrary describes the MLX that was found on this machine.
type NativeLibrary struct {
	Path    string
	Version string
	CPU     Runtime
	GPU     Runtime // nil without one
	Devices []Device
}

// Native loads MLX's C library, once per process. The error lists every path
// that was tried and says how to install it; $ZMLX_MLXC names another path.
func Native() (*NativeLibrary, error) { return loadNative() }

var loadNative = sync.OnceValues(func() (*NativeLibrary, error) {
	lib, err := capi.Open(capi.DefaultCandidates())
	if err != nil {
		return nil, err
	}
	return NativeOf(lib), nil
})

// NativeOf describes a library that is loaded; tests have one of their own.
func NativeOf(lib *capi.Library) *NativeLibrary {
	n := &NativeLibrary{Path: lib.Path(), Version: lib.Version(), CPU: native.New(lib, false)}
	var gpus int
	var metal bool
	var info capi.GPUInfo
	lib.Do(func() {
		if gpus = lib.GPUs(); gpus > 0 {
			metal, info = lib.Metal(), lib.GPUInfo()
		}
	})
	if gpus > 0 {
		gpu := native.New(lib, true)
		n.GPU = gpu
		if metal {
			n.Devices = append(n.Devices, newMetalDevice(n, gpu, info))
		}
	}
	n.Devices = append(n.Devices, cpuDevice{HostDevice().(hostDevice), n})
	return n
}

// LibraryExists tells, without loading it, whether there is a file where MLX's
// C library is looked for.
func LibraryExists() bool {
	for _, path := range capi.DefaultCandidates() {
		if _, err := os.Stat(path); err == nil {
			return true
		}
	}
	return false
}

// MetalPossible tells whether the GPU could run Metal kernels on this kind of
// machine.
func MetalPossible() bool { return runtime.GOOS == "darwin" && runtime.GOARCH == "arm64" }

// AbsentDevice is a device that this machine could have.
type AbsentDevice struct {
	Name   string
	Reason string
	Tried  []string // paths of the library, and why each did not serve
	Next   string   // how to get it
	Wanted bool     // the environment names a library
}

// AbsentDevices says what is missing, and why.
func AbsentDevices() []AbsentDevice {
	n, err := Native()
	var failed *capi.LoadError
	switch {
	case errors.As(err, &failed):
		a := AbsentDevice{Name: "mlx-cpu", Reason: "MLX's C library, libmlxc, cannot be loaded", Next: failed.Next(), Wanted: os.Getenv(capi.Variable) != ""}
		for _, t := range failed.Attempts {
			a.Tried = append(a.Tried, fmt.Sprintf("%s: %v", t.Path, t.Err))
		}
		metal := a
		metal.Name = "metal"
		if !MetalPossible() {
			metal = noMetal
		}
		return []AbsentDevice{metal, a}
	case !MetalPossible():
		return []AbsentDevice{noMetal}
	case len(n.Devices) == 1:
		return []AbsentDevice{{Name: "metal", Reason: fmt.Sprintf("MLX %s at %s was built without Metal, or finds no GPU", n.Version, n.Path), Next: "install it with: brew install mlx-c"}}
	}
	return nil
}

var noMetal = AbsentDevice{Name: "metal", Reason: "Metal runs on Macs with Apple silicon only", Next: "use --device host: it runs the same kernels"}
