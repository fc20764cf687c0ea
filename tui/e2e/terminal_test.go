//go:build unix

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
	"github.com/stretchr/testify/require"

	_ "github.com/zmlx/zmlx/tui" // a cached result is of this program
)

// binary is the real program, built once.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "zmlx-e2e")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "zmlx")
	out, err := exec.Command("go", "build", "-o", path, "github.com/zmlx/zmlx/cmd/zmlx").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := binary(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// terminal is a program in a terminal that never answers a question.
type terminal struct {
	t      testing.TB
	cmd    *exec.Cmd
	pty    *os.File
	screen vt10x.Terminal
	inputs int // that the program must have handled

	mu      sync.Mutex
	raw     strings.Builder
	changed chan struct{} // closed and replaced at every output
	exited  chan error
}

// limit is for a machine under load; nothing waits that long if all is well.
const limit = 30 * time.Second

func start(t testing.TB, home, dir string, w, h int, args ...string) *terminal {
	t.Helper()
	path, err := binary()
	require.NoError(t, err)
	x := &terminal{t: t, screen: vt10x.New(vt10x.WithSize(w, h)), changed: make(chan struct{}), exited: make(chan error, 1), inputs: 1}
	x.cmd = exec.Command(path, args...)
	x.cmd.Dir = dir
	x.cmd.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=", "NO_COLOR=", "CI=", "TMUX=", "EDITOR=", "VISUAL=", "ZMLX_HOME="+home, "ZMLX_TUI_STATUS=1")
	x.pty, err = pty.StartWithSize(x.cmd, &pty.Winsize{Cols: uint16(w), Rows: uint16(h)})
	require.NoError(t, err)
	go x.read()
	t.Cleanup(func() {
		_ = x.cmd.Process.Kill()
		_ = x.pty.Close()
	})
	return x
}

func (x *terminal) read() {
	buf := make([]byte, 1<<16)
	for {
		n, err := x.pty.Read(buf)
		x.mu.Lock()
		x.raw.Write(buf[:n])
		_, _ = x.screen.Write(buf[:n])
		close(x.changed)
		x.changed = make(chan struct{})
		x.mu.Unlock()
		if err != nil {
			x.exited <- x.cmd.Wait()
			return
		}
	}
}

func (x *terminal) text() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.screen.String()
}

func (x *terminal) output() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.raw.String()
}

// until waits for the screen to satisfy ok.
func (x *terminal) until(what string, ok func(screen string) bool) {
	x.t.Helper()
	deadline := time.After(limit)
	for {
		x.mu.Lock()
		changed, text := x.changed, x.screen.String()
		x.mu.Unlock()
		if ok(text) {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			x.t.Fatalf("no %s:\n%s", what, text)
		}
	}
}

var status = regexp.MustCompile(`<(busy|idle) (\d+)>`)

// handled waits until the program has handled all input; it may still be at
// work on what came of it.
func (x *terminal) handled() { x.t.Helper(); x.reaches("busy", "idle") }

// idle waits until the program has handled all input and rests.
func (x *terminal) idle() { x.t.Helper(); x.reaches("idle") }

func (x *terminal) reaches(states ...string) {
	x.t.Helper()
	want := fmt.Sprint(x.inputs)
	x.until(fmt.Sprint(states, want), func(s string) bool {
		m := status.FindStringSubmatch(s)
		return m != nil && m[2] == want && slices.Contains(states, m[1])
	})
}

// shows waits for a text on the screen.
func (x *terminal) shows(text string) {
	x.t.Helper()
	x.until(fmt.Sprintf("%q", text), func(s string) bool { return strings.Contains(s, text) })
}

var sequences = map[string]string{
	"enter": "\r", "tab": "\t", "esc": "\x1b", "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
	"home": "\x1b[H", "end": "\x1b[F", "backspace": "\x7f", "f1": "\x1bOP", "f2": "\x1bOQ", "f9": "\x1b[20~", "f3": "\x1bOR", "f5": "\x1b[15~", "f8": "\x1b[19~",
	"ctrl+end": "\x1b[1;5F", "ctrl+home": "\x1b[1;5H", "shift+end": "\x1b[1;2F",
}

// keys presses keys, each when the one before has been handled.
func (x *terminal) keys(names ...string) {
	x.t.Helper()
	for _, name := range names {
		seq, ok := sequences[name]
		if c, ctrl := strings.CutPrefix(name, "ctrl+"); !ok && ctrl {
			seq = string(c[0] & 0x1f)
		} else if c, alt := strings.CutPrefix(name, "alt+"); !ok && alt {
			seq = "\x1b" + c
		} else if !ok {
			require.Len(x.t, []rune(name), 1, "there is no key %s", name)
			seq = name
		}
		_, err := x.pty.WriteString(seq)
		require.NoError(x.t, err)
		x.inputs++
		x.handled()
	}
}

// types types a text, rune by rune.
func (x *terminal) types(text string) {
	x.t.Helper()
	for _, r := range text {
		x.keys(string(r))
	}
}

func (x *terminal) resize(w, h int) {
	x.t.Helper()
	x.mu.Lock()
	x.screen.Resize(w, h)
	x.mu.Unlock()
	require.NoError(x.t, pty.Setsize(x.pty, &pty.Winsize{Cols: uint16(w), Rows: uint16(h)}))
}

// exits waits for the program's end and gives its exit code.
func (x *terminal) exits() int {
	x.t.Helper()
	select {
	case <-x.exited:
		return x.cmd.ProcessState.ExitCode()
	case <-time.After(limit):
		x.t.Fatalf("it does not end:\n%s", x.text())
		return -1
	}
}

// leaves quits a program with nothing unsaved.
func (x *terminal) leaves() {
	x.t.Helper()
	_, err := x.pty.WriteString("\x11") // ctrl+q
	require.NoError(x.t, err)
	require.Zero(x.t, x.exits())
}

// restored checks that the terminal was left as it was found.
func (x *terminal) restored() {
	x.t.Helper()
	out := x.output()
	for on, off := range map[string]string{"\x1b[?1049h": "\x1b[?1049l", "\x1b[?25l": "\x1b[?25h", "\x1b[?2004h": "\x1b[?2004l"} {
		if strings.Contains(out, on) {
			require.Greater(x.t, strings.LastIndex(out, off), strings.LastIndex(out, on), "%q stays on", on)
		}
	}
	require.NotContains(x.t, out, "\x1b]11;?", "it asked the terminal")
	require.NotContains(x.t, out, "\x1b[6n", "it asked the terminal")
}
