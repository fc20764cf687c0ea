package interop

import (
	"fmt"
	"io"
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
		return writeString(w, g.Generated.Text)
	case Spec:
		return writeString(w, src.Spec.Raw)
	case Launch:
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

// parameterNames are the names of the inputs as parameters of a function,
// changed where they are words of the language or used by the program.
func parameterNames(src *kernels.Source, reserved ...string) []string {
	return strings.Split(join(src.Inputs, "\n", func(a kernels.Argument) string {
		if slices.Contains(reserved, a.Name) {
			return a.Name + "_"
		}
		return a.Name
	}), "\n")
}
