// Package chart draws the figures of package plot into a cell buffer, with
// braille, blocks and runs of colour.
package chart

import (
	"math"

	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
)

// canvas is a chart under way.
type canvas struct {
	b    *cells.Buffer
	t    *theme.Theme
	c    plot.Chart
	area cells.Rect // between the axes
}

// low is the height below which a figure has no axis along its foot.
const low = 5

// Rows is how many lines of boxes a figure of a height shows.
func Rows(height int) int {
	if height < low {
		return max(height, 1)
	}
	return height - 3
}

// Draw draws a figure into r and returns the area between its axes, empty if
// there is no room or nothing to draw.
func Draw(b *cells.Buffer, r cells.Rect, f plot.Figure, t *theme.Theme) cells.Rect {
	d := canvas{b: b, t: t, c: f.Chart(r.W-8, Rows(r.H))}
	if r.W < 16 || r.H < low && d.c.Rows == 0 {
		b.TextBlock(r, "There is no room for the figure.", t.Muted.Over(t.Base))
		return cells.Rect{}
	}
	if d.c.Empty != "" {
		b.TextIn(r.X, r.Y, r.W, d.c.Empty, t.Muted.Over(t.Base))
		return cells.Rect{}
	}
	d.axes(r)
	defer b.Clip(d.area)()
	for _, m := range d.c.Marks {
		d.mark(m)
	}
	return d.area
}

func (d *canvas) series(i int) cells.Style {
	if i < 0 {
		return d.t.Muted.Over(d.t.Base)
	}
	return d.t.Series[i%len(d.t.Series)].Over(d.t.Base)
}

// place puts a value of an axis on one of n cells.
func place(at float64, n int) int { return int(at*float64(n-1) + 0.5) }

// axes draws the axes and the legend, and finds the area between them.
func (d *canvas) axes(r cells.Rect) {
	line, label := d.t.Faint.Over(d.t.Base), d.t.Muted.Over(d.t.Base)
	margin := 0
	for _, t := range d.c.Y.Ticks {
		margin = max(margin, min(cells.Width(t.Label), r.W/4))
	}
	whole := r
	if whole.H >= low {
		r = d.legend(r, label)
	}
	if d.c.Rows > 0 { // lines of boxes are as high as text
		r, _ = r.Top(min(d.c.Rows, r.H-2) + 2)
	}
	r, foot := r.Bottom(2)
	if whole.H < low {
		r = whole
	}
	_, area := r.Left(margin + 1)
	d.area = area
	for row := range area.H {
		d.b.Set(area.X-1, area.Y+row, '│', line)
	}
	for _, t := range d.c.Y.Ticks {
		if row := area.Y + d.row(t.At); row >= area.Y && row < area.Y+area.H {
			d.b.TextRight(area.X-1, row, cells.Truncate(t.Label, margin), label)
			d.b.Set(area.X-1, row, '┤', line)
		}
	}
	if whole.H < low {
		return
	}
	d.b.Set(area.X-1, foot.Y, '└', line)
	for col := range area.W {
		d.b.Set(area.X+col, foot.Y, '─', line)
	}
	right := area.X + area.W - cells.Width(d.c.X.Label)
	d.b.Text(right, foot.Y+1, d.c.X.Label, label)
	end := area.X - 1
	for _, t := range d.c.X.Ticks {
		col := area.X + place(d.c.X.At(t.At), area.W)
		w := cells.Width(t.Label)
		at := min(max(col-w/2, area.X), area.X+area.W-w)
		if col < area.X || col >= area.X+area.W || at <= end || at+w > right-1 && d.c.X.Label != "" {
			continue
		}
		d.b.Set(col, foot.Y, '┬', line)
		end = d.b.Text(at, foot.Y+1, t.Label, label)
	}
}

// legend draws what stands above a figure, and returns what is left.
func (d *canvas) legend(r cells.Rect, label cells.Style) cells.Rect {
	top, rest := r.Top(1)
	x := top.X + top.W
	for i := len(d.c.Legend) - 1; i >= 0; i-- {
		e := d.c.Legend[i]
		text := string(e.Sign) + " " + e.Name
		x -= cells.Width(text)
		d.b.Text(x, top.Y, text, d.series(e.Series))
		x -= 2
	}
	d.b.TextIn(top.X, top.Y, max(x-top.X, 0), d.c.Y.Label, label)
	return rest
}

// row is the line of a value of the Y axis, counted from the top.
func (d *canvas) row(v float64) int {
	if d.c.Rows > 0 {
		return int(v)
	}
	return d.area.H - 1 - place(d.c.Y.At(v), d.area.H)
}

func (d *canvas) mark(m any) {
	switch m := m.(type) {
	case plot.Line:
		d.line(m)
	case plot.Bar:
		d.bar(m)
	case plot.Box:
		d.box(m)
	case plot.Grid:
		d.grid(m)
	case plot.Sign:
		d.sign(m)
	case plot.Rule:
		x := d.area.X + place(d.c.X.At(m.X), d.area.W)
		for y := range d.area.H {
			d.b.Set(x, d.area.Y+y, '┊', d.series(m.Series))
		}
		d.b.Text(x, d.area.Y, m.Label, d.series(m.Series).With(cells.Bold))
	}
}

func (d *canvas) line(m plot.Line) {
	w, h := 2*d.area.W-1, 4*d.area.H-1
	dots := newDots(d.area.W, d.area.H)
	for i, p := range m.Points {
		x, y := int(d.c.X.At(p.X)*float64(w)), int(d.c.Y.At(p.Y)*float64(h))
		if i > 0 {
			q := m.Points[i-1]
			dots.line(int(d.c.X.At(q.X)*float64(w)), int(d.c.Y.At(q.Y)*float64(h)), x, y, m.Dashed)
		}
	}
	dots.draw(d.b, d.area.X, d.area.Y, d.series(m.Series))
}

var bars = []rune("▁▂▃▄▅▆▇█")

func (d *canvas) bar(m plot.Bar) {
	from, to := int(d.c.X.At(m.X0)*float64(d.area.W)), int(d.c.X.At(m.X1)*float64(d.area.W))
	if to-from > 2 {
		to--
	}
	eighths := max(int(d.c.Y.At(m.Y)*float64(d.area.H*8)+0.5), 1)
	style := d.series(m.Series)
	for row := range d.area.H {
		fill := min(eighths-8*row, 8)
		if fill <= 0 {
			break
		}
		for col := from; col < max(to, from+1); col++ {
			d.b.Set(d.area.X+col, d.area.Y+d.area.H-1-row, bars[fill-1], style)
		}
	}
}

// box draws a box as a run of its colour that starts with an edge; without
// colours, what fills it tells it from its neighbours.
func (d *canvas) box(m plot.Box) {
	x0 := d.area.X + int(d.c.X.At(m.X0)*float64(d.area.W))
	x1 := max(d.area.X+int(d.c.X.At(m.X1)*float64(d.area.W)), x0+1)
	x0, x1 = max(x0, d.area.X), min(x1, d.area.X+d.area.W)
	y := d.area.Y + m.Row
	colour := d.series(m.Series)
	style, fill := colour, '─'
	if d.t.Profile > cells.ANSI16 {
		style, fill = d.t.Base.Background(d.t.Base.Bg.Mix(colour.Fg, 0.32)), ' '
	}
	switch {
	case m.Muted:
		style, fill = d.t.Faint.Over(d.t.Base), '╌'
	case m.Strong:
		style = d.t.Selection.Over(d.t.Base).With(cells.Bold)
	}
	for x := x0; x < x1; x++ {
		d.b.Set(x, y, fill, style)
	}
	edge := '▌'
	if m.Count > 1 {
		edge = '▒'
	}
	d.b.Set(x0, y, edge, colour.Over(style))
	if room := x1 - x0 - 1; room >= 2 {
		d.b.TextIn(x0+1, y, room, m.Label, style)
	}
}

var shades = []rune{'·', '░', '▒', '▓', '█'}

// grid draws each level as a block of equal cells.
func (d *canvas) grid(m plot.Grid) {
	for y := range d.area.H {
		for x := range d.area.W {
			level := m.Levels[y*m.Rows/d.area.H*m.Cols+x*m.Cols/d.area.W]
			if math.IsNaN(level) {
				d.b.Set(d.area.X+x, d.area.Y+y, '?', d.t.Error.With(cells.Reverse).Over(d.t.Base))
				continue
			}
			sign := shades[int(math.Ceil(level*float64(len(shades)-1)))]
			d.b.Set(d.area.X+x, d.area.Y+y, sign, d.t.Base.Foreground(d.t.Heat(level)))
		}
	}
}

func (d *canvas) sign(m plot.Sign) {
	style := d.series(m.Series)
	if m.Series < 0 {
		style = d.t.Accent.Over(d.t.Base)
	}
	if m.Strong {
		style = style.With(cells.Bold)
	}
	x, y := d.area.X+d.column(m.X), d.area.Y+d.row(m.Y)
	label, w := m.Label, cells.Width(m.Label)
	left, right := x-d.area.X-1, d.area.X+d.area.W-x // the room beside it
	if m.Rune != 0 {
		d.b.Set(x, y, m.Rune, style)
		x, right = x+2, right-2
	}
	switch {
	case w <= right:
	case m.Rune == 0:
		x = max(x-w-3, d.area.X)
	case left > right: // never on the sign itself
		label = cells.Truncate(label, left)
		x = d.area.X + left - cells.Width(label)
	default:
		label = cells.Truncate(label, right)
	}
	d.b.Text(x, y, label, style)
}

// column is the one of a value of the X axis.
func (d *canvas) column(v float64) int { return place(d.c.X.At(v), d.area.W) }
