package interop

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/kernels"
)

// Imported is a call of metal_kernel in a Python file, as a spec.
type Imported struct {
	Name    string
	Line    int      // of the call
	Text    string   // the spec
	Unknown []string // what could not be told and was guessed, one sentence each
}

// Import finds the calls of metal_kernel in a Python file. Given values, such
// as "HEAD_DIM": int64(64), stand for names that the file computes. The error
// joins one for each call whose texts or names cannot be told, with its line;
// the others are returned all the same.
func Import(file, text string, given map[string]any) ([]Imported, error) {
	if len(text) > maxPythonBytes {
		return nil, fmt.Errorf("%s: the file has more than %d bytes", file, maxPythonBytes)
	}
	creations, launches := scanPython(text, given)
	if len(creations) == 0 {
		return nil, fmt.Errorf("%s: there is no call of metal_kernel", file)
	}
	var out []Imported
	var errs []error
	names := map[string]int{}
	for _, c := range creations {
		im, err := importCall(file, c, launchOf(c, creations, launches))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if names[im.Name]++; names[im.Name] > 1 {
			renamed := fmt.Sprintf("%s_%d", im.Name, names[im.Name])
			im.Text = strings.Replace(im.Text, "\nname: "+im.Name+"\n", "\nname: "+renamed+"\n", 1)
			im.Name = renamed
		}
		out = append(out, im)
	}
	return out, errors.Join(errs...)
}

// launchOf finds a launch of a kernel: by the name that it is assigned to, by
// the function that makes it, or by the only one that takes as many arrays.
func launchOf(c pyCall, creations, launches []pyCall) *pyCall {
	var fits []*pyCall
	for i := range launches {
		l := &launches[i]
		if l.target != "" && (l.target == c.target || l.target == c.function) {
			return l
		}
		if !slices.ContainsFunc(creations, func(o pyCall) bool { return l.target != "" && (o.target == l.target || o.function == l.target) }) && sameCounts(c, *l) {
			fits = append(fits, l)
		}
	}
	if len(fits) == 1 {
		return fits[0]
	}
	return nil
}

// sameCounts reports whether a launch has as many inputs and outputs as a
// kernel.
func sameCounts(c, l pyCall) bool {
	count := func(v any) int {
		if items, ok := v.(list); ok {
			return len(items)
		}
		return -1
	}
	ins, _ := c.argument("input_names", 1)
	outs, _ := c.argument("output_names", 2)
	given, _ := l.argument("inputs", 0)
	return count(ins) >= 0 && count(ins) == count(given) && count(outs) == count(l.kwargs["output_shapes"])
}

// argument is a keyword argument, or the positional one.
func (c pyCall) argument(key string, position int) (any, bool) {
	if v, ok := c.kwargs[key]; ok {
		return v, true
	}
	if position < len(c.args) {
		return c.args[position], true
	}
	return nil, false
}

func importCall(file string, c pyCall, launch *pyCall) (Imported, error) {
	w := &specWriter{im: Imported{Line: c.line}}
	text := func(key string, position int, needed bool) (string, error) {
		v, ok := c.argument(key, position)
		if s, isText := v.(string); isText {
			return s, nil
		}
		if !ok && !needed {
			return "", nil
		}
		reason := "it is missing"
		if u, isUnknown := v.(unknown); isUnknown {
			reason = u.Error()
		}
		return "", fmt.Errorf("%s:%d: the %s of metal_kernel cannot be told: %s; give the value with --given, or capture a launch", file, c.line, key, reason)
	}
	var err error
	fail := func(s string, e error) string {
		if e != nil && err == nil {
			err = e
		}
		return s
	}
	if name, _ := c.argument("name", 0); name != nil {
		w.name = lenient(name)
	}
	if w.name == "" {
		w.name = fmt.Sprintf("kernel_%d", c.line)
		w.guess("the name of the kernel")
	}
	w.source = fail(text("source", 3, true))
	w.header = fail(text("header", 4, false))
	if err != nil {
		return Imported{}, err
	}
	ins, ok1 := c.argument("input_names", 1)
	outs, ok2 := c.argument("output_names", 2)
	w.ins, ok1 = words(ins, ok1)
	w.outs, ok2 = words(outs, ok2)
	if !ok1 || !ok2 {
		return Imported{}, fmt.Errorf("%s:%d: the names of inputs and outputs cannot be told; capture a launch instead", file, c.line)
	}
	if b, ok := c.kwargs["ensure_row_contiguous"].(bool); ok && !b {
		w.flags = append(w.flags, "ensure_row_contiguous: false")
	}
	if b, ok := c.kwargs["atomic_outputs"].(bool); ok && b {
		w.flags = append(w.flags, "atomic_outputs: true")
	}
	for _, a := range c.assumed {
		w.guess("%s", a)
	}
	if launch == nil {
		launch = &pyCall{}
		w.guess("no launch of %s was found: template, shapes and grid are guesses", w.name)
	}
	w.launch(launch)
	w.im.Name, w.im.Text = identifier(w.name), w.write(filepath.Base(file))
	if _, err := kernels.Parse(file, []byte(w.im.Text)); err != nil {
		return Imported{}, fmt.Errorf("%s:%d: the call does not make a spec:\n%w", file, c.line, err)
	}
	return w.im, nil
}

func words(v any, ok bool) ([]string, bool) {
	items, isList := v.(list)
	if !ok || !isList {
		return nil, false
	}
	var out []string
	for _, item := range items {
		s, isText := item.(string)
		if !isText {
			return nil, false
		}
		out = append(out, s)
	}
	return out, true
}

// lenient is a text in which what is not known stands for itself.
func lenient(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case unknown:
		return v.partly
	}
	return ""
}

// identifier makes a kernel's name one of the spec format.
func identifier(s string) string {
	out := strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' {
			return r
		}
		return '_'
	}, s)
	out = strings.Trim(out, "_")
	if out == "" || out[0] >= '0' && out[0] <= '9' {
		out = "k" + out
	}
	return out
}
