package mlx

import (
	"github.com/zmlx/zmlx/mlx/internal/core"
	"github.com/zmlx/zmlx/mlx/internal/host"
)

// Runtime computes operations. Arrays of different runtimes do not mix.
type Runtime = core.Runtime

var hostRuntime = host.New()

// Host returns the runtime that is part of this program.
func Host() Runtime { return hostRuntime }

// Scope bounds the lifetime of arrays. The host runtime leaves memory to the
// garbage collector, and its scopes do nothing; a runtime with memory of its
// own frees the arrays made inside a scope that were not kept.
type Scope struct{}

// NewScope opens a scope.
func NewScope() *Scope { return &Scope{} }

// Keep lets a outlive the scope and returns it.
func (s *Scope) Keep(a *Array) *Array { return a }

// Close ends the scope.
func (s *Scope) Close() {}
