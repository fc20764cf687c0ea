package native

import (
	"context"
	"runtime"
	"time"

	"github.com/zmlx/zmlx/mlx/internal/capi"
	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Kernel is a custom kernel on the GPU. MLX compiles it when it is launched.
type Kernel struct {
	rt     *Runtime
	kernel *capi.Kernel
}

// NewKernel makes a kernel. MLX's own complaints are a *core.Error.
func NewKernel(rt *Runtime, spec capi.KernelSpec) (k *Kernel, err error) {
	rt.lib.Do(func() {
		err = caught(func() { k = &Kernel{rt, rt.lib.MetalKernel(spec)} })
	})
	if err == nil {
		runtime.AddCleanup(k, func(old *capi.Kernel) { go rt.lib.Do(old.Free) }, k.kernel)
	}
	return k, err
}

// Launch launches the kernel n times and waits for all of them; launches that
// wait together are dispatched together. It returns the outputs of the last
// one, and the time from the first dispatch to the end. It gives up when ctx
// ends, although the GPU may still be at work.
func (k *Kernel) Launch(ctx context.Context, inputs []core.Tensor, launch capi.KernelLaunch, n int) ([]core.Tensor, time.Duration, error) {
	type result struct {
		outputs []core.Tensor
		took    time.Duration
		err     error
	}
	r := new(result) // of the job's own: it may outlive the caller
	err := k.rt.lib.DoContext(ctx, func() {
		r.err = caught(func() {
			r.outputs = k.rt.Scope(func() []core.Tensor {
				in := handles(inputs)
				var all, last []core.Tensor
				start := time.Now()
				for range n {
					last = nil
					for _, h := range k.kernel.Apply(in, launch, k.rt.stream) {
						last = append(last, k.rt.wrap(h))
					}
					all = append(all, last...)
				}
				k.rt.Eval(all...)
				r.took = time.Since(start)
				return last
			})
		})
		runtime.KeepAlive(inputs)
	})
	if err != nil {
		return nil, 0, err
	}
	return r.outputs, r.took, r.err
}

// caught returns the *core.Error that f panics with.
func caught(f func()) (err error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *core.Error:
			err = e
		default:
			panic(e)
		}
	}()
	f()
	return nil
}

// Memory returns the bytes of MLX's arrays: now, and at most since the last
// call.
func Memory(r *Runtime) (active, peak int64) {
	r.lib.Do(func() {
		active, peak = r.lib.ActiveMemory(), r.lib.PeakMemory()
		r.lib.ResetPeakMemory()
	})
	return active, peak
}

// Capture records what the GPU does in f into a .gputrace file.
func Capture(r *Runtime, path string, f func() error) error {
	record := func(g func()) (err error) {
		r.lib.Do(func() { err = caught(g) })
		return err
	}
	if err := record(func() { r.lib.StartCapture(path) }); err != nil {
		return err
	}
	err := f()
	if stopped := record(r.lib.StopCapture); err == nil {
		err = stopped
	}
	return err
}
