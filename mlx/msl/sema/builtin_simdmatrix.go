package sema

import (
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

var simdMatrixTypes = TypeSet{Kinds: allFloatKinds}

// simdMatrixFamilies is <metal_simdgroup_matrix>.
var simdMatrixFamilies = []Family{
	{Names: "simdgroup_load", Types: simdMatrixTypes, Emit: matrixLoad,
		Sig: "void(thread M&, const device T*, ulong=8, ulong2=0, bool=0);" +
			"void(thread M&, const threadgroup T*, ulong=8, ulong2=0, bool=0)"},
	{Names: "simdgroup_store", Types: simdMatrixTypes, Emit: matrixStore,
		Sig: "void(M, device T*, ulong=8, ulong2=0, bool=0); void(M, threadgroup T*, ulong=8, ulong2=0, bool=0)"},
	{Names: "simdgroup_multiply", Types: simdMatrixTypes, Emit: matrixMultiply,
		Sig: factors("void(thread M&, A, B)")},
	{Names: "simdgroup_multiply_accumulate", Types: simdMatrixTypes, Emit: matrixMultiply,
		Sig: factors("void(thread M&, A, B, M)")},
	{Names: "make_filled_simdgroup_matrix", Types: simdMatrixTypes, Sig: "M(T)", Emit: func(c *Call) Value {
		return c.Values(c.Reg(0), c.Reg(0))
	}},
	{Names: "make_diagonal_simdgroup_matrix", Types: simdMatrixTypes, Sig: "M(T)", Emit: matrixDiagonal},
}

// factors writes an alternative for every mix of element types of the factors
// A and B: products of halves may be added up in floats.
func factors(sig string) string {
	var alts []string
	for _, a := range allFloatKinds {
		for _, b := range allFloatKinds {
			alt := strings.Replace(sig, "A", simdMatrixName(a), 1)
			alts = append(alts, strings.Replace(alt, "B", simdMatrixName(b), 1))
		}
	}
	return strings.Join(alts, ";")
}

// tile is the operands that place a tile in memory: elements per row, origin.
func (c *Call) tile() []ir.Reg {
	origin := c.Regs(3)
	return []ir.Reg{
		c.B.Convert(ir.I64, ir.U64, c.Reg(2)),
		c.B.Convert(ir.I64, ir.U64, origin[0]),
		c.B.Convert(ir.I64, ir.U64, origin[1]),
	}
}

// transposable emits code for both values of the last argument unless it is
// known.
func (c *Call) transposable(emit func(flags ir.Flags)) {
	c.B.If(c.Reg(4), func() { emit(ir.Transpose) }, func() { emit(0) })
}

func matrixLoad(c *Call) Value {
	k, a := c.Kind(), c.Addr(1)
	args := append([]ir.Reg{c.B.Pointer(a)}, c.tile()...)
	c.transposable(func(flags ir.Flags) {
		d := c.B.Run(ir.Type{Kind: k}, 2)
		c.B.Emit(ir.Instr{Op: ir.MatrixLoad, Kind: k, Space: a.Space, Dst: d, Args: args, Flags: flags})
		c.Store(0, d, d+1)
	})
	return c.Void()
}

func matrixStore(c *Call) Value {
	k, a := c.Kind(), c.Addr(1)
	args := append([]ir.Reg{c.B.Pointer(a)}, c.Regs(0)...)
	args = append(args, c.tile()...)
	c.transposable(func(flags ir.Flags) {
		c.B.Emit(ir.Instr{Op: ir.MatrixStore, Kind: k, Space: a.Space, Dst: ir.NoReg, Args: args, Flags: flags})
	})
	return c.Void()
}

// matrixMultiply multiplies in the result's kind, or in float if the factors
// have another one: their values are exact there.
func matrixMultiply(c *Call) Value {
	k := c.Kind()
	work := k
	for _, m := range c.Args[1:] {
		if m.Type.T.Scalar != k {
			work = ir.F32
		}
	}
	var args []ir.Reg
	for i := 1; i < len(c.Args); i++ {
		for _, r := range c.Regs(i) {
			args = append(args, c.B.Convert(work, c.Args[i].Type.T.Scalar, r))
		}
	}
	if len(c.Args) == 3 {
		zero := c.B.Float(work, 0)
		args = append(args, zero, zero)
	}
	d := c.B.Run(ir.Type{Kind: work}, 2)
	c.B.Emit(ir.Instr{Op: ir.MatrixMMA, Kind: work, Dst: d, Args: args})
	c.Store(0, c.B.Convert(k, work, d), c.B.Convert(k, work, d+1))
	return c.Void()
}

// matrixDiagonal loads the identity to learn which elements a lane holds.
func matrixDiagonal(c *Call) Value {
	k := c.Kind()
	size := kindSize(k)
	one := floatBits(k, 1)
	identity := make([]byte, 64*size)
	for i := 0; i < 64; i += 9 {
		for j := range size {
			identity[i*size+j] = byte(one >> (8 * j))
		}
	}
	at := c.B.Pointer(c.c.data("identity", identity, size))
	d := c.B.Run(ir.Type{Kind: k}, 2)
	row, origin := c.B.Int(ir.I64, 8), c.B.Int(ir.I64, 0)
	c.B.Emit(ir.Instr{Op: ir.MatrixLoad, Kind: k, Space: ir.Constant, Dst: d, Args: c.B.args(at, row, origin, origin)})
	l := lane{c.B, k, 0}
	zero := l.float(0)
	element := func(r ir.Reg) ir.Reg { return l.sel(l.eq(r, zero), zero, c.Reg(0)) }
	return c.Values(element(d), element(d+1))
}

func simdMatrixName(k ir.Kind) string { return "simdgroup_" + scalarNames[k] + "8x8" }
