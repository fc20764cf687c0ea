package wasm

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"time"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/profile/trace"
)

// A launch whose arrays take more than one memory runs in parts of its grid, if
// each of them touches few enough bytes. What a part touches the interval analysis
// of proofs tells, with the part's positions. Only that is copied, and is the
// buffer for this part: the kernel's pointers are moved back by what was left out.
// So each access is checked against what was copied, which all that the analysis
// allows and the buffer holds is in; nothing rests on the analysis being right.

// runInParts runs a launch part by part. It says why where that cannot be.
func (x Executor) runInParts(ctx context.Context, p *ir.Program, l exec.Launch, v variant) (res exec.Result, why, err error) {
	start := time.Now()
	track := trace.FromContext(ctx)
	splitting := track.Begin("split: beyond the 4 GiB of one memory")
	s, why := newSplitter(p, l, v)
	if why == nil {
		why = s.split(s.grid, s.bytes(s.grid))
	}
	splitting.End()
	if why != nil {
		return res, why, nil
	}
	runs := make([]*run, len(s.parts))
	log := &exec.Log{}
	for i, part := range s.parts {
		own := s.l
		own.Buffers = s.windows(part)
		m, v, err := x.module(ctx, s.p, own, nil)
		if m != nil {
			defer m.leave()
		}
		if err != nil {
			return res, err, nil
		}
		runs[i] = &run{ctx: ctx, m: m, l: own, v: v, trace: track, log: log, grid: s.grid, part: part}
	}
	var arena []byte
	done := int64(0)
	for i, r := range runs {
		r.arena = arena
		r.done.Store(done)
		copying := track.Begin(fmt.Sprintf("%s, part %d of %d", copying, i+1, len(runs)))
		err = r.bindCopies()
		copying.End()
		if err == nil {
			err = r.finish()
		}
		if err != nil {
			break
		}
		res.Findings = merged(res.Findings, r.findings())
		if r.stop.Load() {
			break
		}
		arena, done = r.arena, done+r.part.groups()
		runs[i] = nil // and what it holds
	}
	res.Log, res.Duration, res.Executor = log.Lines(), time.Since(start), x.Name()
	return res, nil, err
}

// merged adds the findings of a part to those of others.
func merged(all, more []exec.Finding) []exec.Finding {
	for _, f := range more {
		if !slices.ContainsFunc(all, func(o exec.Finding) bool { return o.Kind == f.Kind }) {
			all = append(all, f)
		}
	}
	return all
}

// splitter cuts a grid into parts.
type splitter struct {
	p      *ir.Program // as newMoved makes it
	l      exec.Launch // of that, over whole buffers
	g      *gen
	grid   part
	parts  []part
	size   int // bytes of the launch
	copied int // and of the parts so far
}

// Parts get no smaller than maxCopied/smallPart unless they have to, and all of them
// copy at most maxRecopied times what the launch takes.
const (
	smallPart   = 16
	maxRecopied = 16
)

func newSplitter(p *ir.Program, l exec.Launch, v variant) (*splitter, error) {
	moved := p.Memo("moved "+l.Entry.Name, func() any { return newMoved(p, l.Entry) }).(*ir.Program)
	if moved == nil || v.numbers != nil {
		return nil, fmt.Errorf("%w, and it compares or keeps pointers", errBeyond)
	}
	s := &splitter{p: moved, l: l, grid: wholeGrid(l.Grid, v.tg)}
	_, s.size = copied(l.Buffers)
	s.l.Entry = moved.Entries[0]
	s.l.Buffers = maps.Clone(l.Buffers)
	args := s.buffers()
	s.l.Buffers[args[len(args)-1].Index] = exec.Buffer{Data: make([]byte, 8*(len(args)-1)), ReadOnly: true}
	var err error
	s.g, _, err = prepare(s.p, s.l.Entry, v, l.LocalBytes, factsOf(s.l), true)
	return s, err
}

// buffers are the arguments that are buffers.
func (s *splitter) buffers() []ir.Arg {
	return slices.DeleteFunc(slices.Clone(s.l.Entry.Args), func(a ir.Arg) bool { return a.Kind != ir.ArgBuffer })
}

// split cuts a part, of which so many bytes are copied, in halves until they fit,
// and on while that copies hardly anything twice.
func (s *splitter) split(p part, bytes int) error {
	axis, half, total := -1, [2]int{}, 0
	if bytes > maxCopied/smallPart {
		for i := 2; i >= 0; i-- {
			if p.size(i) < 2 {
				continue
			}
			a, b := p.halves(i)
			if x, y := s.bytes(a), s.bytes(b); axis < 0 || x+y < total {
				axis, half, total = i, [2]int{x, y}, x+y
			}
		}
	}
	switch {
	case bytes <= maxCopied && (axis < 0 || total > bytes+bytes/8):
		s.parts = append(s.parts, p)
		s.copied += bytes
		if s.copied/maxRecopied > s.size {
			return fmt.Errorf("%w, and parts of its grid share too much", errBeyond)
		}
		return nil
	case axis < 0:
		return s.tooMuch(p)
	}
	a, b := p.halves(axis)
	if err := s.split(a, half[0]); err != nil {
		return err
	}
	return s.split(b, half[1])
}

// tooMuch says what a threadgroup may touch too much of.
func (s *splitter) tooMuch(p part) error {
	windows := s.windows(p)
	most := slices.MaxFunc(s.buffers(), func(a, b ir.Arg) int {
		return cmp.Compare(len(windows[a.Index].Data), len(windows[b.Index].Data))
	})
	return fmt.Errorf("%w, and one threadgroup may touch %d MiB of %s", errBeyond, len(windows[most.Index].Data)>>20, most.Name)
}

// bytes is how much is copied for a part.
func (s *splitter) bytes(p part) int {
	_, n := copied(s.windows(p))
	return n
}

// windows returns the buffers for a part: what of them it may touch.
func (s *splitter) windows(p part) map[int]exec.Buffer {
	touched := s.touched(p)
	out := map[int]exec.Buffer{}
	args := s.buffers()
	numbers := make([]byte, 8*len(touched))
	for i, x := range touched {
		b := s.l.Buffers[args[i].Index]
		lo := int(x.Lo) &^ (windowPad - 1)
		if x.Lo >= x.Hi {
			b.Data, lo = nil, 0
		} else {
			b.Data = b.Data[lo:x.Hi:x.Hi]
		}
		if b.Written != nil {
			b.Written = b.Written[lo/64:]
		}
		binary.LittleEndian.PutUint64(numbers[8*i:], uint64(-lo/windowPad))
		out[args[i].Index] = b
	}
	out[args[len(touched)].Index] = exec.Buffer{Data: numbers, ReadOnly: true}
	return out
}

// touched returns, by buffer of the launch, from where to where a part may touch it.
func (s *splitter) touched(p part) []ir.Range {
	roots := s.g.buffers()
	out := make([]ir.Range, len(roots)-1)
	for i := range out {
		out[i].Lo = int64(roots[i].bytes)
	}
	accesses := s.g.accesses(s.l.Grid, p)
	for _, n := range s.g.nodes[1:] {
		in := n.in
		if !touches(in) {
			continue
		}
		at, reached := accesses[in]
		known := accesses != nil && in.Op != ir.CopyMem && in.Op != ir.ZeroMem
		if known && !reached {
			continue
		}
		for _, r := range in.Args {
			i := slices.Index(roots, s.g.roots[r])
			if i < 0 || i == len(out) {
				continue
			}
			lo, hi := int64(0), int64(roots[i].bytes)
			if known {
				lo = max(lo, at.Lo)
				if span := int64(in.Kind.Size() * in.Run()); at.Hi < hi-span {
					hi = at.Hi + span
				}
			}
			if lo < hi {
				out[i] = ir.Range{Lo: min(out[i].Lo, lo), Hi: max(out[i].Hi, hi)}
			}
		}
	}
	return out
}

// newMoved returns the program of an entry that takes a buffer more, of how many
// windowPads to add to the pointers of the others. It is nil for kernels to which
// it matters where in a buffer a pointer points.
func newMoved(p *ir.Program, e *ir.Entry) *ir.Program {
	entry, fn := *e, *p.Funcs[e.Func]
	entry.Args = slices.Clone(e.Args)
	fn.Params, fn.Regs = slices.Clone(fn.Params), slices.Clone(fn.Regs)
	reg := func(t ir.Type) ir.Reg {
		fn.Regs = append(fn.Regs, t)
		return ir.Reg(len(fn.Regs) - 1)
	}
	numbers := reg(ir.Type{Kind: ir.Ptr, Space: ir.Constant})
	var b ir.Block
	emit := func(in ir.Instr) ir.Reg {
		if in.Dst == ir.NoReg {
			in.Dst = reg(ir.Type{Kind: in.Kind})
		}
		in.Pos = e.Pos
		b = append(b, in)
		return in.Dst
	}
	shift := emit(ir.Instr{Op: ir.Const, Kind: ir.I64, Imm: uint64(bits.TrailingZeros(windowPad)), Dst: ir.NoReg})
	at, n, index := 0, 0, 0
	for _, a := range entry.Args {
		if a.Kind == ir.ArgBuffer {
			pointer := fn.Params[at]
			fn.Params[at] = reg(fn.Regs[pointer])
			by := emit(ir.Instr{Op: ir.Load, Kind: ir.I64, Space: ir.Constant, Imm: uint64(8 * n), Args: []ir.Reg{numbers}, Dst: ir.NoReg})
			by = emit(ir.Instr{Op: ir.Shl, Kind: ir.I64, Args: []ir.Reg{by, shift}, Dst: ir.NoReg})
			emit(ir.Instr{Op: ir.PtrAdd, Kind: ir.Ptr, Args: []ir.Reg{fn.Params[at], by}, Dst: pointer})
			n++
			index = max(index, a.Index+1)
		}
		at += a.Params()
	}
	place := false
	fn.Body.Walk(func(in *ir.Instr) {
		place = place || in.Kind == ir.Ptr && (in.Op == ir.Load || in.Op == ir.Store || in.Op == ir.Lt || in.Op == ir.Le)
	})
	fn.Body = append(b, fn.Body...)
	fn.Params = append(fn.Params, numbers)
	entry.Args = append(entry.Args, ir.Arg{Kind: ir.ArgBuffer, Name: "numbers", Index: index, Space: ir.Constant, ReadOnly: true})
	out := *p
	out.Funcs, out.Entries = slices.Clone(p.Funcs), []*ir.Entry{&entry}
	out.Funcs[e.Func] = &fn
	if place || n >= 32 || ir.Verify(&out) != nil { // bits of variant.written
		return nil
	}
	return &out
}
