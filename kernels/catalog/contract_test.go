package catalog

import (
	"bytes"
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
)

// TestEntries: what every kernel of the catalogue has.
func TestEntries(t *testing.T) {
	names := map[string]string{}
	for _, e := range List() {
		require.Empty(t, names[e.Name], "%s is also in %s", e.Path, names[e.Name])
		names[e.Name] = e.Path
		spec, err := e.Spec()
		require.NoError(t, err)
		require.Equal(t, e.Name, spec.Name, "the file is named after the kernel")
		require.NotEmpty(t, spec.Doc, e.Name)
		require.NotNil(t, spec.Reference, e.Name)
		require.NotNil(t, spec.Cost, "%s has a cost formula", e.Name)
		require.True(t, len(spec.Tune) > 0 || spec.Generate != nil, "%s has a tune space", e.Name)
		odd := map[int64]bool{}
		for _, c := range spec.Cases {
			for _, v := range c.Values {
				odd[v.Value.Int] = odd[v.Value.Int] || v.Value.Kind == kernels.IntValue
			}
		}
		for _, n := range []int64{0, 1, 31, 33, 1000} {
			require.True(t, odd[n], "%s has a case with %d", e.Name, n)
		}
		if spec.DTypeParam() >= 0 {
			require.Equal(t, []mlx.DType{mlx.Float32, mlx.Float16, mlx.Bfloat16}, spec.DTypes(), e.Name)
		}
	}
}

// launch runs a kernel on drawn inputs.
func launch(t *testing.T, src *kernels.Source, opt mlx.LaunchOptions) *mlx.LaunchResult {
	inputs, err := src.Draw(1, nil)
	require.NoError(t, err)
	k, _, err := src.Compile(context.Background(), mlx.HostDevice())
	require.NoError(t, err)
	r, err := k.Launch(context.Background(), inputs, src.Config, opt)
	require.NoError(t, err)
	return r
}

// TestCost: a formula counts what its kernel does. The kernel may do more, for
// threads repeat each other's work; data may keep it from doing all.
func TestCost(t *testing.T) {
	for _, e := range List() {
		spec, err := e.Spec()
		require.NoError(t, err)
		var largest *kernels.Source
		for _, c := range spec.Cases {
			src, err := spec.Source(c, spec.DefaultDType())
			require.NoError(t, err)
			if !src.Empty() && (largest == nil || src.Cost.FLOPs+src.Cost.Bytes > largest.Cost.FLOPs+largest.Cost.Bytes) {
				largest = src
			}
		}
		counted := int64(0)
		for _, l := range launch(t, largest, mlx.LaunchOptions{Count: true}).Lines {
			counted += l.FLOPs + l.Transcendental
		}
		formula := largest.Cost.FLOPs
		require.True(t, formula <= 2*counted && counted <= 8*formula, "%s counts %d operations, its formula %d", largest.Label(), counted, formula)
	}
}

// TestExecutors: the fast executor runs every kernel and gives the bits of the
// interpreter. Kernels take turns with the types.
func TestExecutors(t *testing.T) {
	for i, e := range List() {
		spec, err := e.Spec()
		require.NoError(t, err)
		types := spec.DTypes()
		src, err := spec.Source(spec.Cases[1], types[i%len(types)])
		require.NoError(t, err)
		slow := launch(t, src, mlx.LaunchOptions{Executor: "interp", Workers: 1})
		fast := launch(t, src, mlx.LaunchOptions{Executor: "wasm", Workers: 1})
		require.Equal(t, "wasm", fast.Executor, "%s falls back", src.Label())
		for i, out := range slow.Outputs {
			requireSame(t, out, fast.Outputs[i], src.Label())
		}
	}
}

// requireSame compares bits; only which NaN an element is may differ.
func requireSame(t *testing.T, want, got *mlx.Array, label string) {
	size := want.DType().Size()
	a, b := want.Bytes(), got.Bytes()
	require.Len(t, b, len(a), label)
	if bytes.Equal(a, b) {
		return
	}
	x, y := want.Float64s(), got.Float64s()
	for i := range x {
		if !math.IsNaN(x[i]) || !math.IsNaN(y[i]) {
			require.Equal(t, a[i*size:(i+1)*size], b[i*size:(i+1)*size], "%s, element %d: %v, not %v", label, i, y[i], x[i])
		}
	}
}
