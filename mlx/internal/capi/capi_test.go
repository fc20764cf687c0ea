package capi

import (
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

func TestCandidates(t *testing.T) {
	env := func(vars map[string]string) func(string) string { return func(k string) string { return vars[k] } }
	require.Equal(t, []string{"/x/lib.so"}, Candidates(env(map[string]string{Variable: "/x/lib.so"}), "/opt/zmlx/zmlx"))
	paths := Candidates(env(map[string]string{"HOMEBREW_PREFIX": "/brew"}), filepath.Join("/opt", "zmlx", "zmlx"))
	require.Equal(t, filepath.Join("/opt", "zmlx"), filepath.Dir(paths[0]))
	require.Equal(t, filepath.Join("/brew", "lib"), filepath.Dir(paths[1]))
	require.NotContains(t, paths[len(paths)-1], "/", "the loader's own search comes last")
}

func TestOpenSaysWhatWasTried(t *testing.T) {
	paths := []string{filepath.Join(t.TempDir(), "none.so")}
	if runtime.GOOS == "linux" {
		paths = append(paths, "libc.so.6") // a library, but another one
	}
	_, err := Open(paths)
	var e *LoadError
	require.ErrorAs(t, err, &e)
	require.Len(t, e.Attempts, len(paths))
	for _, p := range paths {
		require.ErrorContains(t, err, p)
	}
	if runtime.GOOS == "linux" {
		require.EqualError(t, e.Attempts[1].Err, "not an MLX-C library")
		require.True(t, strings.HasSuffix(err.Error(), "point $ZMLX_MLXC at it"))
	}
}

func TestThread(t *testing.T) {
	var freed []Handle
	th := startThread(func(h Handle) { freed = append(freed, h) })
	var wg sync.WaitGroup
	sum := 0 // only the thread touches it
	for i := range 100 {
		wg.Go(func() { th.do(func() { sum += i }) })
	}
	wg.Wait()
	require.Equal(t, 4950, sum)

	th.release(7)
	th.release(8)
	th.do(func() { require.Equal(t, []Handle{7, 8}, freed) })

	cause := errors.New("mine")
	require.PanicsWithValue(t, cause, func() { th.do(func() { panic(cause) }) })
	th.do(func() { sum = 0 }) // goes on after a panic
	require.Zero(t, sum)
	th.do(func() {
		require.True(t, th.here())
		th.do(func() { sum = 1 }) // at once
	})
	require.Equal(t, 1, sum)
	require.False(t, th.here())
}

func TestCallWords(t *testing.T) {
	l := &Library{}
	l.op.lib = l
	c := l.Op(Symbol("f")).Array(1).Array(0).Int(-2).Bool(true).Word(5).Some(64).Ints([]int{3, -4}).Ints(nil)
	require.Equal(t, []uintptr{1, 0, 0xfffffffe, 1, 5, 64 | 1<<32}, c.words[1:7])
	require.Equal(t, []int32{3, -4}, unsafe.Slice((*int32)(pointer(c.words[7])), 2))
	require.EqualValues(t, 2, c.words[8])
	require.EqualValues(t, 0, c.words[10])
	require.EqualValues(t, 1<<32|0x3f800000, Optional(0x3f800000))

	c = l.Op(Symbol("g")).Ints(make([]int, 200)).Ints(append(make([]int, 100), 7))
	require.Zero(t, *(*int32)(pointer(c.words[1])), "the first list has not moved")
	require.EqualValues(t, 7, *(*int32)(pointer(c.words[3] + 400)))
}

func TestSymbolsAreOneTable(t *testing.T) {
	require.Equal(t, fnArrayEval, Symbol("mlx_array_eval"))
	require.Contains(t, Symbols(), "mlx_fast_metal_kernel_apply")
	require.Equal(t, "mlx_array_eval", fnArrayEval.String())
}
