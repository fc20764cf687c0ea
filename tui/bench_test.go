package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/tui/cells"
	"github.com/zmlx/zmlx/tui/work"
)

// longPlayer shows all panes over a document of 5,000 lines.
func longPlayer(w, h int) *Player {
	var text strings.Builder
	text.WriteString(strings.TrimSuffix(fakeSpec, "reference: y = x\n"))
	for i := range 5000 {
		fmt.Fprintf(&text, "  float v%d = simd_sum(x[%d]) * 0.5f; // line %d\n", i, i, i)
	}
	o := fakeOptions()
	o.Catalog = func() ([]work.Entry, error) { return []work.Entry{{Name: "long", Text: text.String()}}, nil }
	p := newPlayer(o, config{}, nil, cells.TrueColor, w, h)
	p.Keys("f5", "2", "ctrl+end")
	return p
}

// BenchmarkKeypress is a key until its frame is composed, with all panes and
// 5,000 lines. It reports the 99th percentile too.
func BenchmarkKeypress(b *testing.B) {
	p := longPlayer(200, 60)
	var times []time.Duration
	for i := 0; b.Loop(); i++ {
		begin := time.Now()
		p.m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{rune('a' + i%26)}})
		p.m.View()
		times = append(times, time.Since(begin))
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
}

func BenchmarkCompose200x60(b *testing.B) {
	p := longPlayer(200, 60)
	b.ReportAllocs()
	for b.Loop() {
		_ = p.Frame().ANSI(cells.TrueColor)
	}
}

// TestLogOf100000Lines fills the findings pane with a log.
func TestLogOf100000Lines(t *testing.T) {
	p := newPlayer(fakeOptions(), config{}, nil, cells.NoColor, 120, 40)
	p.Keys("f5", "f3", "3")
	for i := range 100_000 {
		p.m.space.Job.Log = append(p.m.space.Job.Log, fmt.Sprintf("line %d of the log", i))
	}
	p.Keys("home", "G") // the first key lets the rows follow
	require.Contains(t, p.Frame().String(), "line 99999 of the log")
	begin := time.Now()
	const keys = 5
	for range keys {
		p.Keys("k")
		p.Frame()
	}
	require.Less(t, time.Since(begin)/keys, 200*time.Millisecond)
}
