package workbench

import (
	"context"
	"sync"
	"time"
)

// Run is a job at work.
type Run struct {
	cancel context.CancelFunc
	done   chan struct{}
	queue  *queue
	result Result
	err    *Error
}

// Go starts work as a Run and returns at once. emit may be called from several
// goroutines until work returns. now is the clock.
func Go(ctx context.Context, label string, now func() time.Time, work func(ctx context.Context, emit func(Event)) (Result, error)) *Run {
	ctx, cancel := context.WithCancel(ctx)
	r := &Run{cancel: cancel, done: make(chan struct{}), queue: newQueue()}
	begin := now()
	r.queue.push(Started{Label: label, At: begin})
	go func() {
		defer cancel()
		result, err := untilCancelled(ctx, work, r.queue.push)
		if r.err = asError(ctx, err); err != nil && result == nil {
			result = r.queue.result(r.err.Code)
		}
		r.result = result
		r.queue.push(Finished{Result: r.result, Err: r.err, Elapsed: now().Sub(begin)})
		r.queue.close()
		close(r.done)
	}()
	return r
}

// patience is how long a cancelled job may take to end by itself.
const patience = 20 * time.Millisecond

// untilCancelled runs work to its end, or leaves it to itself where it does not
// notice that it is cancelled: filling and comparing arrays takes seconds a
// gigabyte. What is left behind changes nothing any more: its events are not
// delivered, and it cannot commit.
func untilCancelled(ctx context.Context, work func(context.Context, func(Event)) (Result, error), emit func(Event)) (Result, error) {
	type outcome struct {
		result Result
		err    error
	}
	gate := &gate{}
	ended := make(chan outcome, 1)
	go func() {
		result, err := guarded(context.WithValue(ctx, gateKey{}, gate), work, emit)
		ended <- outcome{result, err}
	}()
	select {
	case o := <-ended:
		return o.result, o.err
	case <-ctx.Done():
	}
	select {
	case o := <-ended:
		return o.result, o.err
	case <-time.After(patience):
	}
	gate.close()
	return nil, ctx.Err()
}

// gate lets a job change files, one step at a time, until it is closed.
type gate struct {
	mu     sync.Mutex
	closed bool
}

type gateKey struct{}

// close waits for the step in progress, which heeds the context itself.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

// commit runs a step of a job that changes files, unless the job has been left
// to itself.
func commit(ctx context.Context, step func() error) error {
	g, ok := ctx.Value(gateKey{}).(*gate)
	if !ok {
		return step()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return ctx.Err()
	}
	return step()
}

// guarded turns a panic into an error.
func guarded(ctx context.Context, work func(context.Context, func(Event)) (Result, error), emit func(Event)) (result Result, err error) {
	defer func() {
		if v := recover(); v != nil {
			result, err = nil, panicError(v)
		}
	}()
	return work(ctx, emit)
}

// Events returns the channel of events, always the same one. It closes after
// Finished; whoever asks for it reads it to the end.
func (r *Run) Events() <-chan Event { return r.queue.subscribe() }

// Cancel asks the job to stop; Wait then returns an error with CodeCancelled,
// unless the job was done before. It may be called at any time, repeatedly.
func (r *Run) Cancel() { r.cancel() }

// Done closes when the job has ended.
func (r *Run) Done() <-chan struct{} { return r.done }

// Wait waits for the job's end. The error, if any, is an *Error; the result beside
// it is nil or what was known by then.
func (r *Run) Wait() (Result, error) {
	<-r.done
	if r.err != nil {
		return r.result, r.err
	}
	return r.result, nil
}
