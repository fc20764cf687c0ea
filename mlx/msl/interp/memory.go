package interp

import (
	"encoding/binary"
	"iter"
	"sync/atomic"
	"unsafe"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// alloc is one allocation. A pointer holds its number in the upper 16 bits
// and a signed offset in the lower 48.
type alloc struct {
	data     []byte
	size     int64 // bytes that a pointer reaches
	stride   int64 // of private memory: bytes between lanes; else 0
	readOnly bool
	written  []uint64
	name     string

	// For the hooks.
	buffer    int // index of a buffer or constant in run.shared, 0 for other memory
	undefined bool
	defined   []byte // by byte of data: 1 if written
	cells     []cell // of 4 bytes each
	layout    *ir.Layout
}

// holds reports whether size bytes at off are in a; off may be any number.
func (a *alloc) holds(off int64, size int) bool { return off >= 0 && off <= a.size-int64(size) }

const offsetBits = 48

func pointer(id int) uint64 { return uint64(id) << offsetBits }
func offset(p uint64) int64 { return int64(p<<(64-offsetBits)) >> (64 - offsetBits) }
func withOffset(p uint64, off int64) uint64 {
	const mask = 1<<offsetBits - 1
	return p&^mask | uint64(off)&mask
}

// ptrAdd moves a pointer. One that goes farther than an offset can say stays as far
// away as that, out of every allocation.
func ptrAdd(p, d uint64) uint64 {
	const far = 1<<(offsetBits-1) - 1
	off := offset(p) + int64(d)
	if off>>(offsetBits-1) != off>>63 {
		off = far ^ int64(d)>>63
	}
	return withOffset(p, off)
}

func ptrDiff(a, b uint64) uint64 { return uint64(offset(a) - offset(b)) }

// poison fills fresh memory with NaNs of every kind.
func poison(b []byte) {
	for i := range b {
		b[i] = 0xff
	}
}

// stack hands out private memory. A piece never moves while it is in use: when
// the chunk is full a larger one takes its place and the pieces keep the old.
type stack struct {
	chunk []byte
	tops  []int // before each push
	top   int
}

func (s *stack) push(n int) []byte {
	n = (n + 7) &^ 7
	s.tops = append(s.tops, s.top)
	if s.top+n > len(s.chunk) {
		s.chunk = alignedBytes(max(s.top+n, 2*len(s.chunk), 1<<12))
	}
	b := s.chunk[s.top : s.top+n : s.top+n]
	s.top += n
	return b
}

func (s *stack) pop() {
	last := len(s.tops) - 1
	s.top, s.tops = s.tops[last], s.tops[:last]
}

func slotAddr(g *group, in *inst, act []int32) {
	id := g.fn.private
	if in.Space == ir.Threadgroup {
		id = len(g.r.shared) + in.fn.slot
	}
	p := pointer(id + int(in.Imm))
	d := g.reg(in.dst)
	for _, i := range act {
		d[i] = p
	}
}

func constAddr(g *group, in *inst, act []int32) {
	p := pointer(g.r.constants + int(in.Imm))
	d := g.reg(in.dst)
	for _, i := range act {
		d[i] = p
	}
}

// at returns the memory of size bytes at p+imm as a lane sees it, nil if the
// access is not allowed: the reason becomes a finding. A misaligned one is a finding,
// too, and carried out at the bytes that it names, but for atomics.
func (g *group) at(in *inst, lane int32, p uint64, imm int64, size, align int, write bool) []byte {
	id, off := int(p>>offsetBits), offset(p)+imm
	if id < len(g.allocs) {
		a := &g.allocs[id]
		if a.takes(off, size, write) && (off&int64(align-1) == 0 || g.misaligned(in, int(lane), a, off, align, write)) {
			return a.bytes(lane, off, size, write)
		}
	}
	g.badAccess(in, int(lane), p, off, size, write)
	return nil
}

// part is at for a part of an access that is not allowed as a whole, which was found already.
func (g *group) part(lane int32, p uint64, at, size int, write bool) []byte {
	id, off := int(p>>offsetBits), offset(p)+int64(at)
	if id < len(g.allocs) && g.allocs[id].takes(off, size, write) {
		return g.allocs[id].bytes(lane, off, size, write)
	}
	return nil
}

// takes reports whether an access is allowed.
func (a *alloc) takes(off int64, size int, write bool) bool {
	return a.holds(off, size) && !(write && a.readOnly)
}

// bytes is the memory of an access that is allowed, as a lane sees it.
func (a *alloc) bytes(lane int32, off int64, size int, write bool) []byte {
	if write && a.written != nil {
		a.mark(off, size)
	}
	at := off + int64(lane)*a.stride
	return a.data[at : at+int64(size) : at+int64(size)]
}

// misaligned finds that an access is, and says whether it is carried out.
func (g *group) misaligned(in *inst, lane int, a *alloc, off int64, align int, write bool) bool {
	g.find(exec.Misaligned, in, lane, a, "%s at offset %d of %s, which is not a multiple of %d", verbOf(write), off, a.name, align)
	return in.Op < ir.AtomicLoad || in.Op > ir.AtomicXor
}

func verbOf(write bool) string {
	if write {
		return "store"
	}
	return "load"
}

func (g *group) badAccess(in *inst, lane int, p uint64, off int64, size int, write bool) {
	verb := verbOf(write)
	id := int(p >> offsetBits)
	switch {
	case id == 0:
		g.find(exec.NullPointer, in, lane, nil, "%s of %d bytes through a null pointer", verb, size)
	case id >= len(g.allocs):
		g.find(exec.OutOfBounds, in, lane, nil, "%s of %d bytes through a pointer to memory that is gone", verb, size)
	default:
		a := &g.allocs[id]
		switch {
		case !a.holds(off, size):
			g.find(exec.OutOfBounds, in, lane, a, "%s of %d bytes at offset %d of %s, which has %d bytes", verb, size, off, a.name, a.size)
		case write && a.readOnly:
			g.find(exec.ReadOnlyStore, in, lane, a, "store of %d bytes at offset %d of %s, which is read-only", size, off, a.name)
		}
	}
}

// mark notes that bytes were stored.
func (a *alloc) mark(off int64, size int) {
	for size > 0 {
		word, bit := off/64, off%64
		n := min(int64(size), 64-bit)
		m := (uint64(1)<<n - 1) << bit
		if n == 64 {
			m = ^uint64(0)
		}
		if word < int64(len(a.written)) && atomic.LoadUint64(&a.written[word])&m != m {
			atomic.OrUint64(&a.written[word], m)
		}
		off, size = off+n, size-int(n)
	}
}

// get and put move one value of Kind.
func get(k ir.Kind, b []byte) uint64 {
	switch k.Size() {
	case 1:
		if k == ir.Bool {
			return uint64(min(b[0], 1))
		}
		return uint64(b[0])
	case 2:
		return uint64(binary.LittleEndian.Uint16(b))
	case 4:
		return uint64(binary.LittleEndian.Uint32(b))
	}
	return binary.LittleEndian.Uint64(b)
}

func put(size int, b []byte, v uint64) {
	switch size {
	case 1:
		b[0] = byte(v)
	case 2:
		binary.LittleEndian.PutUint16(b, uint16(v))
	case 4:
		binary.LittleEndian.PutUint32(b, uint32(v))
	default:
		binary.LittleEndian.PutUint64(b, v)
	}
}

func load(g *group, in *inst, act []int32) {
	addr, n := g.reg(in.a), in.Run()
	for _, i := range act {
		b := g.at(in, i, addr[i], int64(in.Imm), n*in.size, in.Align(), false)
		for k := range n {
			v := uint64(0)
			if b != nil {
				v = get(in.Kind, b[k*in.size:])
			}
			g.reg(in.dst + k)[i] = v
		}
	}
}

func store(g *group, in *inst, act []int32) {
	addr, n := g.reg(in.a), in.Run()
	for _, i := range act {
		b := g.at(in, i, addr[i], int64(in.Imm), n*in.size, in.Align(), true)
		if b == nil {
			continue
		}
		for k := range n {
			put(in.size, b[k*in.size:], g.reg(int(in.Args[1+k]))[i])
		}
	}
}

func copyMem(g *group, in *inst, act []int32) {
	to, from := g.reg(in.a), g.reg(in.b)
	for _, i := range act {
		src := g.at(in, i, from[i], 0, int(in.Imm), 1, false)
		dst := g.at(in, i, to[i], 0, int(in.Imm), 1, true)
		if src != nil && dst != nil {
			copy(dst, src)
			continue
		}
		for at, size := range words(int(in.Imm)) {
			if dst := g.part(i, to[i], at, size, true); dst != nil {
				clear(dst)
				copy(dst, g.part(i, from[i], at, size, false))
			}
		}
	}
}

func zeroMem(g *group, in *inst, act []int32) {
	to := g.reg(in.a)
	for _, i := range act {
		if dst := g.at(in, i, to[i], 0, int(in.Imm), 1, true); dst != nil {
			clear(dst)
			continue
		}
		for at, size := range words(int(in.Imm)) {
			clear(g.part(i, to[i], at, size, true))
		}
	}
}

// words are the offsets and sizes of the parts in which a structure is copied: each that lies
// within its buffer is, where the whole does not, as if the members were copied one by one.
func words(n int) iter.Seq2[int, int] {
	return func(yield func(at, size int) bool) {
		for at, size := 0, 4; at < n; at += size {
			for n-at < size {
				size /= 2
			}
			if !yield(at, size) {
				return
			}
		}
	}
}

// rmw returns what an atomic operation stores, given the old value and the
// operand; nil for those that need more.
func rmw(op ir.Op, k ir.Kind) func(old, v uint64) uint64 {
	switch op {
	case ir.AtomicStore, ir.AtomicXchg:
		return func(_, v uint64) uint64 { return v }
	case ir.AtomicAdd:
		return ir.Binary(ir.Add, k)
	case ir.AtomicSub:
		return ir.Binary(ir.Sub, k)
	case ir.AtomicMin:
		return ir.Binary(ir.Min, k)
	case ir.AtomicMax:
		return ir.Binary(ir.Max, k)
	case ir.AtomicAnd:
		return ir.Binary(ir.And, k)
	case ir.AtomicOr:
		return ir.Binary(ir.Or, k)
	case ir.AtomicXor:
		return ir.Binary(ir.Xor, k)
	}
	return nil
}

func atomicOp(g *group, in *inst, act []int32) {
	addr := g.reg(in.a)
	write := in.Op != ir.AtomicLoad
	for _, i := range act {
		old := uint64(0)
		if b := g.at(in, i, addr[i], int64(in.Imm), in.size, in.size, write); b != nil {
			old = g.atomic(in, i, b)
		}
		if in.dst >= 0 {
			g.reg(in.dst)[i] = old
		}
	}
}

// atomic performs the operation on b and returns the old value.
func (g *group) atomic(in *inst, lane int32, b []byte) uint64 {
	place := unsafe.Pointer(unsafe.SliceData(b)) // in a buffer that may begin anywhere
	switch aligned := uintptr(place)%uintptr(in.size) == 0; {
	case aligned && in.size == 4:
		p := (*uint32)(place)
		for {
			old := atomic.LoadUint32(p)
			if new := uint32(g.replaced(in, lane, uint64(old))); new == old || atomic.CompareAndSwapUint32(p, old, new) {
				return uint64(old)
			}
		}
	case aligned && in.size == 8:
		p := (*uint64)(place)
		for {
			old := atomic.LoadUint64(p)
			if new := g.replaced(in, lane, old); new == old || atomic.CompareAndSwapUint64(p, old, new) {
				return old
			}
		}
	}
	g.r.atomicMu.Lock()
	defer g.r.atomicMu.Unlock()
	old := get(in.Kind, b)
	put(in.size, b, g.replaced(in, lane, old))
	return old
}

// replaced is what an atomic operation of a lane leaves where old was.
func (g *group) replaced(in *inst, lane int32, old uint64) uint64 {
	switch {
	case in.Op == ir.AtomicLoad, in.Op == ir.AtomicCAS && old != g.reg(in.b)[lane]:
		return old
	case in.Op == ir.AtomicCAS:
		return g.reg(in.c)[lane]
	}
	return in.f2(old, g.reg(in.b)[lane])
}
