// Command zmlx is a workbench for GPU kernels in the Metal Shading Language.
//
// Without a verb it opens the terminal program; the verbs do the same work
// headless. Results go to standard output, progress and warnings to standard
// error, and the exit code says how it went (see workbench.Status).
package main

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/zmlx/zmlx/internal/gcroom"
	"github.com/zmlx/zmlx/internal/xdgdirs"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
)

func main() { os.Exit(mainExit()) }

// mainExit runs the command line and returns the exit code. The first
// interrupt cancels the work, which ends cleanly; a second one kills. So does a
// terminal that is closed, unless nohup keeps that from the program.
func mainExit() int {
	defer runtime.KeepAlive(gcroom.Make(gcroom.Kernel))
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, stop)
	defer stop()
	wasm.CacheIn(filepath.Join(xdgdirs.Cache(), "kernels"))
	return newApp(os.Stdout, os.Stderr).execute(ctx, os.Args[1:])
}
