package worker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/zmlx/zmlx/mlx/tensorfile"
	"github.com/zmlx/zmlx/workbench"
)

// keptRuns is of how many runs the arrays stay.
const keptRuns = 4

// Serve runs jobs until in ends or ctx is done.
func Serve(ctx context.Context, in io.Reader, out io.Writer, engine *workbench.Engine) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &server{ctx: ctx, engine: engine, out: writer{w: out}, runs: map[uint64]*workbench.Run{}, arrays: map[uint64][]*tensorfile.Tensor{}}
	r := bufio.NewReader(in)
	for {
		m, err := receive(r)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		s.handle(m)
	}
}

type server struct {
	ctx    context.Context
	engine *workbench.Engine
	out    writer

	mu     sync.Mutex
	runs   map[uint64]*workbench.Run
	arrays map[uint64][]*tensorfile.Tensor
	order  []uint64 // runs with arrays, the oldest first
}

func (s *server) handle(m message) {
	switch m.Op {
	case opStart:
		job, err := workbench.DecodeJob(m.Job)
		if err != nil {
			s.send(m.ID, workbench.Finished{Err: &workbench.Error{Code: workbench.CodeInternal, Message: err.Error()}})
			return
		}
		run := s.engine.Start(s.ctx, job)
		s.mu.Lock()
		s.runs[m.ID] = run
		s.mu.Unlock()
		go s.relay(m.ID, run)
	case opCancel:
		s.mu.Lock()
		run := s.runs[m.ID]
		s.mu.Unlock()
		if run != nil {
			run.Cancel()
		}
	case opFetch:
		data, err := s.slice(m)
		reply := message{Op: opSlice, ID: m.ID, Data: data}
		if err != nil {
			reply.Err = err.Error()
		}
		_ = s.out.send(reply)
	}
}

// relay writes a run's events. A parent that is gone is noticed by the reader.
func (s *server) relay(id uint64, run *workbench.Run) {
	for e := range run.Events() {
		if f, ok := e.(workbench.Finished); ok {
			s.mu.Lock()
			delete(s.runs, id)
			s.hold(id, f.Result)
			s.mu.Unlock()
		}
		s.send(id, e)
	}
}

// hold keeps a result's arrays and says in the result where they are.
func (s *server) hold(id uint64, result workbench.Result) {
	var arrays []*tensorfile.Tensor
	workbench.Arrays(result, func(at **tensorfile.Tensor, held **workbench.Held) {
		t := *at
		if t == nil {
			return
		}
		*held = &workbench.Held{Run: id, Index: len(arrays), DType: t.DType.String(), Shape: t.Shape, Bytes: int64(len(t.Data))}
		arrays = append(arrays, t)
	})
	if len(arrays) == 0 {
		return
	}
	s.arrays[id] = arrays
	if s.order = append(s.order, id); len(s.order) > keptRuns {
		delete(s.arrays, s.order[0])
		s.order = s.order[1:]
	}
}

func (s *server) send(id uint64, e workbench.Event) {
	text, err := workbench.EncodeEvent(e)
	if err != nil {
		text, _ = workbench.EncodeEvent(workbench.Finished{Err: &workbench.Error{Code: workbench.CodeInternal, Message: err.Error()}})
	}
	_ = s.out.send(message{Op: opEvent, ID: id, Event: text})
}

func (s *server) slice(m message) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := m.Held
	if h == nil || h.Index < 0 || h.Index >= len(s.arrays[h.Run]) {
		return nil, fmt.Errorf("the array is not held any more: run again")
	}
	data := s.arrays[h.Run][h.Index].Data
	if m.Offset < 0 || m.Length < 0 || m.Offset > int64(len(data)) || m.Length > int64(len(data))-m.Offset {
		return nil, fmt.Errorf("bytes %d to %d of an array of %d", m.Offset, m.Offset+m.Length, len(data))
	}
	return data[m.Offset : m.Offset+m.Length], nil
}
