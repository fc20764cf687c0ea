package mathlib

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/diag"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// unary are the functions of one operand: the truth in float64 and the most
// that the result may be off, in ulp. Metal's limits are 4, 5 and 6.
var unary = []struct {
	op    ir.Op
	truth func(float64) float64
	limit float64
}{
	{ir.Exp, math.Exp, 1.5},
	{ir.Exp2, math.Exp2, 1.2},
	{ir.Exp10, exp10, 1.3},
	{ir.Log, math.Log, 1},
	{ir.Log2, math.Log2, 1},
	{ir.Log10, math.Log10, 1},
	{ir.Sin, math.Sin, 1.2},
	{ir.Cos, math.Cos, 1.2},
	{ir.Tan, math.Tan, 2.6},
	{ir.SinPi, sinpi, 1.7},
	{ir.CosPi, cospi, 1.7},
	{ir.TanPi, func(x float64) float64 { return sinpi(x) / cospi(x) }, 3.4},
	{ir.Sinh, math.Sinh, 2.3},
	{ir.Cosh, math.Cosh, 1.7},
	{ir.Tanh, math.Tanh, 2.5},
	{ir.Asin, math.Asin, 2.5},
	{ir.Acos, math.Acos, 1.3},
	{ir.Atan, math.Atan, 2},
	{ir.Asinh, math.Asinh, 1.9},
	{ir.Acosh, math.Acosh, 2.1},
	{ir.Atanh, math.Atanh, 2.1},
}

func exp10(x float64) float64 {
	if x == math.Trunc(x) {
		return math.Pow(10, x)
	}
	return math.Exp2(x * math.Log2(10)) // the error of the product is below 1e-13
}

// sinpi and cospi reduce exactly. Zeros other than that of 0 are positive.
func sinpi(x float64) float64 {
	a := math.Mod(math.Abs(x), 2)
	var y float64
	switch {
	case a == 0 || a == 1:
		y = 0
	case a < 0.25:
		y = math.Sin(math.Pi * a)
	case a < 0.75:
		y = math.Cos(math.Pi * (a - 0.5))
	case a < 1.25:
		y = -math.Sin(math.Pi * (a - 1))
	case a < 1.75:
		y = -math.Cos(math.Pi * (1.5 - a))
	default:
		y = math.Sin(math.Pi * (a - 2))
	}
	if math.IsInf(x, 0) {
		return math.NaN()
	}
	if math.Signbit(x) {
		return -y
	}
	return y
}

func cospi(x float64) float64 {
	a := math.Mod(math.Abs(x), 2)
	if math.IsInf(x, 0) {
		return math.NaN()
	}
	if a == 0.5 || a == 1.5 {
		return 0
	}
	return sinpi(a + 0.5)
}

// samples are float32 bit patterns: every exponent evenly, special values and
// their neighbours, and the ranges where functions do something interesting.
func samples() []uint32 {
	var s []uint32
	for b := uint64(0); b < 1<<32; b += 65519 {
		s = append(s, uint32(b))
	}
	around := func(x float32) {
		b := math.Float32bits(x)
		for d := uint32(0); d < 5; d++ {
			s = append(s, b+d-2, (b+d-2)^1<<31)
		}
	}
	for _, x := range []float32{
		0, 1, 2, 3, 0.5, 0.25, 1e-45, 0x1p-126, math.MaxFloat32, float32(math.Inf(1)), float32(math.NaN()),
		math.Pi, math.Pi / 2, math.Pi / 4, 0x1p23, 0x1p24, 1e5, math.Ln2, math.E, math.Sqrt2, math.Sqrt2 / 2,
		88.72284, 103.97, 89.4159, 38.53184, 45.15, 127.99999, 149, 0.41421356, 1e10, 9.01,
	} {
		around(x)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 60_000 {
		s = append(s, math.Float32bits(float32(rng.NormFloat64())), math.Float32bits(float32(rng.Float64()*200-100)))
	}
	return s
}

func TestAccuracy(t *testing.T) {
	in := samples()
	for _, f := range unary {
		t.Run(f.op.String(), func(t *testing.T) {
			out := apply(t, f.op, ir.F32, 0, in)
			worst, at := 0.0, float32(0)
			for i, b := range in {
				x := math.Float32frombits(b)
				if e := ulps(ir.F32, out[i], f.truth(float64(x))); e > worst {
					worst, at = e, x
				}
			}
			t.Logf("at most %.3f ulp, at %v", worst, at)
			require.LessOrEqual(t, worst, f.limit, "at %v (%#08x)", at, math.Float32bits(at))
		})
	}
}

// Half and bfloat round the float32 result once: about half an ulp, over all
// values.
func TestNarrow(t *testing.T) {
	in := make([]uint32, 1<<16)
	for i := range in {
		in[i] = uint32(i)
	}
	for _, k := range []ir.Kind{ir.F16, ir.BF16} {
		for _, f := range unary {
			t.Run(k.String()+"/"+f.op.String(), func(t *testing.T) {
				out := apply(t, f.op, k, 0, in)
				for i, b := range in {
					x := ir.FloatValue(k, uint64(b))
					if e := ulps(k, out[i], f.truth(x)); !(e <= 0.51) {
						t.Fatalf("%v gives %v: %v ulp", x, ir.FloatValue(k, uint64(out[i])), e)
					}
				}
			})
		}
	}
}

func TestPow(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var xs, ys []uint32
	add := func(x, y float64) {
		xs = append(xs, math.Float32bits(float32(x)))
		ys = append(ys, math.Float32bits(float32(y)))
	}
	for range 50_000 {
		x := float64(math.Float32frombits(rng.Uint32() >> 1))
		add(x, (rng.Float64()*290-150)/math.Log2(x)) // results over the whole range
		x = 1 + rng.NormFloat64()*1e-3
		add(x, rng.NormFloat64()*1e4)
		add(rng.NormFloat64()*10, float64(rng.IntN(40)-20))
	}
	add2(specials, add)
	compare2(t, ir.Pow, 0, math.Pow, xs, ys, 1.5)
}

func TestAtan2(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var ys, xs []uint32
	add := func(y, x float64) {
		ys = append(ys, math.Float32bits(float32(y)))
		xs = append(xs, math.Float32bits(float32(x)))
	}
	for range 50_000 {
		add(rng.NormFloat64(), rng.NormFloat64())
		add(float64(math.Float32frombits(rng.Uint32())), float64(math.Float32frombits(rng.Uint32())))
	}
	add2(specials, add)
	compare2(t, ir.Atan2, 0, math.Atan2, ys, xs, 2)
}

var specials = []float64{
	0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 1, -1, 2, -2, 0.5, -0.5, 3, -3, 2.5, -2.5,
	1e-45, -1e-45, 0x1p-126, math.MaxFloat32, -math.MaxFloat32, 1 << 24, 1<<24 - 1, 1 - 1<<24, 1e30, -1e30, 1 - 0x1p-24, 1 + 0x1p-23,
}

// add2 adds all pairs of values.
func add2(values []float64, add func(x, y float64)) {
	for _, x := range values {
		for _, y := range values {
			add(x, y)
		}
	}
}

func compare2(t *testing.T, op ir.Op, flags ir.Flags, truth func(x, y float64) float64, xs, ys []uint32, limit float64) {
	t.Helper()
	out := apply(t, op, ir.F32, flags, xs, ys)
	worst := 0.0
	for i := range xs {
		x, y := math.Float32frombits(xs[i]), math.Float32frombits(ys[i])
		e := ulps(ir.F32, out[i], truth(float64(x), float64(y)))
		if !(e <= limit) {
			t.Fatalf("%s(%v, %v) = %v: %v ulp", op, x, y, math.Float32frombits(out[i]), e)
		}
		worst = max(worst, e)
	}
	t.Logf("at most %.3f ulp", worst)
}

// The fast variants keep Metal's absolute error of 2^-13 far beyond [-π, π].
func TestFastTrigonometry(t *testing.T) {
	var in []uint32
	for x := float32(-100_000); x < 100_000; x += 3.17 {
		in = append(in, math.Float32bits(x))
	}
	for op, truth := range map[ir.Op]func(float64) float64{ir.Sin: math.Sin, ir.Cos: math.Cos} {
		for i, b := range apply(t, op, ir.F32, ir.Fast, in) {
			x := float64(math.Float32frombits(in[i]))
			require.InDelta(t, truth(x), float64(math.Float32frombits(b)), 2e-7, "%s(%v)", op, x)
		}
	}
}

// fast::pow is exp2(y log2 x) and keeps Metal's fast bound of those.
func TestFastPow(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	var xs, ys []uint32
	for range 20_000 {
		xs = append(xs, math.Float32bits(float32(rng.Float64()*4)))
		ys = append(ys, math.Float32bits(float32(rng.Float64()*8-4)))
	}
	compare2(t, ir.Pow, ir.Fast, math.Pow, xs, ys, 16)
}

func TestLink(t *testing.T) {
	p := program(ir.Exp, ir.F16, 0, 1)
	require.NoError(t, Link(p))
	for _, f := range p.Funcs {
		require.NotContains(t, ops(f.Body), ir.Exp)
	}
	require.Equal(t, []ir.Op{ir.Convert, ir.Call, ir.Convert}, ops(p.Funcs[0].Body)[5:8])

	p = program(ir.Sqrt, ir.F32, 0, 1)
	before := p.String()
	require.NoError(t, Link(p))
	require.Equal(t, before, p.String(), "primitives stay")
}

func ops(b ir.Block) []ir.Op {
	var out []ir.Op
	for i := range b {
		out = append(out, b[i].Op)
		out = append(append(out, ops(b[i].Body())...), ops(b[i].Else())...)
	}
	return out
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		if _, err := compile("pow"); err != nil {
			b.Fatal(err)
		}
	}
}

// A call of the library counts where it stands, and what it does inside does
// not count anywhere.
func TestCountedAsOneCall(t *testing.T) {
	p := program(ir.Exp, ir.F32, 0, 1)
	const here = diag.Pos(7)
	for i := range p.Funcs[0].Body {
		p.Funcs[0].Body[i].Pos = here
	}
	require.NoError(t, Link(p))
	require.NoError(t, ir.Verify(p))
	res, err := interp.Executor{}.Run(context.Background(), p, exec.Launch{
		Entry: p.Entries[0], Grid: exec.Dim{5, 1, 1}, Threadgroup: exec.Dim{5, 1, 1}, Count: true,
		Buffers: map[int]exec.Buffer{0: {Data: make([]byte, 20)}, 1: {Data: make([]byte, 20)}},
	})
	require.NoError(t, err)
	require.Len(t, res.Counts, 1)
	require.Equal(t, here, res.Counts[0].Pos)
	require.EqualValues(t, 5, res.Counts[0].Transcendental)
	require.Zero(t, res.Counts[0].FLOPs)
}
