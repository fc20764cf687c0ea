package catalog

import (
	"fmt"
	"strings"

	"github.com/zmlx/zmlx/kernels"
)

// Markdown describes the whole catalogue, one section a kind.
func Markdown() (string, error) {
	var b strings.Builder
	b.WriteString("# Kernels\n\nThe kernels that come with zmlx, written from their specs by `go test ./kernels/catalog -update`.\n" +
		"`zmlx kernels show NAME` prints a spec and the Metal that it becomes, `zmlx check NAME` runs its cases.\n")
	kind := ""
	for _, e := range List() {
		s, err := e.Spec()
		if err != nil {
			return "", err
		}
		if e.Kind != kind {
			kind = e.Kind
			fmt.Fprintf(&b, "\n## %s\n", kind)
		}
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n", e.Name, strings.Join(strings.Fields(s.Doc), " "))
		fmt.Fprintf(&b, "`%s` → `%s`\n\n", tensors(s.Inputs), tensors(s.Outputs))
		fmt.Fprintf(&b, "```python\n%s\n```\n", strings.TrimSpace(s.Reference.Text()))
		var facts []string
		if g := s.Generate; g != nil {
			facts = append(facts, "generated from its reference")
		}
		facts = append(facts, fmt.Sprintf("%d cases in %s", len(s.AllCases()), types(s)))
		if s.Cost != nil {
			facts = append(facts, fmt.Sprintf("costs `%s` operations", s.Cost.FLOPs.Text.String))
		}
		if s.Grad {
			facts = append(facts, "gradient checked")
		}
		if len(s.Tune) > 0 {
			var knobs []string
			for _, k := range s.Tune {
				knobs = append(knobs, k.Name)
			}
			facts = append(facts, "tunes "+strings.Join(knobs, ", "))
		}
		fmt.Fprintf(&b, "\n%s.\n", strings.Join(facts, "; "))
	}
	return b.String(), nil
}

func tensors(ts []kernels.Tensor) string {
	var parts []string
	for _, t := range ts {
		var dims []string
		for _, d := range t.Shape {
			dims = append(dims, d.Text.String)
		}
		parts = append(parts, fmt.Sprintf("%s[%s]", t.Name, strings.Join(dims, ", ")))
	}
	return strings.Join(parts, ", ")
}

func types(s *kernels.Spec) string {
	if s.DTypeParam() < 0 {
		return "one type"
	}
	var names []string
	for _, d := range s.DTypes() {
		names = append(names, d.String())
	}
	return strings.Join(names, ", ")
}
