package host

import (
	"fmt"
	"sync"
	"unsafe"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// PhysicalMemory returns the machine's memory in bytes, 0 if it is not known.
var PhysicalMemory = sync.OnceValue(physicalMemory)

// scratch makes n zeros. It fails as an operation does if they cannot fit in
// the machine's memory, where make would end the process.
func scratch[T any](n int) []T {
	var zero T
	limit := PhysicalMemory()
	if limit == 0 {
		limit = 1 << 35
	}
	if size := int64(unsafe.Sizeof(zero)); int64(n) > limit/size {
		panic(&core.Error{Op: "allocate", Code: core.TooLarge,
			Msg:  fmt.Sprintf("%.1f GB do not fit in the machine's %.1f GB", float64(n)*float64(size)/1e9, float64(limit)/1e9),
			Next: "use smaller arrays"})
	}
	return make([]T, n)
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
	return core.Cast[C](core.AsBytes(*p))[:n], func() { borrowed.Put(p) }
}
