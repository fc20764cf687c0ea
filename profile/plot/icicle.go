package plot

import (
	"fmt"
	"slices"
	"strconv"
)

// Frame is a part of a whole, divided into further parts. Value counts all of
// it; what the children leave over is its own.
type Frame struct {
	Name     string
	Value    float64
	Children []Frame
}

// Own is what no child accounts for.
func (f Frame) Own() float64 {
	for _, c := range f.Children {
		f.Value -= c.Value
	}
	return max(f.Value, 0)
}

// Icicle shows how a whole divides: each frame as wide as its share, its
// children below it.
type Icicle struct {
	Label    string
	Unit     string
	Root     Frame
	Focus    []int // the frame that fills the width, as a path of child numbers
	Selected []int // the frame to point at; nil for none
}

// At is the frame of a path; ok is false if there is none.
func (f Icicle) At(path []int) (frame Frame, ok bool) {
	frame = f.Root
	for _, i := range path {
		if i < 0 || i >= len(frame.Children) {
			return Frame{}, false
		}
		frame = frame.Children[i]
	}
	return frame, true
}

// Chart implements Figure.
func (f Icicle) Chart(cols, rows int) Chart {
	focus, ok := f.At(f.Focus)
	if !ok || focus.Value <= 0 {
		return Chart{Empty: "nothing was counted"}
	}
	c := Chart{X: scale(f.Unit, 0, focus.Value, max(cols/12, 1)), Y: Axis{Label: f.Label, Down: true}}
	for depth := range f.Focus { // what is around the focus fills the width too
		around, _ := f.At(f.Focus[:depth])
		c.Marks = append(c.Marks, f.box(around, f.Focus[:depth], 0, focus.Value))
	}
	f.boxes(&c, focus, slices.Clone(f.Focus), 0, focus.Value/float64(max(cols, 1)), rows)
	for _, m := range c.Marks {
		c.Rows = max(c.Rows, m.(Box).Row+1)
	}
	c.Y.Hi = float64(c.Rows)
	return c
}

func (f Icicle) box(frame Frame, path []int, x0, x1 float64) Box {
	return Box{
		X0: x0, X1: x1, Row: len(path), Label: frame.Name, Count: 1, Series: seriesOf(frame.Name),
		Detail: fmt.Sprintf("%s: %s %s, %.1f %%", frame.Name, Number(frame.Value), f.Unit, 100*frame.Value/f.Root.Value),
		Strong: f.Selected != nil && slices.Equal(path, f.Selected),
	}
}

func (f Icicle) boxes(c *Chart, frame Frame, path []int, x, narrow float64, rows int) {
	if len(path) >= max(rows, 1) {
		return
	}
	c.Marks = append(c.Marks, f.box(frame, path, x, x+frame.Value))
	var merged Box // of children that are too narrow
	for i, child := range frame.Children {
		if child.Value < narrow && !(f.Selected != nil && len(f.Selected) > len(path) && f.Selected[len(path)] == i) {
			if merged.Count == 0 {
				merged = Box{X0: x, Row: len(path) + 1}
			}
			merged.Count++
			merged.X1 = x + child.Value
		} else {
			f.boxes(c, child, append(path, i), x, narrow, rows)
		}
		x += child.Value
	}
	if merged.Count > 0 && len(path)+1 < rows {
		merged.Label, merged.Detail = strconv.Itoa(merged.Count), fmt.Sprintf("%d frames", merged.Count)
		c.Marks = append(c.Marks, merged)
	}
}

// Text implements Figure.
func (f Icicle) Text() string {
	if f.Root.Value <= 0 {
		return f.Label + ": nothing was counted"
	}
	selected := ""
	if frame, ok := f.At(f.Selected); ok && f.Selected != nil {
		selected = "\n" + f.box(frame, nil, 0, 0).Detail
	}
	var most Frame
	f.walk(f.Root, nil, func(frame Frame, _ []string) {
		if frame.Own() > most.Own() || most.Name == "" {
			most = frame
		}
	})
	return fmt.Sprintf("%s: %s %s, most of it, %.1f %%, in %s itself", f.Label, Number(f.Root.Value), f.Unit, 100*most.Own()/f.Root.Value, most.Name) + selected
}

func (f Icicle) walk(frame Frame, path []string, visit func(Frame, []string)) {
	path = append(path, frame.Name)
	visit(frame, path)
	for _, c := range frame.Children {
		f.walk(c, path, visit)
	}
}

// Table implements Figure.
func (f Icicle) Table() [][]string {
	out := [][]string{{"depth", "name", "total (" + f.Unit + ")", "own (" + f.Unit + ")"}}
	f.walk(f.Root, nil, func(frame Frame, path []string) {
		out = append(out, []string{strconv.Itoa(len(path) - 1), frame.Name, exact(frame.Value), exact(frame.Own())})
	})
	return out
}
