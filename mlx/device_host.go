package mlx

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/zmlx/zmlx/mlx/internal/host"
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/lower"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
	"github.com/zmlx/zmlx/profile/trace"
)

// HostDevice returns the device that is part of this program: Metal kernels
// compiled by package msl and run on the CPU.
func HostDevice() RawDevice { return HostDeviceOn(wasm.Executor{}) }

// HostDeviceOn returns the host device with kernels run by x, where a launch
// does not ask for another executor.
func HostDeviceOn(x exec.Executor) RawDevice { return hostDevice{x} }

type hostDevice struct{ usual exec.Executor }

// maxLocalBytes is Metal's limit of threadgroup memory.
const maxLocalBytes = 32 << 10

func (hostDevice) Name() string { return "host" }

func (d hostDevice) Info() DeviceInfo {
	serves := d.usual
	if serves == (wasm.Executor{}) && wasm.Supported() != nil {
		serves = interp.Executor{}
	}
	return DeviceInfo{
		Name:         "host",
		Description:  fmt.Sprintf("embedded device on %s/%s", runtime.GOOS, runtime.GOARCH),
		Architecture: runtime.GOARCH,
		Cores:        runtime.GOMAXPROCS(0),
		SimdWidth:    32,
		MaxThreads:   MaxThreadsPerThreadgroup,
		LocalBytes:   maxLocalBytes,
		MemoryBytes:  host.PhysicalMemory(),
		Executor:     serves.Name(),
	}
}

// Compile generates the kernel's text, as MLX does, and compiles it.
func (d hostDevice) Compile(ctx context.Context, src KernelSource, inputs []ArgInfo, cfg LaunchConfig) (Kernel, error) {
	if len(src.Stages) > 0 {
		return compileStages(ctx, d, src, inputs, cfg)
	}
	generating := trace.FromContext(ctx).Begin("generate")
	gen, err := src.Generate(inputs, cfg)
	generating.End()
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
	start := time.Now()
	lowering := trace.FromContext(ctx).Begin("lower")
	_, err = lower.Prepare(ctx, p.program, entry)
	lowering.End()
	if err != nil {
		return nil, fmt.Errorf("compile %s: %w", src.Name, err)
	}
	p.compileTime += time.Since(start)
	return &hostKernel{hostProgram: p, src: src, gen: gen, entry: entry, args: inputs, cfg: cfg}, nil
}

// CompileFile compiles a whole .metal file. What a launch needs of it is made
// ready then: a library has hundreds of entries.
func (d hostDevice) CompileFile(ctx context.Context, name, text string, opt msl.Options) (RawProgram, error) {
	types := map[int]string{}
	value := opt.FunctionConstant
	opt.FunctionConstant = func(name string, index int, typ string) []uint64 {
		types[index] = typ
		if value == nil {
			return nil
		}
		return value(name, index, typ)
	}
	p, err := d.compile(ctx, name, text, opt, nil)
	if err != nil {
		return nil, err
	}
	p.constantTypes = types
	return p, nil // no nil pointer in an interface
}

func (d hostDevice) compile(ctx context.Context, name, text string, opt msl.Options, lines []GeneratedLine) (*hostProgram, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	start := time.Now()
	opt.Trace = trace.FromContext(ctx)
	compiled := make(chan msl.Result, 1) // what is cancelled does not wait for it
	go func() { compiled <- msl.Compile(name, text, opt) }()
	var res msl.Result
	select {
	case res = <-compiled:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	parts := newPartMap(name, text, lines, res)
	diagnostics := parts.diagnostics(res.Diagnostics)
	if res.Program == nil {
		return nil, &CompileError{Kernel: name, Diagnostics: diagnostics}
	}
	return &hostProgram{usual: d.usual, program: res.Program, parts: parts, warnings: diagnostics, compileTime: time.Since(start)}, nil
}

// hostProgram is compiled text.
type hostProgram struct {
	usual       exec.Executor
	program     *ir.Program
	parts       *partMap
	warnings    []Diagnostic
	compileTime time.Duration
	// constantTypes are those of the function constants, by index.
	constantTypes map[int]string
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
			arg := EntryArg{Name: a.Name, Index: a.Index, Type: a.Type, ElemSize: a.ElemSize, ReadOnly: a.ReadOnly, Ref: a.Ref}
			switch a.Kind {
			case ir.ArgBuffer:
				info.Buffers = append(info.Buffers, arg)
			case ir.ArgThreadgroup:
				info.Local = append(info.Local, arg)
			}
		}
		read := p.program.FunctionConstantsOf(e)
		for i, c := range p.program.FuncConst {
			info.Constants = append(info.Constants, EntryConstant{c.Name, c.Index, p.constantTypes[c.Index], read[i]})
		}
		infos = append(infos, info)
	}
	return infos
}
