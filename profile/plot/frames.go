package plot

import "github.com/zmlx/zmlx/profile/trace"

// FrameOf makes frames of a table of times, in milliseconds.
func FrameOf(n *trace.Node) Frame {
	f := Frame{Name: n.Name, Value: float64(n.Total) / 1e6}
	for _, c := range n.Children {
		f.Children = append(f.Children, FrameOf(c))
	}
	return f
}
