package sema

import (
	"slices"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// families is Metal's library for compute, but for what package prelude holds
// as Metal text.
var families = withIntrinsics(slices.Concat(
	mathFamilies,
	commonFamilies,
	integerFamilies,
	relationalFamilies,
	geometricFamilies,
	simdFamilies,
	quadFamilies,
	atomicFamilies,
	syncFamilies,
	simdMatrixFamilies,
))

// The kinds that families range over. Metal's library has no overloads for
// bfloat, whose arguments become floats; MLX's preamble adds its own.
var (
	floatKinds    = []ir.Kind{ir.F16, ir.F32}
	allFloatKinds = []ir.Kind{ir.F16, ir.BF16, ir.F32}
	intKinds      = []ir.Kind{ir.I8, ir.U8, ir.I16, ir.U16, ir.I32, ir.U32, ir.I64, ir.U64}
	allKinds      = slices.Concat([]ir.Kind{ir.Bool}, intKinds, allFloatKinds)
)

var (
	floats = TypeSet{Kinds: floatKinds, MaxN: 4}
	ints   = TypeSet{Kinds: intKinds, MaxN: 4}
	bools  = TypeSet{Kinds: []ir.Kind{ir.Bool}, MaxN: 4}
)

// lane computes on registers of one kind.
type lane struct {
	b     *Builder
	k     ir.Kind
	flags ir.Flags
}

func (l lane) op(op ir.Op, args ...ir.Reg) ir.Reg { return l.b.OpFlags(op, l.k, l.flags, args...) }

func (l lane) neg(x ir.Reg) ir.Reg    { return l.op(ir.Neg, x) }
func (l lane) abs(x ir.Reg) ir.Reg    { return l.op(ir.Abs, x) }
func (l lane) not(x ir.Reg) ir.Reg    { return l.op(ir.Not, x) }
func (l lane) add(x, y ir.Reg) ir.Reg { return l.op(ir.Add, x, y) }
func (l lane) sub(x, y ir.Reg) ir.Reg { return l.op(ir.Sub, x, y) }
func (l lane) mul(x, y ir.Reg) ir.Reg { return l.op(ir.Mul, x, y) }
func (l lane) div(x, y ir.Reg) ir.Reg { return l.op(ir.Div, x, y) }
func (l lane) min(x, y ir.Reg) ir.Reg { return l.op(ir.Min, x, y) }
func (l lane) max(x, y ir.Reg) ir.Reg { return l.op(ir.Max, x, y) }
func (l lane) and(x, y ir.Reg) ir.Reg { return l.op(ir.And, x, y) }
func (l lane) or(x, y ir.Reg) ir.Reg  { return l.op(ir.Or, x, y) }
func (l lane) xor(x, y ir.Reg) ir.Reg { return l.op(ir.Xor, x, y) }
func (l lane) shl(x, n ir.Reg) ir.Reg { return l.op(ir.Shl, x, n) }
func (l lane) shr(x, n ir.Reg) ir.Reg { return l.op(ir.Shr, x, n) }
func (l lane) eq(x, y ir.Reg) ir.Reg  { return l.op(ir.Eq, x, y) }
func (l lane) ne(x, y ir.Reg) ir.Reg  { return l.op(ir.Ne, x, y) }
func (l lane) lt(x, y ir.Reg) ir.Reg  { return l.op(ir.Lt, x, y) }
func (l lane) le(x, y ir.Reg) ir.Reg  { return l.op(ir.Le, x, y) }

// sel is c ? x : y.
func (l lane) sel(c, x, y ir.Reg) ir.Reg { return l.b.Select(ir.Type{Kind: l.k}, c, x, y) }

func (l lane) float(v float64) ir.Reg { return l.b.Float(l.k, v) }
func (l lane) int(v int64) ir.Reg     { return l.b.Int(l.k, v) }

// as is the same arithmetic on another kind.
func (l lane) as(k ir.Kind) lane { return lane{l.b, k, l.flags} }

// clamp is fmin(fmax(x, lo), hi), so a NaN gives lo.
func (l lane) clamp(x, lo, hi ir.Reg) ir.Reg { return l.min(l.max(x, lo), hi) }

// lanes is an Emit that computes component by component in the kind of the
// first argument.
func lanes(f func(l lane, a []ir.Reg) ir.Reg) func(c *Call) Value {
	return func(c *Call) Value {
		l := c.lane()
		return c.Each(func(a []ir.Reg) ir.Reg { return f(l, a) })
	}
}

// lane is the arithmetic of a call on its first argument's kind.
func (c *Call) lane() lane { return lane{c.B, c.Args[0].Type.T.regKind(), c.Flags()} }

// convert is argument i's first register in another integer kind.
func (c *Call) convert(i int, to ir.Kind) ir.Reg {
	return c.B.Convert(to, c.Args[i].Type.T.regKind(), c.Reg(i))
}

func unsigned(k ir.Kind) ir.Kind {
	switch k {
	case ir.I8:
		return ir.U8
	case ir.I16:
		return ir.U16
	case ir.I32:
		return ir.U32
	case ir.I64:
		return ir.U64
	}
	return k
}
