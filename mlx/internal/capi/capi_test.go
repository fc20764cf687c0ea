package capi

import (
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

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
}

func TestCallWords(t *testing.T) {
	c := (&Library{}).Op("f").Array(1, 0).Int(-2).Bool(true).Word(5).Some(64).Ints([]int{3, -4}).Ints(nil)
	require.Equal(t, []uintptr{1, 0, 0xfffffffe, 1, 5, 64 | 1<<32}, c.words[:6])
	require.Equal(t, []int32{3, -4}, c.keep[0])
	require.EqualValues(t, 2, c.words[7])
	require.EqualValues(t, 0, c.words[9])
	require.EqualValues(t, 1<<32|0x3f800000, Optional(0x3f800000))
}
