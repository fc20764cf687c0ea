package exec

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"unsafe"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// MaxThreads is Metal's limit of threads in a threadgroup.
const MaxThreads = 1024

// MaxPrivate bounds the private memory of a threadgroup, in bytes; each core holds that
// of one. Apple's GPUs, which refuse kernels for it too, have far less.
const MaxPrivate = 256 << 20

// maxGroups bounds the threadgroups of a launch, which would take years.
const maxGroups = 1 << 40

// Check returns what is wrong with a launch of an entry of p, before anything runs:
// the same for every executor.
func (l Launch) Check(p *ir.Program) error {
	if !p.Verified() {
		return errors.New("the program is not verified")
	}
	if l.Entry == nil {
		return errors.New("no kernel to launch")
	}
	if err := l.CheckGeometry(); err != nil {
		return err
	}
	if n, threads := p.Funcs[l.Entry.Func].PrivateSize(), l.Threads(); n > MaxPrivate/threads {
		return fmt.Errorf("kernel %s has %d bytes of variables for each thread; in threadgroups of %d threads at most %d are possible", l.Entry.Name, n, threads, MaxPrivate/threads)
	}
	if t := l.Follow; t != nil && (t[0] >= l.Grid[0] || t[1] >= l.Grid[1] || t[2] >= l.Grid[2]) {
		return fmt.Errorf("the grid of %d×%d×%d has no thread (%d, %d, %d)", l.Grid[0], l.Grid[1], l.Grid[2], t[0], t[1], t[2])
	}
	for _, a := range l.Entry.Args {
		if _, ok := l.Buffers[a.Index]; a.Kind == ir.ArgBuffer && !ok {
			return fmt.Errorf("kernel %s: nothing is bound to [[buffer(%d)]] %s", l.Entry.Name, a.Index, a.Name)
		}
	}
	for _, x := range l.Pointers {
		for _, i := range []int{x.In, x.To} {
			if _, ok := l.Buffers[i]; !ok {
				return fmt.Errorf("nothing is bound to buffer %d, which a pointer needs", i)
			}
		}
		if n := len(l.Buffers[x.In].Data); x.Offset < 0 || x.Offset > n-ir.Ptr.Size() {
			return fmt.Errorf("a pointer at offset %d does not lie in buffer %d, which has %d bytes", x.Offset, x.In, n)
		}
	}
	return l.checkPlaces()
}

// checkPlaces returns an error if a place would hold two pointers, as where two buffers
// are of the same memory.
func (l Launch) checkPlaces() error {
	at := func(x Pointer) uintptr { return uintptr(unsafe.Pointer(&l.Buffers[x.In].Data[x.Offset])) }
	sorted := slices.SortedFunc(slices.Values(l.Pointers), func(x, y Pointer) int { return cmp.Compare(at(x), at(y)) })
	for i, y := range sorted[min(1, len(sorted)):] {
		if x := sorted[i]; at(y) < at(x)+uintptr(ir.Ptr.Size()) && (at(x) != at(y) || x.To != y.To) {
			return fmt.Errorf("offset %d of buffer %d and offset %d of buffer %d are the same memory, which cannot hold pointers to both buffer %d and buffer %d", x.Offset, x.In, y.Offset, y.In, x.To, y.To)
		}
	}
	return nil
}

// CheckGeometry is Check for the grid and the threadgroups alone: of a launch without buffers.
func (l Launch) CheckGeometry() error {
	threads, groups := uint64(1), uint64(1)
	for d, n := range l.Threadgroup {
		if n == 0 || n > MaxThreads {
			return fmt.Errorf("threadgroup %v: every dimension must be between 1 and %d", l.Threadgroup, MaxThreads)
		}
		threads *= uint64(n)
		along := (uint64(l.Grid[d]) + uint64(n) - 1) / uint64(n)
		if along != 0 && groups > maxGroups/along {
			return fmt.Errorf("grid %v has too many threadgroups", l.Grid)
		}
		groups *= along
	}
	limit := uint64(MaxThreads)
	if m := l.Entry.MaxThreads; m > 0 {
		limit = min(limit, uint64(m))
	}
	if threads > limit {
		return fmt.Errorf("threadgroup %v has %d threads, kernel %s allows %d", l.Threadgroup, threads, l.Entry.Name, limit)
	}
	return nil
}

// Threads is how many threads a full threadgroup has.
func (l Launch) Threads() int {
	return int(l.Threadgroup[0]) * int(l.Threadgroup[1]) * int(l.Threadgroup[2])
}
