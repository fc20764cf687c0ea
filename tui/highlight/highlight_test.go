package highlight

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var kindNames = [...]string{"text", "keyword", "type", "builtin", "function", "attribute", "key", "string", "number", "comment", "preproc", "op", "punct", "invalid"}

// dump writes each line's spans as kind:text.
func dump(l Lexer, text string) string {
	var out strings.Builder
	var state State
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		var spans []Span
		spans, state = l.Line(line, state, nil)
		for i, s := range spans {
			if i > 0 {
				out.WriteByte(' ')
			}
			fmt.Fprintf(&out, "%s:%q", kindNames[s.Kind], line[s.Start:s.End])
		}
		out.WriteByte('\n')
	}
	return out.String()
}

func TestSpecGolden(t *testing.T) {
	in, err := os.ReadFile(filepath.Join("testdata", "spec.yaml"))
	require.NoError(t, err)
	got := dump(Spec{}, string(in))
	golden := filepath.Join("testdata", "spec.golden")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestAttributesDoNotSwallowTheLine(t *testing.T) {
	got := dump(MetalLexer, "kernel void f(device float* x [[buffer(0)]], uint i [[thread_position_in_grid]]) {\n")
	require.Contains(t, got, `attribute:"buffer"`)
	require.Contains(t, got, `type:"uint"`)
	require.Contains(t, got, `attribute:"thread_position_in_grid"`)
}

func TestCommentsRunOverLines(t *testing.T) {
	require.Equal(t, "comment:\"/* a\"\ncomment:\"b */\" type:\"int\"\n", dump(MetalLexer, "/* a\nb */ int x\n"))
	require.Equal(t, "preproc:\"#define\" preproc:\"\\\\\"\nnumber:\"1\"\nnumber:\"2\"\n", dump(MetalLexer, "#define A \\\n  1\n2\n"))
	require.Equal(t, "string:\"`a\"\nstring:\"b`\"\n", dump(goLexer, "`a\nb`\n"))
}

func FuzzLexers(f *testing.F) {
	f.Add("source: |\n  /* x\n  y */ \"\\")
	f.Add("a: {b: [1, 2], c: 'x'} # y\n- k: &a v\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, l := range []Lexer{Spec{}, MetalLexer, goLexer} {
			var state State
			for _, line := range strings.Split(text, "\n") {
				var spans []Span
				spans, state = l.Line(line, state, nil)
				end := 0
				for _, s := range spans {
					require.LessOrEqual(t, end, s.Start)
					require.Less(t, s.Start, s.End)
					require.LessOrEqual(t, s.End, len(line))
					end = s.End
				}
			}
		}
	})
}
