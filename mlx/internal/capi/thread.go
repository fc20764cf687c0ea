package capi

import (
	"runtime"
	"sync"
)

// thread runs functions one after another on an OS thread of its own.
type thread struct {
	jobs chan func()
	mu   sync.Mutex
	dead []Handle // arrays to free before the next job
}

func startThread(free func(Handle)) *thread {
	t := &thread{jobs: make(chan func())}
	go func() {
		runtime.LockOSThread()
		for job := range t.jobs {
			t.mu.Lock()
			dead := t.dead
			t.dead = nil
			t.mu.Unlock()
			for _, h := range dead {
				free(h)
			}
			job()
		}
	}()
	return t
}

// do runs f and passes on its panic.
func (t *thread) do(f func()) {
	done := make(chan any, 1)
	t.jobs <- func() {
		defer func() { done <- recover() }()
		f()
	}
	if r := <-done; r != nil {
		panic(r)
	}
}

func (t *thread) release(h Handle) {
	t.mu.Lock()
	t.dead = append(t.dead, h)
	t.mu.Unlock()
}
