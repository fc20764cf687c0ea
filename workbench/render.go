package workbench

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// render prints a diagnostic as clang does: how its file was included, place
// and message, the line, a caret and what is underlined, the line as it would
// be mended, then the notes.
func (x documentTexts) render(d Diagnostic) string {
	var b strings.Builder
	for i, p := range d.Includes {
		if skip := len(d.Includes) - maxChain; skip > 0 && i >= maxChain/2 && i < maxChain/2+skip {
			if i == maxChain/2 {
				fmt.Fprintf(&b, "(skipping %d files)\n", skip)
			}
			continue
		}
		fmt.Fprintf(&b, "In file included from %s:%d:\n", p.File, p.Line)
	}
	ranges := d.Ranges
	if ranges == nil {
		ranges = []Range{{d.Line, d.Column, d.EndLine, d.EndColumn}}
	}
	x.message(&b, Note{d.Message, d.File, d.Line, d.Column, ranges, d.Fixes}, d.Severity)
	for _, n := range d.Notes {
		x.message(&b, n, SeverityNote)
	}
	return printable(b.String())
}

// maxChain bounds how many of the files that include each other are printed.
const maxChain = 6

func (x documentTexts) message(b *strings.Builder, n Note, severity Severity) {
	if n.Line == 0 {
		fmt.Fprintf(b, "%s: %s: %s\n", n.File, severity, n.Message)
		return
	}
	fmt.Fprintf(b, "%s:%d:%d: %s: %s\n", n.File, n.Line, n.Column, severity, n.Message)
	line, known := x.line(n.File, n.Line)
	if !known {
		return
	}
	excerpt(b, line, n)
	mended(b, line, n)
}

// printable replaces what a terminal would obey instead of show.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return '·'
		}
		return r
	}, strings.ToValidUTF8(text, "·"))
}

// margin is what stands left of an excerpt's line.
func margin(n Note) string { return fmt.Sprintf("%5d", n.Line) }

// mended prints a line with edits of it applied.
func mended(b *strings.Builder, line string, n Note) {
	if len(n.Fixes) == 0 {
		return
	}
	end := len(line) // what is behind it is done
	out := ""
	for _, f := range slices.SortedFunc(slices.Values(n.Fixes), func(a, b Fix) int { return b.Column - a.Column }) {
		from, to := f.Column-1, f.EndColumn-1
		if f.Line != n.Line || f.EndLine != n.Line || from < 0 || from > to || to > end {
			return
		}
		out = f.Text + line[to:end] + out
		end = from
	}
	if out = line[:end] + out; len(out) <= maxExcerpt {
		for l := range strings.SplitSeq(out, "\n") {
			fmt.Fprintf(b, "%*s | %s\n", len(margin(n)), "+", l)
		}
	}
}

// line is a line of the document or of a file that it includes.
func (x documentTexts) line(file string, n int) (string, bool) {
	text, known := x.included[file]
	if file == x.doc.Path {
		text, known = x.doc.Text, true
	}
	if !known || n < 1 {
		return "", false
	}
	text = diag.LineEnds(strings.TrimPrefix(text, "\ufeff")) // which has no column
	for ; n > 1; n-- {
		_, rest, ok := strings.Cut(text, "\n")
		if !ok {
			return "", false
		}
		text = rest
	}
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSuffix(line, "\r"), true
}

// text is a line of the document without its indentation.
func (x documentTexts) text(n int) string {
	line, _ := x.line(x.doc.Path, n)
	return strings.TrimSpace(line)
}

// maxExcerpt bounds how many bytes of a line are shown.
const maxExcerpt = 200

// excerpt prints a line, or what is around the caret of a long one, and the
// marks below it.
func excerpt(b *strings.Builder, line string, n Note) {
	caret := n.Column - 1
	if caret < 0 || caret > len(line) {
		return
	}
	from, before, after := 0, "", ""
	if caret > maxExcerpt*3/4 {
		from = caret - maxExcerpt/2
		for from < caret && !utf8.RuneStart(line[from]) {
			from++
		}
		before = "…"
	}
	to := len(line)
	if to > from+maxExcerpt {
		to = from + maxExcerpt
		for to > caret && !utf8.RuneStart(line[to]) {
			to--
		}
		after = "…"
	}
	var ranges [][2]int
	for _, r := range n.Ranges {
		if r.Line > n.Line || r.EndLine < n.Line {
			continue
		}
		start, end := -1, to-from
		if r.Line == n.Line {
			start = max(r.Column-1-from, 0)
		}
		if r.EndLine == n.Line {
			end = min(r.EndColumn-1, to) - from
		}
		ranges = append(ranges, [2]int{start, end})
	}
	text, marks, _ := diag.Snippet(line[from:to], caret-from, ranges)
	fmt.Fprintf(b, "%s | %s%s%s\n%*s | %s%s\n", margin(n), before, text, after, len(margin(n)), "", strings.Repeat(" ", utf8.RuneCountInString(before)), marks)
}
