// Package mlxtest is the conformance suite of runtimes: results of MLX for
// single operations, also over inputs that lie otherwise in memory, and a table
// of edge cases. Every runtime passes the same suite.
//
//	func TestConformance(t *testing.T) { mlxtest.Run(t, mlx.Host()) }
package mlxtest

import (
	"testing"

	"github.com/zmlx/zmlx/mlx"
)

// Run tests a runtime.
func Run(t *testing.T, rt mlx.Runtime) {
	t.Run("golden", func(t *testing.T) { runGolden(t, rt) })
	t.Run("edge", func(t *testing.T) { runEdges(t, rt) })
	t.Run("compositions", func(t *testing.T) { runCompositions(t, rt) })
	t.Run("misuse", func(t *testing.T) { runMisuses(t, rt) })
}
