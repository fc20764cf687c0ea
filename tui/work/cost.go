package work

import (
	"fmt"

	"github.com/zmlx/zmlx/tui/editor"
	"github.com/zmlx/zmlx/workbench"
)

// cost is what the gutter shows of a profile.
type cost uint8

const (
	workCost cost = iota
	trafficCost
	noCost
	costCount
)

// NextCost shows the next cost beside the lines of the profiled document.
func (s *Space) NextCost() {
	s.cost = (s.cost + 1) % costCount
	s.showCost()
	s.Notify(Info, [...]string{"beside the lines: their share of the work", "beside the lines: their share of the memory traffic", "beside the lines: nothing"}[s.cost])
}

// showCost puts the shares of a profile beside the lines of its document.
func (s *Space) showCost() {
	r := s.Profile.Profile
	if r == nil || s.Profile.Doc == nil {
		return
	}
	of := func(c workbench.Counts) int64 { return c.Slots }
	if s.cost == trafficCost {
		of = func(c workbench.Counts) int64 { return c.Transactions }
	}
	costs := map[int]editor.Cost{}
	for _, l := range r.Lines { // a line that others are generated from is there several times
		if n := r.DocumentLine(l); n > 0 && of(l.Counts) > 0 {
			share := costs[n-1].Share + float64(of(l.Counts))/float64(of(r.Totals))
			costs[n-1] = editor.Cost{Text: fmt.Sprintf("%.0f%%", 100*share), Share: share}
		}
	}
	if s.cost == noCost {
		costs = nil
	}
	s.Profile.Doc.Editor.SetCost(costs)
}
