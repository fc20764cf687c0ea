package wasm

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// slow is a launch whose module is in the making until it is let go on.
type slow struct {
	t      *testing.T
	e      *engine
	p      *ir.Program
	l      exec.Launch
	key    launchKey
	w      *making
	cancel context.CancelFunc
	res    exec.Result
	err    chan error
}

// launchOf is a launch over so many elements, on which modules depend.
func launchOf(t *testing.T, elements uint32) (*ir.Program, exec.Launch) {
	p := parse(t, shift)
	return p, exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{elements, 1, 1}, Threadgroup: exec.Dim{4, 1, 1},
		Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 4*elements), ReadOnly: true}, 1: {Data: make([]byte, 4*elements)}}}
}

func newSlow(t *testing.T, elements uint32) *slow {
	s := &slow{t: t, w: &making{done: make(chan struct{})}, err: make(chan error, 1)}
	s.p, s.l = launchOf(t, elements)
	var err error
	s.key, err = keyOf(s.p, s.l, nil)
	require.NoError(t, err)
	s.e, err = theEngine()
	require.NoError(t, err)
	s.e.mu.Lock()
	defer s.e.mu.Unlock()
	s.e.making[s.key.launch] = s.w
	return s
}

// start launches, and returns when its turn has come.
func (s *slow) start() {
	var ctx context.Context
	ctx, s.cancel = context.WithCancel(context.Background())
	go func() {
		var err error
		s.res, err = Executor{}.Run(ctx, s.p, s.l)
		s.err <- err
	}()
	for wanted := false; !wanted; runtime.Gosched() {
		s.e.mu.Lock()
		wanted = s.w.wanted
		s.e.mu.Unlock()
	}
}

// stop cancels the launch, which does not wait.
func (s *slow) stop() {
	s.cancel()
	require.ErrorIs(s.t, <-s.err, context.Canceled)
}

func (s *slow) goOn() { s.e.make(s.w, nil, s.p, s.l, s.key) }

// What no launch waits for any longer holds up no other kernel, is found when its
// kernel is launched again, and ends before the next step if it is not.
func TestCancelWhileCompiling(t *testing.T) {
	Forget()
	s := newSlow(t, 4)
	s.start()
	s.stop()
	p, other := launchOf(t, 8)
	res, err := Executor{}.Run(context.Background(), p, other)
	require.NoError(t, err)
	require.Equal(t, "wasm", res.Executor)

	s.start()
	s.goOn()
	require.NoError(t, <-s.err)
	require.Equal(t, "wasm", s.res.Executor)
	require.Same(t, s.w.m, s.e.seen[s.key.launch])
	require.Zero(t, s.w.m.users)

	Forget()
	s = newSlow(t, 4)
	s.start()
	s.stop()
	s.goOn()
	require.Nil(t, s.w.m)
	require.Empty(t, s.e.making)
	res, err = Executor{}.Run(context.Background(), s.p, s.l)
	require.NoError(t, err)
	require.Equal(t, "wasm", res.Executor)
}

// Of what no launch waits for there is only so much at once.
func TestCancelledCompilations(t *testing.T) {
	Forget()
	var left []*slow
	for i := range uint32(maxLeft + 1) {
		s := newSlow(t, 4+4*i)
		s.start()
		s.stop()
		left = append(left, s)
	}
	e := left[0].e
	require.Len(t, e.left, maxLeft)
	require.Len(t, e.turn, 1)
	done := make(chan error)
	go func() {
		p, l := launchOf(t, 400)
		_, err := Executor{}.Run(context.Background(), p, l)
		done <- err
	}()
	left[maxLeft].goOn()
	require.NoError(t, <-done)
	for _, s := range left[:maxLeft] {
		s.goOn()
	}
}
