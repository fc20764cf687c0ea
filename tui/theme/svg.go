package theme

import "github.com/zmlx/zmlx/tui/cells"

// Picture are the options that draw a frame of this theme.
func (t *Theme) Picture(title string) cells.SVGOptions {
	o := cells.SVGOptions{Title: title, Fg: t.Base.Fg, Bg: t.Base.Bg}
	if !o.Bg.IsSet() {
		o.Fg, o.Bg = cells.RGB(0xdd, 0xdd, 0xdd), cells.RGB(0x10, 0x10, 0x14)
	}
	return o
}
