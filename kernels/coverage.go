package kernels

import "fmt"

// coverage warns of a grid that cannot write all elements of an output. A
// kernel may of course write several elements per thread: only a body without
// a loop is judged, and only counts that no vector width explains.
func (s *Source) coverage() Problems {
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
		if n <= threads || n%threads == 0 && per <= 16 && !(per == group && group > 1) {
			continue
		}
		p := s.Spec.problem(s.Spec.gridPlace(), "coverage", "grid counts threads, not threadgroups",
			fmt.Sprintf("the grid has %d threads for the %d elements of %s", threads, n, s.Spec.Outputs[i].Name))
		p.Warning = true
		return Problems{p}
	}
	return nil
}

func (s *Spec) gridPlace() Place {
	if len(s.Grid) == 0 {
		return Place{}
	}
	return s.Grid[0].Text.at
}
