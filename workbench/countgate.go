package workbench

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/internal/spelling"
)

// CountGate is a bound on one of a profile's totals: "bank_conflicts>0" fails
// if there are any.
type CountGate struct {
	Text  string
	name  string
	above bool
	limit float64
}

// ParseCountGate reads NAME>NUMBER or NAME<NUMBER. The names are those of Counts in
// JSON, moved_bytes, and the shares active and coalesced, as "active<90%".
func ParseCountGate(text string) (CountGate, error) {
	at := strings.IndexAny(text, "<>")
	if at < 0 {
		return CountGate{}, usagef(`write "bank_conflicts>0"`, "%q is no bound on a count", text)
	}
	g := CountGate{Text: text, name: strings.TrimSpace(text[:at]), above: text[at] == '>'}
	table := countTable(&ProfileResult{})
	if _, ok := table[g.name]; !ok {
		names := keys(table)
		next := "there are: " + strings.Join(names, ", ")
		if spelling.Nearest(g.name, names) != "" {
			next = DidYouMean(g.name, names)
		}
		return CountGate{}, usagef(next, "there is no count %q", g.name)
	}
	number, percent := strings.CutSuffix(strings.TrimSpace(text[at+1:]), "%")
	limit, err := strconv.ParseFloat(number, 64)
	switch share := countShares[g.name]; {
	case err != nil || math.IsNaN(limit) || share != percent:
		return CountGate{}, usagef(map[bool]string{false: `write "bank_conflicts>0"`, true: `write "active<90%"`}[share], "%q: %q is no number of %s", text, text[at+1:], g.name)
	case share:
		limit /= 100
	}
	g.limit = limit
	return g, nil
}

// countShares are the names of what is a share, and no count.
var countShares = map[string]bool{"active": true, "coalesced": true}

// Fails says how a profile breaks the bound, "" if it does not.
func (g CountGate) Fails(r *ProfileResult) string {
	n := countTable(r)[g.name]
	if g.above && n > g.limit || !g.above && n < g.limit {
		got := strconv.FormatFloat(n, 'f', -1, 64)
		if countShares[g.name] {
			got = fmt.Sprintf("%.1f %%", 100*n)
		}
		return fmt.Sprintf("%s is %s, and --fail-on says %s", g.name, got, g.Text)
	}
	return ""
}

// countTable names the totals as JSON does. What there is nothing of is all active
// and all coalesced.
func countTable(r *ProfileResult) map[string]float64 {
	table := map[string]float64{}
	text, _ := json.Marshal(r.Totals)
	_ = json.Unmarshal(text, &table)
	table["moved_bytes"] = float64(r.Memory.Moved)
	table["active"] = share(r.Totals.Instructions, r.Totals.Slots)
	table["coalesced"] = share(r.Memory.Useful, r.Memory.Moved)
	return table
}

func share(part, whole int64) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}
