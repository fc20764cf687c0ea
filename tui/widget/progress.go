package widget

import (
	"fmt"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/theme"
)

var eighths = []rune(" ▏▎▍▌▋▊▉█")

// Bar draws a bar of the given width that is filled to a fraction from 0 to
// 1, in steps of an eighth of a cell.
func Bar(b *cells.Buffer, x, y, width int, fraction float64, s cells.Style) {
	n := int(min(max(fraction, 0), 1)*float64(width)*8 + 0.5)
	for i := range width {
		b.Set(x+i, y, eighths[min(max(n-8*i, 0), 8)], s)
	}
}

// Progress draws a bar with a percentage, and a text behind it.
func Progress(b *cells.Buffer, x, y, width int, done, total int64, text string, t *theme.Theme) {
	const bar = 20
	s, used := t.Accent.Over(t.Base), 2
	if total > 0 {
		used = bar + 7
		fraction := float64(done) / float64(total)
		track := s.Background(t.Base.Bg.Mix(t.Base.Fg, 0.12))
		Bar(b, x, y, bar, fraction, track)
		b.Text(x+bar+1, y, fmt.Sprintf("%3.0f%%", 100*fraction), s)
	} else {
		b.Text(x, y, "…", s)
	}
	b.TextIn(x+used, y, width-used, text, t.Muted.Over(t.Base))
}
