package wasm

import (
	"errors"
	"slices"
	"sync"
	"unsafe"

	"github.com/tetratelabs/wazero/experimental"
)

// memPages is the size of the one linear memory that all modules share.
const memPages = 1<<16 - 1

// arena is that memory: reserved address space that is committed when it is
// touched. Instances do not own it, so any number of them work on the same
// buffers, and an array allocated here is used by kernels where it is.
type arena struct {
	mem []byte

	mu   sync.Mutex
	free []span // by address, never adjacent
}

type span struct{ at, size uint64 }

const arenaAlign = 64

var theArena = sync.OnceValues(func() (*arena, error) {
	mem, err := reserve(memPages << 16)
	if err != nil {
		return nil, err
	}
	// Address 0 stays unused.
	return &arena{mem: mem, free: []span{{arenaAlign, uint64(len(mem)) - arenaAlign}}}, nil
})

var errArenaFull = errors.New("wasm: the 4 GiB of linear memory are in use")

// alloc takes n bytes; their contents are undefined.
func (a *arena) alloc(n int) (uint32, error) {
	size := max(arenaAlign, (uint64(n)+arenaAlign-1)&^(arenaAlign-1))
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, s := range a.free {
		if s.size < size {
			continue
		}
		if s.size == size {
			a.free = slices.Delete(a.free, i, i+1)
		} else {
			a.free[i] = span{s.at + size, s.size - size}
		}
		return uint32(s.at), nil
	}
	return 0, errArenaFull
}

// release gives back what alloc took.
func (a *arena) release(at uint32, n int) {
	s := span{uint64(at), max(arenaAlign, (uint64(n)+arenaAlign-1)&^(arenaAlign-1))}
	a.mu.Lock()
	defer a.mu.Unlock()
	i, _ := slices.BinarySearchFunc(a.free, s, func(x, y span) int {
		if x.at < y.at {
			return -1
		}
		return 1
	})
	a.free = slices.Insert(a.free, i, s)
	if i+1 < len(a.free) && a.free[i].at+a.free[i].size == a.free[i+1].at {
		a.free[i].size += a.free[i+1].size
		a.free = slices.Delete(a.free, i+1, i+2)
	}
	if i > 0 && a.free[i-1].at+a.free[i-1].size == a.free[i].at {
		a.free[i-1].size += a.free[i].size
		a.free = slices.Delete(a.free, i, i+1)
	}
}

// find returns where in the arena b lies.
func (a *arena) find(b []byte) (uint32, bool) {
	if len(b) == 0 {
		return 0, false
	}
	base, p := uintptr(unsafe.Pointer(unsafe.SliceData(a.mem))), uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	if p < base || p >= base+uintptr(len(a.mem)) {
		return 0, false
	}
	return uint32(p - base), true
}

// Allocate implements experimental.MemoryAllocator: every instance gets the
// arena.
func (a *arena) Allocate(_, _ uint64) experimental.LinearMemory { return sharedMemory{a} }

type sharedMemory struct{ a *arena }

func (m sharedMemory) Reallocate(size uint64) []byte {
	if size > uint64(len(m.a.mem)) {
		return nil
	}
	return m.a.mem[:size]
}

func (sharedMemory) Free() {}
