package capi

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Variable names the library, before every other place.
const Variable = "ZMLX_MLXC"

// Candidates lists where the library is looked for, in order: $ZMLX_MLXC alone
// if it is set, else the executable's folder, Homebrew's prefixes, the
// system's folders, and the loader's own search.
func Candidates(getenv func(string) string, executable string) []string {
	if p := getenv(Variable); p != "" {
		return []string{p}
	}
	name := "libmlxc.so"
	folders := []string{"/usr/local/lib", "/usr/lib"}
	switch {
	case runtime.GOOS == "darwin":
		name = "libmlxc.dylib"
		folders = []string{"/opt/homebrew/lib", "/opt/homebrew/opt/mlx-c/lib", "/usr/local/lib"}
	case runtime.GOARCH == "amd64":
		folders = append(folders, "/usr/lib/x86_64-linux-gnu")
	case runtime.GOARCH == "arm64":
		folders = append(folders, "/usr/lib/aarch64-linux-gnu")
	}
	if prefix := getenv("HOMEBREW_PREFIX"); prefix != "" {
		folders = append([]string{filepath.Join(prefix, "lib")}, folders...)
	}
	if executable != "" {
		folders = append([]string{filepath.Dir(executable)}, folders...)
	}
	var paths []string
	for _, f := range folders {
		paths = append(paths, filepath.Join(f, name))
	}
	return append(paths, name)
}

// DefaultCandidates is Candidates for this process.
func DefaultCandidates() []string {
	executable, err := os.Executable()
	if err != nil {
		executable = ""
	}
	return Candidates(os.Getenv, executable)
}

// Attempt is one path that was tried and why it did not serve.
type Attempt struct {
	Path string
	Err  error
}

// LoadError says that no path holds a usable library.
type LoadError struct{ Attempts []Attempt }

// Error lists every path with the loader's words and what to do.
func (e *LoadError) Error() string {
	var b strings.Builder
	b.WriteString("MLX's C library is not there; tried:")
	for _, a := range e.Attempts {
		fmt.Fprintf(&b, "\n  %s: %v", a.Path, a.Err)
	}
	b.WriteString("\n" + e.Next())
	return b.String()
}

// Next is how to get the library.
func (e *LoadError) Next() string {
	if runtime.GOOS == "darwin" {
		return "install it with: brew install mlx-c"
	}
	return "build mlx-c for MLX 0.31.2 or newer and point $" + Variable + " at it"
}
