package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// takesInputs reports a structure whose members are what a kernel could take
// as parameters: builtins, buffers, and structures of these. By value it stands
// for its members.
func (c *checker) takesInputs(r *Record) bool {
	for _, f := range r.Fields {
		t := f.Type.T
		switch {
		case f.attr != ir.NoBuiltin:
		case t.isPtr(), t.isRef():
			if s := t.Elem.Space; s != ir.Device && s != ir.Constant && s != ir.Threadgroup {
				return false
			}
		case t.Kind != TRecord || !t.Record.answer(takesOnlyInputs, func() bool { return c.takesInputs(t.Record) }):
			return false
		}
	}
	return len(r.Fields) > 0
}

// recordArg adds the members of a structure to an entry, and stores what
// arrives at addr.
func (c *checker) recordArg(e *ir.Entry, r *Record, addr Addr, whole ir.Arg, used map[int]bool, next *int) {
	for _, f := range r.Fields {
		t := f.Type.T
		at := addr.plus(f.Offset)
		arg := ir.Arg{Name: f.Name, Index: -1, Pos: whole.Pos}
		switch {
		case f.attr != ir.NoBuiltin:
			arg.Kind, arg.Builtin = ir.ArgBuiltin, f.attr
			if regs := c.builtinRegs(e, f.Type, f.decl.Type, arg); regs != nil {
				c.store(lvalue(f.Type, at), c.b.rvalue(t, regs...))
			}
		case t.Kind == TRecord:
			c.recordArg(e, t.Record, at, arg, used, next)
		default:
			for _, a := range f.decl.Attrs {
				if (a.Name == "buffer" || a.Name == "threadgroup") && len(a.Args) == 1 {
					if n, _, ok := c.constant(a.Args[0]); ok {
						arg.Index = int(n)
						used[arg.Index] = used[arg.Index] || a.Name == "buffer"
					}
				}
			}
			if arg.Index >= 0 && t.Elem.Space == ir.Threadgroup {
				arg.Kind = ir.ArgThreadgroup
			}
			if reg, ok := c.bufferReg(e, f.Type, arg, used, next); ok {
				p := c.pointerTo(t.Elem)
				c.store(lvalue(Of(p), at), c.b.rvalue(p, reg))
			}
		}
	}
}
