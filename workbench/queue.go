package workbench

import (
	"fmt"
	"sync"
)

// maxPendingLogs bounds the log lines that wait for a slow reader.
const maxPendingLogs = 1000

// queue carries events from a job to its reader without ever blocking the
// job. What piles up is bounded: Progress coalesces by label, Log drops its
// oldest; the other events are as few as the cases of a document.
type queue struct {
	mu      sync.Mutex
	pending []Event
	logs    int    // Log events in pending
	dropped int    // Log events that were dropped and not yet told
	known   Result // by the newest event that brings one
	late    Result // if the time limit passes now
	closed  bool
	wake    chan struct{} // holds a token while there may be work
	out     chan Event
	once    sync.Once
}

func newQueue() *queue {
	return &queue{wake: make(chan struct{}, 1), out: make(chan Event)}
}

func (q *queue) push(e Event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return // from a job that was left to itself
	}
	switch e := e.(type) {
	case Progress:
		if q.coalesce(e) {
			return
		}
	case Log:
		if q.logs == maxPendingLogs {
			q.dropOldestLog()
		}
		q.logs++
	case Tuned:
		q.known = e.Result
	case Measured:
		q.known = e.Result
	case late:
		q.late = e.result
		return
	}
	q.pending = append(q.pending, e)
	q.signal()
}

// result is what is known of a job that ends with an error.
func (q *queue) result(code Code) Result {
	q.mu.Lock()
	defer q.mu.Unlock()
	if code == CodeTimeout && q.late != nil {
		return q.late
	}
	return q.known
}

// coalesce replaces the Progress of the same label among the newest events.
// Other events stay in order: it looks back only over Progress events.
func (q *queue) coalesce(e Progress) bool {
	for i := len(q.pending) - 1; i >= 0; i-- {
		p, ok := q.pending[i].(Progress)
		if !ok {
			return false
		}
		if p.Label == e.Label {
			q.pending[i] = e
			return true
		}
	}
	return false
}

func (q *queue) dropOldestLog() {
	for i, e := range q.pending {
		if _, ok := e.(Log); ok {
			q.pending = append(q.pending[:i], q.pending[i+1:]...)
			q.logs--
			q.dropped++
			return
		}
	}
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.signal()
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// subscribe starts the delivery; before that, events only wait.
func (q *queue) subscribe() <-chan Event {
	q.once.Do(func() { go q.deliver() })
	return q.out
}

func (q *queue) deliver() {
	defer close(q.out)
	for {
		batch, closed := q.take()
		for _, e := range batch {
			q.out <- e
		}
		if closed {
			return
		}
		if len(batch) == 0 {
			<-q.wake
		}
	}
}

// take removes one event, so that those behind it can still coalesce. closed
// is reported with the last one.
func (q *queue) take() (batch []Event, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.dropped > 0 {
		batch = append(batch, Log{Text: fmt.Sprintf("… %d earlier lines dropped", q.dropped)})
		q.dropped = 0
	}
	if len(q.pending) > 0 {
		if _, ok := q.pending[0].(Log); ok {
			q.logs--
		}
		batch = append(batch, q.pending[0])
		q.pending = q.pending[1:]
	}
	return batch, q.closed && len(q.pending) == 0
}
