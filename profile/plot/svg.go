package plot

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// The size of a drawing in SVG units; charts of boxes are as high as they
// need.
const (
	svgWidth  = 880.0
	svgHeight = 360.0
	svgRow    = 22.0
	svgChar   = 6.6 // the width of a character of the labels
)

// svgStyle follows the reader's choice of light or dark.
const svgStyle = `text{font:11px ui-monospace,Menlo,Consolas,monospace;fill:var(--fg)}.m{fill:var(--muted)}.a{stroke:var(--muted);fill:none}
.l{fill:none;stroke-width:1.6}.e{text-anchor:end}.c{text-anchor:middle}.b{stroke:var(--bg);stroke-width:1}.s{stroke:var(--fg);stroke-width:2}.q{opacity:.25}
svg{--fg:#24292f;--muted:#6a737d;--bg:#fff;--s0:#1f5fbf;--s1:#9a5b00;--s2:#1b7a2f;--s3:#c01040;--s4:#7028c8;--s5:#0b6f78;background:var(--bg)}
@media(prefers-color-scheme:dark){svg{--fg:#d6d9e2;--muted:#8b93a5;--bg:#181a21;--s0:#7fb4ff;--s1:#f9c96a;--s2:#8fdc8f;--s3:#f38ba8;--s4:#c9a0ff;--s5:#70d8d8}}`

// drawing is an SVG under way.
type drawing struct {
	strings.Builder
	c          Chart
	x, y, w, h float64 // the area between the axes
}

// SVG draws a figure as a stand-alone picture, which may also stand inside
// HTML. Its description is the figure's text.
func SVG(f Figure, title string) string {
	d := &drawing{c: f.Chart(96, 40), x: 8, y: 44, h: svgHeight - 84}
	margin := 0
	for _, t := range d.c.Y.Ticks {
		margin = max(margin, len([]rune(t.Label)))
	}
	d.x += float64(min(margin, 24))*svgChar + 8
	d.w = svgWidth - d.x - 16
	if d.c.Rows > 0 {
		d.h = float64(d.c.Rows) * svgRow
	}
	height := d.y + d.h + 40
	fmt.Fprintf(d, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img">`+"\n", svgWidth, height, svgWidth, height)
	fmt.Fprintf(d, "<title>%s</title>\n<desc>%s</desc>\n<style>%s</style>\n", html.EscapeString(title), html.EscapeString(f.Text()), svgStyle)
	d.text(8, 16, "", title)
	if d.c.Empty != "" {
		d.text(8, 40, "m", d.c.Empty)
	} else {
		d.axes()
		for _, m := range d.c.Marks {
			d.mark(m)
		}
	}
	d.WriteString("</svg>\n")
	return d.String()
}

func (d *drawing) text(x, y float64, class, text string) {
	fmt.Fprintf(d, `<text x="%.1f" y="%.1f" class="%s">%s</text>`+"\n", x, y, class, html.EscapeString(text))
}

func (d *drawing) px(v float64) float64 { return d.x + d.c.X.At(v)*d.w }
func (d *drawing) py(v float64) float64 { return d.y + (1-d.c.Y.At(v))*d.h }

func (d *drawing) axes() {
	d.text(8, 34, "m", d.c.Y.Label)
	right := d.x + d.w
	for i := len(d.c.Legend) - 1; i >= 0; i-- {
		e := d.c.Legend[i]
		text := strings.TrimSpace(string(e.Sign) + " " + e.Name)
		fmt.Fprintf(d, `<text x="%.1f" y="34" class="e" style="fill:%s">%s</text>`+"\n", right, colour(e.Series), html.EscapeString(text))
		right -= float64(len([]rune(text))+2) * svgChar
	}
	foot := d.y + d.h
	fmt.Fprintf(d, `<path class="a" d="M%.1f %.1fV%.1fH%.1f"/>`+"\n", d.x, d.y, foot, d.x+d.w)
	for _, t := range d.c.Y.Ticks {
		d.text(d.x-6, d.py(t.At)+4, "m e", short(t.Label, 24))
	}
	end := 0.0
	for _, t := range d.c.X.Ticks {
		half := float64(len([]rune(t.Label))) * svgChar / 2
		x := d.px(t.At)
		if x-half < end || x > d.x+d.w+1 {
			continue
		}
		end = x + half + svgChar
		fmt.Fprintf(d, `<path class="a" d="M%.1f %.1fv4"/>`, x, foot)
		d.text(x, foot+16, "m c", t.Label)
	}
	d.text(d.x+d.w, foot+32, "m e", d.c.X.Label)
}

func short(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:max(n-1, 0)]) + "…"
	}
	return s
}

// colour is that of a series; those below 0 are neutral.
func colour(series int) string {
	if series < 0 {
		return "var(--muted)"
	}
	return fmt.Sprintf("var(--s%d)", series%6)
}

func (d *drawing) mark(m any) {
	switch m := m.(type) {
	case Line:
		dash := ""
		if m.Dashed {
			dash = ` stroke-dasharray="5 4"`
		}
		fmt.Fprintf(d, `<polyline class="l" stroke="%s"%s points="`, colour(m.Series), dash)
		for _, p := range m.Points {
			fmt.Fprintf(d, "%.1f,%.1f ", d.px(p.X), d.py(p.Y))
		}
		d.WriteString("\"/>\n")
	case Bar:
		x, y := d.px(m.X0), d.py(m.Y)
		fmt.Fprintf(d, `<rect class="b" x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", x, y, d.px(m.X1)-x, d.y+d.h-y, colour(m.Series))
	case Box:
		d.box(m)
	case Grid:
		d.grid(m)
	case Sign:
		d.sign(m)
	case Rule:
		fmt.Fprintf(d, `<path class="l" stroke="%s" stroke-dasharray="2 3" d="M%.1f %.1fV%.1f"/>`, colour(m.Series), d.px(m.X), d.y, d.y+d.h)
		d.text(d.px(m.X)+3, d.y-3, "m", m.Label)
	}
}

func (d *drawing) box(m Box) {
	x, w := d.px(m.X0), max(d.px(m.X1)-d.px(m.X0), 0.7)
	y := d.y + float64(m.Row)*svgRow
	class, opacity := "b", 0.45
	if m.Muted {
		opacity = 0.12
	}
	if m.Strong {
		class, opacity = "s", 0.8
	}
	fmt.Fprintf(d, `<g><title>%s</title><rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s" fill-opacity="%.2f"/>`,
		html.EscapeString(m.Detail), class, x, y+1, w, svgRow-2, colour(m.Series), opacity)
	if n := int((w - 6) / svgChar); n >= 3 {
		d.text(x+4, y+15, "", short(m.Label, n))
	}
	d.WriteString("</g>\n")
}

// grid draws levels as opacity, and NaN as a cross.
func (d *drawing) grid(m Grid) {
	w, h := d.w/float64(m.Cols), d.h/float64(m.Rows)
	for i, l := range m.Levels {
		x, y := d.x+float64(i%m.Cols)*w, d.y+float64(i/m.Cols)*h
		switch {
		case math.IsNaN(l):
			fmt.Fprintf(d, `<path class="l" stroke="%s" d="M%.1f %.1fl%.1f %.1fm0 %.1fl%.1f %.1f"/>`, colour(3), x, y, w, h, -h, -w, h)
		case l > 0:
			fmt.Fprintf(d, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s" fill-opacity="%.2f"/>`, x, y, w, h, colour(0), 0.15+0.85*l)
		}
	}
	d.WriteByte('\n')
}

func (d *drawing) sign(m Sign) {
	x, y := d.px(m.X), d.py(m.Y)
	if m.Rune != 0 {
		fmt.Fprintf(d, `<text x="%.1f" y="%.1f" class="c" style="font-size:14px;fill:%s">%c</text>`, x, y+5, colour(m.Series), m.Rune)
		x += 8
	}
	if m.Label == "" {
		d.WriteByte('\n')
		return
	}
	class := ""
	if x+float64(len([]rune(m.Label)))*svgChar > d.x+d.w {
		class, x = "e", x-16
	}
	d.text(x, y-4, class, m.Label)
}
