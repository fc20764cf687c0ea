package sema

import "github.com/zmlx/zmlx/mlx/msl/ir"

// syncFamilies is the synchronisation part of <metal_compute>.
var syncFamilies = []Family{
	{Names: "threadgroup_barrier", Sig: "void(mem_flags); void(mem_flags, thread_scope)", Emit: barrier(0)},
	{Names: "simdgroup_barrier", Sig: "void(mem_flags); void(mem_flags, thread_scope)", Emit: barrier(ir.SimdScope)},
	{Names: "atomic_thread_fence", Sig: "void(mem_flags, memory_order); void(mem_flags, memory_order, thread_scope)", Since: 320, Emit: fence},
}

// The bits of mem_flags and the values of thread_scope, as the prelude has them.
const (
	memDevice          = 1
	memThreadgroup     = 2
	memTexture         = 4
	threadScopeSimd    = 1
	orderedMemoryFlags = ir.MemDevice | ir.MemThreadgroup | ir.MemTexture
)

func barrier(scope ir.Flags) func(c *Call) Value {
	return func(c *Call) Value {
		c.B.Emit(ir.Instr{Op: ir.Barrier, Dst: ir.NoReg, Flags: c.memFlags() | scope})
		return c.Void()
	}
}

func fence(c *Call) Value {
	flags := c.memFlags()
	if len(c.Args) > 2 {
		if scope, ok := c.B.Known(c.Reg(2)); ok && scope <= threadScopeSimd {
			flags |= ir.SimdScope
		}
	}
	c.B.Emit(ir.Instr{Op: ir.Fence, Dst: ir.NoReg, Flags: flags})
	return c.Void()
}

// memFlags is the memory that argument 0 names; all of it if that is only
// known at run time.
func (c *Call) memFlags() ir.Flags {
	bits, ok := c.B.Known(c.Reg(0))
	if !ok {
		return orderedMemoryFlags
	}
	var f ir.Flags
	if bits&memDevice != 0 {
		f |= ir.MemDevice
	}
	if bits&memThreadgroup != 0 {
		f |= ir.MemThreadgroup
	}
	if bits&memTexture != 0 {
		f |= ir.MemTexture
	}
	return f
}
