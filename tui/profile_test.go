package tui

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/profile/trace"
	"github.com/zmlx/zmlx/tui/cells"
)

// footer is the last line but one of the timeline pane: what is selected.
func footer(p *Player) string { b := p.Frame(); return b.Line(b.H - 3) }

// TestTimeline walks through a timeline as a user does.
func TestTimeline(t *testing.T) {
	p := newPlayer(fakeOptions(), config{}, nil, cells.NoColor, 120, 40)
	p.Keys("p", "3")
	require.Contains(t, footer(p), "profile fake.yaml: 20 ms from 0 ns, on engine")
	p.Keys("j")
	require.Contains(t, footer(p), "parse: 2 ms from 0 ns")
	p.Keys("n")
	require.Contains(t, footer(p), "compile: 6 ms from 2 ms")
	p.Keys("N", "N")
	require.Contains(t, footer(p), "parse: 2 ms")
	p.Keys("n", "enter")
	require.Contains(t, p.Frame().String(), "6.67 ms of 20 ms")
	p.Keys("r", "n", "r")
	require.Contains(t, footer(p), "launch: 4 ms from 9 ms, on engine · range 11 ms from 2 ms")
	p.Keys("1", "]") // the table is about the range
	require.Regexp(t, `compile +6 ms`, p.Frame().String())
	require.NotRegexp(t, `▸Top-down.*parse`, p.Frame().String())
	p.Keys("3", "r", "0", "b")
	require.Contains(t, p.Frame().String(), "20 ms of 20 ms")
	p.Keys("/")
	p.Type("launch|[")
	p.Keys("backspace", "backspace")
	p.Type("")
	p.Keys("enter")
	require.Contains(t, p.Frame().String(), "2 spans like launch")
	p.Keys("/", "ctrl+u", "enter", "d")
	p.Type("3ms")
	p.Keys("enter")
	require.Contains(t, p.Frame().String(), "7 spans of at least 3 ms")
	p.Keys("d")
	p.Type("soon")
	p.Keys("enter")
	require.Contains(t, p.Frame().String(), "no duration such as")
	p.Keys("/")
	p.Type("([")
	p.Keys("enter")
	require.Contains(t, p.Frame().String(), `"([" is no regular expression`)
	require.Nil(t, p.m.crash)
}

// TestFilterStaysForTheNextProfile: what is selected is a span that the filter
// leaves, if there is any.
func TestFilterStaysForTheNextProfile(t *testing.T) {
	p := newPlayer(fakeOptions(), config{}, nil, cells.NoColor, 120, 40)
	p.Keys("p", "3", "/")
	p.Type("launch")
	p.Keys("enter", "p", "3")
	require.Contains(t, footer(p), "launch: 4 ms from 9 ms")
	p.Keys("/")
	p.Type("zzz")
	p.Keys("enter", "p", "3")
	require.Contains(t, footer(p), "no span is selected")
}

// TestBookmarks: one key goes from bookmark to bookmark and selects what begins
// there, also where all of the time is in sight.
func TestBookmarks(t *testing.T) {
	p := newPlayer(fakeOptions(), config{}, nil, cells.NoColor, 120, 40)
	p.Keys("p", "3", "j", "n", "b", "n", "b", "n", "'")
	require.Contains(t, footer(p), "compile: 6 ms from 2 ms")
	p.Keys("'")
	require.Contains(t, footer(p), "launch: 4 ms from 9 ms")
	p.Keys("'")
	require.Contains(t, footer(p), "compile: 6 ms from 2 ms")
}

// TestSavedTimeline: a timeline is saved with its bookmarks, opened again, and
// compared with what was profiled before and after.
func TestSavedTimeline(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b.trace")
	p := newPlayer(fakeOptions(), config{}, nil, cells.NoColor, 120, 40)
	p.Keys("p", "3", "j", "b", "w", "ctrl+u")
	p.Type(path)
	p.Keys("enter")
	require.Contains(t, p.Frame().String(), "wrote ")
	p.Keys("w", "ctrl+u")
	p.Type("other.json")
	p.Keys("enter")
	require.Contains(t, p.Frame().String(), "end the name in .trace")

	p = newPlayer(fakeOptions(), config{}, []string{path}, cells.NoColor, 120, 40)
	require.Contains(t, p.Frame().String(), "8 spans in 20 ms")
	require.Regexp(t, `▸Top-down`, p.Frame().String())
	require.Equal(t, "zmlx profile '"+path+"'", p.m.space.TraceLine())
	p.Keys("3", "j", "j", "'")
	require.Nil(t, p.m.space.Profile.Doc)
	require.Len(t, p.m.space.Profile.Profile.Timeline.Marks, 1)
	p.Keys("alt+k", "1", "[", "enter", "]") // lines, of which there are none
	require.Nil(t, p.m.crash)
	p.Keys("f2", "p", "f4", "1")
	require.NotNil(t, p.m.space.ProfileBefore)
	p.Keys("]", "]", "]")
	require.Regexp(t, `▸Chang`, p.Frame().String())
	require.Regexp(t, `compile +6 ms +6 ms`, p.Frame().String())

	p = newPlayer(fakeOptions(), config{}, []string{filepath.Join(t.TempDir(), "none.trace")}, cells.NoColor, 120, 40)
	require.Contains(t, p.Frame().String(), "no such file")
}

// TestCosts puts the shares of a profile beside the spec's lines, where they
// follow the text.
func TestCosts(t *testing.T) {
	p := newPlayer(fakeOptions(), config{}, nil, cells.NoColor, 120, 40)
	p.Keys("p", "f2", "2")
	require.Regexp(t, `14 ▅ 50%`, p.Frame().String())
	p.Keys("ctrl+home", "enter")
	require.Regexp(t, `15 ▅ 50%`, p.Frame().String())
	p.Keys("alt+k", "alt+k")
	require.NotContains(t, p.Frame().String(), "50%")
}

// TestProfileOfTheSelectedCase: case and type are those of the measurement
// that is selected.
func TestProfileOfTheSelectedCase(t *testing.T) {
	p := newPlayer(fakeOptions(), config{}, nil, cells.NoColor, 120, 40)
	line := p.m.catalog.Get("profile").CommandLine
	require.Equal(t, "zmlx profile fake", line())
	p.Keys("f9", "f4", "1", "j", "j")
	require.Equal(t, "zmlx profile fake --case 1 --dtype float16", line())
}

// TestProfileOfAWrongKernel: one that does not compile has no timeline, and
// the panes say what is wrong instead.
func TestProfileOfAWrongKernel(t *testing.T) {
	p := newPlayer(fakeOptions(), config{}, nil, cells.NoColor, 120, 40)
	p.Keys("f2", "2", "ctrl+end")
	p.Keys("enter")
	p.Type("oops")
	p.Keys("ctrl+t")
	require.Nil(t, p.m.crash)
	require.Contains(t, p.Frame().String(), "does not compile")
}

// longTimeline shows a timeline of so many spans, on two levels.
func longTimeline(spans int) *Player {
	p := newPlayer(fakeOptions(), config{}, nil, cells.TrueColor, 200, 60)
	p.Keys("p", "3")
	t := &trace.Timeline{Names: []string{"job", "even", "odd"}, Tracks: []trace.TrackSpans{{Name: "engine", Rows: make([][]trace.Span, 2)}}}
	for i := range spans {
		t.Tracks[0].Rows[1] = append(t.Tracks[0].Rows[1], trace.Span{Name: 1 + i%2, Start: time.Duration(i) * 1000, Dur: 900})
	}
	t.Tracks[0].Rows[0] = []trace.Span{{Dur: time.Duration(spans) * 1000}}
	p.m.space.Profile.Profile.Timeline = t
	p.Keys("j")
	return p
}

func TestTimelineOf50000Spans(t *testing.T) {
	p := longTimeline(50_000)
	require.Contains(t, p.Frame().String(), "50001 spans")
	p.Keys("G", "+", "+")
	require.Contains(t, p.Frame().String(), "12.5 ms of 50 ms")
	require.Positive(t, strings.Count(p.Frame().String(), "▒"))
}

// BenchmarkTimeline is a step through a timeline and its frame: it hardly
// depends on the number of spans.
func BenchmarkTimeline(b *testing.B) {
	for _, spans := range []int{100, 50_000, 1_000_000} {
		b.Run(fmt.Sprint(spans), func(b *testing.B) {
			p := longTimeline(spans)
			for b.Loop() {
				p.m.Update(keyNamed("n"))
				p.m.View()
			}
		})
	}
}
