package trace

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// WriteChrome writes the timeline in Chrome's trace event format, which
// Perfetto opens. Bookmarks become instant events.
func (t *Timeline) WriteChrome(w io.Writer) error {
	c := chromeWriter{w: bufio.NewWriterSize(w, 1<<16)}
	c.text("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n")
	for i, track := range t.Tracks {
		c.put(chromeEvent{Name: "thread_name", Phase: "M", TID: i + 1, Args: map[string]any{"name": track.Name}})
		c.put(chromeEvent{Name: "thread_sort_index", Phase: "M", TID: i + 1, Args: map[string]any{"sort_index": i}})
		for _, row := range track.Rows {
			for _, s := range row {
				d := micros(s.Dur)
				e := chromeEvent{Name: t.Names[s.Name], Phase: "X", TID: i + 1, TS: micros(s.Start), Dur: &d}
				if s.N != 0 {
					e.Args = map[string]any{"n": s.N}
				}
				c.put(e)
			}
		}
	}
	for _, counter := range t.Counters {
		for _, s := range counter.Samples {
			c.put(chromeEvent{Name: counter.Name, Phase: "C", TS: micros(s.At), Args: map[string]any{counter.Unit: s.Value}})
		}
	}
	for _, m := range t.Marks {
		c.put(chromeEvent{Name: m.Name, Phase: "i", Scope: "g", TS: micros(m.At)})
	}
	c.text("\n]}\n")
	return errors.Join(c.err, c.w.Flush())
}

type chromeEvent struct {
	Name  string         `json:"name"`
	Phase string         `json:"ph"`
	PID   int            `json:"pid"`
	TID   int            `json:"tid"`
	TS    float64        `json:"ts"` // microseconds
	Dur   *float64       `json:"dur,omitempty"`
	Scope string         `json:"s,omitempty"`
	Args  map[string]any `json:"args,omitempty"`
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

type chromeWriter struct {
	w     *bufio.Writer
	comma bool
	err   error
}

func (c *chromeWriter) text(s string) {
	if _, err := c.w.WriteString(s); err != nil {
		c.err = err
	}
}

func (c *chromeWriter) put(e chromeEvent) {
	e.PID = 1
	text, err := json.Marshal(e)
	if err != nil {
		c.err = fmt.Errorf("trace event %q: %w", e.Name, err)
		return
	}
	if c.comma {
		c.text(",\n")
	}
	c.comma = true
	c.text(string(text))
}

// WriteFolded writes what the spans of a top-down table take themselves, in
// microseconds, one stack a line: what flame graphs are made of.
func (n *Node) WriteFolded(w io.Writer) error {
	out := bufio.NewWriter(w)
	var visit func(n *Node, stack string)
	visit = func(n *Node, stack string) {
		if n.Self > 0 {
			fmt.Fprintf(out, "%s %d\n", stack, n.Self.Microseconds())
		}
		for _, c := range n.Children {
			visit(c, stack+";"+c.Name)
		}
	}
	for _, track := range n.Children {
		visit(track, track.Name)
	}
	return out.Flush()
}
