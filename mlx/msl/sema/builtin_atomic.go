package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// The kinds of atomic objects: all of them can be loaded, stored, exchanged
// and compared; 32-bit integers have the rest, floats add and subtract in
// device memory, ulong has minimum and maximum without a result.
var (
	atomicAny  = TypeSet{Kinds: []ir.Kind{ir.Bool, ir.I32, ir.U32, ir.F32}}
	atomicInts = TypeSet{Kinds: []ir.Kind{ir.I32, ir.U32}}
	atomicF32  = TypeSet{Kinds: []ir.Kind{ir.F32}}
	atomicU64  = TypeSet{Kinds: []ir.Kind{ir.U64}}
)

// atomicFamilies is <metal_atomic>. Operations on objects are relaxed, which is
// all that Metal has before 4.1.
var atomicFamilies = []Family{
	{Names: "atomic_load_explicit", Types: atomicAny, Emit: atomic(ir.AtomicLoad),
		Sig: "T(const volatile device atomic<T>*, memory_order); T(const volatile threadgroup atomic<T>*, memory_order)"},
	{Names: "atomic_store_explicit", Types: atomicAny, Emit: atomic(ir.AtomicStore),
		Sig: "void(volatile device atomic<T>*, T, memory_order); void(volatile threadgroup atomic<T>*, T, memory_order)"},
	{Names: "atomic_exchange_explicit", Types: atomicAny, Emit: atomic(ir.AtomicXchg), Sig: fetchSig},
	{Names: "atomic_compare_exchange_weak_explicit", Types: atomicAny, Emit: atomicCAS,
		Sig: "bool(volatile device atomic<T>*, thread T*, T, memory_order, memory_order);" +
			"bool(volatile threadgroup atomic<T>*, thread T*, T, memory_order, memory_order)"},
	{Names: "atomic_fetch_add_explicit", Types: atomicInts, Emit: atomic(ir.AtomicAdd), Sig: fetchSig},
	{Names: "atomic_fetch_sub_explicit", Types: atomicInts, Emit: atomic(ir.AtomicSub), Sig: fetchSig},
	{Names: "atomic_fetch_min_explicit", Types: atomicInts, Emit: atomic(ir.AtomicMin), Sig: fetchSig},
	{Names: "atomic_fetch_max_explicit", Types: atomicInts, Emit: atomic(ir.AtomicMax), Sig: fetchSig},
	{Names: "atomic_fetch_and_explicit", Types: atomicInts, Emit: atomic(ir.AtomicAnd), Sig: fetchSig},
	{Names: "atomic_fetch_or_explicit", Types: atomicInts, Emit: atomic(ir.AtomicOr), Sig: fetchSig},
	{Names: "atomic_fetch_xor_explicit", Types: atomicInts, Emit: atomic(ir.AtomicXor), Sig: fetchSig},
	{Names: "atomic_fetch_add_explicit", Types: atomicF32, Emit: atomic(ir.AtomicAdd), Sig: deviceFetchSig},
	{Names: "atomic_fetch_sub_explicit", Types: atomicF32, Emit: atomic(ir.AtomicSub), Sig: deviceFetchSig},
	{Names: "atomic_min_explicit", Types: atomicU64, Emit: atomic(ir.AtomicMin), Sig: "void(volatile device atomic<T>*, T, memory_order)"},
	{Names: "atomic_max_explicit", Types: atomicU64, Emit: atomic(ir.AtomicMax), Sig: "void(volatile device atomic<T>*, T, memory_order)"},
}

const (
	deviceFetchSig = "T(volatile device atomic<T>*, T, memory_order)"
	fetchSig       = deviceFetchSig + "; T(volatile threadgroup atomic<T>*, T, memory_order)"
)

// atomic applies an operation to the object behind the first argument with,
// for all but loads, the value of the second.
func atomic(op ir.Op) func(c *Call) Value {
	return func(c *Call) Value {
		if !c.relaxed() {
			return poison
		}
		var operands []ir.Reg
		if op != ir.AtomicLoad {
			operands = c.Regs(1)
		}
		if c.Result.Kind == TVoid {
			c.atomic(op, ir.NoReg, operands...)
			return c.Void()
		}
		return c.Values(c.atomic(op, c.B.Temp(ir.Type{Kind: c.Kind()}), operands...))
	}
}

// relaxed reports orders of an operation on an object that are not constant
// and relaxed.
func (c *Call) relaxed() bool {
	for i, a := range c.Args {
		if a.Type.T.Kind != TEnum {
			continue
		}
		if order, ok := c.B.Known(c.Reg(i)); !ok || order != 0 {
			c.c.report(diag.Diagnostic{Code: "memory-order", Message: "no matching function for call to '" + c.Name + "'", Span: c.Span, Notes: []diag.Note{
				{Message: "candidate disabled: 'order' argument must be 'metal::memory_order_relaxed'", Span: c.Exprs[i], Fixes: []diag.Fix{{Span: c.Exprs[i], Text: "memory_order_relaxed"}}},
			}})
			return false
		}
	}
	return true
}

func (c *Call) atomic(op ir.Op, dst ir.Reg, operands ...ir.Reg) ir.Reg {
	a := c.Addr(0)
	args := append([]ir.Reg{c.B.Address(a)}, operands...)
	c.B.Emit(ir.Instr{Op: op, Kind: c.Kind(), Space: a.Space, Dst: dst, Args: args, Imm: uint64(a.Off)})
	return dst
}

// atomicCAS compares bits, as a float's NaN and zeros require, and leaves the
// old value in *expected.
func atomicCAS(c *Call) Value {
	if !c.relaxed() {
		return poison
	}
	k := c.Kind()
	expected := c.Addr(1)
	want := c.B.Load(ir.Type{Kind: k}, 1, expected, 0)[0]
	old := c.atomic(ir.AtomicCAS, c.B.Temp(ir.Type{Kind: k}), want, c.Reg(2))
	c.B.Store(k, expected, []ir.Reg{old}, 0)
	if k == ir.F32 {
		k = ir.U32
		old, want = c.B.Bitcast(k, ir.F32, old), c.B.Bitcast(k, ir.F32, want)
	}
	return c.Values(c.B.Op(ir.Eq, k, old, want))
}
