package wasm

import (
	"github.com/zmlx/zmlx/mlx/msl/ir"
	wc "github.com/zmlx/zmlx/mlx/msl/wasm/wasmcode"
)

// divideBy pushes an operation's dividend divided by a constant.
func (p *pack) divideBy(in *ir.Instr, w int) {
	g, f, d := p.g, p.g.f, p.divide[in]
	dividend := func() { p.push(in.Args[0], w) }
	negative := p.ranges[in.Args[0]].Lo < 0
	if k, ok := g.powerOf(in); ok && negative { // as in divideByPower
		dividend()
		dividend()
		g.with([16]byte{}, wc.I16x8LtS)
		g.with(splat16(1<<k-1), wc.V128And)
		f.Emit(wc.I16x8Add)
		f.I32(int32(k))
		f.Emit(wc.I16x8ShrS)
		return
	}
	if d.factor == 0 {
		dividend()
		dividend()
		f.I32(8)
		f.Emit(wc.I16x8ShrU, wc.I16x8Add)
		g.with(splat16(1), wc.I16x8Add)
		f.I32(8)
		f.Emit(wc.I16x8ShrU)
		return
	}
	dividend()
	if negative {
		f.Emit(wc.I16x8Abs)
	}
	g.with(splat16(d.scale), wc.I16x8Mul)
	g.with(splat16(d.less), wc.I16x8Sub)
	g.with(splat16(d.factor), wc.I16x8Q15MulrSatS)
	if negative { // -q is  (q ^ -1) - -1
		sign := g.temp(wc.V128)
		dividend()
		g.with([16]byte{}, wc.I16x8LtS)
		f.Tee(sign)
		f.Emit(wc.V128Xor)
		f.Get(sign)
		f.Emit(wc.I16x8Sub)
		g.free(wc.V128, sign)
	}
}

// quotient divides a 16-bit number by a constant: it is  (x*scale - less) * factor,
// rounded to a multiple of 2^15. Half a step less than the number makes rounding
// what rounding down is to the number. Those below zero are divided as if above.
// Without a factor it divides by 255, as  (x + x/256 + 1) / 256.
type quotient struct {
	scale, less, factor uint16
}

// divisor finds how an operation can divide in 16-bit lanes.
func (p *pack) divisor(in *ir.Instr) (q quotient, ok bool) {
	c, known := p.g.consts[in.Args[1]]
	c = uint64(extend(in.Kind, c)) // so that one below zero is too large
	r := p.ranges[in.Args[0]]
	most := max(r.Hi, -r.Lo)
	if !known || c < 2 || c > 1<<8 || r.Lo < 0 && !in.Kind.IsSigned() || most >= 1<<16 {
		return q, false
	}
	d := int64(c)
	scale := 2 - d&1 // so that less is whole
	q = quotient{scale: uint16(scale), less: uint16(scale * (d - 1) / 2), factor: uint16((1<<15 + scale*d/2) / (scale * d))}
	if most*scale < 1<<15 && all(most, func(x int64) bool {
		return ((x*scale-int64(q.less))*int64(q.factor)+1<<14)>>15 == x/d
	}) {
		return q, true
	}
	if d == 255 && r.Lo >= 0 && most < 255*256 {
		return quotient{}, true
	}
	return q, false
}

// all reports whether something holds of all numbers up to one.
func all(most int64, holds func(int64) bool) bool {
	for x := int64(0); x <= most; x++ {
		if !holds(x) {
			return false
		}
	}
	return true
}
