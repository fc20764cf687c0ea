package reference

import (
	"fmt"
	"strings"

	"github.com/zmlx/zmlx/kernels"
)

// OfSpec explains the names that a spec gives its kernel; ok is false if the
// text is no spec now.
func OfSpec(text string) (entries []Entry, ok bool) {
	s, err := kernels.Parse("", []byte(text))
	if err != nil {
		return nil, false
	}
	add := func(name, kind, signature, doc string) {
		entries = append(entries, Entry{Name: name, Kind: kind, Signature: signature, Doc: doc})
	}
	for _, p := range s.Params {
		value := p.Value.String()
		if p.Derived != nil {
			value = p.Derived.Text.String
		}
		add(p.Name, "parameter", "constant constexpr auto "+p.Name+" = "+value, "A parameter of the spec: a constant of the kernel, which cases may replace.")
	}
	for _, p := range s.Template {
		value := p.Value.Text.String
		if value == "" {
			value = p.DType.String()
		}
		add(p.Name, "template value", p.Name+" = "+value, "A value of the kernel's template; checks replace a type by each type that has a tolerance.")
	}
	for _, t := range s.Inputs {
		shape := shapeOf(t)
		add(t.Name, "input", fmt.Sprintf("const device %s* %s", typeOf(t), t.Name), "An input of shape "+shape+".")
		add(t.Name+"_shape", "of an input", "const constant int* "+t.Name+"_shape", fmt.Sprintf("The shape of %s: %s.", t.Name, shape))
		add(t.Name+"_strides", "of an input", "const constant int64_t* "+t.Name+"_strides", fmt.Sprintf("How many elements lie between neighbours of %s, for each axis.", t.Name))
		add(t.Name+"_ndim", "of an input", "const constant int& "+t.Name+"_ndim", fmt.Sprintf("The number of axes of %s: %d.", t.Name, len(t.Shape)))
	}
	for _, t := range s.Outputs {
		add(t.Name, "output", fmt.Sprintf("device %s* %s", typeOf(t), t.Name), "An output of shape "+shapeOf(t)+". Every element must be written.")
	}
	return entries, true
}

func shapeOf(t kernels.Tensor) string {
	axes := make([]string, len(t.Shape))
	for i, e := range t.Shape {
		axes[i] = e.Text.String
	}
	return "[" + strings.Join(axes, ", ") + "]"
}

func typeOf(t kernels.Tensor) string {
	if t.DType.Template != "" {
		return t.DType.Template
	}
	return t.DType.DType.String()
}
