package ir

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// rangedOps are the operations whose results Range bounds.
var rangedOps = []Op{Mov, Select, Convert, Bitcast, Neg, Add, Sub, Mul, MulHi, Div, Rem, Min, Max, Abs, And, Or, Xor, Not, Shl, Shr, Rotl, Clz, Ctz, Popcount, Eq, Ne, Lt, Le}

// number is a value of a kind as ranges count, unknown for what is past int64.
func number(k Kind, bits uint64) (v int64, known bool) {
	if !k.IsSigned() {
		return int64(bits), int64(bits) >= 0
	}
	shift := 64 - k.Bits()
	return int64(bits) << shift >> shift, true
}

// randomRange gives a range of a kind and values in it, its ends among them.
func randomRange(r *rand.Rand, k Kind) (Range, []uint64) {
	at := []uint64{0, k.Mask(), k.Mask() >> 1, k.Mask()>>1 + 1, uint64(k.Bits() - 1), uint64(k.Bits()), r.Uint64(), r.Uint64() >> r.IntN(64)}[r.IntN(8)] & k.Mask()
	by := []uint64{0, 1, 3, r.Uint64N(40), r.Uint64() >> r.IntN(64)}[r.IntN(5)]
	values := []uint64{at, (at + by) & k.Mask()}
	lo, ok1 := number(k, values[0])
	hi, ok2 := number(k, values[1])
	if !ok1 || !ok2 {
		return anything, values
	}
	if lo > hi {
		lo, hi = hi, lo
	}
	if n := uint64(hi - lo); n < 64 {
		for i := range n {
			values = append(values, (uint64(lo)+i)&k.Mask())
		}
	} else {
		values = append(values, uint64(lo+1)&k.Mask(), uint64(hi-1)&k.Mask(), (uint64(lo)+n/2)&k.Mask())
	}
	return Range{lo, hi}, values
}

// What an operation gives lies in the range that is told of it, and half of the ranges are
// no wider than that.
func TestRangeOfOperations(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	kinds := []Kind{Bool, I8, U8, I16, U16, I32, U32, I64, U64}
	exact, all := 0, 0
	for range 25_000 {
		in := Instr{Op: rangedOps[r.IntN(len(rangedOps))], Kind: kinds[r.IntN(len(kinds))], Dst: 0, Args: []Reg{1, 2, 3}}
		args := [3]Kind{in.Kind, in.Kind, in.Kind}
		to, n := in.Kind, 2
		switch in.Op {
		case Select:
			args[0], n = Bool, 3
		case Convert, Bitcast:
			in.From = kinds[r.IntN(len(kinds))]
			args[0], n = in.From, 1
		case Mov, Neg, Abs, Not, Clz, Ctz, Popcount:
			n = 1
		case Eq, Ne, Lt, Le:
			to = Bool
		}
		if in.Args = in.Args[:n]; in.Op == Bitcast && (in.From.Bits() != in.Kind.Bits() || in.From == Bool || in.Kind == Bool) || in.Kind == Bool && (in.Op < And || in.Op > Not) && in.Op > Convert {
			continue
		}
		var ranges [3]Range
		var values [3][]uint64
		for i, k := range args[:n] {
			ranges[i], values[i] = randomRange(r, k)
		}
		f := &Func{Regs: []Type{{Kind: to}, {Kind: args[0]}, {Kind: args[1]}, {Kind: args[2]}}}
		got := f.Range(&in, func(x Reg) Range { return ranges[x-1] })
		seen := Range{got.Hi, got.Lo}
		check := func(args []uint64) {
			bits, ok := Fold(&in, args)
			require.True(t, ok, "%s.%s", in.Op, in.Kind)
			v, known := number(to, bits)
			if got != anything && (!known || v < got.Lo || v > got.Hi) {
				t.Fatalf("%s.%s of %d in %v is %d, not in %v", in.Op, in.Kind, args, ranges[:n], v, got)
			}
			seen = seen.join(Exactly(v))
		}
		for _, a := range values[0] {
			if n == 1 {
				check([]uint64{a})
				continue
			}
			for _, b := range values[1] {
				if n == 2 {
					check([]uint64{a, b})
					continue
				}
				for _, c := range values[2] {
					check([]uint64{a, b, c})
				}
			}
		}
		if all++; got == seen {
			exact++
		}
	}
	t.Log(exact, "of", all, "ranges are exact")
	require.Greater(t, exact, all*49/100)
}
