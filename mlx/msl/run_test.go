package msl_test

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
)

// TestRun runs kernels that check themselves: each check writes 1, or minus
// its line, and a zero ends the list. Unoptimised and optimised programs must
// agree, and both executors; no kernel reads what nothing has written, and each
// can be followed.
func TestRun(t *testing.T) {
	files, err := filepath.Glob("testdata/run/*.metal")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		res := msl.Compile(name, string(text), msl.Options{Version: 400})
		require.NotNil(t, res.Program, diag.RenderAll(res.Sources, res.Diagnostics))
		require.Empty(t, diag.RenderAll(res.Sources, res.Diagnostics))
		optimized, err := ir.Optimize(res.Program)
		require.NoError(t, err)
		for how, p := range map[string]*ir.Program{"lowered": res.Program, "optimized": optimized} {
			t.Run(filepath.Base(name)+"/"+how, func(t *testing.T) { selfCheck(t, interp.Executor{}, p, 0) })
		}
		t.Run(filepath.Base(name)+"/checked", func(t *testing.T) {
			selfCheck(t, interp.Executor{}, res.Program, exec.Races|exec.Uninitialised)
		})
		t.Run(filepath.Base(name)+"/wasm", func(t *testing.T) {
			require.Empty(t, selfCheck(t, wasm.Executor{}, optimized, 0))
		})
	}
}

// selfCheck returns why another executor ran p, "" if none did.
func selfCheck(t *testing.T, e exec.Executor, p *ir.Program, checks exec.Checks) string {
	out := make([]byte, 4096)
	launch := exec.Launch{
		Entry: p.Entries[0], Grid: exec.Dim{1, 1, 1}, Threadgroup: exec.Dim{1, 1, 1},
		Buffers: map[int]exec.Buffer{
			0: {Data: out, Name: "out"},
			1: {Data: make([]byte, 256), Name: "f"},
			2: {Data: []byte{3, 0, 0, 0}, ReadOnly: true, Name: "three"},
		},
		Checks: checks,
	}
	if checks != 0 {
		launch.Follow = &exec.Dim{}
	}
	r, err := e.Run(context.Background(), p, launch)
	require.NoError(t, err)
	require.Empty(t, r.Findings)
	require.Equal(t, checks != 0, len(r.Path) > 0)
	for i := 0; ; i += 4 {
		v := int32(binary.LittleEndian.Uint32(out[i:]))
		if v == 0 {
			require.Positive(t, i, "the kernel checked nothing")
			return r.Fallback
		}
		require.Equal(t, int32(1), v, "check in line %d failed", -v)
	}
}
