package theme

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/highlight"
)

func TestEveryTextIsLegible(t *testing.T) {
	for _, name := range Names() {
		th, err := New(name, cells.TrueColor)
		require.NoError(t, err)
		want := 4.5
		if name == "contrast" {
			want = 7
		}
		for k := range highlight.Kind(highlight.Kinds) {
			require.GreaterOrEqual(t, cells.Contrast(th.Syntax(k).Fg, th.Base.Bg), want-0.05, "%s: %d", name, k)
		}
		for role, s := range map[string]cells.Style{"muted": th.Muted, "error": th.Error, "warning": th.Warning, "info": th.Info, "ok": th.OK} {
			require.GreaterOrEqual(t, cells.Contrast(s.Fg, th.Base.Bg), want-0.05, "%s: %s", name, role)
		}
	}
}

func TestFewColoursUseAttributes(t *testing.T) {
	for _, p := range []cells.Profile{cells.NoColor, cells.ANSI16} {
		th, err := New("dark", p)
		require.NoError(t, err)
		for _, s := range []cells.Style{th.Selection, th.Cursor, th.Match, th.Bracket} {
			require.NotZero(t, s.Attr)
		}
	}
}

// TestFewColoursOnAnyBackground: no text has the colour that the terminal's own
// background may have.
func TestFewColoursOnAnyBackground(t *testing.T) {
	for _, name := range Names() {
		th, err := New(name, cells.ANSI16)
		require.NoError(t, err)
		for k := range highlight.Kind(highlight.Kinds) {
			fg := th.Syntax(k).Fg
			require.False(t, fg.IsSet() && fg.Grey16(), "%s: %d", name, k)
		}
	}
}

func TestThemeFromAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.xml")
	require.NoError(t, os.WriteFile(path, []byte(`<style name="own"><entry type="Background" style="#111111 bg:#eeeeee"/><entry type="Keyword" style="#0000cc"/></style>`), 0o644))
	th, err := New(path, cells.TrueColor)
	require.NoError(t, err)
	require.Equal(t, cells.Hex("#0000cc"), th.Syntax(highlight.Keyword).Fg)
	require.Equal(t, cells.Hex("#eeeeee"), th.Base.Bg)
	require.NoError(t, os.WriteFile(path, []byte("nonsense"), 0o644))
	_, err = New(path, cells.TrueColor)
	require.ErrorContains(t, err, "no chroma style")
}

func TestUnknownTheme(t *testing.T) {
	_, err := New("nope", cells.TrueColor)
	require.ErrorContains(t, err, `unknown theme "nope"`)
}

func TestHeatIsOrdered(t *testing.T) {
	th, err := New("dark", cells.TrueColor)
	require.NoError(t, err)
	require.Less(t, th.Heat(0).Luminance(), th.Heat(0.5).Luminance())
	require.Equal(t, th.Heat(0), th.Heat(-3))
	require.Equal(t, th.Heat(1), th.Heat(7))
}
