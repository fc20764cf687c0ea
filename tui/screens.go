package tui

import (
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/screens/bench"
	"github.com/zmlx/zmlx/tui/screens/compare"
	"github.com/zmlx/zmlx/tui/screens/devices"
	"github.com/zmlx/zmlx/tui/screens/kernels"
	"github.com/zmlx/zmlx/tui/work"
)

// screens lists the screens in the order of their tabs.
var screens = []func(*work.Space, screen.Shell) screen.Screen{
	kernels.New,
	compare.New,
	bench.New,
	devices.New,
}
