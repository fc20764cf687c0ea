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

// typeOfFunction is the type that a function has.
func (c *checker) typeOfFunction(f *Function) *Type {
	if !f.method() {
		return c.funcType(f.result, f.paramTypes(), 0)
	}
	return c.funcType(f.result, f.paramTypes(), f.decl.Quals)
}

// pointerToFunction is the type of pointers to a function.
func (c *checker) pointerToFunction(f *Function) *Type {
	if f.method() {
		return c.memberPointerTo(f.record.Type, Of(c.typeOfFunction(f)))
	}
	return c.pointerTo(Of(c.typeOfFunction(f)))
}

// functionPointer is the pointer to a function that is named.
func (c *checker) functionPointer(f *Function, at diag.Span) Value {
	if f.method() && !c.callable(f, nil, at) {
		return poison
	}
	if holdsAuto(f.result.T) && f.state == declared {
		c.lower(f)
	}
	return c.functionValue(f, c.pointerToFunction(f))
}

// pointsToFunction demands that a function which is pointed to apart from an object
// has no qualifiers of one.
func (c *checker) pointsToFunction(t QualType, at diag.Span, what string) bool {
	if t.T.Kind != TFunc || t.T.method == 0 {
		return true
	}
	c.errorf(at, "function-qualifier", "%s to function type '%s' cannot have '%s' qualifier", what, t, methodText(t.T.method)[1:])
	return false
}

// functionValue is the pointer to a function.
func (c *checker) functionValue(f *Function, to *Type) Value {
	if c.unevaluated > 0 {
		return c.opaqueValue(to)
	}
	return c.b.rvalue(to, c.b.Int(ir.U64, int64(c.numberOf(f))))
}

// numberOf is the number of a function whose address is taken.
func (c *checker) numberOf(f *Function) uint64 {
	i := slices.Index(c.taken, f)
	if i < 0 {
		i = len(c.taken)
		c.taken = append(c.taken, f)
	}
	return uint64(i + 1)
}

// callThrough calls through a pointer, on an object if it is one to a member.
func (c *checker) callThrough(f Value, this *Value, args []Value, at diag.Span, spans []diag.Span) Value {
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
	d := c.throughPointer(f.Type.T)
	if this != nil && !c.fitsObject(d, *this, at) {
		return poison
	}
	if c.unevaluated > 0 {
		return c.unevaluatedResult(t.Elem)
	}
	if n, ok := c.b.Known(p.regs[0]); ok && uint32(n) > 0 && int(uint32(n)) <= len(c.taken) {
		f := c.taken[uint32(n)-1]
		if this != nil {
			this = c.objectOf(f, this, p.regs[0])
		}
		return c.callFunction(f, this, conv, at)
	}
	return c.emitCall(d, this, append([]Value{p}, conv...), at)
}

// fitsObject reports an object that functions behind a type of pointers to members
// are not called on.
func (c *checker) fitsObject(d *Function, this Value, at diag.Span) bool {
	if c.thisSequence(this, d).rank != impossible {
		return true
	}
	t := d.params[0].typ.T.Elem.T
	lost := this.Type.Q & (Const | Volatile) &^ d.thisQuals()
	switch {
	case spaceName(this.addrSpace()) != spaceName(d.thisSpace()):
		c.errorf(at, "member-pointer", "pointer-to-member function type '%s' is called on objects in address space '%s', and this one is in '%s'", d.params[0].typ, spaceName(d.thisSpace()), spaceName(this.addrSpace()))
	case lost != 0:
		c.errorf(at, "member-pointer", "call to pointer to member function of type '%s' drops '%s' qualifier", t, qualNames(lost))
	case this.Cat == LValue:
		c.errorf(at, "member-pointer", "pointer-to-member function type '%s' can only be called on an rvalue", d.params[0].typ)
	default:
		c.errorf(at, "member-pointer", "pointer-to-member function type '%s' can only be called on an lvalue", d.params[0].typ)
	}
	return false
}

// objectOf is the part of an object that a function is called on through a pointer.
func (c *checker) objectOf(f *Function, this *Value, p ir.Reg) *Value {
	x := c.materialise(*this)
	off := c.b.Op(ir.Shr, ir.I64, c.b.Convert(ir.I64, ir.U64, p), c.b.Int(ir.I64, memberShift))
	cat := x.Cat
	x = lvalue(QualType{T: f.record.Type, Q: x.Type.Q}, regAddr(c.b.PtrAdd(x.addr.Space, c.b.Pointer(x.addr), off), x.addr.Space))
	x.Cat = cat
	return &x
}

// throughPointer is the function that calls through pointers of a type.
func (c *checker) throughPointer(t *Type) *Function {
	for _, d := range c.through {
		if d.typ == t {
			return d.fn
		}
	}
	fn := t.Elem.T
	f := &Function{Name: "call of " + t.String(), scope: c.root, result: fn.Elem, static: true, signed: done, state: done, decl: &syntax.FuncDecl{Name: &syntax.Name{}, Quals: fn.method}}
	if t.Kind == TMember {
		f.record, f.static, f.space = t.Class.Record, false, spaceOf[fn.method&allSpaces]
	}
	add := func(name string, typ QualType) {
		p := &syntax.ParamDecl{Name: name}
		f.decl.Params = append(f.decl.Params, p)
		f.params = append(f.params, param{name: name, typ: typ, decl: p})
	}
	add("f", Of(t))
	for i, p := range fn.Params {
		add(itoa(i), p)
	}
	c.through = append(c.through, through{t, f})
	return f
}

// finishPointers emits the functions that call through pointers, when all
// functions whose address is taken are known.
func (c *checker) finishPointers() {
	c.through = slices.DeleteFunc(c.through, func(d through) bool { return d.fn.index == 0 })
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
	n := c.b.Convert(ir.U32, ir.U64, p)
	for i, f := range c.taken {
		if f.state != done || !d.calls(c, f) { // not done: its text has errors
			continue
		}
		c.b.If(c.b.Op(ir.Eq, ir.U32, n, c.b.Int(ir.U32, int64(i+1))), func() {
			var this *Value
			if f.method() {
				this = c.objectOf(f, &c.fr.this, p)
			}
			c.emitReturn(c.emitCall(f, this, args[1:], diag.Span{}))
		}, nil)
	}
	c.b.Emit(ir.Instr{Op: ir.Unreachable, Dst: ir.NoReg})
}

// calls reports whether a pointer may point to a function.
func (d *through) calls(c *checker, f *Function) bool {
	if c.typeOfFunction(f) != d.typ.Elem.T || f.method() != (d.typ.Kind == TMember) {
		return false
	}
	class := d.typ.Class
	return !f.method() || isBase(f.record.Type, class) || isBase(class, f.record.Type)
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
	return c.functionPointer(f, diag.Span{})
}
