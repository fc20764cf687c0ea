package mlxtest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zmlx/zmlx/mlx"
)

var (
	inf     = math.Inf(1)
	nan     = math.NaN()
	negZero = math.Copysign(0, -1)
)

// maker makes arrays on the runtime under test.
type maker struct{ rt mlx.Runtime }

func (m maker) f(d mlx.DType, v ...float64) *mlx.Array { return mlx.New(v).AsType(d).On(m.rt) }

func (m maker) f32(v ...float64) *mlx.Array { return m.f(mlx.Float32, v...) }

func (m maker) i(d mlx.DType, v ...int64) *mlx.Array { return mlx.New(v).AsType(d).On(m.rt) }

func (m maker) empty(d mlx.DType, shape ...int) *mlx.Array { return mlx.ZerosOn(m.rt, shape, d) }

// edgeCase is an operation whose result is known to the last bit: NaN, and the
// sign of zero, count.
type edgeCase struct {
	name  string
	run   func(m maker) *mlx.Array
	dtype mlx.DType
	shape []int // nil for 1-d
	want  []float64
}

type un = func(*mlx.Array) *mlx.Array

type bin = func(*mlx.Array, mlx.Operand) *mlx.Array

// floatEdges returns the same cases in each floating-point type.
func floatEdges() []edgeCase {
	var cases []edgeCase
	for _, d := range []mlx.DType{mlx.Float16, mlx.Bfloat16, mlx.Float32} {
		unary := func(name string, f un, in, want []float64) {
			cases = append(cases, edgeCase{fmt.Sprintf("%s/%v", name, d), func(m maker) *mlx.Array { return f(m.f(d, in...)) }, d, nil, want})
		}
		binary := func(name string, f bin, a, b, want []float64) {
			cases = append(cases, edgeCase{fmt.Sprintf("%s/%v", name, d), func(m maker) *mlx.Array { return f(m.f(d, a...), m.f(d, b...)) }, d, nil, want})
		}
		unary("abs", (*mlx.Array).Abs, []float64{negZero, -1, -inf, nan}, []float64{0, 1, inf, nan})
		unary("negative", (*mlx.Array).Negative, []float64{0, negZero, inf}, []float64{negZero, 0, -inf})
		unary("sign", (*mlx.Array).Sign, []float64{-inf, -2, 0, 3, inf, nan}, []float64{-1, -1, 0, 1, 1, 0})
		unary("sqrt", (*mlx.Array).Sqrt, []float64{negZero, 0, 4, inf, -1, nan}, []float64{negZero, 0, 2, inf, nan, nan})
		unary("rsqrt", (*mlx.Array).Rsqrt, []float64{0, 4, inf, -1}, []float64{inf, 0.5, 0, nan})
		unary("reciprocal", (*mlx.Array).Reciprocal, []float64{0, negZero, inf, -inf, 4}, []float64{inf, -inf, 0, negZero, 0.25})
		unary("exp", (*mlx.Array).Exp, []float64{-inf, 0, inf, nan}, []float64{0, 1, inf, nan})
		unary("expm1", (*mlx.Array).Expm1, []float64{-inf, 0, inf}, []float64{-1, 0, inf})
		unary("log", (*mlx.Array).Log, []float64{0, 1, inf, -1, nan}, []float64{-inf, 0, inf, nan, nan})
		unary("log1p", (*mlx.Array).Log1p, []float64{-1, 0, inf, -2}, []float64{-inf, 0, inf, nan})
		unary("sin", (*mlx.Array).Sin, []float64{0, inf, nan}, []float64{0, nan, nan})
		unary("tanh", (*mlx.Array).Tanh, []float64{-inf, 0, inf, nan}, []float64{-1, 0, 1, nan})
		unary("erf", (*mlx.Array).Erf, []float64{-inf, 0, inf}, []float64{-1, 0, 1})
		unary("erfinv", (*mlx.Array).Erfinv, []float64{-1, 0, 1, 2}, []float64{-inf, 0, inf, nan})
		unary("sigmoid", (*mlx.Array).Sigmoid, []float64{-inf, 0, inf, nan}, []float64{0, 0.5, 1, nan})
		unary("floor", (*mlx.Array).Floor, []float64{-0.5, negZero, 1.5, -inf}, []float64{-1, negZero, 1, -inf})
		unary("ceil", (*mlx.Array).Ceil, []float64{-0.5, 1.5, inf}, []float64{negZero, 2, inf})
		unary("round", func(a *mlx.Array) *mlx.Array { return a.Round(0) }, []float64{0.5, 1.5, 2.5, -0.5}, []float64{0, 2, 2, negZero})
		binary("divide", (*mlx.Array).Divide, []float64{1, -1, 0, inf, 1}, []float64{0, 0, 0, inf, inf}, []float64{inf, -inf, nan, nan, 0})
		binary("maximum", (*mlx.Array).Maximum, []float64{nan, 1, -inf, 2}, []float64{1, nan, inf, 1}, []float64{nan, nan, inf, 2})
		binary("minimum", (*mlx.Array).Minimum, []float64{nan, 1, -inf, 2}, []float64{1, nan, inf, 1}, []float64{nan, nan, -inf, 1})
		binary("remainder", (*mlx.Array).Remainder, []float64{-7, 7, 7, 5}, []float64{3, -3, 3, 0}, []float64{2, -2, 1, nan})
		binary("floor_divide", (*mlx.Array).FloorDivide, []float64{-7, 7, 1}, []float64{2, 2, 0}, []float64{-4, 3, inf})
		binary("power", (*mlx.Array).Power, []float64{0, -2, nan, 2, 0}, []float64{0, 3, 0, -1, -1}, []float64{1, -8, 1, 0.5, inf})
		binary("logaddexp", (*mlx.Array).LogAddExp, []float64{-inf, inf, -inf, nan}, []float64{-inf, 1, 2, 1}, []float64{-inf, inf, 2, nan})
		unary("clip", func(a *mlx.Array) *mlx.Array { return a.Clip(-1.0, 1.0) }, []float64{-inf, 0.5, inf, nan}, []float64{-1, 0.5, 1, nan})
		unary("sort", func(a *mlx.Array) *mlx.Array { return a.Sort(0) }, []float64{nan, inf, -1, -inf, 2}, []float64{-inf, -1, 2, inf, nan})
		unary("cummax", func(a *mlx.Array) *mlx.Array { return a.CumMax(0, false, true) }, []float64{1, nan, 2}, []float64{1, nan, nan})
		unary("cumsum exclusive", func(a *mlx.Array) *mlx.Array { return a.CumSum(0, false, false) }, []float64{1, 2, 3}, []float64{0, 1, 3})
		unary("softmax", func(a *mlx.Array) *mlx.Array { return a.Softmax(false, -1) }, []float64{1000, 1000}, []float64{0.5, 0.5})
		unary("softmax masked", func(a *mlx.Array) *mlx.Array { return a.Softmax(false, -1) }, []float64{-inf, 3}, []float64{0, 1})
		unary("softmax all masked", func(a *mlx.Array) *mlx.Array { return a.Softmax(false, -1) }, []float64{-inf, -inf}, []float64{nan, nan})
		unary("logsumexp", func(a *mlx.Array) *mlx.Array { return a.LogSumExp(mlx.KeepDims, 0) }, []float64{-inf, -inf}, []float64{-inf})
		unary("logsumexp inf", func(a *mlx.Array) *mlx.Array { return a.LogSumExp(mlx.KeepDims, 0) }, []float64{1, inf}, []float64{inf})
		unary("max nan", func(a *mlx.Array) *mlx.Array { return a.Max(mlx.KeepDims, 0) }, []float64{1, nan, 3}, []float64{nan})
		unary("sum inf", func(a *mlx.Array) *mlx.Array { return a.Sum(mlx.KeepDims, 0) }, []float64{inf, -inf}, []float64{nan})
		unary("nan_to_num", func(a *mlx.Array) *mlx.Array { return a.NaNToNumWith(7, 8, 9) }, []float64{nan, inf, -inf, 1}, []float64{7, 8, 9, 1})
	}
	return cases
}

// roundingEdges are where narrow types round, overflow and lose bits.
var roundingEdges = []edgeCase{
	{"float16 overflow", func(m maker) *mlx.Array { return m.f(mlx.Float16, 300, 65504).Square() }, mlx.Float16, nil, []float64{inf, inf}},
	{"float16 ties to even", func(m maker) *mlx.Array { return m.f32(2049, 2051, 65519, 65520).AsType(mlx.Float16) }, mlx.Float16, nil, []float64{2048, 2052, 65504, inf}},
	{"float16 denormals", func(m maker) *mlx.Array { return m.f32(0x1p-24, 0x1p-25, 0x1.8p-25, -0x1p-26).AsType(mlx.Float16) }, mlx.Float16, nil, []float64{0x1p-24, 0, 0x1p-24, negZero}},
	{"bfloat16 ties to even", func(m maker) *mlx.Array { return m.f32(257, 259, math.MaxFloat32).AsType(mlx.Bfloat16) }, mlx.Bfloat16, nil, []float64{256, 260, inf}},
	{"bfloat16 add", func(m maker) *mlx.Array { return m.f(mlx.Bfloat16, 256, 256).Add(m.f(mlx.Bfloat16, 1, 3)) }, mlx.Bfloat16, nil, []float64{256, 260}},
	{"float32 denormals", func(m maker) *mlx.Array { return m.f32(0x1p-149, 0x1p-126).Multiply(0.5) }, mlx.Float32, nil, []float64{0, 0x1p-127}},
	{"complex logaddexp is near the greater argument", func(m maker) *mlx.Array {
		return mlx.New([]complex64{1 + 7i}).On(m.rt).LogAddExp(mlx.New([]complex64{0}).On(m.rt)).Imag().Round(0)
	}, mlx.Float32, nil, []float64{7}},
	{"mean of a long float16 row", func(m maker) *mlx.Array {
		return mlx.FullOn(m.rt, []int{4096}, 100.0, mlx.Float16).Mean(mlx.KeepDims, 0)
	}, mlx.Float16, nil, []float64{100}},
}

// integerEdges are overflow, shifts, division by zero and conversions.
var integerEdges = []edgeCase{
	{"int8 add wraps", func(m maker) *mlx.Array { return m.i(mlx.Int8, 127, -128).Add(m.i(mlx.Int8, 1, -1)) }, mlx.Int8, nil, []float64{-128, 127}},
	{"uint8 subtract wraps", func(m maker) *mlx.Array { return m.i(mlx.Uint8, 0).Subtract(m.i(mlx.Uint8, 1)) }, mlx.Uint8, nil, []float64{255}},
	{"int32 multiply wraps", func(m maker) *mlx.Array { return m.i(mlx.Int32, 1<<30).Multiply(m.i(mlx.Int32, 4)) }, mlx.Int32, nil, []float64{0}},
	{"int8 abs of the lowest", func(m maker) *mlx.Array { return m.i(mlx.Int8, -128, -1).Abs() }, mlx.Int8, nil, []float64{-128, 1}},
	{"uint16 negative", func(m maker) *mlx.Array { return m.i(mlx.Uint16, 1).Negative() }, mlx.Uint16, nil, []float64{65535}},
	{"int remainder", func(m maker) *mlx.Array { return m.i(mlx.Int32, -7, 7, -7).Remainder(m.i(mlx.Int32, 3, -3, -3)) }, mlx.Int32, nil, []float64{2, -2, -1}},
	{"int power", func(m maker) *mlx.Array { return m.i(mlx.Int32, 2, -1, 3, 0).Power(m.i(mlx.Int32, 10, 3, 0, 0)) }, mlx.Int32, nil, []float64{1024, -1, 1, 1}},
	{"int shifts", func(m maker) *mlx.Array { return m.i(mlx.Int32, -8, 1).RightShift(m.i(mlx.Int32, 1, 0)) }, mlx.Int32, nil, []float64{-4, 1}},
	{"int to uint8 wraps", func(m maker) *mlx.Array { return m.i(mlx.Int32, 256, -1, 300).AsType(mlx.Uint8) }, mlx.Uint8, nil, []float64{0, 255, 44}},
	{"float to int truncates", func(m maker) *mlx.Array { return m.f32(-1.9, 1.9, negZero).AsType(mlx.Int32) }, mlx.Int32, nil, []float64{-1, 1, 0}},
	{"float to bool", func(m maker) *mlx.Array { return m.f32(0, negZero, nan, 0x1p-149).AsType(mlx.Bool) }, mlx.Bool, nil, []float64{0, 0, 1, 1}},
	{"sum of bool", func(m maker) *mlx.Array { return m.i(mlx.Bool, 1, 1, 0).Sum(mlx.KeepDims, 0) }, mlx.Int32, nil, []float64{2}},
	{"exclusive cummin of bool", func(m maker) *mlx.Array { return m.i(mlx.Bool, 1, 0, 1).CumMin(0, false, false) }, mlx.Bool, nil, []float64{1, 1, 0}},
	{"sum of uint8", func(m maker) *mlx.Array { return m.i(mlx.Uint8, 200, 100).Sum(mlx.KeepDims, 0) }, mlx.Uint32, nil, []float64{300}},
	{"mean of ints", func(m maker) *mlx.Array { return m.i(mlx.Int64, 1, 2).Mean(mlx.KeepDims, 0) }, mlx.Float32, nil, []float64{1.5}},
	{"divide of ints", func(m maker) *mlx.Array { return m.i(mlx.Int32, 1, -1, 0).Divide(m.i(mlx.Int32, 2, 0, 0)) }, mlx.Float32, nil, []float64{0.5, -inf, nan}},
	{"nan compares", func(m maker) *mlx.Array { return m.f32(nan, 0).Equal(m.f32(nan, negZero)) }, mlx.Bool, nil, []float64{0, 1}},
	{"argmax takes the first", func(m maker) *mlx.Array { return m.f32(1, 3, 3).ArgMax(0, mlx.KeepDims) }, mlx.Uint32, nil, []float64{1}},
	{"weak scalar keeps float16", func(m maker) *mlx.Array { return m.f(mlx.Float16, 1).Add(0.5) }, mlx.Float16, nil, []float64{1.5}},
	{"weak float makes float32 of ints", func(m maker) *mlx.Array { return m.i(mlx.Int8, 1).Add(0.5) }, mlx.Float32, nil, []float64{1.5}},
	{"weak int keeps uint8", func(m maker) *mlx.Array { return m.i(mlx.Uint8, 255).Add(1) }, mlx.Uint8, nil, []float64{0}},
}

// shapeEdges are empty and 0-d arrays.
var shapeEdges = []edgeCase{
	{"sum of nothing", func(m maker) *mlx.Array { return m.empty(mlx.Float32, 0, 3).Sum(mlx.DropDims, 0) }, mlx.Float32, []int{3}, []float64{0, 0, 0}},
	{"prod of nothing", func(m maker) *mlx.Array { return m.empty(mlx.Float32, 0).Prod(mlx.DropDims) }, mlx.Float32, []int{}, []float64{1}},
	{"all of nothing", func(m maker) *mlx.Array { return m.empty(mlx.Bool, 0).All(mlx.DropDims) }, mlx.Bool, []int{}, []float64{1}},
	{"any of nothing", func(m maker) *mlx.Array { return m.empty(mlx.Bool, 0).Any(mlx.DropDims) }, mlx.Bool, []int{}, []float64{0}},
	{"broadcast of nothing", func(m maker) *mlx.Array { return m.empty(mlx.Float32, 0).Add(m.f32(1)) }, mlx.Float32, []int{0}, nil},
	{"product over nothing", func(m maker) *mlx.Array {
		return m.empty(mlx.Float32, 2, 0).Matmul(m.empty(mlx.Float32, 0, 2))
	}, mlx.Float32, []int{2, 2}, []float64{0, 0, 0, 0}},
	{"attention over no features", func(m maker) *mlx.Array {
		q := m.empty(mlx.Float32, 1, 1, 1, 0)
		v := mlx.FullOn(m.rt, []int{1, 1, 1, 2}, 3.0, mlx.Float32)
		return mlx.Attention(q, q, v, mlx.AttentionOptions{Scale: 1})
	}, mlx.Float32, []int{1, 1, 1, 2}, []float64{3, 3}},
	{"concatenate with nothing", func(m maker) *mlx.Array {
		return mlx.Concatenate([]*mlx.Array{m.empty(mlx.Float32, 0), m.f32(1, 2)}, 0)
	}, mlx.Float32, []int{2}, []float64{1, 2}},
	{"empty slice", func(m maker) *mlx.Array { return m.f32(1, 2, 3).Get(mlx.Range(2, 2)) }, mlx.Float32, []int{0}, nil},
	{"slice beyond the end", func(m maker) *mlx.Array { return m.f32(1, 2, 3).Get(mlx.Range(-2, 9)) }, mlx.Float32, []int{2}, []float64{2, 3}},
	{"sort of nothing", func(m maker) *mlx.Array { return m.empty(mlx.Float32, 2, 0).Sort(-1) }, mlx.Float32, []int{2, 0}, nil},
	{"softmax of nothing", func(m maker) *mlx.Array { return m.empty(mlx.Float32, 2, 0).Softmax(false, -1) }, mlx.Float32, []int{2, 0}, nil},
	{"take of nothing", func(m maker) *mlx.Array { return m.f32(1, 2).Take(m.empty(mlx.Int32, 0), 0) }, mlx.Float32, []int{0}, nil},
	{"0-d arithmetic", func(m maker) *mlx.Array { return m.f32(2).Squeeze().Multiply(m.f32(3).Squeeze()) }, mlx.Float32, []int{}, []float64{6}},
	{"0-d sum", func(m maker) *mlx.Array { return m.f32(2).Squeeze().Sum(mlx.DropDims) }, mlx.Float32, []int{}, []float64{2}},
	{"0-d transpose", func(m maker) *mlx.Array { return m.f32(2).Squeeze().Transpose() }, mlx.Float32, []int{}, []float64{2}},
	{"reshape of nothing", func(m maker) *mlx.Array { return m.empty(mlx.Float32, 0, 4).Reshape(4, 0) }, mlx.Float32, []int{4, 0}, nil},
	{"negative index", func(m maker) *mlx.Array { return m.f32(1, 2, 3).Take(m.i(mlx.Int32, -1), 0) }, mlx.Float32, nil, []float64{3}},
	{"strided operand", func(m maker) *mlx.Array {
		x := m.f32(1, 2, 3, 4, 5, 6).Reshape(2, 3)
		return x.Transpose().Add(x.Reshape(3, 2)).Flip(0).Reshape(-1)
	}, mlx.Float32, []int{6}, []float64{8, 12, 5, 9, 2, 6}},
	{"where broadcasts", func(m maker) *mlx.Array {
		return mlx.Where(m.f32(1, 0).Reshape(2, 1), m.f32(1, 2), 9.0).Reshape(-1)
	}, mlx.Float32, []int{4}, []float64{1, 2, 9, 9}},
}

// deviations lists edges and misuses that a runtime takes otherwise, with the
// reason; a name without a type stands for all types.
var deviations = map[string]map[string]string{
	"mlx-cpu": {
		"erf":                "MLX's CPU gives -0 for erf(0)",
		"cummax":             "MLX's CPU goes on after a NaN",
		"remainder/float16":  "MLX's CPU gives 16-bit remainders the sign of the dividend",
		"remainder/bfloat16": "MLX's CPU gives 16-bit remainders the sign of the dividend",
		"allocate":           "MLX is lazy: an array that is never read takes no memory",
	},
}

func skipDeviation(t *testing.T, rt mlx.Runtime, name string) {
	base, _, _ := strings.Cut(name, "/")
	for _, n := range []string{name, base} {
		if why, ok := deviations[rt.Name()][n]; ok {
			t.Skip(why)
		}
	}
}

func runEdges(t *testing.T, rt mlx.Runtime) {
	for _, c := range slices.Concat(floatEdges(), roundingEdges, integerEdges, shapeEdges) {
		t.Run(c.name, func(t *testing.T) {
			skipDeviation(t, rt, c.name)
			var got *mlx.Array
			require.NoError(t, mlx.Do(func() error { got = c.run(maker{rt}); return nil }))
			shape := c.shape
			if shape == nil {
				shape = []int{len(c.want)}
			}
			require.Equal(t, c.dtype, got.DType())
			require.Equal(t, shape, append([]int{}, got.Shape()...))
			for i, v := range got.Float64s() {
				w := c.want[i]
				require.True(t, v == w && math.Signbit(v) == math.Signbit(w) || v != v && w != w, "element %d is %v, want %v", i, v, w)
			}
		})
	}
}
