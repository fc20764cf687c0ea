// Package layers states which package may import which. The order is the
// architecture: imports point only downwards, so that the compiler knows
// nothing of arrays, the engine nothing of the terminal, and each layer can be
// tested without those above it. The test of this package enforces it.
package layers

import "strings"

// program is the layer of the two programs, the only one that talks to a terminal.
const program = 5

// order lists the layers from the bottom; a path belongs to the longest
// prefix that matches.
var order = []struct {
	prefix string
	level  int
}{
	{"mlx/msl", 0},
	{"mlx", 1},
	{"kernels", 2},
	{"autotune", 3},
	{"sessions", 3},
	{"profile", 3},
	{"profile/trace", 0}, // every layer records its spans
	{"workbench", 4},
	{"tui", program},
	{"cmd", program},
}

// Level returns the layer of a package path relative to the module root; ok is
// false for paths outside the layers (internal tools).
func Level(path string) (level int, ok bool) {
	best := ""
	for _, l := range order {
		if (path == l.prefix || strings.HasPrefix(path, l.prefix+"/")) && len(l.prefix) > len(best) {
			best, level, ok = l.prefix, l.level, true
		}
	}
	return level, ok
}

// terminalOnly are modules that only the terminal program may import: their
// initialisers talk to the terminal.
var terminalOnly = []string{
	"github.com/charmbracelet/",
	"github.com/muesli/",
}

// Check says why a package at path may not import the module-relative or
// external import imp; "" means that it may.
func Check(path, imp string, own bool) string {
	from, layered := Level(path)
	if own {
		to, ok := Level(imp)
		switch {
		case !ok && strings.HasPrefix(imp, "internal/"):
			return ""
		case !layered:
			return ""
		case to > from:
			return "imports point only downwards"
		}
		return ""
	}
	for _, prefix := range terminalOnly {
		if layered && from < program && strings.HasPrefix(imp, prefix) {
			return "only the terminal program may import terminal libraries"
		}
	}
	return ""
}
