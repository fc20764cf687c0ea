package mlx

import (
	"fmt"
	"math"

	"github.com/zmlx/zmlx/mlx/internal/core"
)

// Operand is an *Array or a Go number, bool or complex. A number takes the
// element type of the array that it is combined with, if that type can hold
// its kind, as Python's numbers do in MLX; alone, an int is int32 (int64 if it
// does not fit) and a float is float32.
type Operand = any

// operand converts v to an array beside other.
func (a *Array) operand(op string, v Operand) *Array {
	switch v := v.(type) {
	case *Array:
		if v == nil {
			throw(op, BadArgument, "", "the operand is nil")
		}
		if v.rt != a.rt {
			throw(op, BadArgument, "move one with On", fmt.Sprintf("the operands belong to the runtimes %s and %s", a.rt.Name(), v.rt.Name()))
		}
		return v
	default:
		return weakScalar(op, a.rt, v, a.DType())
	}
}

func scalarOn(rt core.Runtime, v Operand) *Array {
	if a, ok := v.(*Array); ok {
		return a.On(rt)
	}
	return weakScalar("array", rt, v, Bool)
}

// weakScalar makes a 0-d array that has the type beside where that can hold
// the kind of v.
func weakScalar(op string, rt core.Runtime, v any, beside DType) *Array {
	// The host converts: not every device has the wide types.
	one := func(dtype DType, data []byte, to DType) *Array {
		t := hostRuntime.FromBytes(dtype, []int{}, data)
		if dtype != to {
			t = hostRuntime.AsType(t, to)
		}
		return wrap(hostRuntime, t).On(rt)
	}
	integer := func(i int64) *Array {
		to := beside
		if to == Bool {
			to = Int32
			if i > math.MaxInt32 || i < math.MinInt32 {
				to = Int64
			}
		}
		return one(Int64, core.AsBytes([]int64{i}), to)
	}
	switch v := v.(type) {
	case bool:
		return one(Bool, core.AsBytes([]bool{v}), beside)
	case int:
		return integer(int64(v))
	case int32:
		return integer(int64(v))
	case int64:
		return integer(v)
	case uint32:
		return integer(int64(v))
	case float32:
		return weakScalar(op, rt, float64(v), beside)
	case float64:
		to := Float32
		if beside.IsInexact() {
			to = beside
		}
		return one(Float64, core.AsBytes([]float64{v}), to)
	case complex64:
		return one(Complex64, core.AsBytes([]complex64{v}), Complex64)
	case complex128:
		return one(Complex64, core.AsBytes([]complex64{complex64(v)}), Complex64)
	default:
		throw(op, BadArgument, "give an *Array, bool, int, float64 or complex128", fmt.Sprintf("a %T is not an operand", v))
		return nil
	}
}
