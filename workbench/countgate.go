package workbench

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// CountGate is a bound on one of a profile's totals: "bank_conflicts>0" fails
// if there are any.
type CountGate struct {
	Text  string
	name  string
	above bool
	limit int64
}

// ParseCountGate reads NAME>NUMBER or NAME<NUMBER; the names are those of
// Counts in JSON, and moved_bytes.
func ParseCountGate(text string) (CountGate, error) {
	at := strings.IndexAny(text, "<>")
	if at < 0 {
		return CountGate{}, usagef(`write "bank_conflicts>0"`, "%q is no bound on a count", text)
	}
	g := CountGate{Text: text, name: strings.TrimSpace(text[:at]), above: text[at] == '>'}
	var err error
	if g.limit, err = strconv.ParseInt(strings.TrimSpace(text[at+1:]), 10, 64); err != nil {
		return CountGate{}, usagef("", "%q: %q is no number", text, text[at+1:])
	}
	names := keys(countTable(&ProfileResult{}))
	if _, ok := countTable(&ProfileResult{})[g.name]; !ok {
		return CountGate{}, usagef(DidYouMean(g.name, names), "there is no count %q", g.name)
	}
	return g, nil
}

// Fails says how a profile breaks the bound, "" if it does not.
func (g CountGate) Fails(r *ProfileResult) string {
	n := countTable(r)[g.name]
	if g.above && n > g.limit || !g.above && n < g.limit {
		return fmt.Sprintf("%s is %d, and --fail-on says %s", g.name, n, g.Text)
	}
	return ""
}

// countTable names the totals as JSON does.
func countTable(r *ProfileResult) map[string]int64 {
	table := map[string]int64{}
	text, _ := json.Marshal(r.Totals)
	_ = json.Unmarshal(text, &table)
	table["moved_bytes"] = r.Memory.Moved
	return table
}
