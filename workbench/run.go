package workbench

import "context"

// Run is a job at work.
type Run struct {
	cancel context.CancelFunc
	done   chan struct{}
	queue  *queue
	result Result
	err    *Error
}

// Events returns the channel of events, always the same one. It closes after
// Finished; whoever asks for it reads it to the end.
func (r *Run) Events() <-chan Event { return r.queue.subscribe() }

// Cancel asks the job to stop; Wait then returns an error with CodeCancelled,
// unless the job was done before. It may be called at any time, repeatedly.
func (r *Run) Cancel() { r.cancel() }

// Done closes when the job has ended.
func (r *Run) Done() <-chan struct{} { return r.done }

// Wait waits for the job's end. The error, if any, is an *Error.
func (r *Run) Wait() (Result, error) {
	<-r.done
	if r.err != nil {
		return r.result, r.err
	}
	return r.result, nil
}
