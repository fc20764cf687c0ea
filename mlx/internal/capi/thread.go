package capi

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// thread runs functions one after another on an OS thread of its own.
type thread struct {
	jobs chan *job
	self atomic.Uintptr // the thread's goroutine
	free func(Handle)

	mu   sync.Mutex
	dead []Handle // arrays to free
	some atomic.Bool
	last []Handle // spare for dead
}

// job is a function that the thread runs.
type job struct {
	f     func()
	panic any
	done  chan struct{}
}

func startThread(free func(Handle)) *thread {
	t := &thread{jobs: make(chan *job), free: free}
	go func() {
		runtime.LockOSThread()
		t.self.Store(goroutine())
		for j := range t.jobs {
			t.sweep()
			j.run()
		}
	}()
	return t
}

func (j *job) run() {
	returned := false
	defer func() {
		if j.panic = recover(); j.panic == nil && !returned {
			j.panic = "the function ended its goroutine, and with it MLX's thread"
		}
		close(j.done)
	}()
	j.f()
	returned = true
}

// here tells whether the caller is on the thread.
func (t *thread) here() bool { return t.self.Load() == goroutine() }

// do runs f and passes on its panic.
func (t *thread) do(f func()) {
	if t.here() {
		f()
		return
	}
	j := &job{f: f, done: make(chan struct{})}
	t.jobs <- j
	<-j.done
	if j.panic != nil {
		panic(j.panic)
	}
}

// doContext is do for a job that may take long: it does not wait for one
// beyond the end of ctx. The job itself goes on.
func (t *thread) doContext(ctx context.Context, f func()) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if t.here() {
		f()
		return nil
	}
	j := &job{f: f, done: make(chan struct{})}
	select {
	case t.jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-j.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	if j.panic != nil {
		panic(j.panic)
	}
	return nil
}

// release leaves an array to be freed on the thread.
func (t *thread) release(h Handle) {
	t.mu.Lock()
	t.dead = append(t.dead, h)
	t.some.Store(true)
	t.mu.Unlock()
}

// sweep frees what was released; it runs on the thread.
func (t *thread) sweep() {
	if !t.some.Load() {
		return
	}
	t.mu.Lock()
	dead := t.dead
	t.dead, t.last = t.last[:0], dead
	t.some.Store(false)
	t.mu.Unlock()
	for _, h := range dead {
		t.free(h)
	}
}
