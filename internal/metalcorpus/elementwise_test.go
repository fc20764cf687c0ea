package main

import (
	"fmt"
	"testing"

	"github.com/zmlx/zmlx/mlx"
)

func TestUnary(t *testing.T) {
	corpus(t)
	integers := []mlx.DType{mlx.Int32, mlx.Int64, mlx.Uint8, mlx.Int8}
	everything := append(append([]mlx.DType{}, floats...), integers...)
	for _, c := range []struct {
		op     string
		want   func(x *mlx.Array) *mlx.Array
		dtypes []mlx.DType
	}{
		{"Abs", (*mlx.Array).Abs, everything},
		{"ArcCos", (*mlx.Array).Arccos, floats},
		{"ArcCosh", (*mlx.Array).Arccosh, floats},
		{"ArcSin", (*mlx.Array).Arcsin, floats},
		{"ArcSinh", (*mlx.Array).Arcsinh, floats},
		{"ArcTan", (*mlx.Array).Arctan, floats},
		{"ArcTanh", (*mlx.Array).Arctanh, floats},
		{"BitwiseInvert", (*mlx.Array).BitwiseInvert, integers},
		{"Ceil", (*mlx.Array).Ceil, floats},
		{"Cos", (*mlx.Array).Cos, floats},
		{"Cosh", (*mlx.Array).Cosh, floats},
		{"Erf", (*mlx.Array).Erf, floats},
		{"ErfInv", (*mlx.Array).Erfinv, floats},
		{"Exp", (*mlx.Array).Exp, floats},
		{"Expm1", (*mlx.Array).Expm1, floats},
		{"Floor", (*mlx.Array).Floor, floats},
		{"Log", (*mlx.Array).Log, floats},
		{"Log10", (*mlx.Array).Log10, floats},
		{"Log1p", (*mlx.Array).Log1p, floats},
		{"Log2", (*mlx.Array).Log2, floats},
		{"Negative", (*mlx.Array).Negative, everything},
		{"Round", func(x *mlx.Array) *mlx.Array { return x.Round(0) }, floats},
		{"Rsqrt", (*mlx.Array).Rsqrt, floats},
		{"Sigmoid", (*mlx.Array).Sigmoid, floats},
		{"Sign", (*mlx.Array).Sign, everything},
		{"Sin", (*mlx.Array).Sin, floats},
		{"Sinh", (*mlx.Array).Sinh, floats},
		{"Sqrt", (*mlx.Array).Sqrt, floats},
		{"Square", (*mlx.Array).Square, everything},
		{"Tan", (*mlx.Array).Tan, floats},
		{"Tanh", (*mlx.Array).Tanh, floats},
	} {
		for _, d := range c.dtypes {
			x := normal(1, d, 1001)
			got := launch{
				file: "unary.metal", instance: fmt.Sprintf("unary_v, %s, %[1]s, %s, 1", names[d], c.op),
				grid: [3]int{1001, 1, 1}, group: [3]int{256, 1, 1},
				buffers: []any{x, out(d, 1001), ints(1001)},
			}.run(t)
			scale := 0.5
			if c.op == "Expm1" {
				scale = 10 // MLX subtracts a multiple of ln 2 of 20 bits
			}
			agree(t, c.op+" "+names[d], got, c.want(x), scale)
		}
	}
}

func TestBinary(t *testing.T) {
	corpus(t)
	integers := []mlx.DType{mlx.Int32, mlx.Int64, mlx.Uint8}
	everything := append(append([]mlx.DType{}, floats...), integers...)
	type op = func(a *mlx.Array, b mlx.Operand) *mlx.Array
	for _, c := range []struct {
		op     string
		want   op
		dtypes []mlx.DType
	}{
		{"Add", (*mlx.Array).Add, everything},
		{"ArcTan2", (*mlx.Array).Arctan2, floats},
		{"BitwiseAnd", (*mlx.Array).BitwiseAnd, integers},
		{"BitwiseOr", (*mlx.Array).BitwiseOr, integers},
		{"BitwiseXor", (*mlx.Array).BitwiseXor, integers},
		{"Divide", (*mlx.Array).Divide, floats},
		{"LogAddExp", (*mlx.Array).LogAddExp, floats},
		{"Maximum", (*mlx.Array).Maximum, everything},
		{"Minimum", (*mlx.Array).Minimum, everything},
		{"Multiply", (*mlx.Array).Multiply, everything},
		{"Power", (*mlx.Array).Power, floats},
		{"Remainder", (*mlx.Array).Remainder, floats},
		{"Subtract", (*mlx.Array).Subtract, everything},
		{"Equal", (*mlx.Array).Equal, everything},
		{"Greater", (*mlx.Array).Greater, everything},
		{"LessEqual", (*mlx.Array).LessEqual, everything},
	} {
		for _, d := range c.dtypes {
			a, b := normal(2, d, 777), normal(3, d, 777)
			want := c.want(a, b)
			n := max(1, 8/d.Size())
			got := launch{
				file: "binary.metal", instance: fmt.Sprintf("binary_vv, %s, %s, %s", names[d], names[want.DType()], c.op),
				grid: [3]int{(777 + n - 1) / n, 1, 1}, group: [3]int{64, 1, 1},
				buffers: []any{a, b, out(want.DType(), 777), ints(777)},
			}.run(t)
			agree(t, c.op+" "+names[d], got, want, 1)
		}
	}
}

func TestCopy(t *testing.T) {
	corpus(t)
	types := append([]mlx.DType{mlx.Int32, mlx.Int8, mlx.Int64, mlx.Bool}, floats...)
	for _, from := range types {
		for _, to := range types {
			x := normal(4, mlx.Int32, 333).AsType(from)
			got := launch{
				file: "copy.metal", instance: fmt.Sprintf("copy_v, %s, %s, 1", names[from], names[to]),
				grid: [3]int{333, 1, 1}, group: [3]int{64, 1, 1},
				buffers: []any{x, out(to, 333), ints(333)},
			}.run(t)
			agree(t, "copy "+names[from]+" "+names[to], got, x.AsType(to), 0)
		}
	}
}

func TestSelect(t *testing.T) {
	corpus(t)
	for _, d := range append([]mlx.DType{mlx.Int32, mlx.Bool, mlx.Int64}, floats...) {
		a, b := normal(5, mlx.Float32, 333).AsType(d), normal(6, mlx.Float32, 333).AsType(d)
		condition := normal(7, mlx.Float32, 333).Greater(0)
		got := launch{
			file: "ternary.metal", instance: fmt.Sprintf("ternary_v, %s, Select, false, false, 1", names[d]),
			grid: [3]int{333, 1, 1}, group: [3]int{64, 1, 1},
			buffers: []any{condition, a, b, out(d, 333), ints(333)},
		}.run(t)
		agree(t, "select "+names[d], got, mlx.Where(condition, a, b), 0)
	}
}

// Random bits are the same to the last one.
func TestRandomBits(t *testing.T) {
	corpus(t)
	for _, n := range []int{1, 2, 7, 64, 1001} {
		half, odd := n/2, n%2
		got := launch{
			file: "random.metal", entry: "rbitsc",
			grid: [3]int{1, half + odd, 1}, group: [3]int{1, 64, 1},
			buffers: []any{key(42), out(mlx.Uint32, n), []byte{byte(odd)}, longs(int64(4 * n))},
		}.run(t)
		agree(t, fmt.Sprint("rbits ", n), got, mlx.RandomBits(key(42), 4, n), 0)
	}
}
