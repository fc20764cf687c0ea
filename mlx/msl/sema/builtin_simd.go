package sema

import "github.com/zmlx/zmlx/mlx/msl/ir"

// SIMD-group functions take no bool and no 64-bit integers.
var (
	simdTypes = TypeSet{Kinds: []ir.Kind{ir.I8, ir.U8, ir.I16, ir.U16, ir.I32, ir.U32, ir.F16, ir.F32}, MaxN: 4}
	simdInts  = TypeSet{Kinds: []ir.Kind{ir.I8, ir.U8, ir.I16, ir.U16, ir.I32, ir.U32}, MaxN: 4}
)

// simdFamilies is <metal_simdgroup>, quadFamilies <metal_quadgroup>. Votes
// that give a mask are wrapped by the prelude.
var (
	simdFamilies = groupFamilies("simd", 32)
	quadFamilies = groupFamilies("quad", 4)
)

// groupFamilies are the functions over groups of some lanes.
func groupFamilies(prefix string, size uint64) []Family {
	g := group(size)
	names := func(suffix string) string { return prefix + "_" + suffix }
	reduce := func(suffix string, types TypeSet, op ir.Op) Family {
		return Family{Names: names(suffix), Sig: "T(T)", Types: types, Deduced: true, Emit: g.each(op)}
	}
	move := func(suffix string, op ir.Op) Family {
		return Family{Names: names(suffix), Sig: "T(T, ushort)", Types: simdTypes, Deduced: true, Emit: g.move(op)}
	}
	fill := func(suffix string, op ir.Op) Family {
		return Family{Names: names(suffix), Sig: "T(T, T, ushort); T(T, T, ushort, ushort)", Types: simdTypes, Deduced: true, Emit: g.fill(op)}
	}
	return []Family{
		reduce("sum", simdTypes, ir.SimdSum),
		reduce("product", simdTypes, ir.SimdProduct),
		reduce("min", simdTypes, ir.SimdMin),
		reduce("max", simdTypes, ir.SimdMax),
		reduce("and", simdInts, ir.SimdAnd),
		reduce("or", simdInts, ir.SimdOr),
		reduce("xor", simdInts, ir.SimdXor),
		reduce("prefix_inclusive_sum", simdTypes, ir.SimdPrefixSum),
		reduce("prefix_inclusive_product", simdTypes, ir.SimdPrefixProduct),
		reduce("prefix_exclusive_sum", simdTypes, ir.SimdExclSum),
		reduce("prefix_exclusive_product", simdTypes, ir.SimdExclProduct),
		reduce("broadcast_first", simdTypes, ir.SimdBroadcastFirst),
		move("broadcast", ir.SimdBroadcast),
		move("shuffle", ir.SimdShuffle),
		move("shuffle_xor", ir.SimdShuffleXor),
		move("shuffle_up", ir.SimdShuffleUp),
		move("shuffle_down", ir.SimdShuffleDown),
		move("shuffle_rotate_up", ir.SimdRotateUp),
		move("shuffle_rotate_down", ir.SimdRotateDown),
		fill("shuffle_and_fill_up", ir.SimdFillUp),
		fill("shuffle_and_fill_down", ir.SimdFillDown),
		{Names: names("all"), Sig: "bool(bool)", Emit: g.vote(ir.SimdAll, ir.Bool)},
		{Names: names("any"), Sig: "bool(bool)", Emit: g.vote(ir.SimdAny, ir.Bool)},
		{Names: names("is_first"), Sig: "bool()", Emit: g.query(ir.SimdIsFirst, ir.Bool)},
		{Names: names("is_helper_thread"), Sig: "bool()", Emit: func(c *Call) Value { return c.Values(c.B.Bool(false)) }},
		{Names: "__metal_" + names("ballot"), Sig: "ulong(bool)", Emit: g.vote(ir.SimdBallot, ir.U64)},
		{Names: "__metal_" + names("active_threads_mask"), Sig: "ulong()", Emit: g.query(ir.SimdActive, ir.U64)},
	}
}

// group is a number of lanes that act together.
type group uint64

func (g group) emit(c *Call, op ir.Op, kind, result ir.Kind, args ...ir.Reg) ir.Reg {
	d := c.B.Temp(ir.Type{Kind: result})
	c.B.Emit(ir.Instr{Op: op, Kind: kind, Imm: uint64(g), Dst: d, Args: args})
	return d
}

// each applies an operation without further operands.
func (g group) each(op ir.Op) func(c *Call) Value {
	return func(c *Call) Value {
		k := c.Kind()
		return c.Each(func(a []ir.Reg) ir.Reg { return g.emit(c, op, k, k, a[0]) })
	}
}

// move applies an operation whose second operand is a lane, mask or distance.
func (g group) move(op ir.Op) func(c *Call) Value {
	return func(c *Call) Value {
		k, n := c.Kind(), c.convert(1, ir.U32)
		return c.Each(func(a []ir.Reg) ir.Reg { return g.emit(c, op, k, k, a[0], n) })
	}
}

// fill applies an operation on data, filling, distance and modulo.
func (g group) fill(op ir.Op) func(c *Call) Value {
	return func(c *Call) Value {
		k, delta := c.Kind(), c.convert(2, ir.U32)
		modulo := c.B.Int(ir.U32, int64(g))
		if len(c.Args) > 3 {
			modulo = c.convert(3, ir.U32)
		}
		return c.Each(func(a []ir.Reg) ir.Reg { return g.emit(c, op, k, k, a[0], a[1], delta, modulo) })
	}
}

func (g group) vote(op ir.Op, result ir.Kind) func(c *Call) Value {
	return func(c *Call) Value { return c.Values(g.emit(c, op, ir.Bool, result, c.Reg(0))) }
}

func (g group) query(op ir.Op, result ir.Kind) func(c *Call) Value {
	return func(c *Call) Value { return c.Values(g.emit(c, op, ir.Void, result)) }
}
