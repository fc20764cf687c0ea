package host

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// parallel calls f on consecutive parts of 0 … n, each of at least grain, from
// as many goroutines as there are cores. A panic in f is the caller's.
func parallel(n, grain int, f func(lo, hi int)) {
	workers := min(runtime.GOMAXPROCS(0), n/max(grain, 1))
	if workers <= 1 {
		if n > 0 {
			f(0, n)
		}
		return
	}
	// Parts smaller than a worker's share even out cores of different speed.
	part := max(grain, n/(workers*4))
	var next atomic.Int64
	var wg sync.WaitGroup
	var failure atomic.Value
	for range workers {
		wg.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					failure.CompareAndSwap(nil, panicked{r})
				}
			}()
			for {
				hi := int(next.Add(int64(part)))
				lo := hi - part
				if lo >= n {
					return
				}
				f(lo, min(hi, n))
			}
		})
	}
	wg.Wait()
	if p, ok := failure.Load().(panicked); ok {
		panic(p.value)
	}
}

type panicked struct{ value any }
