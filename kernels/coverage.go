package kernels

import (
	"fmt"
	"strings"
)

// coverage warns of a grid that cannot write all elements of an output. A
// kernel may of course write several elements per thread: only a body without
// a loop is judged, which indexes the output itself, and only counts that
// neither the number of times that it does nor a vector width explains.
func (s *Source) coverage() Problems {
	if s.Spec.Generate != nil && s.Spec.Grid == nil {
		return nil
	}
	threads := 1
	group := 1
	for i := range 3 {
		threads *= max(s.Config.Grid[i], 1)
		group *= max(s.Config.Threadgroup[i], 1)
	}
	words := identifiers(s.Kernel.Source)
	if words["for"] || words["while"] || s.Empty() {
		return nil
	}
	for i, shape := range s.Config.OutputShapes {
		n := elements(shape)
		per := n / threads
		stores, judged := indexings(s.Kernel.Source, s.Spec.Outputs[i].Name)
		if !judged || n <= threads*max(stores, 1) || n%threads == 0 && per <= 16 && !(per == group && group > 1) {
			continue
		}
		p := s.Spec.problem(s.Spec.gridPlace(), "coverage", "grid counts threads, not threadgroups",
			fmt.Sprintf("the grid has %d threads for the %d elements of %s", threads, n, s.Spec.Outputs[i].Name))
		p.Warning = true
		return Problems{p}
	}
	return nil
}

// indexings counts the places of a text that index an array by name; ok says
// that the name does not occur in another way.
func indexings(text, name string) (n int, ok bool) {
	for rest := text; ; {
		i := strings.Index(rest, name)
		if i < 0 {
			return n, true
		}
		before := i == 0 || !isIdentifier("a"+rest[i-1:i])
		rest = rest[i+len(name):]
		if !before || rest != "" && isIdentifier("a"+rest[:1]) {
			continue // a part of a longer name
		}
		if !strings.HasPrefix(rest, "[") {
			return n, false
		}
		n++
	}
}

func (s *Spec) gridPlace() Place {
	if len(s.Grid) == 0 {
		return Place{}
	}
	return s.Grid[0].Text.at
}
