package mlx

import (
	"cmp"
	"context"
	"fmt"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/lower"
	"github.com/zmlx/zmlx/mlx/msl/wasm"
	"github.com/zmlx/zmlx/profile/trace"
)

// Launch dispatches a kernel function over buffers bound by index.
func (p *hostProgram) Launch(ctx context.Context, l RawLaunch) (*RawResult, error) {
	l.undefined = map[int]bool{}
	for i, size := range l.New {
		l.undefined[i] = size > 0
	}
	before := l
	e, err := p.entry(l.Entry)
	if err != nil {
		return nil, err
	}
	if before.Buffers, err = p.keepBuffers(ctx, e, l); err != nil {
		return nil, err
	}
	res, err := p.run(ctx, l)
	if err == nil && res.unplaced() {
		if err := before.poison(ctx, l.Buffers, Poison); err != nil {
			return nil, err
		}
		return p.run(ctx, before.interpreted())
	}
	if err == nil && l.Options.TrackWrites && res.Unwritten == nil {
		res.Unwritten, err = p.keptBytes(ctx, before, l.Buffers)
	}
	if err != nil {
		return nil, err
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

// run dispatches once. Interp also tracks writes to new buffers.
func (p *hostProgram) run(ctx context.Context, l RawLaunch) (*RawResult, error) {
	e, err := p.entry(l.Entry)
	if err != nil {
		return nil, err
	}
	if err := checkGeometry(e, l.Grid, l.Threadgroup); err != nil {
		return nil, err
	}
	lowering := trace.FromContext(ctx).Begin("lower")
	executor, program, err := p.executor(ctx, e, l.Options)
	lowering.End()
	if err != nil {
		return nil, err
	}
	if err := p.constantsGiven(ctx, e); err != nil {
		return nil, err
	}
	track := l.Options.TrackWrites && executor.Name() == interp.Executor{}.Name()
	buffers, err := bindBuffers(e, l, track)
	if err != nil {
		return nil, err
	}
	launch := exec.Launch{
		Entry: program.Entries[0], Grid: dim(l.Grid), Threadgroup: dim(clampThreadgroup(l.Grid, l.Threadgroup)),
		Buffers: buffers, Pointers: pointers(l), LocalBytes: l.LocalBytes,
		StepBudget: l.Options.StepBudget, Progress: l.Options.Progress, Workers: l.Options.Workers, Count: l.Options.Count,
		Follow: (*exec.Dim)(l.Options.Follow), WriterOf: l.Options.WriterOf,
	}
	if l.Options.Sanitize {
		launch.Checks = exec.Races | exec.Uninitialised
	}
	if err := launch.Check(program); err != nil {
		return nil, &Error{Op: "launch", Code: BadArgument, Msg: err.Error()}
	}
	if err := checkRaceMemory(program, launch); err != nil {
		return nil, err
	}
	dispatch := trace.FromContext(ctx).Begin("dispatch")
	res, err := executor.Run(ctx, program, launch)
	dispatch.End()
	if err != nil {
		return nil, err
	}
	out := &RawResult{Findings: p.parts.findings(res.Findings), Log: res.Log, Lines: p.parts.lines(res.Counts),
		Buffers: bufferCounts(res.Buffers), Path: p.parts.path(res.Path), Writer: (*[3]uint32)(res.Writer), Steps: res.Steps, RunTime: res.Duration, Executor: cmp.Or(res.Executor, executor.Name()), Fallback: res.Fallback, CopiedParts: res.CopiedParts}
	if track {
		out.Unwritten = map[int]int{}
		for i, b := range buffers {
			if b.Written != nil {
				out.Unwritten[i] = unwritten(b.Written, len(b.Data), l.New[i])
			}
		}
	}
	return out, nil
}

// checkRaceMemory refuses to look for races where what that keeps of the accesses to
// writable buffers, up to a hundred times as large as these, does not fit in memory.
func checkRaceMemory(p *ir.Program, l exec.Launch) error {
	bytes := interp.RaceMemory(p, l)
	if CheckMemory(float64(bytes)) != nil {
		return &Error{Op: "launch", Code: TooLarge,
			Msg:  fmt.Sprintf("looking for races in this launch takes %.1f GB of memory, more than are free", float64(bytes)/1e9),
			Next: "make the buffers that the kernel writes smaller, or do not look for races"}
	}
	return nil
}

func bufferCounts(counts []exec.BufferCount) []BufferCount {
	var out []BufferCount
	for _, c := range counts {
		out = append(out, BufferCount(c))
	}
	return out
}

// unwritten counts the bytes of the elements whose bits are not all set.
func unwritten(written []uint64, bytes, size int) (n int) {
	for at := 0; at < bytes; at += size {
		if all := uint64(1)<<size - 1; written[at/64]>>(at%64)&all != all {
			n += size
		}
	}
	return n
}

// executor picks what can do what is asked for, and the program of the entry
// that it runs.
func (p *hostProgram) executor(ctx context.Context, e *ir.Entry, opt LaunchOptions) (exec.Executor, *ir.Program, error) {
	if opt.Sanitize || opt.Count || opt.Follow != nil || opt.WriterOf != nil { // wants memory accesses as the source has them
		program, err := lower.Link(ctx, p.program, e)
		return interp.Executor{}, program, err
	}
	program, err := lower.Prepare(ctx, p.program, e)
	switch opt.Executor {
	case "":
		return p.usual, program, err
	case "wasm":
		return wasm.Executor{}, program, err
	case "interp":
		return interp.Executor{}, program, err
	default:
		return nil, nil, &Error{Op: "launch", Code: BadArgument, Msg: fmt.Sprintf("the host has no executor %q", opt.Executor), Next: "use interp or wasm"}
	}
}

// bindBuffers makes the executor's buffers of what is bound to an entry.
func bindBuffers(e *ir.Entry, l RawLaunch, track bool) (map[int]exec.Buffer, error) {
	local := e.ThreadgroupSize
	buffers := map[int]exec.Buffer{}
	bind := func(index int, name string, readOnly bool) {
		b := exec.Buffer{Data: l.Buffers[index], Name: name, ReadOnly: readOnly, Undefined: l.undefined[index]}
		if track && !readOnly && l.New[index] > 0 {
			b.Written = make([]uint64, (len(b.Data)+63)/64)
		}
		buffers[index] = b
	}
	for _, a := range e.Args {
		switch a.Kind {
		case ir.ArgThreadgroup:
			local += l.LocalBytes[a.Index]
		case ir.ArgBuffer:
			if _, ok := l.Buffers[a.Index]; !ok {
				return nil, &Error{Op: "launch", Code: BadArgument, Msg: fmt.Sprintf("buffer %d (%s) of kernel %s is not bound", a.Index, a.Name, e.Name)}
			}
			bind(a.Index, a.Name, a.ReadOnly)
		}
	}
	for _, ptr := range l.Pointers {
		for _, index := range []int{ptr.In, ptr.To} {
			data, ok := l.Buffers[index]
			if !ok {
				return nil, &Error{Op: "launch", Code: BadArgument, Msg: fmt.Sprintf("buffer %d, which a pointer needs, is not bound", index)}
			}
			if index == ptr.In && (ptr.Offset < 0 || ptr.Offset > len(data)-pointerBytes) {
				return nil, &Error{Op: "launch", Code: BadArgument, Msg: fmt.Sprintf("a pointer at byte %d does not lie in buffer %d, which has %d bytes", ptr.Offset, index, len(data))}
			}
			if _, ok := buffers[index]; !ok {
				bind(index, fmt.Sprint("buffer ", index), false)
			}
		}
	}
	if local > maxLocalBytes {
		return nil, &Error{Op: "launch", Code: TooLarge, Msg: fmt.Sprintf("kernel %s takes %d bytes of threadgroup memory, more than %d", e.Name, local, maxLocalBytes)}
	}
	return buffers, nil
}

const pointerBytes = 8

func pointers(l RawLaunch) []exec.Pointer {
	var out []exec.Pointer
	for _, p := range l.Pointers {
		out = append(out, exec.Pointer(p))
	}
	return out
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

// constantsGiven demands a value for each function constant that a kernel
// reads, as Metal does before it makes a pipeline.
func (p *hostProgram) constantsGiven(ctx context.Context, e *ir.Entry) error {
	if len(p.program.FuncConst) == 0 {
		return nil
	}
	program, err := lower.Prepare(ctx, p.program, e) // without what other constants leave out
	if err != nil {
		return err
	}
	for _, f := range program.Funcs {
		f.Body.Walk(func(in *ir.Instr) {
			if in.Op == ir.FuncConst && err == nil {
				c := program.FuncConst[in.Imm]
				err = &Error{Op: "launch", Code: BadArgument, Msg: fmt.Sprintf("kernel %s reads function constant %d (%s), which has no value", e.Name, c.Index, c.Name),
					Next: fmt.Sprintf("give it one, as --constant %d=VALUE does", c.Index)}
			}
		})
	}
	return err
}
