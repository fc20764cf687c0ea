package cells

import (
	"fmt"
	"strings"
)

// arms of a box-drawing character: up, right, down, left; 1 light, 2 heavy.
var boxArms = map[rune][4]uint8{
	'│': {1, 0, 1, 0}, '┌': {0, 1, 1, 0}, '┐': {0, 0, 1, 1},
	'└': {1, 1, 0, 0}, '┘': {1, 0, 0, 1}, '├': {1, 1, 1, 0}, '┤': {1, 0, 1, 1},
	'┬': {0, 1, 1, 1}, '┴': {1, 1, 0, 1}, '┼': {1, 1, 1, 1},
	'┃': {2, 0, 2, 0}, '┏': {0, 2, 2, 0}, '┓': {0, 0, 2, 2},
	'┗': {2, 2, 0, 0}, '┛': {2, 0, 0, 2}, '╴': {0, 0, 0, 1}, '╶': {0, 1, 0, 0},
	'╵': {1, 0, 0, 0}, '╷': {0, 0, 1, 0},
}

// shapeOf gives the attributes of an SVG path that draws r in one cell, or ""
// where the font does.
func shapeOf(r rune) string {
	switch {
	case r >= 0x2500 && r < 0x2580:
		return lineShape(r)
	case r >= 0x2580 && r <= 0x259f:
		return blockShape(r)
	case r > 0x2800 && r <= 0x28ff:
		return brailleShape(r)
	}
	return ""
}

// stretches tells whether a row of r looks like one r, drawn wider.
func stretches(r rune) bool { return r == '─' || r == '━' || r >= '▀' && r <= '█' }

func lineShape(r rune) string {
	const cx, cy = cellW / 2, cellH / 2
	switch r { // filled, since a stroke's ends would stretch too
	case '─':
		return fmt.Sprintf(`d="%s" fill="COLOR"`, rectPath(0, cy-0.6, cellW, 1.2))
	case '━':
		return fmt.Sprintf(`d="%s" fill="COLOR"`, rectPath(0, cy-1.2, cellW, 2.4))
	}
	curve := map[rune]string{
		'╭': fmt.Sprintf("M%.1f %.1fV%.1fQ%.1f %.1f %.1f %.1fH%.1f", cx, cellH, cy+4, cx, cy, cx+4, cy, cellW),
		'╮': fmt.Sprintf("M0 %.1fH%.1fQ%.1f %.1f %.1f %.1fV%.1f", cy, cx-4, cx, cy, cx, cy+4, cellH),
		'╰': fmt.Sprintf("M%.1f 0V%.1fQ%.1f %.1f %.1f %.1fH%.1f", cx, cy-4, cx, cy, cx+4, cy, cellW),
		'╯': fmt.Sprintf("M%.1f 0V%.1fQ%.1f %.1f %.1f %.1fH0", cx, cy-4, cx, cy, cx-4, cy),
	}[r]
	width := 1.2
	if curve == "" {
		arms, ok := boxArms[r]
		if !ok {
			return ""
		}
		ends := [4][2]float64{{cx, 0}, {cellW, cy}, {cx, cellH}, {0, cy}}
		for i, a := range arms {
			if a > 0 {
				curve += fmt.Sprintf("M%.1f %.1fL%.1f %.1f", cx, cy, ends[i][0], ends[i][1])
				width = 1.2 * float64(a)
			}
		}
	}
	return fmt.Sprintf(`d="%s" fill="none" stroke="COLOR" stroke-width="%.1f" stroke-linecap="square"`, curve, width)
}

func rectPath(x, y, w, h float64) string {
	return fmt.Sprintf("M%.2f %.2fh%.2fv%.2fh%.2fz", x, y, w, h, -w)
}

func blockShape(r rune) string {
	const w, h = cellW + 0.2, cellH + 0.2
	fill := func(path, opacity string) string {
		return fmt.Sprintf(`d="%s" fill="COLOR"%s`, path, opacity)
	}
	switch {
	case r == '▀':
		return fill(rectPath(0, 0, w, h/2), "")
	case r <= '█': // lower eighths
		n := float64(r-'▁'+1) / 8
		return fill(rectPath(0, cellH*(1-n), w, cellH*n+0.2), "")
	case r <= '▏': // left eighths, from seven down
		return fill(rectPath(0, 0, cellW*float64('▐'-r)/8, h), "")
	case r == '▐':
		return fill(rectPath(cellW/2, 0, w/2, h), "")
	case r <= '▓':
		return fill(rectPath(0, 0, w, h), fmt.Sprintf(` fill-opacity="%.2f"`, float64(r-'░'+1)/4))
	case r == '▔':
		return fill(rectPath(0, 0, w, cellH/8), "")
	case r == '▕':
		return fill(rectPath(cellW*7/8, 0, w/8, h), "")
	}
	// Quadrants: upper left 1, upper right 2, lower left 4, lower right 8.
	quadrants := [...]uint8{4, 8, 1, 13, 9, 7, 11, 2, 6, 14}
	var path strings.Builder
	for i := range 4 {
		if quadrants[r-'▖']&(1<<i) != 0 {
			path.WriteString(rectPath(float64(i%2)*cellW/2, float64(i/2)*cellH/2, w/2, h/2))
		}
	}
	return fill(path.String(), "")
}

func brailleShape(r rune) string {
	bits := r - 0x2800
	dots := [8][2]int{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {0, 3}, {1, 3}}
	var path strings.Builder
	for i, d := range dots {
		if bits&(1<<i) != 0 {
			path.WriteString(rectPath(1.2+float64(d[0])*4, 1.6+float64(d[1])*4.4, 2, 2))
		}
	}
	return fmt.Sprintf(`d="%s" fill="COLOR"`, path.String())
}
