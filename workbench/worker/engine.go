package worker

import (
	"context"
	"time"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/tensorfile"
	"github.com/zmlx/zmlx/workbench"
)

// Engine runs jobs on the host device in this process, and those on native
// devices, which can crash or hang it, in a child.
type Engine struct {
	here  *workbench.Engine
	child *Client
	// possible tells whether there may be native devices.
	possible bool
}

// NewEngine returns an engine. A child starts when a job first needs it.
func NewEngine(here *workbench.Engine, child *Client) *Engine {
	return &Engine{here: here, child: child, possible: mlx.LibraryExists()}
}

// Start begins a job and returns at once.
func (e *Engine) Start(ctx context.Context, job workbench.Job) *workbench.Run {
	if c, ok := job.(workbench.CompileJob); ok {
		// What is wrong with a text is told while it is typed, by the compiler
		// that is here; the device's own has its say when it runs.
		if e.native(c.Device) {
			c.Device = "host"
		}
		return e.here.Start(ctx, c)
	}
	if !e.away(job) {
		return e.here.Start(ctx, job)
	}
	return workbench.Go(ctx, job.Label(), time.Now, func(ctx context.Context, emit func(workbench.Event)) (workbench.Result, error) {
		result, err := e.child.do(ctx, job, emit)
		if err == nil {
			err = e.fetch(ctx, result)
		}
		return result, err
	})
}

// Close ends the child.
func (e *Engine) Close() { e.child.Close() }

// away tells whether a job loads or uses MLX's library.
func (e *Engine) away(job workbench.Job) bool {
	switch job := job.(type) {
	case workbench.RunJob:
		return e.native(job.Device)
	case workbench.CheckJob:
		return e.native(job.Device)
	case workbench.BenchJob:
		return e.native(job.Device)
	case workbench.TuneJob:
		return e.native(job.Device)
	case workbench.ProfileJob:
		return e.native(job.Device)
	case workbench.MeasureJob:
		return e.native(job.Device)
	case workbench.DevicesJob, workbench.DoctorJob:
		return e.possible
	}
	return false
}

// native tells whether a device is, or may be, one of MLX's.
func (e *Engine) native(device string) bool {
	return e.possible && device != "host" && (device != "" || mlx.MetalPossible())
}

// fetchBytes bounds the arrays that are fetched with a result; more stay
// where they are.
const fetchBytes = 48 << 20

// fetch brings the arrays of a result here.
func (e *Engine) fetch(ctx context.Context, result workbench.Result) (err error) {
	left := int64(fetchBytes)
	workbench.Arrays(result, func(t **tensorfile.Tensor, held **workbench.Held) {
		h := *held
		if err != nil || h == nil || h.Bytes > left {
			return
		}
		left -= h.Bytes
		*t, err = e.child.Tensor(ctx, h)
	})
	return err
}
