package cells

import "strings"

// Wrap breaks a text into lines of at most a width, at blanks. A longer word
// stays whole.
func Wrap(text string, width int) []string {
	var out []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := ""
		for _, word := range strings.Fields(paragraph) {
			if line != "" && Width(line)+1+Width(word) > width {
				out = append(out, line)
				line = ""
			}
			if line != "" {
				line += " "
			}
			line += word
		}
		out = append(out, line)
	}
	return out
}

// TextBlock draws a text in r, its lines broken at blanks. What does not fit
// is cut with an ellipsis.
func (b *Buffer) TextBlock(r Rect, text string, s Style) {
	if r.Empty() {
		return
	}
	lines := Wrap(text, r.W)
	if len(lines) > r.H {
		lines = lines[:r.H]
		lines[r.H-1] += " …"
	}
	for i, line := range lines {
		b.TextIn(r.X, r.Y+i, r.W, line, s)
	}
}
