package cells

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTextClipsAndTruncates(t *testing.T) {
	b := New(6, 2, Style{})
	b.Text(3, 0, "hello", Style{})
	b.Text(-2, 1, "abcd", Style{})
	require.Equal(t, "   hel\ncd", b.String())
	restore := b.Clip(Rect{1, 0, 2, 1})
	b.Fill(b.Bounds(), Style{})
	b.Text(0, 0, "xxxxxx", Style{})
	restore()
	require.Equal(t, " xxhel\ncd", b.String())
	require.Equal(t, "ab…", Truncate("abcdef", 3))
	require.Equal(t, "", Truncate("abc", 0))
	require.Equal(t, "世…", Truncate("世界人", 4))
	require.Equal(t, "ab  ", Pad("ab", 4))
}

func TestWideRunesNeverSplit(t *testing.T) {
	b := New(5, 1, Style{})
	b.Text(0, 0, "世界", Style{})
	require.Equal(t, "世界 ", b.Line(0))
	b.Set(1, 0, 'x', Style{}) // the right half of the first
	require.Equal(t, " x界 ", b.Line(0))
	b.Set(4, 0, '世', Style{}) // no room for its right half
	require.Equal(t, " x界 ", b.Line(0))
	b.Text(0, 0, "e\u0301", Style{})
	require.Equal(t, "e\u0301x界 ", b.Line(0))
}

func TestControlCharactersStayVisible(t *testing.T) {
	b := New(12, 1, Style{})
	b.Text(0, 0, "\x1b]0;x\a\u202e\u009bz", Style{})
	require.Equal(t, "␛]0;x␇��z", strings.TrimRight(b.Line(0), " "))
	for y := range b.H {
		require.NotContains(t, b.Line(y), "\x1b")
	}
}

func TestANSIEmitsRuns(t *testing.T) {
	red, blue := RGB(255, 0, 0), RGB(0, 0, 255)
	b := New(6, 2, Style{})
	b.Text(0, 0, "ab", Style{Fg: red, Attr: Bold})
	b.Text(2, 0, "cd", Style{Fg: red})
	b.Text(4, 0, "ef", Style{Fg: red, Bg: blue})
	b.Text(0, 1, "plain ", Style{})
	require.Equal(t, "\x1b[1;38;2;255;0;0mab\x1b[0;38;2;255;0;0mcd\x1b[48;2;0;0;255mef\x1b[0m\nplain ", b.ANSI(TrueColor))
	require.Equal(t, "\x1b[1;38;5;196mab\x1b[0;38;5;196mcd\x1b[48;5;21mef\x1b[0m\nplain ", b.ANSI(ANSI256))
	require.Equal(t, "\x1b[1mab\x1b[0mcdef\x1b[0m\nplain ", b.ANSI(NoColor))
	require.Contains(t, b.ANSI(ANSI16), "\x1b[1;91mab")
}

func TestDetectProfile(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want Profile
	}{
		{map[string]string{"TERM": "xterm"}, ANSI16},
		{map[string]string{"TERM": "xterm-256color"}, ANSI256},
		{map[string]string{"TERM": "xterm-256color", "COLORTERM": "truecolor"}, TrueColor},
		{map[string]string{"TERM": "xterm-kitty"}, TrueColor},
		{map[string]string{"TERM": "xterm-256color", "NO_COLOR": "1"}, NoColor},
		{map[string]string{"TERM": "xterm", "CLICOLOR": "0"}, NoColor},
		{map[string]string{"TERM": "xterm", "CLICOLOR": "0", "CLICOLOR_FORCE": "1"}, ANSI16},
		{map[string]string{"TERM": "dumb"}, NoColor},
		{map[string]string{}, NoColor},
		{map[string]string{"WT_SESSION": "x"}, TrueColor},
	} {
		require.Equal(t, c.want, DetectProfile(func(k string) string { return c.env[k] }), "%v", c.env)
	}
}

func TestIndex256(t *testing.T) {
	require.EqualValues(t, 16, index256(RGB(0, 0, 0)))
	require.EqualValues(t, 231, index256(RGB(255, 255, 255)))
	require.EqualValues(t, 196, index256(RGB(255, 0, 0)))
	require.EqualValues(t, 244, index256(RGB(128, 128, 128)))
	require.EqualValues(t, 9, index16(RGB(250, 80, 80)))
}

func TestContrast(t *testing.T) {
	require.InDelta(t, 21, Contrast(RGB(0, 0, 0), RGB(255, 255, 255)), 1e-9)
	require.InDelta(t, 1, Contrast(RGB(9, 9, 9), RGB(9, 9, 9)), 1e-9)
}

func TestSVGIsWellFormed(t *testing.T) {
	b := New(24, 8, Style{})
	b.Box(b.Bounds(), Style{Fg: RGB(1, 2, 3)})
	b.Text(1, 1, "a < b & \"c\" 世界", Style{Attr: Bold | Underline})
	b.Text(1, 2, "▀▁▂▃▄▅▆▇█▉▊▋▌▍▎▏▐░▒▓▔▕", Style{})
	b.Text(1, 3, "▖▗▘▙▚▛▜▝▞▟⠁⣿⡇┏━┓├┼┤", Style{Attr: Reverse})
	svg := b.SVG(SVGOptions{Title: "a & b", Fg: RGB(255, 255, 255), Bg: RGB(0, 0, 0)})
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}
	require.Contains(t, svg, "a &lt; b &amp; &#34;c&#34; 世界")
}

func BenchmarkANSI200x60(b *testing.B) {
	buf := New(200, 60, Style{Bg: RGB(20, 20, 30)})
	for y := range 60 {
		for x := 0; x < 200; x += 8 {
			buf.Text(x, y, "keyword ", Style{Fg: RGB(uint8(x), 100, uint8(y)), Bg: RGB(20, 20, 30)})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = buf.ANSI(TrueColor)
	}
}
