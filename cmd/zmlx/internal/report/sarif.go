package report

import (
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/zmlx/zmlx/workbench"
)

// The parts of SARIF 2.1.0 that zmlx fills.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID string `json:"id"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
		Fixes     []sarifFix      `json:"fixes,omitempty"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted sarifText   `json:"insertedContent"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndLine     int `json:"endLine,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
)

// sarif prints all messages as one SARIF run.
func sarif(w io.Writer, results []*workbench.CheckResult) error {
	run := sarifRun{ColumnKind: "utf16CodeUnits", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "zmlx", InformationURI: "https://github.com/zmlx/zmlx", Rules: []sarifRule{}}
	rules := map[string]bool{}
	for _, r := range results {
		document := sarifLines(strings.Split(r.Text, "\n"))
		for _, m := range remarks(r) {
			lines := document
			if m.file != r.File {
				lines = nil
			}
			rules[m.code] = true
			run.Results = append(run.Results, sarifResult{RuleID: m.code, Level: string(m.severity),
				Message: sarifText{m.message}, Locations: []sarifLocation{{lines.place(m)}}, Fixes: lines.fixes(m)})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(rules)) {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{id})
	}
	return writeJSON(w, sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

// sarifLines are the lines of the document that messages are about, nil of
// another one.
type sarifLines []string

// column counts a column in UTF-16 code units, as columnKind promises, instead
// of bytes.
func (lines sarifLines) column(line, column int) int {
	if line < 1 || line > len(lines) || column < 1 {
		return column
	}
	text := lines[line-1]
	text = text[:min(column-1, len(text))]
	for _, r := range text {
		column += utf16.RuneLen(r)
	}
	return column - len(text)
}

func (lines sarifLines) fixes(m remarkAt) []sarifFix {
	var out []sarifFix
	for _, r := range m.remedies {
		change := sarifChange{Artifact: sarifArtifact{filepath.ToSlash(m.file)}}
		for _, f := range r.edits {
			change.Replacements = append(change.Replacements, sarifReplacement{
				sarifRegion{f.Line, lines.column(f.Line, f.Column), f.EndLine, lines.column(f.EndLine, f.EndColumn)}, sarifText{f.Text}})
		}
		out = append(out, sarifFix{sarifText{r.what}, []sarifChange{change}})
	}
	return out
}

func (lines sarifLines) place(m remarkAt) sarifPhysical {
	p := sarifPhysical{Artifact: sarifArtifact{filepath.ToSlash(m.file)}}
	if m.line > 0 {
		p.Region = &sarifRegion{StartLine: m.line, StartColumn: lines.column(m.line, m.column)}
		if m.endLine >= m.line {
			p.Region.EndLine, p.Region.EndColumn = m.endLine, lines.column(m.endLine, m.endColumn)
		}
	}
	return p
}
