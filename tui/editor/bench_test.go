package editor

import (
	"fmt"
	"strings"
	"testing"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/highlight"
	"github.com/zmlx/zmlx/tui/theme"
)

func longSpec(lines int) string {
	var out strings.Builder
	out.WriteString("zmlx: 1\nname: long\nsource: |\n")
	for i := range lines {
		fmt.Fprintf(&out, "  float v%d = simd_sum(x[%d]) * 0.5f; // line %d\n", i, i, i)
	}
	return out.String()
}

// BenchmarkKeypress types into a document of 5,000 lines and draws it.
func BenchmarkKeypress(b *testing.B) {
	for _, at := range []int{10, 4990} {
		b.Run(fmt.Sprintf("line%d", at), func(b *testing.B) {
			e := New(longSpec(5000), highlight.Spec{})
			t, _ := theme.New("dark", cells.TrueColor)
			buf := cells.New(100, 60, t.Base)
			e.MoveTo(Pos{at, 4})
			e.Draw(buf, buf.Bounds(), t, true)
			keys := []string{"/", "*", "x", "<backspace>", "<backspace>", "<newline>"}
			for i := 0; b.Loop(); i++ {
				k := keys[i%len(keys)]
				if k[0] == '<' {
					Commands[strings.Trim(k, "<>")](e)
				} else {
					e.Type(k)
				}
				e.Draw(buf, buf.Bounds(), t, true)
			}
		})
	}
}
