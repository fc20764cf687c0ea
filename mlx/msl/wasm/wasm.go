// Package wasm is the fast executor: it lowers verified IR to WebAssembly with
// SIMD, which wazero compiles to machine code.
//
// Four adjacent threads are the lanes of a vector. Values on which they agree
// stay scalar, addresses that advance with the thread become vector loads, and
// where control flow diverges both sides run under masks. A kernel in which
// threads meet (barriers, SIMD-group functions) is cut there; between two
// meetings a loop runs over the vectors of the threadgroup.
//
// Results are bit-equal with interp. An access outside its buffer harms
// nothing: it loads zero, its store is dropped, and the launch reports a
// finding without a place, which interp can give. Programs that use what is not
// lowered here, and platforms without a wazero compiler, run on interp;
// Result.Executor tells.
package wasm

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
	"github.com/zmlx/zmlx/profile/trace"
)

// Executor implements exec.Executor. The zero value is ready.
type Executor struct{}

// Name returns "wasm".
func (Executor) Name() string { return "wasm" }

// engine is wazero's runtime, shared by the process.
type engine struct {
	ctx   context.Context
	rt    wazero.Runtime
	cache *codeCache         // nil without one
	mu    sync.Mutex         // wazero compiles one module at a time
	mods  map[string]*module // by kernel, variant and proven accesses
	seen  map[string]*module // by launch
	limit int                // how many modules are kept
}

var theEngine = sync.OnceValues(func() (*engine, error) {
	ctx := heapWindow.within(context.Background())
	cfg, err := compilerConfig()
	if err != nil {
		return nil, err
	}
	newRuntime := func(files wazero.CompilationCache) (wazero.Runtime, error) { return newRuntime(ctx, cfg, files) }
	rt, err := newRuntime(nil)
	cache := newCodeCache(cacheDir, wazeroVersion(), codeLimit, newRuntime)
	return &engine{ctx: ctx, rt: rt, cache: cache, mods: map[string]*module{}, seen: map[string]*module{}, limit: maxModules}, err
})

// newRuntime makes a runtime that finds the imports of modules.
func newRuntime(ctx context.Context, cfg wazero.RuntimeConfig, files wazero.CompilationCache) (wazero.Runtime, error) {
	if files != nil {
		cfg = cfg.WithCompilationCache(files)
	}
	rt := wazero.NewRuntimeWithConfig(ctx, cfg)
	stopped := func(_ context.Context, m api.Module, stack []uint64) {
		word, _ := m.Memory().Read(uint32(stack[0])+areaStop, 4)
		stack[0] = uint64(atomic.LoadUint32((*uint32)(unsafe.Pointer(&word[0]))))
	}
	host := rt.NewHostModuleBuilder(imports[tick].Module)
	const i32 = api.ValueTypeI32
	host.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(stopped), []api.ValueType{i32}, []api.ValueType{i32}).Export(imports[tick].Name)
	host.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(printLine), []api.ValueType{i32, i32, i32}, nil).Export(imports[printed].Name)
	_, err := host.Instantiate(ctx)
	return rt, err
}

// machineCode compiles a module, or finds it on disk, and returns the runtime
// that instantiates it.
func (e *engine) machineCode(module []byte) (wazero.CompiledModule, wazero.Runtime, error) {
	if e.cache != nil && len(module) >= worthStoring {
		if code, _, err := e.cache.compile(e.ctx, module); err == nil {
			return code, e.cache.rt, nil
		}
	}
	code, err := e.rt.CompileModule(e.ctx, module)
	return code, e.rt, err
}

// compilerConfig refuses platforms where wazero would interpret.
func compilerConfig() (cfg wazero.RuntimeConfig, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("wasm: wazero has no compiler for " + runtime.GOOS + "/" + runtime.GOARCH)
		}
	}()
	cfg = wazero.NewRuntimeConfigCompiler().WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesThreads)
	return cfg, nil
}

// module is a compiled kernel with its idle instances.
type module struct {
	err    error // why the kernel is not lowered
	code   wazero.CompiledModule
	rt     wazero.Runtime // of the code
	area   int            // bytes of a worker's memory
	areas  sync.Pool      // of *[]byte
	data   []byte         // constants
	prints []printSite
	idle   chan api.Module
	engine *engine
	users  int // launches in progress, guarded by engine.mu
}

// Run executes a launch.
func (x Executor) Run(ctx context.Context, p *ir.Program, l exec.Launch) (exec.Result, error) {
	start := time.Now()
	if !p.Verified() {
		return exec.Result{}, errors.New("wasm: the program is not verified")
	}
	track := trace.FromContext(ctx)
	m, v, err := x.module(track, p, l)
	if m != nil {
		defer m.leave()
	}
	if err != nil {
		return interp.Executor{}.Run(ctx, p, l)
	}
	r := &run{ctx: ctx, m: m, l: l, v: v, trace: track}
	defer r.unbind()
	binding := track.Begin("bind")
	err = r.bind()
	binding.End()
	if err == errBeyond {
		binding = track.Begin(copying)
		err = r.bindCopies()
		binding.End()
	}
	if err != nil {
		r.back = nil // nothing has run
		return interp.Executor{}.Run(ctx, p, l)
	}
	release := r.interruptible()
	err = r.workers()
	release()
	res := exec.Result{Findings: r.findings(), Log: r.log.Lines(), Duration: time.Since(start), Executor: x.Name()}
	return res, err
}

// module returns the compiled kernel for a launch, which has to leave it.
func (x Executor) module(track *trace.Track, p *ir.Program, l exec.Launch) (*module, variant, error) {
	v, err := variantOf(l)
	if err != nil {
		return nil, v, err
	}
	e, err := theEngine()
	if err != nil {
		return nil, v, err
	}
	f := factsOf(l)
	hash := p.Memo(hashKey{}, func() any { return p.Hash() }).([32]byte)
	kernel := fmt.Sprintf("%x %s %v", hash, l.Entry.Name, v)
	launch := string(f.appendKey([]byte(kernel)))
	e.mu.Lock()
	defer e.mu.Unlock()
	if m := e.seen[launch]; m != nil {
		m.users++
		return m, v, m.err
	}
	if len(e.seen) >= maxSeen {
		clear(e.seen)
	}
	if len(e.mods) >= e.limit {
		e.forget()
	}
	lowering := track.Begin("lower to WebAssembly")
	g, proven, err := prepare(p, l.Entry, v, l.LocalBytes, f, v.ragged)
	key := kernel + " " + proven
	m := e.mods[key]
	if m != nil {
		lowering.End()
	} else {
		var code []byte
		m, code = e.lowered(g, err)
		lowering.End()
		compiling := track.Begin("compile to machine code")
		e.compile(m, code)
		compiling.EndN(int64(len(code)))
		e.mods[key] = m
	}
	e.seen[launch] = m
	m.users++
	return m, v, m.err
}

// maxSeen bounds the launches whose module is remembered, and maxModules the
// modules.
const (
	maxSeen    = 1 << 12
	maxModules = 1 << 10
)

// leave ends the use of a module by a launch.
func (m *module) leave() {
	m.engine.mu.Lock()
	defer m.engine.mu.Unlock()
	m.users--
}

// Forget drops the machine code that no launch uses, so that the next launch of
// each kernel compiles anew: for measuring.
func Forget() {
	if e, err := theEngine(); err == nil {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.forget()
	}
}

// forget closes the modules that no launch uses.
func (e *engine) forget() {
	clear(e.seen)
	for key, m := range e.mods {
		if m.users > 0 {
			continue
		}
		delete(e.mods, key)
		close(m.idle)
		for inst := range m.idle {
			_ = inst.Close(e.ctx)
		}
		if m.code != nil {
			_ = m.code.Close(e.ctx)
		}
	}
}

type hashKey struct{}

// lowered makes the module of what was prepared, with its WebAssembly, or notes
// why there is none.
func (e *engine) lowered(g *gen, err error) (*module, []byte) {
	m := &module{engine: e, idle: make(chan api.Module, 64)}
	code, g, err := lower(g, err)
	if err != nil {
		m.err = err
		return m, nil
	}
	m.area = g.areaEnd
	fn := g.prog.Funcs[g.source.Func]
	m.prints = printSites(fn, fn.Body)
	m.data = make([]byte, g.dataEnd)
	at := 0
	for _, d := range g.prog.Constants {
		a := max(d.Align, 16)
		at = (at + a - 1) &^ (a - 1)
		at += copy(m.data[at:], d.Bytes)
	}
	return m, code.Encode()
}

// compile makes a module's machine code.
func (e *engine) compile(m *module, code []byte) {
	if m.err == nil {
		m.code, m.rt, m.err = e.machineCode(code)
	}
}

// lower lowers what was prepared; once more with the matrices of elements if
// it holds tiles that vary in a SIMD-group. That takes no proofs from the
// launch, as its accesses are others than those that the key names.
func lower(g *gen, err error) (*wc.Module, *gen, error) {
	if err != nil {
		return nil, nil, err
	}
	code, err := g.lower()
	if _, ok := err.(varyingTile); !ok {
		return code, g, err
	}
	again := facts{grid: [3]uint32{maxGrid, maxGrid, maxGrid}, sizes: make([]int64, len(g.facts.sizes)), contents: make([][]byte, len(g.facts.sizes))}
	g, _, err = prepare(g.prog, g.source, g.v, g.local, again, true)
	if err != nil {
		return nil, nil, err
	}
	code, err = g.lower()
	return code, g, err
}

// WAT returns the text of the module that a launch would run.
func WAT(p *ir.Program, l exec.Launch) (string, error) {
	v, err := variantOf(l)
	if err != nil {
		return "", err
	}
	g, _, err := prepare(p, l.Entry, v, l.LocalBytes, factsOf(l), v.ragged)
	m, _, err := lower(g, err)
	if err != nil {
		return "", err
	}
	return (&wc.Module{Imports: m.Imports, Funcs: m.Funcs[:1], MemPages: m.MemPages}).WAT(), nil
}

// variantOf finds what a launch specialises the module on.
func variantOf(l exec.Launch) (variant, error) {
	v := variant{tg: [3]uint32(l.Threadgroup), aligned: true, local: fmt.Sprint(l.LocalBytes)}
	if l.Checks != 0 || l.Count {
		return v, errors.New("wasm: checks and counts are interp's")
	}
	for i, g := range l.Grid {
		if g > maxGrid || l.Threadgroup[i] == 0 || l.Threadgroup[i] > 1024 {
			return v, errors.New("wasm: launch geometry")
		}
	}
	if n := uint64(v.tg[0]) * uint64(v.tg[1]) * uint64(v.tg[2]); n > 1024 {
		return v, errors.New("wasm: launch geometry")
	}
	args := 0
	for _, a := range l.Entry.Args {
		if a.Kind != ir.ArgBuffer {
			continue
		}
		if l.Buffers[a.Index].Written != nil {
			v.written |= 1 << args
		}
		args++
	}
	// Sizes of the threadgroups at the edges.
	sizes := [3][]uint32{}
	for i := range 3 {
		if l.Grid[i] >= v.tg[i] {
			sizes[i] = append(sizes[i], v.tg[i])
		}
		if rest := l.Grid[i] % v.tg[i]; rest != 0 {
			sizes[i] = append(sizes[i], rest)
		}
	}
	for _, x := range sizes[0] {
		v.aligned = v.aligned && (x%4 == 0 || v.flat())
		for _, y := range sizes[1] {
			for _, z := range sizes[2] {
				n := x * y * z
				v.tail = v.tail || n%4 != 0
				v.ragged = v.ragged || n%32 != 0
			}
		}
	}
	return v, nil
}

// run is one launch in progress.
type run struct {
	ctx    context.Context
	m      *module
	l      exec.Launch
	v      variant
	trace  *trace.Track // nil where nobody listens
	window window
	block  []byte // launch block and position tables
	areas  [][]byte
	keep   [][]byte // what the generated code knows by address only
	back   []func()
	log    exec.Log

	groups   int64
	next     atomic.Int64
	done     atomic.Int64
	stop     atomic.Bool
	overrun  atomic.Bool
	failure  error
	failOnce sync.Once
}

// callTime is how long one call into machine code should take: the garbage
// collector waits for it, and so does cancel.
const callTime = 500 * time.Microsecond

// workers runs the threadgroups on all cores.
func (r *run) workers() error {
	if r.groups == 0 {
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
	fn := inst.ExportedFunction("run")
	ctx := r.m.engine.ctx
	if len(r.m.prints) > 0 {
		ctx = context.WithValue(ctx, runKey{}, r)
	}
	stack := make([]uint64, 4)
	batch := int64(1)
	step := max(1, r.groups/100)
	for !r.stop.Load() && r.ctx.Err() == nil {
		first := r.next.Add(batch) - batch
		if first >= r.groups {
			break
		}
		last := min(first+batch, r.groups)
		stack[0], stack[1], stack[2], stack[3] = uint64(block), uint64(own), uint64(first), uint64(last)
		began := time.Now()
		if err := fn.CallWithStack(ctx, stack); err != nil {
			// The only trap that the code has is the one of loops.
			r.overrun.Store(r.ctx.Err() == nil)
			r.stop.Store(true)
			_ = inst.Close(r.m.engine.ctx)
			return
		}
		took := time.Since(began)
		core.Add("threadgroups", began, took, last-first)
		done := r.done.Add(last - first)
		if r.l.Progress != nil && (done/step != (done-(last-first))/step || done == r.groups) {
			r.l.Progress(done, r.groups)
		}
		switch {
		case took < callTime/2:
			batch = min(batch*2, max(1, (r.groups-last)/8))
		case took > callTime:
			batch = max(1, batch/2)
		}
	}
	r.release(inst)
}

// instance takes an idle instance of the module, or makes one. Those over
// another window than the heap's are made for the launch.
func (r *run) instance() (api.Module, error) {
	if r.window == heapWindow {
		select {
		case m := <-r.m.idle:
			return m, nil
		default:
		}
	}
	return r.m.rt.InstantiateModule(r.window.within(r.m.engine.ctx), r.m.code, wazero.NewModuleConfig().WithName(""))
}

func (r *run) release(inst api.Module) {
	if r.window == heapWindow {
		select {
		case r.m.idle <- inst:
			return
		default:
		}
	}
	_ = inst.Close(r.m.engine.ctx)
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
	var fault, diverge uint32
	for _, b := range r.areas {
		fault |= binary.LittleEndian.Uint32(b[areaFault:])
		diverge |= binary.LittleEndian.Uint32(b[areaDiverge:])
	}
	if fault != 0 {
		add(exec.OutOfBounds, "an access lies outside its buffer")
	}
	if diverge != 0 {
		add(exec.DivergentBarrier, "some threads do not reach a barrier")
	}
	if r.overrun.Load() {
		add(exec.EndlessLoop, "a loop did not end")
	}
	return out
}
