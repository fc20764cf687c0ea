package trace

import (
	"cmp"
	"slices"
	"time"
)

// Node is a name in a table of times, with what it calls (top-down) or what
// calls it (bottom-up) below it.
type Node struct {
	Name     string        `json:"name"`
	Count    int           `json:"count"`
	Total    time.Duration `json:"total_ns"` // with what is within
	Self     time.Duration `json:"self_ns"`
	Children []*Node       `json:"children,omitempty"` // the longest first

	byName map[string]*Node // the children
}

// Share is the node's part of a whole.
func (n *Node) Share(whole time.Duration) float64 {
	if whole <= 0 {
		return 0
	}
	return float64(n.Total) / float64(whole)
}

// Walk visits the node and what is below it while visit says to go deeper.
func (n *Node) Walk(visit func(n *Node, depth int) (deeper bool)) { n.walk(0, visit) }

func (n *Node) walk(depth int, visit func(*Node, int) bool) {
	if visit(n, depth) {
		for _, c := range n.Children {
			c.walk(depth+1, visit)
		}
	}
}

func (n *Node) child(name string) *Node {
	c := n.byName[name]
	if c == nil {
		if n.byName == nil {
			n.byName = map[string]*Node{}
		}
		c = &Node{Name: name}
		n.byName[name], n.Children = c, append(n.Children, c)
	}
	return c
}

func (n *Node) sort() {
	slices.SortStableFunc(n.Children, func(a, b *Node) int { return cmp.Compare(b.Total, a.Total) })
	for _, c := range n.Children {
		c.sort()
	}
}

// overlap is how much of a span lies in a window.
func (s Span) overlap(w Window) time.Duration {
	return max(0, min(s.End(), w.To)-max(s.Start, w.From))
}

// TopDown sums up what lies in a window: tracks, and below them spans by the
// names around them.
func (t *Timeline) TopDown(w Window) *Node {
	root := &Node{Name: "all tracks", Count: 1}
	for _, track := range t.Tracks {
		n := root.child(track.Name)
		n.Count = 1
		if len(track.Rows) > 0 {
			t.sum(n, track, 0, w, w)
		}
		for _, c := range n.Children {
			n.Total += c.Total
		}
		root.Total += n.Total
	}
	root.sort()
	return root
}

// sum adds the spans of a row that start within a stretch, and what is below
// them, to a node. It returns how long they take within the window.
func (t *Timeline) sum(n *Node, track TrackSpans, depth int, within, w Window) (total time.Duration) {
	row := track.Rows[depth]
	first := after(row, within.From)
	if depth == 0 {
		first = ending(row, within.From)
	}
	for _, s := range row[first:] {
		if s.Start >= within.To {
			break
		}
		d := s.overlap(w)
		total += d
		c := n.child(t.Names[s.Name])
		if d > 0 || s.Dur == 0 {
			c.Count++
		}
		c.Total += d
		self := d
		if depth+1 < len(track.Rows) {
			self -= t.sum(c, track, depth+1, Window{s.Start, max(s.End(), s.Start+1)}, w)
		}
		c.Self += max(self, 0)
	}
	return total
}

// BottomUp turns a top-down table round: names by the time that they take
// themselves, and below each one what they are called from.
func BottomUp(topDown *Node) *Node {
	root := &Node{Name: topDown.Name, Count: topDown.Count}
	var visit func(n *Node, callers []*Node)
	visit = func(n *Node, callers []*Node) {
		if len(callers) > 1 && n.Self > 0 { // neither the root nor a track
			at := root
			for i := range len(callers) {
				name := n.Name
				if i > 0 {
					name = callers[len(callers)-i].Name
				}
				at = at.child(name)
				at.Count += n.Count
				at.Total += n.Self
				at.Self += n.Self
			}
			root.Total += n.Self
		}
		for _, c := range n.Children {
			visit(c, append(callers[:len(callers):len(callers)], n))
		}
	}
	visit(topDown, nil)
	root.sort()
	return root
}

// Change is what became of a node between two tables.
type Change struct {
	Name          string
	Before, After time.Duration
	Counts        [2]int    // before, after
	Children      []*Change // the largest change first
}

// Diff compares two top-down tables by name. Either may be nil.
func Diff(before, after *Node) *Change {
	c := &Change{}
	if before != nil {
		c.Name, c.Before, c.Counts[0] = before.Name, before.Total, before.Count
	}
	if after != nil {
		c.Name, c.After, c.Counts[1] = after.Name, after.Total, after.Count
	}
	later := map[string]*Node{}
	if after != nil {
		for _, n := range after.Children {
			later[n.Name] = n
		}
	}
	if before != nil {
		for _, n := range before.Children {
			c.Children = append(c.Children, Diff(n, later[n.Name]))
			delete(later, n.Name)
		}
	}
	if after != nil {
		for _, n := range after.Children {
			if later[n.Name] != nil {
				c.Children = append(c.Children, Diff(nil, n))
			}
		}
	}
	slices.SortStableFunc(c.Children, func(a, b *Change) int {
		return cmp.Compare((b.After - b.Before).Abs(), (a.After - a.Before).Abs())
	})
	return c
}

// Walk visits the change and what is below it while visit says to go deeper.
func (c *Change) Walk(visit func(c *Change, depth int) (deeper bool)) { c.walk(0, visit) }

func (c *Change) walk(depth int, visit func(*Change, int) bool) {
	if visit(c, depth) {
		for _, below := range c.Children {
			below.walk(depth+1, visit)
		}
	}
}
