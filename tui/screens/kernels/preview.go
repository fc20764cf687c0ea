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
	"github.com/zmlx/zmlx/tui/work"
)

const (
	previewScope action.Scope = "preview"
	diffScope    action.Scope = "diffs"
)

// The views of the preview.
const (
	metalView = iota
	unifiedView
	splitView
	irView
	watView
	viewCount
)

// preview shows the generated Metal, how it differs from another one, or what
// our compiler makes of it.
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
			return [...]string{"Metal", "Metal: " + p.against().Name + " → now", "Metal: " + p.against().Name + " │ now", "IR", "WebAssembly"}[p.view]
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
	if d.Compiling() || d.Compiled.Kept {
		status += ", of an earlier text"
	}
	return status
}

// against is what diffs compare with.
func (p *preview) against() work.Against {
	if a := p.screen.space.Against; a != nil {
		return *a
	}
	a := work.Against{Name: "last run"}
	if d := p.screen.space.Doc; d != nil {
		a.Text = d.Compiled.Previous.Text
	}
	return a
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
		defer p.screen.link()
	}
	switch p.view {
	case irView:
		p.show(d.Compiled.Result.IR)
	case watView:
		p.show(d.Compiled.Result.WAT)
	case unifiedView, splitView:
		p.diff.Set(p.against().Text, text, p.view == splitView)
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
		p.screen.link()
	}
}

// CommandLine implements screen.Scripted.
func (p *preview) CommandLine() string {
	show := p.screen.space.CommandLine("kernels show")
	if show == "" {
		return ""
	}
	return show + " --only " + [...]string{"metal", "metal", "metal", "ir", "wat"}[p.view]
}

// Cycle implements pane.Cycler.
func (p *preview) Cycle(n int) tea.Cmd { return p.look((p.view + n + viewCount) % viewCount) }

// look goes to a view. IR and WAT are asked for from the first time on that
// somebody looks at them.
func (p *preview) look(view int) tea.Cmd {
	p.view = view
	defer p.screen.link()
	defer p.refresh()
	if p.current() == p.code && !p.screen.space.Inspect {
		p.screen.space.Inspect = true
		return p.screen.space.Recompile()
	}
	return nil
}

// diffs tells whether the view is a diff.
func (p *preview) diffs() bool { return p.view == unifiedView || p.view == splitView }

// documentLines gives the document's line of each line of the view's text.
func (p *preview) documentLines() []int {
	d := p.screen.space.Doc
	switch {
	case d == nil || d.Compiled.Result == nil || p.view == watView:
		return nil
	case p.view == irView:
		return d.Compiled.Result.IRLines
	}
	return d.Compiled.Result.Generated.DocumentLines
}

// point shows the lines that came from a line of the document, counted from 1.
func (p *preview) point(line int) {
	var linked []int
	for i, l := range p.documentLines() {
		if l == line {
			linked = append(linked, i)
		}
	}
	e := p.current()
	e.SetLinked(linked...)
	p.diff.Point(0)
	if len(linked) > 0 {
		e.Show(linked[0])
		p.diff.Point(linked[0] + 1)
	}
}

// documentLine is the document's line that the cursor's came from, counted
// from 1; 0 if there is none.
func (p *preview) documentLine() int {
	line := p.current().Cursor().Line
	if lines := p.documentLines(); !p.diffs() && line < len(lines) {
		return lines[line]
	}
	return 0
}

// link points the spec at the line of the preview's cursor.
func (p *preview) link() {
	d := p.screen.space.Doc
	if d == nil {
		return
	}
	p.current().SetLinked()
	d.Editor.SetLinked()
	if line := p.documentLine(); line > 0 {
		d.Editor.SetLinked(line - 1)
		d.Editor.Show(line - 1)
	}
}

// Draw implements screen.Pane.
func (p *preview) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme, focused bool) {
	d := p.screen.space.Doc
	switch {
	case d == nil || p.shown == "":
		b.TextBlock(r.Inset(1, 0), "The Metal that the spec becomes is shown here.", t.Muted.Over(t.Base))
	case p.diffs() && p.against().Text == "":
		b.TextBlock(r.Inset(1, 0), "There is no run to compare with yet: press F5, or w to choose another kernel.", t.Muted.Over(t.Base))
	case p.diffs():
		p.diff.Draw(b, r, t)
	default:
		p.Edit.Draw(b, r, t, focused)
	}
}

// Scopes implements screen.Pane.
func (p *preview) Scopes() []action.Scope {
	if p.diffs() {
		return []action.Scope{previewScope, diffScope, pane.Views, pane.Lists}
	}
	return append([]action.Scope{pane.Views}, p.Edit.Scopes()...)
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

// actions are those of the pane.
func (p *preview) actions(needsDoc func() string) []*action.Action {
	space := p.screen.space
	shift := func(n int) func(string) tea.Cmd { return func(string) tea.Cmd { p.diff.Shift(n); return nil } }
	return []*action.Action{
		{ID: "diff-right", Title: "Show what lies to the right of the changes", Scope: diffScope, Keys: []string{"right", "l"}, Run: shift(8)},
		{ID: "diff-left", Title: "Show what lies to the left of the changes", Scope: diffScope, Keys: []string{"left", "h"}, Run: shift(-8)},
		{ID: "preview-to-spec", Title: "Go to the spec's line", Scope: previewScope, Keys: []string{"enter"}, Hint: "to spec", Enabled: needsDoc, Run: func(string) tea.Cmd { return p.toSpec() }},
		{ID: "preview-diff", Title: "Compare the generated code with the last run, the file on disk or another kernel", Scope: ID, Keys: []string{"w"}, Hint: "compare", Enabled: needsDoc, Headless: p.CommandLine,
			Arg: "last-run|disk|KERNEL", Run: p.compare, Choices: func() []string {
				out := []string{work.LastRun, work.OnDisk}
				for _, e := range space.Entries {
					out = append(out, e.Name)
				}
				return out
			}},
	}
}

// compare shows the diff with what a name means.
func (p *preview) compare(name string) tea.Cmd {
	if name == "" {
		return p.screen.shell.Command("preview-diff ")
	}
	view := p.view
	if !p.diffs() {
		view = unifiedView
	}
	p.screen.shell.Show(ID, PreviewPane)
	return tea.Batch(p.look(view), p.screen.space.CompareWith(name))
}

// toSpec moves the spec's cursor to the line that the preview's line came
// from.
func (p *preview) toSpec() tea.Cmd {
	line := p.documentLine()
	switch {
	case line > 0:
		p.screen.space.Doc.Editor.MoveTo(editor.Pos{Line: line - 1})
		return p.screen.shell.Show(ID, SpecPane)
	case p.view == watView || p.diffs():
		return p.screen.shell.Fail("lines of this view are not linked: ] shows Metal and IR, whose lines are")
	}
	return p.screen.shell.Fail("this line is generated: no line of the spec stands for it")
}
