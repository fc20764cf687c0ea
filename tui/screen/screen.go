// Package screen is the contract between the shell and its screens. A screen
// is a folder under tui/screens with a constructor, and a line in
// tui/screens.go.
package screen

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/editor"
	"github.com/zmlx/zmlx/tui/layout"
	"github.com/zmlx/zmlx/tui/theme"
)

// Screen is a set of panes that are shown together.
type Screen interface {
	ID() string
	Title() string
	// Panes lists the panes in the order of their numbers. The order and the
	// roles never change.
	Panes() []Slot
	// Actions lists what can be done here; they are added to the catalogue
	// once.
	Actions() []*action.Action
	// Update is told what happened outside, and that the shared state may
	// have changed.
	Update(msg tea.Msg) tea.Cmd
}

// Shown is a screen that does something when it comes into sight.
type Shown interface{ Shown() tea.Cmd }

// Slot is a pane and what it is for.
type Slot struct {
	Role layout.Role
	Pane Pane
}

// Pane is a part of a screen.
type Pane interface {
	Title() string
	// Status is shown at the right of the pane's frame, "" for nothing.
	Status() string
	// Scopes lists the scopes of the keys, the innermost first, without the
	// screen's and the global one.
	Scopes() []action.Scope
	// Typing tells whether printable keys are text.
	Typing() bool
	Type(text string, pasted bool) tea.Cmd
	// Key handles a key that stands for no action; it tells whether it did.
	Key(key string) (tea.Cmd, bool)
	Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme, focused bool)
	Mouse(m Mouse) tea.Cmd
}

// Overlaid is a pane that draws over the others, such as a completion.
type Overlaid interface {
	DrawOver(b *cells.Buffer, t *theme.Theme)
}

// Drawing is a pane that shows a figure.
type Drawing interface {
	Figure() plot.Figure // nil if there is none now
}

// Scripted is a pane that shows what a command prints, too.
type Scripted interface {
	CommandLine() string // "" if none does
}

// Several is a pane that shows one of several in its place.
type Several interface{ Current() Pane }

// Editing is a pane that shows an editor.
type Editing interface {
	Editor() *editor.Editor // nil if there is none now
	Touched()               // the cursor or the text may have changed
}

// Mouse is a press, drag or turn of the wheel at a cell of the screen.
type Mouse struct {
	X, Y  int
	Kind  MouseKind
	Inner cells.Rect // the pane's inside, as last drawn
}

// MouseKind says what the mouse did.
type MouseKind uint8

// The kinds.
const (
	Press MouseKind = iota
	Drag
	WheelUp
	WheelDown
)

// Shell is what a screen may ask of the program around it.
type Shell interface {
	// Theme is the present one.
	Theme() *theme.Theme
	// Show switches to a screen, and to one of its panes if pane is not
	// negative.
	Show(screen string, pane int) tea.Cmd
	// Command opens the command line with the beginning of a command.
	Command(text string) tea.Cmd
	// Ask opens a one-line prompt.
	Ask(p Prompt) tea.Cmd
	// Confirm opens a dialog with choices.
	Confirm(c Confirm) tea.Cmd
	// Text opens a scrollable text.
	Text(title, text string) tea.Cmd
	// Copy puts a text on the clipboard.
	Copy(text, what string) tea.Cmd
	// Fail tells the user why something cannot be done.
	Fail(text string) tea.Cmd
	// Edit opens $EDITOR on a file at a line.
	Edit(path string, line int, then tea.Cmd) tea.Cmd
}

// Prompt asks for a line of text.
type Prompt struct {
	Label, Value, Hint string
	Changed            func(text string) // at every key
	Done               func(text string) tea.Cmd
	Cancelled          func()
	Status             func() string // shown at the right
	Keys               map[string]func(text string) tea.Cmd
}

// Confirm asks for a choice.
type Confirm struct {
	Title, Text string
	Choices     []Choice
}

// Choice is an answer to a Confirm, chosen by its key. Esc chooses none.
type Choice struct {
	Key, Label string
	Run        func() tea.Cmd
}
