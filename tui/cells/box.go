package cells

// Box draws a frame with rounded corners around r.
func (b *Buffer) Box(r Rect, s Style) {
	b.frame(r, s, [6]rune{'╭', '╮', '╰', '╯', '─', '│'})
}

// HeavyBox draws a frame of heavy lines, for what has the focus.
func (b *Buffer) HeavyBox(r Rect, s Style) {
	b.frame(r, s, [6]rune{'┏', '┓', '┗', '┛', '━', '┃'})
}

func (b *Buffer) frame(r Rect, s Style, runes [6]rune) {
	if r.W < 2 || r.H < 2 {
		return
	}
	right, bottom := r.X+r.W-1, r.Y+r.H-1
	for x := r.X + 1; x < right; x++ {
		b.Set(x, r.Y, runes[4], s)
		b.Set(x, bottom, runes[4], s)
	}
	for y := r.Y + 1; y < bottom; y++ {
		b.Set(r.X, y, runes[5], s)
		b.Set(right, y, runes[5], s)
	}
	b.Set(r.X, r.Y, runes[0], s)
	b.Set(right, r.Y, runes[1], s)
	b.Set(r.X, bottom, runes[2], s)
	b.Set(right, bottom, runes[3], s)
}

// Scrollbar draws a thumb on the column x for a window of visible rows out of
// total, from offset on. Nothing is drawn where everything is visible.
func (b *Buffer) Scrollbar(x, y, height, offset, visible, total int, s Style) {
	if total <= visible || height <= 0 {
		return
	}
	size := max(height*visible/total, 1)
	at := min((height-size)*offset/max(total-visible, 1), height-size)
	for i := range size {
		b.Set(x, y+at+i, '▐', s)
	}
}
