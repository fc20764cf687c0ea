package ir

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// randomFloats gives a range of floats of a kind and values in it, its ends among them.
func randomFloats(r *rand.Rand, k Kind) (Range, []uint64) {
	whole := func() int64 { return r.Int64N(2<<r.IntN(25)) - 1<<r.IntN(24) }
	value := func(v float64) uint64 { return FloatBits(k, v) }
	x := Exactly(whole())
	if r.IntN(2) == 0 {
		x = x.join(Exactly(whole()))
	}
	if x != x.rounded(k) {
		x = Exactly(0)
	}
	lo, hi := float64(x.Lo), float64(x.Hi)
	values := []uint64{value(lo), value(hi)}
	for range 8 {
		v := FloatValue(k, value(lo+(hi-lo)*r.Float64()))
		values = append(values, value(min(max(v, lo), hi)))
	}
	switch r.IntN(6) {
	case 0:
		return anything, append(values, value(math.NaN()), value(math.Inf(1)), value(math.Inf(-1)), value(math.Ldexp(1, r.IntN(90))))
	case 1:
		return Range{x.Lo, math.MaxInt64}, append(values, value(math.Inf(1)))
	case 2:
		return Range{math.MinInt64, x.Hi}, append(values, value(math.Inf(-1)), value(-math.MaxFloat32))
	}
	return x, values
}

// What an operation on floats gives lies in the range that is told of it.
func TestRangeOfFloats(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	floats, ints := []Kind{F16, BF16, F32}, []Kind{Bool, I8, U8, I16, U16, I32, U32, I64, U64}
	told := 0
	const tried = 25_000
	for range tried {
		in := Instr{Op: []Op{Convert, Neg, Abs, Add, Sub, Mul, Min, Max, Floor, Ceil, Trunc, Rint, Round, FMA, Sqrt}[r.IntN(15)], Kind: floats[r.IntN(3)], Args: []Reg{1, 2, 3}}
		from, n := in.Kind, 2
		switch in.Op {
		case Convert:
			in.From, n = floats[r.IntN(3)], 1
			switch r.IntN(3) {
			case 0:
				in.Kind = ints[r.IntN(9)]
			case 1:
				in.From = ints[r.IntN(9)]
			}
			from = in.From
		case Neg, Abs, Floor, Ceil, Trunc, Rint, Round, Sqrt:
			n = 1
		case FMA:
			n = 3
		}
		in.Args = in.Args[:n]
		var ranges [3]Range
		var values [3][]uint64
		for i := range ranges {
			if from.IsFloat() {
				ranges[i], values[i] = randomFloats(r, from)
			} else {
				ranges[i], values[i] = randomRange(r, from)
			}
		}
		f := &Func{Regs: []Type{{Kind: in.Kind}, {Kind: from}, {Kind: from}, {Kind: from}}}
		got := f.Range(&in, func(x Reg) Range { return ranges[x-1] })
		if got == rangeOf(in.Kind) {
			continue
		}
		told++
		for range 60 {
			args := make([]uint64, n)
			for i := range args {
				args[i] = values[i][r.IntN(len(values[i]))]
			}
			bits, ok := Fold(&in, args)
			require.True(t, ok, "%s.%s", in.Op, in.Kind)
			if in.Kind.IsFloat() {
				v := FloatValue(in.Kind, bits)
				ok = (got.Lo == math.MinInt64 || v >= float64(got.Lo)) && (got.Hi == math.MaxInt64 || v <= float64(got.Hi)) && v == v
			} else {
				v, known := number(in.Kind, bits)
				ok = known && v >= got.Lo && v <= got.Hi
			}
			require.True(t, ok, "%s.%s of %x in %v is %x, not in %v", in.Op, in.Kind, args, ranges[:n], bits, got)
		}
	}
	require.Greater(t, told, tried/5)
}
