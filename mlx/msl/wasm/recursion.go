package wasm

import (
	"context"
	"encoding/binary"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// A kernel is one function. Calls that the optimizer leaves, of functions that call
// themselves other than as the last that they do and of large ones, are a loop over a stack
// in private memory here, see ir.Flatten.

// maxStack bounds what the stacks of a threadgroup take, in bytes.
const maxStack = 128 << 20

// ready returns what is lowered for a launch: the kernel without calls, and what
// direct and inRows make of that.
func ready(ctx context.Context, p *ir.Program, l exec.Launch) (program *ir.Program, launch exec.Launch, allocs []int, err error) {
	program, launch = p, l
	if len(p.Funcs) > 1 {
		program, err = flattened(ctx, p, l.Entry)
		if err != nil {
			return nil, launch, nil, unsupported{err.Error()}
		}
		if program != p {
			launch.Entry = program.Entries[0]
			stack := program.Funcs[launch.Entry.Func].PrivateSize()
			all := stack * l.Threads()
			if !alone(program, launch.Entry) {
				stack = all
			}
			if stack > maxStack || all > exec.MaxPrivate || !interp.Holds(p, l.Entry, l.Threads()) {
				return nil, launch, nil, unsupported{"calls that take so much memory in threadgroups of this size"}
			}
		}
	}
	program, launch, allocs = direct(program, launch)
	if allocs == nil {
		launch = inRows(program, launch)
	}
	return program, launch, allocs, nil
}

type flattenedKey struct{ entry *ir.Entry }

// flattened is the program of an entry that calls nothing: p if that is so already.
func flattened(ctx context.Context, p *ir.Program, e *ir.Entry) (*ir.Program, error) {
	type result struct {
		p   *ir.Program
		err error
	}
	v, err := p.Await(ctx, flattenedKey{e}, func() any {
		out, err := ir.Flatten(p, e, mayFit)
		return result{out, err}
	})
	if err != nil {
		return nil, err
	}
	r := v.(result)
	return r.p, r.err
}

// mayFit reports whether a kernel may be within the limits of size once it is optimized.
// That left 0.56 to 0.9 of the instructions of large kernels that call functions, and
// 0.73 to 0.98 of their blocks; an instruction became four or more.
func mayFit(b ir.Block) bool {
	instrs, blocks := 0, 0
	b.Walk(func(in *ir.Instr) {
		instrs++
		if len(in.Body())+len(in.Else()) > 0 {
			blocks++
		}
	})
	return instrs*9/4 <= maxCode && blocks*blocks/4 <= maxLiveBlocks
}

// overflow lowers the end of the launch that one call too many is.
func (g *gen) overflow() {
	f := g.f
	if g.cur.some {
		f.Get(g.cur.local)
		g.anyLane()
		f.If()
	}
	f.Get(g.area)
	f.I32(1)
	f.Mem(wc.I32Store, areaOverflow)
	f.Emit(wc.Unreachable)
	if g.cur.some {
		f.End()
	}
}

// overflowed reports whether a worker made one call too many.
func overflowed(area []byte) bool { return binary.LittleEndian.Uint32(area[areaOverflow:]) != 0 }
