package workbench

import (
	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/msl/exec"
)

// PathStep is a line that the followed thread went through, or a part of one, if
// calls lie between or the line repeats itself. Values are what it loaded from
// buffers and threadgroup memory, and stored anywhere.
type PathStep struct {
	File   string      `json:"file"`
	Part   Part        `json:"part"`
	Line   int         `json:"line"` // of the document; 0 where that has none, as for a kernel's arguments
	Text   string      `json:"text"`
	Depth  int         `json:"depth"` // calls in progress, 1 in the kernel itself
	Values []PathValue `json:"values"`
}

// PathValue is a value as the source names it: "x[5]", "sum", "p.b[2]".
type PathValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Store bool   `json:"store"`
}

// Text is the value in a word: "y[3] = 2" where it is stored, "x[3] is 2" where it is loaded.
func (v PathValue) Text() string {
	if v.Store {
		return v.Name + " = " + v.Value
	}
	return v.Name + " is " + v.Value
}

// path places steps in the document, or in the Metal text that it becomes where
// that is made from an expression.
func (p *launchPlan) path(steps []mlx.PathStep, file string) ([]PathStep, error) {
	if p.src == nil || p.src.Spec.Generate == nil || len(steps) == 0 {
		return p.texts.path(steps), nil
	}
	texts, at, err := generatedText(p.src, file)
	for i, s := range steps {
		if s.File == "" && s.Part != mlx.PartSignature { // whose lines are the text's already
			steps[i].Part, steps[i].Line = mlx.PartSignature, at[mlx.GeneratedLine{Part: s.Part, Line: s.Line}]
		}
	}
	return texts.path(steps), err
}

// path places steps in the document. The lines of a signature that was generated
// become one step, and the end of a function none.
func (x documentTexts) path(steps []mlx.PathStep) []PathStep {
	var out []PathStep
	for _, s := range steps {
		shown := x.in(s.Part).within(s.File)
		p := PathStep{File: shown.doc.Path, Part: Part(s.Part), Line: s.Line, Depth: s.Depth, Values: values(s.Values)}
		if x.parts == nil {
			p.Line, _ = shown.place(s.Part, s.Line, 1)
		} else if _, known := x.parts[s.Part]; !known && !x.other(s.File) { // the signature of a record's kernel
			p.Line = 0
		}
		p.Text = shown.text(p.Line)
		if (p.Text == "}" || p.Line == 0) && len(p.Values) == 0 {
			continue
		}
		if n := len(out); n > 0 && p.Line == 0 && out[n-1].Line == 0 && out[n-1].Depth == p.Depth {
			out[n-1].Values = append(out[n-1].Values, p.Values...)
			continue
		}
		out = append(out, p)
	}
	return out
}

func values(in []exec.StepValue) []PathValue {
	out := make([]PathValue, len(in))
	for i, v := range in {
		out[i] = PathValue(v)
	}
	return out
}
