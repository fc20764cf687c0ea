package wasm

import (
	"context"
	"unsafe"

	"github.com/tetratelabs/wazero/experimental"
)

// The one linear memory that all instances share is a window onto the process's
// own heap: 4 GiB from just below the first address that Go's allocator uses.
// So an array is used by a kernel where it lies, whoever allocated it. Objects
// do not move, and generated code touches nothing but the buffers of its launch,
// each access checked. A launch over memory that lies beyond is copied into one
// piece, which is the window then; if that does not do, part by part.

const (
	// memPages is the size of the window, the largest that 32 bits address.
	memPages = 1<<16 - 1
	memBytes = memPages << 16
	// arenaBytes is the alignment of the allocator's regions, at least.
	arenaBytes = 64 << 20
	// margin keeps the window's base outside of the heap, where the garbage
	// collector takes no notice of it. The heap begins anywhere in a region, so
	// that the early allocation may lie in the one behind.
	margin = arenaBytes + 64<<10
)

// windowBase is found from an early allocation, which lies in the first region
// or the second.
var windowBase = func() unsafe.Pointer {
	early := unsafe.Pointer(unsafe.SliceData(heapBytes(64)))
	return unsafe.Add(early, -int(uintptr(early)%arenaBytes)-margin)
}()

//go:noinline
func heapBytes(n int) []byte { return make([]byte, n) }

// heapWindow is the window that launches use.
var heapWindow = window{windowBase, memBytes}

// window is the linear memory of an instance: what can be addressed from base.
// Only size bytes of it are used.
type window struct {
	base unsafe.Pointer
	size uintptr
}

// address returns where in the window b lies.
func (w window) address(b []byte) (uint32, bool) {
	off := uintptr(unsafe.Pointer(unsafe.SliceData(b))) - uintptr(w.base)
	return uint32(off), off < w.size && uint64(len(b)) <= uint64(w.size-off)
}

// within returns a context in which instances get the window as their memory.
func (w window) within(ctx context.Context) context.Context {
	return experimental.WithMemoryAllocator(ctx, w)
}

func (w window) Allocate(_, _ uint64) experimental.LinearMemory { return w }

// Reallocate returns the memory. It is addressable in whole, as the module
// declares; that it reaches beyond what is used, and beyond any one object, is
// none of the checker's business.
//
//go:nocheckptr
func (w window) Reallocate(size uint64) []byte {
	if size > memBytes {
		return nil
	}
	return unsafe.Slice((*byte)(w.base), size)
}

func (window) Free() {}
