// Package layout decides where things go on the screen. Compute is a pure
// function of the terminal's size and a little state, so that the same state
// survives every resize.
package layout

import "github.com/zmlx/zmlx/tui/cells"

// The smallest terminal, and the widths from which two and three panes stand
// side by side.
const (
	MinWidth, MinHeight = 80, 24
	TwoColumns          = 120
	ThreeColumns        = 160
)

// Role says what a pane is for; it decides its place.
type Role uint8

// The roles, in the order of a screen's panes.
const (
	Side   Role = iota // lists that one chooses from
	Main               // what one works on
	Aux                // what belongs beside it
	Bottom             // messages and results
)

// Zoom is how much room the focused pane gets.
type Zoom uint8

// The zooms, in the order in which they cycle.
const (
	Normal Zoom = iota
	Half
	Full
)

// State is what the layout depends on beside the size.
type State struct {
	Panes []Role // of the screen, each at most once
	Focus int    // index into Panes
	Zoom  Zoom
}

// Frame is where things go. Panes has a rectangle for each pane of the state,
// empty if it is not visible.
type Frame struct {
	TooSmall       bool
	Header, Footer cells.Rect
	Panes          []cells.Rect
}

// Compute lays a screen out.
func Compute(w, h int, s State) Frame {
	f := Frame{Panes: make([]cells.Rect, len(s.Panes))}
	if w < MinWidth || h < MinHeight {
		f.TooSmall = true
		return f
	}
	body := cells.Rect{W: w, H: h}
	f.Header, body = body.Top(1)
	body, f.Footer = body.Bottom(1)
	if len(s.Panes) == 0 {
		return f
	}
	focus := min(max(s.Focus, 0), len(s.Panes)-1)
	if s.Zoom == Full {
		f.Panes[focus] = body
		return f
	}
	p := places{frame: &f, roles: s.Panes, focus: s.Panes[focus], zoom: s.Zoom}
	body = p.bottom(body)
	p.columns(body, columnsFor(w))
	return f
}

func columnsFor(w int) int {
	switch {
	case w >= ThreeColumns:
		return 3
	case w >= TwoColumns:
		return 2
	}
	return 1
}

type places struct {
	frame *Frame
	roles []Role
	focus Role
	zoom  Zoom
}

func (p *places) has(r Role) bool {
	for _, role := range p.roles {
		if role == r {
			return true
		}
	}
	return false
}

func (p *places) set(r Role, rect cells.Rect) {
	for i, role := range p.roles {
		if role == r {
			p.frame.Panes[i] = rect
		}
	}
}

// bottom places the bottom pane and returns what is left above it.
func (p *places) bottom(body cells.Rect) cells.Rect {
	if !p.has(Bottom) {
		return body
	}
	if len(p.roles) == 1 {
		p.set(Bottom, body)
		return cells.Rect{}
	}
	height := max(body.H*28/100, 6)
	if p.focus == Bottom {
		height = body.H * 40 / 100
		if p.zoom == Half {
			height = body.H * 65 / 100
		}
	} else if p.zoom == Half {
		height = 6
	}
	rest, bottom := body.Bottom(height)
	p.set(Bottom, bottom)
	return rest
}

// columns places side, main and aux beside each other: as many as fit, the
// focused one always.
func (p *places) columns(body cells.Rect, n int) {
	var shown []Role
	for _, r := range []Role{Side, Main, Aux} {
		if p.has(r) {
			shown = append(shown, r)
		}
	}
	for len(shown) > n {
		shown = p.drop(shown)
	}
	for i, r := range shown {
		if i == len(shown)-1 {
			p.set(r, body)
			return
		}
		var column cells.Rect
		column, body = body.Left(p.width(r, shown[i:], body.W))
		p.set(r, column)
	}
}

// drop removes the column that matters least: the side list first, unless it
// has the focus.
func (p *places) drop(shown []Role) []Role {
	for _, r := range []Role{Side, Aux, Main} {
		if r == p.focus || r == Main && p.focus == Bottom {
			continue
		}
		for i, s := range shown {
			if s == r {
				return append(shown[:i:i], shown[i+1:]...)
			}
		}
	}
	return shown[:len(shown)-1]
}

// width is that of the first of the columns that share w.
func (p *places) width(r Role, columns []Role, w int) int {
	focused := r == p.focus
	switch {
	case p.zoom == Half && focused:
		return w * 65 / 100
	case p.zoom == Half && p.focus == columns[len(columns)-1]:
		return w * 35 / 100 / (len(columns) - 1)
	case r == Side && len(columns) == 2:
		return min(max(w*30/100, 34), 48)
	case r == Side:
		return min(max(w*18/100, 30), 40)
	}
	return w / len(columns)
}
