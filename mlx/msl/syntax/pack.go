package syntax

import (
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
)

// packing is what #pragma pack has set: the most that members of structures
// are aligned to, 0 without a bound.
type packing struct {
	bound int
	stack []int
}

// pack obeys #pragma pack: (), (n), (push), (push, n), (pop), each with a label
// that is not needed here.
func (p *parser) pack(pr Pragma) {
	list, ok := strings.CutPrefix(strings.TrimSpace(strings.TrimPrefix(pr.Text, "pack")), "(")
	list, closed := strings.CutSuffix(list, ")")
	if p.asking > 0 {
		return
	}
	warn := func(message string) {
		p.report(diag.Diagnostic{Severity: diag.Warning, Code: "ignored-pragmas", Message: message + " - ignored", Span: pr.Span()})
	}
	if !ok || !closed {
		warn("missing parentheses after '#pragma pack'")
		return
	}
	bound := 0
	for i, word := range strings.Split(list, ",") {
		switch word = strings.TrimSpace(word); {
		case word == "push" && i == 0:
			p.packing.stack = append(p.packing.stack, p.packing.bound)
			bound = p.packing.bound
		case word == "pop" && i == 0:
			n := len(p.packing.stack)
			if n == 0 {
				warn("#pragma pack(pop, ...) failed: stack empty")
				return
			}
			bound = p.packing.stack[n-1]
			p.packing.stack = p.packing.stack[:n-1]
		case word != "" && word[0] >= '0' && word[0] <= '9':
			n, err := strconv.Atoi(word)
			if err != nil || n < 1 || n > 16 || n&(n-1) != 0 {
				warn("expected #pragma pack parameter to be '1', '2', '4', '8', or '16'")
				return
			}
			bound = n
		}
	}
	p.packing.bound = bound
}
