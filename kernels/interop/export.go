package interop

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/mlx"
)

// Format is a form of export.
type Format string

// The forms.
const (
	Python Format = "python"
	Swift  Format = "swift"
	C      Format = "c"
	Metal  Format = "metal"
	Spec   Format = "spec"
	Launch Format = "launch"
)

// Formats lists the forms.
func Formats() []Format { return []Format{Python, Swift, C, Metal, Spec, Launch} }

// Options steer an export.
type Options struct {
	Seed uint64 // of the inputs
	// Expected are the outputs that a launch record is to hold; nil leaves them
	// out.
	Expected []*mlx.Array
}

// Export writes a kernel.
func Export(w io.Writer, src *kernels.Source, f Format, opt Options) error {
	switch f {
	case Python:
		return writeString(w, python(src, opt))
	case Swift:
		return writeString(w, swift(src, opt))
	case C:
		return writeString(w, cProgram(src, opt))
	case Metal:
		g, err := src.Text()
		if err != nil {
			return err
		}
		// MLX puts these, and more, before the text.
		return writeString(w, "#include <metal_stdlib>\nusing namespace metal;\n\n"+g.Generated.Text)
	case Spec:
		return writeString(w, src.Spec.Raw)
	case Launch:
		if n := len(src.Launches()); n > 1 {
			return fmt.Errorf("%s takes %d launches and a record holds one: export it --to python, or choose a case with shorter or more rows", src.Label(), n)
		}
		inputs, err := src.Draw(opt.Seed, nil)
		if err != nil {
			return err
		}
		_, err = src.Record(inputs, opt.Expected).WriteTo(w)
		return err
	}
	var known []string
	for _, k := range Formats() {
		known = append(known, string(k))
	}
	return fmt.Errorf("unknown format %q; known are %s", f, strings.Join(known, ", "))
}

func writeString(w io.Writer, s string) error {
	_, err := io.WriteString(w, s)
	return err
}

// join formats a list.
func join[T any](list []T, sep string, f func(T) string) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = f(v)
	}
	return strings.Join(parts, sep)
}

func quote(s string) string { return fmt.Sprintf("%q", s) }

func number(i int) string { return fmt.Sprint(i) }

// literal is a floating-point number of a language that names infinity and NaN so.
func literal(f float64, infinity, nan string) string {
	switch {
	case math.IsNaN(f):
		return nan
	case math.IsInf(f, 1):
		return infinity
	case math.IsInf(f, -1):
		return "-" + infinity
	}
	return fmt.Sprint(f)
}

// numbered is a name for launch i of n: the name alone if there is one.
func numbered(name string, i, n int) string {
	if n == 1 {
		return name
	}
	return fmt.Sprintf("%s%d", name, i+1)
}

// parameterName is the name of an array as a parameter of a function, changed
// where it is a word of the language or used by the program.
func parameterName(name string, reserved []string) string {
	if slices.Contains(reserved, name) {
		return name + "_"
	}
	return name
}
