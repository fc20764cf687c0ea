package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	"github.com/zmlx/zmlx/mlx/msl/syntax"
)

// input is a variable of program scope that holds what the executor gives:
// const uint i [[thread_position_in_grid]]. A use calls a function that has no
// body, one for each component; finish makes these parameters.
type input struct {
	arg   ir.Arg
	typ   *Type
	first int // in Program.Funcs, of the components
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
	if !c.builtinType(v.Type, &arg) {
		v.Type = Of(errorType)
		return
	}
	if g.decl.Init != nil {
		c.errorf(v.pos, "builtin-init", "variable '%s' with attribute '%s' cannot be initialized", v.Name, attrName(b))
	}
	in := &input{arg: arg, typ: v.Type.T, first: len(c.prog.Funcs)}
	for range arg.N {
		c.prog.Funcs = append(c.prog.Funcs, nil)
		c.lowered = append(c.lowered, &Function{Name: v.Name, decl: &syntax.FuncDecl{}, state: done})
	}
	c.inputs = append(c.inputs, in)
	g.input = in
}

// readInput reads an input where it is used.
func (c *checker) readInput(in *input) Value {
	r := c.b.Run(ir.Type{Kind: in.arg.Scalar}, in.arg.N)
	for i := range in.arg.N {
		c.b.Emit(ir.Instr{Op: ir.Call, Dst: r + ir.Reg(i), Imm: uint64(in.first + i)})
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
		for i := range in.arg.N {
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
			for range in.arg.N {
				f.Params = append(f.Params[:len(f.Params):len(f.Params)], ir.Reg(len(f.Regs)))
				f.Regs = append(f.Regs[:len(f.Regs):len(f.Regs)], ir.Type{Kind: in.arg.Scalar})
			}
			for _, e := range c.prog.Entries {
				if e.Func == i {
					e.Args = append(e.Args[:len(e.Args):len(e.Args)], in.arg)
				}
			}
		}
		for _, call := range calls[i] {
			if in := component[call.Imm]; in != nil {
				from := at[in] + ir.Reg(call.Imm) - ir.Reg(in.first)
				*call = ir.Instr{Op: ir.Mov, Kind: in.arg.Scalar, Dst: call.Dst, Args: []ir.Reg{from}, Pos: call.Pos}
				continue
			}
			for _, in := range c.inputs {
				if !needs[call.Imm][in] {
					continue
				}
				for k := range in.arg.N {
					call.Args = append(call.Args[:len(call.Args):len(call.Args)], at[in]+ir.Reg(k))
				}
			}
		}
	}
}
