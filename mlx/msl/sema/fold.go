package sema

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// fold evaluates a pure instruction on known operands.
func fold(in *ir.Instr, args []uint64) (uint64, bool) {
	switch in.Op {
	case ir.Select:
		if args[0] != 0 {
			return args[1], true
		}
		return args[2], true
	case ir.SimdSum, ir.SimdProduct, ir.SimdMin, ir.SimdMax, ir.Load, ir.Call:
		return 0, false
	}
	switch len(args) {
	case 1:
		if f := ir.Unary(in.Op, in.Kind, in.From); f != nil {
			return f(args[0]), true
		}
	case 2:
		if f := ir.Binary(in.Op, in.Kind); f != nil {
			return f(args[0], args[1]), true
		}
	case 3:
		if f := ir.Ternary(in.Op, in.Kind); f != nil {
			return f(args[0], args[1], args[2]), true
		}
	}
	return 0, false
}

// truncBits cuts bits to the width of an integer kind.
func truncBits(k ir.Kind, v uint64) uint64 {
	if k == ir.Bool {
		return v & 1
	}
	if n := kindBits(k); n < 64 {
		return v & (1<<n - 1)
	}
	return v
}

// signExtend is the value of integer bits; of unsigned kinds as they are.
func signExtend(k ir.Kind, v uint64) int64 {
	switch k {
	case ir.I8:
		return int64(int8(v))
	case ir.I16:
		return int64(int16(v))
	case ir.I32:
		return int64(int32(v))
	}
	return int64(v)
}

func floatBits(k ir.Kind, v float64) uint64 { return ir.FloatBits(k, v) }

func floatOf(k ir.Kind, bits uint64) float64 { return ir.FloatValue(k, bits) }

func isZero(k ir.Kind, bits uint64) bool {
	return bits == 0 || isFloat(k) && floatOf(k, bits) == 0
}

// convertBits converts a constant by value.
func convertBits(to, from ir.Kind, v uint64) uint64 {
	if to == from {
		return v
	}
	if f := ir.Unary(ir.Convert, to, from); f != nil {
		return f(v)
	}
	return v
}

// sameInteger reports whether two integers of different kinds are equal.
func sameInteger(ak ir.Kind, a uint64, bk ir.Kind, b uint64) bool {
	x, y := signExtend(ak, a), signExtend(bk, b)
	negative := func(k ir.Kind, v int64) bool { return isSigned(k) && v < 0 }
	return x == y && negative(ak, x) == negative(bk, y)
}
