package workbench

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/zmlx/zmlx/mlx"
	"github.com/zmlx/zmlx/mlx/msl"
	"github.com/zmlx/zmlx/mlx/msl/sema"
)

// compileMetal compiles a whole .metal file.
func (t *task) compileMetal(job CompileJob) (*CompileResult, error) {
	if job.Variant.chosen() {
		return nil, usagef("", "a .metal file has no cases and parameters")
	}
	start := t.engine.now()
	out := newCompileResult(job.Document)
	out.Generated = Generated{Text: job.Document.Text, DocumentLines: identityLines(job.Document.Text)}
	file, err := t.compileFile(job.Document, job.Device, job.Metal)
	if err != nil {
		return nil, err
	}
	out.Device, out.Diagnostics = file.device, file.diagnostics
	out.Timings.Compile = t.since(start)
	out.Timings.Total = out.Timings.Compile
	if file.program == nil {
		out.Status = StatusCompileError
		return out, nil
	}
	out.Entries = entriesOf(file.program.Entries())
	return out, nil
}

// checkMetal lints a .metal file.
func (t *task) checkMetal(job CheckJob) (*CheckResult, error) {
	c, err := t.compileMetal(CompileJob{Document: job.Document, Device: job.Device, Metal: job.Metal})
	if err != nil {
		return nil, err
	}
	out := newCheckResult(job.Document)
	out.Device, out.Status, out.Entries = c.Device, c.Status, c.Entries
	out.Diagnostics, out.Generated, out.Timings = c.Diagnostics, c.Generated, c.Timings
	return out, nil
}

var macroName = regexp.MustCompile(`^[\pL_$][\pL\pN_$]*$`)

// metalFile is a compiled .metal file. program is nil if the text is at fault;
// the diagnostics say how.
type metalFile struct {
	program     mlx.RawProgram
	device      string
	diagnostics []Diagnostic
	texts       documentTexts
}

func (t *task) compileFile(doc Document, device string, opt MetalOptions) (*metalFile, error) {
	d, err := t.engine.device(device)
	if err != nil {
		return nil, err
	}
	raw, ok := d.(mlx.RawDevice)
	if !ok {
		return nil, &Error{Code: CodeDevice, Message: fmt.Sprintf("device %q takes no whole .metal files", d.Name()), Next: "use --device host"}
	}
	if strings.Contains(doc.Text, "\x00") && !utf8.ValidString(doc.Text) {
		file := &metalFile{device: d.Name(), diagnostics: []Diagnostic{messageAt(doc, SeverityError, "this is no text file; Metal source is text in UTF-8")}}
		t.push(Diagnosed{file.diagnostics})
		return file, nil
	}
	for _, dir := range opt.IncludeDirs {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return nil, usagef("name the folder that holds the included files", "-I %s: there is no such folder", dir)
		}
	}
	for name := range opt.Defines {
		if name, _, _ = strings.Cut(name, "("); !macroName.MatchString(name) {
			return nil, usagef("write -D NAME=VALUE", "-D %s: a macro's name is an identifier", name)
		}
	}
	if _, ok := msl.Versions[opt.Std]; !ok && opt.Std != "" {
		return nil, usagef("use one of "+strings.Join(slices.Sorted(maps.Keys(msl.Versions)), ", "), "--std %s: there is no such version of Metal here", opt.Std)
	}
	constants := functionConstants{given: opt.Constants, taken: map[string]bool{}}
	includes := includer{dirs: opt.IncludeDirs, texts: map[string]string{}}
	program, err := raw.CompileFile(t.ctx, doc.Path, doc.Text, msl.Options{
		Version: msl.Versions[opt.Std], Defines: opt.Defines, Include: includes.find, FunctionConstant: constants.ask,
		Unit: sema.Unit{Elsewhere: func(symbol string) bool { return opt.Library.defines(t.ctx, opt, symbol) }},
	})
	if err := t.ctx.Err(); err != nil {
		return nil, err // a compilation that was left may still ask for constants
	}
	if constants.err != nil {
		return nil, constants.err
	}
	file := &metalFile{device: d.Name(), texts: documentTexts{doc: doc, included: includes.texts}}
	var failed *mlx.CompileError
	switch {
	case errors.As(err, &failed) && isBody(doc.Text):
		file.diagnostics = []Diagnostic{messageAt(doc, SeverityError, "this is the body of a kernel, as mx.fast.metal_kernel takes it, and no whole Metal file; it belongs in the source: of a spec, beside its inputs and outputs (zmlx new writes one)")}
	case errors.As(err, &failed):
		file.diagnostics = file.texts.diagnostics(failed.Diagnostics)
	case err != nil:
		return nil, deviceError(err)
	default:
		if err := constants.unknown(); err != nil {
			return nil, err
		}
		file.program, file.diagnostics = program, file.texts.diagnostics(program.Warnings())
	}
	t.push(Diagnosed{file.diagnostics})
	return file, nil
}

// asks finds what a thread asks for about itself by name, and whole what only a
// file with functions has.
var (
	asks  = regexp.MustCompile(`\b(thread|threadgroup|simdgroup)_(position|index)_in_\w+`)
	whole = regexp.MustCompile(`\[\[|\b(kernel|void|struct|template|namespace)\b|#include`)
)

// isBody reports whether a text reads like the statements of a kernel alone: told
// by themselves, each of them is an error.
func isBody(text string) bool { return asks.MatchString(text) && !whole.MatchString(text) }

// deviceError classifies an error of package mlx that is not about the
// kernel's text.
func deviceError(err error) error {
	var e *mlx.Error
	if !errors.As(err, &e) {
		return err
	}
	code := CodeUsage
	if e.Code == mlx.Unsupported || e.Code == mlx.NoMemory {
		code = CodeDevice
	}
	return &Error{Code: code, Message: e.Error()}
}

func entriesOf(infos []mlx.EntryInfo) []Entry {
	entries := make([]Entry, len(infos))
	for i, e := range infos {
		entries[i] = Entry{Name: e.Name, Buffers: argsOf(e.Buffers), Threadgroup: argsOf(e.Local),
			ThreadgroupBytes: e.LocalBytes, MaxThreads: e.MaxThreads, FunctionConstants: []EntryConstant{}}
		for _, c := range e.Constants {
			entries[i].FunctionConstants = append(entries[i].FunctionConstants, EntryConstant(c))
		}
		slices.SortStableFunc(entries[i].FunctionConstants, func(a, b EntryConstant) int { return a.Index - b.Index })
	}
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return entries
}

func argsOf(args []mlx.EntryArg) []EntryArg {
	out := make([]EntryArg, len(args))
	for i, a := range args {
		out[i] = EntryArg{Name: a.Name, Index: a.Index, Type: a.Type, Bytes: a.ElemSize, ReadOnly: a.ReadOnly}
	}
	return out
}

func identityLines(text string) []int {
	lines := make([]int, strings.Count(text, "\n")+1)
	for i := range lines {
		lines[i] = i + 1
	}
	return lines
}
