package wasm

import (
	"unsafe"

	"github.com/tetratelabs/wazero/experimental"
)

// The one linear memory that all instances share is a window onto the process's
// own heap: 4 GiB from just below the first address that Go's allocator uses.
// So an array is used by a kernel where it lies, whoever allocated it. Objects
// do not move, and generated code touches nothing but the buffers of its launch,
// each access checked. What lies beyond the window is copied in and out.

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

// address returns where in the window b lies.
func address(b []byte) (uint32, bool) {
	off := uintptr(unsafe.Pointer(unsafe.SliceData(b))) - uintptr(windowBase)
	return uint32(off), off < memBytes && uint64(len(b)) <= memBytes-uint64(off)
}

// window is the linear memory of every instance.
type window struct{}

func (window) Allocate(_, _ uint64) experimental.LinearMemory { return window{} }

func (window) Reallocate(size uint64) []byte {
	if size > memBytes {
		return nil
	}
	return unsafe.Slice((*byte)(windowBase), size)
}

func (window) Free() {}
