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
