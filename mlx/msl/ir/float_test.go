package ir

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// exact returns the value of narrow float bits by the format's definition.
func exact(k Kind, bits uint64) float64 {
	mant, bias := 10, 15
	if k == BF16 {
		mant, bias = 7, 127
	}
	exp := int(bits >> mant & (1<<(15-mant) - 1))
	frac := float64(bits & (1<<mant - 1))
	sign := 1.0
	if bits>>15 != 0 {
		sign = -1
	}
	switch {
	case exp == 1<<(15-mant)-1 && frac != 0:
		return math.NaN()
	case exp == 1<<(15-mant)-1:
		return math.Inf(int(sign))
	case exp == 0:
		return sign * math.Ldexp(frac, 1-bias-mant)
	}
	return sign * math.Ldexp(1+frac/float64(int(1)<<mant), exp-bias)
}

func TestNarrowFloatsRoundTrip(t *testing.T) {
	for _, k := range []Kind{F16, BF16} {
		for b := range uint64(1 << 16) {
			want, got := exact(k, b), FloatValue(k, b)
			if want != want {
				require.True(t, got != got, "%s %#x", k, b)
				continue
			}
			require.Equal(t, math.Float64bits(want), math.Float64bits(got), "%s %#x", k, b)
			require.Equal(t, b, FloatBits(k, got), "%s %#x", k, b)
		}
	}
}

// Between two neighbours everything below the midpoint goes down, everything
// above goes up and the midpoint goes to the even one.
func TestNarrowFloatsRound(t *testing.T) {
	for _, k := range []Kind{F16, BF16} {
		inf := uint64(0x7c00)
		if k == BF16 {
			inf = 0x7f80
		}
		for b := range inf {
			lo, hi := exact(k, b), exact(k, b+1)
			if b+1 == inf { // overflow rounds as if the exponent went on
				hi = lo + (lo - exact(k, b-1))
			}
			mid := lo + (hi-lo)/2
			even := b + b&1
			require.Equal(t, b, FloatBits(k, math.Nextafter(mid, lo)), "%s %#x", k, b)
			require.Equal(t, b+1, FloatBits(k, math.Nextafter(mid, hi)), "%s %#x", k, b)
			require.Equal(t, even, FloatBits(k, mid), "%s %#x", k, b)
			require.Equal(t, even|0x8000, FloatBits(k, -mid), "%s %#x", k, b)
		}
	}
}

// bigRound rounds x to kind k with unbounded intermediate precision.
func bigRound(k Kind, x *big.Float) uint64 {
	mant := map[Kind]uint{F16: 11, BF16: 8, F32: 24}[k]
	minExp := map[Kind]int{F16: -13, BF16: -125, F32: -125}[k]
	if x.Sign() == 0 {
		return 0
	}
	prec := int(mant)
	if e := x.MantExp(nil); e < minExp {
		prec -= minExp - e
	}
	if prec < 1 { // below the smallest subnormal: half of it ties to zero
		tie := new(big.Float).SetMantExp(big.NewFloat(0.5), minExp-int(mant))
		up := new(big.Float).Abs(x).Cmp(tie) > 0
		return uint64(b2i(up)) | uint64(b2i(x.Signbit()))<<(k.Bits()-1)
	}
	r := new(big.Float).SetMode(big.ToNearestEven).SetPrec(uint(prec)).Set(x)
	f, _ := r.Float64()
	return FloatBits(k, f)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestFMARoundsOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, k := range []Kind{F16, BF16, F32} {
		sample := func() (uint64, float64) {
			for {
				b := rng.Uint64() & k.Mask()
				if k == F32 { // few mantissa bits make ties likely
					b &= 0xffff_0000 | uint64(rng.Uint32N(4))
				}
				if v := FloatValue(k, b); math.Abs(v) > 1e-5 && math.Abs(v) < 1e4 {
					return b, v
				}
			}
		}
		for range 200_000 {
			a, av := sample()
			b, bv := sample()
			c, cv := sample()
			x := new(big.Float).SetPrec(500).Mul(big.NewFloat(av), big.NewFloat(bv))
			x.SetPrec(500).Add(x, big.NewFloat(cv))
			if x.Sign() == 0 {
				continue
			}
			require.Equal(t, bigRound(k, x), Ternary(FMA, k)(a, b, c), "%s %v*%v+%v", k, av, bv, cv)
		}
	}
}

// A product whose low bit is a tie of bfloat, and an addend that only breaks
// the tie, far below float64's precision.
func TestFMAFalseTie(t *testing.T) {
	tie := FloatBits(BF16, 1.0625) // 1.0625^2 = 1.12890625 lies half way
	require.Equal(t, FloatBits(BF16, 1.1328125), Ternary(FMA, BF16)(tie, tie, FloatBits(BF16, 1e-30)))
	require.Equal(t, FloatBits(BF16, 1.125), Ternary(FMA, BF16)(tie, tie, FloatBits(BF16, -1e-30)))
}

func TestScalarEdges(t *testing.T) {
	bin := func(op Op, k Kind, a, b uint64) uint64 { return Binary(op, k)(a, b) }
	require.EqualValues(t, 0x80000000, bin(Div, I32, 0x80000000, 0xffffffff))
	require.EqualValues(t, 0, bin(Div, U32, 7, 0))
	require.EqualValues(t, 0, bin(Rem, I32, 7, 0))
	require.EqualValues(t, 0, bin(Rem, I32, 0x80000000, 0xffffffff))
	require.EqualValues(t, 0xffffffff, bin(Rem, I32, 0xfffffff9, 2)) // -7 % 2 == -1
	require.EqualValues(t, 2, bin(Shl, U32, 1, 33))
	require.EqualValues(t, 0xff, bin(Shr, I8, 0x80, 7))
	require.EqualValues(t, 0x81, bin(Rotl, U8, 0xc0, 1))
	require.EqualValues(t, 0xffffffff, bin(MulHi, I32, 0xffffffff, 1))
	require.EqualValues(t, uint64(math.MaxUint64-1), bin(MulHi, U64, math.MaxUint64, math.MaxUint64))
	require.EqualValues(t, 0, bin(MulHi, I64, math.MaxUint64, math.MaxUint64))
	require.EqualValues(t, 8, Unary(Clz, U8, Void)(0))
	require.EqualValues(t, 32, Unary(Ctz, U32, Void)(0))
	negZero, nan := uint64(0x80000000), uint64(0x7fc00000)
	require.Equal(t, negZero, bin(Min, F32, 0, negZero), "equal: the second")
	require.Equal(t, uint64(0), bin(Max, F32, negZero, 0), "equal: the second")
	require.Equal(t, negZero, bin(Min, F32, nan, negZero))
	require.Equal(t, negZero, bin(Max, F32, negZero, nan))
	conv := func(k, from Kind, a uint64) uint64 { return Unary(Convert, k, from)(a) }
	require.EqualValues(t, 0x7f, conv(I8, F32, f32Bits(1e9)))
	require.EqualValues(t, 0x80, conv(I8, F32, f32Bits(-1e9)))
	require.EqualValues(t, 0, conv(U32, F32, nan))
	require.EqualValues(t, uint64(math.MaxUint64), conv(U64, F32, f32Bits(float32(math.Inf(1)))))
	require.EqualValues(t, uint64(math.MaxUint64), conv(I64, I8, 0xff))
	require.EqualValues(t, f32Bits(-1), conv(F32, I8, 0xff))
	require.EqualValues(t, 1, conv(Bool, F32, nan))
	require.EqualValues(t, 0, conv(Bool, F32, negZero))
	// 2^24+1 is a tie in float; one more bit far below must break it.
	require.EqualValues(t, f32Bits(0x1p62+0x1p39), conv(F32, I64, 1<<62+1<<38+1))
	require.EqualValues(t, f32Bits(0x1p62), conv(F32, I64, 1<<62+1<<38))
	require.EqualValues(t, 1, bin(NextAfter, F32, 0, f32Bits(1)))
	require.EqualValues(t, 0x80000001, bin(NextAfter, F32, 0, f32Bits(-1)))
}

// The definition of rsqrt, 1/sqrt in float64 rounded once, is the correctly
// rounded float: checked on a stride through two octaves, which cover every
// mantissa up to scaling.
func TestRsqrtCorrectlyRounded(t *testing.T) {
	f := Unary(Rsqrt, F32, Void)
	stride := uint32(997)
	for b := math.Float32bits(1); b < math.Float32bits(4); b += stride {
		x := float64(math.Float32frombits(b))
		y := float64(f32(f(uint64(b))))
		ulp := float64(math.Nextafter32(float32(y), 2)) - y
		// |1/sqrt(x) - y| <= ulp/2  <=>  (y-ulp/2)^2 x <= 1 <= (y+ulp/2)^2 x
		sq := func(v float64) *big.Float {
			w := new(big.Float).SetPrec(200).SetFloat64(v)
			return w.Mul(w, w).Mul(w, big.NewFloat(x))
		}
		one := big.NewFloat(1)
		require.LessOrEqual(t, sq(y-ulp/2).Cmp(one), 0, "%v", x)
		require.GreaterOrEqual(t, sq(y+ulp/2).Cmp(one), 0, "%v", x)
	}
}
