package sema

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// kernel makes an entry of a kernel function. attrs are those of an explicit
// instantiation. The host knows it with the namespaces that it is in.
func (c *checker) kernel(f *Function, attrs []syntax.Attr, at *diag.Span) {
	name := f.scope.qualified(f.Name)
	where := f.decl.NamePos.Span()
	if at != nil {
		where = *at
	}
	e := &ir.Entry{Pos: where.Start}
	given := f.decl.Attrs
	if len(attrs) > 0 {
		given = append(given[:len(given):len(given)], attrs...)
	}
	for _, a := range given {
		switch a.Name {
		case "host_name":
			if len(a.Args) == 1 {
				if s, ok := a.Args[0].(*syntax.StringLit); ok {
					name = s.Value
					continue
				}
			}
			c.errorf(a.Span(), "attribute", "'host_name' attribute requires a string")
		case "max_total_threads_per_threadgroup":
			if len(a.Args) != 1 {
				c.errorf(a.Span(), "attribute", "'%s' attribute takes one argument", a.Name)
			} else {
				c.in(f.scope, func() {
					v, t, ok := c.constant(a.Args[0])
					if !ok {
						return
					}
					if e.MaxThreads = int(signExtend(t.Scalar, v)); e.MaxThreads <= 0 || !t.isIntegral() {
						c.errorf(a.Args[0].Span(), "attribute", "'%s' attribute requires a positive integral compile time constant expression", a.Name)
					}
				})
			}
		}
	}
	e.Name = name
	if f.Name == "main" {
		c.errorf(f.decl.NamePos.Span(), "kernel", "kernel function cannot be named 'main'")
	}
	if f.record != nil {
		c.errorf(where, "kernel", "member function cannot be a kernel")
		return
	}
	for s := f.scope; s != nil; s = s.parent {
		if s.kind == namespaceScope && strings.HasSuffix(s.name, anonymousNamespace) {
			c.errorf(where, "kernel", "kernel function cannot be declared in anonymous namespace")
			return
		}
	}
	if f.result.T != voidType {
		c.errorf(f.decl.NamePos.Span(), "kernel-result", "invalid return type %s for kernel function; kernels return void", described(f.result))
	}
	if prev := c.entries[name]; prev != nil {
		if prev != f {
			d := diag.Diagnostic{Code: "redefinition", Message: "duplicate kernel name '" + name + "'", Span: where}
			for _, old := range c.prog.Entries {
				if old.Name == name {
					d.Notes = []diag.Note{{Message: "previous definition is here", Span: diag.Span{Start: old.Pos, End: old.Pos}}}
				}
			}
			c.report(d)
		}
		return
	}
	c.entries[name] = f
	f.state = inProgress
	c.index(f)
	stack := c.stack
	if f.tmpl != nil {
		c.stack = c.bodyStack(f)
	}
	mark := c.mem.work.mark()
	fr := c.mem.work.frames.new()
	*fr = frame{b: c.bodyBuilder(f, name), fn: f, result: f.result}
	c.hard(func() {
		c.inFrame(fr, func() {
			c.in(f.block(), func() {
				c.entryArgs(f, e)
				c.body(f)
			})
		})
	})
	c.stack = stack
	c.close(f, fr.b)
	c.mem.work.release(mark)
	e.Func = c.index(f)
	c.prog.Entries = append(c.prog.Entries, e)
}

// entryArgs resolves the parameters of a kernel: what the host binds to them
// and the registers that they arrive in.
func (c *checker) entryArgs(f *Function, e *ir.Entry) {
	used := map[int]bool{} // indices of buffers
	type location struct {
		kind  string
		index int
	}
	type claim struct {
		p         *syntax.ParamDecl
		at        diag.Span
		sometimes bool
	}
	reserved := map[location]claim{}
	for _, p := range f.params {
		there, sometimes := c.presence(p.decl)
		if !there {
			continue
		}
		for _, a := range p.decl.Attrs {
			if a.Name != "buffer" && a.Name != "threadgroup" || len(a.Args) != 1 {
				continue
			}
			v, _, ok := c.constant(a.Args[0])
			if !ok {
				continue
			}
			at := location{a.Name, int(v)}
			if reserved[at].p == p.decl {
				continue // see conflict
			}
			if first, again := reserved[at]; again && !(first.sometimes && sometimes) { // else at most one is there in a launch, which sees to it
				c.report(diag.Diagnostic{Code: a.Name + "-index", Message: fmt.Sprintf("cannot reserve '%s' resource location at index %d", a.Name, v), Span: a.Span(),
					Notes: []diag.Note{{Message: "it is reserved here", Span: first.at}}})
				continue
			}
			reserved[at] = claim{p.decl, a.Span(), sometimes}
			used[int(v)] = used[int(v)] || a.Name == "buffer"
		}
	}
	next := 0
	e.Args = make([]ir.Arg, 0, len(f.params))
	packs := c.paramPacks(f)
	for _, p := range f.params {
		c.entryArg(e, p, packs, used, &next)
	}
	c.sameDims(f, e)
}

// presence says whether a parameter exists with the function constants that are
// set, and whether that hangs on one that is not.
func (c *checker) presence(p *syntax.ParamDecl) (there, sometimes bool) {
	for _, a := range p.Attrs {
		if a.Name != "function_constant" || len(a.Args) != 1 {
			continue
		}
		if x, k := c.constantValue(a.Args[0]); !x.bad() && x.Type.T == boolType() {
			return len(k) != 1 || k[0] != 0, len(k) != 1
		}
	}
	return true, false
}

// sameDims reports inputs with a position or size that differ in their number
// of components.
func (c *checker) sameDims(f *Function, e *ir.Entry) {
	var first *ir.Arg
	for i := range e.Args {
		a := &e.Args[i]
		if a.Kind != ir.ArgBuiltin || !builtinDims[a.Builtin] {
			continue
		}
		if first == nil {
			first = a
			continue
		}
		if a.N == first.N {
			continue
		}
		d := diag.Diagnostic{
			Code: "input-dimensions", Span: f.decl.NamePos.Span(),
			Message: "expecting input declarations with either all scalar types or all vector types with the same number of elements",
		}
		for _, in := range []*ir.Arg{first, a} {
			t := Scalar(in.Scalar)
			if in.N > 1 {
				t = Vector(in.Scalar, in.N)
			}
			d.Notes = append(d.Notes, diag.Note{
				Message: "declaration with attribute '" + attrName(in.Builtin) + "' of type " + described(Of(t)) + " here",
				Span:    nameSpan(*in),
			})
		}
		c.report(d)
		return
	}
}

func (c *checker) entryArg(e *ir.Entry, p param, packs map[string]*pack, used map[int]bool, next *int) {
	at := p.decl.NamePos.Span()
	arg := ir.Arg{Name: p.name, Index: -1, Pos: at.Start}
	t := p.typ.T
	v := c.scope.room().variables.new()
	v.Name, v.Type, v.pos, v.bound, v.param, v.home, v.val = p.name, p.typ, at, true, p.decl, c.fr.home(), poison
	defer func() { c.bindParam(v, packs) }()
	absent, ok := c.argAttrs(p, &arg)
	if t.isError() || !ok {
		return
	}
	if absent && (t.isPtr() || t.isRef()) {
		c.bindAddress(v, c.b.Null(t.Elem.Space))
		return
	}
	if arg.Builtin != ir.NoBuiltin {
		c.builtinArg(e, p, arg, v)
		return
	}
	if (t.isPtr() || t.Kind == TRef) && (t.Elem.Space == ir.Device || t.Elem.Space == ir.Constant || t.Elem.Space == ir.Threadgroup) {
		if r, ok := c.bufferReg(e, p.typ, arg, used, next); ok {
			c.bindAddress(v, r)
		}
		return
	}
	if t.Kind == TRecord && c.complete(t.Record, p.decl.Span()) && c.takesInputs(t.Record) {
		v.val = lvalue(p.typ, c.b.Variable(p.name, ir.Thread, t, t.align(), v.pos.Start))
		c.recordArg(e, t.Record, v.val.addr, arg, used, next)
		return
	}
	if t.isPtr() || t.isRef() {
		c.errorf(at, "kernel-parameter", "invalid type '%s' for buffer declaration: a kernel parameter must point into device, constant or threadgroup memory", p.typ)
		return
	}
	if arg.Kind != ir.ArgBuiltin && arg.Index >= 0 {
		name := "buffer"
		if arg.Kind == ir.ArgThreadgroup {
			name = "threadgroup"
		}
		c.report(diag.Diagnostic{Code: "attribute-type", Message: "type '" + p.typ.String() + "' is not valid for attribute '" + name + "'", Span: at, Notes: byReference(p, arg.Kind)})
		return
	}
	msg := "invalid type '" + p.typ.String() + "' for input declaration in a kernel function"
	d := diag.Diagnostic{Code: "kernel-parameter", Message: msg, Span: at}
	switch {
	case t.Kind == TScalar && (t.Scalar == ir.U32 || t.Scalar == ir.U16), t.Kind == TVector && t.N <= 3 && (t.Scalar == ir.U32 || t.Scalar == ir.U16):
		attribute := positionNames[p.name]
		if _, ok := builtinAttrs[p.name]; ok {
			attribute = p.name
		}
		if attribute != "" {
			end := diag.Span{Start: at.End, End: at.End}
			d.Fixes = []diag.Fix{{Span: end, Text: " [[" + attribute + "]]"}}
		}
		d.Message += ": missing attribute such as [[" + cmp.Or(attribute, "thread_position_in_grid") + "]]"
	case t.Kind == TScalar || t.Kind == TVector:
		d.Notes = byReference(p, ir.ArgBuffer)
	}
	c.report(d)
}

// argAttrs reads the attributes of a kernel's parameter. It is absent if a
// function constant says so, and not ok if it cannot be told what it is.
func (c *checker) argAttrs(p param, arg *ir.Arg) (absent, ok bool) {
	ok = true
	place := paramAttr
	if t := p.typ.T; t.isPtr() || t.isRef() {
		place = bufferAttr
	}
	var gives *syntax.Attr // what the host or the launch gives it
	for i := range p.decl.Attrs {
		a := &p.decl.Attrs[i]
		builtin, input := builtinAttrs[a.Name]
		if input || a.Name == "buffer" || a.Name == "threadgroup" {
			if gives != nil {
				c.conflict(gives, a)
				ok = false
				continue
			}
			gives = a
		}
		switch {
		case input:
			if len(a.Args) > 0 {
				c.errorf(a.Span(), "attribute", "'%s' attribute takes no arguments", a.Name)
			}
			arg.Kind, arg.Builtin = ir.ArgBuiltin, builtin
		case a.Name == "buffer":
			arg.Kind = ir.ArgBuffer
			c.argIndex(a, arg)
		case a.Name == "threadgroup":
			arg.Kind = ir.ArgThreadgroup
			c.argIndex(a, arg)
		case a.Name == "function_constant":
			absent = c.saysAbsent(a) || absent
		default:
			ok = !c.attribute(*a, place) && ok
		}
	}
	return absent, ok
}

// argIndex reads the index of the buffer or threadgroup memory that the host binds.
func (c *checker) argIndex(a *syntax.Attr, arg *ir.Arg) {
	if len(a.Args) != 1 {
		c.errorf(a.Span(), "attribute", "'%s' attribute takes one argument", a.Name)
		return
	}
	n, t, ok := c.constant(a.Args[0])
	_, literal := unparenthesised(a.Args[0]).(*syntax.BoolLit)
	switch {
	case literal:
		c.errorf(a.Args[0].Span(), "attribute", "invalid subexpression in attribute index expression: an index is a number")
	case ok && !t.isIntegral():
		c.errorf(a.Args[0].Span(), "attribute", "'%s' attribute requires an integral compile time constant expression", a.Name)
	case ok && kindSize(t.Scalar) == 8:
		c.errorf(a.Args[0].Span(), "attribute", "invalid type '%s' for attribute index expression; it takes an 'int' or a 'uint'", t)
	case ok && n > 30:
		c.errorf(a.Args[0].Span(), "attribute", "'%s' attribute parameter is out of bounds: must be between 0 and 30", a.Name)
	}
	arg.Index = int(n)
}

// saysAbsent reports whether the function constant is false that a parameter's
// existence hangs on.
func (c *checker) saysAbsent(a *syntax.Attr) bool {
	if len(a.Args) != 1 {
		c.errorf(a.Span(), "attribute", "'function_constant' attribute takes one argument")
		return false
	}
	x, k := c.constantValue(a.Args[0])
	if !x.bad() && x.Type.T != boolType() {
		c.errorf(a.Args[0].Span(), "attribute", "'function_constant' attribute of a parameter takes a constant of type 'bool', not '%s'", x.Type.unqual())
		return false
	}
	return !x.bad() && len(k) == 1 && k[0] == 0
}

// bindAddress gives a parameter that is a pointer or a reference its address.
func (c *checker) bindAddress(v *Variable, r ir.Reg) {
	t := v.Type.T
	if t.isRef() {
		v.refersTo(t)
		v.val = lvalue(t.Elem, regAddr(r, t.Elem.Space))
		return
	}
	v.val = lvalue(v.Type, c.b.Variable(v.Name, ir.Thread, t, t.align(), v.pos.Start))
	c.store(v.val, c.b.rvalue(t, r))
}

// byReference is the note that says how the host gives a kernel a value.
func byReference(p param, kind ir.ArgKind) []diag.Note {
	if kind != ir.ArgBuffer || p.name == "" {
		return nil
	}
	start, name := p.decl.Type.Span().Start, p.decl.NamePos.Span().Start
	return []diag.Note{{Message: "a value that the host gives is a reference to constant memory", Span: p.decl.NamePos.Span(),
		Fixes: []diag.Fix{{Span: diag.Span{Start: start, End: start}, Text: "constant "}, {Span: diag.Span{Start: name, End: name}, Text: "&"}}}}
}

// bufferReg adds an argument that the host binds to an entry, and gives the
// register that it arrives in.
func (c *checker) bufferReg(e *ir.Entry, typ QualType, arg ir.Arg, used map[int]bool, next *int) (ir.Reg, bool) {
	if !c.bufferArg(typ, &arg) {
		return ir.NoReg, false
	}
	if arg.Index < 0 {
		if arg.Kind == ir.ArgThreadgroup {
			arg.Index = 0
		} else {
			for used[*next] {
				*next++
			}
			arg.Index = *next
			used[*next] = true
		}
	}
	r := c.b.Temp(typ.T.regType())
	c.b.name(r, arg.Name)
	c.b.fn.Params = append(c.b.fn.Params, r)
	e.Args = append(e.Args, arg)
	return r, true
}

// bufferArg checks the type of what the host binds and completes its description.
func (c *checker) bufferArg(typ QualType, arg *ir.Arg) bool {
	t := typ.T
	el := t.Elem
	at := nameSpan(*arg)
	if written := arg.Index >= 0; written && (arg.Kind == ir.ArgThreadgroup) != (el.Space == ir.Threadgroup) {
		if arg.Kind == ir.ArgThreadgroup {
			c.errorf(at, "attribute", "type '%s' is not valid for attribute 'threadgroup'", typ)
		} else {
			c.report(diag.Diagnostic{Code: "attribute", Message: "invalid address space qualification for buffer pointee type '" + el.String() + "'", Span: at,
				Notes: []diag.Note{{Message: "valid address space qualifications are device and constant"}}})
		}
		return false
	}
	arg.Space = el.Space
	arg.ReadOnly = el.isConst()
	arg.Ref = t.isRef()
	arg.Type = QualType{T: el.T}.String()
	arg.Atomic = el.T.Kind == TAtomic
	arg.ElemSize = el.T.size()
	if el.T.inRegisters() || el.T.Kind == TAtomic {
		arg.ElemKind = el.T.Scalar
		if el.T.Kind == TPointer {
			arg.ElemKind = ir.Ptr
		}
	}
	if arg.Space == ir.Threadgroup {
		arg.Kind = ir.ArgThreadgroup
	}
	if el.T.Kind == TRecord {
		c.complete(el.T.Record, at)
		arg.ElemSize = el.T.size()
	}
	arg.Layout = el.T.layout()
	return true
}

// nameSpan is where the name of an argument stands.
func nameSpan(a ir.Arg) diag.Span {
	return diag.Span{Start: a.Pos, End: a.Pos + diag.Pos(max(len(a.Name), 1))}
}
