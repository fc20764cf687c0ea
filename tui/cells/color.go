package cells

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Color is a 24-bit colour. The zero Color is the terminal's own.
type Color uint32

const colorSet Color = 1 << 24

// RGB makes a Color of its components.
func RGB(r, g, b uint8) Color {
	return colorSet | Color(r)<<16 | Color(g)<<8 | Color(b)
}

// Hex parses "#rrggbb". Anything else is the terminal's own colour.
func Hex(s string) Color {
	if len(s) != 7 || s[0] != '#' {
		return 0
	}
	v, err := strconv.ParseUint(s[1:], 16, 32)
	if err != nil {
		return 0
	}
	return colorSet | Color(v)
}

// IsSet tells whether c is more than the terminal's own colour.
func (c Color) IsSet() bool { return c&colorSet != 0 }

// RGB gives the components.
func (c Color) RGB() (r, g, b uint8) {
	return uint8(c >> 16), uint8(c >> 8), uint8(c)
}

func (c Color) String() string {
	if !c.IsSet() {
		return "default"
	}
	return fmt.Sprintf("#%06x", uint32(c&0xffffff))
}

// Mix blends towards other; t runs from 0 (c) to 1 (other).
func (c Color) Mix(other Color, t float64) Color {
	if !c.IsSet() || !other.IsSet() {
		return c
	}
	t = min(max(t, 0), 1)
	r1, g1, b1 := c.RGB()
	r2, g2, b2 := other.RGB()
	mix := func(a, b uint8) uint8 { return uint8(float64(a) + (float64(b)-float64(a))*t + 0.5) }
	return RGB(mix(r1, r2), mix(g1, g2), mix(b1, b2))
}

// Luminance is the relative luminance after WCAG, 0 to 1.
func (c Color) Luminance() float64 {
	r, g, b := c.RGB()
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

// Contrast is the WCAG contrast ratio of two colours, 1 to 21.
func Contrast(a, b Color) float64 {
	la, lb := a.Luminance(), b.Luminance()
	if la < lb {
		la, lb = lb, la
	}
	return (la + 0.05) / (lb + 0.05)
}

// Profile is how many colours a terminal shows.
type Profile uint8

// The profiles, from fewest to most.
const (
	NoColor Profile = iota
	ANSI16
	ANSI256
	TrueColor
)

func (p Profile) String() string {
	return [...]string{"none", "16", "256", "true"}[p]
}

// DetectProfile reads the profile from the environment alone, so that it
// never waits for a terminal.
func DetectProfile(getenv func(string) string) Profile {
	if getenv == nil {
		getenv = os.Getenv
	}
	term, colorterm := getenv("TERM"), getenv("COLORTERM")
	force := getenv("CLICOLOR_FORCE")
	switch {
	case getenv("NO_COLOR") != "":
		return NoColor
	case getenv("CLICOLOR") == "0" && (force == "" || force == "0"):
		return NoColor
	case colorterm == "truecolor" || colorterm == "24bit",
		getenv("WT_SESSION") != "",
		strings.Contains(term, "kitty"), strings.Contains(term, "ghostty"),
		strings.Contains(term, "direct"), strings.Contains(term, "alacritty"):
		return TrueColor
	case strings.Contains(term, "256color"), getenv("TERM_PROGRAM") == "Apple_Terminal":
		return ANSI256
	case term == "dumb", term == "":
		return NoColor
	}
	return ANSI16
}
