package worker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/zmlx/zmlx/workbench"
)

// child is one process and what it is asked for.
type child struct {
	cmd    *exec.Cmd
	in     writer
	stderr tail
	dead   chan struct{} // closed when the process is gone and why is set

	mu      sync.Mutex
	why     *workbench.Error
	next    uint64
	pending map[uint64]*pending
}

// pending is a run or a fetch that waits for the child.
type pending struct {
	emit func(workbench.Event) // of a run
	done chan message          // the last message; holds one
	end  workbench.Finished    // of a run, set before done
}

func startChild(cmd *exec.Cmd) (*child, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c := &child{cmd: cmd, in: writer{w: in}, dead: make(chan struct{}), pending: map[uint64]*pending{}}
	cmd.Stderr = &c.stderr
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go c.read(out)
	return c, nil
}

// read hands out messages until the pipe ends, and then tells everybody why.
func (c *child) read(out io.Reader) {
	r := bufio.NewReader(out)
	var broken error
	for {
		m, err := receive(r)
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				broken = err
			}
			break
		}
		c.deliver(m)
	}
	c.kill() // whoever writes nonsense is not to be trusted further
	err := c.cmd.Wait()
	c.mu.Lock()
	c.why = c.epitaph(err, broken)
	waiting := c.pending
	c.pending = nil
	c.mu.Unlock()
	close(c.dead)
	for _, p := range waiting {
		close(p.done)
	}
}

// epitaph says how the process ended.
func (c *child) epitaph(err, broken error) *workbench.Error {
	how := "it ended by itself"
	switch {
	case broken != nil:
		how = broken.Error()
	case err != nil:
		how = err.Error()
	}
	e := &workbench.Error{Code: workbench.CodeWorker, Message: "the worker process died: " + how, Next: "run again: a new one starts"}
	if last := c.stderr.String(); last != "" {
		e.Message += "; its last words: " + last
	}
	return e
}

func (c *child) deliver(m message) {
	c.mu.Lock()
	p := c.pending[m.ID]
	c.mu.Unlock()
	if p == nil {
		return // cancelled in the meantime
	}
	if m.Op == opSlice {
		c.finish(m.ID, p, m)
		return
	}
	e, err := workbench.DecodeEvent(m.Event)
	if err != nil {
		e = workbench.Finished{Err: &workbench.Error{Code: workbench.CodeInternal, Message: err.Error()}}
	}
	switch e := e.(type) {
	case workbench.Started: // the run in this process has its own
	case workbench.Finished:
		p.end = e
		c.finish(m.ID, p, m)
	default:
		p.emit(e)
	}
}

func (c *child) finish(id uint64, p *pending, m message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pending[id] == p {
		delete(c.pending, id)
		p.done <- m
	}
}

// ask registers a request and sends its message.
func (c *child) ask(m message, emit func(workbench.Event)) (uint64, *pending, error) {
	p := &pending{emit: emit, done: make(chan message, 1)}
	c.mu.Lock()
	if c.pending == nil {
		defer c.mu.Unlock()
		return 0, nil, c.why
	}
	c.next++
	m.ID = c.next
	c.pending[m.ID] = p
	c.mu.Unlock()
	if err := c.in.send(m); err != nil {
		<-c.dead // a pipe that cannot be written to has no reader
		return 0, nil, c.why
	}
	return m.ID, p, nil
}

// run sends a job and waits for its end.
func (c *child) run(ctx context.Context, job []byte, emit func(workbench.Event), grace time.Duration) (workbench.Result, error) {
	id, p, err := c.ask(message{Op: opStart, Job: job}, emit)
	if err != nil {
		return nil, err
	}
	select {
	case _, ok := <-p.done:
		return c.outcome(p, ok)
	case <-ctx.Done():
	}
	go func() { _ = c.in.send(message{Op: opCancel, ID: id}) }() // a full pipe must not hold up the grace period
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case _, ok := <-p.done:
		return c.outcome(p, ok)
	case <-timer.C:
		c.kill()
		<-c.dead
		return nil, ctx.Err()
	}
}

// outcome is what a run ended with; without a last message the child died.
func (c *child) outcome(p *pending, ok bool) (workbench.Result, error) {
	if !ok {
		return nil, c.why
	}
	if p.end.Err != nil {
		return p.end.Result, p.end.Err
	}
	return p.end.Result, nil
}

func (c *child) fetch(ctx context.Context, h *workbench.Held, offset, length int64) ([]byte, error) {
	_, p, err := c.ask(message{Op: opFetch, Held: h, Offset: offset, Length: length}, nil)
	if err != nil {
		return nil, err
	}
	select {
	case m, ok := <-p.done:
		switch {
		case !ok:
			return nil, c.why
		case m.Err != "":
			return nil, fmt.Errorf("%s", m.Err)
		}
		return m.Data, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *child) kill() { _ = c.cmd.Process.Kill() }

func (c *child) isDead() bool {
	select {
	case <-c.dead:
		return true
	default:
		return false
	}
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailBytes = 2000

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	if extra := len(t.text) - tailBytes; extra > 0 {
		t.text = append(t.text[:0], t.text[extra:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
