//go:build unix

// Package e2e drives the real program in a pseudo-terminal that never answers
// a question. Nothing sleeps: the program says when it is idle.
package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// double is a kernel with a spec of its own, so that the tests do not depend
// on the catalogue.
const double = `zmlx: 1
name: double
doc: Doubles its input.
params: {N: 64}
template: {T: float32}
inputs:
  x: {dtype: T, shape: [N]}
outputs:
  y: {dtype: T, shape: [N]}
launch: {grid: [N, 1, 1], threadgroup: [32, 1, 1]}
source: |
  uint i = thread_position_in_grid.x;
  y[i] = x[i] + x[i];
reference: y = x * 2
tolerance: {float32: 0, float16: 0}
cases: [{N: 1000}]
`

func workdir(t testing.TB) (home, dir, path string) {
	home, dir = t.TempDir(), t.TempDir()
	path = filepath.Join(dir, "double.yaml")
	require.NoError(t, os.WriteFile(path, []byte(double), 0o644))
	return home, dir, path
}

func read(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(data)
}

// BenchmarkFirstFrame is from the start of the process to the first frame, of 120x40.
func BenchmarkFirstFrame(b *testing.B) {
	home, dir, _ := workdir(b)
	_, err := binary()
	require.NoError(b, err)
	for b.Loop() {
		x := start(b, home, dir, 120, 40)
		x.until("header", func(s string) bool { return strings.Contains(s, "Kernels") })
		b.StopTimer()
		x.idle()
		x.leaves()
		x.restored()
		b.StartTimer()
	}
}

func TestEditRunSaveQuit(t *testing.T) {
	home, dir, path := workdir(t)
	x := start(t, home, dir, 140, 45, "double.yaml")
	x.idle()
	x.shows("y[i] = x[i] + x[i];")
	x.shows("✓ compiles")

	// An error stands on its own line as one types.
	x.keys("ctrl+g")
	x.types("13")
	x.keys("enter", "end", "backspace")
	x.types(" + oops;")
	x.shows("undeclared identifier")
	x.keys("ctrl+home", "f8")
	x.shows("13:")

	// Undo takes it back.
	const original = "13   y[i] = x[i] + x[i];"
	for !strings.Contains(x.text(), original) {
		x.keys("ctrl+z")
	}
	x.shows("✓ compiles")

	// A difference is found, and its fix agrees.
	x.keys("ctrl+g")
	x.types("13")
	x.keys("enter", "end", "backspace")
	x.types(" * 2;")
	x.keys("f5")
	x.shows("≠ differs")
	for !strings.Contains(x.text(), original) {
		x.keys("ctrl+z")
	}
	x.keys("f5")
	x.shows("all 4 agree")
	x.keys("f3")
	x.shows("N=1000")

	// It can be measured.
	x.keys("f9")
	x.shows("4 cases measured")
	x.keys("ctrl+t")
	x.shows("profiled, a launch takes")

	// Saving writes the file, quitting leaves nothing behind.
	x.keys("f2")
	x.keys("alt+2", "ctrl+home")
	x.types("#")
	x.keys("ctrl+s")
	x.shows("✓ saved double.yaml")
	require.Equal(t, "#"+double, read(t, path))
	x.leaves()
	x.restored()
	drafts, _ := filepath.Glob(filepath.Join(home, "state", "drafts", "*"))
	require.Empty(t, drafts)
}

func TestUnsavedTextSurvivesKill(t *testing.T) {
	home, dir, path := workdir(t)
	x := start(t, home, dir, 100, 30, "double.yaml")
	x.idle()
	x.keys("ctrl+home")
	x.types("# precious")
	x.idle()
	require.NoError(t, x.cmd.Process.Kill())
	x.exits()

	x = start(t, home, dir, 100, 30)
	x.idle()
	x.shows("Unsaved work")
	x.keys("r")
	x.shows("# precious")
	x.keys("ctrl+s")
	x.shows("✓ saved")
	require.Equal(t, "# precious"+double, read(t, path))
	x.leaves()
}

func TestSignalsKeepWorkAndRestoreTheTerminal(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		home, dir, _ := workdir(t)
		x := start(t, home, dir, 100, 30, "double.yaml")
		x.idle()
		x.keys("ctrl+home")
		x.types("# kept")
		require.NoError(t, x.cmd.Process.Signal(signal))
		x.exits()
		x.restored()
		require.Contains(t, x.output(), "unsaved text is kept")
		drafts, _ := filepath.Glob(filepath.Join(home, "state", "drafts", "*"))
		require.Len(t, drafts, 1)
		require.Contains(t, read(t, drafts[0]), "# kept")
	}
}

func TestFileChangedOutside(t *testing.T) {
	home, dir, path := workdir(t)
	x := start(t, home, dir, 100, 30, "double.yaml")
	x.idle()
	require.NoError(t, os.WriteFile(path, []byte("# theirs\n"+double), 0o644))
	x.shows("# theirs")
	x.idle()
	x.keys("ctrl+home")
	x.types("# mine")
	require.NoError(t, os.WriteFile(path, []byte("# theirs again\n"+double), 0o644))
	x.shows("Two versions")
	x.keys("m")
	x.keys("ctrl+s")
	x.shows("✓ saved")
	require.True(t, strings.HasPrefix(read(t, path), "# mine# theirs\n"))
	require.NoError(t, os.Remove(path))
	x.shows("double.yaml is gone from the disk")
	x.keys("ctrl+s")
	x.shows("✓ saved")
	require.True(t, strings.HasPrefix(read(t, path), "# mine# theirs\n"))
	x.leaves()
}

func TestResizeStorm(t *testing.T) {
	home, dir, _ := workdir(t)
	x := start(t, home, dir, 200, 60, "double.yaml")
	x.idle()
	for i := range 60 {
		x.resize(60+(i*37)%160, 10+(i*13)%60)
	}
	x.resize(70, 20)
	x.shows("at least 80 × 24")
	x.resize(132, 43)
	x.until("frame", func(s string) bool {
		return strings.Contains(s, "Doubles its input") && strings.Contains(s, "<idle") && strings.Contains(s, "╯")
	})
	x.leaves()
	x.restored()
}

// TestMultibyteAndPaste types wide characters and pastes a large text.
func TestMultibyteAndPaste(t *testing.T) {
	home, dir, path := workdir(t)
	x := start(t, home, dir, 100, 30, "double.yaml")
	x.idle()
	x.keys("ctrl+home")
	x.types("# größe 大\r")
	big := strings.Repeat("# a pasted line\r", 20000)
	_, err := x.pty.WriteString("\x1b[200~" + big + "\x1b[201~")
	require.NoError(t, err)
	x.inputs++
	x.idle()
	x.keys("ctrl+z") // one step
	x.keys("ctrl+s")
	x.shows("✓ saved")
	require.Equal(t, "# größe 大\n"+double, read(t, path))
	x.leaves()
}

func TestSuspendAndResume(t *testing.T) {
	home, dir, _ := workdir(t)
	x := start(t, home, dir, 100, 30, "double.yaml")
	x.idle()
	x.keys("esc") // out of the text, where ctrl+z is undo
	_, err := x.pty.WriteString("\x1a")
	require.NoError(t, err)
	x.until("the normal screen", func(string) bool { return strings.Contains(x.output(), "\x1b[?1049l") })
	// The program has its terminal to itself, so the system does not really
	// stop it; it waits to be continued as soon as it listens.
	for strings.Count(x.output(), "\x1b[?1049h") < 2 {
		require.NoError(t, x.cmd.Process.Signal(syscall.SIGCONT))
	}
	x.shows("Catalogue")
	x.leaves()
	x.restored()
}

func TestWithoutATerminal(t *testing.T) {
	path, err := binary()
	require.NoError(t, err)
	cmd := exec.Command(path)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.Error(t, cmd.Run())
	require.Equal(t, 2, cmd.ProcessState.ExitCode())
	require.Contains(t, out.String(), "needs a terminal")
	require.NotContains(t, out.String(), "\x1b")
}
