package report

import (
	"bytes"
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"
	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/profile/trace"
	"github.com/zmlx/zmlx/workbench"
)

func profiled() *workbench.ProfileResult {
	start := time.Unix(0, 0)
	rec := trace.NewRecorder(func() time.Time { return start })
	rec.Track("engine").Add("profile", start, 10*time.Millisecond, 0)
	rec.Track("engine").Add("launch </script>", start.Add(time.Millisecond), 8*time.Millisecond, 0)
	rec.Track("core 0").Add("threadgroups", start.Add(2*time.Millisecond), 6*time.Millisecond, 16)
	rec.Count("heap in use", "bytes", 1<<20)
	line := workbench.Counts{Instructions: 90, Slots: 100, Loads: 10, LoadBytes: 40, Transactions: 2, FLOPs: 7}
	generated := workbench.Counts{Instructions: 10, Slots: 10}
	total := workbench.Counts{Instructions: 100, Slots: 110, Loads: 10, LoadBytes: 40, Transactions: 2, FLOPs: 7}
	return &workbench.ProfileResult{File: "k.yaml", Text: "name: k\nsource: y[0] = x[0] < 1 ? \"<b>\" : 0;\n", Name: "k", Device: "host", Case: "D=4", Status: workbench.StatusOK,
		Lines: []workbench.ProfileLine{{File: "k.yaml", Line: 2, Part: workbench.PartSource, Text: "y[0] = x[0] < 1;", Counts: line},
			{File: "k.yaml", Part: workbench.PartSignature, Counts: generated}},
		Totals:  total,
		Buffers: []workbench.BufferTraffic{{BufferCount: mlx.BufferCount{Name: "x", Bytes: 40, Loads: 10, LoadBytes: 40, Transactions: 2, Useful: 40, Segments: 1}, Moved: 256, Coalesced: 0.15625, Reread: 2}},
		Memory:  workbench.MemoryUse{Needed: 80, Moved: 256, Intensity: 0.5}, Advice: []string{"pad <rows>"},
		RunMS: 6, Launches: []float64{8, 6}, Timeline: rec.Timeline(),
		Roof: &workbench.MeasureResult{CopyGBps: 10, GFlops: 5}}
}

func TestPProfOpensByLine(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, Profile(&b, profiled(), ProfileOptions{}, Options{Format: PProf}))
	p, err := profile.ParseData(b.Bytes())
	require.NoError(t, err)
	require.NoError(t, p.CheckValid())
	require.Equal(t, int64(2), p.Sample[0].Location[0].Line[0].Line)
	require.Equal(t, []int64{90, 100, 7, 0, 40, 2, 0, 0, 0, 0}, p.Sample[0].Value)

	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go command here to open the profile with")
	}
	path := filepath.Join(t.TempDir(), "k.pb.gz")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	out, err := exec.CommandContext(t.Context(), tool, "tool", "pprof", "-top", "-lines", path).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Regexp(t, `(?m)^ +90 90\.00% .* k k\.yaml:2$`, string(out))
}

// outside finds what would make a browser load something.
var outside = regexp.MustCompile(`(?i)\s(src|href|srcset|data|action|poster|ping|background)\s*=|url\(|@import|<(script|link|iframe|object|embed|img|base)\b|https?://`)

func TestPageIsSelfContained(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, Profile(&b, profiled(), ProfileOptions{}, Options{Format: HTML}))
	text := b.String()
	require.Contains(t, text, `content="default-src 'none'; style-src 'unsafe-inline'"`)
	require.Empty(t, outside.FindAllString(strings.ReplaceAll(text, `xmlns="http://www.w3.org/2000/svg"`, ""), -1))
	for _, name := range workbench.ProfilePlots {
		require.Contains(t, text, `<h2 id="`+name+`">`)
	}
	require.Equal(t, len(workbench.ProfilePlots), strings.Count(text, "<svg "))
	require.Contains(t, text, "&lt;b&gt;")
	require.Contains(t, text, "pad &lt;rows&gt;")
}

func TestEveryViewAndPlotPrints(t *testing.T) {
	r := profiled()
	for _, format := range []Format{Table, CSV, Markdown} {
		for _, view := range ProfileViews {
			var b bytes.Buffer
			require.NoError(t, Profile(&b, r, ProfileOptions{View: View(view)}, Options{Format: format}))
			require.Greater(t, strings.Count(b.String(), "\n"), 1, "%s %s", view, format)
			if format == CSV {
				_, err := csv.NewReader(&b).ReadAll()
				require.NoError(t, err)
			}
		}
		for _, plot := range workbench.ProfilePlots {
			var b bytes.Buffer
			require.NoError(t, Profile(&b, r, ProfileOptions{View: LinesView, Plot: plot}, Options{Format: format}))
			require.NotEmpty(t, b.String())
		}
	}
	var b bytes.Buffer
	require.NoError(t, ProfileDiff(&b, r.Timeline, r.Timeline.Longer(7*time.Millisecond), Options{Format: CSV}))
	require.Contains(t, b.String(), "6,0,-6,1,1,all tracks;core 0\n")
}
