package report

import "github.com/zmlx/zmlx/workbench"

// verdict is the line that a check prints for a launch record, and for each
// case of a spec. Its form is fixed: see docs on launch records.
type verdict struct {
	File        string              `json:"file"`
	Name        string              `json:"name"`
	Device      string              `json:"device"`
	Status      workbench.Status    `json:"status"`
	Case        *int                `json:"case,omitempty"` // of a spec
	Params      string              `json:"params,omitempty"`
	DType       string              `json:"dtype,omitempty"`
	Gradient    string              `json:"gradient,omitempty"` // the input that the line's derivative is to
	Outputs     []verdictOutput     `json:"outputs"`
	Diagnostics []verdictDiagnostic `json:"diagnostics"`
	Findings    []verdictFinding    `json:"findings"`
	CompileMS   float64             `json:"compile_ms"`
	RunMS       float64             `json:"run_ms"`
}

type verdictOutput struct {
	Name       string           `json:"name"`
	Mismatches int              `json:"mismatches"`
	MaxAbs     workbench.Number `json:"max_abs"`
	MaxRel     workbench.Number `json:"max_rel"`
	MaxULP     workbench.Number `json:"max_ulp"`
	First      *workbench.First `json:"first"`
	Unwritten  int              `json:"unwritten"`
}

type verdictDiagnostic struct {
	Severity workbench.Severity `json:"severity"`
	Code     string             `json:"code"`
	Message  string             `json:"message"`
	Part     workbench.Part     `json:"part"`
	Line     int                `json:"line"`
	Column   int                `json:"column"`
}

type verdictFinding struct {
	Kind        string         `json:"kind"`
	Message     string         `json:"message"`
	Part        workbench.Part `json:"part"`
	Line        int            `json:"line"`
	Column      int            `json:"column"`
	Thread      [3]uint32      `json:"thread"`
	Threadgroup [3]uint32      `json:"threadgroup"`
	Lane        int            `json:"lane"`
	Buffer      string         `json:"buffer,omitempty"`
	Count       int64          `json:"count"`
}

// verdicts are the lines of one document: one for a record, a .metal file or
// a document that is wrong as a whole, else one for each case and each of its
// gradients.
func verdicts(r *workbench.CheckResult) []verdict {
	base := verdict{File: r.File, Name: r.Name, Device: r.Device, Status: r.Status,
		Outputs: []verdictOutput{}, Diagnostics: verdictDiagnostics(r.Diagnostics), Findings: []verdictFinding{},
		CompileMS: r.Timings.Compile, RunMS: r.Timings.Run}
	if len(r.Cases) == 0 {
		return []verdict{base}
	}
	lines := make([]verdict, len(r.Cases))
	for i, c := range r.Cases {
		v := base
		v.Status, v.CompileMS, v.RunMS = c.Status, c.CompileMS, c.RunMS
		v.Diagnostics = append(verdictDiagnostics(r.Diagnostics), verdictDiagnostics(c.Diagnostics)...)
		if r.Kind != workbench.RecordDocument {
			v.Case, v.Params, v.DType = &c.Case, c.Params, c.DType
		}
		for _, o := range c.Outputs {
			v.Outputs = append(v.Outputs, verdictOutput{o.Name, o.Mismatches, o.MaxAbs, o.MaxRel, o.MaxULP, o.First, o.Unwritten})
		}
		for _, f := range c.Findings {
			v.Findings = append(v.Findings, verdictFinding{f.Kind, f.Message, f.Part, f.PartLine, f.Column, f.Thread, f.Threadgroup, f.Lane, f.Buffer, f.Count})
		}
		lines[i] = v
	}
	for _, g := range r.Gradients {
		v := base
		v.Status, v.Case, v.Params, v.DType, v.Gradient, v.CompileMS, v.RunMS = gradientStatus(g), &g.Case, g.Params, g.DType, g.Input, 0, 0
		if !g.OK {
			v.Diagnostics = append(v.Diagnostics, verdictDiagnostic{Severity: workbench.SeverityError, Code: "gradient", Message: gradientMessage(g), Part: workbench.PartSpec})
		}
		lines = append(lines, v)
	}
	return lines
}

func verdictDiagnostics(ds []workbench.Diagnostic) []verdictDiagnostic {
	out := make([]verdictDiagnostic, len(ds))
	for i, d := range ds {
		out[i] = verdictDiagnostic{d.Severity, d.Code, d.Message, d.Part, d.PartLine, d.PartColumn}
	}
	return out
}
