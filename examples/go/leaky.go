// Package leaky is a kernel in a Go file of its own, which an editor checks.
// zmlx new leaky --from-go leaky.go makes a spec of it.
package leaky

import "github.com/zmlx/zmlx/kernels/gokernel/gpu"

// T is the working type.
type T float32

// Parameters of the kernel.
const (
	N     = 1000
	Slope = 0.01
)

// Leaky is x for positive x and Slope times x for the others.
func Leaky(x, y []T) {
	i := gpu.ThreadPositionInGrid().X
	store(y, i, slope(float32(x[i])))
}

func slope(v float32) float32 {
	if v < 0 {
		return Slope * v
	}
	return v
}

func store(out []T, i uint32, v float32) {
	out[i] = T(v)
}
