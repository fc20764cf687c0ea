package layout

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/tui/cells"
)

var all = []Role{Side, Main, Aux, Bottom}

// TestPanesTile checks, at every size, focus and zoom, that the visible panes
// cover the screen exactly and that the focused one is among them.
func TestPanesTile(t *testing.T) {
	for _, roles := range [][]Role{all, {Side, Main}, {Main, Bottom}, {Main}, {Bottom}, {Main, Aux}} {
		for w := MinWidth; w <= 260; w += 7 {
			for h := MinHeight; h <= 90; h += 11 {
				for focus := range roles {
					for _, zoom := range []Zoom{Normal, Half, Full} {
						f := Compute(w, h, State{Panes: roles, Focus: focus, Zoom: zoom})
						area := f.Header.W*f.Header.H + f.Footer.W*f.Footer.H
						for i, a := range f.Panes {
							area += a.W * a.H
							for _, b := range f.Panes[i+1:] {
								require.True(t, a.Intersect(b).Empty(), "%v %v", a, b)
							}
							if !a.Empty() {
								require.Equal(t, a, a.Intersect(cells.Rect{Y: 1, W: w, H: h - 2}))
								require.GreaterOrEqual(t, a.W, 14, "%d %v", w, f)
								require.GreaterOrEqual(t, a.H, 5)
							}
						}
						require.Equal(t, w*h, area, "%dx%d %v %d %d: %v", w, h, roles, focus, zoom, f)
						require.False(t, f.Panes[focus].Empty())
					}
				}
			}
		}
	}
}

func TestBreakpoints(t *testing.T) {
	visible := func(w, focus int) (n int) {
		for _, r := range Compute(w, 40, State{Panes: all, Focus: focus}).Panes {
			if !r.Empty() {
				n++
			}
		}
		return n
	}
	require.Equal(t, 4, visible(160, 1))
	require.Equal(t, 3, visible(159, 1))
	require.Equal(t, 3, visible(120, 0))
	require.Equal(t, 2, visible(119, 1))
	require.Equal(t, 2, visible(80, 2))
	require.True(t, Compute(79, 40, State{Panes: all}).TooSmall)
	require.True(t, Compute(80, 23, State{Panes: all}).TooSmall)
	// The bottom pane never takes the editor's place.
	require.False(t, Compute(80, 24, State{Panes: all, Focus: 3}).Panes[1].Empty())
}
