package bench

import (
	"strings"

	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/tui/pane"
	"github.com/zmlx/zmlx/tui/screen"
)

// profilePanes show the figures of a profile. The timeline has a pane of its
// own.
func (s *Screen) profilePanes() []screen.Pane {
	var out []screen.Pane
	for _, f := range []struct{ title, name string }{{"Roofline", "roofline"}, {"Work", "work"}, {"Time", "time"}, {"Traffic", "traffic"}, {"Memory", "memory"}} {
		notes := func() []string {
			if r := s.profile(); f.name == "roofline" && r.Roof == nil {
				return []string{"The device was not measured yet: alt+m does it, in a second or two."}
			}
			return strings.Split(s.figureNamed(f.name).Text(), "\n")
		}
		out = append(out, pane.NewIcicle(pane.Plot{Name: f.title, Script: func() string { return s.shownLine() + " --plot " + f.name }, Empty: s.profileHint, Info: s.profileStatus, Notes: notes, Source: func() plot.Figure {
			return s.figureNamed(f.name)
		}}))
	}
	return out
}

// figureNamed is a figure of the last profile, nil if it has none of the name.
func (s *Screen) figureNamed(name string) plot.Figure {
	r := s.profile()
	if r == nil {
		return nil
	}
	if s.drawn.of != r {
		s.drawn.of, s.drawn.figures = r, r.Figures()
	}
	for _, f := range s.drawn.figures {
		if f.Name == name {
			return f.Figure
		}
	}
	return nil
}
