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
		if !strings.HasPrefix(f.Names, "__") {
			f.Names = intrinsicNames(f.Names)
			all = append(all, f)
		}
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
	)
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
