// Package interp executes verified IR and thereby defines what it means:
// every other executor is compared with it.
//
// A threadgroup runs in lockstep: each instruction executes for all active
// threads, lane by lane in ascending order, before the next one starts. The
// set of active threads is a list of lane numbers. Threadgroups are spread
// over cores; only atomics order what they do to device memory.
//
// Every access to memory is checked. What a kernel does wrong is a Finding
// with its place, and execution goes on: loads give 0, stores are dropped.
// Only an endless loop or a stack overflow ends the launch.
package interp

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/profile/trace"
)

// Executor implements exec.Executor. The zero value is ready.
type Executor struct{}

// Name returns "interp".
func (Executor) Name() string { return "interp" }

// Run executes a launch.
func (Executor) Run(ctx context.Context, p *ir.Program, l exec.Launch) (exec.Result, error) {
	start := time.Now()
	if err := l.Check(p); err != nil {
		return exec.Result{}, err
	}
	code := p.Memo(memoKey{}, func() any { return decode(p) }).(*program)
	if code.unlinked != ir.Invalid {
		return exec.Result{}, fmt.Errorf("interp: the program is not linked: %s is a function of the maths library", code.unlinked)
	}
	r := &run{ctx: ctx, l: l, code: code, geo: newGeometry(l), budget: l.StepBudget}
	if r.budget <= 0 {
		r.budget = exec.DefaultStepBudget
	}
	r.bind()
	counts := r.watch()
	r.workers(trace.FromContext(ctx))
	for _, undo := range slices.Backward(r.unbind) {
		undo()
	}
	res := exec.Result{Findings: r.report.findings(), Log: r.log.Lines(), Steps: r.steps.Load(), Duration: time.Since(start), Executor: Executor{}.Name()}
	counts(&res)
	return res, ctx.Err()
}

type memoKey struct{}

// run is one launch in progress.
type run struct {
	ctx       context.Context
	l         exec.Launch
	code      *program
	geo       geometry
	budget    int64
	shared    []alloc  // buffers and constants, the same for all threadgroups
	constants int      // allocation of constant 0
	args      []uint64 // value of each buffer argument's register
	unbind    []func()
	next      atomic.Int64 // threadgroups handed out
	done      atomic.Int64
	steps     atomic.Int64 // of the threadgroups that are done
	end       atomic.Int64 // the first threadgroup that ended the launch, which those before it do not heed; else how many there are
	atomicMu  sync.Mutex   // of atomics on single bytes, and where the processor has none
	report    report
	log       exec.Log
	hooks     []hook
}

// bind gives every buffer argument and constant an allocation.
func (r *run) bind() {
	r.shared = append(r.shared, alloc{}) // allocation 0 is the null pointer
	ids := map[int]int{}                 // allocations of buffers by index
	for _, a := range r.l.Entry.Args {
		if a.Kind != ir.ArgBuffer {
			continue
		}
		b := r.l.Buffers[a.Index]
		b.Name = cmp.Or(b.Name, a.Name)
		b.ReadOnly = b.ReadOnly || a.Space == ir.Constant
		ids[a.Index] = r.share(b)
		r.shared[ids[a.Index]].layout = elements(a, len(b.Data))
		r.args = append(r.args, pointer(ids[a.Index]))
	}
	r.bindPointers(ids)
	r.constants = len(r.shared)
	for _, c := range r.code.src.Constants {
		r.shared = append(r.shared, alloc{data: c.Bytes, size: int64(len(c.Bytes)), readOnly: true, name: c.Name, buffer: len(r.shared), layout: c.Layout})
	}
}

// share makes a buffer an allocation.
func (r *run) share(b exec.Buffer) int {
	id := len(r.shared)
	r.shared = append(r.shared, alloc{data: b.Data, size: int64(len(b.Data)), readOnly: b.ReadOnly,
		written: b.Written, name: b.Name, undefined: b.Undefined, buffer: id})
	return id
}

// bindPointers writes addresses into buffers, which have their own contents
// again after the launch. Buffers that only addresses lead to become
// allocations.
func (r *run) bindPointers(ids map[int]int) {
	for _, p := range r.l.Pointers {
		for _, index := range []int{p.In, p.To} {
			if _, ok := ids[index]; !ok {
				b := r.l.Buffers[index]
				b.Name = cmp.Or(b.Name, fmt.Sprint("buffer ", index))
				ids[index] = r.share(b)
			}
		}
		place := r.shared[ids[p.In]].data[p.Offset:][:ir.Ptr.Size()]
		before := binary.LittleEndian.Uint64(place)
		binary.LittleEndian.PutUint64(place, pointer(ids[p.To]))
		r.unbind = append(r.unbind, func() { binary.LittleEndian.PutUint64(place, before) })
	}
}

// alignedBytes returns n bytes that start at a multiple of 8.
func alignedBytes(n int) []byte {
	if n == 0 {
		return nil
	}
	words := make([]uint64, (n+7)/8)
	return unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), n)
}

// coreSpans is about how many spans a core has in the timeline of a launch: one
// for each small threadgroup would cost as much as some of them do.
const coreSpans = 256

// workers executes all threadgroups. A panic reaches the caller, who can recover it.
func (r *run) workers(track *trace.Track) {
	n := r.l.Workers
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	if len(r.hooks) > 0 {
		n = 1
	}
	total := r.geo.total
	r.end.Store(total)
	n = int(min(int64(n), total))
	every, perSpan := max(total/200, 1), max(total/int64(max(n, 1))/coreSpans, 1)
	var wg sync.WaitGroup
	var panicked atomic.Pointer[any]
	for worker := range n {
		wg.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					panicked.Store(&v)
					r.endAt(0)
				}
			}()
			core := track.Core(worker)
			g := newGroup(r)
			var span trace.Open
			inSpan := int64(0)
			defer func() {
				if inSpan > 0 {
					span.EndN(inSpan)
				}
			}()
			for {
				i := r.next.Add(1) - 1
				if i >= r.end.Load() || r.ctx.Err() != nil {
					return
				}
				if inSpan == 0 {
					span = core.Begin("threadgroups")
				}
				g.execute(i)
				r.steps.Add(g.steps)
				if inSpan++; inSpan == perSpan {
					span.EndN(inSpan)
					inSpan = 0
				}
				if d := r.done.Add(1); r.l.Progress != nil && (d%every == 0 || d == total) {
					r.l.Progress(d, total)
				}
			}
		})
	}
	wg.Wait()
	if v := panicked.Load(); v != nil {
		panic(*v)
	}
}

// endAt ends the launch with a threadgroup, so that the first one that would end it
// is the same however many run at once.
func (r *run) endAt(group int64) {
	for {
		if end := r.end.Load(); group >= end || r.end.CompareAndSwap(end, group) {
			return
		}
	}
}
