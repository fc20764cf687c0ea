package highlight_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx/msl/highlight"
)

var letters = map[highlight.Class]string{
	highlight.Text: ".", highlight.Comment: "c", highlight.Directive: "d", highlight.Keyword: "k", highlight.AddressSpace: "s",
	highlight.Type: "t", highlight.Attribute: "a", highlight.Builtin: "b", highlight.Function: "f", highlight.Constant: "C",
	highlight.Name: "n", highlight.Number: "0", highlight.String: "\"", highlight.Operator: "o", highlight.Punctuation: ",", highlight.Invalid: "!",
}

func TestLine(t *testing.T) {
	// Each line is followed by the classes of its bytes.
	const text = `#include <metal_stdlib> // all
dddddddd."""""""""""""".cccccc
#define SQ(x) ((x) * \
ddddddd.ff,n,.,,n,.o.d
  (x))
..,n,,
/* a /* b
ccccccccc
 */ float4 v = float4(1.5h);
ccc.tttttt.n.o.tttttt,0000,,
[[kernel]] void k(device const float *x [[buffer(0)]], uint i [[
,,aaaaaa,,.tttt.f,ssssss.kkkkk.ttttt.on.,,aaaaaa,0,,,,.tttt.n.,,
  thread_position_in_grid]]) {
..aaaaaaaaaaaaaaaaaaaaaaa,,,.,
  x.y = simd_sum(my(INFINITY)); "s" 'c' "open
..n,n.o.bbbbbbbb,ff,CCCCCCCC,,,.""".""".!!!!!
return true ? bfloat(1) : as_type<uint8_t>(p->q()); @
kkkkkk.CCCC.o.tttttt,0,.,.bbbbbbbottttttto,noof,,,,.!
`
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	var state highlight.State
	var spans []highlight.Span
	for i := 0; i+1 < len(lines); i += 2 {
		spans, state = highlight.Line(lines[i], state, spans[:0])
		var got strings.Builder
		for _, s := range spans {
			got.WriteString(strings.Repeat(letters[s.Class], s.End-s.Start))
		}
		require.Equal(t, lines[i]+"\n"+lines[i+1], lines[i]+"\n"+got.String())
	}
}

func FuzzLexer(f *testing.F) {
	for _, s := range []string{"", "\n", "a\r\nb", "/* x\n*/ [[buffer(0)]]\n#define x \\\n 1\n", "\"open\n'", "a\\\nb", "\x00/\\\n/x", "R\"(a\nb)\" /", "#include <a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		it, err := highlight.Lexer.Tokenise(nil, text)
		require.NoError(t, err)
		var b strings.Builder
		for _, tok := range it.Tokens() {
			require.NotEmpty(t, tok.Value)
			b.WriteString(tok.Value)
		}
		require.Equal(t, text, b.String())
	})
}

func BenchmarkLine(b *testing.B) {
	var lines []string
	for i := range 300 {
		lines = append(lines, fmt.Sprintf("  float xi%d = static_cast<float>(x[i + %d]) * w[lid]; // scale %d", i, i, i))
	}
	var spans []highlight.Span
	for b.Loop() {
		var state highlight.State
		for _, l := range lines {
			spans, state = highlight.Line(l, state, spans[:0])
		}
	}
}
