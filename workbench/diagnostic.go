package workbench

// Severity is "error", "warning" or "note".
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
	SeverityNote    Severity = "note"
)

// Part says in which text the compiler counted a line.
type Part string

// The parts of a document.
const (
	PartSpec      Part = "spec"      // the document itself: YAML, JSON
	PartSource    Part = "source"    // a kernel's body
	PartHeader    Part = "header"    // the text before the kernel
	PartSignature Part = "signature" // text that was generated
	PartFile      Part = "file"      // a .metal file or what it includes
)

// Diagnostic is a message about a document.
type Diagnostic struct {
	Severity Severity `json:"severity"`
	Code     string   `json:"code,omitempty"` // stable, kebab-case
	Message  string   `json:"message"`

	// The place in the document, or in File if that is another one. Line 0
	// means that there is none.
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"` // just behind the last byte

	// The place in the part that the compiler saw.
	Part       Part `json:"part"`
	PartLine   int  `json:"part_line"`
	PartColumn int  `json:"part_column"`

	Ranges   []Range `json:"ranges,omitempty"`   // what is underlined, in File
	Includes []Place `json:"includes,omitempty"` // the directives that led to File, outermost first
	Notes    []Note  `json:"notes,omitempty"`
	Fixes    []Fix   `json:"fixes,omitempty"`
	Rendered string  `json:"rendered,omitempty"` // with the line and a caret
}

// Place is a line of a file.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// Range is a stretch of a file's text. It ends before EndColumn.
type Range struct {
	Line      int `json:"line"`
	Column    int `json:"column"`
	EndLine   int `json:"end_line"`
	EndColumn int `json:"end_column"`
}

// Note is a remark that belongs to a diagnostic.
type Note struct {
	Message string  `json:"message"`
	File    string  `json:"file"`
	Line    int     `json:"line"`
	Column  int     `json:"column"`
	Ranges  []Range `json:"ranges,omitempty"` // what is underlined
	Fixes   []Fix   `json:"fixes,omitempty"`  // one of several remedies
}

// Fix is a proposed edit of the document: replace the span by Text.
type Fix struct {
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
	Text      string `json:"text"`
}

// Finding is an error that a kernel made while it ran, at its first thread.
type Finding struct {
	Kind        string    `json:"kind"` // "out-of-bounds", …
	Message     string    `json:"message"`
	File        string    `json:"file"`
	Line        int       `json:"line"`
	Column      int       `json:"column"`
	Part        Part      `json:"part"`
	PartLine    int       `json:"part_line"`
	Thread      [3]uint32 `json:"thread"`
	Threadgroup [3]uint32 `json:"threadgroup"`
	Lane        int       `json:"lane"`
	Buffer      string    `json:"buffer,omitempty"`
	Count       int64     `json:"count"`           // how many accesses made the same error
	Other       *Party    `json:"other,omitempty"` // of a data race
	Rendered    string    `json:"rendered,omitempty"`
}

// FindingKey is what the findings of several cases share if they are of one error.
type FindingKey struct {
	Kind, File   string
	Line, Column int
	Buffer       string
}

// Key is what f shares with findings of the same error.
func (f Finding) Key() FindingKey {
	return FindingKey{f.Kind, f.File, f.Line, f.Column, f.Buffer}
}

// Party is the thread that a data race is with, and what it did.
type Party struct {
	File        string    `json:"file"`
	Line        int       `json:"line"`
	Column      int       `json:"column"`
	Thread      [3]uint32 `json:"thread"`
	Threadgroup [3]uint32 `json:"threadgroup"`
	Store       bool      `json:"store"`
}
