package kernels

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/diff"
	"github.com/zmlx/zmlx/tui/editor"
	"github.com/zmlx/zmlx/tui/highlight"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/theme"
)

const previewScope action.Scope = "preview"

// The views of the preview.
const (
	metalView = iota
	unifiedView
	splitView
	irView
	watView
	viewCount
)

// preview shows the generated Metal, how it differs from the last run's, or
// what our compiler makes of it.
type preview struct {
	pane.Edit
	screen *Screen
	text   *editor.Editor
	view   int
	shown  string         // the Metal in text
	code   *editor.Editor // IR or WAT
	diff   diff.View
}

func newPreview(s *Screen) *preview {
	p := &preview{screen: s, text: editor.New("", highlight.MetalLexer)}
	p.text.ReadOnly = true
	p.code = editor.New("", highlight.MetalLexer)
	p.code.ReadOnly = true
	p.Edit = pane.Edit{
		Source: p.current,
		Scope:  previewScope,
		Moved:  p.link,
		Name: func() string {
			return [...]string{"Metal", "Metal: changes since the last run", "Metal: last run │ now", "IR", "WebAssembly"}[p.view]
		},
		Info: p.status,
	}
	return p
}

func (p *preview) status() string {
	d := p.screen.space.Doc
	if d == nil || d.Compiled.Result == nil {
		return ""
	}
	switch p.view {
	case unifiedView, splitView:
		return p.diff.Summary()
	case irView, watView:
		return fmt.Sprintf("%d lines", p.code.Len())
	}
	if d.Compiled.Result.Generated.Text == "" {
		return ""
	}
	status := fmt.Sprintf("%d lines", p.text.Len())
	if d.Compiling() || d.Compiled.Result.Outcome() != "ok" {
		status += ", of the last text that was right"
	}
	return status
}

// refresh takes over what was generated.
func (p *preview) refresh() {
	d := p.screen.space.Doc
	if d == nil || d.Compiled.Result == nil {
		return
	}
	text := d.Compiled.Result.Generated.Text
	if text != p.shown {
		p.shown = text
		p.text.SetText(text)
		if p.view == metalView {
			p.screen.link()
		}
	}
	switch p.view {
	case irView:
		p.show(d.Compiled.Result.IR)
	case watView:
		p.show(d.Compiled.Result.WAT)
	case unifiedView, splitView:
		p.diff.Set(d.Compiled.Previous.Text, text, p.view == splitView)
	}
}

// current is the editor of the view.
func (p *preview) current() *editor.Editor {
	if p.view == irView || p.view == watView {
		return p.code
	}
	return p.text
}

// show puts the compiler's output into its editor.
func (p *preview) show(text string) {
	if text == "" {
		text = "// There is none: the text does not compile, or not for this device."
	}
	if text != p.code.Text() {
		p.code.SetText(text)
	}
}

// cycle goes to another view. IR and WAT are asked for from the first time on
// that somebody looks at them.
func (p *preview) cycle(n int) tea.Cmd {
	p.view = (p.view + n + viewCount) % viewCount
	defer p.refresh()
	if p.current() == p.code && !p.screen.space.Inspect {
		p.screen.space.Inspect = true
		return p.screen.space.Recompile()
	}
	return nil
}

// diffs tells whether the view is a diff.
func (p *preview) diffs() bool { return p.view == unifiedView || p.view == splitView }

// point shows a line, -1 for none, from the spec's side.
func (p *preview) point(line int) {
	p.text.SetLinked(line)
	if line >= 0 {
		p.text.Show(line)
	}
}

func (p *preview) line() int { return p.text.Cursor().Line }

// link points the spec at the line of the preview's cursor.
func (p *preview) link() {
	d := p.screen.space.Doc
	if d == nil || d.Compiled.Result == nil || p.view != metalView {
		return
	}
	p.text.SetLinked(-1)
	line := d.Compiled.Result.Generated.DocumentLine(p.line() + 1)
	d.Editor.SetLinked(line - 1)
	if line > 0 {
		d.Editor.Show(line - 1)
	}
}

// Draw implements screen.Pane.
func (p *preview) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme, focused bool) {
	d := p.screen.space.Doc
	switch {
	case d == nil || p.shown == "":
		b.TextIn(r.X+1, r.Y, r.W-2, "The Metal that the spec becomes is shown here.", t.Muted.Over(t.Base))
	case p.diffs() && d.Compiled.Previous.Text == "":
		b.TextIn(r.X+1, r.Y, r.W-2, "There is no run to compare with yet: press F5.", t.Muted.Over(t.Base))
	case p.diffs():
		p.diff.Draw(b, r, t)
	default:
		p.Edit.Draw(b, r, t, focused)
	}
}

// Scopes implements screen.Pane.
func (p *preview) Scopes() []action.Scope {
	if p.diffs() {
		return []action.Scope{previewScope, pane.Lists}
	}
	return p.Edit.Scopes()
}

// Step scrolls the diff.
func (p *preview) Step(n int) tea.Cmd {
	p.diff.Scroll(n)
	return nil
}

// Page implements pane.Stepper.
func (p *preview) Page() int { return p.diff.Page() }

// Mouse implements screen.Pane.
func (p *preview) Mouse(m screen.Mouse) tea.Cmd {
	if !p.diffs() {
		return p.Edit.Mouse(m)
	}
	switch m.Kind {
	case screen.WheelUp:
		p.diff.Scroll(-3)
	case screen.WheelDown:
		p.diff.Scroll(3)
	}
	return nil
}
