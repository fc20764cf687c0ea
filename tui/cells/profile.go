package cells

import (
	"math"
	"strconv"
	"sync"
)

// ansi16 holds the usual values of the sixteen colours (as xterm and Windows
// Terminal show them, roughly).
var ansi16 = [16][3]uint8{
	{0, 0, 0}, {205, 49, 49}, {13, 188, 121}, {229, 229, 16},
	{36, 114, 200}, {188, 63, 188}, {17, 168, 205}, {204, 204, 204},
	{118, 118, 118}, {241, 76, 76}, {35, 209, 139}, {245, 245, 67},
	{59, 142, 234}, {214, 112, 214}, {41, 184, 219}, {255, 255, 255},
}

var linearTable = sync.OnceValue(func() (t [256]float64) {
	for i := range t {
		v := float64(i) / 255
		if v <= 0.04045 {
			t[i] = v / 12.92
		} else {
			t[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return t
})

func linear(v uint8) float64 { return linearTable()[v] }

// lab gives Oklab coordinates, in which distance follows the eye.
func lab(r8, g8, b8 uint8) [3]float64 {
	r, g, b := linear(r8), linear(g8), linear(b8)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return [3]float64{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

func distance(a, b [3]float64) float64 {
	x, y, z := a[0]-b[0], a[1]-b[1], a[2]-b[2]
	return x*x + y*y + z*z
}

var (
	nearestMu sync.Mutex
	nearest16 = map[Color]uint8{}
)

// index16 is the nearest of the sixteen colours.
func index16(c Color) uint8 {
	nearestMu.Lock()
	defer nearestMu.Unlock()
	if i, ok := nearest16[c]; ok {
		return i
	}
	r, g, b := c.RGB()
	want, best, index := lab(r, g, b), math.Inf(1), uint8(0)
	for i, p := range ansi16 {
		if d := distance(want, lab(p[0], p[1], p[2])); d < best {
			best, index = d, uint8(i)
		}
	}
	nearest16[c] = index
	return index
}

// Grey16 reports whether a colour is black or white among the sixteen, one of which
// is the background of most terminals.
func (c Color) Grey16() bool {
	i := index16(c)
	return i == 0 || i == 7 || i == 15
}

// index256 is the nearest entry of the 6×6×6 cube or of the grey ramp.
func index256(c Color) uint8 {
	r, g, b := c.RGB()
	level := func(v uint8) int {
		switch {
		case v < 48:
			return 0
		case v < 115:
			return 1
		}
		return (int(v) - 35) / 40
	}
	value := [6]uint8{0, 95, 135, 175, 215, 255}
	lr, lg, lb := level(r), level(g), level(b)
	grey := min(max((int(r)+int(g)+int(b))/3-3, 0)/10, 23)
	greyValue := uint8(8 + 10*grey)
	want := lab(r, g, b)
	if distance(want, lab(greyValue, greyValue, greyValue)) < distance(want, lab(value[lr], value[lg], value[lb])) {
		return uint8(232 + grey)
	}
	return uint8(16 + 36*lr + 6*lg + lb)
}

// appendColor appends the SGR parameters of a colour; base is 30 for the
// foreground and 40 for the background.
func appendColor(out []byte, c Color, base int, p Profile) []byte {
	if !c.IsSet() || p == NoColor {
		return strconv.AppendInt(out, int64(base+9), 10)
	}
	switch p {
	case ANSI16:
		i := int(index16(c))
		if i >= 8 {
			base, i = base+60, i-8
		}
		return strconv.AppendInt(out, int64(base+i), 10)
	case ANSI256:
		out = strconv.AppendInt(out, int64(base+8), 10)
		out = append(out, ";5;"...)
		return strconv.AppendInt(out, int64(index256(c)), 10)
	}
	r, g, b := c.RGB()
	out = strconv.AppendInt(out, int64(base+8), 10)
	out = append(out, ";2;"...)
	out = strconv.AppendInt(out, int64(r), 10)
	out = append(out, ';')
	out = strconv.AppendInt(out, int64(g), 10)
	out = append(out, ';')
	return strconv.AppendInt(out, int64(b), 10)
}
