package workbench

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/profile/plot"
)

// NamedFigure is a figure of a result. Name chooses it on the command line.
type NamedFigure struct {
	Name   string
	Title  string
	Figure plot.Figure
}

// ProfilePlots are the names of a profile's plots.
var ProfilePlots = []string{"timeline", "time", "work", "traffic", "roofline", "memory"}

// Figures are the plots of a profile, those of ProfilePlots; a saved timeline
// has no plots of counts.
func (r *ProfileResult) Figures() []NamedFigure {
	top := r.Timeline.TopDown(r.Timeline.All())
	out := []NamedFigure{
		{"timeline", "Timeline of " + r.Name, plot.NewTimeline(r.Timeline)},
		{"time", "Where the time goes", plot.Icicle{Label: "time by what was at work", Unit: "ms", Root: plot.FrameOf(top)}},
	}
	if len(r.Lines) > 0 {
		out = append(out,
			NamedFigure{"work", "Where the work is", plot.Icicle{Label: "lanes by line, active or not", Unit: "lanes", Root: r.workFrame()}},
			NamedFigure{"traffic", "Memory traffic by buffer", r.trafficFigure()},
			NamedFigure{"roofline", "Roofline of " + r.Device, r.roofline()})
	}
	return append(out, NamedFigure{"memory", "Memory over time", plot.Counters{Timeline: r.Timeline, Label: "memory", Unit: "bytes"}})
}

func (r *ProfileResult) workFrame() plot.Frame {
	root := plot.Frame{Name: r.Name, Value: float64(r.Totals.Slots)}
	for _, l := range r.Lines {
		name := "generated"
		if l.Line > 0 {
			name = fmt.Sprintf("%d %s", l.Line, l.Text)
		}
		root.Children = append(root.Children, plot.Frame{Name: name, Value: float64(l.Slots)})
	}
	slices.SortStableFunc(root.Children, func(a, b plot.Frame) int { return cmp.Compare(b.Value, a.Value) })
	return root
}

func (r *ProfileResult) trafficFigure() plot.Figure {
	f := plot.Bars{Label: "bytes moved in transactions", Unit: "bytes", Parts: []string{"asked for", "moved beside it"}}
	for _, b := range r.Buffers {
		if b.Moved > 0 {
			f.Rows = append(f.Rows, plot.BarRow{Name: b.Name, Values: []float64{float64(b.Useful), float64(b.Moved - b.Useful)}})
		}
	}
	return f
}

func (r *ProfileResult) roofline() plot.Roofline {
	f := rooflineOf(r.Roof)
	if r.RunMS > 0 {
		f.Kernels = []plot.RoofPoint{{Name: strings.TrimSpace(r.Name + " " + r.Case), Intensity: float64(r.Memory.Intensity), GFLOPS: float64(r.Totals.FLOPs) / (r.RunMS * 1e6)}}
	}
	return f
}

// rooflineOf has the roofs of a device and no kernels yet; m may be nil.
func rooflineOf(m *MeasureResult) plot.Roofline {
	if m == nil {
		return plot.Roofline{}
	}
	f := plot.Roofline{Bandwidths: []plot.Roof{{Name: "copy", Rate: m.CopyGBps}}}
	for _, p := range []plot.Roof{{Name: "matrix", Rate: m.GFlopsMatrix}, {Name: "float4", Rate: m.GFlopsVec}, {Name: "scalar", Rate: m.GFlops}} {
		if p.Rate > 0 {
			f.Peaks = append(f.Peaks, p)
		}
	}
	return f
}

// BenchFigures are the plots of measured lines: all of them under the roof of
// each device, then the samples of each line.
func BenchFigures(lines []BenchLine) []NamedFigure {
	var out []NamedFigure
	for _, device := range distinct(lines, func(l BenchLine) string { return l.Device }) {
		out = append(out, NamedFigure{"roofline", "Roofline of " + device, benchRoofline(lines, device)})
	}
	for _, l := range lines {
		if len(l.Samples) == 0 {
			continue
		}
		out = append(out, NamedFigure{"samples", l.label(), l.Distribution()}, NamedFigure{"order", l.label() + ", in their order", l.InOrder()})
	}
	return out
}

// Distribution shows the samples of a line and of what it is compared with, and
// apart from them those that do not count.
func (l BenchLine) Distribution() plot.ECDF {
	series := l.series()
	if len(l.Disturbed) > 0 {
		series = append(series, plot.Series{Name: l.Kernel + ", disturbed", Values: l.Disturbed})
	}
	return plot.ECDF{Label: "share of samples", Unit: "ms", Series: series}
}

// InOrder shows the samples that count in their order.
func (l BenchLine) InOrder() plot.Sequence {
	return plot.Sequence{Label: "samples in their order", Unit: "ms", Series: l.series()}
}

func (l BenchLine) series() []plot.Series {
	out := []plot.Series{{Name: l.Kernel, Values: l.Samples}}
	for _, r := range append(slices.Clone(l.Against), some(l.Op, l.Baseline)...) {
		if len(r.Samples) > 0 {
			out = append(out, plot.Series{Name: r.Name, Values: r.Samples})
		}
	}
	return out
}

func some(rivals ...*Rival) (out []Rival) {
	for _, r := range rivals {
		if r != nil {
			out = append(out, *r)
		}
	}
	return out
}

func distinct[T any](list []T, of func(T) string) (out []string) {
	for _, v := range list {
		if s := of(v); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// benchRoofline places a device's lines under the roofs that were measured with
// them: the bandwidth depends on how much is copied.
func benchRoofline(lines []BenchLine, device string) plot.Roofline {
	var f plot.Roofline
	var copied, cached, peak float64
	var largest int64
	for _, l := range lines {
		if l.Device != device || l.GFlops == nil || *l.GFlops == 0 || l.Bytes == 0 {
			continue
		}
		cached, peak = max(cached, l.RoofGBps), max(peak, l.RoofGFlops)
		if l.Bytes > largest {
			largest, copied = l.Bytes, l.RoofGBps
		}
		f.Kernels = append(f.Kernels, plot.RoofPoint{Name: strings.TrimSpace(l.Kernel + " " + l.Params + " " + l.DType), Intensity: *l.GFlops / float64(l.GBps), GFLOPS: *l.GFlops})
	}
	if copied > 0 && peak > 0 {
		f.Bandwidths, f.Peaks = []plot.Roof{{Name: "copy of the largest case", Rate: copied}}, []plot.Roof{{Name: "arithmetic", Rate: peak}}
		if cached > 1.5*copied {
			f.Bandwidths = append(f.Bandwidths, plot.Roof{Name: "copy of the fastest case", Rate: cached})
		}
	}
	return f
}

// HistoryFigures has a plot for each kernel and device, with a line for each
// case and type.
func HistoryFigures(entries []HistoryEntry) []NamedFigure {
	var out []NamedFigure
	title := func(e HistoryEntry) string { return e.Kernel + " on " + e.Device + ", " + e.Host }
	line := func(e HistoryEntry) string { return e.Case() + " " + e.DType }
	for _, name := range distinct(entries, title) {
		f := plot.Sequence{Label: "median by run", Unit: "ms", Of: "run"}
		for _, e := range entries {
			if title(e) != name {
				continue
			}
			i := slices.IndexFunc(f.Series, func(s plot.Series) bool { return s.Name == line(e) })
			if i < 0 {
				i = len(f.Series)
				f.Series = append(f.Series, plot.Series{Name: line(e)})
			}
			f.Series[i].Values = append(f.Series[i].Values, e.MedianMS)
		}
		out = append(out, NamedFigure{"history", name, f})
	}
	return out
}
