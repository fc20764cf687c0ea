package pane

import (
	"slices"

	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/tui/action"
)

// Frames is the scope of panes that show an icicle.
const Frames action.Scope = "icicles"

// Icicle shows a figure; if it is an icicle, one can go from frame to frame
// and let one fill the width.
type Icicle struct {
	Plot
	source          func() plot.Figure
	focus, selected []int
}

// NewIcicle makes one of a plot.
func NewIcicle(of Plot) *Icicle {
	p := &Icicle{source: of.Source}
	of.Source = p.shown
	p.Plot = of
	return p
}

// icicle is the figure as one walks through it; ok is false if it is another
// one.
func (p *Icicle) icicle() (f plot.Icicle, ok bool) {
	if f, ok = p.source().(plot.Icicle); !ok {
		return f, false
	}
	if _, there := f.At(p.selected); !there {
		p.focus, p.selected = nil, nil
	}
	f.Focus, f.Selected = p.focus, append([]int{}, p.selected...) // the root is a frame too
	return f, true
}

func (p *Icicle) shown() plot.Figure {
	if f, ok := p.icicle(); ok {
		return f
	}
	return p.source()
}

// Scopes implements screen.Pane.
func (p *Icicle) Scopes() []action.Scope {
	if _, ok := p.icicle(); ok {
		return []action.Scope{Frames, Figures}
	}
	return []action.Scope{Figures}
}

// choose selects the frame of a path, if there is one.
func (p *Icicle) choose(path []int) {
	if f, ok := p.icicle(); ok {
		if _, there := f.At(path); there {
			p.selected = path
		}
	}
}

// Beside selects the next frame of the line, or the one before.
func (p *Icicle) Beside(n int) {
	if len(p.selected) > len(p.focus) {
		path := slices.Clone(p.selected)
		path[len(path)-1] += n
		p.choose(path)
	}
}

// Down selects the first part of the frame.
func (p *Icicle) Down() { p.choose(append(slices.Clone(p.selected), 0)) }

// Up selects what the frame is a part of.
func (p *Icicle) Up() {
	if n := len(p.selected); n > 0 {
		p.selected = p.selected[:n-1]
		p.focus = p.focus[:min(len(p.focus), n-1)]
	}
}

// Fill lets the selected frame fill the width.
func (p *Icicle) Fill() { p.focus = slices.Clone(p.selected) }

// All lets the whole fill the width.
func (p *Icicle) All() { p.focus = nil }
