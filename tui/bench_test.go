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
		p.m.dirty = true
		p.m.View()
	}
}

// logPlayer shows the findings pane with a log of so many lines.
func logPlayer(lines int) *Player {
	p := newPlayer(fakeOptions(), config{}, nil, cells.TrueColor, 120, 40)
	p.Keys("f5", "f3", "3")
	for i := range lines {
		p.m.space.Job.Log = append(p.m.space.Job.Log, fmt.Sprintf("line %d of the log", i))
	}
	p.Keys("home", "G") // the first key lets the rows follow
	return p
}

func TestLogOf100000Lines(t *testing.T) {
	require.Contains(t, logPlayer(100_000).Frame().String(), "line 99999 of the log")
}

// BenchmarkLog is a step through a log and its frame: it does not depend on
// the log's length.
func BenchmarkLog(b *testing.B) {
	for _, lines := range []int{100, 100_000} {
		b.Run(fmt.Sprint(lines), func(b *testing.B) {
			p := logPlayer(lines)
			for b.Loop() {
				p.m.Update(keyNamed("k"))
				p.m.View()
			}
		})
	}
}
