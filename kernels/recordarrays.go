package kernels

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/tensorfile"
)

// Arrays loads the inputs.
func (r *Record) Arrays() ([]*mlx.Array, error) {
	arrays := make([]*mlx.Array, len(r.Inputs))
	for i, in := range r.Inputs {
		a, err := r.load(in, r.Kernel.InputNames[i])
		if err != nil {
			return nil, err
		}
		arrays[i] = a
	}
	return arrays, nil
}

// Expected loads what output i should be, nil if the record does not say.
func (r *Record) Expected(i int) (*mlx.Array, error) {
	if r.Outputs[i].Expected == nil {
		return nil, nil
	}
	return r.load(*r.Outputs[i].Expected, r.Kernel.OutputNames[i])
}

// load reads an array. In a .safetensors file it is the tensor called name, or
// the only one.
func (r *Record) load(a RecordArray, name string) (*mlx.Array, error) {
	if a.File == "" {
		return mlx.Try(func() *mlx.Array { return mlx.FromBytes(a.DType, a.Shape, a.Data) })
	}
	path := filepath.FromSlash(a.File)
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(r.File), path)
	}
	t, err := loadTensor(path, name)
	if err != nil {
		var unread *fs.PathError
		if errors.As(err, &unread) { // without the call that failed
			err = fmt.Errorf("%s: %w", unread.Path, unread.Err)
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if t.DType != a.DType && t.DType.Size() == a.DType.Size() && !t.DType.IsInexact() {
		if t, err = t.Reinterpret(a.DType); err != nil {
			return nil, err
		}
	}
	if t.DType != a.DType || !slices.Equal(t.Shape, a.Shape) {
		return nil, fmt.Errorf("%s: %s holds %v%v; the record says %v%v", name, path, t.DType, t.Shape, a.DType, a.Shape)
	}
	return mlx.FromBytes(t.DType, t.Shape, t.Data), nil
}

func loadTensor(path, name string) (tensorfile.Tensor, error) {
	if !tensorfile.IsSafetensors(path) {
		return tensorfile.LoadNpy(path)
	}
	archive, err := tensorfile.Open(path)
	if err != nil {
		return tensorfile.Tensor{}, err
	}
	defer archive.Close()
	names := archive.Names()
	if len(names) == 1 && !slices.Contains(names, name) {
		name = names[0]
	}
	return archive.Read(name)
}

// recordJSON is the form of a record as a file.
type recordJSON struct {
	Version             int           `json:"zmlx_launch"`
	Name                string        `json:"name"`
	InputNames          []string      `json:"input_names"`
	OutputNames         []string      `json:"output_names"`
	Source              string        `json:"source"`
	Header              string        `json:"header"`
	EnsureRowContiguous bool          `json:"ensure_row_contiguous"`
	AtomicOutputs       bool          `json:"atomic_outputs"`
	Template            []templateOut `json:"template"`
	Grid                [3]int        `json:"grid"`
	Threadgroup         [3]int        `json:"threadgroup"`
	InitValue           *initValue    `json:"init_value"`
	Inputs              []arrayOut    `json:"inputs"`
	Outputs             []arrayOut    `json:"outputs"`
	Reference           string        `json:"reference,omitempty"`
}

// initValue is a string where JSON has no number for it.
type initValue float64

func (v initValue) MarshalJSON() ([]byte, error) {
	if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
		return json.Marshal(strings.ToLower(strings.TrimPrefix(fmt.Sprint(f), "+")))
	}
	return json.Marshal(float64(v))
}

type templateOut struct {
	Name  string `json:"name"`
	DType string `json:"dtype,omitempty"`
	Int   *int64 `json:"int,omitempty"`
	Bool  *bool  `json:"bool,omitempty"`
}

type arrayOut struct {
	DType    string    `json:"dtype"`
	Shape    *[]int    `json:"shape,omitempty"`
	Data     *string   `json:"data,omitempty"`
	File     string    `json:"file,omitempty"`
	Expected *arrayOut `json:"expected,omitempty"`
	RTol     float64   `json:"rtol,omitempty"`
	ATol     float64   `json:"atol,omitempty"`
	NaN      string    `json:"nan,omitempty"`
}

func arrayForm(a RecordArray, shape bool) arrayOut {
	out := arrayOut{DType: a.DType.String(), File: a.File}
	if shape {
		s := append([]int{}, a.Shape...)
		out.Shape = &s
	}
	if a.File == "" {
		data := base64.StdEncoding.EncodeToString(a.Data)
		out.Data = &data
	}
	return out
}

// WriteTo writes the record as indented JSON.
func (r *Record) WriteTo(w io.Writer) (int64, error) {
	k := r.Kernel
	form := recordJSON{
		Version: 1, Name: r.Name, InputNames: append([]string{}, k.InputNames...), OutputNames: k.OutputNames, Source: k.Source, Header: k.Header,
		EnsureRowContiguous: k.EnsureRowContiguous, AtomicOutputs: k.AtomicOutputs, Template: []templateOut{},
		Grid: r.Config.Grid, Threadgroup: r.Config.Threadgroup, InitValue: (*initValue)(r.Config.InitValue), Inputs: []arrayOut{}, Outputs: []arrayOut{},
	}
	for _, t := range r.Config.Template {
		out := templateOut{Name: t.Name}
		switch t.Kind {
		case mlx.TemplateDType:
			out.DType = t.DType.String()
		case mlx.TemplateInt:
			out.Int = &t.Int
		default:
			b := t.Int != 0
			out.Bool = &b
		}
		form.Template = append(form.Template, out)
	}
	for _, in := range r.Inputs {
		form.Inputs = append(form.Inputs, arrayForm(in, true))
	}
	for i, o := range r.Outputs {
		shape := append([]int{}, r.Config.OutputShapes[i]...)
		out := arrayOut{DType: r.Config.OutputDTypes[i].String(), Shape: &shape, RTol: o.RTol, ATol: o.ATol}
		if o.Expected != nil {
			e := arrayForm(*o.Expected, false)
			out.Expected = &e
		}
		if o.AnyNaN {
			out.NaN = "any"
		}
		form.Outputs = append(form.Outputs, out)
	}
	if r.Reference != nil {
		form.Reference = r.Reference.Text
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(form); err != nil {
		return 0, err
	}
	return b.WriteTo(w)
}

// Record captures the launch with these inputs, and what the outputs should be
// if expected is not nil.
func (s *Source) Record(inputs, expected []*mlx.Array) *Record {
	r := &Record{Name: s.Kernel.Name, Kernel: s.Kernel, Config: s.Config}
	capture := func(a *mlx.Array) RecordArray {
		return RecordArray{DType: a.DType(), Shape: slices.Clone(a.Shape()), Data: slices.Clone(a.Bytes())}
	}
	for _, a := range inputs {
		r.Inputs = append(r.Inputs, capture(a))
	}
	tol, _ := s.Spec.Tolerance(s.DType)
	for i := range s.Config.OutputShapes {
		out := RecordOutput{RTol: tol.RTol, ATol: tol.ATol}
		if expected != nil {
			e := capture(expected[i])
			out.Expected = &e
		}
		r.Outputs = append(r.Outputs, out)
	}
	return r
}
