package wasm

import "time"

// callTime is how long one call into machine code should take: the garbage
// collector waits for it, and so does cancel.
const callTime = 500 * time.Microsecond

// batch is how many threadgroups a worker runs in a call.
type batch int64

// of is how many to take of those that are left: towards the end a part of each
// worker's share, so that all end together.
func (b batch) of(left int64, workers int) int64 {
	return min(int64(b), max(1, left/int64(4*workers)))
}

// after a call of n threadgroups the next may be a longer or shorter one.
func (b batch) after(n int64, took time.Duration) batch {
	switch {
	case took < callTime/2 && n == int64(b):
		return b * 2
	case took > callTime:
		return max(1, b/2)
	}
	return b
}
