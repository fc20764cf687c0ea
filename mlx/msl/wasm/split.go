package wasm

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"sort"
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
	s, why := splitUp(p, l, v)
	splitting.End()
	if why != nil {
		return res, why, nil
	}
	runs := make([]*run, len(s.parts))
	log := &exec.Log{}
	total := int64(0)
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
		total += part.groups()
	}
	var arena []byte
	done, reached := int64(0), map[int]uintptr{}
	for i, r := range runs {
		r.arena, r.total, r.reached = arena, total, reached
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
		for index, b := range r.l.Buffers {
			reached[index] = max(reached[index], rangeOf(b.Data).end)
		}
		runs[i] = nil // and what it holds
	}
	res.Log, res.Duration, res.Executor, res.CopiedParts = log.Lines(), time.Since(start), x.Name(), len(runs)
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

// splitUp finds the parts of a launch, or why there are none. Where those of the grid
// do not do, it looks for a loop whose iterations can be those of several launches.
func splitUp(p *ir.Program, l exec.Launch, v variant) (*splitter, error) {
	s, why := newSplitter(p, l, v)
	if why == nil {
		why = s.split(s.grid, s.bytes(s.grid))
	}
	if why == nil || v.numbers != nil || v.overlap {
		return s, why
	}
	for _, r := range resumables(p, l.Entry) {
		if s := resumingSplitter(r, l); s != nil && s.splitLoop() == nil {
			return s, nil
		}
	}
	return nil, why
}

// splitter cuts a launch into parts.
type splitter struct {
	p      *ir.Program // as newMoved makes it
	l      exec.Launch // of that, over whole buffers
	g      *gen
	grid   part
	parts  []part
	size   int // bytes of the launch
	copied int // and of the parts so far
	loop   *resumable
}

// Parts get no smaller than maxCopied/smallPart unless they have to, and all of them
// copy at most maxRecopied times what the launch takes.
const (
	smallPart   = 16
	maxRecopied = 16
	// What threads carry takes at most 1/maxState of what the launch does.
	maxState      = 8
	maxIterations = 1 << 40
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

// resumingSplitter is a splitter for a kernel that can be resumed; nil if that takes
// much memory.
func resumingSplitter(r *resumable, l exec.Launch) *splitter {
	_, size := copied(l.Buffers)
	threads := uint64(l.Grid[0]) * uint64(l.Grid[1])
	most := uint64(size / maxState / r.bytes)
	if threads > most || threads*uint64(l.Grid[2]) > most {
		return nil
	}
	l.Entry = r.p.Entries[0]
	l.Buffers = maps.Clone(l.Buffers)
	l.Buffers[r.state] = exec.Buffer{Data: make([]byte, int(threads)*int(l.Grid[2])*r.bytes), Undefined: true}
	l.Buffers[r.span] = exec.Buffer{Data: make([]byte, spanBytes), ReadOnly: true}
	v, err := variantOf(r.p, l, nil)
	if err != nil {
		return nil
	}
	s, err := newSplitter(r.p, l, v)
	if err != nil {
		return nil
	}
	s.loop = r
	if !s.constantsFit() {
		return nil
	}
	return s
}

// constantsFit reports whether the loads of constants that are made before the loop
// are in bounds, as it may not come to them.
func (s *splitter) constantsFit() bool {
	accesses := s.accesses(s.grid)
	return accesses != nil && !slices.ContainsFunc(s.g.nodes[1:], func(n *node) bool {
		at, reached := accesses[n.in]
		return reached && n.in.Op == ir.Load && n.in.Space == ir.Constant && !s.g.access(n).prove(at).proven
	})
}

// splitLoop cuts all iterations of a loop and what follows it.
func (s *splitter) splitLoop() error {
	p := s.grid
	if p.to = s.count(); p.to == 0 {
		return errBeyond
	}
	if err := s.split(p, s.bytes(p)); err != nil {
		return err
	}
	p.from, p.to = afterLoop, afterLoop
	return s.split(p, s.bytes(p))
}

// count returns how many iterations of the loop no thread exceeds, 0 if that is not
// known.
func (s *splitter) count() int64 {
	left := func(t int64) bool { // whether some thread may have iterations left after number t
		p := s.grid
		p.from, p.to = t, t+1
		return s.again(p)
	}
	most := int64(0)
	for ; left(most); most = 2*most + 1 {
		if most > maxIterations {
			return 0
		}
	}
	return 1 + most/2 + int64(sort.Search(int(most-most/2), func(i int) bool { return !left(most/2 + int64(i)) }))
}

// again reports whether threads may have iterations left after those of a part.
func (s *splitter) again(p part) bool {
	accesses := s.accesses(p)
	if accesses == nil {
		return true
	}
	span := s.span()
	return slices.ContainsFunc(s.g.nodes[1:], func(n *node) bool {
		_, reached := accesses[n.in]
		return reached && n.in.Op == ir.Load && n.in.Imm == spanAgain && s.g.roots[n.in.Args[0]] == span
	})
}

// span is the buffer that says which iterations a part runs.
func (s *splitter) span() *root {
	return s.g.buffers()[slices.IndexFunc(s.buffers(), func(a ir.Arg) bool { return a.Index == s.loop.span })]
}

// accesses finds what a part may access.
func (s *splitter) accesses(p part) map[*ir.Instr]ir.Range {
	if s.loop != nil {
		s.span().contents = spanOf(p)
	}
	return s.g.accesses(s.l.Grid, p)
}

// spanOf is the contents of the buffer that says which iterations a part runs.
func spanOf(p part) []byte {
	b := make([]byte, spanBytes)
	binary.LittleEndian.PutUint64(b[spanFirst:], uint64(p.from))
	binary.LittleEndian.PutUint64(b[spanEnd:], uint64(p.to))
	return b
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
		for _, i := range []int{2, 1, 0, iterations} {
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
	if s.loop != nil {
		out[s.loop.span] = exec.Buffer{Data: spanOf(p), ReadOnly: true}
	}
	return out
}

// touched returns, by buffer of the launch, from where to where a part may touch it.
func (s *splitter) touched(p part) []ir.Range {
	roots := s.g.buffers()
	out := make([]ir.Range, len(roots)-1)
	for i := range out {
		out[i].Lo = int64(roots[i].bytes)
	}
	accesses := s.accesses(p)
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
	x := &pointsTo{l: &legalizer{fn: p.Funcs[e.Func]}}
	x.find(fn.Body)
	place := false
	fn.Body.Walk(func(in *ir.Instr) {
		place = place || pointerAsNumber(&fn, in)
		switch {
		case !comparesPointers(in):
		case in.Op == ir.Lt || in.Op == ir.Le:
			place = true // one that is moved back may lie before the buffer
		case in.Op == ir.PtrDiff:
			place = place || x.of[in.Args[0]] != x.of[in.Args[1]] || x.several(in.Args[0])
		}
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
