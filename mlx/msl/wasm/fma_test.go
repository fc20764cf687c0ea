package wasm

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/interp"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// TestNarrowFMA compares fma of 16-bit floats with interp where rounding twice
// would show: a product next to the middle of two numbers, and a small addend.
func TestNarrowFMA(t *testing.T) {
	const n = 1 << 16
	rng := rand.New(rand.NewPCG(7, 8))
	for _, k := range []ir.Kind{ir.F16, ir.BF16} {
		in := make([]byte, 6*n)
		for i := range n {
			a, b, c := uint16(rng.Uint32()), uint16(rng.Uint32()), uint16(rng.Uint32())
			if i%2 == 0 { // a product of about 1, and a far smaller addend
				one := uint16(ir.FloatBits(k, 1))
				a, b = one+a%256, one+b%256
				c = uint16(ir.FloatBits(k, float64(rng.IntN(5)-2)*ir.FloatValue(k, uint64(c%one))))
				if i%4 == 0 { // mostly right in the middle
					b, c = uint16(ir.FloatBits(k, 1.5)), c&0x8000|uint16(rng.IntN(4))
				}
			}
			for j, v := range []uint16{a, b, c} {
				binary.LittleEndian.PutUint16(in[6*i+2*j:], v)
			}
		}
		// The thread's own triple, and the first one, which all share.
		p := parse(t, strings.ReplaceAll(`func @f(%x.0:ptr.device, %y.1:ptr.device, %t.2:u32) {
  %3:i64 = convert.u32 %t.2
  %4:i64 = const 6
  %5:i64 = mul %3, %4
  %6:ptr.device = ptradd %x.0, %5
  %7:KIND, %8:KIND, %9:KIND = load.device.packed %6
  %10:KIND = fma %7, %8, %9
  %11:KIND, %12:KIND, %13:KIND = load.device.packed %x.0
  %14:KIND = fma %11, %12, %13
  %15:i64 = const 4
  %16:i64 = mul %3, %15
  %17:ptr.device = ptradd %y.1, %16
  store.KIND.device %17, %10
  store.KIND.device +2, %17, %14
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "" elem KIND size 2
  buffer 1 "y" device type "" elem KIND size 2
  builtin thread_position_in_grid "t" u32 x1
}`, "KIND", k.String()))
		want, got := onBoth(t, p, in, 4*n)
		for i := range n {
			w, g := binary.LittleEndian.Uint16(want[4*i:]), binary.LittleEndian.Uint16(got[4*i:])
			if f := ir.FloatValue(k, uint64(w)); w != g && f == f {
				t.Fatalf("%v fma of % x: interp %#x, wasm %#x", k, in[6*i:6*i+6], w, g)
			}
		}
		require.Equal(t, want[2:4], got[2:4])
	}
}

// floatKernel stores what it makes of the thread's own three numbers, %7 to %9, and of
// those of the threadgroup's number, %11 to %13, which its threads share.
const floatKernel = `func @f(%%x.0:ptr.device, %%y.1:ptr.device, %%t.2:u32, %%g.18:u32) {
  %%3:i64 = convert.u32 %%t.2
  %%4:i64 = const 12
  %%5:i64 = mul %%3, %%4
  %%6:ptr.device = ptradd %%x.0, %%5
  %%7:f32, %%8:f32, %%9:f32 = load.device.packed %%6
  %s
  %%19:i64 = convert.u32 %%g.18
  %%20:i64 = mul %%19, %%4
  %%21:ptr.device = ptradd %%x.0, %%20
  %%11:f32, %%12:f32, %%13:f32 = load.device.packed %%21
  %s
  %%15:i64 = const 8
  %%16:i64 = mul %%3, %%15
  %%17:ptr.device = ptradd %%y.1, %%16
  store.f32.device %%17, %%10
  store.f32.device +4, %%17, %%14
}
entry "f" @f maxthreads 0 threadgroupsize 0 {
  buffer 0 "x" device readonly type "" elem f32 size 4
  buffer 1 "y" device type "" elem f32 size 4
  builtin thread_position_in_grid "t" u32 x1
  builtin threadgroup_position_in_grid "g" u32 x1
}`

// TestFMA is the same of float: sums that are halfway between two numbers, but for
// an addend that float64 has no room for, sums below the normal numbers, and sums of few bits
// that are halfway.
func TestFMA(t *testing.T) {
	const n = 1 << 16
	rng := rand.New(rand.NewPCG(7, 9))
	in := make([]byte, 12*n)
	for i := range n {
		a, b := 1+float64(rng.IntN(1<<12))*0x1p-12, 1+float64(rng.IntN(1<<12))*0x1p-12
		c := float64(rng.IntN(5)-2) * math.Ldexp(1+float64(rng.IntN(1<<10))*0x1p-10, -rng.IntN(120))
		switch rng.IntN(8) {
		case 0:
			a, c = math.Ldexp(a, -100), math.Ldexp(c, -60)
			b = math.Ldexp(b, -20-rng.IntN(40))
		case 3: // next to the middle of two subnormal numbers
			a, b = math.Ldexp(1+0x1p-23, -75), math.Ldexp(1-0x1p-23, -75)
			c = math.Ldexp(float64(rng.IntN(1<<20)-1<<19), -149)
		case 4: // and below that of the largest of them and the least normal number
			a, b, c = 8392705*0x1p-98, -16769026*0x1p-99, 0x1p-126
		case 5: // of factors of 14 bits, and 15
			a, b = float64(rng.IntN(1<<15)), float64(rng.IntN(1<<(14+rng.IntN(2))))
			c = math.Ldexp(float64(rng.IntN(1<<24)-1<<23), rng.IntN(80)-40)
		case 6: // and of 15 and 16, below half of c's last place by what float64 has no room for
			a, b, c = 1<<15+1, 1<<15-1, math.Ldexp(float64(1<<23+rng.IntN(1<<23)), 31)
		case 1:
			c = float64(float32(-a * b)) // what is left of the product
		case 2:
			a = math.Inf(1 - 2*rng.IntN(2))
		}
		for j, v := range []float64{a, b, c} {
			binary.LittleEndian.PutUint32(in[12*i+4*j:], math.Float32bits(float32(v)))
		}
	}
	const shared = "%14:f32 = fma %11, %12, %13"
	for name, code := range map[string]string{
		"one":                         "%10:f32 = fma %7, %8, %9",
		"a polynomial":                "%22:f32 = fma %7, %8, %9\n  %23:f32 = fma %22, %8, %30\n  %24:f32 = fma %8, %23, %31\n  %10:f32 = fma %24, %8, %32",
		"of constants":                "%22:f32 = fma %7, %30, %31\n  %23:f32 = fma %22, %7, %32\n  %24:f32 = fma %23, %7, %31\n  %10:f32 = fma %24, %7, %30",
		"of few bits":                 "%22:f32 = fma %7, %31, %33\n  %23:f32 = fma %22, %7, %31\n  %24:f32 = fma %23, %7, %33\n  %10:f32 = fma %24, %7, %33",
		"too large between":           "%22:f32 = fma %7, %34, %33\n  %23:f32 = fma %22, %34, %33\n  %24:f32 = fma %23, %35, %33\n  %10:f32 = fma %24, %35, %33",
		"a product that is too large": "%22:f32 = fma %7, %34, %31\n  %23:f32 = fma %22, %34, %36\n  %10:f32 = fma %23, %35, %31",
		"a sum":                       "%22:f32 = fma %7, %8, %9\n  %23:f32 = fma %8, %9, %22\n  %10:f32 = fma %7, %9, %23",
		"a tree":                      "%22:f32 = fma %7, %8, %9\n  %23:f32 = fma %8, %9, %7\n  %10:f32 = fma %22, %23, %8",
		"one that is used twice":      "%22:f32 = fma %7, %8, %9\n  %23:f32 = fma %22, %22, %9\n  %24:f32 = fma %23, %8, %30\n  %10:f32 = add %24, %23",
		"small constants":             "%22:f32 = fma %7, %8, %37\n  %23:f32 = fma %22, %8, %37\n  %10:f32 = fma %23, %37, %37",
	} {
		constants := ""
		for i, c := range []string{"0.3", "-1.5", "0.0078125", "5.0", "1e+30", "1e-30", "-3e+38", "1e-39"} {
			constants += fmt.Sprintf("%%%d:f32 = const %s\n  ", 30+i, c)
		}
		p := parse(t, fmt.Sprintf(floatKernel, constants+code, shared))
		want, got := onBoth(t, p, in, 8*n)
		for i := range 2 * n {
			w, g := binary.LittleEndian.Uint32(want[4*i:]), binary.LittleEndian.Uint32(got[4*i:])
			if f := math.Float32frombits(w); w != g && f == f {
				at := 12 * []int{i / 2, i / 64}[i%2]
				t.Fatalf("%s, fma of % x: interp %#x, wasm %#x", name, in[at:at+12], w, g)
			}
		}
	}
}

// TestFmod compares remainders with interp: of quotients from none to 2^276, of what is
// next to a multiple, and of what has none.
func TestFmod(t *testing.T) {
	const n = 1 << 16
	rng := rand.New(rand.NewPCG(7, 10))
	special := []float32{0, 1, 3, 0x1p-149, 0x1p-126, math.MaxFloat32, float32(math.Inf(1)), float32(math.NaN())}
	in := make([]byte, 12*n)
	for i := range n {
		a, b := math.Float32frombits(rng.Uint32()), math.Float32frombits(rng.Uint32())
		switch rng.IntN(4) {
		case 0:
			b = float32(math.Ldexp(1+rng.Float64(), rng.IntN(200)-140))
			a = math.Nextafter32(float32(float64(b)*math.Trunc(math.Ldexp(1+rng.Float64(), rng.IntN(70)))), float32(rng.IntN(3)-1)*math.MaxFloat32)
		case 1:
			a = special[rng.IntN(len(special))] * float32(1-2*rng.IntN(2))
		case 2:
			b = special[rng.IntN(len(special))] * float32(1-2*rng.IntN(2))
		}
		binary.LittleEndian.PutUint32(in[12*i:], math.Float32bits(a))
		binary.LittleEndian.PutUint32(in[12*i+4:], math.Float32bits(b))
	}
	p := parse(t, fmt.Sprintf(floatKernel, "%10:f32 = rem %7, %8", "%14:f32 = rem %11, %12"))
	want, got := onBoth(t, p, in, 8*n)
	for i := range n {
		for _, at := range []int{8 * i, 8*i + 4} {
			if w, g := want[at:at+4], got[at:at+4]; string(w) != string(g) && !(isNaN("f32", w) && isNaN("f32", g)) {
				t.Fatalf("fmod of % x: interp % x, wasm % x", in[12*i:12*i+8], w, g)
			}
		}
	}
}

// onBoth is what the executors make of a buffer.
func onBoth(t *testing.T, p *ir.Program, in []byte, size int) (want, got []byte) {
	run := func(x exec.Executor) []byte {
		y := make([]byte, size)
		l := exec.Launch{Entry: p.Entries[0], Grid: exec.Dim{1 << 16, 1, 1}, Threadgroup: exec.Dim{32, 1, 1},
			Buffers: map[int]exec.Buffer{0: {Data: in, ReadOnly: true}, 1: {Data: y}}}
		res, err := x.Run(context.Background(), p, l)
		require.NoError(t, err)
		require.Equal(t, x.Name(), res.Executor)
		return y
	}
	return run(interp.Executor{}), run(Executor{})
}
