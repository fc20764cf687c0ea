package mathlib

import (
	"embed"
	"errors"
	"sync"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/sema"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

//go:embed *.metal
var files embed.FS

// library is the parsed text of all files.
type library struct {
	units   *sema.Prelude
	sources *diag.Sources
	err     error
}

var parsed = sync.OnceValue(func() *library {
	s := syntax.NewSession(syntax.Options{})
	var units []*syntax.Unit
	for _, name := range []string{"common", "exp", "log", "trig", "arc", "pow"} {
		text, err := files.ReadFile(name + ".metal")
		if err != nil {
			panic(err) // embedded: cannot be absent
		}
		units = append(units, s.Parse("<mathlib>/"+name, string(text)))
	}
	return &library{sema.NewPrelude(units...), s.Sources(), failure(s.Sources(), s.Diagnostics())}
})

// failure is the error that diagnostics of the library amount to; there are
// none but while it is being changed.
func failure(sources *diag.Sources, ds []diag.Diagnostic) error {
	if len(ds) == 0 {
		return nil
	}
	return errors.New("mathlib: " + diag.RenderAll(sources, ds))
}

var cache sync.Map // name of a function: func() (*ir.Program, error)

// compiled is the optimised program of a function and what it calls. It is
// the program's first; programs are shared and must not be changed.
func compiled(name string) (*ir.Program, error) {
	f, ok := cache.Load(name)
	if !ok {
		f, _ = cache.LoadOrStore(name, sync.OnceValues(func() (*ir.Program, error) { return compile(name) }))
	}
	return f.(func() (*ir.Program, error))()
}

func compile(name string) (*ir.Program, error) {
	lib := parsed()
	if lib.err != nil {
		return nil, lib.err
	}
	bag := &diag.Bag{}
	p := sema.LowerFuncs(lib.sources, sema.Options{Prelude: lib.units}, bag, "mathlib::"+name)
	if err := failure(lib.sources, bag.List()); err != nil {
		return nil, err
	}
	if err := ir.Verify(p); err != nil {
		return nil, err
	}
	p, err := ir.Optimize(p)
	if err == nil && !calls(p.Funcs[0].Body) {
		p.Funcs = p.Funcs[:1] // its helpers are inlined
	}
	return p, err
}

func calls(b ir.Block) bool {
	found := false
	b.Walk(func(in *ir.Instr) { found = found || in.Op == ir.Call })
	return found
}
