package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTableFits holds what a narrow terminal shows of a wide table: the verdict,
// which stands last, rather than spare columns, and long texts below themselves.
func TestTableFits(t *testing.T) {
	wide := &table{columns: []column{{"case", left}, {"max abs", right}, {"rms", right}, {"mismatches", right}, {"", wrapped}}, spare: []string{"rms", "max abs"}}
	wide.add("N=1", "1.25e-07", "4.5e-08", "0", "✓ ok")
	wide.add("N=33", "inf", "nan", "3", "\x1b[31m✗ mismatch\x1b[0m  first at [1,3]")
	for _, tt := range []struct {
		width int
		want  string
	}{
		{0, `
case   max abs      rms  mismatches
N=1   1.25e-07  4.5e-08           0  ✓ ok
N=33       inf      nan           3  ` + "\x1b[31m✗ mismatch\x1b[0m" + `  first at [1,3]
`},
		{60, `
case   max abs  mismatches
N=1   1.25e-07           0  ✓ ok
N=33       inf           3  ` + "\x1b[31m✗ mismatch\x1b[0m" + `  first at [1,3]
`},
		{46, `
case  mismatches
N=1            0  ✓ ok
N=33           3  ` + "\x1b[31m✗ mismatch\x1b[0m" + `  first at [1,3]
`},
		{38, `
case  mismatches
N=1            0  ✓ ok
N=33           3  ` + "\x1b[31m✗ mismatch\x1b[0m" + `  first at
                  [1,3]
`},
		{12, `
case  misma…
N=1        …
N=33       …` + "\x1b[31m\x1b[0m" + `
           …
`},
	} {
		var b strings.Builder
		require.NoError(t, wide.write(&b, Paint(false), tt.width))
		require.Equal(t, tt.want, "\n"+b.String(), "width %d", tt.width)
	}
}

// TestTableWide holds that columns stay in line under texts of two columns a rune.
func TestTableWide(t *testing.T) {
	w := &table{columns: []column{{"case", left}, {"mismatches", right}}}
	w.add("名=漢字", "0")
	w.add("N=1", "3")
	var b strings.Builder
	require.NoError(t, w.write(&b, Paint(false), 0))
	require.Equal(t, `
case     mismatches
名=漢字           0
N=1               3
`, "\n"+b.String())
}

func TestWrapWords(t *testing.T) {
	for _, tt := range []struct {
		cell string
		want []string
	}{
		{"", []string{""}},
		{"one two", []string{"one two"}},
		{"one two three", []string{"one two", "three"}},
		{"漢字かなカナ漢字 x", []string{"漢字か", "なカナ", "漢字 x"}},
		{"one-two-", []string{"one-two", "-"}},
		{"/usr/lib/x two", []string{"/usr/li", "b/x two"}},
		{"\x1b[31mone two three\x1b[0m", []string{"\x1b[31mone two", "three\x1b[0m"}},
	} {
		require.Equal(t, tt.want, wrapWords(tt.cell, 7), tt.cell)
	}
}
