package wasm

import (
	"encoding/binary"
	"errors"
	"runtime"
	"slices"
	"unsafe"

	"github.com/zmlx/zmlx/internal/bulk"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

var errBeyond = errors.New("the launch takes more than the 4 GiB of one WebAssembly memory")

// errUnaligned is of atomic operations, which trap where memory begins anywhere.
var errUnaligned = errors.New("an array that atomic operations may change begins at no multiple of their size")

// copying names bindCopies in timelines.
const copying = "copy: beyond the 4 GiB of one memory"

// bind puts buffers, positions and geometry where the kernel looks for them.
// Everything is used where it lies, in the window onto the heap.
func (r *run) bind() error {
	r.window = heapWindow
	return r.fill(func(n int) []byte { return make([]byte, n) }, func(_ int, b []byte) (uint32, error) { return r.place(b) })
}

// bindCopies is bind for memory that lies beyond the window: everything is
// copied into one piece, which becomes the window. Buffers that overlap do so
// there.
func (r *run) bindCopies() error {
	ranges, total := copied(r.l.Buffers)
	if total > maxCopied {
		return errBeyond
	}
	total += windowPad + room(r.blockBytes()) + room(len(r.m.data)) + r.workerCount()*room(r.m.area)
	if total > memBytes {
		return errBeyond
	}
	if len(r.arena) < total {
		r.arena = make([]byte, total)
	}
	arena := r.arena[:total]
	r.window = window{unsafe.Pointer(unsafe.SliceData(arena)), uintptr(len(arena))}
	used := windowPad // generated code may read a little before what it is given
	take := func(n int) []byte {
		at := used
		used += room(n)
		return arena[at : at+n : at+n]
	}
	copies := make([][]byte, len(ranges))
	r.areas, r.back, r.keep = nil, nil, [][]byte{arena}
	return r.fill(take, func(index int, b []byte) (uint32, error) {
		if len(b) == 0 {
			return 0, nil
		}
		own := rangeOf(b)
		i := slices.IndexFunc(ranges, func(x addressRange) bool { return x.start <= own.start && own.end <= x.end })
		if i < 0 { // constants
			c := take(len(b))
			bulk.Copy(r.ctx, c, b)
			return r.place(c)
		}
		off := int(own.start - ranges[i].start)
		if copies[i] == nil {
			copies[i] = take(int(ranges[i].end - ranges[i].start))
		}
		c := copies[i][off : off+len(b)]
		known := len(b) - r.fresh(index)
		bulk.Copy(r.ctx, c[:known], b)
		if known < len(b) {
			bulk.Fill(r.ctx, c[known:], b[len(b)-1:])
		}
		if !r.l.Buffers[index].ReadOnly {
			r.back = append(r.back, func() { bulk.Copy(r.ctx, b, c) })
		}
		return r.place(c)
	})
}

// fresh is how many bytes at the end of a buffer nobody has stored to: they are all
// alike, and need not be read.
func (r *run) fresh(index int) int {
	b := r.l.Buffers[index]
	if !b.Undefined || r.v.overlap {
		return 0
	}
	own := rangeOf(b.Data)
	return int(own.end - min(own.end, max(own.start, r.reached[index])))
}

// copied returns the pieces of memory that buffers are copied from, and how many
// bytes that takes.
func copied(buffers map[int]exec.Buffer) (ranges []addressRange, total int) {
	for _, b := range buffers {
		if b.Written != nil {
			total += room(len(b.Data))
		}
		if len(b.Data) > 0 {
			ranges = append(ranges, rangeOf(b.Data))
		}
	}
	ranges = joined(ranges)
	for _, x := range ranges {
		total += room(int(x.end - x.start))
	}
	return ranges, total
}

// maxCopied is how much of arrays is copied to one memory, which leaves room for
// that of the workers. Tests lower it.
var maxCopied = memBytes - 256<<20

// windowPad separates what is copied. What begins at a multiple of it is aligned for
// every vector.
const windowPad = longestRun

// room is what n bytes take with their padding.
func room(n int) int { return (n + 2*windowPad - 1) &^ (windowPad - 1) }

// addressRange is where memory lies.
type addressRange struct{ start, end uintptr }

func rangeOf(b []byte) addressRange {
	start := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return addressRange{start, start + uintptr(len(b))}
}

// joined sorts ranges and joins those that overlap.
func joined(ranges []addressRange) []addressRange {
	slices.SortFunc(ranges, func(a, b addressRange) int {
		if a.start < b.start {
			return -1
		}
		return 1
	})
	var out []addressRange
	for _, x := range ranges {
		if last := len(out) - 1; last >= 0 && x.start < out[last].end {
			out[last].end = max(out[last].end, x.end)
			continue
		}
		out = append(out, x)
	}
	return out
}

// Sizes of the launch block: arguments, and vectors of positions.
func (r *run) blockSizes() (arguments, chunks, tables int) {
	args := 0
	for _, a := range r.l.Entry.Args {
		if a.Kind == ir.ArgBuffer {
			args++
		}
	}
	if !r.v.flat() {
		tables = 8 * 3 * r.m.chunks * 16
	}
	return ctxBuffers + ctxBuffer*(args+1) + r.rows()*rowBytes, r.m.chunks, tables
}

func (r *run) blockBytes() int {
	arguments, _, tables := r.blockSizes()
	return arguments + tables
}

// fill makes the launch block and the workers' memory, which take gives, and
// places the buffers, and as number -1 constants.
func (r *run) fill(take func(n int) []byte, place func(index int, b []byte) (uint32, error)) error {
	size, chunks, tables := r.blockSizes()
	r.block = take(size + tables)
	block, err := r.place(r.block)
	if err != nil {
		return err
	}
	b := r.block
	clear(b)
	for i, g := range r.l.Grid {
		binary.LittleEndian.PutUint32(b[ctxGrid+4*i:], g)
		binary.LittleEndian.PutUint32(b[ctxGroups+4*i:], r.grid.end[i])
	}
	if tables > 0 {
		r.tables(size, block, chunks)
	}
	at := ctxBuffers
	placed := map[int][2]uint32{}
	buffer := func(index int) error {
		buf := r.l.Buffers[index]
		base, err := place(index, buf.Data)
		if err != nil {
			return err
		}
		if r.m.atomic > 0 && !buf.ReadOnly && base%r.m.atomic != 0 {
			return errUnaligned
		}
		shadow := uint32(0)
		if buf.Written != nil {
			if shadow, err = r.track(buf, take); err != nil {
				return err
			}
		}
		placed[index] = [2]uint32{base, shadow}
		return nil
	}
	for _, a := range r.l.Entry.Args {
		if a.Kind != ir.ArgBuffer {
			continue
		}
		if err := buffer(a.Index); err != nil {
			return err
		}
		binary.LittleEndian.PutUint32(b[at:], placed[a.Index][0])
		binary.LittleEndian.PutUint32(b[at+4:], placed[a.Index][1])
		binary.LittleEndian.PutUint64(b[at+8:], uint64(len(r.l.Buffers[a.Index].Data)))
		at += ctxBuffer
	}
	data, err := place(-1, r.m.data)
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint32(b[at:], data)
	if r.rows() > 0 {
		for _, index := range r.allocs {
			if _, ok := placed[index]; ok {
				continue
			}
			if err := buffer(index); err != nil {
				return err
			}
		}
		binary.LittleEndian.PutUint32(b[at+4:], block+uint32(at+ctxBuffer))
		r.numberRows(b[at+ctxBuffer:], placed, data)
	}
	return r.staff(take)
}

// staff gives every worker its memory.
func (r *run) staff(take func(n int) []byte) error {
	for range min(int64(r.workerCount()), r.part.groups()) {
		var a []byte
		if p, ok := r.m.areas.Get().(*[]byte); ok && r.window == heapWindow {
			a = *p
		} else {
			a = take(r.m.area)
		}
		if _, ok := r.window.address(a); !ok {
			return errBeyond
		}
		clear(a[:min(len(a), areaZero+longestRun)])
		binary.LittleEndian.PutUint32(a[areaLimit:], r.limit())
		r.areas = append(r.areas, a)
	}
	return nil
}

func (r *run) workerCount() int {
	if r.l.Workers > 0 {
		return r.l.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// limit is how often a threadgroup may repeat its loops. The budget counts
// instructions of threads, so a chunk's iteration takes at least four.
func (r *run) limit() uint32 {
	limit := int64(loopLimit)
	if b := r.l.StepBudget; b > 0 {
		limit = min(limit, b/4)
	}
	return uint32(max(1, limit))
}

// place returns the address of b, which lies in the window.
func (r *run) place(b []byte) (uint32, error) {
	if len(b) == 0 {
		return 0, nil
	}
	at, ok := r.window.address(b)
	if !ok {
		return 0, errBeyond
	}
	return at, nil
}

// track makes the shadow of a buffer whose stores are tracked.
func (r *run) track(b exec.Buffer, take func(n int) []byte) (uint32, error) {
	shadow := take(len(b.Data))
	clear(shadow)
	r.keep = append(r.keep, shadow)
	r.back = append(r.back, func() {
		for i, s := range shadow {
			if s != 0 && i/64 < len(b.Written) {
				b.Written[i/64] |= 1 << (i % 64)
			}
		}
	})
	return r.place(shadow)
}

// tables writes the positions of the threads for each combination of short
// axes.
func (r *run) tables(start int, block uint32, chunks int) {
	b := r.block
	for short := range 8 {
		var size [3]uint32
		for i := range 3 {
			size[i] = r.v.tg[i]
			if short>>i&1 != 0 {
				size[i] = r.l.Grid[i] % r.v.tg[i]
			}
		}
		if r.m.padded {
			size[0] = padded(size[0])
		}
		at := start + short*3*chunks*16
		binary.LittleEndian.PutUint32(b[ctxTables+4*short:], block+uint32(at))
		for t := range uint32(chunks * 4) {
			if size[0] == 0 || size[1] == 0 {
				break
			}
			p := [3]uint32{t % size[0], t / size[0] % size[1], t / size[0] / size[1]}
			for i := range 3 {
				binary.LittleEndian.PutUint32(b[at+i*chunks*16+int(t)*4:], p[i])
			}
		}
	}
}

// copyBack brings the results to where they belong.
func (r *run) copyBack() error {
	for _, f := range r.back {
		f()
	}
	return r.ctx.Err()
}

// unbind keeps the workers' memory for the next launch.
func (r *run) unbind() {
	if r.window == heapWindow {
		for _, a := range r.areas {
			r.m.areas.Put(&a)
		}
	}
}
