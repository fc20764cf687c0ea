package sema

import (
	"slices"
	"strings"

	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// withIntrinsics adds the compiler intrinsics that headers outside of Metal's
// own library call, as MLX's does: __metal_ before the function's name, and
// for maths a last argument that says whether the fast variant is meant.
func withIntrinsics(public []Family) []Family {
	all := slices.Clone(public)
	for _, f := range mathFamilies {
		if strings.Contains(f.Sig, "&") {
			continue // references; frexp takes a pointer, below
		}
		f.Names = intrinsicNames(f.Names)
		f.Sig = strings.Replace(f.Sig, ")", ", bool=0)", 1)
		f.Emit = chooseFast(f.Emit)
		f.Fast = false
		all = append(all, f)
	}
	for _, f := range simdFamilies {
		if strings.HasPrefix(f.Names, "__") {
			continue
		}
		if op, ok := simdBitwise[f.Names]; ok {
			f.Types, f.Emit = simdTypes, group(32).bitwise(op)
		}
		f.Names = intrinsicNames(f.Names)
		all = append(all, f)
	}
	return append(all,
		Family{Names: "__metal_frexp", Sig: "T(T, thread int*)", Types: TypeSet{Kinds: floatKinds}, Emit: func(c *Call) Value {
			frac, exp := splitExponent(c, c.Reg(0))
			c.B.Store(ir.I32, c.Addr(1), []ir.Reg{exp}, 0)
			return c.Values(frac)
		}},
		Family{Names: "__metal_get_simdgroup_size", Sig: "ushort(ushort)", Emit: func(c *Call) Value {
			return c.Values(c.B.Int(ir.U16, 32))
		}},
		Family{Names: "__builtin_clz", Sig: "int(uint)", Emit: count(ir.Clz)},
		Family{Names: "__builtin_ctz", Sig: "int(uint)", Emit: count(ir.Ctz)},
		Family{Names: "__builtin_popcount", Sig: "int(uint)", Emit: count(ir.Popcount)},
		Family{Names: "__builtin_unreachable __builtin_trap", Sig: "void()", Emit: func(c *Call) Value {
			c.B.Emit(ir.Instr{Op: ir.Unreachable, Dst: ir.NoReg})
			return c.Void()
		}},
		Family{Names: "__builtin_constant_p", Sig: "int(T)", Types: TypeSet{Kinds: allKinds}, Emit: func(c *Call) Value {
			known := int64(0)
			if _, ok := c.B.Known(c.Reg(0)); ok {
				known = 1
			}
			return c.Values(c.B.Int(ir.I32, known))
		}},
		Family{Names: "__builtin_assume", Sig: "void(bool)", Emit: func(c *Call) Value { return c.Void() }},
		Family{Names: "__builtin_expect", Sig: "long(long, long)", Emit: func(c *Call) Value { return c.Values(c.Reg(0)) }},
	)
}

// count is a bit count of a uint as an int.
func count(op ir.Op) func(c *Call) Value {
	return func(c *Call) Value {
		return c.Values(c.B.Convert(ir.I32, ir.U32, c.B.Op(op, ir.U32, c.Reg(0))))
	}
}

// simdBitwise are the reductions whose intrinsics take floats too, for their bits.
var simdBitwise = map[string]ir.Op{"simd_and": ir.SimdAnd, "simd_or": ir.SimdOr, "simd_xor": ir.SimdXor}

func (g group) bitwise(op ir.Op) func(c *Call) Value {
	return func(c *Call) Value {
		k, bits := c.Kind(), bitsOf(c.Kind())
		return c.Each(func(a []ir.Reg) ir.Reg {
			return c.B.Bitcast(k, bits, g.emit(c, op, bits, bits, c.B.Bitcast(bits, k, a[0])))
		})
	}
}

// bitsOf is the integer kind that holds the bits of a kind.
func bitsOf(k ir.Kind) ir.Kind {
	switch k {
	case ir.F16, ir.BF16:
		return ir.U16
	case ir.F32:
		return ir.U32
	}
	return k
}

func intrinsicNames(names string) string {
	return "__metal_" + strings.ReplaceAll(names, " ", " __metal_")
}

// chooseFast takes the last argument away and selects the variant by it.
func chooseFast(emit func(c *Call) Value) func(c *Call) Value {
	return func(c *Call) Value {
		last := len(c.Args) - 1
		fast, known := c.B.Known(c.Reg(last))
		c.Fast = known && fast != 0
		c.Args = c.Args[:last]
		return emit(c)
	}
}
