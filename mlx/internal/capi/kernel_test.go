//go:build (darwin || linux) && (amd64 || arm64)

package capi_test

import (
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/internal/capi"
	"github.com/zmlx/zmlx/mlx/internal/capi/capitest"
	"github.com/zmlx/zmlx/mlx/internal/core"
)

// TestMetalKernel sends a kernel through the foreign function interface and
// wants every argument to arrive, and every handle to be freed.
func TestMetalKernel(t *testing.T) {
	lib, fake := capitest.New()
	spec := capi.KernelSpec{Name: "axpy", Inputs: []string{"x", "a"}, Outputs: []string{"y", "n"}, Source: "the source", Header: "the header",
		RowContiguous: true, AtomicOutputs: false}
	init := -1.5
	launch := capi.KernelLaunch{
		Outputs: []capi.Output{{Shape: []int{2, 3}, DType: core.Float32}, {Shape: []int{}, DType: core.Int32}},
		Grid:    [3]int{7, 8, 9}, Threadgroup: [3]int{4, 5, 6},
		Template: []capi.TemplateValue{{Name: "T", Value: core.Bfloat16}, {Name: "N", Value: -7}, {Name: "B", Value: true}, {Name: "C", Value: false}},
		Init:     &init,
	}
	fake.Run = func(k capi.KernelSpec, inputs []capitest.Array, l capi.KernelLaunch) ([][]byte, error) {
		require.Equal(t, spec, k)
		require.Equal(t, launch, l)
		require.Len(t, inputs, 2)
		require.Equal(t, []int{6}, inputs[0].Shape)
		require.Equal(t, core.Float32, inputs[0].DType)
		require.Equal(t, []int{}, inputs[1].Shape)
		return [][]byte{inputs[0].Data, {1, 2, 3, 4}}, nil
	}
	x := make([]byte, 24)
	binary.LittleEndian.PutUint32(x[20:], math.Float32bits(3))
	var y, n []byte
	lib.Do(func() {
		stream := lib.GPU()
		inputs := []capi.Handle{lib.NewArray(core.Float32, []int{6}, x), lib.NewArray(core.Float32, []int{}, make([]byte, 4))}
		k := lib.MetalKernel(spec)
		outputs := k.Apply(inputs, launch, stream)
		require.Len(t, outputs, 2)
		require.Empty(t, fake.Launches, "launches are lazy")
		require.Equal(t, []int{2, 3}, lib.Shape(outputs[0]))
		require.Equal(t, core.Int32, lib.DType(outputs[1]))
		lib.EvalAll(outputs)
		y, n = lib.Copy(outputs[0], 24), lib.Copy(outputs[1], 4)
		for _, h := range append(inputs, outputs...) {
			lib.Free(h)
		}
		k.Free()
	})
	require.Equal(t, x, y)
	require.Equal(t, []byte{1, 2, 3, 4}, n)
	require.Empty(t, fake.Misuse)
	require.Equal(t, map[string]int{"string": 1}, fake.Live(), "the stream is all that is left")
}

func TestMetalKernelFails(t *testing.T) {
	lib, fake := capitest.New()
	fake.Run = func(capi.KernelSpec, []capitest.Array, capi.KernelLaunch) ([][]byte, error) {
		return nil, errors.New("[metal::malloc] Attempting to allocate 9 bytes which is greater than the maximum allowed buffer size of 8 bytes")
	}
	var failed *core.Error
	lib.Do(func() {
		defer func() { failed, _ = recover().(*core.Error) }()
		k := lib.MetalKernel(capi.KernelSpec{Name: "k", Outputs: []string{"y"}})
		defer k.Free()
		out := k.Apply(nil, capi.KernelLaunch{Outputs: []capi.Output{{DType: core.Float32}}}, lib.GPU())
		defer lib.Free(out[0])
		lib.EvalAll(out)
	})
	require.NotNil(t, failed)
	require.Equal(t, core.NoMemory, failed.Code)
	require.Equal(t, "[eval] [metal::malloc] Attempting to allocate 9 bytes which is greater than the maximum allowed buffer size of 8 bytes", failed.Error())
	require.Equal(t, map[string]int{"string": 1}, fake.Live())
	require.Empty(t, fake.Misuse)
}

func TestGPUInfo(t *testing.T) {
	lib, fake := capitest.New()
	lib.Do(func() {
		require.Equal(t, 1, lib.GPUs())
		require.True(t, lib.Metal())
		require.Equal(t, capi.GPUInfo{Name: "Fake M9", Architecture: "applegpu_f9", Memory: 64 << 30, MaxBuffer: 1 << 30}, lib.GPUInfo())
		lib.StartCapture("a b.gputrace")
		lib.StopCapture()
	})
	require.Equal(t, []string{"a b.gputrace", "stop"}, fake.Captures)
	require.Empty(t, fake.Live())
	require.Empty(t, fake.Misuse)
}
