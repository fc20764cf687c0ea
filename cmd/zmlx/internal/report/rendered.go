package report

import (
	"io"
	"regexp"
	"strings"

	"github.com/mattn/go-runewidth"
)

// printRendered prints a rendered diagnostic with its severity in colour.
func printRendered(w io.Writer, text, severity string, colour func(string) string) {
	if text == "" {
		return
	}
	if before, after, ok := strings.Cut(text, severity); ok {
		text = before + colour(severity) + after
	}
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	_, _ = io.WriteString(w, text)
}

// excerpt is a line of a file in a rendered diagnostic, with its number, or the
// marks or the mended line below it.
var excerpt = regexp.MustCompile(`^( *[0-9]*\+? +\| )(.*)$`)

// fit cuts the excerpts of a rendered diagnostic to what is around their caret,
// so that a terminal of that width does not wrap them; 0 is no limit.
func fit(text string, width int) string {
	if width <= 0 {
		return text
	}
	lines := strings.Split(text, "\n")
	room, from := 0, 0
	for i, line := range lines {
		m := excerpt.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if strings.Trim(m[1], " |+") != "" { // what is below it is cut as it is
			room, from = max(width-len(m[1]), 1), 0
			total := runewidth.StringWidth(m[2])
			if i+1 < len(lines) && total > room {
				caret := strings.IndexByte(lines[i+1], '^') - len(m[1])
				from = min(max(caret-room/2, 0), total-room)
			}
		}
		lines[i] = m[1] + window(m[2], from, room, strings.Trim(m[1], " |") != "")
	}
	return strings.Join(lines, "\n")
}

// window is the part of a line of source or marks that stands in room columns
// from a column on. Dots say of source that there is more.
func window(line string, from, room int, source bool) string {
	var b strings.Builder
	col, to, total := 0, from+room, runewidth.StringWidth(line)
	for _, r := range line {
		at := col
		col += runewidth.RuneWidth(r)
		switch {
		case col <= from || at >= to:
		case at < from || col > to: // half of a wide character
			b.WriteByte(' ')
		case source && (at == from && from > 0 || col == to && total > to):
			b.WriteString("…" + strings.Repeat(" ", col-at-1))
		default:
			b.WriteRune(r)
		}
	}
	return strings.TrimRight(b.String(), " ")
}
