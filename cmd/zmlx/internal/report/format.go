package report

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
	"strings"
)

// Format is an output format.
type Format string

// The output formats.
const (
	Table    Format = "table"
	JSON     Format = "json"
	NDJSON   Format = "ndjson"
	CSV      Format = "csv"
	Markdown Format = "markdown"
	JUnit    Format = "junit"
	SARIF    Format = "sarif"
	GitHub   Format = "github"
)

// Tabular are the formats that every listing has.
var Tabular = []Format{Table, JSON, NDJSON, CSV, Markdown}

// Checks are the formats of a check.
var Checks = append(slices.Clone(Tabular), JUnit, SARIF, GitHub)

// Names joins the names of formats for help texts.
func Names(formats []Format) string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = string(f)
	}
	return strings.Join(names, "|")
}

// Options say how to print.
type Options struct {
	Format Format
	Paint  Paint
	Width  int    // of the terminal, 0 where there is none: tables end there
	Root   string // of the repository, absolute, "" where there is none: annotations name files from there
}

// writeJSON prints a value with its schema's name in front.
func writeJSON(w io.Writer, value any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(value)
}

// writeLine prints a value as one line of JSON.
func writeLine(w io.Writer, value any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(value)
}

// writeTable prints a table in one of the Tabular formats but JSON's.
func writeTable(w io.Writer, t *table, opt Options) error {
	switch opt.Format {
	case CSV:
		return csv.NewWriter(w).WriteAll(t.csv())
	case Markdown:
		return t.markdown(w)
	}
	return t.write(w, opt.Paint, opt.Width)
}
