package wasm

import (
	"context"
	"os"
	osexec "os/exec"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// The heap begins at a place that is drawn anew for each process, and the
// collector ends the process if the window's base lies inside of it. So some
// processes have to start.
func TestWindowInManyProcesses(t *testing.T) {
	const variable = "ZMLX_TEST_WINDOW"
	if os.Getenv(variable) != "" {
		runtime.GC()
		p := parse(t, shift)
		memory := make([]byte, 32)
		_, err := Executor{}.Run(context.Background(), p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{4, 1, 1}, Threadgroup: exec.Dim{4, 1, 1},
			Buffers: map[int]exec.Buffer{0: {Data: memory[:16], ReadOnly: true}, 1: {Data: memory[16:]}}})
		require.NoError(t, err)
		runtime.GC()
		return
	}
	var wg sync.WaitGroup
	starts := make(chan struct{}, runtime.GOMAXPROCS(0))
	for range 30 {
		wg.Go(func() {
			starts <- struct{}{}
			defer func() { <-starts }()
			cmd := osexec.Command(os.Args[0], "-test.run=^TestWindowInManyProcesses$")
			cmd.Env = append(os.Environ(), variable+"=1")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	wg.Wait()
}
