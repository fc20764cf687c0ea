package gokernel

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

func (t *translator) block(b *ast.BlockStmt) {
	t.indent++
	for _, s := range b.List {
		t.statement(s)
	}
	t.indent--
}

func (t *translator) at(n node) { t.current = t.pos(n.Pos()) }

func (t *translator) statement(s ast.Stmt) {
	if t.indent > 100 {
		t.fail(s, "move the inner part to a function", "the statements are nested too deeply")
	}
	t.at(s)
	switch s := s.(type) {
	case *ast.EmptyStmt:
	case *ast.BlockStmt:
		t.line("{")
		t.block(s)
		t.at(endOf(s))
		t.line("}")
	case *ast.DeclStmt:
		t.declare(s.Decl.(*ast.GenDecl))
	case *ast.AssignStmt:
		t.assign(s)
	case *ast.IncDecStmt, *ast.ExprStmt:
		t.line("%s;", t.simple(s))
	case *ast.IfStmt:
		t.ifStatement(s)
	case *ast.ForStmt:
		t.forStatement(s)
	case *ast.RangeStmt:
		t.rangeStatement(s)
	case *ast.SwitchStmt:
		t.switchStatement(s)
	case *ast.BranchStmt:
		switch {
		case s.Label != nil:
			t.fail(s, "use a variable, or move the loops to a function and return", "%s with a label is not supported in kernels", s.Tok)
		case s.Tok == token.GOTO:
			t.fail(s, "use a loop", "goto is not supported in kernels")
		case s.Tok != token.FALLTHROUGH: // which is the lack of a break
			t.line("%s;", s.Tok)
		}
	case *ast.ReturnStmt:
		switch {
		case len(s.Results) == 1:
			t.line("return %s;", t.expr(s.Results[0]).text)
		case t.result != nil: // a named result, returned implicitly
			t.fail(s, "return a value", "a bare return of a result is not supported in kernels")
		default:
			t.line("return;")
		}
	case *ast.LabeledStmt:
		t.fail(s.Label, "use a variable, or move the loops to a function and return", "labels are not supported in kernels")
	default:
		what := map[string]string{"*ast.GoStmt": "go statements", "*ast.DeferStmt": "defer", "*ast.SelectStmt": "select",
			"*ast.SendStmt": "channels", "*ast.TypeSwitchStmt": "type switches"}[typeName(s)]
		t.fail(s, "", "%s are not supported in kernels", what)
	}
}

// endOf is the closing brace of a block.
func endOf(b *ast.BlockStmt) node { return place{b.Rbrace} }

type place struct{ at token.Pos }

func (p place) Pos() token.Pos { return p.at }
func (p place) End() token.Pos { return p.at + 1 }

func (t *translator) declare(d *ast.GenDecl) {
	if d.Tok == token.CONST {
		return // references hold the value
	}
	if d.Tok == token.TYPE {
		t.fail(d, "put element types under template in the spec", "type declarations are not supported in kernels")
	}
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec)
		if len(v.Values) > 0 && len(v.Values) != len(v.Names) {
			t.fail(v, "", "functions with several results are not supported in kernels")
		}
		for i, id := range v.Names {
			t.at(id)
			var value ast.Expr
			if len(v.Values) > 0 {
				value = v.Values[i]
			}
			t.line("%s;", t.define(id, value))
		}
	}
}

// define declares a variable with an initial value, or with zero.
func (t *translator) define(id *ast.Ident, value ast.Expr) string {
	if id.Name == "_" {
		return "(void)(" + t.expr(value).text + ")"
	}
	ty := t.info.ObjectOf(id).Type()
	if call := t.gpuCall(value, "Threadgroup"); call != nil {
		return t.threadgroup(id, call, ty)
	}
	if value == nil {
		decl, zero := t.variable(id, t.name(id), ty)
		return decl + " = " + zero
	}
	if _, ok := ty.Underlying().(*types.Array); ok {
		lit, ok := ast.Unparen(value).(*ast.CompositeLit)
		if !ok {
			t.fail(value, "copy the elements in a loop", "arrays cannot be copied as a whole in kernels")
		}
		decl, _ := t.variable(id, t.name(id), ty)
		return decl + " = " + t.elements(lit)
	}
	text := t.expr(value).text // before the name is in scope
	decl, _ := t.variable(id, t.name(id), ty)
	return decl + " = " + text
}

func (t *translator) elements(lit *ast.CompositeLit) string {
	var parts []string
	for _, e := range lit.Elts {
		switch e := e.(type) {
		case *ast.KeyValueExpr:
			t.fail(e, "list all elements in order", "keys in an array's elements are not supported in kernels")
		case *ast.CompositeLit:
			parts = append(parts, t.elements(e))
		default:
			parts = append(parts, t.expr(e).text)
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func (t *translator) threadgroup(id *ast.Ident, call *ast.CallExpr, ty types.Type) string {
	if t.helper || t.indent != 1 {
		t.fail(call, "declare it at the top of the kernel and hand it to functions", "threadgroup memory is declared by the kernel function itself, outside of its blocks")
	}
	n, ok := t.integer(call.Args[0])
	if !ok {
		t.fail(call.Args[0], "use a constant", "the size of threadgroup memory must be constant")
	}
	slice := ty.Underlying().(*types.Slice)
	decl, _ := t.variable(call, t.name(id), types.NewArray(slice.Elem(), n))
	return "threadgroup " + decl
}

func (t *translator) assign(s *ast.AssignStmt) {
	if len(s.Rhs) != len(s.Lhs) {
		t.fail(s, "", "functions with several results are not supported in kernels")
	}
	if len(s.Lhs) == 1 {
		t.line("%s;", t.simple(s))
		return
	}
	if s.Tok == token.DEFINE {
		for _, l := range s.Lhs {
			if id := l.(*ast.Ident); id.Name != "_" && t.info.Defs[id] == nil {
				t.fail(id, "declare the new variables in a line of their own", "%s exists already", id.Name)
			}
		}
		for i, l := range s.Lhs {
			t.line("%s;", t.define(l.(*ast.Ident), s.Rhs[i]))
		}
		return
	}
	t.line("{")
	t.indent++
	temps := make([]string, len(s.Rhs))
	for i, r := range s.Rhs {
		temps[i] = t.temp("t")
		decl, _ := t.variable(r, temps[i], t.info.TypeOf(s.Lhs[i]))
		t.line("%s = %s;", decl, t.expr(r).text)
	}
	for i, l := range s.Lhs {
		if index, ok := ast.Unparen(l).(*ast.IndexExpr); ok {
			if _, ok := t.integer(index.Index); !ok {
				if _, ok := ast.Unparen(index.Index).(*ast.Ident); !ok {
					t.fail(index.Index, "keep the index in a variable first", "an assignment of several elements needs simple indices")
				}
				for _, other := range s.Lhs {
					if id, ok := ast.Unparen(other).(*ast.Ident); ok && id.Name == ast.Unparen(index.Index).(*ast.Ident).Name {
						t.fail(index.Index, "use two assignments", "%s is an index and is assigned in one statement", id.Name)
					}
				}
			}
		}
		t.line("%s = %s;", t.target(l), temps[i])
	}
	t.indent--
	t.line("}")
}

// simple is a statement of one line, without the semicolon.
func (t *translator) simple(s ast.Stmt) string {
	switch s := s.(type) {
	case *ast.ExprStmt:
		return t.expr(s.X).text
	case *ast.IncDecStmt:
		return s.Tok.String() + t.target(s.X)
	case *ast.AssignStmt:
		if len(s.Lhs) != 1 || len(s.Rhs) != 1 {
			t.fail(s, "move it to the body of the loop, or in front of it", "several assignments at once are not supported here")
		}
		if s.Tok == token.DEFINE {
			return t.define(s.Lhs[0].(*ast.Ident), s.Rhs[0])
		}
		if id, ok := s.Lhs[0].(*ast.Ident); ok && id.Name == "_" {
			return "(void)(" + t.expr(s.Rhs[0]).text + ")"
		}
		left, right := t.target(s.Lhs[0]), t.expr(s.Rhs[0])
		if s.Tok == token.SHL_ASSIGN || s.Tok == token.SHR_ASSIGN {
			t.shiftCount(s.Rhs[0], t.info.TypeOf(s.Lhs[0]))
		}
		if s.Tok == token.AND_NOT_ASSIGN {
			return left + " &= ~" + right.in(unary)
		}
		return left + " " + s.Tok.String() + " " + right.text
	}
	t.fail(s, "", "this statement is not supported here")
	return ""
}

// target is the left side of an assignment.
func (t *translator) target(x ast.Expr) string {
	switch ast.Unparen(x).(type) {
	case *ast.IndexExpr, *ast.Ident:
	default:
		t.fail(x, "assign to a variable or an element", "this cannot be assigned in kernels")
	}
	if name := t.input(x); name != "" {
		t.fail(x, "write to an output", "%s is an input and cannot be written", name)
	}
	switch t.info.TypeOf(x).Underlying().(type) {
	case *types.Array, *types.Slice:
		t.fail(x, "assign the elements in a loop", "arrays and slices cannot be assigned as a whole in kernels")
	}
	return t.expr(x).text
}
