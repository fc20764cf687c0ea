package wasm

import (
	"fmt"
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// An argument buffer holds the addresses of others. A launch says which, so that
// loading an address from a place that is known is to name one more argument. Those
// from elsewhere are numbers.

// direct returns a launch, and the program for it, in which the addresses that
// argument buffers hold are arguments themselves; the same if there are none. If
// there are others, allocs are what they name.
func direct(p *ir.Program, l exec.Launch) (program *ir.Program, launch exec.Launch, allocs []int) {
	program, launch = directly(p, l)
	if takesNumbers(program, launch.Entry) {
		allocs = allocations(l)
	}
	return program, launch, allocs
}

func directly(p *ir.Program, l exec.Launch) (*ir.Program, exec.Launch) {
	var known []exec.Pointer
	for _, x := range l.Pointers {
		if in := l.Buffers[x.In]; in.ReadOnly && !written(l, in.Data) && !l.Buffers[x.To].ReadOnly {
			known = append(known, x)
		}
	}
	if len(known) == 0 {
		return p, l
	}
	d := p.Memo(fmt.Sprint("direct ", l.Entry.Name, known), func() any { return newDirect(p, l.Entry, known) }).(*ir.Program)
	if d == nil {
		return p, l
	}
	l.Entry, l.Pointers = d.Entries[0], nil
	return d, l
}

// newDirect makes the program of an entry, nil if that cannot be.
func newDirect(p *ir.Program, e *ir.Entry, known []exec.Pointer) *ir.Program {
	entry, fn := *e, *p.Funcs[e.Func]
	entry.Args = slices.Clone(e.Args)
	fn.Params, fn.Regs = slices.Clone(fn.Params), slices.Clone(fn.Regs)
	d := &director{entry: &entry, fn: &fn, known: known, buffers: map[int]ir.Reg{}, holder: map[ir.Reg]int{}}
	at := 0
	for i := range entry.Args {
		if a := &entry.Args[i]; a.Kind == ir.ArgBuffer {
			d.buffers[a.Index], d.holder[fn.Params[at]] = fn.Params[at], a.Index
		}
		at += entry.Args[i].Params()
	}
	fn.Body = d.block(fn.Body)
	out := *p
	out.Funcs, out.Entries = slices.Clone(p.Funcs), []*ir.Entry{&entry}
	out.Funcs[e.Func] = &fn
	if len(d.buffers) > 32 || ir.Verify(&out) != nil { // bits of variant.written
		return nil
	}
	return &out
}

type director struct {
	entry   *ir.Entry
	fn      *ir.Func
	known   []exec.Pointer
	buffers map[int]ir.Reg // parameters by index of the buffer
	holder  map[ir.Reg]int // and the other way round
}

// block replaces loads of addresses.
func (d *director) block(b ir.Block) ir.Block {
	out := make(ir.Block, 0, len(b))
	for _, in := range b {
		in.MapBlocks(d.block)
		moves := d.load(&in)
		if moves == nil {
			moves = ir.Block{in}
		}
		out = append(out, moves...)
	}
	return out
}

// load returns what a load of addresses comes to, nil for others.
func (d *director) load(in *ir.Instr) (moves ir.Block) {
	if in.Op != ir.Load || in.Kind != ir.Ptr {
		return nil
	}
	index, ok := d.holder[in.Args[0]]
	if !ok {
		return nil
	}
	for i := range results(in) {
		dst := in.Dst + ir.Reg(i)
		to := -1
		for _, x := range d.known {
			if x.In == index && x.Offset == int(in.Imm)+i*ir.Ptr.Size() {
				to = x.To
			}
		}
		if to < 0 {
			return nil
		}
		r := d.buffer(to, d.fn.Regs[dst].Space)
		if d.fn.Regs[r].Space != d.fn.Regs[dst].Space {
			return nil
		}
		moves = append(moves, ir.Instr{Op: ir.Mov, Kind: ir.Ptr, Dst: dst, Args: []ir.Reg{r}, Pos: in.Pos})
	}
	return moves
}

// buffer is the parameter of a buffer, which becomes one if it is none.
func (d *director) buffer(index int, space ir.Space) ir.Reg {
	r, ok := d.buffers[index]
	if !ok {
		r = ir.Reg(len(d.fn.Regs))
		d.fn.Regs = append(d.fn.Regs, ir.Type{Kind: ir.Ptr, Space: space})
		d.fn.Params = append(d.fn.Params, r)
		d.entry.Args = append(d.entry.Args, ir.Arg{Kind: ir.ArgBuffer, Name: fmt.Sprint("buffer ", index), Index: index, Space: space})
		d.buffers[index] = r
	}
	return r
}
