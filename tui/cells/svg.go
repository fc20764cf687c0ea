package cells

import (
	"fmt"
	"html"
	"strings"
)

// SVGOptions say how a frame becomes a picture.
type SVGOptions struct {
	Title  string // shown in the window's bar; also the accessible title
	Fg, Bg Color  // what stands for the terminal's own colours
	Bare   bool   // without a window around it
}

// The size of a cell in SVG units.
const (
	cellW    = 8.4
	cellH    = 18.0
	fontSize = 14
	baseline = 13.5
)

// SVG draws the buffer as a picture of a terminal. Lines, blocks and braille
// are drawn as shapes, so that they join whatever the font.
func (b *Buffer) SVG(o SVGOptions) string {
	margin, bar := 14.0, 34.0
	if o.Bare {
		margin, bar = 0, 0
	}
	w := float64(b.W)*cellW + 2*margin
	h := float64(b.H)*cellH + margin + max(bar, margin)
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.1f %.1f" role="img">`+"\n", w, h, w, h)
	fmt.Fprintf(&out, "<title>%s</title>\n", html.EscapeString(o.Title))
	fmt.Fprintf(&out, "<style>text{font-family:ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:%dpx;white-space:pre}.b{font-weight:bold}.i{font-style:italic}.u{text-decoration:underline}</style>\n", fontSize)
	fmt.Fprintf(&out, `<rect width="%.1f" height="%.1f" rx="%d" fill="%s"/>`+"\n", w, h, map[bool]int{false: 10}[o.Bare], o.Bg)
	if !o.Bare {
		for i, c := range []string{"#ff5f57", "#febc2e", "#28c840"} {
			fmt.Fprintf(&out, `<circle cx="%d" cy="17" r="6" fill="%s"/>`, 20+20*i, c)
		}
		fmt.Fprintf(&out, `<text x="%.1f" y="21" text-anchor="middle" fill="%s" opacity="0.7">%s</text>`+"\n", w/2, o.Fg, html.EscapeString(o.Title))
	}
	fmt.Fprintf(&out, `<g transform="translate(%.1f %.1f)">`+"\n", margin, max(bar, margin))
	for y := range b.H {
		b.svgLine(&out, y, o)
	}
	out.WriteString("</g>\n</svg>\n")
	return out.String()
}

// visible resolves the terminal's own colours and reversal.
func (o SVGOptions) visible(s Style) (fg, bg Color) {
	fg, bg = s.Fg, s.Bg
	if !fg.IsSet() {
		fg = o.Fg
	}
	if !bg.IsSet() {
		bg = o.Bg
	}
	if s.Attr&Reverse != 0 {
		fg, bg = bg, fg
	}
	if s.Attr&Dim != 0 {
		fg = fg.Mix(bg, 0.35)
	}
	return fg, bg
}

func (b *Buffer) svgLine(out *strings.Builder, y int, o SVGOptions) {
	for x := 0; x < b.W; { // backgrounds, by colour
		_, bg := o.visible(b.At(x, y).Style)
		end := x + 1
		for end < b.W {
			if _, next := o.visible(b.At(end, y).Style); next != bg {
				break
			}
			end++
		}
		if bg != o.Bg {
			fmt.Fprintf(out, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n",
				float64(x)*cellW, float64(y)*cellH, float64(end-x)*cellW+0.3, cellH+0.3, bg)
		}
		x = end
	}
	for x := 0; x < b.W; { // characters, by style
		c := b.At(x, y)
		fg, _ := o.visible(c.Style)
		if c.Rune == ' ' && c.Style.Attr&Underline == 0 || c.Rune == 0 {
			x++
			continue
		}
		if shape := shapeOf(c.Rune); shape != "" {
			n := 1
			for stretches(c.Rune) && b.At(x+n, y) == c && x+n < b.W {
				n++
			}
			scale := ""
			if n > 1 {
				scale = fmt.Sprintf(" scale(%d 1)", n)
			}
			fmt.Fprintf(out, `<path transform="translate(%.1f %.1f)%s" %s/>`+"\n", float64(x)*cellW, float64(y)*cellH, scale,
				strings.ReplaceAll(shape, "COLOR", fg.String()))
			x += n
			continue
		}
		end, text := x, strings.Builder{}
		for end < b.W {
			next := b.At(end, y)
			if next.Rune != 0 && (next.Style != c.Style || shapeOf(next.Rune) != "") {
				break
			}
			if next.Rune == ' ' && b.At(end+1, y).Rune == ' ' && c.Style.Attr&Underline == 0 {
				break // not every viewer keeps blanks in a row
			}
			if next.Rune != 0 {
				text.WriteRune(next.Rune)
				text.WriteString(b.marksOf(next))
			}
			end++
		}
		run := strings.TrimRight(text.String(), " ")
		if c.Style.Attr&Underline != 0 {
			run = text.String()
		}
		var class []string
		for _, a := range []struct {
			attr Attr
			name string
		}{{Bold, "b"}, {Italic, "i"}, {Underline, "u"}} {
			if c.Style.Attr&a.attr != 0 {
				class = append(class, a.name)
			}
		}
		attr := ""
		if len(class) > 0 {
			attr = ` class="` + strings.Join(class, " ") + `"`
		}
		fmt.Fprintf(out, `<text x="%.1f" y="%.1f" textLength="%.1f" lengthAdjust="spacingAndGlyphs" fill="%s"%s>%s</text>`+"\n",
			float64(x)*cellW, float64(y)*cellH+baseline, float64(Width(run))*cellW, fg, attr, html.EscapeString(run))
		x = end
	}
}
