package wasm

import (
	"context"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/profile/trace"
)

// making is a module in the making.
type making struct {
	done     chan struct{} // closed at the end
	m        *module       // nil until then, and if it was given up
	panicked any
	wanted   bool // by a launch; guarded by engine.mu, as m is
}

// maxLeft is how many compilations that no launch waits for may go on beside that of
// the next: wazero cannot stop within a function.
const maxLeft = 2

// await makes the module of a launch, one launch at a time. One that is cancelled does
// not wait: its module is given up before the next step, or, if wazero is compiling it
// already, made beside that of the next launch, and kept.
func (e *engine) await(ctx context.Context, p *ir.Program, l exec.Launch, key launchKey) (*module, error) {
	select {
	case e.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	e.mu.Lock()
	if m := e.seen[key.launch]; m != nil {
		m.users++
		e.mu.Unlock()
		<-e.turn
		return m, nil
	}
	w := e.making[key.launch]
	if w == nil {
		w = &making{done: make(chan struct{})}
		e.making[key.launch] = w
		go e.make(w, trace.FromContext(ctx), p, l, key)
	}
	w.wanted = true
	e.mu.Unlock()

	select {
	case <-w.done:
		<-e.turn
		if w.m == nil {
			panic(w.panicked) // where the caller can recover it
		}
		return w.m, nil
	case <-ctx.Done():
		e.leave(w)
		return nil, ctx.Err()
	}
}

// leave ends the turn of a launch that does not wait for its module any longer, as soon
// as there are few of those.
func (e *engine) leave(w *making) {
	e.mu.Lock()
	w.wanted = false
	if w.m != nil {
		w.m.users--
	}
	e.mu.Unlock()
	held := e.turn
	select {
	case e.left <- struct{}{}:
		<-e.turn
		held = e.left
	default:
	}
	go func() {
		<-w.done
		<-held
	}()
}

// make lowers the kernel, and compiles it if no module has the same accesses
// proven.
func (e *engine) make(w *making, track *trace.Track, p *ir.Program, l exec.Launch, key launchKey) {
	defer close(w.done)
	defer func() {
		if w.panicked = recover(); w.panicked != nil {
			e.mu.Lock()
			delete(e.making, key.launch)
			e.mu.Unlock()
		}
	}()
	lowering := track.Begin("lower to WebAssembly")
	g, proven, err := prepare(p, l.Entry, key.v, l.LocalBytes, key.facts, key.v.ragged)
	if e.giveUp(w, key) {
		lowering.End()
		return
	}
	name := key.kernel + " " + proven
	m := e.withProofs(name)
	var code []byte
	if m == nil {
		m, code = e.lowered(g, err)
	}
	lowering.End()
	if code != nil {
		if e.giveUp(w, key) {
			return
		}
		compiling := track.Begin("compile to machine code")
		m.code, m.rt, m.err = e.machineCode(code)
		compiling.EndN(int64(len(code)))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.seen) >= maxSeen {
		clear(e.seen)
	}
	if len(e.mods) >= e.limit {
		e.forget()
	}
	if other := e.mods[name]; other != nil && other != m { // made at the same time
		m.close()
		m = other
		m.users++
	}
	m.users-- // for making it
	if w.wanted {
		m.users++
	}
	w.m = m
	e.mods[name], e.seen[key.launch] = m, m
	delete(e.making, key.launch)
}

// giveUp ends the making of a module that no launch waits for.
func (e *engine) giveUp(w *making, key launchKey) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if w.wanted {
		return false
	}
	delete(e.making, key.launch)
	return true
}
