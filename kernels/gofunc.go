package kernels

import (
	"errors"
	"strconv"
	"strings"

	"github.com/zmlx/zmlx/kernels/gokernel"
	"github.com/zmlx/zmlx/mlx"
)

// translate writes the kernel of a spec that is a Go function.
func (r *resolver) translate(src *Source) *gokernel.Kernel {
	s := r.spec
	var opt gokernel.Options
	for _, p := range s.Params {
		opt.Constants = append(opt.Constants, goConstant(p.Name, r.value(p.Name), false))
	}
	for i, a := range src.Config.Template {
		if a.Kind == mlx.TemplateDType {
			r.goDType(a.DType, s.Template[i].at)
			opt.Types = append(opt.Types, gokernel.Type{Name: a.Name, DType: a.DType})
		} else {
			opt.Constants = append(opt.Constants, goConstant(a.Name, r.value(a.Name), true))
		}
	}
	for i, a := range src.Inputs {
		r.goDType(a.DType, s.Inputs[i].at)
		opt.Inputs = append(opt.Inputs, gokernel.Buffer{Name: a.Name, DType: a.DType, Template: s.Inputs[i].DType.Template,
			Len: elements(a.Shape), Scalar: len(a.Shape) == 0})
	}
	for i, t := range s.Outputs {
		r.goDType(src.Config.OutputDTypes[i], t.at)
		opt.Outputs = append(opt.Outputs, gokernel.Buffer{Name: t.Name, DType: src.Config.OutputDTypes[i], Template: t.DType.Template,
			Len: elements(src.Config.OutputShapes[i])})
	}
	if s.AtomicOutputs {
		r.fail(s.Go.at, "go", "write a source", "a Go function cannot have atomic outputs")
	}
	k, err := gokernel.Translate(s.Go.String, opt)
	if err != nil {
		panic(goProblems(err, func(e *gokernel.Error) Problem {
			return s.problem(s.Go.Place(e.Line, e.Column, e.Length), "go", e.Hint, e.Message)
		}))
	}
	return k
}

func goProblems(err error, place func(*gokernel.Error) Problem) Problems {
	var es gokernel.Errors
	if !errors.As(err, &es) {
		return Problems{{Code: "go", Message: err.Error()}}
	}
	var ps Problems
	for _, e := range es {
		ps = append(ps, place(e))
	}
	return ps
}

// goDType refuses element types that Go kernels do not have.
func (r *resolver) goDType(d mlx.DType, at Place) {
	if d == mlx.Complex64 || d == mlx.Float64 {
		r.fail(at, "dtype", "write a source", "a Go function cannot use %s", d)
	}
}

func goConstant(name string, v Value, local bool) gokernel.Constant {
	c := gokernel.Constant{Name: name, Value: v.String(), Type: "int", Local: local}
	switch {
	case v.Kind == BoolValue:
		c.Type = "bool"
	case v.Kind == FloatValue:
		c.Type, c.Value = "float", strconv.FormatFloat(v.Float, 'e', -1, 64)
	case int64(int32(v.Int)) != v.Int:
		c.Type = "long"
	}
	return c
}

// goPlace is the line of the Go text that a line of a part comes from.
func (s *Source) goPlace(part mlx.Part, line int) (Place, bool) {
	if s.translated == nil {
		return Place{}, false
	}
	lines := s.translated.BodyLines
	if part == mlx.PartHeader {
		own := strings.Count(s.Spec.Header.String, "\n")
		line, lines = line-s.headerLines-own, s.translated.HeaderLines
	} else if part != mlx.PartSource {
		return Place{}, false
	}
	if line < 1 || line > len(lines) {
		return Place{}, false
	}
	at := lines[line-1]
	return s.Spec.Go.Place(at.Line, at.Column, 0), true
}
