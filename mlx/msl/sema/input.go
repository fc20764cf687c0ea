package sema

import (
	"fmt"

	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// input is a variable of program scope that holds what a launch gives: const
// uint i [[thread_position_in_grid]], or a buffer that the host binds: device
// float *constant x [[buffer(0)]]. A use calls a function that has no body, one
// for each component; finish makes these parameters.
type input struct {
	arg   ir.Arg
	typ   *Type
	first int // in Program.Funcs, of the components
	n     int // components
}

// globalInput declares a variable of program scope with a builtin attribute.
func (c *checker) globalInput(v *Variable, b ir.Builtin) {
	g := v.global
	g.state = inProgress
	v.Type = c.typeOf(g.decl.Type).with(Const)
	g.state = done
	if v.Type.T.isError() {
		return
	}
	arg := ir.Arg{Kind: ir.ArgBuiltin, Name: v.Name, Index: -1, Builtin: b, Pos: v.pos.Start}
	if !c.builtinType(v.Type, g.decl.Type, &arg) {
		v.Type = Of(errorType)
		return
	}
	if g.decl.Init != nil {
		c.errorf(v.pos, "builtin-init", "variable '%s' with attribute '%s' cannot be initialized", v.Name, attrName(b))
	}
	c.addInput(v, arg, arg.N)
}

// globalBinding declares a variable of program scope that is a buffer or
// threadgroup memory which the host binds to whatever entry uses it.
func (c *checker) globalBinding(v *Variable, a syntax.Attr) {
	g := v.global
	g.state = inProgress
	v.Type = c.typeOf(g.decl.Type)
	g.state = done
	t := v.Type.T
	if t.isError() {
		return
	}
	arg := ir.Arg{Kind: ir.ArgBuffer, Name: v.Name, Index: -1, Pos: v.pos.Start}
	if a.Name == "threadgroup" {
		arg.Kind = ir.ArgThreadgroup
	}
	c.argIndex(&a, &arg)
	bound := t.isPtr() || t.Kind == TRef
	if bound {
		space := t.Elem.Space
		bound = space == ir.Device || space == ir.Constant || space == ir.Threadgroup
	}
	switch {
	case !bound:
		c.report(diag.Diagnostic{Code: "attribute-type", Message: "type '" + QualType{T: t}.String() + "' is not valid for attribute '" + a.Name + "'", Span: v.pos,
			Notes: []diag.Note{{Message: "a buffer of program scope is a pointer in constant memory, such as 'device float *constant " + v.Name + "'", Span: v.pos}}})
	case t.isPtr() && v.Type.Space != ir.Constant:
		at := v.pos.Start
		c.report(diag.Diagnostic{Code: "global-space", Message: "program scope variable must reside in constant address space", Span: v.pos,
			Fixes: []diag.Fix{{Span: diag.Span{Start: at, End: at}, Text: "constant "}}})
	case g.decl.Init != nil:
		c.errorf(v.pos, "builtin-init", "variable '%s' with attribute '%s' cannot be initialized", v.Name, a.Name)
	case arg.Index >= 0 && c.bufferArg(QualType{T: t}, &arg):
		c.addInput(v, arg, 1)
		if t.isRef() {
			v.refersTo(t)
		}
		return
	}
	v.Type = Of(errorType)
}

func (c *checker) addInput(v *Variable, arg ir.Arg, n int) {
	in := &input{arg: arg, typ: v.Type.T, first: len(c.prog.Funcs), n: n}
	for range n {
		c.prog.Funcs = append(c.prog.Funcs, nil)
		c.lowered = append(c.lowered, &Function{Name: v.Name, decl: &syntax.FuncDecl{}, state: done})
	}
	c.inputs = append(c.inputs, in)
	v.global.input = in
}

// readInput reads an input where it is used.
func (c *checker) readInput(in *input) Value {
	r := c.b.Run(in.typ.regType(), in.n)
	for i := range in.n {
		c.b.Emit(ir.Instr{Op: ir.Call, Dst: r + ir.Reg(i), Imm: uint64(in.first + i)})
	}
	if in.typ.isRef() {
		return lvalue(in.typ.Elem, regAddr(r, in.typ.Elem.Space))
	}
	return c.b.run(in.typ, r)
}

// passInputs gives each function the inputs that it, or what it calls, reads
// as parameters.
func (c *checker) passInputs() {
	funcs := c.prog.Funcs
	needs := make([]map[*input]bool, len(funcs))
	calls := make([][]*ir.Instr, len(funcs))
	component := map[uint64]*input{}
	for _, in := range c.inputs {
		for i := range in.n {
			component[uint64(in.first+i)] = in
		}
	}
	for i, f := range funcs {
		needs[i] = map[*input]bool{}
		if f != nil {
			for _, in := range f.Outside() {
				if in.Op == ir.Call {
					calls[i] = append(calls[i], in)
				}
			}
		}
	}
	for changed := true; changed; {
		changed = false
		for i := range funcs {
			before := len(needs[i])
			for _, call := range calls[i] {
				if in := component[call.Imm]; in != nil {
					needs[i][in] = true
				}
				for in := range needs[call.Imm] {
					needs[i][in] = true
				}
			}
			changed = changed || len(needs[i]) > before
		}
	}
	for i, f := range funcs {
		if f == nil {
			continue
		}
		f.Unseal()
		at := map[*input]ir.Reg{}
		for _, in := range c.inputs {
			if !needs[i][in] {
				continue
			}
			at[in] = ir.Reg(len(f.Regs))
			for range in.n {
				f.Params = append(f.Params[:len(f.Params):len(f.Params)], ir.Reg(len(f.Regs)))
				f.Regs = append(f.Regs[:len(f.Regs):len(f.Regs)], in.typ.regType())
			}
			for _, e := range c.prog.Entries {
				if e.Func == i {
					c.sameLocation(e, in)
					e.Args = append(e.Args[:len(e.Args):len(e.Args)], in.arg)
				}
			}
		}
		for _, call := range calls[i] {
			if in := component[call.Imm]; in != nil {
				from := at[in] + ir.Reg(call.Imm) - ir.Reg(in.first)
				*call = ir.Instr{Op: ir.Mov, Kind: in.typ.regType().Kind, Dst: call.Dst, Args: []ir.Reg{from}, Pos: call.Pos}
				continue
			}
			for _, in := range c.inputs {
				if !needs[call.Imm][in] {
					continue
				}
				for k := range in.n {
					call.Args = append(call.Args[:len(call.Args):len(call.Args)], at[in]+ir.Reg(k))
				}
			}
		}
	}
}

// sameLocation reports a buffer of program scope that an entry has another at
// the index of.
func (c *checker) sameLocation(e *ir.Entry, in *input) {
	for _, a := range e.Args {
		if a.Kind == in.arg.Kind && a.Kind != ir.ArgBuiltin && a.Index == in.arg.Index {
			name := "buffer"
			if a.Kind == ir.ArgThreadgroup {
				name = "threadgroup"
			}
			c.report(diag.Diagnostic{Code: name + "-index", Message: fmt.Sprintf("cannot reserve '%s' resource location at index %d in kernel '%s'", name, a.Index, e.Name), Span: nameSpan(in.arg),
				Notes: []diag.Note{{Message: "it is reserved here", Span: nameSpan(a)}}})
			return
		}
	}
}
