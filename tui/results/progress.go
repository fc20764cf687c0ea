package results

import (
	"fmt"
	"strings"
	"time"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
	"github.com/zmlx/zmlx/tui/widget"
	"github.com/zmlx/zmlx/tui/work"
)

// Progress makes what tables draw above their rows while a job is under way.
func Progress(space *work.Space, job func() *work.Job) func(b *cells.Buffer, r cells.Rect, t *theme.Theme) cells.Rect {
	return func(b *cells.Buffer, r cells.Rect, t *theme.Theme) cells.Rect {
		j := job()
		if j == nil || j.Done {
			return r
		}
		line, rest := r.Top(1)
		drawProgress(b, line, t, j, space.Now())
		return rest
	}
}

// drawProgress draws how far a check is: bar, step, rate and what is left.
func drawProgress(b *cells.Buffer, r cells.Rect, t *theme.Theme, j *work.Job, now time.Time) {
	parts := []string{j.Verdict()}
	if rate, left, ok := j.ETA(now); ok {
		parts = append(parts, rateText(rate), "ETA "+work.Duration(left))
	}
	parts = append(parts, work.Duration(now.Sub(j.Started).Round(100*time.Millisecond)), "ctrl+c cancels")
	widget.Progress(b, r.X+1, r.Y, r.W-2, j.Step.Done, j.Step.Total, strings.Join(parts, " · "), t)
}

func rateText(rate float64) string {
	switch {
	case rate >= 1e6:
		return fmt.Sprintf("%.1f M/s", rate/1e6)
	case rate >= 1e3:
		return fmt.Sprintf("%.1f k/s", rate/1e3)
	}
	return fmt.Sprintf("%.0f/s", rate)
}
