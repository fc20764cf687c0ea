// Package theme gives every role on the screen a style, derived from a chroma
// style, so that code and interface agree.
//
// Colour never carries a state alone: whoever draws a state adds a sign or a
// word. Without colours, selections and the like are told by attributes.
package theme

import (
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/chroma/v2"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/highlight"
)

// Theme holds the styles by role.
type Theme struct {
	Name    string
	Profile cells.Profile

	Base, Muted, Faint   cells.Style // text, in falling importance
	Border, BorderFocus  cells.Style
	Title, TitleFocus    cells.Style
	Accent               cells.Style
	Bar, BarKey          cells.Style // header and footer
	Panel, PanelBorder   cells.Style // dialogs
	Selection            cells.Style // the chosen row, or selected text
	CursorLine, Cursor   cells.Style
	Match, MatchCurrent  cells.Style // of a search
	Bracket              cells.Style // the matching one
	Error, Warning, Info cells.Style
	OK                   cells.Style
	Added, Removed       cells.Style // lines of a diff
	Series               []cells.Style
	syntax               [highlight.Kinds]cells.Style
	ramp                 []cells.Color
}

// Names lists the themes that are built in.
func Names() []string { return []string{"dark", "light", "contrast"} }

// New makes the theme of a name, or of one of chroma's style files (*.xml).
func New(name string, p cells.Profile) (*Theme, error) {
	minimum := 4.5 // WCAG AA
	if name == "contrast" {
		minimum = 7 // WCAG AAA
	}
	if entries, ok := styles[name]; ok {
		s, err := chroma.NewStyle(name, entries)
		if err != nil {
			return nil, err
		}
		return build(name, s, p, minimum), nil
	}
	if !strings.HasSuffix(name, ".xml") {
		return nil, fmt.Errorf("unknown theme %q: choose dark, light, contrast, or the path of a chroma style (*.xml)", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, err := chroma.NewXMLStyle(f)
	if err != nil {
		return nil, fmt.Errorf("%s is no chroma style: %w", name, err)
	}
	return build(name, s, p, minimum), nil
}

func build(name string, s *chroma.Style, p cells.Profile, minimum float64) *Theme {
	colour := func(c chroma.Colour) cells.Color {
		if !c.IsSet() {
			return 0
		}
		return cells.RGB(c.Red(), c.Green(), c.Blue())
	}
	entry := s.Get(chroma.Background)
	fg, bg := colour(entry.Colour), colour(entry.Background)
	if !bg.IsSet() {
		bg = cells.RGB(255, 255, 255)
	}
	if !fg.IsSet() {
		fg = cells.RGB(0, 0, 0)
		if bg.Luminance() < 0.2 {
			fg = cells.RGB(255, 255, 255)
		}
	}
	far := cells.RGB(0, 0, 0) // the pole away from the background
	if bg.Luminance() < 0.2 {
		far = cells.RGB(255, 255, 255)
	}
	legible := func(c cells.Color, ratio float64) cells.Color {
		for i := 0; i < 20 && cells.Contrast(c, bg) < ratio; i++ {
			c = c.Mix(far, 0.1)
		}
		return c
	}
	dark := bg.Luminance() < 0.2
	pick := func(onDark, onLight string) cells.Style {
		if dark {
			return cells.Style{Fg: legible(cells.Hex(onDark), minimum)}
		}
		return cells.Style{Fg: legible(cells.Hex(onLight), minimum)}
	}
	t := &Theme{Name: name, Profile: p}
	for kind, token := range tokens {
		e := s.Get(token)
		st := cells.Style{Fg: legible(colour(e.Colour), minimum)}
		if !st.Fg.IsSet() {
			st.Fg = fg
		}
		if e.Bold == chroma.Yes {
			st.Attr |= cells.Bold
		}
		if e.Italic == chroma.Yes {
			st.Attr |= cells.Italic
		}
		t.syntax[kind] = st
	}
	accent := t.syntax[highlight.Keyword].Fg
	muted := legible(fg.Mix(bg, 0.35), minimum)
	t.Base = cells.Style{Fg: fg, Bg: bg}
	t.Muted = cells.Style{Fg: muted}
	t.Faint = cells.Style{Fg: legible(fg.Mix(bg, 0.65), 2.2)}
	t.Border = cells.Style{Fg: fg.Mix(bg, 0.72)}
	if name == "contrast" {
		t.Faint, t.Border = t.Muted, t.Muted
	}
	t.BorderFocus = cells.Style{Fg: accent}
	t.Title = cells.Style{Fg: muted}
	t.TitleFocus = cells.Style{Fg: accent, Attr: cells.Bold}
	t.Accent = cells.Style{Fg: accent}
	t.Bar = cells.Style{Fg: muted, Bg: bg.Mix(fg, 0.07)}
	t.BarKey = cells.Style{Fg: accent, Bg: bg.Mix(fg, 0.07), Attr: cells.Bold}
	t.Panel = cells.Style{Fg: fg, Bg: bg.Mix(fg, 0.06)}
	t.PanelBorder = cells.Style{Fg: accent, Bg: t.Panel.Bg}
	t.Selection = cells.Style{Bg: bg.Mix(accent, 0.28)}
	t.CursorLine = cells.Style{Bg: bg.Mix(fg, 0.06)}
	t.Cursor = cells.Style{Fg: bg, Bg: fg}
	t.Match = cells.Style{Bg: bg.Mix(cells.Hex("#e5a50a"), 0.35)}
	t.MatchCurrent = cells.Style{Fg: cells.Hex("#000000"), Bg: cells.Hex("#f5c211")}
	t.Bracket = cells.Style{Bg: bg.Mix(accent, 0.4), Attr: cells.Bold}
	t.Error = pick("#f38ba8", "#c01040").With(cells.Bold)
	t.Warning = pick("#f9c96a", "#9a5b00")
	t.Info = pick("#7fb4ff", "#1858c0")
	t.OK = pick("#8fdc8f", "#1b7a2f")
	t.Added = cells.Style{Bg: bg.Mix(cells.Hex("#26a269"), 0.22)}
	t.Removed = cells.Style{Bg: bg.Mix(cells.Hex("#e01b24"), 0.22)}
	for _, pair := range [][2]string{{"#7fb4ff", "#1858c0"}, {"#f9c96a", "#9a5b00"}, {"#8fdc8f", "#1b7a2f"}, {"#f38ba8", "#c01040"}, {"#c9a0ff", "#7028c8"}, {"#70d8d8", "#0b6f78"}} {
		t.Series = append(t.Series, pick(pair[0], pair[1]))
	}
	t.ramp = ramp(dark)
	t.fewColours()
	return t
}

// fewColours replaces backgrounds, which are too coarse in 16 colours and
// absent without, by attributes.
func (t *Theme) fewColours() {
	if t.Profile > cells.ANSI16 {
		return
	}
	t.Base = cells.Style{}
	t.Bar, t.Panel = cells.Style{}, cells.Style{}
	t.BarKey = cells.Style{Fg: t.BarKey.Fg, Attr: cells.Bold}
	t.PanelBorder = cells.Style{Fg: t.PanelBorder.Fg}
	t.CursorLine = cells.Style{}
	for _, s := range []*cells.Style{&t.Selection, &t.Cursor, &t.MatchCurrent} {
		*s = cells.Style{Attr: cells.Reverse}
	}
	for _, s := range []*cells.Style{&t.Match, &t.Bracket} {
		*s = cells.Style{Attr: cells.Underline | cells.Bold}
	}
	t.Added = cells.Style{Fg: t.OK.Fg}
	t.Removed = cells.Style{Fg: t.Error.Fg}
	t.syntax[highlight.Text] = cells.Style{}
	for k := range t.syntax {
		if s := &t.syntax[k]; s.Fg.Grey16() {
			s.Fg = 0
		}
	}
	t.Muted.Fg, t.Title.Fg = 0, 0
	t.Faint = cells.Style{Attr: cells.Dim}
	t.Border = cells.Style{Attr: cells.Dim}
}

var tokens = [highlight.Kinds]chroma.TokenType{
	highlight.Text:         chroma.Text,
	highlight.Keyword:      chroma.Keyword,
	highlight.Type:         chroma.KeywordType,
	highlight.Builtin:      chroma.NameBuiltin,
	highlight.Function:     chroma.NameFunction,
	highlight.Attribute:    chroma.NameDecorator,
	highlight.Key:          chroma.NameTag,
	highlight.String:       chroma.LiteralString,
	highlight.Number:       chroma.LiteralNumber,
	highlight.Comment:      chroma.Comment,
	highlight.Preprocessor: chroma.CommentPreproc,
	highlight.Operator:     chroma.Operator,
	highlight.Punctuation:  chroma.Punctuation,
	highlight.Invalid:      chroma.Error,
}

// Syntax is the style of a kind of code.
func (t *Theme) Syntax(k highlight.Kind) cells.Style { return t.syntax[k] }

// ramp is a sequential palette of even steps in lightness, from least to most.
func ramp(dark bool) []cells.Color {
	stops := []string{"#2a2a4a", "#3b4a8c", "#2a7a9c", "#26a07f", "#86c04a", "#f2d43d", "#ff7a3d"}
	if !dark {
		stops = []string{"#e8ecf4", "#c2d4ec", "#93c1d8", "#5aa9b0", "#3a8a6c", "#8a6a10", "#a02a10"}
	}
	var out []cells.Color
	const steps = 8
	for i := range len(stops) - 1 {
		for j := range steps {
			out = append(out, cells.Hex(stops[i]).Mix(cells.Hex(stops[i+1]), float64(j)/steps))
		}
	}
	return append(out, cells.Hex(stops[len(stops)-1]))
}

// Heat is a colour for a value from 0 to 1.
func (t *Theme) Heat(v float64) cells.Color {
	if !(v > 0) {
		v = 0
	}
	return t.ramp[int(min(v, 1)*float64(len(t.ramp)-1)+0.5)]
}
