// Package host is the embedded runtime: MLX's operations in Go.
//
// A tensor is a strided view of shared, immutable memory; shape operations
// make views, everything else makes row-major results. Elements of 16 bits are
// computed in float32 and rounded once; transcendental functions are computed
// in float64.
package host

import "github.com/zmlx/zmlx/mlx/internal/core"

// Runtime implements core.Runtime.
type Runtime struct{}

var _ core.Runtime = (*Runtime)(nil)

// New returns the runtime. It holds no state.
func New() *Runtime { return &Runtime{} }

// Name returns "host".
func (*Runtime) Name() string { return "host" }

// Eval does nothing: everything is computed at once.
func (*Runtime) Eval(...core.Tensor) {}

// Scope runs f; the garbage collector frees.
func (*Runtime) Scope(f func() []core.Tensor) []core.Tensor { return f() }
