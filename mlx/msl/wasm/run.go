package wasm

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/profile/trace"
)

// run is one launch in progress.
type run struct {
	ctx    context.Context
	m      *module
	l      exec.Launch
	v      variant
	allocs []int        // as for variantOf
	trace  *trace.Track // nil where nobody listens
	window window
	arena  []byte // that arrays are copied to
	// reached is, by buffer, where that ends which earlier parts have touched.
	reached map[int]uintptr
	block   []byte // launch block and position tables
	areas   [][]byte
	keep    [][]byte // what the generated code knows by address only
	back    []func()
	log     *exec.Log

	grid, part part         // all threadgroups, and those that run
	next       atomic.Int64 // of the part
	done       atomic.Int64 // of all parts, and
	total      int64        // how many there are
	stop       atomic.Bool
	overrun    atomic.Bool
	failure    error
	failOnce   sync.Once
}

// finish runs what is bound.
func (r *run) finish() error {
	release := r.interruptible()
	err := r.workers()
	release()
	if err == nil && len(r.back) > 0 {
		copying := r.trace.Begin("copy back")
		err = r.copyBack()
		copying.End()
	}
	return err
}

// workers runs the threadgroups on all cores.
func (r *run) workers() error {
	if r.part.groups() == 0 {
		return nil
	}
	var wg sync.WaitGroup
	for i := 1; i < len(r.areas); i++ {
		wg.Go(func() { r.work(i) })
	}
	r.work(0)
	waiting := r.trace.Begin("synchronise")
	wg.Wait()
	waiting.End()
	if r.failure != nil {
		return r.failure
	}
	return r.ctx.Err()
}

// interruptible lets a cancelled context end the loops of the workers. It
// returns what ends that: their memory goes to other launches.
func (r *run) interruptible() (release func()) {
	var mu sync.Mutex
	over := false
	stop := context.AfterFunc(r.ctx, func() {
		mu.Lock()
		defer mu.Unlock()
		for _, a := range r.areas {
			if !over {
				atomic.StoreUint32((*uint32)(unsafe.Pointer(&a[areaStop])), 1)
			}
		}
	})
	return func() {
		stop()
		mu.Lock()
		defer mu.Unlock()
		over = true
	}
}

// work takes threadgroups until none is left.
func (r *run) work(worker int) {
	block, _ := r.window.address(r.block)
	own, _ := r.window.address(r.areas[worker])
	core := r.trace.Core(worker)
	inst, err := r.instance()
	if err != nil {
		r.fail(err)
		return
	}
	ctx := r.m.engine.ctx
	if len(r.m.prints) > 0 {
		ctx = context.WithValue(ctx, runKey{}, r)
	}
	stack := make([]uint64, 4)
	size := batch(1)
	groups, all := r.part.groups(), r.total
	step := max(1, all/100)
	for !r.stop.Load() && r.ctx.Err() == nil {
		count := size.of(groups-r.next.Load(), len(r.areas))
		first := r.next.Add(count) - count
		if first >= groups {
			break
		}
		last := min(first+count, groups)
		began := time.Now()
		for from := first; from < last; {
			at, n := r.part.row(r.grid, from)
			n = min(n, last-from)
			stack[0], stack[1], stack[2], stack[3] = uint64(block), uint64(own), uint64(at), uint64(at+n)
			if err := inst.run.CallWithStack(ctx, stack); err != nil {
				// The only traps that the code has are those of loops and calls.
				r.overrun.Store(r.ctx.Err() == nil && !overflowed(r.areas[worker]))
				r.stop.Store(true)
				_ = inst.module.Close(r.m.engine.ctx)
				return
			}
			from += n
		}
		took := time.Since(began)
		core.Add("threadgroups", began, took, last-first)
		done := r.done.Add(last - first)
		if r.l.Progress != nil && (done/step != (done-(last-first))/step || done == all) {
			r.l.Progress(done, all)
		}
		size = size.after(count, took)
	}
	r.release(inst)
}

// instance is a module that one worker at a time calls. Asking for its function
// makes a stack, so that is done once.
type instance struct {
	module api.Module
	run    api.Function
}

// instance takes an idle instance of the module, or makes one. Those over
// another window than the heap's are made for the launch.
func (r *run) instance() (instance, error) {
	if r.window == heapWindow {
		select {
		case inst := <-r.m.idle:
			return inst, nil
		default:
		}
	}
	m, err := r.m.rt.InstantiateModule(r.window.within(r.m.engine.ctx), r.m.code, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		return instance{}, err
	}
	return instance{m, m.ExportedFunction("run")}, nil
}

func (r *run) release(inst instance) {
	if r.window == heapWindow {
		select {
		case r.m.idle <- inst:
			return
		default:
		}
	}
	_ = inst.module.Close(r.m.engine.ctx)
}

func (r *run) fail(err error) {
	r.failOnce.Do(func() { r.failure = err })
	r.stop.Store(true)
}

// findings reports what the areas noted.
func (r *run) findings() []exec.Finding {
	var out []exec.Finding
	add := func(k exec.FindingKind, msg string) {
		out = append(out, exec.Finding{Kind: k, Message: msg, Pos: r.l.Entry.Pos, Count: 1})
	}
	var fault, diverge, misaligned uint32
	overflow := false
	for _, b := range r.areas {
		fault |= binary.LittleEndian.Uint32(b[areaFault:])
		diverge |= binary.LittleEndian.Uint32(b[areaDiverge:])
		misaligned |= binary.LittleEndian.Uint32(b[areaMisaligned:])
		overflow = overflow || overflowed(b)
	}
	if fault != 0 {
		add(exec.OutOfBounds, "an access lies outside its buffer")
	}
	if misaligned != 0 {
		add(exec.Misaligned, "the offset of an access is no multiple of its type's alignment")
	}
	if diverge != 0 {
		add(exec.DivergentBarrier, "some threads do not reach a barrier")
	}
	if overflow {
		add(exec.StackOverflow, fmt.Sprintf("more than %d calls are in progress", ir.MaxCalls))
	}
	if r.overrun.Load() {
		add(exec.EndlessLoop, "a loop did not end")
	}
	return out
}
