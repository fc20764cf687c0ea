package workbench

import (
	"fmt"
	"strings"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/tensorfile"
)

// Result is one of *CompileResult, *RunResult, *CheckResult, *BenchResult,
// *TuneResult, *ProfileResult, *ExportResult, *ImportResult, *DevicesResult,
// *MeasureResult and *DoctorResult.
type Result interface {
	// Outcome says how the job went.
	Outcome() Status
}

// Timings says where the time went, in milliseconds.
type Timings struct {
	Parse     float64 `json:"parse_ms"`
	Inputs    float64 `json:"inputs_ms"`
	Compile   float64 `json:"compile_ms"`
	Run       float64 `json:"run_ms"`
	Reference float64 `json:"reference_ms"`
	Total     float64 `json:"total_ms"`
}

// CompileResult describes a compiled kernel.
type CompileResult struct {
	Status      Status       `json:"status"`
	Name        string       `json:"name"`
	Device      string       `json:"device"`
	Generated   Generated    `json:"generated"`
	Entries     []Entry      `json:"entries,omitempty"`  // of a .metal file
	IR          string       `json:"ir,omitempty"`       // optimized; with Inspect, of the host device
	IRLines     []int        `json:"ir_lines,omitempty"` // of the document, by line of IR; 0 for none
	WAT         string       `json:"wat,omitempty"`      // what it becomes for the spec's threadgroup
	Diagnostics []Diagnostic `json:"diagnostics"`
	Timings     Timings      `json:"timings"`
}

// inspect adds what the kernel was compiled to.
func (r *CompileResult) inspect(compiled mlx.Kernel, texts documentTexts, threadgroup [3]int) error {
	i, ok := compiled.(mlx.Inspector)
	if !ok {
		return &Error{Code: CodeDevice, Message: fmt.Sprintf("device %q does not show what it compiles to", r.Device), Next: "use --device host"}
	}
	text, places, err := i.IR()
	if err == nil {
		r.WAT, err = i.WAT("", threadgroup)
	}
	if err != nil {
		return deviceError(err)
	}
	r.IR, r.IRLines = text, make([]int, len(places))
	for k, p := range places {
		if p.Line > 0 {
			r.IRLines[k], _ = texts.place(p.Part, p.Line, 1)
		}
	}
	return nil
}

// Generated is the Metal text that a document became.
type Generated struct {
	Text  string `json:"text"`
	Entry string `json:"entry"` // the kernel function's name
	// DocumentLines[i] is the document's line that line i+1 of Text came from;
	// 0 for generated lines.
	DocumentLines []int `json:"document_lines"`
}

// Entry is a kernel function of a .metal file.
type Entry struct {
	Name             string     `json:"name"`
	Buffers          []EntryArg `json:"buffers"`
	Threadgroup      []EntryArg `json:"threadgroup"` // dynamic threadgroup memory
	ThreadgroupBytes int        `json:"threadgroup_bytes"`
	MaxThreads       int        `json:"max_threads"` // 0 if not declared
	// FunctionConstants are those that the file declares, by index.
	FunctionConstants []EntryConstant `json:"function_constants"`
}

// EntryConstant is a function constant of a .metal file.
type EntryConstant struct {
	Name     string `json:"name"`
	Index    int    `json:"index"`
	Type     string `json:"type"`
	Required bool   `json:"required"` // the kernel cannot run without a value
}

// EntryArg is a parameter of a kernel function that is bound by index.
type EntryArg struct {
	Name     string `json:"name"`
	Index    int    `json:"index"`
	Type     string `json:"type"`
	Bytes    int    `json:"element_bytes"`
	ReadOnly bool   `json:"read_only"`
}

// RunResult describes a launch.
type RunResult struct {
	Status      Status       `json:"status"`
	Name        string       `json:"name"`
	Device      string       `json:"device"`
	Executor    string       `json:"executor,omitempty"`     // "interp", "wasm", "metal"
	Fallback    string       `json:"fallback,omitempty"`     // why interp ran it though the host's faster executor was to
	CopiedParts int          `json:"copied_parts,omitempty"` // in how many parts it ran over copies of arrays that lie beyond one memory; 0: where they lie
	Case        string       `json:"case,omitempty"`         // its parameters: "R=1 D=64"
	Seed        uint64       `json:"seed"`
	Grid        [3]int       `json:"grid"`
	Threadgroup [3]int       `json:"threadgroup"`
	Inputs      []Array      `json:"inputs"`
	Outputs     []Array      `json:"outputs"`
	Diagnostics []Diagnostic `json:"diagnostics"`
	Findings    []Finding    `json:"findings"`
	Log         []string     `json:"log,omitempty"` // what the kernel printed
	Followed    *Followed    `json:"followed,omitempty"`
	Path        []PathStep   `json:"path,omitempty"` // of the thread that was followed
	Saved       []string     `json:"saved,omitempty"`
	Generated   Generated    `json:"-"`
	Timings     Timings      `json:"timings"`
	PeakBytes   int64        `json:"peak_bytes,omitempty"` // of the device's memory, where it counts that

	writer *[3]uint32    // of the element that was asked for
	wrong  *wrongElement // if it was compared
}

// Array describes an input or output. Min, Max and Mean are over the finite
// elements; of a complex array over the magnitudes.
type Array struct {
	Name      string             `json:"name"`
	DType     string             `json:"dtype"`
	Shape     []int              `json:"shape"`
	Min       Number             `json:"min"`
	Max       Number             `json:"max"`
	Mean      Number             `json:"mean"`
	NaN       int                `json:"nan"`
	Inf       int                `json:"inf"`
	Unwritten int                `json:"unwritten"` // elements that the kernel did not store to as a whole
	Head      []Value            `json:"head"`      // the first elements
	Tensor    *tensorfile.Tensor `json:"-"`
	Held      *Held              `json:"held,omitempty"` // where Tensor is, if in another process
}

// CheckResult compares a document's kernel with its reference.
type CheckResult struct {
	File        string           `json:"file"`
	Name        string           `json:"name"`
	Kind        DocumentKind     `json:"kind"`
	Device      string           `json:"device"`
	Status      Status           `json:"status"`
	Cases       []CaseReport     `json:"cases"`
	Gradients   []GradientReport `json:"gradients,omitempty"`
	Entries     []Entry          `json:"entries,omitempty"` // of a .metal file
	Diagnostics []Diagnostic     `json:"diagnostics"`
	Generated   Generated        `json:"-"`
	Text        string           `json:"-"` // of the document
	Timings     Timings          `json:"timings"`
}

// GradientReport checks the derivative of a reference to one input: against
// finite differences, and the kernel that computes it against float64.
type GradientReport struct {
	Case    int    `json:"case"`
	Params  string `json:"params"`
	DType   string `json:"dtype"`
	Input   string `json:"input"`
	Program string `json:"program"` // the gradient in the expression language
	Error   Number `json:"error"`   // relative, against finite differences
	MaxAbs  Number `json:"max_abs"` // of the kernel, if there is one
	OK      bool   `json:"ok"`
	Note    string `json:"note,omitempty"` // why there is no kernel, or how it failed
}

// CaseReport compares one case in one type.
type CaseReport struct {
	Case        int            `json:"case"` // 0 is the spec's own parameters
	Params      string         `json:"params"`
	DType       string         `json:"dtype"`
	Status      Status         `json:"status"`
	Outputs     []OutputReport `json:"outputs"`
	Diagnostics []Diagnostic   `json:"diagnostics,omitempty"`
	Findings    []Finding      `json:"findings,omitempty"`
	CompileMS   float64        `json:"compile_ms"`
	RunMS       float64        `json:"run_ms"`
	Fallback    string         `json:"fallback,omitempty"` // as in RunResult
}

// OutputReport compares one output, element by element.
type OutputReport struct {
	Name       string  `json:"name"`
	DType      string  `json:"dtype"`
	Shape      []int   `json:"shape"`
	Elements   int     `json:"elements"`
	Mismatches int     `json:"mismatches"`
	MaxAbs     Number  `json:"max_abs"`
	MaxRel     Number  `json:"max_rel"`
	MaxULP     Number  `json:"max_ulp"`
	RMS        Number  `json:"rms"`            // of the kernel, against the float64 truth
	RMSPlain   *Number `json:"rms_plain"`      // of the plain op in the working type; nil for integers
	RTol       Number  `json:"rtol"`           // the tolerance that was applied
	ATol       Number  `json:"atol"`           //
	NaN        int     `json:"nan"`            // in the kernel's output
	Inf        int     `json:"inf"`            //
	Unwritten  int     `json:"unwritten"`      // elements not stored to as a whole
	First      *First  `json:"first"`          // the first mismatch
	Note       string  `json:"note,omitempty"` // what is odd about it, in words

	// The compared arrays, if the job asked to Keep them: the kernel's output,
	// and the float64 truth rounded to the output's type.
	Got      *tensorfile.Tensor `json:"-"`
	Want     *tensorfile.Tensor `json:"-"`
	GotHeld  *Held              `json:"got_held,omitempty"` // where they are, if in another process
	WantHeld *Held              `json:"want_held,omitempty"`
}

// First is the first element that differs.
type First struct {
	Index []int `json:"index"`
	Got   Value `json:"got"`
	Want  Value `json:"want"`
}

func newCompileResult(doc Document) *CompileResult {
	return &CompileResult{Status: StatusOK, Name: doc.Path, Diagnostics: []Diagnostic{}}
}

func newRunResult(job RunJob) *RunResult {
	return &RunResult{Status: StatusOK, Name: job.Document.Path, Seed: job.Seed,
		Inputs: []Array{}, Outputs: []Array{}, Diagnostics: []Diagnostic{}, Findings: []Finding{}}
}

func newCheckResult(doc Document) *CheckResult {
	return &CheckResult{File: doc.Path, Text: doc.Text, Name: doc.Path, Kind: doc.Kind(), Status: StatusOK, Cases: []CaseReport{}, Diagnostics: []Diagnostic{}}
}

// Outcome implements Result.
func (r *CompileResult) Outcome() Status { return r.Status }

// Outcome implements Result.
func (r *RunResult) Outcome() Status { return r.Status }

// Outcome implements Result.
func (r *CheckResult) Outcome() Status { return r.Status }

// FailedCheck is the result for a document that could not be checked at all.
func FailedCheck(file, device string, e *Error) *CheckResult {
	r := newCheckResult(Document{Path: file})
	r.Device, r.Status = device, StatusSpecError
	if e.Code == CodeTimeout {
		r.Status = StatusTimeout
	}
	message := strings.TrimPrefix(e.Error(), file+": ")
	r.Diagnostics = []Diagnostic{{Severity: SeverityError, Code: string(e.Code), Message: message, File: file, Part: PartSpec,
		Rendered: file + ": error: " + message + "\n"}}
	return r
}
