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
}

// Native loads MLX's C library, once per process. The error lists every path
// that was tried and says how to install it; $ZMLX_MLXC names another path.
func Native() (*NativeLibrary, error) { return loadNative() }

var loadNative = sync.OnceValues(func() (*NativeLibrary, error) {
	lib, err := capi.Open(capi.DefaultCandidates())
	if err != nil {
		return nil, err
	}
	n := &NativeLibrary{Path: lib.Path(), Version: lib.Version(), CPU: native.New(lib, false)}
	gpus := 0
	lib.Do(func() { gpus = lib.GPUs() })
	if gpus > 0 {
		n.GPU = native.New(lib, true)
	}
	return n, nil
})
