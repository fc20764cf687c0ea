package sema

import (
	"math/bits"
	"sync"
	"unsafe"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// slab hands out parts of larger pieces of memory, the larger the more there
// were.
type slab[T any] struct {
	free []T
	size int // of the last piece

	recycled bool  // pieces are kept, since the first reset
	used     [][]T // since the last one
	spare    [][]T // to be used next
}

const (
	firstPiece = 16
	lastPiece  = 28 << 10 // bytes
)

// make gives n zero values, of which no other part is aware.
func (s *slab[T]) make(n int) []T {
	if n > len(s.free) {
		s.size = min(max(2*s.size, firstPiece), max(lastPiece/int(unsafe.Sizeof(*new(T))), firstPiece))
		if n > s.size/4 {
			return make([]T, n)
		}
		s.piece()
	}
	out := s.free[:n:n]
	s.free = s.free[n:]
	return out
}

// piece goes on with another piece.
func (s *slab[T]) piece() {
	if !s.recycled {
		s.free = make([]T, s.size)
		return
	}
	if n := len(s.spare); n > 0 {
		s.free, s.spare = s.spare[n-1], s.spare[:n-1]
	} else {
		s.free = make([]T, max(lastPiece/int(unsafe.Sizeof(*new(T))), firstPiece))
	}
	s.size = len(s.free)
	s.used = append(s.used, s.free)
}

// reset takes back all that was handed out; from now on pieces are used again.
func (s *slab[T]) reset() {
	for i, p := range s.used {
		if i == len(s.used)-1 {
			p = p[:len(p)-len(s.free)]
		}
		clear(p)
	}
	s.spare, s.used, s.free, s.recycled = append(s.spare, s.used...), s.used[:0], nil, true
}

// new gives a zero value.
func (s *slab[T]) new() *T { return &s.make(1)[0] }

// copy keeps a list.
func (s *slab[T]) copy(list []T) []T {
	out := s.make(len(list))
	copy(out, list)
	return out
}

// output is the memory of functions: of their instructions, operands and types
// of registers.
type output struct {
	funcs  slab[ir.Func]
	slots  slab[ir.Slot]
	instrs slab[ir.Instr]
	nests  slab[ir.Nest]
	regs   slab[ir.Reg]
	types  slab[ir.Type]
	texts  slab[string]
}

func (o *output) reset() {
	o.funcs.reset()
	o.slots.reset()
	o.instrs.reset()
	o.nests.reset()
	o.regs.reset()
	o.types.reset()
	o.texts.reset()
}

// copy is a function in this memory.
func (o *output) copy(f *ir.Func) *ir.Func {
	out := o.funcs.new()
	*out = ir.Func{
		Name:        f.Name,
		Params:      o.regs.copy(f.Params),
		Results:     f.Results,
		Names:       o.texts.copy(f.Names),
		Private:     o.slots.copy(f.Private),
		Threadgroup: o.slots.copy(f.Threadgroup),
		Regs:        o.types.copy(f.Regs),
		Body:        o.block(f.Body),
		Pos:         f.Pos,
	}
	return out
}

func (o *output) block(b ir.Block) ir.Block {
	b = o.instrs.copy(b)
	for i := range b {
		in := &b[i]
		in.Args = o.regs.copy(in.Args)
		if n := in.Nest; n != nil {
			in.Nest = o.nests.new()
			*in.Nest = ir.Nest{Body: o.block(n.Body), Else: o.block(n.Else)}
		}
	}
	return b
}

// memory is where a compilation makes what there is most of: the functions of
// the program, and what is used again by other compilations.
type memory struct {
	program output
	*lasting
	work *workspace

	spare     []*Builder
	last      uint32 // id of a builder
	lastScope uint32
}

// builders and the like are those of finished compilations, with the room that
// they had.
var (
	builders = sync.Pool{New: func() any { return &Builder{} }}
	lastings = sync.Pool{New: func() any {
		return &lasting{resolved: map[callKey]*candidate{}, stdCache: map[stdKey]*stdOverload{}}
	}}
	workspaces = sync.Pool{New: func() any { return &workspace{} }}
)

// newBuilder gives a builder of code that need not stay in the program.
func (m *memory) newBuilder(name string, pos diag.Pos) *Builder {
	var b *Builder
	if n := len(m.spare); n > 0 {
		b, m.spare = m.spare[n-1], m.spare[:n-1]
	} else {
		b = builders.Get().(*Builder)
	}
	m.last++
	b.id, b.mem, b.out, b.pos = m.last, m, &m.passing, pos
	b.fn.Name, b.fn.Pos = name, pos
	return b
}

// release makes a builder ready for another function.
func (b *Builder) release() {
	m := b.mem
	b.pool.clear()
	*b = Builder{
		fn: ir.Func{
			Params:      b.fn.Params[:0],
			Names:       b.fn.Names[:0],
			Private:     b.fn.Private[:0],
			Threadgroup: b.fn.Threadgroup[:0],
		},
		code:     b.code[:0],
		most:     max(b.most, len(b.code)),
		consts:   b.consts[:0],
		regs:     b.regs[:0],
		pool:     b.pool,
		privates: b.privates[:0],
		shared:   b.shared[:0],
	}
	m.spare = append(m.spare, b)
}

func newMemory() memory {
	return memory{lasting: lastings.Get().(*lasting), work: workspaces.Get().(*workspace)}
}

// close leaves to other compilations what lasted as long as this one, emptied.
func (m *memory) close() {
	m.lasting.release()
	lastings.Put(m.lasting)
	m.work.kept = false
	m.work.release(workMark{})
	workspaces.Put(m.work)
	for _, b := range m.spare {
		clear(b.code[:b.most])
		b.most = 0
		clear(b.consts[:cap(b.consts)])
		builders.Put(b)
	}
	*m = memory{}
}

// constant is what a Const instruction gives.
type constant struct {
	bits uint64
	typ  ir.Type
}

// constants finds the registers of constants. Few are looked through, many
// are hashed.
type constants struct {
	list  []constant
	regs  []ir.Reg
	table []int32 // positions in list plus 1, where they are many
}

const fewConstants = 16

func (p *constants) find(k constant) (ir.Reg, bool) {
	if len(p.list) > fewConstants {
		if i := *p.slot(k); i > 0 {
			return p.regs[i-1], true
		}
		return ir.NoReg, false
	}
	for i := range p.list {
		if p.list[i] == k {
			return p.regs[i], true
		}
	}
	return ir.NoReg, false
}

// slot is where the table has a constant, or has room for it.
func (p *constants) slot(k constant) *int32 {
	const mix = 0x9E3779B97F4A7C15 // 2^64 divided by the golden ratio
	mask := len(p.table) - 1
	high, low := bits.Mul64(k.bits^uint64(k.typ.Kind)<<56^uint64(k.typ.Space)<<48, mix) // every bit has a part in low ones
	for at := int(high^low) & mask; ; at = (at + 1) & mask {
		if i := p.table[at]; i == 0 || p.list[i-1] == k {
			return &p.table[at]
		}
	}
}

func (p *constants) add(k constant, r ir.Reg) {
	p.list, p.regs = append(p.list, k), append(p.regs, r)
	n := len(p.list)
	if n <= fewConstants {
		return
	}
	if n > fewConstants+1 && 2*n <= len(p.table) {
		*p.slot(k) = int32(n)
		return
	}
	// The table begins, or grows.
	if 2*n > len(p.table) {
		p.table = make([]int32, max(8*fewConstants, 2*len(p.table)))
	}
	for i, k := range p.list {
		*p.slot(k) = int32(i + 1)
	}
}

func (p *constants) clear() {
	if len(p.list) > fewConstants {
		clear(p.table)
	}
	p.list, p.regs = p.list[:0], p.regs[:0]
}
