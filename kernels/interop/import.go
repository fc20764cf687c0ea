package interop

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/zmlx/zmlx/internal/spelling"
	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/kernels/interop/program"
)

// maxImportBytes bounds the file that is imported.
const maxImportBytes = 4 << 20

// Imported is a kernel that a program makes, as a spec.
type Imported struct {
	Name    string
	Cell    int      // of a notebook, in which the call stands: from 1, with the cells of text; else 0
	Line    int      // of the call, in its file or cell
	Text    string   // the spec
	Unknown []string // what could not be told and was guessed, one sentence each
	Others  int      // launches of other arrays, values or grids, which are as well known
}

// Import finds the kernels that a Python or Swift file makes with metal_kernel, or the
// Python cells of a notebook. Given
// values, such as "HEAD_DIM": int64(64), stand for names that the file
// computes; read gives the modules and texts beside it, and may be nil. The
// error joins one for each call whose texts or names cannot be told, with its
// line; the others are returned all the same. When the context ends, nothing is.
func Import(ctx context.Context, file, text string, given map[string]any, read program.Reader) ([]Imported, error) {
	var cells []codeCell
	if filepath.Ext(file) == ".ipynb" && len(text) <= maxNotebookBytes {
		var err error
		if text, cells, err = notebook(file, text); err != nil {
			return nil, err
		}
	}
	if len(text) > maxImportBytes {
		return nil, fmt.Errorf("%s: the file has more than %d bytes", file, maxImportBytes)
	}
	if !utf8.ValidString(text) {
		valid := strings.ToValidUTF8(text, "\x00")
		return nil, fmt.Errorf("%s:%d: the file is not UTF-8 text; save it as such", file, 1+strings.Count(valid[:strings.IndexByte(valid, 0)], "\n"))
	}
	if filepath.Ext(file) == ".py" {
		if bracket, line := program.Unclosed(ctx, text); bracket != "" {
			return nil, fmt.Errorf("%s:%d: '%s' is never closed, so that this is no Python; close it", file, line, bracket)
		}
	}
	made, orphans := program.Read(ctx, file, text, given, read)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	reached := slices.ContainsFunc(made, func(k *program.Kernel) bool { return !k.Unreached })
	if !reached && strings.Contains(text, "metal_kernel(") {
		return nil, fmt.Errorf("%s: no call of metal_kernel is reached without running the file; zmlx import --capture-helper prints what records it while it runs", file)
	}
	if len(made) == 0 {
		return nil, fmt.Errorf("%s: there is no call of metal_kernel or metalKernel; what is compiled as a whole goes into a .metal file", file)
	}
	made = merged(made)
	steps := int64(fitSteps)
	var out []Imported
	var errs []error
	failed := map[int]error{} // one a line, unless another kernel of the line can be told
	told := map[int]bool{}
	names := map[string]int{}
	for _, k := range made {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if k.Unreached {
			failed[k.Line] = fmt.Errorf("%s: this call of metal_kernel is not reached without running the file; tell with --given what leads there, or capture a launch", locate(file, cells, k.Line))
			continue
		}
		im, err := importKernel(ctx, locate(file, cells, k.Line), k, launchOf(k, made, orphans), &steps)
		if err != nil {
			if failed[k.Line] == nil {
				failed[k.Line] = err
			}
			continue
		}
		if names[im.Name]++; names[im.Name] > 1 {
			renamed := fmt.Sprintf("%s_%d", im.Name, names[im.Name])
			im.Text = strings.Replace(im.Text, "\nname: "+im.Name+"\n", "\nname: "+renamed+"\n", 1)
			im.Name = renamed
		}
		told[k.Line] = true
		out = append(out, im)
	}
	for _, k := range made {
		if err := failed[k.Line]; err != nil && !told[k.Line] {
			errs = append(errs, err)
		}
		delete(failed, k.Line)
	}
	return out, errors.Join(errs...)
}

// merged makes one kernel of those that a call makes several times.
func merged(made []*program.Kernel) []*program.Kernel {
	var out []*program.Kernel
	first := map[string]*program.Kernel{}
	for _, k := range made {
		ins, _ := words(k.Args["input_names"])
		id := fmt.Sprint(k.Line, k.Args["name"], k.Args["source"], k.Args["header"], ins)
		if f := first[id]; f != nil {
			f.Launches = append(f.Launches, k.Launches...)
			continue
		}
		first[id] = k
		out = append(out, k)
	}
	return out
}

// launchOf is the launch of a kernel of which most is known: one of its own, or
// the only one of no known kernel that takes as many arrays, or that of the
// kernel of which it is a variant.
func launchOf(k *program.Kernel, made []*program.Kernel, orphans []program.Launch) *program.Launch {
	if l := bestLaunch(k); l != nil {
		return l
	}
	var only *program.Launch
	for i := range orphans {
		if sameCounts(k, &orphans[i]) {
			if only != nil {
				return variant(k, made)
			}
			only = &orphans[i]
		}
	}
	if only != nil {
		return only
	}
	return variant(k, made)
}

// launchArgs are the arguments that tell launches apart.
var launchArgs = []string{"grid", "threadgroup", "inputs", "output_shapes", "template"}

func bestLaunch(k *program.Kernel) *program.Launch {
	var best *program.Launch
	for i := range k.Launches {
		if l := &k.Launches[i]; best == nil || score(l) > score(best) {
			best = l
		}
	}
	return best
}

// score is how much of a launch is known.
func score(l *program.Launch) int {
	n := 0
	for _, key := range launchArgs {
		if known(l.Args[key]) {
			n++
		}
	}
	return n
}

// others counts the launches of a kernel that differ from one and from each other,
// of those of which as much is known.
func others(k *program.Kernel, l *program.Launch) int {
	seen := map[string]bool{signature(l): true}
	for i := range k.Launches {
		if o := &k.Launches[i]; score(o) == score(l) {
			seen[signature(o)] = true
		}
	}
	return len(seen) - 1
}

// signature is the same for launches that a spec would not tell apart.
func signature(l *program.Launch) string {
	var b strings.Builder
	var write func(v any)
	write = func(v any) {
		switch v := v.(type) {
		case *program.List:
			for _, item := range v.Items {
				write(item)
			}
		case *program.Array:
			fmt.Fprint(&b, v.Shape, v.DType, v.Fill, v.Values)
		default:
			fmt.Fprint(&b, v)
		}
		b.WriteByte(',')
	}
	for _, key := range launchArgs {
		write(l.Args[key])
	}
	return b.String()
}

// variant is the launch of the kernel that has the same outputs and most of the
// inputs, with the inputs in this kernel's order.
func variant(k *program.Kernel, made []*program.Kernel) *program.Launch {
	ins, ok1 := words(k.Args["input_names"])
	outs, ok2 := words(k.Args["output_names"])
	if !ok1 || !ok2 {
		return nil
	}
	var best *program.Launch
	most := len(ins) / 2
	for _, o := range made {
		l := bestLaunch(o)
		theirs, _ := words(o.Args["input_names"])
		others, _ := words(o.Args["output_names"])
		given, ok := l.Inputs()
		if !ok || len(given) != len(theirs) || !slices.Equal(outs, others) {
			continue
		}
		common := 0
		inputs := &program.List{}
		for _, in := range ins {
			v := any(program.Unknown{Text: in})
			if i := slices.Index(theirs, in); i >= 0 {
				v = given[i]
				common++
			}
			inputs.Items = append(inputs.Items, v)
		}
		if common > most {
			args := maps.Clone(l.Args)
			args["inputs"] = inputs
			from, ok := o.Args["name"].(string)
			if !ok {
				from = fmt.Sprintf("the kernel of line %d", o.Line)
			}
			best, most = &program.Launch{Args: args, Notes: append(slices.Clone(l.Notes), "the launch is that of "+from)}, common
		}
	}
	return best
}

// known reports whether a value holds nothing that is not known.
func known(v any) bool {
	switch v := v.(type) {
	case nil, program.Unknown:
		return false
	case *program.List:
		return !slices.ContainsFunc(v.Items, func(item any) bool { return !known(item) })
	case *program.Array:
		return v.Shape != nil
	}
	return true
}

// sameCounts reports whether a launch has as many inputs and outputs as a
// kernel.
func sameCounts(k *program.Kernel, l *program.Launch) bool {
	count := func(v any) int {
		if items, ok := v.(*program.List); ok {
			return len(items.Items)
		}
		return -1
	}
	ins := count(k.Args["input_names"])
	return ins >= 0 && ins == count(l.Args["inputs"]) && count(k.Args["output_names"]) == count(l.Args["output_shapes"])
}

// importKernel makes the spec of a kernel; steps are what the launches of the
// import may still take.
func importKernel(ctx context.Context, at position, k *program.Kernel, launch *program.Launch, steps *int64) (Imported, error) {
	w := &specWriter{im: Imported{Cell: at.cell, Line: at.line}}
	untold := func(key string) error {
		reason := "it is missing"
		switch v := k.Args[key].(type) {
		case program.Unknown:
			reason = v.Error()
		case program.Symbol:
			reason = program.Unknown{Text: string(v)}.Error()
		case *program.List:
			reason = "not all of its names are known without running the file"
		case nil:
			if other := spelling.Nearest(key, slices.Sorted(maps.Keys(k.Args))); other != "" {
				return fmt.Errorf("%s: metal_kernel has no %s; did you mean that by %s?", at, key, other)
			}
		}
		return fmt.Errorf("%s: the %s of metal_kernel cannot be told: %s; give the value with --given, or capture a launch", at, key, reason)
	}
	text := func(key string, needed bool) (string, error) {
		v, ok := k.Args[key]
		if s, isText := v.(string); isText {
			return s, nil
		}
		if (!ok || v == nil) && !needed {
			return "", nil
		}
		return "", untold(key)
	}
	var err error
	switch name := k.Args["name"].(type) {
	case string:
		w.name = name
	case program.Unknown:
		w.name = name.Partly
	}
	if w.name == "" {
		w.name = fmt.Sprintf("kernel_%d", k.Line)
		w.guess("the name of the kernel")
	}
	if w.source, err = text("source", true); err != nil {
		return Imported{}, err
	}
	if w.header, err = text("header", false); err != nil {
		return Imported{}, err
	}
	var ok bool
	if w.ins, ok = words(k.Args["input_names"]); !ok {
		return Imported{}, untold("input_names")
	}
	if w.outs, ok = words(k.Args["output_names"]); !ok {
		return Imported{}, untold("output_names")
	}
	if b, ok := k.Args["ensure_row_contiguous"].(bool); ok && !b {
		w.flags = append(w.flags, "ensure_row_contiguous: false")
	}
	if b, ok := k.Args["atomic_outputs"].(bool); ok && b {
		w.flags = append(w.flags, "atomic_outputs: true")
	}
	notes := slices.Clone(k.Notes)
	if launch != nil {
		notes = append(notes, launch.Notes...)
	}
	slices.Sort(notes)
	for _, n := range slices.Compact(notes) {
		w.guess("%s", n)
	}
	if launch == nil {
		launch = &program.Launch{}
		w.open = true
		w.guess("no launch of %s was found: template, shapes and grid are guesses", w.name)
	}
	w.im.Others = others(k, launch)
	w.launch(launch.Args)
	w.repair(ctx)
	w.fit(ctx, steps)
	w.fill(ctx, steps)
	w.im.Name, w.im.Text = identifier(w.name), w.write(filepath.Base(at.file))
	if _, err := kernels.Parse(w.im.Name+".yaml", []byte(w.im.Text)); err != nil {
		return Imported{}, fmt.Errorf("%s: the call does not make a spec:\n%w", at, err)
	}
	return w.im, nil
}

func words(v any) ([]string, bool) {
	items, isList := v.(*program.List)
	if !isList {
		return nil, false
	}
	var out []string
	for _, item := range items.Items {
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
	out = strings.Trim(out[:min(len(out), 60)], "_")
	if out == "" || out[0] >= '0' && out[0] <= '9' {
		out = "k" + out
	}
	return out
}
