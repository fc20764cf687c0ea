package mlx

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// TestMetalMessages maps messages of Apple's compiler to the kernel's parts.
func TestMetalMessages(t *testing.T) {
	files, err := filepath.Glob("testdata/metal/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			require.NoError(t, err)
			part := map[string]string{}
			for _, f := range a.Files {
				part[f.Name] = string(f.Data)
			}
			k := KernelSource{Name: "k", InputNames: []string{"inp"}, OutputNames: []string{"out"}, Header: part["header"], Source: part["source"]}
			gen, err := k.Generate([]ArgInfo{{Bfloat16, []int{100}}},
				LaunchConfig{Grid: [3]int{100, 1, 1}, Threadgroup: [3]int{1, 1, 1}, OutputShapes: [][]int{{100}}, OutputDTypes: []DType{Bfloat16}})
			require.NoError(t, err)
			places := metalPlaces{gen: gen, before: func() int { t.Error("the lines need no counting"); return 0 }}
			if first, err := strconv.Atoi(strings.TrimSpace(part["numbering"])); err == nil {
				places.before = func() int { return first - 1 }
			}
			var got strings.Builder
			for _, d := range places.diagnostics(parseMetal(part["message"])) {
				fmt.Fprintf(&got, "%s:%d:%d-%d: %s %s: %s\n", d.Part, d.Line, d.Column, d.EndColumn, d.Severity, d.Code, d.Message)
				for _, n := range d.Notes {
					fmt.Fprintf(&got, "  %s:%d:%d: %s\n", n.Part, n.Line, n.Column, n.Message)
				}
			}
			require.Equal(t, part["want"], got.String(), gen.Text)
		})
	}
}

// TestMetalText wants lines and columns to stay, and what would harm to go.
func TestMetalText(t *testing.T) {
	const plain = "uint i = 0;\n\tx[i] = 1;\n"
	require.Equal(t, plain, metalText(plain))
	text := "int a = i % n;\r\n#define M(a, b) a % \\\n  b\n// naïve\nlast % 2"
	got := metalText(text)
	before, after := strings.Split(text, "\n"), strings.Split(got, "\n")
	require.Len(t, after, len(before))
	for i, line := range after {
		if strings.Contains(line, "%") {
			require.Greater(t, len(line), unquoted)
		} else {
			require.Less(t, len(line), 100)
		}
		require.Equal(t, strings.HasSuffix(before[i], `\`), strings.HasSuffix(line, `\`))
		require.Equal(t, strings.HasSuffix(before[i], "\r"), strings.HasSuffix(line, "\r"))
	}
	require.Equal(t, "// na??ve", after[3], "a byte for a byte")
}
