package wasm

import (
	"bytes"
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir/irgen"
	"github.com/zmlx/zmlx/profile/trace"
)

// withWindow runs f with a smaller window onto the heap.
func withWindow(size uintptr, f func()) {
	whole := heapWindow
	heapWindow.size = size
	defer func() { heapWindow = whole }()
	f()
}

// What lies beyond the window is copied, and results are the same.
func TestBeyondTheWindow(t *testing.T) {
	withWindow(1, func() {
		for seed := range uint64(30) {
			c := irgen.New(seed, 20)
			diff, skipped := differ(c, c.Program)
			require.Empty(t, diff, "seed %d", seed)
			require.Empty(t, skipped)
		}
	})
}

// shift adds up two buffers that are parts of one.
const shift = `func @f(%x.0:ptr.device, %y.1:ptr.device, %t.2:u32) {
  %3:i64 = convert.u32 %t.2
  %4:i64 = const 4
  %5:i64 = mul %3, %4
  %6:ptr.device = ptradd %x.0, %5
  %7:u32 = load.device %6
  %8:u32 = const 1
  %9:u32 = add %7, %8
  %10:ptr.device = ptradd %y.1, %5
  store.u32.device %10, %9
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "uint" elem u32 size 4
  buffer 1 "y" device type "uint" elem u32 size 4
  builtin thread_position_in_grid "t" u32 x1
}`

func TestCopiesKeepOverlaps(t *testing.T) {
	p := parse(t, shift)
	run := func(parts int) ([]byte, *trace.Timeline) {
		memory := make([]byte, 64)
		rec := trace.NewRecorder(time.Now)
		ctx := trace.NewContext(context.Background(), rec.Track("launch"))
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{4, 1, 1}, Threadgroup: exec.Dim{1, 1, 1}, Workers: 1,
			Buffers: map[int]exec.Buffer{0: {Data: memory[:16], ReadOnly: true}, 1: {Data: memory[4:20]}}}
		res, err := Executor{}.Run(ctx, p, l)
		require.NoError(t, err)
		require.Equal(t, "wasm", res.Executor)
		require.Equal(t, parts, res.CopiedParts)
		return memory, rec.Timeline()
	}
	want, timeline := run(0)
	require.Equal(t, []byte{0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0}, want[:20])
	require.NotContains(t, spans(t, timeline), copying)
	withWindow(1, func() {
		got, timeline := run(1)
		require.Equal(t, want, got)
		require.Contains(t, spans(t, timeline), copying)
	})
}

// spans returns the timeline as text that names its spans.
func spans(t *testing.T, tl *trace.Timeline) string {
	var b bytes.Buffer
	require.NoError(t, tl.WriteChrome(&b))
	return b.String()
}

// Where wazero has no compiler, interp serves. wazero tells by a panic; what it
// does on other platforms it does here over a cache that is not its own.
func TestWithoutCompiler(t *testing.T) {
	usual := theEngine
	theEngine = func() (*engine, error) {
		_, err := compilingRuntime(t.Context(), wazero.NewRuntimeConfigCompiler().WithCompilationCache(struct{ wazero.CompilationCache }{}))
		return nil, err
	}
	defer func() { theEngine = usual }()
	p := parse(t, shift)
	memory := make([]byte, 32)
	l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{4, 1, 1}, Threadgroup: exec.Dim{4, 1, 1},
		Buffers: map[int]exec.Buffer{0: {Data: memory[:16], ReadOnly: true}, 1: {Data: memory[16:]}}}
	res, err := Executor{}.Run(context.Background(), p, l)
	require.NoError(t, err)
	require.Equal(t, "interp", res.Executor)
	require.ErrorContains(t, Supported(), res.Fallback)
	require.Contains(t, res.Fallback, "WebAssembly cannot be compiled on "+runtime.GOOS)
	require.Equal(t, []byte{1, 0, 0, 0}, memory[16:20])
}
