package workbench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/profile"
)

// Options configure an Engine. The zero value is right for everybody but
// tests.
type Options struct {
	// OpenDevice finds a device by name; nil is mlx.OpenDevice.
	OpenDevice func(name string) (mlx.Device, error)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Conditions tells how busy the machine is; nil is profile.ReadConditions.
	Conditions func() profile.Conditions
	// Workers bounds the cores that the host device uses; 0 means all.
	Workers int
}

// Engine runs jobs.
type Engine struct {
	openDevice func(name string) (mlx.Device, error)
	now        func() time.Time
	conditions func() profile.Conditions
	workers    int
}

// New returns an engine. It does no work until a job comes.
func New(opt Options) *Engine {
	e := &Engine{openDevice: opt.OpenDevice, now: opt.Now, conditions: opt.Conditions, workers: opt.Workers}
	if e.openDevice == nil {
		e.openDevice = mlx.OpenDevice
	}
	if e.now == nil {
		e.now = time.Now
	}
	if e.conditions == nil {
		e.conditions = profile.ReadConditions
	}
	return e
}

// Start begins a job and returns at once.
func (e *Engine) Start(ctx context.Context, job Job) *Run {
	return Go(ctx, job.Label(), e.now, func(ctx context.Context, emit func(Event)) (Result, error) {
		return e.execute(ctx, job, emit)
	})
}

// execute runs a job in this goroutine.
func (e *Engine) execute(ctx context.Context, job Job, emit func(Event)) (Result, error) {
	t := &task{engine: e, ctx: ctx, push: emit}
	switch job := job.(type) {
	case CompileJob:
		return unless(t.compile(job))
	case RunJob:
		return unless(t.run(job))
	case CheckJob:
		return unless(t.check(job))
	case ProfileJob:
		return unless(t.profile(job))
	case BenchJob:
		return unless(t.bench(job))
	case TuneJob:
		return unless(t.tune(job))
	case ExportJob:
		return unless(t.export(job))
	case ImportJob:
		return unless(t.importProgram(job))
	case DevicesJob:
		return t.devices(), nil
	case MeasureJob:
		return unless(t.measure(job))
	case DoctorJob:
		return t.doctor(), nil
	}
	return nil, usagef("", "unknown job %T", job)
}

// unless keeps a nil *T from becoming a Result that is not nil.
func unless[T any, P interface {
	*T
	Result
}](p P, err error) (Result, error) {
	if err != nil || p == nil {
		return nil, err
	}
	return p, nil
}

// device opens the device that a job names.
func (e *Engine) device(name string) (mlx.Device, error) {
	d, err := e.openDevice(name)
	var absent *mlx.Error
	if errors.As(err, &absent) {
		return nil, &Error{Code: CodeDevice, Message: absent.Msg, Next: absent.Next}
	}
	if err != nil {
		return nil, &Error{Code: CodeDevice, Message: fmt.Sprintf("device %q: %v", name, err)}
	}
	return d, nil
}

// task is one job at work.
type task struct {
	engine *Engine
	ctx    context.Context
	push   func(Event)
}

// since is the time from a start in milliseconds.
func (t *task) since(start time.Time) float64 { return ms(t.engine.now().Sub(start)) }

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
