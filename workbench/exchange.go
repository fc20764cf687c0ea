package workbench

import (
	"errors"
	"os"
	"strings"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/interop"
)

// ExportJob writes a variant of a spec as a program or a record for others.
// Its result is an ExportResult.
type ExportJob struct {
	Document Document `json:"document"`
	Variant  Variant  `json:"variant"`
	Seed     uint64   `json:"seed"`
	Format   string   `json:"format"` // one of ExportFormats
}

// Label implements Job.
func (j ExportJob) Label() string { return "export " + j.Document.Path }

// ExportResult is an exported text.
type ExportResult struct {
	Status      Status       `json:"status"`
	Format      string       `json:"format"`
	Text        string       `json:"text"`
	Diagnostics []Diagnostic `json:"diagnostics"`
}

// Outcome implements Result.
func (r *ExportResult) Outcome() Status { return r.Status }

// ExportFormats lists what a spec can be exported as.
func ExportFormats() []string {
	var names []string
	for _, f := range interop.Formats() {
		names = append(names, string(f))
	}
	return names
}

func (t *task) export(job ExportJob) (*ExportResult, error) {
	out := &ExportResult{Status: StatusOK, Format: job.Format, Diagnostics: []Diagnostic{}}
	if job.Document.Kind() != SpecDocument {
		return nil, notSpec(job.Document.Path, "exported")
	}
	src, ds, err := resolve(job.Document, job.Variant)
	if err != nil {
		return nil, err
	}
	out.Diagnostics = append(out.Diagnostics, ds...)
	if src == nil {
		out.Status = StatusSpecError
		return out, nil
	}
	opt := interop.Options{Seed: job.Seed}
	if job.Format == string(interop.Launch) && src.Spec.Reference != nil {
		inputs, err := src.Draw(job.Seed, nil)
		if err == nil {
			opt.Expected, err = src.Reference(t.ctx, inputs, true)
		}
		if err != nil {
			return exportFault(job.Document, out, err)
		}
	}
	var text strings.Builder
	if err := interop.Export(&text, src, interop.Format(job.Format), opt); err != nil {
		return exportFault(job.Document, out, err)
	}
	out.Text = text.String()
	return out, nil
}

// exportFault makes a spec's problems part of the result.
func exportFault(doc Document, out *ExportResult, err error) (*ExportResult, error) {
	var ps kernels.Problems
	if !errors.As(err, &ps) {
		return nil, usagef("", "%v", err)
	}
	out.Status, out.Diagnostics = StatusSpecError, append(out.Diagnostics, problems(doc, ps)...)
	return out, nil
}

// ImportJob finds the kernels in a Python or Swift file and makes specs of them. Its
// result is an ImportResult.
type ImportJob struct {
	Document Document          `json:"document"`
	Given    map[string]string `json:"given,omitempty"` // values of names that the file computes: "HEAD_DIM": "64"
}

// Label implements Job.
func (j ImportJob) Label() string { return "import " + j.Document.Path }

// ImportResult holds a spec for each call of metal_kernel.
type ImportResult struct {
	Specs  []ImportedSpec `json:"specs"`
	Failed []string       `json:"failed"` // why other calls could not be imported
}

// Outcome implements Result.
func (r *ImportResult) Outcome() Status {
	if len(r.Failed) > 0 {
		return StatusMismatch
	}
	return StatusOK
}

// ImportedSpec is a kernel that was found in a program.
type ImportedSpec struct {
	Name    string   `json:"name"`
	Cell    int      `json:"cell,omitempty"` // of a notebook, from 1
	Line    int      `json:"line"`           // of the call, in its file or cell
	Text    string   `json:"text"`
	Unknown []string `json:"unknown"` // what could not be told and was guessed
	Others  int      `json:"others"`  // launches of other arrays, values or grids
}

// CaptureHelper is a Python module that records the launches of a running
// program as launch records.
func CaptureHelper() string { return interop.CaptureHelper }

// besides reads the modules and texts that a program takes from files, and the names in folders.
func besides(path string) (string, bool) {
	const most = 4 << 20
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		entries, err := os.ReadDir(path)
		var names strings.Builder
		for _, e := range entries {
			if names.WriteString(e.Name()); e.IsDir() {
				names.WriteString("/")
			}
			names.WriteString("\n")
		}
		return names.String(), err == nil
	}
	if err != nil || !info.Mode().IsRegular() || info.Size() > most {
		return "", false
	}
	text, err := os.ReadFile(path)
	return string(text), err == nil
}

func (t *task) importProgram(job ImportJob) (*ImportResult, error) {
	given := map[string]any{}
	for name, text := range job.Given {
		given[name] = text
		if v, err := kernels.ParseValue(text); err == nil {
			given[name] = v.Any()
		}
	}
	found, err := interop.Import(t.ctx, job.Document.Path, job.Document.Text, given, besides)
	if err := t.ctx.Err(); err != nil {
		return nil, err
	}
	if err != nil && len(found) == 0 {
		return nil, usagef("", "%v", err)
	}
	out := &ImportResult{Specs: []ImportedSpec{}, Failed: []string{}}
	if err != nil {
		out.Failed = strings.Split(err.Error(), "\n")
	}
	for _, f := range found {
		out.Specs = append(out.Specs, ImportedSpec{f.Name, f.Cell, f.Line, f.Text, append([]string{}, f.Unknown...), f.Others})
	}
	return out, nil
}
