package profile

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// CopyBandwidth measures how fast this machine moves bytes, in GB/s: half of
// them read and half written, by all cores, in memory that is reused as a
// kernel's buffers are between samples. It is the roof for a kernel that
// touches as many bytes once. 0 means that it could not be measured.
func CopyBandwidth(ctx context.Context, bytes int64) float64 {
	const most = 256 << 20 // beyond any cache the bandwidth is that of memory
	half := int(min(bytes, most) / 2)
	if half < 64 {
		return 0
	}
	src, dst := make([]byte, half), make([]byte, half)
	for i := range src {
		src[i] = byte(i)
	}
	best := time.Duration(1 << 62)
	deadline := time.Now().Add(20 * time.Millisecond)
	for tries := 0; tries < 5 || time.Now().Before(deadline); tries++ {
		if ctx.Err() != nil {
			return 0
		}
		best = min(best, timeCopies(dst, src))
	}
	return float64(2*half) / float64(best.Nanoseconds())
}

// timeCopies is the time of one copy, on as many cores as make it fastest:
// small copies are not worth a second one.
func timeCopies(dst, src []byte) time.Duration {
	const worthAThread = 1 << 20
	n := min(runtime.GOMAXPROCS(0), 1+len(src)/worthAThread)
	repeat := max(1, (64<<10)/len(src))
	start := time.Now()
	if n == 1 {
		for range repeat {
			copy(dst, src)
		}
		return max(time.Since(start)/time.Duration(repeat), 1)
	}
	var wg sync.WaitGroup
	for i := range n {
		lo, hi := i*len(src)/n, (i+1)*len(src)/n
		wg.Go(func() { copy(dst[lo:hi], src[lo:hi]) })
	}
	wg.Wait()
	return max(time.Since(start), 1)
}
