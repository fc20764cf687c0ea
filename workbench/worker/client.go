package worker

import (
	"context"
	"fmt"
	"os/exec"
	"sync"
	"time"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/tensorfile"
	"github.com/zmlx/zmlx/workbench"
)

// Options configure a Client.
type Options struct {
	// Command makes the command that runs Serve. It gets its pipes from the
	// client.
	Command func() *exec.Cmd
	// Grace is how long a cancelled run may take to end by itself; 0 is
	// DefaultGrace.
	Grace time.Duration
}

// DefaultGrace leaves time to be killed and reported within 200 ms.
const DefaultGrace = 120 * time.Millisecond

// sliceBytes is how much of an array one message carries.
const sliceBytes = 1 << 20

// Client runs jobs in a child process.
type Client struct {
	opt Options

	mu     sync.Mutex
	child  *child
	closed bool
}

// NewClient returns a client. The child starts with the first job.
func NewClient(opt Options) *Client {
	if opt.Grace == 0 {
		opt.Grace = DefaultGrace
	}
	return &Client{opt: opt}
}

// Start begins a job in the child and returns at once.
func (c *Client) Start(ctx context.Context, job workbench.Job) *workbench.Run {
	return workbench.Go(ctx, job.Label(), time.Now, func(ctx context.Context, emit func(workbench.Event)) (workbench.Result, error) {
		return c.do(ctx, job, emit)
	})
}

// do runs a job in the child and waits for its end.
func (c *Client) do(ctx context.Context, job workbench.Job, emit func(workbench.Event)) (workbench.Result, error) {
	text, err := workbench.EncodeJob(job)
	if err != nil {
		return nil, err
	}
	ch, err := c.alive()
	if err != nil {
		return nil, err
	}
	return ch.run(ctx, text, emit, c.opt.Grace)
}

// alive returns the child, starting one if there is none.
func (c *Client) alive() (*child, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, &workbench.Error{Code: workbench.CodeWorker, Message: "the worker was closed"}
	}
	if c.child != nil && !c.child.isDead() {
		return c.child, nil
	}
	ch, err := startChild(c.opt.Command())
	if err != nil {
		return nil, &workbench.Error{Code: workbench.CodeWorker, Message: fmt.Sprintf("the worker does not start: %v", err)}
	}
	c.child = ch
	return ch, nil
}

// Slice fetches a part of an array of a result.
func (c *Client) Slice(ctx context.Context, h *workbench.Held, offset, length int64) ([]byte, error) {
	c.mu.Lock()
	ch := c.child
	c.mu.Unlock()
	if ch == nil {
		return nil, &workbench.Error{Code: workbench.CodeWorker, Message: "there is no worker that holds the array", Next: "run again"}
	}
	return ch.fetch(ctx, h, offset, length)
}

// Tensor fetches a whole array of a result.
func (c *Client) Tensor(ctx context.Context, h *workbench.Held) (*tensorfile.Tensor, error) {
	dtype, err := mlx.ParseDType(h.DType)
	if err != nil {
		return nil, err
	}
	t := &tensorfile.Tensor{DType: dtype, Shape: h.Shape}
	for int64(len(t.Data)) < h.Bytes {
		at := int64(len(t.Data))
		part, err := c.Slice(ctx, h, at, min(sliceBytes, h.Bytes-at))
		if err != nil {
			return nil, err
		}
		t.Data = append(t.Data, part...)
	}
	return t, nil
}

// Pid is the child's process id, 0 if there is none.
func (c *Client) Pid() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.child == nil || c.child.isDead() {
		return 0
	}
	return c.child.cmd.Process.Pid
}

// Close ends the child. Runs that it still has end with CodeWorker.
func (c *Client) Close() {
	c.mu.Lock()
	ch := c.child
	c.closed = true
	c.mu.Unlock()
	if ch != nil {
		ch.kill()
		<-ch.dead
	}
}
