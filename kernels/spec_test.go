package kernels

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/zmlx/zmlx/mlx"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestProblems compares what a spec's author is told, to the caret.
func TestProblems(t *testing.T) {
	paths, err := filepath.Glob("testdata/problems/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, p := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(p), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(p)
			require.NoError(t, err)
			require.Len(t, ar.Files, 2)
			got := ""
			if _, err := Parse("spec.yaml", ar.Files[0].Data); err != nil {
				require.True(t, errors.As(err, new(Problems)), "%T", err)
				got = err.Error() + "\n"
			}
			if *update {
				ar.Files[1].Data = []byte(got)
				require.NoError(t, os.WriteFile(p, txtar.Format(ar), 0o644))
			}
			require.Equal(t, string(ar.Files[1].Data), got)
		})
	}
}

func TestByteOrderMark(t *testing.T) {
	_, err := Parse("spec.yaml", []byte("\ufeff"+rich))
	require.NoError(t, err)
}

// What is no text is not shown.
func TestBinary(t *testing.T) {
	_, err := Parse("spec.yaml", []byte("\x7fELF\x00\x01\xd0a\n\x00"))
	require.EqualError(t, err, "spec.yaml: error: this is no text file; a spec is text in UTF-8\n  is this a spec?")
}

const rich = `zmlx: 1
name: rich
params: {R: 3, D: 1000, TG: "min(256, align(D, 32))", eps: 1e-6, flag: true, big: 5000000000, unused: 7}
template: {T: float32, W: D/10, B: false}
inputs:
  x:
    dtype: T
    shape:
      - R
      - ceildiv(D, 8)
    init: uniform(-1, eps)
  t: {dtype: uint32, shape: [R, ceildiv(D, 8)], init: randint(0, D)}
  c: {dtype: float32, shape: [2], init: [1.5, R]}
outputs: {y: {dtype: T, shape: [R, D]}}
launch: {grid: [R*TG, 1], threadgroup: TG}
header: |
  // helper
  float twice(float v) { return 2 * v; }
source: |

  y[0] = T(twice(eps) + R);
    if (flag) y[1] = T(big);
reference: y = zeros([R, D])
tolerance: {float16: {rtol: 1e-2, atol: 1e-3}, bfloat16: 0.1}
cases: [{R: 1, D: 33}]
`

func TestSource(t *testing.T) {
	s, err := Parse("rich.yaml", []byte(rich))
	require.NoError(t, err)
	require.Equal(t, []mlx.DType{mlx.Float16, mlx.Bfloat16}, s.DTypes())
	src, err := s.Source(Case{}, mlx.Float16)
	require.NoError(t, err)
	require.Equal(t, [3]int{3 * 256, 1, 1}, src.Config.Grid)
	require.Equal(t, [3]int{256, 1, 1}, src.Config.Threadgroup)
	require.Equal(t, []mlx.TemplateArg{
		{Name: "T", DType: mlx.Float16}, {Name: "W", Kind: mlx.TemplateInt, Int: 100}, {Name: "B", Kind: mlx.TemplateBool},
	}, src.Config.Template)
	require.Equal(t, []int{3, 125}, src.Inputs[0].Shape)
	require.Equal(t, Init{Kind: InitUniform, Args: []float64{-1, 1e-6}, at: src.Inputs[0].Init.at}, src.Inputs[0].Init)
	require.Equal(t, "randint(0, 1000)", src.Inputs[1].Init.String())
	require.Equal(t, "[1.5, 3]", src.Inputs[2].Init.String())
	require.Equal(t, `constant constexpr int R = 3;
constant constexpr float eps = 1e-06f;
constant constexpr bool flag = true;
constant constexpr long big = 5000000000l;
// helper
float twice(float v) { return 2 * v; }
`, src.Kernel.Header)

	small, err := s.Source(s.Cases[0], mlx.Bfloat16)
	require.NoError(t, err)
	require.Equal(t, "rich[R=1 D=33, bfloat16]", small.Label())
	require.Equal(t, 64, small.Config.Threadgroup[0], "TG follows D")
	require.NotEqual(t, src.Kernel.Name, small.Kernel.Name)
	tuned, err := s.Source(s.Cases[0].With("TG", Int(32)), mlx.Bfloat16)
	require.NoError(t, err)
	require.Equal(t, 32, tuned.Config.Threadgroup[0])
}

func TestLineMap(t *testing.T) {
	s, err := Parse("rich.yaml", []byte(rich))
	require.NoError(t, err)
	src, err := s.Source(Case{}, mlx.Float16)
	require.NoError(t, err)
	g, err := src.Text()
	require.NoError(t, err)
	spec := strings.Split(rich, "\n")
	mapped := 0
	for i, l := range strings.Split(strings.TrimSuffix(g.Text, "\n"), "\n") {
		if n := g.SpecLine(i + 1); n > 0 && !strings.Contains(l, "constexpr") {
			mapped++
			require.Equal(t, strings.TrimPrefix(spec[n-1], "  "), l)
		}
	}
	require.Equal(t, 5, mapped)
	require.Equal(t, 3, g.SpecLine(1), "constants come from params")

	ps := src.Diagnose([]mlx.Diagnostic{
		{Severity: mlx.SeverityError, Code: "x", Message: "no", Part: mlx.PartSource, Line: 3, Column: 13, EndLine: 3, EndColumn: 17},
		{Severity: mlx.SeverityWarning, Code: "y", Message: "hm", Part: mlx.PartHeader, Line: 6, Column: 7, EndLine: 6, EndColumn: 12},
	})
	require.Equal(t, `rich.yaml:22:15: error: no
   22 |     if (flag) y[1] = T(big);
      |               ^~~~`, ps[0].Error())
	require.Equal(t, `rich.yaml:18:9: warning: hm
   18 |   float twice(float v) { return 2 * v; }
      |         ^~~~~`, ps[1].Error())
}

func TestCoverage(t *testing.T) {
	const text = `zmlx: 1
name: k
params: {N: 1024, G: N}
outputs: {y: {dtype: float32, shape: [N]}}
launch: {grid: [G], threadgroup: [256]}
source: y[thread_position_in_grid.x] = 0;
`
	s, err := Parse("k.yaml", []byte(text))
	require.NoError(t, err)
	for _, c := range []struct {
		grid int64
		want string
	}{
		{1024, ""}, {2048, ""}, {256, ""}, {512, ""}, // several elements a thread
		{1000, "the grid has 1000 threads for the 1024 elements of y"},
		{4, "the grid has 4 threads for the 1024 elements of y"},
	} {
		src, err := s.Source(Case{}.With("G", Int(c.grid)), mlx.Float32)
		require.NoError(t, err)
		if c.want == "" {
			require.Empty(t, src.Warnings, c.grid)
			continue
		}
		require.Len(t, src.Warnings, 1, c.grid)
		require.Equal(t, c.want, src.Warnings[0].Message)
		require.Equal(t, 5, src.Warnings[0].Line)
	}
}

// FuzzParse: no document may panic or hang, and an error has places within it.
func FuzzParse(f *testing.F) {
	f.Add([]byte(rich))
	paths, _ := filepath.Glob("testdata/problems/*.txtar")
	for _, p := range paths {
		if ar, err := txtar.ParseFile(p); err == nil {
			f.Add(ar.Files[0].Data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse("f.yaml", data)
		if err != nil {
			var ps Problems
			require.True(t, errors.As(err, &ps) && len(ps) > 0)
			require.NotEmpty(t, err.Error())
			return
		}
		for _, c := range s.AllCases() {
			if src, err := s.Source(c, s.DefaultDType()); err == nil && !src.Empty() {
				_, err := src.Text()
				require.NoError(t, err)
			}
		}
	})
}
