package report

import (
	"io"
)

// Listing is a list that every format can print: rows of named columns, and
// the plain data behind them.
type Listing struct {
	Schema string // "zmlx.kernels/1"
	Key    string // the name of the list in JSON
	Items  []any
	t      table
}

// NewListing returns an empty list with titles of its columns, of which the last
// one wraps in a narrow terminal.
func NewListing(schema, key string, titles ...string) *Listing {
	l := &Listing{Schema: schema, Key: key, Items: []any{}}
	for _, title := range titles {
		l.t.columns = append(l.t.columns, column{title, left})
	}
	l.t.columns[len(titles)-1].align = wrapped
	return l
}

// Add appends an item and its row.
func (l *Listing) Add(item any, cells ...string) {
	l.Items = append(l.Items, item)
	l.t.add(cells...)
}

// Write prints the list.
func (l *Listing) Write(w io.Writer, opt Options) error {
	switch opt.Format {
	case JSON:
		return writeJSON(w, map[string]any{"schema": l.Schema, l.Key: l.Items})
	case NDJSON:
		for _, item := range l.Items {
			if err := writeLine(w, item); err != nil {
				return err
			}
		}
		return nil
	}
	return writeTable(w, &l.t, opt)
}
