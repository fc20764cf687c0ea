package chart

import "github.com/zmlx/zmlx/tui/cells"

// dots is a canvas of braille dots, 2 × 4 to a cell.
type dots struct {
	w, h int // in cells
	bits []uint8
}

func newDots(w, h int) *dots { return &dots{w, h, make([]uint8, max(w, 0)*max(h, 0))} }

var dotBits = [4][2]uint8{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}

// set puts a dot; x grows to the right, y upwards.
func (d *dots) set(x, y int) {
	y = 4*d.h - 1 - y
	if x < 0 || y < 0 || x >= 2*d.w || y >= 4*d.h {
		return
	}
	d.bits[y/4*d.w+x/2] |= dotBits[y%4][x%2]
}

// line joins two dots.
func (d *dots) line(x0, y0, x1, y1 int, dashed bool) {
	n := max(abs(x1-x0), abs(y1-y0), 1)
	for i := 0; i <= n; i++ {
		if !dashed || i%6 < 3 {
			d.set(x0+(x1-x0)*i/n, y0+(y1-y0)*i/n)
		}
	}
}

func abs(x int) int { return max(x, -x) }

func (d *dots) draw(b *cells.Buffer, x, y int, s cells.Style) {
	for i, bits := range d.bits {
		if bits != 0 {
			b.Set(x+i%d.w, y+i/d.w, 0x2800+rune(bits), s)
		}
	}
}
