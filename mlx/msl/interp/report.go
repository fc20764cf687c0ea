package interp

import (
	"fmt"
	"sort"
	"sync"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// maxFindings bounds the list of a launch; further kinds of errors are
// dropped, further cases of listed ones are counted.
const maxFindings = 100

// report merges equal findings: same kind, place and buffer.
type report struct {
	mu    sync.Mutex
	found map[findingKey]*entry
}

type findingKey struct {
	kind   exec.FindingKind
	pos    diag.Pos
	buffer string
}

type entry struct {
	exec.Finding
	group int64
}

// find reports an error of one thread. It returns the entry if that speaks of
// this thread.
func (g *group) find(kind exec.FindingKind, in *inst, lane int, a *alloc, format string, args ...any) *entry {
	r := &g.r.report
	r.mu.Lock()
	defer r.mu.Unlock()
	key := findingKey{kind: kind, pos: in.Pos}
	if a != nil {
		key.buffer = a.name
	}
	e := r.found[key]
	switch {
	case e == nil && len(r.found) >= maxFindings:
		return nil
	case e == nil:
		if r.found == nil {
			r.found = map[findingKey]*entry{}
		}
		e = &entry{}
		r.found[key] = e
	case e.group < g.p.index || e.group == g.p.index && e.Count > 0:
		e.Count++
		return nil
	}
	// The first thread of the first threadgroup speaks for all.
	count := e.Count + 1
	*e = entry{group: g.p.index, Finding: exec.Finding{
		Kind: kind, Message: fmt.Sprintf(format, args...), Pos: in.Pos, Buffer: key.buffer,
		Thread: g.r.geo.thread(&g.p, lane), Threadgroup: g.p.pos, Lane: lane % 32, Count: count,
	}}
	return e
}

// findings returns what was found, in the order of threadgroups and places.
func (r *report) findings() []exec.Finding {
	list := make([]*entry, 0, len(r.found))
	for _, e := range r.found {
		list = append(list, e)
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		switch {
		case a.group != b.group:
			return a.group < b.group
		case a.Pos != b.Pos:
			return a.Pos < b.Pos
		case a.Kind != b.Kind:
			return a.Kind < b.Kind
		}
		return a.Buffer < b.Buffer
	})
	var out []exec.Finding
	for _, e := range list {
		out = append(out, e.Finding)
	}
	return out
}
