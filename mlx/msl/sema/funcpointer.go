package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// A pointer to a function is a number: 0, or one more than the function's place
// among those whose address is taken. A call through a pointer that is not known
// is one of a function made for the pointer's type, which compares the number
// with each that it may be; where the optimiser learns it, one call is left.

// through is the function that calls through pointers of a type.
type through struct {
	typ *Type
	fn  *Function
}

// functionValue is the pointer to a function.
func (c *checker) functionValue(f *Function, to *Type) Value {
	if c.unevaluated > 0 {
		return c.opaqueValue(to)
	}
	i := slices.Index(c.taken, f)
	if i < 0 {
		i = len(c.taken)
		c.taken = append(c.taken, f)
	}
	return c.b.rvalue(to, c.b.Int(ir.U64, int64(i+1)))
}

// callThrough calls through a pointer.
func (c *checker) callThrough(f Value, args []Value, at diag.Span, spans []diag.Span) Value {
	t := f.Type.T.Elem.T
	if len(args) != len(t.Params) {
		what := "few"
		if len(args) > len(t.Params) {
			what = "many"
		}
		return c.errorf(at, "call", "too %s arguments to function call, expected %d, have %d", what, len(t.Params), len(args))
	}
	p := c.loaded(f)
	conv, ok := c.converted(args, t.Params, at, func(i int, v Value) Value { return c.convert(v, t.Params[i], spans[i], forParam) })
	if !ok {
		return poison
	}
	if n, ok := c.b.Known(p.regs[0]); ok && n > 0 && n <= uint64(len(c.taken)) {
		return c.callFunction(c.taken[n-1], nil, conv, at)
	}
	if c.unevaluated > 0 {
		return c.unevaluatedResult(t.Elem)
	}
	return c.emitCall(c.throughPointer(f.Type.T), nil, append([]Value{p}, conv...), at)
}

// throughPointer is the function that calls through pointers of a type.
func (c *checker) throughPointer(t *Type) *Function {
	for _, d := range c.through {
		if d.typ == t {
			return d.fn
		}
	}
	f := &Function{Name: "call of " + t.String(), scope: c.root, result: t.Elem.T.Elem, static: true, signed: done, state: done, decl: &syntax.FuncDecl{Name: &syntax.Name{}}}
	add := func(name string, typ QualType) {
		p := &syntax.ParamDecl{Name: name}
		f.decl.Params = append(f.decl.Params, p)
		f.params = append(f.params, param{name: name, typ: typ, decl: p})
	}
	add("f", Of(t))
	for i, p := range t.Elem.T.Params {
		add(itoa(i), p)
	}
	c.through = append(c.through, through{t, f})
	return f
}

// finishPointers emits the functions that call through pointers, when all
// functions whose address is taken are known.
func (c *checker) finishPointers() {
	if len(c.through) == 0 {
		return
	}
	for n := -1; n != len(c.taken); {
		n = len(c.taken)
		for _, f := range c.taken {
			c.index(f)
		}
		c.drain()
	}
	for _, d := range c.through {
		fr := &frame{b: c.mem.newBuilder(d.fn.Name, 0), fn: d.fn, result: d.fn.result}
		c.inFrame(fr, func() {
			c.in(newBlock(c.root), func() {
				c.parameters(d.fn)
				c.dispatch(d)
			})
		})
		c.close(d.fn, fr.b)
	}
}

// dispatch is the body of a function that calls through pointers.
func (c *checker) dispatch(d through) {
	var args []Value
	for _, p := range d.fn.params {
		v := c.variable(c.scope.names.get(p.name).value, diag.Span{})
		if !p.typ.T.isRef() {
			v.Cat = PRValue // what the caller passed is passed on, not a copy
		}
		args = append(args, v)
	}
	p := c.loaded(args[0]).regs[0]
	for i, f := range c.taken {
		if f.state != done || c.funcType(f.result, f.paramTypes()) != d.typ.Elem.T { // not done: its text has errors
			continue
		}
		c.b.If(c.b.Op(ir.Eq, ir.U64, p, c.b.Int(ir.U64, int64(i+1))), func() {
			c.emitReturn(c.emitCall(f, nil, args[1:], diag.Span{}))
		}, nil)
	}
	c.b.Emit(ir.Instr{Op: ir.Unreachable, Dst: ir.NoReg})
}

// compareNumbered is == or != of pointers to functions or members.
func (c *checker) compareNumbered(o *operation, x, y Value) Value {
	t := x.Type
	if !t.T.isNumbered() || c.implicit(y, t.unqual()).rank == impossible && y.Type.T.isNumbered() {
		t = y.Type
	}
	if o.op != syntax.EqEq && o.op != syntax.NotEq || c.implicit(x, t.unqual()).rank == impossible || c.implicit(y, t.unqual()).rank == impossible {
		return c.invalid(o, &x, &y)
	}
	x, y = c.loaded(c.convert(x, t.unqual(), o.x.Span(), forInit)), c.loaded(c.convert(y, t.unqual(), o.y.Span(), forInit))
	return c.compare(o.op, ir.U64, &x, &y, boolType())
}

// asPointer makes a pointer of a name that denotes one function.
func (c *checker) asPointer(v Value) Value {
	if v.set() == nil {
		return v
	}
	f := c.onlyFunction(v.set())
	if f == nil || f.method() {
		return v
	}
	return c.functionValue(f, c.pointerTo(Of(c.funcType(f.result, f.paramTypes()))))
}
