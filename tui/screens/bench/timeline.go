package bench

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/profile/trace"
	"github.com/zmlx/zmlx/tui/action"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/chart"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/results"
	"github.com/zmlx/zmlx/tui/screen"
	"github.com/zmlx/zmlx/tui/theme"
	"github.com/zmlx/zmlx/workbench"
)

const timelineScope action.Scope = "timeline"

// timelinePane shows where the time of a profile went, span by span.
type timelinePane struct {
	screen *Screen
	of     *trace.Timeline
	whole  *trace.Timeline // as recorded, with bookmarks
	figure *plot.Timeline  // of what the filters leave
	filter string          // of names: a regular expression
	least  time.Duration   // shorter spans are left out
	from   *time.Duration  // a range that waits for its end
	area   cells.Rect      // between the axes, as last drawn
	cache  struct {
		window trace.Window
		of     *trace.Timeline
		times  *trace.Node
	}
}

// refresh follows the profile.
func (p *timelinePane) refresh() {
	r := p.screen.profile()
	if r == nil || r.Timeline == p.of {
		return
	}
	p.of, p.whole, p.from = r.Timeline, r.Timeline, nil
	p.apply(trace.Window{})
	if r, ok := p.figure.Next(0, -1); ok {
		p.figure.Selected = &r
	}
}

// apply makes the figure anew after a change of the filters or of the
// bookmarks, with a window.
func (p *timelinePane) apply(view trace.Window) {
	t := p.whole
	if p.least > 0 {
		t = t.Longer(p.least)
	}
	if p.filter != "" {
		re := regexp.MustCompile("(?i)" + p.filter) // was checked when it was typed
		t = t.Named(re.MatchString)
	}
	f := plot.NewTimeline(t)
	f.View = view
	p.figure = f
}

// stretch says what tables are about.
func (p *timelinePane) stretch() string {
	w := p.measured()
	if w == p.whole.All() {
		return "everything"
	}
	return plot.Duration(w.Width()) + " from " + plot.Duration(w.From)
}

// measured is the range, or else the window.
func (p *timelinePane) measured() trace.Window {
	if p.figure.Range.Width() > 0 {
		return p.figure.Range
	}
	return p.figure.Window()
}

// times is the table of times of what is measured, nil without a profile.
func (p *timelinePane) times() *trace.Node {
	if p.figure == nil {
		return nil
	}
	if w := p.measured(); p.cache.of != p.figure.Timeline || p.cache.window != w {
		p.cache.of, p.cache.window, p.cache.times = p.figure.Timeline, w, p.figure.TopDown(w)
	}
	return p.cache.times
}

// Title implements screen.Pane.
func (p *timelinePane) Title() string { return "Timeline" }

// Status implements screen.Pane.
func (p *timelinePane) Status() string {
	if p.figure == nil {
		return p.screen.profileStatus()
	}
	text := fmt.Sprintf("%d spans", p.figure.Len())
	if p.filter != "" {
		text += " like " + p.filter
	}
	if p.least > 0 {
		text += " of at least " + plot.Duration(p.least)
	}
	return text
}

// Scopes implements screen.Pane.
func (p *timelinePane) Scopes() []action.Scope { return []action.Scope{timelineScope, pane.Figures} }

// Typing implements screen.Pane.
func (p *timelinePane) Typing() bool { return false }

// Type implements screen.Pane.
func (p *timelinePane) Type(string, bool) tea.Cmd { return nil }

// Key implements screen.Pane.
func (p *timelinePane) Key(string) (tea.Cmd, bool) { return nil, false }

// Figure implements screen.Drawing.
func (p *timelinePane) Figure() plot.Figure {
	if p.figure == nil {
		return nil
	}
	return p.figure
}

// Draw implements screen.Pane.
func (p *timelinePane) Draw(b *cells.Buffer, r cells.Rect, t *theme.Theme, _ bool) {
	r = results.Progress(p.screen.space, p.screen.profileJob)(b, r, t)
	if p.figure == nil {
		b.TextBlock(r.Inset(1, 0), p.screen.profileHint(), t.Muted.Over(t.Base))
		return
	}
	body, foot := r.Inset(1, 0).Bottom(1)
	rows := chart.Rows(body.H)
	if s := p.figure.Selected; s != nil {
		lane := p.figure.Lane(*s)
		p.figure.Top = min(max(p.figure.Top, lane-rows+1), lane)
	}
	p.figure.Top = max(min(p.figure.Top, p.figure.Lanes()-rows), 0)
	p.area = chart.Draw(b, body, p.figure, t)
	b.Scrollbar(r.X+r.W-1, p.area.Y, p.area.H, p.figure.Top, rows, p.figure.Lanes(), t.Faint.Over(t.Base))
	b.TextIn(foot.X, foot.Y, foot.W, p.describe(), t.Base)
}

// describe says what is selected and what is measured.
func (p *timelinePane) describe() string {
	text := "no span is selected"
	if r := p.figure.Selected; r != nil {
		s := p.figure.Span(*r)
		text = fmt.Sprintf("%s: %s from %s, on %s", p.figure.Names[s.Name], plot.Duration(s.Dur), plot.Duration(s.Start), p.figure.Tracks[r.Track].Name)
		if s.N > 1 {
			text += fmt.Sprintf(", %d of them", s.N)
		}
	}
	if p.from != nil {
		text += fmt.Sprintf(" · range from %s: r ends it", plot.Duration(*p.from))
	} else if w := p.figure.Range; w.Width() > 0 {
		text += fmt.Sprintf(" · range %s from %s", plot.Duration(w.Width()), plot.Duration(w.From))
	}
	return text
}

// Mouse implements screen.Pane.
func (p *timelinePane) Mouse(m screen.Mouse) tea.Cmd {
	if p.figure == nil || !p.area.Contains(m.X, m.Y) {
		return nil
	}
	at := p.figure.Window().Column(m.X-p.area.X, p.area.W)
	switch m.Kind {
	case screen.Press:
		if r, ok := p.figure.Find(p.figure.Top+m.Y-p.area.Y, at); ok {
			p.figure.Selected = &r
		}
	case screen.WheelUp:
		p.look(p.figure.Window().Zoom(1.5, at))
	case screen.WheelDown:
		p.look(p.figure.Window().Zoom(1/1.5, at))
	}
	return nil
}

// look changes the window.
func (p *timelinePane) look(w trace.Window) { p.figure.View = w.Within(p.figure.All()) }

// focus is the time that zooming keeps in place.
func (p *timelinePane) focus() time.Duration {
	w := p.figure.Window()
	if r := p.figure.Selected; r != nil {
		if at := p.figure.Span(*r).Start; at >= w.From && at < w.To {
			return at
		}
	}
	return w.From + w.Width()/2
}

// choose selects a span and brings it into sight.
func (p *timelinePane) choose(r trace.Ref) {
	p.figure.Selected = &r
	s := p.figure.Span(r)
	p.look(p.figure.Window().Show(s.Start, s.End()))
}

// beside selects the next span of the row, or the one before.
func (p *timelinePane) beside(n int) {
	f := p.figure
	if f.Selected == nil {
		if r, ok := f.Next(0, -1); ok {
			p.choose(r)
		}
		return
	}
	r := *f.Selected
	r.Span = min(max(r.Span+n, 0), len(f.Tracks[r.Track].Rows[r.Row])-1)
	p.choose(r)
}

// across selects what is on another line at about the same time.
func (p *timelinePane) across(n int) {
	f := p.figure
	lane, at := 0, f.Window().From
	if f.Selected != nil {
		lane, at = f.Lane(*f.Selected), p.focus()
	}
	if lane += n; lane >= 0 && lane < f.Lanes() {
		p.choose(f.Nearest(lane, at))
	}
}

// mark sets or takes away a bookmark.
func (p *timelinePane) mark(name string) {
	at := p.focus()
	if name == "" {
		name = string(rune('a' + len(p.whole.Marks)%26))
	}
	p.whole = p.whole.WithMark(trace.Mark{At: at, Name: name})
	p.rebuild()
}

// rebuild makes the figure anew and keeps what is looked at.
func (p *timelinePane) rebuild() {
	old := p.figure
	p.apply(old.View)
	p.figure.Range = old.Range
	if r := old.Selected; r != nil {
		if span, ok := p.figure.At(r.Track, old.Span(*r).Start); ok {
			p.figure.Selected = &span
		}
	}
}

// toMark goes to the next bookmark, and selects the span that begins there.
func (p *timelinePane) toMark() tea.Cmd {
	marks := p.whole.Marks
	if len(marks) == 0 {
		return p.screen.shell.Fail("there is no bookmark: b sets one")
	}
	w, from := p.figure.Window(), p.focus()
	i := max(slices.IndexFunc(marks, func(m trace.Mark) bool { return m.At > from }), 0)
	half := w.Width() / 2
	p.look(trace.Window{From: marks[i].At - half, To: marks[i].At - half + w.Width()})
	p.figure.Selected = nil
	for lane := range p.figure.Lanes() {
		if r := p.figure.Nearest(lane, marks[i].At); p.figure.Span(r).Start == marks[i].At {
			p.figure.Selected = &r
			break
		}
	}
	return nil
}

// measure starts a range at the selected span, or ends it behind it.
func (p *timelinePane) measure() {
	f := p.figure
	start, end := p.focus(), p.focus()
	if f.Selected != nil {
		start, end = f.Span(*f.Selected).Start, f.Span(*f.Selected).End()
	}
	switch {
	case p.from != nil:
		f.Range = trace.Window{From: min(*p.from, start), To: max(*p.from, end)}
		p.from = nil
	case f.Range.Width() > 0:
		f.Range = trace.Window{}
	default:
		p.from = &start
	}
}

// setFilter takes a filter over, if it is a regular expression.
func (p *timelinePane) setFilter(text string) (ok bool) {
	if _, err := regexp.Compile("(?i)" + text); err != nil {
		return false
	}
	if text != p.filter {
		p.filter = text
		p.rebuild()
	}
	return true
}

func (p *timelinePane) askFilter(text string) tea.Cmd {
	set := func(text string) tea.Cmd {
		if !p.setFilter(text) {
			return p.screen.shell.Fail(fmt.Sprintf("%q is no regular expression", text))
		}
		return nil
	}
	if text != "" {
		return set(text)
	}
	old := p.filter
	return p.screen.shell.Ask(screen.Prompt{Label: "only spans like", Value: p.filter, Hint: "regular expression, empty for all",
		Changed: func(text string) { p.setFilter(text) }, Cancelled: func() { p.setFilter(old) },
		Status: func() string { return fmt.Sprintf("%d spans", p.figure.Len()) },
		Done:   set})
}

func (p *timelinePane) askLeast(text string) tea.Cmd {
	set := func(text string) tea.Cmd {
		least, err := time.ParseDuration(text)
		if text == "" || text == "0" {
			least, err = 0, nil
		}
		if err != nil {
			return p.screen.shell.Fail(fmt.Sprintf("%q is no duration such as 10us or 1.5ms", text))
		}
		p.least = least
		p.rebuild()
		return nil
	}
	if text != "" {
		return set(text)
	}
	return p.screen.shell.Ask(screen.Prompt{Label: "at least", Hint: "10us, 1.5ms; empty for all", Done: set})
}

// save writes the timeline to a file, of which it asks the name if that is empty.
func (p *timelinePane) save(path string) tea.Cmd {
	if path == "" {
		return p.screen.shell.Ask(screen.Prompt{Label: "save timeline as", Value: "profile.trace", Done: func(path string) tea.Cmd {
			if path == "" {
				return nil
			}
			return p.save(path)
		}})
	}
	if !workbench.IsTrace(path) {
		return p.screen.shell.Fail(path + ": end the name in .trace, by which timelines are known")
	}
	return p.screen.space.SaveTrace(path, p.whole)
}

// actions are those of the pane.
func (p *timelinePane) actions() []*action.Action {
	needs := func() string {
		if p.figure == nil {
			return "nothing was profiled"
		}
		return ""
	}
	do := func(id, title, hint string, keys []string, f func()) *action.Action {
		return &action.Action{ID: "timeline-" + id, Title: title, Scope: timelineScope, Keys: keys, Hint: hint, Enabled: needs,
			Run: func(string) tea.Cmd { f(); return nil }}
	}
	pan := func(by float64) func() { return func() { p.look(p.figure.Window().Pan(by)) } }
	zoom := func(by float64) func() { return func() { p.look(p.figure.Window().Zoom(by, p.focus())) } }
	return []*action.Action{
		do("next", "Go to the next span of the line", "span", []string{"n"}, func() { p.beside(1) }),
		do("previous", "Go to the span before", "", []string{"N"}, func() { p.beside(-1) }),
		do("down", "Go to the line below", "", []string{"down", "j"}, func() { p.across(1) }),
		do("up", "Go to the line above", "", []string{"up", "k"}, func() { p.across(-1) }),
		do("zoom-in", "Show a shorter time", "zoom", []string{"+", "="}, zoom(2)),
		do("zoom-out", "Show a longer time", "", []string{"-"}, zoom(0.5)),
		do("zoom-span", "Let the selected span fill the width", "fit span", []string{"enter"}, func() {
			if r := p.figure.Selected; r != nil {
				s := p.figure.Span(*r)
				p.look(trace.Window{From: s.Start, To: s.End() + 1}.Zoom(0.9, s.Start+s.Dur/2))
			}
		}),
		do("fit", "Show everything", "all", []string{"0", "f"}, func() { p.figure.View = trace.Window{} }),
		do("right", "Go on in time", "", []string{"right", "l"}, pan(0.1)),
		do("left", "Go back in time", "", []string{"left", "h"}, pan(-0.1)),
		do("page-right", "Go on by a whole window", "", []string{"shift+right", "L", "pgdown"}, pan(1)),
		do("page-left", "Go back by a whole window", "", []string{"shift+left", "H", "pgup"}, pan(-1)),
		do("first", "Go to the start", "", []string{"home", "g"}, func() { p.look(p.figure.Window().Pan(-1e9)) }),
		do("last", "Go to the end", "", []string{"end", "G"}, func() { p.look(p.figure.Window().Pan(1e9)) }),
		do("range", "Measure from the selected span to another one, or end measuring", "range", []string{"r"}, p.measure),
		{ID: "timeline-bookmark", Title: "Set or take away a bookmark at the selected span", Scope: timelineScope, Keys: []string{"b"}, Arg: "NAME", Enabled: needs,
			Run: func(name string) tea.Cmd { p.mark(name); return nil }},
		{ID: "timeline-to-bookmark", Title: "Go to the next bookmark", Scope: timelineScope, Keys: []string{"'"}, Enabled: needs, Run: func(string) tea.Cmd { return p.toMark() }},
		{ID: "timeline-save", Title: "Save the timeline, with its bookmarks: zmlx FILE.trace opens it", Scope: timelineScope, Keys: []string{"w"}, Arg: "FILE.trace", Enabled: needs, Run: p.save},
		{ID: "timeline-filter", Title: "Show only spans with a name", Scope: timelineScope, Keys: []string{"/"}, Arg: "REGEXP", Hint: "filter", Enabled: needs, Run: p.askFilter},
		{ID: "timeline-longer", Title: "Show only spans of a length at least", Scope: timelineScope, Keys: []string{"d"}, Arg: "DURATION", Enabled: needs, Run: p.askLeast},
	}
}
