package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/workbench"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares named outputs with testdata/NAME.txtar.
func golden(t *testing.T, name string, outputs []txtar.File) {
	t.Helper()
	path := "testdata/" + name + ".txtar"
	got := txtar.Format(&txtar.Archive{Files: outputs})
	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

func num(f float64) *workbench.Number {
	n := workbench.Number(f)
	return &n
}

func results() []*workbench.CheckResult {
	good := workbench.OutputReport{Name: "y", DType: "float32", Shape: []int{2, 64}, Elements: 128, MaxAbs: 1.25e-7, MaxRel: 3e-7, MaxULP: 2,
		RMS: 4.5e-8, RMSPlain: num(6.5e-8), RTol: 1e-5}
	bad := workbench.OutputReport{Name: "y", DType: "float16", Shape: []int{2, 64}, Elements: 128, Mismatches: 3, MaxAbs: workbench.Number(math.Inf(1)),
		MaxRel: 0.5, MaxULP: 1000, RMS: workbench.Number(math.NaN()), RMSPlain: num(1e-3), NaN: 1, Inf: 2, Unwritten: 1,
		First: &workbench.First{Index: []int{1, 3}, Got: "nan", Want: "0.123456789"}}
	index := workbench.OutputReport{Name: "i", DType: "int32", Shape: []int{2}, Elements: 2}
	finding := workbench.Finding{Kind: "out-of-bounds", Message: "load of 4 bytes at 400, past the 16 bytes of x", File: "k.yaml", Line: 12, Column: 8,
		Part: workbench.PartSource, PartLine: 2, Thread: [3]uint32{96, 0, 0}, Threadgroup: [3]uint32{3, 0, 0}, Lane: 0, Buffer: "x", Count: 32,
		Rendered: "k.yaml:12:8: error: load of 4 bytes at 400, past the 16 bytes of x\n   12 |   y[i] = x[i + 100];\n      |        ^\n"}
	diagnostic := workbench.Diagnostic{Severity: workbench.SeverityError, Code: "undeclared-identifier", Message: "use of undeclared identifier 'a,b'",
		File: "broken.launch.json", Part: workbench.PartSource, PartLine: 3, PartColumn: 5,
		Rendered: "broken.launch.json:source:3:5: error: use of undeclared identifier 'a,b'\n"}
	warning := workbench.Diagnostic{Severity: workbench.SeverityWarning, Code: "unused", Message: "100% unused", File: "lib.metal", Line: 4, Column: 2, EndLine: 4, EndColumn: 9,
		Part: workbench.PartFile, PartLine: 4, PartColumn: 2, Rendered: "lib.metal:4:2: warning: 100% unused\n"}
	return []*workbench.CheckResult{
		{File: "norm/rmsnorm.yaml", Name: "rmsnorm", Kind: workbench.SpecDocument, Device: "host", Status: workbench.StatusOK, Timings: workbench.Timings{Compile: 3.1, Run: 0.4, Total: 5},
			Cases:     []workbench.CaseReport{{Params: "default", DType: "float32", Status: workbench.StatusOK, Outputs: []workbench.OutputReport{good, index}, CompileMS: 3.1, RunMS: 0.4}},
			Gradients: []workbench.GradientReport{{Params: "default", DType: "float32", Input: "x", Program: "d_x = g_y", Error: 2e-9, MaxAbs: 1e-7, OK: true}}},
		{File: "k.yaml", Name: "k", Kind: workbench.SpecDocument, Device: "host", Status: workbench.StatusFinding, Timings: workbench.Timings{Total: 1500},
			Cases: []workbench.CaseReport{
				{Params: "default", DType: "float16", Status: workbench.StatusMismatch, Outputs: []workbench.OutputReport{bad}, CompileMS: 1, RunMS: 1},
				{Case: 1, Params: "D=33", DType: "float16", Status: workbench.StatusFinding, Findings: []workbench.Finding{finding}, CompileMS: 1, RunMS: 1}},
			Gradients: []workbench.GradientReport{{Params: "default", DType: "float16", Input: "x", Program: "d_x = 2 * g_y", Error: 0.5}}},
		{File: "broken.launch.json", Name: "broken", Kind: workbench.RecordDocument, Device: "host", Status: workbench.StatusCompileError,
			Cases: []workbench.CaseReport{{Status: workbench.StatusCompileError, Diagnostics: []workbench.Diagnostic{diagnostic}}}},
		{File: "lib.metal", Name: "lib.metal", Kind: workbench.MetalDocument, Device: "host", Status: workbench.StatusOK, Diagnostics: []workbench.Diagnostic{warning}},
	}
}

func TestCheckFormats(t *testing.T) {
	var files []txtar.File
	for _, format := range Checks {
		var b bytes.Buffer
		c := NewChecker(&b, Options{Format: format}, format == Table)
		for _, r := range results() {
			require.NoError(t, c.Add(r))
		}
		require.NoError(t, c.Close(workbench.ExitFinding))
		files = append(files, txtar.File{Name: string(format), Data: b.Bytes()})
		switch format {
		case JSON:
			require.True(t, json.Valid(b.Bytes()), format)
		case NDJSON:
			for _, line := range strings.Split(strings.TrimSpace(b.String()), "\n") {
				require.True(t, json.Valid([]byte(line)), line)
			}
		}
	}
	golden(t, "check", files)
}

func TestRunFormats(t *testing.T) {
	r := &workbench.RunResult{Status: workbench.StatusOK, Name: "softmax", Device: "host", Executor: "interp", Case: "R=4 D=8 T=float32", Seed: 7,
		Grid: [3]int{1024, 1, 1}, Threadgroup: [3]int{256, 1, 1}, Log: []string{"hello"}, Saved: []string{"y.npy"},
		Outputs: []workbench.Array{
			{Name: "y", DType: "float32", Shape: []int{4, 8}, Min: 0.001, Max: 0.75, Mean: 0.125, NaN: 1, Head: []workbench.Value{"0.12345679", "nan", "1e-30", "2", "3"}},
			{Name: "total", DType: "int64", Shape: []int{}, Min: -9, Max: -9, Mean: -9, Head: []workbench.Value{"-9223372036854775807"}},
		},
		Timings: workbench.Timings{Compile: 3.25, Run: 0.42, Total: 1204}}
	var files []txtar.File
	for _, format := range Tabular {
		var b bytes.Buffer
		require.NoError(t, Run(&b, r, Options{Format: format}))
		files = append(files, txtar.File{Name: string(format), Data: b.Bytes()})
	}
	golden(t, "run", files)
}

func TestColourIsNeverTheOnlySign(t *testing.T) {
	for _, s := range []workbench.Status{workbench.StatusOK, workbench.StatusMismatch, workbench.StatusTimeout, workbench.StatusFinding} {
		plain, painted := Paint(false).Status(s), Paint(true).Status(s)
		require.NotContains(t, plain, "\x1b")
		require.Contains(t, painted, plain)
		require.Equal(t, ansi.StringWidth(plain), ansi.StringWidth(painted))
	}
}

func TestTruncate(t *testing.T) {
	require.Equal(t, "short", truncate("short", 0))
	require.Equal(t, "short", truncate("short", 5))
	require.Equal(t, "sho…", truncate("short", 4))
	require.Equal(t, "a\x1b[31mbc…\x1b[0m", truncate("a\x1b[31mbcde\x1b[0m", 4))
}

// TestExcerptFits holds excerpts of lines that are wider than the terminal: what
// is around the caret is shown, above its marks.
func TestExcerptFits(t *testing.T) {
	const wide = "k.metal:1:31: error: use of undeclared identifier 'here'\n" +
		"    1 | one + two + three + 漢字 + five + here + seven + eight + nine;\n" +
		"      |                                   ^~~~\n" +
		"    + | one + two + three + 漢字 + five + her + seven + eight + nine;\n"
	for _, tt := range []struct {
		width int
		want  string
	}{
		{0, wide},
		{100, wide},
		{38, "k.metal:1:31: error: use of undeclared identifier 'here'\n" +
			"    1 | …漢字 + five + here + seven +…\n" +
			"      |                ^~~~\n" +
			"    + | …漢字 + five + her + seven + …\n"},
		{9, "k.metal:1:31: error: use of undeclared identifier 'here'\n    1 | …\n      | ^\n    + | …\n"},
	} {
		require.Equal(t, tt.want, fit(wide, tt.width), "width %d", tt.width)
	}
}
