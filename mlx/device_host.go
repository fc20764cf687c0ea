package mlx

import (
	"context"
	"fmt"
	"runtime"

	"github.com/zmlx/zmlx/mlx/msl"
)

// HostDevice returns the device that is part of this program: Metal kernels
// compiled by package msl and run on the CPU.
func HostDevice() RawDevice { return hostDevice{} }

type hostDevice struct{}

func (hostDevice) Name() string { return "host" }

func (hostDevice) Info() DeviceInfo {
	return DeviceInfo{
		Name:         "host",
		Description:  fmt.Sprintf("embedded device on %s/%s", runtime.GOOS, runtime.GOARCH),
		Architecture: runtime.GOARCH,
		Cores:        runtime.GOMAXPROCS(0),
		SimdWidth:    32,
		MaxThreads:   MaxThreadsPerThreadgroup,
		LocalBytes:   maxLocalBytes,
		Executor:     "interp",
	}
}

// maxLocalBytes is Metal's limit of threadgroup memory.
const maxLocalBytes = 32 << 10

func (hostDevice) Compile(ctx context.Context, src KernelSource, inputs []ArgInfo, cfg LaunchConfig) (Kernel, error) {
	if _, err := src.Generate(inputs, cfg); err != nil {
		return nil, err
	}
	return nil, &Error{Op: "compile", Code: Unsupported, Msg: "the host device has no compiler yet"}
}

func (hostDevice) CompileFile(ctx context.Context, name, text string, opt msl.Options) (RawProgram, error) {
	return nil, &Error{Op: "compile", Code: Unsupported, Msg: "the host device has no compiler yet"}
}
