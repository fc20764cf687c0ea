package interp

import (
	"math"

	"github.com/zmlx/zmlx/mlx/msl/exec"
	"github.com/zmlx/zmlx/mlx/msl/ir"
)

// simdOps are the SIMD-group functions. Each runs once a SIMD-group (or quad)
// that has an active lane.
var simdOps = map[ir.Op]func(g *group, in *inst, act []int32){
	ir.SimdSum: perGroup(reduce), ir.SimdProduct: perGroup(reduce), ir.SimdMin: perGroup(reduce), ir.SimdMax: perGroup(reduce),
	ir.SimdAnd: perGroup(reduce), ir.SimdOr: perGroup(reduce), ir.SimdXor: perGroup(reduce),
	ir.SimdAll: perGroup(reduce), ir.SimdAny: perGroup(reduce),
	ir.SimdPrefixSum: perGroup(scan), ir.SimdPrefixProduct: perGroup(scan),
	ir.SimdExclSum: perGroup(scan), ir.SimdExclProduct: perGroup(scan),
	ir.SimdBroadcast: perGroup(shuffle), ir.SimdBroadcastFirst: perGroup(shuffle), ir.SimdShuffle: perGroup(shuffle),
	ir.SimdShuffleXor: perGroup(shuffle), ir.SimdShuffleUp: perGroup(shuffle), ir.SimdShuffleDown: perGroup(shuffle),
	ir.SimdRotateUp: perGroup(shuffle), ir.SimdRotateDown: perGroup(shuffle),
	ir.SimdFillUp: perGroup(shuffle), ir.SimdFillDown: perGroup(shuffle),
	ir.SimdBallot: perGroup(ballot), ir.SimdActive: perGroup(ballot), ir.SimdIsFirst: perGroup(ballot),
}

// combine returns the operation that a reduction or scan repeats.
func combine(op ir.Op, k ir.Kind) func(a, b uint64) uint64 {
	switch op {
	case ir.SimdSum, ir.SimdPrefixSum, ir.SimdExclSum:
		return ir.Binary(ir.Add, k)
	case ir.SimdProduct, ir.SimdPrefixProduct, ir.SimdExclProduct:
		return ir.Binary(ir.Mul, k)
	case ir.SimdMin:
		return ir.Binary(ir.Min, k)
	case ir.SimdMax:
		return ir.Binary(ir.Max, k)
	case ir.SimdAnd, ir.SimdAll:
		return ir.Binary(ir.And, k)
	case ir.SimdOr, ir.SimdAny:
		return ir.Binary(ir.Or, k)
	case ir.SimdXor:
		return ir.Binary(ir.Xor, k)
	}
	return nil
}

// perGroup calls f with the active lanes of each SIMD-group or quad.
func perGroup(f func(g *group, in *inst, base int32, act []int32)) func(*group, *inst, []int32) {
	return func(g *group, in *inst, act []int32) {
		size := int32(in.Group())
		for len(act) > 0 {
			base := act[0] &^ (size - 1)
			n := 1
			for n < len(act) && act[n] < base+size {
				n++
			}
			f(g, in, base, act[:n])
			act = act[n:]
		}
	}
}

// reduce combines as a tree; see the evaluation rules of package ir.
func reduce(g *group, in *inst, base int32, act []int32) {
	d, a := g.reg(in.dst), g.reg(in.a)
	for i := range g.values {
		g.values[i] = in.identity
	}
	for _, i := range act {
		g.values[i-base] = a[i]
	}
	for half := in.Group() / 2; half > 0; half /= 2 {
		for i := range half {
			g.values[i] = in.f2(g.values[i], g.values[i+half])
		}
	}
	for _, i := range act {
		d[i] = g.values[0]
	}
}

// identity returns the value that an inactive lane contributes to a reduction.
func identity(op ir.Op, k ir.Kind) uint64 {
	sign := k.Mask()>>1 + 1
	switch op {
	case ir.SimdSum:
		if k.IsFloat() {
			return sign
		}
	case ir.SimdProduct:
		if k.IsFloat() {
			return ir.FloatBits(k, 1)
		}
		return 1
	case ir.SimdMin:
		switch {
		case k.IsFloat():
			return ir.FloatBits(k, math.Inf(1))
		case k.IsSigned():
			return sign - 1
		}
		return k.Mask()
	case ir.SimdMax:
		switch {
		case k.IsFloat():
			return ir.FloatBits(k, math.Inf(-1))
		case k.IsSigned():
			return sign
		}
	case ir.SimdAnd, ir.SimdAll:
		return k.Mask()
	}
	return 0
}

func scan(g *group, in *inst, _ int32, act []int32) {
	d, a := g.reg(in.dst), g.reg(in.a)
	exclusive := in.Op == ir.SimdExclSum || in.Op == ir.SimdExclProduct
	one := uint64(1)
	if in.Kind.IsFloat() {
		one = ir.FloatBits(in.Kind, 1)
	}
	acc := uint64(0)
	if in.Op == ir.SimdExclProduct {
		acc = one
	}
	for n, i := range act {
		v := a[i]
		if exclusive {
			d[i] = acc
			acc = in.f2(acc, v)
			continue
		}
		if n > 0 {
			v = in.f2(acc, v)
		}
		d[i], acc = v, v
	}
}

func shuffle(g *group, in *inst, base int32, act []int32) {
	d, a, b, c := g.reg(in.dst), g.reg(in.a), g.reg(in.b), g.reg(in.c)
	size := uint32(in.Group())
	var fill [32]uint64
	g.values = [32]uint64{}
	live := min(base+int32(size), int32(g.p.n)) // lanes beyond have no thread
	copy(g.values[:], a[base:live])
	if in.Op == ir.SimdFillUp || in.Op == ir.SimdFillDown {
		copy(fill[:], b[base:live])
	}
	for _, i := range act {
		lane := uint32(i - base)
		from := &g.values
		var src uint32
		switch in.Op {
		case ir.SimdBroadcastFirst:
			src = uint32(act[0] - base)
		case ir.SimdBroadcast, ir.SimdShuffle:
			src = uint32(b[i])
		case ir.SimdShuffleXor:
			src = lane ^ uint32(b[i])
		case ir.SimdShuffleUp:
			if src = lane - uint32(b[i]); uint32(b[i]) > lane {
				src = lane
			}
		case ir.SimdShuffleDown:
			if src = lane + uint32(b[i]); uint32(b[i]) >= size-lane {
				src = lane
			}
		case ir.SimdRotateUp:
			src = lane - uint32(b[i])
		case ir.SimdRotateDown:
			src = lane + uint32(b[i])
		default:
			src, from = g.fillSource(in, lane, size, uint32(c[i]), uint32(g.reg(int(in.Args[3]))[i]), &fill)
		}
		d[i] = from[src&(size-1)]
	}
}

// fillSource returns where a lane of simd_shuffle_and_fill finds its value:
// lanes form groups of modulo, and what is shifted in comes from the other
// end of fill's group.
func (g *group) fillSource(in *inst, lane, size, delta, modulo uint32, fill *[32]uint64) (uint32, *[32]uint64) {
	if modulo == 0 || modulo > size || modulo&(modulo-1) != 0 {
		modulo = size
	}
	delta &= modulo - 1
	pos := lane & (modulo - 1)
	if in.Op == ir.SimdFillUp {
		if pos >= delta {
			return lane - delta, &g.values
		}
		return lane - delta + modulo, fill
	}
	if pos+delta < modulo {
		return lane + delta, &g.values
	}
	return lane + delta - modulo, fill
}

func ballot(g *group, in *inst, base int32, act []int32) {
	d := g.reg(in.dst)
	var votes uint64
	for _, i := range act {
		if in.Op != ir.SimdBallot || g.reg(in.a)[i] != 0 {
			votes |= 1 << (i - base)
		}
	}
	for n, i := range act {
		d[i] = votes
		if in.Op == ir.SimdIsFirst {
			d[i] = 0
			if n == 0 {
				d[i] = 1
			}
		}
	}
}

// barrier has nothing to do in lockstep but to check that every thread that
// has not ended arrives.
func barrier(g *group, in *inst, act []int32) {
	if in.Flags&ir.SimdScope == 0 {
		if len(act) < g.p.n-g.ended {
			g.divergent(in, act, 0, int32(g.p.n), "threadgroup_barrier")
		}
		return
	}
	perGroup(func(g *group, in *inst, base int32, act []int32) {
		g.divergent(in, act, base, min(base+32, int32(g.p.n)), "simdgroup_barrier")
	})(g, in, act)
}

// divergent reports the first thread of lanes lo to hi that lives and is not
// in act.
func (g *group) divergent(in *inst, act []int32, lo, hi int32, what string) {
	missing, first := 0, int32(-1)
	for lane := lo; lane < hi; lane++ {
		if len(act) > 0 && act[0] == lane {
			act = act[1:]
			continue
		}
		if g.leave[lane] != 2 { // 2: it returned from the kernel
			if first < 0 {
				first = lane
			}
			missing++
		}
	}
	if missing > 0 {
		g.find(exec.DivergentBarrier, in, int(first), nil, "%d of %d threads do not reach this %s", missing, hi-lo, what)
	}
}

// matrixElement returns row and first column of the two elements that a lane
// holds of an 8x8 matrix.
func matrixElement(lane int32) (row, col int) {
	l := int(lane & 31)
	return l>>4&1*4 + l>>1&3, l>>3&1*4 + l&1*2
}

func (g *group) matrixAccess(in *inst, act []int32, args []ir.Reg, do func(lane int32, half int, off int64)) {
	ld, ox, oy := g.reg(int(args[0])), g.reg(int(args[1])), g.reg(int(args[2]))
	for _, i := range act {
		row, col := matrixElement(i)
		for half := range 2 {
			r, c := int64(row), int64(col+half)
			if in.Flags&ir.Transpose != 0 {
				r, c = c, r
			}
			do(i, half, ((int64(oy[i])+r)*int64(ld[i])+int64(ox[i])+c)*int64(in.size))
		}
	}
}

func matrixLoad(g *group, in *inst, act []int32) {
	addr := g.reg(in.a)
	g.matrixAccess(in, act, in.Args[1:], func(lane int32, half int, off int64) {
		v := uint64(0)
		if b := g.at(in, lane, addr[lane], off, in.size, in.size, false); b != nil {
			v = get(in.Kind, b)
		}
		g.reg(in.dst + half)[lane] = v
	})
}

func matrixStore(g *group, in *inst, act []int32) {
	addr := g.reg(in.a)
	g.matrixAccess(in, act, in.Args[3:], func(lane int32, half int, off int64) {
		if b := g.at(in, lane, addr[lane], off, in.size, in.size, true); b != nil {
			put(in.size, b, g.reg(int(in.Args[1+half]))[lane])
		}
	})
}

func matrixMMA(g *group, in *inst, act []int32) {
	perGroup(func(g *group, in *inst, _ int32, act []int32) {
		var m [3][8][8]float32 // A, B, C; elements of inactive lanes are 0
		for _, i := range act {
			row, col := matrixElement(i)
			for k, r := range in.Args {
				m[k/2][row][col+k%2] = float32(ir.FloatValue(in.Kind, g.reg(int(r))[i]))
			}
		}
		for _, i := range act {
			row, col := matrixElement(i)
			for half := range 2 {
				acc := m[2][row][col+half]
				for k := range 8 {
					acc += float32(m[0][row][k] * m[1][k][col+half])
				}
				g.reg(in.dst + half)[i] = ir.FloatBits(in.Kind, float64(acc))
			}
		}
	})(g, in, act)
}
