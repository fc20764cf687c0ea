package report

import (
	"io"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

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
		ID      string    `json:"id"`
		Summary sarifText `json:"shortDescription"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
		Related   []sarifLocation `json:"relatedLocations,omitempty"`
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
		Message  *sarifText    `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
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
func sarif(w io.Writer, results []*workbench.CheckResult, root string) error {
	run := sarifRun{ColumnKind: "utf16CodeUnits", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "zmlx", InformationURI: "https://github.com/zmlx/zmlx", Rules: []sarifRule{}}
	rules, before := map[string]bool{}, said{}
	at := utf16Columns(root)
	for _, r := range results {
		at.document(r)
		for _, m := range remarks(r) {
			if before.again(m) {
				continue
			}
			rules[m.code] = true
			run.Results = append(run.Results, sarifResult{RuleID: m.code, Level: string(m.severity),
				Message: sarifText{m.message}, Locations: []sarifLocation{{Physical: sarifPlace(at, m)}},
				Related: sarifNotes(at, m), Fixes: sarifFixes(at, m)})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(rules)) {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{id, sarifText{strings.ReplaceAll(id, "-", " ")}})
	}
	return writeJSON(w, sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

// sarifFile is the URI reference of a file: relative to the repository's root or
// else to where zmlx runs, unless the file was named by an absolute path.
func sarifFile(path string) sarifArtifact {
	u := url.URL{Path: filepath.ToSlash(path)}
	if filepath.IsAbs(path) {
		u.Scheme, u.Path = "file", "/"+strings.TrimPrefix(u.Path, "/")
	}
	return sarifArtifact{u.String()}
}

// sarifNotes are the notes that have a place in a file: "<metal>/utility", of the
// library, is none that a viewer could open.
func sarifNotes(at *columns, m remarkAt) []sarifLocation {
	var out []sarifLocation
	for _, n := range m.notes {
		if n.Line > 0 && !strings.HasPrefix(n.File, "<") {
			place := sarifPlace(at, remarkAt{file: n.File, line: n.Line, column: n.Column})
			out = append(out, sarifLocation{place, &sarifText{n.Message}})
		}
	}
	return out
}

func sarifFixes(at *columns, m remarkAt) []sarifFix {
	var out []sarifFix
	for _, r := range m.remedies {
		change := sarifChange{Artifact: sarifFile(at.path(r.file))}
		for _, f := range r.edits {
			change.Replacements = append(change.Replacements, sarifReplacement{
				sarifRegion{f.Line, at.at(r.file, f.Line, f.Column), f.EndLine, at.at(r.file, f.EndLine, f.EndColumn)}, sarifText{f.Text}})
		}
		out = append(out, sarifFix{sarifText{r.what}, []sarifChange{change}})
	}
	return out
}

func sarifPlace(at *columns, m remarkAt) sarifPhysical {
	p := sarifPhysical{Artifact: sarifFile(at.path(m.file)), Region: sarifRegion{StartLine: 1}} // code scanning wants a line of all
	if m.line > 0 {
		p.Region = sarifRegion{StartLine: m.line, StartColumn: at.at(m.file, m.line, m.column)}
		if m.endLine >= m.line {
			p.Region.EndLine, p.Region.EndColumn = m.endLine, at.at(m.file, m.endLine, m.endColumn)
		}
	}
	return p
}
