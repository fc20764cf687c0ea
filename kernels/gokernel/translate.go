package gokernel

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx"
)

// MaxBytes bounds a text.
const MaxBytes = 256 << 10

// Options are what a spec says around the text.
type Options struct {
	Constants []Constant // parameters and integer or bool template values
	Types     []Type     // dtypes of the template
	Inputs    []Buffer
	Outputs   []Buffer
}

// Constant is a parameter.
type Constant struct {
	Name  string
	Value string // a Go literal
	Type  string // in Metal: int, long, float or bool
	Local bool   // a template value: only the kernel function knows it
}

// Type is a dtype of the template in the chosen working type.
type Type struct {
	Name  string
	DType mlx.DType
}

// Buffer is an input or an output.
type Buffer struct {
	Name     string
	DType    mlx.DType
	Template string // the Type that it has by name, if any
	Len      int    // elements
	Scalar   bool   // an input without dimensions
}

// Kernel is the translation. The i-th line of Body comes from BodyLines[i],
// that of Header from HeaderLines[i].
type Kernel struct {
	Name                   string // of the function
	Body, Header           string
	BodyLines, HeaderLines []Pos
}

type translator struct {
	opt    Options
	fset   *token.FileSet
	prefix int // bytes of the clause in front of the first line
	file   *ast.File
	pkg    *types.Package
	info   *types.Info

	main      *ast.FuncDecl
	functions map[types.Object]*ast.FuncDecl
	state     map[types.Object]int // helpers: 1 being written, 2 written
	words     map[string]bool      // all identifiers of the text
	names     map[types.Object]string

	helper  bool
	result  types.Type // of the function being written, nil if none
	depth   int        // of the expression
	indent  int
	temps   int
	out     []string
	lines   []Pos
	current Pos
}

// Translate translates a text. The error is Errors.
func Translate(text string, opt Options) (k *Kernel, err error) {
	if len(text) > MaxBytes {
		return nil, Errors{{Pos: Pos{1, 1}, Length: 1, Message: fmt.Sprintf("the Go text has more than %d bytes", MaxBytes)}}
	}
	t := &translator{opt: opt, functions: map[types.Object]*ast.FuncDecl{}, state: map[types.Object]int{},
		words: map[string]bool{}, names: map[types.Object]string{}}
	if es := t.load(text); len(es) > 0 {
		slices.SortStableFunc(es, func(a, b *Error) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) })
		return nil, es[:min(len(es), 10)]
	}
	defer func() {
		if x := recover(); x != nil {
			e, ok := x.(*Error)
			if !ok {
				panic(x)
			}
			k, err = nil, Errors{e}
		}
	}()
	return t.kernel(), nil
}

func (t *translator) kernel() *Kernel {
	ast.Inspect(t.file, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			t.words[id.Name] = true
		}
		return true
	})
	main := t.declarations()
	t.main = main
	t.parameters(main)
	t.indent = 0
	t.block(main.Body)
	k := &Kernel{Name: main.Name.Name, Body: strings.Join(t.out, "\n"), BodyLines: t.lines}
	t.out, t.lines = nil, nil
	// Helpers that the kernel never calls are translated too, so that their
	// faults do not wait for the first call.
	for _, d := range t.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f != main {
			t.function(f)
		}
	}
	k.HeaderLines = t.lines
	if len(t.out) > 0 {
		k.Header = strings.Join(t.out, "\n") + "\n"
	}
	return k
}

// kernelOf is the kernel among the functions so far: the first one without a
// result, or the first one.
func kernelOf(sofar, next *ast.FuncDecl) *ast.FuncDecl {
	if sofar == nil || sofar.Type.Results != nil && next.Type.Results == nil {
		return next
	}
	return sofar
}

// declarations registers the functions and gives the kernel.
func (t *translator) declarations() *ast.FuncDecl {
	var main *ast.FuncDecl
	for _, d := range t.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv != nil {
				t.fail(d.Recv, "write a function", "methods are not supported in kernels")
			}
			if d.Type.TypeParams != nil {
				t.fail(d.Type.TypeParams, "use the types of the spec's template", "type parameters are not supported in kernels")
			}
			if d.Body == nil {
				t.fail(d, "", "the function %s has no body", d.Name.Name)
			}
			t.functions[t.info.Defs[d.Name]] = d
			main = kernelOf(main, d)
		case *ast.GenDecl:
			switch d.Tok {
			case token.VAR:
				t.fail(d, "make it a constant or a local variable", "package variables are not supported in kernels")
			case token.TYPE:
				t.fail(d, "put element types under template in the spec", "type declarations are not supported in kernels")
			}
		}
	}
	if main == nil {
		t.fail(t.file.Name, "write func kernel(x, y []T) { … }", "the text has no function")
	}
	return main
}

// parameters checks the kernel's against the spec.
func (t *translator) parameters(main *ast.FuncDecl) {
	if main.Type.Results != nil {
		t.fail(main.Type.Results, "write to an output", "a kernel has no result")
	}
	seen := map[string]bool{}
	for _, f := range main.Type.Params.List {
		if len(f.Names) == 0 {
			t.fail(f, "name it after an input or an output", "a parameter has no name")
		}
		for _, id := range f.Names {
			b := t.buffer(id.Name)
			if b == nil {
				t.fail(id, "the spec has "+t.bufferNames(), "the parameter %s is neither an input nor an output", id.Name)
			}
			if got, want := types.TypeString(t.info.Defs[id].Type(), qualify), b.goType(); got != want {
				t.fail(f.Type, "write "+want, "%s is %s in the spec, not %s", id.Name, want, got)
			}
			seen[id.Name] = true
			t.names[t.info.Defs[id]] = id.Name
		}
	}
	for _, b := range append(slices.Clone(t.opt.Inputs), t.opt.Outputs...) {
		if !seen[b.Name] {
			t.fail(main.Name, "add "+b.Name+" "+b.goType(), "the kernel has no parameter for %s", b.Name)
		}
	}
}

func (t *translator) buffer(name string) *Buffer {
	for _, list := range [][]Buffer{t.opt.Inputs, t.opt.Outputs} {
		for i := range list {
			if list[i].Name == name {
				return &list[i]
			}
		}
	}
	return nil
}

func (t *translator) isInput(name string) bool {
	return slices.ContainsFunc(t.opt.Inputs, func(b Buffer) bool { return b.Name == name })
}

func (t *translator) bufferNames() string {
	var names []string
	for _, b := range append(slices.Clone(t.opt.Inputs), t.opt.Outputs...) {
		names = append(names, b.Name)
	}
	return strings.Join(names, ", ")
}

// line writes one line of the kernel for the current place.
func (t *translator) line(format string, args ...any) {
	t.out = append(t.out, strings.Repeat("  ", t.indent)+fmt.Sprintf(format, args...))
	t.lines = append(t.lines, t.current)
}
