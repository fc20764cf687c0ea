package wasm

import (
	"math"

	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// A division takes as long as three vectors of other work, but by a constant it often comes
// to a product, or to the sum of two: always by a power of two, and of whole numbers, such
// as bytes, if that is seen of each.

// factors are what numbers are multiplied by to divide them: the reciprocal, or its first
// places, with which the products are exact, and the rest.
type factors []float32

// divideByFactors pushes the lanes of a register divided by a constant; it reports false if
// only a division gives that.
func (g *gen) divideByFactors(in *ir.Instr) bool {
	c, known := g.consts[in.Args[1]]
	if in.Kind != ir.F32 || !known {
		return false
	}
	x := g.between(in.Args[0], maxSteps)
	key := factorsKey{math.Float32frombits(uint32(c)), x}
	by, ok := g.factors[key]
	if !ok {
		by = factorsOf(key.divisor, x)
		g.factors[key] = by
	}
	for i, factor := range by {
		g.vec(in.Args[0])
		g.with(bitsOf(float64(factor)), wc.F32x4Mul)
		if i > 0 {
			g.f.Emit(wc.F32x4Add)
		}
	}
	return by != nil
}

type factorsKey struct {
	divisor float32
	x       interval
}

// maxDividends is how many whole numbers are divided to see whether products give the same.
const maxDividends = 1 << 16

// factorsOf finds the factors for what lies in an interval; nil if there are none.
func factorsOf(d float32, x interval) factors {
	inverse := 1 / float64(d)
	if power, _ := math.Frexp(math.Abs(inverse)); power == 0.5 && math.Abs(inverse) >= 0x1p-126 && math.Abs(inverse) < 0x1p127 {
		return factors{float32(inverse)}
	}
	if !x.whole || x.nan || x.hi-x.lo > maxDividends || math.Abs(inverse) < 0x1p-64 || math.Abs(inverse) > 0x1p64 {
		return nil
	}
	for _, places := range []uint32{24, 16, 8} {
		first := math.Float32frombits(math.Float32bits(float32(inverse)) &^ (1<<(24-places) - 1))
		by := factors{first}
		if rest := float32(inverse - float64(first)); places < 24 {
			by = append(by, rest)
		}
		if by.divide(d, x) {
			return by
		}
	}
	return nil
}

// divide reports whether products give the quotients of all numbers of an interval.
func (by factors) divide(d float32, x interval) bool {
	for v := x.lo; v <= x.hi; v++ {
		if !by.give(float32(v), d) {
			return false
		}
	}
	return x.lo > 0 || x.hi < 0 || by.give(float32(math.Copysign(0, -1)), d)
}

// give reports whether products give a quotient, and a zero of its sign.
func (by factors) give(v, d float32) bool {
	out := float32(v * by[0]) // rounded before it is added, on every processor
	if len(by) > 1 {
		out += float32(v * by[1])
	}
	return out == v/d && math.Signbit(float64(out)) == math.Signbit(float64(v/d))
}
