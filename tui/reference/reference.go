// Package reference explains the words of kernels: what Metal and MLX give
// them, and the keys of a spec.
package reference

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

//go:embed reference.txt
var source string

// Entry explains a word.
type Entry struct {
	Name      string
	Kind      string // function, attribute, type, key, …
	Signature string
	Doc       string
}

// Text is the entry for reading.
func (e Entry) Text() string {
	return fmt.Sprintf("%s\n\n%s\n\n(%s)", e.Signature, e.Doc, e.Kind)
}

// load parses lines "name | signature | doc" under headings "# kind".
var load = sync.OnceValue(func() []Entry {
	var out []Entry
	kind := ""
	for line := range strings.Lines(source) {
		line = strings.TrimSpace(line)
		if heading, ok := strings.CutPrefix(line, "# "); ok {
			kind = heading
			continue
		}
		parts := strings.SplitN(line, " | ", 3)
		if len(parts) == 3 {
			out = append(out, Entry{Name: parts[0], Kind: kind, Signature: parts[1], Doc: parts[2]})
		}
	}
	return out
})

// All lists the entries.
func All() []Entry { return load() }
