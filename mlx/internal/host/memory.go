package host

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"unsafe"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// PhysicalMemory returns the machine's memory in bytes, 0 if it is not known.
var PhysicalMemory = sync.OnceValue(physicalMemory)

// large is the size from which the system is asked how much memory it has.
const large = 128 << 20

// freeMemory returns how many bytes a process can still have; 0 if it is not
// known. Tests replace it.
var freeMemory = systemFreeMemory

// CheckMemory returns an error, as an operation has it, if that many more
// bytes do not fit in memory. Where make would only find out by ending the
// process, or the system by ending another one, a sixteenth is left to them.
func CheckMemory(bytes float64) error {
	if bytes < large {
		return nil
	}
	var free float64
	for range 2 {
		total := float64(PhysicalMemory())
		if total == 0 {
			total = 1 << 35
		}
		if free = float64(freeMemory()); free == 0 {
			free = total - float64(heldByHeap())
		}
		if free -= total / 16; bytes <= free {
			return nil
		}
		debug.FreeOSMemory() // what is garbage is no reason to refuse
	}
	return &core.Error{Op: "allocate", Code: core.TooLarge,
		Msg: fmt.Sprintf("%.1f GB do not fit in the %.1f GB of memory that are free", bytes/1e9, max(free, 0)/1e9), Next: "use smaller arrays"}
}

func heldByHeap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

// Bytes makes the memory of an array, n zeros, or fails as CheckMemory does.
func Bytes(n int) ([]byte, error) { return zeros[byte](n) }

// scratch is Bytes for elements of any type; it panics with the error.
func scratch[T any](n int) []T {
	s, err := zeros[T](n)
	if err != nil {
		panic(err)
	}
	return s
}

func zeros[T any](n int) ([]T, error) {
	var zero T
	if err := CheckMemory(float64(n) * float64(unsafe.Sizeof(zero))); err != nil {
		return nil, err
	}
	s := make([]T, n)
	inLargePages(core.AsBytes(s))
	return s, nil
}

// borrowed holds memory for intermediate values between operations.
var borrowed sync.Pool

// borrow returns n elements with any values, until they are released.
func borrow[C number](n int) (elements []C, release func()) {
	var zero C
	words := (n*int(unsafe.Sizeof(zero)) + 7) / 8
	p, _ := borrowed.Get().(*[]uint64)
	if p == nil || len(*p) < words {
		fresh := scratch[uint64](words)
		p = &fresh
	}
	return core.Cast[C](core.AsBytes(*p))[:n:n], func() { borrowed.Put(p) }
}
