package interop

import (
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
// as "HEAD_DIM": int64(64), stand for names that the file computes. A call whose
// source cannot be told is an error with its line.
func Import(file, text string, given map[string]any) ([]Imported, error) {
	if len(text) > maxPythonBytes {
		return nil, fmt.Errorf("%s: the file has more than %d bytes", file, maxPythonBytes)
	}
	creations, launches := scanPython(text, given)
	if len(creations) == 0 {
		return nil, fmt.Errorf("%s: there is no call of metal_kernel", file)
	}
	var out []Imported
	for _, c := range creations {
		var l *pyCall
		for i := range launches {
			if launches[i].target == c.target && c.target != "" {
				l = &launches[i]
				break
			}
		}
		im, err := importCall(file, c, l)
		if err != nil {
			return nil, err
		}
		out = append(out, im)
	}
	return out, nil
}

// scanPython walks over the tokens, keeps assignments of known values, and
// collects calls.
func scanPython(text string, given map[string]any) (creations, launches []pyCall) {
	p := &pyFile{toks: lexPython(text), values: map[string]any{}}
	fixed := map[string]bool{}
	for k, v := range given {
		p.values[k] = v
		fixed[k] = true
	}
	target := ""
	for p.tok().kind != pyEnd {
		t := p.tok()
		next := p.toks[min(p.i+1, len(p.toks)-1)]
		switch {
		case t.kind == pyLine:
			target = ""
		case t.kind == pyName && t.text == "metal_kernel" && next.kind == pyPunct && next.text == "(" && !p.after("def"):
			at := p.i
			p.i++
			c := p.call()
			c.target = target
			creations = append(creations, c)
			p.i = max(p.i-1, at)
		case t.kind == pyName && next.kind == pyPunct && next.text == "(" && isTarget(creations, t.text):
			p.i++
			l := p.call()
			l.target = t.text
			launches = append(launches, l)
			p.i--
		case t.kind == pyName && next.kind == pyPunct && next.text == "=" && !p.equality():
			target = t.text
			start := p.i
			p.i += 2
			v := p.expr()
			if _, no := v.(unknown); !no && !fixed[target] {
				p.values[target] = v
			}
			p.i = start + 1 // the value may contain calls
		}
		p.i++
	}
	return creations, launches
}

func (p *pyFile) after(word string) bool { return p.i > 0 && p.toks[p.i-1].text == word }

// equality reports whether what follows the name is ==.
func (p *pyFile) equality() bool {
	t := p.toks[min(p.i+2, len(p.toks)-1)]
	return t.kind == pyPunct && t.text == "="
}

func isTarget(calls []pyCall, name string) bool {
	return slices.ContainsFunc(calls, func(c pyCall) bool { return c.target == name })
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
		return "", fmt.Errorf("%s:%d: the %s of metal_kernel cannot be told: %s; give the value, or capture a launch", file, c.line, key, reason)
	}
	var err error
	fail := func(s string, e error) string {
		if e != nil && err == nil {
			err = e
		}
		return s
	}
	w.name = fail(text("name", 0, true))
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

// identifier makes a kernel's name one of the spec format.
func identifier(s string) string {
	out := strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' {
			return r
		}
		return '_'
	}, s)
	if out == "" || out[0] >= '0' && out[0] <= '9' {
		out = "k" + out
	}
	return out
}
