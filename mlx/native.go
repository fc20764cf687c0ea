package mlx

import (
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
