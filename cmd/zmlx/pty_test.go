//go:build unix

package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/workbench"
)

// A terminal library that asks the terminal for its colours writes escape
// sequences and waits for an answer that a mute terminal never gives.
func TestVerbsLeaveTheTerminalAlone(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"--help"}, {"kernels"}, {"devices"}} {
		cmd := exec.Command("zmlx", append([]string{"--color", "never"}, args...)...)
		cmd.Env = append(cmd.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor", "CI=", "ZMLX_HOME="+t.TempDir())
		terminal, err := pty.Start(cmd)
		require.NoError(t, err)
		out, _ := io.ReadAll(terminal) // ends with an error when the program closes its side
		require.NoError(t, cmd.Wait(), args)
		require.NotEmpty(t, out, args)
		require.NotContains(t, string(out), "\x1b", args)
		require.NoError(t, terminal.Close())
	}
}

// Whoever closes the terminal finds in the session what was done until then.
func TestTerminalThatIsClosed(t *testing.T) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP) // so that the program inherits no nohup from the test
	defer signal.Stop(hangup)
	kept := filepath.Join(t.TempDir(), "s.zmlx")
	cmd := exec.Command("zmlx", "bench", "silu", "--samples", "1000000", "--record", kept)
	cmd.Env = append(cmd.Environ(), "TERM=xterm-256color", "ZMLX_HOME="+t.TempDir())
	terminal, err := pty.Start(cmd)
	require.NoError(t, err)
	lines := bufio.NewReader(terminal)
	for text := ""; !strings.Contains(text, ": sample"); {
		text, err = lines.ReadString('%')
		require.NoError(t, err)
	}
	require.NoError(t, terminal.Close())
	require.Error(t, cmd.Wait())
	require.Equal(t, workbench.ExitCancelled, cmd.ProcessState.ExitCode())
	text, err := os.ReadFile(kept)
	require.NoError(t, err)
	require.Contains(t, string(text), "cancelled")
}

// Without --color the output is coloured on a terminal, unless NO_COLOR is set.
func TestColourOnATerminal(t *testing.T) {
	run := func(env ...string) string {
		cmd := exec.Command("zmlx", "kernels", "show", "silu", "--only", "spec")
		cmd.Env = append(append(cmd.Environ(), "TERM=xterm-256color"), env...)
		terminal, err := pty.Start(cmd)
		require.NoError(t, err)
		out, _ := io.ReadAll(terminal)
		require.NoError(t, cmd.Wait())
		return string(out)
	}
	require.Contains(t, run("NO_COLOR="), "\x1b[")
	require.NotContains(t, run("NO_COLOR=1"), "\x1b[")
	require.NotContains(t, run("NO_COLOR=", "TERM=dumb"), "\x1b[")
}

// A terminal that knows no escape sequences is not filled with them.
func TestDumbTerminal(t *testing.T) {
	cmd := exec.Command("zmlx")
	cmd.Env = append(cmd.Environ(), "TERM=dumb", "ZMLX_HOME="+t.TempDir())
	terminal, err := pty.Start(cmd)
	require.NoError(t, err)
	out, _ := io.ReadAll(terminal)
	require.Error(t, cmd.Wait())
	require.Equal(t, 2, cmd.ProcessState.ExitCode())
	require.Contains(t, string(out), "TERM is dumb: set TERM to what yours is")
	require.NotContains(t, string(out), "\x1b")
}
