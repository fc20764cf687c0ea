package trace

import "time"

// Window is the stretch of a timeline that is looked at, from From to before
// To.
type Window struct{ From, To time.Duration }

// narrowest is how far one can zoom in.
const narrowest = 100 * time.Nanosecond

// All is the window of the whole timeline.
func (t *Timeline) All() Window { return Window{0, max(t.End(), narrowest)} }

// Width is how long the window is.
func (w Window) Width() time.Duration { return w.To - w.From }

// Zoom makes the window by times narrower (wider for by below 1) such that at
// stays where it is.
func (w Window) Zoom(by float64, at time.Duration) Window {
	width := max(time.Duration(float64(w.Width())/by), narrowest)
	share := float64(at-w.From) / float64(max(w.Width(), 1))
	from := at - time.Duration(share*float64(width))
	return Window{from, from + width}
}

// Pan moves the window by a share of its width.
func (w Window) Pan(by float64) Window {
	d := time.Duration(by * float64(w.Width()))
	return Window{w.From + d, w.To + d}
}

// Show moves the window just as far as it takes to see a stretch, or to see
// its beginning where it is wider than the window.
func (w Window) Show(from, to time.Duration) Window {
	width := w.Width()
	switch {
	case from < w.From || to-from > width:
		return Window{from, from + width}
	case to > w.To:
		return Window{to - width, to}
	}
	return w
}

// Within moves and narrows the window so that it lies within another.
func (w Window) Within(all Window) Window {
	width := min(w.Width(), all.Width())
	from := min(max(w.From, all.From), all.To-width)
	return Window{from, from + width}
}

// Column is the time at which a column of so many begins.
func (w Window) Column(i, columns int) time.Duration {
	return w.From + time.Duration(float64(w.Width())*float64(i)/float64(max(columns, 1)))
}

// Run is a stretch of a row that a drawing shows as one: a span that is wide
// enough to be seen, or neighbours that are not. It holds the spans from First
// to before Last.
type Run struct{ First, Last int }

// Runs splits what a window shows of a row. Neighbours that are shorter than
// narrow, and no further apart, are one run of at most six times that. It
// costs the logarithm of the number of spans for each run, so that a million
// of them draw as fast as ten.
func Runs(row []Span, w Window, narrow time.Duration) []Run {
	var out []Run
	for i := ending(row, w.From-1); i < len(row) && row[i].Start < w.To; {
		j, until := i+1, row[i].Start+4*narrow
		for at := row[i]; at.Dur < narrow; {
			// The spans that start within narrow of this one's start.
			next := j + after(row[j:], at.Start+narrow)
			if next > j && row[next-1].Dur >= narrow {
				next-- // only the last of them can be wide
			}
			j = next
			at = row[j-1]
			if j == len(row) || row[j].Dur >= narrow || row[j].Start-at.End() >= narrow || row[j].End() > until {
				break
			}
			at, j = row[j], j+1
		}
		out = append(out, Run{i, j})
		i = j
	}
	return out
}
