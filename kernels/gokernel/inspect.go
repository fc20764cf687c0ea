package gokernel

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// File is what a Go file says about the spec that it belongs in.
type File struct {
	Name, Doc  string
	Constants  []Constant  // of the package
	Types      [][2]string // of the package: name and dtype
	Parameters []Parameter
	Text       string // the functions
}

// Parameter is an input or an output of the kernel.
type Parameter struct {
	Name, Type string // Type is a dtype or the name of one of the Types
	Output     bool   // the kernel assigns elements of it, or hands it to a function that does
	Scalar     bool
}

// Inspect reads a Go file: the package's constants and types, which the spec
// declares, and its functions, of which the first is the kernel. The error is
// Errors.
func Inspect(text string) (f *File, err error) {
	if len(text) > MaxBytes {
		return nil, Errors{{Pos: Pos{1, 1}, Length: 1, Message: fmt.Sprintf("the file has more than %d bytes", MaxBytes)}}
	}
	t := &translator{functions: map[types.Object]*ast.FuncDecl{}}
	if es := t.load(text); len(es) > 0 {
		return nil, es
	}
	defer func() {
		if x := recover(); x != nil {
			e, ok := x.(*Error)
			if !ok {
				panic(x)
			}
			f, err = nil, Errors{e}
		}
	}()
	f = &File{}
	var parts []string
	for _, d := range t.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Body == nil {
				t.fail(d, "", "the function %s has no body", d.Name.Name)
			}
			t.main = kernelOf(t.main, d)
			t.functions[t.info.Defs[d.Name]] = d
			from := d.Pos()
			if d.Doc != nil {
				from = d.Doc.Pos()
			}
			parts = append(parts, t.source(text, from, d.End()))
		case *ast.GenDecl:
			t.declared(f, d)
		}
	}
	if t.main == nil {
		t.fail(t.file.Name, "write func kernel(x, y []float32) { … }", "the file has no function")
	}
	f.Name, f.Doc, f.Text = t.main.Name.Name, strings.TrimSpace(strings.ReplaceAll(t.main.Doc.Text(), "\n", " ")), strings.Join(parts, "\n\n")+"\n"
	for _, p := range t.main.Type.Params.List {
		for _, id := range p.Names {
			elem, scalar := t.info.Defs[id].Type(), true
			if s, ok := elem.(*types.Slice); ok {
				elem, scalar = s.Elem(), false
			}
			f.Parameters = append(f.Parameters, Parameter{id.Name, t.dtype(p.Type, elem), t.assigns(t.main, t.info.Defs[id], map[types.Object]bool{}), scalar})
		}
	}
	return f, nil
}

func (t *translator) source(text string, from, to token.Pos) string {
	offset := func(p token.Pos) int { return t.fset.PositionFor(p, false).Offset - t.prefix }
	return text[offset(from):offset(to)]
}

// declared reads a declaration of the package.
func (t *translator) declared(f *File, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.ValueSpec:
			if d.Tok == token.VAR {
				t.fail(s, "make it a constant or a local variable", "package variables are not supported in kernels")
			}
			for _, id := range s.Names {
				c := t.info.Defs[id].(*types.Const)
				if b := basic(c.Type()); b&types.IsUntyped == 0 || b&(types.IsNumeric|types.IsBoolean) == 0 {
					t.fail(id, "give it no type: const "+id.Name+" = …", "a constant of a spec is an untyped number or bool")
				}
				value := c.Val().ExactString()
				if isFloat(c.Type()) {
					v, _ := constant.Float64Val(c.Val())
					if value = strconv.FormatFloat(v, 'g', -1, 64); !strings.ContainsAny(value, ".e") {
						value += ".0"
					}
				}
				f.Constants = append(f.Constants, Constant{Name: id.Name, Value: value})
			}
		case *ast.TypeSpec:
			f.Types = append(f.Types, [2]string{s.Name.Name, t.dtype(s.Type, t.info.TypeOf(s.Type))})
		}
	}
}

// dtype is MLX's name of an element type.
func (t *translator) dtype(at node, ty types.Type) string {
	if n, ok := ty.(*types.Named); ok {
		switch {
		case n.Obj().Pkg() == t.pkg:
			return n.Obj().Name()
		case n.Obj().Name() == "Float16", n.Obj().Name() == "Bfloat16":
			return strings.ToLower(n.Obj().Name())
		}
	}
	if b, ok := ty.(*types.Basic); ok && (b.Info()&types.IsInteger != 0 || b.Kind() == types.Float32 || b.Kind() == types.Bool) {
		switch b.Kind() {
		case types.Int, types.Uint, types.Uintptr:
		default:
			return b.Name()
		}
	}
	t.fail(at, "use float32, gpu.Float16, gpu.Bfloat16, bool or an integer type with a size", "%s is not an element type", types.TypeString(ty, qualify))
	return ""
}

// assigns reports whether a function writes elements of its parameter v.
func (t *translator) assigns(f *ast.FuncDecl, v types.Object, busy map[types.Object]bool) bool {
	if busy[v] {
		return false
	}
	busy[v] = true
	is := func(x ast.Expr) bool {
		for {
			switch e := ast.Unparen(x).(type) {
			case *ast.IndexExpr:
				x = e.X
			case *ast.SliceExpr:
				x = e.X
			case *ast.Ident:
				return t.info.Uses[e] == v
			default:
				return false
			}
		}
	}
	found := false
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				found = found || is(l)
			}
		case *ast.IncDecStmt:
			found = found || is(n.X)
		case *ast.CallExpr:
			callee := t.functions[t.callee(n)]
			if callee == nil {
				break
			}
			i := 0
			for _, p := range callee.Type.Params.List {
				for _, id := range p.Names {
					if i < len(n.Args) && is(n.Args[i]) {
						if _, ok := t.info.Defs[id].Type().(*types.Slice); ok {
							found = found || t.assigns(callee, t.info.Defs[id], busy)
						}
					}
					i++
				}
			}
		}
		return true
	})
	return found
}
