package kernels

import (
	"fmt"
	"strings"

	"github.com/zmlx/zmlx/kernels/gokernel"
)

// FromGo writes a spec for the kernel in a Go file, whose first function without a result it
// is. Constants of the package become params, numeric types become the
// template, slices that the kernel assigns are outputs and the others inputs.
// Every array gets the shape [N] and the grid N threads, to be changed where
// that is wrong. name is the kernel's name, "" for the function's. The error
// is Problems.
func FromGo(file, name string, data []byte) (string, error) {
	f, err := gokernel.Inspect(string(data))
	if err != nil {
		lines := strings.Split(string(data), "\n")
		return "", goProblems(err, func(e *gokernel.Error) Problem {
			p := Problem{File: file, Place: Place{e.Line, e.Column, e.Length}, Code: "go", Message: e.Message, Hint: e.Hint}
			if e.Line <= len(lines) {
				p.Excerpt = lines[e.Line-1]
			}
			return p
		})
	}
	if name == "" {
		name = f.Name
	}
	var b strings.Builder
	fmt.Fprintf(&b, "zmlx: 1\nname: %s\n", name)
	if f.Doc != "" {
		fmt.Fprintf(&b, "doc: %q\n", f.Doc)
	}
	b.WriteString("params: {")
	n := "N: 1024"
	for _, c := range f.Constants {
		if c.Name == "N" {
			n = "N: " + c.Value
			continue
		}
		fmt.Fprintf(&b, "%s: %s, ", c.Name, c.Value)
	}
	b.WriteString(n + "}\n")
	for i, t := range f.Types {
		if i == 0 {
			b.WriteString("template:\n")
		}
		fmt.Fprintf(&b, "  %s: %s\n", t[0], t[1])
	}
	arrays := func(key string, outputs bool) {
		first := true
		for _, p := range f.Parameters {
			if p.Output != outputs {
				continue
			}
			if first {
				b.WriteString(key + ":\n")
				first = false
			}
			shape := "[N]"
			if p.Scalar {
				shape = "[]"
			}
			fmt.Fprintf(&b, "  %s: {dtype: %s, shape: %s}\n", p.Name, p.Type, shape)
		}
	}
	arrays("inputs", false)
	arrays("outputs", true)
	b.WriteString("launch: {grid: [N], threadgroup: [\"min(N, 256)\"]}\ngo: |\n")
	for line := range strings.Lines(f.Text) {
		if strings.TrimSpace(line) == "" {
			b.WriteString("\n")
			continue
		}
		b.WriteString("  " + strings.TrimRight(line, " \t\r\n") + "\n")
	}
	if _, err := Parse(file, []byte(b.String())); err != nil {
		return "", err
	}
	return b.String(), nil
}
