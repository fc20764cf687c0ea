package wasm

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// engine is wazero's runtime, shared by the process.
type engine struct {
	ctx   context.Context
	rt    wazero.Runtime
	cache *codeCache // nil without one

	turn chan struct{} // held by the launch whose module is made: one at a time,
	left chan struct{} // or by what no launch waits for any longer

	mu     sync.Mutex         // of what follows
	mods   map[string]*module // by kernel, variant and proven accesses
	seen   map[string]*module // by launch
	making map[string]*making // by launch
	limit  int                // how many modules are kept
}

var theEngine = sync.OnceValues(func() (*engine, error) {
	ctx := heapWindow.within(context.Background())
	newRuntime := func(files wazero.CompilationCache) (wazero.Runtime, error) { return newRuntime(ctx, files) }
	rt, err := newRuntime(nil)
	if err != nil {
		return nil, err
	}
	cache := newCodeCache(cacheDir, wazeroVersion(), codeLimit, newRuntime)
	return &engine{ctx: ctx, rt: rt, cache: cache, turn: make(chan struct{}, 1), left: make(chan struct{}, maxLeft),
		mods: map[string]*module{}, seen: map[string]*module{}, making: map[string]*making{}, limit: maxModules}, nil
})

// Supported tells whether wazero compiles on this platform; if not, the error
// is why interp serves.
func Supported() error {
	_, err := theEngine()
	return err
}

// ticks counts how often machine code called the host to be interrupted.
var ticks atomic.Int64

// newRuntime makes a runtime that finds the imports of modules. It refuses
// platforms for which wazero has no compiler.
func newRuntime(ctx context.Context, files wazero.CompilationCache) (wazero.Runtime, error) {
	cfg := wazero.NewRuntimeConfigCompiler().WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesThreads)
	if files != nil {
		cfg = cfg.WithCompilationCache(files)
	}
	rt, err := compilingRuntime(ctx, cfg)
	if err != nil {
		return nil, err
	}
	stopped := func(_ context.Context, m api.Module, stack []uint64) {
		ticks.Add(1)
		word, _ := m.Memory().Read(uint32(stack[0])+areaStop, 4)
		stack[0] = uint64(atomic.LoadUint32((*uint32)(unsafe.Pointer(&word[0]))))
	}
	host := rt.NewHostModuleBuilder(imports[tick].Module)
	const i32 = api.ValueTypeI32
	host.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(stopped), []api.ValueType{i32}, []api.ValueType{i32}).Export(imports[tick].Name)
	host.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(printLine), []api.ValueType{i32, i32, i32}, nil).Export(imports[printed].Name)
	_, err = host.Instantiate(ctx)
	return rt, err
}

// machineCode compiles a module, or finds it on disk, and returns the runtime
// that instantiates it.
func (e *engine) machineCode(module []byte) (wazero.CompiledModule, wazero.Runtime, error) {
	if e.cache != nil && len(module) >= worthStoring && e.cache.busy.TryLock() {
		code, _, err := e.cache.compile(e.ctx, module)
		e.cache.busy.Unlock()
		if err == nil {
			return code, e.cache.rt, nil
		}
	}
	code, err := e.rt.CompileModule(e.ctx, module)
	return code, e.rt, err
}

// compilingRuntime turns wazero's panic into an error: where it knows neither
// the processor nor how to make memory executable, or may not.
func compilingRuntime(ctx context.Context, cfg wazero.RuntimeConfig) (rt wazero.Runtime, err error) {
	defer func() {
		if why := recover(); why != nil {
			err = fmt.Errorf("WebAssembly cannot be compiled on %s/%s (%v)", runtime.GOOS, runtime.GOARCH, why)
		}
	}()
	return wazero.NewRuntimeWithConfig(ctx, cfg), nil
}

// module is a compiled kernel with its idle instances.
type module struct {
	err    error // why the kernel is not lowered
	code   wazero.CompiledModule
	rt     wazero.Runtime // of the code
	area   int            // bytes of a worker's memory
	chunks int            // vectors of a full threadgroup
	padded bool           // as in gen
	atomic uint32         // as in gen
	areas  sync.Pool      // of *[]byte
	data   []byte         // constants, and
	// constants is where each of them is there, and its size.
	constants [][2]int
	prints    []printSite
	idle      chan instance
	engine    *engine
	users     int // launches in progress, guarded by engine.mu
}

// launchKey names what a launch's module depends on.
type launchKey struct {
	kernel string // and variant
	launch string // and sizes and contents of buffers
	v      variant
	facts  facts
}

func keyOf(p *ir.Program, l exec.Launch, allocs []int) (launchKey, error) {
	v, err := variantOf(p, l, allocs)
	if err != nil {
		return launchKey{}, err
	}
	f := factsOf(l)
	hash := p.Memo(hashKey{}, func() any { return p.Hash() }).([32]byte)
	kernel := v.appendKey(append(hash[:], l.Entry.Name...))
	return launchKey{string(kernel), string(f.appendKey(kernel)), v, f}, nil
}

// module returns the compiled kernel for a launch, which has to leave it.
func (x Executor) module(ctx context.Context, p *ir.Program, l exec.Launch, allocs []int) (*module, variant, error) {
	key, err := keyOf(p, l, allocs)
	if err != nil {
		return nil, key.v, err
	}
	e, err := theEngine()
	if err != nil {
		return nil, key.v, err
	}
	m := e.known(key)
	if m == nil {
		if m, err = e.await(ctx, p, l, key); err != nil {
			return nil, key.v, err
		}
	}
	return m, key.v, m.err
}

// known returns the module of a launch like an earlier one.
func (e *engine) known(key launchKey) *module {
	e.mu.Lock()
	defer e.mu.Unlock()
	m := e.seen[key.launch]
	if m != nil {
		m.users++
	}
	return m
}

// withProofs returns the module with the accesses of a key proven.
func (e *engine) withProofs(key string) *module {
	e.mu.Lock()
	defer e.mu.Unlock()
	m := e.mods[key]
	if m != nil {
		m.users++
	}
	return m
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
		m.close()
	}
}

// close frees a module that no launch uses.
func (m *module) close() {
	close(m.idle)
	for inst := range m.idle {
		_ = inst.module.Close(m.engine.ctx)
	}
	if m.code != nil {
		_ = m.code.Close(m.engine.ctx)
	}
}

type hashKey struct{}

// lowered makes the module of what was prepared, with its WebAssembly, or notes
// why there is none.
func (e *engine) lowered(g *gen, err error) (*module, []byte) {
	m := &module{engine: e, idle: make(chan instance, 64), users: 1}
	code, g, err := lower(g, err)
	if err != nil {
		m.err = err
		return m, nil
	}
	m.area, m.chunks, m.padded, m.atomic = g.areaEnd, g.chunks*g.v.lanes()/4, g.padded, g.atomicSize
	fn := g.prog.Funcs[g.source.Func]
	m.prints = printSites(g.prog, fn, fn.Body)
	m.data = make([]byte, g.dataEnd)
	at := 0
	for _, d := range g.prog.Constants {
		a := max(d.Align, 16)
		at = (at + a - 1) &^ (a - 1)
		m.constants = append(m.constants, [2]int{at, len(d.Bytes)})
		at += copy(m.data[at:], d.Bytes)
	}
	return m, code.Encode()
}
