package msl

import (
	"cmp"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"sync"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/prelude"
	"github.com/zmlx/zmlx/mlx/msl/sema"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// library is a parsed prelude: every compilation works in a fork of its
// session.
type library struct {
	session *syntax.Session
	prelude *sema.Prelude
}

func loadLibrary(version int, mlx bool) *library {
	s := syntax.NewSession(syntax.Options{Version: version})
	var units []*syntax.Unit
	for _, u := range prelude.Units(mlx) {
		units = append(units, s.Parse(u.Name, u.Text))
	}
	for _, d := range s.Diagnostics() {
		if d.Severity == diag.Error {
			panic("prelude: " + diag.Render(s.Sources(), d)) // embedded and tested
		}
	}
	return &library{s, sema.NewPrelude(units...)}
}

// libraries caches preludes by language version and MLX's preamble: a process
// uses one or two.
var libraries sync.Map // of libraryKey to func() *library

type libraryKey struct {
	version int
	mlx     bool
}

func libraryFor(version int, mlx bool) *library {
	load, _ := libraries.LoadOrStore(libraryKey{version, mlx}, sync.OnceValue(func() *library { return loadLibrary(version, mlx) }))
	return load.(func() *library)()
}

// defaultVersion is __METAL_VERSION__ unless Options say otherwise.
const defaultVersion = 320

// Compile compiles a translation unit. name is the file name that diagnostics
// show. It never panics: a fault of the compiler becomes a diagnostic.
func Compile(name, text string, opt Options) (res Result) {
	if opt.Version == 0 {
		opt.Version = defaultVersion
	}
	phase := opt.Trace.Begin("prelude")
	lib := libraryFor(opt.Version, opt.Preamble)
	phase.End()
	s := lib.session.Fork(syntax.Options{Defines: opt.Defines, Include: headers(opt.Include), Version: opt.Version})
	res.Sources = s.Sources()
	defer func() {
		if r := recover(); r != nil {
			res.Program = nil
			res.Diagnostics = append(res.Diagnostics, diag.Diagnostic{Code: "internal-error", Message: fmt.Sprintf("internal compiler error: %v", r)})
		}
	}()
	defer func() { dropFixes(res.Sources, res.Diagnostics) }()
	phase = opt.Trace.Begin("parse")
	unit := s.Parse(name, text)
	phase.EndN(int64(len(text)))
	res.Diagnostics = s.Diagnostics()
	broken := hasErrors(res.Diagnostics)
	bag := diag.Bag{Sources: s.Sources()}
	phase = opt.Trace.Begin("check")
	program := sema.Check(unit, s.Sources(), sema.Options{Version: opt.Version, FunctionConstant: opt.FunctionConstant, Prelude: lib.prelude, Launch: opt.Preamble, Unit: opt.Unit}, &bag)
	phase.End()
	s.Close()
	res.Diagnostics = inOrder(res.Sources, res.Diagnostics, bag.List())
	if broken || bag.Errors() > 0 {
		res.Diagnostics = slices.DeleteFunc(res.Diagnostics, analysis)
	}
	if broken {
		res.Diagnostics = slices.DeleteFunc(res.Diagnostics, linking) // the definition may be what does not parse
	}
	if res.Diagnostics = levelled(res.Sources, res.Diagnostics); broken || bag.Errors() > 0 || hasErrors(res.Diagnostics) {
		return res
	}
	phase = opt.Trace.Begin("verify")
	err := ir.Verify(program)
	phase.End()
	if err != nil {
		res.Diagnostics = append(res.Diagnostics, diag.Diagnostic{Code: "internal-error", Message: "internal compiler error: " + err.Error()})
		return res
	}
	res.Program = program
	return res
}

// inOrder puts what parsing and checking found where one pass over the text
// would: parsing reads bodies of methods late, and all of the text before checking.
func inOrder(s *diag.Sources, parsed, checked []diag.Diagnostic) []diag.Diagnostic {
	place := func(d diag.Diagnostic) diag.Pos {
		if d.At() == 0 { // too many errors
			return math.MaxUint32
		}
		return s.OuterPos(d.At())
	}
	slices.SortStableFunc(parsed, func(a, b diag.Diagnostic) int { return cmp.Compare(place(a), place(b)) })
	var all []diag.Diagnostic
	for _, d := range parsed {
		for at := place(d); len(checked) > 0 && place(checked[0]) < at; checked = checked[1:] {
			all = append(all, checked[0])
		}
		all = append(all, d)
	}
	return append(all, checked...)
}

// levelled does with warnings what #pragma clang diagnostic says of them.
func levelled(s *diag.Sources, ds []diag.Diagnostic) []diag.Diagnostic {
	kept := ds[:0]
	for _, d := range ds {
		if d.Severity == diag.Warning {
			switch s.Level(&d) {
			case diag.Ignored:
				continue
			case diag.AsError:
				d.Severity = diag.Error
			}
		}
		kept = append(kept, d)
	}
	return kept
}

// headers looks for <simd/simd.h> in the prelude, and for what is in quotes
// beside the user's files first.
func headers(user func(name, from string, angled bool) (path, text string, err error)) func(name, from string, angled bool) (path, text string, err error) {
	return func(name, from string, angled bool) (path, text string, err error) {
		err = fs.ErrNotExist
		if user != nil && !angled {
			if path, text, err = user(name, from, false); err == nil {
				return path, text, nil
			}
		}
		if path, text, ok := prelude.Header(name); ok {
			return path, text, nil
		}
		if user != nil && angled {
			return user(name, from, true)
		}
		return "", "", err
	}
}

// dropFixes removes edits of text that stands elsewhere.
func dropFixes(s *diag.Sources, ds []diag.Diagnostic) {
	drop := func(fixes []diag.Fix) []diag.Fix {
		if slices.ContainsFunc(fixes, func(f diag.Fix) bool { return !s.Editable(f.Span) }) {
			return nil // all of them make one edit
		}
		return fixes
	}
	for i := range ds {
		ds[i].Fixes = drop(ds[i].Fixes)
		for j := range ds[i].Notes {
			ds[i].Notes[j].Fixes = drop(ds[i].Notes[j].Fixes)
		}
	}
}

// analysis reports warnings about whole functions and files, which only hold if all of
// the text was understood.
func analysis(d diag.Diagnostic) bool {
	switch d.Code {
	case "unused-variable", "uninitialized", "return-type", "left-out-kernels":
		return d.Severity == diag.Warning
	}
	return false
}

func linking(d diag.Diagnostic) bool { return d.Code == "undefined-function" }

func hasErrors(ds []diag.Diagnostic) bool {
	for _, d := range ds {
		if d.Severity == diag.Error {
			return true
		}
	}
	return false
}
