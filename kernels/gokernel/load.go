package gokernel

import (
	"embed"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"strings"
	"sync"
)

// GPUPath is the import path of package gpu.
const GPUPath = "github.com/zmlx/zmlx/kernels/gokernel/gpu"

//go:embed gpu/doc.go gpu/thread.go gpu/simd.go gpu/math.go
var gpuSource embed.FS

// libraries are the packages that a kernel can import, checked from their
// declarations alone: no Go installation is needed.
var libraries = sync.OnceValue(func() map[string]*types.Package {
	fset := token.NewFileSet()
	packages := imports{}
	add := func(path string, texts ...string) {
		var files []*ast.File
		for _, text := range texts {
			f, err := parser.ParseFile(fset, path, text, parser.SkipObjectResolution)
			if err != nil {
				panic(err)
			}
			files = append(files, f)
		}
		conf := types.Config{Importer: packages, IgnoreFuncBodies: true, DisableUnusedImportCheck: true, Sizes: sizes}
		p, err := conf.Check(path, fset, files, nil)
		if err != nil {
			panic(err)
		}
		packages[path] = p
	}
	add("math", mathText())
	var texts []string
	for _, name := range []string{"doc", "thread", "simd", "math"} {
		data, err := gpuSource.ReadFile("gpu/" + name + ".go")
		if err != nil {
			panic(err)
		}
		texts = append(texts, string(data))
	}
	add(GPUPath, texts...)
	return packages
})

// sizes make int and uint have 32 bits.
var sizes = types.SizesFor("gc", "386")

type imports map[string]*types.Package

func (m imports) Import(path string) (*types.Package, error) {
	if p := m[path]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("a kernel can import only math and %s", GPUPath)
}

// load parses and checks the text.
func (t *translator) load(text string) Errors {
	t.fset = token.NewFileSet()
	pkg := packageName(text)
	if pkg == "" {
		pkg = "kernel"
		clause := `package kernel;import("math";"` + GPUPath + `");`
		t.prefix, text = len(clause), clause+text
	}
	f, err := parser.ParseFile(t.fset, "kernel.go", text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		var list scanner.ErrorList
		errors.As(err, &list)
		var es Errors
		for _, e := range list {
			at := Pos{max(e.Pos.Line, 1), e.Pos.Column}
			if at.Line == 1 {
				at.Column -= t.prefix
			}
			at.Column = max(at.Column, 1)
			es = append(es, &Error{Pos: at, Length: 1, Message: e.Msg})
		}
		return es
	}
	t.file = f
	prelude, err := parser.ParseFile(t.fset, "prelude.go", t.prelude(pkg), parser.SkipObjectResolution)
	if err != nil {
		return Errors{{Pos: Pos{1, 1}, Length: 1, Message: "the spec's names cannot be declared in Go: " + err.Error()}}
	}
	t.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
		Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{}}
	var es Errors
	conf := types.Config{Importer: imports(libraries()), Sizes: sizes, GoVersion: "go1.25",
		Error: func(err error) {
			var e types.Error
			if !errors.As(err, &e) || strings.HasPrefix(e.Msg, "\t") || t.prefix > 0 && strings.HasSuffix(e.Msg, "imported and not used") {
				return
			}
			es = append(es, t.error(e.Pos, token.NoPos, "", e.Msg))
		}}
	t.pkg, _ = conf.Check(pkg, t.fset, []*ast.File{prelude, f}, t.info)
	return es
}

// packageName is that of the package clause, "" if the text has none.
func packageName(text string) string {
	f, err := parser.ParseFile(token.NewFileSet(), "", text, parser.PackageClauseOnly)
	if err != nil {
		return ""
	}
	return f.Name.Name
}

// prelude declares the spec's constants and types.
func (t *translator) prelude(pkg string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n", pkg)
	for _, ty := range t.opt.Types {
		if token.IsIdentifier(ty.Name) {
			fmt.Fprintf(&b, "type %s %s\n", ty.Name, ty.underlying())
		}
	}
	for _, c := range t.opt.Constants {
		if token.IsIdentifier(c.Name) {
			fmt.Fprintf(&b, "const %s = %s\n", c.Name, c.Value)
		}
	}
	return b.String()
}

// mathText declares the part of package math that Metal has.
func mathText() string {
	b := strings.Builder{}
	b.WriteString(`package math
const (
	Pi = 3.14159265358979323846264338327950288419716939937510582097494459
	E = 2.71828182845904523536028747135266249775724709369995957496696763
	Sqrt2 = 1.41421356237309504880168872420969807856967187537694807317667974
	Ln2 = 0.693147180559945309417232121458176568075500134360255254120680009
	Log2E = 1/Ln2
	Ln10 = 2.30258509299404568401799145468436420760110148862877297603332790
	Log10E = 1/Ln10
	MaxFloat32 = 0x1p127 * (1 + (1 - 0x1p-23))
	SmallestNonzeroFloat32 = 0x1p-126 * 0x1p-23
	MaxInt8 = 1<<7 - 1
	MinInt8 = -1<<7
	MaxInt16 = 1<<15 - 1
	MinInt16 = -1<<15
	MaxInt32 = 1<<31 - 1
	MinInt32 = -1<<31
	MaxInt64 = 1<<63 - 1
	MinInt64 = -1<<63
	MaxUint8 = 1<<8 - 1
	MaxUint16 = 1<<16 - 1
	MaxUint32 = 1<<32 - 1
	MaxUint64 = 1<<64 - 1
)
func Inf(sign int) float64
func NaN() float64
func IsNaN(x float64) bool
func FMA(x, y, z float64) float64
`)
	for _, name := range []string{"Exp", "Exp2", "Log", "Log2", "Log10", "Sqrt", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan",
		"Sinh", "Cosh", "Tanh", "Floor", "Ceil", "Trunc", "Round", "RoundToEven", "Abs"} {
		fmt.Fprintf(&b, "func %s(x float64) float64\n", name)
	}
	for _, name := range []string{"Pow", "Atan2", "Mod", "Copysign"} {
		fmt.Fprintf(&b, "func %s(x, y float64) float64\n", name)
	}
	return b.String()
}
