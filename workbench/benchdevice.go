package workbench

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/profile"
)

// What a bench asks of a device beside the kernels themselves.

// startMemory begins to watch for the most memory that a device holds, if it
// counts that.
func startMemory(d mlx.Device) {
	if m, ok := d.(mlx.MemoryCounter); ok {
		m.Memory()
	}
}

// peakMemory is the most that a device held since startMemory.
func peakMemory(d mlx.Device) int64 {
	m, ok := d.(mlx.MemoryCounter)
	if !ok {
		return 0
	}
	_, peak := m.Memory()
	return peak
}

// measureLaunches finds out what of each time is launching, and how much memory
// a launch takes.
func (t *task) measureLaunches(lanes []*lane) (err error) {
	costs := map[string]float64{}
	for _, l := range lanes {
		if l.kernel == nil {
			continue
		}
		if _, ok := costs[l.line.Device]; !ok {
			if costs[l.line.Device], err = t.launchCost(l.device); err != nil {
				return deviceError(err)
			}
		}
		l.line.LaunchMS = costs[l.line.Device]
		if l.line.PeakBytes, err = t.memoryOf(l.device, l.kernel); err != nil {
			return deviceError(err)
		}
	}
	return nil
}

// launchCost is what a launch of an empty kernel takes, in milliseconds, with
// launches batched as those of the candidates are.
func (t *task) launchCost(d mlx.Device) (float64, error) {
	k, inputs, cfg, err := t.probeKernel(d, probes.empty)
	if err != nil {
		return 0, err
	}
	const batch = 20
	best := time.Duration(math.MaxInt64)
	for range 5 {
		took, err := t.timeLaunches(k, inputs, cfg, batch)
		if err != nil {
			return 0, err
		}
		best = min(best, took/batch)
	}
	return ms(best), nil
}

// copyRoof is how fast a device copies as many bytes, in GB/s. The host's is
// the machine's own; a GPU is asked with a kernel.
func (t *task) copyRoof(d mlx.Device, bytes int64) (float64, error) {
	if _, gpu := d.(mlx.MemoryCounter); !gpu {
		return profile.CopyBandwidth(t.ctx, bytes), nil
	}
	p := probes.copy
	p.threads = int(min(max(bytes/copyBytes, 1<<10), 4<<20))
	k, inputs, cfg, err := t.probeKernel(d, p)
	if err != nil {
		return 0, err
	}
	const batch = 10
	best := 0.0
	for range 5 {
		took, err := t.timeLaunches(k, inputs, cfg, batch)
		if err != nil {
			return 0, err
		}
		best = max(best, float64(p.threads)*copyBytes*batch/float64(took))
	}
	return best, nil
}

// opCandidate is the reference op on the device's own runtime: MLX's kernels
// beside a kernel on MLX. What that runtime cannot compute, the host does.
func (t *task) opCandidate(job BenchJob, device mlx.Device, src *kernels.Source, inputs []*mlx.Array) (*candidate, error) {
	rt, on := mlx.RuntimeOf(device), mlx.Host()
	compute := func(ctx context.Context, inputs []*mlx.Array) (err error) {
		mlx.Scope(on, func() []*mlx.Array {
			var out []*mlx.Array
			if out, err = src.Reference(ctx, inputs, false); err == nil {
				err = mlx.Do(func() error { mlx.Eval(out...); return nil })
			}
			return nil
		})
		return err
	}
	name := "reference op"
	if rt != mlx.Host() {
		moved := make([]*mlx.Array, len(inputs))
		on = rt
		err := mlx.Do(func() error {
			for i, a := range inputs {
				moved[i] = a.On(rt)
			}
			return compute(t.ctx, moved)
		})
		if err == nil {
			inputs, name = moved, name+" on "+rt.Name()
		} else {
			on = mlx.Host()
		}
	}
	evict, err := t.evictor(job, device)
	return &candidate{name: name, once: func(ctx context.Context, n int) (run, wall time.Duration, err error) {
		for range n {
			if evict != nil {
				if err := evict(); err != nil {
					return 0, 0, err
				}
			}
			start := t.engine.now()
			if err := compute(ctx, inputs); err != nil {
				return 0, 0, err
			}
			wall += t.engine.now().Sub(start)
		}
		return wall, wall, nil
	}}, err
}

// evictor fills a device's caches with other data, for a bench with cold
// caches; nil for one with warm caches.
func (t *task) evictor(job BenchJob, d mlx.Device) (func() error, error) {
	if !job.Cold {
		return nil, nil
	}
	k, inputs, cfg, err := t.probeKernel(d, probes.copy)
	if err != nil {
		return nil, deviceError(err)
	}
	return func() error {
		_, err := k.Launch(t.ctx, inputs, cfg, mlx.LaunchOptions{Workers: t.engine.workers})
		return err
	}, nil
}

// memoryOf is the most memory that a device holds while it launches a kernel.
func (t *task) memoryOf(d mlx.Device, c *candidate) (int64, error) {
	if _, ok := d.(mlx.MemoryCounter); !ok {
		return 0, nil
	}
	startMemory(d)
	_, _, err := c.once(t.ctx, 1)
	return peakMemory(d), err
}

// timeLaunches launches a kernel n times. A device that works beside the
// program gets them all at once, so that its own time is what counts.
func (t *task) timeLaunches(k mlx.Kernel, inputs []*mlx.Array, cfg mlx.LaunchConfig, n int) (time.Duration, error) {
	return t.timeAfter(t.ctx, nil, k, inputs, cfg, n, new(string))
}

// timeAfter is timeLaunches with something that is done before each launch.
func (t *task) timeAfter(ctx context.Context, before func() error, k mlx.Kernel, inputs []*mlx.Array, cfg mlx.LaunchConfig, n int, executor *string) (time.Duration, error) {
	opt := mlx.LaunchOptions{Workers: t.engine.workers, Before: before}
	if timer, ok := k.(mlx.Timer); ok {
		r, err := timer.Time(ctx, inputs, cfg, opt, n)
		if err != nil {
			return 0, err
		}
		*executor = r.Executor
		return r.RunTime, nil
	}
	var total time.Duration
	for range n {
		if before != nil {
			if err := before(); err != nil {
				return 0, err
			}
		}
		r, err := k.Launch(ctx, inputs, cfg, opt)
		if err != nil {
			return 0, err
		}
		total += r.RunTime
		*executor = r.Executor
	}
	return total, nil
}

// captureLanes records one launch of each kernel that was measured on the
// device that can.
func (t *task) captureLanes(lanes []*lane, path string) error {
	lanes = slices.DeleteFunc(slices.Clone(lanes), func(l *lane) bool {
		_, ok := l.device.(mlx.Capturer)
		return l.kernel == nil || !ok
	})
	if path == "" || len(lanes) == 0 {
		return nil
	}
	return deviceError(capture(lanes[0].device, path, func() error {
		for _, l := range lanes {
			if _, _, err := l.kernel.once(t.ctx, 1); err != nil {
				return err
			}
		}
		return nil
	}))
}
