package gokernel

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// function writes a helper, after those that it calls.
func (t *translator) function(f *ast.FuncDecl) {
	obj := t.info.Defs[f.Name]
	switch t.state[obj] {
	case 1:
		t.fail(f.Name, "write a loop", "%s calls itself; Metal has no recursion", f.Name.Name)
	case 2:
		return
	}
	t.state[obj] = 1
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if d := t.functions[t.callee(call)]; d != nil && d != t.main {
				t.function(d)
			}
		}
		return true
	})
	t.state[obj] = 2

	t.helper, t.indent = true, 0
	t.at(f)
	ret := "void"
	t.result = nil
	if r := f.Type.Results; r != nil {
		if len(r.List) != 1 || len(r.List[0].Names) > 0 {
			t.fail(r, "return one value without a name", "named and several results are not supported in kernels")
		}
		t.result = t.info.TypeOf(r.List[0].Type)
		ret = t.value(r.List[0].Type, t.result)
	}
	var params, pointers []string
	for _, p := range f.Type.Params.List {
		if _, ok := p.Type.(*ast.Ellipsis); ok {
			t.fail(p, "use a slice", "variadic functions are not supported in kernels")
		}
		if len(p.Names) == 0 {
			t.fail(p, "name it", "a parameter has no name")
		}
		for _, id := range p.Names {
			ty, name := t.info.TypeOf(p.Type), t.temp("unused")
			if id.Name != "_" {
				name = t.name(id)
			}
			if s, ok := ty.Underlying().(*types.Slice); ok {
				t.value(p.Type, s.Elem())
				// The address space is that of the argument.
				pointers = append(pointers, fmt.Sprintf("typename P%d", len(pointers)))
				params = append(params, fmt.Sprintf("P%d %s", len(pointers)-1, name))
				continue
			}
			params = append(params, t.value(p.Type, ty)+" "+name)
		}
	}
	if pointers != nil {
		t.line("template <%s>", strings.Join(pointers, ", "))
	}
	t.line("inline %s %s(%s) {", ret, t.name(f.Name), strings.Join(params, ", "))
	t.block(f.Body)
	t.at(endOf(f.Body))
	t.line("}")
}

// value is the type of a parameter or a result.
func (t *translator) value(at node, ty types.Type) string {
	t.noFloat64(at, ty)
	return t.scalar(at, ty)
}
