// Package tui is zmlx in the terminal.
//
// There is one Bubble Tea model. Screens and panes are plain structs that
// draw into a cell buffer and return commands; nothing does input or output
// while a message is handled. What the program knows of documents and runs is
// in package work, what it can do is in the catalogue of package action, and
// where things go is decided by package layout.
//
// Whatever ends the program (a panic, a signal, a vanished terminal), the
// terminal is restored and unsaved text is kept; the next start offers it.
package tui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"golang.org/x/term"

	"github.com/zmlx/zmlx/internal/ttyguard"
	"github.com/zmlx/zmlx/internal/xdgdirs"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/work"
	"github.com/zmlx/zmlx/workbench"
)

func init() { ttyguard.Release() }

// ErrNoTTY says that standard input or output is no terminal, or none that can
// move its cursor.
var ErrNoTTY = errors.New("the terminal program needs a terminal")

// Options configure the program. The zero value is right for most.
type Options struct {
	Engine  work.Starter
	Open    []string                     // files or names of the catalogue; the first one is shown
	Device  string                       // "" is the best one
	Seed    uint64                       //
	Metal   workbench.MetalOptions       // of .metal files
	Theme   string                       // "" is the config file's, or dark
	Catalog func() ([]work.Entry, error) // what can be opened
	Record  work.Recorder                // of runs that ended; nil for none
}

// Run shows the program until the user leaves it.
func Run(ctx context.Context, o Options) error {
	if !term.IsTerminal(int(os.Stdin.Fd())) || !term.IsTerminal(int(os.Stdout.Fd())) {
		return fmt.Errorf("%w: use a verb such as `zmlx check` or `zmlx run` here (`zmlx help` lists them)", ErrNoTTY)
	}
	if os.Getenv("TERM") == "dumb" {
		return fmt.Errorf("%w that can move its cursor, and TERM is dumb: set TERM to what yours is, such as xterm-256color, or use a verb (`zmlx help` lists them)", ErrNoTTY)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	config, problems := readConfig(filepath.Join(xdgdirs.Config(), "config.yaml"))
	if o.Theme != "" {
		config.Theme = o.Theme
	}
	profile := cells.DetectProfile(os.Getenv)
	space := work.New(work.Options{
		Ctx: ctx, Engine: work.Workbench(o.Engine), Catalog: o.Catalog, Device: o.Device, Seed: o.Seed, Metal: o.Metal, Record: o.Record,
		Drafts: filepath.Join(xdgdirs.State(), "drafts"), CompileAfter: 30 * time.Millisecond, DraftAfter: 250 * time.Millisecond, ReloadAfter: 50 * time.Millisecond,
	})
	m := newModel(space, profile, config)
	m.open, m.painter = o.Open, newPainter(os.Stdout)
	m.showStatus = os.Getenv("ZMLX_TUI_STATUS") != ""
	m.report(problems)
	return m.run(ctx)
}

// run shows the model on the terminal.
func (m *model) run(ctx context.Context) error {
	// Signals end the context. Bubble Tea's own handler would race with that: it
	// sends to an event loop that may have ended, and is waited for.
	options := []tea.ProgramOption{tea.WithAltScreen(), tea.WithContext(ctx), tea.WithoutSignalHandler(), tea.WithOutput(m.painter), tea.WithFPS(1)}
	if m.config.Mouse {
		options = append(options, tea.WithMouseCellMotion())
	}
	var p *tea.Program
	if runtime.GOOS != "windows" { // where Bubble Tea hears of resizes through its own input only
		options = append(options, tea.WithInput(&pastes{File: os.Stdin, pasted: func(text []byte) {
			p.Send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(string(text)), Paste: true})
		}}))
	}
	p = tea.NewProgram(m, options...)
	m.watch = newWatcher(func(path string) { p.Send(work.FileChanged{Path: path}) })
	defer m.watch.close()
	// The context does not end where nohup hides that the terminal is gone.
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	go func() {
		if _, ok := <-hangup; ok {
			p.Kill()
		}
	}()
	_, err := p.Run()
	m.space.CancelJob()
	if m.crash == nil && m.left && err == nil {
		return nil // all is saved or was given up on purpose
	}
	kept := ""
	if len(m.space.Unsaved()) > 0 {
		if rescue := m.space.Rescue(); rescue != nil {
			kept = "; unsaved text could not be kept: " + rescue.Error()
		} else {
			kept = "; unsaved text is kept, and offered at the next start"
		}
	}
	switch {
	case m.crash != nil:
		return fmt.Errorf("internal error: %v%s\n%s", m.crash.value, kept, m.crash.stack)
	case errors.Is(err, tea.ErrProgramKilled), errors.Is(err, tea.ErrInterrupted), err == nil:
		if kept != "" {
			fmt.Fprintln(os.Stderr, "zmlx ended"+kept)
		}
		return nil
	}
	return fmt.Errorf("%w%s", err, kept)
}
