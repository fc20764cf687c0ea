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
