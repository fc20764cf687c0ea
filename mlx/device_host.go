package mlx

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/zmlx/zmlx/mlx/internal/host"
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/lower"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
)

// HostDevice returns the device that is part of this program: Metal kernels
// compiled by package msl and run on the CPU.
func HostDevice() RawDevice { return HostDeviceOn(interp.Executor{}) }

// HostDeviceOn returns the host device with kernels run by x.
func HostDeviceOn(x exec.Executor) RawDevice { return hostDevice{x} }

type hostDevice struct{ executor exec.Executor }

// maxLocalBytes is Metal's limit of threadgroup memory.
const maxLocalBytes = 32 << 10

func (hostDevice) Name() string { return "host" }

func (hostDevice) Info() DeviceInfo {
	return DeviceInfo{
		Name:         "host",
		Description:  fmt.Sprintf("embedded device on %s/%s", runtime.GOOS, runtime.GOARCH),
		Architecture: runtime.GOARCH,
		Cores:        runtime.GOMAXPROCS(0),
		SimdWidth:    32,
		MaxThreads:   MaxThreadsPerThreadgroup,
		LocalBytes:   maxLocalBytes,
		MemoryBytes:  host.PhysicalMemory(),
		Executor:     wasm.Executor{}.Name(),
	}
}

// Compile generates the kernel's text, as MLX does, and compiles it.
func (d hostDevice) Compile(ctx context.Context, src KernelSource, inputs []ArgInfo, cfg LaunchConfig) (Kernel, error) {
	gen, err := src.Generate(inputs, cfg)
	if err != nil {
		return nil, err
	}
	p, err := d.compile(ctx, src.Name, gen.Text, msl.Options{Preamble: true}, gen.Lines)
	if err != nil {
		return nil, err
	}
	entry, err := p.entry(gen.Entry)
	if err != nil {
		return nil, err
	}
	return &hostKernel{hostProgram: p, src: src, gen: gen, entry: entry}, nil
}

// CompileFile compiles a whole .metal file.
func (d hostDevice) CompileFile(ctx context.Context, name, text string, opt msl.Options) (RawProgram, error) {
	p, err := d.compile(ctx, name, text, opt, nil)
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (d hostDevice) compile(ctx context.Context, name, text string, opt msl.Options, lines []GeneratedLine) (*hostProgram, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	start := time.Now()
	res := msl.Compile(name, text, opt)
	parts := newPartMap(name, text, lines, res)
	diagnostics := parts.diagnostics(res.Diagnostics)
	if res.Program == nil {
		return nil, &CompileError{Kernel: name, Diagnostics: diagnostics}
	}
	if _, err := lower.Prepare(res.Program); err != nil {
		return nil, fmt.Errorf("compile %s: %w", name, err)
	}
	return &hostProgram{program: res.Program, parts: parts, warnings: diagnostics, compileTime: time.Since(start)}, nil
}

// hostProgram is compiled text.
type hostProgram struct {
	program     *ir.Program
	parts       *partMap
	warnings    []Diagnostic
	compileTime time.Duration
}

func (p *hostProgram) Warnings() []Diagnostic     { return p.warnings }
func (p *hostProgram) CompileTime() time.Duration { return p.compileTime }

// entry returns the kernel function of this name, or the only one for "".
func (p *hostProgram) entry(name string) (*ir.Entry, error) {
	var names []string
	for _, e := range p.program.Entries {
		if e.Name == name || name == "" && len(p.program.Entries) == 1 {
			return e, nil
		}
		names = append(names, e.Name)
	}
	msg := fmt.Sprintf("there is no kernel function %q", name)
	if name == "" {
		msg = fmt.Sprintf("the file has %d kernel functions", len(names))
	}
	return nil, &Error{Op: "launch", Code: BadArgument, Msg: msg, Next: "choose one of: " + strings.Join(names, ", ")}
}

// Entries lists the kernel functions.
func (p *hostProgram) Entries() []EntryInfo {
	var infos []EntryInfo
	for _, e := range p.program.Entries {
		info := EntryInfo{Name: e.Name, MaxThreads: e.MaxThreads, LocalBytes: e.ThreadgroupSize}
		for _, a := range e.Args {
			arg := EntryArg{Name: a.Name, Index: a.Index, Type: a.Type, ElemSize: a.ElemSize, ReadOnly: a.ReadOnly}
			switch a.Kind {
			case ir.ArgBuffer:
				info.Buffers = append(info.Buffers, arg)
			case ir.ArgThreadgroup:
				info.Local = append(info.Local, arg)
			}
		}
		infos = append(infos, info)
	}
	return infos
}

// Launch dispatches a kernel function over buffers bound by index.
func (p *hostProgram) Launch(ctx context.Context, l RawLaunch) (*RawResult, error) {
	before := l.interpreted()
	before.Buffers = map[int][]byte{}
	for i, b := range l.Buffers {
		before.Buffers[i] = slices.Clone(b)
	}
	res, written, err := p.run(ctx, l)
	if err == nil && res.unplaced() {
		res, written, err = p.run(ctx, before)
	}
	if err != nil {
		return nil, err
	}
	for i, bits := range written {
		if res.Unwritten == nil {
			res.Unwritten = map[int]int{}
		}
		res.Unwritten[i] = unwritten(bits, len(l.Buffers[i]), 1)
	}
	return res, nil
}

// unplaced tells that there are findings of an executor that only knows that
// something went wrong; running again on interp tells where and how often.
func (r *RawResult) unplaced() bool {
	return len(r.Findings) > 0 && r.Executor != interp.Executor{}.Name()
}

// interpreted is the launch for interp. A loop that did not end needs no more
// than some millions of steps to be found again.
func (l RawLaunch) interpreted() RawLaunch {
	l.Options.Executor = interp.Executor{}.Name()
	l.Options.StepBudget = min(cmp.Or(l.Options.StepBudget, exec.DefaultStepBudget), 1<<26)
	return l
}

// run dispatches and returns, with TrackWrites, a bit for each byte of each
// buffer that the kernel may write.
func (p *hostProgram) run(ctx context.Context, l RawLaunch) (*RawResult, map[int][]uint64, error) {
	e, err := p.entry(l.Entry)
	if err != nil {
		return nil, nil, err
	}
	if err := checkGeometry(e, l.Grid, l.Threadgroup); err != nil {
		return nil, nil, err
	}
	buffers, written, err := bindBuffers(e, l)
	if err != nil {
		return nil, nil, err
	}
	executor, program, err := p.executor(l.Options)
	if err != nil {
		return nil, nil, err
	}
	launch := exec.Launch{
		Entry: lower.Entry(p.program, program, e), Grid: dim(l.Grid), Threadgroup: dim(clampThreadgroup(l.Grid, l.Threadgroup)),
		Buffers: buffers, LocalBytes: l.LocalBytes,
		StepBudget: l.Options.StepBudget, Progress: l.Options.Progress, Workers: l.Options.Workers, Count: l.Options.Count,
	}
	if l.Options.Sanitize {
		launch.Checks = exec.Races | exec.Uninitialised
	}
	res, err := executor.Run(ctx, program, launch)
	if err != nil {
		return nil, nil, err
	}
	return &RawResult{Findings: p.parts.findings(res.Findings), Log: res.Log, Lines: p.parts.lines(res.Counts),
		RunTime: res.Duration, Executor: cmp.Or(res.Executor, executor.Name())}, written, nil
}

// executor picks what can do what is asked for, and the program that it runs.
func (p *hostProgram) executor(opt LaunchOptions) (exec.Executor, *ir.Program, error) {
	if opt.Sanitize || opt.Count { // wants memory accesses as the source has them
		program, err := lower.Link(p.program)
		return interp.Executor{}, program, err
	}
	program, err := lower.Prepare(p.program)
	switch opt.Executor {
	case "", "wasm":
		return wasm.Executor{}, program, err
	case "interp":
		return interp.Executor{}, program, err
	default:
		return nil, nil, &Error{Op: "launch", Code: BadArgument, Msg: fmt.Sprintf("the host has no executor %q", opt.Executor), Next: "use interp or wasm"}
	}
}

// bindBuffers makes the executor's buffers of what is bound to an entry.
func bindBuffers(e *ir.Entry, l RawLaunch) (buffers map[int]exec.Buffer, written map[int][]uint64, err error) {
	local := e.ThreadgroupSize
	buffers = map[int]exec.Buffer{}
	if l.Options.TrackWrites {
		written = map[int][]uint64{}
	}
	for _, a := range e.Args {
		switch a.Kind {
		case ir.ArgThreadgroup:
			local += l.LocalBytes[a.Index]
		case ir.ArgBuffer:
			data, ok := l.Buffers[a.Index]
			if !ok {
				return nil, nil, &Error{Op: "launch", Code: BadArgument, Msg: fmt.Sprintf("buffer %d (%s) of kernel %s is not bound", a.Index, a.Name, e.Name)}
			}
			b := exec.Buffer{Data: data, Name: a.Name, ReadOnly: a.ReadOnly, Undefined: l.undefined[a.Index]}
			if written != nil && !a.ReadOnly {
				b.Written = make([]uint64, (len(data)+63)/64)
				written[a.Index] = b.Written
			}
			buffers[a.Index] = b
		}
	}
	if local > maxLocalBytes {
		return nil, nil, &Error{Op: "launch", Code: TooLarge, Msg: fmt.Sprintf("kernel %s takes %d bytes of threadgroup memory, more than %d", e.Name, local, maxLocalBytes)}
	}
	return buffers, written, nil
}

func dim(v [3]int) exec.Dim { return exec.Dim{uint32(v[0]), uint32(v[1]), uint32(v[2])} }

// clampThreadgroup makes a threadgroup no larger than the grid on any axis.
func clampThreadgroup(grid, threadgroup [3]int) [3]int {
	for i := range threadgroup {
		threadgroup[i] = min(threadgroup[i], grid[i])
	}
	return threadgroup
}

func checkGeometry(e *ir.Entry, grid, threadgroup [3]int) error {
	if err := validateGeometry(grid, threadgroup); err != nil {
		return err
	}
	most := cmp.Or(e.MaxThreads, MaxThreadsPerThreadgroup)
	if n := threadgroup[0] * threadgroup[1] * threadgroup[2]; n > most {
		return threadgroupError(n, most)
	}
	return nil
}

// unwritten counts the elements that were not stored to as a whole.
func unwritten(written []uint64, bytes, size int) int {
	n := 0
	for at := 0; at+size <= bytes; at += size {
		for b := at; b < at+size; b++ {
			if written[b/64]>>(b%64)&1 == 0 {
				n++
				break
			}
		}
	}
	return n
}
